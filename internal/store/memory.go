package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/store/db"
)

// Record of an incident; false if there is none.
func (s *Store) Record(ctx context.Context, key incident.Key) (incident.Record, bool, error) {
	text, err := s.reads.Record(ctx, db.RecordParams{Repo: string(key.Repo), Number: int64(key.Number)})
	if errors.Is(err, sql.ErrNoRows) {
		return incident.Record{}, false, nil
	}
	if err != nil {
		return incident.Record{}, false, fmt.Errorf("store: read the record of %s: %w", key, err)
	}
	var record incident.Record
	if err = json.Unmarshal([]byte(text), &record); err != nil {
		return incident.Record{}, false, fmt.Errorf("store: the record of %s is damaged: %w", key, err)
	}
	return record, true, nil
}

// SaveRecord replaces the record of an incident.
func (s *Store) SaveRecord(ctx context.Context, key incident.Key, record incident.Record) error {
	if err := checkKey(key); err != nil {
		return err
	}
	text, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("store: encode the record of %s: %w", key, err)
	}
	err = s.writes.SaveRecord(ctx, db.SaveRecordParams{
		Repo: string(key.Repo), Number: int64(key.Number), Record: string(text), UpdatedAt: s.now(),
	})
	if err != nil {
		return fmt.Errorf("store: save the record of %s: %w", key, err)
	}
	return nil
}

// FollowUps that were observed for an incident, by number.
func (s *Store) FollowUps(ctx context.Context, of incident.Key) ([]incident.FollowUp, error) {
	rows, err := s.reads.FollowUps(ctx, db.FollowUpsParams{
		IncidentRepo: string(of.Repo), IncidentNumber: int64(of.Number),
	})
	if err != nil {
		return nil, fmt.Errorf("store: read the follow-ups of %s: %w", of, err)
	}
	found := make([]incident.FollowUp, len(rows))
	for i, text := range rows {
		if err = json.Unmarshal([]byte(text), &found[i]); err != nil {
			return nil, fmt.Errorf("store: a follow-up of %s is damaged: %w", of, err)
		}
	}
	return found, nil
}

// SaveFollowUp stores what was observed, unless something newer is stored
// already, and tells whether anything changed.
func (s *Store) SaveFollowUp(ctx context.Context, of incident.Key, f incident.FollowUp) (bool, error) {
	if err := errors.Join(checkKey(of), checkKey(f.Issue)); err != nil {
		return false, err
	}
	// One spelling for one time, so that equal observations are equal text.
	f.At = stored(f.At)
	text, err := json.Marshal(f)
	if err != nil {
		return false, fmt.Errorf("store: encode the follow-up %s: %w", f.Issue, err)
	}
	n, err := s.writes.SaveFollowUp(ctx, db.SaveFollowUpParams{
		Repo: string(f.Issue.Repo), Number: int64(f.Issue.Number),
		IncidentRepo: string(of.Repo), IncidentNumber: int64(of.Number),
		Observed: string(text), ObservedAt: f.At, IsOpen: f.State == incident.Open, CheckedAt: s.now(),
	})
	if err == nil && n == 0 {
		err = s.writes.TouchFollowUp(ctx, db.TouchFollowUpParams{
			Repo: string(f.Issue.Repo), Number: int64(f.Issue.Number), CheckedAt: s.now(),
		})
	}
	if err != nil {
		return false, fmt.Errorf("store: save the follow-up %s: %w", f.Issue, err)
	}
	return n > 0, nil
}

// Unchecked are open follow-ups of a repository that were not looked at since
// before, those that have waited longest first, at most that many. They count
// as looked at from now on.
func (s *Store) Unchecked(
	ctx context.Context, repo incident.Repo, before time.Time, most int,
) ([]incident.Key, error) {
	numbers, err := s.writes.UncheckedFollowUps(ctx, db.UncheckedFollowUpsParams{
		Now: s.now(), Repo: string(repo), Before: stored(before), Most: int32(min(most, 1000)), //nolint:gosec // bounded just here
	})
	if err != nil {
		return nil, fmt.Errorf("store: choose follow-ups of %s to look at: %w", repo, err)
	}
	return keys(repo, numbers), nil
}

// CheckedAt is when a follow-up was last looked at; zero if the issue is not a
// known follow-up.
func (s *Store) CheckedAt(ctx context.Context, followUp incident.Key) (time.Time, error) {
	at, err := s.reads.CheckedAt(ctx, db.CheckedAtParams{
		Repo: string(followUp.Repo), Number: int64(followUp.Number),
	})
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("store: look up when %s was looked at: %w", followUp, err)
	}
	return at.UTC(), nil
}

// IncidentOf is the incident that a follow-up belongs to; false if the issue
// is not a known follow-up.
func (s *Store) IncidentOf(ctx context.Context, followUp incident.Key) (incident.Key, bool, error) {
	row, err := s.reads.IncidentOf(ctx, db.IncidentOfParams{
		Repo: string(followUp.Repo), Number: int64(followUp.Number),
	})
	if errors.Is(err, sql.ErrNoRows) {
		return incident.Key{}, false, nil
	}
	if err != nil {
		return incident.Key{}, false, fmt.Errorf("store: look up the incident of %s: %w", followUp, err)
	}
	return incident.Key{Repo: incident.Repo(row.IncidentRepo), Number: int(row.IncidentNumber)}, true, nil
}

// Incidents of one repository, by number.
func (s *Store) Incidents(ctx context.Context, repo incident.Repo) ([]incident.Key, error) {
	numbers, err := s.reads.Incidents(ctx, string(repo))
	if err != nil {
		return nil, fmt.Errorf("store: list the incidents of %s: %w", repo, err)
	}
	return keys(repo, numbers), nil
}

func keys(repo incident.Repo, numbers []int64) []incident.Key {
	all := make([]incident.Key, len(numbers))
	for i, n := range numbers {
		all[i] = incident.Key{Repo: repo, Number: int(n)}
	}
	return all
}

// Look is until when a repository has been swept; zero for never.
func (s *Store) Look(ctx context.Context, repo incident.Repo) (time.Time, error) {
	until, err := s.reads.Look(ctx, string(repo))
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("store: read how far %s was swept: %w", repo, err)
	}
	return until.UTC(), nil
}

// SaveLook remembers until when a repository has been swept.
func (s *Store) SaveLook(ctx context.Context, repo incident.Repo, until time.Time) error {
	if err := checkKey(incident.Key{Repo: repo}); err != nil {
		return err
	}
	err := s.writes.SaveLook(ctx, db.SaveLookParams{Repo: string(repo), LookedUntil: stored(until)})
	if err != nil {
		return fmt.Errorf("store: remember how far %s was swept: %w", repo, err)
	}
	return nil
}
