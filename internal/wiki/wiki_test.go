package wiki_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
	"hindsight/internal/reconcile"
	"hindsight/internal/wiki"
)

const (
	repo     = incident.Repo("org/api")
	wikiRepo = "org/api.wiki"
	path     = "2026-11-20-pool-exhausted-42.md"
)

var _ reconcile.Wiki = (*wiki.Wiki)(nil)

// usual are the options of every test.
func usual(url, dir string) wiki.Options {
	return wiki.Options{
		Git: "git", BaseURL: url, Dir: dir,
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
}

func newWiki(t *testing.T, s *server, change func(*wiki.Options)) (*wiki.Wiki, wiki.Options) {
	t.Helper()
	o := usual(s.URL, t.TempDir())
	if change != nil {
		change(&o)
	}
	w, err := wiki.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return w, o
}

// page is one that is to be made.
type page struct{ path, content string }

func pageOf(number int) page {
	marker := markdown.Marker("page", markdown.Fields{"incident": fmt.Sprintf("%s#%d", repo, number)})
	return page{fmt.Sprintf("2026-11-20-pool-exhausted-%d.md", number), marker + "\n# Pool exhausted\n"}
}

// creating makes a page where there is none.
func creating(p page) reconcile.PagesChange {
	return reconcile.PagesChange{Paths: []string{p.path}, Edit: func(now map[string]string) (map[string]string, string, error) {
		if _, there := now[p.path]; there {
			return nil, "", nil
		}
		return map[string]string{p.path: p.content}, "Create " + strings.TrimSuffix(p.path, ".md"), nil
	}}
}

func create(t *testing.T, w *wiki.Wiki, p page) error {
	t.Helper()
	return w.Change(t.Context(), 7, repo, creating(p))
}

func mustCreate(t *testing.T, w *wiki.Wiki, p page) {
	t.Helper()
	if err := create(t, w, p); err != nil {
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

			mustCreate(t, w, pageOf(42))
			if diff := cmp.Diff([]string{path, "Home.md", "images/a/b.svg"}, s.pages()); diff != "" {
				t.Errorf("pages (-want +got):\n%s", diff)
			}
			if got := s.content(); got != pageOf(42).content {
				t.Errorf("content %q", got)
			}
			log := s.git(wikiRepo, "", "log", "-1", "--format=%P|%an|%ae|%ct|%s", "refs/heads/"+branch)
			want := before + "|hindsight[bot]|7+hindsight[bot]@users.noreply.github.com|1795183500|Create 2026-11-20-pool-exhausted-42\n"
			if log != want {
				t.Errorf("commit %q, want %q", log, want)
			}
			s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
			wantOnlyClones(t, o.Dir, 1)
		})
	}
}

func TestCreateFirstCommit(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.init(wikiRepo, "trunk")
	w, _ := newWiki(t, s, nil)
	mustCreate(t, w, pageOf(42))
	if got := s.commits(); got != "1" {
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
	edited := s.content() + "\nWhat a person added.\n"
	s.save(wikiRepo, path, edited)
	tip, asked := s.tip(wikiRepo), len(s.asked())

	mustCreate(t, w, pageOf(42))
	if s.tip(wikiRepo) != tip || s.content() != edited {
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
		{"other case", "2026-11-20-Pool-Exhausted-42.md", pageOf(42).content, true},
		{"other markup", "2026-11-20-pool-exhausted-42.textile", "h1. Mine", true},
		{"spaces", "2026-11-20 pool exhausted 42.md", "# Mine\n", true},
		{"other markup, case and spaces", "2026-11-20 POOL exhausted-42.MediaWiki", "Mine", true},
		{"a directory", path + "/Notes.txt", "Mine", true},
		{"a directory in other case", strings.ToUpper(path) + "/old/Notes.txt", "Mine", true},
		{"in a directory", "old/2026-11-20-pool-exhausted-42.md", "# Mine\n", true},
		{"a directory of its name in a directory", "old/" + path + "/Notes.txt", "Mine", false},
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
			err := create(t, w, pageOf(42))
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
			if got := s.commits(); got != "5" {
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
	err := create(t, w, pageOf(42))
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
			if err := create(t, w, pageOf(n+1)); err != nil {
				t.Errorf("page %d: %v", n+1, err)
			}
		})
	}
	wg.Wait()
	if got := s.pages(); len(got) != 9 {
		t.Errorf("%d pages, want 9: %v", len(got), got)
	}
	if got := len(s.asked()); got != 5+7*3 {
		t.Errorf("%d requests, want 26: none is rejected", got)
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
			if err := create(t, w, pageOf(n+1)); err != nil {
				t.Errorf("page %d: %v", n+1, err)
			}
		})
	}
	wg.Wait()
	if got := s.pages(); len(got) != 3 || pushes.Load() != 3 {
		t.Errorf("%d pushes made %v, want one rejected and three pages", pushes.Load(), got)
	}
}
