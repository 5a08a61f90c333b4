package workset

import (
	"context"
	"errors"
	"sync"
	"time"

	"hindsight/internal/incident"
)

// giveBackTimeout bounds giving back: a lease ends by itself if it must.
const giveBackTimeout = 5 * time.Second

// The pauses after failures in a row: 5 s, 10 s, 20 s … 15 min.
const (
	firstPause   = 5 * time.Second
	longestPause = 15 * time.Minute
)

// keep extends a lease until stop is called, which waits for an extension
// under way. The lease is given up when another worker has it, and also when
// it is about to end and could not be extended: whoever holds a key that
// somebody else may take would break "one at a time".
func (r *Runner) keep(ctx context.Context, lease Lease, until time.Time, lose context.CancelCauseFunc) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		ticker := time.NewTicker(r.Lease / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			extended, err := r.extend(ctx, lease)
			switch {
			case err == nil:
				until = extended
			case ctx.Err() != nil:
				return
			case errors.Is(err, ErrLost) || !r.Clock().Add(r.Lease/3).Before(until):
				r.log.WarnContext(ctx, "lease lost", "key", lease.Key.String(), "error", err)
				lose(ErrLost)
				return
			}
		}
	})
	return func() {
		cancel()
		group.Wait()
	}
}

func (r *Runner) extend(ctx context.Context, lease Lease) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Lease/3)
	defer cancel()
	until := r.Clock().Add(r.Lease)
	return until, r.set.Extend(ctx, lease, until)
}

// giveBack ends a lease by what came of it. The context may have ended: that
// is how handlers are told to stop.
func (r *Runner) giveBack(ctx context.Context, lease Lease, next time.Time, handled error) {
	stopped := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackTimeout)
	defer cancel()
	log := r.log.With("key", lease.Key.String())
	var paused *incident.Paused
	var err error
	switch {
	case handled == nil:
		err = r.set.Finish(ctx, lease, next)
	case errors.Is(handled, ErrLost):
		return
	case errors.As(handled, &paused):
		log.InfoContext(ctx, "paused until there is news", "reason", paused.Why)
		err = r.set.Finish(ctx, lease, Parked)
	case stopped:
		// Cut off is not failed: whoever runs next begins at once.
		err = r.set.Finish(ctx, lease, r.Clock())
	default:
		next = r.retryAt(lease.Failures, handled)
		log.WarnContext(ctx, "handling failed", "error", handled,
			"failures", lease.Failures+1, "next", next)
		err = r.set.Fail(ctx, lease, next)
	}
	if err != nil {
		log.ErrorContext(ctx, "key can't be given back: its lease will end by itself", "error", err)
	}
}

// retryAt is when to try again what failed: at the time that the error names,
// else after a pause that doubles, half of it by chance, so that what failed
// together does not come back together.
func (r *Runner) retryAt(failures int, err error) time.Time {
	now := r.Clock()
	var later *incident.Later
	if errors.As(err, &later) && later.At.After(now) {
		return later.At
	}
	pause := longestPause
	if failures < 8 { // beyond that the pause is past the longest
		pause = min(firstPause<<failures, longestPause)
	}
	return now.Add(pause/2 + time.Duration(r.Jitter()*float64(pause/2)))
}
