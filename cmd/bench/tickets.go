package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hindsight/internal/jira"
	"hindsight/internal/playground"
	playjira "hindsight/internal/playground/jira"
)

const (
	jiraToken  = "a-token-of-the-bots"
	jiraSecret = "a-webhook-secret-of-jira"
	jiraEmail  = "bot@acme.example"
	// perIncident is how many tickets one incident gets at most.
	perIncident = 100
	// aged is how long ago all was opened that is tracked.
	aged = 12 * time.Hour
	// behindAnswers is how much later than the answer Jira's webhook comes.
	behindAnswers = 300 * time.Millisecond
)

// jiraSite is a stand-in for Jira Cloud with one project.
type jiraSite struct {
	*playjira.Jira
	server *httptest.Server
}

func newJiraSite(clock func() time.Time) *jiraSite {
	s := &jiraSite{Jira: playjira.New(playjira.Options{Clock: clock})}
	s.SetDeliveryFault(func(playjira.Delivery) playjira.DeliveryFault { return playjira.DeliveryFault{Delay: behindAnswers} })
	s.server = httptest.NewServer(s)
	s.SetURL(s.server.URL)
	s.AddAccount(playjira.Account{ID: "bot", Email: jiraEmail, Token: jiraToken})
	s.AddAccount(playjira.Account{ID: alice})
	s.AddProject("OPS", playjira.ProjectOptions{})
	return s
}

func (s *jiraSite) end() {
	s.server.Close()
	s.Close()
}

// settings are the program's, as an operator would set them.
func (s *jiraSite) settings() []string {
	return []string{
		"HINDSIGHT_JIRA_URL=" + s.server.URL, "HINDSIGHT_JIRA_EMAIL=" + jiraEmail, "HINDSIGHT_JIRA_TOKEN=" + jiraToken,
		"HINDSIGHT_JIRA_PROJECT=OPS", "HINDSIGHT_JIRA_WEBHOOK_SECRET=" + jiraSecret,
	}
}

// adapter is the program's own, for opening tickets in a hurry.
func (s *jiraSite) adapter(h *hurried) error {
	sites, err := jira.New(jira.Options{
		Clock: time.Now, Logger: h.reconciler.Log,
		Sites: []jira.Site{{
			URL: s.server.URL, Email: jiraEmail, Token: jiraToken, Owners: map[string][]string{owner: {"OPS"}},
		}},
	})
	h.reconciler.Jira = sites
	return err
}

// calls are the requests that the site has got.
func (s *jiraSite) calls() []playground.Call {
	var all []playground.Call
	for _, c := range s.Calls() {
		all = append(all, playground.Call{
			Kind: "jira " + c.Kind, Method: c.Method, Path: c.Path, Status: c.Status,
			RequestBytes: c.RequestBytes, ResponseBytes: c.ResponseBytes,
		})
	}
	return all
}

// desk is a program beside GitHub and Jira, with so many tickets under tracking.
type desk struct {
	*scene

	tracked int
	number  int // the incident in which the steps are taken
}

// tickets measures what steps cost with few tickets under tracking and with
// many. It should be the same.
func (b *bench) tickets(ctx context.Context) error {
	var names []string
	var acts [2][]act
	for i, n := range []int{few, thousand} {
		var err error
		if names, acts[i], err = b.ticketsWith(ctx, n); err != nil {
			return fmt.Errorf("with %d tickets: %w", n, err)
		}
	}
	for i, name := range names {
		both := [2]act{acts[0][i], acts[1][i]}
		var rows []row
		if _, timed := both[0].times[done]; timed {
			rows = append(rows, row{"done after", millis(both[0].times[done]) + "   " + millis(both[1].times[done]), ""})
		}
		b.print(name, append(rows, counts(fmt.Sprint(few), thousands(thousand), both[0].calls, both[1].calls)...))
	}
	return nil
}

// ticketsWith takes the steps with n tickets under tracking.
func (b *bench) ticketsWith(ctx context.Context, n int) (names []string, acts []act, err error) {
	name := fmt.Sprintf("tickets-%d", n)
	d := &desk{tracked: n}
	d.scene, err = b.setScene(ctx, name, func(github *standIn) error {
		github.jira = newJiraSite(github.now) //nolint:contextcheck // it outlives ctx, until it is closed
		return d.prepare(ctx, github, filepath.Join(b.dir, name))
	})
	if err != nil {
		return nil, nil, err
	}
	names, acts, err = d.play(ctx, b.program)
	if err = errors.Join(err, d.program.stop(), d.github.end()); err != nil {
		return nil, nil, errors.Join(err, d.program.lastWords())
	}
	return names, acts, nil
}

// prepare opens the tickets, half a day ago by the clocks of GitHub and Jira:
// what was written a moment ago is new to each sweep.
func (d *desk) prepare(ctx context.Context, github *standIn, data string) (err error) {
	h, err := hurry(ctx, github, data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	if err = github.jira.adapter(h); err != nil {
		return err
	}
	h.reconciler.Clock = github.now // by its own, all would have been labelled long ago, and perhaps been forgotten
	github.behind.Store(int64(aged))
	defer github.behind.Store(0)
	for left := d.tracked; left > 0; left -= perIncident {
		if d.number, err = github.promise(min(left, perIncident), " in jira"); err != nil {
			return err
		}
		if err = h.look(ctx, d.number); err != nil {
			return err
		}
	}
	if opened := len(github.jira.Tickets()); opened != d.tracked {
		return fmt.Errorf("there are %d tickets, want %d", opened, d.tracked)
	}
	return nil
}

// play takes the steps. Of sweeps, and of tickets, one comes first that is not
// counted: it may have something to make up for, and what is asked only once is
// asked for by it.
func (d *desk) play(ctx context.Context, program string) (names []string, acts []act, err error) {
	d.github.SetHook("http://"+d.program.addr+"/webhooks/github", "")
	d.github.jira.SetWebhook("http://"+d.program.addr+"/webhooks/jira", jiraSecret)
	if err := d.untilIdle(ctx); err != nil {
		return nil, nil, err
	}
	steps := []step{
		{"The first sweep", false, d.sweep(program)},
		{"A sweep with nothing new, by a program that has just been started", false, d.sweep(program)},
		{"The first ticket", true, d.open},
		{"One more ticket: an item in a comment", true, d.open},
		{"One closure: a ticket is done in Jira", true, d.finish},
		{"One tick in the tracker", true, d.tick},
	}
	for _, s := range steps {
		a, err := d.take(ctx, s)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.name, err)
		}
		names, acts = append(names, s.name), append(acts, a)
	}
	return slices.Delete(names, 2, 3)[1:], slices.Delete(acts, 2, 3)[1:], nil
}

func (d *desk) take(ctx context.Context, s step) (act, error) {
	var came func() bool
	do := func() (err error) {
		came, err = s.do(ctx, d.number)
		return err
	}
	if !s.comes {
		return d.act(ctx, do)
	}
	return d.act(ctx, do, moment{done, func() bool { return came() }})
}

func (d *desk) open(_ context.Context, number int) (func() bool, error) {
	was := len(d.github.jira.Tickets())
	_, err := d.github.As(alice).Comment(shop, number, fmt.Sprintf("### Follow-ups\n- [ ] Rehearse certificate change %d in jira\n", was))
	return func() bool { return d.shown(number, fmt.Sprintf("change %d (", was)) }, err
}

// shown is whether the tracker has a line with that.
func (d *desk) shown(number int, text string) bool { return strings.Contains(d.tracker(number), text) }

func (d *desk) finish(_ context.Context, number int) (func() bool, error) {
	ticket := d.github.jira.Tickets()[d.tracked]
	return func() bool { return d.shown(number, "- [x] "+ticket.Summary) }, d.github.jira.As(alice).Move(ticket.Key, "Done", nil)
}

func (d *desk) tick(_ context.Context, number int) (func() bool, error) {
	ticket := d.github.jira.Tickets()[d.tracked+1]
	comments, err := d.github.Comments(shop, number)
	if err != nil {
		return nil, err
	}
	for _, c := range comments {
		if box := playground.FindBox(c.Body, ticket.Summary); c.ByApp && box >= 0 {
			err = d.github.As(alice).TickComment(shop, c.ID, box, true)
		}
	}
	return func() bool {
		now, gone := d.github.jira.Ticket(ticket.Key)
		return gone == nil && now.Status.Category == playjira.Complete
	}, err
}

// sweep runs the command beside the server.
func (d *desk) sweep(program string) func(context.Context, int) (func() bool, error) {
	return func(ctx context.Context, _ int) (func() bool, error) {
		cmd := exec.CommandContext(ctx, program, "sweep")
		cmd.Env = append(withoutSettings(cmd.Environ()), d.github.settings(d.data)...)
		if said, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%w: %s", err, said)
		}
		return nil, nil
	}
}
