package incident_test

import (
	"testing"
	"time"

	"hindsight/internal/incident"
)

// refused has an item be stuck since a time, for a reason of its own.
func refused(since time.Time, text string) change {
	return func(w *incident.World) {
		for _, e := range w.Record.Ledger.Items {
			w.Record.Stuck = map[incident.ItemKey]incident.Stuck{e.Key: {Since: since, Text: text}}
		}
	}
}

func fallback(after time.Duration) incident.Policy {
	p := incident.DefaultPolicy()
	p.Fallback = after
	return p
}

// TestFallback opens an issue when Jira has refused for long enough, and not
// before; what the line says else is as it was.
func TestFallback(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	tests := []struct {
		name    string
		policy  incident.Policy
		since   time.Time
		changes []change
		tickets []string
		issues  []string
		again   time.Time
	}{
		{name: "never", policy: fallback(0), since: now.Add(-1000 * day), tickets: []string{"OPS: Fix it"}},
		{name: "not yet", policy: fallback(day), since: now.Add(-23 * time.Hour), tickets: []string{"OPS: Fix it"}, again: now.Add(time.Hour)},
		{name: "now", policy: fallback(day), since: now.Add(-day), issues: []string{"Fix it"}},
		{name: "now, while it is down", policy: fallback(day), since: now.Add(-day), changes: []change{siteFails}, issues: []string{"Fix it"}},
		{
			name: "now, though it may have been opened", policy: fallback(day), since: now.Add(-day), issues: []string{"Fix it"},
			changes: []change{siteFails, func(w *incident.World) { w.Record.Seek(site, now.Add(-day)) }},
		},
		{
			name: "now, while GitHub is down", policy: fallback(day), since: now.Add(-day),
			changes: []change{func(w *incident.World) { w.Busy = map[incident.Part]bool{incident.FollowUpsPart: true} }},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(connected, wrote(ada, "body", "Fix it in OPS p1"))
			w.Record = planned(tt.policy, w).Record // taken in
			refused(tt.since, "No.")(&w)
			for _, c := range tt.changes {
				c(&w)
			}
			plan := planned(tt.policy, w)
			same(t, "tickets", tt.tickets, tickets(plan))
			same(t, "issues", tt.issues, opens(plan))
			same(t, "looks again", tt.again, plan.LookAgain)
			same(t, "is remembered until it is opened", 1, len(plan.Record.Stuck))
			same(t, "since", tt.since.Truncate(time.Second), plan.Record.Stuck[plan.Record.Ledger.Items[0].Key].Since.Truncate(time.Second))
		})
	}
}

// TestFallbackIsForGood: when Jira is back, nothing is opened there, and a ticket
// that turns up is closed as the issue's duplicate, once.
func TestFallbackIsForGood(t *testing.T) {
	t.Parallel()
	policy := fallback(time.Hour)
	w := world(connected, wrote(ada, "body", "Fix it in OPS"))
	w.Record = planned(policy, w).Record
	refused(now.Add(-time.Hour), "")(&w)
	w = through(policy, w)
	same(t, "forgotten", 0, len(w.Record.Stuck))
	issue := w.FollowUps[0]
	same(t, "opened", parentKey.Repo, issue.Issue.Repo)
	same(t, "tickets", []string(nil), tickets(planned(policy, w)))

	late := ticketAt(site, 10001, "OPS")
	late.Item = issue.Item
	w.FollowUps = append(w.FollowUps, late)
	w.FollowUps[0].URL = "https://github.test/Acme/Shop/issues/101"
	heals := of[incident.CloseDuplicate](planned(policy, w))
	same(t, "heals", []incident.CloseDuplicate{{
		Issue: late.Issue, Of: issue.Issue, Name: "OPS-1", OfName: "#101", OfURL: "https://github.test/Acme/Shop/issues/101",
	}}, heals)
	w = through(policy, w)
	same(t, "stays", incident.Ref{Number: 101}, w.Record.Ledger.Items[0].Issue)
	same(t, "once", 0, len(of[incident.CloseDuplicate](planned(policy, w))))
}

// TestTwoForOneItem says which of two stays.
func TestTwoForOneItem(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	stray := incident.FollowUp{Issue: incident.NewKey("acme", "shop", 77), ID: 1077, State: incident.Open, Title: "Fix it"}
	adopted := ticketAt(site, 10009, "OPS")
	adopted.Adopted = true
	tests := []struct {
		name   string
		change change
		second incident.FollowUp
		first  incident.State
		stays  incident.Ref
		closes []string
	}{
		{
			name: "a second ticket", second: ticketAt(site, 10009, "OPS"), stays: incident.Ref{Repo: site, Number: 10001},
			closes: []string{"close OPS-9, which was opened twice, as a duplicate of OPS-1"},
		},
		{
			name: "a first ticket", second: ticketAt(site, 9999, "OPS"), stays: incident.Ref{Repo: site, Number: 9999},
			closes: []string{"close OPS-1, which was opened twice, as a duplicate of OPS-999"},
		},
		{
			name: "an issue that was opened before", second: stray, stays: incident.Ref{Repo: site, Number: 10001},
			closes: []string{"close #77, which was opened twice, as a duplicate of OPS-1"},
		},
		{name: "an issue, and the ticket was deleted", second: stray, first: incident.Gone, stays: incident.Ref{Number: 77}},
		{
			name: "a ticket at another site", change: public, second: ticketAt(hall.Site, 10009, "HALL"), stays: incident.Ref{Repo: site, Number: 10001},
			closes: []string{"close HALL-9, which was opened twice, as a duplicate of OPS-1"},
		},
		{
			name: "at a site that more people can read", second: ticketAt(hall.Site, 10009, "HALL"),
			stays: incident.Ref{Repo: site, Number: 10001},
		},
		{name: "in another owner's project, at the same site", second: moved(ticketAt(site, 10009, "OPS"), "UMB-9"), stays: incident.Ref{Repo: site, Number: 10001}},
		{name: "in another owner's project", second: moved(ticketAt(hall.Site, 10009, "HALL"), "UMB-9"), stays: incident.Ref{Repo: site, Number: 10001}},
		{name: "one that people had", second: adopted, stays: incident.Ref{Repo: site, Number: 10001}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(connected, wrote(ada, "body", "Fix it in OPS"))
			if tt.change != nil {
				tt.change(&w)
			}
			w.Offers = map[incident.TicketKind]incident.Offer{{Site: site, Project: "OPS"}: {Lacks: "duedate"}}
			w = through(policy, w)
			if tt.first != "" {
				w.FollowUps[0].State = tt.first
			}
			tt.second.Item = w.FollowUps[0].Item
			w.FollowUps = append(w.FollowUps, tt.second)
			plan := planned(policy, w)
			var closes []string
			for _, e := range of[incident.CloseDuplicate](plan) {
				closes = append(closes, e.String())
			}
			same(t, "closes", tt.closes, closes)
			e := plan.Record.Ledger.Items[0]
			same(t, "stays", tt.stays, e.Issue)
			same(t, "is linked, and lacks what the first did", e.Issue == w.Record.Ledger.Items[0].Issue, e.Paged && e.Lacks != "")
		})
	}
}

// TestTicketIsFoundAgain: what a search shows is the item's, with all that is
// remembered of what was written.
func TestTicketIsFoundAgain(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(connected, wrote(ada, "body", "Fix it p1 in OPS"))
	w.Offers = map[incident.TicketKind]incident.Offer{{Site: site, Project: "OPS"}: {Lacks: "duedate"}}
	before := through(policy, w)
	w.FollowUps = before.FollowUps
	plan := planned(policy, w)
	same(t, "tickets", []string(nil), tickets(plan))
	e, was := plan.Record.Ledger.Items[0], before.Record.Ledger.Items[0]
	same(t, "issue", was.Issue, e.Issue)
	same(t, "wrote", was.Wrote, e.Wrote)
	same(t, "lacks", was.Lacks, e.Lacks)
	same(t, "is linked again, which is no link more", 1, len(of[incident.LinkTicket](plan)))
}

// TestSiteInTrouble is said in one line for each site, in an order of its own, and
// only where something is to be done there.
func TestSiteInTrouble(t *testing.T) {
	t.Parallel()
	whole := &incident.Blocked{Text: "The token of `acme.atlassian.net` is refused.", Whole: true}
	one := &incident.Blocked{Text: "OPS refuses it."}
	later := &incident.Later{At: now.Add(time.Minute), Err: errTimeout}
	tests := []struct {
		name  string
		fails []error
		shown bool
		text  string
	}{
		{"a token", []error{whole}, true, "The token of `acme.atlassian.net` is refused."},
		{"one ticket", []error{one}, false, "OPS refuses it."},
		{"one ticket, the token before", []error{whole, one}, false, "OPS refuses it."},
		{"a hiccup", []error{errTimeout}, false, "Not all tickets at `acme.atlassian.net` could be opened, or brought up to date, yet. " +
			"It is tried again by itself; the server's log says more."},
		{"down", []error{errTimeout, errTimeout, errTimeout}, true, "Not all tickets at `acme.atlassian.net` could be opened, or brought up to date, yet. " +
			"It is tried again by itself; the server's log says more."},
		{"a limit", []error{later}, false, "Not all tickets at `acme.atlassian.net` could be opened, or brought up to date, yet. " +
			"Jira asked for a pause; it goes on by itself."},
		{"a limit, the token before", []error{whole, later}, true, "The token of `acme.atlassian.net` is refused."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			part := incident.JiraPart(site)
			var r incident.Record
			for _, err := range tt.fails {
				r.Hindered(incident.SetFollowUp{Item: "a", Issue: incident.Key{Repo: site, Number: 1}}, err, now)
				r.Failed(part, err, r.Problems[part], now)
			}
			p := r.Problems[part]
			same(t, "shown", tt.shown, p.Show)
			same(t, "text", tt.text, p.Text)
		})
	}
	other := incident.JiraPart("jira:a.test")
	w := world(connected, wrote(ada, "body", "Fix it in OPS"), siteFails)
	w.Busy[other] = true
	w.Record.Problems = map[incident.Part]incident.Problem{
		incident.JiraPart(site): incident.NewProblem(incident.JiraPart(site), whole, incident.Problem{}, now),
		other:                   {Text: "Another.", Show: true},
		incident.PagePart:       {Text: "The page.", Show: true, NotBefore: now.Add(time.Hour)},
	}
	plan := planned(incident.DefaultPolicy(), w)
	judged(incident.DefaultPolicy())(&w)
	same(t, "notices", []string{"The page.", "Another.", whole.Text}, viewed(incident.DefaultPolicy(), w).Notices)
	same(t, "is kept", 3, len(plan.Record.Problems))
	w.Busy, w.Failed, w.Record.Ledger.Items, w.Items = nil, nil, nil, nil
	same(t, "nothing is left to do there", 1, len(planned(incident.DefaultPolicy(), w).Record.Problems))
}

// TestWhyIsNotForEverybody: what Jira says of a ticket is not shown where more
// people read it.
func TestWhyIsNotForEverybody(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(connected, wrote(ada, "body", "Fix it in OPS"))
	w.Record = planned(policy, w).Record
	refused(now, "The component “Initech” is missing.")(&w)
	same(t, "in private", "The component “Initech” is missing.", shows(policy, w).Why)
	public(&w)
	same(t, "in public", "Jira refuses it, and why is not shown to everybody: whoever runs Hindsight finds it in the log.", shows(policy, w).Why)
	w.Projects[0].Public = true
	same(t, "of a public site", "The component “Initech” is missing.", shows(policy, w).Why)
}

// TestPageWaitsForTickets for a moment, so that it is written once, and for no site
// in trouble.
func TestPageWaitsForTickets(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(connected, page("It was down."), wrote(ada, "body", "Fix it in OPS"))
	plan := planned(policy, w)
	same(t, "with the ticket", 0, len(of[incident.UpdatePage](plan)))
	mentions(t, through(policy, w).Page, "1 follow-ups")
	w.Record.Problems = map[incident.Part]incident.Problem{incident.JiraPart(site): {Text: "No.", Attempts: 1}}
	plan = planned(policy, w)
	same(t, "tickets", 1, len(tickets(plan)))
	same(t, "in trouble", 1, len(of[incident.UpdatePage](plan)))
	siteFails(&w)
	same(t, "when it failed", 1, len(of[incident.UpdatePage](planned(policy, w))))
}

// TestItemInJiraIsOpen: an incident is not complete while an item waits for Jira.
func TestItemInJiraIsOpen(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(connected, resolved, label("postmortem: reviewed"), siteFails, wrote(ada, "body", "Fix it in OPS"))
	w = through(policy, w)
	same(t, "complete", false, w.Record.Ledger.Closing.Labelled)
	w.Busy, w.Failed = nil, nil
	w = through(policy, w)
	same(t, "complete with the ticket open", false, w.Record.Ledger.Closing.Labelled)
	w.FollowUps[0].State = incident.Done
	same(t, "complete when it is done", true, through(policy, w).Record.Ledger.Closing.Labelled)
}

// TestStuckIsRemembered as long as the item waits, and no longer.
func TestStuckIsRemembered(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change change
		want   int
	}{
		{"while it waits", func(*incident.World) {}, 1},
		{"while its page can't be read", func(w *incident.World) { w.Items, w.PageUnread = nil, true }, 1},
		{"its line is gone", func(w *incident.World) { w.Items = nil }, 0},
		{"its line was ticked", func(w *incident.World) { w.Items[0].Ticked = true }, 0},
		{"its line says another place", func(w *incident.World) { w.Items[0].Text = "Fix it in acme/shop" }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(connected, wrote(incident.Actor{}, incident.FromPage, "Fix it in OPS"))
			w.Record = planned(incident.DefaultPolicy(), w).Record
			refused(now, "No.")(&w)
			tt.change(&w)
			same(t, "stuck", tt.want, len(planned(incident.DefaultPolicy(), w).Record.Stuck))
		})
	}
}

// TestUnansweredOffers are asked for again without news, as all questions are.
func TestUnansweredOffers(t *testing.T) {
	t.Parallel()
	w := world(connected, wrote(ada, "body", "Fix it in OPS"))
	answer(&w, incident.QuestionsOf(incident.DefaultPolicy(), w).May)
	plan := decide(w)
	same(t, "tickets", []string(nil), tickets(plan))
	same(t, "looks again", now.Add(time.Minute), plan.LookAgain)
	siteFails(&w)
	same(t, "not of a site in trouble", time.Time{}, decide(w).LookAgain)
}
