package incident_test

import (
	"slices"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

// ours is a comment of ours: a new one for id 0.
func (a *app) ours(t *rapid.T, id int64) *remark {
	if id == 0 {
		r := &remark{id: a.id(), fresh: true}
		a.remarks = append(a.remarks, r)
		return r
	}
	i := slices.IndexFunc(a.remarks, func(r *remark) bool { return r.id == id })
	if i < 0 || a.remarks[i].author != "" {
		t.Fatalf("comment %d is not ours to touch", id)
	}
	return a.remarks[i]
}

func (a *app) open(e incident.OpenFollowUp) incident.Issue {
	n := a.id()
	issue := incident.Issue{
		Key: incident.Key{Repo: parentKey.Repo, Number: int(n)}, ID: 1000 + n, Title: e.Title, State: incident.Open,
	}
	a.tickets = append(a.tickets, &ticket{
		issue: issue, entry: incident.Entry{Key: e.Item, Source: e.Source, Words: e.Words}, fresh: true,
	})
	return issue
}

// update writes the title, if it is Hindsight's own.
func (a *app) update(t *rapid.T, e incident.UpdateFollowUp) {
	f := a.ticket(e.Issue.Number)
	if f == nil || f.entry.Key != e.Item {
		t.Fatalf("%s: it is not there, or another item's", e)
	}
	if e.Renames(f.issue) {
		f.issue.Title = e.Title
	}
}

func (a *app) closeDuplicate(t *rapid.T, e incident.CloseDuplicate) {
	second := a.ticket(e.Issue.Number)
	if second == nil || second.entry.Key != a.itemOf(e.Of) || e.Issue == e.Of {
		t.Fatalf("%s: they are not two of one item", e)
	}
	second.issue.State = incident.Dropped
}

func (o *outside) ticket(number int) *ticket {
	for _, t := range o.tickets {
		if t.issue.Key.Number == number {
			return t
		}
	}
	return nil
}
