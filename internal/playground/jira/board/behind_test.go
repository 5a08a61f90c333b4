package board_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"hindsight/internal/playground/jira"
	"hindsight/internal/playground/web/webtest"
)

// create sends JSON to the API, as the robot.
func (s *stage) create(path string, body, into any) {
	s.t.Helper()
	payload, err := json.Marshal(body)
	must(s.t, err)
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL()+path, bytes.NewReader(payload))
	must(s.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth("robot@acme.example", token)
	resp, err := http.DefaultClient.Do(req)
	must(s.t, err)
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= http.StatusMultipleChoices {
		s.t.Fatalf("POST %s answered %d", path, resp.StatusCode)
	}
	must(s.t, json.NewDecoder(resp.Body).Decode(into))
}

func TestWebhooksAndRequestsAreShown(t *testing.T) {
	t.Parallel()
	s, _ := hooked(t)
	first := s.ticket("OPS", jira.Draft{Summary: "Renew it"})
	second := s.ticket("OPS", jira.Draft{Summary: "Drill it"})
	s.settle()
	s.api("/rest/api/2/issue/" + first + "?fields=summary%2Cstatus")
	s.api("/rest/api/2/issue/NOPE-1")
	rows := webtest.Texts(s.See("/_behind").Class("delivery"))
	webtest.Equal(t, "rows", len(rows), 4)
	for n, words := range [][]string{
		{"jira:issue_created " + second, "OK (202)"},
		{"jira:issue_created " + first, `"summary": "Renew it"`},
		{"GET /rest/api/2/issue/NOPE-1", "404 Not Found"},
		{"GET /rest/api/2/issue/" + first + " fields=summary,status", "200 OK"},
	} {
		for _, word := range words {
			if !strings.Contains(rows[n], word) {
				t.Errorf("row %d does not show %q: %s", n, word, rows[n])
			}
		}
	}
	webtest.Equal(t, "of one ticket", len(s.See("/_behind?ticket="+first).Class("delivery")), 2)
}

func TestWebhooksGoWrongThreeTimes(t *testing.T) {
	t.Parallel()
	for lever, want := range map[string]int64{"lose": 1, "double": 7} { // of four that are sent
		t.Run(lever, func(t *testing.T) {
			t.Parallel()
			s, arrived := hooked(t)
			s.Post("/_behind/trouble", "lever", lever)
			webtest.Equal(t, "alarmed at first", s.See("/projects/OPS").Button("end", lever), true)
			for range 4 {
				s.ticket("OPS", jira.Draft{Summary: "Renew it"})
			}
			s.settle()
			webtest.Equal(t, "arrived", arrived.Load(), want)
			webtest.Equal(t, "alarmed at the end", s.See("/projects/OPS").Button("end", lever), false)
		})
	}
}

func TestTheSiteGoesWrongUntilItIsWell(t *testing.T) {
	t.Parallel()
	const myself = "/rest/api/2/myself"
	for lever, want := range map[string]int{
		"down": http.StatusServiceUnavailable, "limited": http.StatusTooManyRequests, "expired": http.StatusUnauthorized,
	} {
		t.Run(lever, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			webtest.Equal(t, "at first", s.api(myself), http.StatusOK)
			webtest.Equal(t, "leads back", s.Post("/_behind/trouble", "lever", lever, "back", "/projects/SRE"), "/projects/SRE")
			for range 5 {
				webtest.Equal(t, "meanwhile", s.api(myself), want)
			}
			s.Post("/_behind/trouble", "lever", "lagging")                            // of another kind: both last
			webtest.Equal(t, "alarms", len(s.See("/projects/OPS").Class("alarm")), 3) // and the one that is hidden
			webtest.Equal(t, "still", s.api(myself), want)
			s.Post("/_behind/trouble", "end", lever)
			webtest.Equal(t, "afterwards", s.api(myself), http.StatusOK)
		})
	}
}

func TestOneThingOfAKindAtATime(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Post("/_behind/trouble", "lever", "down")
	s.Post("/_behind/trouble", "lever", "limited")
	webtest.Equal(t, "in place of down", s.api("/rest/api/2/myself"), http.StatusTooManyRequests)
	page := s.See("/_behind")
	webtest.Equal(t, "alarms", []bool{page.Button("end", "down"), page.Button("end", "limited")}, []bool{false, true})
	a := s.Do(http.MethodPost, "/_behind/trouble", webtest.Values("lever", "explode"), nil)
	webtest.Equal(t, "an unknown lever", a.StatusCode, http.StatusUnprocessableEntity)
}
