package incident_test

import (
	"testing"
	"time"

	"hindsight/internal/incident"
)

// TestEventsWanted: who labelled an incident is asked at first; then what is not
// on the page yet, as long as there is a timeline that takes it.
func TestEventsWanted(t *testing.T) {
	t.Parallel()
	changed := opened.Add(5 * time.Minute)
	over := opened.Add(time.Hour)
	known := func(w *incident.World) { w.Record.HistoryAt = changed }
	record := func(change func(*incident.Record)) change {
		return func(w *incident.World) { change(&w.Record) }
	}
	happened := func(name string) change { return record(func(r *incident.Record) { r.Happened = name }) }
	all := incident.EventQuery{History: true, Since: opened}
	none := incident.EventQuery{}
	tests := []struct {
		name    string
		changes []change
		want    incident.EventQuery
	}{
		{"not accepted yet", []change{fresh}, incident.EventQuery{History: true}},
		{"not labelled", []change{fresh, unlabelled}, none},
		{"paused", []change{unlabelled}, none},
		{"archived", []change{func(w *incident.World) { w.Repository.Archived = true }}, none},
		{"another's", []change{foreign}, none},
		{"a page to come", []change{noPage}, all},
		{"a page", nil, all},
		{"no page wanted", []change{noPage, labels("incident", "sev5")}, none},
		{"no wiki", []change{noPage, func(w *incident.World) { w.Repository.HasWiki = false }}, none},
		{"a page that all can read, and must not", []change{public, label("security")}, none},
		{"a page that is gone", []change{func(w *incident.World) { w.PageGone = true }}, none},
		{"a page without a timeline", []change{record(func(r *incident.Record) { r.TimelineLeft = true })}, none},
		{"its history is there", []change{known}, incident.EventQuery{Since: opened}},
		{"it started earlier", []change{known, record(func(r *incident.Record) { r.Ledger.Told.Started = opened.Add(-time.Hour) })}, incident.EventQuery{Since: opened.Add(-time.Hour)}},
		{"it is over", []change{known, resolved}, incident.EventQuery{Since: opened, Until: over}},
		{"it is over, and all is there", []change{known, resolved, happened("2026-11-20T14:05:00Z/2026-11-20T15:05:00Z")}, none},
		{"it was over before", []change{known, resolved, happened("2026-11-20T14:05:00Z/2026-11-20T14:06:00Z")}, incident.EventQuery{Since: opened, Until: over}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(tt.changes...)
			w.Parent.UpdatedAt = changed
			same(t, "query", tt.want, incident.EventsWanted(incident.DefaultPolicy(), w, now))
		})
	}
	skipped := world(noPage, func(w *incident.World) { w.Record.Ledger.Told.Skip = "nothing to learn" })
	same(t, "skipped", none, incident.EventsWanted(incident.DefaultPolicy(), skipped, now))
	w := world()
	late := incident.EventsWanted(incident.DefaultPolicy(), w, opened.AddDate(0, 1, 0))
	same(t, "nobody resolves it", opened.AddDate(0, 0, 7), late.Until)
}

// TestHappenedIsListedLate: what GitHub lists late is asked for ten minutes after
// the incident, or its week, is over.
func TestHappenedIsListedLate(t *testing.T) {
	t.Parallel()
	const window = "2026-11-20T14:05:00Z/2026-11-20T15:05:00Z"
	over, week := opened.Add(time.Hour), opened.AddDate(0, 0, 7)
	for _, tt := range []struct {
		name     string
		changes  []change
		at       time.Time
		happened string
		again    time.Time
	}{
		{"just over", []change{resolved}, over, "", over.Add(10 * time.Minute)},
		{"a moment before", []change{resolved}, over.Add(10*time.Minute - time.Second), "", over.Add(10 * time.Minute)},
		{"known in full", []change{resolved}, over.Add(10 * time.Minute), window, time.Time{}},
		{"it goes on", nil, over, "", time.Time{}},
		{"its week is over", nil, week.Add(time.Minute), "", week.Add(10 * time.Minute)},
		{"and known in full", nil, week.Add(10 * time.Minute), "2026-11-20T14:05:00Z/2026-11-27T14:05:00Z", time.Time{}},
		{"paused", []change{resolved, unlabelled}, over, "", time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := onPage(tt.changes...)
			w.Parent.UpdatedAt = opened.Add(5 * time.Minute)
			w.EventsAsked = incident.EventsWanted(incident.DefaultPolicy(), w, tt.at)
			plan := incident.Decide(incident.DefaultPolicy(), paged{}, w, tt.at)
			same(t, "happened", tt.happened, plan.Record.Happened)
			same(t, "looks again", tt.again, plan.LookAgain)
		})
	}
}

// onPage is a world whose page says all there is to say, of the texts that have
// a timeline.
func onPage(changes ...change) incident.World {
	w := world(changes...)
	w.Page = paged{}.Page(incident.ViewPage(incident.DefaultPolicy(), paged{}, w, now))
	w.Record.Ledger.Page.Blocks = []string{"facts", "timeline"}
	w.Record.Ledger.Page.Row = incident.RowOf(incident.DefaultPolicy(), w)
	return w
}

// answeredFor has the world hold the answers to what is wanted.
func answeredFor(w incident.World) incident.World {
	w.Parent.UpdatedAt = opened.Add(5 * time.Minute)
	w.EventsAsked = incident.EventsWanted(incident.DefaultPolicy(), w, now)
	return w
}

func paging(w incident.World) incident.Plan {
	return incident.Decide(incident.DefaultPolicy(), paged{}, w, now)
}

// TestEventsAreAskedUntilTheyAreThere: only what was seen on the page is not
// asked for again.
func TestEventsAreAskedUntilTheyAreThere(t *testing.T) {
	t.Parallel()
	const window = "2026-11-20T14:05:00Z/2026-11-20T15:05:00Z"
	changed := opened.Add(5 * time.Minute)
	whenListed := func(w incident.World) incident.Plan { // when all that happened by the end is listed
		return incident.Decide(incident.DefaultPolicy(), paged{}, w, opened.Add(2*time.Hour))
	}
	is := func(name string, r incident.Record, historyAt time.Time, happened string, left bool) {
		t.Helper()
		same(t, name+": history", historyAt, r.HistoryAt)
		same(t, name+": happened", happened, r.Happened)
		same(t, name+": left", left, r.TimelineLeft)
	}
	w := answeredFor(onPage(resolved, happens(incident.EventReleased, 3, "v1")))
	is("all there", whenListed(w).Record, changed, window, false)

	more := w
	happens(incident.EventReleased, 4, "v2")(&more)
	is("one to come", whenListed(more).Record, time.Time{}, "", false)

	failed := w
	failed.EventsUnread = "GitHub does not answer."
	failed.EventsAsked.History = false
	is("the history could not be asked for", whenListed(failed).Record, time.Time{}, window, false)
	failed.EventsAsked = incident.EventQuery{History: true}
	is("what happened could not be asked for", whenListed(failed).Record, changed, "", false)

	unread := w
	unread.Page, unread.PageUnread = "", true
	is("the page was not read", whenListed(unread).Record, time.Time{}, "", false)

	unasked := w
	unasked.EventsAsked = incident.EventQuery{}
	is("nothing was asked for", whenListed(unasked).Record, time.Time{}, "", false)

	open := answeredFor(onPage())
	is("it goes on", whenListed(open).Record, changed, "", false)

	removed := w
	removed.Record.HistoryAt, removed.Record.Happened = changed, window
	removed.Page = "facts: sev2, draft, 0 follow-ups\n"
	gone := whenListed(removed)
	is("people removed the timeline", gone.Record, changed, window, true)
	removed.Record = gone.Record
	same(t, "asked meanwhile", incident.EventQuery{}, incident.EventsWanted(incident.DefaultPolicy(), removed, now))
	removed.Page += "keys:\n"
	back := whenListed(removed)
	is("and put it back", back.Record, time.Time{}, "", false)
	removed.Record = back.Record
	same(t, "asked again", w.EventsAsked, incident.EventsWanted(incident.DefaultPolicy(), removed, now))

	emptied := answeredFor(onPage(resolved, func(w *incident.World) {
		w.Record.HistoryAt, w.Record.Happened = changed, window
	}))
	same(t, "asked while all is there", incident.EventQuery{}, emptied.EventsAsked)
	emptied.Page = "facts: sev2, draft, 0 follow-ups\nkeys:\n"
	is("people emptied it", whenListed(emptied).Record, time.Time{}, "", false)
}
