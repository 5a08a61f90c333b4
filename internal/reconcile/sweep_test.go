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
	if until, want := s.memory.looks[shop], s.now().Add(-2*time.Minute); !until.Equal(want) {
		t.Errorf("swept until %s, want %s: what GitHub shows late is found by the next", until, want)
	}
	if want := []resumption{{installation, shop}}; !slices.Equal(s.marker.resumed, want) {
		t.Errorf("resumed %+v", s.marker.resumed)
	}
}

// While nothing changes the same question is asked, so that GitHub's answer is
// free.
func TestQuietSweeps(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	s.sweep(t)
	s.forget()
	s.marker.marks = nil
	for range 3 {
		later := s.reconciler.Clock().Add(time.Hour)
		s.reconciler.Clock = func() time.Time { return later }
		s.sweep(t)
	}
	listed, commented := `Listed acme/shop "" 2000-01-01 00:58:00`, "Commented acme/shop 2000-01-01 00:58:00"
	want := []string{listed, commented, listed, commented, listed, commented}
	if diff := gocmp.Diff(want, s.made("Listed", "Commented")); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
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
	s.memory.belongs(number(6), parent)
	s.addChanged(number(7), opened, "bug") // commented, and not new by that
	s.addChanged(number(8), opened, "bug")
	s.memory.records[number(8)] = incident.Record{}
	s.forge.commented = map[incident.Key]time.Time{number(2): newest, number(7): newest, number(8): newest}
	swept := s.sweep(t)
	s.expectMarked(t, number(2), number(3), number(5), number(6), number(8))
	if want := (reconcile.Swept{Repositories: 1, Due: 5}); swept != want {
		t.Errorf("swept %+v, want %+v", swept, want)
	}
	if until, want := s.memory.looks[shop], newest.Add(-2*time.Minute); !until.Equal(want) {
		t.Errorf("swept until %s, want %s: shortly before the newest change, ours or not", until, want)
	}
	want := []string{`Listed acme/shop "" 2000-01-01 00:10:00`, "Commented acme/shop 2000-01-01 00:10:00"}
	if diff := gocmp.Diff(want, s.made("Listed", "Commented")); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
}

// A change shortly after the last look takes the next one back by nothing.
func TestSweepNeverGoesBack(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	last := opened.Add(10 * time.Minute)
	s.memory.looks[shop] = last
	s.addChanged(number(1), last.Add(time.Minute), "incident")
	s.sweep(t)
	if until := s.memory.looks[shop]; !until.Equal(last) {
		t.Errorf("swept until %s, want %s as before", until, last)
	}
}

// As looks overlap, the same change is found more than once. An incident that
// was looked at well after it is left alone; our clock may be minutes off.
func TestChangeThatWasLookedAt(t *testing.T) {
	t.Parallel()
	last := opened.Add(10 * time.Minute)
	change := last.Add(time.Minute)
	for _, c := range []struct {
		name            string
		since           time.Time
		changed, spoken time.Time
		seen            time.Time
		due             bool
	}{
		{name: "well after it", since: last, changed: change, seen: change.Add(2*time.Minute + time.Second)},
		{name: "shortly after it", since: last, changed: change, seen: change.Add(2 * time.Minute), due: true},
		{name: "before it", since: last, changed: change, seen: change.Add(-time.Second), due: true},
		{name: "well after the comment", since: last, spoken: change, seen: change.Add(3 * time.Minute)},
		{name: "before the comment", since: last, spoken: change, seen: last, due: true},
		{
			name: "after it and before the comment", since: last,
			changed: change, spoken: change.Add(10 * time.Minute), seen: change.Add(5 * time.Minute), due: true,
		},
		{
			name: "before it and after the comment", since: last,
			changed: change.Add(10 * time.Minute), spoken: change, seen: change.Add(5 * time.Minute), due: true,
		},
		{name: "and never swept", changed: change, seen: change.Add(time.Hour), due: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "")
			if !c.since.IsZero() {
				s.memory.looks[shop] = c.since
			}
			if !c.changed.IsZero() {
				s.addChanged(parent, c.changed, "incident")
			}
			if !c.spoken.IsZero() {
				s.forge.commented = map[incident.Key]time.Time{parent: c.spoken}
			}
			s.memory.records[parent] = incident.Record{Seen: c.seen}
			s.sweep(t)
			if due := len(s.marker.marks) == 1; due != c.due {
				t.Errorf("made due: %t, want %t", due, c.due)
			}
		})
	}
}

// What was looked for by its number is due whatever else is heard of it.
func TestUncheckedIsDueThoughCommented(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	last := opened.Add(10 * time.Minute)
	s.memory.looks[shop], s.memory.unchecked = last, []incident.Key{parent}
	s.memory.records[parent] = incident.Record{Seen: last.Add(time.Hour)}
	s.forge.commented = map[incident.Key]time.Time{parent: last.Add(time.Minute)}
	s.sweep(t)
	s.expectMarked(t, parent)
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
	last := opened.Add(-time.Hour)
	for _, c := range []struct {
		call  string
		since time.Time
	}{
		{call: "Look acme/shop"},
		{call: `Listed acme/shop "incident" 1999-12-31 23:00:00`},
		{call: `Listed acme/shop "postmortem-followup" 1999-12-31 23:00:00`},
		{call: `Listed acme/shop "" 1999-12-31 23:00:00`, since: last},
		{call: "Commented acme/shop 1999-12-31 23:00:00", since: last},
		{call: "Unchecked acme/shop", since: last},
		{call: "Record acme/shop#42", since: last},
		{call: "IncidentsOf acme/shop#9", since: last},
		{call: "Mark acme/shop#42"},
		{call: "Mark acme/shop#42", since: last},
		{call: "Resume acme/shop", since: last},
		{call: "SaveLook acme/shop", since: last},
	} {
		t.Run(c.call, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "")
			s.forge.repositories = []incident.Repo{shop, till}
			other := s.now().Add(-2 * time.Minute)
			if !c.since.IsZero() {
				s.memory.looks[shop], s.memory.looks[till] = c.since, c.since
				other = opened.Add(-2 * time.Minute)
			}
			s.addChanged(number(9), opened, "bug") // to be asked for in memory
			s.addIssue(incident.Key{Repo: till, Number: 1}, "incident")
			s.before[c.call] = once(fails(errors.New("502")))
			if swept := s.sweep(t); swept.Repositories != 2 || swept.Failed != 1 {
				t.Errorf("swept %+v, want both repositories and one failure", swept)
			}
			if until := s.memory.looks[shop]; !until.Equal(c.since) {
				t.Errorf("the failed one counts as swept until %s", until)
			}
			if until := s.memory.looks[till]; !until.Equal(other) {
				t.Errorf("the other one was swept until %s, want %s", until, other)
			}
			s.marker.marks = nil
			if swept := s.sweep(t); swept.Failed != 0 || !slices.Contains(s.marked(), parent) {
				t.Errorf("made due by the next sweep, %+v: %v, want %s too", swept, s.marked(), parent)
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
	s.expect(t, 1, "Look acme/shop", "Look acme/till") // whichever comes first
	s.expectMarked(t, other)
	if want := (reconcile.Swept{Repositories: 2, Due: 1, Failed: 1}); swept != want {
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
	if swept, want := s.sweep(t), (reconcile.Swept{Repositories: 1, Due: 1, Failed: 1}); swept != want {
		t.Errorf("swept %+v, want %+v", swept, want)
	}
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
		s.forge.repositories = []incident.Repo{shop, till}
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
		s.expect(t, 1, "Look")
	})
}
