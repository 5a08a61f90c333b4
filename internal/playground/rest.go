package playground

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"hindsight/internal/playground/wire"
)

// maxRequest is more than any request that the API takes.
const maxRequest = 4 << 20

const (
	apiPrefix   = "/api/v3"
	graphqlPath = "/api/graphql" // beside it, as on Enterprise Server
	// byID takes the owner's place in a path that names a repository by its id,
	// /repositories/1234/…, the form in which GitHub redirects.
	byID = ":id"
)

// exchange is one request to the API that has been let in.
type exchange struct {
	g     *GitHub
	r     *http.Request
	vars  map[string]string
	body  []byte
	token *token // nil when the app acts as itself
	repo  *repository
	issue *issue
	by    actor
}

// reply is what is answered.
type reply struct {
	status int
	body   any // nil for none
	header http.Header
}

// route is an endpoint.
type route struct {
	method  string
	pattern string // as in GitHub's documentation
	// needs is the permission, such as "issues:write"; "app" for what only
	// the app itself may ask, with a JWT; "" for any token.
	needs string
	// creates content, which is limited further.
	creates bool
	// leads to where a transferred issue went, by 301. The others answer 404
	// for one: GitHub redirects the issue, not all that hangs on it.
	leads  bool
	handle func(*exchange) (reply, error)
}

// match finds the route of a request, and what its path holds in place of
// the variables. Where two fit, the one with fewer variables is meant.
func match(routes []route, method, escapedPath string) (route, map[string]string, bool) {
	var best route
	var bestVars map[string]string
	segments := strings.Split(strings.Trim(escapedPath, "/"), "/")
	if segments[0] == "repositories" {
		segments = append([]string{"repos", byID}, segments[1:]...)
	}
	for _, rt := range routes {
		if rt.method != method {
			continue
		}
		vars, ok := fit(strings.Split(strings.Trim(rt.pattern, "/"), "/"), segments)
		if ok && (bestVars == nil || len(vars) < len(bestVars)) {
			best, bestVars = rt, vars
		}
	}
	return best, bestVars, bestVars != nil
}

// fit matches segment by segment; "{path}" at the end takes all that is left.
func fit(pattern, segments []string) (map[string]string, bool) {
	vars := map[string]string{}
	for n, p := range pattern {
		if n >= len(segments) {
			return nil, false
		}
		if p == "{path}" {
			rest, err := url.PathUnescape(strings.Join(segments[n:], "/"))
			vars["path"] = rest
			return vars, err == nil
		}
		s, err := url.PathUnescape(segments[n])
		switch {
		case err != nil:
			return nil, false
		case strings.HasPrefix(p, "{"):
			vars[strings.Trim(p, "{}")] = s
		case p != s:
			return nil, false
		}
	}
	return vars, len(pattern) == len(segments)
}

// serveAPI is the whole API, wrapped as the options say.
func (g *GitHub) serveAPI(wrap func(http.Handler) http.Handler) http.Handler {
	routes := apiRoutes()
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err != nil {
			err = refuse(http.StatusRequestEntityTooLarge, "Payload too large")
		}
		g.answer(w, r, routes, body, err)
	})
	if wrap != nil {
		h = wrap(h)
	}
	return h
}

// answer answers one request under the lock, but for writing to the network.
func (g *GitHub) answer(w http.ResponseWriter, r *http.Request, routes []route, body []byte, err error) {
	g.mu.Lock()
	x := &exchange{g: g, r: r, body: body}
	var rep reply
	if err == nil {
		rep, err = x.run(routes)
	}
	if refused, isRefusal := errors.AsType[*RefusalError](err); isRefusal {
		rep = reply{status: refused.Status, body: refused.body(), header: refused.header}
	}
	header, content := x.encode(rep)
	status := rep.status
	if header.Get("ETag") != "" && matches(r.Header.Get("If-None-Match"), header.Get("ETag")) {
		status, content = http.StatusNotModified, nil
	}
	x.charge(status, header)
	g.mu.Unlock()

	maps.Copy(w.Header(), header)
	w.WriteHeader(status)
	_, _ = io.Copy(w, bytes.NewReader(content)) // the client may have gone
}

// run lets the request in, or not, and handles it.
func (x *exchange) run(routes []route) (reply, error) {
	rt, vars, ok := match(routes, x.r.Method, strings.TrimPrefix(x.r.URL.EscapedPath(), apiPrefix))
	if !ok {
		return reply{}, notFound()
	}
	x.vars = vars
	if err := x.identify(rt); err != nil {
		return reply{}, err
	}
	if rt.pattern != "/rate_limit" {
		if err := x.g.budget.check(x.account(), x.g.clock()); err != nil {
			return reply{}, err
		}
	}
	if err := x.locate(rt); err != nil {
		return reply{}, err
	}
	if err := x.permit(rt); err != nil {
		return reply{}, err
	}
	if rt.creates {
		if err := x.g.budget.checkCreate(x.account(), x.g.clock()); err != nil {
			return reply{}, err
		}
	}
	return rt.handle(x)
}

// identify finds out who asks.
func (x *exchange) identify(rt route) error {
	secret := bearer(x.r)
	if secret == "" {
		return refuse(http.StatusUnauthorized, "Requires authentication")
	}
	if rt.needs == "app" {
		return x.g.checkAssertion(secret)
	}
	t, err := x.g.token(secret)
	if err != nil {
		return err
	}
	if t.in.suspended {
		return refuse(http.StatusForbidden, "This installation has been suspended")
	}
	x.token = t
	x.by = actor{user: *x.g.user(botLogin), app: true}
	return nil
}

// account is whose limits count.
func (x *exchange) account() int64 {
	if x.token == nil {
		return 0
	}
	return x.token.in.id
}

// locate finds the repository and the issue that the path names. What the
// token can't see does not exist.
func (x *exchange) locate(rt route) error {
	owner, name := x.vars["owner"], x.vars["repo"]
	if owner == "" {
		return nil
	}
	r, err := x.g.find(owner + "/" + name)
	if owner == byID {
		r, err = x.g.findID(name)
	}
	if err != nil {
		return err
	}
	if x.token != nil && r.Private && !x.token.sees(r) {
		return notFound()
	}
	x.repo = r
	if number, ok := x.vars["issue_number"]; ok {
		n, err := strconv.Atoi(number)
		if err != nil {
			return notFound()
		}
		x.issue, err = r.issue(n)
		if moved, has := errors.AsType[*MovedError](err); has {
			return x.redirect(rt, moved)
		}
		return err
	}
	return nil
}

// redirect tells where a transferred issue went, if the token may know.
func (x *exchange) redirect(rt route, to *MovedError) error {
	r, err := x.g.find(to.Repo)
	if err != nil || !rt.leads || x.token == nil || r.Private && !x.token.sees(r) {
		return notFound()
	}
	old := fmt.Sprintf("/issues/%s", x.vars["issue_number"])
	_, rest, _ := strings.Cut(x.r.URL.EscapedPath(), old)
	url := x.g.apiURL("/repositories/%d/issues/%d%s", r.ID, to.Number, rest)
	return &RefusalError{
		Status: http.StatusMovedPermanently, Message: "Moved Permanently",
		url: url, header: http.Header{"Location": {url}},
	}
}

// permit checks the token's permission. Reading what is public needs none;
// pull requests may be reached by either of two.
func (x *exchange) permit(rt route) error {
	permission, level, ok := strings.Cut(rt.needs, ":")
	if !ok || x.repo == nil {
		return nil
	}
	if x.repo.Archived && x.r.Method != http.MethodGet {
		return archived()
	}
	switch {
	case level == "read" && !x.repo.Private:
		return nil
	case !x.token.sees(x.repo):
	case x.token.may(permission, level):
		return nil
	case permission == "issues" && x.onPull() && x.token.may("pull_requests", level):
		return nil
	}
	return refuse(http.StatusForbidden, "Resource not accessible by integration")
}

// onPull is whether the request is about a pull request.
func (x *exchange) onPull() bool {
	if x.issue != nil {
		return x.issue.PullRequest
	}
	id, err := strconv.ParseInt(x.vars["comment_id"], 10, 64)
	if err != nil {
		return false
	}
	_, i, err := x.repo.comment(id)
	return err == nil && i.PullRequest
}

// encode renders the answer and its headers.
func (x *exchange) encode(rep reply) (http.Header, []byte) {
	header := rep.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("X-GitHub-Media-Type", "github.v3; format=json")
	header.Set("X-GitHub-Request-Id", wire.NewGUID())
	header.Set("Date", x.g.clock().UTC().Format(http.TimeFormat))
	if rep.body == nil {
		return header, nil
	}
	header.Set("Content-Type", "application/json; charset=utf-8")
	content, err := json.Marshal(rep.body)
	if err != nil {
		x.g.log.Error("an answer can't be encoded", "path", x.r.URL.Path, "error", err)
	}
	if x.r.Method == http.MethodGet && rep.status == http.StatusOK {
		// GitHub's tags differ from token to token.
		sum := sha256.Sum256(append([]byte(bearer(x.r)+"\n"), content...))
		header.Set("ETag", fmt.Sprintf(`W/"%x"`, sum))
		header.Set("Cache-Control", "private, max-age=60, s-maxage=60")
		header.Set("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP")
	}
	return header, content
}

// matches compares weakly, as If-None-Match asks for.
func matches(condition, tag string) bool {
	for c := range strings.SplitSeq(condition, ",") {
		if strings.TrimPrefix(strings.TrimSpace(c), "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// charge counts the request, unless nothing had changed.
func (x *exchange) charge(status int, header http.Header) {
	if x.token == nil && status == http.StatusUnauthorized {
		return
	}
	now := x.g.clock()
	if status != http.StatusNotModified && !strings.HasSuffix(x.r.URL.Path, "/rate_limit") {
		x.g.budget.of(x.account(), now).count++
	}
	x.g.budget.tell(header, x.account(), now)
}

// decode reads the request's JSON. No body is an empty object.
func (x *exchange) decode(into any) error {
	if len(bytes.TrimSpace(x.body)) == 0 {
		return nil
	}
	if err := json.Unmarshal(x.body, into); err != nil {
		return refuse(http.StatusBadRequest, "Problems parsing JSON")
	}
	return nil
}

// since is the zero time when it isn't asked for.
func (x *exchange) since() (time.Time, error) {
	text := x.r.URL.Query().Get("since")
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, invalid("Issue", "since", "invalid", "")
	}
	return t, nil
}

func ok(body any) (reply, error) { return reply{status: http.StatusOK, body: body}, nil }

// created answers with what was made, and where it is.
func created(body object) (reply, error) {
	rep := reply{status: http.StatusCreated, body: body}
	if url, isText := body["url"].(string); isText {
		rep.header = http.Header{"Location": {url}}
	}
	return rep, nil
}
