package github_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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
	h.answer(issueRoute, 200, issueJSON(`,"pull_request":{"url":"x"},"state_reason":"reopened","locked":true,"comments":3`))
	got, err := h.app(nil).Forge(1).Issue(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	want := incident.Issue{
		Key: key, ID: 9001, URL: "https://github.example/Acme/api/issues/42", Title: "Checkout is down",
		Author: incident.Actor{Login: "ana"}, Labels: []string{"incident", "sev1"}, Assignees: []string{"bo"},
		PullRequest: true, State: incident.Open, Reopened: true, Locked: true, Comments: 3,
		CreatedAt: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC),
		UpdatedAt: time.Date(2026, 11, 20, 11, 0, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestClosedIssuesCountByTheirReason(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, more string
		want       incident.State
	}{
		{"completed", `"state_reason":"completed"`, incident.Done},
		{"before there were reasons", `"state_reason":null`, incident.Done},
		{"not planned", `"state_reason":"not_planned"`, incident.Dropped},
		{"duplicate", `"state_reason":"duplicate"`, incident.Dropped},
		{"merged", `"pull_request":{"merged_at":"2026-11-21T10:00:00Z"}`, incident.Done},
		{"closed unmerged", `"pull_request":{"merged_at":null}`, incident.Dropped},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer(issueRoute, 200, issueJSON(`,"state":"closed","closed_at":"2026-11-21T10:00:00Z",`+tt.more))
			got, err := h.app(nil).Forge(1).Issue(t.Context(), key)
			if err != nil || got.State != tt.want || got.ClosedAt.IsZero() || got.Reopened {
				t.Errorf("%+v, want %q: %v", got, tt.want, err)
			}
		})
	}
}

// TestIssueThatBecameADiscussion is told by its history alone. Only what looks
// like one costs the question, and in a listing only what is ours.
func TestIssueThatBecameADiscussion(t *testing.T) {
	t.Parallel()
	const (
		ours      = `,"user":{"login":"hindsight[bot]","type":"Bot"},"performed_via_github_app":{"id":7}`
		converted = `[{"event":"closed"},{"event":"converted_to_discussion","created_at":"2026-11-20T10:00:00Z"}]`
	)
	tests := []struct {
		name, more, events string
		want               string
		listed             incident.State // "" for an error
		asked              []int          // requests: for the issue, and for the listing
	}{
		{"converted", `,"state":"closed","locked":true` + ours, converted, "missing", incident.Gone, []int{2, 2}},
		{"somebody else's", `,"state":"closed","locked":true`, converted, "missing", incident.Done, []int{2, 1}},
		{"locked by people", `,"state":"closed","locked":true` + ours, `[{"event":"locked"}]`, "none", incident.Done, []int{2, 2}},
		{"closed", `,"state":"closed"` + ours, converted, "none", incident.Done, []int{1, 1}},
		{"locked and open", `,"locked":true` + ours, converted, "none", incident.Open, []int{1, 1}},
		{"a pull request", `,"state":"closed","locked":true,"pull_request":{}` + ours, converted, "none", incident.Dropped, []int{1, 1}},
		{"a history that can't be read", `,"state":"closed","locked":true` + ours, `{`, "passing", "", []int{2, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer(issueRoute, 200, issueJSON(tt.more))
			h.answer("GET /repos/acme/api/issues", 200, "["+issueJSON(tt.more)+"]")
			h.answer(issueRoute+"/events", 200, tt.events)
			forge := h.app(nil).Forge(1)
			if _, err := forge.Issue(t.Context(), key); kind(err) != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			asked := len(h.requests())
			all, err := forge.Listed(t.Context(), key.Repo, "", time.Time{})
			if (err == nil) != (tt.listed != "") || err == nil && all[0].State != tt.listed {
				t.Errorf("listed %+v, %v; want %q", all, err, tt.listed)
			}
			if got := []int{asked, len(h.requests()) - asked}; !slices.Equal(got, tt.asked) {
				t.Errorf("%v requests, want %v", got, tt.asked)
			}
		})
	}
}

// TestIssueThatIsNotHere has GitHub send the reader on, as it does for issues
// that were transferred or converted, and for repositories that were renamed.
func TestIssueThatIsNotHere(t *testing.T) {
	t.Parallel()
	const there = "GET /repositories/9/issues/7"
	web := incident.NewKey("acme", "web", 7)
	tests := []struct {
		name   string
		status int
		body   string
		want   string
		moved  incident.Key
	}{
		{"transferred", 200, issueJSON(`,"number":7,"repository_url":"https://github.example/api/v3/repos/Acme/web"`), "missing", web},
		{"repository renamed", 200, issueJSON(`,"repository_url":"https://github.example/api/v3/repos/Acme/web"`), "missing", incident.NewKey("acme", "web", 42)},
		{"converted to what is no issue", 200, `{"id":1,"title":"a discussion"}`, "missing", incident.Key{}},
		{"an address that leads elsewhere", 200, issueJSON(`,"repository_url":"https://github.example/api/v3/repos/acme/.."`), "missing", incident.Key{}},
		{"transferred out of sight", 404, `{"message":"Not Found"}`, "missing", incident.Key{}},
		{"deleted there", 410, `{"message":"This issue was deleted"}`, "missing", incident.Key{}},
		{"a page for people", 200, `<!doctype html>`, "passing", incident.Key{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer(issueRoute, 301, "", "Location", "/api/v3/repositories/9/issues/7")
			h.answer(there, tt.status, tt.body)
			_, err := h.app(nil).Forge(1).Issue(t.Context(), key)
			if kind(err) != tt.want {
				t.Fatalf("got %v, want %s", err, tt.want)
			}
			if missing, ok := errors.AsType[*incident.Missing](err); ok && missing.Moved != tt.moved {
				t.Errorf("moved to %s, want %s", missing.Moved, tt.moved)
			}
		})
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
		`{"full_name":"Acme/api","private":false,"visibility":"internal"}`:             {FullName: "Acme/api", Private: true, Internal: true},
		`{"full_name":"Acme/api","visibility":"public","has_wiki":false,"x":{"y":[]}}`: {FullName: "Acme/api"},
		`{"full_name":"Acme/api","pushed_at":null}`:                                    {FullName: "Acme/api"},
		`{"full_name":"Acme/api","pushed_at":"2026-11-20T10:00:00Z"}`: {
			FullName: "Acme/api", PushedAt: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC),
		},
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
		`{"total_count":4,"repositories":[{"name":"API","owner":{"login":"Acme"},"pushed_at":"2026-11-20T10:00:00Z"},{"name":"old","owner":{"login":"Acme"},"archived":true}]}`,
		`{"total_count":4,"repositories":[{"name":"web","owner":{"login":"Acme"},"pushed_at":null},{"name":"unpaid","owner":{"login":"Acme"},"disabled":true}]}`)
	got, err := h.app(nil).Forge(1).Repositories(t.Context())
	want := map[incident.Repo]time.Time{"acme/api": time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), "acme/web": {}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}
