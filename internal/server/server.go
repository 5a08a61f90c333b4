// Package server is where HTTP comes in: the routes, what is around every
// one of them, health, and metrics.
//
// Echo is used here and nowhere else. Handlers are plain [http.Handler]s, so
// that the server can be changed without touching them.
//
//	POST /webhooks/github   package webhooks
//	POST /webhooks/jira     the same, where Jira sites send webhooks
//	GET  /healthz           the process is up
//	GET  /readyz            it can do its work; if not, what is missing
//	GET  /metrics           for Prometheus
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/netutil"
)

// How long a client may take. GitHub gives up after 10 s.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 20 * time.Second
	writeTimeout      = 40 * time.Second // counts from the end of the header, so it covers reading
	idleTimeout       = 2 * time.Minute
	shutdownTimeout   = 10 * time.Second
	maxHeaderBytes    = 64 << 10
)

// maxConnections bounds what is spent on clients together: each costs some
// 20 KB, and as much as its request may hold. Those beyond wait in the
// system's queue.
const maxConnections = 1000

const (
	githubPath = "/webhooks/github"
	jiraPath   = "/webhooks/jira"
)

// Options are what the server is made of.
type Options struct {
	// Webhooks answers POST /webhooks/github. It limits its own bodies.
	// Required.
	Webhooks http.Handler
	// JiraWebhooks answers POST /webhooks/jira, in the same way. Nil leaves the
	// route out.
	JiraWebhooks http.Handler
	// Checks are what /readyz asks.
	Checks []Check
	// Metrics are shown at /metrics. Nil makes new ones.
	Metrics *Metrics
	// Logger gets panics at error and each request at debug. Nil logs
	// nothing.
	Logger *slog.Logger
	// Now is the clock that requests are timed with. Required.
	Now func() time.Time
	// ReadTimeout is how long a request may take to arrive. Zero means 20 s.
	ReadTimeout time.Duration
	// ShutdownTimeout is how long requests under way may take once the
	// server ends. Zero means 10 s.
	ShutdownTimeout time.Duration
	// MaxConnections is how many clients are served at once; others wait.
	// Zero means 1,000.
	MaxConnections int
}

// Server answers HTTP.
type Server struct {
	echo     *echo.Echo
	checks   []Check
	metrics  *Metrics
	log      *slog.Logger
	now      func() time.Time
	read     time.Duration
	shutdown time.Duration
	most     int // connections
}

// New makes a server that does not listen yet.
func New(o Options) *Server {
	s := &Server{
		echo: echo.New(), checks: o.Checks, metrics: o.Metrics, log: o.Logger, now: o.Now,
		read: o.ReadTimeout, shutdown: o.ShutdownTimeout, most: o.MaxConnections,
	}
	if s.metrics == nil {
		s.metrics = NewMetrics()
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.read == 0 {
		s.read = readTimeout
	}
	if s.shutdown == 0 {
		s.shutdown = shutdownTimeout
	}
	if s.most == 0 {
		s.most = maxConnections
	}
	s.route()
	s.echo.POST(githubPath, echo.WrapHandler(o.Webhooks))
	if o.JiraWebhooks != nil {
		s.echo.POST(jiraPath, echo.WrapHandler(o.JiraWebhooks))
	}
	return s
}

func (s *Server) route() {
	e := s.echo
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.fail
	// Without it Echo believes whatever address X-Forwarded-For claims.
	e.IPExtractor = echo.ExtractIPDirect()
	e.Use(s.observe, s.recover(), limitBody(), secure())

	probe := []string{http.MethodGet, http.MethodHead} // as load balancers ask
	e.Match(probe, "/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.Match(probe, "/readyz", s.ready)
	e.GET("/metrics", echo.WrapHandler(s.metrics.handler()))
}

// Handler is the server without a listener.
func (s *Server) Handler() http.Handler { return s.echo }

// Serve answers on the listener until ctx ends, then lets the requests under
// way finish. It returns nil if all of them did.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	// Requests outlive ctx, or ending would cut off the deliveries that are
	// being stored; they end with the deadline.
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	srv := s.httpServer(base)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(netutil.LimitListener(l, s.most)) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	deadline, cancel := context.WithTimeout(base, s.shutdown)
	defer cancel()
	if err := srv.Shutdown(deadline); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off %s after the end: %w", s.shutdown, err), srv.Close())
	}
	return nil
}

func (s *Server) httpServer(base context.Context) *http.Server {
	return &http.Server{
		Handler:           s.echo,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: min(readHeaderTimeout, s.read),
		ReadTimeout:       s.read,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
}
