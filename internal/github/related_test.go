package github_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

func TestSubIssues(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.paged("GET /repos/acme/api/issues/42/sub_issues",
		"["+issueJSON(`,"number":77,"user":{"login":"hindsight[bot]","type":"Bot"},"performed_via_github_app":{"id":7}`)+"]",
		"["+issueJSON(`,"number":3,"repository_url":"https://github.example/repos/Acme/web","state":"closed"`)+"]")
	got, err := h.app(nil).Forge(1).SubIssues(t.Context(), key)
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got[0].Key != incident.NewKey("acme", "api", 77) || got[0].AppID != appID || got[0].ID != 9001 {
		t.Errorf("ours: %+v", got[0])
	}
	if got[1].Key != incident.NewKey("acme", "web", 3) || got[1].AppID != 0 || got[1].State != incident.Done {
		t.Errorf("in another repository: %+v", got[1])
	}
}

// TestFullSubIssues: where there can be no more, nobody asks for more, unless
// GitHub says that there is.
func TestFullSubIssues(t *testing.T) {
	t.Parallel()
	hundred := make([]string, 100)
	for i := range hundred {
		hundred[i] = issueJSON(fmt.Sprintf(`,"number":%d`, 100+i))
	}
	full := "[" + strings.Join(hundred, ",") + "]"
	for name, pages := range map[string][]string{"full": {full}, "more than there can be": {full, "[" + hundred[0] + "]"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.paged("GET /repos/acme/api/issues/42/sub_issues", pages...)
			got, err := h.app(nil).Forge(1).SubIssues(t.Context(), key)
			if err != nil || len(got) != 100+len(pages)-1 {
				t.Errorf("%d sub-issues, %v", len(got), err)
			}
			if asked := len(h.requests()); asked != len(pages) {
				t.Errorf("asked %d times, want %d", asked, len(pages))
			}
		})
	}
}

func TestHostsWithoutSubIssues(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{404: "none", 410: "none", 500: "passing", 429: "later"} {
		h := newHost(t)
		h.answer("GET /repos/acme/api/issues/42/sub_issues", status, `{"message":"no"}`)
		if got, err := h.app(nil).Forge(1).SubIssues(t.Context(), key); len(got) != 0 || kind(err) != want {
			t.Errorf("%d: %v, %v; want %s", status, got, err, want)
		}
	}
}

// mention is an event of a timeline: a pull request that mentions the issue.
func mention(repo string, number int) string {
	return fmt.Sprintf(`{"event":"cross-referenced","source":{"type":"issue","issue":{"number":%d,
		"repository_url":"https://github.example/repos/%s","pull_request":{"url":"x"}}}}`, number, repo)
}

func TestMentioning(t *testing.T) {
	t.Parallel()
	many := make([]string, 0, 40)
	for n := range 40 {
		many = append(many, mention("acme/api", 100+n))
	}
	newest := make([]int, 0, 30)
	for n := range 30 {
		newest = append(newest, 110+n)
	}
	tests := []struct {
		name   string
		events []string
		want   []int
	}{
		{"none", nil, nil},
		{"pull requests", []string{mention("Acme/API", 7), mention("acme/api", 5)}, []int{7, 5}},
		{"twice", []string{mention("acme/api", 7), mention("acme/api", 5), mention("acme/api", 7)}, []int{5, 7}},
		{"itself", []string{mention("acme/api", 42)}, nil},
		{"another repository", []string{mention("acme/web", 7)}, nil},
		{"an issue", []string{`{"event":"cross-referenced","source":{"issue":{"number":7,"repository_url":"https://github.example/repos/acme/api"}}}`}, nil},
		{"what can't be seen", []string{`{"event":"cross-referenced","source":{"type":"issue"}}`, `{"event":"labeled","label":{"name":"x"}}`}, nil},
		{"more than are read", many, newest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			half := len(tt.events) / 2
			first := append([]string{`{"event":"commented"}`}, tt.events[:half]...)
			h.paged("GET /repos/acme/api/issues/42/timeline",
				"["+strings.Join(first, ",")+"]", "["+strings.Join(tt.events[half:], ",")+"]")
			got, err := h.app(nil).Forge(1).Mentioning(t.Context(), key)
			var numbers []int
			for _, k := range got {
				numbers = append(numbers, k.Number)
				if k.Repo != "acme/api" {
					t.Errorf("in %s", k.Repo)
				}
			}
			same(t, "mentioned by", tt.want, numbers, err)
		})
	}
}

func TestMentioningAnIssueThatIsGone(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	if _, err := h.app(nil).Forge(1).Mentioning(t.Context(), key); kind(err) != "missing" {
		t.Errorf("got %v", err)
	}
}

// TestReadsAreConditional: unchanged state costs nothing of the limit.
func TestReadsAreConditional(t *testing.T) {
	t.Parallel()
	const etag = `"x"`
	for path, read := range map[string]func(context.Context, reconcile.Forge) error{
		"/issues/42/sub_issues": func(ctx context.Context, f reconcile.Forge) error { _, err := f.SubIssues(ctx, key); return err },
		"/issues/42/timeline":   func(ctx context.Context, f reconcile.Forge) error { _, err := f.Mentioning(ctx, key); return err },
		"/issues/comments/5":    func(ctx context.Context, f reconcile.Forge) error { _, err := f.Comment(ctx, key, 5); return err },
	} {
		h := newHost(t)
		h.handle("GET /repos/acme/api"+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", etag)
			if r.Header.Get("If-None-Match") == etag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			body := "[]"
			if path == "/issues/comments/5" {
				body = commentJSON("")
			}
			_, _ = w.Write([]byte(body))
		})
		forge := h.app(nil).Forge(1)
		for range 2 {
			if err := read(t.Context(), forge); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
		if asked := h.requests(); len(asked) != 2 || asked[1].ETag != etag {
			t.Errorf("%s: asked %+v", path, asked)
		}
	}
}
