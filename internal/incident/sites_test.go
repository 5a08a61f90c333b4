package incident_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// TestTicketMayHaveBeenOpened: a call that was cut off may open its ticket as long
// as a call may take; one whose answer was lost has done so by then, or never will.
func TestTicketMayHaveBeenOpened(t *testing.T) {
	t.Parallel()
	open := incident.OpenTicket{Item: "a", Kind: incident.TicketKind{Site: site, Project: "OPS"}}
	var r incident.Record
	same(t, "is stored before", true, r.Starting(open, now))
	same(t, "cut off", []incident.Seek{{Site: site, At: now.Add(incident.OpenLongest), Item: "a"}}, r.Seeks)
	lost, refused := r.Clone(), r.Clone()
	lost.Hindered(open, &incident.Unsure{Err: errTimeout}, now.Add(30*time.Second))
	same(t, "the answer was lost", []incident.Seek{{Site: site, At: now.Add(30 * time.Second), Item: "a"}}, lost.Seeks)
	lost.Sought(site, now.Add(30*time.Second+ops.Lag-1), ops.Lag)
	same(t, "the search may not show it yet", 1, len(lost.Seeks))
	lost.Sought(site, now.Add(30*time.Second+ops.Lag), ops.Lag)
	same(t, "the search would show it", 0, len(lost.Seeks))
	refused.Hindered(open, &incident.Blocked{Text: "No."}, now)
	same(t, "refused", 0, len(refused.Seeks))
	r.Did(open, incident.Outcome{Ticket: incident.Key{Repo: site, Number: 7}}, now)
	same(t, "done", 0, len(r.Seeks))
}

// TestSiteTroubleGrows: what a person can mend is said at once and until it works,
// and what may pass when it has not.
func TestSiteTroubleGrows(t *testing.T) {
	t.Parallel()
	token := &incident.Blocked{Text: "The token is refused.", Whole: true}
	later := &incident.Later{At: now.Add(time.Hour), Err: errTimeout}
	tests := []struct {
		name     string
		fails    []error
		attempts int
		says     string
	}{
		{name: "a token", fails: []error{fmt.Errorf("search: %w", token)}, attempts: 1, says: "The token is refused."},
		{name: "a hiccup", fails: []error{errTimeout, errTimeout}, attempts: 2},
		{name: "down", fails: []error{errTimeout, errTimeout, errTimeout}, attempts: 3, says: "Jira at `acme.atlassian.net` can't be asked"},
		{name: "a limit", fails: []error{later, later, later, later}},
		{name: "a token, then a hiccup", fails: []error{token, errTimeout}, attempts: 2, says: "The token is refused."},
		{name: "down, then a token", fails: []error{errTimeout, errTimeout, errTimeout, token}, attempts: 4, says: "The token is refused."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var trouble incident.SiteTrouble
			for i, err := range tt.fails {
				trouble = trouble.After(site, err, now.Add(time.Duration(i)*time.Minute))
			}
			same(t, "attempts", tt.attempts, trouble.Attempts)
			same(t, "since", now, trouble.Since)
			saysOnly(t, "text", tt.says, only(trouble.Text))
		})
	}
}

// internalSite has everybody in the enterprise read the first site.
func internalSite(w *incident.World) {
	w.Projects = []incident.Project{ops}
	w.Projects[0].Internal = true
}

// TestSiteTroubleIsSaid while there is an open ticket, or a line that waits to become
// one; not twice; and only to those who may know what Jira says.
func TestSiteTroubleIsSaid(t *testing.T) {
	t.Parallel()
	const token, masked = "`https://sso.initech.test` refuses the token of `UMB`.", "why is not shown to everybody"
	part := incident.JiraPart(site)
	silence := incident.SiteTrouble{Attempts: 2}.After(site, errTimeout, now).Text
	problem := func(text string) change {
		return func(w *incident.World) {
			w.Busy, w.Failed = map[incident.Part]bool{part: true}, map[incident.Part]bool{part: true}
			w.Record.Problems = map[incident.Part]incident.Problem{part: {Text: text, Show: true, RetryAt: now.Add(time.Hour)}}
		}
	}
	hiccup := incident.NewProblem(part, errTimeout, incident.Problem{Attempts: 2}, now).Text
	tests := []struct {
		name    string
		trouble string
		opened  bool
		changes []change
		says    string
	}{
		{name: "a ticket", trouble: token, opened: true, says: token},
		{name: "a line that waits", trouble: token, says: token},
		{name: "nothing is wrong", opened: true},
		{name: "at another site", trouble: token, opened: true, changes: []change{func(w *incident.World) {
			w.Troubles = map[incident.Repo]string{hall.Site: token}
		}}},
		{name: "a ticket that is done", trouble: token, opened: true, changes: []change{func(w *incident.World) {
			w.FollowUps[0].State = incident.Done
		}}},
		{name: "it failed here, too", trouble: token, changes: []change{problem("`OPS` is closed.")}, says: "`OPS` is closed."},
		{name: "it failed here, and nobody knows why", trouble: token, changes: []change{problem(hiccup)}, says: token},
		{name: "in public", trouble: token, opened: true, changes: []change{public}, says: masked},
		{name: "in public, our words", trouble: silence, opened: true, changes: []change{public}, says: silence},
		{name: "in public, it failed here", changes: []change{public, problem("`UMB` is closed.")}, says: masked},
		{name: "in public, it failed here, our words", changes: []change{public, problem(hiccup)}, says: hiccup},
		{name: "in public, of a public site", trouble: token, opened: true, says: token, changes: []change{public, func(w *incident.World) {
			w.Projects = []incident.Project{ops}
			w.Projects[0].Public = true
		}}},
		{name: "in the enterprise", trouble: token, opened: true, changes: []change{inEnterprise}, says: masked},
		{name: "in the enterprise, of its site", trouble: token, opened: true, changes: []change{inEnterprise, internalSite}, says: token},
		{name: "in public, of the enterprise's site", trouble: token, opened: true, changes: []change{public, internalSite}, says: masked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			w := world(connected, wrote(ada, "body", "Fix it in OPS"))
			if tt.opened {
				w = through(policy, w)
			} else {
				siteFails(&w)
			}
			w.Troubles = map[incident.Repo]string{}
			if tt.trouble != "" {
				w.Troubles[site] = tt.trouble
			}
			for _, c := range tt.changes {
				c(&w)
			}
			judged(policy)(&w)
			saysOnly(t, "notice", tt.says, viewed(policy, w).Notices)
		})
	}
}

// TestSiteTakenAway: open tickets at a site that may not be used any more are shown
// as they were, which is said.
func TestSiteTakenAway(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS")))
	w.Troubles = map[incident.Repo]string{site: "The token is refused."}
	for _, left := range [][]incident.Project{nil, {hall}} {
		w.Projects = left
		saysOnly(t, "notice", "Tickets at `acme.atlassian.net` are not followed any more", viewed(policy, w).Notices)
	}
	w.FollowUps[0].State = incident.Done
	saysOnly(t, "what is done needs nobody", "", viewed(policy, w).Notices)
}

// TestRefusalOfNoTicket is said in a notice, since no line tells; one of a ticket is not.
func TestRefusalOfNoTicket(t *testing.T) {
	t.Parallel()
	part := incident.JiraPart(site)
	refusal := fmt.Errorf("close the second: %w", &incident.Blocked{Text: "It can't be closed."})
	var r incident.Record
	r.Failed(part, refusal, incident.Problem{}, now)
	same(t, "of no ticket", true, r.Problems[part].Show)
	r.Hindered(incident.AskWhy{Item: "a", Issue: incident.Key{Repo: site, Number: 7}}, refusal, now)
	r.Failed(part, refusal, r.Problems[part], now)
	same(t, "of a ticket", false, r.Problems[part].Show)
	same(t, "on its line", true, r.OnLine(refusal))
	same(t, "of the whole site", false, r.OnLine(&incident.Blocked{Text: "It can't be closed.", Whole: true}))
	same(t, "a hiccup", false, r.OnLine(errTimeout))
}

// TestInternalSites: what a private repository promises does not go where all of the
// enterprise can read it.
func TestInternalSites(t *testing.T) {
	t.Parallel()
	policy := inJira("OPS")
	w := world(internalSite, wrote(ada, "body", "Fix it in OPS"))
	same(t, "from private to internal", []string(nil), tickets(planned(policy, w)))
	saysOnly(t, "doubt", "everybody in the enterprise can read acme.atlassian.net, and not this repository", doubts(w))
	inEnterprise(&w)
	same(t, "from internal to internal", []string{"OPS: Fix it"}, tickets(planned(policy, w)))
	public(&w)
	same(t, "from public to internal", []string{"OPS: Fix it"}, tickets(planned(policy, w)))

	w = world(internalSite, wrote(ada, "body", "Fix it"))
	same(t, "by default", []string{"Fix it"}, opens(planned(policy, w)))
	judged(policy)(&w)
	saysOnly(t, "notice", "and everybody in the enterprise can read `acme.atlassian.net`, but not this repository", viewed(policy, w).Notices)
}

// TestProjectsAreNotListedToEverybody: which projects an owner has at a site that few
// can read is told to nobody else.
func TestProjectsAreNotListedToEverybody(t *testing.T) {
	t.Parallel()
	policy := inJira("UMB")
	for _, tt := range []struct {
		name    string
		changes []change
		says    string
	}{
		{"in private", []change{connected}, "write one of OPS, SRE, HALL"},
		{"in public", []change{connected, public}, "write HALL"},
		{"in public, none", []change{connected, public, func(w *incident.World) { w.Projects = w.Projects[:2] }}, "ask whoever runs Hindsight which can"},
		{"in the enterprise", []change{internalSite, inEnterprise}, "write OPS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(append(tt.changes, wrote(ada, "body", "Fix it in NOPE", "UMB-7", "Mend it"))...)
			judged(policy)(&w)
			view := viewed(policy, w)
			saysOnly(t, "notice", tt.says, view.Notices)
			same(t, "doubts", 2, len(view.Doubts))
			for _, d := range view.Doubts {
				mentions(t, d.Text, tt.says)
			}
		})
	}
}

// TestNamesInVain: a name that no ticket has is asked for once an hour, by whoever
// has a clock, and what was not asked for yet comes first.
func TestNamesInVain(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	ref := func(n int) incident.TicketRef { return incident.TicketRef{Site: site, Name: fmt.Sprintf("OPS-%d", n)} }
	w := world(connected, wrote(ada, "body", "OPS-901", "OPS-902", "OPS-903"))
	answer(&w, incident.QuestionsOf(policy, w).May)
	w.Record.InVain(ref(901), incident.Key{}, now.Add(-time.Minute))
	w.Record.InVain(ref(902), incident.Key{}, now.Add(-time.Hour))
	same(t, "asked for", []incident.TicketRef{ref(903), ref(902), ref(901)}, incident.QuestionsOf(policy, w).Tickets)
	same(t, "within the hour", false, w.Record.AsksAgain(ref(901), incident.Key{}, now))
	same(t, "after it", true, w.Record.AsksAgain(ref(902), incident.Key{}, now))
	same(t, "for the first time", true, w.Record.AsksAgain(ref(903), incident.Key{}, now))
	same(t, "an issue of that name is another", true, w.Record.AsksAgain(incident.TicketRef{}, incident.Key{Repo: site, Number: 901}, now))

	plan := decide(w)
	same(t, "looks again for what was not asked for", now.Add(time.Minute), plan.LookAgain)
	w.Record.InVain(ref(903), incident.Key{}, now)
	plan = decide(w)
	for _, name := range []string{"OPS-901", "OPS-902", "OPS-903"} {
		mentions(t, tells(plan), "«"+name+"» names no ticket that Hindsight can see")
	}
	same(t, "looks for them later", now.Add(time.Hour), plan.LookAgain)
	orders(ada, 7, "/followup done OPS-901")(&w)
	answer(&w, incident.QuestionsOf(policy, w).May)
	same(t, "a command is answered", 1, len(of[incident.WriteReply](decide(w))))

	has(ticketAt(site, 10901, "OPS"))(&w)
	same(t, "it is there by now", 1, len(planned(policy, w).Record.Ledger.Items))
	w.Record.NotInVain(ref(901), incident.Key{})
	same(t, "forgotten", time.Time{}, w.Record.AskedInVain(ref(901), incident.Key{}))
}

// TestVainIsBounded: while as many were asked for within the hour as can be
// remembered, no more is.
func TestVainIsBounded(t *testing.T) {
	t.Parallel()
	var r incident.Record
	key := func(n int) incident.Key { return incident.Key{Repo: site, Number: n} }
	for n := range 250 {
		r.InVain(incident.TicketRef{}, key(n), now.Add(time.Duration(n)*time.Second))
	}
	same(t, "remembered", 200, len(r.Vain))
	same(t, "the least recently asked are forgotten", time.Time{}, r.AskedInVain(incident.TicketRef{}, key(49)))
	soon := now.Add(250 * time.Second)
	same(t, "another one", false, r.AsksAgain(incident.TicketRef{}, key(999), soon))
	same(t, "after an hour", true, r.AsksAgain(incident.TicketRef{}, key(999), now.Add(time.Hour+50*time.Second)))
	r.InVain(incident.TicketRef{}, key(60), soon)
	same(t, "is not remembered twice", 200, len(r.Vain))
	same(t, "comes last", key(60), r.Vain[199].Issue)
}

// TestSitesOfLedgers: what config takes for a site's address is what a ledger may
// hold.
func TestSitesOfLedgers(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"acme.atlassian.net": true, "jira.corp/Jira": true, "jira.corp:8443/jira": true, "[::1]:80": true,
		"jira_prod.corp": false, "jira.corp/a+b": false, "": false, "jira.corp/" + strings.Repeat("x", 101): false,
	} {
		repo := incident.JiraSite(address)
		same(t, address, good, incident.SiteChecked(repo))
		l := incident.Ledger{
			Items:         []incident.Entry{{Key: "aaaaaaaaaaaa", Source: incident.FromBody, Words: "aaaaaaaaaaaa", Issue: incident.Ref{Repo: repo, Number: 7}}},
			HealedTickets: []incident.Ref{{Repo: repo, Number: 8}, {Number: 9}, {Repo: site, Number: -1}},
		}.Checked()
		same(t, "kept at "+address, good, len(l.Items) == 1 && len(l.HealedTickets) == 1)
	}
}

// TestMarkersAreChecked as ledgers are: people can edit them.
func TestMarkersAreChecked(t *testing.T) {
	t.Parallel()
	good := incident.Entry{Key: "aaaaaaaaaaaa", Source: incident.FromBody, Words: "aaaaaaaa", Lacks: "duedate"}
	got, ok := good.Checked()
	same(t, "good", true, ok)
	same(t, "as it is", good, got)
	edited := good
	edited.Lacks, edited.Wrote.Owner = "duedate <b>", "<b>"
	got, ok = edited.Checked()
	same(t, "still an item's", true, ok)
	same(t, "without what was put in", good, got)
	for _, change := range []func(*incident.Entry){
		func(e *incident.Entry) { e.Key = incident.ItemKey(strings.Repeat("a", 20_000)) },
		func(e *incident.Entry) { e.Source = "elsewhere" },
		func(e *incident.Entry) { e.Words = "" },
	} {
		edited = good
		change(&edited)
		_, ok = edited.Checked()
		same(t, "no item's", false, ok)
	}
}
