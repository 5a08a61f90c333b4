package store_test

import (
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
