package incident_test

import (
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// TestUnread: what can't be read is asked for less and less often, and told: at
// once what people can mend, any other once it has lasted. Looks between count
// for nothing.
func TestUnread(t *testing.T) {
	t.Parallel()
	w := onPage()
	at := now
	look := func(why string, passed time.Duration) string {
		at = at.Add(passed)
		w.Page, w.PageUnread, w.PageWhy = "", true, why
		plan := incident.Decide(incident.DefaultPolicy(), paged{}, w, at)
		w.Record = plan.Record
		if want := w.Record.PageUnread.RetryAt; !plan.LookAgain.Equal(want) {
			t.Errorf("looks again %v, want %v", plan.LookAgain, want)
		}
		return w.Record.PageUnread.Text
	}
	same(t, "first", "", look("", 0))
	same(t, "in a minute", at.Add(time.Minute), w.Record.PageUnread.RetryAt)
	for range 5 {
		same(t, "news", "", look("", time.Second))
	}
	same(t, "second", "", look("", time.Minute))
	mentions(t, look("", 2*time.Minute), "tried again by itself")
	same(t, "by now", "Grant it.", look("Grant it.", 4*time.Minute))
	same(t, "a hiccup", "Grant it.", look("", 8*time.Minute))
	for range 20 {
		look("", 6*time.Hour)
	}
	same(t, "months later", at.Add(6*time.Hour), w.Record.PageUnread.RetryAt)

	w.PageUnread, w.PageWhy = false, ""
	w.Page = paged{}.Page(incident.ViewPage(incident.DefaultPolicy(), paged{}, w, at))
	same(t, "read", incident.Unread{}, paging(w).Record.PageUnread)
}

// TestUnreadEvents: the same of what happened, on its own.
func TestUnreadEvents(t *testing.T) {
	t.Parallel()
	w := onPage(func(w *incident.World) { w.EventsUnread, w.EventsPass = "It may pass.", true })
	at := now
	notices := func() string {
		var view incident.TrackerView
		w.Record = incident.Decide(incident.DefaultPolicy(), watching{paged{}, &view}, w, at).Record
		at = w.Record.EventsUnread.RetryAt
		return strings.Join(view.Notices, "\n")
	}
	same(t, "first", "", notices())
	same(t, "second", "", notices())
	mentions(t, notices(), "The timeline may lack what happened outside of this conversation: It may pass.")
	w.EventsUnread, w.EventsPass = "", false
	same(t, "answered", "", notices())
	w.EventsUnread = "Grant it."
	mentions(t, notices(), "Grant it.")
	same(t, "the page was read", incident.Unread{}, w.Record.PageUnread)
}

// TestPageIsAsItWas: what the tracker says of the page stays while that can't be
// read.
func TestPageIsAsItWas(t *testing.T) {
	t.Parallel()
	tests := map[string][]change{
		"blocks":  {func(w *incident.World) { w.Page = "facts: all well (touched)\nkeys:\n" }},
		"removed": {func(w *incident.World) { w.Page, w.PageGone = "", true }},
		"serious": {public, func(w *incident.World) {
			w.Checked, w.Findings = true, []incident.Finding{serious(1, false)}
		}},
		"proposed": {public, wrote(incident.Actor{}, incident.FromPage, "Fix it", "Fix that")},
		"untaken": {func(w *incident.World) {
			w.Record.Ledger.Page.Repo = shared
			w.Wiki = incident.Place{Accepts: true, Narrow: true, Repository: incident.Repository{ID: 9, HasWiki: true, Private: true}}
		}, wrote(incident.Actor{}, incident.FromPage, "Fix it")},
	}
	for name, changes := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := onPage(changes...)
			for _, c := range changes {
				c(&w)
			}
			before := viewedOnPage(w)
			w.Record = paging(w).Record
			w.Page, w.PageUnread, w.PageGone, w.Items, w.Checked, w.Findings = "", true, false, nil, false, nil
			after := viewedOnPage(w)
			same(t, "notices", before.Notices, after.Notices)
			same(t, "serious", before.Serious, after.Serious)
			same(t, "proposed", before.Proposed, after.Proposed)
			same(t, "untaken", before.Untaken, after.Untaken)
			same(t, "can be accepted", w.Record.Proposed, paging(w).Record.Proposed)
		})
	}
}

// TestPageWaitsForFollowUps as long as they are to come: not once they failed.
func TestPageWaitsForFollowUps(t *testing.T) {
	t.Parallel()
	part := map[incident.Part]bool{incident.FollowUpsPart: true}
	tests := map[string]struct {
		change change
		want   int
	}{
		"planned":  {wrote(ada, incident.FromBody, "Fix it"), 0},
		"running":  {func(w *incident.World) { w.Busy = part }, 0},
		"failed":   {func(w *incident.World) { w.Busy, w.Failed = part, part }, 1},
		"finished": {func(*incident.World) {}, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := onPage()
			w.Parent.Labels = append(w.Parent.Labels, "sev1")
			tt.change(&w)
			judged(incident.DefaultPolicy())(&w)
			same(t, "updated", tt.want, len(of[incident.UpdatePage](paging(w))))
		})
	}
}
