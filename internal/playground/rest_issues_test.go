package playground_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsight/internal/playground"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

func TestIssueMadeByTheAppIsKnownAsTheApps(t *testing.T) {
	t.Parallel()
	s := open(t)
	gh := s.asInstallation(t)
	made, _, err := gh.Issues.Create(t.Context(), "acme", "shop", &github.IssueRequest{
		Title: new("Add a retry"), Body: new("as promised"),
		Labels: &[]string{"postmortem-followup", "sev2"}, Assignees: &[]string{"ada"},
	})
	must(t, err)
	read, _, err := gh.Issues.Get(t.Context(), "acme", "shop", made.GetNumber())
	must(t, err)
	if read.GetUser().GetLogin() != "hindsight[bot]" || read.GetUser().GetType() != "Bot" {
		t.Errorf("author is %s, a %s", read.GetUser().GetLogin(), read.GetUser().GetType())
	}
	var names []string
	for _, l := range read.Labels {
		names = append(names, l.GetName()+" "+l.GetColor())
	}
	if diff := cmp.Diff([]string{"postmortem-followup ededed", "sev2 ededed"}, names); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	snapshot := want(s.Issue(repo, made.GetNumber()))(t)
	if !snapshot.ByApp || snapshot.Assignees[0].Login != "ada" {
		t.Errorf("the model has %+v", snapshot)
	}
}

func TestIssueLifeIsToldInEvents(t *testing.T) {
	t.Parallel()
	s := open(t)
	gh := s.asInstallation(t)
	ada := s.As("ada")
	n := want(ada.OpenIssue(repo, "Checkout is down", "", "incident"))(t)
	must(t, ada.Assign(repo, n, "grace"))
	must(t, ada.Close(repo, n, "not_planned"))
	must(t, ada.Reopen(repo, n))
	must(t, ada.Unlabel(repo, n, "INCIDENT"))
	_, _, err := gh.Issues.Edit(t.Context(), "acme", "shop", n, &github.IssueRequest{
		Title: new("Checkout was down"), State: new("closed"),
		StateReason: new("duplicate"), Labels: &[]string{"sev1"},
	})
	must(t, err)
	_, _, err = gh.Issues.CreateComment(t.Context(), "acme", "shop", n, &github.IssueComment{Body: new("noted")})
	must(t, err)

	events, _, err := gh.Issues.ListIssueEvents(t.Context(), "acme", "shop", n, nil)
	must(t, err)
	var told []string
	for _, e := range events {
		told = append(told, e.GetEvent()+" by "+e.GetActor().GetLogin())
	}
	expected := []string{
		"labeled by ada", "assigned by ada", "closed by ada", "reopened by ada", "unlabeled by ada",
		"renamed by hindsight[bot]", "labeled by hindsight[bot]", "closed by hindsight[bot]",
	}
	if diff := cmp.Diff(expected, told); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	timeline, _, err := gh.Issues.ListIssueTimeline(t.Context(), "acme", "shop", n, nil)
	must(t, err)
	if last := timeline[len(timeline)-1]; len(timeline) != len(events)+1 || last.GetEvent() != "commented" {
		t.Errorf("the timeline has %d entries, the last is %q", len(timeline), last.GetEvent())
	}
	read, _, err := gh.Issues.Get(t.Context(), "acme", "shop", n)
	must(t, err)
	if read.GetStateReason() != "duplicate" || read.GetClosedBy().GetLogin() != "hindsight[bot]" {
		t.Errorf("closed as %q by %q", read.GetStateReason(), read.GetClosedBy().GetLogin())
	}
}

func TestListingIssues(t *testing.T) {
	t.Parallel()
	s := open(t)
	ada := s.As("ada")
	start := s.clock.now()
	for _, o := range []struct {
		title  string
		labels []string
	}{
		{"one", []string{"incident"}},
		{"two", []string{"incident", "sev1"}},
		{"three", nil},
	} {
		want(ada.OpenIssue(repo, o.title, "", o.labels...))(t)
		s.clock.advance(time.Minute)
	}
	want(ada.OpenPullRequest(repo, "four, a pull request", "", "incident"))(t)
	s.clock.advance(time.Minute)
	must(t, ada.Close(repo, 1, ""))

	tests := []struct {
		name    string
		options github.IssueListByRepoOptions
		want    []int
	}{
		{"open is the default, newest first", github.IssueListByRepoOptions{}, []int{4, 3, 2}},
		{"closed", github.IssueListByRepoOptions{State: "closed"}, []int{1}},
		{"all, by last change", github.IssueListByRepoOptions{State: "all", Sort: "updated"}, []int{1, 4, 3, 2}},
		{"by last change, ascending", github.IssueListByRepoOptions{State: "all", Sort: "updated", Direction: "asc"}, []int{2, 3, 4, 1}},
		{"with all labels, without case", github.IssueListByRepoOptions{State: "all", Labels: []string{"Incident", "SEV1"}}, []int{2}},
		{"since, inclusive", github.IssueListByRepoOptions{State: "all", Since: start.Add(2 * time.Minute)}, []int{4, 3, 1}},
		{"by creator", github.IssueListByRepoOptions{State: "all", Creator: "hindsight[bot]"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list, _, err := s.asInstallation(t).Issues.ListByRepo(t.Context(), "acme", "shop", &test.options)
			must(t, err)
			var got []int
			for _, i := range list {
				got = append(got, i.GetNumber())
				if i.IsPullRequest() != (i.GetNumber() == 4) {
					t.Errorf("#%d is a pull request: %v", i.GetNumber(), i.IsPullRequest())
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("numbers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatGitHubRefuses(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "root", playground.Admin))
	must(t, s.AddRepository("acme", "attic", playground.RepoOptions{}))
	must(t, s.AddRepository("acme", "secret", playground.RepoOptions{Private: true}))
	must(t, s.AddRepository("other", "place", playground.RepoOptions{Private: true}))
	attic := want(s.As("ada").OpenIssue("acme/attic", "old", ""))(t)
	must(t, s.Change("acme/attic", playground.RepoOptions{Archived: true}))
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	deleted := want(s.As("ada").OpenIssue(repo, "spam", ""))(t)
	must(t, s.As("root").DeleteIssue(repo, deleted))
	locked := want(s.As("ada").OpenIssue(repo, "heated", ""))(t)
	must(t, s.As("root").Lock(repo, locked))
	gh := s.asInstallation(t)

	comment := func(owner, name string, n int, body string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, _, err := gh.Issues.CreateComment(ctx, owner, name, n, &github.IssueComment{Body: &body})
			return err
		}
	}
	create := func(title, body string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, _, err := gh.Issues.Create(ctx, "acme", "shop", &github.IssueRequest{Title: &title, Body: &body})
			return err
		}
	}
	get := func(owner, name string, n int) func(context.Context) error {
		return func(ctx context.Context) error {
			_, _, err := gh.Issues.Get(ctx, owner, name, n)
			return err
		}
	}
	tests := []struct {
		name string
		call func(context.Context) error
		want int
	}{
		{"a comment of 65,537 characters", comment("acme", "shop", n, strings.Repeat("ü", 65_537)), http.StatusUnprocessableEntity},
		{"an empty comment", comment("acme", "shop", n, " \n"), http.StatusUnprocessableEntity},
		{"a body that is too long", create("fine", strings.Repeat("x", 65_537)), http.StatusUnprocessableEntity},
		{"a title of 257 characters", create(strings.Repeat("x", 257), ""), http.StatusUnprocessableEntity},
		{"a blank title", create("  ", ""), http.StatusUnprocessableEntity},
		{"an issue that never was", get("acme", "shop", 99), http.StatusNotFound},
		{"a deleted issue", get("acme", "shop", deleted), http.StatusGone},
		{"a comment on a deleted issue", comment("acme", "shop", deleted, "hello"), http.StatusGone},
		{"a comment on a locked issue", comment("acme", "shop", locked, "hello"), http.StatusForbidden},
		{"a comment in an archived repository", comment("acme", "attic", attic, "hello"), http.StatusForbidden},
		{"a repository of somebody else", get("other", "place", 1), http.StatusNotFound},
		{"a label that is not on", func(ctx context.Context) error {
			_, err := gh.Issues.RemoveLabelForIssue(ctx, "acme", "shop", n, "sev1")
			return err
		}, http.StatusNotFound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := status(t, test.call(t.Context())); got != test.want {
				t.Errorf("status is %d, want %d", got, test.want)
			}
		})
	}
	t.Run("65,536 characters are fine", func(t *testing.T) {
		t.Parallel()
		must(t, comment("acme", "shop", n, strings.Repeat("ü", 65_536))(t.Context()))
	})
}

func TestLabels(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", "", "Incident"))(t)
	gh := s.asInstallation(t)
	// The client sends a bare array.
	labels, _, err := gh.Issues.AddLabelsToIssue(t.Context(), "acme", "shop", n, []string{"incident", "a b/c+d"})
	must(t, err)
	if len(labels) != 2 {
		t.Errorf("%d labels after adding one that was on already", len(labels))
	}
	// And GitHub's description wants an object.
	req, err := gh.NewRequest(http.MethodPost, "repos/acme/shop/issues/1/labels", map[string]any{"labels": []string{"sev1"}})
	must(t, err)
	_, err = gh.Do(t.Context(), req, nil)
	must(t, err)
	_, err = gh.Issues.RemoveLabelForIssue(t.Context(), "acme", "shop", n, "A%20B%2FC+D")
	must(t, err)
	list, _, err := gh.Issues.ListLabelsByIssue(t.Context(), "acme", "shop", n, nil)
	must(t, err)
	var names []string
	for _, l := range list {
		names = append(names, l.GetName())
	}
	if diff := cmp.Diff([]string{"Incident", "sev1"}, names); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if got := len(s.Labels(repo)); got != 3 {
		t.Errorf("the repository has %d labels", got)
	}
}

func TestSubIssues(t *testing.T) {
	t.Parallel()
	s := open(t)
	gh := s.asInstallation(t)
	ada := s.As("ada")
	parent, other := want(ada.OpenIssue(repo, "parent", ""))(t), want(ada.OpenIssue(repo, "other", ""))(t)
	child := want(s.Issue(repo, want(ada.OpenIssue(repo, "child", ""))(t)))(t)
	do := func(method, path string, body any, into any) error {
		req, err := gh.NewRequest(method, "repos/acme/shop/issues/"+path, body)
		must(t, err)
		_, err = gh.Do(t.Context(), req, into)
		return err
	}
	id := map[string]any{"sub_issue_id": child.ID}
	must(t, do(http.MethodPost, "1/sub_issues", id, nil))
	if got := status(t, do(http.MethodPost, "1/sub_issues", id, nil)); got != http.StatusUnprocessableEntity {
		t.Errorf("attaching twice: %d", got)
	}
	if got := status(t, do(http.MethodPost, "2/sub_issues", id, nil)); got != http.StatusUnprocessableEntity {
		t.Errorf("a second parent: %d", got)
	}
	var up github.Issue
	must(t, do(http.MethodGet, "3/parent", nil, &up))
	var down []github.Issue
	must(t, do(http.MethodGet, "1/sub_issues", nil, &down))
	if up.GetNumber() != parent || len(down) != 1 || down[0].GetID() != child.ID {
		t.Errorf("parent is #%d, sub-issues are %v", up.GetNumber(), down)
	}
	must(t, do(http.MethodPost, "2/sub_issues", map[string]any{"sub_issue_id": child.ID, "replace_parent": true}, nil))
	if subs := want(s.SubIssues(repo, other))(t); len(subs) != 1 || len(want(s.SubIssues(repo, parent))(t)) != 0 {
		t.Errorf("after replacing the parent: %v", subs)
	}
	must(t, do(http.MethodDelete, "2/sub_issue", id, nil))
	if got := status(t, do(http.MethodGet, "3/parent", nil, nil)); got != http.StatusNotFound {
		t.Errorf("parent of one that has none: %d", got)
	}
	s.SetSubIssues(false)
	if got := status(t, do(http.MethodPost, "1/sub_issues", id, nil)); got != http.StatusNotFound {
		t.Errorf("on a server without sub-issues: %d", got)
	}
}

// TestSubIssuesBeyondTheToken has a token for one repository attach an issue of
// another, which the installation sees and the token does not.
func TestSubIssuesBeyondTheToken(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "ops", playground.RepoOptions{Private: true}))
	must(t, s.SetRole("acme/ops", "ada", playground.Triage))
	want(s.As("ada").OpenIssue(repo, "parent", ""))(t)
	child := want(s.Issue("acme/ops", want(s.As("ada").OpenIssue("acme/ops", "child", ""))(t)))(t)
	attach := func(gh *github.Client) error {
		req, err := gh.NewRequest(http.MethodPost, "repos/acme/shop/issues/1/sub_issues", map[string]any{"sub_issue_id": child.ID})
		must(t, err)
		_, err = gh.Do(t.Context(), req, nil)
		return err
	}
	narrow := s.asInstallation(t, func(tr *ghinstallation.Transport) {
		tr.InstallationTokenOptions = &github.InstallationTokenOptions{Repositories: []string{"shop"}}
	})
	if got := status(t, attach(narrow)); got != http.StatusNotFound {
		t.Errorf("with a token for the parent's repository alone: %d", got)
	}
	must(t, attach(s.asInstallation(t)))
}

func TestAtMost100SubIssues(t *testing.T) {
	t.Parallel()
	s := open(t)
	ada := s.As("ada")
	want(ada.OpenIssue(repo, "parent", ""))(t)
	for n := range 101 {
		child := want(ada.OpenIssue(repo, "child", ""))(t)
		if err := ada.AttachSubIssue(repo, 1, repo, child); (err != nil) != (n == 100) {
			t.Fatalf("child number %d: %v", n+1, err)
		}
	}
}

func TestHistoryOfEverything(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "root", playground.Admin))
	ada, root := s.As("ada"), s.As("root")
	n, child := want(ada.OpenIssue(repo, "parent", "", "sev1"))(t), want(ada.OpenIssue(repo, "child", ""))(t)
	must(t, ada.AttachSubIssue(repo, n, repo, child))
	must(t, ada.DetachSubIssue(repo, n, repo, child))
	must(t, root.Lock(repo, n))
	must(t, root.Unlock(repo, n))
	must(t, ada.Assign(repo, n, "ada"))
	must(t, ada.Assign(repo, n))
	gh := s.asInstallation(t)
	// What matters here is that GitHub's description knows each of them.
	for _, number := range []int{n, child} {
		events, _, err := gh.Issues.ListIssueEvents(t.Context(), "acme", "shop", number, nil)
		must(t, err)
		timeline, _, err := gh.Issues.ListIssueTimeline(t.Context(), "acme", "shop", number, nil)
		must(t, err)
		if len(events) != len(want(s.Events(repo, number))(t)) || len(timeline) != len(events) {
			t.Errorf("#%d: %d events, %d in the timeline", number, len(events), len(timeline))
		}
	}
}

func TestUpdatingIssues(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", "", "incident", "sev1"))(t)
	gh := s.asInstallation(t)
	update := func(body map[string]any) error {
		req, err := gh.NewRequest(http.MethodPatch, fmt.Sprintf("repos/acme/shop/issues/%d", n), body)
		must(t, err)
		_, err = gh.Do(t.Context(), req, nil)
		return err
	}
	must(t, update(map[string]any{
		"labels": []any{"SEV1", map[string]any{"name": "sev2"}}, "assignees": []string{"ada", "grace", "ada"},
	}))
	i := want(s.Issue(repo, n))(t)
	if len(i.Labels) != 2 || i.Labels[0].Name != "sev1" || i.Labels[1].Name != "sev2" || len(i.Assignees) != 2 {
		t.Errorf("labels %v, assignees %v", i.Labels, i.Assignees)
	}
	must(t, update(map[string]any{"state": "closed"}))
	must(t, update(map[string]any{"state": "closed", "state_reason": "duplicate"}))
	if i = want(s.Issue(repo, n))(t); !i.Closed || i.Reason != "completed" {
		t.Errorf("closed twice: closed %v as %q", i.Closed, i.Reason)
	}
	must(t, update(map[string]any{"state": "open", "assignees": []string{}}))
	if i = want(s.Issue(repo, n))(t); i.Closed || i.Reason != "reopened" || !i.ClosedAt.IsZero() || len(i.Assignees) != 0 {
		t.Errorf("reopened: %+v", i)
	}
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	// These break GitHub's description on purpose.
	s := open(t, func(o *playground.Options) { o.Wrap = nil })
	want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	token := "token " + s.mint(t, nil).GetToken()
	tests := []struct {
		name, method, path, body string
		want                     int
	}{
		{"broken JSON", http.MethodPost, "/issues", `{"title":`, http.StatusBadRequest},
		{"no body", http.MethodPost, "/issues", "", http.StatusUnprocessableEntity},
		{"an unknown state", http.MethodPatch, "/issues/1", `{"state":"merged"}`, http.StatusUnprocessableEntity},
		{"an unknown reason", http.MethodPatch, "/issues/1", `{"state":"closed","state_reason":"bored"}`, http.StatusUnprocessableEntity},
		{"an unknown reaction", http.MethodPost, "/issues/1/reactions", `{"content":"shrug"}`, http.StatusUnprocessableEntity},
		{"a time that is none", http.MethodGet, "/issues?since=yesterday", "", http.StatusUnprocessableEntity},
		{"a number that is none", http.MethodGet, "/issues/first", "", http.StatusNotFound},
		{"an unknown endpoint", http.MethodGet, "/wiki", "", http.StatusNotFound},
		{"too much", http.MethodPost, "/issues", `{"title":"` + strings.Repeat("x", 5<<20) + `"}`, http.StatusRequestEntityTooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), test.method,
				s.URL()+"/api/v3/repos/acme/shop"+test.path, strings.NewReader(test.body))
			must(t, err)
			req.Header.Set("Authorization", token)
			resp, err := (&http.Client{Transport: s.transport}).Do(req)
			must(t, err)
			must(t, resp.Body.Close())
			if resp.StatusCode != test.want {
				t.Errorf("status is %d, want %d", resp.StatusCode, test.want)
			}
		})
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	gh := s.asInstallation(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, _, err := gh.Issues.Create(t.Context(), "acme", "shop", &github.IssueRequest{Title: new("by the app")})
			if err != nil {
				t.Errorf("the app: %v", err)
			}
		})
		all.Go(func() {
			if _, err := s.As("ada").OpenIssue(repo, "by a person", ""); err != nil {
				t.Errorf("a person: %v", err)
			}
		})
	}
	all.Wait()
	seen := map[int64]bool{}
	for n, i := range s.Issues(repo) {
		if i.Number != n+1 {
			t.Errorf("issue %d of the list is #%d", n+1, i.Number)
		}
		seen[i.ID] = true
	}
	if len(seen) != 40 {
		t.Errorf("%d ids for 40 issues", len(seen))
	}
}
