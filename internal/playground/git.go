package playground

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cgi" //nolint:gosec // the warning is about Go before 1.6.3
	"os"
	"regexp"
	"strconv"
	"strings"
)

// maxPush is more than any push of a page.
const maxPush = 64 << 20

// gitPath is what git asks for over smart HTTP.
func gitPath() *regexp.Regexp {
	return regexp.MustCompile(`^/([^/]+)/([^/]+)\.wiki\.git/(info/refs|git-upload-pack|git-receive-pack)$`)
}

// gitService is "upload-pack" (to fetch) or "receive-pack" (to push).
func gitService(r *http.Request) string {
	if strings.HasSuffix(r.URL.Path, "/info/refs") {
		return strings.TrimPrefix(r.URL.Query().Get("service"), "git-")
	}
	return strings.TrimPrefix(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], "git-")
}

func gitKind(r *http.Request) string {
	service := gitService(r)
	switch {
	case service != "upload-pack" && service != "receive-pack":
		return "unknown"
	case strings.HasSuffix(r.URL.Path, "/info/refs"):
		return "git discover " + service
	}
	return "git " + service
}

// serveGit serves a wiki, if the client may have it.
func (g *GitHub) serveGit(w http.ResponseWriter, r *http.Request) {
	m := gitPath().FindStringSubmatch(r.URL.Path)
	if m == nil {
		http.Error(w, "Repository not found.", http.StatusNotFound)
		return
	}
	id, err := g.admit(r, m[1]+"/"+m[2])
	if err != nil {
		sayNo(w, err)
		return
	}
	if err := unchunk(r); err != nil {
		http.Error(w, "Payload too large", http.StatusRequestEntityTooLarge)
		return
	}
	r = r.Clone(r.Context())
	r.URL.Path = "/" + wikiDir(id) + "/" + m[3]
	backend := &cgi.Handler{
		Path: g.wikis.git, Args: []string{"http-backend"}, Dir: g.wikis.dir,
		Env: append(gitEnv(), "GIT_PROJECT_ROOT="+g.wikis.dir, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=x-access-token"),
		// Git writes its progress and its complaints there.
		Stderr: logWriter{g.log},
		Logger: slog.NewLogLogger(g.log.Handler(), slog.LevelWarn),
	}
	backend.ServeHTTP(w, r)
}

// admit finds the wiki that the request is for, and whether the client may
// fetch from it or push to it.
func (g *GitHub) admit(r *http.Request, repo string) (int64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	missing := refuse(http.StatusNotFound, "Repository not found.")
	var t *token
	if secret := bearer(r); secret != "" {
		var err error
		if t, err = g.token(secret); err != nil || t.in.suspended {
			return 0, refuse(http.StatusUnauthorized, "Invalid username or token.")
		}
	}
	re, err := g.find(repo)
	push := gitService(r) == "receive-pack"
	hidden := err != nil || re.Private
	switch {
	case t == nil && (hidden || push):
		return 0, refuse(http.StatusUnauthorized, "Authentication failed.")
	case err != nil || hidden && !t.sees(re):
		return 0, missing
	case hidden && !t.may("contents", "read"):
		return 0, missing
	case push && (!t.sees(re) || !t.may("contents", "write")):
		return 0, refuse(http.StatusForbidden, "Permission to "+repo+".wiki.git denied to "+botLogin+".")
	case push && re.Archived:
		return 0, refuse(http.StatusForbidden, "This repository was archived so it is read-only.")
	case !re.HasWiki || !g.wikis.exists(re.ID):
		return 0, missing
	}
	return re.ID, nil
}

func sayNo(w http.ResponseWriter, err error) {
	refused, isRefusal := errors.AsType[*RefusalError](err)
	if !isRefusal {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	if refused.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
	}
	http.Error(w, refused.Message, refused.Status)
}

// unchunk gives the body a length, which CGI asks for and git leaves out of
// larger pushes.
func unchunk(r *http.Request) error {
	if r.ContentLength >= 0 {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPush+1))
	if err != nil || len(body) > maxPush {
		return fmt.Errorf("read what is pushed: %w", err)
	}
	r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

// gitEnv keeps the machine's own configuration out.
func gitEnv() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.DevNull,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_TERMINAL_PROMPT=0",
	}
}

type logWriter struct{ log *slog.Logger }

func (l logWriter) Write(b []byte) (int, error) {
	l.log.Debug("git says", "text", string(bytes.TrimSpace(b)))
	return len(b), nil
}
