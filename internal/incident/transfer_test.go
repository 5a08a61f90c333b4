package incident_test

import (
	"fmt"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// TestMarkersFollowTheIncident: a ticket that names the incident by the id that it had
// before it was transferred is to name it by its own, also when it is done: or a
// lost database would make it nobody's.
func TestMarkersFollowTheIncident(t *testing.T) {
	t.Parallel()
	former := incident.ID{Repository: 6, Number: 3}
	tests := []struct {
		name    string
		of      incident.ID
		state   incident.State
		changes []change
		want    bool
	}{
		{name: "open", of: former, want: true},
		{name: "done", of: former, state: incident.Done, want: true},
		{name: "dropped", of: former, state: incident.Dropped, want: true},
		{name: "deleted", of: former, state: incident.Gone},
		{name: "its own", of: incident.ID{Repository: 7, Number: 42}},
		{name: "not known"},
		{name: "people's own", of: former, changes: []change{func(w *incident.World) { w.Record.Ledger.Items[0].Adopted = true }}},
		{name: "in another owner's project", of: former, changes: []change{func(w *incident.World) {
			w.FollowUps[0] = moved(w.FollowUps[0], "UMB-3", "OPS-1")
		}}},
		{name: "at a site that more people can read", of: former, changes: []change{func(w *incident.World) {
			w.Projects = []incident.Project{ops}
			w.Projects[0].Public = true
		}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS p1")))
			w.FollowUps[0].Of = tt.of
			if tt.state != "" {
				w.FollowUps[0].State, w.FollowUps[0].Closed = tt.state, now
			}
			for _, c := range tt.changes {
				c(&w)
			}
			updates := of[incident.UpdateFollowUp](planned(policy, w))
			same(t, "rewritten", tt.want, len(updates) == 1)
			for _, u := range updates {
				same(t, "names", incident.ID{Repository: 7, Number: 42}, u.Of)
				same(t, "changes nothing else", u.Was, u.Is)
				same(t, "labels", u.Before, u.After)
			}
			w = through(policy, w)
			same(t, "once", 0, len(of[incident.UpdateFollowUp](planned(policy, w))))
		})
	}
}

// TestUnproven: what only the tracker says to be a follow-up is listed as gone, and
// makes nothing complete, nor undone.
func TestUnproven(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	for _, before := range []bool{false, true} {
		t.Run(fmt.Sprintf("complete before: %t", before), func(t *testing.T) {
			t.Parallel()
			w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS")))
			resolved(&w)
			label("postmortem: reviewed")(&w)
			if before {
				w.FollowUps[0].State = incident.Done
				w = through(policy, w)
			}
			f := w.FollowUps[0]
			w.FollowUps = []incident.FollowUp{{Issue: f.Issue, Item: f.Item, State: incident.Gone, Unproven: true}}
			w = through(policy, w)
			same(t, "complete", before, w.Record.Ledger.Closing.Labelled)
			line := shows(policy, w)
			same(t, "state", incident.Gone, line.State)
			mentions(t, line.Why, "nothing but this comment, which people can edit, says that it belongs here")
			w.FollowUps[0].Unproven = false
			w = through(policy, w)
			same(t, "complete when it is known to be gone", true, w.Record.Ledger.Closing.Labelled)
		})
	}
}

// TestGoneAndForgotten: of what was known to be gone, nobody can prove that it was a
// follow-up once the database is lost: the tracker remembers.
func TestGoneAndForgotten(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS")))
	w.FollowUps[0].State = incident.Gone
	w = through(policy, w)
	w.FollowUps[0].Unproven = true
	same(t, "why", "", shows(policy, w).Why)
	resolved(&w)
	label("postmortem: reviewed")(&w)
	w = through(policy, w)
	same(t, "complete", true, w.Record.Ledger.Closing.Labelled)
}

// TestUnreadTicket: that one can't be read is said on its line, and it counts as
// before.
func TestUnreadTicket(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS")))
	w.FollowUps[0].State, w.FollowUps[0].Unread = incident.Done, "The project `OPS` can't be seen."
	line := shows(policy, w)
	same(t, "state", incident.Done, line.State)
	same(t, "why", "The project `OPS` can't be seen.", line.Why)
	w.FollowUps[0].Secret = true
	mentions(t, shows(policy, w).Why, "why is not shown to everybody: it counts as before")
	w.FollowUps[0].Unread = ""
	same(t, "read again", "", shows(policy, w).Why)
}

// TestRefusedFields: what Jira does not take of a ticket is said, and not tried again
// until people want something else.
func TestRefusedFields(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	opened := func(t *testing.T) incident.World {
		t.Helper()
		w := world(connected, wrote(ada, "body", "Fix it @ada due 2026-12-01 in OPS"))
		plan := planned(policy, w)
		e := of[incident.OpenTicket](plan)[0]
		w.Record = plan.Record.Clone()
		w, out := opensTicket(w, e)
		w.FollowUps[0].Owner = ""
		out.Refused = "assignee"
		w.Record.Did(e, out, now)
		return w
	}
	t.Run("at its opening", func(t *testing.T) {
		t.Parallel()
		w := opened(t)
		entry := w.Record.Ledger.Items[0]
		same(t, "lacks", incident.TicketFields("assignee"), entry.Lacks)
		same(t, "wrote", incident.Written{
			Title: entry.Words, Due: "20261201", Severity: entry.Wrote.Severity, Date: entry.Wrote.Date,
		}, entry.Wrote)
		w = through(policy, w)
		same(t, "is not tried again", 0, len(of[incident.UpdateFollowUp](planned(policy, w))))
		judged(policy)(&w)
		saysOnly(t, "notice", "so it is left out: “Assignee”.", viewed(policy, w).Notices)
	})
	t.Run("at a change", func(t *testing.T) {
		t.Parallel()
		w := rewritten(opened(t), wrote(ada, "body", "Fix it @ben due 2026-12-02 in OPS"))
		plan := planned(policy, w)
		u := of[incident.UpdateFollowUp](plan)[0]
		same(t, "another owner is tried", "ben", u.Assign)
		same(t, "after nobody", "", u.Was.Owner)
		same(t, "lacks", incident.TicketFields(""), u.Lacks)
		w.Record = plan.Record.Clone()
		w.Record.Did(u, incident.Outcome{Refused: "assignee duedate"}, now)
		entry := w.Record.Ledger.Items[0]
		same(t, "lacks", incident.TicketFields("assignee duedate"), entry.Lacks)
		same(t, "owner", "", entry.Wrote.Owner)
		same(t, "due", incident.Day("20261201"), entry.Wrote.Due)
		same(t, "is not tried again", 0, len(of[incident.UpdateFollowUp](planned(policy, w))))
	})
}

// TestCopiedMarkers: people can copy a marker to other tickets. No more are closed
// than may have been opened twice, none that is another item's, and the rest is said.
func TestCopiedMarkers(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS", "Mend it in OPS")))
	for n := range 5 {
		copied := ticketAt(site, 10020-n, "OPS")
		copied.Item = w.FollowUps[0].Item
		w.FollowUps = append(w.FollowUps, copied)
	}
	w.FollowUps[1].Item = w.FollowUps[0].Item
	plan := planned(policy, w)
	var closed []string
	for _, e := range of[incident.CloseDuplicate](plan) {
		closed = append(closed, e.Name)
	}
	same(t, "closed", []string{"OPS-16", "OPS-17"}, closed)
	same(t, "items", []int{10001, 10002}, []int{plan.Record.Ledger.Items[0].Issue.Number, plan.Record.Ledger.Items[1].Issue.Number})
	judged(policy)(&w)
	saysOnly(t, "notice", "3 more issues or tickets say of themselves", viewed(policy, w).Notices)
	w = carryOut(w, plan)
	same(t, "remembered", 2, len(w.Record.Ledger.HealedTickets))
	same(t, "issues", 0, len(w.Record.Ledger.Healed))
	same(t, "no more", 0, len(of[incident.CloseDuplicate](planned(policy, w))))
	same(t, "after a transfer, too", w.Record.Ledger.HealedTickets, w.Record.Ledger.Moved("acme/new", now.Add(time.Hour)).HealedTickets)
	same(t, "in either ledger", w.Record.Ledger.HealedTickets, incident.Ledger{}.Unite(w.Record.Ledger).HealedTickets)
}

// TestSecondOfASecret: a ticket that is closed as the second names no first that few
// can read.
func TestSecondOfASecret(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, public, wrote(ada, "body", "Fix it in OPS")))
	ticket := w.FollowUps[0]
	first := incident.FollowUp{Issue: incident.NewKey("acme", "infra", 5), Item: ticket.Item, State: incident.Open, Secret: true}
	w.FollowUps = []incident.FollowUp{first, ticket}
	w.Record.Ledger.Items[0].Issue = incident.Ref(first.Issue)
	heals := of[incident.CloseDuplicate](planned(policy, w))
	same(t, "heals", []incident.CloseDuplicate{{
		Issue: ticket.Issue, Of: first.Issue, Name: "OPS-1",
		OfName: "another follow-up of acme/shop#42", OfURL: "https://github.test/Acme/Shop/issues/42",
	}}, heals)
}

// TestForgedItemsAreBounded: markers can't make the ledger grow without end.
func TestForgedItemsAreBounded(t *testing.T) {
	t.Parallel()
	w := world(connected)
	for n := range 1600 {
		f := ticketAt(site, 10001+n, "OPS")
		f.Item, f.Source, f.Words = incident.ItemKey(fmt.Sprintf("a%d", n)), incident.FromBody, "aaaaaaaa"
		w.FollowUps = append(w.FollowUps, f)
	}
	same(t, "items", 1500, len(decide(w).Record.Ledger.Items))
}
