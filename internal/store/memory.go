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
	row, err := s.reads.Record(ctx, db.RecordParams{Repo: string(key.Repo), Number: int64(key.Number)})
	if errors.Is(err, sql.ErrNoRows) {
		return incident.Record{}, false, nil
	}
	if err != nil {
		return incident.Record{}, false, fmt.Errorf("store: read the record of %s: %w", key, err)
	}
	record := incident.Record{Revision: row.Revision}
	if err = json.Unmarshal([]byte(row.Record), &record); err != nil {
		return incident.Record{}, false, fmt.Errorf("store: the record of %s is damaged: %w", key, err)
	}
	return record, true, nil
}

// SaveRecord replaces the record of an incident, unless somebody else has done
// so since this one was read. A database that does not have it takes it.
func (s *Store) SaveRecord(ctx context.Context, key incident.Key, record incident.Record) error {
	if err := checkKey(key); err != nil {
		return err
	}
	text, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("store: encode the record of %s: %w", key, err)
	}
	n, err := s.writes.SaveRecord(ctx, db.SaveRecordParams{
		Repo: string(key.Repo), Number: int64(key.Number), Record: string(text), UpdatedAt: s.now(),
		Revision: record.Revision + 1,
	})
	switch {
	case err != nil:
		return fmt.Errorf("store: save the record of %s: %w", key, err)
	case n == 0:
		return &incident.Changed{What: "the record of " + key.String()}
	}
	return nil
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
