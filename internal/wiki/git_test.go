package wiki_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hindsight/internal/wiki"
)

// A server that says nothing must not hold up anything, nor leave a process
// behind.
func TestCreateHung(t *testing.T) {
	t.Parallel()
	needsProcesses(t)
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
				err := w.Change(ctx, 7, repo, creating(pageOf(42)))
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
			if at == "upload-pack" {
				wantOnlyClones(t, o.Dir, 0)
			} else {
				wantOnlyClones(t, o.Dir, 1)
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
	err := create(t, w, pageOf(42))
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
		err := w.Change(t.Context(), 7, repo, creating(pageOf(1)))
		first <- err
	}()
	<-hung
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Change(ctx, 7, repo, creating(pageOf(2))); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
	s.wiki("org/web.wiki", "master")
	if err := w.Change(t.Context(), 7, "org/web", creating(pageOf(3))); err != nil {
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
	needsProcesses(t)
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
		err := w.Change(t.Context(), 7, repo, creating(pageOf(42)))
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
