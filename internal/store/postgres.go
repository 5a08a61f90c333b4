package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

const (
	// connections of one process. PostgreSQL has 100 by default, for all.
	connections = 8
	// migrationKey is the advisory lock; any number that nobody else uses.
	migrationKey = 0x68696e64_73696768
)

// openPostgres does not connect yet.
func openPostgres(url string) (engine, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		// The parser's error quotes the address, and its redaction of the
		// password is a best effort: it is left out on purpose.
		return engine{}, errors.New("store: the database's address is not understood: " +
			"write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with reserved characters percent-encoded")
	}
	config.ConnectTimeout = 5 * time.Second
	params := config.RuntimeParams
	params["application_name"] = "hindsight"
	params["lock_timeout"] = fmt.Sprint(busyTimeout.Milliseconds())
	params["statement_timeout"] = "10000" // ms
	// The queries are written for this level: a worker that lost the race
	// for a row gets none, not an error.
	params["default_transaction_isolation"] = "read committed"
	handle := stdlib.OpenDB(*config)
	keepOpen(handle, connections)
	return engine{
		dialect:        goose.DialectPostgres,
		write:          handle,
		read:           handle,
		lockMigrations: func(ctx context.Context) (func() error, error) { return lockAdvisory(ctx, handle) },
	}, nil
}

// lockAdvisory takes a lock that ends with its transaction, and so with the
// process.
func lockAdvisory(ctx context.Context, handle *sql.DB) (func() error, error) {
	tx, err := handle.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx,
		"SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $1, true)",
		fmt.Sprint(migrationWait.Milliseconds()))
	if err == nil {
		_, err = tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationKey))
	}
	if err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx.Rollback, nil
}
