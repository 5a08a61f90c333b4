package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
	"hindsight/internal/store"
	"hindsight/internal/workset"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// What the store is used as. Asserted here, so that it need not import its
// users.
var (
	_ reconcile.Memory = (*store.Store)(nil)
	_ reconcile.Marker = (*store.Store)(nil)
	_ workset.Set      = (*store.Store)(nil)
	_ workset.Inbox    = (*store.Store)(nil)
)

const postgresVariable = "HINDSIGHT_TEST_DATABASE_URL"

// database is an empty one, of one of the engines, for one test.
type database struct {
	t     *testing.T // set by onEachEngine: the test on this engine
	url   string
	clock *clock
}

// onEachEngine runs a test on SQLite and on PostgreSQL.
func onEachEngine(t *testing.T, test func(d database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		d := sqliteDatabase(t)
		d.t = t
		test(d)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		d := postgresDatabase(t)
		d.t = t
		test(d)
	})
}

func sqliteDatabase(tb testing.TB) database {
	tb.Helper()
	return database{url: filepath.Join(tb.TempDir(), "hindsight.db"), clock: newClock()}
}

// postgresDatabase is a schema of its own in the database that the
// environment names.
func postgresDatabase(tb testing.TB) database {
	tb.Helper()
	base := os.Getenv(postgresVariable)
	if base == "" {
		tb.Skipf("set %s=postgres://… to run this on PostgreSQL too", postgresVariable)
	}
	admin, err := sql.Open("pgx", base)
	if err != nil {
		tb.Fatal(err)
	}
	schema := fmt.Sprintf("hindsight_test_%d_%d", os.Getpid(), time.Now().UnixNano())
	if _, err = admin.ExecContext(tb.Context(), "CREATE SCHEMA "+schema); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if _, dropErr := admin.ExecContext(context.WithoutCancel(tb.Context()), "DROP SCHEMA "+schema+" CASCADE"); dropErr != nil {
			tb.Error(dropErr)
		}
		if closeErr := admin.Close(); closeErr != nil {
			tb.Error(closeErr)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		tb.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	return database{url: u.String(), clock: newClock()}
}

// open opens the database once more; it is closed when the test ends.
func (d database) open(tb testing.TB) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), d.url, quiet(), d.clock.now)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if closeErr := s.Close(); closeErr != nil {
			tb.Error(closeErr)
		}
	})
	return s
}

// raw is a handle of the test's own on the same database.
func (d database) raw(tb testing.TB) *sql.DB {
	tb.Helper()
	driver, address := "sqlite", "file:"+d.url
	if strings.HasPrefix(d.url, "postgres") {
		driver, address = "pgx", d.url
	}
	handle, err := sql.Open(driver, address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if closeErr := handle.Close(); closeErr != nil {
			tb.Error(closeErr)
		}
	})
	return handle
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

// newClock begins at a time that is finer than what is stored.
func newClock() *clock {
	return &clock{at: time.Date(2026, 11, 20, 14, 5, 0, 123_456_789, time.UTC)}
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(by time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
	return c.at
}

func key(number int) incident.Key { return incident.NewKey("Acme", "Shop", number) }

func delivery(id string, number int) workset.Delivery {
	return workset.Delivery{ID: id, Installation: 7, Key: key(number), Relevant: true}
}
