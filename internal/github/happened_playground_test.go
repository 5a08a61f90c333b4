package github_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/playground"
)

func TestHistoryByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	ana := s.As("ana")
	must(t, s.forge.AddLabels(ctx, s.parent, sev1))
	must(t, ana.Assign("acme/api", s.parent.Number, "rae"))
	must(t, ana.Assign("acme/api", s.parent.Number))
	must(t, ana.Close("acme/api", s.parent.Number, ""))
	must(t, ana.Reopen("acme/api", s.parent.Number))
	must(t, ana.Unlabel("acme/api", s.parent.Number, "incident"))
	history, err := s.forge.History(ctx, s.parent)
	var told []string
	for _, e := range history {
		told = append(told, fmt.Sprintf("%s %s by %s %t", e.Kind, e.What, e.By.Login, e.Ours))
		if !strings.HasPrefix(e.URL, s.URL()+"/acme/api/issues/1#event-") || e.At.IsZero() || !strings.HasSuffix(e.URL, "#"+e.Key) {
			t.Errorf("%+v", e)
		}
	}
	same(t, "history", []string{
		"labelled incident by ana false", "labelled sev1 by hindsight[bot] true", "assigned rae by ana false",
		"closed  by ana false", "reopened  by ana false", "unlabelled incident by ana false",
	}, told, err)
	s.ResetCalls()
	again, err := s.forge.History(ctx, s.parent)
	same(t, "the same again", history, again, err)
	for _, c := range s.Calls() {
		if c.Status != http.StatusNotModified {
			t.Errorf("%+v, want 304", c)
		}
	}
}

func TestWhatHappenedByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	must(t, s.SetRole("acme/api", "wim", playground.Write))
	wim, began := s.As("wim"), time.Now().Add(-time.Minute)
	for _, n := range []playground.NewRelease{{Tag: "v212"}, {Tag: "v213", Draft: true}} {
		_, err := wim.Release("acme/api", n)
		must(t, err)
	}
	for _, end := range []struct{ ref, state string }{{"v212", "success"}, {"v213", "failure"}, {"v211", "success"}, {"v214", "in_progress"}} {
		id, err := wim.Deploy("acme/api", playground.NewDeployment{Ref: end.ref})
		must(t, err)
		must(t, wim.SetDeployment("acme/api", id, end.state, s.URL()+"/Acme/API/actions/runs/7"))
	}
	happened := func() []string {
		t.Helper()
		events, err := s.forge.Happened(ctx, "acme/api", began, time.Time{})
		must(t, err)
		var told []string
		for _, e := range events {
			told = append(told, fmt.Sprintf("%s %s %s by %s", e.Kind, e.What, e.Where, e.By.Login))
			if !strings.HasPrefix(strings.ToLower(e.URL), s.URL()+"/acme/api/") || e.At.IsZero() || e.Key == "" || e.Ours {
				t.Errorf("%+v", e)
			}
		}
		slices.Sort(told)
		return told
	}
	want := []string{
		"deployed v211 production by wim", "deployed v212 production by wim", "failed v213 production by wim", "released v212  by wim",
	}
	if diff := cmp.Diff(want, happened()); diff != "" {
		t.Error(diff)
	}
	s.ResetCalls()
	happened()
	for _, c := range s.Calls() {
		if c.Status != http.StatusNotModified {
			t.Errorf("%+v, want 304", c)
		}
	}
	s.SetPermissions("Acme", map[string]string{"metadata": "read", "contents": "read"})
	events, err := s.forge.Happened(ctx, "acme/api", began, time.Time{})
	if len(events) != 1 || kind(err) != "blocked" || !strings.Contains(err.Error(), "**deployments: read**") {
		t.Errorf("without the permission: %+v, %v", events, err)
	}
}

func TestReadersByGitHubsDescription(t *testing.T) {
	t.Parallel()
	s, ctx := newStage(t), t.Context()
	must(t, s.SetRole("acme/api", "Wim", playground.Write))
	for n := range 120 {
		must(t, s.SetRole("acme/api", fmt.Sprintf("p%03d", n), playground.Read))
	}
	readers, err := s.forge.Readers(ctx, "acme/api")
	if err != nil || len(readers) != 123 || readers[0] != "ana" || readers[122] != "wim" {
		t.Errorf("%d readers, %q, %v", len(readers), readers, err)
	}
	must(t, s.AddRepository("Acme", "lore", playground.RepoOptions{Internal: true}))
	lore, err := s.forge.Repository(ctx, "acme/lore")
	same(t, "internal", [2]bool{true, true}, [2]bool{lore.Private, lore.Internal}, err)
	if _, err := s.forge.Readers(ctx, incident.Repo("acme/none")); kind(err) != "missing" {
		t.Errorf("of nothing: %v", err)
	}
}
