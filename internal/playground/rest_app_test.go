package playground_test

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hindsight/internal/playground"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/golang-jwt/jwt/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

func TestAppSeesItsInstallations(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("globex", "site", playground.RepoOptions{}))
	s.Install("globex", "site")
	gh := s.asApp(t)
	app, _, err := gh.Apps.Get(t.Context(), "")
	must(t, err)
	if app.GetID() != s.App().ID || app.GetSlug() != "hindsight" {
		t.Errorf("the app is %d, %q", app.GetID(), app.GetSlug())
	}
	list, _, err := gh.Apps.ListInstallations(t.Context(), nil)
	must(t, err)
	var accounts []string
	for _, in := range list {
		accounts = append(accounts, in.GetAccount().GetLogin()+" "+in.GetRepositorySelection())
	}
	if diff := cmp.Diff([]string{"acme all", "globex selected"}, accounts); diff != "" {
		t.Errorf("installations (-want +got):\n%s", diff)
	}
	in, _, err := gh.Apps.FindRepositoryInstallation(t.Context(), "acme", "shop")
	must(t, err)
	if in.GetID() != s.installation {
		t.Errorf("installation of acme/shop is %d, want %d", in.GetID(), s.installation)
	}
	s.Uninstall("acme")
	_, _, err = gh.Apps.FindRepositoryInstallation(t.Context(), "acme", "shop")
	if got := status(t, err); got != http.StatusNotFound {
		t.Errorf("after uninstalling: %d", got)
	}
}

func TestAssertionsAreChecked(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *playground.Options) { o.AppClock = nil })
	key, err := playground.SharedKey()
	must(t, err)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	now := s.clock.now()
	claims := func(iss int64, iat, exp time.Time) jwt.RegisteredClaims {
		return jwt.RegisteredClaims{
			Issuer: strconv.FormatInt(iss, 10), IssuedAt: jwt.NewNumericDate(iat), ExpiresAt: jwt.NewNumericDate(exp),
		}
	}
	id := s.App().ID
	tests := []struct {
		name   string
		key    any
		method jwt.SigningMethod
		claims jwt.RegisteredClaims
		want   int
	}{
		{"good", key, jwt.SigningMethodRS256, claims(id, now, now.Add(9*time.Minute)), http.StatusOK},
		{"another key", stranger, jwt.SigningMethodRS256, claims(id, now, now.Add(time.Minute)), http.StatusUnauthorized},
		{"another algorithm", []byte("secret"), jwt.SigningMethodHS256, claims(id, now, now.Add(time.Minute)), http.StatusUnauthorized},
		{"another app", key, jwt.SigningMethodRS256, claims(id+1, now, now.Add(time.Minute)), http.StatusUnauthorized},
		{"expired", key, jwt.SigningMethodRS256, claims(id, now.Add(-time.Hour), now.Add(-time.Second)), http.StatusUnauthorized},
		{"valid for too long", key, jwt.SigningMethodRS256, claims(id, now, now.Add(11*time.Minute)), http.StatusUnauthorized},
		{"issued in the future", key, jwt.SigningMethodRS256, claims(id, now.Add(2*time.Minute), now.Add(5*time.Minute)), http.StatusUnauthorized},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			signed, err := jwt.NewWithClaims(test.method, test.claims).SignedString(test.key)
			must(t, err)
			if got := s.get(t, "/api/v3/app", "Bearer "+signed).status; got != test.want {
				t.Errorf("status is %d, want %d", got, test.want)
			}
		})
	}
}

// answer is what came back, but for its body.
type answer struct {
	status int
	header http.Header
}

// get asks for one address, by hand.
func (s *stage) get(t *testing.T, path, authorization string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+path, nil)
	must(t, err)
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	for pair := range slices.Chunk(headers, 2) {
		req.Header.Set(pair[0], pair[1])
	}
	resp, err := (&http.Client{Transport: s.transport}).Do(req)
	must(t, err)
	must(t, resp.Body.Close())
	return answer{resp.StatusCode, resp.Header}
}

// mint makes a token by the API.
func (s *stage) mint(t *testing.T, options *github.InstallationTokenOptions) *github.InstallationToken {
	t.Helper()
	token, _, err := s.asApp(t).Apps.CreateInstallationToken(t.Context(), s.installation, options)
	must(t, err)
	return token
}

func TestTokensAreLongAndEnd(t *testing.T) {
	t.Parallel()
	now := &clock{t: time.Now()}
	s := open(t, func(o *playground.Options) { o.AppClock = now.now })
	token := s.mint(t, nil)
	if secret := token.GetToken(); !strings.HasPrefix(secret, "ghs_") || len(secret) < 500 || strings.Count(secret, ".") < 2 {
		t.Errorf("the token is %d characters long: %.8s…", len(secret), secret)
	}
	if got := s.get(t, "/api/v3/repos/acme/shop", "token "+token.GetToken()).status; got != http.StatusOK {
		t.Errorf("with a fresh token: %d", got)
	}
	now.advance(time.Hour)
	if got := s.get(t, "/api/v3/repos/acme/shop", "token "+token.GetToken()).status; got != http.StatusUnauthorized {
		t.Errorf("with an expired token: %d", got)
	}
	for _, authorization := range []string{"", "token ghs_wrong"} {
		if got := s.get(t, "/api/v3/repos/acme/shop", authorization).status; got != http.StatusUnauthorized {
			t.Errorf("with %q: %d", authorization, got)
		}
	}
}

func TestTokensAreNarrow(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "till", playground.RepoOptions{Private: true}))
	issue := want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	pull := want(s.As("ada").OpenPullRequest(repo, "Add a retry", ""))(t)
	with := func(permissions github.InstallationPermissions, repos ...string) *github.Client {
		return s.asInstallation(t, func(tr *ghinstallation.Transport) {
			tr.InstallationTokenOptions = &github.InstallationTokenOptions{
				Permissions: &permissions, Repositories: repos,
			}
		})
	}
	read := github.InstallationPermissions{Issues: new("read")}
	pulls := github.InstallationPermissions{PullRequests: new("write")}
	comment := func(gh *github.Client, n int) error {
		_, _, err := gh.Issues.CreateComment(t.Context(), "acme", "shop", n, &github.IssueComment{Body: new("hi")})
		return err
	}

	if got := status(t, comment(with(read), issue)); got != http.StatusForbidden {
		t.Errorf("writing with issues:read: %d", got)
	}
	if got := status(t, comment(with(pulls), issue)); got != http.StatusForbidden {
		t.Errorf("writing to an issue with pull_requests:write: %d", got)
	}
	must(t, comment(with(pulls), pull))
	_, _, err := with(read, "shop").Repositories.Get(t.Context(), "acme", "till")
	if got := status(t, err); got != http.StatusNotFound {
		t.Errorf("a repository outside the token's: %d", got)
	}
	list, _, err := with(read, "shop").Apps.ListRepos(t.Context(), nil)
	must(t, err)
	if list.GetTotalCount() != 1 || list.Repositories[0].GetFullName() != repo {
		t.Errorf("the token sees %v", list.Repositories)
	}
	refused := []*github.InstallationTokenOptions{
		{Repositories: []string{"nowhere"}},
		{RepositoryIDs: []int64{42}},
		{Permissions: &github.InstallationPermissions{Administration: new("write")}},
	}
	for _, options := range refused {
		_, _, err := s.asApp(t).Apps.CreateInstallationToken(t.Context(), s.installation, options)
		if got := status(t, err); got != http.StatusUnprocessableEntity {
			t.Errorf("minting with %+v: %d", options, got)
		}
	}
}

func TestSuspendedAndReducedInstallations(t *testing.T) {
	t.Parallel()
	s := open(t)
	gh := s.asInstallation(t)
	_, _, err := gh.Repositories.Get(t.Context(), "acme", "shop")
	must(t, err)
	s.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "read"})
	_, _, err = gh.Issues.Create(t.Context(), "acme", "shop", &github.IssueRequest{Title: new("no")})
	if got := status(t, err); got != http.StatusForbidden {
		t.Errorf("after issues:write was taken away: %d", got)
	}
	s.Suspend("acme", true)
	_, _, err = gh.Repositories.Get(t.Context(), "acme", "shop")
	if got := status(t, err); got != http.StatusForbidden {
		t.Errorf("while suspended: %d", got)
	}
	_, _, err = s.asApp(t).Apps.CreateInstallationToken(t.Context(), s.installation, nil)
	if got := status(t, err); got != http.StatusForbidden {
		t.Errorf("minting while suspended: %d", got)
	}
}

func TestPermissionsOfPeople(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "open", playground.RepoOptions{}))
	roles := map[string]playground.Role{
		"tim": playground.Triage, "wil": playground.Write, "may": playground.Maintain, "roy": playground.Read,
	}
	for login, role := range roles {
		must(t, s.SetRole(repo, login, role))
	}
	s.As("eve")
	tests := []struct{ repo, login, permission, role string }{
		{"shop", "tim", "read", "triage"},
		{"shop", "wil", "write", "write"},
		{"shop", "may", "write", "maintain"},
		{"shop", "roy", "read", "read"},
		{"shop", "acme", "admin", "admin"},
		{"shop", "eve", "none", "none"},
		{"open", "eve", "read", "read"},
	}
	gh := s.asInstallation(t)
	for _, test := range tests {
		level, _, err := gh.Repositories.GetPermissionLevel(t.Context(), "acme", test.repo, test.login)
		must(t, err)
		triage := level.GetUser().GetPermissions()["triage"]
		wantTriage := !slices.Contains([]string{"none", "read"}, test.role)
		if level.GetPermission() != test.permission || level.GetUser().GetRoleName() != test.role || triage != wantTriage {
			t.Errorf("%s in %s: %s, %s, triage %v", test.login, test.repo, level.GetPermission(), level.GetUser().GetRoleName(), triage)
		}
	}
	_, _, err := gh.Repositories.GetPermissionLevel(t.Context(), "acme", "shop", "nobody-at-all")
	if got := status(t, err); got != http.StatusNotFound {
		t.Errorf("an account that does not exist: %d", got)
	}
}

func TestContents(t *testing.T) {
	t.Parallel()
	s := open(t)
	long := strings.Repeat("label: incident\n", 40)
	must(t, s.PutFile(repo, ".github/hindsight.yml", long))
	must(t, s.PutFile(repo, ".github/hindsight/postmortem.md", "# {{.Title}}"))
	gh := s.asInstallation(t)
	file, _, _, err := gh.Repositories.GetContents(t.Context(), "acme", "shop", ".github/hindsight.yml", nil)
	must(t, err)
	content, err := file.GetContent()
	must(t, err)
	if diff := cmp.Diff(long, content); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
	_, entries, _, err := gh.Repositories.GetContents(t.Context(), "acme", "shop", ".github", nil)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.GetType()+" "+e.GetPath())
	}
	if diff := cmp.Diff([]string{"dir .github/hindsight", "file .github/hindsight.yml"}, names); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	_, _, _, err = gh.Repositories.GetContents(t.Context(), "acme", "shop", "nothing.md", nil)
	if got := status(t, err); got != http.StatusNotFound {
		t.Errorf("a file that is not there: %d", got)
	}
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	for n := range 65 {
		want(s.As("ada").OpenIssue(repo, fmt.Sprintf("issue %d", n+1), ""))(t)
	}
	gh := s.asInstallation(t)
	for _, test := range []struct {
		perPage, first, pages int
	}{{0, 30, 3}, {10, 10, 7}, {100, 65, 1}} {
		options := &github.IssueListByRepoOptions{ListOptions: github.ListOptions{PerPage: test.perPage}}
		seen := map[int]bool{}
		pages := 0
		for {
			list, resp, err := gh.Issues.ListByRepo(t.Context(), "acme", "shop", options)
			must(t, err)
			if pages++; pages == 1 && (len(list) != test.first || test.pages > 1 && resp.LastPage != test.pages) {
				t.Errorf("per_page %d: %d on the first page, last page %d", test.perPage, len(list), resp.LastPage)
			}
			for _, i := range list {
				seen[i.GetNumber()] = true
			}
			if resp.NextPage == 0 {
				break
			}
			options.Page = resp.NextPage
		}
		if pages != test.pages || len(seen) != 65 {
			t.Errorf("per_page %d: %d pages with %d issues", test.perPage, pages, len(seen))
		}
	}
}

func TestConditionalRequestsAreFree(t *testing.T) {
	t.Parallel()
	s := open(t)
	want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	token := "token " + s.mint(t, nil).GetToken()
	const path = "/api/v3/repos/acme/shop/issues/1"
	first := s.get(t, path, token)
	tag := first.header.Get("ETag")
	again := s.get(t, path, token, "If-None-Match", tag)
	if again.status != http.StatusNotModified {
		t.Errorf("unchanged: %d", again.status)
	}
	if a, b := first.header.Get("X-RateLimit-Remaining"), again.header.Get("X-RateLimit-Remaining"); a != b || a != "4999" {
		t.Errorf("remaining went from %s to %s", a, b)
	}
	want(s.As("ada").Comment(repo, 1, "hello"))(t)
	if got := s.get(t, path, token, "If-None-Match", tag); got.status != http.StatusOK || got.header.Get("ETag") == tag {
		t.Errorf("changed: %d, the tag is %s", got.status, got.header.Get("ETag"))
	}
}

func TestSecondaryRateLimit(t *testing.T) {
	t.Parallel()
	s := open(t)
	gh := s.asInstallation(t)
	issue := func() error {
		_, _, err := gh.Issues.Create(t.Context(), "acme", "shop", &github.IssueRequest{Title: new("more")})
		return err
	}
	for range 80 {
		must(t, issue())
	}
	err := issue()
	limited, is := err.(*github.AbuseRateLimitError) //nolint:errorlint // the client returns it bare
	if !is || limited.GetRetryAfter() != time.Minute {
		t.Fatalf("the 81st within a minute: %v", err)
	}
	s.clock.advance(time.Minute)
	if got := s.get(t, "/api/v3/repos/acme/shop/issues", "token "+s.mint(t, nil).GetToken()).status; got != http.StatusOK {
		t.Errorf("reading meanwhile: %d", got)
	}
	s.SetLimits(playground.Limits{CreatesPerHour: 3})
	fresh := s.asInstallation(t)
	for n := range 4 {
		s.clock.advance(10 * time.Minute)
		_, _, err := fresh.Issues.Create(t.Context(), "acme", "shop", &github.IssueRequest{Title: new("slowly")})
		if (err != nil) != (n == 3) {
			t.Errorf("number %d in the hour: %v", n+1, err)
		}
	}
}

func TestPrimaryRateLimit(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *playground.Options) { o.Limits.PerHour = 2 })
	// A client that has seen the limit stops asking, so each asks once.
	get := func() error {
		_, _, err := s.asInstallation(t).Repositories.Get(t.Context(), "acme", "shop")
		return err
	}
	for range 2 {
		must(t, get())
	}
	err := get()
	if _, is := err.(*github.RateLimitError); !is { //nolint:errorlint // the client returns it bare
		t.Errorf("the third in an hour: %v", err)
	}
	limits, _, err := s.asInstallation(t).RateLimit.Get(t.Context())
	must(t, err)
	if limits.Core.Remaining != 0 || limits.Core.Limit != 2 {
		t.Errorf("limits are %+v", limits.Core)
	}
	s.clock.advance(time.Hour)
	must(t, get())
}
