package playground_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hindsight/internal/playground"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

// mentioned are the issues that the timeline of #1 says to mention it, as
// "repo#number", with a star for pull requests.
func mentioned(t *testing.T, gh *github.Client) []string {
	t.Helper()
	timeline, _, err := gh.Issues.ListIssueTimeline(t.Context(), "acme", "shop", 1, nil)
	must(t, err)
	var all []string
	for _, e := range timeline {
		if e.GetEvent() != "cross-referenced" {
			continue
		}
		from := e.GetSource().GetIssue()
		star := ""
		if from.IsPullRequest() {
			star = "*"
		}
		all = append(all, fmt.Sprintf("%s#%d%s by %s", from.GetRepository().GetName(), from.GetNumber(), star, e.GetActor().GetLogin()))
	}
	return all
}

func TestMentionsAreInTheTimeline(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       bool
	}{
		{"a number", "Incident: #1", true},
		{"at the start, with a full stop", "#1. Done.", true},
		{"the full name", "see acme/shop#1", true},
		{"the address", "see URL/acme/shop/issues/1 for more", true},
		{"the address as of a pull request", "URL/acme/shop/pull/1", true},
		{"another number", "#12", false},
		{"another repository", "acme/ops#1", false},
		{"within a word", "abc#1", false},
		{"another server's address", "https://example.com/acme/shop/issues/1", false},
		{"in code", "`#1`", false},
		{"in a block of code", "```\n#1\n```\n", false},
		{"in a hidden comment", "<!-- #1 -->", false},
		{"itself in a number with more digits", "#1a", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
			text := strings.ReplaceAll(test.text, "URL", s.URL())
			want(s.As("ada").OpenPullRequest(repo, "Add a retry", text))(t)
			var expected []string
			if test.want {
				expected = []string{"shop#2* by ada"}
			}
			if diff := cmp.Diff(expected, mentioned(t, s.asInstallation(t))); diff != "" {
				t.Errorf("mentions (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhoseMentionsAreShown(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "ops", playground.RepoOptions{Private: true}))
	must(t, s.SetRole("acme/ops", "ada", playground.Triage))
	must(t, s.SetRole("acme/ops", "stranger", playground.Triage))
	ada, gh := s.As("ada"), s.asInstallation(t)
	want(ada.OpenIssue(repo, "Checkout is down", "this is #1"))(t)
	second := want(ada.OpenIssue(repo, "Add a retry", ""))(t)
	want(ada.Comment(repo, second, "for #1"))(t)
	want(ada.Comment(repo, second, "still for #1"))(t)
	third := want(ada.OpenIssue("acme/ops", "Renew the certificate", "nothing"))(t)
	must(t, ada.EditIssue("acme/ops", third, nil, new("acme/shop#1")))
	want(s.As("stranger").OpenIssue("acme/ops", "I can't see it", "acme/shop#1"))(t)
	_, _, err := gh.Issues.Create(t.Context(), "acme", "shop", &github.IssueRequest{Title: new("By the app"), Body: new("#1")})
	must(t, err)

	expected := []string{"shop#2 by ada", "ops#1 by ada", "shop#3 by hindsight[bot]"}
	if diff := cmp.Diff(expected, mentioned(t, gh)); diff != "" {
		t.Errorf("mentions (-want +got):\n%s", diff)
	}
	narrow := s.asInstallation(t, func(tr *ghinstallation.Transport) {
		tr.InstallationTokenOptions = &github.InstallationTokenOptions{Repositories: []string{"shop"}}
	})
	if diff := cmp.Diff([]string{"shop#2 by ada", "shop#3 by hindsight[bot]"}, mentioned(t, narrow)); diff != "" {
		t.Errorf("mentions for a narrow token (-want +got):\n%s", diff)
	}
	events, _, err := gh.Issues.ListIssueEvents(t.Context(), "acme", "shop", 1, nil)
	must(t, err)
	if len(events) != 0 {
		t.Errorf("mentions are among the events: %v", events)
	}
	from := want(s.Events(repo, 1))(t)[0].Source
	if i, found := s.IssueByID(from); !found || i.Number != second {
		t.Errorf("the first is from %+v", i)
	}
	must(t, s.SetRole(repo, "root", playground.Admin))
	must(t, s.As("root").DeleteIssue(repo, second))
	if _, found := s.IssueByID(from); found || len(mentioned(t, gh)) != 2 {
		t.Error("a deleted issue still mentions")
	}
}

func TestMergedPullRequest(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "ops", playground.RepoOptions{Private: true}))
	must(t, s.SetRole(repo, "wil", playground.Write))
	ada, wil, gh := s.As("ada"), s.As("wil"), s.asInstallation(t)
	for _, title := range []string{"one", "two", "three", "four"} {
		want(ada.OpenIssue(repo, title, ""))(t)
	}
	want(s.As("acme").OpenIssue("acme/ops", "not wil's", ""))(t)
	pull := want(ada.OpenPullRequest(repo, "Mend it", "Fixes #1, resolves: acme/shop#2, see #3, `closes #4`, closes acme/ops#1"))(t)
	e := listen(t)
	s.SetHook(e.url, "")
	s.clock.advance(time.Minute)
	if ada.Merge(repo, pull) == nil || wil.Merge(repo, 1) == nil {
		t.Error("somebody without write merged, or an issue was merged")
	}
	must(t, wil.Merge(repo, pull))
	if wil.Merge(repo, pull) == nil || wil.Reopen(repo, pull) == nil {
		t.Error("it was merged twice, or reopened")
	}
	var closed []int
	for _, i := range s.Issues(repo) {
		if i.Closed {
			closed = append(closed, i.Number)
		}
	}
	if diff := cmp.Diff([]int{1, 2, pull}, closed); diff != "" || want(s.Issue("acme/ops", 1))(t).Closed {
		t.Errorf("closed (-want +got):\n%s", diff)
	}
	read, _, err := gh.Issues.Get(t.Context(), "acme", "shop", pull)
	must(t, err)
	if merged := read.GetPullRequestLinks().GetMergedAt(); !merged.Time.Equal(s.clock.now()) || read.GetStateReason() != "" {
		t.Errorf("merged at %s, as %q", merged, read.GetStateReason())
	}
	timeline, _, err := gh.Issues.ListIssueTimeline(t.Context(), "acme", "shop", pull, nil)
	must(t, err)
	if len(timeline) != 2 || timeline[0].GetEvent() != "merged" || timeline[1].GetEvent() != "closed" {
		t.Errorf("the timeline has %v", timeline)
	}
	s.settle(t)
	var told struct {
		Action string
		Pull   struct{ Merged bool } `json:"pull_request"`
	}
	must(t, json.Unmarshal(e.take()[0].body, &told))
	if told.Action != "closed" || !told.Pull.Merged {
		t.Errorf("the webhook says %+v", told)
	}
}

func TestPushesAreSeen(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "wil", playground.Write))
	gh := s.asInstallation(t)
	pushed := func() time.Time {
		r, _, err := gh.Repositories.Get(t.Context(), "acme", "shop")
		must(t, err)
		list, _, err := gh.Apps.ListRepos(t.Context(), nil)
		must(t, err)
		if got := list.Repositories[0].GetPushedAt(); !got.Equal(r.GetPushedAt()) {
			t.Errorf("the list says %s, the repository %s", got, r.GetPushedAt())
		}
		return r.GetPushedAt().Time
	}
	if !pushed().Equal(s.clock.now()) {
		t.Errorf("pushed at %s before the first push", pushed())
	}
	const path = ".github/hindsight.yml"
	for _, step := range []struct {
		name string
		push func() error
		want []string
	}{
		{"the owner", func() error { return s.PutFile(repo, "/"+path, "a: 1\n") }, []string{path}},
		{"somebody who may", func() error { return s.As("wil").SaveFile(repo, path, "a: 2\n") }, []string{path}},
		{"deleting", func() error { return s.As("wil").DeleteFile(repo, path) }, nil},
	} {
		s.clock.advance(time.Minute)
		must(t, step.push())
		if diff := cmp.Diff(step.want, s.Files(repo)); diff != "" || !pushed().Equal(s.clock.now()) {
			t.Errorf("%s: pushed at %s, files (-want +got):\n%s", step.name, pushed(), diff)
		}
	}
	if s.As("ada").SaveFile(repo, path, "a: 3\n") == nil || s.As("wil").DeleteFile(repo, path) == nil {
		t.Error("somebody without write saved, or what is not there was deleted")
	}
	if content, found := s.File(repo, path); found {
		t.Errorf("the file is there: %q", content)
	}
}

func TestAssignees(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "open", playground.RepoOptions{}))
	s.As("stranger")
	gh := s.asInstallation(t)
	for _, test := range []struct {
		repo, login string
		want        bool
	}{
		{"shop", "ada", true},
		{"shop", "Grace", true},
		{"shop", "stranger", false},
		{"shop", "nobody", false},
		{"shop", "hindsight[bot]", false},
		{"open", "stranger", false},
	} {
		got, _, err := gh.Issues.IsAssignee(t.Context(), "acme", test.repo, test.login)
		if err != nil || got != test.want {
			t.Errorf("%s in %s: %v, %v", test.login, test.repo, got, err)
		}
	}
	create := func(assignees ...string) (*github.Issue, error) {
		i, _, err := gh.Issues.Create(t.Context(), "acme", "shop", &github.IssueRequest{Title: new("Add a retry"), Assignees: &assignees})
		return i, err
	}
	if _, err := create("ada", "stranger"); status(t, err) != http.StatusUnprocessableEntity {
		t.Errorf("an issue for a stranger: %v", err)
	}
	made := want(create("ada", "ADA"))(t)
	if len(made.Assignees) != 1 {
		t.Errorf("assignees are %v", made.Assignees)
	}
	_, _, err := gh.Issues.Edit(t.Context(), "acme", "shop", made.GetNumber(), &github.IssueRequest{Assignees: &[]string{"nobody"}})
	if got := status(t, err); got != http.StatusUnprocessableEntity {
		t.Errorf("assigning nobody: %d", got)
	}
	s.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write"})
	if quiet := want(create("ada"))(t); len(quiet.Assignees) != 0 {
		t.Errorf("an app that can't push assigned %v", quiet.Assignees)
	}
}
