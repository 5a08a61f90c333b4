package github_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

const commentRoute = "GET /repos/acme/api/issues/comments/5"

// commentJSON is our comment 5 on the issue, with more fields put over it.
func commentJSON(more string) string {
	return `{"id":5,"node_id":"IC_5","body":"the tracker","html_url":"u",
		"issue_url":"https://github.example/api/v3/repos/Acme/api/issues/42",
		"user":{"login":"hindsight[bot]","type":"Bot"},"performed_via_github_app":{"id":7},
		"created_at":"2026-11-20T10:00:00Z","updated_at":"2026-11-20T11:00:00Z"` + more + `}`
}

func TestCommentInTheRulesWords(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer(commentRoute, 200, commentJSON(""))
	h.answer("GET /repos/acme/api/issues/42/comments", 200, "["+commentJSON("")+"]")
	h.answer(commentsRoute, 201, commentJSON(""))
	forge := h.app(nil).Forge(1)
	want := incident.Comment{
		ID: 5, Node: "IC_5", URL: "u", Body: "the tracker", Ours: true,
		Author:    incident.Actor{Login: "hindsight[bot]", Bot: true},
		CreatedAt: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC),
		UpdatedAt: time.Date(2026, 11, 20, 11, 0, 0, 0, time.UTC),
	}
	one, err := forge.Comment(t.Context(), key, 5)
	same(t, "one", want, one, err)
	all, err := forge.Comments(t.Context(), key)
	same(t, "listed", []incident.Comment{want}, all, err)
	written, err := forge.WriteComment(t.Context(), key, "the tracker")
	same(t, "written", want, written, err)
}

func TestCommentThatIsNotThere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		want   string
		moved  incident.Key
	}{
		{"deleted", 404, `{"message":"Not Found"}`, "missing", incident.Key{}},
		{"gone", 410, `{}`, "missing", incident.Key{}},
		{"server error", 500, `{}`, "passing", incident.Key{}},
		{"limit", 429, `{}`, "later", incident.Key{}},
		{"on an issue that was transferred", 200, commentJSON(`,"issue_url":"https://github.example/repos/acme/web/issues/7"`), "missing", incident.NewKey("acme", "web", 7)},
		{"on nothing", 200, `{"id":5,"user":{"login":"hindsight[bot]","type":"Bot"}}`, "missing", incident.Key{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer(commentRoute, tt.status, tt.body)
			got, err := h.app(nil).Forge(1).Comment(t.Context(), key, 5)
			if diff := cmp.Diff(incident.Comment{}, got); kind(err) != tt.want || diff != "" {
				t.Errorf("got %v, want %s %s", err, tt.want, diff)
			}
			if missing, ok := errors.AsType[*incident.Missing](err); ok && missing.Moved != tt.moved {
				t.Errorf("moved to %s, want %s", missing.Moved, tt.moved)
			}
		})
	}
}

func TestReactionsOnLockedConversations(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"Unable to create reaction because issue is locked.": "none",
		"You are blocked":                        "blocked",
		"Resource not accessible by integration": "blocked",
	} {
		h := newHost(t)
		h.answer("POST /repos/acme/api/issues/comments/5/reactions", 403, toJSON(t, map[string]string{"message": message}))
		err := h.app(nil).Forge(1).React(t.Context(), key, incident.Reaction{Comment: 5, Content: "eyes"})
		if kind(err) != want {
			t.Errorf("%q: %v, want %s", message, err, want)
		}
	}
}
