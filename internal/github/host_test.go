package github_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsight/internal/github"
)

const (
	appID = 7
	token = "ghs_Secret.With-Dots_and.520.characters" // as long and odd as they come
)

// testKey is made once: it takes a noticeable part of a second.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// request is what the host was asked.
type request struct {
	Method, Path, Query, Body, Auth, ETag string
}

// host is an API written by hand, for one behaviour at a time. It mints
// tokens and says who the App is by itself; anything else is the test's.
type host struct {
	*httptest.Server
	t   *testing.T
	mux *http.ServeMux
	now time.Time // of the App's clock; set it between calls only

	mu    sync.Mutex
	asked []request
	mints int
	log   bytes.Buffer
}

func newHost(t *testing.T) *host {
	t.Helper()
	h := &host{t: t, mux: http.NewServeMux(), now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	return h
}

func (h *host) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	h.mu.Lock()
	minting := strings.HasSuffix(r.URL.Path, "/access_tokens")
	if minting {
		h.mints++
	} else {
		h.asked = append(h.asked, request{
			r.Method, r.URL.EscapedPath(), r.URL.RawQuery, strings.TrimSpace(string(body)),
			r.Header.Get("Authorization"), r.Header.Get("If-None-Match"),
		})
	}
	h.mu.Unlock()
	if _, pattern := h.mux.Handler(r); pattern != "" {
		h.mux.ServeHTTP(w, r)
		return
	}
	switch {
	case minting:
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, `{"token":%q,"expires_at":%q}`, token, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	case r.URL.Path == "/api/v3/app":
		_, _ = io.WriteString(w, `{"id":7,"slug":"hindsight","owner":{"login":"Acme"}}`)
	default:
		http.Error(w, `{"message":"Not Found"}`, http.StatusNotFound)
	}
}

// answer serves one route under the API's path.
func (h *host) answer(route string, status int, body string, headers ...string) {
	h.handle(route, func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func (h *host) handle(route string, f http.HandlerFunc) {
	method, path, _ := strings.Cut(route, " ")
	h.mux.HandleFunc(method+" /api/v3"+path, f)
}

// app is an App of this host. The change, unless nil, is made to its options.
func (h *host) app(change func(*github.Options)) *github.App {
	h.t.Helper()
	o := github.Options{
		AppID: appID, Key: testKey(), APIURL: h.URL + "/api/v3",
		Clock:     func() time.Time { return h.now },
		Logger:    slog.New(slog.NewTextHandler(&h.log, nil)),
		Transport: h.Client().Transport,
	}
	if change != nil {
		change(&o)
	}
	a, err := github.New(o)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// requests are those so far, minting apart.
func (h *host) requests() []request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]request(nil), h.asked...)
}

func (h *host) minted() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mints
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
