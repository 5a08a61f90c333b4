package jira

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"hindsight/internal/playground/wire"
)

// Mode is which kind of Jira it is.
type Mode int

// The kinds.
const (
	Cloud      Mode = iota // e-mail and API token; search/jql; accounts by id
	DataCenter             // personal access token; search; accounts by name
)

func (m Mode) String() string {
	if m == DataCenter {
		return "Data Center"
	}
	return "Cloud"
}

// Options say how a stand-in is set up.
type Options struct {
	Mode Mode
	// URL is where it is served, see [Jira.SetURL].
	URL string
	// Clock dates everything. Required.
	Clock func() time.Time
	// Lag is how long a change takes until the search shows it.
	Lag time.Duration
	// RetryDelay passes before a webhook that was not taken is sent again;
	// 0 is Jira's shortest, five minutes.
	RetryDelay time.Duration
	// Logger receives what goes wrong inside; nil discards it.
	Logger *slog.Logger
	// Wrap goes around the REST API, for watching what it hears and says.
	Wrap func(http.Handler) http.Handler
}

// Jira is the stand-in, and its own handler. It is safe for concurrent use.
type Jira struct {
	// Pages shows people what the API would, at every address below the site's
	// that is not /rest/. Set it before serving; nil answers 404.
	Pages http.Handler

	mode  Mode
	clock func() time.Time
	api   http.Handler
	post  *wire.Office[Delivery]
	watch *wire.Watch

	mu       sync.Mutex // guards what follows
	url      *url.URL   // no slash at the end of its path
	down     bool
	lag      time.Duration
	lastID   int64
	accounts []*account
	projects []*project
	statuses []Status // of all workflows, in the order of their creation
	tickets  map[int64]*ticket
	keys     map[string]int64 // that tickets have or had, in upper case
	index    map[int64][]version
	filters  []*Filter
	boards   []*Board
}

// New makes a stand-in without accounts and projects. Close it. It panics
// without [Options.Clock].
func New(o Options) *Jira {
	if o.Clock == nil {
		panic("jira: Options.Clock is required")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.URL == "" {
		o.URL = "http://jira.invalid"
	}
	j := &Jira{
		mode: o.Mode, clock: o.Clock, lag: o.Lag,
		watch:   wire.NewWatch(o.Clock, front),
		tickets: map[int64]*ticket{},
		keys:    map[string]int64{},
		index:   map[int64][]version{},
	}
	j.SetURL(o.URL)
	j.api = j.serveAPI(o.Wrap)
	j.post = openPostOffice(o.Clock, o.Logger, o.RetryDelay)
	return j
}

// Mode is which kind of Jira it is.
func (j *Jira) Mode() Mode { return j.mode }

// SetURL says at which address the handler is served: every link that the
// stand-in gives out begins with it. An address with a path, as Data Center
// may have, is where all requests must begin. It panics where it is no address.
func (j *Jira) SetURL(base string) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || u.Host == "" {
		panic("jira: " + base + " is not an address")
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.url = u
}

// URL is what [Jira.SetURL] said, without a slash at the end.
func (j *Jira) URL() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.url.String()
}

// SetLag changes how long a change takes until the search shows it, from the
// next change on.
func (j *Jira) SetLag(lag time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lag = lag
}

// SetDown makes every request fail with 503 and a page, as a load balancer
// answers while Jira is away. What people do through [Jira.As] still happens.
func (j *Jira) SetDown(down bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.down = down
}

// Settle waits until every delivery has been tried, late ones included. What is
// held back, and what waits to be sent again, does not count.
func (j *Jira) Settle(ctx context.Context) error { return j.post.Settle(ctx) }

// Close stops sending and waits for what is under way.
func (j *Jira) Close() { j.post.Close() }

// now is the time as Jira keeps it: UTC, milliseconds.
func (j *Jira) now() time.Time { return j.clock().UTC().Truncate(time.Millisecond) }

// newID is unique over everything that has an id.
func (j *Jira) newID() int64 {
	j.lastID++
	return 10000 + j.lastID
}

// link is an address at the site.
func (j *Jira) link(path string) string { return j.url.String() + path }
