package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
	"hindsight/internal/store/db"
)

const (
	// labelsAge is after how long the labels are read again, since another
	// process may have saved others.
	labelsAge = 10 * time.Second
	// labelsTimeout bounds that: a delivery waits for it.
	labelsTimeout = 2 * time.Second
)

// Settings are what is remembered of a repository's configuration; false if it
// was never read.
func (s *Store) Settings(ctx context.Context, repo incident.Repo) (reconcile.Settings, bool, error) {
	text, err := s.reads.Settings(ctx, string(repo))
	if errors.Is(err, sql.ErrNoRows) {
		return reconcile.Settings{}, false, nil
	}
	if err != nil {
		return reconcile.Settings{}, false, fmt.Errorf("store: read the settings of %s: %w", repo, err)
	}
	var settings reconcile.Settings
	if err = json.Unmarshal([]byte(text), &settings); err != nil {
		return reconcile.Settings{}, false, fmt.Errorf("store: the settings of %s are damaged: %w", repo, err)
	}
	return settings, true, nil
}

// SaveSettings replaces the settings of a repository. Its labels count for the
// next delivery, and within seconds in other processes: see [Store.Labels].
func (s *Store) SaveSettings(ctx context.Context, repo incident.Repo, settings reconcile.Settings) error {
	if err := checkKey(incident.Key{Repo: repo}); err != nil {
		return err
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("store: encode the settings of %s: %w", repo, err)
	}
	row := db.SaveSettingsParams{
		Repo: string(repo), Settings: string(text),
		Label: storableLabel(settings.Label), FollowUpLabel: storableLabel(settings.FollowUpLabel),
	}
	s.labels.changing.Lock()
	defer s.labels.changing.Unlock()
	if err = s.writes.SaveSettings(ctx, row); err != nil {
		return fmt.Errorf("store: save the settings of %s: %w", repo, err)
	}
	s.labels.set(repo, row.Label, row.FollowUpLabel)
	return nil
}

// storableLabel is empty for a label that PostgreSQL would refuse. No issue
// can carry it, and the repository must not stand still for it.
func storableLabel(name string) string {
	if name = strings.TrimSpace(name); !storable(name) {
		return ""
	}
	return name
}

// labels are those of all repositories that have any of their own. They are
// in memory because each delivery is judged by them.
type labels struct {
	mu   sync.RWMutex
	of   map[incident.Repo][]string
	read atomic.Int64 // when the database was asked last, in nanoseconds of Unix time
	// changing is held while the database is read or written, or what was
	// read could replace what was saved after it.
	changing sync.Mutex
}

// Labels are the labels by which an event concerns an incident of a
// repository, by its settings: the incident's and the follow-ups'. A
// repository whose settings were never saved has those given instead. The
// result must not be changed.
//
// It asks the database, and waits, only when it has not for ten seconds. When
// that fails, what was known before stays in force.
func (s *Store) Labels(repo incident.Repo, otherwise []string) []string {
	if s.labels.old(s.clock()) {
		s.refreshLabels()
	}
	if own := s.labels.get(repo); own != nil {
		return own
	}
	return otherwise
}

// refreshLabels leaves it to somebody else who is at it.
func (s *Store) refreshLabels() {
	if !s.labels.changing.TryLock() {
		return
	}
	defer s.labels.changing.Unlock()
	if !s.labels.old(s.clock()) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), labelsTimeout)
	defer cancel()
	if err := s.loadLabels(ctx); err != nil {
		s.log.WarnContext(ctx, "labels that other processes may have saved are not known", "error", err)
	}
}

// loadLabels reads all of them. A failure counts as read, or every delivery
// would wait for a database that is in trouble.
func (s *Store) loadLabels(ctx context.Context) error {
	s.labels.read.Store(s.clock().UnixNano())
	rows, err := s.reads.AllLabels(ctx)
	if err != nil {
		return fmt.Errorf("store: read the repositories' labels: %w", err)
	}
	all := make(map[incident.Repo][]string, len(rows))
	for _, row := range rows {
		if own := named(row.Label, row.FollowUpLabel); own != nil {
			all[incident.Repo(row.Repo)] = own
		}
	}
	s.labels.mu.Lock()
	defer s.labels.mu.Unlock()
	s.labels.of = all
	return nil
}

// old is also true when the clock was set back.
func (l *labels) old(now time.Time) bool {
	age := now.Sub(time.Unix(0, l.read.Load()))
	return age < 0 || age >= labelsAge
}

func (l *labels) get(repo incident.Repo) []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.of[repo]
}

func (l *labels) set(repo incident.Repo, names ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if own := named(names...); own != nil {
		l.of[repo] = own
	} else {
		delete(l.of, repo)
	}
}

// named are the labels that have a name; nil if none has.
func named(labels ...string) []string {
	var all []string
	for _, l := range labels {
		if l != "" {
			all = append(all, l)
		}
	}
	return all
}
