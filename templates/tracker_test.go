package templates_test

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
	"hindsight/templates"
)

// hostile is what people could write to be more than words.
const hostile = "Rate limit | @acme/all <!-- hindsight:tracker --> #12 `x` **now**\u202e"

func at(n int) incident.Key { return incident.NewKey("Acme", "shop", n) }

// few are lines of every state.
var few = []incident.TrackerLine{
	{Issue: at(77), Text: "Alert on certificate age", State: incident.Done, Owner: "bob", Due: "20261127"},
	{Issue: at(78), Text: hostile, State: incident.Open, Owner: "alice", Due: "20261201", Type: "prevention"},
	{Issue: at(79), Text: "Rewrite it", State: incident.Dropped},
	{Issue: at(80), State: incident.Gone},
	{Text: "Write **the** [runbook](https://example.org)", State: incident.Open, Due: "20261204"},
	{Issue: at(81), Text: "Page whoever is on call", State: incident.Open, Due: "20261119", Overdue: true},
}

// some are more than are read at a glance.
var some = append([]incident.TrackerLine{
	{Issue: incident.NewKey("Acme", "web.site", 12), Other: true, Text: "Cache the price list", State: incident.Open, Owner: "carol", Unlisted: true},
	{Issue: incident.NewKey("Acme", "secret", 3), Other: true, State: incident.Open},
	{Issue: incident.NewKey("Acme", "secret", 4), Other: true, State: incident.Done},
	{Issue: at(82), Text: "Rehearse the failover", State: incident.Open, Owner: "dan", Due: "20261118", Overdue: true},
	{Issue: at(83), Text: "Tell the partners", State: incident.Open, Owner: "dan", Due: "20261125", Snoozed: "20261208"},
	{Issue: at(84), Text: "Split the database", State: incident.Dropped, Owner: "erin"},
	{Issue: at(85), Text: "Count the retries", State: incident.Gone},
}, few...)

// viewed adds what every tracker is told.
func viewed(v incident.TrackerView) incident.TrackerView {
	v.Label, v.FollowUpLabel, v.SecurityLabel = "incident", "postmortem-followup", "security"
	v.ReviewedLabel, v.From, v.Ledger, v.Ticking = "postmortem: reviewed", 3, ledger, !v.Ticking
	if v.Status == "" {
		v.Status = incident.Draft
	}
	return v
}

func staffed(f incident.Facts) incident.Facts {
	f.Detected = noon.Add(7 * time.Minute)
	f.Roles = incident.Roles{Commander: "alice", Scribe: "bob", Liaison: "carol_x", Responders: []string{"dan", "erin[bot]"}}
	return f
}

func secret(f incident.Facts) incident.Facts {
	f.Security = true
	return f
}

func trackers() map[string]incident.TrackerView {
	return map[string]incident.TrackerView{
		"tracker-first":  {Facts: public(facts)},
		"tracker-open":   {Facts: staffed(facts), Page: incident.PageExists, Lines: few},
		"tracker-groups": {Facts: staffed(resolved(facts)), Page: incident.PageExists, Status: incident.InReview, Lines: some, Meeting: noon.AddDate(0, 0, 7)},
		"tracker-resolved": {
			Facts: resolved(facts), Page: incident.PageExists, Lines: few[:1],
		},
		"tracker-complete": {
			Facts: resolved(facts), Page: incident.PageExists, Status: incident.Reviewed, Complete: true, Lines: few[:1],
		},
		"tracker-paused": {Facts: facts, Page: incident.PageExists, Paused: true, Lines: few},
		"tracker-trouble": {
			Facts: facts, Page: incident.PageComing, Waiting: 30, Refused: 1,
			Notices: []string{"The wiki has no first page yet: [create it](https://github.test/Acme/shop/wiki)."},
			Doubts: []incident.Doubt{
				{Text: "«due 12/1» holds no date that can be read: write «due 2026-12-01» or «due 2w».", URL: facts.URL + "#issuecomment-7"},
				{Text: "«" + hostile + "» can't be opened in @acme/<b>nowhere</b>: «unclosed"},
			},
		},
		"tracker-doubts":  {Facts: facts, Page: incident.PageComing, Doubts: manyDoubts()},
		"tracker-no-tick": {Facts: facts, Page: incident.PageExists, Lines: few[:2], Ticking: true},
		"tracker-skipped": {Facts: resolved(facts), Page: incident.PageSkipped, Skip: "Same as #41, @bob | says", Lines: few[:1]},
		"tracker-notes": {Facts: facts, Page: incident.PageExists, Notes: []incident.Note{
			{At: noon, Text: "Rolled back v212 | " + hostile, URL: facts.URL + "#issuecomment-9", By: "bob"},
		}},
		"tracker-proposed": {Facts: public(facts), Page: incident.PageExists, Proposed: []string{"Alert on age", hostile}},
		"tracker-barred": {
			Facts: facts, Page: incident.PageBarred, Notices: []string{"The post-mortem page can't be made yet: `acme/postmortems` has no wiki."},
		},
		"tracker-found": {
			Facts: public(facts), Page: incident.PageExists, Serious: 2, Lines: few[:1],
		},
		"tracker-published": {
			Facts: resolved(facts), Page: incident.PageExists, Status: incident.Reviewed, Lines: few[:1], Untaken: 2,
			CopyLink: "https://github.test/Acme/status/wiki/2026-11-20-postmortem-abcdefgh", Meeting: noon.AddDate(0, 0, 3),
		},
		"tracker-no-wiki":         {Facts: facts, Page: incident.PageNoWiki},
		"tracker-below":           {Facts: facts, Page: incident.PageBelow},
		"tracker-secret":          {Facts: secret(staffed(facts)), Page: incident.PagePrivate, Lines: few[:2]},
		"tracker-tickets":         {Facts: facts, Page: incident.PageExists, Lines: tickets},
		"tracker-few-tickets":     {Facts: facts, Page: incident.PageExists, Lines: tickets[4:9]},
		"tracker-hostile-tickets": {Facts: facts, Page: incident.PageExists, Lines: hostileTickets},
		"tracker-secret-page": {
			Facts: secret(staffed(facts)), Page: incident.PageExists, Lines: few[:1],
		},
	}
}

func manyDoubts() []incident.Doubt {
	doubts := make([]incident.Doubt, 11)
	for i := range doubts {
		doubts[i] = incident.Doubt{Text: strings.Repeat("@", 10_000), URL: facts.URL}
	}
	return doubts
}

func TestTracker(t *testing.T) {
	t.Parallel()
	for name, view := range trackers() {
		view = viewed(view)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := templates.New().Tracker(view)
			golden(t, name, body)
			// Browsers send Windows line ends when somebody edits it by hand.
			of, paused, read, ok := templates.New().ReadTracker(strings.ReplaceAll(body, "\n", "\r\n"))
			if !ok || of != view.ID || paused != view.Paused {
				t.Errorf("ReadTracker found %v, paused %v, %v", of, paused, ok)
			}
			if diff := cmp.Diff(view.Ledger, read); diff != "" {
				t.Errorf("the ledger came back changed (-want +got):\n%s", diff)
			}
		})
	}
}

// With labels of their own, people are told those.
func TestTrackerNamesTheTeamsLabels(t *testing.T) {
	t.Parallel()
	view := incident.TrackerView{
		Facts: facts, Page: incident.PageExists, Paused: true, Label: "out`age", FollowUpLabel: "todo",
	}
	body := templates.New().Tracker(view)
	if want := "the label ``out`age`` is off"; !strings.Contains(body, want) {
		t.Errorf("%q is missing in\n%s", want, body)
	}
	if strings.Contains(body, "`incident`") {
		t.Errorf("a label is named that the team doesn't have:\n%s", body)
	}
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:12])
}

// crowd is an incident with n follow-ups, about which everything is known that
// can be, and whose titles are of the length.
func crowd(n, title int) incident.TrackerView {
	v := viewed(incident.TrackerView{Facts: staffed(facts), Page: incident.PageExists})
	v.Ledger = incident.Ledger{Accepted: ledger.Accepted, Page: ledger.Page}
	states := []incident.State{incident.Open, incident.Done, incident.Done, incident.Open, incident.Dropped}
	for i := range n {
		e := entry(i)
		words := strings.Repeat(fmt.Sprintf("Raise pool %d of the shop's API, and alert on its age. ", i), title/50+1)[:title]
		v.Ledger.Items = append(v.Ledger.Items, e)
		v.Lines = append(v.Lines, incident.TrackerLine{
			Issue: e.Issue.In("acme/shop"), Text: words, State: states[i%len(states)],
			Owner: e.Owner, Due: e.Due, Type: e.Type, Overdue: i%7 == 0,
		})
	}
	return v
}

// ticketed makes tickets of all, some of which are in trouble.
func ticketed(v incident.TrackerView) incident.TrackerView {
	for i := range v.Lines {
		l, e := &v.Lines[i], &v.Ledger.Items[i]
		e.Issue, e.Paged = incident.Ref{Repo: site, Number: 10_000 + i}, true
		l.Issue, l.Name = e.Issue.In("acme/shop"), fmt.Sprintf("OPS-%d", 100+i)
		l.URL = "https://acme.atlassian.net/browse/" + l.Name
		if i%10 == 0 {
			l.Why, e.Lacks = "Jira says: the field “Team” must be filled in.", "duedate"
		}
	}
	return v
}

// entry is a full one, in which little repeats itself.
func entry(i int) incident.Entry {
	sum := sha256.Sum256([]byte(fmt.Sprint("sketch", i)))
	e := incident.Entry{
		Key: incident.ItemKey(digest(fmt.Sprint("key", i))), Words: digest(fmt.Sprint("words", i)), Tail: digest(fmt.Sprint("tail", i))[:4],
		Sketch: incident.Sketch(hex.EncodeToString(sum[:8])), Source: incident.FromComment(2_400_000_000 + int64(i)*7919%999_983*1009),
		Position: i % 25, Owner: fmt.Sprintf("person-%d", i%37), Due: incident.Day(fmt.Sprintf("202612%02d", 1+i*7%31)),
		Priority: incident.Priority(fmt.Sprintf("p%d", i%5)), Type: "prevention", Ticked: i%11 == 0, Shown: i%3 == 0,
		Issue: incident.Ref{Number: 100 + i}, Attached: i < 100,
	}
	e.Wrote = incident.Written{Title: e.Words, Owner: e.Owner, Due: e.Due, Severity: 2, Date: "20261120"}
	return e
}

// A tracker that GitHub refuses is no tracker: however long the checklist, it
// stays under the limit and keeps its ledger.
func TestTrackerStaysUnderGitHubsLimit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		n, title int
		shown    int // at least
		tickets  bool
	}{
		{"two hundred", 200, 60, 200, false},
		{"two hundred of the longest titles", 200, 256, 200, false},
		{"a thousand", 1000, 60, 200, false},
		{"a thousand of the longest titles", 1000, 256, 200, false},
		{"as many as a ledger holds", 1500, 256, 60, false},
		{"two hundred tickets", 200, 60, 200, true},
		{"a thousand tickets", 1000, 60, 100, true},
		{"a thousand tickets of the longest titles", 1000, 256, 100, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			view, what := crowd(tt.n, tt.title), "issues"
			if tt.tickets {
				view, what = ticketed(view), "issues or tickets"
			}
			body := templates.New().Tracker(view)
			if n := utf8.RuneCountInString(body); n > 65536 || len(body) > 4*65536 {
				t.Errorf("the tracker has %d characters in %d bytes, GitHub takes 65536 in 262144", n, len(body))
			}
			_, _, read, ok := templates.New().ReadTracker(body)
			if diff := cmp.Diff(view.Ledger.Items, read.Items); !ok || diff != "" {
				t.Errorf("the ledger came back changed (-want +got):\n%.2000s", diff)
			}
			boxes := templates.New().ReadBoxes(body, view.Key)
			if len(boxes) < tt.shown {
				t.Errorf("only %d are shown", len(boxes))
			}
			says := fmt.Sprintf("… and %d more, which don't fit here: look for %s with the label `postmortem-followup`.", tt.n-len(boxes), what)
			if cut := len(boxes) < tt.n; strings.Contains(body, says) != cut {
				t.Errorf("%d of %d are shown, and that is not what the tracker says", len(boxes), tt.n)
			}
		})
	}
}

// Whatever people write into what stands around the checklist, it fits, and
// leaves room for what is open.
func TestTrackerOfManyWords(t *testing.T) {
	t.Parallel()
	view := crowd(1000, 60)
	view.Doubts = manyDoubts()[:10]
	for range 500 {
		view.Proposed = append(view.Proposed, strings.Repeat("@", 300))
		view.Notes = append(view.Notes, incident.Note{At: noon, Text: strings.Repeat("#", 500), URL: facts.URL, By: "bob"})
	}
	body := templates.New().Tracker(view)
	if n := utf8.RuneCountInString(body); n > 65536 {
		t.Errorf("the tracker has %d characters", n)
	}
	if n := len(templates.New().ReadBoxes(body, view.Key)); n < 100 {
		t.Errorf("only %d lines are shown", n)
	}
	for _, want := range []string{"… and 480 more", "500 earlier"} {
		if !strings.Contains(body, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

// What is done is left out before what is still to do.
func TestTrackerKeepsWhatIsOpen(t *testing.T) {
	t.Parallel()
	view := crowd(1000, 256)
	for i := range view.Lines {
		if i%5 != 0 {
			view.Lines[i].State = incident.Done
		}
	}
	body := templates.New().Tracker(view)
	open := 0
	for _, b := range templates.New().ReadBoxes(body, view.Key) {
		if !b.Ticked {
			open++
		}
	}
	if open != 200 {
		t.Errorf("%d open ones of 200 are shown", open)
	}
}

// However hostile the titles, what is about them stays readable.
func TestTrackerOfHostileTitles(t *testing.T) {
	t.Parallel()
	view := crowd(1000, 10)
	for i := range view.Lines {
		view.Lines[i].Text = strings.Repeat("@", 256)
	}
	body := templates.New().Tracker(view)
	if n := utf8.RuneCountInString(body); n > 65536 {
		t.Errorf("the tracker has %d characters", n)
	}
	if n := len(templates.New().ReadBoxes(body, view.Key)); n < 60 {
		t.Errorf("only %d are shown", n)
	}
}

// Whatever people write, the tracker is known again, with its ledger, and shows
// the boxes that it should.
func FuzzTracker(f *testing.F) {
	f.Add("Rate limit", "alice", "no time", "«due» what")
	f.Add(hostile, "@all", "```\n<!--", "> «`")
	f.Add("- [ ] x\n#### Follow-ups", "<details>", "</details>", "\u202e<!--#1-->")
	f.Fuzz(func(t *testing.T, title, login, skip, doubt string) {
		view := viewed(incident.TrackerView{Facts: staffed(facts), Page: incident.PageExists, Skip: skip})
		view.Title, view.Owner, view.Roles.Scribe = title, login, login
		view.Doubts = []incident.Doubt{{Text: doubt, URL: facts.URL}, {Text: title}}
		for i, state := range []incident.State{incident.Open, incident.Done, incident.Dropped, incident.Gone, incident.Open, incident.Done, incident.Open} {
			view.Lines = append(view.Lines, incident.TrackerLine{
				Issue: at(77 + i), Text: title, State: state, Owner: login, Due: incident.Day(login), Type: incident.ItemType(login),
			})
		}
		view.Lines = append(view.Lines,
			incident.TrackerLine{Text: title, State: incident.Open, Owner: login},
			incident.TrackerLine{Text: title, State: incident.Open, Place: login, Why: markdown.Text(doubt)},
			incident.TrackerLine{
				Issue: ticketAt(90), Name: login, URL: "https://e.org/" + skip, Text: title, State: incident.Done, Assignee: doubt, Why: markdown.Text(skip),
			},
		)
		body := templates.New().Tracker(view)
		of, _, read, ok := templates.New().ReadTracker(body)
		if !ok || of != view.ID || !cmp.Equal(read, view.Ledger) {
			t.Fatalf("not known again:\n%s", body)
		}
		got := map[int]bool{}
		for _, b := range templates.New().ReadBoxes(body, view.Key) {
			got[b.Issue.Number] = b.Ticked
		}
		want := map[int]bool{77: false, 78: true, 79: true, 81: false, 82: true, 83: false, 90: true}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("boxes (-want +got):\n%s\n%s", diff, body)
		}
	})
}

// Whom an issue is assigned to that fewer people may read is not known here:
// neither is that it is nobody.
func TestTrackerSaysNothingOfASecretsOwner(t *testing.T) {
	t.Parallel()
	body := templates.New().Tracker(incident.TrackerView{Ticking: true, Lines: []incident.TrackerLine{
		{Issue: incident.NewKey("Acme", "secret", 3), Other: true, Secret: true, Text: "Replace the logo", State: incident.Open},
	}})
	if !strings.Contains(body, "- [ ] Replace the logo (acme/secret#3) <!--") || strings.Contains(body, "needs an owner") {
		t.Errorf("the tracker asks who owns it:\n%s", body)
	}
}
