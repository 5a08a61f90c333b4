package main

import (
	"slices"
	"time"
)

// ticketStory is an incident whose follow-ups are tickets at a site whose search
// lags behind. What comes back to life looks again while the search does not
// show yet what was made before.
func ticketStory() story {
	var number int
	return story{
		with:  []func(*house){withJira(deskOptions{more: "search_lag: 10m\n"}), laggingSearch},
		reads: isJira,
		chapters: []func(*house){
			func(h *house) {
				var err error
				number, err = h.github.As(alice).OpenIssue(shop, "Search is slow", ticketWords, "incident", "sev4")
				must(h.tb, err)
			},
			func(h *house) {
				h.tick(alice, number, alertTicket, true)
				must(h.tb, h.github.As(alice).Label(shop, number, "sev5"))
				must(h.tb, h.github.As(alice).Unlabel(shop, number, "sev4"))
			},
			func(h *house) { must(h.tb, h.desk.As(deskBob).Move(h.ticketOf(bookTicket).Key, "Won't Do", nil)) },
			(*house).wait, // it is asked why a minute later
			func(h *house) {
				must(h.tb, h.github.As(bob).Close(shop, h.followUps(shop)[0].Number, "completed"))
				must(h.tb, h.github.As(alice).Close(shop, number, "completed"))
			},
		},
		want: func(h *house) { h.wantTicketsOnce(number) },
	}
}

// laggingSearch lets eight minutes pass until the search shows a change, and
// three until what died is tried again. What may have been opened is sought for
// ten: so it takes more looks until all is well.
func laggingSearch(h *house) {
	h.desk.SetLag(8 * time.Minute)
	h.pause, h.rounds = 3*time.Minute, 6
}

// wantTicketsOnce wants one of everything for the incident of ticketStory.
func (h *house) wantTicketsOnce(number int) {
	h.tb.Helper()
	h.wantTickets("OPS "+alertTicket, "SRE "+bookTicket)
	h.wantFollowUps(shop, stays)
	h.wantStatus(alertTicket, "Done")
	h.wantStatus(bookTicket, "Won't Do")
	for _, ticket := range h.desk.Tickets() {
		if len(ticket.Links) != 1 {
			h.tb.Errorf("%s has the links %v, want the parent's", ticket.Key, ticket.Links)
		}
		if want := map[string]int{bookTicket: 1}[ticket.Summary]; len(ticket.Comments) != want {
			h.tb.Errorf("%s has the comments %v, want %d", ticket.Key, ticket.Comments, want)
		}
	}
	if labels := h.ticketOf(bookTicket).Labels; !slices.Contains(labels, "sev5") || slices.Contains(labels, "sev4") {
		h.tb.Errorf("%q, open when the severity changed, has the labels %q", bookTicket, labels)
	}
	wantComplete(h, number)
	wantBoxes(h.tb, h.ours(shop, number)[0], 0, 3)
	h.idle(shop, number)
}
