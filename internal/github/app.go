// Package github is what is out there on GitHub, in the rules' words: it
// implements [reconcile.Forges] and [reconcile.Forge] on GitHub's REST API, and
// on GraphQL where only that tells: who edited a comment.
//
// Every request takes the same way. A call names its route, what it is about
// and the permission it needs; the installation's gate lets it through, makes
// it wait a moment, or sends it back with a time; go-github encodes it; the
// conditional transport asks whether the remembered answer still holds;
// ghinstallation signs it; and one classifier turns whatever comes back into
// one of the errors of package incident, which say what happens next. Nothing
// here tries again: a POST that was answered with 502 may have taken effect,
// and only looking again can tell.
//
// Tokens and keys stay below the conditional transport. No error and no log
// line carries one, whatever a proxy or a library puts into its messages.
package github

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

// DefaultAPIURL is GitHub's own; an Enterprise Server has https://HOST/api/v3/.
const DefaultAPIURL = "https://api.github.com/"

const (
	// requestTimeout covers one request to the last byte of its answer,
	// minting a token for it included.
	requestTimeout = 10 * time.Second
	// rememberBytes bounds the answers kept for conditional requests, of
	// all installations together.
	rememberBytes = 8 << 20
	// rememberNames bounds the repositories whose installation, and whose
	// wiki token, are remembered.
	rememberNames = 1024
	// rememberLabels bounds the labels that are known to be there.
	rememberLabels = 8192
)

// Options are what an App needs to know of itself.
type Options struct {
	AppID int64
	Key   *rsa.PrivateKey
	// APIURL is where the API is; empty means [DefaultAPIURL].
	APIURL string
	// AllowedOwners are the accounts whose installations are served; "*"
	// means all, none at all means the App's owner alone.
	AllowedOwners []string
	Clock         func() time.Time
	Logger        *slog.Logger
	// Transport carries the requests; nil means one with timeouts that
	// takes its proxy from the environment.
	Transport http.RoundTripper
	// Observe, unless nil, is told of every answer: the route as GitHub's
	// description writes it ("GET /repos/{owner}/{repo}"), and the status, 0
	// when there was no answer. It is called from many goroutines.
	Observe func(route string, status int)
}

// App is the GitHub App with all of its installations.
type App struct {
	id      int64
	key     *rsa.PrivateKey
	api     *url.URL
	web     string // where people see what the API has, without a slash at the end
	allowed []string
	now     func() time.Time
	log     *slog.Logger
	base    http.RoundTripper
	answers *answerCache

	asApp    *client // speaks for the App itself, by JWT
	identity atomic.Pointer[Identity]
	homes    *lru.Cache[incident.Repo, home]
	tokens   *lru.Cache[tokenKey, wikiToken]
	labels   *lru.Cache[labelKey, struct{}]
	minting  singleflight.Group

	mu     sync.Mutex
	forges map[int64]*forge
}

var (
	_ reconcile.Forges = (*App)(nil)
	_ reconcile.Forge  = (*forge)(nil)
)

// New checks the options. It sends no request, so that a program can start
// while GitHub is down.
func New(o Options) (*App, error) {
	if o.AppID <= 0 || o.Key == nil {
		return nil, errors.New("the GitHub App's id and private key are needed: see the App's settings page")
	}
	api, err := parseAPIURL(o.APIURL)
	if err != nil {
		return nil, err
	}
	homes, err := lru.New[incident.Repo, home](rememberNames)
	if err != nil {
		return nil, fmt.Errorf("remember installations: %w", err)
	}
	tokens, err := lru.New[tokenKey, wikiToken](rememberNames)
	if err != nil {
		return nil, fmt.Errorf("remember tokens: %w", err)
	}
	labels, err := lru.New[labelKey, struct{}](rememberLabels)
	if err != nil {
		return nil, fmt.Errorf("remember labels: %w", err)
	}
	answers, err := newAnswerCache(rememberBytes)
	if err != nil {
		return nil, err
	}
	a := &App{
		id: o.AppID, key: o.Key, api: api, web: webOf(api), allowed: o.AllowedOwners,
		now: o.Clock, log: o.Logger, base: newBase(o.Transport, o.Observe),
		answers: answers, homes: homes, tokens: tokens, labels: labels, forges: map[int64]*forge{},
	}
	a.asApp = newClient(0, api, newGate(a.now), a.log, func() http.RoundTripper { return a.jwtTransport() })
	return a, nil
}

func parseAPIURL(s string) (*url.URL, error) {
	if s == "" {
		s = DefaultAPIURL
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fmt.Errorf("%q is not the address of GitHub's API: write it as %s or https://HOST/api/v3/", redact(s), DefaultAPIURL)
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

// webOf is the address of the pages for people beside an API: an Enterprise
// Server has its API below them, github.com has a host for it.
func webOf(api *url.URL) string {
	web := url.URL{Scheme: api.Scheme, Host: api.Host}
	below, found := strings.CutSuffix(api.Path, "/api/v3/")
	if web.Path = below; !found {
		web.Host, web.Path = strings.TrimPrefix(api.Host, "api."), ""
	}
	return web.String()
}

// AppID is the App's id.
func (a *App) AppID() int64 { return a.id }

// Forge is GitHub as the installation sees it. It sends no request, and the
// same installation always gets the same one, since pacing and limits are
// kept there.
func (a *App) Forge(installation int64) reconcile.Forge { return a.forge(installation) }

func (a *App) forge(installation int64) *forge {
	a.mu.Lock()
	defer a.mu.Unlock()
	f, ok := a.forges[installation]
	if !ok {
		f = &forge{app: a, client: newClient(installation, a.api, newGate(a.now), a.log, func() http.RoundTripper {
			return a.installationTransport(installation)
		})}
		a.forges[installation] = f
	}
	return f
}

func (a *App) jwtTransport() *ghinstallation.AppsTransport {
	t := ghinstallation.NewAppsTransportFromPrivateKey(a.base, a.id, a.key)
	t.BaseURL = strings.TrimSuffix(a.api.String(), "/")
	return t
}

// installationTransport never shares its AppsTransport: ghinstallation writes
// to it while minting, which would be a race between installations.
func (a *App) installationTransport(installation int64) http.RoundTripper {
	signed := a.jwtTransport()
	t := ghinstallation.NewFromAppsTransport(signed, installation)
	t.BaseURL = signed.BaseURL
	// Without options ghinstallation posts "null", which is no object.
	t.InstallationTokenOptions = &github.InstallationTokenOptions{}
	return &conditional{next: t, installation: installation, answers: a.answers}
}

// Identity is who the App is on GitHub.
type Identity struct {
	Slug  string // as in its address
	Bot   string // the login under which it writes, "slug[bot]"
	Owner string // the login of the account that owns the App
}

// Identity asks GitHub once and remembers.
func (a *App) Identity(ctx context.Context) (Identity, error) {
	if known := a.identity.Load(); known != nil {
		return *known, nil
	}
	var app github.App
	_, err := a.asApp.do(ctx, call{route: "GET /app", about: "the GitHub App"}, &app)
	if err != nil {
		return Identity{}, fmt.Errorf("ask GitHub who the App is: %w", err)
	}
	found := Identity{Slug: app.GetSlug(), Bot: app.GetSlug() + "[bot]", Owner: app.GetOwner().GetLogin()}
	a.identity.Store(&found)
	return found, nil
}

// Self is the login under which the App writes, or "" until [App.Identity]
// was answered.
func (a *App) Self() string {
	if known := a.identity.Load(); known != nil {
		return known.Bot
	}
	return ""
}

// AllowedOwner is whether the account's installations are served. It asks
// nobody: while the App's owner is not known yet it says yes, since a
// delivery must not be lost for it; [App.InstallationOf] decides before
// anything is done.
func (a *App) AllowedOwner(login string) bool {
	if len(a.allowed) > 0 {
		return containsFold(a.allowed, "*") || containsFold(a.allowed, login)
	}
	known := a.identity.Load()
	return known == nil || strings.EqualFold(known.Owner, login)
}

// Admits is [App.AllowedOwner] once the App's owner is known for certain.
func (a *App) Admits(ctx context.Context, login string) (bool, error) {
	if len(a.allowed) == 0 {
		if _, err := a.Identity(ctx); err != nil {
			return false, err
		}
	}
	return a.AllowedOwner(login), nil
}

func containsFold(list []string, s string) bool {
	for _, l := range list {
		if strings.EqualFold(strings.TrimSpace(l), s) {
			return true
		}
	}
	return false
}
