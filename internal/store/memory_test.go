package store_test

import (
	"errors"
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
		want.Revision = 1
		must(t, s.SaveRecord(t.Context(), key(42), want))
		want.Revision = 2
		got, ok, err := s.Record(t.Context(), key(42))
		must(t, err)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("record (-want +got):\n%s", diff)
		}
	})
}

// A worker that lost its lease does not write over what another has stored
// since; and a database that was deleted takes what is known.
func TestStaleRecord(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		first, second := d.open(t), d.open(t)
		must(t, first.SaveRecord(t.Context(), key(42), incident.Record{}))
		mine, _, err := first.Record(t.Context(), key(42))
		must(t, err)
		mine.Ledger.TrackerID = 1
		theirs := mine.Clone()
		theirs.Ledger.TrackerID = 2
		must(t, second.SaveRecord(t.Context(), key(42), theirs))
		for range 2 {
			err = first.SaveRecord(t.Context(), key(42), mine)
			if _, changed := errors.AsType[*incident.Changed](err); !changed {
				t.Errorf("a stale record was stored: %v", err)
			}
		}
		got, _, err := first.Record(t.Context(), key(42))
		must(t, err)
		if got.Ledger.TrackerID != 2 || got.Revision != 2 {
			t.Errorf("stored: %+v", got)
		}
		must(t, first.SaveRecord(t.Context(), key(43), mine)) // of which the database knows nothing
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
