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
	onEachEngine(t, func(t *testing.T, d database) {
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
	onEachEngine(t, func(t *testing.T, d database) {
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
		if err != nil || !ok {
			return err
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

// Marks rain on one key while it is handled again and again: the last mark is
// followed by a handling that began after it.
func TestMarksWhileHandled(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, d database) {
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

// Replicas take in the same deliveries in different orders, which must not
// end in a deadlock.
func TestReceiveFromManyAtOnce(t *testing.T) {
	t.Parallel()
	const each = 200
	onEachEngine(t, func(t *testing.T, d database) {
		stores := []*store.Store{d.open(t), d.open(t)}
		var queued, duplicate atomic.Int64
		var wg sync.WaitGroup
		for i, s := range stores {
			for sender := range 8 {
				wg.Go(func() {
					for n := sender; n < each; n += 8 {
						if i == 1 {
							n := each - 1 - n
							receive(t, s, n, &queued, &duplicate)
							continue
						}
						receive(t, s, n, &queued, &duplicate)
					}
				})
			}
		}
		wg.Wait()
		if queued.Load() != each || duplicate.Load() != each {
			t.Errorf("%d queued, %d duplicate; want %d of each", queued.Load(), duplicate.Load(), each)
		}
	})
}

func receive(t *testing.T, s *store.Store, n int, queued, duplicate *atomic.Int64) {
	t.Helper()
	receipt, err := s.Receive(t.Context(), delivery(fmt.Sprint(n), n%20))
	switch {
	case err != nil:
		t.Error(err)
	case receipt == workset.Queued:
		queued.Add(1)
	case receipt == workset.Duplicate:
		duplicate.Add(1)
	}
}

// Whoever is told "queued" while the store closes finds it there afterwards;
// everybody else gets an error.
func TestCloseUnderLoad(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, d database) {
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
