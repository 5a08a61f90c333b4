package github_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

// plain are labels that may have any colour.
func plain(names ...string) []incident.Label {
	var all []incident.Label
	for _, n := range names {
		all = append(all, incident.Label{Name: n})
	}
	return all
}

// write is one method of a forge, with its arguments.
type write func(context.Context, reconcile.Forge) error

func TestWrites(t *testing.T) {
	t.Parallel()
	eyes := incident.Reaction{Comment: 5, Content: "eyes"}
	comment := func(ctx context.Context, f reconcile.Forge) error {
		_, err := f.WriteComment(ctx, key, "<b> & `x`")
		return err
	}
	open := func(ctx context.Context, f reconcile.Forge) error {
		_, err := f.OpenIssue(ctx, key.Repo, reconcile.NewIssue{Title: "Call back", Body: "body", Labels: plain("sev1")})
		return err
	}
	edit := func(ctx context.Context, f reconcile.Forge) error { return f.EditComment(ctx, key, 5, "new") }
	remove := func(ctx context.Context, f reconcile.Forge) error { return f.DeleteComment(ctx, key, 5) }
	react := func(ctx context.Context, f reconcile.Forge) error { return f.React(ctx, key, eyes) }
	attach := func(ctx context.Context, f reconcile.Forge) error { return f.AttachSubIssue(ctx, key, 9001) }
	label := func(ctx context.Context, f reconcile.Forge) error {
		return f.AddLabels(ctx, key, plain("sev1", "a b")...)
	}
	unlabel := func(ctx context.Context, f reconcile.Forge) error { return f.RemoveLabel(ctx, key, "a/b: ü") }
	const (
		repo     = "/repos/acme/api"
		issue    = repo + "/issues/42"
		comments = repo + "/issues/comments/5"
	)
	tests := []struct {
		name   string
		do     write
		route  string
		path   string // where it differs from the route's
		body   string
		status int
		want   string
	}{
		{"comment", comment, "POST " + issue + "/comments", "", "{\"body\":\"<b> & `x`\"}", 201, "none"},
		{"comment on nothing", comment, "POST " + issue + "/comments", "", "{\"body\":\"<b> & `x`\"}", 404, "missing"},
		{"open", open, "POST " + repo + "/issues", "", `{"title":"Call back","body":"body","labels":["sev1"]}`, 201, "none"},
		{"edit", edit, "PATCH " + comments, "", `{"body":"new"}`, 200, "none"},
		{"edit what is gone", edit, "PATCH " + comments, "", `{"body":"new"}`, 404, "missing"},
		{"delete", remove, "DELETE " + comments, "", "", 204, "none"},
		{"delete what is gone", remove, "DELETE " + comments, "", "", 404, "none"},
		{"delete in vain", remove, "DELETE " + comments, "", "", 500, "passing"},
		{"react", react, "POST " + comments + "/reactions", "", `{"content":"eyes"}`, 201, "none"},
		{"react again", react, "POST " + comments + "/reactions", "", `{"content":"eyes"}`, 200, "none"},
		{"attach", attach, "POST " + issue + "/sub_issues", "", `{"sub_issue_id":9001}`, 201, "none"},
		{"attach without sub-issues", attach, "POST " + issue + "/sub_issues", "", `{"sub_issue_id":9001}`, 404, "none"},
		{"attach again, or the 101st", attach, "POST " + issue + "/sub_issues", "", `{"sub_issue_id":9001}`, 422, "none"},
		{"attach in vain", attach, "POST " + issue + "/sub_issues", "", `{"sub_issue_id":9001}`, 502, "passing"},
		{"label", label, "POST " + issue + "/labels", "", `{"labels":["sev1","a b"]}`, 200, "none"},
		{"unlabel", unlabel, "DELETE " + issue + "/labels/{name}", issue + "/labels/a%2Fb:%20%C3%BC", "", 200, "none"},
		{"unlabel what is off", unlabel, "DELETE " + issue + "/labels/{name}", issue + "/labels/a%2Fb:%20%C3%BC", "", 404, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			answer := "{}"
			if tt.status == 204 {
				answer = ""
			}
			h.answer(tt.route, tt.status, answer)
			if err := tt.do(t.Context(), h.app(nil).Forge(1)); kind(err) != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			method, path, _ := strings.Cut(tt.route, " ")
			if tt.path != "" {
				path = tt.path
			}
			want := []request{{Method: method, Path: "/api/v3" + path, Body: tt.body, Auth: "token " + token}}
			if diff := cmp.Diff(want, h.requests()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatWasWrittenIsOurs(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer(commentsRoute, 201, `{"id":5,"body":"x","html_url":"u","user":{"login":"hindsight[bot]","type":"Bot"}}`)
	h.answer("POST /repos/acme/api/issues", 201, issueJSON(`,"number":77`))
	forge := h.app(nil).Forge(1)
	c, err := forge.WriteComment(t.Context(), key, "x")
	if err != nil || c.ID != 5 || !c.Ours || c.URL != "u" || !c.Author.Bot {
		t.Errorf("comment %+v, %v", c, err)
	}
	i, err := forge.OpenIssue(t.Context(), key.Repo, reconcile.NewIssue{Title: "t", Body: "b"})
	if err != nil || i.AppID != appID || i.ID != 9001 || i.Key != incident.NewKey("acme", "api", 77) {
		t.Errorf("issue %+v, %v", i, err)
	}
}

func TestCloseAsDuplicate(t *testing.T) {
	t.Parallel()
	const duplicate, notPlanned = `{"state":"closed","state_reason":"duplicate"}`, `{"state":"closed","state_reason":"not_planned"}`
	tests := []struct {
		name   string
		status int
		want   string
		sent   []string
	}{
		{"known reason", 200, "none", []string{duplicate}},
		{"older host", 422, "blocked", []string{duplicate, notPlanned}},
		{"lost answer", 502, "passing", []string{duplicate}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer("PATCH /repos/acme/api/issues/42", tt.status, `{}`)
			if err := h.app(nil).Forge(1).CloseAsDuplicate(t.Context(), key); kind(err) != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			var sent []string
			for _, r := range h.requests() {
				sent = append(sent, r.Body)
			}
			if diff := cmp.Diff(tt.sent, sent); diff != "" {
				t.Error(diff)
			}
		})
	}
}
