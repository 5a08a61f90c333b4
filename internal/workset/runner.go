package workset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"hindsight/internal/incident"
)

// Handler looks at one key. It returns when the key should be looked at
// again, or the zero time for "when it is marked". It must return soon after
// its context has ended: that happens when the lease is lost, and some time
// after the runner was told to stop.
type Handler func(ctx context.Context, lease Lease) (next time.Time, err error)

// Options are what a [Runner] can do without. The zero value of each field
// means its default.
type Options struct {
	Workers int           // handlers at once; 4
	Lease   time.Duration // how long a key is taken for; 1 minute
	Poll    time.Duration // longest sleep, as other processes mark too; 5 seconds
	Grace   time.Duration // for handlers to finish when told to stop; 5 seconds
	Clock   func() time.Time
	Jitter  func() float64 // in [0, 1); random
	// Observe is told how each handling went: for metrics. It may be called
	// by several goroutines at once.
	Observe func(key incident.Key, took time.Duration, err error)
}

// Runner hands the keys of a set, as they become due, to a handler.
type Runner struct {
	set    Set
	handle Handler
	log    *slog.Logger
	Options
}

// NewRunner makes a runner. Nothing runs until [Runner.Run] or
// [Runner.Drain].
func NewRunner(set Set, handle Handler, log *slog.Logger, o Options) *Runner {
	o.Workers = or(o.Workers, 4)
	o.Lease = or(o.Lease, time.Minute)
	o.Poll = or(o.Poll, 5*time.Second)
	o.Grace = or(o.Grace, 5*time.Second)
	if o.Clock == nil {
		o.Clock = time.Now //nolint:forbidigo // the default of an injected clock
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.Observe == nil {
		o.Observe = func(incident.Key, time.Duration, error) {}
	}
	return &Runner{set: set, handle: handle, log: log, Options: o}
}

func or[T int | time.Duration](value, fallback T) T {
	if value > 0 {
		return value
	}
	return fallback
}

// shift is one run: the handlers under way.
type shift struct {
	slots chan struct{} // holds one element for each handler under way
	freed chan struct{} // receives after a handler has ended
	group sync.WaitGroup
}

func (r *Runner) newShift() *shift {
	return &shift{slots: make(chan struct{}, r.Workers), freed: make(chan struct{}, 1)}
}

// Run works until the context ends, then lets the handlers finish and gives
// their keys back. A set that can't be reached is tried again.
func (r *Runner) Run(ctx context.Context) {
	s := r.newShift()
	handlers, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer r.finish(s, cancel)
	for ctx.Err() == nil {
		taken, err := r.take(ctx, handlers, s)
		switch {
		case taken:
		case err != nil && ctx.Err() == nil:
			r.log.ErrorContext(ctx, "work can't be leased", "error", err)
			rest(ctx, r.Poll, nil, nil)
		default:
			rest(ctx, r.pause(ctx), r.set.Woken(), s.freed)
		}
	}
}

// Drain works until nothing is due, including what the handlers make due on
// the way. What failed waits for its next try and is not waited for.
func (r *Runner) Drain(ctx context.Context) error {
	s := r.newShift()
	handlers, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer r.finish(s, cancel)
	for ctx.Err() == nil {
		// Asked before, as a handler may mark a key and end in between.
		working := len(s.slots) > 0
		taken, err := r.take(ctx, handlers, s)
		switch {
		case taken:
		case err != nil:
			return err
		case !working:
			return nil
		default:
			select {
			case <-s.freed:
			case <-ctx.Done():
			}
		}
	}
	return ctx.Err()
}

// take leases a key, once a worker is free, and has it handled; false if
// none is due.
func (r *Runner) take(ctx, handlers context.Context, s *shift) (bool, error) {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	now := r.Clock()
	lease, ok, err := r.set.Lease(ctx, now, r.Lease)
	if err != nil || !ok {
		<-s.slots
		return false, err
	}
	s.group.Go(func() {
		r.work(handlers, lease, now.Add(r.Lease))
		<-s.slots
		select {
		case s.freed <- struct{}{}:
		default: // nobody has noticed the last one yet: once is enough
		}
	})
	return true, nil
}

// finish waits for the handlers, and tells them to stop when they take long.
func (r *Runner) finish(s *shift, cancel context.CancelFunc) {
	defer time.AfterFunc(r.Grace, cancel).Stop()
	s.group.Wait()
}

// shortest keeps a runner from spinning where its set says that something is
// due and leases nothing.
const shortest = 10 * time.Millisecond

// pause is how long nothing is due.
func (r *Runner) pause(ctx context.Context) time.Duration {
	due, ok, err := r.set.NextDue(ctx)
	if err != nil || !ok {
		return r.Poll
	}
	return min(max(due.Sub(r.Clock()), shortest), r.Poll)
}

func rest(ctx context.Context, d time.Duration, woken, freed <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-woken:
	case <-freed:
	case <-ctx.Done():
	}
}

// work handles one key and gives it back.
func (r *Runner) work(ctx context.Context, lease Lease, until time.Time) {
	began := r.Clock()
	held, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	stop := r.keep(held, lease, until, lose)
	next, err := r.guarded(held, lease)
	stop()
	if lost := context.Cause(held); errors.Is(lost, ErrLost) {
		err = lost
	}
	r.giveBack(ctx, lease, next, err)
	r.Observe(lease.Key, r.Clock().Sub(began), err)
}

func (r *Runner) guarded(ctx context.Context, lease Lease) (next time.Time, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the handler panicked: %v", p)
			r.log.ErrorContext(ctx, "handler panicked", "key", lease.Key.String(),
				"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	return r.handle(ctx, lease)
}
