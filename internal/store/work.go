package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/store/db"
	"hindsight/internal/workset"
)

func mark(installation int64, key incident.Key, at time.Time) db.MarkWorkParams {
	return db.MarkWorkParams{
		Repo: string(key.Repo), Number: int64(key.Number), Installation: installation, DueAt: at,
	}
}

// Mark makes the key due at a time, or sooner if it already was; see
// [workset.Set].
func (s *Store) Mark(ctx context.Context, installation int64, key incident.Key, at time.Time) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := s.writes.MarkWork(ctx, mark(installation, key, stored(at))); err != nil {
		return fmt.Errorf("store: mark %s: %w", key, err)
	}
	s.wake()
	return nil
}

// Resume makes due what was given back in a repository for [workset.Parked],
// and hands what waits there to the installation that sees it now.
func (s *Store) Resume(ctx context.Context, installation int64, repo incident.Repo) error {
	n, err := s.writes.ResumeWork(ctx, db.ResumeWorkParams{
		Now: s.now(), Repo: string(repo), Parked: workset.Parked, Installation: installation,
	})
	if err != nil {
		return fmt.Errorf("store: resume what was parked in %s: %w", repo, err)
	}
	if n > 0 {
		s.wake()
	}
	return nil
}

// Lease takes the key that has been due longest; see [workset.Set].
func (s *Store) Lease(ctx context.Context, now time.Time, length time.Duration) (workset.Lease, bool, error) {
	now = stored(now)
	for {
		token := rand.Text()
		row, err := s.writes.LeaseWork(ctx, db.LeaseWorkParams{
			NewToken: token, LeaseEnd: stored(now.Add(length)), Now: now,
		})
		if err == nil {
			return leaseOf(row, token), true, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return workset.Lease{}, false, fmt.Errorf("store: lease: %w", err)
		}
		// No row may also mean that another process was faster: there is
		// nothing to do only when nothing is due. Each turn of the loop is
		// one key that somebody else took.
		due, waiting, err := s.NextDue(ctx)
		if err != nil || !waiting || due.After(now) {
			return workset.Lease{}, false, err
		}
	}
}

func leaseOf(row db.LeaseWorkRow, token string) workset.Lease {
	return workset.Lease{
		Installation: row.Installation,
		Key:          incident.Key{Repo: incident.Repo(row.Repo), Number: int(row.Number)},
		Generation:   row.Generation,
		Token:        token,
		Failures:     int(row.Failures),
	}
}

// Extend keeps a lease; see [workset.Set].
func (s *Store) Extend(ctx context.Context, lease workset.Lease, until time.Time) error {
	n, err := s.writes.ExtendWork(ctx, db.ExtendWorkParams{
		Repo: string(lease.Key.Repo), Number: int64(lease.Key.Number), Token: lease.Token,
		LeaseEnd: stored(until),
	})
	return held(n, err, "extend", lease)
}

// Finish gives the key back after success; see [workset.Set].
// [workset.ErrLost] if another worker has it by now.
func (s *Store) Finish(ctx context.Context, lease workset.Lease, next time.Time) error {
	n, err := s.leave(ctx, lease, next)
	if err == nil && n == 0 {
		// Marked since, or lost: the token tells which.
		n, err = s.writes.ReturnWork(ctx, db.ReturnWorkParams{
			Repo: string(lease.Key.Repo), Number: int64(lease.Key.Number), Token: lease.Token,
			Now: s.now(),
		})
	}
	return held(n, err, "finish", lease)
}

// leave gives back a key that was not marked since the lease, and returns 0
// for one that was.
func (s *Store) leave(ctx context.Context, lease workset.Lease, next time.Time) (int64, error) {
	repo, number := string(lease.Key.Repo), int64(lease.Key.Number)
	if next.IsZero() {
		return s.writes.RemoveWork(ctx, db.RemoveWorkParams{
			Repo: repo, Number: number, Token: lease.Token, Generation: lease.Generation,
		})
	}
	return s.writes.RescheduleWork(ctx, db.RescheduleWorkParams{
		Repo: repo, Number: number, Token: lease.Token, Generation: lease.Generation,
		NextDue: stored(next),
	})
}

// Fail gives the key back after a failure; see [workset.Set].
// [workset.ErrLost] if another worker has it by now. A mark since the lease
// does not make it due sooner: what fails is given its pause.
func (s *Store) Fail(ctx context.Context, lease workset.Lease, next time.Time) error {
	n, err := s.writes.FailWork(ctx, db.FailWorkParams{
		Repo: string(lease.Key.Repo), Number: int64(lease.Key.Number), Token: lease.Token,
		NextDue: stored(next),
	})
	return held(n, err, "give back", lease)
}

// held turns the number of rows that a lease's token matched into an error.
func held(rows int64, err error, doing string, lease workset.Lease) error {
	if err != nil {
		return fmt.Errorf("store: %s %s: %w", doing, lease.Key, err)
	}
	if rows == 0 {
		return fmt.Errorf("store: %s %s: %w", doing, lease.Key, workset.ErrLost)
	}
	return nil
}

// NextDue is when the next key is due, or the next lease ends; false if the
// set is empty.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	due, err := s.reads.NextDue(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("store: look up what is due next: %w", err)
	}
	return due.UTC(), true, nil
}

// Woken receives when a key was marked in this process.
func (s *Store) Woken() <-chan struct{} { return s.woken }

func (s *Store) wake() {
	select {
	case s.woken <- struct{}{}:
	default: // it is awake already
	}
}
