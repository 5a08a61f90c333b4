package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"hindsight/internal/incident"
	"hindsight/internal/store"
	"hindsight/internal/workset"
)

func TestMain(m *testing.M) {
	if crashing() {
		crash()
		return
	}
	goleak.VerifyTestMain(m)
}

// Many processes start at once on a database that does not exist yet.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				s, err := store.Open(t.Context(), d.url, quiet(), d.clock.now)
				if err != nil {
					t.Error(err)
					return
				}
				if err = s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

// tally counts how often each key is held, and how often it was.
type tally struct {
	mu    sync.Mutex
	held  map[incident.Key]bool
	times map[incident.Key]int
}

func (c *tally) take(k incident.Key) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[k] {
		return fmt.Errorf("%s has two holders", k)
	}
	c.held[k] = true
	c.times[k]++
	return nil
}

func (c *tally) release(k incident.Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.held, k)
}

// Two processes with several workers each: every key is handled once, and
// none by two at a time.
func TestLeaseFromManyAtOnce(t *testing.T) {
	t.Parallel()
	const keys, workers = 60, 4
	onEachEngine(t, func(d database) {
		t := d.t
		stores := []*store.Store{d.open(t), d.open(t)}
		now := d.clock.now()
		want := map[incident.Key]int{}
		for number := range keys {
			must(t, stores[0].Mark(t.Context(), 7, key(number+1), now))
			want[key(number+1)] = 1
		}
		count := &tally{held: map[incident.Key]bool{}, times: map[incident.Key]int{}}
		var wg sync.WaitGroup
		for _, s := range stores {
			for range workers {
				wg.Go(func() {
					if err := workOff(t.Context(), s, now, count); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if diff := cmp.Diff(want, count.times); diff != "" {
			t.Errorf("keys and how often each was leased (-want +got):\n%s", diff)
		}
	})
}

func workOff(ctx context.Context, s *store.Store, now time.Time, count *tally) error {
	for {
		lease, ok, err := s.Lease(ctx, now, aMinute)
		if err != nil {
			return err
		}
		if !ok {
			return nothingDue(ctx, s, now)
		}
		if err = count.take(lease.Key); err != nil {
			return err
		}
		count.release(lease.Key)
		if err = s.Finish(ctx, lease, time.Time{}); err != nil {
			return err
		}
	}
}

// nothingDue holds "nothing to lease" to its word: a worker that was merely
// slower than another must go on.
func nothingDue(ctx context.Context, s *store.Store, now time.Time) error {
	due, ok, err := s.NextDue(ctx)
	if err == nil && ok && !due.After(now) {
		err = fmt.Errorf("nothing was leased, and something has been due since %v", due)
	}
	return err
}

// Marks rain on one key while it is handled again and again: the last mark is
// followed by a handling that began after it.
func TestMarksWhileHandled(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		marking, handling := d.open(t), d.open(t)
		now := d.clock.now()
		var marks, seen atomic.Int64
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for n := range 25 {
					marks.Add(1)
					if _, err := marking.Receive(t.Context(), delivery(fmt.Sprintf("%d-%d", i, n), 1)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		marked := make(chan struct{})
		go func() { wg.Wait(); close(marked) }()
		for done := false; !done; {
			select {
			case <-marked:
				done = true // and one more time round, for the last mark
			case <-marking.Woken():
			}
			lease, ok, err := handling.Lease(t.Context(), now, aMinute)
			must(t, err)
			for ; ok; lease, ok, err = handling.Lease(t.Context(), now, aMinute) {
				seen.Store(marks.Load())
				must(t, handling.Finish(t.Context(), lease, time.Time{}))
			}
			must(t, err)
		}
		if seen.Load() != marks.Load() {
			t.Errorf("the last handling began after %d of %d marks", seen.Load(), marks.Load())
		}
	})
}

// Replicas take in news about the same issues at the same time, in any order,
// which must not end in a deadlock.
func TestReceiveFromManyAtOnce(t *testing.T) {
	t.Parallel()
	const rounds, each = 15, 24
	for _, test := range []struct {
		name string
		id   string // of the replica and the number
		want map[workset.Receipt]int
	}{
		{"the same deliveries", "%[2]d", map[workset.Receipt]int{workset.Queued: rounds * each, workset.Duplicate: rounds * each}},
		{"other deliveries", "%d-%d", map[workset.Receipt]int{workset.Queued: 2 * rounds * each}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			onEachEngine(t, func(d database) {
				t := d.t
				stores := []*store.Store{d.open(t), d.open(t)}
				receipts := make(chan workset.Receipt, 2*rounds*each)
				for round := range rounds {
					var wg sync.WaitGroup
					for n := range each {
						for replica, s := range stores {
							id := fmt.Sprintf(test.id, replica, round*each+n)
							wg.Go(func() { receipts <- receive(t, s, delivery(id, n)) })
						}
					}
					wg.Wait()
				}
				close(receipts)
				got := map[workset.Receipt]int{}
				for r := range receipts {
					got[r]++
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("receipts (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func receive(t *testing.T, s *store.Store, d workset.Delivery) workset.Receipt {
	t.Helper()
	receipt, err := s.Receive(t.Context(), d)
	if err != nil {
		t.Error(err)
	}
	return receipt
}

// Whoever is told "queued" while the store closes finds it there afterwards;
// everybody else gets an error.
func TestCloseUnderLoad(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		var acknowledged sync.Map
		var wg sync.WaitGroup
		started := make(chan struct{}, 8)
		for sender := range 8 {
			wg.Go(func() {
				for n := 0; ; n++ {
					id := fmt.Sprintf("%d-%d", sender, n)
					if _, err := s.Receive(t.Context(), delivery(id, 1)); err != nil {
						if !errors.Is(err, store.ErrClosed) {
							t.Error(err)
						}
						return
					}
					acknowledged.Store(id, true)
					if n == 0 {
						started <- struct{}{}
					}
				}
			})
		}
		for range cap(started) {
			<-started
		}
		must(t, s.Close())
		wg.Wait()
		again := d.open(t)
		acknowledged.Range(func(id, _ any) bool {
			receipt, err := again.Receive(t.Context(), delivery(id.(string), 1))
			if err != nil || receipt != workset.Duplicate {
				t.Errorf("%v was acknowledged; now receipt %d, error %v", id, receipt, err)
			}
			return true
		})
	})
}
