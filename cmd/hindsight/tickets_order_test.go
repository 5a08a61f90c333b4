package main

import (
	"regexp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
	"hindsight/internal/playground"
	playjira "hindsight/internal/playground/jira"
)

// Any order, loss and repetition of what GitHub and Jira tell, any crash, the
// database lost at any time, a search that does not show what was just made;
// then sweeps: one ticket for each item, and the tracker says of it what Jira
// does.
func TestTicketsAnyOrderSameEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := newHouse(t, withJira(deskOptions{more: "search_lag: 10m\n"}), laggingSearch)
		defer h.leave()
		s := &saga{house: h, written: map[string]string{}, expected: map[string]bool{}}
		s.configure("follow_ups:\n  place: jira\n")
		s.begin()
		s.desk.HoldDeliveries()
		for range rapid.IntRange(4, 14).Draw(rt, "scenes") {
			s.sceneWithTickets(rt)
		}
		s.rest()
		s.checkTickets(rt)
	})
}

// sceneWithTickets is one thing that happens, to people, to Jira or to the app.
func (s *saga) sceneWithTickets(rt *rapid.T) {
	scenes := map[string]func(*rapid.T){
		"items": func(*rapid.T) { s.items() }, "command": func(*rapid.T) { s.followUpCommand() },
		"reword": s.reword, "move": s.move, "drop": s.drop, "tick": s.tickTicket, "in Jira": s.moveTicket,
		"severity": func(rt *rapid.T) {
			s.label(rapid.SampledFrom([]string{"sev1", "SEV-2", "sev3"}).Draw(rt, "severity"))
		},
		"deliver": s.deliver, "deliver from Jira": s.deliverTickets, "work": func(*rapid.T) { s.drain() },
		"crash": s.crash, "wait": func(*rapid.T) { s.wait() },
	}
	names := []string{"deliver", "work", "work", "crash"} // more often than others
	for name := range scenes {
		names = append(names, name)
	}
	slices.Sort(names)
	scenes[rapid.SampledFrom(names).Draw(rt, "scene")](rt)
}

// deliverTickets lets go what Jira has held back: shuffled, some lost, some
// doubled.
func (s *saga) deliverTickets(rt *rapid.T) {
	s.desk.ReleaseDeliveries(func(held []playjira.Delivery) []playjira.Delivery { return shuffled(rt, held) })
	must(s.tb, s.desk.Settle(s.tb.Context()))
	s.desk.HoldDeliveries()
}

var namedTicket = regexp.MustCompile(`\bOPS-\d+\b`)

// tickTicket ticks or unticks one of the tracker's boxes.
func (s *saga) tickTicket(rt *rapid.T) {
	tracker, ok := s.seeTracker()
	var found []int
	all := playground.Boxes(tracker.Body)
	for i, b := range all {
		if namedTicket.MatchString(b.Text) {
			found = append(found, i)
		}
	}
	if !ok || len(found) == 0 {
		return
	}
	i := rapid.SampledFrom(found).Draw(rt, "box")
	must(s.tb, s.github.As(alice).TickComment(shop, tracker.ID, i, !all[i].Ticked))
	s.order(namedTicket.FindString(all[i].Text), !all[i].Ticked)
}

// moveTicket has a person move a ticket in Jira.
func (s *saga) moveTicket(rt *rapid.T) {
	tickets := s.desk.Tickets()
	if len(tickets) == 0 {
		return
	}
	ticket := rapid.SampledFrom(tickets).Draw(rt, "ticket")
	status := rapid.SampledFrom([]string{"To Do", "In Progress", "Done", "Won't Do"}).Draw(rt, "status")
	if ticket.Status.Name == status {
		return
	}
	must(s.tb, s.desk.As(deskBob).Move(ticket.Key, status, nil))
	s.muddle(ticket.Key)
}

// checkTickets wants one ticket for each line, with its words, as people left
// it, and the tracker to say of each what Jira does.
func (s *saga) checkTickets(rt *rapid.T) {
	var opened []string
	states := map[bool]int{}
	for _, ticket := range s.desk.Tickets() {
		opened = append(opened, ticket.Summary)
		closed := ticket.Status.Category == playjira.Complete
		states[closed]++
		if want, ordered := s.expected[ticket.Key]; ordered && want != closed {
			rt.Errorf("%s, %q, is closed: %v; people wanted %v", ticket.Key, ticket.Summary, closed, want)
		}
		if len(ticket.Comments) > 1 {
			rt.Errorf("%s was asked why %d times", ticket.Key, len(ticket.Comments))
		}
	}
	wanted := s.titles(opened)
	slices.Sort(opened)
	slices.Sort(wanted)
	if !slices.Equal(opened, wanted) {
		rt.Errorf("opened %q\nwanted %q", opened, wanted)
	}
	if here := s.followUps(shop); len(here) > 0 {
		rt.Errorf("issues were opened, too: %s", titles(here))
	}
	tracker := s.tracker(s.number).Body
	if open, closed := boxes(tracker); open != states[false] || closed != states[true] {
		rt.Errorf("the tracker shows %d open and %d closed, there are %d and %d:\n%s", open, closed, states[false], states[true], tracker)
	}
	s.checkComments(rt)
	s.checkWritten(rt)
	plan, err := s.app.reconciler.Preview(s.tb.Context(), incident.NewKey("acme", "shop", s.number))
	if err != nil || len(plan.Effects) > 0 || len(plan.Record.Problems) > 0 {
		rt.Errorf("still to do: %v, %v, %v", plan.Effects, plan.Record.Problems, err)
	}
}
