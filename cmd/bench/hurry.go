package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"hindsight/internal/check"
	"hindsight/internal/config"
	"hindsight/internal/github"
	"hindsight/internal/incident"
	"hindsight/internal/playground"
	"hindsight/internal/reconcile"
	"hindsight/internal/store"
	"hindsight/internal/wiki"
	"hindsight/templates"
)

// hurried looks at incidents in this process, with the program's own parts on
// the program's own data, while the program does not run. The one thing that
// is different is the clock by which writes to GitHub are paced: a minute
// passes each time that it is asked. So 200 follow-ups are there in seconds,
// and nothing else is as if they had been made up.
type hurried struct {
	store      *store.Store
	reconciler *reconcile.Reconciler
}

func hurry(ctx context.Context, s *standIn, data string) (*hurried, error) {
	quiet := slog.New(slog.DiscardHandler)
	key, err := playground.SharedKey()
	if err != nil {
		return nil, fmt.Errorf("make a throwaway key: %w", err)
	}
	app, err := github.New(github.Options{
		AppID: s.App().ID, Key: key, APIURL: s.URL() + "/api/v3/", AllowedOwners: []string{owner},
		Clock: hurriedClock(time.Now()), Logger: quiet,
	})
	if err != nil {
		return nil, err
	}
	pages, err := wiki.New(wiki.Options{
		Git: "git", BaseURL: s.URL(), Dir: filepath.Join(data, "wikis"), Token: app.WikiToken,
		AuthorName: "Hindsight", AuthorEmail: "hindsight[bot]@users.noreply.github.com",
		Clock: time.Now, Timeout: enough, Logger: quiet,
	})
	if err != nil {
		return nil, err
	}
	h := &hurried{}
	if h.store, err = store.Open(ctx, filepath.Join(data, "hindsight.db"), quiet, time.Now); err != nil {
		return nil, err
	}
	h.reconciler = &reconcile.Reconciler{
		Forges: app, Wiki: pages, Memory: h.store, Marker: h.store, Texts: templates.New(), Checks: check.New(),
		Policy: config.ParseRepository, Defaults: incident.DefaultPolicy(), Clock: time.Now, Log: quiet,
		Settle: time.Second,
	}
	return h, nil
}

func hurriedClock(from time.Time) func() time.Time {
	var asked atomic.Int64
	return func() time.Time { return from.Add(time.Duration(asked.Add(1)) * time.Minute) }
}

// look looks at an incident once, to the end.
func (h *hurried) look(ctx context.Context, number int) error {
	if _, err := h.reconciler.Look(ctx, 0, incident.Key{Repo: shop, Number: number}); err != nil {
		return fmt.Errorf("look at incident %d: %w", number, err)
	}
	return nil
}

// close leaves the data to the program.
func (h *hurried) close() error { return h.store.Close() }
