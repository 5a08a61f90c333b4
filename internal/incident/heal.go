package incident

import (
	"fmt"
	"slices"
)

// adoptFollowUp makes a follow-up its item's, if the item has none, or if it
// is the better of two: the lowest number, but not one that was deleted while
// the other is there. One that was transferred is followed.
func (d *decision) adoptFollowUp(f FollowUp) {
	l := d.ledger()
	ref := RefTo(f.Issue, d.Parent.Key.Repo)
	e := l.Entry(f.Item)
	switch {
	case f.Adopted || f.Moved != (Key{}):
		if e != nil && e.Issue == ref && f.Moved != (Key{}) {
			e.Issue = RefTo(f.Moved, d.Parent.Key.Repo)
		}
	case e == nil && len(l.Items) >= entriesKept: // people can edit markers
	case e == nil:
		l.Items = append(l.Items, Entry{
			Key: f.Item, Source: f.Source, Words: f.Words, Issue: ref, Wrote: f.Wrote, Lacks: f.Lacks,
		})
	case e.Adopted || e.Issue == ref:
	case !e.Opened(),
		ref.Repo == e.Issue.Repo && ref.Number < e.Issue.Number && f.State != Gone,
		d.gone(e.Issue) && (f.State == Open || f.State == Done):
		e.Issue, e.Attached, e.Paged, e.Wrote, e.Lacks = ref, false, false, f.Wrote, f.Lacks
	}
}

func (d *decision) gone(issue Ref) bool {
	f, seen := d.followUp(issue)
	return seen && f.State == Gone
}

// twinsClosed is how many follow-ups are closed for one item, of those that were
// opened beside the one that stays. There are no more of our doing: people may have
// copied a marker.
const twinsClosed = 2

// heal closes the second of two follow-ups for one item. It is done once: one
// that people reopen is theirs.
func (d *decision) heal(entries map[ItemKey]*Entry) {
	seconds := slices.SortedFunc(slices.Values(d.FollowUps), func(a, b FollowUp) int { return a.Issue.Compare(b.Issue) })
	closed := map[ItemKey]int{}
	for _, f := range seconds {
		e := entries[f.Item]
		if e == nil || !d.second(f, *e) {
			continue
		}
		if f.State == Done || f.State == Dropped {
			d.ledger().healed(f.Issue)
		}
		if d.ledger().hasHealed(f.Issue) {
			closed[f.Item]++
			continue
		}
		if closed[f.Item]++; f.State == Open && closed[f.Item] <= twinsClosed {
			d.plan(d.duplicate(f.Issue, e.Issue.In(d.Parent.Key.Repo)))
		} else if f.State == Open {
			d.twinsLeft++
		}
	}
}

// duplicate closes the second of two. A ticket must not name a first that fewer people
// can read than the incident.
func (d *decision) duplicate(second, first Key) CloseDuplicate {
	c := CloseDuplicate{
		Issue: second, Of: first, Name: d.nameOf(second), OfName: d.nameOf(first), OfURL: d.tracked[first].URL,
	}
	if d.tracked[first].Secret && second.Repo.Jira() && first.Repo != second.Repo {
		c.OfName, c.OfURL = "another follow-up of "+d.facts.Key.String(), d.facts.URL
	}
	return c
}

// twinsNotice says what is not closed by itself.
func (d *decision) twinsNotice() []string {
	if d.twinsLeft == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d more issues or tickets say of themselves that they are follow-ups of this incident, for lines that have others. "+
		"Hindsight has not opened so many, and leaves them as they are: close those that nobody needs.", d.twinsLeft)}
}

// second is whether a follow-up is the second for an entry that has one. In one
// place it is the one with the higher number. Of a ticket and an issue it is the
// one that turned up later, as after Jira was down for so long that an issue was
// opened instead: then the first has to be there still. What is another item's, by
// the ledger, is nobody's second.
func (d *decision) second(f FollowUp, e Entry) bool {
	first, seen := d.followUp(e.Issue)
	parent := d.Parent.Key.Repo
	switch {
	case e.Adopted || f.Adopted || f.Issue == e.Issue.In(parent), d.ledger().at(f.Issue, parent) != nil:
		return false
	case f.Issue.Repo.Jira() && !d.writes(f):
		return false
	case f.Issue.Repo == e.Issue.In(parent).Repo:
		return f.Issue.Number > e.Issue.Number
	}
	return (f.Issue.Repo.Jira() || e.Issue.Repo.Jira()) && seen && first.State != Gone
}
