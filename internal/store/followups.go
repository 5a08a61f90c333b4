package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/store/db"
)

// FollowUps that were observed for an incident, by repository and number.
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
	slices.SortFunc(found, func(a, b incident.FollowUp) int { return compareKeys(a.Issue, b.Issue) })
	return found, nil
}

// Observed is what was observed of an issue or ticket, by the incidents that it
// is a follow-up of. It costs the same however many others they have.
func (s *Store) Observed(ctx context.Context, followUp incident.Key) (map[incident.Key]incident.FollowUp, error) {
	rows, err := s.reads.Observed(ctx, db.ObservedParams{Repo: string(followUp.Repo), Number: int64(followUp.Number)})
	if err != nil {
		return nil, fmt.Errorf("store: read what is known of %s: %w", followUp, err)
	}
	found := make(map[incident.Key]incident.FollowUp, len(rows))
	for _, row := range rows {
		of := incident.Key{Repo: incident.Repo(row.IncidentRepo), Number: int(row.IncidentNumber)}
		var f incident.FollowUp
		if err = json.Unmarshal([]byte(row.Observed), &f); err != nil {
			return nil, fmt.Errorf("store: the follow-up %s of %s is damaged: %w", followUp, of, err)
		}
		found[of] = f
	}
	return found, nil
}

// SaveFollowUp stores what was observed for one incident, unless something
// newer is stored already, and tells whether anything changed. Other incidents
// that have the same follow-up keep what they know of it.
func (s *Store) SaveFollowUp(ctx context.Context, of incident.Key, f incident.FollowUp) (bool, error) {
	return s.saveFollowUp(ctx, s.writes, of, f)
}

// NoteFollowUp does the same, and makes the incident due if anything changed: in
// one transaction, since what is stored is no news any more to whoever looks
// again.
func (s *Store) NoteFollowUp(
	ctx context.Context, installation int64, of incident.Key, f incident.FollowUp, due time.Time,
) error {
	tx, err := s.engine.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: begin to note the follow-up %s of %s: %w", f.Issue, of, err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	q := s.writes.WithTx(tx)
	changed, err := s.saveFollowUp(ctx, q, of, f)
	if err != nil {
		return err
	}
	if changed {
		if err := q.MarkWork(ctx, mark(installation, of, stored(due))); err != nil {
			return fmt.Errorf("store: mark %s: %w", of, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store: note the follow-up %s of %s: %w", f.Issue, of, err)
	}
	if changed {
		s.wake()
	}
	return nil
}

func (s *Store) saveFollowUp(ctx context.Context, q *db.Queries, of incident.Key, f incident.FollowUp) (bool, error) {
	if err := checkPair(of, f.Issue); err != nil {
		return false, err
	}
	// One spelling for one time, so that equal observations are equal text.
	f.At = stored(f.At)
	text, err := json.Marshal(f)
	if err != nil {
		return false, fmt.Errorf("store: encode the follow-up %s: %w", f.Issue, err)
	}
	n, err := q.SaveFollowUp(ctx, db.SaveFollowUpParams{
		IncidentRepo: string(of.Repo), IncidentNumber: int64(of.Number),
		Repo: string(f.Issue.Repo), Number: int64(f.Issue.Number),
		Observed: string(text), ObservedAt: f.At, IsOpen: f.State == incident.Open, CheckedAt: s.now(),
	})
	if err == nil && n == 0 {
		err = q.TouchFollowUp(ctx, db.TouchFollowUpParams{
			IncidentRepo: string(of.Repo), IncidentNumber: int64(of.Number),
			Repo: string(f.Issue.Repo), Number: int64(f.Issue.Number), CheckedAt: s.now(),
		})
	}
	if err != nil {
		return false, fmt.Errorf("store: save the follow-up %s of %s: %w", f.Issue, of, err)
	}
	return n > 0, nil
}

// ForgetFollowUp drops what is not an incident's follow-up any more; nothing
// happens if it is none.
func (s *Store) ForgetFollowUp(ctx context.Context, of, followUp incident.Key) error {
	if err := s.writes.ForgetFollowUp(ctx, db.ForgetFollowUpParams(pair(of, followUp))); err != nil {
		return fmt.Errorf("store: forget the follow-up %s of %s: %w", followUp, of, err)
	}
	return nil
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
	slices.Sort(numbers)
	return keys(repo, slices.Compact(numbers)), nil
}

// CheckedAt is when a follow-up was last looked at, for any of its incidents;
// zero if the issue is not a known follow-up.
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

// IncidentsOf are the incidents that an issue or pull request belongs to, as a
// follow-up or because it refers to them, by repository and number.
func (s *Store) IncidentsOf(ctx context.Context, issue incident.Key) ([]incident.Key, error) {
	rows, err := s.reads.IncidentsOf(ctx, db.IncidentsOfParams{
		Repo: string(issue.Repo), Number: int64(issue.Number),
	})
	if err != nil {
		return nil, fmt.Errorf("store: look up the incidents of %s: %w", issue, err)
	}
	found := make([]incident.Key, len(rows))
	for i, row := range rows {
		found[i] = incident.Key{Repo: incident.Repo(row.IncidentRepo), Number: int(row.IncidentNumber)}
	}
	slices.SortFunc(found, compareKeys)
	return found, nil
}

// Pulls are the pull requests that refer to an incident, by repository and
// number.
func (s *Store) Pulls(ctx context.Context, of incident.Key) ([]incident.Key, error) {
	rows, err := s.reads.Pulls(ctx, db.PullsParams{
		IncidentRepo: string(of.Repo), IncidentNumber: int64(of.Number),
	})
	if err != nil {
		return nil, fmt.Errorf("store: read the pull requests of %s: %w", of, err)
	}
	found := make([]incident.Key, len(rows))
	for i, row := range rows {
		found[i] = incident.Key{Repo: incident.Repo(row.Repo), Number: int(row.Number)}
	}
	slices.SortFunc(found, compareKeys)
	return found, nil
}

// SavePull remembers that a pull request refers to an incident, or forgets it,
// and tells whether that is news.
func (s *Store) SavePull(ctx context.Context, of, pull incident.Key, refers bool) (bool, error) {
	if err := checkPair(of, pull); err != nil {
		return false, err
	}
	var n int64
	var err error
	if refers {
		n, err = s.writes.AddPull(ctx, pair(of, pull))
	} else {
		n, err = s.writes.RemovePull(ctx, db.RemovePullParams(pair(of, pull)))
	}
	if err != nil {
		return false, fmt.Errorf("store: save whether %s refers to %s: %w", pull, of, err)
	}
	return n > 0, nil
}

// pair names an incident and what belongs to it, in the form that the
// statements about both share.
func pair(of, issue incident.Key) db.AddPullParams {
	return db.AddPullParams{
		IncidentRepo: string(of.Repo), IncidentNumber: int64(of.Number),
		Repo: string(issue.Repo), Number: int64(issue.Number),
	}
}

func checkPair(of, issue incident.Key) error { return errors.Join(checkKey(of), checkKey(issue)) }
