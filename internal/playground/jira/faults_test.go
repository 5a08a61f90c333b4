package jira_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hindsight/internal/playground/jira"
)

// creates spoils the creation of tickets.
func creates(f jira.Fault) func(jira.Call) jira.Fault {
	return func(c jira.Call) jira.Fault {
		if c.Kind == "POST /issue" {
			return f
		}
		return jira.Fault{}
	}
}

func TestFaultsBeforeAndAfterTheEffect(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		fault   jira.Fault
		status  int // 0 for none
		tickets int
	}{
		{"before", jira.Fault{Before: 502}, 502, 0},
		{"after", jira.Fault{After: 504}, 504, 1},
		{"cut off before", jira.Fault{Before: jira.Drop}, 0, 0},
		{"cut off after", jira.Fault{After: jira.Drop}, 0, 1},
		{"slow", jira.Fault{Delay: time.Millisecond}, 201, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, jira.Cloud)
			s.SetFault(creates(tt.fault))
			body := `{"fields":{"project":{"key":"OPS"},"issuetype":{"name":"Task"},"summary":"One"}}`
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/rest/api/2/issue", strings.NewReader(body))
			must(t, err)
			r.Header.Set("Content-Type", "application/json")
			s.login(r, "bot")
			status := 0
			if resp, err := s.client.Do(r); err == nil {
				status = resp.StatusCode
				must(t, resp.Body.Close())
			}
			same(t, "answer and effect", []int{tt.status, tt.tickets}, []int{status, len(s.Tickets())})
		})
	}
}

func TestHooksAroundACall(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	var seen []int
	look := func() { seen = append(seen, len(s.Tickets())) }
	s.SetFault(creates(jira.Fault{RunBefore: look, RunAfter: look}))
	s.opened("OPS", "One")
	same(t, "tickets before and after", []int{0, 1}, seen)
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.SetFault(creates(jira.Fault{Before: http.StatusTooManyRequests, RetryAfter: 30 * time.Second}))
	a := s.ask("bot", http.MethodPost, "/issue", object{})
	same(t, "answer", []any{429, "30", any([]any{"Rate limit exceeded."})}, []any{a.status, a.header.Get("Retry-After"), a.at("errorMessages")})
	s.SetFault(nil)
	s.opened("OPS", "One")
}

func TestDown(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		s.SetDown(true)
		a := s.ask("bot", http.MethodGet, "/myself", nil)
		same(t, "answer", []any{503, "text/html;charset=UTF-8"}, []any{a.status, a.header.Get("Content-Type")})
		_, err := s.As(ada).CreateTicket("OPS", jira.Draft{Summary: "One"})
		must(t, err)
		s.SetDown(false)
		s.want(200, http.MethodGet, "/issue/OPS-1", nil)
	})
}

func TestCallsAreCounted(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.opened("OPS", "One")
	s.want(200, http.MethodGet, "/issue/OPS-1?fields=summary", nil)
	s.want(200, http.MethodGet, "/rest/api/3/issue/OPS-1", nil)
	s.want(200, http.MethodGet, agile, nil)
	s.ask("", http.MethodGet, "/nothing", nil)
	same(t, "counts", map[string]int{"POST /issue": 1, "GET /issue/{issue}": 2, "GET /agile/board": 1, "unknown": 1}, s.Counts())
	c := s.Calls()[1]
	same(t, "one of them", []any{2, "/rest/api/2/issue/OPS-1", "fields=summary", 200}, []any{c.ID, c.Path, c.Query, c.Status})
	s.ResetCalls()
	s.want(200, http.MethodGet, "/myself", nil)
	same(t, "after they were forgotten", []int{1, 6}, []int{len(s.Calls()), s.Calls()[0].ID})
}

func TestWrapGoesAroundTheAPI(t *testing.T) {
	t.Parallel()
	var seen []string
	s := open(t, jira.Cloud, func(o *jira.Options) {
		o.Wrap = func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen = append(seen, r.Method+" "+r.URL.Path)
				next.ServeHTTP(w, r)
			})
		}
	})
	s.want(200, http.MethodGet, "/myself", nil)
	same(t, "seen", []string{"GET /rest/api/2/myself"}, seen)
}

func TestWhatCanNotBeSetUp(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	tests := map[string]func(){
		"no clock":             func() { jira.New(jira.Options{}) },
		"no address":           func() { s.SetURL("acme") },
		"account without id":   func() { s.AddAccount(jira.Account{}) },
		"two with one token":   func() { s.AddAccount(jira.Account{ID: "x", Token: "bot-token"}) },
		"key of small letters": func() { s.AddProject("ops", jira.ProjectOptions{}) },
		"key that is taken":    func() { s.AddProject("OPS", jira.ProjectOptions{}) },
		"way to nowhere": func() {
			w := jira.Simple()
			w.Transitions[0].To = "Nowhere"
			s.AddProject("NEW", jira.ProjectOptions{Workflow: w})
		},
	}
	for name, do := range tests {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: nothing was said", name)
				}
			}()
			do()
		}()
	}
}
