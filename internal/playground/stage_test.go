package playground_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"hindsight/internal/playground"
	"hindsight/internal/playground/contract"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const repo = "acme/shop"

// stage is a stand-in that serves, with acme/shop, where the app is
// installed, ada, who may triage there, and grace, who may read.
type stage struct {
	*playground.GitHub
	clock        *clock
	installation int64
	transport    *http.Transport
}

// clock stands still until it is told.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func open(t *testing.T, change ...func(*playground.Options)) *stage {
	t.Helper()
	key, err := playground.SharedKey()
	must(t, err)
	s := &stage{
		clock: &clock{t: time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)},
		// No timeout of the whole client: it would outlive the test, since the
		// library leaves the bodies of errors open.
		transport: &http.Transport{ResponseHeaderTimeout: 10 * time.Second},
	}
	o := playground.Options{
		Dir: t.TempDir(), Clock: s.clock.now, AppClock: time.Now, Key: key, Logger: slog.New(slog.DiscardHandler),
		Wrap: func(h http.Handler) http.Handler { return contract.Wrap(t, h) },
	}
	for _, c := range change {
		c(&o)
	}
	s.GitHub, err = playground.New(o)
	must(t, err)
	server := httptest.NewServer(s.Handler())
	s.SetURL(server.URL)
	t.Cleanup(func() {
		s.transport.CloseIdleConnections()
		server.Close()
		s.Close()
	})
	must(t, s.AddRepository("acme", "shop", playground.RepoOptions{Private: true}))
	must(t, s.SetRole(repo, "ada", playground.Triage))
	must(t, s.SetRole(repo, "grace", playground.Read))
	s.installation = s.Install("acme")
	return s
}

// asApp is a client that signs with the app's key.
func (s *stage) asApp(t *testing.T) *github.Client {
	t.Helper()
	transport, err := ghinstallation.NewAppsTransport(s.transport, s.App().ID, s.App().PrivateKeyPEM)
	must(t, err)
	return s.client(t, transport)
}

// asInstallation is a client with the token of the installation on acme.
func (s *stage) asInstallation(t *testing.T, change ...func(*ghinstallation.Transport)) *github.Client {
	t.Helper()
	transport, err := ghinstallation.New(s.transport, s.App().ID, s.installation, s.App().PrivateKeyPEM)
	must(t, err)
	transport.BaseURL = s.URL() + "/api/v3"
	for _, c := range change {
		c(transport)
	}
	return s.client(t, transport)
}

func (s *stage) client(t *testing.T, transport http.RoundTripper) *github.Client {
	t.Helper()
	client, err := github.NewClient(&http.Client{Transport: transport}).
		WithEnterpriseURLs(s.URL()+"/api/v3/", s.URL())
	must(t, err)
	return client
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// want is the value, or the end of the test.
func want[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// status is what GitHub answered, by the client's error.
func status(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		t.Fatal("the call succeeded, and should not have")
	}
	if refused, is := errors.AsType[*github.ErrorResponse](err); is {
		return refused.Response.StatusCode
	}
	if limited, is := errors.AsType[*github.AbuseRateLimitError](err); is {
		return limited.Response.StatusCode
	}
	if limited, is := errors.AsType[*github.RateLimitError](err); is {
		return limited.Response.StatusCode
	}
	t.Fatalf("no answer of GitHub's: %v", err)
	return 0
}

// settle waits for all deliveries.
func (s *stage) settle(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	must(t, s.Settle(ctx))
}
