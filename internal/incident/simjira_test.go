package incident_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

// jiraInMemory is a Jira site, with the people who use it.
type jiraInMemory struct {
	tickets []*jiraTicket
	down    bool
	refuses bool // to open a ticket, or to close one
	wants   bool // a field that nobody fills in
	dies    bool // with the next ticket that is opened, before it answers
}

// jiraTicket is a ticket that was opened as a follow-up. Its seen is what is
// remembered of it.
type jiraTicket struct {
	ticket
	created  time.Time
	project  string
	assignee string
	status   string
	seen     incident.FollowUp
}

// onlyInJira is in all that nobody may read who reads a public parent.
const onlyInJira = "Initech"

// all are the tickets, as issues are.
func (j *jiraInMemory) all() []*ticket {
	var all []*ticket
	for _, t := range j.tickets {
		all = append(all, &t.ticket)
	}
	return all
}

func (j *jiraInMemory) find(key incident.Key) *jiraTicket {
	for _, t := range j.tickets {
		if t.issue.Key == key {
			return t
		}
	}
	return nil
}

// itemOf is the item of an issue or ticket, by what it says itself.
func (o *outside) itemOf(key incident.Key) incident.ItemKey {
	for _, t := range slices.Concat(o.tickets, o.jira.all()) {
		if t.issue.Key == key {
			return t.entry.Key
		}
	}
	return ""
}

// follow is a ticket as a look reads it.
func (a *app) follow(t *jiraTicket) incident.FollowUp {
	f := incident.FollowUp{
		Issue: t.issue.Key, Item: t.entry.Key, Source: t.entry.Source, Words: t.entry.Words, Wrote: t.entry.Wrote, Lacks: t.entry.Lacks,
		Name: fmt.Sprintf("%s-%d", t.project, t.issue.Key.Number), Title: t.issue.Title, State: t.issue.State, Assignee: t.assignee,
		Status: t.status, Secret: !a.repository.Private || t.project == "UMB",
	}
	if t.deleted {
		f.State = incident.Gone
	}
	return f
}

// jiraFollowUps are the tickets that are remembered, or that the ledger names. A
// site that is down tells nothing of the latter.
func (a *app) jiraFollowUps(record *incident.Record) []incident.FollowUp {
	var known []incident.FollowUp
	for _, t := range a.jira.tickets {
		named := slices.ContainsFunc(record.Ledger.Items, func(e incident.Entry) bool {
			return e.Issue.In(parentKey.Repo) == t.issue.Key
		})
		switch remembered := t.seen.Issue.Number != 0; {
		case !remembered && !named:
			continue
		case !a.jira.down:
			t.seen = a.follow(t)
		case !remembered:
			known = append(known, incident.FollowUp{Issue: t.issue.Key, Item: t.entry.Key, State: incident.Open})
			continue
		}
		known = append(known, t.seen)
	}
	return known
}

// seek finds the tickets that may have been opened. The search lags.
func (a *app) seek(w *incident.World, record *incident.Record, first bool, luck luck) {
	if !first || len(record.Seeks) == 0 || w.Busy[incident.JiraPart(site)] {
		return
	}
	if a.troubled("search", record, w.Busy, luck) {
		return
	}
	for _, t := range a.jira.tickets {
		if !t.deleted && t.project != "UMB" && !t.created.Add(ops.Lag).After(a.now) {
			t.seen = a.follow(t)
		}
	}
	record.Sought(site, a.now, ops.Lag)
}

// troubled is whether a question is not answered: then nothing more is asked in
// this look.
func (a *app) troubled(what string, record *incident.Record, busy map[incident.Part]bool, luck luck) bool {
	err := luck.fail(what)
	if a.jira.down {
		err = errors.New("connection refused")
	}
	if err == nil {
		return false
	}
	part := incident.JiraPart(site)
	record.Failed(part, err, record.Problems[part], a.now)
	busy[part] = true
	return true
}

// askJira answers the questions about tickets.
func (a *app) askJira(w *incident.World, record *incident.Record, luck luck) {
	w.Record = *record
	w.Offers = map[incident.TicketKind]incident.Offer{}
	for _, kind := range incident.QuestionsOf(a.policy, *w).Offers {
		if a.troubled("offer", record, w.Busy, luck) {
			break
		}
		w.Offers[kind] = incident.Offer{Lacks: "duedate"}
		if a.jira.wants {
			w.Offers[kind] = incident.Offer{Why: onlyInJira + " has to be filled in."}
		}
	}
	w.Record = *record
}

// hindrance is what goes wrong with an effect. What failed for want of an answer
// may have been done.
func (a *app) hindrance(t *rapid.T, e incident.Effect, record incident.Record, luck luck) error {
	_, atJira := e.Part().Site()
	_, opens := e.(incident.OpenTicket)
	err := luck.fail(e.String())
	switch {
	case !atJira:
		return err
	case a.jira.dies && opens && !a.jira.down:
		a.jira.dies, a.jira.down = false, true
		a.apply(t, e, record)
		return &incident.Unsure{Err: errors.New("connection reset")}
	case a.jira.down:
		err = errors.New("connection refused")
	case a.jira.refuses && opens:
		return &incident.Blocked{Text: onlyInJira + " says no."}
	}
	if blocked := new(incident.Blocked); err == nil || errors.As(err, &blocked) {
		return err
	}
	if opens {
		a.now = a.now.Add(luck.takes())
		if !a.jira.down && luck.done() {
			a.apply(t, e, record)
		}
		return &incident.Unsure{Err: err}
	}
	return err
}

// underWay is a call that opens a ticket while Hindsight dies: Jira may do it later.
func (a *app) underWay(t *rapid.T, e incident.Effect, luck luck) {
	open, opens := e.(incident.OpenTicket)
	if opens && !a.jira.down && luck.done() {
		a.openTicket(t, open)
		made := a.jira.tickets[len(a.jira.tickets)-1]
		made.created = made.created.Add(luck.takes())
	}
}

// remember notes in the database what was opened.
func (a *app) remember(opened incident.Key) {
	if t := a.jira.find(opened); t != nil {
		t.seen = a.follow(t)
	}
}

// applyInJira carries an effect out as Jira would, and watches that nothing of a
// person's is touched, nor what the operator does not allow.
func (a *app) applyInJira(t *rapid.T, e incident.Effect) (out incident.Outcome) {
	switch e := e.(type) {
	case incident.OpenTicket:
		return a.openTicket(t, e)
	case incident.LinkTicket:
		a.touch(t, e, e.Issue)
	case incident.UpdateFollowUp:
		f := a.touch(t, e, e.Issue)
		f.entry.Wrote = e.Is
		if e.Renames(f.issue) {
			f.issue.Title = e.Title
		}
	case incident.AskWhy:
		a.touch(t, e, e.Issue)
	case incident.SetFollowUp:
		f := a.touch(t, e, e.Issue)
		if a.jira.refuses {
			return incident.Outcome{Declined: onlyInJira + " keeps it as it is."}
		}
		f.issue.State, f.seen.State = e.State, e.State
	case incident.CloseDuplicate:
		second := a.touch(t, e, e.Issue)
		if second.entry.Key != a.itemOf(e.Of) || e.Issue == e.Of {
			t.Fatalf("%s: they are not two of one item", e)
		}
		second.issue.State, second.seen.State = incident.Dropped, incident.Dropped
	case incident.WriteTracker, incident.DeleteComment, incident.CreatePage, incident.OpenFollowUp, incident.AttachFollowUp,
		incident.UpdatePage, incident.PublishPage, incident.WithdrawPage, incident.React, incident.WriteReply,
		incident.WriteClosing, incident.LabelParent, incident.CloseParent:
		t.Fatalf("%s: not in Jira", e)
	}
	return out
}

// touch is the ticket that an effect changes.
func (a *app) touch(t *rapid.T, e incident.Effect, key incident.Key) *jiraTicket {
	f := a.jira.find(key)
	if f == nil || f.deleted || f.project == "UMB" {
		t.Fatalf("%s: it is not there, or not to be touched\n%s", e, a)
	}
	return f
}

func (a *app) openTicket(t *rapid.T, e incident.OpenTicket) incident.Outcome {
	n := int(a.id())
	made := &jiraTicket{created: a.now, project: e.Kind.Project}
	made.issue = incident.Issue{Key: incident.Key{Repo: e.Kind.Site, Number: n}, Title: e.Title, State: incident.Open}
	made.entry = incident.Entry{Key: e.Item, Source: e.Source, Words: e.Words, Wrote: e.Wrote, Lacks: e.Lacks}
	for _, f := range slices.Concat(a.tickets, a.jira.all()) {
		if f.entry.Key == e.Item && !f.deleted && f.issue.State == incident.Open && f.issue.Key.Repo.Jira() {
			t.Fatalf("%s: twice\n%s", e, a)
		}
	}
	a.jira.tickets = append(a.jira.tickets, made)
	return incident.Outcome{Ticket: made.issue.Key}
}

// tellsNoSecret holds what everybody can read to saying nothing that only Jira
// tells.
func (a *app) tellsNoSecret(t *rapid.T, text string) {
	if !a.repository.Private && strings.Contains(text, onlyInJira) {
		t.Fatalf("everybody reads of %s:\n%s", onlyInJira, text)
	}
}

// TestSameEndInJira is the same property where follow-ups are tickets: in a site
// that is down or refuses, whose search lags, and in which people work. Never two
// tickets for an item, none lost, and nothing that only Jira tells on a public
// parent.
func TestSameEndInJira(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := newApp()
		a.policy.Place = rapid.SampledFrom([]string{"jira", "SRE", ""}).Draw(t, "place")
		a.policy.Fallback = rapid.SampledFrom([]time.Duration{0, 2 * time.Minute}).Draw(t, "fallback")
		a.repository.Private = rapid.Bool().Draw(t, "private")
		a.body[1].text = titles[4]
		a.written = map[string]int{}
		for _, l := range slices.Concat(a.body, a.remarks[0].lines) {
			people{a, t}.wrote(l.text)
		}
		t.Repeat(inAndAroundJira().actions(a))
		a.toTheEnd(t)
	})
}

func inAndAroundJira() deeds {
	return deeds{
		"write a line": people.writeLine, "tick": people.tick, "delete a line": people.deleteLine, "move a line": people.moveLine,
		"label": people.label, "another label": people.other, "close or reopen the parent": people.closeOrReopenParent,
		"close or reopen a follow-up": people.closeOrReopen, "lose the record": people.loseRecord,
		"turn Jira off or on": people.turnJira, "work in Jira": people.workInJira, "work on in Jira": people.workInJira,
		"move a ticket": people.moveTicket, "let time pass": func(p people) { p.now = p.now.Add(2 * time.Minute) },
		"look": people.lookWithLuck, "look again": people.lookWithLuck, "look once more": people.lookWithLuck,
		"look and look": people.lookWithLuck, "look on": people.lookWithLuck,
	}
}

func (p people) turnJira() {
	switch rapid.IntRange(0, 5).Draw(p.t, "what of Jira") {
	case 0:
		p.jira.refuses = !p.jira.refuses
	case 1:
		p.jira.wants = !p.jira.wants
	case 2, 3:
		p.jira.dies = true
		p.writeLine()
		p.look(p.t, noLuckNeeded)
		p.jira.down = p.coin("stays down")
	default:
		p.jira.down = !p.jira.down
	}
}

// workInJira changes a ticket as people do there.
func (p people) workInJira() {
	t := p.jira.tickets[p.pick(len(p.jira.tickets), "ticket")]
	switch rapid.IntRange(0, 4).Draw(p.t, "what is done with it") {
	case 0:
		t.assignee = onlyInJira + "'s Jo"
	case 1:
		t.status = "Parked for " + onlyInJira
	case 2:
		t.deleted = true
	default:
		if t.issue.State != incident.Open {
			t.issue.State, t.reopened = incident.Open, true
			return
		}
		t.issue.State = rapid.SampledFrom([]incident.State{incident.Done, incident.Dropped}).Draw(p.t, "state")
	}
}

// moveTicket moves one to another project: out of reach only if it is known, since
// what was opened and nobody knows must be found again.
func (p people) moveTicket() {
	t := p.jira.tickets[p.pick(len(p.jira.tickets), "ticket")]
	t.project = "SRE"
	if known := p.stored.Ledger.Entry(t.entry.Key); known != nil && known.Issue.In(parentKey.Repo) == t.issue.Key && p.coin("out of reach") {
		t.project = "UMB"
	}
}
