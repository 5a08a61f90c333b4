package store_test

import (
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

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
	"hindsight/internal/store"
	"hindsight/internal/workset"
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
	url   string
	clock *clock
}

// onEachEngine runs a test on SQLite and on PostgreSQL.
func onEachEngine(t *testing.T, test func(t *testing.T, d database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, sqliteDatabase(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgresDatabase(t))
	})
}

func sqliteDatabase(t testing.TB) database {
	t.Helper()
	return database{url: filepath.Join(t.TempDir(), "hindsight.db"), clock: newClock()}
}

// postgresDatabase is a schema of its own in the database that the
// environment names.
func postgresDatabase(t testing.TB) database {
	t.Helper()
	base := os.Getenv(postgresVariable)
	if base == "" {
		t.Skipf("set %s=postgres://… to run this on PostgreSQL too", postgresVariable)
	}
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("hindsight_test_%d_%d", os.Getpid(), time.Now().UnixNano())
	if _, err = admin.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, dropErr := admin.Exec("DROP SCHEMA " + schema + " CASCADE"); dropErr != nil {
			t.Error(dropErr)
		}
		if closeErr := admin.Close(); closeErr != nil {
			t.Error(closeErr)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	return database{url: u.String(), clock: newClock()}
}

// open opens the database once more; it is closed when the test ends.
func (d database) open(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), d.url, quiet(), d.clock.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if closeErr := s.Close(); closeErr != nil {
			t.Error(closeErr)
		}
	})
	return s
}

// raw is a handle of the test's own on the same database.
func (d database) raw(t testing.TB) *sql.DB {
	t.Helper()
	driver, address := "sqlite", "file:"+d.url
	if strings.HasPrefix(d.url, "postgres") {
		driver, address = "pgx", d.url
	}
	handle, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if closeErr := handle.Close(); closeErr != nil {
			t.Error(closeErr)
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
