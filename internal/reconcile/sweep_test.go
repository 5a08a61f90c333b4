package reconcile_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

const till = incident.Repo("acme/till")

// number names an issue of the shop.
func number(n int) incident.Key { return incident.Key{Repo: shop, Number: n} }

func (s *stage) sweep(t *testing.T) reconcile.Swept {
	t.Helper()
	swept, err := s.reconciler.Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return swept
}

// marked are the keys that were made due, sorted.
func (s *stage) marked() []incident.Key {
	var keys []incident.Key
	for _, m := range s.marker.marks {
		keys = append(keys, m.Key)
	}
	slices.SortFunc(keys, func(a, b incident.Key) int {
		return cmp.Or(cmp.Compare(a.Repo, b.Repo), cmp.Compare(a.Number, b.Number))
	})
	return keys
}

func (s *stage) expectMarked(t *testing.T, want ...incident.Key) {
	t.Helper()
	if diff := gocmp.Diff(want, s.marked()); diff != "" {
		t.Errorf("made due (-want +got):\n%s", diff)
	}
}

// addChanged makes an issue that changed at a time.
func (s *stage) addChanged(key incident.Key, at time.Time, labels ...string) {
	s.addIssue(key, labels...)
	issue := s.forge.issues[key]
	issue.UpdatedAt = at
	s.forge.issues[key] = issue
}

func TestFirstSweep(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	s.addChanged(parent, opened.Add(time.Minute), "incident")
	s.addChanged(number(1), opened, "postmortem-followup")
	s.addChanged(number(2), opened.Add(2*time.Minute), "bug")
	s.addChanged(number(3), opened.Add(-2*time.Hour), "incident") // before the App was installed
	swept := s.sweep(t)
	s.expectMarked(t, number(1), parent)
	if want := (reconcile.Swept{Repositories: 1, Due: 2}); swept != want {
		t.Errorf("swept %+v, want %+v", swept, want)
	}
	want := []mark{{installation, parent, s.now()}, {installation, number(1), s.now()}}
	for _, m := range want {
		if !slices.Contains(s.marker.marks, m) {
			t.Errorf("marks %+v, want %+v among them", s.marker.marks, m)
		}
	}
	wantCalls := []string{
		`Listed acme/shop "incident" 1999-12-31 23:00:00`,
		`Listed acme/shop "postmortem-followup" 1999-12-31 23:00:00`,
	}
	if diff := gocmp.Diff(wantCalls, s.made("Listed", "Commented")); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
	if until := s.memory.looks[shop]; !until.Equal(opened.Add(time.Minute)) {
		t.Errorf("swept until %s, want the newest change seen", until)
	}
	if want := []incident.Repo{shop}; !slices.Equal(s.marker.resumed, want) {
		t.Errorf("resumed %q", s.marker.resumed)
	}
}

// An empty repository was swept too: the same question is asked next time.
func TestSweepOfNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	delete(s.forge.issues, parent)
	s.sweep(t)
	s.forget()
	s.sweep(t)
	want := []string{`Listed acme/shop "" 1999-12-31 23:00:00`, "Commented acme/shop 1999-12-31 23:00:00"}
	if diff := gocmp.Diff(want, s.made("Listed", "Commented")); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
	if until := s.memory.looks[shop]; !until.Equal(opened.Add(-time.Hour)) {
		t.Errorf("swept until %s", until)
	}
	s.expectMarked(t)
}

func TestLaterSweep(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	last, newest := opened.Add(10*time.Minute), opened.Add(20*time.Minute)
	s.memory.looks[shop] = last
	s.addChanged(number(1), last.Add(-time.Second), "incident")           // seen by the last sweep
	s.addChanged(number(2), last, "incident")                             // in the same second
	s.addChanged(number(3), last.Add(time.Minute), "Postmortem-Followup") // labels have no case
	s.addChanged(number(4), newest, "bug")
	s.addChanged(number(5), last.Add(time.Minute)) // an incident whose label was taken off
	s.addChanged(number(6), last.Add(time.Minute)) // a follow-up whose label was taken off
	s.memory.records[number(5)] = incident.Record{}
	s.memory.parents[number(6)] = parent
	s.addChanged(number(7), opened, "bug") // commented, and not new by that
	s.addChanged(number(8), opened, "bug")
	s.memory.records[number(8)] = incident.Record{}
	s.forge.commented = []incident.Key{number(2), number(7), number(8)}
	swept := s.sweep(t)
	s.expectMarked(t, number(2), number(3), number(5), number(6), number(8))
	if swept.Due != 5 {
		t.Errorf("swept %+v, want 5 due", swept)
	}
	if until := s.memory.looks[shop]; !until.Equal(newest) {
		t.Errorf("swept until %s, want the newest change seen, ours or not", until)
	}
	want := []string{`Listed acme/shop "" 2000-01-01 00:10:00`, "Commented acme/shop 2000-01-01 00:10:00"}
	if diff := gocmp.Diff(want, s.made("Listed", "Commented")); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
}

func TestSweepLooksAtUncheckedFollowUps(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	s.memory.looks[shop] = opened.Add(time.Minute)
	for n := range 25 {
		s.memory.unchecked = append(s.memory.unchecked, number(n+1))
	}
	s.addChanged(number(1), opened.Add(2*time.Minute)) // changed too: due once
	s.sweep(t)
	s.expect(t, 20, "Mark")
	if want := s.now().Add(-24 * time.Hour); !s.memory.asked.Equal(want) {
		t.Errorf("asked for those not looked at since %s, want %s", s.memory.asked, want)
	}
}

// What could not be made due, or not be found out, is asked for again.
func TestSweepThatFailsIsRepeated(t *testing.T) {
	t.Parallel()
	last := opened.Add(-time.Minute)
	for _, c := range []struct {
		call  string
		since time.Time
	}{
		{call: "Look"},
		{call: "Listed"},
		{call: "Listed", since: last},
		{call: "Commented", since: last},
		{call: "Unchecked", since: last},
		{call: "Record", since: last},
		{call: "IncidentOf", since: last},
		{call: "Mark"},
		{call: "Mark", since: last},
		{call: "Resume", since: last},
		{call: "SaveLook", since: last},
	} {
		t.Run(c.call, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "")
			s.forge.repositories = []incident.Repo{shop, till}
			if !c.since.IsZero() {
				s.memory.looks[shop], s.memory.looks[till] = c.since, c.since
			}
			s.addChanged(number(9), opened, "bug") // to be asked for in memory
			s.addIssue(incident.Key{Repo: till, Number: 1}, "incident")
			s.before[c.call] = once(fails(errors.New("502")))
			swept := s.sweep(t)
			if swept.Repositories != 2 {
				t.Errorf("swept %+v, want both repositories", swept)
			}
			if until := s.memory.looks[shop]; !until.Equal(c.since) {
				t.Errorf("the failed one counts as swept until %s", until)
			}
			if until := s.memory.looks[till]; !until.Equal(opened) {
				t.Errorf("the other one was swept until %s", until)
			}
			s.marker.marks = nil
			s.sweep(t)
			if !slices.Contains(s.marked(), parent) {
				t.Errorf("made due by the next sweep: %v, want %s too", s.marked(), parent)
			}
		})
	}
}

// otherAccount adds a second installation with one repository and incident.
func (s *stage) otherAccount() incident.Key {
	key := incident.Key{Repo: "globex/shop", Number: 1}
	s.forges.forges[8] = &fakeForge{
		journal: s.journal, clock: s.now, repositories: []incident.Repo{key.Repo},
		issues: map[incident.Key]incident.Issue{key: {
			Key: key, Labels: []string{"incident"}, UpdatedAt: opened, State: incident.Open,
		}},
	}
	s.forges.installations = append(s.forges.installations, reconcile.Installation{ID: 8, Account: "Globex"})
	return key
}

func TestLaterEndsTheInstallationAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	s.forge.repositories = []incident.Repo{shop, till}
	other := s.otherAccount()
	s.before["Listed"] = once(fails(&incident.Later{At: opened.Add(2 * time.Hour)}))
	swept := s.sweep(t)
	s.expect(t, 0, "Look acme/till")
	s.expectMarked(t, other)
	if want := (reconcile.Swept{Repositories: 2, Due: 1}); swept != want {
		t.Errorf("swept %+v, want %+v", swept, want)
	}
	if s.marker.marks[0].Installation != 8 {
		t.Errorf("marks %+v, want for installation 8", s.marker.marks)
	}
}

func TestInstallationThatFails(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	other := s.otherAccount()
	s.before["Repositories"] = once(fails(errors.New("502")))
	s.sweep(t)
	s.expectMarked(t, other)
}

func TestSuspendedInstallation(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	other := s.otherAccount()
	s.forges.installations[0].Suspended = true
	s.sweep(t)
	s.expectMarked(t, other)
	s.expect(t, 1, "Repositories")
	s.expect(t, 0, "Resume acme/shop")
}

func TestSweepErrors(t *testing.T) {
	t.Parallel()
	t.Run("no installations", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, "")
		down := errors.New("502")
		s.before["Installations"] = fails(down)
		if _, err := s.reconciler.Sweep(t.Context()); !errors.Is(err, down) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("stopped", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, "")
		s.otherAccount()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s.before["Listed"] = func(context.Context) error {
			cancel()
			return nil
		}
		if _, err := s.reconciler.Sweep(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		s.expect(t, 1, "Repositories")
	})
}
