// Package contract holds what is said to a stand-in for GitHub, and what it
// answers, to GitHub's own description of its API. It is for tests.
//
// The description comes from npm (package.json beside this file) and is not
// kept here: `make deps` installs it. A test that needs it fails without it,
// since a contract that nobody reads is worse than none.
package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

const (
	prefix = "/api/v3"
	// maxBody is more than any body in a test.
	maxBody = 16 << 20
)

// Wrap puts the description between clients and the API, and reports to the
// test what does not fit: requests, answers, endpoints that don't exist. The
// handler serves the API under /api/v3/.
func Wrap(tb testing.TB, next http.Handler) http.Handler {
	tb.Helper()
	d, err := load()
	if err != nil {
		tb.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			tb.Errorf("contract: read the body of %s %s: %v", r.Method, r.URL.Path, err)
		}
		input, err := d.request(r, body)
		if err != nil {
			tb.Errorf("contract: request %s %s: %v\nbody: %.2000s", r.Method, r.URL, err, body)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		if input == nil {
			return
		}
		if err := d.answer(input, answer); err != nil {
			tb.Errorf("contract: answer %d to %s %s: %v\nbody: %.2000s",
				answer.status, r.Method, r.URL, err, answer.body.Bytes())
		}
	})
}

// recorder keeps a copy of what is answered.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.body.Write(b)
	return r.ResponseWriter.Write(b)
}

// description is GitHub's, ready to be looked into.
type description struct {
	doc   *openapi3.T
	paths []path
}

type path struct {
	pattern  string
	segments []string
	item     *openapi3.PathItem
}

// load reads the description once for each process: it takes a second or two.
var load = sync.OnceValues(func() (*description, error) { //nolint:gochecknoglobals // read once, never changed
	raw, err := installed("openapi", "generated", "api.github.com.json")
	if err != nil {
		return nil, err
	}
	// Validating the document itself would fail: it has small faults that
	// don't matter here.
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, fmt.Errorf("contract: read GitHub's API description: %w", err)
	}
	if err := mend(doc); err != nil {
		return nil, err
	}
	d := &description{doc: doc}
	for pattern, item := range doc.Paths.Map() {
		d.paths = append(d.paths, path{pattern, strings.Split(strings.Trim(pattern, "/"), "/"), item})
	}
	return d, nil
})

// mend puts right the one answer that nobody could give: the list of
// installations, whose account would have to be a user and an enterprise at
// once. A single installation is described well.
func mend(doc *openapi3.T) error {
	path, one := doc.Paths.Value("/app/installations"), doc.Components.Schemas["installation"]
	if path == nil || one == nil {
		return errors.New("contract: GitHub's description has no installations")
	}
	list := path.Get.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema
	list.Value.Items = one
	return nil
}

// installed reads a file of one of GitHub's npm packages.
func installed(name ...string) ([]byte, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("contract: find the module: %w", err)
	}
	for {
		if _, err = os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, errors.New("contract: run tests inside the module: go.mod was not found")
		}
		dir = parent
	}
	parts := append([]string{dir, "internal", "playground", "contract", "node_modules", "@octokit"}, name...)
	raw, err := os.ReadFile(filepath.Join(parts...)) //nolint:gosec // callers name files of the two packages
	if err != nil {
		return nil, fmt.Errorf("GitHub's own API description is not installed: run `make deps` (%w)", err)
	}
	return raw, nil
}

// find is the endpoint that a request is for. Where two fit, the one with
// fewer variables is meant.
func (d *description) find(r *http.Request) (*routers.Route, map[string]string, error) {
	// Split before unescaping: a label's name may hold a slash.
	segments := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.EscapedPath(), prefix), "/"), "/")
	for i, s := range segments {
		if plain, err := url.PathUnescape(s); err == nil {
			segments[i] = plain
		}
	}
	var best *routers.Route
	var vars map[string]string
	for _, p := range d.paths {
		operation := p.item.GetOperation(r.Method)
		if operation == nil {
			continue
		}
		if v, fits := p.fit(segments); fits && (best == nil || len(v) < len(vars)) {
			best = &routers.Route{
				Spec: d.doc, Path: p.pattern, PathItem: p.item, Method: r.Method, Operation: operation,
			}
			vars = v
		}
	}
	if best == nil {
		return nil, nil, errors.New("GitHub's description has no such endpoint")
	}
	return best, vars, nil
}

// fit compares segment by segment; a {path} at the end holds slashes.
func (p path) fit(segments []string) (map[string]string, bool) {
	vars := map[string]string{}
	for i, s := range p.segments {
		switch {
		case i >= len(segments):
			return nil, false
		case s == "{path}" && i == len(p.segments)-1:
			vars["path"] = strings.Join(segments[i:], "/")
			return vars, true
		case strings.HasPrefix(s, "{"):
			vars[strings.Trim(s, "{}")] = segments[i]
		case s != segments[i]:
			return nil, false
		}
	}
	return vars, len(p.segments) == len(segments)
}

// request checks a request. It returns nil input when there is nothing to
// hold the answer to.
func (d *description) request(r *http.Request, body []byte) (*openapi3filter.RequestValidationInput, error) {
	route, vars, err := d.find(r)
	if err != nil {
		return nil, err
	}
	body, checkBody := forgive(route.Path, body)
	copied := r.Clone(r.Context())
	copied.Body, copied.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	if len(body) > 0 && copied.Header.Get("Content-Type") == "" {
		copied.Header.Set("Content-Type", "application/json")
	}
	options := &openapi3filter.Options{
		AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc,
		SkipSettingDefaults: true,
		ExcludeRequestBody:  !checkBody,
	}
	options.WithCustomSchemaErrorFunc(brief)
	input := &openapi3filter.RequestValidationInput{
		Request: copied, PathParams: vars, Route: route, Options: options,
	}
	return input, openapi3filter.ValidateRequest(r.Context(), input)
}

// forgive mends what GitHub takes although its description says otherwise: a
// bare array of labels, and the null that one client library sends for no
// options.
func forgive(pattern string, body []byte) ([]byte, bool) {
	trimmed := bytes.TrimSpace(body)
	switch {
	case strings.HasSuffix(pattern, "/issues/{issue_number}/labels") && bytes.HasPrefix(trimmed, []byte("[")):
		return fmt.Appendf(nil, `{"labels":%s}`, trimmed), true
	case strings.HasSuffix(pattern, "/access_tokens") && string(trimmed) == "null":
		return nil, false
	}
	return body, true
}

// answer checks an answer. Errors that the description leaves out for an
// endpoint must have the form that all errors have; a gateway may say what it
// likes.
func (d *description) answer(input *openapi3filter.RequestValidationInput, got *recorder) error {
	documented := input.Route.Operation.Responses.Status(got.status) != nil
	switch {
	case !documented && got.status >= http.StatusInternalServerError, got.status == http.StatusNotModified:
		return nil
	case !documented && got.status >= http.StatusBadRequest:
		return d.basicError(got.body.Bytes())
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true}
	options.WithCustomSchemaErrorFunc(brief)
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: got.status, Header: got.Header(), Options: options,
	}
	return openapi3filter.ValidateResponse(input.Request.Context(), answer.SetBodyBytes(got.body.Bytes()))
}

// brief leaves out the schema and the value, which can be pages long.
func brief(err *openapi3.SchemaError) string {
	text := fmt.Sprintf("/%s: %s", strings.Join(err.JSONPointer(), "/"), err.Reason)
	if err.Origin != nil {
		text += ": " + err.Origin.Error()
	}
	return text
}

func (d *description) basicError(body []byte) error {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("an error that is not JSON: %w", err)
	}
	schema := d.doc.Components.Schemas["basic-error"]
	if schema == nil {
		return errors.New("GitHub's description has no basic-error")
	}
	return schema.Value.VisitJSON(value)
}
