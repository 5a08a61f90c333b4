package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/store"
	"hindsight/internal/workset"
)

const aMinute = time.Minute

func mustLease(t *testing.T, s *store.Store, now time.Time) workset.Lease {
	t.Helper()
	lease, ok, err := s.Lease(t.Context(), now, aMinute)
	if err != nil || !ok {
		t.Fatalf("lease: %v, %v", ok, err)
	}
	return lease
}

func mustNotLease(t *testing.T, s *store.Store, now time.Time) {
	t.Helper()
	if lease, ok, err := s.Lease(t.Context(), now, aMinute); err != nil || ok {
		t.Fatalf("leased %v (error %v), want nothing to lease", lease.Key, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantDue(t *testing.T, s *store.Store, want time.Time) {
	t.Helper()
	got, ok, err := s.NextDue(t.Context())
	must(t, err)
	if !ok || !got.Equal(want.Truncate(time.Microsecond)) {
		t.Fatalf("next due at %v (%v), want %v", got, ok, want)
	}
}

func TestReceive(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		must(t, s.SaveRecord(t.Context(), key(42), incident.Record{}))
		_, err := s.SaveFollowUp(t.Context(), key(42), incident.FollowUp{Issue: key(77), At: d.clock.now()})
		must(t, err)
		_, err = s.SavePull(t.Context(), key(42), key(88), true)
		must(t, err)
		elsewhere, shared := incident.NewKey("acme", "quiet", 0), incident.NewKey("acme", "postmortems", 0)
		must(t, s.SaveWiki(t.Context(), key(42), shared.Repo, true))
		also := func(numbers ...int) (all []incident.Key) {
			for _, n := range numbers {
				all = append(all, key(n))
			}
			return all
		}
		steps := []struct {
			name     string
			delivery workset.Delivery
			want     workset.Receipt
		}{
			{"relevant", workset.Delivery{ID: "a", Key: key(1), Relevant: true}, workset.Queued},
			{"the same again", workset.Delivery{ID: "a", Key: key(1), Relevant: true}, workset.Duplicate},
			{"unknown issue", workset.Delivery{ID: "b", Key: key(2)}, workset.Unrelated},
			{"known incident", workset.Delivery{ID: "c", Key: key(42)}, workset.Queued},
			{"known follow-up", workset.Delivery{ID: "d", Key: key(77)}, workset.Queued},
			{"known pull request", workset.Delivery{ID: "g", Key: key(88)}, workset.Queued},
			{"refers to an incident", workset.Delivery{ID: "h", Key: key(3), Also: also(4, 42)}, workset.Queued},
			{"refers to none", workset.Delivery{ID: "i", Key: key(3), Also: also(4, 5)}, workset.Unrelated},
			{"refers to a follow-up alone", workset.Delivery{ID: "j", Key: key(5), Also: also(77, 88)}, workset.Unrelated},
			{"wiki beside an incident", workset.Delivery{ID: "e", Key: key(0)}, workset.Queued},
			{"wiki without incidents", workset.Delivery{ID: "f", Key: elsewhere}, workset.Unrelated},
			{"wiki with another's page", workset.Delivery{ID: "k", Key: shared}, workset.Queued},
			{"release beside an incident", workset.Delivery{ID: "l", Key: key(incident.TheReleases)}, workset.Queued},
			{"release beside another's page", workset.Delivery{
				ID: "m", Key: incident.Key{Repo: shared.Repo, Number: incident.TheReleases},
			}, workset.Unrelated},
			{"what was unrelated is not remembered", workset.Delivery{ID: "b", Key: key(42)}, workset.Queued},
		}
		for _, step := range steps {
			got, receiveErr := s.Receive(t.Context(), step.delivery)
			if receiveErr != nil || got != step.want {
				t.Errorf("%s: receipt %d, error %v; want %d", step.name, got, receiveErr, step.want)
			}
		}
		want := map[incident.Key]int64{key(1): 1, key(3): 1, key(42): 2, key(77): 1, key(88): 1, key(0): 1, shared: 1, key(incident.TheReleases): 1}
		got := map[incident.Key]int64{}
		for range want {
			lease := mustLease(t, s, d.clock.now())
			got[lease.Key] = lease.Generation
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("keys and their marks (-want +got):\n%s", diff)
		}
		mustNotLease(t, s, d.clock.now())
	})
}

func TestReceiveRefuses(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		for name, bad := range map[string]workset.Delivery{
			"no id":            {Key: key(1), Relevant: true},
			"NUL in the id":    {ID: "a\x00b", Key: key(1), Relevant: true},
			"id not UTF-8":     {ID: "a\xff", Key: key(1), Relevant: true},
			"no repository":    {ID: "a", Relevant: true},
			"NUL in the name":  {ID: "a", Key: incident.Key{Repo: "a/\x00", Number: 1}, Relevant: true},
			"negative number":  {ID: "a", Key: key(-3), Relevant: true},
			"name not UTF-8":   {ID: "a", Key: incident.Key{Repo: "a/\xff", Number: 1}},
			"NUL in another":   {ID: "a", Key: key(1), Also: []incident.Key{{Repo: "a/\x00", Number: 1}}},
			"id beyond bounds": {ID: fmt.Sprintf("%0256d", 1), Key: key(1), Relevant: true},
		} {
			if receipt, err := s.Receive(t.Context(), bad); err == nil {
				t.Errorf("%s: receipt %d, want an error", name, receipt)
			}
		}
		mustNotLease(t, s, d.clock.now())
	})
}

func TestReceiveAfterClose(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		must(t, s.Close())
		must(t, s.Close())
		if _, err := s.Receive(t.Context(), delivery("a", 1)); !errors.Is(err, store.ErrClosed) {
			t.Errorf("error %v, want ErrClosed", err)
		}
	})
}

func TestReceiveWithEndedContext(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		// Ended before the answer: either it was answered in time, or the
		// sender hears of its own end.
		receipt, err := s.Receive(ctx, delivery("a", 1))
		if receipt != workset.Queued && !errors.Is(err, context.Canceled) {
			t.Errorf("receipt %d, error %v", receipt, err)
		}
	})
}

func TestPrune(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		_, err := s.Receive(t.Context(), delivery("old", 1))
		must(t, err)
		cut := d.clock.move(aMinute)
		_, err = s.Receive(t.Context(), delivery("new", 1))
		must(t, err)
		n, err := s.Prune(t.Context(), cut)
		must(t, err)
		if n != 1 {
			t.Errorf("forgot %d deliveries, want 1", n)
		}
		for id, want := range map[string]workset.Receipt{"old": workset.Queued, "new": workset.Duplicate} {
			got, receiveErr := s.Receive(t.Context(), delivery(id, 1))
			if receiveErr != nil || got != want {
				t.Errorf("%s: receipt %d, error %v; want %d", id, got, receiveErr, want)
			}
		}
	})
}

func TestPruneManyInParts(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		const many = 2300
		insert, err := d.raw(t).PrepareContext(t.Context(), "INSERT INTO deliveries (id, received_at) VALUES ($1, '2026-01-01 00:00:00')")
		must(t, err)
		defer func() { must(t, insert.Close()) }()
		for i := range many {
			_, err = insert.ExecContext(t.Context(), fmt.Sprint(i))
			must(t, err)
		}
		n, err := s.Prune(t.Context(), d.clock.now())
		must(t, err)
		if n != many {
			t.Errorf("forgot %d deliveries, want %d", n, many)
		}
	})
}

func TestLongestDueFirst(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		now := d.clock.now()
		for number, ago := range map[int]time.Duration{1: 2 * time.Second, 2: 500 * time.Microsecond, 3: aMinute, 4: 0, 5: -aMinute} {
			must(t, s.Mark(t.Context(), 7, key(number), now.Add(-ago)))
		}
		for _, want := range []int{3, 1, 2, 4} {
			if got := mustLease(t, s, now); got.Key != key(want) || got.Installation != 7 {
				t.Fatalf("leased %+v, want key %v of installation 7", got, key(want))
			}
		}
		mustNotLease(t, s, now)
		wantDue(t, s, now.Add(aMinute))
	})
}

func TestMarkKeepsTheSooner(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		now := d.clock.now()
		for _, step := range []struct{ at, want time.Duration }{
			{3 * time.Hour, 3 * time.Hour},
			{time.Hour, time.Hour},
			{2 * time.Hour, time.Hour},
		} {
			must(t, s.Mark(t.Context(), 7, key(1), now.Add(step.at)))
			wantDue(t, s, now.Add(step.want))
		}
	})
}

func TestMarkTakesTimesOfAnyZone(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		now := d.clock.now()
		must(t, s.Mark(t.Context(), 7, key(1), now.In(time.FixedZone("", 9*3600))))
		must(t, s.Mark(t.Context(), 7, key(2), now.Add(-aMinute).In(time.FixedZone("", -9*3600))))
		wantDue(t, s, now.Add(-aMinute))
		due, _, err := s.NextDue(t.Context())
		must(t, err)
		if due.Location() != time.UTC {
			t.Errorf("due in zone %v, want UTC", due.Location())
		}
	})
}

func TestMarkWakes(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		woken := func() bool {
			select {
			case <-s.Woken():
				return true
			default:
				return false
			}
		}
		if woken() {
			t.Error("woken before anything was marked")
		}
		must(t, s.Mark(t.Context(), 7, key(1), d.clock.now()))
		must(t, s.Mark(t.Context(), 7, key(2), d.clock.now()))
		if !woken() || woken() {
			t.Error("two marks should wake once")
		}
		_, err := s.Receive(t.Context(), delivery("a", 3))
		must(t, err)
		if !woken() {
			t.Error("a delivery should wake")
		}
	})
}

func TestGiveBack(t *testing.T) {
	t.Parallel()
	type give func(context.Context, *store.Store, workset.Lease, time.Time) error
	finish := func(ctx context.Context, s *store.Store, l workset.Lease, _ time.Time) error {
		return s.Finish(ctx, l, time.Time{})
	}
	finishLater := func(ctx context.Context, s *store.Store, l workset.Lease, now time.Time) error {
		return s.Finish(ctx, l, now.Add(time.Hour))
	}
	fail := func(ctx context.Context, s *store.Store, l workset.Lease, now time.Time) error {
		return s.Fail(ctx, l, now.Add(time.Hour))
	}
	for _, test := range []struct {
		name     string
		give     give
		marked   bool
		wantGone bool
		wantDue  time.Duration
		failures int
	}{
		{"finish", finish, false, true, 0, 0},
		{"finish, marked since", finish, true, false, 0, 0},
		{"finish until later", finishLater, false, false, time.Hour, 0},
		{"finish until later, marked since", finishLater, true, false, 0, 0},
		{"fail", fail, false, false, time.Hour, 2},
		{"fail, marked since", fail, true, false, time.Hour, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			onEachEngine(t, func(d database) {
				t := d.t
				s := d.open(t)
				now := d.clock.now()
				must(t, s.Mark(t.Context(), 7, key(1), now))
				must(t, s.Fail(t.Context(), mustLease(t, s, now), now))
				lease := mustLease(t, s, now)
				if test.marked {
					must(t, s.Mark(t.Context(), 7, key(1), now))
					mustNotLease(t, s, now)
				}
				must(t, test.give(t.Context(), s, lease, now))
				if test.wantGone {
					if _, ok, err := s.NextDue(t.Context()); ok || err != nil {
						t.Fatalf("still in the set (error %v)", err)
					}
					return
				}
				wantDue(t, s, now.Add(test.wantDue))
				if got := mustLease(t, s, now.Add(test.wantDue)); got.Failures != test.failures {
					t.Errorf("%d failures, want %d", got.Failures, test.failures)
				}
			})
		})
	}
}

// What is parked is not due by itself; resuming its repository brings it back,
// and leaves alone what waits for a time, or in other repositories.
func TestResume(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		now := d.clock.now()
		elsewhere := incident.Key{Repo: "else/where", Number: 1}
		for _, k := range []incident.Key{key(1), elsewhere} {
			must(t, s.Mark(t.Context(), 7, k, now))
			must(t, s.Finish(t.Context(), mustLease(t, s, now), workset.Parked))
		}
		must(t, s.Mark(t.Context(), 7, key(2), now.Add(time.Hour)))
		mustNotLease(t, s, now.Add(aMinute))
		must(t, s.Resume(t.Context(), 8, key(1).Repo))
		got := mustLease(t, s, d.clock.now())
		if got.Key != key(1) || got.Installation != 8 {
			t.Errorf("leased %v by installation %d, want the one that was parked by the new one", got.Key, got.Installation)
		}
		must(t, s.Finish(t.Context(), got, time.Time{}))
		mustNotLease(t, s, d.clock.now())
		if got := mustLease(t, s, now.Add(time.Hour)); got.Key != key(2) || got.Installation != 8 {
			t.Errorf("leased %v by installation %d, want the waiting one by the new one", got.Key, got.Installation)
		}
	})
}

func TestLeaseThatWasNotGivenBack(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		now := d.clock.now()
		must(t, s.Mark(t.Context(), 7, key(1), now))
		first := mustLease(t, s, now)
		mustNotLease(t, s, now.Add(aMinute-time.Microsecond))
		must(t, s.Extend(t.Context(), first, now.Add(2*aMinute)))
		mustNotLease(t, s, now.Add(aMinute))
		wantDue(t, s, now.Add(2*aMinute))

		second := mustLease(t, s, now.Add(2*aMinute))
		if second.Failures != 1 || second.Token == first.Token {
			t.Errorf("second lease %+v: want one failure and another token", second)
		}
		for name, err := range map[string]error{
			"extend": s.Extend(t.Context(), first, now.Add(time.Hour)),
			"finish": s.Finish(t.Context(), first, time.Time{}),
			"fail":   s.Fail(t.Context(), first, now),
		} {
			if !errors.Is(err, workset.ErrLost) {
				t.Errorf("%s with the lost lease: error %v, want ErrLost", name, err)
			}
		}
		must(t, s.Finish(t.Context(), second, time.Time{}))
		if err := s.Extend(t.Context(), second, now); !errors.Is(err, workset.ErrLost) {
			t.Errorf("extend after finish: error %v, want ErrLost", err)
		}
	})
}
