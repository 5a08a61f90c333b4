package github

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hindsight/internal/incident"
)

var (
	readCall    = call{route: "GET /x"}
	editCall    = call{route: "PATCH /x"}
	contentCall = call{route: "POST /x", content: true}
)

// pass goes through the gate and leaves again.
func pass(ctx context.Context, g *gate, one call) error {
	err := g.enter(ctx, one)
	if err == nil {
		g.leave()
	}
	return err
}

func TestWritesArePaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, start := newGate(time.Now), time.Now()
		for range writeBurst {
			if err := pass(t.Context(), g, editCall); err != nil {
				t.Fatal(err)
			}
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("the burst took %s", d)
		}
		for range 3 {
			if err := pass(t.Context(), g, editCall); err != nil {
				t.Fatal(err)
			}
		}
		if d := time.Since(start); d != 3*time.Second {
			t.Errorf("three more took %s, want a second each", d)
		}
		if err := pass(t.Context(), g, readCall); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("a read waits for writes: %v after %s", err, time.Since(start))
		}
	})
}

func TestLongWaitsAreGivenBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	g := newGate(func() time.Time { return now })
	for range writeBurst + 2 {
		if _, err := g.reserve(false); err != nil {
			t.Fatal(err)
		}
	}
	// However often it is asked meanwhile, the turn does not move away.
	for range 50 {
		_, err := g.reserve(false)
		var later *incident.Later
		if !errors.As(err, &later) {
			t.Fatalf("want later, got %v", err)
		}
		if got := later.At.Sub(now); got != 3*time.Second {
			t.Fatalf("the turn is in %s, want 3s", got)
		}
	}
	now = now.Add(3 * time.Second)
	if wait, err := g.reserve(false); err != nil || wait != 0 {
		t.Errorf("at its time: wait %s, %v", wait, err)
	}
}

// TestSecondaryLimitsAreNeverReached writes as hard as it can for a day.
func TestSecondaryLimitsAreNeverReached(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	g := newGate(func() time.Time { return now })
	end := now.Add(24 * time.Hour)
	var sent []time.Time
	for now.Before(end) {
		wait, err := g.reserve(true)
		if later, ok := errors.AsType[*incident.Later](err); ok {
			now = later.At
			continue
		}
		now = now.Add(wait)
		sent = append(sent, now)
	}
	for _, w := range []struct {
		window time.Duration
		most   int
	}{{time.Minute, 80}, {time.Hour, 500}} {
		if got := densest(sent, w.window); got > w.most {
			t.Errorf("%d in a window of %s, the limit is %d", got, w.window, w.most)
		}
	}
	if len(sent) < 3000 {
		t.Errorf("only %d in a day: paced to death", len(sent))
	}
}

// densest is the largest number of times within any window.
func densest(times []time.Time, window time.Duration) int {
	most, first := 0, 0
	for last := range times {
		for times[last].Sub(times[first]) >= window {
			first++
		}
		most = max(most, last-first+1)
	}
	return most
}

func TestContentIsCountedByTheHourAndEditsAreNot(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	g := newGate(func() time.Time { return now })
	created, start := 0, now
	for now.Sub(start) < time.Hour {
		if _, err := g.reserve(true); err != nil {
			break
		}
		created++
		now = now.Add(2 * time.Second)
	}
	if created < contentBurst || created > contentBurst+50 {
		t.Errorf("%d at once, want about %d", created, contentBurst)
	}
	if _, err := g.reserve(false); err != nil {
		t.Errorf("an edit is held up by the content that was created: %v", err)
	}
}

func TestRequestsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(time.Now)
		var mu sync.Mutex
		inside, most := 0, 0
		var all sync.WaitGroup
		for range 5 * requestsAtOnce {
			all.Go(func() {
				if err := g.enter(t.Context(), readCall); err != nil {
					t.Error(err)
					return
				}
				defer g.leave()
				mu.Lock()
				inside++
				most = max(most, inside)
				mu.Unlock()
				time.Sleep(time.Second) // in the bubble: all others run meanwhile
				mu.Lock()
				inside--
				mu.Unlock()
			})
		}
		all.Wait()
		if most != requestsAtOnce {
			t.Errorf("%d at once, want %d", most, requestsAtOnce)
		}
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(time.Now)
		for range writeBurst {
			if err := pass(t.Context(), g, editCall); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := pass(ctx, g, editCall); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for a turn: %v", err)
		}
		for range requestsAtOnce {
			if err := g.enter(t.Context(), readCall); err != nil {
				t.Fatal(err)
			}
		}
		if err := pass(ctx, g, readCall); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for a slot: %v", err)
		}
	})
}

func TestLimitThatComesWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(time.Now)
		for range requestsAtOnce {
			if err := g.enter(t.Context(), readCall); err != nil {
				t.Fatal(err)
			}
		}
		result := make(chan error, 1)
		go func() { result <- pass(t.Context(), g, readCall) }()
		synctest.Wait()
		g.close(time.Now().Add(time.Minute))
		g.leave()
		var later *incident.Later
		if err := <-result; !errors.As(err, &later) {
			t.Errorf("it went through a closed gate: %v", err)
		}
		if err := pass(t.Context(), g, contentCall); !errors.As(err, &later) {
			t.Errorf("closed for writes too: %v", err)
		}
	})
}
