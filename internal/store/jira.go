package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/store/db"
)

// heardEvery is how long a Jira site may have gone on sending without a write
// for it: people are told minutes, not seconds.
const heardEvery = time.Minute

// heard is when each Jira site was last written down as heard of, by this
// process. There are as many as the operator has named.
type heard struct {
	mu sync.Mutex
	at map[incident.Repo]time.Time
}

// due is whether a site is to be written down once more. It counts as written
// from then on.
func (h *heard) due(site incident.Repo, at time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if last, ok := h.at[site]; ok && at.Sub(last) < heardEvery {
		return false
	}
	h.at[site] = at
	return true
}

// forget has the next news of a site written down.
func (h *heard) forget(site incident.Repo) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.at, site)
}

// Heard remembers that a Jira site sent something at a time, to about a minute:
// it writes no more often than that.
func (s *Store) Heard(ctx context.Context, site incident.Repo, at time.Time) error {
	if err := checkKey(incident.Key{Repo: site}); err != nil {
		return err
	}
	if !s.heard.due(site, at) {
		return nil
	}
	if err := s.writes.Heard(ctx, db.HeardParams{Site: string(site), HeardAt: stored(at)}); err != nil {
		s.heard.forget(site)
		return fmt.Errorf("store: remember that %s was heard of: %w", site, err)
	}
	return nil
}

// LastHeard is when a Jira site last sent something; zero for never.
func (s *Store) LastHeard(ctx context.Context, site incident.Repo) (time.Time, error) {
	at, err := s.reads.LastHeard(ctx, string(site))
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("store: look up when %s was last heard of: %w", site, err)
	}
	return at.UTC(), nil
}
