package incident

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// followUps plans an issue for each entry that has none, brings up to date what
// changed, does what people ordered, attaches what GitHub can show under the
// parent, and heals what was opened twice. What was promised comes before what
// is merely convenient: a host that refuses to attach one must not keep the
// others from being opened.
func (d *decision) followUps() {
	lines, entries := map[ItemKey]candidate{}, d.ledger().byKey()
	var opening []OpenFollowUp
	for _, c := range d.lines {
		lines[c.Entry.Key] = c
		switch e := entries[c.Entry.Key]; {
		case e == nil || e.Opened() || c.Item.Ticked:
		case c.Jira:
			d.openTicket(c, *e)
		default:
			opening = append(opening, d.open(c, *e))
		}
	}
	for _, open := range opening {
		d.plan(open)
	}
	for i := range d.ledger().Items {
		e := &d.ledger().Items[i]
		if f, seen := d.followUp(e.Issue); seen && e.Opened() {
			d.order(e, f)
			d.update(e, f, lines[e.Key])
			d.askWhy(*e, f)
			d.linkTicket(*e, f)
		}
	}
	d.attach(opening)
	d.heal(entries)
	d.forgetStuck()
}

// nameOf is how people name an issue or ticket beside the parent.
func (d *decision) nameOf(issue Key) string {
	if issue.Repo.Jira() {
		return cmp.Or(d.tracked[issue].Name, "a ticket at "+issue.Repo.Address())
	}
	if issue.Repo == d.Parent.Key.Repo {
		return fmt.Sprintf("#%d", issue.Number)
	}
	return issue.String()
}

// subIssuesMost is how many sub-issues GitHub lets an issue have. To be refused
// counts as much against its limits as to be let.
const subIssuesMost = 100

// attach plans a sub-issue for what has none yet, as long as there is room.
// GitHub gives them to issues only.
func (d *decision) attach(opening []OpenFollowUp) {
	if d.Parent.PullRequest {
		return
	}
	var effects []AttachFollowUp
	for _, open := range opening {
		effects = append(effects, AttachFollowUp{Item: open.Item, Title: open.Title})
	}
	for _, e := range d.ledger().Items {
		f, seen := d.followUp(e.Issue)
		if seen && e.Opened() && !e.Attached && !e.Adopted && f.State != Gone && !e.Issue.Repo.Jira() {
			effects = append(effects, AttachFollowUp{Item: e.Key, Title: d.nameOf(f.Issue)})
		}
	}
	for _, e := range effects[:min(len(effects), d.room())] {
		d.plan(e)
	}
}

// room is how many more sub-issues the parent can have. What hangs there was
// read when the look began: what was attached since is known by the ledger.
func (d *decision) room() int {
	there := map[Key]bool{}
	for _, f := range d.SubIssues {
		there[f.Issue] = true
	}
	for _, e := range d.ledger().Items {
		if e.Attached && !e.Issue.Repo.Jira() {
			there[e.Issue.In(d.Parent.Key.Repo)] = true
		}
	}
	return max(0, subIssuesMost-len(there))
}

// open is the issue for a line.
func (d *decision) open(c candidate, e Entry) OpenFollowUp {
	title, body := d.compose(c, e, c.In)
	wrote := d.wanted(e, c.In).titled(title)
	return OpenFollowUp{
		Item: e.Key, Source: e.Source, Words: e.Words, In: c.In,
		Title: title, Body: body, Owner: d.assignable(c.In, e.Owner), Wrote: wrote,
		Labels: slices.DeleteFunc(d.policy.followUpLabels(wrote, d.Parent.Key.Number), func(l Label) bool { return l.Name == "" }),
	}
}

// compose is what a line's follow-up says in a repository, or at a Jira site.
func (d *decision) compose(c candidate, e Entry, in Repo) (title, body string) {
	if in.Jira() {
		return d.texts.Ticket(d.followUpView(c, e, in))
	}
	return d.texts.FollowUp(d.followUpView(c, e, in))
}

func (d *decision) followUpView(c candidate, e Entry, in Repo) FollowUpView {
	url := c.Item.URL
	if url == "" {
		url = d.Parent.URL
	}
	return FollowUpView{
		Facts: d.facts, Item: e.Key, Source: e.Source, Words: e.Words, Text: c.Wish.Title,
		Line: url, Author: c.Item.Author.Login,
		Owner: e.Owner, Due: e.Due, Priority: e.Priority, Type: e.Type,
		Wrote: d.wanted(e, in), Bare: in != "" || d.facts.Security,
	}
}

// wanted is what is to be written on an entry's issue. An owner to whom it can't
// be assigned is not: else whoever is named instead would seem to come after
// somebody whom people have unassigned.
func (d *decision) wanted(e Entry, in Repo) Written {
	w := Written{
		Title: e.Words, Owner: e.Owner, Due: e.Due, Priority: e.Priority, Type: e.Type,
		Severity: d.facts.Severity, Date: Day(d.facts.Date.Format(dayForm)),
	}
	if e.Owner != "" && d.assignable(in, e.Owner) == "" {
		w.Owner = e.Wrote.Owner
	}
	return w
}

// titled is with what was made of the words.
func (w Written) titled(title string) Written {
	if w.As = titleDigest(title); w.As == w.Title {
		w.As = ""
	}
	return w
}

// dayForm is how a [Day] is written.
const dayForm = "20060102"

// assignable is the login if issues there can be assigned to it, else "".
func (d *decision) assignable(in Repo, login string) string {
	if d.Assignable[Assignment{in, login}] != Allowed {
		return ""
	}
	return login
}

// update writes anew what Hindsight wrote on an open issue, when something
// else is wanted by now. Of an issue that was opened before that was
// remembered, what is there counts as wanted; so do severity and date of which
// the marker in another repository says nothing.
func (d *decision) update(e *Entry, f FollowUp, line candidate) {
	if e.Adopted || f.Issue.Repo.Jira() && !d.writes(f) {
		return
	}
	renamed := d.renamed(f)
	if f.State != Open {
		if renamed && f.State != Gone {
			d.plan(d.change(*e, f, e.Wrote, f.Title))
		}
		return
	}
	is := d.wanted(*e, e.Issue.Repo).Without(e.Lacks, e.Wrote)
	is.As = e.Wrote.As
	if e.Wrote == (Written{}) {
		e.Wrote = is
	}
	if e.Wrote.Severity == 0 {
		e.Wrote.Severity, e.Wrote.Date = is.Severity, is.Date
	}
	if line.Entry.Key == "" { // no line says the title, or who wrote it
		severity, date := is.Severity, is.Date
		is = e.Wrote
		is.Severity, is.Date = severity, date
	}
	if is == e.Wrote && !renamed {
		return
	}
	title, body := f.Title, ""
	if line.Entry.Key != "" {
		title, body = d.compose(line, *e, e.Issue.Repo)
	}
	if is.Title != e.Wrote.Title {
		is = is.titled(title)
	}
	change := d.change(*e, f, is, title)
	change.Body = body
	d.plan(change)
}

// change is what writes something else on an entry's issue or ticket.
func (d *decision) change(e Entry, f FollowUp, is Written, title string) UpdateFollowUp {
	number := d.Parent.Key.Number
	change := UpdateFollowUp{
		Item: e.Key, Issue: f.Issue, Name: d.nameOf(f.Issue), Was: e.Wrote, Is: is, Title: title,
		Assign: d.assignable(e.Issue.Repo, is.Owner),
		Before: d.policy.followUpLabels(e.Wrote, number), After: d.policy.followUpLabels(is, number),
	}
	if d.renamed(f) {
		change.Of = d.facts.ID
	}
	if f.Issue.Repo.Jira() {
		change = change.ofTicket(e, f)
	}
	return change
}

// order closes or reopens what a person ordered. A pull request is merged by
// people, and what is gone can't be changed.
func (d *decision) order(e *Entry, f FollowUp) {
	closed := f.State == Done || f.State == Dropped
	if f.Pull {
		d.orderPull(*e, f)
	}
	d.orderTicket(e, f)
	if f.Pull || f.State == Gone || e.Want == Done && closed || e.Want == Open && f.State == Open {
		e.Want = ""
	}
	if e.Want != "" {
		d.plan(SetFollowUp{Item: e.Key, Issue: f.Issue, Name: d.nameOf(f.Issue), State: e.Want})
	}
}

// grace is how long people get for what they do in two steps: to say why they
// dropped something, or to paste what they cut.
const grace = time.Minute

// askWhy asks once why a follow-up was dropped. Whether somebody said so is
// looked up when it is asked.
func (d *decision) askWhy(e Entry, f FollowUp) {
	if f.State != Dropped || e.Adopted || e.Asked || f.Pull || f.Closed.IsZero() || f.Issue.Repo.Jira() && !d.writes(f) {
		return
	}
	if at := f.Closed.Add(grace); d.now.Before(at) {
		d.atLatest(at)
		return
	}
	d.plan(AskWhy{Item: e.Key, Issue: f.Issue, Name: d.nameOf(f.Issue), Body: d.texts.Why(WhyView{d.facts})})
}

// titleDigest is the digest of a title's words, as in [Written].
func titleDigest(title string) string { return wordsDigest(title) }
