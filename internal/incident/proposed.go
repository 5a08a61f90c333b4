package incident

import (
	"slices"
	"time"
)

// proposedEvery is how soon a command to accept is looked at again, while what
// is proposed has not been shown yet.
const proposedEvery = 2 * time.Second

// proposes is whether a line only proposes something. Strangers may be allowed
// to edit the wiki of a public repository, and git's authors prove nothing.
func (d *decision) proposes(c candidate) bool {
	if c.Item.Source != FromPage || d.Repository.Private || c.Item.Ticked || c.Item.Linked {
		return false
	}
	d.proposed = append(d.proposed, c)
	return true
}

// takeProposed takes in what somebody has accepted.
func (d *decision) takeProposed(accepted []candidate) {
	for _, c := range accepted {
		if d.goes(&c) {
			d.ledger().Items = append(d.ledger().Items, d.entry(c))
			d.lines = append(d.lines, c)
		}
	}
	d.proposed = slices.DeleteFunc(d.proposed, func(c candidate) bool {
		return slices.ContainsFunc(accepted, func(a candidate) bool { return a.line == c.line })
	})
}

// showProposed remembers what the tracker shows to be proposed.
func (d *decision) showProposed() {
	d.next.Proposed = nil
	for _, c := range d.proposed {
		d.next.Proposed = append(d.next.Proposed, c.line)
	}
}

// proposedTexts are what is proposed.
func (d *decision) proposedTexts() []string {
	var texts []string
	for _, c := range d.proposed {
		texts = append(texts, c.Wish.Title)
	}
	return texts
}

// link plans the links on the page to what became of its items.
func (d *decision) link() {
	page := d.ledger().Page
	for _, c := range d.lines {
		e := d.ledger().Entry(c.Entry.Key)
		if c.Item.Source != FromPage || e == nil || !e.Opened() {
			continue
		}
		if e.Linked = e.Linked || c.Item.Linked; e.Linked {
			continue
		}
		if f, seen := d.followUp(e.Issue); seen && f.State != Gone {
			d.plan(LinkItem{
				Item: e.Key, Path: page.Path, Repo: page.Repo, Text: c.Item.Text,
				Issue: f.Issue, Name: d.nameOf(f.Issue), URL: f.URL,
			})
		}
	}
}
