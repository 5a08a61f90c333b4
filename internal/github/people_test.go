package github_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"testing"

	"hindsight/internal/incident"
)

func labeled(label, by, at string) string {
	return fmt.Sprintf(`{"event":"labeled","actor":{"login":%q,"type":"User"},"label":{"name":%q},"created_at":"2026-11-20T%sZ"}`, by, label, at)
}

func TestLabelling(t *testing.T) {
	t.Parallel()
	other := `{"event":"unlabeled","actor":{"login":"zoe"},"label":{"name":"incident"},"created_at":"2026-11-20T23:00:00Z"}`
	tests := []struct {
		name  string
		pages []string
		want  string
	}{
		{"on the second page", []string{"[" + labeled("incident", "ana", "10:00:00") + "]", "[" + labeled("Incident", "bo", "11:00:00") + "," + other + "]"}, "bo"},
		{"another label", []string{"[" + labeled("incident", "ana", "10:00:00") + "," + labeled("sev1", "bo", "11:00:00") + "]"}, "ana"},
		{"twice in a second", []string{"[" + labeled("incident", "ana", "10:00:00") + "," + labeled("incident", "bo", "10:00:00") + "]"}, "bo"},
		{"never", []string{"[" + other + "]"}, ""},
		{"by an account that is gone", []string{`[{"event":"labeled","actor":null,"label":{"name":"incident"},"created_at":"2026-11-20T10:00:00Z"}]`}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.paged("GET /repos/acme/api/issues/42/events", tt.pages...)
			got, err := h.app(nil).Forge(1).Labelling(t.Context(), key, "incident")
			if err != nil || got.By.Login != tt.want || got.At.IsZero() != (tt.want == "") {
				t.Errorf("got %+v, want %q: %v", got, tt.want, err)
			}
		})
	}
}

func TestMayTriage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		want   incident.Verdict
		err    string
	}{
		{"triage", 200, `{"permission":"read","role_name":"triage","user":{"permissions":{"pull":true,"triage":true,"push":false,"admin":false}}}`, incident.Allowed, "none"},
		{"custom role that may triage", 200, `{"permission":"read","role_name":"responder","user":{"permissions":{"pull":true,"triage":true}}}`, incident.Allowed, "none"},
		{"custom role named like ours", 200, `{"permission":"read","role_name":"triage","user":{"permissions":{"pull":true,"triage":false}}}`, incident.Denied, "none"},
		{"reader", 200, `{"permission":"read","role_name":"read","user":{"permissions":{"pull":true,"triage":false,"push":false,"admin":false}}}`, incident.Denied, "none"},
		{"admin", 200, `{"permission":"admin","role_name":"admin","user":{"permissions":{"admin":true}}}`, incident.Allowed, "none"},
		{"older host, role", 200, `{"permission":"read","role_name":"triage","user":{}}`, incident.Allowed, "none"},
		{"older host, permission", 200, `{"permission":"write"}`, incident.Allowed, "none"},
		{"older host, no permission", 200, `{"permission":"none","user":null}`, incident.Denied, "none"},
		{"stranger", 404, `{"message":"Not Found"}`, incident.Denied, "none"},
		{"server error", 502, `{}`, incident.Unknown, "passing"},
		{"limit", 429, `{}`, incident.Unknown, "later"},
		{"App lacks permission", 403, `{"message":"Resource not accessible by integration"}`, incident.Unknown, "blocked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer("GET /repos/acme/api/collaborators/{login}/permission", tt.status, tt.body)
			got, err := h.app(nil).Forge(1).MayTriage(t.Context(), "acme/api", "ana")
			if got != tt.want || kind(err) != tt.err {
				t.Errorf("verdict %d, want %d; error %s, want %s: %v", got, tt.want, kind(err), tt.err, err)
			}
		})
	}
}

// verdict is a question about a person in a repository.
type verdict func(context.Context, incident.Repo, string) (incident.Verdict, error)

func TestAssignable(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]struct {
		verdict incident.Verdict
		err     string
	}{
		204: {incident.Allowed, "none"},
		404: {incident.Denied, "none"},
		403: {incident.Unknown, "blocked"},
		429: {incident.Unknown, "later"},
		500: {incident.Unknown, "passing"},
	} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			body := `{"message":"no"}`
			if status == 204 {
				body = ""
			}
			h.answer("GET /repos/acme/api/assignees/ana", status, body)
			got, err := h.app(nil).Forge(1).Assignable(t.Context(), "acme/api", "ana")
			if got != want.verdict || kind(err) != want.err {
				t.Errorf("got %d, %v; want %+v", got, err, want)
			}
		})
	}
}

func TestLoginsReachNoOtherRoute(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	forge := h.app(nil).Forge(1)
	for _, login := range []string{"dependabot[bot]", "../../issues", "a?x=y", "..", "."} {
		for what, ask := range map[string]verdict{"triage": forge.MayTriage, "be assigned": forge.Assignable} {
			if got, err := ask(t.Context(), "acme/api", login); got != incident.Denied || err != nil {
				t.Errorf("%q may %s: %v, %v", login, what, got, err)
			}
		}
	}
	permission := regexp.MustCompile(`^/api/v3/repos/acme/api/(collaborators/[^/]+/permission|assignees/[^/]+)$`)
	for _, asked := range h.requests() {
		if !permission.MatchString(asked.Path) || asked.Query != "" {
			t.Errorf("asked for %+v", asked)
		}
	}
}
