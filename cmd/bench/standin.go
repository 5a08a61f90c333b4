package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"hindsight/internal/playground"
)

const (
	owner = "acme"
	shop  = "acme/shop"
	alice = "alice" // may write

	// away is how long GitHub takes for each request, where that matters.
	away = 50 * time.Millisecond
	// plenty is a limit that is never reached: what is measured is the
	// program, not its waiting for the next hour.
	plenty = 1 << 30
)

// standIn is a stand-in for GitHub with one repository, in which the app is
// installed and the wiki has its first page.
type standIn struct {
	*playground.GitHub
	http *http.Server
	jira *jiraSite // beside it, or nil
	// behind is how far back its clock is, and Jira's, in nanoseconds.
	behind atomic.Int64
}

// now is the stand-ins' time.
func (s *standIn) now() time.Time { return time.Now().Add(-time.Duration(s.behind.Load())) }

func newStandIn(ctx context.Context, dir string) (*standIn, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for the stand-in for GitHub: %w", err)
	}
	key, err := playground.SharedKey()
	if err != nil {
		return nil, fmt.Errorf("make a throwaway key: %w", err)
	}
	s := &standIn{}
	s.GitHub, err = playground.New(playground.Options{ //nolint:contextcheck // it outlives ctx, until it is closed
		Dir: dir, Clock: s.now, AppClock: time.Now, Key: key,
		Limits: playground.Limits{PerHour: plenty, CreatesPerMinute: plenty, CreatesPerHour: plenty},
	})
	if err != nil {
		return nil, fmt.Errorf("start the stand-in for GitHub: %w", err)
	}
	s.http = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the stand-in for GitHub: %w", err), s.end())
	}
	return s, nil
}

func (s *standIn) open(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.SetURL("http://" + l.Addr().String())
	go func() { _ = s.http.Serve(l) }() // if it ends early the program's requests fail, and that is seen
	options := playground.RepoOptions{Private: true, FirstWikiPage: true}
	if err := s.AddRepository(owner, "shop", options); err != nil { //nolint:contextcheck // a local git, for a moment
		return err
	}
	s.Install(owner)
	return s.SetRole(shop, alice, playground.Write)
}

func (s *standIn) end() error {
	err := s.http.Close()
	s.Close()
	if s.jira != nil {
		s.jira.end()
	}
	return err
}

// slowDown makes every request to the API and to git take at least d.
func (s *standIn) slowDown(d time.Duration) {
	s.SetFault(func(playground.Call) playground.Fault { return playground.Fault{Delay: d} })
}

// settings are the program's, as an operator would set them.
func (s *standIn) settings(data string) []string {
	app := s.App()
	all := []string{
		"HINDSIGHT_ADDR=127.0.0.1:0",
		"HINDSIGHT_DATA_DIR=" + data,
		"HINDSIGHT_APP_ID=" + strconv.FormatInt(app.ID, 10),
		"HINDSIGHT_PRIVATE_KEY=" + string(app.PrivateKeyPEM),
		"HINDSIGHT_WEBHOOK_SECRET=" + app.WebhookSecret,
		"HINDSIGHT_GITHUB_API_URL=" + s.URL() + "/api/v3/",
		"HINDSIGHT_GITHUB_URL=" + s.URL(),
		"HINDSIGHT_ALLOWED_OWNERS=" + owner,
	}
	if s.jira != nil {
		all = append(all, s.jira.settings()...)
	}
	return all
}

// asked are all requests to GitHub, and to Jira where there is one, since they
// were forgotten.
func (s *standIn) asked() []playground.Call {
	all := s.Calls()
	if s.jira != nil {
		all = append(all, s.jira.calls()...)
	}
	return all
}

// forget forgets them.
func (s *standIn) forget() {
	s.ResetCalls()
	if s.jira != nil {
		s.jira.ResetCalls()
	}
}

// settle waits until every webhook has been taken in.
func (s *standIn) settle(ctx context.Context) error {
	err := s.Settle(ctx)
	if s.jira != nil {
		err = errors.Join(err, s.jira.Settle(ctx))
	}
	return err
}

// scene is a program beside its GitHub.
type scene struct {
	github  *standIn
	program *process
	data    string
}

// setScene starts both, with a data folder of that name. The stand-in is
// prepared before the program runs.
func (b *bench) setScene(ctx context.Context, name string, prepare func(*standIn) error) (*scene, error) {
	github, err := newStandIn(ctx, filepath.Join(b.dir, name+"-github"))
	if err != nil {
		return nil, err
	}
	if err = prepare(github); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the stand-in for GitHub: %w", err), github.end())
	}
	s := &scene{github: github, data: filepath.Join(b.dir, name)}
	if s.program, err = b.start(ctx, github, s.data); err != nil {
		return nil, errors.Join(err, github.end())
	}
	return s, nil
}
