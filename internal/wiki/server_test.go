package wiki_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// token has the shape of the long ones.
const token = "ghs_AAAAAAAAAAAA.bbbbbbbbbbbb-cccccccccccc_dddddddddddd"

// server is GitHub's end: real bare repositories behind git's own
// http-backend, for whoever has the token.
type server struct {
	*httptest.Server

	t    *testing.T
	root string

	received, sent atomic.Int64 // bytes of bodies
	mu             sync.Mutex
	requests       []string
	before         interceptor
}

// interceptor sees a request first; true means that it answered.
type interceptor func(w http.ResponseWriter, r *http.Request) bool

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, root: t.TempDir()}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, strings.TrimSpace(r.Method+" "+r.URL.Path[strings.Index(r.URL.Path, ".git")+4:]+" "+r.URL.RawQuery))
	before := s.before
	s.mu.Unlock()
	if user, password, _ := r.BasicAuth(); user != "x-access-token" || password != token {
		http.Error(w, "Bad credentials", http.StatusUnauthorized)
		return
	}
	if before != nil && before(w, r) {
		return
	}
	s.serve(w, r)
}

// serve lets git answer.
func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	repo, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), ".git/")
	if _, err := os.Stat(s.dir(repo)); err != nil {
		http.Error(w, "Repository not found.", http.StatusNotFound)
		return
	}
	git, err := exec.LookPath("git")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	r.Body = counted{r.Body, &s.received}
	(&cgi.Handler{
		Path: git, Args: []string{"http-backend"},
		Env: []string{
			"GIT_PROJECT_ROOT=" + s.root, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=app",
			"GIT_PROTOCOL=" + r.Header.Get("Git-Protocol"), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		},
		Stderr: io.Discard,
	}).ServeHTTP(countedWriter{w, &s.sent}, r)
}

type counted struct {
	io.ReadCloser

	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

type countedWriter struct {
	http.ResponseWriter

	n *atomic.Int64
}

func (c countedWriter) Write(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return c.ResponseWriter.Write(p)
}

// discard is an answer that gets lost.
type discard struct {
	http.ResponseWriter
}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

func (s *server) intercept(before interceptor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = before
}

// asked are the requests so far, such as "POST /git-receive-pack".
func (s *server) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

// since are the requests that the work makes.
func (s *server) since(work func()) []string {
	before := len(s.asked())
	work()
	return s.asked()[before:]
}

func (s *server) dir(repo string) string { return filepath.Join(s.root, repo+".git") }

// init makes an empty wiki whose default branch has the name.
func (s *server) init(repo, branch string) {
	s.t.Helper()
	if err := os.MkdirAll(s.dir(repo), 0o700); err != nil {
		s.t.Fatal(err)
	}
	s.git(repo, "", "init", "--quiet", "--bare", "--initial-branch="+branch)
	s.git(repo, "", "config", "http.receivepack", "true")
	s.git(repo, "", "config", "uploadpack.allowFilter", "true")
}

// wiki makes a wiki with a first page.
func (s *server) wiki(repo, branch string) {
	s.t.Helper()
	s.init(repo, branch)
	s.save(repo, "Home.md", "Welcome.\n")
}

// save is a person's commit of one page.
func (s *server) save(repo, path, content string) {
	s.t.Helper()
	s.savePages(repo, map[string]string{path: content})
}

// savePages is a person's commit of many pages.
func (s *server) savePages(repo string, pages map[string]string) {
	s.t.Helper()
	var changes strings.Builder
	for path, content := range pages {
		fmt.Fprintf(&changes, "M 100644 inline \"%s\"\ndata %d\n%s\n", path, len(content), content)
	}
	s.change(repo, changes.String())
}

// change is a person's commit, in the words of git fast-import.
func (s *server) change(repo, changes string) {
	s.t.Helper()
	branch := strings.TrimSpace(s.git(repo, "", "symbolic-ref", "HEAD"))
	from := ""
	if s.tip(repo) != "" {
		from = fmt.Sprintf("from %s^0\n", branch)
	}
	in := fmt.Sprintf("commit %s\ncommitter Ann <ann@example.org> 1700000000 +0000\ndata 4\nsave\n%s%s", branch, from, changes)
	s.git(repo, in, "fast-import", "--quiet")
}

func (s *server) tip(repo string) string {
	s.t.Helper()
	return strings.TrimSpace(s.git(repo, "", "for-each-ref", "--format=%(objectname)", strings.TrimSpace(s.git(repo, "", "symbolic-ref", "HEAD"))))
}

// pages are the names of all files in the newest commit.
func (s *server) pages() []string {
	s.t.Helper()
	return strings.Split(strings.TrimSuffix(s.git(wikiRepo, "", "ls-tree", "-r", "-z", "--name-only", "HEAD"), "\x00"), "\x00")
}

// content is our page's.
func (s *server) content() string {
	s.t.Helper()
	return s.git(wikiRepo, "", "cat-file", "blob", "HEAD:"+path)
}

func (s *server) commits() string {
	s.t.Helper()
	return strings.TrimSpace(s.git(wikiRepo, "", "rev-list", "--count", "HEAD"))
}

func (s *server) git(repo, stdin string, args ...string) string {
	s.t.Helper()
	cmd := exec.CommandContext(context.Background(), "git", args...)
	cmd.Dir = s.dir(repo)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C")
	cmd.Stdin = strings.NewReader(stdin)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Errorf("git %v: %v: %s", args, err, stderr.String())
	}
	return string(out)
}
