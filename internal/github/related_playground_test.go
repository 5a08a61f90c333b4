package github_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/playground"
	"hindsight/internal/reconcile"
)

// boxes are a tracker as far as the stand-in cares: a list to tick.
const boxes = "The follow-ups:\n\n- [ ] #2\n- [ ] #3\n"

func TestHistoryByTheStandIn(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	must(t, s.SetRole("acme/api", "wim", playground.Write))
	ours, err := s.forge.WriteComment(ctx, s.parent, boxes)
	must(t, err)
	edits, known, err := s.forge.Edits(ctx, ours)
	if err != nil || !known || len(edits) != 0 {
		t.Errorf("never edited: %+v, %t, %v", edits, known, err)
	}
	must(t, s.As("wim").TickComment("acme/api", ours.ID, 0, true))
	must(t, s.forge.EditComment(ctx, s.parent, ours.ID, "anew"))
	edits, known, err = s.forge.Edits(ctx, ours)
	if err != nil || !known || len(edits) != 3 {
		t.Fatalf("%+v, %t, %v", edits, known, err)
	}
	type edit struct {
		By   string
		Ours bool
		Body string
	}
	var got []edit
	for _, e := range edits {
		got = append(got, edit{e.By.Login, e.Ours, e.Body})
	}
	bot := s.App().BotLogin
	want := []edit{{bot, true, "anew"}, {"wim", false, strings.Replace(boxes, "[ ]", "[x]", 1)}, {bot, true, boxes}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	s.SetEditHistory(false)
	if _, known, err := s.forge.Edits(ctx, ours); known || err != nil {
		t.Errorf("without the history: known %t, %v", known, err)
	}
	s.SetEditHistory(true)
	must(t, s.forge.DeleteComment(ctx, s.parent, ours.ID))
	if _, _, err := s.forge.Edits(ctx, ours); kind(err) != "missing" {
		t.Errorf("of a deleted comment: %v", err)
	}
}

// The history of what an issue itself says, and a pull request, and whose
// edit each was.
func TestHistoryOfBodies(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	must(t, s.SetRole("acme/api", "wim", playground.Write))
	pull, err := s.As("ana").OpenPullRequest("acme/api", "Mend it", "first")
	must(t, err)
	var (
		issue incident.Issue
		edits []incident.Edit
		known bool
	)
	for _, number := range []int{pull, s.parent.Number} {
		issue, err = s.forge.Issue(ctx, incident.Key{Repo: s.parent.Repo, Number: number})
		must(t, err)
		edits, known, err = s.forge.BodyEdits(ctx, issue)
		if err != nil || !known || len(edits) != 0 {
			t.Errorf("%s was never edited: %+v, %t, %v", issue.Key, edits, known, err)
		}
		body := "second"
		must(t, s.As("wim").EditIssue("acme/api", number, nil, &body))
		edits, known, err = s.forge.BodyEdits(ctx, issue)
		if err != nil || !known || len(edits) != 2 || edits[0].By.Login != "wim" || edits[0].Ours || edits[0].Body != "second" {
			t.Errorf("%s: %+v, %t, %v", issue.Key, edits, known, err)
		}
	}
	s.SetEditHistory(false)
	if _, known, err := s.forge.BodyEdits(ctx, issue); known || err != nil {
		t.Errorf("without the history: known %t, %v", known, err)
	}
}

func TestLabelsAndAssigneesByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	for login, want := range map[string]incident.Verdict{
		"ana": incident.Allowed, "rae": incident.Allowed, "nobody": incident.Denied, "other[bot]": incident.Denied,
	} {
		got, err := s.forge.Assignable(ctx, "acme/api", login)
		same(t, "assigning "+login, want, got, err)
	}
	followUp := reconcile.NewIssue{
		Title: "Call back", Body: "body", Assignee: "ana",
		Labels: []incident.Label{{Name: "postmortem-followup", Colour: "1d76db"}, sev1},
	}
	opened, err := s.forge.OpenIssue(ctx, "acme/api", followUp)
	same(t, "assigned", []string{"ana"}, opened.Assignees, err)
	followUp.Assignee = "nobody"
	opened, err = s.forge.OpenIssue(ctx, "acme/api", followUp)
	same(t, "not assigned", []string(nil), opened.Assignees, err)
	must(t, s.forge.AddLabels(ctx, opened.Key, incident.Label{Name: "sev2", Colour: "d93f0b"}))
	colours := map[string]string{}
	for _, l := range s.Labels("acme/api") {
		colours[l.Name] = l.Color
	}
	for name, want := range map[string]string{"postmortem-followup": "1d76db", "sev1": "b60205", "sev2": "d93f0b"} {
		same(t, "colour of "+name, want, colours[name], nil)
	}
}

func TestEditingIssuesByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	opened, err := s.forge.OpenIssue(ctx, "acme/api", reconcile.NewIssue{Title: "Call back", Body: "body", Assignee: "ana"})
	must(t, err)
	for _, step := range []struct {
		edit reconcile.IssueEdit
		want func(*incident.Issue)
	}{
		{reconcile.IssueEdit{Title: "Call them back", Body: "new"}, func(i *incident.Issue) { i.Title, i.Body = "Call them back", "new" }},
		{reconcile.IssueEdit{Assignees: new([]string)}, func(i *incident.Issue) { i.Assignees = nil }},
		{reconcile.IssueEdit{State: incident.Done}, func(i *incident.Issue) { i.State = incident.Done }},
		{reconcile.IssueEdit{State: incident.Open}, func(i *incident.Issue) { i.State, i.Reopened = incident.Open, true }},
	} {
		must(t, s.forge.EditIssue(ctx, opened.Key, step.edit))
		step.want(&opened)
		got, err := s.forge.Issue(ctx, opened.Key)
		got.UpdatedAt, got.ClosedAt = opened.UpdatedAt, opened.ClosedAt
		same(t, "edited", opened, got, err)
	}
}

func TestMovesByTheStandIn(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	must(t, s.AddRepository("Acme", "web", playground.RepoOptions{Private: true}))
	for _, repo := range []string{"acme/api", "acme/web"} {
		must(t, s.SetRole(repo, "root", playground.Admin))
	}
	open := func() incident.Key {
		t.Helper()
		n, err := s.As("ana").OpenIssue("acme/api", "Call back", "")
		must(t, err)
		return incident.NewKey("acme", "api", n)
	}
	transferred, converted, deleted := open(), open(), open()
	n, err := s.As("root").Transfer("acme/api", transferred.Number, "acme/web")
	must(t, err)
	must(t, s.As("root").ConvertToDiscussion("acme/api", converted.Number))
	must(t, s.As("root").DeleteIssue("acme/api", deleted.Number))
	for _, tt := range []struct {
		what  string
		key   incident.Key
		moved incident.Key
	}{
		{"transferred", transferred, incident.NewKey("acme", "web", n)},
		{"converted", converted, incident.Key{}},
		{"deleted", deleted, incident.Key{}},
	} {
		_, err := s.forge.Issue(ctx, tt.key)
		missing, ok := errors.AsType[*incident.Missing](err)
		if !ok || missing.Moved != tt.moved {
			t.Errorf("%s: %v, want it at %s", tt.what, err, tt.moved)
		}
		if err := s.forge.EditIssue(ctx, tt.key, reconcile.IssueEdit{Title: "x"}); tt.what != "converted" && kind(err) != "missing" {
			t.Errorf("editing what is %s: %v", tt.what, err)
		}
	}
}

func TestRelatedByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	must(t, s.SetRole("acme/api", "wim", playground.Write))
	subs, err := s.forge.SubIssues(ctx, s.parent)
	same(t, "no sub-issues", 0, len(subs), err)
	child, err := s.As("wim").OpenIssue("acme/api", "Add a retry", "For #1")
	must(t, err)
	must(t, s.As("wim").AttachSubIssue("acme/api", s.parent.Number, "acme/api", child))
	subs, err = s.forge.SubIssues(ctx, s.parent)
	if err != nil || len(subs) != 1 || subs[0].Key.Number != child || subs[0].AppID != 0 {
		t.Errorf("sub-issues %+v, %v", subs, err)
	}
	s.SetSubIssues(false)
	subs, err = s.forge.SubIssues(ctx, s.parent)
	same(t, "a host without sub-issues", 0, len(subs), err)
}

func TestPullRequestsByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	must(t, s.SetRole("acme/api", "wim", playground.Write))
	var pulls []incident.Key
	for _, body := range []string{"Incident: #1", "fixes #1"} {
		n, err := s.As("wim").OpenPullRequest("acme/api", "Retry", body)
		must(t, err)
		pulls = append(pulls, incident.NewKey("acme", "api", n))
	}
	mentioning, failed := s.forge.Mentioning(ctx, s.parent)
	same(t, "mentioning", pulls, mentioning, failed)
	must(t, s.As("wim").Merge("acme/api", pulls[0].Number))
	must(t, s.As("wim").Close("acme/api", pulls[1].Number, ""))
	for i, want := range []incident.State{incident.Done, incident.Dropped} {
		pull, err := s.forge.Issue(ctx, pulls[i])
		same(t, "state", want, pull.State, err)
	}
}

func TestLockedConversationsByTheStandIn(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	must(t, s.SetRole("acme/api", "root", playground.Admin))
	comment, err := s.As("ana").Comment("acme/api", s.parent.Number, "/incident help")
	must(t, err)
	must(t, s.As("root").Lock("acme/api", s.parent.Number))
	parent, err := s.forge.Issue(ctx, s.parent)
	same(t, "locked", true, parent.Locked, err)
	same(t, "comments", 1, parent.Comments, err)
	must(t, s.forge.React(ctx, s.parent, incident.Reaction{Comment: comment.ID, Content: "eyes"}))
	if _, err := s.forge.WriteComment(ctx, s.parent, "x"); kind(err) != "blocked" || !strings.Contains(err.Error(), "Unlock conversation") {
		t.Errorf("a comment on a locked conversation: %v", err)
	}
}
