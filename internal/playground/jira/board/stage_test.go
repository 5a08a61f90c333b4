package board_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"hindsight/internal/playground/jira"
	"hindsight/internal/playground/jira/board"
	"hindsight/internal/playground/web/webtest"
)

// Who there is. Only the robot can log in over the API.
const (
	alice = "5b10-alice"
	bob   = "5b10-bob"
	robot = "5b10-robot"
	token = "a-token"
)

// stage is a site with its pages, and a browser before it: OPS, where all leads
// everywhere, and SRE, where approval asks for a root cause.
type stage struct {
	*jira.Jira
	*webtest.Browser

	t *testing.T
}

func open(t *testing.T) *stage {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC) }
	j := jira.New(jira.Options{Clock: now})
	j.AddAccount(jira.Account{ID: robot, Email: "robot@acme.example", Token: token, Display: "Robot"})
	j.AddAccount(jira.Account{ID: alice, Name: "alice", Display: "Alice"})
	j.AddAccount(jira.Account{ID: bob, Name: "bob", Display: "Bob"})
	j.AddAccount(jira.Account{ID: "5b10-gone", Display: "Gone", Inactive: true})
	j.AddProject("OPS", jira.ProjectOptions{Name: "Operations"})
	strict := jira.Strict().Asking("Approve",
		jira.Field{ID: "resolution", Required: true}, jira.Field{ID: jira.RootCause, Name: "Root cause", Required: true})
	j.AddProject("SRE", jira.ProjectOptions{Name: "Reliability", Workflow: strict})
	j.Pages = board.New(j, board.Options{GitHubURL: "https://github.test", Robot: robot, Clock: now})
	server := httptest.NewServer(j)
	j.SetURL(server.URL)
	t.Cleanup(func() {
		server.Close()
		j.Close()
	})
	return &stage{Jira: j, Browser: webtest.Open(t, server.URL), t: t}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ticket opens one, and is its key.
func (s *stage) ticket(project string, d jira.Draft) string {
	s.t.Helper()
	made, err := s.As(alice).CreateTicket(project, d)
	must(s.t, err)
	return made.Key
}

func (s *stage) look(key string) jira.Ticket {
	s.t.Helper()
	t, err := s.Ticket(key)
	must(s.t, err)
	return t
}

// status is the id of the status that a ticket can go to, as forms have it.
func (s *stage) status(name string) string {
	s.t.Helper()
	for _, p := range s.Projects() {
		for _, one := range p.Statuses {
			if one.Name == name {
				return strconv.FormatInt(one.ID, 10)
			}
		}
	}
	s.t.Fatalf("there is no status %s", name)
	return ""
}

// columns are a board's columns with the keys of their cards.
func (s *stage) columns(path string) map[string][]string {
	s.t.Helper()
	all := map[string][]string{}
	for _, column := range s.See(path).Class("column") {
		name := webtest.Attr(column, "aria-label")
		all[name] = nil
		for _, card := range (webtest.Page{Root: column}).Class("ticket") {
			all[name] = append(all[name], webtest.Attr(card, "id"))
		}
	}
	return all
}

// hooked is a stage whose webhooks arrive and are counted.
func hooked(t *testing.T) (*stage, *atomic.Int64) {
	t.Helper()
	s := open(t)
	var arrived atomic.Int64
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived.Add(1)
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(app.Close)
	s.SetWebhook(app.URL, "a-secret")
	return s, &arrived
}

func (s *stage) settle() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	must(s.t, s.Settle(ctx))
}

// api is the status that the API answers the robot with.
func (s *stage) api(path string) int {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.URL()+path, nil)
	must(s.t, err)
	req.SetBasicAuth("robot@acme.example", token)
	resp, err := http.DefaultClient.Do(req)
	must(s.t, err)
	must(s.t, resp.Body.Close())
	return resp.StatusCode
}
