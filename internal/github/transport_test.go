package github_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsight/internal/github"
	"hindsight/internal/incident"
)

func TestNothingIsSentAtStart(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	app := h.app(nil)
	app.Forge(1)
	if n := len(h.requests()) + h.minted(); n != 0 {
		t.Errorf("%d requests before anything was asked", n)
	}
	if app.AppID() != appID || app.Self() != "" {
		t.Errorf("app %d calls itself %q", app.AppID(), app.Self())
	}
}

func TestUnchangedAnswersAreNotSentAgain(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	etag, name := `"one"`, "Acme/api"
	h.handle("GET /repos/acme/api", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = fmt.Fprintf(w, `{"full_name":%q}`, name)
	})
	var statuses []string
	app := h.app(func(o *github.Options) {
		o.Observe = func(route string, status int) { statuses = append(statuses, fmt.Sprint(route, " ", status)) }
	})
	look := func(installation int64) string {
		t.Helper()
		r, err := app.Forge(installation).Repository(t.Context(), "acme/api")
		if err != nil {
			t.Fatal(err)
		}
		return r.FullName
	}
	for range 3 {
		if got := look(1); got != "Acme/api" {
			t.Fatalf("got %q", got)
		}
	}
	etag, name = `"two"`, "Acme/API"
	if got := look(1); got != "Acme/API" {
		t.Errorf("after the change: %q", got)
	}
	look(2)
	if last := h.requests()[4]; last.ETag != "" {
		t.Errorf("one installation asks with the answer of another: %+v", last)
	}
	const get, mint = "GET /repos/{owner}/{repo} ", "POST /app/installations/{installation_id}/access_tokens 201"
	want := []string{mint, get + "200", get + "304", get + "304", get + "200", mint, get + "200"}
	if !slices.Equal(statuses, want) {
		t.Errorf("observed %q, want %q", statuses, want)
	}
}

// TestPageThatWasTheLast has a list grow while its first page, which was full
// and the last, stays as it is: GitHub answers 304 without any link.
func TestPageThatWasTheLast(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	var more bool
	full := "[" + strings.TrimSuffix(strings.Repeat(`{"id":1,"user":{"type":"User"}},`, 100), ",") + "]"
	h.handle("GET /repos/acme/api/issues/42/comments", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Query().Get("page") == "2" && more:
			_, _ = w.Write([]byte(`[{"id":2,"body":"the 101st"}]`))
		case r.URL.Query().Get("page") == "2":
			_, _ = w.Write([]byte(`[]`))
		case r.Header.Get("If-None-Match") != "":
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("ETag", `"full"`)
			_, _ = w.Write([]byte(full))
		}
	})
	forge := h.app(nil).Forge(1)
	for _, want := range []int{100, 101} {
		got, err := forge.Comments(t.Context(), key)
		if err != nil || len(got) != want {
			t.Fatalf("%d comments, want %d: %v", len(got), want, err)
		}
		more = true
	}
}

func TestRedirectsOfReadsStayOnTheHost(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer("GET /repos/acme/old", 301, "", "Location", "/api/v3/repositories/9")
	h.answer("GET /repositories/9", 200, `{"full_name":"Acme/new"}`)
	r, err := h.app(nil).Forge(1).Repository(t.Context(), "acme/old")
	if err != nil || r.FullName != "Acme/new" {
		t.Errorf("a renamed repository: %+v, %v", r, err)
	}
	for _, asked := range h.requests() {
		if asked.Auth != "token "+token {
			t.Errorf("%s went out without the token", asked.Path)
		}
	}
}

func TestTokenDoesNotFollowToAnotherHost(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"GET", "POST"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			visited := make(chan string, 8)
			thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				visited <- r.Header.Get("Authorization")
			}))
			defer thief.Close()
			h := newHost(t)
			h.answer(method+" /repos/acme/api/issues/42/comments", 307, "", "Location", thief.URL)
			forge := h.app(nil).Forge(1)
			_, err := forge.Comments(t.Context(), key)
			if method == "POST" {
				_, err = forge.WriteComment(t.Context(), key, "x")
			}
			if err == nil {
				t.Error("the redirect was followed")
			}
			if len(visited) > 0 {
				t.Errorf("the other host was sent %q", <-visited)
			}
		})
	}
}

func TestWritesAreNotRedirected(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer("PATCH /repos/acme/api/issues/comments/5", 301, "", "Location", "/api/v3/repositories/9/issues/comments/5")
	h.answer("GET /repositories/9/issues/comments/5", 200, `{"id":5}`)
	err := h.app(nil).Forge(1).EditComment(t.Context(), key, 5, "x")
	if kind(err) != "missing" {
		t.Errorf("an edit that became a read: %v", err)
	}
}

// bounded fails requests that nothing would ever end.
type bounded struct {
	t    *testing.T
	next http.RoundTripper
}

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	deadline, ok := r.Context().Deadline()
	if !ok || time.Until(deadline) > 10*time.Second {
		b.t.Errorf("%s has no deadline, or a late one: %s", r.URL.Path, deadline)
	}
	return b.next.RoundTrip(r)
}

func TestEveryRequestHasADeadline(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer("GET /repos/acme/api", 200, `{}`)
	app := h.app(func(o *github.Options) { o.Transport = bounded{t, o.Transport} })
	if _, err := app.Forge(1).Repository(t.Context(), "acme/api"); err != nil {
		t.Error(err)
	}
	if _, err := app.WikiToken(t.Context(), 1, "acme/api"); err != nil {
		t.Error(err)
	}
}

func TestOwnTransport(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer("GET /repos/acme/api", 200, `{"full_name":"Acme/api"}`)
	app := h.app(func(o *github.Options) { o.Transport = nil })
	if r, err := app.Forge(1).Repository(t.Context(), "acme/api"); err != nil || r.FullName != "Acme/api" {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestFirstCallsShareAToken(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer("GET /repos/acme/api", 200, `{"full_name":"Acme/api"}`, "ETag", `"x"`)
	app := h.app(nil)
	var all sync.WaitGroup
	for i := range 150 {
		all.Go(func() {
			_, err := app.Forge(int64(1+i%3)).Repository(t.Context(), "acme/api")
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := h.minted(); n != 3 {
		t.Errorf("%d tokens for three installations", n)
	}
}

func TestWikiTokens(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	var bodies []string
	h.handle("POST /app/installations/{id}/access_tokens", func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		bodies = append(bodies, strings.TrimSpace(string(body))) // one at a time: they share
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, `{"token":"ghs_%d","expires_at":%q}`, len(bodies), h.now.Add(time.Hour).Format(time.RFC3339))
	})
	app := h.app(nil)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got, err := app.WikiToken(t.Context(), 1, "acme/api"); err != nil || got != "ghs_1" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	all.Wait()
	want := `{"repositories":["api"],"permissions":{"contents":"write"}}`
	if len(bodies) != 1 || bodies[0] != want {
		t.Errorf("asked for %q, want %q once", bodies, want)
	}
	for _, step := range []struct {
		after time.Duration
		repo  incident.Repo
		want  string
	}{
		{54 * time.Minute, "acme/api", "ghs_1"},
		{2 * time.Minute, "acme/api", "ghs_2"}, // less than five minutes left
		{0, "acme/web", "ghs_3"},
	} {
		h.now = h.now.Add(step.after)
		if got, err := app.WikiToken(t.Context(), 1, step.repo); err != nil || got != step.want {
			t.Errorf("%s: %q, %v; want %q", step.repo, got, err, step.want)
		}
	}
}

func TestWikiTokenThatGitHubRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		want   string
		says   string
	}{
		{"permission", 422, `{"message":"The permissions requested are not granted to this installation."}`, "blocked", "**contents: write**"},
		{"repository", 422, `{"message":"There is at least one repository that does not exist or is not accessible to the parent installation."}`, "blocked", "not accessible"},
		{"no installation", 404, `{"message":"Not Found"}`, "paused", "no longer installed"},
		{"no token in the answer", 201, `{}`, "passing", "no token"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer("POST /app/installations/1/access_tokens", tt.status, tt.body)
			_, err := h.app(nil).WikiToken(t.Context(), 1, "acme/api")
			if kind(err) != tt.want || !strings.Contains(fmt.Sprint(err), tt.says) {
				t.Errorf("got %s, %v; want %s that says %q", kind(err), err, tt.want, tt.says)
			}
		})
	}
}
