package github_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"hindsight/internal/github"
	"hindsight/internal/incident"
)

// kind names an error as the caller tells them apart.
func kind(err error) string {
	var (
		missing *incident.Missing
		blocked *incident.Blocked
		later   *incident.Later
		paused  *incident.Paused
	)
	switch {
	case err == nil:
		return "none"
	case errors.As(err, &missing):
		return "missing"
	case errors.As(err, &blocked):
		return "blocked"
	case errors.As(err, &later):
		return "later"
	case errors.As(err, &paused):
		return "paused"
	}
	return "passing"
}

var key = incident.NewKey("Acme", "api", 42)

const commentsRoute = "POST /repos/acme/api/issues/42/comments"

func TestAnswersSayWhatHappensNext(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		status  int
		body    string
		headers []string
		want    string
		says    []string
	}{
		{"not found", 404, `{"message":"Not Found"}`, nil, "missing", []string{"acme/api#42"}},
		{"deleted", 410, `{"message":"This issue was deleted"}`, nil, "missing", nil},
		{"issues off", 410, `{"message":"Issues has been disabled in this repository."}`, nil, "blocked", []string{"Features"}},
		{"archived", 403, `{"message":"Repository was archived so is read-only."}`, nil, "paused", []string{"archived"}},
		{"suspended", 403, `{"message":"This installation has been suspended"}`, nil, "paused", []string{"suspended"}},
		{"legal", 451, `{"message":"Repository access blocked"}`, nil, "paused", nil},
		{
			"permission", 403, `{"message":"Resource not accessible by integration"}`, nil, "blocked",
			[]string{"**issues: write**", "Permissions & events", "`acme`"},
		},
		{
			"permission that GitHub names", 403, `{"message":"Resource not accessible by integration"}`,
			[]string{"X-Accepted-GitHub-Permissions", "issues=write; pull_requests=write"},
			"blocked",
			[]string{"**issues: write or pull requests: write**"},
		},
		{
			"permission header of somebody else's making", 403, `{"message":"Resource not accessible by integration"}`,
			[]string{"X-Accepted-GitHub-Permissions", "@everyone **look**"},
			"blocked",
			[]string{"**issues: write**"},
		},
		{"locked", 403, `{"message":"Unable to create comment because issue is locked."}`, nil, "blocked", []string{"acme/api#42", "Unlock conversation", "write permission"}},
		{"blocked user", 403, `{"message":"User is blocked"}`, nil, "blocked", []string{"`User is blocked`"}},
		{"forbidden for another reason", 403, `{"message":"@acme has an IP allow list"}`, nil, "blocked", []string{"`@acme has an IP allow list`"}},
		{
			"refused", 422, `{"message":"Validation Failed","errors":[{"resource":"Issue","field":"body","code":"custom","message":"body is too long (maximum is 65536 characters)"},{"field":"title","code":"missing"}]}`,
			nil, "blocked",
			[]string{"body is too long", "title missing"},
		},
		{
			"refused with people's words", 422, "{\"message\":\"`@all` <!-- x --> | a\\nb\"}", nil, "blocked",
			[]string{"`'@all' <!-- x --> / a b`"},
		},
		{"credentials", 401, `{"message":"Bad credentials"}`, nil, "passing", []string{"private key", "clock"}},
		{"server error", 500, `{"message":"Server Error"}`, nil, "passing", []string{"may have taken effect"}},
		{"bad gateway, not JSON", 502, `<html>unicorn</html>`, nil, "passing", []string{"may have taken effect"}},
		{"bad request", 400, `{"message":"Problems parsing JSON"}`, nil, "passing", []string{"Problems parsing JSON"}},
		{"answer that breaks off", 201, `{"id":`, nil, "passing", []string{"may have taken effect"}},
		{"moved", 301, `{"message":"Moved Permanently"}`, []string{"Location", "/api/v3/repositories/9/issues/42/comments"}, "missing", []string{"moved"}},
		{"moved with its method", 307, ``, []string{"Location", "/api/v3/repositories/9/issues/42/comments"}, "missing", []string{"moved"}},
		{"secondary limit", 403, `{"message":"You have exceeded a secondary rate limit."}`, nil, "later", nil},
		{"too many", 429, `{"message":"slow down"}`, nil, "later", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer(commentsRoute, tt.status, tt.body, tt.headers...)
			_, err := h.app(nil).Forge(1).WriteComment(t.Context(), key, "hello")
			if got := kind(err); got != tt.want {
				t.Fatalf("kind = %s, want %s: %v", got, tt.want, err)
			}
			for _, s := range tt.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q does not say %q", err, s)
				}
			}
			if n := len(h.requests()); n != 1 {
				t.Errorf("%d requests, want 1: nothing is tried again inside", n)
			}
		})
	}
}

func TestLimitsNameTheirEnd(t *testing.T) {
	t.Parallel()
	reset := func(d time.Duration) []string {
		at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC).Add(d)
		return []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", strconv.FormatInt(at.Unix(), 10)}
	}
	tests := []struct {
		name    string
		status  int
		message string
		headers []string
		want    time.Duration
	}{
		{"retry after on 403", 403, "secondary rate limit", []string{"Retry-After", "37"}, 37 * time.Second},
		{"retry after on 429", 429, "", []string{"Retry-After", "90"}, 90 * time.Second},
		{"primary on 403", 403, "API rate limit exceeded", reset(25 * time.Minute), 25 * time.Minute},
		{"primary on 429", 429, "API rate limit exceeded", reset(25 * time.Minute), 25 * time.Minute},
		{"no time named", 403, "You have exceeded a secondary rate limit", nil, time.Minute},
		{"abuse, as older hosts say", 403, "You have triggered an abuse detection mechanism", nil, time.Minute},
		{"429 without a word", 429, "", nil, time.Minute},
		{"a time gone by", 429, "", reset(-time.Minute), 5 * time.Second},
		{"nonsense", 429, "", []string{"Retry-After", "99999999"}, time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer(commentsRoute, tt.status, toJSON(t, map[string]string{"message": tt.message}), tt.headers...)
			_, err := h.app(nil).Forge(1).WriteComment(t.Context(), key, "hello")
			var later *incident.Later
			if !errors.As(err, &later) {
				t.Fatalf("not a limit: %v", err)
			}
			if got := later.At.Sub(h.now); got != tt.want {
				t.Errorf("closed for %s, want %s", got, tt.want)
			}
		})
	}
}

func TestLimitClosesTheWholeInstallation(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer(commentsRoute, 403, `{"message":"secondary rate limit"}`, "Retry-After", "60")
	h.answer("GET /repos/acme/api", 200, `{"full_name":"Acme/api"}`)
	app := h.app(nil)
	_, err := app.Forge(1).WriteComment(t.Context(), key, "hello")
	if kind(err) != "later" {
		t.Fatalf("want a limit, got %v", err)
	}
	before := len(h.requests())
	if _, err := app.Forge(1).Repository(t.Context(), key.Repo); kind(err) != "later" {
		t.Errorf("the installation is not closed: %v", err)
	}
	if _, err := app.WikiToken(t.Context(), 1, key.Repo); kind(err) != "later" {
		t.Errorf("the installation is not closed for tokens: %v", err)
	}
	if n := len(h.requests()); n != before {
		t.Errorf("%d requests went out while closed", n-before)
	}
	if _, err := app.Forge(2).Repository(t.Context(), key.Repo); err != nil {
		t.Errorf("another installation is held up: %v", err)
	}
	h.now = h.now.Add(61 * time.Second)
	if _, err := app.Forge(1).Repository(t.Context(), key.Repo); err != nil {
		t.Errorf("the installation stays closed: %v", err)
	}
	if !strings.Contains(h.log.String(), "rate limit") {
		t.Errorf("the log says nothing: %q", h.log.String())
	}
}

// TestLimitThatIsUsedUp has the last request of the hour succeed: the next
// one is not sent to be refused.
func TestLimitThatIsUsedUp(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.now = time.Now() // go-github remembers too, by the real clock
	reset := h.now.Add(20 * time.Minute).Truncate(time.Second)
	h.answer("GET /repos/acme/api", 200, `{"full_name":"Acme/api"}`,
		"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	forge := h.app(nil).Forge(1)
	if _, err := forge.Repository(t.Context(), key.Repo); err != nil {
		t.Fatal(err)
	}
	_, err := forge.Repository(t.Context(), key.Repo)
	var later *incident.Later
	if !errors.As(err, &later) || !later.At.Equal(reset) {
		t.Errorf("want to wait until %s, got %v", reset, err)
	}
	if n := len(h.requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestMintingThatFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status int
		body   string
		want   string
	}{
		{404, `{"message":"Not Found"}`, "paused"},
		{403, `{"message":"This installation has been suspended"}`, "paused"},
		{401, `{"message":"A JSON web token could not be decoded"}`, "passing"},
		{500, `oops`, "passing"},
		{429, `{"message":"slow"}`, "later"},
	}
	for _, tt := range tests {
		t.Run(strconv.Itoa(tt.status), func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer("POST /app/installations/1/access_tokens", tt.status, tt.body)
			_, err := h.app(nil).Forge(1).Issue(t.Context(), key)
			if got := kind(err); got != tt.want {
				t.Errorf("kind = %s, want %s: %v", got, tt.want, err)
			}
		})
	}
}

func TestPermissionCountsOnceItIsGranted(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	granted := false
	h.handle(commentsRoute, func(w http.ResponseWriter, _ *http.Request) {
		if !granted {
			http.Error(w, `{"message":"Resource not accessible by integration"}`, http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"id":1}`))
	})
	forge := h.app(nil).Forge(1)
	if _, err := forge.WriteComment(t.Context(), key, "x"); kind(err) != "blocked" {
		t.Fatalf("want blocked, got %v", err)
	}
	granted = true
	if _, err := forge.WriteComment(t.Context(), key, "x"); err != nil {
		t.Fatal(err)
	}
	if n := h.minted(); n != 2 {
		t.Errorf("%d tokens, want a new one after the refusal", n)
	}
}

func TestAnswerThatWasLostIsPassing(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.handle(commentsRoute, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // reset, as a router does that gives up
		}
		_ = conn.Close()
	})
	_, err := h.app(nil).Forge(1).WriteComment(t.Context(), key, "x")
	if kind(err) != "passing" || !strings.Contains(err.Error(), "may have taken effect") {
		t.Errorf("got %v", err)
	}
	if n := len(h.requests()); n != 1 {
		t.Errorf("sent %d times, want once", n)
	}
}

// leaky is a proxy that puts what it saw into its error.
type leaky struct{ next http.RoundTripper }

func (l leaky) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/access_tokens") {
		return l.next.RoundTrip(r)
	}
	return nil, fmt.Errorf("proxy https://user:hunter2hunter2@proxy.example refused %v", r.Header)
}

func TestNoSecretInErrorsOrLog(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer(commentsRoute, 403, `{"message":"secondary rate limit for `+token+`"}`)
	_, limited := h.app(nil).Forge(1).WriteComment(t.Context(), key, "x")
	broken := h.app(func(o *github.Options) { o.Transport = leaky{o.Transport} })
	_, lost := broken.Forge(1).Issue(t.Context(), key)
	_, jwt := broken.Identity(t.Context())
	said := fmt.Sprintf("%+v %#v %+v %+v %s", limited, limited, lost, jwt, h.log.String())
	for _, secret := range []string{"ghs_", "Secret", "eyJ", "hunter2"} {
		if strings.Contains(said, secret) {
			t.Errorf("%q is in %s", secret, said)
		}
	}
	if !strings.Contains(lost.Error(), "[redacted]") {
		t.Errorf("the reason is gone with the secret: %v", lost)
	}
	for err := lost; err != nil; err = errors.Unwrap(err) {
		if strings.Contains(fmt.Sprintf("%+v", err), "Secret") {
			t.Errorf("a wrapped error shows the token: %T", err)
		}
	}
}
