package pages_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// hooked is a stage whose deliveries arrive and are counted.
func hooked(t *testing.T) (*stage, *atomic.Int64) {
	t.Helper()
	s := open(t)
	var arrived atomic.Int64
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived.Add(1)
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(app.Close)
	s.Install("acme")
	s.SetHook(app.URL, "")
	return s, &arrived
}

func (s *stage) settle() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	must(s.t, s.Settle(ctx))
}

func TestDeliveriesAreShownAndSentAgain(t *testing.T) {
	t.Parallel()
	s, arrived := hooked(t)
	s.post(shop+"/issues", "title", "<b>Checkout</b> is down")
	s.settle()
	rows := s.see("/_deliveries").class("delivery")
	if len(rows) != 1 {
		t.Fatalf("%d deliveries are shown, want 1", len(rows))
	}
	shown := text(rows[0])
	for _, want := range []string{"issues · opened", "OK (202", `"action": "opened"`, s.Deliveries()[0].GUID} {
		if !strings.Contains(shown, want) {
			t.Errorf("the delivery does not show %q", want)
		}
	}
	s.post("/_deliveries/1/redeliver")
	s.settle()
	equal(t, "arrived", arrived.Load(), int64(2))
	equal(t, "sent again", texts(s.see("/_deliveries").class("tag")), []string{"sent again"})
	equal(t, "an unknown one", s.do(http.MethodPost, "/_deliveries/99/redeliver", nil, nil).StatusCode, http.StatusNotFound)
}

func TestDeliveriesGoWrongThreeTimes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		lever string
		want  int64 // of four that are sent
	}{
		{"lose", 1},
		{"double", 7},
		{"none", 4},
	}
	for _, test := range tests {
		t.Run(test.lever, func(t *testing.T) {
			t.Parallel()
			s, arrived := hooked(t)
			s.post("/_deliveries/trouble", "lever", test.lever)
			equal(t, "alarmed at first", alarmed(s), test.lever != "none")
			for range 4 {
				s.post(shop+"/issues", "title", "Checkout is down")
			}
			s.settle()
			equal(t, "arrived", arrived.Load(), test.want)
			equal(t, "alarmed at the end", alarmed(s), false)
		})
	}
}

func TestGitHubGoesWrongUntilItIsWell(t *testing.T) {
	t.Parallel()
	s := open(t)
	const meta = "/api/v3/meta"
	well := s.get(meta).StatusCode
	equal(t, "leads back", s.post("/_deliveries/trouble", "lever", "failing", "back", shop), shop)
	for range 5 {
		equal(t, "while it fails", s.get(meta).StatusCode, http.StatusBadGateway)
	}
	if !alarmed(s) {
		t.Error("no page says that GitHub fails")
	}
	s.post("/_deliveries/trouble", "lever", "none")
	equal(t, "afterwards", s.get(meta).StatusCode, well)
	a := s.do(http.MethodPost, "/_deliveries/trouble", values([]string{"lever", "explode"}), nil)
	equal(t, "an unknown lever", a.StatusCode, http.StatusUnprocessableEntity)
}

// alarmed is whether pages say that something goes wrong on demand.
func alarmed(s *stage) bool {
	s.t.Helper()
	return s.see("/").button("lever", "none")
}
