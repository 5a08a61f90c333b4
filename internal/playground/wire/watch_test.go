package wire_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"hindsight/internal/playground/wire"

	"github.com/google/go-cmp/cmp"
)

// watched is a handler that answers "truth" under a header that a proxy would
// not know.
func watched(fault wire.Fault) (*wire.Watch, http.Handler) {
	w := wire.NewWatch(time.Now, func(status int, header http.Header) string {
		header.Set("Content-Type", "text/plain")
		return http.StatusText(status)
	})
	w.SetFault(func(wire.Call) wire.Fault { return fault })
	return w, w.Over(func(r *http.Request) string { return r.Method }, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("X-Truth", "yes")
		_, _ = rw.Write([]byte("truth"))
	}))
}

func TestTheFrontAnswersInPlaceOfTheTruth(t *testing.T) {
	t.Parallel()
	front := http.Header{"Content-Type": {"text/plain"}}
	tests := map[string]struct {
		fault  wire.Fault
		body   string
		header http.Header
	}{
		"nothing goes wrong": {wire.Fault{}, "truth", http.Header{"X-Truth": {"yes"}}},
		"held back":          {wire.Fault{RunAfter: func() {}}, "truth", http.Header{"X-Truth": {"yes"}}},
		"before the effect":  {wire.Fault{Before: http.StatusBadGateway}, "Bad Gateway", front},
		"after the effect":   {wire.Fault{After: http.StatusBadGateway}, "Bad Gateway", front},
		"come again": {
			wire.Fault{Before: http.StatusServiceUnavailable, RetryAfter: 90 * time.Second},
			"Service Unavailable",
			http.Header{"Content-Type": {"text/plain"}, "Retry-After": {"90"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, h := watched(test.fault)
			got := httptest.NewRecorder()
			h.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/it?a=b", nil))
			if diff := cmp.Diff(test.body, got.Body.String()); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.header, got.Header()); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if c := w.Calls()[0]; c.Status != got.Code || c.Kind != http.MethodGet || c.Path != "/it" || c.Query != "a=b" {
				t.Errorf("recorded %+v of an answer %d", c, got.Code)
			}
		})
	}
}

func TestNobodyWaitsAnyMore(t *testing.T) {
	t.Parallel()
	w, h := watched(wire.Fault{Delay: time.Hour})
	gone, leave := context.WithCancel(t.Context())
	leave()
	defer func() {
		if recover() == nil || w.Calls()[0].Status != 0 {
			t.Errorf("it was answered: %+v", w.Calls())
		}
	}()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, http.MethodGet, "/", nil))
}
