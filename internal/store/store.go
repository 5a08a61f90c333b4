package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/store/db"
	"hindsight/internal/workset"
)

// ErrClosed is returned for what comes in after [Store.Close].
var ErrClosed = errors.New("store: closed")

// Store is a database. Its methods may be used by many goroutines at once.
type Store struct {
	engine engine
	writes *db.Queries
	reads  *db.Queries
	log    *slog.Logger
	clock  func() time.Time
	woken  chan struct{}
	labels labels
	heard  heard

	arrivals chan *arrival
	closing  chan struct{} // closed by Close: nothing more is taken in
	closed   chan struct{} // closed by the committer when it has ended
	close    func() error
}

// engine is what SQLite and PostgreSQL do differently.
type engine struct {
	dialect dialect
	write   *sql.DB
	read    *sql.DB // may be the same as write
	// lockMigrations waits until no other process migrates this database,
	// and keeps the others waiting until release is called.
	lockMigrations func(ctx context.Context) (release func() error, err error)
}

// Open opens a database, creating or migrating it as needed. The url is
// "postgres://…", "file:PATH" or a path; clock is the time now, in any zone.
// The context bounds the opening only. A url may hold a password: it is in no
// error and no log line.
func Open(ctx context.Context, url string, log *slog.Logger, clock func() time.Time) (*Store, error) {
	e, err := openEngine(ctx, url)
	if err != nil {
		return nil, err
	}
	if err = migrate(ctx, e, log); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	s := &Store{
		engine:   e,
		log:      log,
		clock:    clock,
		woken:    make(chan struct{}, 1),
		heard:    heard{at: map[incident.Repo]time.Time{}},
		arrivals: make(chan *arrival, groupLimit),
		closing:  make(chan struct{}),
		closed:   make(chan struct{}),
	}
	s.close = sync.OnceValue(s.shutdown)
	if err = s.prepare(ctx); err == nil {
		err = s.loadLabels(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	go s.commitArrivals(context.WithoutCancel(ctx))
	return s, nil
}

func openEngine(ctx context.Context, url string) (engine, error) {
	scheme, _, found := strings.Cut(url, "://")
	switch {
	case found && (scheme == "postgres" || scheme == "postgresql"):
		return openPostgres(url)
	case found && scheme != "file":
		return engine{}, fmt.Errorf("store: unknown kind of database %q: give a path, file:PATH or postgres://…", scheme)
	default:
		return openSQLite(ctx, url)
	}
}

func (e engine) Close() error {
	if e.read == e.write {
		return e.write.Close()
	}
	// The writer goes last: the last to leave tidies SQLite's log away, and
	// a reader may not.
	return errors.Join(e.read.Close(), e.write.Close())
}

func (s *Store) prepare(ctx context.Context) error {
	var err error
	if s.writes, err = db.Prepare(ctx, s.engine.write); err != nil {
		return fmt.Errorf("store: prepare statements: %w", err)
	}
	if s.engine.read == s.engine.write {
		s.reads = s.writes
		return nil
	}
	if s.reads, err = db.Prepare(ctx, s.engine.read); err != nil {
		return fmt.Errorf("store: prepare statements for reading: %w", err)
	}
	return nil
}

// Close refuses what was not begun, waits for the group that is being
// written, and closes the database. It may be called more than once.
func (s *Store) Close() error { return s.close() }

func (s *Store) shutdown() error {
	close(s.closing)
	<-s.closed
	if err := s.engine.Close(); err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	return nil
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.engine.read.PingContext(ctx); err != nil {
		return fmt.Errorf("store: the database does not answer: %w", err)
	}
	return nil
}

func (s *Store) now() time.Time { return stored(s.clock()) }

// stored is the time as both engines give it back.
func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// checkKey refuses names that PostgreSQL would refuse only in the middle of a
// transaction, at the cost of whoever shares it.
func checkKey(key incident.Key) error {
	if key.Repo == "" || key.Number < incident.TheReleases || !storable(string(key.Repo)) {
		return fmt.Errorf("store: %q names no issue", key)
	}
	return nil
}

var (
	_ workset.Set   = (*Store)(nil)
	_ workset.Inbox = (*Store)(nil)
)
