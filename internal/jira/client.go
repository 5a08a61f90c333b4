package jira

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"hindsight/internal/incident"
)

// site is one Jira, with what is remembered of it.
type site struct {
	Site
	key incident.Repo
	api *gojira.Client
	now func() time.Time
	log *slog.Logger

	cloud  remembered[struct{}, bool]
	me     remembered[struct{}, gojira.User]
	people remembered[string, gojira.User] // by e-mail address
	screen remembered[screenKey, screen]
	hits   remembered[hitKey, issue]
}

func newSite(options Site, o Options) (*site, error) {
	u, err := parseURL(options.URL)
	if err != nil {
		return nil, err
	}
	if options.Token == "" {
		return nil, fmt.Errorf("the Jira site %s has no token: give it one", u.Redacted())
	}
	options.URL = strings.TrimRight(options.URL, "/")
	s := &site{Site: options, key: incident.JiraSite(withoutScheme(options.URL)), now: o.Clock}
	s.log = o.Logger.With("site", s.key.Address())
	s.api, err = gojira.NewClient(newDoor(options, o, s.redact), options.URL)
	if err != nil {
		return nil, fmt.Errorf("the address of the Jira site %s can't be read: %w", u.Redacted(), err)
	}
	return s, nil
}

func withoutScheme(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	return rest
}

// redact takes the token out of what libraries and proxies say.
func (s *site) redact(text string) string {
	basic := base64.StdEncoding.EncodeToString([]byte(s.Email + ":" + s.Token))
	return strings.NewReplacer(s.Token, "[redacted]", basic, "[redacted]").Replace(text)
}

// call sends a request to a path below the site's address, such as
// "rest/api/2/issue", and decodes its answer into out, unless that is nil. Its
// error is not explained yet.
func (s *site) call(ctx context.Context, method, path string, query url.Values, body, out any) error {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	req, err := s.api.NewRequestWithContext(ctx, method, path, body)
	if err != nil {
		return fmt.Errorf("build the request %s %s: %s", method, path, s.redact(err.Error()))
	}
	resp, err := s.api.Do(req, out)
	if resp != nil {
		err = errors.Join(err, resp.Body.Close())
		if err != nil { // a success that can't be read
			return &refusal{call: method + " " + req.URL.Path, err: err, sent: true, status: resp.StatusCode, redact: s.redact}
		}
	}
	return err
}

// get asks for something, and explains why it can't be had.
func (s *site) get(ctx context.Context, path string, query url.Values, out any, about string) error {
	if err := s.call(ctx, http.MethodGet, path, query, nil, out); err != nil {
		return s.explain(err, about)
	}
	return nil
}

// What Jira calls the kinds.
const (
	deployedCloud  = "Cloud"
	deployedServer = "Server" // Data Center, too
)

// isCloud asks Jira which kind it is. How Hindsight logs in proves nothing: Data
// Center takes passwords too.
func (s *site) isCloud(ctx context.Context) (bool, error) {
	return s.cloud.get(struct{}{}, s.now, func() (bool, time.Duration, error) {
		var info struct {
			DeploymentType string `json:"deploymentType"`
		}
		err := s.get(ctx, "rest/api/2/serverInfo", nil, &info, "the site")
		if err == nil && info.DeploymentType != deployedCloud && info.DeploymentType != deployedServer {
			err = s.passing(errors.New("it does not say which kind of Jira it is"), "the site")
		}
		return info.DeploymentType == deployedCloud, siteKept, err
	})
}

// myself is Hindsight's own account.
func (s *site) myself(ctx context.Context) (gojira.User, error) {
	return s.me.get(struct{}{}, s.now, func() (gojira.User, time.Duration, error) {
		user, err := s.askMyself(ctx)
		return user, siteKept, err
	})
}

func (s *site) askMyself(ctx context.Context) (gojira.User, error) {
	var user gojira.User
	if err := s.get(ctx, "rest/api/2/myself", nil, &user, "its own account"); err != nil {
		return user, err
	}
	if nameless(user) {
		return user, s.passing(errors.New("it does not say who its own account is"), "its own account")
	}
	return user, nil
}

// same is whether two accounts are one. Cloud has account ids; Data Center has
// keys, which stay when somebody is renamed.
func same(a, b *gojira.User) bool {
	switch {
	case a == nil || b == nil:
		return false
	case a.AccountID != "" || b.AccountID != "":
		return a.AccountID == b.AccountID
	case a.Key != "" || b.Key != "":
		return a.Key == b.Key
	}
	return a.Name != "" && a.Name == b.Name
}

func nameless(u gojira.User) bool { return u.AccountID == "" && u.Key == "" && u.Name == "" }

const (
	// siteKept is how long it is remembered which kind a site is, and who we are
	// there: an answer that was wrong once must not be believed for good.
	siteKept = time.Hour
	// rememberedMost is how much of a kind is remembered.
	rememberedMost = 2 * findMost
)

// remembered keeps what Jira said, for as long as whoever asked thought fit. What
// failed is not kept.
type remembered[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]kept[V]
}

type kept[V any] struct {
	value V
	until time.Time
}

// get is what is remembered, or what is learnt by asking. Two who ask at once may
// both ask Jira.
func (r *remembered[K, V]) get(key K, now func() time.Time, ask func() (V, time.Duration, error)) (V, error) {
	if value, ok := r.have(key, now()); ok {
		return value, nil
	}
	value, keep, err := ask()
	if err != nil {
		return value, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= rememberedMost {
		maps.DeleteFunc(r.known, func(_ K, k kept[V]) bool { return !now().Before(k.until) })
	}
	if r.known == nil || len(r.known) >= rememberedMost {
		r.known = map[K]kept[V]{}
	}
	r.known[key] = kept[V]{value, now().Add(keep)}
	return value, nil
}

// forget has the next who wants to know ask.
func (r *remembered[K, V]) forget(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, key)
}

// have is what is remembered by now.
func (r *remembered[K, V]) have(key K, now time.Time) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept, ok := r.known[key]
	return kept.value, ok && now.Before(kept.until)
}
