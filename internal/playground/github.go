package playground

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"hindsight/internal/playground/wire"
)

// The app that the stand-in knows. There is one.
const (
	appID    = 4711
	appSlug  = "hindsight"
	botLogin = appSlug + "[bot]"
)

// Options say how a stand-in is set up.
type Options struct {
	// Dir holds the wikis' bare repositories. It must exist, and be this
	// stand-in's alone: ids, and so folders, begin again with each one.
	Dir string
	// Clock dates everything and expires tokens. Required.
	Clock func() time.Time
	// AppClock judges the app's JWTs and dates its tokens. Client libraries
	// sign by the machine's clock, so tests that set Clock leave this one
	// real. Nil means Clock.
	AppClock func() time.Time
	// Logger receives what goes wrong inside; nil discards it.
	Logger *slog.Logger
	// Wrap goes around the REST API, for validating what it hears and says.
	Wrap func(http.Handler) http.Handler
	// Key is the app's private key; nil generates one. See [SharedKey].
	Key *rsa.PrivateKey
	// Limits are GitHub's own where zero.
	Limits Limits
}

// App is what the app's operator would have copied from GitHub's settings.
type App struct {
	ID            int64
	Slug          string
	BotLogin      string
	BotID         int64
	PrivateKeyPEM []byte
	WebhookSecret string
}

// GitHub is the stand-in. It is safe for concurrent use.
type GitHub struct {
	// Pages shows people what the API would, at every address that is
	// neither API nor git. Set it before serving; nil answers 404.
	Pages http.Handler

	clock    func() time.Time
	appClock func() time.Time
	log      *slog.Logger
	key      *rsa.PrivateKey
	app      App
	wikis    *wikis
	api      http.Handler
	post     *wire.Office[Delivery]
	watch    *wire.Watch

	mu            sync.Mutex // guards what follows
	url           string     // without a slash at the end
	lastID        int64
	users         map[string]*User         // by login in lower case
	repos         map[string]*repository   // by full name in lower case
	installations map[string]*installation // by account in lower case
	tokens        map[string]*token        // by the token itself
	budget        *budget
	noSubIssues   bool
	noEditHistory bool
	issues        map[int64]*issue // by id, wherever they are
}

// SharedKey is one key for all stand-ins of a process: generating one takes
// long enough to be felt in tests that start hundreds.
var SharedKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { //nolint:gochecknoglobals // computed once, never changed
	return rsa.GenerateKey(rand.Reader, 2048)
})

// New makes a stand-in without accounts and repositories. Close it.
func New(o Options) (*GitHub, error) {
	if o.Clock == nil {
		return nil, errors.New("playground: Options.Clock is required")
	}
	if info, err := os.Stat(o.Dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("playground: Options.Dir %q is not a folder", o.Dir)
	}
	w, err := newWikis(o.Dir, o.Clock)
	if err != nil {
		return nil, err
	}
	g := &GitHub{
		clock: o.Clock, appClock: o.AppClock, log: o.Logger, key: o.Key, wikis: w,
		url:           "http://playground.invalid",
		users:         map[string]*User{},
		repos:         map[string]*repository{},
		installations: map[string]*installation{},
		tokens:        map[string]*token{},
		issues:        map[int64]*issue{},
		budget:        newBudget(o.Limits),
		watch:         wire.NewWatch(o.Clock, proxy),
	}
	if g.appClock == nil {
		g.appClock = g.clock
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	if err := g.registerApp(); err != nil {
		return nil, err
	}
	g.api = g.serveAPI(o.Wrap)
	g.post = openPostOffice(o.Clock, g.log)
	return g, nil
}

// registerApp gives the app its key, its secret and its bot account.
func (g *GitHub) registerApp() error {
	if g.key == nil {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return fmt.Errorf("playground: generate the app's key: %w", err)
		}
		g.key = key
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(g.key)}
	g.app = App{
		ID: appID, Slug: appSlug, BotLogin: botLogin,
		BotID:         g.user(botLogin).ID,
		PrivateKeyPEM: pem.EncodeToMemory(block),
		WebhookSecret: rand.Text(),
	}
	return nil
}

// App is the one app that is registered.
func (g *GitHub) App() App { return g.app }

// SetURL says at which address the handler is served, without a slash at the
// end. Every link that the stand-in gives out begins with it.
func (g *GitHub) SetURL(base string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.url = base
}

// URL is what [GitHub.SetURL] said.
func (g *GitHub) URL() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.url
}

// SetHook says where deliveries go. An empty secret stands for the one in
// [App]. Until it is called, nothing is sent and nothing is recorded.
func (g *GitHub) SetHook(url, secret string) {
	if secret == "" {
		secret = g.app.WebhookSecret
	}
	g.post.SetHook(url, secret)
}

// Settle waits until every delivery has been sent, late ones included. What
// [GitHub.HoldDeliveries] holds back doesn't count.
func (g *GitHub) Settle(ctx context.Context) error { return g.post.Settle(ctx) }

// Close stops sending and waits for what is under way.
func (g *GitHub) Close() { g.post.Close() }

// now is the time as GitHub tells it: UTC, whole seconds.
func (g *GitHub) now() time.Time { return g.clock().UTC().Truncate(time.Second) }

// newID is unique over everything that has an id.
func (g *GitHub) newID() int64 {
	g.lastID++
	return 1000 + g.lastID
}
