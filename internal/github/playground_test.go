package github_test

import (
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/github"
	"hindsight/internal/incident"
	"hindsight/internal/playground"
	"hindsight/internal/playground/contract"
	"hindsight/internal/reconcile"
)

// stage is the stand-in for GitHub with the App installed on acme: ana may
// triage in acme/api, every request and answer is held to GitHub's own
// description of its API.
type stage struct {
	*playground.GitHub
	app          *github.App
	forge        reconcile.Forge
	installation int64
	parent       incident.Key
}

func newStage(t *testing.T) *stage {
	t.Helper()
	key, err := playground.SharedKey()
	must(t, err)
	hub, err := playground.New(playground.Options{
		Dir: t.TempDir(), Clock: time.Now, Key: key,
		Wrap: func(next http.Handler) http.Handler { return contract.Wrap(t, next) },
	})
	must(t, err)
	t.Cleanup(hub.Close)
	server := httptest.NewServer(hub.Handler())
	t.Cleanup(server.Close)
	hub.SetURL(server.URL)
	must(t, hub.AddRepository("Acme", "API", playground.RepoOptions{Private: true}))
	must(t, hub.AddRepository("Acme", "attic", playground.RepoOptions{Archived: true}))
	must(t, hub.SetRole("acme/api", "ana", playground.Triage))
	must(t, hub.SetRole("acme/api", "rae", playground.Read))
	must(t, hub.PutFile("acme/api", ".github/hindsight.yml", "label: incident\n"))
	number, err := hub.As("ana").OpenIssue("acme/api", "Checkout is down", "", "incident")
	must(t, err)
	app, err := github.New(github.Options{
		AppID: hub.App().ID, Key: key, APIURL: server.URL + "/api/v3/", AllowedOwners: []string{"acme"},
		Clock: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	installation := hub.Install("Acme")
	return &stage{hub, app, app.Forge(installation), installation, incident.NewKey("acme", "api", number)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same[T any](t *testing.T, what string, want, got T, err error) {
	t.Helper()
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%s: %v %s", what, err, diff)
	}
}

func TestReadingByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	who, err := s.app.Identity(ctx)
	same(t, "bot", s.App().BotLogin, who.Bot, err)
	all, err := s.app.Installations(ctx)
	if err != nil || len(all) != 1 || all[0].ID != s.installation || all[0].Account != "Acme" {
		t.Errorf("installations: %+v, %v", all, err)
	}
	home, err := s.app.InstallationOf(ctx, "acme/api")
	same(t, "installation", s.installation, home, err)
	repos, err := s.forge.Repositories(ctx)
	same(t, "repositories", []incident.Repo{"acme/api"}, slices.Collect(maps.Keys(repos)), err)
	repo, err := s.forge.Repository(ctx, "acme/api")
	if repo.ID == 0 {
		t.Error("the repository has no id")
	}
	if !repo.PushedAt.Equal(repos["acme/api"]) {
		t.Errorf("pushed at %s, listed with %s", repo.PushedAt, repos["acme/api"])
	}
	same(t, "repository", incident.Repository{
		ID: repo.ID, FullName: "Acme/API", URL: s.URL() + "/Acme/API", Private: true, HasWiki: true,
		PushedAt: repo.PushedAt,
	}, repo, err)
	issue, err := s.forge.Issue(ctx, s.parent)
	if err != nil || issue.Key != s.parent || issue.Author.Login != "ana" || issue.AppID != 0 || issue.State != incident.Open {
		t.Errorf("issue: %+v, %v", issue, err)
	}
	file, err := s.forge.File(ctx, "acme/api", ".github/hindsight.yml")
	same(t, "file", "label: incident\n", string(file), err)
	must(t, s.SetRole("acme/api", "wim", playground.Write))
	for login, want := range map[string]incident.Permission{
		"ana": incident.MayTriage, "rae": incident.MayRead, "nobody": incident.NoPermission,
		"wim": incident.MayWrite, "acme": incident.MayWrite, "other[bot]": incident.NoPermission,
	} {
		got, err := s.forge.Permission(ctx, "acme/api", login)
		same(t, "permission of "+login, want, got, err)
	}
}

func TestWhatIsNotThereByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	_, noIssue := s.forge.Issue(ctx, incident.NewKey("acme", "api", 99))
	_, noRepo := s.forge.Repository(ctx, "acme/none")
	_, noFile := s.forge.File(ctx, "acme/api", "none.yml")
	_, directory := s.forge.File(ctx, "acme/api", ".github")
	_, noHome := s.app.InstallationOf(ctx, "other/api")
	for what, err := range map[string]error{
		"issue": noIssue, "repository": noRepo, "file": noFile, "directory": directory, "installation": noHome,
	} {
		if kind(err) != "missing" {
			t.Errorf("%s: %v, want missing", what, err)
		}
	}
	_, archived := s.forge.WriteComment(ctx, incident.NewKey("acme", "attic", 1), "x")
	if k := kind(archived); k != "paused" && k != "missing" {
		t.Errorf("archived: %v", archived)
	}
	_, long := s.forge.WriteComment(ctx, s.parent, strings.Repeat("x", 65_537))
	if kind(long) != "blocked" {
		t.Errorf("a comment that is too long: %v", long)
	}
	s.SetPermissions("Acme", map[string]string{"metadata": "read", "issues": "read"})
	_, err := s.forge.WriteComment(ctx, s.parent, "x")
	if kind(err) != "blocked" || !strings.Contains(err.Error(), "issues: write") {
		t.Errorf("without the permission: %v", err)
	}
	s.Suspend("Acme", true)
	if _, err := s.forge.WriteComment(ctx, s.parent, "x"); kind(err) != "paused" {
		t.Errorf("suspended: %v", err)
	}
	s.Uninstall("Acme")
	if _, err := s.app.Forge(s.installation).Issue(ctx, s.parent); kind(err) != "paused" {
		t.Errorf("taken off: %v", err)
	}
}

func TestCommentsByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	theirs, err := s.As("rae").Comment("acme/api", s.parent.Number, "/followup Call back")
	must(t, err)
	ours, err := s.forge.WriteComment(ctx, s.parent, "first")
	must(t, err)
	must(t, s.forge.EditComment(ctx, s.parent, ours.ID, "second"))
	for range 2 {
		must(t, s.forge.React(ctx, s.parent, incident.Reaction{Comment: theirs.ID, Content: "eyes"}))
	}
	comments, err := s.forge.Comments(ctx, s.parent)
	if err != nil || len(comments) != 2 {
		t.Fatalf("comments: %+v, %v", comments, err)
	}
	if comments[0].Ours || !comments[1].Ours || comments[1].Body != "second" || comments[0].Author.Bot || !comments[1].Author.Bot {
		t.Errorf("comments: %+v", comments)
	}
	commented, err := s.forge.Commented(ctx, "acme/api", time.Now().Add(-time.Hour))
	same(t, "commented", []incident.Key{s.parent}, slices.Collect(maps.Keys(commented)), err)
	one, err := s.forge.Comment(ctx, s.parent, ours.ID)
	same(t, "one comment", comments[1], one, err)
	for range 2 {
		must(t, s.forge.DeleteComment(ctx, s.parent, ours.ID))
	}
	if _, err := s.forge.Comment(ctx, s.parent, ours.ID); kind(err) != "missing" {
		t.Errorf("a deleted comment: %v", err)
	}
}

func TestFollowUpsByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	opened, err := s.forge.OpenIssue(ctx, "acme/api", reconcile.NewIssue{
		Title: "Call back", Body: "body", Labels: plain("postmortem-followup", "sev1"),
	})
	must(t, err)
	if opened.Key.Repo != "acme/api" || opened.ID == 0 {
		t.Errorf("opened %+v", opened)
	}
	for range 2 {
		must(t, s.forge.AttachSubIssue(ctx, s.parent, opened.ID))
	}
	subs, err := s.SubIssues("acme/api", s.parent.Number)
	same(t, "sub-issues", 1, len(subs), err)
	must(t, s.forge.CloseAsDuplicate(ctx, opened.Key))
	must(t, s.forge.AddLabels(ctx, s.parent, plain("postmortem-complete")...))
	for range 2 {
		must(t, s.forge.RemoveLabel(ctx, s.parent, "incident"))
	}
	parent, err := s.forge.Issue(ctx, s.parent)
	same(t, "labels", []string{"postmortem-complete"}, parent.Labels, err)
	listed, err := s.forge.Listed(ctx, "acme/api", "Postmortem-Followup", time.Now().Add(-time.Hour))
	if err != nil || len(listed) != 1 || listed[0].State != incident.Dropped || listed[0].AppID != s.App().ID {
		t.Errorf("listed: %+v, %v", listed, err)
	}
	s.SetSubIssues(false)
	must(t, s.forge.AttachSubIssue(ctx, s.parent, opened.ID))
}

func TestUnchangedStateCostsConditionalRequests(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	for range 2 {
		s.ResetCalls()
		if _, err := s.forge.Issue(ctx, s.parent); err != nil {
			t.Fatal(err)
		}
		if _, err := s.forge.Comments(ctx, s.parent); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range s.Calls() {
		if c.Status != http.StatusNotModified {
			t.Errorf("%+v, want 304", c)
		}
	}
}

func TestWikiTokenByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	got, err := s.app.WikiToken(t.Context(), s.installation, "acme/api")
	if err != nil || got == "" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := s.app.WikiToken(t.Context(), s.installation, "acme/none"); kind(err) != "blocked" {
		t.Errorf("for another repository: %v", err)
	}
}

// TestPaceStaysUnderTheStandInsLimits writes without a pause, as a hundred
// incidents at once would: the stand-in enforces GitHub's secondary limits.
func TestPaceStaysUnderTheStandInsLimits(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	for range 22 {
		_, err := s.forge.WriteComment(ctx, s.parent, "x")
		must(t, err)
	}
	for _, c := range s.Calls() {
		if c.Status >= http.StatusBadRequest {
			t.Errorf("refused: %+v", c)
		}
	}
}
