package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		if _, ok, err := s.Record(t.Context(), key(42)); ok || err != nil {
			t.Fatalf("a record before any was saved: %v, %v", ok, err)
		}
		at := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
		want := incident.Record{
			Ledger: incident.Ledger{
				TrackerID: 99,
				Page:      incident.Page{Path: "2026-11-20-checkout-42.md", At: at},
				Items:     []incident.Entry{{Key: "k", Words: "<b>\x00 ünïcode", Attached: true}},
			},
			Problems: map[incident.Part]incident.Problem{incident.PagePart: {Text: "no wiki", Show: true, RetryAt: at}},
			Opening:  []incident.ItemKey{"x"},
		}
		must(t, s.SaveRecord(t.Context(), key(42), incident.Record{}))
		must(t, s.SaveRecord(t.Context(), key(42), want))
		got, ok, err := s.Record(t.Context(), key(42))
		must(t, err)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("record (-want +got):\n%s", diff)
		}
	})
}

func TestIncidents(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		for _, k := range []incident.Key{key(100), key(9), incident.NewKey("acme", "other", 1)} {
			must(t, s.SaveRecord(t.Context(), k, incident.Record{}))
		}
		got, err := s.Incidents(t.Context(), key(0).Repo)
		must(t, err)
		if diff := cmp.Diff([]incident.Key{key(9), key(100)}, got); diff != "" {
			t.Errorf("incidents (-want +got):\n%s", diff)
		}
		none, err := s.Incidents(t.Context(), "acme/quiet")
		must(t, err)
		if len(none) != 0 {
			t.Errorf("incidents of a quiet repository: %v", none)
		}
	})
}

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
		changed, err := s.SaveFollowUp(t.Context(), key(43), renamed)
		must(t, err)
		of, known, err := s.IncidentOf(t.Context(), key(77))
		must(t, err)
		if !changed || !known || of != key(43) {
			t.Errorf("after moving: changed %v, known %v, incident %v; want it with %v", changed, known, of, key(43))
		}
	})
}

func TestFollowUpsAreOrderedByNumber(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		for _, number := range []int{100, 9, 30} {
			_, err := s.SaveFollowUp(t.Context(), key(42), incident.FollowUp{Issue: key(number)})
			must(t, err)
		}
		found, err := s.FollowUps(t.Context(), key(42))
		must(t, err)
		var numbers []int
		for _, f := range found {
			numbers = append(numbers, f.Issue.Number)
		}
		if diff := cmp.Diff([]int{9, 30, 100}, numbers); diff != "" {
			t.Errorf("numbers (-want +got):\n%s", diff)
		}
		if _, known, err := s.IncidentOf(t.Context(), key(42)); known || err != nil {
			t.Errorf("the incident itself is taken for a follow-up: %v, %v", known, err)
		}
	})
}

func TestLook(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		repo := key(0).Repo
		until, err := s.Look(t.Context(), repo)
		must(t, err)
		if !until.IsZero() {
			t.Errorf("swept until %v before any sweep", until)
		}
		for _, want := range []time.Time{d.clock.now(), d.clock.move(time.Hour), {}} {
			must(t, s.SaveLook(t.Context(), repo, want))
			until, err = s.Look(t.Context(), repo)
			must(t, err)
			if !until.Equal(want.Truncate(time.Microsecond)) || until.IsZero() != want.IsZero() || until.Location() != time.UTC {
				t.Errorf("swept until %v, want %v in UTC", until, want)
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
