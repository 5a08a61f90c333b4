package workset_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
)

var errBroken = errors.New("broken")

func key(number int) incident.Key { return incident.NewKey("acme", "shop", number) }

// bench is a runner over a set in memory, in a bubble where time is made up.
type bench struct {
	*memorySet
	t       *testing.T
	log     *bytes.Buffer
	options workset.Options
}

// inBubble runs a test where time passes only when everybody waits.
func inBubble(t *testing.T, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(&bench{memorySet: newSet(), t: t, log: &bytes.Buffer{}, options: workset.Options{
			Workers: 2, Jitter: func() float64 { return 1 },
		}})
	})
}

func (b *bench) mark(number int, in time.Duration) { b.markHere(7, key(number), time.Now().Add(in)) }

func (b *bench) runner(handle workset.Handler) *workset.Runner {
	return workset.NewRunner(b, handle, slog.New(slog.NewTextHandler(b.log, nil)), b.options)
}

// run starts a runner; stop ends it and waits until it has ended.
func (b *bench) run(handle workset.Handler) (stop func()) {
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan struct{})
	runner := b.runner(handle)
	go func() {
		defer close(ended)
		runner.Run(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

func (b *bench) wantSaid(want ...string) {
	b.t.Helper()
	if diff := cmp.Diff(want, b.said()); diff != "" {
		b.t.Errorf("given back (-want +got):\n%s", diff)
	}
}

func (b *bench) wantLogged(want string) {
	b.t.Helper()
	if !strings.Contains(b.log.String(), want) {
		b.t.Errorf("the log lacks %q:\n%s", want, b.log)
	}
}

func TestHandledAsAsked(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(d) } }
	never := func() time.Time { return time.Time{} }
	for _, test := range []struct {
		name string
		next func() time.Time
		err  error
		want string
	}{
		{"done", never, nil, "finish 1"},
		{"again later", in(time.Hour), nil, "finish 1 in 1h0m0s"},
		{"failed", never, errBroken, "fail 1 in 5s"},
		{"failed with a time", in(time.Hour), errBroken, "fail 1 in 5s"},
		{"paused", never, fmt.Errorf("look: %w", &incident.Paused{Why: "archived"}), "finish 1 parked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(b *bench) {
				b.mark(1, 0)
				stop := b.run(func(_ context.Context, lease workset.Lease) (time.Time, error) {
					if lease.Key != key(1) || lease.Installation != 7 {
						b.t.Errorf("lease %+v, want that of key 1, installation 7", lease)
					}
					return test.next(), test.err
				})
				synctest.Wait()
				b.wantSaid(test.want)
				stop()
			})
		})
	}
}

func TestLaterNamesItsTime(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		in   time.Duration
		want string
	}{
		"ahead":  {40 * time.Minute, "fail 1 in 40m0s"},
		"passed": {-time.Second, "fail 1 in 5s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(b *bench) {
				b.mark(1, 0)
				stop := b.run(func(context.Context, workset.Lease) (time.Time, error) {
					return time.Time{}, fmt.Errorf("look: %w", &incident.Later{At: time.Now().Add(test.in), Err: errBroken})
				})
				synctest.Wait()
				b.wantSaid(test.want)
				stop()
			})
		})
	}
}

func TestPausesDouble(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.mark(1, 0)
		stop := b.run(func(context.Context, workset.Lease) (time.Time, error) { return time.Time{}, errBroken })
		time.Sleep(24 * time.Hour)
		stop()
		said := b.said()
		if len(said) < 90 {
			t.Fatalf("failed %d times in a day", len(said))
		}
		want := []string{
			"fail 1 in 5s", "fail 1 in 10s", "fail 1 in 20s", "fail 1 in 40s", "fail 1 in 1m20s",
			"fail 1 in 2m40s", "fail 1 in 5m20s", "fail 1 in 10m40s",
		}
		for range said[len(want):] {
			want = append(want, "fail 1 in 15m0s")
		}
		b.wantSaid(want...)
	})
}

func TestJitterShortensByHalfAtMost(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.options.Jitter = func() float64 { return 0 }
		b.mark(1, 0)
		stop := b.run(func(context.Context, workset.Lease) (time.Time, error) { return time.Time{}, errBroken })
		synctest.Wait()
		stop()
		b.wantSaid("fail 1 in 2.5s")
	})
}

func TestPanicIsAFailure(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.mark(1, 0)
		stop := b.run(func(context.Context, workset.Lease) (time.Time, error) { panic("oh no") })
		synctest.Wait()
		stop()
		b.wantSaid("fail 1 in 5s")
		b.wantLogged("oh no")
	})
}

func TestIdleUntilDueOrMarked(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		began := time.Now()
		b.mark(1, time.Hour)
		var handled sync.Map
		stop := b.run(func(_ context.Context, lease workset.Lease) (time.Time, error) {
			handled.Store(lease.Key.Number, time.Since(began))
			return time.Time{}, nil
		})
		time.Sleep(time.Second)
		b.mark(2, 0)
		synctest.Wait()
		time.Sleep(2 * time.Hour)
		stop()
		for number, want := range map[int]time.Duration{1: time.Hour, 2: time.Second} {
			if got, _ := handled.Load(number); got != want {
				t.Errorf("key %d was handled after %v, want %v", number, got, want)
			}
		}
	})
}

// What another process marks is found although nobody wakes this one.
func TestPolls(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		var handled atomic.Bool
		stop := b.run(func(context.Context, workset.Lease) (time.Time, error) {
			handled.Store(true)
			return time.Time{}, nil
		})
		synctest.Wait()
		b.markElsewhere(7, key(1), time.Now())
		time.Sleep(5 * time.Second)
		synctest.Wait()
		stop()
		if !handled.Load() {
			t.Error("a key that another process marked was not handled within the poll")
		}
	})
}

// A slow handler does not keep others waiting while a worker is free, and no
// more run at once than there are workers.
func TestWorkers(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		for number := range 6 {
			b.mark(number+1, 0)
		}
		began := time.Now()
		var running, most atomic.Int64
		stop := b.run(func(context.Context, workset.Lease) (time.Time, error) {
			if n := running.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(10 * time.Second)
			running.Add(-1)
			return time.Time{}, nil
		})
		for len(b.said()) < 6 {
			time.Sleep(time.Second)
		}
		stop()
		if took := time.Since(began); most.Load() != 2 || took > 31*time.Second {
			t.Errorf("%d at once, %v in all; want 2 at once and 30s", most.Load(), took)
		}
	})
}

// A key that was marked while it was handled is handled again at once.
func TestMarkedWhileHandled(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.mark(1, 0)
		began := time.Now()
		var generations []int64
		stop := b.run(func(_ context.Context, lease workset.Lease) (time.Time, error) {
			generations = append(generations, lease.Generation)
			if lease.Generation == 1 {
				b.mark(1, time.Hour)
				time.Sleep(time.Second)
			}
			return time.Time{}, nil
		})
		time.Sleep(time.Second + 20*time.Millisecond)
		stop()
		if diff := cmp.Diff([]int64{1, 2}, generations); diff != "" || time.Since(began) > 2*time.Second {
			t.Errorf("generations after %v (-want +got):\n%s", time.Since(began), diff)
		}
	})
}

func TestObserved(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		seen := make(chan string, 1)
		b.options.Observe = func(k incident.Key, took time.Duration, err error) {
			seen <- fmt.Sprint(k, " ", took, " ", err)
		}
		b.mark(1, 0)
		stop := b.run(func(context.Context, workset.Lease) (time.Time, error) {
			time.Sleep(3 * time.Second)
			return time.Time{}, errBroken
		})
		if got, want := <-seen, "acme/shop#1 3s broken"; got != want {
			t.Errorf("observed %q, want %q", got, want)
		}
		stop()
	})
}

func TestUnreachableSetIsTriedAgain(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.mark(1, 0)
		b.fail("lease", errBroken)
		b.fail("next", errBroken)
		stop := b.run(func(context.Context, workset.Lease) (time.Time, error) { return time.Time{}, nil })
		time.Sleep(time.Minute)
		b.wantSaid()
		b.fail("lease", nil)
		time.Sleep(6 * time.Second)
		stop()
		b.wantSaid("finish 1")
		b.wantLogged("broken")
	})
}

func TestDrain(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.options.Workers = 3 // one is always free, to find nothing due
		b.mark(1, 0)
		b.mark(2, 0)
		b.mark(3, time.Hour)
		err := b.runner(func(_ context.Context, lease workset.Lease) (time.Time, error) {
			time.Sleep(time.Duration(lease.Key.Number) * time.Second)
			switch lease.Key.Number {
			case 1:
				b.mark(4, 0) // made due by a handler on the way
				return time.Time{}, nil
			case 2:
				return time.Time{}, errBroken
			default:
				return time.Now().Add(time.Hour), nil
			}
		}).Drain(b.t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.wantSaid("finish 1", "fail 2 in 5s", "finish 4 in 1h0m0s")
	})
}

func TestDrainGivesUp(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.fail("lease", errBroken)
		if err := b.runner(nil).Drain(b.t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("error %v, want that of the set", err)
		}
		ctx, cancel := context.WithCancel(b.t.Context())
		cancel()
		if err := b.runner(nil).Drain(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
	})
}
