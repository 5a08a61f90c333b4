package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// accept brings the ledger up to what people wrote: what stands elsewhere or
// says something else by now, new items, each with its verdict, and boxes that
// people have ticked.
func (d *decision) accept() {
	d.follow()
	d.forgetDetached()
	d.takeIn()
	d.dropUnopened()
	d.ticks()
}

// takeIn takes new items into the ledger: a large number of them only when
// somebody confirmed it. Standard ones nobody has to confirm, nor what opens
// nothing; nor lines of the tracker, where they could not wait: it is written
// anew, and only people with write permission can add any.
func (d *decision) takeIn() {
	l := d.ledger()
	twins := map[ItemKey]time.Time{}
	var fresh []candidate
	for _, c := range d.found {
		if c.Known || d.proposes(c) || !d.counts(&c, twins) {
			continue
		}
		switch {
		case c.Refers && l.at(c.Pointer.issue, d.Parent.Key.Repo) != nil: // by another line
		case c.Refers, c.Item.Source == FromPolicy, c.Item.Source == FromTracker:
			l.Items = append(l.Items, d.entry(c))
			d.lines = append(d.lines, c)
		default:
			fresh = append(fresh, c)
		}
	}
	d.next.Twins = twins
	if confirmed := d.confirm(); len(fresh) > d.policy.MaxNew && !confirmed {
		d.waiting = len(fresh)
		return
	}
	for _, c := range fresh {
		l.Items = append(l.Items, d.entry(c))
		d.lines = append(d.lines, c)
	}
}

// counts is whether a new line is to be followed up now.
func (d *decision) counts(c *candidate, twins map[ItemKey]time.Time) bool {
	if c.Item.Ticked && !c.Refers && !c.moves {
		return false
	}
	switch d.verdict(c.line, c.Item) {
	case Denied:
		d.refuse(c.line)
		return false
	case Unknown:
		d.waits(*c)
		return false
	case Allowed:
	}
	if !d.reached(*c) || c.Item.Ticked && !c.Refers {
		return false
	}
	if c.unread || c.twin && !d.settled(*c, twins) {
		d.holds(*c)
		return false
	}
	return d.goes(c)
}

// reached is whether it is known if a line is an entry's whose issue is in
// another repository. Who has no say there has written a new one.
func (d *decision) reached(c candidate) bool {
	if c.reach == "" || c.Item.Author.Bot || c.Item.Author.Login == "" {
		return true
	}
	switch d.judged(c.there(c.reach)) {
	case Denied:
		d.refuse(c.there(c.reach))
	case Unknown:
		d.waits(c)
		return false
	case Allowed:
	}
	return true
}

// goes is whether an item's follow-up can be opened, or what it refers to be
// adopted: as it is [decision.placed].
func (d *decision) goes(c *candidate) bool {
	placed, verdict, why := d.placed(*c)
	switch verdict {
	case Allowed:
		if c.Default && c.In != "" && why != "" {
			d.refuseThere(*c)
			d.say(c.line, fmt.Sprintf("%s %s It is followed up here, though the configuration names %s.", quoted(c.Item.Text), why, c.In))
		}
		*c = placed
		return true
	case Unknown:
		d.waits(*c)
	case Denied:
		d.refuseThere(*c)
		d.undecided = true // it is promised, and nothing is complete without it
	}
	return false
}

// waits is about a line of which it has not been answered yet what has to be
// known. One that names a ticket must not keep the tracker from being written
// while its site is in trouble, which may last.
func (d *decision) waits(c candidate) {
	if site := c.Pointer.ticket.Site; site != "" && d.troubled(site) {
		d.undecided = true
		if c.Item.Source == FromTracker {
			d.say(c.line, quoted(c.Item.Text)+" could not be looked up, since Jira does not answer: write it again later.")
		}
		return
	}
	d.unanswered = true
	d.holds(c)
}

// holds keeps in mind that a line can't be decided about yet. While one in the
// tracker waits, the tracker must not be written: the line would be gone.
func (d *decision) holds(c candidate) {
	d.undecided, d.unsure = true, true
	d.undecidedTicks = d.undecidedTicks || c.Item.Source == FromTracker
}

// settled is whether a line that says the same as another one has stood for so
// long that it is a second one: who moves a line may paste it first, and cut
// it afterwards.
func (d *decision) settled(c candidate, twins map[ItemKey]time.Time) bool {
	first, seen := d.next.Twins[c.line]
	if !seen {
		first = d.now
	}
	twins[c.line] = first
	if until := first.Add(grace); d.now.Before(until) {
		d.atLatest(until)
		return false
	}
	return true
}

// verdict is whether an item counts. An app counts when the configuration
// names it: it may repeat what strangers told it. Whose account is gone can't
// be asked for any more. Who attached an issue to the parent had the right to.
func (d *decision) verdict(line ItemKey, item Item) Verdict {
	switch {
	case item.Source == FromPolicy, item.Source == FromSubIssue, d.policy.trusts(item.Author):
		return Allowed
	case item.Source == FromPage && !d.asks(): // only who may write can edit its wiki
		return Allowed
	case item.Author.Bot, item.Author.Login == "":
		return Denied
	}
	return d.judged(line)
}

// judged is GitHub's answer to a question, now or before.
func (d *decision) judged(line ItemKey) Verdict {
	if v := d.Verdicts[line]; v != Unknown {
		return v
	}
	if slices.Contains(d.ledger().Refused, line) {
		return Denied
	}
	return Unknown
}

// refusedKept is how many refusals are remembered. The tracker carries them,
// and must not grow over what GitHub takes because a stranger wrote thousands
// of lines. What is not remembered is asked, and refused, again.
const refusedKept = 500

func (d *decision) refuse(line ItemKey) {
	l := d.ledger()
	if len(l.Refused) < refusedKept && !slices.Contains(l.Refused, line) {
		l.Refused = append(l.Refused, line)
	}
}

// confirm uses up the confirmations and says whether there was a good one. While
// it is not known what all it is for, it is kept.
func (d *decision) confirm() bool {
	good := false
	for _, c := range d.confirmations() {
		switch d.judged(confirmation(c)) {
		case Allowed:
			good = true
			if !d.unsure {
				d.ledger().All = max(d.ledger().All, c.Comment)
			}
		case Denied:
			d.refuse(confirmation(c))
		case Unknown:
		}
	}
	return good
}

// dropUnopened forgets entries whose line went away, or was ticked, before
// anything was opened for it. One whose opening was cut off stays: it may
// have been opened.
func (d *decision) dropUnopened() {
	present := map[ItemKey]bool{}
	for _, c := range d.lines {
		present[c.Entry.Key] = !c.Item.Ticked
	}
	d.ledger().Items = slices.DeleteFunc(d.ledger().Items, func(e Entry) bool {
		unread := e.Source == FromPage && d.PageUnread
		return !e.Opened() && !present[e.Key] && !unread && !slices.Contains(d.next.Opening, e.Key)
	})
}

// ticks does what people ordered by the tracker's boxes.
func (d *decision) ticks() {
	for _, t := range d.Ticks {
		e := d.ledger().at(t.Issue, d.Parent.Key.Repo)
		if e == nil {
			continue
		}
		switch d.tickVerdict(t) {
		case Allowed:
			d.want(e, t.Ticked)
		case Denied:
			d.refuse(t.line())
		case Unknown:
			d.undecidedTicks = true
		}
	}
}

// tickVerdict is whether a tick counts. An app that this repository's
// configuration names has no say in others.
func (d *decision) tickVerdict(t Tick) Verdict {
	if t.By.Bot && t.Issue.Repo != d.Parent.Key.Repo && !t.Issue.Repo.Jira() {
		return Denied
	}
	return d.verdict(t.line(), Item{Author: t.By})
}

// line is what the verdict about a tick is remembered by.
func (t Tick) line() ItemKey {
	return ItemKey("tick:" + digest(t.Edit, t.Issue.String(), strings.ToLower(t.By.Login)))
}

// want notes what a person ordered by a box, if it is not so already.
func (d *decision) want(e *Entry, ticked bool) {
	f, seen := d.followUp(e.Issue)
	is := f.State
	if is == Dropped { // closed is closed
		is = Done
	}
	wanted := Open
	if ticked {
		wanted = Done
	}
	switch {
	case !e.Opened() || is == Gone:
	case !seen || is != wanted:
		e.Want = wanted
	default:
		e.Want = ""
	}
}
