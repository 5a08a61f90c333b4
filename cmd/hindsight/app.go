package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"hindsight/internal/check"
	"hindsight/internal/config"
	"hindsight/internal/github"
	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
	"hindsight/internal/server"
	"hindsight/internal/store"
	"hindsight/internal/wiki"
	"hindsight/internal/workset"
	"hindsight/templates"
	"hindsight/webhooks"
)

const (
	// workers look at that many incidents at once. Most of a look is waiting
	// for GitHub, and one account's writes are paced anyway.
	workers = 8
	// settle is how long the tracker waits for the slower of the page and
	// the follow-ups, to be written once for both.
	settle = 1500 * time.Millisecond
	// pageTimeout bounds one page, however slow git's other end is.
	pageTimeout = time.Minute
	// keepDeliveries is longer than any GitHub keeps one for redelivery.
	keepDeliveries = 8 * 24 * time.Hour
)

// app is the whole program, wired together. A test can start it on a port of
// its own with a temporary folder.
type app struct {
	settings   config.Settings
	log        *slog.Logger
	clock      func() time.Time
	metrics    *server.Metrics
	store      *store.Store
	github     *github.App
	reconciler *reconcile.Reconciler
	runner     *workset.Runner
	failures   atomic.Int64 // looks that failed
}

// newApp opens the database and wires the rest. It sends no request, so that
// it starts while GitHub is down.
func newApp(ctx context.Context, s config.Settings, clock func() time.Time, log *slog.Logger) (*app, error) {
	a := &app{settings: s, log: log, clock: clock, metrics: server.NewMetrics()}
	pages, err := a.newWiki(ctx)
	if err != nil {
		return nil, err
	}
	if a.store, err = openStore(ctx, s.DatabaseSettings, log, clock); err != nil {
		return nil, err
	}
	a.github, err = github.New(github.Options{
		AppID: s.AppID, Key: s.PrivateKey.RSA(), APIURL: s.GitHubAPIURL, AllowedOwners: s.Owners,
		Clock: a.clock, Logger: log, Observe: a.metrics.GitHub,
	})
	if err != nil {
		return nil, errors.Join(err, a.store.Close())
	}
	a.reconciler = &reconcile.Reconciler{
		Forges: a.github, Wiki: pages, Memory: a.store, Marker: a.store, Texts: templates.New(),
		Checks: check.New(), Customers: s.Customers,
		Policy: config.ParseRepository, Defaults: incident.DefaultPolicy(), Clock: a.clock, Log: log, Settle: settle,
	}
	if err := a.connectJira(); err != nil {
		return nil, errors.Join(err, a.store.Close())
	}
	a.runner = a.newRunner()
	a.metrics.WatchWorkSet(a.store.NextDue, a.clock) //nolint:contextcheck // asked when metrics are read, long after this
	return a, nil
}

// connectJira leaves [reconcile.Reconciler.Jira] as it is, nil, where the operator
// has no sites.
func (a *app) connectJira() error {
	if len(a.settings.Jira) == 0 {
		return nil
	}
	sites, err := newJira(a.settings.Jira, a.clock, a.log, a.metrics.Jira)
	if err != nil {
		return err
	}
	a.reconciler.Jira = sites
	return nil
}

func openStore(
	ctx context.Context, s config.DatabaseSettings, log *slog.Logger, clock func() time.Time,
) (*store.Store, error) {
	url, variable := s.DatabaseURL.Reveal(), "HINDSIGHT_DATABASE_URL"
	if url == "" {
		url, variable = sqliteFile(s), "HINDSIGHT_DATA_DIR"
	}
	opened, err := store.Open(ctx, url, log, clock)
	if err != nil {
		return nil, &config.SettingError{
			Variable: variable, Problem: "leads to a database that can't be opened", Err: err,
		}
	}
	return opened, nil
}

func (a *app) newWiki(ctx context.Context) (*wiki.Wiki, error) {
	pages, err := wiki.New(wiki.Options{
		Git: "git", BaseURL: a.settings.GitHubURL, Dir: filepath.Join(a.settings.DataDir, "wikis"),
		Token: a.wikiToken, AuthorName: "Hindsight", AuthorEmail: "hindsight[bot]@users.noreply.github.com",
		Clock: a.clock, Timeout: pageTimeout, Logger: a.log,
	})
	if err != nil {
		return nil, &config.SettingError{
			Variable: "HINDSIGHT_DATA_DIR", Problem: "names a folder that can't be used", Err: err,
		}
	}
	return pages, pages.Check(ctx)
}

// wikiToken is late bound: the wiki is made before GitHub is.
func (a *app) wikiToken(ctx context.Context, installation int64, repo incident.Repo) (string, error) {
	return a.github.WikiToken(ctx, installation, repo)
}

func (a *app) newRunner() *workset.Runner {
	look := func(ctx context.Context, l workset.Lease) (time.Time, error) {
		return a.reconciler.Look(ctx, l.Installation, l.Key)
	}
	return workset.NewRunner(a.store, look, a.log, workset.Options{
		Workers: workers, Clock: a.clock,
		Observe: func(_ incident.Key, took time.Duration, err error) {
			a.metrics.Reconcile(outcome(err), took)
			if outcome(err) == "failed" {
				a.failures.Add(1)
			}
		},
	})
}

// outcome is how a look ended, as a metric's label.
func outcome(err error) string {
	later, paused := new(incident.Later), new(incident.Paused)
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &later):
		return "later"
	case errors.As(err, &paused):
		return "paused"
	}
	return "failed"
}

// close ends what newApp began.
func (a *app) close() error { return a.store.Close() }

// serve takes webhooks in and works on what they tell, until the context
// ends. Background work begins before the listener answers, and ends after
// it has stopped, so that what was acknowledged is in good hands.
func (a *app) serve(ctx context.Context, l net.Listener, edge config.EdgeSettings, every time.Duration) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var group sync.WaitGroup
	group.Go(func() { a.runner.Run(background) })
	group.Go(func() { a.sweepEvery(background, every) })
	err := a.newServer(edge).Serve(ctx, l) //nolint:contextcheck // its handlers have their requests' contexts
	stop()
	group.Wait()
	return err
}

func (a *app) newServer(edge config.EdgeSettings) *server.Server {
	var secrets [][]byte
	for _, s := range edge.WebhookSecrets {
		secrets = append(secrets, []byte(s.Reveal()))
	}
	room := webhooks.NewRoom()
	return server.New(server.Options{
		Webhooks: webhooks.New(webhooks.Options{
			Inbox: a.store, Secrets: secrets, Self: a.github.Self,
			Labels:       a.labels,
			Reads:        a.reads,
			AllowedOwner: a.github.AllowedOwner, Room: room, Observe: a.metrics.Delivery, Logger: a.log, Clock: a.clock,
		}),
		JiraWebhooks: a.fromJira(room),
		Checks:       []server.Check{{Name: "database", Check: a.store.Ping}},
		Metrics:      a.metrics, Logger: a.log, Now: a.clock,
	})
}

// labels are those by which an event of a repository concerns an incident.
func (a *app) labels(repo incident.Repo) []string {
	defaults := a.reconciler.Defaults
	return a.store.Labels(repo, []string{defaults.Label, defaults.FollowUpLabel})
}

// reads is whether the rules may read a label: that of another severity or
// status, or one that is a repository's own.
func (a *app) reads(repo incident.Repo, label string) bool {
	return a.reconciler.Defaults.Reads(label) || incident.HasLabel(a.labels(repo), label)
}

// introduce asks GitHub who the App is, once, so that the edge can tell its own
// changes from news. Until then they cost a look each, and nothing more.
func (a *app) introduce(ctx context.Context) {
	if _, err := a.github.Identity(ctx); err != nil && ctx.Err() == nil {
		a.log.WarnContext(ctx, "GitHub did not say who the App is; check HINDSIGHT_APP_ID and the private key",
			"error", err)
	}
}

// sweepEvery sweeps now and from time to time, and tidies up.
func (a *app) sweepEvery(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		a.introduce(ctx)
		began := a.clock()
		swept, err := a.reconciler.Sweep(ctx)
		a.metrics.Sweep(outcome(err), a.clock().Sub(began))
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			a.log.WarnContext(ctx, "the sweep failed, and is tried again", "error", err)
		default:
			a.log.InfoContext(ctx, "swept", "repositories", swept.Repositories,
				"due", swept.Due, "failed", swept.Failed)
		}
		if _, err := a.store.Prune(ctx, a.clock().Add(-keepDeliveries)); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "old deliveries could not be forgotten", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
