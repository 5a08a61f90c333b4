package main

import (
	"slices"
	"strings"
	"testing"

	playjira "hindsight/internal/playground/jira"
)

// A box closes its ticket by one transition, and opens it again; so do the
// item's own line and the command.
func TestTickingTickets(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(o))
			number := h.mild(ticketWords)
			h.hearBoth()
			orders := []struct {
				order  func()
				status string
				closed int
			}{
				{func() { h.tick(alice, number, alertTicket, true) }, "Done", 1},
				{func() { h.tick(alice, number, alertTicket, false) }, "To Do", 0},
				{func() { must(t, h.github.As(alice).TickBody(shop, number, 0, true)) }, "Done", 1},
				{func() { h.say(bob, shop, number, "/followup reopen OPS-1") }, "To Do", 0},
				{func() { h.say(bob, shop, number, "/followup done OPS-1") }, "Done", 1},
			}
			for n, o := range orders {
				o.order()
				h.hearBoth()
				h.wantStatus(alertTicket, o.status)
				if open, closed := boxes(h.tracker(number).Body); closed != o.closed {
					t.Errorf("after order %d the tracker shows %d open and %d closed:\n%s", n+1, open, closed, h.tracker(number).Body)
				}
			}
			h.heal()
			h.idle(shop, number)
			h.wantMoves("OPS-1", "Done", "To Do", "Done", "To Do", "Done")
		})
	}
}

// wantMoves wants a ticket to have got into these statuses, one after the other.
func (h *house) wantMoves(ticket string, want ...string) {
	h.tb.Helper()
	got, err := h.desk.Ticket(ticket)
	must(h.tb, err)
	var moves []string
	for _, change := range got.History {
		for _, item := range change.Items {
			if item.FieldID == "status" {
				moves = append(moves, item.ToText)
			}
		}
	}
	if !slices.Equal(moves, want) {
		h.tb.Errorf("%s went to %q, want %q", ticket, moves, want)
	}
}

// screened asks on the way to done what nobody but people can know.
func screened() playjira.Workflow {
	return playjira.Simple().Asking("Done", playjira.Field{ID: playjira.RootCause, Name: "Root cause", Kind: playjira.Text, Required: true})
}

// Where the workflow offers no way, or its screen wants what nobody has said,
// the box goes back, and the tracker says why until there is another order.
func TestDeclinedTick(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		workflow playjira.Workflow
		says     string
	}{
		"no transition":        {playjira.Strict(), "no way from “To Do”"},
		"a screen with fields": {screened(), "Root cause"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(deskOptions{first: playjira.ProjectOptions{Workflow: test.workflow}}))
			number := h.mild(ticketWords)
			h.hearBoth()
			h.tick(alice, number, alertTicket, true)
			h.hearBoth()
			h.wantStatus(alertTicket, "To Do")
			h.wantMoves("OPS-1")
			wantBoxes(t, h.tracker(number).Body, 3, 0)
			wantSays(t, "the line", lineWith(h.tracker(number).Body, alertTicket), test.says)
			h.idle(shop, number)
			h.desk.ResetCalls()
			h.wait()
			h.sweep()
			for _, c := range h.desk.Calls() {
				if strings.Contains(c.Kind, "transitions") {
					t.Errorf("it is tried again without an order: %s", c.Kind)
				}
			}
			must(t, h.desk.SetWorkflow("OPS", playjira.Simple()))
			h.tick(alice, number, alertTicket, true)
			h.hearBoth()
			h.wantStatus(alertTicket, "Done")
			wantBoxes(t, h.tracker(number).Body, 2, 1)
			h.idle(shop, number)
		})
	}
}

// Another severity is written to open tickets; what a person has changed there
// stays as it is.
func TestSeverityRelabelsTickets(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.more = "projects:\n  OPS:\n    priorities: {sev1: Highest, sev4: Low}\n  SRE:\n    priorities: {sev1: Highest, sev4: Low}\n"
			h := newHouse(t, withJira(o))
			number := h.mild(ticketWords)
			h.hearBoth()
			priority, mine := "Medium", append(slices.Clone(h.ticketOf(bookTicket).Labels), "mine")
			must(t, h.desk.As(deskBob).Edit("SRE-1", playjira.Edit{Priority: &priority, Labels: &mine}))
			h.say(bob, shop, number, "/incident severity sev1")
			h.hearBoth()
			alert, book := h.ticketOf(alertTicket), h.ticketOf(bookTicket)
			if !slices.Contains(alert.Labels, "sev1") || slices.Contains(alert.Labels, "sev4") || alert.Priority != "Highest" {
				t.Errorf("%s has the labels %q and the priority %s", alert.Key, alert.Labels, alert.Priority)
			}
			if !slices.Contains(book.Labels, "sev1") || !slices.Contains(book.Labels, "mine") || book.Priority != "Medium" {
				t.Errorf("%s has the labels %q and the priority %s, of which a person has changed the latter", book.Key, book.Labels, book.Priority)
			}
			h.heal()
			h.idle(shop, number)
		})
	}
}

// An item's words, owner and day follow the line that people write, where nobody
// has changed the ticket.
func TestTicketsFollowTheirLine(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(o))
			number := h.mild(ticketWords)
			h.hearBoth()
			theirs := "Write it down"
			must(t, h.desk.As(deskBob).Edit("SRE-1", playjira.Edit{Summary: &theirs}))
			h.hearBoth()
			words := strings.NewReplacer(alertTicket, alertTicket+" soon", bookTicket, bookTicket+" soon").Replace(ticketWords)
			words = strings.Replace(words, "soon in jira", "soon @bob due 2027-03-04 in jira", 1)
			must(t, h.github.As(alice).EditIssue(shop, number, nil, &words))
			h.hearBoth()
			h.heal()
			h.wantTickets("OPS "+alertTicket+" soon", "SRE "+theirs)
			if alert := h.ticketOf(alertTicket + " soon"); alert.Assignee != deskBob || alert.Due != "2027-03-04" {
				t.Errorf("%s is assigned to %q and due %q", alert.Key, alert.Assignee, alert.Due)
			}
			h.idle(shop, number)
		})
	}
}

// The page comes after the tickets: they are linked to it all the same, and it
// to them.
func TestTicketsOnThePage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withJira(deskOptions{}))
	number, err := h.github.As(alice).OpenIssue(shop, "Checkout answers 500", ticketWords, "incident", "sev2")
	must(t, err)
	h.heal()
	path, text := h.page(shop)
	wantSays(t, path, text, "OPS-1", h.desk.TicketURL("OPS-1"))
	h.wantLinks(h.ticketOf(alertTicket), number)
	h.save(shop, path, strings.Replace(text, "## Follow-ups", "## Follow-ups\n\n### Proposed\n\n- [ ] Tell the partners in SRE\n", 1))
	h.hearBoth()
	h.heal()
	h.wantTickets("OPS "+alertTicket, "SRE "+bookTicket, "SRE Tell the partners")
	h.idle(shop, number)
}
