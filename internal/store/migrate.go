package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

type dialect = goose.Dialect

// migrationWait is how long to wait for another process's migration.
const migrationWait = time.Minute

// migrate brings the schema up to date. Processes that start at once on one
// database do it one after the other.
func migrate(ctx context.Context, e engine, log *slog.Logger) (err error) {
	release, err := e.lockMigrations(ctx)
	if err != nil {
		return fmt.Errorf("store: wait for the right to migrate the database: %w", err)
	}
	defer func() {
		if releaseErr := release(); releaseErr != nil {
			err = errors.Join(err, fmt.Errorf("store: end the migration: %w", releaseErr))
		}
	}()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("store: read the migrations: %w", err)
	}
	provider, err := goose.NewProvider(e.dialect, e.write, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("store: read the migrations: %w", err)
	}
	done, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("store: migrate the database: %w", err)
	}
	if len(done) > 0 {
		log.InfoContext(ctx, "database migrated",
			"engine", string(e.dialect), "version", done[len(done)-1].Source.Version)
	}
	return nil
}
