package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// busyTimeout is how long a statement waits for a lock that another process
// holds. A sender gives up after ten seconds, so it must be told well before.
const busyTimeout = 2 * time.Second

// readers is how many reads run at once. Each connection has a page cache of
// its own, so more of them cost memory.
const readers = 4

// openSQLite opens the file twice. SQLite has one writer at a time; one
// connection for writing makes writers queue here, in order, instead of
// waking up at random to find the lock taken. Readers never wait for it.
func openSQLite(ctx context.Context, address string) (engine, error) {
	path, err := sqlitePath(address)
	if err != nil {
		return engine{}, err
	}
	if err = createPrivate(path); err != nil {
		return engine{}, err
	}
	write, err := sql.Open("sqlite", sqliteDSN(path, url.Values{"_txlock": {"immediate"}}))
	if err != nil {
		return engine{}, fmt.Errorf("store: open %s: %w", path, err)
	}
	keepOpen(write, 1)
	if err = connectFirst(ctx, path, write); err != nil {
		return engine{}, errors.Join(fmt.Errorf("store: open %s: %w", path, err), write.Close())
	}
	read, err := sql.Open("sqlite", sqliteDSN(path, url.Values{"_query_only": {"1"}}))
	if err != nil {
		return engine{}, errors.Join(fmt.Errorf("store: open %s: %w", path, err), write.Close())
	}
	keepOpen(read, readers)
	return engine{
		dialect:        goose.DialectSQLite3,
		write:          write,
		read:           read,
		lockMigrations: func(ctx context.Context) (func() error, error) { return lockFile(ctx, path) },
	}, nil
}

// connectFirst makes the first connection, which sets the journal mode, as
// readers can't. Of two processes that set it on a new file at once, one would
// be told that the file is locked, without the usual wait.
func connectFirst(ctx context.Context, path string, write *sql.DB) error {
	release, err := lockFile(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(write.PingContext(ctx), release())
}

// keepOpen keeps connections: opening one again costs far more than it holds.
func keepOpen(handle *sql.DB, connections int) {
	handle.SetMaxOpenConns(connections)
	handle.SetMaxIdleConns(connections)
}

func sqlitePath(address string) (string, error) {
	rest, isURL := strings.CutPrefix(address, "file:")
	if !isURL {
		rest = address
	} else {
		u, err := url.Parse(address)
		if err != nil || u.Host != "" || u.RawQuery != "" || u.Fragment != "" {
			return "", fmt.Errorf("store: %q is not file:PATH, without options", address)
		}
		if rest, err = url.PathUnescape(strings.TrimPrefix(rest, "//")); err != nil {
			return "", fmt.Errorf("store: %q is not file:PATH: %w", address, err)
		}
	}
	if rest == "" || strings.HasPrefix(rest, ":memory:") {
		return "", errors.New("store: the database needs a file: give its path")
	}
	return filepath.Abs(rest)
}

// createPrivate makes the file before SQLite does, so that only its owner can
// read it: it remembers private repositories.
func createPrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("store: make the folder of the database: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator names the path
	if err != nil {
		return fmt.Errorf("store: open the database: %w", err)
	}
	return f.Close()
}

func sqliteDSN(path string, more url.Values) string {
	v := url.Values{
		"_busy_timeout": {fmt.Sprint(busyTimeout.Milliseconds())},
		"_journal_mode": {"WAL"},
		// A commit is on the disk, not only with the system, when it
		// returns: what was acknowledged survives a power cut.
		"_synchronous": {"FULL"},
		"_time_format": {"sqlite"},
		"_pragma": {
			"cache_size(-1024)", // KiB, for each connection
			// Pages. Copying the log into the database stops the writer
			// for some milliseconds: do it less often, for 16 MB of disk.
			"wal_autocheckpoint(4000)",
		},
	}
	maps.Copy(v, more)
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

// lockFile keeps processes apart by a lock on an empty database beside the
// real one. The real one won't do: the migrations need its lock themselves.
func lockFile(ctx context.Context, path string) (func() error, error) {
	path += ".lock"
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	wait := url.Values{
		"_txlock":       {"exclusive"},
		"_busy_timeout": {fmt.Sprint(migrationWait.Milliseconds())},
	}
	handle, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+wait.Encode())
	if err != nil {
		return nil, err
	}
	tx, err := handle.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Join(err, handle.Close())
	}
	return func() error { return errors.Join(tx.Rollback(), handle.Close()) }, nil
}
