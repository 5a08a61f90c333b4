package playground_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"hindsight/internal/playground"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

// moving is a stage with acme/ops beside acme/shop, and an issue of the app's
// in shop that has a comment of the app's, a parent and labels.
func moving(t *testing.T) (s *stage, parent, number int) {
	t.Helper()
	s = open(t)
	must(t, s.AddRepository("acme", "ops", playground.RepoOptions{Private: true}))
	must(t, s.SetRole("acme/ops", "root", playground.Admin))
	must(t, s.SetRole(repo, "root", playground.Admin))
	must(t, s.SetLabel("acme/ops", "SEV1", "ff0000"))
	parent = want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	gh := s.asInstallation(t)
	made, _, err := gh.Issues.Create(t.Context(), "acme", "shop", &github.IssueRequest{
		Title: new("Add a retry"), Body: new("for #1"), Labels: &[]string{"sev1", "here"}, Assignees: &[]string{"ada"},
	})
	must(t, err)
	number = made.GetNumber()
	_, _, err = gh.Issues.CreateComment(t.Context(), "acme", "shop", number, &github.IssueComment{Body: new("noted")})
	must(t, err)
	must(t, s.As("ada").AttachSubIssue(repo, parent, repo, number))
	return s, parent, number
}

func TestTransferredIssue(t *testing.T) {
	t.Parallel()
	s, parent, old := moving(t)
	gh := s.asInstallation(t)
	was, oldID := want(s.Comments(repo, old))(t)[0], want(s.Issue(repo, old))(t).ID
	anew := want(s.As("root").Transfer(repo, old, "acme/ops"))(t)

	// The client follows redirects, as GitHub's own do.
	read, resp, err := gh.Issues.Get(t.Context(), "acme", "shop", old)
	must(t, err)
	if read.GetNumber() != anew || read.GetRepositoryURL() != s.URL()+"/api/v3/repos/acme/ops" || read.GetID() == oldID {
		t.Errorf("the old number leads to %s, #%d with the id %d (was %d)", resp.Request.URL, read.GetNumber(), read.GetID(), oldID)
	}
	var labels []string
	for _, l := range read.Labels {
		labels = append(labels, l.GetName()+" "+l.GetColor())
	}
	if diff := cmp.Diff([]string{"SEV1 ff0000"}, labels); diff != "" || len(read.Assignees) != 0 {
		t.Errorf("assignees %v, labels (-want +got):\n%s", read.Assignees, diff)
	}
	if i := want(s.Issue("acme/ops", anew))(t); !i.ByApp {
		t.Error("it is not the app's any more")
	}
	if comments := want(s.Comments("acme/ops", anew))(t); len(comments) != 1 || comments[0].Body != "noted" || !comments[0].ByApp || comments[0].ID == was.ID {
		t.Errorf("comments are %+v", comments)
	}
	_, _, err = gh.Issues.GetComment(t.Context(), "acme", "shop", was.ID)
	if got := status(t, err); got != http.StatusNotFound {
		t.Errorf("the old comment: %d", got)
	}
	if subs := want(s.SubIssues(repo, parent))(t); len(subs) != 1 || subs[0].Repo != "acme/ops" || subs[0].Number != anew {
		t.Errorf("sub-issues are %+v", subs)
	}
	var gone *playground.MovedError
	if _, err := s.Issue(repo, old); !errors.As(err, &gone) || gone.Repo != "acme/ops" || gone.Number != anew {
		t.Errorf("looking at the old number: %v", err)
	}
	if next := want(s.As("ada").OpenIssue(repo, "next", ""))(t); next != old+1 {
		t.Errorf("the number was given away again: #%d", next)
	}
}

func TestWhereATransferredIssueLeads(t *testing.T) {
	t.Parallel()
	s, _, old := moving(t)
	anew := want(s.As("root").Transfer(repo, old, "acme/ops"))(t)
	ops := want(s.Repository("acme/ops"))(t)
	stay := &http.Client{
		Transport:     s.transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	ask := func(method, path, token string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+"/api/v3"+path, nil)
		must(t, err)
		req.Header.Set("Authorization", "token "+token)
		resp, err := stay.Do(req)
		must(t, err)
		must(t, resp.Body.Close())
		return resp.StatusCode, resp.Header.Get("Location")
	}
	all := s.mint(t, nil).GetToken()
	narrow := s.mint(t, &github.InstallationTokenOptions{Repositories: []string{"shop"}}).GetToken()
	place := fmt.Sprintf("%s/api/v3/repositories/%d/issues/%d", s.URL(), ops.ID, anew)
	base := fmt.Sprintf("/repos/acme/shop/issues/%d", old)
	tests := []struct {
		name, method, path, token string
		status                    int
		location                  string
	}{
		{"the issue", http.MethodGet, base, all, http.StatusMovedPermanently, place},
		{"changing it", http.MethodPatch, base, all, http.StatusMovedPermanently, place},
		{"its labels", http.MethodGet, base + "/labels", all, http.StatusMovedPermanently, place + "/labels"},
		{"its comments", http.MethodGet, base + "/comments", all, http.StatusNotFound, ""},
		{"its timeline", http.MethodGet, base + "/timeline", all, http.StatusNotFound, ""},
		{"who can't see where it is", http.MethodGet, base, narrow, http.StatusNotFound, ""},
		{"by the repository's id", http.MethodGet, fmt.Sprintf("/repositories/%d/issues/%d", ops.ID, anew), all, http.StatusOK, ""},
		{"by an id that is none", http.MethodGet, "/repositories/1/issues/1", all, http.StatusNotFound, ""},
	}
	for _, test := range tests {
		if got, location := ask(test.method, test.path, test.token); got != test.status || location != test.location {
			t.Errorf("%s: %d to %q, want %d to %q", test.name, got, location, test.status, test.location)
		}
	}
}

func TestWhatCanNotBeTransferred(t *testing.T) {
	t.Parallel()
	s, _, n := moving(t)
	must(t, s.AddRepository("acme", "open", playground.RepoOptions{}))
	must(t, s.AddRepository("other", "place", playground.RepoOptions{}))
	for _, r := range []string{"acme/open", "other/place"} {
		must(t, s.SetRole(r, "root", playground.Admin))
	}
	pull := want(s.As("root").OpenPullRequest(repo, "A pull request", ""))(t)
	tests := []struct {
		name, who, to string
		number, want  int
	}{
		{"without write here", "ada", "acme/ops", n, http.StatusForbidden},
		{"to another owner", "root", "other/place", n, http.StatusUnprocessableEntity},
		{"from private to public", "root", "acme/open", n, http.StatusUnprocessableEntity},
		{"to where it is", "root", repo, n, http.StatusUnprocessableEntity},
		{"to nowhere", "root", "acme/none", n, http.StatusNotFound},
		{"a pull request", "root", "acme/ops", pull, http.StatusUnprocessableEntity},
	}
	for _, test := range tests {
		_, err := s.As(test.who).Transfer(repo, test.number, test.to)
		if refused, is := errors.AsType[*playground.RefusalError](err); !is || refused.Status != test.want {
			t.Errorf("%s: %v, want %d", test.name, err, test.want)
		}
	}
}

func TestTransferIsTold(t *testing.T) {
	t.Parallel()
	s, _, old := moving(t)
	e := listen(t)
	s.SetHook(e.url, "")
	anew := want(s.As("root").Transfer(repo, old, "acme/ops"))(t)
	s.settle(t)
	type place struct {
		Number   int
		FullName string `json:"full_name"`
	}
	type told struct {
		Action     string
		Issue      place
		Repository place
		Changes    struct {
			NewIssue      place `json:"new_issue"`
			NewRepository place `json:"new_repository"`
			OldIssue      place `json:"old_issue"`
			OldRepository place `json:"old_repository"`
		}
	}
	var got []told
	for _, h := range e.take() {
		var one told
		must(t, json.Unmarshal(h.body, &one))
		got = append(got, one)
	}
	from, to := told{Action: "transferred"}, told{Action: "opened"}
	from.Issue.Number, from.Repository.FullName = old, repo
	from.Changes.NewIssue.Number, from.Changes.NewRepository.FullName = anew, "acme/ops"
	to.Issue.Number, to.Repository.FullName = anew, "acme/ops"
	to.Changes.OldIssue.Number, to.Changes.OldRepository.FullName = old, repo
	if diff := cmp.Diff([]told{from, to}, got); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
}

func TestDiscussionLooksLikeAClosedIssue(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "root", playground.Admin))
	root := s.As("root")
	n := want(root.OpenIssue(repo, "Why?", ""))(t)
	must(t, root.ConvertToDiscussion(repo, n))
	gh := s.asInstallation(t)
	read, _, err := gh.Issues.Get(t.Context(), "acme", "shop", n)
	must(t, err)
	if read.GetState() != "closed" || !read.GetLocked() {
		t.Errorf("state %q, locked %v", read.GetState(), read.GetLocked())
	}
	events, _, err := gh.Issues.ListIssueEvents(t.Context(), "acme", "shop", n, nil)
	must(t, err)
	if last := events[len(events)-1]; last.GetEvent() != "converted_to_discussion" {
		t.Errorf("the last event is %q", last.GetEvent())
	}
	must(t, root.Unlock(repo, n))
	if _, err := root.Comment(repo, n, "still here?"); err == nil {
		t.Error("it could be commented on")
	}
	if root.Reopen(repo, n) == nil || root.ConvertToDiscussion(repo, n) == nil {
		t.Error("it could be reopened, or converted again")
	}
	if _, _, err := gh.Issues.Edit(t.Context(), "acme", "shop", n, &github.IssueRequest{State: new("open")}); status(t, err) != http.StatusUnprocessableEntity {
		t.Errorf("the app reopened it: %v", err)
	}
}

func TestNobodyReactsOnWhatIsLocked(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "root", playground.Admin))
	root, gh := s.As("root"), s.asInstallation(t)
	n := want(root.OpenIssue(repo, "heated", ""))(t)
	c := want(root.Comment(repo, n, "hello"))(t)
	must(t, root.Lock(repo, n))
	for name, call := range map[string]func(context.Context) error{
		"to the issue": func(ctx context.Context) error {
			_, _, err := gh.Reactions.CreateIssueReaction(ctx, "acme", "shop", n, "eyes")
			return err
		},
		"to a comment": func(ctx context.Context) error {
			_, _, err := gh.Reactions.CreateIssueCommentReaction(ctx, "acme", "shop", c.ID, "eyes")
			return err
		},
	} {
		if got := status(t, call(t.Context())); got != http.StatusForbidden {
			t.Errorf("%s: %d", name, got)
		}
	}
	if root.React(repo, c.ID, "+1") == nil {
		t.Error("an admin could")
	}
	want(root.Comment(repo, n, "but who may write comments"))(t)
}

func TestAtMostEightLevels(t *testing.T) {
	t.Parallel()
	s := open(t)
	ada := s.As("ada")
	want(ada.OpenIssue(repo, "level 0", ""))(t)
	for n := 1; n <= 9; n++ {
		child := want(ada.OpenIssue(repo, fmt.Sprintf("level %d", n), ""))(t)
		if err := ada.AttachSubIssue(repo, n, repo, child); (err != nil) != (n == 9) {
			t.Errorf("level %d: %v", n, err)
		}
	}
	above := want(ada.OpenIssue(repo, "over all of them", ""))(t)
	if ada.AttachSubIssue(repo, above, repo, 1) == nil {
		t.Error("a ninth level came from above")
	}
}

// TestSubIssuesElsewhere has sub-issues in a repository that a narrow token
// can't see, and in one of another owner.
func TestSubIssuesElsewhere(t *testing.T) {
	t.Parallel()
	s, parent, _ := moving(t)
	must(t, s.AddRepository("other", "place", playground.RepoOptions{}))
	foreign := want(s.As("root").OpenIssue("other/place", "elsewhere", ""))(t)
	there := want(s.As("root").OpenIssue("acme/ops", "Renew the certificate", ""))(t)
	must(t, s.As("root").AttachSubIssue(repo, parent, "acme/ops", there))
	for name, err := range map[string]error{
		"of another owner": s.As("root").AttachSubIssue(repo, parent, "other/place", foreign),
		"in a circle":      s.As("root").AttachSubIssue("acme/ops", there, repo, parent),
	} {
		if refused, is := errors.AsType[*playground.RefusalError](err); !is || refused.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %v", name, err)
		}
	}
	count := func(gh *github.Client) int {
		req, err := gh.NewRequest(http.MethodGet, fmt.Sprintf("repos/acme/shop/issues/%d/sub_issues", parent), nil)
		must(t, err)
		var subs []github.Issue
		_, err = gh.Do(t.Context(), req, &subs)
		must(t, err)
		return len(subs)
	}
	narrow := s.asInstallation(t, func(tr *ghinstallation.Transport) {
		tr.InstallationTokenOptions = &github.InstallationTokenOptions{Repositories: []string{"shop"}}
	})
	if all, some := count(s.asInstallation(t)), count(narrow); all != 2 || some != 1 {
		t.Errorf("%d sub-issues with all, %d with a narrow token", all, some)
	}
}
