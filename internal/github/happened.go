package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hindsight/internal/incident"
)

// window is a span of time; one without an end lasts until now.
type window struct{ from, to time.Time }

func (w window) holds(t time.Time) bool {
	return !t.Before(w.from) && (w.to.IsZero() || !t.After(w.to))
}

// newestFirst are those in the window of a list that begins with the newest, by
// their time. No more than most are looked through: more is whether there are
// others in the window.
func newestFirst[T any](
	ctx context.Context, c *client, list call, most int, w window, at func(T) time.Time,
) (within []T, more bool, err error) {
	looked := 0
	err = pages(ctx, c, list, func(found []T) int {
		late := false
		for _, one := range found {
			late = late || !at(one).Before(w.from)
			if !w.holds(at(one)) {
				continue
			}
			if looked >= most {
				more = true
				return 0
			}
			within = append(within, one)
		}
		looked += len(found)
		if !late || looked > most { // the one page after the most has none of the window
			return 0
		}
		return len(found)
	})
	return within, more, err
}

// source is one place where GitHub tells of what happened in a repository. Each
// has a file of its own: another one is such a file, and its line in sources.
type source func(*forge, context.Context, incident.Repo, window) ([]incident.Event, error)

func sources() []source {
	return []source{
		(*forge).releases,
		(*forge).deployments,
	}
}

// Happened begins with the oldest. It tells what it could find out, too, when a
// source is blocked: a permission that was not granted for one of them hides
// nothing of the others. Any other error ends it, since asking again may bring
// all.
func (f *forge) Happened(ctx context.Context, repo incident.Repo, from, to time.Time) ([]incident.Event, error) {
	var (
		all     []incident.Event
		blocked error
	)
	for _, source := range sources() {
		events, err := source(f, ctx, repo, window{from, to})
		if _, closed := errors.AsType[*incident.Blocked](err); closed {
			blocked = errors.Join(blocked, err)
		} else if err != nil {
			return nil, fmt.Errorf("find out what happened in %s: %w", repo, err)
		}
		all = append(all, events...)
	}
	slices.Reverse(all) // the sources begin with the newest
	slices.SortStableFunc(all, func(a, b incident.Event) int { return a.At.Compare(b.At) })
	if blocked != nil {
		return all, fmt.Errorf("find out all that happened in %s: %w", repo, blocked)
	}
	return all, nil
}
