// Package web is what the pages of all stand-ins have in common: their look,
// the script that keeps them fresh, what browsers may do with them, and the
// names by which somebody acts.
//
// It knows nothing of what a stand-in stands for.
package web

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
)

//go:embed assets
var shared embed.FS

// maxForm is more than any form holds: a body of 65,536 characters, each of
// which may be escaped as twelve.
const maxForm = 1 << 20

// Assets serves /_assets/: style.css and live.js, which are everybody's, and
// beside them what own holds in its folder "assets".
func Assets(own fs.FS) http.Handler {
	ours, theirs := http.FileServerFS(shared), http.FileServerFS(own)
	return http.StripPrefix("/_", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := fs.Stat(shared, strings.TrimPrefix(r.URL.Path, "/")); err == nil {
			ours.ServeHTTP(w, r)
			return
		}
		theirs.ServeHTTP(w, r)
	}))
}

// Secure allows browsers nothing but what comes from this origin, and takes
// forms from no other. Without inline scripts and styles, what slips through
// elsewhere stays text.
func Secure(next http.Handler) http.Handler {
	policy := strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
		"form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
	}, "; ")
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "private, no-cache")
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// Send answers with a page; status 0 means 200, and puts it under an ETag, by
// which the script in it finds out cheaply whether anything has changed.
func Send(w http.ResponseWriter, r *http.Request, status int, page []byte) {
	sum := sha256.Sum256(page)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Cookie")
	if status == 0 {
		h.Set("ETag", tag)
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_, _ = w.Write(page) // the client may have gone
}

// Local is a path on this origin: the one that is given, if it is one.
func Local(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") {
		return "/"
	}
	// Browsers read "//host" and "/\host" as another origin.
	if strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return "/"
	}
	return path
}
