package incident_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

var titles = []string{"Call back", "Add an alert", "Fix it", "Write it down", "Rotate the keys in OPS", "Ring the bell in jira"}

// people are what they may do to an incident, at random.
type people struct {
	*app
	t *rapid.T
}

func (p people) pick(n int, what string) int {
	if n == 0 {
		p.t.Skip("there is no " + what + " yet: another step is drawn")
	}
	return rapid.IntRange(0, n-1).Draw(p.t, what)
}

func (p people) title() string { return rapid.SampledFrom(titles).Draw(p.t, "title") }

func (p people) coin(what string) bool { return rapid.Bool().Draw(p.t, what) }

// list is one of the places where lines are: the body or a person's comment.
func (p people) list() *[]line {
	lists := []*[]line{&p.body}
	for _, r := range p.remarks {
		if r.author != "" {
			lists = append(lists, &r.lines)
		}
	}
	return lists[p.pick(len(lists), "list")]
}

func (p people) writeLine() {
	l := p.list()
	written := line{text: p.title(), ticked: rapid.IntRange(0, 4).Draw(p.t, "ticked") == 3}
	p.wrote(written.text)
	*l = slices.Insert(*l, rapid.IntRange(0, len(*l)).Draw(p.t, "at"), written)
}

// wrote counts what was written, by the title that it has.
func (p people) wrote(text string) {
	title, _, _ := strings.Cut(text, " in ")
	p.written[title]++
}

func (p people) writeComment() {
	r := &remark{id: p.id(), author: rapid.SampledFrom([]string{"ada", "ben", "mallory", "forms[bot]", "spam[bot]"}).Draw(p.t, "author")}
	if p.coin("command") {
		r.commands = append(r.commands, p.title())
		p.wrote(r.commands[0])
	}
	p.remarks = append(p.remarks, r)
}

func (p people) confirm() {
	p.remarks = append(p.remarks, &remark{id: p.id(), author: "ben", commands: []string{"All"}})
}

func (p people) tick() {
	l := *p.list()
	i := p.pick(len(l), "line")
	l[i].ticked = !l[i].ticked
}

func (p people) deleteLine() {
	l := p.list()
	i := p.pick(len(*l), "line")
	*l = slices.Delete(*l, i, i+1)
}

func (p people) swapLines() {
	l := *p.list()
	i, j := p.pick(len(l), "line"), p.pick(len(l), "line")
	l[i], l[j] = l[j], l[i]
}

func (p people) moveLine() {
	from, to := p.list(), p.list()
	i := p.pick(len(*from), "line")
	moved := (*from)[i]
	*from = slices.Delete(*from, i, i+1)
	*to = append(*to, moved)
}

func (p people) closeOrReopen() {
	t := p.tickets[p.pick(len(p.tickets), "follow-up")]
	if t.issue.State == incident.Open {
		t.issue.State = rapid.SampledFrom([]incident.State{incident.Done, incident.Dropped}).Draw(p.t, "state")
		return
	}
	t.issue.State, t.reopened = incident.Open, true
}

func (p people) deleteFollowUp() { p.tickets[p.pick(len(p.tickets), "follow-up")].deleted = true }

func (p people) closeOrReopenParent() {
	if p.parent.State == incident.Open {
		p.parent.State, p.parent.ClosedAt = incident.Done, p.now
		p.happen(incident.EventClosed, false)
		return
	}
	p.parent.State, p.parent.ClosedAt = incident.Open, time.Time{}
	p.happen(incident.EventReopened, false)
}

func (p people) label() {
	on := !p.tagged("incident")
	p.toggle("incident", on)
	if on {
		p.labelling = incident.Labelling{
			By: actor(rapid.SampledFrom([]string{"ben", "mallory", "", "spam[bot]", "forms[bot]"}).Draw(p.t, "labeller")), At: p.now,
		}
	}
}

func (p people) other() {
	label := rapid.SampledFrom([]string{"sev1", "SEV-5", "postmortem: reviewed", "postmortem-complete"}).Draw(p.t, "label")
	p.retagged = p.retagged || label == p.policy.CompleteLabel
	p.toggle(label, !p.tagged(label))
}

func (p people) deleteOurs() {
	i := p.pick(len(p.remarks), "comment")
	r := p.remarks[i]
	if r.author != "" {
		p.t.Skip("only the app's own comments are deleted here: another step is drawn")
	}
	if r.tracker != "" {
		if p.stored.Ledger.Accepted.At.IsZero() {
			p.t.Skip("the database is gone: without the tracker nobody could know what was made")
		}
		p.removals++
	} else {
		p.hushed = true
	}
	p.remarks = slices.Delete(p.remarks, i, i+1)
}

// loseRecord is the loss of the database. When the tracker is gone as well,
// or could not be written since, nobody knows: that is beyond help.
func (p people) loseRecord() {
	for _, r := range p.remarks {
		if r.tracker == "" {
			continue
		}
		l, err := carried(r.tracker)
		behind := l.Page.Path == "" && len(p.pages) > 0 || l.Closing.Labelled != p.stored.Ledger.Closing.Labelled
		if err == nil && !behind && !p.stored.Labelling {
			p.settle() // it takes longer than a listing needs
			p.stored = incident.Record{}
			return
		}
	}
	p.t.Skip("the tracker is behind or gone: without the database nobody could know what was made")
}

func (p people) lookWithLuck() {
	if p.coin("all goes well") {
		p.look(p.t, noLuckNeeded)
		return
	}
	rare := func(what string) bool { return rapid.IntRange(0, 15).Draw(p.t, what) == 11 }
	fail := func(e string) error {
		switch rapid.IntRange(0, 24).Draw(p.t, "fails: "+e) {
		case 11:
			return &incident.Blocked{Text: "Mend it."}
		case 13:
			return &incident.Later{At: p.now.Add(time.Minute), Err: errors.New("slow down")}
		case 17:
			return errors.New("502")
		}
		return nil
	}
	p.look(p.t, luck{
		crash: func() bool { return rare("crash") }, fail: fail, stale: p.coin("stale"),
		done: func() bool { return p.coin("done all the same") },
		takes: func() time.Duration {
			return rapid.SampledFrom([]time.Duration{0, incident.OpenLongest}).Draw(p.t, "takes")
		},
		shuffle: func(parts []incident.Part) {
			if len(parts) > 1 && p.coin("other order") {
				slices.Reverse(parts)
			}
		},
	})
}

var noLuckNeeded = luck{
	crash:   func() bool { return false },
	takes:   func() time.Duration { return 0 },
	fail:    func(string) error { return nil },
	shuffle: func([]incident.Part) {},
}

// deeds are what people and Hindsight do, by name.
type deeds map[string]func(people)

// anywhere are those that have to do with GitHub and its wiki.
func anywhere() deeds {
	return deeds{
		"write a line": people.writeLine, "write a comment": people.writeComment, "confirm all": people.confirm,
		"tick": people.tick, "delete a line": people.deleteLine, "swap lines": people.swapLines,
		"move a line": people.moveLine, "close or reopen a follow-up": people.closeOrReopen,
		"delete a follow-up": people.deleteFollowUp, "close or reopen the parent": people.closeOrReopenParent,
		"label": people.label, "another label": people.other, "delete our comment": people.deleteOurs,
		"rename the parent": func(p people) { p.parent.Title += " again" },
		"switch the wiki":   func(p people) { p.repository.HasWiki = !p.repository.HasWiki },
		"lose the record":   people.loseRecord,
		"something happens": people.somethingHappens, "write on the page": people.writeOnPage,
		"touch or delete a line of the page": people.changePage, "take the timeline away, or put it back": people.turnTimeline,
		"look": people.lookWithLuck, "look again": people.lookWithLuck, "look once more": people.lookWithLuck,
	}
}

func (d deeds) actions(a *app) map[string]func(*rapid.T) {
	actions := map[string]func(*rapid.T){}
	for name, do := range d {
		actions[name] = func(t *rapid.T) {
			a.now = a.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "seconds")) * time.Second)
			do(people{a, t})
		}
	}
	return actions
}

// TestSameEnd is the laws 1 to 5 as one property: whatever people do, and
// wherever Hindsight dies, fails or loses its memory, one good look brings
// the world to where it belongs.
func TestSameEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := newApp()
		t.Repeat(anywhere().actions(a))
		a.toTheEnd(t)
	})
}

func newApp() *app {
	policy := incident.DefaultPolicy()
	policy.MaxNew = 3
	policy.Apps = []string{"forms"}
	policy.Standard = map[incident.Severity][]string{1: {"Tell the customers"}}
	return &app{outside: newOutside(), policy: policy}
}

// toTheEnd holds what became of it to the laws, once all works.
func (a *app) toTheEnd(t *rapid.T) {
	a.jira = jiraInMemory{tickets: a.jira.tickets}
	a.now = a.now.Add(time.Hour)
	a.toggle("incident", true)
	a.labelling = incident.Labelling{By: incident.Actor{Login: "ben"}, At: a.now}
	people{a, t}.confirm()
	a.look(t, noLuckNeeded)
	a.now = a.now.Add(ops.Lag) // the grace for lines that are being moved, and for the search
	a.look(t, noLuckNeeded)
	a.atTheEnd(t)
	if again := a.look(t, noLuckNeeded); len(again) > 0 {
		t.Fatalf("a second look found more to do: %v\n%s", again, a)
	}
	a.withoutMemory(t)
}

// withoutMemory wants the same from the tracker and the markers alone.
func (a *app) withoutMemory(t *rapid.T) {
	if a.removals > 1 {
		return // nobody remembers
	}
	declined := len(a.stored.Declined) > 0 // of which the tracker carries nothing
	a.stored = incident.Record{}
	for _, e := range a.look(t, noLuckNeeded) {
		_, react := e.(incident.React)
		if _, tracker := e.(incident.WriteTracker); !react && (!tracker || !declined) {
			t.Fatalf("without the database: %s\n%s", e, a)
		}
	}
}

// atTheEnd holds the world to the laws.
func (a *app) atTheEnd(t *rapid.T) {
	trackers, closings := 0, 0
	for _, r := range a.remarks {
		if r.tracker != "" {
			trackers++
		}
		if r.closing != "" {
			closings++
			if r.complete != a.complete() && !a.hushed {
				t.Fatalf("the closing comment says complete: %t\n%s", r.complete, a)
			}
		}
	}
	if trackers > 1 || closings > 1 || len(a.pages) > 1 {
		t.Fatalf("%d trackers, %d closing comments, pages %q\n%s", trackers, closings, a.pages, a)
	}
	if trackers == 0 && a.removals < 2 {
		t.Fatalf("no tracker\n%s", a)
	}
	if !a.retagged && a.tagged(a.policy.CompleteLabel) != a.complete() {
		t.Fatalf("the label is on: %t\n%s", !a.complete(), a)
	}
	if !a.stored.Ledger.Page.Made() && a.repository.HasWiki && !a.tagged("SEV-5") {
		t.Fatalf("no page\n%s", a)
	}
	a.followUpsAtTheEnd(t)
	a.rowsAtTheEnd(t)
}

// followUpsAtTheEnd wants one follow-up for each line of those who may, and
// no more than lines were ever written. One that people deleted before it was
// remembered can't be known, and is opened again.
func (a *app) followUpsAtTheEnd(t *rapid.T) {
	made, there := items{}, items{}
	open := map[incident.ItemKey]int{}
	for _, f := range slices.Concat(a.tickets, a.jira.all()) {
		made.add(f)
		if f.deleted {
			continue
		}
		there.add(f)
		if f.issue.State == incident.Open && !f.reopened {
			open[f.entry.Key]++
		}
	}
	wanted := a.wanted()
	for _, title := range titles {
		title, _, _ = strings.Cut(title, " in ")
		if len(made[title]) < wanted[title] || len(there[title]) > a.written[title] {
			t.Fatalf("%q has %d follow-ups, %d are left, wanted by %d lines, written %d times\n%s",
				title, len(made[title]), len(there[title]), wanted[title], a.written[title], a)
		}
	}
	if a.tagged("sev1") && len(made["Tell the customers"]) != 1 {
		t.Fatalf("the standard follow-up: %v\n%s", made["Tell the customers"], a)
	}
	for key, n := range open {
		if n > 1 {
			t.Fatalf("the item %s has %d open follow-ups\n%s", key, n, a)
		}
	}
}

// items are the items that became follow-ups, by title.
type items map[string]map[incident.ItemKey]bool

func (m items) add(f *ticket) {
	if m[f.issue.Title] == nil {
		m[f.issue.Title] = map[incident.ItemKey]bool{}
	}
	m[f.issue.Title][f.entry.Key] = true
}

// wanted counts the lines that must have a follow-up, by words.
func (a *app) wanted() map[string]int {
	wanted := map[string]int{}
	count := func(lines []line) {
		for _, l := range lines {
			if title, _, _ := strings.Cut(l.text, " in "); !l.ticked {
				wanted[title]++
			}
		}
	}
	count(a.body)
	for _, r := range a.remarks {
		if counted[r.author] {
			count(r.lines)
			for _, c := range r.commands {
				title, _, _ := strings.Cut(c, " in ")
				wanted[title]++
			}
		}
	}
	return wanted
}

// complete is worked out from the world alone, not as the rules do.
func (a *app) complete() bool {
	if a.parent.State == incident.Open || a.stored.Ledger.Page.Made() && !a.tagged("postmortem: reviewed") {
		return false
	}
	for _, e := range a.stored.Ledger.Items {
		for _, f := range slices.Concat(a.tickets, a.jira.all()) {
			if f.issue.Key == e.Issue.In(parentKey.Repo) && !f.deleted && f.issue.State == incident.Open {
				return false
			}
		}
	}
	return true
}
