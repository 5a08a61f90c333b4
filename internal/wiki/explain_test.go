package wiki_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/wiki"
)

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
			err := create(t, w, pageOf(42))
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
	err := create(t, w, pageOf(42))
	wantBlocked(t, err, "no first page", "("+s.URL+"/org/api/wiki)", "follows by itself")

	s.wiki(wikiRepo, "master") // a person has clicked
	mustCreate(t, w, pageOf(42))
}

func TestCreateInArchive(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		push := strings.Contains(r.URL.String(), "receive-pack")
		if push {
			http.Error(w, "This repository was archived so it is read-only.", http.StatusForbidden)
		}
		return push
	})
	w, _ := newWiki(t, s, nil)
	err := create(t, w, pageOf(42))
	if _, ok := errors.AsType[*incident.Paused](err); !ok {
		t.Errorf("error %v, want a pause: nobody can grant anything", err)
	}
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
	err := create(t, w, pageOf(42))
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
	err := create(t, w, pageOf(42))
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
	if err := create(t, w, pageOf(42)); !errors.Is(err, limit) {
		t.Errorf("error %v, want the token's own", err)
	}
	w, _ = newWiki(t, s, func(o *wiki.Options) {
		o.Token = func(context.Context, int64, incident.Repo) (string, error) { return "", nil }
	})
	if err := create(t, w, pageOf(42)); err == nil {
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
		odd := pageOf(42)
		odd.path = name
		if err := create(t, w, odd); err == nil {
			t.Errorf("path %q was taken", name)
		}
	}
	for _, r := range []incident.Repo{"", "org", "org/", "org/..", "../api", "org/a/b", "org/a b", "org/a?x", "-o/api", "org/a%2f"} {
		if err := w.Change(t.Context(), 7, r, creating(pageOf(42))); err == nil {
			t.Errorf("repository %q was taken", r)
		}
	}
	if got := s.asked(); len(got) > 0 {
		t.Errorf("asked %v", got)
	}
}

// Managed users' logins have an underscore.
func TestCreateForManagedUsers(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki("ann_org/infra.wiki", "master")
	w, _ := newWiki(t, s, func(o *wiki.Options) {
		o.Token = func(context.Context, int64, incident.Repo) (string, error) { return token, nil }
	})
	if err := w.Change(t.Context(), 7, "ann_org/infra", creating(pageOf(42))); err != nil {
		t.Error(err)
	}
}
