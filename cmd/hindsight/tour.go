package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	// patience is how long a step may take to come true.
	patience = 45 * time.Second
	// glance is how often the tour looks.
	glance = 50 * time.Millisecond
)

// step is one scene of the tour: what somebody does, and what must come of it.
type step struct {
	title string
	do    func(ctx context.Context) error
	want  look
}

// look describes what it sees; its error is nil as soon as that is right.
type look func(ctx context.Context) (seen []string, err error)

// tour remembers what the story has come to.
type tour struct {
	*stage
	later *clock

	opened  int   // how many follow-ups the app had opened before it forgot all
	cards   int   // and how many tickets
	items   int64 // Bob's comment with items and commands
	site    int   // the incident in the website
	payouts int   // the incident in the platform
}

// story is the whole tour, in its order.
func (t *tour) story() []step {
	return slices.Concat(
		t.beginning(), []step{t.rest()}, t.talking(), []step{t.rest()}, t.tracking(), t.tickets(), t.moving(),
		t.pages(), t.trouble(), []step{t.rest()}, t.publishing(), []step{t.rest()}, t.elsewhere(), []step{t.rest()},
		t.shared(), t.ending(),
	)
}

// tour plays the story. A step that does not come true ends it.
func (s *stage) tour(ctx context.Context, c console, later *clock) error {
	t := &tour{stage: s, later: later}
	steps, began := t.story(), time.Now()
	for i, step := range steps {
		_, _ = fmt.Fprintf(c.out, "\n%2d/%d  %s\n", i+1, len(steps), step.title)
		seen, took, err := play(ctx, step)
		for _, line := range seen {
			_, _ = fmt.Fprintf(c.out, "         %s\n", line)
		}
		if err != nil {
			return fmt.Errorf("step %d (%s) %w", i+1, step.title, err)
		}
		_, _ = fmt.Fprintf(c.out, "         held after %s\n", took.Round(10*time.Millisecond))
	}
	_, _ = fmt.Fprintf(c.out, "\nEvery step held. It took %s.\n", time.Since(began).Round(time.Second))
	return nil
}

// play does what the step says, and waits until it has come true.
func play(ctx context.Context, step step) (seen []string, took time.Duration, err error) {
	began := time.Now()
	if err = step.do(ctx); err != nil {
		return nil, 0, fmt.Errorf("could not be played: %w", err)
	}
	if seen, err = eventually(ctx, step.want); err != nil {
		return seen, 0, fmt.Errorf("did not hold within %s: %w", patience, err)
	}
	return seen, time.Since(began), nil
}

// eventually looks again and again until it is right. Its error is from the
// last look that had its time.
func eventually(ctx context.Context, look look) (seen []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		seen, wrong := look(ctx)
		if wrong == nil {
			return seen, nil
		}
		if err == nil || ctx.Err() == nil {
			err = wrong
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, err
		}
	}
}
