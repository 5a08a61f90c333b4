package incident

import (
	"slices"
	"time"
)

// happenedFor is for how long after the start releases and deployments are
// rows: an incident that nobody resolved would gather all that ever follow.
const happenedFor = 7 * 24 * time.Hour

// listedLate is how long after it happened something may be missing in what is
// asked: only then is the end of the incident known in full.
const listedLate = 10 * time.Minute

// EventsWanted is what a look has to ask for of what happened; the answers are
// [World.Events]. Until the incident is accepted, only its own history tells who
// labelled it. After that, what is on the page in full is not asked for again.
func EventsWanted(policy Policy, w World, now time.Time) EventQuery {
	d := newDecision(policy, w)
	d.now, d.facts = now, d.read()
	switch {
	case w.Repository.Archived || w.Foreign || !d.labelled():
		return EventQuery{}
	case w.Record.Ledger.Accepted.At.IsZero():
		return EventQuery{History: true}
	case d.pageState() != PageComing && (!d.kept() || w.PageGone || w.Record.TimelineLeft):
		return EventQuery{}
	}
	q := EventQuery{History: !w.Parent.UpdatedAt.Equal(w.Record.HistoryAt)}
	if since, until := d.lasted(); until.IsZero() || window(since, until) != w.Record.Happened {
		q.Since, q.Until = since, until
	}
	return q
}

// lasted is from when until when releases and deployments belong to the
// incident; until is zero while that goes on.
func (d *decision) lasted() (since, until time.Time) {
	since, until = d.facts.Started, d.facts.Resolved
	last := since.Add(happenedFor)
	if until.After(last) || until.IsZero() && d.now.After(last) {
		until = last
	}
	return since, until
}

// happenedAgain is when releases and deployments are to be asked for though
// there is no news: once all that belongs to an incident that is over is known.
func (d *decision) happenedAgain() time.Time {
	_, until := d.lasted()
	if at := until.Add(listedLate); !until.IsZero() && d.now.Before(at) && d.hasTimeline() {
		return at
	}
	return time.Time{}
}

// during is whether something happened while the incident went on.
func (d *decision) during(at time.Time) bool {
	since, until := d.lasted()
	return !at.Before(since) && (until.IsZero() || !at.After(until))
}

// window names a time that has ended.
func window(since, until time.Time) string {
	return since.UTC().Format(time.RFC3339) + "/" + until.UTC().Format(time.RFC3339)
}

// noteEvents remembers which answers are on the page in full. A timeline that
// people took away, or made something else of, takes none. One that gains rows
// may be one that they have emptied: all is asked for again, once.
func (d *decision) noteEvents(refresh PageRefresh) {
	r, q := &d.next, d.EventsAsked
	r.TimelineLeft = !slices.ContainsFunc(refresh.Blocks, func(b PageBlock) bool {
		return b.Name == timelineBlock && b.State == BlockOurs
	})
	switch {
	case slices.Contains(refresh.Changed, timelineBlock):
		r.HistoryAt, r.Happened = time.Time{}, ""
		return
	case r.TimelineLeft:
		return
	}
	if q.History {
		r.HistoryAt = d.Parent.UpdatedAt
	}
	if !q.Since.IsZero() && !q.Until.IsZero() && !d.now.Before(q.Until.Add(listedLate)) {
		r.Happened = window(q.Since, q.Until)
	}
}
