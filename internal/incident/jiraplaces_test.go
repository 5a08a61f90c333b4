package incident_test

import (
	"testing"
	"time"

	"hindsight/internal/incident"
)

// TestPlacesInJira says where follow-ups go: the item before its type, that
// before the severity, and that before the repository's default. What can't be
// used is said, and nothing is lost by a default.
func TestPlacesInJira(t *testing.T) {
	t.Parallel()
	const refusal = "can't be followed up in Jira"
	byAll := incident.DefaultPolicy()
	byAll.Place, byAll.PlaceBySeverity = "here", map[incident.Severity]string{2: "OPS"}
	byAll.PlaceByType = map[incident.ItemType]string{"detection": "SRE", "process": "here", "mitigation": "acme/infra"}
	standard := inJira("jira")
	standard.Standard = map[incident.Severity][]string{2: {"Tell the customers"}}
	elsewhere := inJira("acme/infra")
	elsewhere.Standard = standard.Standard
	tests := []struct {
		name    string
		policy  incident.Policy
		changes []change
		ticket  string
		here    string
		in      incident.Repo
		doubt   string // a part of it
		notice  string // a part of it
	}{
		{name: "as the item says", changes: []change{connected, wrote(ada, "body", "Fix it in SRE")}, ticket: "SRE: Fix it"},
		{name: "the owner's default", changes: []change{connected, wrote(ada, "body", "Fix it in Jira")}, ticket: "OPS: Fix it"},
		{name: "by a command", changes: []change{connected, commanded(ben, 7, "Fix it in OPS p1")}, ticket: "OPS: Fix it"},
		{name: "by an app that is named", changes: []change{connected, wrote(forms, "body", "Fix it in OPS")}, ticket: "OPS: Fix it"},
		{name: "by an outsider", changes: []change{connected, wrote(mallory, "comment:7", "Fix it in OPS")}},
		{name: "by the repository", policy: inJira("SRE"), changes: []change{connected, wrote(ada, "body", "Fix it")}, ticket: "SRE: Fix it"},
		{name: "by the severity", policy: byAll, changes: []change{connected, wrote(ada, "body", "Fix it")}, ticket: "OPS: Fix it"},
		{name: "by the type", policy: byAll, changes: []change{connected, wrote(ada, "body", "Fix it [detection]")}, ticket: "SRE: Fix it"},
		{name: "by the type, here", policy: byAll, changes: []change{connected, wrote(ada, "body", "Fix it [process]")}, here: "Fix it"},
		{name: "another severity", policy: byAll, changes: []change{connected, labels("incident", "sev4"), wrote(ada, "body", "Fix it")}, here: "Fix it"},
		{name: "the item before all", policy: byAll, changes: []change{connected, wrote(ada, "body", "Fix it in SRE [process]")}, ticket: "SRE: Fix it"},
		{name: "the item, here", policy: inJira("jira"), changes: []change{connected, wrote(ada, "body", "Fix it in Acme/Shop")}, here: "Fix it"},
		{name: "standard ones", policy: standard, changes: []change{connected}, ticket: "OPS: Tell the customers"},
		{
			name: "another repository by default", policy: byAll,
			changes: []change{connected, hasPlaces, wrote(ada, "body", "Fix it [mitigation]")}, here: "Fix it", in: "acme/infra",
		},
		{
			name: "another repository by default, where the author has no say", policy: byAll,
			changes: []change{connected, hasPlaces, wrote(ben, "comment:7", "Fix it [mitigation]")}, here: "Fix it",
			doubt: "It is followed up here, though the configuration names acme/infra.",
		},
		{name: "standard ones in another repository", policy: elsewhere, here: "Tell the customers", doubt: "nobody answers there"},
		{name: "not connected", changes: []change{wrote(ada, "body", "Fix it in jira")}, doubt: refusal + ", which is not connected"},
		{
			name: "not connected, by default", policy: inJira("jira"), changes: []change{wrote(ada, "body", "Fix it")}, here: "Fix it",
			notice: "has follow-ups go to Jira, which is not connected",
		},
		{
			name: "a project of another owner", changes: []change{connected, wrote(ada, "body", "Fix it in UMB")}, here: "Fix it in UMB",
			doubt: "«in UMB» names no Jira project that can be used here: write one of OPS, SRE, HALL",
		},
		{
			name: "a project of another owner, by default", policy: inJira("UMB"), changes: []change{connected, wrote(ada, "body", "Fix it")},
			here: "Fix it", notice: "has follow-ups go to `UMB`, which is no Jira project that can be used here: write one of OPS, SRE, HALL.",
		},
		{
			name: "from private to public", changes: []change{connected, wrote(ada, "body", "Fix it in HALL")},
			doubt: "everybody can read hall.test/jira, and not this repository",
		},
		{
			name: "from private to public, by default", policy: inJira("HALL"), changes: []change{connected, wrote(ada, "body", "Fix it")},
			here: "Fix it", notice: "everybody can read `hall.test/jira`, but not this repository",
		},
		{name: "from public to public", changes: []change{connected, public, wrote(ada, "body", "Fix it in HALL")}, ticket: "HALL: Fix it"},
		{
			name: "a line of the tracker can't wait", changes: []change{connected, wrote(ada, incident.FromTracker, "Fix it in HALL")},
			here: "Fix it", doubt: "It is followed up here.",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := tt.policy
			if policy.Label == "" {
				policy = incident.DefaultPolicy()
			}
			policy.Apps = []string{"forms"}
			w := world(tt.changes...)
			judged(policy)(&w)
			plan := incident.Decide(policy, plain{}, w, now)
			same(t, "tickets", only(tt.ticket), tickets(plan))
			same(t, "issues", only(tt.here), opens(plan))
			for _, e := range of[incident.OpenFollowUp](plan) {
				same(t, "in", tt.in, e.In)
			}
			view := viewed(policy, w)
			var said []string
			for _, d := range view.Doubts {
				said = append(said, d.Text)
			}
			saysOnly(t, "doubt", tt.doubt, said)
			saysOnly(t, "notice", tt.notice, view.Notices)
		})
	}
}

// only is the one text of a list; none if it is empty.
func only(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// saysOnly wants nothing said but one text with the part.
func saysOnly(t *testing.T, what, part string, said []string) {
	t.Helper()
	if part == "" {
		same(t, what, []string(nil), said)
		return
	}
	same(t, "how many: "+what, 1, len(said))
	for _, s := range said {
		mentions(t, s, part)
	}
}

// TestNoticeOfPlaceStays until the configuration is mended, also when what it was
// about has long been opened.
func TestNoticeOfPlaceStays(t *testing.T) {
	t.Parallel()
	policy := inJira("UMB")
	policy.PlaceByType = map[incident.ItemType]string{"process": "UMB", "detection": "jira"}
	w := through(policy, world(connected, wrote(ada, "body", "Fix it")))
	saysOnly(t, "notice", "go to `UMB`", viewed(policy, w).Notices)
	saysOnly(t, "without it", "", viewed(inJira("OPS"), w).Notices)
}

// TestProjectsComeAndGo: a line stays the same item when the operator lets a
// project be used, or no longer does.
func TestProjectsComeAndGo(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Fix it in OPS", "Do p1 in OPS @ada", "Go, in OPS and p0", "Fix it (in: OPS)"} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			for _, projects := range [][3][]incident.Project{
				{nil, {ops}, {sre}}, {{ops}, nil, {sre}}, {{sre}, {ops}, nil}, {{ops}, {sre}, nil}, {nil, {sre}, {ops}},
			} {
				w := world(wrote(ada, "body", text))
				for _, p := range projects {
					w.Projects, w.Offers = p, nil
					w = through(policy, w)
					same(t, "follow-ups", 1, len(w.FollowUps))
					same(t, "in the ledger", 1, len(w.Record.Ledger.Items))
				}
			}
		})
	}
}

// TestTicketsAreBare: they say nothing of the incident but its name. That is what
// Texts are told.
func TestTicketsAreBare(t *testing.T) {
	t.Parallel()
	w := world(connected, wrote(ada, "body", "Fix it in OPS"))
	judged(incident.DefaultPolicy())(&w)
	var view incident.FollowUpView
	incident.Decide(incident.DefaultPolicy(), ticketing{view: &view}, w, now)
	same(t, "bare", true, view.Bare)
	same(t, "text", "Fix it", view.Text)
}

// ticketing keeps what a ticket was to show.
type ticketing struct {
	plain
	view *incident.FollowUpView
}

func (v ticketing) Ticket(view incident.FollowUpView) (title, body string) {
	*v.view = view
	return v.plain.Ticket(view)
}

// TestHiddenSites are the sites to which no published copy may lead.
func TestHiddenSites(t *testing.T) {
	t.Parallel()
	l := incident.Ledger{Items: []incident.Entry{
		{Issue: incident.Ref{Repo: "jira:old.test", Number: 1}},
		{Issue: incident.Ref{Repo: "acme/infra", Number: 2}},
		{},
		{Issue: incident.Ref{Repo: hall.Site, Number: 3}},
	}}
	same(t, "hidden", []string{"acme.atlassian.net", "old.test"}, l.HiddenSites([]incident.Project{ops, sre, hall}))
	same(t, "nowhere", []string(nil), incident.Ledger{}.HiddenSites(nil))
}

// TestLedgerBelievesTickets: what Hindsight writes of tickets is of the form that
// is believed, and nothing else.
func TestLedgerBelievesTickets(t *testing.T) {
	t.Parallel()
	w := through(incident.DefaultPolicy(), world(connected, wrote(ada, "body", "Fix it in OPS due 2w", "Mend it in jira")))
	l := w.Record.Ledger
	l.Items[0].Lacks, l.Items[0].Want = "duedate customfield_10010", incident.Done
	same(t, "believed", l.Items, l.Checked().Items)
	for _, repo := range []incident.Repo{"jira:", "jira:a b", "jira:x/../y z", "JIRA:x", "jira:x/`y`"} {
		l.Items[0].Issue.Repo = repo
		same(t, string(repo), 1, len(l.Checked().Items))
	}
	l.Items[1].Lacks = "duedate <script> priority"
	same(t, "fields", incident.TicketFields("duedate priority"), l.Checked().Items[0].Lacks)

	moved := w.Record.Ledger.Moved("acme/new", now.Add(time.Hour))
	same(t, "a ticket stays where it is", w.Record.Ledger.Items, moved.Items)
}

// TestDefaultThatIsRefused is asked about once, and said once.
func TestDefaultThatIsRefused(t *testing.T) {
	t.Parallel()
	policy := inJira("acme/infra")
	w := through(policy, world(hasPlaces, wrote(ben, "comment:7", "Fix it")))
	same(t, "refused there", 1, len(w.Record.Ledger.Refused))
	same(t, "opened here", parentKey.Repo, w.FollowUps[0].Issue.Repo)
	same(t, "said", 1, len(w.Record.TakenOff))

	policy = inJira("jira")
	w = world(public, wrote(incident.Actor{}, incident.FromPage, "Fix it"), orders(ada, 7, "/followup accept"))
	w = through(policy, through(policy, w))
	same(t, "accepted, and opened here", 1, len(w.FollowUps))
	same(t, "said by the notice alone", 0, len(w.Record.TakenOff))
}
