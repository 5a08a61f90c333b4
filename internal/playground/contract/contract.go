// Package contract holds what is said to a stand-in for GitHub, what it
// answers, and the webhooks that it sends to GitHub's own description of its
// API. It is for tests.
//
// The description comes from npm (package.json beside this file) and is not
// kept here: `make deps` installs it. A test that needs it fails without it,
// since a contract that nobody reads is worse than none.
package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// maxBody is more than any body in a test, in bytes.
const maxBody = 16 << 20

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
		if undescribed(r) {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			tb.Errorf("contract: read the body of %s %s: %v", r.Method, r.URL.Path, err)
		}
		e, vars, err := d.find(r)
		if err == nil {
			err = e.request(r, vars, body)
		}
		if err != nil {
			tb.Errorf("contract: request %s %s: %v\nbody: %.2000s", r.Method, r.URL, err, body)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		if e == nil {
			return
		}
		if err := e.answer(r, answer); err != nil {
			tb.Errorf("contract: answer %d to %s %s: %v\nbody: %.2000s",
				answer.status, r.Method, r.URL, err, answer.body.Bytes())
		}
	})
}

// undescribed is what the description says nothing of although GitHub serves
// it: the GraphQL API. It passes as it is, so that the tests of both sides must
// look at it themselves.
func undescribed(r *http.Request) bool { return r.URL.Path == "/api/graphql" }

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

// request checks a request.
func (e *endpoint) request(r *http.Request, vars map[string]string, body []byte) error {
	body, checkBody := forgive(e.pattern, body)
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
	return openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: copied, PathParams: vars, Route: e.route(r.Method), Options: options,
	})
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
func (e *endpoint) answer(r *http.Request, got *recorder) error {
	route := e.route(r.Method)
	documented := route.Operation.Responses.Status(got.status) != nil
	switch {
	case !documented && got.status >= http.StatusInternalServerError, got.status == http.StatusNotModified:
		return nil
	case !documented && got.status >= http.StatusBadRequest:
		return e.basicError(got.body.Bytes())
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true}
	options.WithCustomSchemaErrorFunc(brief)
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, Route: route},
		Status:                 got.status, Header: got.Header(), Options: options,
	}
	return openapi3filter.ValidateResponse(r.Context(), answer.SetBodyBytes(got.body.Bytes()))
}

// brief leaves out the schema and the value, which can be pages long.
func brief(err *openapi3.SchemaError) string {
	text := fmt.Sprintf("/%s: %s", strings.Join(err.JSONPointer(), "/"), err.Reason)
	if err.Origin != nil {
		text += ": " + err.Origin.Error()
	}
	return text
}

// basicError checks an error that has no form of its own.
func (e *endpoint) basicError(body []byte) error {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("an error that is not JSON: %w", err)
	}
	return e.doc.Components.Schemas["basic-error"].Value.VisitJSON(value)
}
