package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/store"
)

func TestFollowUps(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		at := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
		open := incident.FollowUp{Issue: key(77), ID: 7700, Item: "k", Title: "Add an alert", State: incident.Open, At: at}
		done := open
		done.State = incident.Done
		late := open
		late.At = at.Add(-time.Second)
		renamed := done
		renamed.Title, renamed.At = "Add two alerts", at.Add(time.Second)
		elsewhere := renamed
		elsewhere.At = renamed.At.In(time.FixedZone("", 3600))
		for _, step := range []struct {
			name    string
			of      incident.Key
			save    incident.FollowUp
			changed bool
			want    incident.FollowUp
		}{
			{"first", key(42), open, true, open},
			{"the same", key(42), open, false, open},
			{"another state in the same second", key(42), done, true, done},
			{"an older one", key(42), late, false, done},
			{"a newer one", key(42), renamed, true, renamed},
			{"the same in another zone", key(42), elsewhere, false, renamed},
		} {
			changed, err := s.SaveFollowUp(t.Context(), step.of, step.save)
			must(t, err)
			got, err := s.FollowUps(t.Context(), key(42))
			must(t, err)
			if changed != step.changed {
				t.Errorf("%s: changed %v, want %v", step.name, changed, step.changed)
			}
			if diff := cmp.Diff([]incident.FollowUp{step.want}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, diff)
			}
		}
	})
}

func issuesOf(t *testing.T, s *store.Store, of incident.Key) []incident.Key {
	t.Helper()
	found, err := s.FollowUps(t.Context(), of)
	must(t, err)
	var issues []incident.Key
	for _, f := range found {
		issues = append(issues, f.Issue)
	}
	return issues
}

func wantIncidents(t *testing.T, s *store.Store, issue incident.Key, want ...incident.Key) {
	t.Helper()
	got, err := s.IncidentsOf(t.Context(), issue)
	must(t, err)
	if !slices.Equal(got, want) {
		t.Errorf("incidents of %v: %v, want %v", issue, got, want)
	}
}

func TestFollowUpsInSeveralRepositories(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		elsewhere := func(number int) incident.Key { return incident.NewKey("acme", "shop-Ä_b", number) }
		before := incident.NewKey("acme", "Ops", 100)
		for _, issue := range []incident.Key{elsewhere(9), key(100), key(9), before, key(30)} {
			_, err := s.SaveFollowUp(t.Context(), key(42), incident.FollowUp{Issue: issue})
			must(t, err)
		}
		want := []incident.Key{before, key(9), key(30), key(100), elsewhere(9)}
		if diff := cmp.Diff(want, issuesOf(t, s, key(42))); diff != "" {
			t.Errorf("by repository and number (-want +got):\n%s", diff)
		}
		wantIncidents(t, s, elsewhere(9), key(42))
		wantIncidents(t, s, elsewhere(30))
		wantIncidents(t, s, key(42))
	})
}

// One issue that several incidents have: what one of them learns or forgets
// is not the others' matter.
func TestSharedFollowUp(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		other := incident.NewKey("acme", "ops", 7)
		f := incident.FollowUp{Issue: key(77), Item: "here", State: incident.Open, At: d.clock.now()}
		there := f
		there.Item, there.Secret = "there", true
		save := func(of incident.Key, f incident.FollowUp, want bool) {
			t.Helper()
			changed, err := s.SaveFollowUp(t.Context(), of, f)
			if err != nil || changed != want {
				t.Errorf("saved for %v: changed %v, error %v; want %v", of, changed, err, want)
			}
		}
		save(key(42), f, true)
		save(other, there, true)
		save(key(42), f, false)
		wantIncidents(t, s, key(77), other, key(42))
		done := f
		done.State, done.At = incident.Done, d.clock.move(aMinute)
		save(key(42), done, true)
		found, err := s.FollowUps(t.Context(), other)
		must(t, err)
		there.At = there.At.Truncate(time.Microsecond)
		if diff := cmp.Diff([]incident.FollowUp{there}, found); diff != "" {
			t.Errorf("what the other incident knows (-want +got):\n%s", diff)
		}
		must(t, s.ForgetFollowUp(t.Context(), other, key(77)))
		must(t, s.ForgetFollowUp(t.Context(), other, key(77)))
		wantIncidents(t, s, key(77), key(42))
		if got := issuesOf(t, s, other); got != nil {
			t.Errorf("after forgetting the other incident has %v", got)
		}
		save(other, there, true)
	})
}

func TestPulls(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		save := func(of, pull incident.Key, refers, want bool) {
			t.Helper()
			changed, err := s.SavePull(t.Context(), of, pull, refers)
			if err != nil || changed != want {
				t.Errorf("%v refers to %v %v: changed %v, error %v; want %v", pull, of, refers, changed, err, want)
			}
		}
		save(key(42), key(100), false, false)
		save(key(42), key(100), true, true)
		save(key(42), key(100), true, false)
		save(key(42), key(9), true, true)
		save(key(43), key(9), true, true)
		pulls, err := s.Pulls(t.Context(), key(42))
		must(t, err)
		if diff := cmp.Diff([]incident.Key{key(9), key(100)}, pulls); diff != "" {
			t.Errorf("pull requests (-want +got):\n%s", diff)
		}
		wantIncidents(t, s, key(9), key(42), key(43))
		// One that is a follow-up too belongs once.
		_, err = s.SaveFollowUp(t.Context(), key(42), incident.FollowUp{Issue: key(9)})
		must(t, err)
		wantIncidents(t, s, key(9), key(42), key(43))
		must(t, s.ForgetFollowUp(t.Context(), key(42), key(9)))
		save(key(42), key(9), false, true)
		save(key(42), key(9), false, false)
		wantIncidents(t, s, key(9), key(43))
		for name, bad := range map[string]incident.Key{"no repository": {Number: 1}, "NUL": {Repo: "a/\x00", Number: 1}} {
			if _, err := s.SavePull(t.Context(), key(42), bad, true); err == nil {
				t.Errorf("%s: saved", name)
			}
		}
	})
}

// Open follow-ups come up for a look by and by; those that were chosen, and
// those that are closed, don't.
func TestUnchecked(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		for n := range 4 {
			f := incident.FollowUp{Issue: key(10 + n), State: incident.Open, At: d.clock.now()}
			if n == 0 {
				f.State = incident.Done
			}
			_, err := s.SaveFollowUp(t.Context(), key(1), f)
			must(t, err)
			d.clock.move(aMinute)
		}
		if at, err := s.CheckedAt(t.Context(), key(11)); err != nil || !at.Equal(d.clock.now().Add(-3*aMinute).Truncate(time.Microsecond)) {
			t.Errorf("looked at %v (%v), want when it was saved", at, err)
		}
		_, err := s.SaveFollowUp(t.Context(), key(1), incident.FollowUp{Issue: key(10), State: incident.Done, At: time.Unix(0, 0)})
		must(t, err)
		if at, err := s.CheckedAt(t.Context(), key(10)); err != nil || !at.Equal(d.clock.now().Truncate(time.Microsecond)) {
			t.Errorf("looked at %v (%v), want now: a look that found nothing new counts too", at, err)
		}
		if at, err := s.CheckedAt(t.Context(), key(99)); err != nil || !at.IsZero() {
			t.Errorf("a stranger was looked at %v (%v)", at, err)
		}
		choose := func(before time.Time, most int) []incident.Key {
			found, err := s.Unchecked(t.Context(), key(1).Repo, before, most)
			must(t, err)
			slices.SortFunc(found, func(a, b incident.Key) int { return a.Number - b.Number })
			return found
		}
		now := d.clock.now()
		if got := choose(now.Add(-time.Hour), 9); len(got) != 0 {
			t.Errorf("chose %v, want none: all were looked at within the hour", got)
		}
		if diff := cmp.Diff([]incident.Key{key(11), key(12)}, choose(now, 2)); diff != "" {
			t.Errorf("the first two (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]incident.Key{key(13)}, choose(now, 2)); diff != "" {
			t.Errorf("then the last (-want +got):\n%s", diff)
		}
		if got := choose(now, 2); len(got) != 0 {
			t.Errorf("chose %v again", got)
		}
	})
}

// An issue that several incidents have is looked at once for all of them.
func TestUncheckedOnceForEachIssue(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		repo := key(0).Repo
		save := func(of, number int, state incident.State) {
			t.Helper()
			_, err := s.SaveFollowUp(t.Context(), key(of), incident.FollowUp{Issue: key(number), State: state, At: d.clock.now()})
			must(t, err)
		}
		save(1, 11, incident.Open)
		save(2, 11, incident.Open)
		save(1, 12, incident.Open)
		begun := d.clock.move(aMinute)
		save(2, 12, incident.Open) // which was a look at it
		d.clock.move(time.Millisecond)
		save(1, 13, incident.Open)
		save(3, 13, incident.Done)
		if at, err := s.CheckedAt(t.Context(), key(12)); err != nil || !at.Equal(begun.Truncate(time.Microsecond)) {
			t.Errorf("looked at %v (%v), want the newest look for any incident", at, err)
		}
		for _, step := range []struct {
			name   string
			before time.Time
			most   int
			want   []incident.Key
		}{
			{"what waits for both incidents", begun, 9, []incident.Key{key(11)}},
			{"nothing twice", begun, 9, []incident.Key{}},
			{"as many as asked for", begun.Add(time.Second), 1, []incident.Key{key(12)}},
			{"what is open for one of two", begun.Add(time.Second), 9, []incident.Key{key(13)}},
		} {
			d.clock.move(aMinute)
			got, err := s.Unchecked(t.Context(), repo, step.before, step.most)
			must(t, err)
			if diff := cmp.Diff(step.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, diff)
			}
		}
	})
}

// What is new of a follow-up makes its incident due, and what is not doesn't.
func TestNoteFollowUp(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		now := d.clock.now()
		open := incident.FollowUp{Issue: key(77), State: incident.Open, At: now}
		late := open
		late.State, late.At = incident.Done, now.Add(-time.Second)
		done := open
		done.State = incident.Done
		for _, step := range []struct {
			name string
			note incident.FollowUp
			due  bool
			want incident.State
		}{
			{"first", open, true, incident.Open},
			{"the same", open, false, incident.Open},
			{"an older one", late, false, incident.Open},
			{"done", done, true, incident.Done},
		} {
			must(t, s.NoteFollowUp(t.Context(), 7, key(42), step.note, now))
			lease, due, err := s.Lease(t.Context(), now, aMinute)
			must(t, err)
			if due != step.due || due && (lease.Key != key(42) || lease.Installation != 7) {
				t.Errorf("%s: due %v as %+v, want %v", step.name, due, lease, step.due)
			}
			if due {
				must(t, s.Finish(t.Context(), lease, time.Time{}))
			}
			known, err := s.FollowUps(t.Context(), key(42))
			must(t, err)
			if len(known) != 1 || known[0].State != step.want {
				t.Errorf("%s: known is %+v, want %s", step.name, known, step.want)
			}
		}
	})
}

// Where the incident can't be made due, the news stays news.
func TestNoteFollowUpWhole(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		_, err := d.raw(t).ExecContext(t.Context(), "DROP TABLE work")
		must(t, err)
		f := incident.FollowUp{Issue: key(77), State: incident.Done, At: d.clock.now()}
		if err = s.NoteFollowUp(t.Context(), 7, key(42), f, d.clock.now()); err == nil {
			t.Fatal("noted without a mark")
		}
		known, err := s.FollowUps(t.Context(), key(42))
		must(t, err)
		if len(known) != 0 {
			t.Errorf("known is %+v, want nothing", known)
		}
	})
}
