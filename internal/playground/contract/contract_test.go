package contract_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"hindsight/internal/playground/contract"
)

// witness is a test that hears of failures and doesn't fail.
type witness struct {
	testing.TB
	heard []string
}

func (w *witness) Helper() {}

func (w *witness) Errorf(format string, args ...any) {
	w.heard = append(w.heard, fmt.Sprintf(format, args...))
}

func TestWhatDoesNotFitIsReported(t *testing.T) {
	t.Parallel()
	const (
		issues = "/api/v3/repos/acme/shop/issues"
		label  = `{"id":1,"node_id":"x","url":"http://localhost/x","name":"sev1","description":null,"color":"ededed","default":false}`
	)
	tests := []struct {
		name         string
		method, path string
		body         string
		status       int
		answer       string
		want         string // part of the one report; "" for none
	}{
		{"an endpoint that does not exist", "GET", "/api/v3/repos/acme/shop/wiki", "", 200, `{}`, "no such endpoint"},
		{"a method that does not exist", "PUT", issues, "", 200, `{}`, "no such endpoint"},
		{"a request of the wrong form", "POST", issues + "/1/comments", `{"text":"hi"}`, 422, `{"message":"no","documentation_url":"x"}`, "request POST"},
		{"a query of the wrong form", "GET", issues + "?state=all%20of%20them", "", 200, `[]`, "request GET"},
		{"an answer of the wrong form", "GET", issues + "/1", "", 200, `{"number":1}`, "answer 200"},
		{"a status that is not described", "GET", issues + "/1", "", 206, `{}`, "answer 206"},
		{"an error of the wrong form", "GET", issues + "/1", "", 401, `"no"`, "answer 401"},
		{"an error of the usual form", "GET", issues + "/1", "", 401, `{"message":"Bad credentials"}`, ""},
		{"a gateway's error", "GET", issues + "/1", "", 502, `<html>`, ""},
		{"labels as an object", "POST", issues + "/1/labels", `{"labels":["sev1"]}`, 200, "[" + label + "]", ""},
		{"labels as a bare array", "POST", issues + "/1/labels", `["sev1"]`, 200, "[" + label + "]", ""},
		{"labels of numbers", "POST", issues + "/1/labels", `[1]`, 200, "[" + label + "]", "request POST"},
		{"no options for a token", "POST", "/api/v3/app/installations/1/access_tokens", `null`, 201, `{"token":"x","expires_at":"x"}`, ""},
		{"a label with a slash", "DELETE", issues + "/1/labels/a%2Fb", "", 200, "[]", ""},
		{"a repository by its id", "GET", "/api/v3/repositories/7/issues/1", "", 200, `{"number":1}`, "answer 200"},
		{"the GraphQL API", "POST", "/api/graphql", `{}`, 200, `{"anything":true}`, ""},
		{"a path with slashes", "GET", "/api/v3/repos/acme/shop/contents/a/b/c.md", "", 404, `{"message":"Not Found"}`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := &witness{TB: t}
			h := contract.Wrap(w, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json; charset=utf-8")
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.answer))
			}))
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), test.method, test.path, strings.NewReader(test.body)))
			if answer.Code != test.status || answer.Body.String() != test.answer {
				t.Errorf("the client got %d %s", answer.Code, answer.Body)
			}
			switch {
			case test.want == "" && len(w.heard) > 0:
				t.Errorf("reported: %v", w.heard)
			case test.want != "" && !slices.ContainsFunc(w.heard, func(s string) bool { return strings.Contains(s, test.want) }):
				t.Errorf("reported %q, want %q", w.heard, test.want)
			}
		})
	}
}

func TestWebhooksThatDoNotFitAreReported(t *testing.T) {
	t.Parallel()
	account := `{"login":"ada","id":1}`
	tests := []struct{ name, event, payload, want string }{
		{"an event that does not exist", "issue_notes", `{"action":"created"}`, "no webhook"},
		{"an action that does not exist", "issues", `{"action":"painted"}`, "no webhook"},
		{"what is no JSON", "issues", `{`, "read the payload"},
		{"a payload of the wrong form", "issues", `{"action":"opened","sender":` + account + `}`, `"issue" is missing`},
	}
	for _, test := range tests {
		w := &witness{TB: t}
		contract.Webhook(w, test.event, []byte(test.payload))
		if len(w.heard) != 1 || !strings.Contains(w.heard[0], test.want) {
			t.Errorf("%s: reported %q, want %q", test.name, w.heard, test.want)
		}
	}
	for _, example := range contract.Examples(t) {
		// Some examples are older than the description; those of new labels fit.
		if !strings.HasPrefix(example.Name, "label/created") {
			continue
		}
		w := &witness{TB: t}
		if contract.Webhook(w, example.Event, example.Payload); len(w.heard) > 0 {
			t.Errorf("a real one, %s, was reported: %q", example.Name, w.heard)
		}
	}
}

func TestExamplesAreRead(t *testing.T) {
	t.Parallel()
	all := contract.Examples(t)
	if len(all) < 300 {
		t.Errorf("%d examples", len(all))
	}
	if !slices.ContainsFunc(all, func(e contract.Example) bool {
		return e.Event == "issues" && strings.HasPrefix(e.Name, "issues/labeled/") && strings.Contains(string(e.Payload), `"labeled"`)
	}) {
		t.Error("none of them labels an issue")
	}
}
