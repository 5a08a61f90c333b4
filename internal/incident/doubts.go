package incident

import (
	"fmt"
	"slices"
)

// doubtsShown is how many doubts the tracker shows.
const doubtsShown = 10

// doubts are what was not understood behind people's items, and what can't be
// done as they say: only of those who may command, or strangers could have
// their words repeated. Lines of the tracker are gone when it is written: what
// there is to say of them is remembered.
func (d *decision) doubts() []Doubt {
	var doubts []Doubt
	for _, t := range d.next.TakenOff {
		doubts = append(doubts, Doubt{Text: t.Text})
	}
	entries := d.ledger().byKey()
	for _, c := range d.found {
		if c.Item.Source == FromPolicy || c.Item.Source == FromTracker || !c.Known && d.verdict(c.line, c.Item) != Allowed {
			continue
		}
		for _, text := range d.doubtsOf(c, entries[c.Entry.Key]) {
			doubts = append(doubts, Doubt{Text: text, URL: c.Item.URL})
		}
	}
	if more := len(doubts) - doubtsShown; more > 0 {
		doubts = append(doubts[:doubtsShown], Doubt{Text: fmt.Sprintf("There are %d more such lines.", more)})
	}
	return doubts
}

// doubtsOf are about one line, and its entry, if there is one. What was said of
// its day when it was taken in is not said again whenever the comment is
// edited, later and later.
func (d *decision) doubtsOf(c candidate, e *Entry) []string {
	if c.Known && len(c.Wish.Problems) > 0 {
		c.Item.Written = d.Parent.CreatedAt
		c.Wish.Problems = d.wish(c.Item).Problems
	}
	texts := slices.Clone(c.Wish.Problems)
	opened := e != nil && e.Opened()
	if !opened && (!c.Item.Ticked || c.Refers) {
		if _, possible, why := d.placed(c); possible == Denied || why != "" && !c.Default {
			texts = append(texts, quoted(c.Item.Text)+" "+why)
		}
	}
	home := c.home()
	if opened {
		home = e.Issue.Repo
	}
	if a := (Assignment{home, d.ownerOf(c)}); !c.Refers && d.Assignable[a] == Denied {
		texts = append(texts, goesToNobody(c.Wish.Title, a))
	}
	return texts
}

// goesToNobody says that somebody can't be assigned.
func goesToNobody(title string, a Assignment) string {
	if a.Repo.Jira() {
		return fmt.Sprintf("%s goes to nobody: the list of people at %s has no Jira account for %s. "+
			"Name somebody who is on it, or ask whoever runs Hindsight to add them.", quoted(title), a.Repo.Address(), quoted(a.Login))
	}
	return fmt.Sprintf("%s goes to nobody: %s can't be assigned to issues there. Name somebody who can, or give them access.",
		quoted(title), quoted(a.Login))
}

// ownerOf is who is to do what a line says: who is named, else whom the team
// has for it.
func (d *decision) ownerOf(c candidate) string {
	if c.Wish.Owner != "" {
		return c.Wish.Owner
	}
	return d.policy.Owner
}
