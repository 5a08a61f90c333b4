package incident_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

// line is a checklist line that a person wrote.
type line struct {
	text   string
	ticked bool
}

// remark is a comment on the parent: a person's lines and commands, or ours.
type remark struct {
	id       int64
	author   string // "" for ours
	lines    []line
	commands []string // what follows "/followup"
	tracker  string
	closing  string
	complete bool // what the closing comment says
	fresh    bool // ours, and a listing may not show it yet
}

// ticket is an issue that was opened as a follow-up.
type ticket struct {
	issue    incident.Issue
	entry    incident.Entry
	deleted  bool
	reopened bool // by a person
	fresh    bool // a listing may not show it yet
}

// outside is GitHub and a wiki in memory, with the people who use them.
type outside struct {
	now        time.Time
	repository incident.Repository
	parent     incident.Issue
	labelling  incident.Labelling
	body       []line
	remarks    []*remark
	tickets    []*ticket
	jira       jiraInMemory
	pages      []string
	wiki       wikiPage
	events     []incident.Event
	next       int64
	// written counts the lines and commands that people wrote, by words.
	written  map[string]int
	removals int  // of trackers, by people
	retagged bool // the label that says complete was touched by people
	hushed   bool // a closing comment was deleted by people
}

// counted are those who may: by their permission, or named by the policy.
var counted = map[string]bool{"ada": true, "ben": true, "forms[bot]": true}

func actor(login string) incident.Actor {
	return incident.Actor{Login: login, Bot: strings.HasSuffix(login, "[bot]")}
}

func newOutside() *outside {
	return &outside{
		now:        opened,
		repository: incident.Repository{ID: 7, FullName: "Acme/Shop", URL: "https://github.test/Acme/Shop", HasWiki: true},
		parent: incident.Issue{
			Key: parentKey, URL: "https://github.test/Acme/Shop/issues/42", Title: "Shop is down", State: incident.Open,
			Author: incident.Actor{Login: "ada"}, CreatedAt: opened, Labels: []string{"incident"},
		},
		labelling: incident.Labelling{By: incident.Actor{Login: "ada"}, At: opened},
		next:      101,
		body:      []line{{text: titles[0]}, {text: titles[1]}},
		remarks:   []*remark{{id: 101, author: "ben", lines: []line{{text: titles[2]}}}},
		written:   map[string]int{titles[0]: 1, titles[1]: 1, titles[2]: 1},
	}
}

func (o *outside) id() int64 {
	o.next++
	return o.next
}

func (o *outside) toggle(label string, on bool) {
	o.parent.Labels = slices.DeleteFunc(o.parent.Labels, func(l string) bool { return l == label })
	if on {
		o.parent.Labels = append(o.parent.Labels, label)
	}
}

func (o *outside) tagged(label string) bool { return slices.Contains(o.parent.Labels, label) }

// app is Hindsight: what it stored, and what it knows while it runs.
type app struct {
	*outside
	policy incident.Policy
	stored incident.Record
}

// luck decides what goes wrong in a look.
type luck struct {
	crash   func() bool           // here and now
	fail    func(e string) error  // of an effect or a question
	stale   bool                  // the listing does not show what is fresh
	done    func() bool           // what failed was done all the same
	takes   func() time.Duration  // a call that opens a ticket
	shuffle func([]incident.Part) // the order in which parts are carried out
}

var errCrash = errors.New("crash")

// observe is what a look finds. The first of a look settles cut-off openings,
// as a listing does. Until the incident is accepted, nothing that people wrote
// is looked into. It fails when a question is not answered.
func (a *app) observe(record *incident.Record, busy map[incident.Part]bool, first bool, luck luck) (incident.World, error) {
	stale := luck.stale && first
	w := incident.World{
		Repository: a.repository, Parent: a.parent, Labelling: a.labelling, Busy: busy, Failed: busy,
		Verdicts: map[incident.ItemKey]incident.Verdict{}, Projects: []incident.Project{ops, sre},
	}
	w.Parent.Labels = slices.Clone(a.parent.Labels)
	a.readOurs(&w, record.Ledger.TrackerID, stale)
	if first {
		a.recall(record, w.Trackers)
	}
	w.Record = *record
	if w.Record.Ledger.Accepted.At.IsZero() {
		err := judge(&w, incident.Asks(a.policy, w), luck)
		if err != nil || !incident.Accepts(a.policy, w) {
			return w, err
		}
	}
	a.readPeople(&w)
	a.readPage(&w, luck)
	a.seek(&w, record, first, luck)
	w.FollowUps = append(a.followUps(record, stale), a.jiraFollowUps(record)...)
	if w.Busy[incident.FollowUpsPart] { // a question was not answered in this run
		a.askJira(&w, record, luck)
		return w, nil
	}
	if err := judge(&w, incident.QuestionsOf(a.policy, w).May, luck); err != nil {
		record.Failed(incident.FollowUpsPart, err, record.Problems[incident.FollowUpsPart], a.now)
		busy[incident.FollowUpsPart] = true
	}
	a.askJira(&w, record, luck)
	return w, nil
}

// readOurs knows our own comments again. The tracker is asked for by its id, so
// that a stale listing is noticed; the closing comment is not.
func (a *app) readOurs(w *incident.World, tracker int64, stale bool) {
	exists := false
	for _, r := range a.remarks {
		if r.fresh && stale && r.id != tracker {
			continue
		}
		if r.tracker != "" {
			exists = exists || r.id == tracker
			w.Trackers = append(w.Trackers, incident.Tracker{ID: r.id, Body: r.tracker, Paused: saysPaused(r.tracker)})
		}
		if r.closing != "" {
			w.Closings = append(w.Closings, incident.ClosingComment{ID: r.id, Complete: r.complete})
		}
	}
	w.TrackerGone = tracker != 0 && !exists
}

// readPeople takes the lines that ask for something.
func (a *app) readPeople(w *incident.World) {
	w.Items = a.items("body", a.parent.Author.Login, a.body)
	for _, r := range a.remarks {
		w.Items = append(w.Items, a.items(incident.FromComment(r.id), r.author, r.lines)...)
		for _, c := range r.commands {
			w.Commands = append(w.Commands, incident.Command{
				Name: "followup", Rest: c, Comment: r.id, Author: actor(r.author),
			})
		}
	}
}

func (a *app) items(source incident.Source, author string, lines []line) []incident.Item {
	var items []incident.Item
	for _, l := range lines {
		items = append(items, incident.Item{
			Source: source, Author: actor(author), Text: l.text, Ticked: l.ticked,
		})
	}
	return items
}

// recall takes the tracker's ledger in, and settles openings that were cut
// off: what is there is adopted, the rest was not opened.
func (a *app) recall(record *incident.Record, trackers []incident.Tracker) {
	record.Opening = nil
	if len(trackers) > 0 {
		l, err := carried(trackers[0].Body)
		if err != nil {
			panic(err)
		}
		if record.Ledger.Accepted.At.IsZero() {
			record.Seek(site, a.now)
		}
		record.Ledger = record.Ledger.Unite(l.Checked())
	}
}

func (a *app) followUps(record *incident.Record, stale bool) []incident.FollowUp {
	var known []incident.FollowUp
	for _, t := range a.tickets {
		named := slices.ContainsFunc(record.Ledger.Items, func(e incident.Entry) bool {
			return e.Issue.In(parentKey.Repo) == t.issue.Key
		})
		if !named && (t.deleted || stale && t.fresh) {
			continue
		}
		f := incident.FollowUp{
			Issue: t.issue.Key, ID: t.issue.ID, Item: t.entry.Key, Source: t.entry.Source, Words: t.entry.Words,
			Title: t.issue.Title, State: t.issue.State,
		}
		if t.deleted {
			f.State = incident.Gone
		}
		known = append(known, f)
	}
	return known
}

// judge answers the questions of the rules, until a lookup fails.
func judge(w *incident.World, asks []incident.Ask, luck luck) error {
	for _, ask := range asks {
		if err := luck.fail("ask"); err != nil {
			return err
		}
		w.Verdicts[ask.Line] = incident.Denied
		if counted[ask.Login] && !actor(ask.Login).Bot {
			w.Verdicts[ask.Line] = incident.Allowed
		}
	}
	return nil
}

// settle ends the time in which listings don't show what was just written.
func (o *outside) settle() {
	for _, r := range o.remarks {
		r.fresh = false
	}
	for _, t := range o.tickets {
		t.fresh = false
	}
}

// deepCopy shares nothing with its argument.
func deepCopy(w incident.World) incident.World {
	data, err := json.Marshal(struct {
		incident.World
		Assignable, Offers, Tickets any // in place of the maps, whose keys JSON does not know
	}{World: w})
	if err != nil {
		panic(err)
	}
	var c incident.World
	if err := json.Unmarshal(data, &c); err != nil {
		panic(err)
	}
	c.Assignable, c.Offers, c.Tickets = maps.Clone(w.Assignable), maps.Clone(w.Offers), maps.Clone(w.Tickets)
	return c
}

// decide plans, and holds Decide to being a function.
func (a *app) decide(t *rapid.T, w incident.World) incident.Plan {
	before, again := deepCopy(w), deepCopy(w)
	plan := incident.Decide(a.policy, paged{}, w, a.now)
	if diff := cmp.Diff(before, deepCopy(w)); diff != "" {
		t.Fatalf("Decide changed its argument (-before +after):\n%s", diff)
	}
	second := incident.Decide(a.policy, paged{}, again, a.now)
	if diff := cmp.Diff(plan.Effects, second.Effects); diff != "" {
		t.Fatalf("the same world gave another plan:\n%s", diff)
	}
	if told := len(w.Trackers) == 1 && w.Trackers[0].Paused; told && !a.tagged(a.policy.Label) && len(plan.Effects) > 0 {
		t.Fatalf("done while paused: %v\n%s", plan.Effects, a)
	}
	return plan
}

// mostRounds leaves room for what can't be read in one round and can in the next:
// each time the tracker says so.
const mostRounds = 12

// look observes, decides and carries out until nothing is left to do, or the
// program dies. It returns what it carried out.
func (a *app) look(t *rapid.T, luck luck) []incident.Effect {
	if !luck.stale {
		a.settle()
	}
	var did []incident.Effect
	record, busy := a.stored.Clone(), map[incident.Part]bool{}
	for round := range mostRounds {
		w, err := a.observe(&record, busy, round == 0, luck)
		if err != nil {
			return did
		}
		plan := a.decide(t, w)
		record = plan.Record.Clone()
		a.stored = record.Clone()
		if len(plan.Effects) == 0 {
			return did
		}
		for _, part := range parts(plan.Effects, luck) {
			before := record.Problems[part]
			effects, err := a.carryOut(t, part, plan.Effects, &record, luck)
			did = append(did, effects...)
			if errors.Is(err, errCrash) {
				return did
			}
			if err != nil {
				busy[part] = true
				record.Failed(part, err, before, a.now)
				a.stored = record.Clone()
			}
		}
	}
	t.Fatalf("still not done after %d rounds; carried out:\n%v", mostRounds, did)
	return nil
}

// parts are those of the plan, the tracker's first.
func parts(effects []incident.Effect, luck luck) []incident.Part {
	var rest []incident.Part
	for _, e := range effects {
		if p := e.Part(); p != incident.TrackerPart && !slices.Contains(rest, p) {
			rest = append(rest, p)
		}
	}
	luck.shuffle(rest)
	return append([]incident.Part{incident.TrackerPart}, rest...)
}

func (a *app) carryOut(
	t *rapid.T, part incident.Part, effects []incident.Effect, record *incident.Record, luck luck,
) (did []incident.Effect, err error) {
	for _, e := range effects {
		if e.Part() != part {
			continue
		}
		if record.Starting(e, a.now) {
			a.stored = record.Clone()
		}
		if luck.crash() {
			a.underWay(t, e, luck)
			return did, errCrash
		}
		if err := a.hindrance(t, e, *record, luck); err != nil {
			record.Hindered(e, err, a.now)
			return did, err
		}
		if _, opens := e.(incident.OpenTicket); opens {
			a.now = a.now.Add(luck.takes())
		}
		out := a.apply(t, e, *record)
		did = append(did, e)
		if luck.crash() {
			return did, errCrash
		}
		a.remember(out.Ticket)
		if luck.crash() {
			return did, errCrash
		}
		record.Did(e, out, a.now)
		a.stored = record.Clone()
	}
	return did, nil
}

// apply carries an effect out as GitHub would, and watches that nothing of a
// person's is touched.
func (a *app) apply(t *rapid.T, e incident.Effect, record incident.Record) (out incident.Outcome) {
	if _, ok := e.Part().Site(); ok {
		return a.applyInJira(t, e)
	}
	switch e := e.(type) {
	case incident.OpenTicket, incident.LinkTicket:
		t.Fatalf("%s: not at its site", e)
	case incident.WriteTracker:
		r := a.ours(t, e.ID)
		r.tracker = e.Body
		out.Comment = r.id
		readable(t, e.Body)
		a.tellsNoSecret(t, e.Body)
	case incident.WriteClosing:
		r := a.ours(t, e.ID)
		r.closing, r.complete = e.Body, e.Complete
		out.Comment = r.id
	case incident.DeleteComment:
		gone := a.ours(t, e.ID)
		a.remarks = slices.DeleteFunc(a.remarks, func(r *remark) bool { return r == gone })
	case incident.CreatePage:
		if !slices.Contains(a.pages, e.Path) {
			a.pages = append(a.pages, e.Path)
			a.wiki.write(t, e.Content)
		}
	case incident.UpdatePage:
		a.wiki.write(t, paged{}.RefreshPage(a.wiki.text, e.View).Text)
		a.tellsNoSecret(t, fmt.Sprint(e.View, e.Links))
		out = updated(e)
	case incident.OpenFollowUp:
		out.Issue = a.open(e)
	case incident.AttachFollowUp:
		if entry := record.Ledger.Entry(e.Item); entry == nil || !entry.Opened() {
			t.Fatalf("%s: the item has no issue", e)
		}
	case incident.CloseDuplicate:
		a.closeDuplicate(t, e)
	case incident.UpdateFollowUp:
		a.update(t, e)
	case incident.SetFollowUp:
		f := a.ticket(e.Issue.Number)
		if f == nil || f.deleted || f.entry.Key != e.Item {
			t.Fatalf("%s: it is not there, or another item's", e)
		}
		f.issue.State = e.State
	case incident.CloseParent:
		a.parent.State, a.parent.ClosedAt = incident.Done, a.now
		a.happen(incident.EventClosed, true)
	case incident.React, incident.AskWhy, incident.WriteReply, incident.PublishPage, incident.WithdrawPage:
	case incident.LabelParent:
		if e.Label.Name != a.policy.CompleteLabel {
			t.Fatalf("%s: not ours to touch", e)
		}
		a.toggle(e.Label.Name, e.On)
	}
	return out
}

// readable holds what a tracker carries to what is believed of a tracker.
func readable(t *rapid.T, body string) {
	l, err := carried(body)
	if err != nil {
		t.Fatalf("the ledger can't be read: %v", err)
	}
	if diff := cmp.Diff(l, l.Checked(), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("what Hindsight wrote is not believed (-written +believed):\n%s", diff)
	}
}

func (o *outside) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v\nbody %v\n", o.parent.State, o.parent.Labels, o.body)
	for _, r := range o.remarks {
		fmt.Fprintf(&b, "%+v\n", *r)
	}
	for _, t := range o.tickets {
		fmt.Fprintf(&b, "#%d %s %q %+v\n", t.issue.Key.Number, t.issue.State, t.issue.Title, t.entry)
	}
	for _, t := range o.jira.tickets {
		fmt.Fprintf(&b, "%+v\n", *t)
	}
	return b.String()
}
