package incident

import (
	"fmt"
	"slices"
)

// followUps plans an issue for each entry that has none, attaches what GitHub
// can show under the parent, and heals what was opened twice. What was
// promised comes before what is merely convenient: a host that refuses to
// attach one must not keep the others from being opened.
func (d *decision) followUps() {
	var opening []OpenFollowUp
	for _, c := range d.lines {
		if e := d.ledger().Entry(c.Entry.Key); e != nil && !e.Opened() && !c.Item.Ticked {
			opening = append(opening, d.open(c))
		}
	}
	for _, open := range opening {
		d.plan(open)
	}
	for _, open := range opening {
		d.attach(open.Item, open.Title)
	}
	there := map[int]bool{}
	for _, f := range d.FollowUps {
		there[f.Issue.Number] = f.State != Gone
	}
	for _, e := range d.ledger().Items {
		if e.Opened() && !e.Attached && there[e.Issue.Number] {
			d.attach(e.Key, fmt.Sprintf("#%d", e.Issue.Number))
		}
	}
	for _, f := range d.FollowUps {
		if e := d.ledger().Entry(f.Item); e != nil && f.Issue.Number > e.Issue.Number {
			d.heal(f, *e)
		}
	}
}

// heal closes the second of two follow-ups for one item. It is done once: one
// that people reopen is theirs.
func (d *decision) heal(second FollowUp, e Entry) {
	l := d.ledger()
	switch second.State {
	case Open:
		if !slices.Contains(l.Healed, second.Issue.Number) {
			d.plan(CloseDuplicate{Issue: second.Issue, Of: Key{d.Parent.Key.Repo, e.Issue.Number}})
		}
	case Done, Dropped:
		l.Healed = union(l.Healed, []int{second.Issue.Number})
	case Gone:
	}
}

// attach plans a sub-issue. GitHub gives them to issues only.
func (d *decision) attach(item ItemKey, title string) {
	if !d.Parent.PullRequest {
		d.plan(AttachFollowUp{Item: item, Title: title})
	}
}

func (d *decision) open(c candidate) OpenFollowUp {
	url := c.Item.URL
	if url == "" {
		url = d.Parent.URL
	}
	title, body := d.texts.FollowUp(FollowUpView{
		Facts: d.facts, Item: c.Entry.Key, Source: c.Item.Source, Words: c.Entry.Words,
		Text: c.Item.Text, Line: url, Author: c.Item.Author.Login,
	})
	wrote := Written{Severity: d.facts.Severity, Date: Day(d.facts.Date.Format("20060102"))}
	return OpenFollowUp{
		Item: c.Entry.Key, Source: c.Item.Source, Words: c.Entry.Words,
		Title: title, Body: body, Labels: d.policy.followUpLabels(wrote, d.Parent.Key.Number, c.Entry),
	}
}
