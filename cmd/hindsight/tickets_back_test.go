package main

import (
	"errors"
	"strings"
	"testing"

	playjira "hindsight/internal/playground/jira"
)

// What happens to a ticket, and what the checklist makes of it. Each row is told
// once by webhook and once found by the sweep alone.
func TestTicketClosureTable(t *testing.T) {
	t.Parallel()
	name, due := "Alert on <b>old</b> certificates", "2027-02-03"
	tests := map[string]struct {
		happens func(h *house, ticket string) error
		line    string // what the tracker's line begins with
		also    string // what stands in it
		head    string
	}{
		"done": {
			func(h *house, k string) error { return h.desk.As(deskBob).Move(k, "Done", nil) },
			"- [x] Alert on the age", "OPS-1", "**2 open** (2 need an owner) · 1 done",
		},
		"begun": {
			func(h *house, k string) error { return h.desk.As(deskBob).Move(k, "In Progress", nil) },
			"- [ ] Alert on the age", "OPS-1", "**3 open** (3 need an owner)",
		},
		"given up by its status": {
			func(h *house, k string) error { return h.desk.As(deskBob).Move(k, "Won't Do", nil) },
			"- [x] ~~Alert on the age", "not planned", "**2 open** (2 need an owner) · 1 dropped",
		},
		"reopened": {
			func(h *house, k string) error {
				return errors.Join(h.desk.As(deskBob).Move(k, "Done", nil), h.desk.As(deskBob).Move(k, "To Do", nil))
			},
			"- [ ] Alert on the age", "OPS-1", "**3 open** (3 need an owner)",
		},
		"renamed": {
			func(h *house, k string) error { return h.desk.As(deskBob).Edit(k, playjira.Edit{Summary: &name}) },
			"- [ ] Alert on &lt;b&gt;old", "OPS-1", "**3 open** (3 need an owner)",
		},
		"assigned": {
			func(h *house, k string) error {
				who := deskAlice
				return h.desk.As(deskBob).Edit(k, playjira.Edit{Assignee: &who})
			},
			"- [ ] Alert on the age", "alice", "**3 open** (2 need an owner)",
		},
		"due": {
			func(h *house, k string) error { return h.desk.As(deskBob).Edit(k, playjira.Edit{Due: &due}) },
			"- [ ] Alert on the age", "2027-02-03", "**3 open** (3 need an owner)",
		},
		"moved": {
			func(h *house, k string) error {
				return errors.Join(h.desk.As(deskBob).MoveToProject(k, "SRE"), h.desk.As(deskBob).Move("SRE-2", "Done", nil))
			},
			"- [x] Alert on the age", "SRE-2", "**2 open** (2 need an owner) · 1 done",
		},
		"moved to where the owner has nothing": {
			func(h *house, k string) error {
				return errors.Join(h.desk.As(deskBob).MoveToProject(k, "UMB"), h.desk.As(deskBob).Edit("UMB-1", playjira.Edit{Summary: &name}))
			},
			"- [ ] Alert on the age", "UMB-1", "**3 open**",
		},
		"deleted": {
			func(h *house, k string) error { return h.desk.As(deskBob).Delete(k) },
			"- Alert on the age", "gone", "1 gone",
		},
		"in a status of no category": {
			func(h *house, k string) error {
				w := givingUp()
				w.Statuses = append(w.Statuses, playjira.Status{Name: "Limbo", Category: playjira.Undefined})
				w.Transitions = append(w.Transitions, playjira.Transition{Name: "Forget", To: "Limbo"})
				return errors.Join(h.desk.SetWorkflow("OPS", w), h.desk.As(deskBob).Move(k, "Limbo", nil))
			},
			"- [ ] Alert on the age", "Limbo", "**3 open** (3 need an owner)",
		},
	}
	for name, test := range tests {
		for _, heard := range []bool{true, false} {
			how := map[bool]string{true: ", by webhook", false: ", by the sweep"}[heard]
			t.Run(name+how, func(t *testing.T) {
				t.Parallel()
				o := deskOptions{mode: playjira.Cloud}
				if !heard { // each kind has its own search
					o.mode = playjira.DataCenter
				}
				h := newHouse(t, withJira(o))
				number := h.mild(ticketWords)
				h.hearBoth()
				h.desk.SetDeliveryFault(func(playjira.Delivery) playjira.DeliveryFault { return playjira.DeliveryFault{Lose: !heard} })
				h.wait()
				must(t, test.happens(h, "OPS-1"))
				if heard {
					h.hearBoth()
				} else {
					h.nextDay() // what was deleted is in no search
					h.sweep()
				}
				wantLine(t, h.tracker(number).Body, test.line, test.also, test.head)
			})
		}
	}
}

// A reason is asked for on a ticket that is given up without a word, once.
func TestDroppedTicketIsAskedWhy(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(o))
			number := h.mild("## Follow-ups\n- [ ] " + alertTicket + " in OPS\n- [ ] " + bookTicket + " in OPS\n")
			h.hearBoth()
			alert, book := h.ticketOf(alertTicket), h.ticketOf(bookTicket)
			must(t, h.desk.As(deskBob).Comment(book.Key, "Nobody reads it."))
			h.wait()
			must(t, h.desk.As(deskBob).Move(alert.Key, "Won't Do", nil))
			must(t, h.desk.As(deskBob).Move(book.Key, "Won't Do", nil))
			must(t, h.desk.As(deskBob).Comment(book.Key, "As was said."))
			h.hearBoth()
			h.heal()
			h.heal()
			if asked := h.ticketOf(alertTicket).Comments; len(asked) != 1 || asked[0].Author != deskBot {
				t.Errorf("%s has the comments %v, want one question", alert.Key, asked)
			}
			if asked := h.ticketOf(bookTicket).Comments; len(asked) != 2 {
				t.Errorf("%s has the comments %v, want those of the person", book.Key, asked)
			}
			h.idle(shop, number)
		})
	}
}

// What is not signed, or not by the site, changes nothing and asks for nothing.
func TestUnsignedWebhooksOfJira(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withJira(deskOptions{}))
	number := h.mild(ticketWords)
	h.hearBoth()
	for _, fault := range []playjira.DeliveryFault{{Unsigned: true}, {Tamper: true}} {
		h.desk.SetDeliveryFault(func(playjira.Delivery) playjira.DeliveryFault { return fault })
		h.desk.ResetCalls()
		must(t, h.desk.As(deskBob).Move("OPS-1", map[bool]string{true: "Done", false: "To Do"}[fault.Unsigned], nil))
		h.hearBoth()
		h.wantNoJiraCalls("after a webhook that proves nothing")
		wantBoxes(t, h.tracker(number).Body, 3, 0)
	}
	refused := 0
	for _, d := range h.desk.Deliveries() {
		if d.StatusCode == 401 {
			refused++
		}
	}
	if refused < 2 {
		t.Errorf("%d deliveries were answered with 401, want two at least", refused)
	}
}

// All is done, in Jira and here: the incident is complete.
func TestIncidentWithTicketsIsComplete(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(o))
			number := h.mild(ticketWords)
			h.hearBoth()
			for _, ticket := range h.desk.Tickets() {
				must(t, h.desk.As(deskBob).Move(ticket.Key, "Done", nil))
			}
			must(t, h.github.As(bob).Close(shop, h.followUps(shop)[0].Number, "completed"))
			must(t, h.github.As(alice).Close(shop, number, "completed"))
			h.hearBoth()
			wantComplete(h, number)
			wantBoxes(t, h.tracker(number).Body, 0, 3)
			must(t, h.desk.As(deskBob).Move("OPS-1", "To Do", nil))
			h.hearBoth()
			if words := h.ours(shop, number); !strings.Contains(words[1], "**Open again.**") {
				t.Errorf("the app says %q of a ticket that was reopened", words[1])
			}
			h.idle(shop, number)
		})
	}
}
