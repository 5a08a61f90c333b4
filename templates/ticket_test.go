package templates_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/jira/markup"
	"hindsight/internal/reconcile"
	"hindsight/templates"
)

const (
	site = incident.Repo("jira:acme.atlassian.net")
	self = incident.Repo("jira:jira.example.test:8443/xn--jira")
)

func ticketAt(n int) incident.Key { return incident.Key{Repo: site, Number: n} }

func browse(name string) string { return "https://acme.atlassian.net/browse/" + name }

// tickets are lines of every state, and some that are none yet.
var tickets = []incident.TrackerLine{
	{Issue: ticketAt(10012), Name: "OPS-12", URL: browse("OPS-12"), Text: "Alert on certificate age", State: incident.Done, Owner: "bob", Due: "20261127"},
	{Issue: ticketAt(10013), Name: "OPS-13", URL: browse("OPS-13"), Text: "Rehearse the failover", State: incident.Open, Assignee: "Ann Example", Due: "20261201", Type: "prevention"},
	{Issue: ticketAt(10014), Name: "SRE-2", URL: browse("SRE-2"), Text: "Split the database", State: incident.Dropped},
	{Issue: ticketAt(10015), Name: "OPS-15", URL: browse("OPS-15"), Text: "Count the retries", State: incident.Gone},
	{Issue: ticketAt(10016), Name: "OPS-16", URL: browse("OPS-16"), Text: "Page whoever is on call", State: incident.Open, Due: "20261119", Overdue: true},
	{
		Issue: ticketAt(10017), Name: "OPS-17", URL: browse("OPS-17"), Text: "Raise the limit", State: incident.Open, Owner: "dan",
		Why: "Jira offers no way to close it from “Waiting for vendor”: move it there by hand.",
	},
	{Text: "Write **the** runbook", State: incident.Open, Place: "OPS", Due: "20261204", Why: "Jira says: the field “Team” must be filled in."},
	{Text: "Tell the partners", State: incident.Open, Place: "OPS", Owner: "erin", Why: "Jira says: the field “Team” must be filled in."},
	{Text: "Rotate the keys", State: incident.Open, Place: "OPS", Why: "waits for Jira"},
	{Issue: ticketAt(10018), Name: "SEC-3", URL: browse("SEC-3"), State: incident.Open, Secret: true},
	{Issue: incident.Key{Repo: self, Number: 7}, Name: "UMB-1", URL: "https://jira.example.test:8443/xn--jira/browse/UMB-1", Text: "Replace the logo", State: incident.Done, Secret: true},
	{Issue: incident.Key{Repo: self, Number: 8}, Name: "a ticket at jira.example.test:8443/xn--jira", Text: "Nobody knows its name", State: incident.Open, Owner: "dan"},
	{Issue: at(77), Text: "Cache the price list", State: incident.Open, Owner: "carol"},
}

// hostileTickets have people's words wherever Jira, or who edits the ledger, could
// put some.
var hostileTickets = []incident.TrackerLine{
	{
		Issue: ticketAt(10012), Name: villain, URL: "https://acme.atlassian.net/a) | <b>", Text: villain, State: incident.Open, Assignee: villain,
		Why: "Jira says: <!--#77--> <!-- hindsight:tracker incident=1#2 -->\n\n- [ ] new\n## Next\n|",
	},
	{Issue: ticketAt(10013), Name: "OPS-13", URL: "javascript:alert(1)", Text: villain, State: incident.Open, Owner: villain, Why: strings.Repeat("@ ", 5000)},
	{Issue: ticketAt(10014), Name: strings.Repeat("X", 500), Text: villain, State: incident.Done, Assignee: strings.Repeat("@", 500)},
	{Text: villain, State: incident.Open, Place: villain, Why: villain},
}

func ticketViews() map[string]incident.FollowUpView {
	line := facts.URL + "#issuecomment-7"
	view := incident.FollowUpView{
		Facts: facts, Item: "abc", Source: incident.FromComment(7), Words: "def", Text: "Ask **Bob** about TLS", Line: line, Author: "alice",
		Owner: "bob", Due: "20261201", Priority: "p1", Type: "prevention", Bare: true,
	}
	security, page, policy, hostile, nameless, long := view, view, view, view, view, view
	security.Security = true
	page.Source, page.Author = incident.FromPage, ""
	policy.Source, policy.Author, policy.Line = incident.FromPolicy, "", ""
	hostile.Text, hostile.Author, hostile.Line, hostile.URL = villain+" {html}{color:red}[~bob]!x!", "@all|{code}", "https://github.test/a|b]", "javascript:x"
	nameless.Text = "<!-- nothing -->"
	long.Text = strings.Repeat("Ask @bob about *TLS*. ", 30)
	return map[string]incident.FollowUpView{
		"ticket": view, "ticket-security": security, "ticket-page": page, "ticket-standard": policy, "ticket-hostile": hostile,
		"ticket-nameless": nameless, "ticket-long": long,
	}
}

func TestTicket(t *testing.T) {
	t.Parallel()
	for name, view := range ticketViews() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			title, body := templates.New().Ticket(view)
			golden(t, name, title+"\n\n"+body+"\nIn Jira:\n\n"+markup.FromMarkdown(body))
			checkSummary(t, title)
			for _, secret := range []string{"Checkout", "sev2", "2026-11-20", "/wiki/", "<!--"} {
				if strings.Contains(title+body, secret) && view.Text != villain {
					t.Errorf("%q may be read in Jira:\n%s", secret, body)
				}
			}
		})
	}
}

func checkSummary(t *testing.T, title string) {
	t.Helper()
	if n := len(utf16.Encode([]rune(title))); n == 0 || n > 255 || strings.ContainsAny(title, "\r\n") {
		t.Errorf("the summary has %d characters, Jira takes 1 to 255 in one line: %q", n, title)
	}
}

// A ticket that Jira refuses is a promise lost.
func TestTicketStaysUnderJirasLimits(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]string{"words": "word ", "emoji": "🔥", "mentions": "@", "braces": "{", "pipes": "|", "links": "[a](", "escapes": `\`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			view := ticketViews()["ticket"]
			view.Text = strings.Repeat(unit, 65536/len(unit))
			title, body := templates.New().Ticket(view)
			checkSummary(t, title)
			description := markup.FromMarkdown(body)
			if n := len(utf16.Encode([]rune(description))); n > markup.Limit || strings.Contains(description, "cut short") {
				t.Errorf("the description has %d characters: %.200s", n, description)
			}
		})
	}
}

// What is not the box of an issue or a ticket is people's, whatever it names.
func TestReadBoxesOfTickets(t *testing.T) {
	t.Parallel()
	tracker := templates.New().Tracker(viewed(incident.TrackerView{Facts: facts, Page: incident.PageExists, Lines: tickets}))
	heading := headingOf(tracker)
	ours := func(n int, box bool) []reconcile.Box { return []reconcile.Box{{Issue: ticketAt(n), Ticked: box}} }
	tests := []struct {
		name, old, anew string
		want            []reconcile.Box // that were not there before
	}{
		{"ticked", "- [ ] Rehearse", "- [x] Rehearse", ours(10013, true)},
		{"unticked in a fold", "- [x] Alert on", "- [ ] Alert on", ours(10012, false)},
		{"a secret one", "- [ ] [SEC-3]", "- [x] [SEC-3]", ours(10018, true)},
		{"at another site", "- [x] Replace the logo", "- [ ] Replace the logo", []reconcile.Box{{Issue: incident.Key{Repo: self, Number: 7}}}},
		{"ticked and renamed", "- [ ] Rehearse the failover ([OPS-13]", "- [x] Do it ([SRE-99]", ours(10013, true)},
		{"a name alone", heading, heading + "- [ ] OPS-13\n", []reconcile.Box{{Text: "OPS-13"}}},
		{"a name and words", heading, heading + "- [x] OPS-13 Rehearse\n", []reconcile.Box{{Text: "OPS-13 Rehearse", Ticked: true}}},
		{"a link and words", heading, heading + "- [ ] [OPS-13](" + browse("OPS-13") + ") Rehearse\n", []reconcile.Box{{Text: "[OPS-13](" + browse("OPS-13") + ") Rehearse"}}},
		{"copied and ticked", heading, "#### Follow-ups\n\n- [x] Mine <!--jira:acme.atlassian.net#10013-->\n", ours(10013, true)},
		{"no site", heading, heading + "- [ ] a <!--jira:#1--> <!--jira:A b#1--> <!--jira:x#0--> <!--jira:x#1234567890-->\n", []reconcile.Box{{Text: "a"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			edited := strings.Replace(tracker, tt.old, tt.anew, 1)
			if edited == tracker {
				t.Fatalf("%q is not in\n%s", tt.old, tracker)
			}
			before, after := templates.New().ReadBoxes(tracker, at(42)), templates.New().ReadBoxes(edited, at(42))
			if diff := cmp.Diff(tt.want, news(before, after)); diff != "" {
				t.Errorf("new (-want +got):\n%s", diff)
			}
		})
	}
}

// The ledger says of tickets what it must, and what people make of it is bounded.
func TestLedgerOfTickets(t *testing.T) {
	t.Parallel()
	view := viewed(incident.TrackerView{Facts: facts, Page: incident.PageExists})
	sound := entry(1)
	sound.Issue, sound.Paged, sound.Lacks = incident.Ref{Repo: site, Number: 10012}, true, "duedate customfield_10010"
	view.Ledger.Items = []incident.Entry{sound}
	for _, bad := range []incident.Ref{
		{Repo: "jira:", Number: 1},
		{Repo: "jira:a b", Number: 1},
		{Repo: "jira:<!--", Number: 1},
		{Repo: site, Number: -1},
		{Repo: site, Number: 0},
		{Repo: site, Number: 2_000_000_000},
		{Repo: incident.Repo("jira:" + strings.Repeat("a", 1000)), Number: 1},
		{Repo: "jira:a\nb", Number: 1},
	} {
		e := entry(2)
		e.Issue = bad
		view.Ledger.Items = append(view.Ledger.Items, e)
	}
	greedy := entry(3)
	greedy.Issue, greedy.Lacks = incident.Ref{Repo: self, Number: 7}, incident.TicketFields(strings.Repeat("a<b> duedate ", 1000))
	view.Ledger.Items = append(view.Ledger.Items, greedy)
	_, _, read, ok := templates.New().ReadTracker(templates.New().Tracker(view))
	if !ok || len(read.Items) != 2 {
		t.Fatalf("read %v: %+v", ok, read.Items)
	}
	if diff := cmp.Diff(sound, read.Items[0]); diff != "" {
		t.Errorf("the entry came back changed (-want +got):\n%s", diff)
	}
	if lacks := read.Items[1].Lacks; len(lacks) > 1000 || strings.Contains(string(lacks), "<") {
		t.Errorf("%d bytes of what the ticket lacks came back", len(lacks))
	}
}

// On the page a ticket's row links once, and says who has it.
func TestPageOfTickets(t *testing.T) {
	t.Parallel()
	view := templates.Example(false)
	view.Lines = append(slices.Clip(tickets), hostileTickets...)
	page := templates.New().Page(view)
	_, rows, _ := strings.Cut(page, "| Follow-up | Owner | Due | State |")
	rows, _, _ = strings.Cut(rows, "<!-- hindsight:end block=follow-ups")
	golden(t, "page-tickets", rows)
	if want := "| [Rehearse the failover (OPS-13)](" + browse("OPS-13") + ") | Ann Example | 2026-12-01 | Open |"; !strings.Contains(rows, want) {
		t.Errorf("%q is missing in\n%s", want, rows)
	}
	wholesome(t, page, view)
}
