package incident

import (
	"fmt"
	"slices"
	"strings"
)

// Ask is a question to GitHub: may this person command Hindsight?
type Ask struct {
	Line  ItemKey // what the answer is for; it is asked once
	Repo  Repo    // where; empty for the parent's repository
	Login string
	// Write asks for permission to write, not just to triage.
	Write bool
	// Source is set where the line may be another person's than its text: who
	// may write in the parent's repository can edit what others wrote. Then
	// everybody who has edited the text must be allowed as well.
	Source Source
}

// Assignment is somebody who is to be assigned to an issue or ticket.
type Assignment struct {
	Repo  Repo // empty for the parent's repository; a ticket's site
	Login string
}

// Questions are what the rules have to know before they can decide about what
// people wrote. What the world answers already, or the ledger remembers, is not
// asked for again; nor is anything on behalf of people who may not command.
type Questions struct {
	May        []Ask
	Places     []Repo
	Assignable []Assignment
	// Issues are those that allowed items refer to and of which nothing is
	// known yet; they are answered in [World.FollowUps].
	Issues []Key
	// Offers are asked for before a ticket is opened, and Tickets of what allowed
	// items and orders name in Jira and nothing is known of: what was asked for in
	// vain comes last, the least recently asked first. When that may be asked again
	// is for who asks, who has a clock: [Record.AsksAgain].
	Offers  []TicketKind
	Tickets []TicketRef
}

// Empty is whether there is nothing to ask.
func (q Questions) Empty() bool {
	return len(q.May)+len(q.Places)+len(q.Assignable)+len(q.Issues)+len(q.Offers)+len(q.Tickets) == 0
}

// Asks is the question that decides whether the incident is one: may whoever
// labelled it start incidents? None when that is known, or has been answered.
// Apps are not asked for: they count when the configuration names them.
func Asks(policy Policy, w World) []Ask {
	line, who := w.labelling()
	if w.Repository.Archived || !w.Record.Ledger.Accepted.At.IsZero() || !HasLabel(w.Parent.Labels, policy.Label) ||
		who.Bot || who.Login == "" || slices.Contains(w.Record.Ledger.Refused, line) {
		return nil
	}
	return []Ask{{Line: line, Login: who.Login}}
}

// Accepts is whether the label was put on by somebody who may.
func Accepts(policy Policy, w World) bool {
	line, who := w.labelling()
	return !w.Repository.Archived && HasLabel(w.Parent.Labels, policy.Label) &&
		(policy.trusts(who) || w.Verdicts[line] == Allowed)
}

// QuestionsOf are those about what people wrote. One that would not be used,
// and so not be remembered, is not asked: while the label is off. Answers lead
// to further questions: where a follow-up is to go, nobody is asked who may not
// command.
func QuestionsOf(policy Policy, w World) Questions {
	if w.Repository.Archived || !HasLabel(w.Parent.Labels, policy.Label) {
		return Questions{}
	}
	d := newDecision(policy, w)
	d.next.Problems = nil // what is in trouble is left out by who asks, and has a clock
	d.Record.Vain = nil   // and so is what was asked for in vain
	d.adopt()
	d.recognise()
	q := questioning{d: &d, asked: set(d.ledger().Refused)}
	for _, c := range d.found {
		q.about(c)
	}
	for _, c := range w.confirmations() {
		q.may(confirmation(c), "", c.Author)
	}
	for _, t := range d.Ticks {
		if e := d.ledger().at(t.Issue, w.Parent.Key.Repo); e != nil {
			q.may(t.line(), e.reach(), t.By)
		}
	}
	for _, ask := range w.asksOfCommands() {
		q.ask(ask, Actor{Login: ask.Login})
	}
	q.ticketsOrdered()
	q.accepted()
	slices.SortStableFunc(q.Tickets, func(a, b TicketRef) int {
		return w.Record.AskedInVain(a, Key{}).Compare(w.Record.AskedInVain(b, Key{}))
	})
	return q.Questions
}

// questioning puts questions together.
type questioning struct {
	Questions
	d     *decision
	asked map[ItemKey]bool // and those that need no answer
}

// may asks for a permission.
func (q *questioning) may(line ItemKey, in Repo, who Actor) {
	if in == q.d.Parent.Key.Repo {
		in = ""
	}
	q.ask(Ask{Line: line, Repo: in, Login: who.Login}, who)
}

// there asks for a permission in another repository. Of a line in the tracker
// it is known who wrote the very line.
func (q *questioning) there(c candidate, repo Repo) {
	ask := Ask{Line: c.there(repo), Repo: repo, Login: c.Item.Author.Login, Source: c.Item.Source}
	if ask.Source == FromTracker {
		ask.Source = ""
	}
	q.ask(ask, c.Item.Author)
}

// ask asks a question once for each line.
func (q *questioning) ask(ask Ask, who Actor) {
	if q.asked[ask.Line] || who.Bot || who.Login == "" || q.d.Verdicts[ask.Line] != Unknown {
		return
	}
	q.asked[ask.Line] = true
	q.May = append(q.May, ask)
}

// about asks what is to be known of a line: first who may, then whether it can
// go where it is to, then to whom.
func (q *questioning) about(c candidate) {
	e := q.d.ledger().Entry(c.Entry.Key)
	switch {
	case c.Known && e != nil && e.Opened():
		if c.says(*e) {
			q.there(c, e.reach())
		}
		q.owner(c, e)
		return
	case c.Known:
	case q.d.verdict(c.line, c.Item) == Unknown && (!c.Item.Ticked || c.Refers || c.moves):
		q.may(c.line, "", c.Item.Author)
		return
	case c.reach != "" && q.d.judged(c.there(c.reach)) == Unknown:
		q.there(c, c.reach)
	case q.d.verdict(c.line, c.Item) != Allowed, c.Item.Ticked && !c.Refers:
		return
	}
	q.place(c)
}

// place asks what is to be known of the place where a line's follow-up goes, or of
// what it refers to, and then of whom it goes to there.
func (q *questioning) place(c candidate) {
	placed, verdict, _ := q.d.placed(c)
	switch {
	case verdict == Allowed && !c.Refers:
		q.owner(placed, nil)
		q.offer(placed)
		return
	case verdict != Unknown:
		return
	}
	if repo := c.elsewhere(q.d.Parent.Key.Repo); repo != "" {
		q.there(c, repo)
		if q.d.judged(c.there(repo)) != Allowed {
			return
		}
	}
	if _, known := q.d.Places[c.In]; !known && c.In != "" {
		q.Places = union(q.Places, []Repo{c.In})
	}
	if c.Refers {
		q.named(c)
	}
}

// named asks for what a line refers to.
func (q *questioning) named(c candidate) {
	if c.Pointer.ticket.Name != "" {
		q.ticket(c.Pointer.ticket)
		return
	}
	q.Issues = union(q.Issues, []Key{c.Pointer.issue})
}

// offer asks what a project takes of the ticket that is to be opened.
func (q *questioning) offer(c candidate) {
	if _, known := q.d.Offers[c.kind()]; c.Jira && !known && !c.Item.Ticked && !q.d.rests(c.Project.Site) && !q.d.sought(c.Project.Site) {
		q.Offers = union(q.Offers, []TicketKind{c.kind()})
	}
}

// accepted asks for the issues that proposed lines refer to, once somebody
// accepts them: not on behalf of strangers.
func (q *questioning) accepted() {
	if len(q.d.Record.Proposed) == 0 || !q.d.accepting() {
		return
	}
	for _, c := range q.d.found {
		if possible, _ := q.d.possible(c); possible == Unknown && c.Refers && slices.Contains(q.d.Record.Proposed, c.line) {
			q.named(c)
		}
	}
}

// owner asks whether a line's owner can be assigned: before the follow-up is
// opened, when the owner is another one, and while nobody is assigned, so that
// the tracker can say why.
func (q *questioning) owner(c candidate, e *Entry) {
	a := Assignment{c.home(), q.d.ownerOf(c)}
	if e != nil {
		f, _ := q.d.followUp(e.Issue)
		a.Repo = e.Issue.Repo
		if e.Adopted || f.State != Open || (f.Owner != "" || a.Repo.Jira()) && strings.EqualFold(e.Wrote.Owner, a.Login) {
			return
		}
	}
	if a.Login == "" || c.Refers || q.d.Assignable[a] != Unknown || a.Repo.Jira() && q.d.rests(a.Repo) {
		return
	}
	q.Assignable = union(q.Assignable, []Assignment{a})
}

// labelling is who answers for the label, and the line by which the verdict
// is remembered. Where GitHub doesn't tell who labelled, the author counts.
func (w World) labelling() (ItemKey, Actor) {
	if w.Labelling.At.IsZero() {
		return ItemKey("label:author"), w.Parent.Author
	}
	return ItemKey(fmt.Sprintf("label:%d:%s", w.Labelling.At.Unix(), w.Labelling.By.Login)), w.Labelling.By
}

// confirmations are the "/followup all" commands that were not used yet.
func (w World) confirmations() []Command {
	return slices.DeleteFunc(slices.Clone(w.Commands), func(c Command) bool {
		return c.Name != "followup" || !strings.EqualFold(c.Rest, "all") || c.Comment <= w.Record.Ledger.All ||
			c.Written.Before(w.Record.Ledger.Since)
	})
}

func confirmation(c Command) ItemKey { return ItemKey(fmt.Sprintf("all:%d", c.Comment)) }

// severity is the worst that a label names, else the team's default.
func (w World) severity(policy Policy) Severity {
	if s, ok := policy.worst(w.Parent.Labels); ok {
		return s
	}
	return policy.DefaultSeverity
}
