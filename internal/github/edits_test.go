package github_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"hindsight/internal/github"
	"hindsight/internal/incident"
)

var tracker = incident.Comment{ID: 5, Node: "IC_5"}

// graph serves GraphQL, which is beside REST on an Enterprise Server.
func (h *host) graph(status int, body string, headers ...string) {
	h.mux.HandleFunc("POST /api/graphql", func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// history is an answer with these edits.
func history(edits ...string) string {
	return `{"data":{"node":{"userContentEdits":{"nodes":[` + strings.Join(edits, ",") + `]}}}}`
}

func TestEdits(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.graph(200, history(
		`{"id":"E1","editedAt":"2026-11-20T10:00:00Z","editor":{"login":"hindsight","__typename":"Bot"},"diff":"first"}`,
		`{"id":"E3","editedAt":"2026-11-20T10:02:00Z","editor":{"login":"hindsight","__typename":"User"},"diff":"by a person of our name"}`,
		`{"id":"E2","editedAt":"2026-11-20T10:02:00Z","editor":{"login":"Hindsight[bot]","__typename":"Bot"},"diff":"second"}`,
		`{"id":"E4","editedAt":"2026-11-20T10:03:00Z","editor":{"login":"other","__typename":"Bot"},"diff":null}`,
		`{"id":"E5","editedAt":"2026-11-20T10:04:00Z","editor":null,"diff":"by nobody"}`,
	))
	got, known, err := h.app(nil).Forge(1).Edits(t.Context(), tracker)
	at := func(minute int) time.Time { return time.Date(2026, 11, 20, 10, minute, 0, 0, time.UTC) }
	want := []incident.Edit{
		{ID: "E5", At: at(4), Body: "by nobody"},
		{ID: "E4", By: incident.Actor{Login: "other[bot]", Bot: true}, At: at(3)},
		{ID: "E3", By: incident.Actor{Login: "hindsight"}, At: at(2), Body: "by a person of our name"},
		{ID: "E2", By: incident.Actor{Login: "Hindsight[bot]", Bot: true}, Ours: true, At: at(2), Body: "second"},
		{ID: "E1", By: incident.Actor{Login: "hindsight[bot]", Bot: true}, Ours: true, At: at(0), Body: "first"},
	}
	same(t, "edits, the newest first", want, got, err)
	if !known {
		t.Error("the history is not known")
	}
	asked := h.requests()[0]
	if asked.Auth != "token "+token || !strings.Contains(asked.Body, `"variables":{"id":"IC_5"}`) {
		t.Errorf("asked %+v", asked)
	}
}

// TestWhereGraphQLIs has GitHub's own address, whose API has no path.
func TestWhereGraphQLIs(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.mux.HandleFunc("POST /graphql", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, history()) })
	h.mux.HandleFunc("GET /app", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"slug":"hindsight"}`) })
	var routes []string
	app := h.app(func(o *github.Options) {
		o.APIURL = h.URL
		o.Observe = func(route string, _ int) { routes = append(routes, route) }
	})
	if _, known, err := app.Forge(1).Edits(t.Context(), tracker); err != nil || !known {
		t.Errorf("known %t, %v", known, err)
	}
	if len(routes) != 3 || routes[1] != "POST /graphql" {
		t.Errorf("observed %q", routes)
	}
}

func TestEditsThatAreNotTold(t *testing.T) {
	t.Parallel()
	const undefined = `"message":"Field 'userContentEdits' doesn't exist on type 'IssueComment'"`
	tests := []struct {
		name    string
		status  int
		body    string
		headers []string
		want    string
		says    string
	}{
		{"no GraphQL", 404, `{"message":"Not Found"}`, nil, "none", ""},
		{"no such field", 200, `{"errors":[{"extensions":{"code":"undefinedField"},"message":"x"}]}`, nil, "none", ""},
		{"no such field, in words", 200, `{"errors":[{` + undefined + `}]}`, nil, "none", ""},
		{"comment is gone", 200, `{"data":{"node":null},"errors":[{"type":"NOT_FOUND","message":"Could not resolve to a node"}]}`, nil, "missing", "comment 5"},
		{"comment is gone, silently", 200, `{"data":{"node":null}}`, nil, "missing", "comment 5"},
		{"permission", 200, `{"data":{"node":null},"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}`, nil, "blocked", "**issues: read**"},
		{"forbidden for another reason", 200, `{"errors":[{"type":"FORBIDDEN","message":"@acme has an IP allow list"}]}`, nil, "blocked", "`@acme has an IP allow list`"},
		{"points used up", 200, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`, []string{"Retry-After", "90"}, "later", "2026-11-20T12:01:30Z"},
		{"secondary limit", 403, `{"message":"You have exceeded a secondary rate limit"}`, nil, "later", ""},
		{"credentials", 401, `{"message":"Bad credentials"}`, nil, "passing", "private key"},
		{"trouble inside", 200, `{"data":null,"errors":[{"message":"Something went wrong with ` + token + `"}]}`, nil, "passing", "Something went wrong"},
		{"trouble without a word", 200, `{"errors":[{}]}`, nil, "passing", "no reason"},
		{"server error", 502, `<html>`, nil, "passing", "502"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.graph(tt.status, tt.body, tt.headers...)
			edits, known, err := h.app(nil).Forge(1).Edits(t.Context(), tracker)
			if kind(err) != tt.want || known || len(edits) != 0 {
				t.Fatalf("%v, known %t, %v; want %s", edits, known, err, tt.want)
			}
			if err == nil {
				return
			}
			if said := err.Error(); !strings.Contains(said, tt.says) || strings.Contains(said, "ghs_") || strings.Contains(said, "taken effect") {
				t.Errorf("it says %q", said)
			}
		})
	}
}

func TestLimitOfGraphQLClosesTheInstallation(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.graph(200, `{"errors":[{"type":"RATE_LIMITED"}]}`)
	forge := h.app(nil).Forge(1)
	for range 2 {
		if _, _, err := forge.Edits(t.Context(), tracker); kind(err) != "later" {
			t.Errorf("want a limit, got %v", err)
		}
	}
	if n := len(h.requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestEditsOfACommentWithoutANode(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	if _, known, err := h.app(nil).Forge(1).Edits(t.Context(), incident.Comment{ID: 5}); known || err != nil || len(h.requests()) != 0 {
		t.Errorf("known %t, %v after %v", known, err, h.requests())
	}
}

func TestBodyEdits(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.graph(200, history(
		`{"id":"E1","editedAt":"2026-11-20T10:00:00Z","editor":{"login":"wim","__typename":"User"},"diff":"first"}`,
	))
	forge := h.app(nil).Forge(1)
	got, known, err := forge.BodyEdits(t.Context(), incident.Issue{Key: key, Node: "I_42"})
	same(t, "edits", []incident.Edit{
		{ID: "E1", By: incident.Actor{Login: "wim"}, At: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), Body: "first"},
	}, got, err)
	asked := h.requests()[0].Body
	for _, want := range []string{`"variables":{"id":"I_42"}`, "on Issue {", "on PullRequest {"} {
		if !known || !strings.Contains(asked, want) {
			t.Errorf("known %t, asked without %s: %s", known, want, asked)
		}
	}
	before := len(h.requests())
	if _, known, err := forge.BodyEdits(t.Context(), incident.Issue{Key: key}); known || err != nil || len(h.requests()) != before {
		t.Errorf("without a node: known %t, %v", known, err)
	}
}

// TestAskingIsNotPaced has more questions than writes may follow each other.
func TestAskingIsNotPaced(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.graph(200, history())
	forge := h.app(nil).Forge(1)
	for range 40 {
		if _, _, err := forge.Edits(t.Context(), tracker); err != nil {
			t.Fatal(err)
		}
	}
}
