package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hindsight/internal/playground"
	playjira "hindsight/internal/playground/jira"
)

// A site that is down for a day holds up neither the page nor what is followed
// up on GitHub; the tracker says so as long as it is, and all is made up for.
func TestSiteDownForADay(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(o))
			h.desk.SetDown(true)
			number, err := h.github.As(alice).OpenIssue(shop, "Checkout answers 500", ticketWords, "incident", "sev2")
			must(t, err)
			for range 6 {
				h.sweepBeside()
				h.wait()
			}
			h.page(shop)
			h.wantFollowUps(shop, stays)
			h.wantTracker(number, "⚠️", "Jira", alertTicket, bookTicket)
			wantBoxes(t, h.tracker(number).Body, 1, 0)
			h.nextDay()
			h.sweepBeside()
			h.desk.SetDown(false)
			h.heal()
			h.wantTickets("OPS "+alertTicket, "SRE "+bookTicket)
			h.wantFollowUps(shop, stays)
			h.wantNotInTracker(number, "⚠️")
			wantBoxes(t, h.tracker(number).Body, 3, 0)
			h.idle(shop, number)
		})
	}
}

// sweepBeside sweeps though a Jira site does not answer, which is no reason to
// stop for the rest.
func (h *house) sweepBeside() {
	h.tb.Helper()
	_, err := h.app.reconciler.Sweep(h.tb.Context())
	must(h.tb, err)
	h.drain()
}

// What Jira refuses or does not answer is tried again; nothing is lost, nothing
// doubled.
func TestJiraTroubleHeals(t *testing.T) {
	t.Parallel()
	all := func(playjira.Call) bool { return true }
	writes := func(c playjira.Call) bool { return c.Method != http.MethodGet && !strings.Contains(c.Kind, "search") }
	tests := map[string]struct {
		which func(playjira.Call) bool
		fault playjira.Fault
	}{
		"no connection":                    {all, playjira.Fault{Before: playjira.Drop}},
		"too many requests":                {all, playjira.Fault{Before: http.StatusTooManyRequests, RetryAfter: time.Minute}},
		"too many requests, for how long?": {all, playjira.Fault{Before: http.StatusTooManyRequests}},
		"writes fail before their effect":  {writes, playjira.Fault{Before: http.StatusBadGateway}},
		"writes fail after their effect":   {writes, playjira.Fault{After: http.StatusBadGateway}},
		"answers to writes are lost":       {writes, playjira.Fault{After: playjira.Drop}},
		"reading fails":                    {func(c playjira.Call) bool { return !writes(c) }, playjira.Fault{Before: http.StatusInternalServerError}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(deskOptions{}))
			h.desk.SetLag(time.Minute)
			h.pause = 10 * time.Minute
			h.spoilJira(test.which, test.fault)
			number := h.mild(ticketWords)
			for range 4 {
				h.sweepBeside()
				h.wait()
			}
			h.wantFollowUps(shop, stays)
			h.desk.SetFault(h.deskFault)
			h.nextDay()
			h.heal()
			h.wantTickets("OPS "+alertTicket, "SRE "+bookTicket)
			h.wantFollowUps(shop, stays)
			wantBoxes(t, h.tracker(number).Body, 3, 0)
			h.wantNotInTracker(number, "⚠️")
			h.idle(shop, number)
		})
	}
}

// spoilJira spoils those calls to Jira.
func (h *house) spoilJira(which func(playjira.Call) bool, fault playjira.Fault) {
	h.desk.SetFault(func(c playjira.Call) playjira.Fault {
		if which(c) {
			return fault
		}
		return h.deskFault(c)
	})
}

// A token that has expired: the tracker says whose it is to mend, and when it has
// been, all goes on.
func TestExpiredToken(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(o))
			must(t, h.desk.ExpireToken(deskBot))
			number := h.mild(ticketWords)
			h.wantTracker(number, "⚠️", "token", alertTicket, bookTicket)
			h.wantNotInTracker(number, deskToken)
			h.wantFollowUps(shop, stays)
			must(t, h.desk.RenewToken(deskBot, deskToken))
			h.heal()
			h.wantTickets("OPS "+alertTicket, "SRE "+bookTicket)
			h.wantNotInTracker(number, "⚠️")
			h.idle(shop, number)
		})
	}
}

// What keeps one ticket from being opened is said on its own line, and holds up
// no other.
func TestOneTicketIsRefused(t *testing.T) {
	t.Parallel()
	kinds := bothKinds()
	tests := map[string]struct {
		options     deskOptions
		spoil, mend func(*house) error
		says        string
	}{
		"may not create": {
			kinds["Cloud"],
			func(h *house) error { return h.desk.Deny("OPS", deskBot, playjira.Create) },
			func(h *house) error { return h.desk.Allow("OPS", deskBot, playjira.Create) },
			"OPS",
		},
		"may not see the project": {
			kinds["Data Center"],
			func(h *house) error { return h.desk.Deny("OPS", deskBot) },
			func(h *house) error { return h.desk.Allow("OPS", deskBot) },
			"OPS",
		},
		"a field must be filled in": {
			kinds["Data Center"],
			func(h *house) error {
				return h.desk.SetTypes("OPS", playjira.Type{Name: "Task", Fields: append(playjira.DefaultFields(),
					playjira.Field{ID: "customfield_10077", Name: "Cost centre", Required: true})})
			},
			func(h *house) error {
				return h.desk.SetTypes("OPS", playjira.Type{Name: "Task", Fields: playjira.DefaultFields()})
			},
			"Cost centre",
		},
		"no such issue type": {
			kinds["Cloud"],
			func(h *house) error {
				return h.desk.SetTypes("OPS", playjira.Type{Name: "Chore", Fields: playjira.DefaultFields()})
			},
			func(h *house) error {
				return h.desk.SetTypes("OPS", playjira.Type{Name: "Task", Fields: playjira.DefaultFields()})
			},
			"Task",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(test.options))
			must(t, test.spoil(h))
			number := h.mild(ticketWords)
			h.heal()
			h.wantTickets("SRE " + bookTicket)
			h.wantFollowUps(shop, stays)
			wantBoxes(t, h.tracker(number).Body, 2, 0)
			wantSays(t, "the line", lineWith(h.tracker(number).Body, alertTicket), test.says)
			must(t, test.mend(h))
			h.nextDay()
			h.heal()
			h.wantTickets("OPS "+alertTicket, "SRE "+bookTicket)
			h.idle(shop, number)
		})
	}
}

// lineWith is the first line of a text that has a part in it.
func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

// Fields that are on no screen are left out, and the tracker says so.
func TestFieldsThatAreOnNoScreen(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.first.Types = []playjira.Type{{Name: "Task", Fields: playjira.Without(playjira.DefaultFields(), "duedate", "assignee")}}
			h := newHouse(t, withJira(o))
			number := h.mild("## Follow-ups\n- [ ] " + alertTicket + " @bob due 2027-01-15 in OPS\n")
			h.heal()
			h.wantTickets("OPS " + alertTicket)
			h.wantTracker(number, "Due date", "OPS")
			h.idle(shop, number)
			for _, c := range h.desk.Calls() {
				if c.Status == http.StatusBadRequest {
					t.Errorf("%s %s was refused: it was not found out beforehand", c.Method, c.Path)
				}
			}
		})
	}
}

// Where the configuration wants it, what Jira does not take for a day is opened
// on GitHub, once; the ticket that turns up afterwards is closed.
func TestFallbackToGitHub(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault   playjira.Fault
		tickets int // that are there all the same
	}{
		"it was never opened":      {playjira.Fault{Before: http.StatusServiceUnavailable}, 0},
		"it was, and nobody knows": {playjira.Fault{After: playjira.Drop}, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(deskOptions{}))
			h.configure("jira:\n  fallback: github\n  fallback_after: 1d\n")
			down := false
			h.spoil(func(c playground.Call) playground.Fault {
				switch {
				case isJira(c) && c.Kind == "jira POST /issue" && !down:
					down = true
					return playground.Fault{RunBefore: test.fault.RunBefore, Before: test.fault.Before, After: test.fault.After}
				case isJira(c) && down:
					return playground.Fault{Before: http.StatusServiceUnavailable}
				}
				return playground.Fault{}
			})
			number := h.mild("## Follow-ups\n- [ ] " + alertTicket + " in jira\n")
			h.wait()
			h.sweepBeside()
			h.wantFollowUps(shop)
			h.nextDay()
			h.sweepBeside()
			h.wait()
			h.sweepBeside()
			h.wantFollowUps(shop, alertTicket)
			h.spoil(nil)
			h.nextDay()
			h.heal()
			h.wantFollowUps(shop, alertTicket)
			if tickets := h.desk.Tickets(); len(tickets) != test.tickets {
				t.Errorf("there are %d tickets, want %d", len(tickets), test.tickets)
			}
			for _, ticket := range h.desk.Tickets() {
				if ticket.Status.Category != playjira.Complete {
					t.Errorf("%s is left open beside the issue", ticket.Key)
				}
			}
			wantBoxes(t, h.tracker(number).Body, 1, 0)
			h.idle(shop, number)
		})
	}
}

// What the operator has taken away is not looked at any more, and nothing is lost
// by it.
func TestSiteIsTakenOutOfTheConfiguration(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withJira(deskOptions{}))
	number := h.mild(ticketWords)
	h.heal()
	desk := h.desk
	h.desk = nil
	h.revive(false)
	h.heal()
	h.wantTracker(number, alertTicket, bookTicket)
	wantBoxes(t, h.tracker(number).Body, 3, 0)
	h.desk = desk
	h.revive(false)
	must(t, h.desk.As(deskBob).Move("OPS-1", "Done", nil))
	h.hearBoth()
	h.heal()
	wantBoxes(t, h.tracker(number).Body, 2, 1)
	h.wantTickets("OPS "+alertTicket, "SRE "+bookTicket)
	h.idle(shop, number)
}
