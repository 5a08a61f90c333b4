package wiki_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/wiki"
)

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
