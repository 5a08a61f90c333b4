package jira

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxRequest is more than any request that the API takes.
const maxRequest = 4 << 20

// exchange is one request to the API that has been let in.
type exchange struct {
	j    *Jira
	r    *http.Request
	vars map[string]string
	body []byte
	by   *account // nil where nobody has to log in
	api  string   // "2", or "3" on Cloud
}

// reply is what is answered.
type reply struct {
	status int
	body   any // nil for none
}

func ok(body any) (reply, error) { return reply{status: http.StatusOK, body: body}, nil }

func created(body any) (reply, error) { return reply{status: http.StatusCreated, body: body}, nil }

func done() (reply, error) { return reply{status: http.StatusNoContent}, nil }

// route is an endpoint.
type route struct {
	method  string
	pattern string // without /rest/api/2; the Agile API's begin with /agile
	open    bool   // to everybody
	only    *Mode  // nil for both; unknown to the other
	handle  func(*exchange) (reply, error)
}

// ServeHTTP answers the API below the address's path, and else [Jira.Pages].
func (j *Jira) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	j.mu.Lock()
	base := j.url.Path
	j.mu.Unlock()
	http.StripPrefix(base, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/rest/"):
			j.api.ServeHTTP(w, r)
		case j.Pages != nil:
			j.Pages.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	})).ServeHTTP(w, r)
}

// split takes the API's version off a path. Data Center has no version 3.
func (j *Jira) split(path string) (version, rest string, known bool) {
	if rest, is := strings.CutPrefix(path, "/rest/agile/1.0/"); is {
		return "2", "/agile/" + rest, true
	}
	for prefix, version := range map[string]string{"/rest/api/2/": "2", "/rest/api/latest/": "2", "/rest/api/3/": "3"} {
		if rest, is := strings.CutPrefix(path, prefix); is {
			return version, "/" + rest, version == "2" || j.mode == Cloud
		}
	}
	return "", "", false
}

// match finds the route of a request, and what its path holds in place of the
// variables. Where two fit, the one with fewer variables is meant.
func (j *Jira) match(routes []route, method, path string) (route, map[string]string, bool) {
	var best route
	var bestVars map[string]string
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for _, rt := range routes {
		if rt.method != method || rt.only != nil && *rt.only != j.mode {
			continue
		}
		vars, fits := fit(strings.Split(strings.Trim(rt.pattern, "/"), "/"), segments)
		if fits && (bestVars == nil || len(vars) < len(bestVars)) {
			best, bestVars = rt, vars
		}
	}
	return best, bestVars, bestVars != nil
}

func fit(pattern, segments []string) (map[string]string, bool) {
	if len(pattern) != len(segments) {
		return nil, false
	}
	vars := map[string]string{}
	for n, p := range pattern {
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
	return vars, true
}

// serveAPI is the whole API, watched, and wrapped as the options say.
func (j *Jira) serveAPI(wrap func(http.Handler) http.Handler) http.Handler {
	routes := apiRoutes()
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { j.answer(w, r, routes) })
	if wrap != nil {
		h = wrap(h)
	}
	return j.watch.Over(func(r *http.Request) string {
		_, path, known := j.split(r.URL.EscapedPath())
		rt, _, is := j.match(routes, r.Method, path)
		if !known || !is {
			return "unknown"
		}
		return rt.method + " " + rt.pattern
	}, h)
}

// answer answers one request under the lock, but for the network.
func (j *Jira) answer(w http.ResponseWriter, r *http.Request, routes []route) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		err = refuse(http.StatusRequestEntityTooLarge, "The request is too large.")
	}
	header := http.Header{}
	j.mu.Lock()
	var rep reply
	switch {
	case j.down:
		err = &RefusalError{Status: http.StatusServiceUnavailable, plain: awayPage, header: http.Header{"Content-Type": {awayType}}}
	case err == nil:
		rep, err = j.run(&exchange{j: j, r: r, body: body}, routes)
	}
	content := encode(rep.body)
	if refused, is := errors.AsType[*RefusalError](err); is {
		rep.status = refused.Status
		header = refused.header
		content = encode(refused.body())
		if refused.plain != "" {
			content = []byte(refused.plain)
		}
	}
	j.mu.Unlock()

	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	maps.Copy(w.Header(), header)
	if len(content) == 0 {
		w.Header().Del("Content-Type")
	}
	w.WriteHeader(rep.status)
	_, _ = io.Copy(w, bytes.NewReader(content)) // the client may have gone
}

func encode(body any) []byte {
	if body == nil {
		return nil
	}
	return quote(body)
}

// run lets the request in, or not, and handles it.
func (j *Jira) run(x *exchange, routes []route) (reply, error) {
	version, path, known := j.split(x.r.URL.EscapedPath())
	rt, vars, is := j.match(routes, x.r.Method, path)
	if !known || !is {
		return reply{}, &RefusalError{Status: http.StatusNotFound, plain: "null for uri: " + j.link(x.r.URL.Path), header: http.Header{"Content-Type": {"text/plain;charset=UTF-8"}}}
	}
	x.vars, x.api = vars, version
	var err error
	if x.by, err = j.identify(x.r); err != nil {
		return reply{}, err
	}
	if x.by == nil && !rt.open {
		return reply{}, j.anonymous()
	}
	if kind, _, _ := mime.ParseMediaType(x.r.Header.Get("Content-Type")); len(x.body) > 0 && kind != "application/json" {
		return reply{}, refuse(http.StatusUnsupportedMediaType, "Unsupported Media Type")
	}
	return rt.handle(x)
}

// read decodes the body.
func (x *exchange) read(into any) error {
	if err := json.Unmarshal(x.body, into); err != nil {
		return refuse(http.StatusBadRequest, "There was an error parsing JSON. Check that your request body is valid.")
	}
	return nil
}

func (x *exchange) view() view {
	v := x.j.newView(x.by, nil)
	v.api = x.api
	return v
}

// ticket is the one that the path names.
func (x *exchange) ticket() (*ticket, error) { return x.j.seen(x.by, x.vars["issue"]) }

// project is the one that the path names.
func (x *exchange) project() (*project, error) {
	p := x.j.project(x.vars["project"])
	if p == nil || !p.may(x.by, Browse) {
		return nil, noProject(x.vars["project"])
	}
	return p, nil
}

// list is a parameter that may be given as a list or several times.
func (x *exchange) list(name string) []string {
	var all []string
	for _, value := range x.r.URL.Query()[name] {
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}

// number is a parameter; otherwise if it is not given or is no number.
func (x *exchange) number(name string, otherwise int) int {
	n, err := strconv.Atoi(x.r.URL.Query().Get(name))
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}
