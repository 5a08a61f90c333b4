package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
	"hindsight/internal/store"
)

// defaults are the labels of repositories that have none of their own.
var defaults = []string{"incident", "postmortem-followup"}

func wantLabels(t *testing.T, s *store.Store, repo incident.Repo, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, s.Labels(repo, defaults)); diff != "" {
		t.Errorf("labels of %s (-want +got):\n%s", repo, diff)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		repo := key(0).Repo
		if _, ok, err := s.Settings(t.Context(), repo); ok || err != nil {
			t.Fatalf("settings before any were saved: %v, %v", ok, err)
		}
		at := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
		want := reconcile.Settings{
			PushedAt: at, ReadAt: at.Add(time.Second), Good: "incident:\n  label: \"\x00 ünïcode\"\n",
			Bad: "line 3, column 7", Found: true, Label: "outage", FollowUpLabel: "promise",
		}
		must(t, s.SaveSettings(t.Context(), repo, reconcile.Settings{Label: "before"}))
		must(t, s.SaveSettings(t.Context(), repo, want))
		got, ok, err := s.Settings(t.Context(), repo)
		must(t, err)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(reconcile.Settings{})); !ok || diff != "" {
			t.Errorf("settings (-want +got):\n%s", diff)
		}
		if err := s.SaveSettings(t.Context(), "", want); err == nil {
			t.Error("settings of no repository were saved")
		}
	})
}

func TestLabels(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		for name, test := range map[string]struct {
			label, followUp string
			want            []string
		}{
			"both":               {"outage", "promise", []string{"outage", "promise"}},
			"one":                {"outage", "", []string{"outage"}},
			"none":               {"", "", defaults},
			"white space":        {" outage ", " ", []string{"outage"}},
			"NUL in it":          {"a\x00b", "promise", []string{"promise"}},
			"bytes, not letters": {"\xff", "\xfe", defaults},
			"very long":          {strings.Repeat("ä", 5000), "", []string{strings.Repeat("ä", 5000)}},
		} {
			repo := incident.NewRepo("acme", strings.ReplaceAll(name, " ", "-"))
			wantLabels(t, s, repo, defaults...)
			must(t, s.SaveSettings(t.Context(), repo, reconcile.Settings{Label: test.label, FollowUpLabel: test.followUp}))
			wantLabels(t, s, repo, test.want...)
			wantLabels(t, d.open(t), repo, test.want...)
			must(t, s.SaveSettings(t.Context(), repo, reconcile.Settings{Label: "incident", FollowUpLabel: "todo"}))
			wantLabels(t, s, repo, "incident", "todo")
			must(t, s.SaveSettings(t.Context(), repo, reconcile.Settings{}))
			wantLabels(t, s, repo, defaults...)
		}
	})
}

// What another process saves is known within ten seconds, and until then it
// costs no query to ask.
func TestLabelsOfAnotherProcess(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		here, there := d.open(t), d.open(t)
		repo, other := key(0).Repo, incident.NewRepo("acme", "other")
		must(t, here.SaveSettings(t.Context(), other, reconcile.Settings{Label: "mine"}))
		must(t, there.SaveSettings(t.Context(), repo, reconcile.Settings{Label: "outage"}))
		d.clock.move(10*time.Second - 1)
		wantLabels(t, here, repo, defaults...)
		d.clock.move(1)
		wantLabels(t, here, repo, "outage")
		wantLabels(t, here, other, "mine")
		must(t, there.SaveSettings(t.Context(), repo, reconcile.Settings{}))
		d.clock.move(-time.Hour)
		wantLabels(t, here, repo, defaults...)
	})
}

// A database that is in trouble is asked once in ten seconds, and what was
// known counts on.
func TestLabelsInTrouble(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		repo := key(0).Repo
		must(t, s.SaveSettings(t.Context(), repo, reconcile.Settings{Label: "outage"}))
		handle := d.raw(t)
		_, err := handle.ExecContext(t.Context(), "ALTER TABLE settings RENAME TO settings_away")
		must(t, err)
		d.clock.move(time.Minute)
		wantLabels(t, s, repo, "outage")
		if err = s.SaveSettings(t.Context(), repo, reconcile.Settings{Label: "unsaved"}); err == nil {
			t.Error("saved to a table that is away")
		}
		wantLabels(t, s, repo, "outage")
		_, err = handle.ExecContext(t.Context(), "ALTER TABLE settings_away RENAME TO settings")
		must(t, err)
		_, err = handle.ExecContext(t.Context(), "UPDATE settings SET label = 'elsewhere'")
		must(t, err)
		wantLabels(t, s, repo, "outage")
		d.clock.move(time.Minute)
		wantLabels(t, s, repo, "elsewhere")
	})
}

// BenchmarkLabels is what each delivery pays.
func BenchmarkLabels(b *testing.B) {
	d := sqliteDatabase(b)
	s := d.open(b)
	if err := s.SaveSettings(b.Context(), key(0).Repo, reconcile.Settings{Label: "outage"}); err != nil {
		b.Fatal(err)
	}
	repo := key(0).Repo
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if got := s.Labels(repo, defaults); len(got) != 1 {
				b.Errorf("labels %q", got)
			}
		}
	})
}
