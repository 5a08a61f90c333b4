package wiki_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
	"hindsight/internal/wiki"
)

const (
	repo     = incident.Repo("org/api")
	wikiRepo = "org/api.wiki"
	path     = "2026-11-20-pool-exhausted-42.md"
)

func newWiki(t *testing.T, s *server, change func(*wiki.Options)) (*wiki.Wiki, wiki.Options) {
	t.Helper()
	o := wiki.Options{
		Git: "git", BaseURL: s.URL, Dir: t.TempDir(),
		Token: func(_ context.Context, installation int64, r incident.Repo) (string, error) {
			if installation != 7 || r.Owner() != "org" {
				return "", fmt.Errorf("token asked for installation %d and %s", installation, r)
			}
			return token, nil
		},
		AuthorName: "hindsight[bot]", AuthorEmail: "7+hindsight[bot]@users.noreply.github.com",
		Clock:   func() time.Time { return time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC) },
		Timeout: 30 * time.Second, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&o)
	}
	w, err := wiki.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return w, o
}

func pageOf(number int) incident.CreatePage {
	marker := markdown.Marker("page", markdown.Fields{"incident": fmt.Sprintf("%s#%d", repo, number)})
	return incident.CreatePage{
		Path: fmt.Sprintf("2026-11-20-pool-exhausted-%d.md", number), Title: "Pool exhausted", Content: marker + "\n# Pool exhausted\n",
	}
}

func create(t *testing.T, w *wiki.Wiki, page incident.CreatePage) (string, error) {
	t.Helper()
	return w.Create(t.Context(), 7, repo, page)
}

func mustCreate(t *testing.T, w *wiki.Wiki, page incident.CreatePage) {
	t.Helper()
	if _, err := create(t, w, page); err != nil {
		t.Fatal(err)
	}
}

// wantBlocked checks that the error tells a person what to do.
func wantBlocked(t *testing.T, err error, words ...string) {
	t.Helper()
	blocked, ok := errors.AsType[*incident.Blocked](err)
	if !ok {
		t.Fatalf("error %v, want one that a person can mend", err)
	}
	for _, word := range words {
		if !strings.Contains(blocked.Text, word) {
			t.Errorf("text %q lacks %q", blocked.Text, word)
		}
	}
}

// wantPassing checks that the error is one that is simply tried again.
func wantPassing(t *testing.T, err error) {
	t.Helper()
	_, blocked := errors.AsType[*incident.Blocked](err)
	_, later := errors.AsType[*incident.Later](err)
	if err == nil || blocked || later {
		t.Fatalf("error %v, want a passing one", err)
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	for _, branch := range []string{"master", "main", "odd/br@nch-ü"} {
		t.Run(branch, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.wiki(wikiRepo, branch)
			s.save(wikiRepo, "images/a/b.svg", "<svg/>")
			before := s.tip(wikiRepo)
			w, o := newWiki(t, s, nil)

			got, err := create(t, w, pageOf(42))
			if err != nil {
				t.Fatal(err)
			}
			if want := s.URL + "/org/api/wiki/2026-11-20-pool-exhausted-42"; got != want {
				t.Errorf("address %s, want %s", got, want)
			}
			if diff := cmp.Diff([]string{path, "Home.md", "images/a/b.svg"}, s.pages()); diff != "" {
				t.Errorf("pages (-want +got):\n%s", diff)
			}
			if got := s.content(wikiRepo, path); got != pageOf(42).Content {
				t.Errorf("content %q", got)
			}
			log := s.git(wikiRepo, "", "log", "-1", "--format=%P|%an|%ae|%ct|%s", "refs/heads/"+branch)
			want := before + "|hindsight[bot]|7+hindsight[bot]@users.noreply.github.com|1795183500|Create 2026-11-20-pool-exhausted-42\n"
			if log != want {
				t.Errorf("commit %q, want %q", log, want)
			}
			s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
			if left, err := os.ReadDir(o.Dir); err != nil || len(left) > 0 {
				t.Errorf("left in the directory: %v, %v", left, err)
			}
		})
	}
}

func TestCreateFirstCommit(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.init(wikiRepo, "trunk")
	w, _ := newWiki(t, s, nil)
	mustCreate(t, w, pageOf(42))
	if got := s.commits(wikiRepo); got != "1" {
		t.Errorf("%s commits, want 1", got)
	}
	if diff := cmp.Diff([]string{path}, s.pages()); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// A crash after the push: the page is there, and nobody was told.
func TestCreateAgain(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	w, _ := newWiki(t, s, nil)
	mustCreate(t, w, pageOf(42))
	edited := s.content(wikiRepo, path) + "\nWhat a person added.\n" + strings.Repeat("x", 2<<20)
	s.save(wikiRepo, path, edited)
	tip, asked := s.tip(wikiRepo), len(s.asked())

	mustCreate(t, w, pageOf(42))
	if s.tip(wikiRepo) != tip || s.content(wikiRepo, path) != edited {
		t.Error("the wiki changed")
	}
	for _, r := range s.asked()[asked:] {
		if strings.Contains(r, "receive-pack") {
			t.Errorf("%s: it was there to be found", r)
		}
	}
}

func TestCreateInTheWay(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, path, content string
		blocked             bool
	}{
		{"a person's page", path, "# Mine\n", true},
		{"another incident's", path, pageOf(43).Content, true},
		{"a marker in a code block", path, "```\n" + pageOf(42).Content + "```\n", true},
		{"other case", "2026-11-20-Pool-Exhausted-42.md", pageOf(42).Content, true},
		{"other markup", "2026-11-20-pool-exhausted-42.textile", "h1. Mine", true},
		{"spaces", "2026-11-20 pool exhausted 42.md", "# Mine\n", true},
		{"in a directory", "old/2026-11-20-pool-exhausted-42.md", "# Mine\n", true},
		{"no page", "2026-11-20-pool-exhausted-42.png", "x", false},
		{"longer name", "2026-11-20-pool-exhausted-42.1.md", "# Mine\n", false},
		{"shorter name", "2026-11-20-pool-exhausted-4.md", "# Mine\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.wiki(wikiRepo, "master")
			s.save(wikiRepo, tt.path, tt.content)
			tip := s.tip(wikiRepo)
			w, _ := newWiki(t, s, nil)
			_, err := create(t, w, pageOf(42))
			if !tt.blocked {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantBlocked(t, err, "another page", s.URL+"/org/api/wiki/2026-11-20-pool-exhausted-42", "Rename or delete")
			if s.tip(wikiRepo) != tip {
				t.Error("the wiki changed")
			}
		})
	}
}

// A person saves a page while ours is being made: before git has asked for
// the wiki's state in order to push, or after.
func TestCreateRaced(t *testing.T) {
	t.Parallel()
	for _, moment := range []string{"GET /org/api.wiki.git/info/refs?service=git-receive-pack", "POST /org/api.wiki.git/git-receive-pack?"} {
		t.Run(moment, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.wiki(wikiRepo, "master")
			races := 0
			s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery == moment && races < 3 {
					races++
					s.save(wikiRepo, fmt.Sprintf("Person-%d.md", races), "Mine.\n")
				}
				return false
			})
			w, _ := newWiki(t, s, nil)
			mustCreate(t, w, pageOf(42))
			if diff := cmp.Diff([]string{path, "Home.md", "Person-1.md", "Person-2.md", "Person-3.md"}, s.pages()); diff != "" {
				t.Errorf("pages (-want +got):\n%s", diff)
			}
			if got := s.commits(wikiRepo); got != "5" {
				t.Errorf("%s commits, want 5: nothing is lost, nothing doubled", got)
			}
		})
	}
}

func TestCreateGivesUpRacing(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	races := 0
	s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "git-receive-pack") {
			races++
			s.save(wikiRepo, fmt.Sprintf("Person-%d.md", races), "Mine.\n")
		}
		return false
	})
	w, _ := newWiki(t, s, nil)
	_, err := create(t, w, pageOf(42))
	wantPassing(t, err)
	if races != 5 {
		t.Errorf("tried %d times, want 5", races)
	}
}

func TestCreateMany(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	w, _ := newWiki(t, s, nil)
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			if _, err := w.Create(t.Context(), 7, repo, pageOf(n+1)); err != nil {
				t.Errorf("page %d: %v", n+1, err)
			}
		})
	}
	wg.Wait()
	if got := s.pages(); len(got) != 9 {
		t.Errorf("%d pages, want 9: %v", len(got), got)
	}
	if got := len(s.asked()); got != 8*5 {
		t.Errorf("%d requests, want 40: none is rejected", got)
	}
	s.git(wikiRepo, "", "fsck", "--strict")
}

// Two processes don't wait for each other.
func TestCreateFromTwoProcesses(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	var pushes atomic.Int32
	meet := make(chan struct{})
	s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/git-receive-pack") {
			if pushes.Add(1) == 2 {
				close(meet)
			}
			<-meet // both have fetched the same commit
		}
		return false
	})
	var wg sync.WaitGroup
	for n := range 2 {
		w, _ := newWiki(t, s, nil)
		wg.Go(func() {
			if _, err := w.Create(t.Context(), 7, repo, pageOf(n+1)); err != nil {
				t.Errorf("page %d: %v", n+1, err)
			}
		})
	}
	wg.Wait()
	if got := s.pages(); len(got) != 3 || pushes.Load() != 3 {
		t.Errorf("%d pushes made %v, want one rejected and three pages", pushes.Load(), got)
	}
}

func TestCreateRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		at     string // part of the request that is refused
		status int
		check  func(t *testing.T, err error)
	}{
		{"may not read", "upload-pack", http.StatusForbidden, func(t *testing.T, err error) {
			t.Helper()
			wantBlocked(t, err, "Contents: Read and write")
		}},
		{"may not write", "receive-pack", http.StatusForbidden, func(t *testing.T, err error) {
			t.Helper()
			wantBlocked(t, err, "Contents: Read and write", "org/api")
		}},
		{"may not write, at the push itself", "/git-receive-pack", http.StatusForbidden, func(t *testing.T, err error) {
			t.Helper()
			wantBlocked(t, err, "Contents: Read and write")
		}},
		{"bad token", "receive-pack", http.StatusUnauthorized, func(t *testing.T, err error) {
			t.Helper()
			wantBlocked(t, err, "Contents: Read and write")
		}},
		{"limited", "upload-pack", http.StatusTooManyRequests, func(t *testing.T, err error) {
			t.Helper()
			later, ok := errors.AsType[*incident.Later](err)
			if !ok || !later.At.Equal(time.Date(2026, 11, 20, 14, 6, 0, 0, time.UTC)) {
				t.Errorf("error %v, want not before 14:06", err)
			}
		}},
		{"server down", "upload-pack", http.StatusBadGateway, wantPassing},
		{"server down at the push", "/git-receive-pack", http.StatusServiceUnavailable, wantPassing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.wiki(wikiRepo, "master")
			s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
				refuse := strings.Contains(r.URL.String(), tt.at)
				if refuse {
					http.Error(w, "No. Your token is "+token+".", tt.status)
				}
				return refuse
			})
			w, _ := newWiki(t, s, nil)
			_, err := create(t, w, pageOf(42))
			tt.check(t, err)
			if strings.Contains(err.Error(), "ghs_") {
				t.Errorf("the error holds the token: %v", err)
			}
		})
	}
}

func TestCreateWithoutFirstPage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w, _ := newWiki(t, s, nil)
	_, err := create(t, w, pageOf(42))
	wantBlocked(t, err, "no first page", "("+s.URL+"/org/api/wiki)", "follows by itself")

	s.wiki(wikiRepo, "master") // a person has clicked
	mustCreate(t, w, pageOf(42))
}

func TestCreateRefusedByHook(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	hook := filepath.Join(s.dir(wikiRepo), "hooks", "pre-receive")
	if err := os.MkdirAll(filepath.Dir(hook), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hook, []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	w, _ := newWiki(t, s, nil)
	_, err := create(t, w, pageOf(42))
	wantBlocked(t, err, "hook declined")
	if got := len(slices.DeleteFunc(s.asked(), func(r string) bool { return r != "POST /git-receive-pack" })); got != 2 {
		t.Errorf("pushed %d times, want once more on the same tip to be sure", got)
	}
}

func TestCreateDoesNotFollowRedirects(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	elsewhere := newServer(t)
	elsewhere.wiki(wikiRepo, "master")
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, elsewhere.URL+r.URL.String(), http.StatusMovedPermanently)
		return true
	})
	w, _ := newWiki(t, s, nil)
	_, err := create(t, w, pageOf(42))
	wantPassing(t, err)
	if got := elsewhere.asked(); len(got) > 0 {
		t.Errorf("the other host was asked %v", got)
	}
}

func TestCreateTokenFails(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	limit := &incident.Later{At: time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC), Err: errors.New("limited")}
	w, _ := newWiki(t, s, func(o *wiki.Options) {
		o.Token = func(context.Context, int64, incident.Repo) (string, error) { return "", limit }
	})
	if _, err := create(t, w, pageOf(42)); !errors.Is(err, limit) {
		t.Errorf("error %v, want the token's own", err)
	}
	w, _ = newWiki(t, s, func(o *wiki.Options) {
		o.Token = func(context.Context, int64, incident.Repo) (string, error) { return "", nil }
	})
	if _, err := create(t, w, pageOf(42)); err == nil {
		t.Error("an empty token was used")
	}
	if got := s.asked(); len(got) > 0 {
		t.Errorf("asked %v without a token", got)
	}
}

func TestCreateRefusesNames(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w, _ := newWiki(t, s, nil)
	for _, name := range []string{
		"", ".md", "a", "a.txt", "../a.md", "a/b.md", `a\b.md`, ".git", ".git.md", "-a.md", "a..md", "a b.md", "a\n.md", "a\x00.md",
		"ä.md", "*.md", ":a.md", strings.Repeat("a", 300) + ".md",
	} {
		page := pageOf(42)
		page.Path = name
		if _, err := create(t, w, page); err == nil {
			t.Errorf("path %q was taken", name)
		}
	}
	for _, r := range []incident.Repo{"", "org", "org/", "org/..", "../api", "org/a/b", "org/a b", "org/a?x", "-o/api", "org/a%2f"} {
		if _, err := w.Create(t.Context(), 7, r, pageOf(42)); err == nil {
			t.Errorf("repository %q was taken", r)
		}
	}
	if got := s.asked(); len(got) > 0 {
		t.Errorf("asked %v", got)
	}
}

// A server that says nothing must not hold up anything, nor leave a process
// behind.
func TestCreateHung(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"upload-pack", "/git-receive-pack"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.wiki(wikiRepo, "master")
			hung, over := make(chan struct{}), make(chan struct{})
			defer close(over)
			s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
				if !strings.Contains(r.URL.String(), at) {
					return false
				}
				close(hung)
				<-over
				return true
			})
			w, o := newWiki(t, s, nil)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			result := make(chan error, 1)
			go func() {
				_, err := w.Create(ctx, 7, repo, pageOf(42))
				result <- err
			}()
			<-hung
			if running := processes(t, s.URL); len(running) == 0 {
				t.Error("no git process is to be seen while the server hangs")
			}
			cancel()
			err := <-result
			wantPassing(t, err)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want that it was cancelled", err)
			}
			waitFor(t, "git to be gone", func() bool { return len(processes(t, s.URL)) == 0 })
			if left, err := os.ReadDir(o.Dir); err != nil || len(left) > 0 {
				t.Errorf("left in the directory: %v, %v", left, err)
			}
		})
	}
}

func TestCreateTimesOut(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	over := make(chan struct{})
	defer close(over)
	s.intercept(func(http.ResponseWriter, *http.Request) bool {
		<-over
		return true
	})
	w, _ := newWiki(t, s, func(o *wiki.Options) { o.Timeout = 200 * time.Millisecond })
	_, err := create(t, w, pageOf(42))
	wantPassing(t, err)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want that it took too long", err)
	}
}

func TestCreateCancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	hung, over := make(chan struct{}), make(chan struct{})
	var asked atomic.Bool
	s.intercept(func(http.ResponseWriter, *http.Request) bool {
		if asked.CompareAndSwap(false, true) {
			close(hung)
			<-over
		}
		return false
	})
	w, _ := newWiki(t, s, nil)
	first := make(chan error, 1)
	go func() {
		_, err := w.Create(t.Context(), 7, repo, pageOf(1))
		first <- err
	}()
	<-hung
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Create(ctx, 7, repo, pageOf(2)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
	s.wiki("org/web.wiki", "master")
	if _, err := w.Create(t.Context(), 7, "org/web", pageOf(3)); err != nil {
		t.Errorf("another wiki is held up: %v", err)
	}
	close(over)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// The token is nowhere that others can read: not in an argument list, not in
// a file.
func TestTokenStaysHidden(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	pushing, goOn := make(chan struct{}), make(chan struct{})
	s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/org/api.wiki.git/git-receive-pack" {
			close(pushing)
			<-goOn
		}
		return false
	})
	w, o := newWiki(t, s, nil)
	result := make(chan error, 1)
	go func() {
		_, err := w.Create(t.Context(), 7, repo, pageOf(42))
		result <- err
	}()
	<-pushing
	running := processes(t, s.URL)
	if len(running) == 0 {
		t.Error("no git process is to be seen during the push")
	}
	for _, args := range running {
		if holdsToken(args) {
			t.Errorf("an argument list holds the token: %q", args)
		}
	}
	files := 0
	err := filepath.WalkDir(o.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if holdsToken(string(data)) {
			t.Errorf("%s holds the token", path)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files were looked at: %v", files, err)
	}
	close(goOn)
	if err := <-result; err != nil {
		t.Error(err)
	}
}

// What one page costs doesn't grow with the length of the others.
func TestCost(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	pages := map[string]string{}
	for n := range 1000 {
		pages[fmt.Sprintf("Page-%04d.md", n)] = strings.Repeat(fmt.Sprintf("%x words of page %d\n", n*n, n), 500)
	}
	s.savePages(wikiRepo, pages)
	w, _ := newWiki(t, s, nil)
	mustCreate(t, w, pageOf(42))
	want := []string{
		"GET /info/refs service=git-upload-pack",
		"POST /git-upload-pack", // which branch
		"POST /git-upload-pack", // the commit and its trees
		"GET /info/refs service=git-receive-pack",
		"POST /git-receive-pack",
	}
	if diff := cmp.Diff(want, s.asked()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	t.Logf("%d bytes down, %d bytes up", s.sent.Load(), s.received.Load())
	if down := s.sent.Load(); down > 50_000 {
		t.Errorf("%d bytes down, want at most 50 kB", down)
	}
	if up := s.received.Load(); up > 5_000 {
		t.Errorf("%d bytes up, want at most 5 kB", up)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*wiki.Options){
		"no address":          func(o *wiki.Options) { o.BaseURL = "" },
		"no web address":      func(o *wiki.Options) { o.BaseURL = "ssh://git@example.org" },
		"password in it":      func(o *wiki.Options) { o.BaseURL = "https://a:b@example.org" },
		"query in it":         func(o *wiki.Options) { o.BaseURL = "https://example.org?x" },
		"no timeout":          func(o *wiki.Options) { o.Timeout = 0 },
		"directory is a file": func(o *wiki.Options) { o.Dir = filepath.Join(o.Dir, "file") },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := wiki.Options{BaseURL: "https://example.org", Dir: t.TempDir(), Timeout: time.Second, Clock: time.Now}
			if err := os.WriteFile(filepath.Join(o.Dir, "file"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			change(&o)
			if _, err := wiki.New(o); err == nil {
				t.Error("was taken")
			}
		})
	}
}

func TestNewRemovesLeftovers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := time.Now()
	for name, age := range map[string]time.Duration{"page-old": 25 * time.Hour, "page-new": time.Hour, "other": 25 * time.Hour} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Join(path, "wiki.git"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	o := wiki.Options{BaseURL: "https://example.org", Dir: dir, Timeout: time.Second, Clock: func() time.Time { return now }}
	if _, err := wiki.New(o); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{filepath.Join(dir, "other"), filepath.Join(dir, "page-new")}, left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	program := func(script string) string {
		path := filepath.Join(t.TempDir(), "git")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := []struct{ name, git, want string }{
		{"there", "git", ""},
		{"new enough", program("echo git version 2.31.0.rc1"), ""},
		{"a vendor's", program("echo 'git version 2.39.5 (Apple Git-154)'"), ""},
		{"next major", program("echo git version 3.0.1"), ""},
		{"too old", program("echo git version 2.30.9"), "git version 2.30.9 is too old"},
		{"far too old", program("echo git version 1.99.0"), "too old"},
		{"no git", program("echo hello"), "too old"},
		{"fails", program("echo broken >&2; exit 3"), "broken"},
		{"absent name", "no-such-git", "not there"},
		{"absent path", "/no/such/git", "not there"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, _ := newWiki(t, s, func(o *wiki.Options) { o.Git = tt.git })
			err := w.Check(t.Context())
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "install git 2.31 or newer") {
				t.Errorf("error %v, want %q and how to mend it", err, tt.want)
			}
		})
	}
}
