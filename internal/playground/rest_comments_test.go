package playground_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

func TestComments(t *testing.T) {
	t.Parallel()
	s := open(t)
	gh := s.asInstallation(t)
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	first := want(s.As("ada").Comment(repo, n, "first"))(t)
	s.clock.advance(time.Minute)
	ours, _, err := gh.Issues.CreateComment(t.Context(), "acme", "shop", n, &github.IssueComment{Body: new("ours")})
	must(t, err)
	changed := want(s.Issue(repo, n))(t).UpdatedAt

	s.clock.advance(time.Minute)
	_, _, err = gh.Issues.EditComment(t.Context(), "acme", "shop", ours.GetID(), &github.IssueComment{Body: new("edited")})
	must(t, err)
	if got := want(s.Issue(repo, n))(t).UpdatedAt; !got.Equal(changed) {
		t.Errorf("editing a comment moved the issue's time of change from %s to %s", changed, got)
	}
	since := s.clock.now()
	tests := []struct {
		name   string
		issue  int
		change github.IssueListCommentsOptions
		want   []string
	}{
		{"of the issue", n, github.IssueListCommentsOptions{}, []string{"first", "edited"}},
		{"of the issue, since", n, github.IssueListCommentsOptions{Since: &since}, []string{"edited"}},
		{"of the repository", 0, github.IssueListCommentsOptions{}, []string{"first", "edited"}},
		{"of the repository, by last change", 0, github.IssueListCommentsOptions{
			Sort: new("updated"), Direction: new("desc"),
		}, []string{"edited", "first"}},
		{"of the repository, since", 0, github.IssueListCommentsOptions{Since: &since}, []string{"edited"}},
	}
	for _, test := range tests {
		var list []*github.IssueComment
		list, _, err = gh.Issues.ListComments(t.Context(), "acme", "shop", test.issue, &test.change)
		must(t, err)
		var got []string
		for _, c := range list {
			got = append(got, c.GetBody())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("comments %s (-want +got):\n%s", test.name, diff)
		}
	}

	read, _, err := gh.Issues.GetComment(t.Context(), "acme", "shop", ours.GetID())
	must(t, err)
	if read.GetUser().GetLogin() != "hindsight[bot]" || read.GetBody() != "edited" {
		t.Errorf("the comment is %q by %s", read.GetBody(), read.GetUser().GetLogin())
	}
	_, err = gh.Issues.DeleteComment(t.Context(), "acme", "shop", first.ID)
	must(t, err)
	_, _, err = gh.Issues.GetComment(t.Context(), "acme", "shop", first.ID)
	if got := status(t, err); got != http.StatusNotFound {
		t.Errorf("a deleted comment: %d", got)
	}
}

func TestReactionsAreGivenOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	gh := s.asInstallation(t)
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	c := want(s.As("ada").Comment(repo, n, "/followup Add a retry"))(t)
	for _, expected := range []int{http.StatusCreated, http.StatusOK} {
		_, resp, err := gh.Reactions.CreateIssueCommentReaction(t.Context(), "acme", "shop", c.ID, "eyes")
		must(t, err)
		if resp.StatusCode != expected {
			t.Errorf("reaction to a comment: %d, want %d", resp.StatusCode, expected)
		}
		_, resp, err = gh.Reactions.CreateIssueReaction(t.Context(), "acme", "shop", n, "+1")
		must(t, err)
		if resp.StatusCode != expected {
			t.Errorf("reaction to an issue: %d, want %d", resp.StatusCode, expected)
		}
	}
	if got := want(s.Comments(repo, n))(t)[0].Reactions; len(got) != 1 || got[0].Content != "eyes" {
		t.Errorf("reactions are %+v", got)
	}
}
