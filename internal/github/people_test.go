package github_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"hindsight/internal/incident"
)

func TestPermission(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		want   incident.Permission
		err    string
	}{
		{"triage", 200, `{"permission":"read","role_name":"triage","user":{"permissions":{"pull":true,"triage":true,"push":false,"admin":false}}}`, incident.MayTriage, "none"},
		{"custom role that may triage", 200, `{"permission":"read","role_name":"responder","user":{"permissions":{"pull":true,"triage":true}}}`, incident.MayTriage, "none"},
		{"custom role named like ours", 200, `{"permission":"read","role_name":"triage","user":{"permissions":{"pull":true,"triage":false}}}`, incident.MayRead, "none"},
		{"reader", 200, `{"permission":"read","role_name":"read","user":{"permissions":{"pull":true,"triage":false,"push":false,"admin":false}}}`, incident.MayRead, "none"},
		{"writer", 200, `{"permission":"write","role_name":"write","user":{"permissions":{"pull":true,"triage":true,"push":true,"maintain":false}}}`, incident.MayWrite, "none"},
		{"admin", 200, `{"permission":"admin","role_name":"admin","user":{"permissions":{"admin":true}}}`, incident.MayWrite, "none"},
		{"nothing at all", 200, `{"permission":"none","role_name":"none","user":{"permissions":{"pull":false,"triage":false}}}`, incident.NoPermission, "none"},
		{"older host, role", 200, `{"permission":"read","role_name":"triage","user":{}}`, incident.MayTriage, "none"},
		{"older host, permission", 200, `{"permission":"write"}`, incident.MayWrite, "none"},
		{"older host, reader", 200, `{"permission":"read","user":null}`, incident.MayRead, "none"},
		{"older host, no permission", 200, `{"permission":"none","user":null}`, incident.NoPermission, "none"},
		{"a role that nobody knows", 200, `{"role_name":"steward"}`, incident.NoPermission, "none"},
		{"stranger", 404, `{"message":"Not Found"}`, incident.NoPermission, "none"},
		{"server error", 502, `{}`, incident.NoPermission, "passing"},
		{"limit", 429, `{}`, incident.NoPermission, "later"},
		{"App lacks permission", 403, `{"message":"Resource not accessible by integration"}`, incident.NoPermission, "blocked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer("GET /repos/acme/api/collaborators/{login}/permission", tt.status, tt.body)
			got, err := h.app(nil).Forge(1).Permission(t.Context(), "acme/api", "ana")
			if got != tt.want || kind(err) != tt.err {
				t.Errorf("permission %d, want %d; error %s, want %s: %v", got, tt.want, kind(err), tt.err, err)
			}
		})
	}
}

const readersRoute = "GET /repos/acme/api/collaborators"

func TestReaders(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.paged(readersRoute, `[{"login":"Wim"},{"login":"ana"}]`, `[{"login":"Bo"},{"login":"wim"}]`)
	got, err := h.app(nil).Forge(1).Readers(t.Context(), "acme/api")
	same(t, "readers", []string{"ana", "bo", "wim"}, got, err)
}

func TestReadersThatAreTooMany(t *testing.T) {
	t.Parallel()
	for people, want := range map[int]string{3000: "none", 3001: "blocked", 9000: "blocked"} {
		var pages []string
		for from := 0; from < people; from += 100 {
			var page []string
			for n := from; n < min(from+100, people); n++ {
				page = append(page, fmt.Sprintf(`{"login":"p%d"}`, n))
			}
			pages = append(pages, "["+strings.Join(page, ",")+"]")
		}
		h := newHost(t)
		h.paged(readersRoute, append(pages, "[]")...)
		got, err := h.app(nil).Forge(1).Readers(t.Context(), "acme/api")
		if kind(err) != want || err == nil && len(got) != people {
			t.Errorf("%d people: %d, %v; want %s", people, len(got), err, want)
		}
		if err != nil && !strings.Contains(err.Error(), "postmortem.wiki") {
			t.Errorf("no next step: %v", err)
		}
		if asked := len(h.requests()); asked > 31 {
			t.Errorf("%d people: asked %d times", people, asked)
		}
	}
}

func TestReadersThatCanNotBeAsked(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{404: "missing", 403: "blocked", 429: "later", 502: "passing"} {
		h := newHost(t)
		h.answer(readersRoute, status, `{"message":"Resource not accessible by integration"}`)
		got, err := h.app(nil).Forge(1).Readers(t.Context(), "acme/api")
		if got != nil || kind(err) != want {
			t.Errorf("%d: %v, %v; want %s", status, got, err, want)
		}
		if want == "blocked" && !strings.Contains(err.Error(), "Permissions & events") {
			t.Errorf("no next step: %v", err)
		}
	}
}

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
		if got, err := forge.Permission(t.Context(), "acme/api", login); got != incident.NoPermission || err != nil {
			t.Errorf("%q may do %v, %v", login, got, err)
		}
		if got, err := forge.Assignable(t.Context(), "acme/api", login); got != incident.Denied || err != nil {
			t.Errorf("%q may be assigned: %v, %v", login, got, err)
		}
	}
	permission := regexp.MustCompile(`^/api/v3/repos/acme/api/(collaborators/[^/]+/permission|assignees/[^/]+)$`)
	for _, asked := range h.requests() {
		if !permission.MatchString(asked.Path) || asked.Query != "" {
			t.Errorf("asked for %+v", asked)
		}
	}
}
