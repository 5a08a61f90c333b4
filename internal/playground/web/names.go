package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html/template"
	"net/http"
	"strings"
	"time"
)

// Remember has the browser say by a cookie as whom somebody acts. It proves
// nothing: a stand-in takes whoever reaches it for whom they say they are.
func Remember(w http.ResponseWriter, cookie, name string) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // a stand-in speaks plain HTTP, where a Secure cookie would not come back
		Name: cookie, Value: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// Remembered is what the cookie says, or "".
func Remembered(r *http.Request, cookie string) string {
	c, err := r.Cookie(cookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// Helpers are the functions that all templates may use: face and initial for
// somebody's picture, moment and machine for times.
func Helpers() template.FuncMap {
	return template.FuncMap{
		"face":    face,
		"initial": initial,
		"moment":  func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") },
		"machine": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}
}

// face is one of eight colours for somebody's picture.
func face(name string) string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(name)) // never fails
	return fmt.Sprintf("face-%d", sum.Sum32()%8)
}

func initial(name string) string {
	for _, r := range name {
		return strings.ToUpper(string(r))
	}
	return "?"
}

// Indented is JSON as people read it, and anything else as it is.
func Indented(source []byte) string {
	var b bytes.Buffer
	if err := json.Indent(&b, source, "", "  "); err != nil {
		return string(source)
	}
	return b.String()
}
