package playground_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"hindsight/internal/playground"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

// only mints a token with these permissions.
func (s *stage) only(t *testing.T, permissions *github.InstallationPermissions) *github.Client {
	t.Helper()
	token := s.mint(t, &github.InstallationTokenOptions{Permissions: permissions}).GetToken()
	return s.client(t, s.transport).WithAuthToken(token)
}

func TestReleases(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "wil", playground.Write))
	wil := s.As("wil")
	want(wil.Release(repo, playground.NewRelease{Tag: "v1"}))(t)
	s.clock.advance(time.Hour)
	draft := want(wil.Release(repo, playground.NewRelease{Tag: "v2/rc", Name: "Second", Draft: true, Prerelease: true}))(t)
	told := func(gh *github.Client) []string {
		releases, _, err := gh.Repositories.ListReleases(t.Context(), "acme", "shop", nil)
		must(t, err)
		var all []string
		for _, r := range releases {
			all = append(all, fmt.Sprintf("%s draft:%t published:%s", r.GetTagName(), r.GetDraft(), r.GetPublishedAt().Format("15:04")))
		}
		return all
	}
	same := func(what string, want, got []string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	gh, reader := s.asInstallation(t), s.only(t, &github.InstallationPermissions{Contents: new("read")})
	same("who may write", []string{"v2/rc draft:true published:00:00", "v1 draft:false published:14:05"}, told(gh))
	same("who may read", []string{"v1 draft:false published:14:05"}, told(reader))
	s.clock.advance(time.Hour)
	for range 2 {
		must(t, wil.PublishRelease(repo, draft))
		s.clock.advance(time.Hour)
	}
	same("published", []string{"v2/rc draft:false published:16:05", "v1 draft:false published:14:05"}, told(reader))
	if all := s.Releases(repo); len(all) != 2 || all[0].ID != draft || all[0].Name != "Second" || all[0].Author.Login != "wil" {
		t.Errorf("releases: %+v", all)
	}
}

func TestReleasesThatCannotBe(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "wil", playground.Write))
	want(s.As("wil").Release(repo, playground.NewRelease{Tag: "v1"}))(t)
	for name, try := range map[string]func() error{
		"422 without a tag":      func() error { _, err := s.As("wil").Release(repo, playground.NewRelease{Tag: " "}); return err },
		"422 by a tag with room": func() error { _, err := s.As("wil").Release(repo, playground.NewRelease{Tag: "v 2"}); return err },
		"422 twice":              func() error { _, err := s.As("wil").Release(repo, playground.NewRelease{Tag: "v1"}); return err },
		"403 by who may not":     func() error { _, err := s.As("ada").Release(repo, playground.NewRelease{Tag: "v2"}); return err },
		"404 of nothing":         func() error { return s.As("wil").PublishRelease(repo, 7) },
	} {
		if got := refusal(t, try()); fmt.Sprint(got) != name[:3] {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestDeployments(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "wil", playground.Write))
	wil, gh := s.As("wil"), s.asInstallation(t)
	const commit = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"
	first := want(wil.Deploy(repo, playground.NewDeployment{Ref: "v211"}))(t)
	second := want(wil.Deploy(repo, playground.NewDeployment{Ref: commit}))(t)
	preview := want(wil.Deploy(repo, playground.NewDeployment{Ref: "topic", Environment: "pr-7", Transient: true}))(t)
	must(t, wil.SetDeployment(repo, first, "in_progress", ""))
	must(t, wil.SetDeployment(repo, first, "success", "https://logs.example/1"))
	must(t, wil.SetDeployment(repo, preview, "success", ""))
	must(t, wil.SetDeployment(repo, second, "success", ""))
	all, _, err := gh.Repositories.ListDeployments(t.Context(), "acme", "shop", nil)
	must(t, err)
	var told []string
	for _, d := range all {
		statuses, _, failed := gh.Repositories.ListDeploymentStatuses(t.Context(), "acme", "shop", d.GetID(), nil)
		must(t, failed)
		line := fmt.Sprintf("%s to %s by %s:", d.GetRef(), d.GetEnvironment(), d.GetCreator().GetLogin())
		for _, st := range statuses {
			line += " " + st.GetState() + st.GetLogURL()
		}
		if len(d.GetSHA()) != 40 {
			t.Errorf("the commit is %q", d.GetSHA())
		}
		told = append(told, line)
	}
	if diff := cmp.Diff([]string{
		"topic to pr-7 by wil: success",
		commit + " to production by wil: success",
		"v211 to production by wil: inactive successhttps://logs.example/1 in_progress",
	}, told); diff != "" {
		t.Errorf("deployments (-want +got):\n%s", diff)
	}
	some, _, err := gh.Repositories.ListDeployments(t.Context(), "acme", "shop", &github.DeploymentsListOptions{Environment: "pr-7"})
	must(t, err)
	if len(some) != 1 || some[0].GetSHA() == commit {
		t.Errorf("of one environment: %v", some)
	}
	if _, _, err := gh.Repositories.ListDeploymentStatuses(t.Context(), "acme", "shop", 7, nil); status(t, err) != http.StatusNotFound {
		t.Errorf("of no deployment: %v", err)
	}
	if mine := s.Deployments(repo); len(mine) != 3 || mine[0].State() != "success" || mine[2].State() != "inactive" {
		t.Errorf("deployments: %+v", mine)
	}
}

func TestDeploymentsThatCannotBe(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "wil", playground.Write))
	id := want(s.As("wil").Deploy(repo, playground.NewDeployment{Ref: "v1"}))(t)
	for name, try := range map[string]func() error{
		"422 of nothing":      func() error { _, err := s.As("wil").Deploy(repo, playground.NewDeployment{}); return err },
		"403 by who may not":  func() error { _, err := s.As("ada").Deploy(repo, playground.NewDeployment{Ref: "v1"}); return err },
		"422 in no state":     func() error { return s.As("wil").SetDeployment(repo, id, "great", "") },
		"404 that is not":     func() error { return s.As("wil").SetDeployment(repo, 7, "success", "") },
		"403 that is another": func() error { return s.As("ada").SetDeployment(repo, id, "success", "") },
	} {
		if got := refusal(t, try()); fmt.Sprint(got) != name[:3] {
			t.Errorf("%s: %d", name, got)
		}
	}
	if s.Deployments(repo)[0].State() != "pending" {
		t.Errorf("it is %s", s.Deployments(repo)[0].State())
	}
}

func TestWhoMayAskWhatHappened(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "site", playground.RepoOptions{}))
	must(t, s.AddRepository("other", "place", playground.RepoOptions{}))
	issues, contents := &github.InstallationPermissions{Issues: new("write")}, &github.InstallationPermissions{Contents: new("read")}
	deployments := &github.InstallationPermissions{Deployments: new("read")}
	for _, test := range []struct {
		owner, repo                          string
		token                                *github.InstallationPermissions
		releases, deployments, collaborators int // statuses
	}{
		{"acme", "shop", issues, 403, 403, 200},
		{"acme", "shop", contents, 200, 403, 200},
		{"acme", "shop", deployments, 403, 200, 200},
		{"acme", "site", issues, 200, 200, 200},
		{"other", "place", deployments, 200, 200, 403},
	} {
		gh := s.only(t, test.token)
		_, releases, _ := gh.Repositories.ListReleases(t.Context(), test.owner, test.repo, nil)
		_, deployments, _ := gh.Repositories.ListDeployments(t.Context(), test.owner, test.repo, nil)
		_, collaborators, _ := gh.Repositories.ListCollaborators(t.Context(), test.owner, test.repo, nil)
		got := []int{releases.StatusCode, deployments.StatusCode, collaborators.StatusCode}
		if diff := cmp.Diff([]int{test.releases, test.deployments, test.collaborators}, got); diff != "" {
			t.Errorf("%s/%s with %v (-want +got):\n%s", test.owner, test.repo, test.token, diff)
		}
	}
}

func TestCollaborators(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "Wil", playground.Write))
	must(t, s.SetRole(repo, "ex", playground.None))
	must(t, s.SetRole(repo, "helper[bot]", playground.Write))
	gh := s.asInstallation(t)
	var all []string
	for page := 1; page != 0; {
		some, resp, err := gh.Repositories.ListCollaborators(t.Context(), "acme", "shop",
			&github.ListCollaboratorsOptions{ListOptions: github.ListOptions{PerPage: 2, Page: page}})
		must(t, err)
		for _, u := range some {
			all = append(all, fmt.Sprintf("%s %s %t", u.GetLogin(), u.GetRoleName(), u.GetPermissions()["push"]))
		}
		page = resp.NextPage
	}
	if diff := cmp.Diff([]string{"ada triage false", "grace read false", "Wil write true"}, all); diff != "" {
		t.Errorf("collaborators (-want +got):\n%s", diff)
	}
}

func TestInternalRepositories(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "lore", playground.RepoOptions{Internal: true, FirstWikiPage: true}))
	got, _, err := s.asInstallation(t).Repositories.Get(t.Context(), "acme", "lore")
	must(t, err)
	if got.GetVisibility() != "internal" || !got.GetPrivate() {
		t.Errorf("it is %s, private %t", got.GetVisibility(), got.GetPrivate())
	}
	for login, want := range map[string]playground.Role{"eve": playground.Read, "acme": playground.Admin, "helper[bot]": playground.None} {
		if role := s.Role("acme/lore", login); role != want {
			t.Errorf("%s: %s, want %s", login, role, want)
		}
	}
	if got := s.get(t, "/acme/lore.wiki.git/info/refs?service=git-upload-pack", "").status; got != http.StatusUnauthorized {
		t.Errorf("strangers fetch its wiki: %d", got)
	}
	must(t, s.Change("acme/lore", playground.RepoOptions{}))
	if r := want(s.Repository("acme/lore"))(t); r.Private || r.Internal {
		t.Errorf("made public: %+v", r)
	}
}

// refusal is the status with which the stand-in refused something.
func refusal(t *testing.T, err error) int {
	t.Helper()
	refused, is := errors.AsType[*playground.RefusalError](err)
	if !is {
		t.Fatalf("it was not refused: %v", err)
	}
	return refused.Status
}
