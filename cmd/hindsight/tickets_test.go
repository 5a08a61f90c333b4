package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/playground"
	playjira "hindsight/internal/playground/jira"
)

// The items of most tests here: one for the default project, one for another,
// and one that stays.
const (
	alertTicket = "Alert on the age of certificates"
	bookTicket  = "Write a runbook for the gateway"
	stays       = "Rehearse the failover"

	ticketWords = "It is slow.\n\n## Follow-ups\n- [ ] " + alertTicket + " in jira\n- [ ] " + bookTicket + " in SRE\n- [ ] " + stays + "\n"
)

// bothKinds are a site of Cloud, and one of Data Center that is served below a
// path.
func bothKinds() map[string]deskOptions {
	return map[string]deskOptions{"Cloud": {mode: playjira.Cloud}, "Data Center": {mode: playjira.DataCenter, path: "/jira"}}
}

// An item says where it goes; without a word the configuration does, by the
// item's type, by the severity, for all. What is not allowed is opened here,
// and said.
func TestWhereItemsGo(t *testing.T) {
	t.Parallel()
	const byAll = "follow_ups:\n  place: SRE\n  place_by_severity: {sev4: OPS}\n  place_by_type: {process: SRE}\n"
	tests := []struct {
		owner, configuration, item string
		want                       string // the project, or "" for an issue
		says                       string // the tracker, of why it is not elsewhere
	}{
		{"acme", "", "Mend it", "", ""},
		{"acme", "", "Mend it in jira", "OPS", ""},
		{"acme", "", "Mend it in SRE", "SRE", ""},
		{"acme", "follow_ups:\n  place: jira\n", "Mend it", "OPS", ""},
		{"acme", "follow_ups:\n  place: SRE\n", "Mend it", "SRE", ""},
		{"acme", "follow_ups:\n  place: SRE\n", "Mend it in OPS", "OPS", ""},
		{"acme", "follow_ups:\n  place: SRE\n  place_by_severity: {sev1: OPS}\n", "Mend it", "SRE", ""},
		{"acme", byAll, "Mend it", "OPS", ""},
		{"acme", byAll, "Mend it [process]", "SRE", ""},
		{"acme", byAll, "Mend it [detection]", "OPS", ""},
		{"acme", "follow_ups:\n  place: UMB\n", "Mend it", "", "UMB"},
		{"acme", "", "Mend it in UMB", "", "OPS"},
		{"acme", "", "Mend it in NOPE", "", "OPS"},
		{"umbrella", "follow_ups:\n  place: jira\n", "Mend it", "UMB", ""},
		{"umbrella", "", "Mend it in OPS", "", "UMB"},
	}
	h := newHouse(t, withJira(deskOptions{}))
	h.github.Install("umbrella")
	for n, test := range tests {
		repo := h.addTeam(test.owner, fmt.Sprintf("team%d", n), test.configuration)
		_, err := h.github.As(alice).OpenIssue(repo, "Search is slow", fmt.Sprintf("## Follow-ups\n- [ ] %d: %s\n", n, test.item), "incident", "sev4")
		must(t, err)
	}
	h.heal()
	places := map[string]string{}
	for _, ticket := range h.desk.Tickets() {
		which, _, _ := strings.Cut(ticket.Summary, ":")
		places[which] += ticket.Project
	}
	for n, test := range tests {
		repo := fmt.Sprintf("%s/team%d", test.owner, n)
		name := fmt.Sprintf("%s: %q with %q", repo, test.item, test.configuration)
		if got := places[fmt.Sprint(n)]; got != test.want {
			t.Errorf("%s became a ticket in %q, want %q", name, got, test.want)
		}
		if here := len(h.followUps(repo)); (here == 1) != (test.want == "") || here > 1 {
			t.Errorf("%s became %d issues", name, here)
		}
		wantSays(t, name, h.trackerOn(repo, 1), test.says)
		if noticed := strings.ContainsAny(h.trackerOn(repo, 1), "⚠❓"); noticed != (test.says != "") {
			t.Errorf("%s: the tracker has a notice: %v\n%s", name, noticed, h.trackerOn(repo, 1))
		}
	}
}

// addTeam adds a private repository with a configuration.
func (h *house) addTeam(owner, name, configuration string) (repo string) {
	h.tb.Helper()
	repo = owner + "/" + name
	must(h.tb, h.github.AddRepository(owner, name, playground.RepoOptions{Private: true, NoWiki: true}))
	must(h.tb, h.github.SetRole(repo, alice, playground.Write))
	must(h.tb, h.github.SetRole(repo, bob, playground.Triage))
	if configuration != "" {
		must(h.tb, h.github.PutFile(repo, configFile, configuration))
	}
	return repo
}

// A ticket has what the item says and what the operator wants, says of the
// incident nothing but its name, and is linked to it and to its page.
func TestTicketsFields(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const severityField = "customfield_10010"
			o.first = playjira.ProjectOptions{
				Components: []string{"Reliability", "Gateway"},
				Types: []playjira.Type{
					{Name: "Task", Fields: playjira.DefaultFields()},
					{Name: "Bug", Fields: append(playjira.DefaultFields(), playjira.Field{ID: severityField, Name: "Severity"})},
				},
			}
			o.more = "projects:\n  OPS:\n    types: {mitigation: Bug}\n    priorities: {p1: High, sev2: Low}\n" +
				"    components: [Reliability]\n    fields: {" + severityField + ": \"was {severity}\"}\n"
			h := newHouse(t, withJira(o))
			h.configure("jira:\n  components: [Gateway]\n")
			_, err := h.github.As(alice).OpenIssue(shop, "Checkout answers 500",
				"The secret word.\n\n## Follow-ups\n- [ ] Alert on {old} certificates @bob p1 due 2027-01-15 [mitigation] in jira\n", "incident", "sev2")
			must(t, err)
			h.heal()
			got := h.ticketOf("Alert on {old} certificates")
			if len(got.Labels) == 4 && strings.HasPrefix(got.Labels[0], "hindsight-") {
				got.Labels = got.Labels[1:]
			}
			day := h.clock().UTC().Format("20060102")
			type fields struct {
				Project, Type, Priority, Creator, Assignee, Due string
				Components, Labels                              []string
				Custom                                          map[string][]string
			}
			want := fields{
				"OPS", "Bug", "High", deskBot, deskBob, "2027-01-15",
				[]string{"Gateway", "Reliability"},
				[]string{"postmortem-followup", "sev2", "sev2_" + day},
				map[string][]string{severityField: {"was sev2"}},
			}
			slices.Sort(got.Components)
			have := fields{
				got.Project, got.Type, got.Priority, got.Creator, got.Assignee, got.Due, got.Components, got.Labels, got.Custom,
			}
			if diff := cmp.Diff(want, have); diff != "" {
				t.Errorf("%s (-want +got):\n%s", got.Key, diff)
			}
			if got.Properties["hindsight"] == nil {
				t.Errorf("%s carries no marker", got.Key)
			}
			h.wantLinks(got, 1)
			wantSays(t, "the description", got.Description, shop+"#1")
			wantSilent(t, "the description", got.Description, "secret word", "Checkout answers")
			h.wantTracker(1, got.Key, h.desk.TicketURL(got.Key))
		})
	}
}

// wantLinks wants a ticket to be linked to an incident of the shop and to its
// page.
func (h *house) wantLinks(got playjira.Ticket, number int) {
	h.tb.Helper()
	path, _ := h.page(shop)
	var links []string
	for _, l := range got.Links {
		links = append(links, l.URL)
	}
	slices.Sort(links)
	want := []string{
		fmt.Sprintf("%s/%s/issues/%d", h.github.URL(), shop, number),
		fmt.Sprintf("%s/%s/wiki/%s", h.github.URL(), shop, strings.TrimSuffix(path, ".md")),
	}
	if diff := cmp.Diff(want, links); diff != "" {
		h.tb.Errorf("%s has the links (-want +got):\n%s", got.Key, diff)
	}
}

// Whatever is told twice, and however often is looked: one ticket for each
// item, also when the database is gone.
func TestTicketsAreOpenedOnce(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(o))
			h.github.SetDeliveryFault(func(playground.Delivery) playground.DeliveryFault { return playground.DeliveryFault{Double: true} })
			h.desk.SetDeliveryFault(func(playjira.Delivery) playjira.DeliveryFault { return playjira.DeliveryFault{Double: true} })
			number := h.mild(ticketWords)
			h.hearBoth()
			want := func() {
				t.Helper()
				h.wantTickets("OPS "+alertTicket, "SRE "+bookTicket)
				h.wantFollowUps(shop, stays)
				wantBoxes(t, h.tracker(number).Body, 3, 0)
				h.idle(shop, number)
			}
			h.heal()
			want()
			h.revive(true)
			h.heal()
			want()
		})
	}
}

// What Hindsight does in Jira comes back as webhooks: they cost no request.
func TestOurOwnChangesAreNoNews(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(o))
			h.desk.HoldDeliveries()
			number := h.mild(ticketWords)
			h.tick(alice, number, alertTicket, true)
			h.hearAndWork()
			h.wantStatus(alertTicket, "Done")
			h.desk.ResetCalls()
			h.github.ResetCalls()
			sent := 0
			h.desk.ReleaseDeliveries(func(held []playjira.Delivery) []playjira.Delivery {
				sent = len(held)
				return held
			})
			h.hearBoth()
			if sent < 3 {
				t.Errorf("Jira tells of %d changes, want two tickets and a transition at least", sent)
			}
			h.wantNoJiraCalls("after its webhooks of our own changes")
			if calls := h.github.Calls(); len(calls) > 0 {
				t.Errorf("GitHub was asked %d times after Jira's webhooks of our own changes", len(calls))
			}
		})
	}
}

// A line that names a ticket takes it as it is: it is never changed, and only
// what the owner may use is taken.
func TestAdoptedTickets(t *testing.T) {
	t.Parallel()
	for name, o := range bothKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withJira(o))
			mine, err := h.desk.As(deskAlice).CreateTicket("SRE", playjira.Draft{Summary: "Mend the gauge", Labels: []string{"mine"}})
			must(t, err)
			theirs, err := h.desk.As(deskBob).CreateTicket("UMB", playjira.Draft{Summary: "Buy the competitor"})
			must(t, err)
			byAddress, err := h.desk.As(deskAlice).CreateTicket("OPS", playjira.Draft{Summary: "Oil the hinge"})
			must(t, err)
			number := h.mild(fmt.Sprintf("## Follow-ups\n- [ ] %s\n- [ ] %s\n- [ ] %s\n", mine.Key, theirs.Key, h.desk.TicketURL(byAddress.Key)))
			h.heal()
			h.wantTracker(number, "Mend the gauge", "Oil the hinge")
			h.wantNotInTracker(number, "Buy the competitor", h.desk.TicketURL(theirs.Key))
			wantBoxes(t, h.tracker(number).Body, 2, 0)
			must(t, h.github.As(alice).Label(shop, number, "sev3"))
			must(t, h.desk.As(deskAlice).Move(mine.Key, "Done", nil))
			h.hearBoth()
			wantBoxes(t, h.tracker(number).Body, 1, 1)
			after, err := h.desk.Ticket(mine.Key)
			must(t, err)
			if diff := cmp.Diff([]string{"mine"}, after.Labels); diff != "" || len(after.Links) > 0 || len(after.Properties) > 0 {
				t.Errorf("the adopted ticket has the links %v, the properties %v and the labels (-want +got):\n%s", after.Links, after.Properties, diff)
			}
			if got, err := h.desk.Ticket(theirs.Key); err != nil || len(got.History) > 0 {
				t.Errorf("another owner's ticket was touched: %v (%v)", got.History, err)
			}
		})
	}
}

// Everybody can read the parent: of the ticket, which fewer can, its name, link
// and state are shown with the item's own words, and nothing else.
func TestPublicParentShowsNothingOfPrivateTickets(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withJira(deskOptions{}))
	number, err := h.github.As(alice).OpenIssue(website, "The front page is blank", "## Follow-ups\n- [ ] Ask the host in jira\n", "incident", "sev4")
	must(t, err)
	h.heal()
	ticket := h.ticketOf("Ask the host")
	summary, who, due := "Sue the host", deskBob, "2027-02-03"
	must(t, h.desk.As(deskAlice).Edit(ticket.Key, playjira.Edit{Summary: &summary, Assignee: &who, Due: &due}))
	must(t, h.desk.As(deskAlice).Move(ticket.Key, "Done", nil))
	h.hearBoth()
	tracker := h.trackerOn(website, number)
	wantSays(t, "the tracker", tracker, "- [x] ", "Ask the host", ticket.Key)
	wantSilent(t, "the tracker", tracker, "Sue", "bob", "Bob", "2027")
}

// A site that everybody can read gets nothing of what fewer people can.
func TestPublicSiteGetsNothingPrivate(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withJira(deskOptions{more: "public: true\n"}))
	number := h.mild(ticketWords)
	h.heal()
	h.wantTickets()
	h.wantTracker(number, "everybody can read")
	open, err := h.github.As(alice).OpenIssue(website, "The front page is blank", "## Follow-ups\n- [ ] Ask the host in jira\n", "incident", "sev4")
	must(t, err)
	h.heal()
	h.wantTickets("OPS Ask the host")
	wantBoxes(t, h.trackerOn(website, open), 1, 0)
}

// What anybody can write proves nothing: a ticket with all our labels, and with
// our marker, is not ours unless our account has created it; nor is one that a
// forged tracker names.
func TestForgedTicketsCountForNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withJira(deskOptions{}))
	number := h.mild(ticketWords)
	h.heal()
	ours := h.ticketOf(alertTicket)
	_, err := h.desk.As(deskBob).CreateTicket("OPS", playjira.Draft{Summary: "Forged", Labels: ours.Labels})
	must(t, err)
	secret, err := h.desk.As(deskBob).CreateTicket("UMB", playjira.Draft{Summary: "Buy the competitor", Labels: ours.Labels})
	must(t, err)
	for _, forget := range []bool{false, true} {
		h.forgeLedger(number, func(l *incident.Ledger) {
			for i, e := range l.Items {
				if e.Issue.Repo.Jira() {
					l.Items[i].Issue.Number = int(secret.ID)
				}
			}
		})
		h.revive(forget)
		h.heal()
		h.wantTracker(number, alertTicket, bookTicket)
		h.wantNotInTracker(number, "Forged", "competitor")
		wantBoxes(t, h.tracker(number).Body, 3, 0)
		h.wantTickets("OPS "+alertTicket, "SRE "+bookTicket, "OPS Forged", "UMB Buy the competitor")
		for _, c := range h.desk.Calls() {
			if c.Method == http.MethodPut && strings.Contains(c.Path, fmt.Sprint(secret.ID)) {
				t.Errorf("another owner's ticket was written to: %s", c.Path)
			}
		}
	}
}
