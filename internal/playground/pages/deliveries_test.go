package pages_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hindsight/internal/playground/web/webtest"
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
	s.Post(shop+"/issues", "title", "<b>Checkout</b> is down")
	s.settle()
	rows := s.See("/_deliveries").Class("delivery")
	if len(rows) != 1 {
		t.Fatalf("%d deliveries are shown, want 1", len(rows))
	}
	shown := webtest.Text(rows[0])
	for _, want := range []string{"issues · opened", "OK (202", `"action": "opened"`, s.Deliveries()[0].GUID} {
		if !strings.Contains(shown, want) {
			t.Errorf("the delivery does not show %q", want)
		}
	}
	s.Post("/_deliveries/1/redeliver")
	s.settle()
	webtest.Equal(t, "arrived", arrived.Load(), int64(2))
	webtest.Equal(t, "sent again", webtest.Texts(s.See("/_deliveries").Class("tag")), []string{"sent again"})
	webtest.Equal(t, "an unknown one", s.Do(http.MethodPost, "/_deliveries/99/redeliver", nil, nil).StatusCode, http.StatusNotFound)
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
			s.Post("/_deliveries/trouble", "lever", test.lever)
			webtest.Equal(t, "alarmed at first", alarmed(s), test.lever != "none")
			for range 4 {
				s.Post(shop+"/issues", "title", "Checkout is down")
			}
			s.settle()
			webtest.Equal(t, "arrived", arrived.Load(), test.want)
			webtest.Equal(t, "alarmed at the end", alarmed(s), false)
		})
	}
}

func TestGitHubGoesWrongUntilItIsWell(t *testing.T) {
	t.Parallel()
	s := open(t)
	const meta = "/api/v3/meta"
	well := s.Get(meta).StatusCode
	webtest.Equal(t, "leads back", s.Post("/_deliveries/trouble", "lever", "failing", "back", shop), shop)
	for range 5 {
		webtest.Equal(t, "while it fails", s.Get(meta).StatusCode, http.StatusBadGateway)
	}
	if !alarmed(s) {
		t.Error("no page says that GitHub fails")
	}
	s.Post("/_deliveries/trouble", "lever", "none")
	webtest.Equal(t, "afterwards", s.Get(meta).StatusCode, well)
	a := s.Do(http.MethodPost, "/_deliveries/trouble", webtest.Values("lever", "explode"), nil)
	webtest.Equal(t, "an unknown lever", a.StatusCode, http.StatusUnprocessableEntity)
}

// alarmed is whether pages say that something goes wrong on demand.
func alarmed(s *stage) bool {
	s.t.Helper()
	return s.See("/").Button("lever", "none")
}
