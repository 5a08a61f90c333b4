package playground

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

const (
	tokenLife = time.Hour
	// maxAssertion is how long a JWT may be valid, and clockSkew how far in
	// the future it may have been issued.
	maxAssertion = 10 * time.Minute
	clockSkew    = 60 * time.Second
)

// installation is an account that has the app.
type installation struct {
	id          int64
	account     string
	selected    []string // repositories' names in lower case; nil means all
	permissions map[string]string
	suspended   bool
	created     time.Time
}

// token is what the app acts with for an hour.
type token struct {
	in          *installation
	repos       []int64 // nil means all that the installation sees
	permissions map[string]string
	expires     time.Time
}

// grantable are the permissions that the app asks for.
func grantable() map[string]string {
	return map[string]string{
		"metadata": "read", "issues": "write", "pull_requests": "write",
		"contents": "write", "deployments": "read",
	}
}

func (in *installation) sees(r *repository) bool {
	if !strings.EqualFold(in.account, r.Owner) {
		return false
	}
	return in.selected == nil || slices.Contains(in.selected, strings.ToLower(r.Name))
}

func (t *token) sees(r *repository) bool {
	return t.in.sees(r) && (t.repos == nil || slices.Contains(t.repos, r.ID))
}

func rank(level string) int { return slices.Index([]string{"", "read", "write", "admin"}, level) }

// may is whether the token has the permission at the level. Both the token
// and, since it was minted, the installation must have it.
func (t *token) may(permission, level string) bool {
	return rank(t.permissions[permission]) >= rank(level) && rank(t.in.permissions[permission]) >= rank(level)
}

// Install puts the app on an account: on all its repositories, present and
// future, or on the named ones. It returns the installation's id.
func (g *GitHub) Install(owner string, repos ...string) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	in := &installation{
		id: g.newID(), account: g.user(owner).Login, permissions: grantable(), created: g.now(),
	}
	for _, name := range repos {
		in.selected = append(in.selected, strings.ToLower(name))
	}
	g.installations[strings.ToLower(owner)] = in
	g.emitInstallation(actor{user: *g.user(owner)}, in, "created")
	return in.id
}

// Uninstall takes the app off an account; its tokens end.
func (g *GitHub) Uninstall(owner string) {
	g.changeInstallation(owner, "deleted", func(in *installation) {
		delete(g.installations, strings.ToLower(owner))
		maps.DeleteFunc(g.tokens, func(_ string, t *token) bool { return t.in == in })
	})
}

// Suspend suspends an installation or lifts it again.
func (g *GitHub) Suspend(owner string, suspended bool) {
	action := "unsuspend"
	if suspended {
		action = "suspend"
	}
	g.changeInstallation(owner, action, func(in *installation) { in.suspended = suspended })
}

// SetPermissions says what the account has granted, such as
// {"issues": "write"}, in place of all that the app asks for.
func (g *GitHub) SetPermissions(owner string, permissions map[string]string) {
	g.changeInstallation(owner, "new_permissions_accepted", func(in *installation) {
		in.permissions = maps.Clone(permissions)
	})
}

func (g *GitHub) changeInstallation(owner, action string, change func(*installation)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.installations[strings.ToLower(owner)]
	if in == nil {
		return
	}
	change(in)
	g.emitInstallation(actor{user: *g.user(owner)}, in, action)
}

// bearer is what comes with the request, by any of the schemes that GitHub
// takes.
func bearer(r *http.Request) string {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch strings.ToLower(scheme) {
	case "bearer", "token":
		return strings.TrimSpace(secret)
	case "basic":
		_, password, _ := r.BasicAuth()
		return password
	}
	return ""
}

// token finds the token that a request carries; nil without one.
func (g *GitHub) token(secret string) (*token, error) {
	t := g.tokens[secret]
	if t == nil || !g.appClock().Before(t.expires) {
		return nil, refuse(http.StatusUnauthorized, "Bad credentials")
	}
	return t, nil
}

// checkAssertion checks a JWT that the app signed with its key.
func (g *GitHub) checkAssertion(signed string) error {
	var claims jwt.RegisteredClaims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(signed, &claims, func(*jwt.Token) (any, error) { return &g.key.PublicKey, nil })
	if err != nil {
		return refuse(http.StatusUnauthorized, "A JSON web token could not be decoded")
	}
	now := g.appClock()
	switch {
	case claims.Issuer != strconv.Itoa(appID):
		return refuse(http.StatusUnauthorized, "Integration not found")
	case claims.ExpiresAt == nil || !now.Before(claims.ExpiresAt.Time):
		return refuse(http.StatusUnauthorized, "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
	case claims.ExpiresAt.After(now.Add(maxAssertion)):
		return refuse(http.StatusUnauthorized, "'Expiration time' claim ('exp') is too far in the future")
	case claims.IssuedAt == nil || claims.IssuedAt.After(now.Add(clockSkew)):
		return refuse(http.StatusUnauthorized, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
	}
	return nil
}

// narrowing is what a token may be limited to when it is minted.
type narrowing struct {
	Repositories  []string          `json:"repositories"`
	RepositoryIDs []int64           `json:"repository_ids"`
	Permissions   map[string]string `json:"permissions"`
}

// mint makes a token for an installation.
func (g *GitHub) mint(in *installation, n narrowing) (string, *token, error) {
	if in.suspended {
		return "", nil, refuse(http.StatusForbidden, "This installation has been suspended")
	}
	t := &token{
		in: in, permissions: maps.Clone(in.permissions),
		expires: g.appClock().UTC().Add(tokenLife).Truncate(time.Second),
	}
	if len(n.Permissions) > 0 {
		t.permissions = map[string]string{"metadata": "read"}
		for name, level := range n.Permissions {
			if rank(level) < 1 || rank(in.permissions[name]) < rank(level) {
				return "", nil, refuse(http.StatusUnprocessableEntity,
					"The permissions requested are not granted to this installation.")
			}
			t.permissions[name] = level
		}
	}
	if err := g.narrowRepos(t, n); err != nil {
		return "", nil, err
	}
	secret := newToken()
	maps.DeleteFunc(g.tokens, func(_ string, old *token) bool { return !g.appClock().Before(old.expires) })
	g.tokens[secret] = t
	return secret, t, nil
}

func (g *GitHub) narrowRepos(t *token, n narrowing) error {
	refused := refuse(http.StatusUnprocessableEntity,
		"There is at least one repository that does not exist or is not accessible to the parent installation.")
	for _, name := range n.Repositories {
		r, err := g.find(t.in.account + "/" + name)
		if err != nil || !t.in.sees(r) {
			return refused
		}
		t.repos = append(t.repos, r.ID)
	}
	for _, id := range n.RepositoryIDs {
		if len(g.sortedRepos(func(r *repository) bool { return r.ID == id && t.in.sees(r) })) == 0 {
			return refused
		}
		t.repos = append(t.repos, id)
	}
	return nil
}

// newToken has the length and the dots that tokens may have since 2026, so
// that nobody relies on the older form.
func newToken() string {
	part := func(n int) string {
		b := make([]byte, n)
		_, _ = rand.Read(b) // never fails
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return fmt.Sprintf("ghs_%s.%s.%s", part(27), part(291), part(64))
}
