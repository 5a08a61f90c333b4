package incident

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// proposedEvery is how soon a command to accept is looked at again, while what
// is proposed has not been shown yet.
const proposedEvery = 2 * time.Second

// ProposedShown is how many of the lines that are proposed on the page the
// tracker shows. What it does not show is not accepted.
const ProposedShown = 20

// proposes is whether a line only proposes something.
func (d *decision) proposes(c candidate) bool {
	if c.Item.Source != FromPage || !d.asks() || c.Item.Ticked || c.Item.Linked {
		return false
	}
	d.proposed = append(d.proposed, c)
	return true
}

// leaveProposed leaves the page's lines alone: their words would reach people
// here who can't read them there. What they were followed up as stays.
func (d *decision) leaveProposed() {
	d.PageUnread = true
	d.Items = slices.DeleteFunc(slices.Clone(d.Items), func(i Item) bool {
		if i.Source == FromPage && !i.Ticked && !i.Linked {
			d.untaken++
		}
		return i.Source == FromPage
	})
}

// acceptable are those of the shown lines that can be followed up. The error is
// about the others; while GitHub has not answered, it is not known.
func (d *decision) acceptable(shown []candidate) (good []candidate, err error) {
	var wrong []string
	for _, c := range shown {
		switch possible, why := d.possible(c); {
		case !c.Refers || possible == Allowed:
			good = append(good, c)
		case possible == Unknown:
			return nil, notYetError{time.Minute}
		default:
			wrong = append(wrong, quoted(c.Item.Text)+" "+why)
		}
	}
	if len(wrong) > 0 {
		err = errors.New(strings.Join(wrong, " "))
	}
	return good, err
}

// accepting is whether somebody who may accepts what is proposed, or has been
// told that not all of it can be: the reply has to say so still.
func (d *decision) accepting() bool {
	ran, failed := set(d.ledger().Ran), set(d.ledger().Failed)
	return slices.ContainsFunc(d.given(), func(o order) bool {
		return o.Name == nameFollowUp && o.word == "accept" && !ran[o.key] &&
			(failed[o.key] || d.verdict(o.key, Item{Author: o.Author}) == Allowed)
	})
}

// takeProposed takes in what somebody has accepted.
func (d *decision) takeProposed(accepted []candidate) {
	for _, c := range accepted {
		if possible, why := d.possible(c); possible == Denied && !c.Default { // elsewhere, by nobody knows whom
			d.say(c.line, quoted(c.Item.Text)+" "+why+" It is followed up here.")
		}
		if d.goes(&c) {
			d.ledger().Items = append(d.ledger().Items, d.entry(c))
			d.lines = append(d.lines, c)
		}
	}
	d.proposed = slices.DeleteFunc(d.proposed, func(c candidate) bool {
		return slices.ContainsFunc(accepted, func(a candidate) bool { return a.line == c.line })
	})
}

// shown are the proposed lines that the tracker has shown.
func (d *decision) shown() []candidate {
	return slices.DeleteFunc(slices.Clone(d.proposed), func(c candidate) bool {
		return !slices.Contains(d.Record.Proposed, c.line)
	})
}

// showProposed remembers what the tracker shows to be proposed. While the page
// can't be read, that is what it was.
func (d *decision) showProposed() {
	if d.unread {
		return
	}
	d.next.Proposed = nil
	for _, c := range upTo(d.proposed, ProposedShown) {
		d.next.Proposed = append(d.next.Proposed, c.line)
	}
}

// proposedTexts are what is proposed.
func (d *decision) proposedTexts() []string {
	if d.unread && d.labelled() && !d.narrow() {
		return d.next.PageSeen.Proposed
	}
	var texts []string
	for _, c := range d.proposed {
		texts = append(texts, c.Wish.Title)
	}
	return texts
}

// links are those on the page to what became of its items.
func (d *decision) links() (links []PageLink) {
	for _, c := range d.lines {
		e := d.ledger().Entry(c.Entry.Key)
		if c.Item.Source != FromPage || e == nil || !e.Opened() {
			continue
		}
		if e.Linked = e.Linked || c.Item.Linked; e.Linked {
			continue
		}
		if f, seen := d.followUp(e.Issue); seen && f.State != Gone {
			links = append(links, PageLink{
				Item: e.Key, Text: c.Item.Text, Issue: f.Issue, Name: d.nameOf(f.Issue), URL: f.URL,
			})
		}
	}
	return links
}
