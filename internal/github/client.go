package github

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/go-github/v60/github"

	"hindsight/internal/incident"
)

// mintRoute is where installation tokens come from.
const mintRoute = "POST /app/installations/{installation_id}/access_tokens"

// pageSize is the most that GitHub gives at once.
const pageSize = 100

// call is one request, and what has to be said when it fails.
type call struct {
	route string   // method and path as in GitHub's description
	args  []string // for the path's {placeholders}, in order
	query url.Values
	body  any
	about string // what it is about, for people: "acme/api#42"
	needs string // the permission of the App: "issues: write"
	// content is true for what creates something. GitHub counts that apart,
	// and sparingly.
	content bool
	// harmless is true for a POST that changes nothing that people see.
	harmless bool
	// most is how many elements GitHub lets a list have; 0 for no limit.
	most int
}

func (c call) method() string {
	method, _, _ := strings.Cut(c.route, " ")
	return method
}

func (c call) reads() bool { return c.harmless || c.method() == http.MethodGet }

// address fills in the placeholders. Only "{path}" keeps its slashes: a name
// that people chose must not reach another route.
func (c call) address() string {
	_, path, _ := strings.Cut(c.route, " /")
	segments := strings.Split(path, "/")
	args := c.args
	for i, s := range segments {
		if !strings.HasPrefix(s, "{") {
			continue
		}
		segments[i] = url.PathEscape(args[0])
		if s == "{path}" {
			segments[i] = (&url.URL{Path: strings.TrimPrefix(args[0], "/")}).EscapedPath()
		}
		args = args[1:]
	}
	path = strings.Join(segments, "/")
	if len(c.query) > 0 {
		path += "?" + c.query.Encode()
	}
	return path
}

// strays is whether an argument would lead the address elsewhere: empty
// segments and dots are taken for parts of the path, however they are escaped.
func (c call) strays() bool {
	for _, a := range c.args {
		for s := range strings.SplitSeq(a, "/") {
			if s == "" || s == "." || s == ".." {
				return true
			}
		}
	}
	return false
}

func onRepo(r incident.Repo, more ...string) []string {
	return append([]string{r.Owner(), r.Name()}, more...)
}

func onIssue(k incident.Key, more ...string) []string {
	return append([]string{k.Repo.Owner(), k.Repo.Name(), strconv.Itoa(k.Number)}, more...)
}

// client speaks for one installation, or for the App itself.
type client struct {
	installation int64 // 0 for the App
	gate         *gate
	log          *slog.Logger
	connect      func() *github.Client
	api          atomic.Pointer[github.Client]
}

// newClient builds a client. The transport is a function since a token that
// GitHub no longer takes is got rid of with the transport that holds it.
func newClient(installation int64, base *url.URL, g *gate, log *slog.Logger, transport func() http.RoundTripper) *client {
	c := &client{installation: installation, gate: g, log: log}
	c.connect = func() *github.Client {
		api := github.NewClient(&http.Client{Transport: transport(), Timeout: requestTimeout, CheckRedirect: checkRedirect})
		api.BaseURL = base
		api.UserAgent = "hindsight"
		return api
	}
	c.api.Store(c.connect())
	return c
}

// do sends one request and decodes its answer into out, unless that is nil.
// The answer is nil if there is an error, and the error is classified.
func (c *client) do(ctx context.Context, one call, out any) (*github.Response, error) {
	if one.strays() {
		return nil, &incident.Missing{What: one.about}
	}
	if err := c.gate.enter(ctx, one); err != nil {
		return nil, err
	}
	defer c.gate.leave()
	api := c.api.Load()
	req, err := api.NewRequest(one.method(), c.address(one), one.body)
	if err != nil {
		return nil, fmt.Errorf("build the request %q: %s", one.route, redact(err.Error()))
	}
	resp, err := api.Do(withRoute(ctx, one.route), req, out)
	if err != nil {
		return nil, c.failed(one, failureOf(err))
	}
	return resp, nil
}

// address is where the call goes, seen from the API's base. GraphQL is beside
// REST on an Enterprise Server, and below it elsewhere.
func (c *client) address(one call) string {
	if one.route == graphRoute && strings.HasSuffix(c.api.Load().BaseURL.Path, "/api/v3/") {
		return "../graphql"
	}
	return one.address()
}

// failed classifies, and learns from it: after a limit nothing more is sent
// until its end, and a token that does not do is thrown away, so that a
// permission that was just granted counts at the next try and not an hour
// later.
func (c *client) failed(one call, f *failure) error {
	result := f.classify(one, c.gate.now())
	if later, ok := errors.AsType[*incident.Later](result); ok {
		c.gate.close(later.At)
		c.log.Warn("GitHub's rate limit is reached, waiting",
			"installation", c.installation, "route", one.route, "status", f.status, "until", later.At.Format(time.RFC3339))
	}
	if f.tokenIsWrong() {
		c.api.Store(c.connect())
	}
	return result
}

// pages reads a list to its end. A page that is full is followed by another
// request even if it names no next page: the answer "not modified" brings
// back the links of the time when the page was the last. That is spared where
// GitHub lets there be no more.
func pages[P any](ctx context.Context, c *client, list call, add func(P) int) error {
	list.query.Set("per_page", strconv.Itoa(pageSize))
	for page := 1; ; page++ {
		if page > 1 {
			list.query.Set("page", strconv.Itoa(page))
		}
		var found P
		resp, err := c.do(ctx, list, &found)
		if err != nil {
			return err
		}
		n := add(found)
		full := n == pageSize && (list.most == 0 || page*pageSize < list.most)
		if n == 0 || !full && resp.NextPage == 0 {
			return nil
		}
	}
}
