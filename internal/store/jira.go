package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// SiteTrouble is what is wrong with a Jira site; the zero value for nothing.
func (s *Store) SiteTrouble(ctx context.Context, site incident.Repo) (incident.SiteTrouble, error) {
	var trouble incident.SiteTrouble
	text, err := s.reads.SiteTrouble(ctx, string(site))
	if errors.Is(err, sql.ErrNoRows) {
		return trouble, nil
	}
	if err != nil {
		return trouble, fmt.Errorf("store: read what is wrong with %s: %w", site, err)
	}
	if err = json.Unmarshal([]byte(text), &trouble); err != nil {
		return incident.SiteTrouble{}, fmt.Errorf("store: what is wrong with %s is damaged: %w", site, err)
	}
	return trouble, nil
}

// SaveSiteTrouble remembers what is wrong with a Jira site; the zero value
// forgets what was.
func (s *Store) SaveSiteTrouble(ctx context.Context, site incident.Repo, trouble incident.SiteTrouble) error {
	if err := checkKey(incident.Key{Repo: site}); err != nil {
		return err
	}
	err := s.saveSiteTrouble(ctx, string(site), trouble)
	if err != nil {
		return fmt.Errorf("store: remember what is wrong with %s: %w", site, err)
	}
	return nil
}

func (s *Store) saveSiteTrouble(ctx context.Context, site string, trouble incident.SiteTrouble) error {
	if trouble == (incident.SiteTrouble{}) {
		return s.writes.EndSiteTrouble(ctx, site)
	}
	trouble.Since = trouble.Since.UTC()
	text, err := json.Marshal(trouble)
	if err != nil {
		return err
	}
	return s.writes.SaveSiteTrouble(ctx, db.SaveSiteTroubleParams{Site: site, Trouble: string(text)})
}

// IncidentsAt are the incidents that have follow-ups at a Jira site, or in a
// repository, by repository and number.
func (s *Store) IncidentsAt(ctx context.Context, site incident.Repo) ([]incident.Key, error) {
	rows, err := s.reads.IncidentsAt(ctx, string(site))
	if err != nil {
		return nil, fmt.Errorf("store: list the incidents with follow-ups at %s: %w", site, err)
	}
	found := make([]incident.Key, len(rows))
	for i, row := range rows {
		found[i] = incident.Key{Repo: incident.Repo(row.IncidentRepo), Number: int(row.IncidentNumber)}
	}
	slices.SortFunc(found, compareKeys)
	return found, nil
}
