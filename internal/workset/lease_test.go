package workset_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"hindsight/internal/workset"
)

// untilEnd handles until its context ends, and tells when that was and why.
func untilEnd(ended chan<- time.Duration, cause *error) workset.Handler {
	return func(ctx context.Context, _ workset.Lease) (time.Time, error) {
		began := time.Now()
		<-ctx.Done()
		*cause = context.Cause(ctx)
		ended <- time.Since(began)
		return time.Time{}, ctx.Err()
	}
}

func TestLeaseIsKeptWhileHandled(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.mark(1, 0)
		stop := b.run(func(ctx context.Context, _ workset.Lease) (time.Time, error) {
			time.Sleep(10 * time.Minute)
			return time.Time{}, ctx.Err()
		})
		time.Sleep(10*time.Minute + time.Second)
		stop()
		b.wantSaid("finish 1")
	})
}

func TestLostLeaseStopsTheHandler(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		lose func(*bench)
		want time.Duration
	}{
		{"another worker has it", func(b *bench) { b.steal(key(1)) }, 20 * time.Second},
		{"can't be extended, and is about to end", func(b *bench) { b.fail("extend", errBroken) }, 40 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(b *bench) {
				b.mark(1, 0)
				ended, cause := make(chan time.Duration, 1), error(nil)
				stop := b.run(untilEnd(ended, &cause))
				synctest.Wait()
				test.lose(b)
				if got := <-ended; got != test.want || !errors.Is(cause, workset.ErrLost) {
					t.Errorf("stopped after %v (%v), want %v and ErrLost", got, cause, test.want)
				}
				stop()
				b.wantSaid() // whoever has it now gives it back
			})
		})
	}
}

func TestLeaseOutlivesAPassingFault(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.mark(1, 0)
		stop := b.run(func(ctx context.Context, _ workset.Lease) (time.Time, error) {
			time.Sleep(2 * time.Minute)
			return time.Time{}, ctx.Err()
		})
		b.fail("extend", errBroken)
		time.Sleep(21 * time.Second)
		b.fail("extend", nil)
		time.Sleep(2 * time.Minute)
		stop()
		b.wantSaid("finish 1")
	})
}

func TestStopLetsHandlersFinish(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.mark(1, 0)
		stop := b.run(func(ctx context.Context, _ workset.Lease) (time.Time, error) {
			time.Sleep(3 * time.Second)
			return time.Time{}, ctx.Err()
		})
		synctest.Wait()
		stop()
		b.wantSaid("finish 1")
	})
}

func TestStopEndsHandlersAfterTheGrace(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.mark(1, 0)
		ended, cause := make(chan time.Duration, 1), error(nil)
		stop := b.run(untilEnd(ended, &cause))
		synctest.Wait()
		stop()
		if got := <-ended; got != 5*time.Second {
			t.Errorf("stopped after %v, want 5s", got)
		}
		// Given back, due at once, and not counted as a failure.
		b.wantSaid("finish 1 in 0s")
	})
}

func TestGivingBackFails(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.mark(1, 0)
		b.fail("finish", errBroken)
		stop := b.run(func(_ context.Context, lease workset.Lease) (time.Time, error) {
			if lease.Failures == 1 {
				b.fail("finish", nil)
			}
			return time.Time{}, nil
		})
		time.Sleep(2 * time.Minute)
		stop()
		b.wantSaid("finish 1")
		b.wantLogged("lease will end by itself")
	})
}
