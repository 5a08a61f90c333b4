package github_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

const issueRoute = "GET /repos/acme/api/issues/42"

// issueJSON is an issue as GitHub shows it, with more fields put over it.
func issueJSON(more string) string {
	return `{"id":9001,"number":42,"title":"Checkout is down","body":null,
		"html_url":"https://github.example/Acme/api/issues/42",
		"repository_url":"https://github.example/api/v3/repos/Acme/api",
		"state":"open","state_reason":null,"user":{"login":"ana","type":"User"},
		"labels":[{"name":"incident"},{"name":"sev1"}],"assignees":[{"login":"bo"}],
		"created_at":"2026-11-20T10:00:00Z","updated_at":"2026-11-20T11:00:00Z","closed_at":null` + more + `}`
}

func TestIssueInTheRulesWords(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer(issueRoute, 200, issueJSON(`,"pull_request":{"url":"x"}`))
	got, err := h.app(nil).Forge(1).Issue(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	want := incident.Issue{
		Key: key, ID: 9001, URL: "https://github.example/Acme/api/issues/42", Title: "Checkout is down",
		Author: incident.Actor{Login: "ana"}, Labels: []string{"incident", "sev1"}, Assignees: []string{"bo"},
		PullRequest: true, State: incident.Open,
		CreatedAt: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC),
		UpdatedAt: time.Date(2026, 11, 20, 11, 0, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestClosedIssuesCountByTheirReason(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]incident.State{
		`"completed"`: incident.Done, `null`: incident.Done,
		`"not_planned"`: incident.Dropped, `"duplicate"`: incident.Dropped,
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer(issueRoute, 200, issueJSON(`,"state":"closed","closed_at":"2026-11-21T10:00:00Z","state_reason":`+reason))
			got, err := h.app(nil).Forge(1).Issue(t.Context(), key)
			if err != nil || got.State != want || got.ClosedAt.IsZero() {
				t.Errorf("state %q at %s, want %q: %v", got.State, got.ClosedAt, want, err)
			}
		})
	}
}

func TestIssueThatMovedIsMissingHere(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer(issueRoute, 301, "", "Location", "/api/v3/repositories/9/issues/7")
	h.answer("GET /repositories/9/issues/7", 200,
		issueJSON(`,"number":7,"repository_url":"https://github.example/api/v3/repos/Acme/web"`))
	_, err := h.app(nil).Forge(1).Issue(t.Context(), key)
	if kind(err) != "missing" || !strings.Contains(err.Error(), "moved to acme/web#7") {
		t.Errorf("got %v", err)
	}
}

// TestWhoWrote is law 2: a marker counts only in what this App itself wrote.
func TestWhoWrote(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		by    string
		appID int64
	}{
		{"this App, by its id", `"user":{"login":"hindsight[bot]","type":"Bot"},"performed_via_github_app":{"id":7}`, 7},
		{"this App after its name changed", `"user":{"login":"old-name[bot]","type":"Bot"},"performed_via_github_app":{"id":7}`, 7},
		{"this App, by its login", `"user":{"login":"Hindsight[bot]","type":"Bot"},"performed_via_github_app":null`, 7},
		{"this App, on a host that names no App", `"user":{"login":"hindsight[bot]","type":"Bot"}`, 7},
		{"another App", `"user":{"login":"other[bot]","type":"Bot"},"performed_via_github_app":{"id":8}`, 8},
		{"another App that took our name", `"user":{"login":"hindsight[bot]","type":"Bot"},"performed_via_github_app":{"id":8}`, 8},
		{"another App without an id", `"user":{"login":"other[bot]","type":"Bot"}`, 0},
		{"a person through this App", `"user":{"login":"ana","type":"User"},"performed_via_github_app":{"id":7}`, 0},
		{"a person with our name", `"user":{"login":"hindsight[bot]","type":"User"}`, 0},
		{"a machine account", `"user":{"login":"hindsight","type":"Bot"}`, 0},
		{"an account that is gone", `"user":null,"performed_via_github_app":{"id":7}`, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer(issueRoute, 200, issueJSON(","+tt.by))
			h.answer("GET /repos/acme/api/issues/42/comments", 200, `[{"id":1,`+tt.by+`}]`)
			forge := h.app(nil).Forge(1)
			issue, err := forge.Issue(t.Context(), key)
			if err != nil || issue.AppID != tt.appID {
				t.Errorf("issue by App %d, want %d: %v", issue.AppID, tt.appID, err)
			}
			comments, err := forge.Comments(t.Context(), key)
			if err != nil || len(comments) != 1 || comments[0].Ours != (tt.appID == appID) {
				t.Errorf("comments %+v, want ours %t: %v", comments, tt.appID == appID, err)
			}
		})
	}
}

func TestWhoWroteIsNotGuessed(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer("GET /app", 503, `{}`)
	h.answer("GET /repos/acme/api/issues/42/comments", 200, `[{"id":1,"user":{"login":"hindsight[bot]","type":"Bot"}}]`)
	if _, err := h.app(nil).Forge(1).Comments(t.Context(), key); kind(err) != "passing" {
		t.Errorf("neither yes nor no, but: %v", err)
	}
}

func TestRepository(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]incident.Repository{
		`{"full_name":"Acme/api","html_url":"u","private":false,"has_wiki":true}`:      {FullName: "Acme/api", URL: "u", HasWiki: true},
		`{"full_name":"Acme/api","private":true,"archived":true}`:                      {FullName: "Acme/api", Private: true, Archived: true},
		`{"full_name":"Acme/api","private":false,"visibility":"internal"}`:             {FullName: "Acme/api", Private: true},
		`{"full_name":"Acme/api","visibility":"public","has_wiki":false,"x":{"y":[]}}`: {FullName: "Acme/api"},
	} {
		h := newHost(t)
		h.answer("GET /repos/acme/api", 200, body)
		got, err := h.app(nil).Forge(1).Repository(t.Context(), "acme/api")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// paged serves a list of these pages, each with a link to the next.
func (h *host) paged(route string, pages ...string) {
	h.handle(route, func(w http.ResponseWriter, r *http.Request) {
		page := 1
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		if page < len(pages) {
			next := *r.URL
			q := next.Query()
			q.Set("page", fmt.Sprint(page+1))
			next.RawQuery = q.Encode()
			w.Header().Set("Link", fmt.Sprintf(`<%s%s>; rel="next"`, h.URL, next.String()))
		}
		_, _ = w.Write([]byte(pages[page-1]))
	})
}

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

func TestLoginsReachNoOtherRoute(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	forge := h.app(nil).Forge(1)
	for _, login := range []string{"dependabot[bot]", "../../issues", "a?x=y", "..", "."} {
		if got, err := forge.MayTriage(t.Context(), "acme/api", login); got != incident.Denied || err != nil {
			t.Errorf("%q: %v, %v", login, got, err)
		}
	}
	for _, asked := range h.requests() {
		if !strings.HasPrefix(asked.Path, "/api/v3/repos/acme/api/collaborators/") || strings.Count(asked.Path, "/") != 8 || asked.Query != "" {
			t.Errorf("asked for %+v", asked)
		}
	}
}

func TestNamesThatLeadElsewhereAreMissing(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	forge := h.app(nil).Forge(1)
	for _, path := range []string{"../issues", "a/../../../../user", "a//b", "", "."} {
		if _, err := forge.File(t.Context(), "acme/api", path); kind(err) != "missing" {
			t.Errorf("%q: %v", path, err)
		}
	}
	for _, repo := range []incident.Repo{"acme/..", "acme/", "acme", "/api"} {
		if _, err := forge.Repository(t.Context(), repo); kind(err) != "missing" {
			t.Errorf("%q: %v", repo, err)
		}
	}
	if n := len(h.requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	content := base64.StdEncoding.EncodeToString([]byte("label: incident\n"))
	tests := []struct {
		name   string
		status int
		body   string
		want   string
		err    string
	}{
		{"file", 200, `{"type":"file","encoding":"base64","size":16,"content":"` + content[:8] + `\n` + content[8:] + `\n"}`, "label: incident\n", "none"},
		{"empty", 200, `{"type":"file","encoding":"base64","size":0,"content":""}`, "", "none"},
		{"none", 404, `{"message":"Not Found"}`, "", "missing"},
		{"directory", 200, ` [{"type":"file","name":"x"}]`, "", "missing"},
		{"link", 200, `{"type":"symlink","target":"/etc/passwd","size":11}`, "", "missing"},
		{"submodule", 200, `{"type":"submodule","size":0}`, "", "missing"},
		{"too large", 200, `{"type":"file","encoding":"base64","size":65537,"content":""}`, "", "blocked"},
		{"broken", 200, `{"type":"file","encoding":"base64","size":3,"content":"!!!"}`, "", "passing"},
		{"not allowed", 403, `{"message":"Resource not accessible by integration"}`, "", "blocked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer("GET /repos/acme/api/contents/.github/hindsight.yml", tt.status, tt.body)
			got, err := h.app(nil).Forge(1).File(t.Context(), "acme/api", ".github/hindsight.yml")
			if string(got) != tt.want || kind(err) != tt.err {
				t.Errorf("got %q, %v; want %q, %s", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestListed(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.paged("GET /repos/acme/api/issues",
		"["+issueJSON(`,"number":1,"updated_at":"2026-11-20T13:00:00Z"`)+","+issueJSON(`,"number":2,"pull_request":{}`)+"]",
		"["+issueJSON(`,"number":3,"updated_at":"2026-11-20T09:00:00Z","state":"closed"`)+"]")
	since := time.Date(2026, 11, 20, 9, 0, 0, 0, time.FixedZone("", 3600))
	got, err := h.app(nil).Forge(1).Listed(t.Context(), "acme/api", "needs a label", since)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for _, i := range got {
		numbers = append(numbers, i.Key.Number)
	}
	if diff := cmp.Diff([]int{3, 2, 1}, numbers); diff != "" {
		t.Errorf("oldest change first: %s", diff)
	}
	want := url.Values{
		"state": {"all"}, "labels": {"needs a label"}, "since": {"2026-11-20T08:00:00Z"},
		"sort": {"created"}, "direction": {"asc"}, "per_page": {"100"},
	}
	asked, err := url.ParseQuery(h.requests()[0].Query)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
	if _, err := h.app(nil).Forge(1).Listed(t.Context(), "acme/api", "", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if q := h.requests()[2].Query; strings.Contains(q, "since") || strings.Contains(q, "labels") {
		t.Errorf("asked for all with %q", q)
	}
}

func TestCommented(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	on := func(n, day string) string {
		return `{"issue_url":"https://github.example/api/v3/repos/Acme/API/issues/` + n + `","updated_at":"2026-11-` + day + `T12:00:00Z"}`
	}
	h.paged("GET /repos/acme/api/issues/comments", "["+on("5", "20")+","+on("7", "21")+"]", "["+on("5", "19")+","+on("x", "20")+",{}]")
	got, err := h.app(nil).Forge(1).Commented(t.Context(), "acme/api", time.Time{})
	want := map[incident.Key]time.Time{
		incident.NewKey("acme", "api", 5): time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC),
		incident.NewKey("acme", "api", 7): time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestRepositories(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.paged("GET /installation/repositories",
		`{"total_count":4,"repositories":[{"name":"API","owner":{"login":"Acme"}},{"name":"old","owner":{"login":"Acme"},"archived":true}]}`,
		`{"total_count":4,"repositories":[{"name":"web","owner":{"login":"Acme"}},{"name":"unpaid","owner":{"login":"Acme"},"disabled":true}]}`)
	got, err := h.app(nil).Forge(1).Repositories(t.Context())
	if diff := cmp.Diff([]incident.Repo{"acme/api", "acme/web"}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}
