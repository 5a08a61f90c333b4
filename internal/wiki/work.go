package wiki

import (
	"context"
	"errors"
	"fmt"

	"hindsight/internal/incident"
)

// attempts is how often a change is made again because somebody else pushed
// first. They follow each other at once: each one fails only because another
// push succeeded.
const attempts = 5

// work does something in a clone of the wiki; verb says what, for errors. A
// kept clone that turns out to be of no use is thrown away, and it is done
// once more in a new one: do must bear that.
func (w *Wiki) work(
	ctx context.Context, installation int64, repo incident.Repo, verb string, do func(context.Context, *clone) error,
) error {
	t, err := w.target(repo)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, w.options.Timeout)
	defer cancel()
	release, err := w.queues.enter(ctx, t.name())
	if err != nil {
		return fmt.Errorf("wait for another page of the wiki of %s: %w", repo, err)
	}
	defer release()
	if t, err = w.admit(ctx, installation, t); err != nil {
		return err
	}
	if err := w.inClone(ctx, t, do); err != nil {
		return w.explain(ctx, t, verb, err)
	}
	return nil
}

func (w *Wiki) inClone(ctx context.Context, t target, do func(context.Context, *clone) error) error {
	s, err := w.take(t.name())
	if err != nil {
		return fmt.Errorf("make a directory for git: %w", err)
	}
	ctx, release := limitDisk(ctx, s.dir, w.options.MaxScratch)
	c := w.clone(t, s)
	defer func() {
		w.leave(ctx, s, c)
		release()
	}()
	old := s.holds()
	if err = do(ctx, c); !old || !c.suspect(ctx, err) {
		return err
	}
	w.options.Logger.WarnContext(ctx, "wiki clone of no use, fetched anew", "repo", t.repo, "err", err)
	if err = s.clear(); err != nil {
		return fmt.Errorf("remove the clone of the wiki of %s: %w", t.repo, err)
	}
	c = w.clone(t, s)
	return do(ctx, c)
}

// suspect is whether the failure may be the clone's: the host has answered,
// and git failed nonetheless without a word of the host's.
func (c *clone) suspect(ctx context.Context, err error) bool {
	return c.asked && ctx.Err() == nil && silent(err)
}

// silent is whether git failed without a word of the host's.
func silent(err error) bool {
	if refused, ok := errors.AsType[*refusedError](err); ok {
		return refused.byGit()
	}
	failed, ok := errors.AsType[*gitError](err)
	return ok && failed.status() == 0
}

// publish makes a change until a push is taken. change is given the newest
// commit, and makes one on top; "" means that nothing is to be done. Before
// each try the host is asked for that commit, unless the clone has base before
// the first: if it does not work out then, there is one more.
func (w *Wiki) publish(ctx context.Context, c *clone, base string, change func(context.Context) (string, error)) error {
	var last *rejection
	for attempt := range attempts {
		trusted := attempt == 0 && c.has(ctx, base)
		if !trusted {
			if err := c.refresh(ctx); err != nil {
				return err
			}
		}
		r, err := c.try(ctx, change)
		if trusted && ctx.Err() == nil && silent(err) {
			continue // the clone may be damaged, or the host be away: that can be told once it was asked
		}
		if err != nil || r == nil {
			return err
		}
		if last != nil && last.tip == r.tip { // nobody was faster: it is the push that is refused
			return &refusedError{reason: r.reason}
		}
		w.options.Logger.DebugContext(ctx, "wiki push rejected", "repo", c.repo, "attempt", attempt+1, "reason", r.reason)
		last = r
	}
	return fmt.Errorf("others pushed to the wiki %d times in a row while the change was being made", attempts)
}

// try makes the change once, and pushes it if there is anything to push.
func (c *clone) try(ctx context.Context, change func(context.Context) (string, error)) (*rejection, error) {
	commit, err := change(ctx)
	if err != nil || commit == "" {
		return nil, err
	}
	return c.push(ctx, commit)
}
