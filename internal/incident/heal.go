package incident

import "slices"

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

// heal closes the second of two follow-ups for one item. It is done once: one
// that people reopen is theirs.
func (d *decision) heal(second FollowUp, e Entry) {
	l, first := d.ledger(), e.Issue.In(d.Parent.Key.Repo)
	if !d.second(second, e) {
		return
	}
	switch second.State {
	case Open:
		if !slices.Contains(l.Healed, second.Issue.Number) {
			d.plan(CloseDuplicate{
				Issue: second.Issue, Of: first, Name: d.nameOf(second.Issue), OfName: d.nameOf(first), OfURL: d.tracked[first].URL,
			})
		}
	case Done, Dropped:
		l.Healed = union(l.Healed, []int{second.Issue.Number})
	case Gone:
	}
}

// second is whether a follow-up is the second for an entry that has one. In one
// place it is the one with the higher number. Of a ticket and an issue it is the
// one that turned up later, as after Jira was down for so long that an issue was
// opened instead: then the first has to be there still.
func (d *decision) second(f FollowUp, e Entry) bool {
	first, seen := d.followUp(e.Issue)
	switch {
	case e.Adopted || f.Adopted:
		return false
	case f.Issue.Repo == e.Issue.In(d.Parent.Key.Repo).Repo:
		return f.Issue.Number > e.Issue.Number
	case f.Issue.Repo.Jira() && !d.lets(f):
		return false
	}
	return (f.Issue.Repo.Jira() || e.Issue.Repo.Jira()) && seen && first.State != Gone
}
