package playground_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hindsight/internal/playground"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

// git runs git as the app would: the token in the environment.
func (s *stage) git(t *testing.T, dir, token string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=app", "GIT_AUTHOR_EMAIL=app@example.com", "GIT_COMMITTER_NAME=app", "GIT_COMMITTER_EMAIL=app@example.com")
	if token != "" {
		basic := base64.StdEncoding.EncodeToString([]byte("x-access-token:" + token))
		cmd.Env = append(cmd.Env, "GIT_CONFIG_COUNT=1",
			"GIT_CONFIG_KEY_0=http."+s.URL()+"/.extraHeader", "GIT_CONFIG_VALUE_0=Authorization: Basic "+basic)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

func (s *stage) wiki(name string) string { return fmt.Sprintf("%s/acme/%s.wiki.git", s.URL(), name) }

func TestWikiBeginsWithItsFirstPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "grace", playground.Write))
	token := s.mint(t, nil).GetToken()
	dir := t.TempDir()
	if out, err := s.git(t, dir, token, "clone", s.wiki("shop"), "early"); err == nil || !strings.Contains(out, "not found") {
		t.Fatalf("cloning before the first page: %v\n%s", err, out)
	}
	must(t, s.As("grace").SaveWikiPage(t.Context(), repo, "Run book", "Step one.\n"))
	out, err := s.git(t, dir, token, "clone", s.wiki("shop"), "wiki")
	if err != nil {
		t.Fatalf("clone: %v\n%s", err, out)
	}
	head, err := s.git(t, filepath.Join(dir, "wiki"), token, "symbolic-ref", "--short", "HEAD")
	must(t, err)
	if head != "master\n" {
		t.Errorf("the default branch is %q", head)
	}

	must(t, os.WriteFile(filepath.Join(dir, "wiki", "2026-11-20-checkout-42.md"), []byte("# Checkout\n"), 0o600))
	for _, args := range [][]string{{"add", "."}, {"commit", "-qm", "Add the page"}, {"push", "-q", "origin", "HEAD"}} {
		if out, err := s.git(t, filepath.Join(dir, "wiki"), token, args...); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	pages := want(s.WikiPages(t.Context(), repo))(t)
	expected := map[string]string{"Run-book.md": "Step one.\n", "2026-11-20-checkout-42.md": "# Checkout\n"}
	if diff := cmp.Diff(expected, pages); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	var log []string
	for _, c := range want(s.WikiLog(t.Context(), repo))(t) {
		log = append(log, c.Author+": "+c.Message)
	}
	if diff := cmp.Diff([]string{"app: Add the page", "grace: Created Run book"}, log); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}

	// A person saves meanwhile: what is pushed on the old tip is refused,
	// and so is forcing it.
	must(t, s.As("grace").SaveWikiPage(t.Context(), repo, "Run book", "Step one, changed.\n"))
	if _, err := s.git(t, filepath.Join(dir, "wiki"), token, "commit", "-q", "--allow-empty", "-m", "stale"); err != nil {
		t.Fatal(err)
	}
	for _, push := range [][]string{{"push", "origin", "HEAD"}, {"push", "--force", "origin", "HEAD"}} {
		if out, err := s.git(t, filepath.Join(dir, "wiki"), token, push...); err == nil {
			t.Errorf("git %v went through:\n%s", push, out)
		}
	}
	must(t, s.As("grace").DeleteWikiPage(t.Context(), repo, "Run book"))
	if pages := want(s.WikiPages(t.Context(), repo))(t); len(pages) != 1 {
		t.Errorf("after deleting: %v", pages)
	}
}

func TestPartialClonesAreServed(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "docs", playground.RepoOptions{FirstWikiPage: true}))
	token := s.mint(t, nil).GetToken()
	dir := t.TempDir()
	out, err := s.git(t, dir, token, "clone", "--bare", "--depth", "1", "--filter=blob:none", s.wiki("docs"), "wiki")
	if err != nil || strings.Contains(out, "filtering not recognized") {
		t.Fatalf("clone: %v\n%s", err, out)
	}
	objects, err := s.git(t, filepath.Join(dir, "wiki"), "", "rev-list", "--objects", "--missing=print", "HEAD")
	must(t, err)
	if !strings.Contains(objects, "?") {
		t.Errorf("the blobs came along:\n%s", objects)
	}
	page, err := s.git(t, filepath.Join(dir, "wiki"), token, "show", "HEAD:Home.md")
	if err != nil || !strings.HasSuffix(page, "Welcome to the wiki of docs.\n") {
		t.Errorf("a blob fetched later: %v\n%s", err, page)
	}
}

func TestWhoMayUseGit(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, o := range map[string]playground.RepoOptions{
		"open":   {FirstWikiPage: true},
		"closed": {FirstWikiPage: true, Private: true},
		"off":    {FirstWikiPage: true, NoWiki: true},
		"attic":  {FirstWikiPage: true, Archived: true},
	} {
		must(t, s.AddRepository("acme", name, o))
	}
	must(t, s.AddRepository("other", "place", playground.RepoOptions{FirstWikiPage: true, Private: true}))
	write := s.mint(t, nil).GetToken()
	read := s.mint(t, &github.InstallationTokenOptions{
		Permissions: &github.InstallationPermissions{Contents: new("read")},
	}).GetToken()
	issues := s.mint(t, &github.InstallationTokenOptions{
		Permissions: &github.InstallationPermissions{Issues: new("write")},
	}).GetToken()
	tests := []struct {
		name, repo, service, token string
		want                       int
	}{
		{"anybody fetches what is public", "acme/open", "upload-pack", "", http.StatusOK},
		{"nobody pushes without a token", "acme/open", "receive-pack", "", http.StatusUnauthorized},
		{"nobody fetches what is private without a token", "acme/closed", "upload-pack", "", http.StatusUnauthorized},
		{"a wrong token", "acme/open", "upload-pack", "ghs_wrong", http.StatusUnauthorized},
		{"contents:read fetches", "acme/closed", "upload-pack", read, http.StatusOK},
		{"contents:read does not push", "acme/closed", "receive-pack", read, http.StatusForbidden},
		{"contents:write pushes", "acme/closed", "receive-pack", write, http.StatusOK},
		{"no contents permission", "acme/closed", "upload-pack", issues, http.StatusNotFound},
		{"another account's", "other/place", "upload-pack", write, http.StatusNotFound},
		{"a wiki that is switched off", "acme/off", "upload-pack", write, http.StatusNotFound},
		{"a wiki without a page", "acme/shop", "receive-pack", write, http.StatusNotFound},
		{"no such repository", "acme/none", "upload-pack", write, http.StatusNotFound},
		{"archived", "acme/attic", "receive-pack", write, http.StatusForbidden},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			authorization := ""
			if test.token != "" {
				authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:"+test.token))
			}
			path := "/" + test.repo + ".wiki.git/info/refs?service=git-" + test.service
			if got := s.get(t, path, authorization).status; got != test.want {
				t.Errorf("status is %d, want %d", got, test.want)
			}
		})
	}
}

func TestLargePushesComeInChunks(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "docs", playground.RepoOptions{FirstWikiPage: true}))
	token := s.mint(t, nil).GetToken()
	dir := t.TempDir()
	clone := filepath.Join(dir, "wiki")
	if out, err := s.git(t, dir, token, "clone", "-q", s.wiki("docs"), "wiki"); err != nil {
		t.Fatalf("clone: %v\n%s", err, out)
	}
	noise := make([]byte, 3<<20) // more than git sends with a length
	_, err := rand.Read(noise)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(clone, "diagram.png"), noise, 0o600))
	for _, args := range [][]string{{"add", "."}, {"commit", "-qm", "Add a diagram"}, {"push", "-q", "origin", "HEAD"}} {
		if out, err := s.git(t, clone, token, args...); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	if got := want(s.WikiPages(t.Context(), "acme/docs"))(t)["diagram.png"]; got != string(noise) {
		t.Errorf("the diagram arrived with %d bytes", len(got))
	}
}
