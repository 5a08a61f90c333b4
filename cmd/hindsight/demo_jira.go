package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"hindsight/internal/playground/jira"
	"hindsight/internal/playground/jira/board"
)

// The projects in Jira.
const (
	ops = "OPS" // every status leads to every other
	sre = "SRE" // what is done was reviewed; its screens have no due date
)

// The accounts in Jira, by their ids.
const (
	aliceInJira = "5f0a1c-alice"
	bobInJira   = "5f0b2d-bob"
	robotInJira = "5f0c3e-hindsight"
)

// searchLag is how long Jira's search lags behind on the stage, and what the
// app is told of it: short, so that one need not wait for what heals.
const searchLag = 2 * time.Second

// sitesFile describes the stand-in as an operator would describe a site.
const sitesFile = `sites:
  - url: %s
    email: hindsight@acme.example
    token_file: jira-token
    webhook_secret_file: jira-webhook-secret
    search_lag: %s
    owners:
      acme: [OPS, SRE]
    people:
      alice: %s
      bob: bob@acme.example
    projects:
      OPS:
        types: {mitigation: Bug}
        priorities: {p0: Highest, p1: High, p2: Medium, p3: Low, p4: Lowest, sev1: High, sev2: Medium, sev3: Low}
        components: [Reliability]
      SRE:
        priorities: {p0: Highest, p1: High, p2: Medium, p3: Low, p4: Lowest, sev1: High, sev2: Medium, sev3: Low}
`

// raiseJira starts the stand-in for Jira, with accounts and projects and no
// tickets. The app has to be started after it, to be told of it.
func (s *stage) raiseJira(ctx context.Context, addr string, clock func() time.Time) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return &usageError{fmt.Errorf("the stand-in for Jira can't listen on %s; choose another place with --jira-addr: %w", addr, err)}
	}
	s.jira = jira.New(jira.Options{ //nolint:contextcheck // it lives until it is closed
		URL: "http://" + l.Addr().String(), Clock: clock, Lag: searchLag, Logger: s.log,
	})
	s.jiraHTTP = &http.Server{Handler: s.jira, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := s.jiraHTTP.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.ErrorContext(ctx, "the stand-in for Jira stopped", "error", err)
		}
	}()
	return s.furnishJira()
}

// furnishJira puts accounts, projects and the app's credentials in place.
func (s *stage) furnishJira() error {
	token, secret := rand.Text(), rand.Text()
	s.jira.AddAccount(jira.Account{ID: aliceInJira, Name: alice, Email: "alice@acme.example", Display: "Alice"})
	s.jira.AddAccount(jira.Account{ID: bobInJira, Name: bob, Email: "bob@acme.example", Display: "Bob"})
	s.jira.AddAccount(jira.Account{ID: robotInJira, Email: "hindsight@acme.example", Token: token, Display: "Hindsight"})
	s.jira.AddProject(ops, jira.ProjectOptions{Name: "Operations", Components: []string{"Reliability"}})
	s.jira.AddProject(sre, jira.ProjectOptions{Name: "Site reliability", Workflow: reviewed(), Types: withoutDue()})
	s.jiraSecret = secret
	return errors.Join(
		s.write("jira-token", token), s.write("jira-webhook-secret", secret),
		s.write("jira.yml", fmt.Sprintf(sitesFile, s.jira.URL(), searchLag, aliceInJira)),
	)
}

// prepareTicket opens one that has nothing to do with the incident.
func (s *stage) prepareTicket() error {
	t, err := s.jira.As(aliceInJira).CreateTicket(ops, jira.Draft{Summary: places, Labels: []string{"backlog"}})
	if err == nil && t.Key != backlogTicket {
		err = fmt.Errorf("prepare %s: it was not empty", ops)
	}
	return err
}

// reviewed is the strict workflow, in which who approves says what it was.
func reviewed() jira.Workflow {
	return jira.Strict().Asking("Approve", jira.Field{ID: jira.RootCause, Name: "Root cause", Kind: jira.Text, Required: true})
}

// withoutDue are issue types on whose screens there is no due date.
func withoutDue() []jira.Type {
	fields := jira.Without(jira.DefaultFields(), "duedate")
	return []jira.Type{{Name: "Task", Fields: fields}, {Name: "Bug", Fields: fields}}
}

func (s *stage) write(name, content string) error {
	return os.WriteFile(s.file(name), []byte(content), 0o600)
}

func (s *stage) file(name string) string { return filepath.Join(s.dir, name) }

// hearJira points Jira's webhooks at the app.
func (s *stage) hearJira(appURL string) {
	if s.jira != nil {
		s.jira.SetWebhook(appURL+"/webhooks/jira", s.jiraSecret)
	}
}

// closeJira leaves nothing of it behind.
func (s *stage) closeJira() error {
	if s.jira == nil {
		return nil
	}
	defer s.jira.Close()
	return s.jiraHTTP.Close()
}

// showJira opens its board.
func (s *stage) showJira() {
	s.jira.Pages = board.New(s.jira, board.Options{
		GitHubURL: s.github.URL(), Robot: robotInJira, Lag: searchLag, Clock: s.clock, Logger: s.log,
	})
}
