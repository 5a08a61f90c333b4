package github_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/github"
	"hindsight/internal/reconcile"
)

func TestOptionsThatMakeNoApp(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]github.Options{
		"no id":          {Key: testKey()},
		"no key":         {AppID: 1},
		"no host":        {AppID: 1, Key: testKey(), APIURL: "github.example"},
		"another scheme": {AppID: 1, Key: testKey(), APIURL: "ftp://github.example/"},
	} {
		if _, err := github.New(o); err == nil {
			t.Errorf("%s: want an error", name)
		}
	}
}

func TestIdentityIsAskedOnce(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	app := h.app(nil)
	want := github.Identity{Slug: "hindsight", Bot: "hindsight[bot]", Owner: "Acme"}
	for range 3 {
		got, err := app.Identity(t.Context())
		if err != nil || got != want {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	if n := len(h.requests()); n != 1 {
		t.Errorf("asked %d times", n)
	}
	if auth := h.requests()[0].Auth; !strings.HasPrefix(auth, "Bearer eyJ") {
		t.Error("the App did not sign in as itself")
	}
	if app.Self() != want.Bot {
		t.Errorf("calls itself %q", app.Self())
	}
}

func TestOwnersThatAreServed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		allowed []string
		owner   string
		before  bool // as far as is known at the edge
		after   bool // for certain
	}{
		{"the App's owner by default", nil, "acme", true, true},
		{"nobody else by default", nil, "evil", true, false},
		{"named, in any case", []string{"Other", " acme "}, "ACME", true, true},
		{"not named", []string{"other"}, "acme", false, false},
		{"all", []string{"*"}, "evil", true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			app := newHost(t).app(func(o *github.Options) { o.AllowedOwners = tt.allowed })
			if got := app.AllowedOwner(tt.owner); got != tt.before {
				t.Errorf("before the owner is known: %t, want %t", got, tt.before)
			}
			if got, err := app.Admits(t.Context(), tt.owner); err != nil || got != tt.after {
				t.Errorf("admits: %t, want %t: %v", got, tt.after, err)
			}
			if got := app.AllowedOwner(tt.owner); got != tt.after {
				t.Errorf("after: %t, want %t", got, tt.after)
			}
		})
	}
}

func TestOwnerThatCannotBeFoundOut(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer("GET /app", 503, `{}`)
	if ok, err := h.app(nil).Admits(t.Context(), "acme"); ok || kind(err) != "passing" {
		t.Errorf("neither yes nor no, but %t, %v", ok, err)
	}
}

func TestInstallations(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.paged("GET /app/installations",
		`[{"id":1,"account":{"login":"Acme"},"created_at":"2026-01-02T03:04:05Z","suspended_at":null}]`,
		`[{"id":2,"account":{"login":"evil"}},{"id":3,"account":{"login":"ACME"},"suspended_at":"2026-01-02T03:04:05Z"}]`)
	got, err := h.app(nil).Installations(t.Context())
	want := []reconcile.Installation{
		{ID: 1, Account: "Acme", CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		{ID: 3, Account: "ACME", Suspended: true},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestInstallationOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		want   int64
		err    string
	}{
		{"installed", 200, `{"id":5,"account":{"login":"Acme"}}`, 5, "none"},
		{"not installed", 404, `{"message":"Not Found"}`, 0, "missing"},
		{"not allowed", 200, `{"id":5,"account":{"login":"evil"}}`, 0, "paused"},
		{"suspended", 200, `{"id":5,"account":{"login":"Acme"},"suspended_at":"2026-01-02T03:04:05Z"}`, 0, "paused"},
		{"unknown account", 200, `{"id":5}`, 0, "passing"},
		{"down", 500, `{}`, 0, "passing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer("GET /repos/acme/api/installation", tt.status, tt.body)
			got, err := h.app(nil).InstallationOf(t.Context(), "acme/api")
			if got != tt.want || kind(err) != tt.err {
				t.Errorf("got %d, %v; want %d, %s", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestInstallationOfIsRememberedForAWhile(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer("GET /repos/acme/api/installation", 200, `{"id":5,"account":{"login":"Acme"}}`)
	app := h.app(nil)
	for _, step := range []struct {
		after time.Duration
		asked int // GET /app among them
	}{{0, 2}, {time.Minute, 2}, {time.Minute, 2}, {time.Minute, 3}} {
		h.now = h.now.Add(step.after)
		if _, err := app.InstallationOf(t.Context(), "acme/api"); err != nil {
			t.Fatal(err)
		}
		if n := len(h.requests()); n != step.asked {
			t.Errorf("%d requests, want %d", n, step.asked)
		}
	}
}
