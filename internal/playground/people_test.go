package playground_test

import (
	"errors"
	"net/http"
	"testing"

	"hindsight/internal/playground"
)

func TestPeopleMayDoWhatTheirRoleAllows(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "open", playground.RepoOptions{FirstWikiPage: true}))
	const open = "acme/open"
	must(t, s.SetRole(open, "tim", playground.Triage))
	must(t, s.SetRole(open, "wil", playground.Write))
	stranger, tim, wil := s.As("stranger"), s.As("tim"), s.As("wil")
	own := want(stranger.OpenIssue(open, "I found something", "", "incident"))(t)
	other := want(tim.OpenIssue(open, "Checkout is down", ""))(t)
	form := want(stranger.SubmitForm(open, "Report", "", "incident"))(t)
	theirs := want(tim.Comment(open, other, "hello"))(t)
	secret := want(s.As("ada").OpenIssue(repo, "Rotate the key", ""))(t)

	if got := len(want(s.Issue(open, own))(t).Labels); got != 0 {
		t.Errorf("a stranger's issue came with %d labels", got)
	}
	if got := len(want(s.Issue(open, form))(t).Labels); got != 1 {
		t.Errorf("an issue by a form has %d labels", got)
	}
	tests := []struct {
		name string
		err  error
		want int // 0: allowed
	}{
		{"a stranger labels", stranger.Label(open, own, "incident"), http.StatusForbidden},
		{"a stranger closes their own", stranger.Close(open, own, ""), 0},
		{"a stranger closes another's", stranger.Close(open, other, ""), http.StatusForbidden},
		{"a stranger edits another's comment", stranger.EditComment(open, theirs.ID, "mine"), http.StatusForbidden},
		{"a stranger edits the wiki", stranger.SaveWikiPage(t.Context(), open, "Home", "spam"), http.StatusForbidden},
		{"a stranger in a private repository", stranger.Label(repo, 1, "incident"), http.StatusNotFound},
		{"triage labels", tim.Label(open, own, "incident"), 0},
		{"triage attaches what they can't see", tim.AttachSubIssue(open, other, repo, secret), http.StatusNotFound},
		{"triage attaches what is not there", tim.AttachSubIssue(open, other, repo, 99), http.StatusNotFound},
		{"triage attaches a stranger's", tim.AttachSubIssue(open, other, open, own), 0},
		{"who may not triage the parent attaches", s.As("ada").AttachSubIssue(open, other, repo, secret), http.StatusForbidden},
		{"a stranger detaches", stranger.DetachSubIssue(open, other, open, own), http.StatusForbidden},
		{"triage edits another's comment", tim.EditIssue(open, own, nil, new(string)), http.StatusForbidden},
		{"triage locks", tim.Lock(open, own), http.StatusForbidden},
		{"write edits another's comment", wil.EditComment(open, theirs.ID, "changed"), 0},
		{"write edits the wiki", wil.SaveWikiPage(t.Context(), open, "Home", "better"), 0},
		{"write deletes an issue", wil.DeleteIssue(open, own), http.StatusForbidden},
	}
	for _, test := range tests {
		refused, is := errors.AsType[*playground.RefusalError](test.err)
		switch {
		case test.want == 0 && test.err != nil:
			t.Errorf("%s: %v", test.name, test.err)
		case test.want != 0 && (!is || refused.Status != test.want):
			t.Errorf("%s: %v, want status %d", test.name, test.err, test.want)
		}
	}
}

func TestPeopleAnswerAndCleanUp(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "root", playground.Admin))
	ada, root := s.As("ada"), s.As("root")
	n := want(ada.OpenIssue(repo, "Checkout is down", ""))(t)
	child := want(ada.OpenIssue(repo, "Add a retry", ""))(t)
	must(t, ada.AttachSubIssue(repo, n, repo, child))
	c := want(ada.Comment(repo, n, "hello"))(t)
	must(t, root.React(repo, c.ID, "+1"))
	if got := want(s.Comments(repo, n))(t)[0].Reactions; len(got) != 1 || got[0].User.Login != "root" {
		t.Errorf("reactions are %+v", got)
	}
	if err := root.React(repo, c.ID, "shrug"); err == nil {
		t.Error("a reaction that GitHub does not have was taken")
	}
	must(t, ada.DeleteComment(repo, c.ID))
	if got := want(s.Comments(repo, n))(t); len(got) != 0 {
		t.Errorf("comments are %+v", got)
	}
	must(t, root.DeleteIssue(repo, n))
	if _, err := s.Issue(repo, n); err == nil {
		t.Error("the deleted issue can be looked at")
	}
	if got := s.Issues(repo); len(got) != 1 || got[0].Number != child {
		t.Errorf("issues are %+v", got)
	}
	must(t, ada.AttachSubIssue(repo, want(ada.OpenIssue(repo, "another parent", ""))(t), repo, child))
}
