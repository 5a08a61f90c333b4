package incident

import (
	"slices"
	"time"
)

// tally counts the follow-ups by their state.
func (d *decision) tally() (open, done, dropped int) {
	for _, line := range d.checklist() {
		switch line.State {
		case Open:
			open++
		case Done:
			done++
		case Dropped:
			dropped++
		case Gone:
		}
	}
	return open, done, dropped
}

// complete is whether everything that was promised has been done. While it is
// not known whether somebody may add to it, what was said stays.
func (d *decision) complete() bool {
	if d.facts.Resolved.IsZero() || d.waiting > 0 {
		return false
	}
	switch d.pageState() {
	case PageComing:
		return false
	case PageExists:
		if !d.policy.reviewed(d.Parent.Labels) && d.ledger().Told.Skip == "" {
			return false
		}
	case PageBelow, PageNoWiki, PagePrivate, PageBarred, PageSkipped:
	}
	if open, _, _ := d.tally(); open > 0 || d.ordered() {
		return false
	}
	said := d.ledger().Closing.Complete || d.ledger().Closing.Labelled
	return said || !d.undecided && !d.unproven()
}

// unproven is whether there is a follow-up of which only the tracker says so.
func (d *decision) unproven() bool {
	return slices.ContainsFunc(d.ledger().Items, func(e Entry) bool {
		f, seen := d.followUp(e.Issue)
		return seen && f.unproven(e)
	})
}

// unproven is whether only the tracker says of an entry's issue that it is a
// follow-up. It may be one that is open: what people edited, and a lost database,
// must not make that complete.
func (f FollowUp) unproven(e Entry) bool { return e.Opened() && f.Unproven && !e.Gone }

// noteGone remembers, with the tracker, what is known to be gone.
func (d *decision) noteGone() {
	for i, e := range d.ledger().Items {
		if f, seen := d.followUp(e.Issue); seen && e.Opened() && !f.Unproven {
			d.ledger().Items[i].Gone = f.State == Gone
		}
	}
}

// ordered is whether a follow-up is still to be closed or opened again because
// a person ordered it: that may fail, and is not done until it is.
func (d *decision) ordered() bool {
	return slices.ContainsFunc(d.ledger().Items, func(e Entry) bool { return e.Want != "" })
}

// closing says so when all is done, and takes it back when it is not any
// more. There is one comment for it, edited when the state flaps.
func (d *decision) closing() {
	complete, c := d.complete(), &d.ledger().Closing
	d.sayClosing(complete)
	for _, second := range d.Closings[min(1, len(d.Closings)):] {
		d.plan(DeleteComment{ID: second.ID, For: ClosingPart})
	}
	on := HasLabel(d.Parent.Labels, d.policy.CompleteLabel)
	c.Labelled = c.Labelled || on && (complete || d.next.Labelling)
	if !d.Busy[ClosingPart] {
		d.next.Labelling = false // it is on now, or was not put on
	}
	switch {
	case complete && !on && !c.Labelled:
		d.plan(LabelParent{Label: Label{d.policy.CompleteLabel, completeColour}, On: true, For: ClosingPart})
	case complete && d.Parent.State == Open && !c.Shut && !d.Parent.PullRequest:
		d.plan(CloseParent{})
	case !complete && c.Labelled:
		d.plan(LabelParent{Label: Label{d.policy.CompleteLabel, completeColour}, For: ClosingPart})
	}
}

// sayClosing writes the comment, or edits the one that is there. One that was
// written and is not there any more was deleted by people: that is silence.
func (d *decision) sayClosing(complete bool) {
	c := &d.ledger().Closing
	promised := d.pageState() == PageExists || len(d.ledger().Items) > 0
	switch {
	case complete == c.Complete || !promised && len(d.Closings) == 0:
	case len(d.Closings) == 0 && c.CommentID != 0:
		c.Complete = complete
	default:
		d.plan(d.writeClosing(complete))
	}
}

func (d *decision) writeClosing(complete bool) WriteClosing {
	open, done, dropped := d.tally()
	v := ClosingView{Facts: d.facts, Complete: complete, OpenLeft: open, Done: done, Dropped: dropped}
	if page := d.ledger().Page; page.Made() {
		v.HasPage, v.ToPage = true, page.At.Sub(d.ledger().Accepted.At)
	}
	v.Late, v.LateBy = d.late()
	w := WriteClosing{Complete: complete, Body: d.texts.Closing(v)}
	if len(d.Closings) > 0 {
		w.ID = d.Closings[0].ID
	}
	return w
}

// late is how many follow-ups were done after their day, and by how many days
// the latest.
func (d *decision) late() (many, days int) {
	for _, e := range d.ledger().Items {
		f, seen := d.followUp(e.Issue)
		due, ok := dayOf(e, f).in(time.UTC)
		if !seen || !ok || f.State != Done {
			continue
		}
		over := int(civil(f.Closed.In(d.policy.Zone)).Sub(due).Hours() / 24)
		if over > 0 {
			many, days = many+1, max(days, over)
		}
	}
	return many, days
}
