package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hindsight/internal/playground"
	playjira "hindsight/internal/playground/jira"
)

// Who there is in Jira, and what Hindsight logs in with.
const (
	deskBot    = "5b10-hindsight"
	deskAlice  = "5b10-alice"
	deskBob    = "5b10-bob"
	deskToken  = "a-token-of-the-bots"
	deskSecret = "a-webhook-secret-of-jira"
)

// desk is a Jira site beside a house: two projects of the shop's owner, the
// first of which is the default, and one that is another owner's.
type desk struct {
	*playjira.Jira
	server *httptest.Server
	file   string // how the operator has described it
}

// deskOptions are what the tests have of it in different ways.
type deskOptions struct {
	mode  playjira.Mode
	path  string // of its address, such as "/jira"
	first playjira.ProjectOptions
	// more are lines of how the operator has described the site.
	more string
}

// withJira puts a Jira site beside a house.
func withJira(o deskOptions) func(*house) {
	return func(h *house) {
		h.tb.Helper()
		d := &desk{Jira: playjira.New(playjira.Options{Mode: o.mode, Clock: h.clock, Logger: h.log})}
		d.server = httptest.NewServer(d)
		d.SetURL(d.server.URL + o.path)
		d.SetFault(h.deskFault)
		d.furnish(o)
		d.file = filepath.Join(h.tb.TempDir(), "jira.yml")
		must(h.tb, os.WriteFile(d.file, []byte(d.described(o)), 0o600))
		h.desk, h.lenient = d, true
	}
}

func (d *desk) furnish(o deskOptions) {
	d.AddAccount(playjira.Account{ID: deskBot, Name: "hindsight", Email: "bot@acme.example", Token: deskToken, Display: "Hindsight"})
	d.AddAccount(playjira.Account{ID: deskAlice, Name: "alice.j", Email: "alice@acme.example", Display: "Alice J."})
	d.AddAccount(playjira.Account{ID: deskBob, Name: "bob.j", Email: "bob@acme.example", Display: "Bob J."})
	if len(o.first.Workflow.Statuses) == 0 {
		o.first.Workflow = givingUp()
	}
	d.AddProject("OPS", o.first)
	d.AddProject("SRE", playjira.ProjectOptions{Workflow: givingUp()})
	d.AddProject("UMB", playjira.ProjectOptions{Workflow: givingUp()})
}

// givingUp lets everything go everywhere, and has a second status that is
// closed, which comes first.
func givingUp() playjira.Workflow {
	w := playjira.Simple()
	w.Statuses = append(w.Statuses, playjira.Status{Name: "Won't Do", Category: playjira.Complete})
	w.Transitions = append([]playjira.Transition{{Name: "Give up", To: "Won't Do", Resolution: "Won't Do"}}, w.Transitions...)
	return w
}

// described is the operator's file.
func (d *desk) described(o deskOptions) string {
	text := "sites:\n  - url: " + d.URL() + "\n    token: " + deskToken + "\n    webhook_secrets: [" + deskSecret + "]\n" +
		"    owners: {acme: [OPS, SRE], umbrella: [UMB]}\n"
	if o.mode == playjira.Cloud {
		text += "    email: bot@acme.example\n    people: {alice: " + deskAlice + ", bob: bob@acme.example}\n"
	} else {
		text += "    people: {alice: alice.j, bob: bob@acme.example}\n"
	}
	for line := range strings.Lines(o.more) {
		text += "    " + line
	}
	return text
}

func (d *desk) leave() {
	d.server.Close()
	d.Close()
}

// deskFault is asked by the Jira site as [house.fault] is by GitHub.
func (h *house) deskFault(c playjira.Call) playjira.Fault {
	f := h.fault(playground.Call{Kind: "jira " + c.Kind, Method: c.Method, Path: c.Path})
	return playjira.Fault{Delay: f.Delay, RunBefore: f.RunBefore, Before: f.Before, RunAfter: f.RunAfter, After: f.After}
}

// isJira is whether a call went to Jira.
func isJira(c playground.Call) bool { return strings.HasPrefix(c.Kind, "jira ") }

// hearBoth lets the app take in what GitHub and Jira tell of, and work on it.
func (h *house) hearBoth() {
	h.tb.Helper()
	must(h.tb, h.desk.Settle(h.tb.Context()))
	h.hearAndWork()
}

// ticketOf is the only ticket with a summary.
func (h *house) ticketOf(summary string) playjira.Ticket {
	h.tb.Helper()
	var found []playjira.Ticket
	for _, t := range h.desk.Tickets() {
		if t.Summary == summary {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		h.tb.Fatalf("there are %d tickets %q, want one", len(found), summary)
	}
	return found[0]
}

// wantTickets wants these in Jira, each as its project and summary: "OPS Mend it".
func (h *house) wantTickets(want ...string) {
	h.tb.Helper()
	var got []string
	for _, t := range h.desk.Tickets() {
		got = append(got, t.Project+" "+t.Summary)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		h.tb.Errorf("there are the tickets %q, want %q", got, want)
	}
}

// wantStatus wants a ticket in a status.
func (h *house) wantStatus(summary, status string) {
	h.tb.Helper()
	if t := h.ticketOf(summary); t.Status.Name != status {
		h.tb.Errorf("%s, %q, is %q, want %q", t.Key, summary, t.Status.Name, status)
	}
}

// jiraCalls are the requests that the site has got, as the app sends them.
func (h *house) jiraCalls() []string {
	var all []string
	for _, c := range h.desk.Calls() {
		all = append(all, fmt.Sprintf("%s %s: %d", c.Method, c.Path, c.Status))
	}
	return all
}

// wantNoJiraCalls wants that nothing was asked of Jira since they were forgotten.
func (h *house) wantNoJiraCalls(when string) {
	h.tb.Helper()
	if calls := h.jiraCalls(); len(calls) > 0 {
		h.tb.Errorf("%s, Jira was asked for %q, want nothing", when, calls)
	}
}
