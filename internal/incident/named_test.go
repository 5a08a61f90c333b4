package incident_test

import (
	"strings"
	"testing"

	"hindsight/internal/incident"
)

func moved(f incident.FollowUp, name string, former ...string) incident.FollowUp {
	f.Name, f.Former = name, former
	return f
}

func inState(f incident.FollowUp, state incident.State) incident.FollowUp {
	f.State = state
	return f
}

// TestAdoptedTickets: an item that is a ticket's name, or its address, adopts it,
// if the operator lets the owner use the project in which it is by now.
func TestAdoptedTickets(t *testing.T) {
	t.Parallel()
	twelve := ticketAt(site, 10012, "OPS")
	tests := []struct {
		name    string
		changes []change
		line    string
		adopts  bool
		opens   string
		doubt   string // a part of it
	}{
		{name: "by its name", line: "OPS-12", adopts: true},
		{name: "by its address", line: "https://acme.atlassian.net/browse/OPS-12", adopts: true},
		{name: "by its address with more", line: "<https://ACME.atlassian.net/browse/OPS-12?focusedId=3>", adopts: true},
		{name: "with words", line: "OPS-12 has to be done", opens: "OPS-12 has to be done"},
		{name: "in lower case", line: "ops-12", opens: "ops-12"},
		{name: "not there", line: "OPS-99", doubt: "«OPS-99» names no ticket that Hindsight can see"},
		{name: "deleted", changes: []change{has(inState(ticketAt(site, 10013, "OPS"), incident.Gone))}, line: "OPS-13", doubt: "names no ticket"},
		{name: "in a project of another owner", line: "UMB-12", doubt: "it names no Jira project that can be used here: write one of OPS, SRE, HALL"},
		{
			name: "in a project of another owner, by its address", line: "https://acme.atlassian.net/browse/UMB-12",
			doubt: "it names no Jira project that can be used here",
		},
		{
			name: "moved to a project of another owner", changes: []change{has(moved(ticketAt(site, 10015, "UMB"), "UMB-4", "OPS-15"))},
			line: "OPS-15", doubt: "names no ticket that Hindsight can see",
		},
		{name: "by the name that it had", changes: []change{has(moved(ticketAt(site, 10014, "SRE"), "SRE-3", "OPS-14"))}, line: "OPS-14", adopts: true},
		{name: "at another site", line: "https://other.test/browse/OPS-12", doubt: "is no issue's address on this GitHub"},
		{name: "not connected", changes: []change{func(w *incident.World) { w.Projects = nil }}, line: "UTF-8", doubt: "which is not connected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			w := world(append([]change{connected, has(twelve), wrote(ada, "body", tt.line)}, tt.changes...)...)
			plan := planned(policy, w)
			same(t, "opens", only(tt.opens), opens(plan))
			adopts := len(plan.Record.Ledger.Items) == 1 && plan.Record.Ledger.Items[0].Adopted
			same(t, "adopts", tt.adopts, adopts)
			judged(policy)(&w)
			var said []string
			for _, d := range viewed(policy, w).Doubts {
				said = append(said, d.Text)
			}
			saysOnly(t, "doubt", tt.doubt, said)
			if tt.adopts {
				w = carryOut(w, plan)
				w.Tickets = nil
				same(t, "asked for again", []incident.TicketRef(nil), incident.QuestionsOf(policy, w).Tickets)
			}
		})
	}
}

// TestTicketsAreAskedForOnce: by whoever may command, and not while the site is in
// trouble.
func TestTicketsAreAskedForOnce(t *testing.T) {
	t.Parallel()
	twelve := incident.TicketRef{Site: site, Name: "OPS-12"}
	policy := incident.DefaultPolicy()
	asked := func(changes ...change) []incident.TicketRef {
		w := world(append([]change{connected}, changes...)...)
		answer(&w, incident.QuestionsOf(policy, w).May)
		return incident.QuestionsOf(policy, w).Tickets
	}
	none := []incident.TicketRef(nil)
	same(t, "by a name", []incident.TicketRef{twelve}, asked(wrote(ada, "body", "OPS-12", "https://acme.atlassian.net/browse/OPS-12")))
	same(t, "by a command", []incident.TicketRef{twelve}, asked(orders(ben, 7, "/followup done OPS-12, OPS-12.")))
	same(t, "by outsiders", none, asked(wrote(mallory, "comment:7", "OPS-12"), orders(mallory, 8, "/followup done OPS-12")))
	same(t, "of another project", none, asked(wrote(ada, "body", "UMB-12"), orders(ada, 8, "/followup done UMB-12")))
	same(t, "of one that is known", none, asked(has(ticketAt(site, 10012, "OPS")), wrote(ada, "body", "OPS-12")))
	same(t, "in trouble", none, asked(siteFails, wrote(ada, "body", "OPS-12"), orders(ben, 7, "/followup done OPS-12")))
}

// TestTicketThatCanNotBeLookedUp holds up nothing else, and nothing is complete
// without it. The tracker is written all the same.
func TestTicketThatCanNotBeLookedUp(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(connected, resolved, label("postmortem: reviewed"), siteFails, wrote(ada, "body", "OPS-12", "Fix it"))
	plan := planned(policy, w)
	same(t, "opens", []string{"Fix it"}, opens(plan))
	w = through(policy, w)
	w.FollowUps[0].State = incident.Done
	w = through(policy, w)
	same(t, "complete", false, w.Record.Ledger.Closing.Labelled)

	wrote(ada, incident.FromTracker, "OPS-12")(&w)
	plan = planned(policy, w)
	mentions(t, tells(plan), "«OPS-12» could not be looked up, since Jira does not answer")

	w.Busy, w.Failed = nil, nil
	has(inState(ticketAt(site, 10012, "OPS"), incident.Done))(&w)
	w = through(policy, w)
	same(t, "complete when it is known", true, w.Record.Ledger.Closing.Labelled)
}

// TestTicketsInCommands: a ticket is named in commands as an issue is.
func TestTicketsInCommands(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, rest string
		want       incident.State
		snoozed    incident.Day
		opens      string
		problem    string // a part of it
	}{
		{name: "done", rest: "done OPS-1", want: incident.Done},
		{name: "done, by its address", rest: "done https://acme.atlassian.net/browse/OPS-1", want: incident.Done},
		{name: "done, with more behind", rest: "done OPS-1, and #102", problem: "is no follow-up of this incident"},
		{name: "by the name that it had", rest: "done OLD-7", want: incident.Done},
		{name: "one of no follow-up", rest: "done OPS-77", problem: "«OPS-77» is no follow-up of this incident"},
		{name: "of another project", rest: "done UMB-77", problem: "«UMB-77» is no follow-up of this incident"},
		{name: "a title", rest: "done UTF-8 everywhere", opens: "done UTF-8 everywhere"},
		{name: "snooze", rest: "snooze OPS-1 2w waits for the vendor", snoozed: "20261204"},
		{name: "snooze, the other way", rest: "snooze 2w OPS-1 waits for the vendor", snoozed: "20261204"},
		{name: "reopen what is open", rest: "reopen OPS-1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS")))
			w.FollowUps[0].Former = []string{"OLD-7"}
			orders(ben, 7, "/followup "+tt.rest)(&w)
			plan := planned(policy, w)
			e := plan.Record.Ledger.Items[0]
			same(t, "ordered", tt.want, e.Want)
			same(t, "snoozed", tt.snoozed, e.Snoozed)
			same(t, "opens", only(tt.opens), opens(plan))
			var replies []string
			for _, r := range of[incident.WriteReply](plan) {
				replies = append(replies, r.Body)
			}
			saysOnly(t, "reply", tt.problem, replies)
		})
	}
}

// TestTicketOrdersWait while it is not known which follow-up is meant.
func TestTicketOrdersWait(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS")))
	orders(ben, 7, "/followup done SRE-5")(&w)
	siteFails(&w)
	plan := planned(policy, w)
	same(t, "ran", 0, len(plan.Record.Ledger.Ran)+len(plan.Record.Ledger.Failed))
	w.Busy, w.Failed = nil, nil
	w.Tickets = map[incident.TicketRef]incident.Key{{Site: site, Name: "SRE-5"}: w.FollowUps[0].Issue}
	plan = planned(policy, w)
	same(t, "ordered by its new name", incident.Done, plan.Record.Ledger.Items[0].Want)
}

// TestTicketsAreTicked: a ticket's box in the tracker orders what it says, by anybody
// who has triage permission here.
func TestTicketsAreTicked(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.Apps = []string{"forms"}
	for _, tt := range []struct {
		name string
		by   incident.Actor
		want incident.State
	}{
		{name: "by somebody who may", by: ben, want: incident.Done},
		{name: "by an app that is named", by: forms, want: incident.Done},
		{name: "by an outsider", by: mallory},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS")))
			w.Ticks = []incident.Tick{ticketTicked(w, tt.by)}
			same(t, "ordered", tt.want, planned(policy, w).Record.Ledger.Items[0].Want)
		})
	}
}

// FuzzTicketNames: whatever people write, it is read without harm, and what is read
// as a ticket is named in a project that can be used.
func FuzzTicketNames(f *testing.F) {
	for _, text := range []string{
		"OPS-12", "UMB-1", "https://acme.atlassian.net/browse/OPS-12", "<https://acme.atlassian.net/browse/OPS-12/>", "Fix it in NOPE",
		"https://hall.test/jira/browse/HALL-1#x", "OPS-0", "OPS-999999999999", "done OPS-1", "ops-1", "in OPS", "OPS-1 OPS-2",
	} {
		f.Add(text)
	}
	policy := incident.DefaultPolicy()
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 500 {
			t.Skip("longer texts only take more time")
		}
		w := world(connected, wrote(ada, "body", text), orders(ben, 7, "/followup done "+strings.ReplaceAll(text, "\n", " ")))
		for range 3 {
			q := incident.QuestionsOf(policy, w)
			for _, ref := range q.Tickets {
				project, number, _ := strings.Cut(ref.Name, "-")
				if ref.Site != site && ref.Site != hall.Site || !strings.Contains("OPS SRE HALL", project) || number == "" {
					t.Fatalf("%q asks for %+v", text, ref)
				}
			}
			answer(&w, q.May)
			lookUp(&w, q)
		}
		through(policy, w)
	})
}
