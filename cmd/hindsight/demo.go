package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"hindsight/internal/config"
	"hindsight/internal/playground"
	"hindsight/internal/playground/jira"
)

// demoCommand shows the main job without an account and without a network.
type demoCommand struct {
	Addr       string `default:"127.0.0.1:8090" help:"Where the stand-in for GitHub listens."`
	JiraAddr   string `default:"127.0.0.1:8091" help:"Where the stand-in for Jira listens."`
	Tour       bool   `help:"Play the story by itself; exit 0 only when every step held."`
	config.Log `embed:""`
}

// demoSweep is short, so that one can watch a lost delivery heal.
const demoSweep = 10 * time.Second

// Run plays until the context ends, or until the tour is over.
func (d demoCommand) Run(ctx context.Context, c console) (err error) {
	log := slog.New(slog.DiscardHandler)
	if !d.Tour {
		if log, err = d.Logger(c.err); err != nil {
			return err
		}
	}
	var later clock
	s, err := newStage(ctx, d.address(d.Addr), log, playground.Options{Clock: later.now, AppClock: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = join(err, s.close()) }()
	if err := s.raiseJira(ctx, d.address(d.JiraAddr), later.now); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.startApp(ctx); err != nil {
		return err
	}
	if d.Tour {
		return s.tour(ctx, c, &later)
	}
	s.invite()
	_, _ = fmt.Fprintf(c.out, "\nOpen %s in a browser: a stand-in for GitHub, with Hindsight installed.\n"+
		"A stand-in for Jira, with a board, is at %s.\n"+
		"Hindsight itself answers at %s. Nothing leaves this machine; Ctrl-C ends it all.\n\n",
		s.github.URL(), s.jira.URL(), s.appURL)
	<-ctx.Done()
	return nil
}

// clock is the time on the stage: the machine's, until the tour lets some pass.
type clock struct{ ahead atomic.Int64 } // nanoseconds

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

// address is any free port for the tour, which nobody has to find.
func (d demoCommand) address(chosen string) string {
	if d.Tour {
		return "127.0.0.1:0"
	}
	return chosen
}

// stage is the stand-ins and the app beside them. They meet only by HTTP,
// signed webhooks and git.
type stage struct {
	dir    string
	log    *slog.Logger
	clock  func() time.Time
	github *playground.GitHub
	http   *http.Server
	appURL string
	end    func() error // of the app; nil while it is down

	jira       *jira.Jira // nil where follow-ups are issues on GitHub alone
	jiraHTTP   *http.Server
	jiraSecret string // that its webhooks are signed with
}

func newStage(ctx context.Context, addr string, log *slog.Logger, o playground.Options) (*stage, error) {
	dir, err := os.MkdirTemp("", "hindsight-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	s := &stage{dir: dir, log: log, clock: o.Clock}
	if err := s.raise(ctx, addr, o); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// raise starts the stand-in and puts accounts, repositories and the app's
// installation in place.
func (s *stage) raise(ctx context.Context, addr string, o playground.Options) (err error) {
	wikis := filepath.Join(s.dir, "github")
	if err = os.Mkdir(wikis, 0o700); err != nil {
		return err
	}
	o.Dir, o.Logger = wikis, s.log
	s.github, err = playground.New(o) //nolint:contextcheck // it lives until it is closed
	if err != nil {
		return fmt.Errorf("start the stand-in for GitHub: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return &usageError{fmt.Errorf("the stand-in for GitHub can't listen on %s; choose another place with --addr: %w", addr, err)}
	}
	s.github.SetURL("http://" + l.Addr().String())
	s.http = &http.Server{Handler: s.github.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.ErrorContext(ctx, "the stand-in for GitHub stopped", "error", err)
		}
	}()
	return s.furnish() //nolint:contextcheck // the stand-in's own git, at once
}

// startApp starts Hindsight on a port of its own, configured as an operator
// would, and points the webhooks there.
func (s *stage) startApp(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("find a port for the app: %w", err)
	}
	settings, err := s.settings(l.Addr().String()).Resolve()
	if err != nil {
		return err
	}
	a, err := newApp(ctx, settings.Settings, s.clock, s.log)
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- a.serve(running, l, settings.EdgeSettings, settings.SweepEvery) }()
	s.end = func() error {
		stop()
		return errors.Join(<-ended, a.close())
	}
	s.appURL = settings.PublicURL
	s.github.SetHook(s.appURL+"/webhooks/github", "")
	s.hearJira(s.appURL)
	return nil
}

func (s *stage) settings(addr string) config.Serve {
	registered := s.github.App()
	serve := config.Serve{
		App: config.App{
			Database: config.Database{DataDir: s.dataDir()}, AppID: strconv.FormatInt(registered.ID, 10),
			PrivateKey:   config.NewSecret(string(registered.PrivateKeyPEM)),
			GitHubAPIURL: s.github.URL() + "/api/v3/", GitHubURL: s.github.URL(), Sites: config.Sites{AllowedOwners: "acme"},
		},
		Edge:       config.Edge{Addr: addr, WebhookSecret: config.NewSecret(registered.WebhookSecret)},
		SweepEvery: demoSweep.String(),
	}
	if s.jira != nil {
		serve.Jira.File = s.file("jira.yml")
	}
	return serve
}

func (s *stage) dataDir() string { return filepath.Join(s.dir, "hindsight") }

// stopApp stops Hindsight alone.
func (s *stage) stopApp() error {
	if s.end == nil {
		return nil
	}
	end := s.end
	s.end = nil
	return end()
}

// close leaves nothing behind.
func (s *stage) close() error {
	err := s.stopApp()
	if s.http != nil {
		err = errors.Join(err, s.http.Close())
	}
	if s.github != nil {
		s.github.Close()
	}
	err = errors.Join(err, s.closeJira())
	return errors.Join(err, os.RemoveAll(s.dir))
}
