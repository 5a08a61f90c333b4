package github

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"hindsight/internal/incident"
)

// GitHub's secondary limits: 100 requests at once, 80 a minute and 500 an
// hour that create content, and a second between writes as advice. What
// creates content is what GitHub's description says notifies people "when
// created too quickly": issues, comments and sub-issues; and, to be safe,
// labels, each of which is created once. The minute counts
// every write, since each costs five of 900 points; the hour counts content
// alone, so that bringing trackers up to date can't use it up. Both buckets
// stay below the limit in any window, which leaves room for what people do by
// hand, and for a second replica for a moment.
const (
	writeBurst     = 20 // then one a second: at most 80 a minute
	writeEvery     = time.Second
	contentBurst   = 300 // enough for an incident with 200 follow-ups at once
	contentEvery   = 24 * time.Second
	requestsAtOnce = 8

	// paceAtMost is the longest wait inside a call. Whoever would wait
	// longer does something else meanwhile.
	paceAtMost = 2 * time.Second
)

// gate lets an installation's requests through, at GitHub's pace.
type gate struct {
	now   func() time.Time
	slots chan struct{}

	mu      sync.Mutex
	writes  *rate.Limiter
	content *rate.Limiter
	closed  time.Time // until then nothing is sent
}

func newGate(now func() time.Time) *gate {
	return &gate{
		now:     now,
		slots:   make(chan struct{}, requestsAtOnce),
		writes:  rate.NewLimiter(rate.Every(writeEvery), writeBurst),
		content: rate.NewLimiter(rate.Every(contentEvery), contentBurst),
	}
}

// open is nil unless GitHub asked to wait.
func (g *gate) open() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now().Before(g.closed) {
		return &incident.Later{At: g.closed, Err: errors.New("GitHub's rate limit was reached")}
	}
	return nil
}

// close sends everything back until then.
func (g *gate) close(until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until.After(g.closed) {
		g.closed = until
	}
}

// enter waits for the call's turn: an [incident.Later] when that is far off.
// After nil, [gate.leave] must follow.
func (g *gate) enter(ctx context.Context, one call) error {
	if err := g.open(); err != nil {
		return err
	}
	if !one.reads() {
		if err := g.pace(ctx, one.content); err != nil {
			return err
		}
	}
	select {
	case g.slots <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait for a turn to ask GitHub: %w", ctx.Err())
	}
	// Somebody before us may have been told to wait.
	if err := g.open(); err != nil {
		g.leave()
		return err
	}
	return nil
}

func (g *gate) leave() { <-g.slots }

func (g *gate) pace(ctx context.Context, content bool) error {
	wait, err := g.reserve(content)
	if err != nil || wait == 0 {
		return err
	}
	turn := time.NewTimer(wait)
	defer turn.Stop()
	select {
	case <-turn.C:
		return nil
	case <-ctx.Done():
		// The turn is not given back: the next ones were told theirs.
		return fmt.Errorf("wait for a turn to write to GitHub: %w", ctx.Err())
	}
}

// reserve takes a turn if it comes soon. The lock is held from taking to
// giving back, since a limiter does not give back what lies before another's
// reservation.
func (g *gate) reserve(content bool) (time.Duration, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	turns := []*rate.Reservation{g.writes.ReserveN(now, 1)}
	if content {
		turns = append(turns, g.content.ReserveN(now, 1))
	}
	var wait time.Duration
	for _, t := range turns {
		wait = max(wait, t.DelayFrom(now))
	}
	if wait <= paceAtMost {
		return wait, nil
	}
	for _, t := range turns {
		t.CancelAt(now)
	}
	return 0, &incident.Later{At: now.Add(wait), Err: errors.New("writes are paced, to stay under GitHub's secondary limits")}
}
