package incident_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// rowsOf are the rows of a world's timeline, each as one line.
func rowsOf(w incident.World) []string {
	policy := incident.DefaultPolicy()
	judged(policy)(&w)
	var lines []string
	for _, r := range incident.ViewPage(policy, plain{}, w, now).Rows {
		text := strings.Trim(r.Says+": "+r.Words, ": ")
		if r.By != "" {
			text += " (" + r.By + ")"
		}
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s [%s]", r.At.Format("15:04"), r.Mark, text, r.Source)), " "))
	}
	return lines
}

// happens adds an event, some minutes after the incident was opened.
func happens(kind incident.EventKind, minutes int, what string) change {
	return func(w *incident.World) {
		w.Events = append(w.Events, incident.Event{
			Key: fmt.Sprintf("event-%d", len(w.Events)+1), Kind: kind, At: opened.Add(time.Duration(minutes) * time.Minute),
			By: ben, What: what, URL: "https://github.test/event",
		})
	}
}

// last changes the last event.
func last(change func(*incident.Event)) change {
	return func(w *incident.World) { change(&w.Events[len(w.Events)-1]) }
}

func TestRows(t *testing.T) {
	t.Parallel()
	const start = "14:05 🔴 Issue opened: Shop is down (ada) [issue]"
	ours := last(func(e *incident.Event) { e.Ours = true })
	reopened := func(w *incident.World) { w.Parent.Reopened = true }
	resolvedLate := func(w *incident.World) { w.Parent.State, w.Parent.ClosedAt = incident.Done, opened.AddDate(0, 0, 9) }
	tests := []struct {
		name    string
		changes []change
		want    []string
	}{
		{"opened", nil, []string{start}},
		{"a pull request", []change{func(w *incident.World) { w.Parent.PullRequest = true }}, []string{"14:05 🔴 Pull request opened: Shop is down (ada) [pull request]"}},
		{
			"called an incident by somebody else",
			[]change{func(w *incident.World) { w.Record.Ledger.Accepted.By = "ben" }},
			[]string{start, "14:05 Called an incident (ben) [issue]"},
		},
		{
			"called one later",
			[]change{func(w *incident.World) { w.Record.Ledger.Accepted.At = opened.Add(time.Hour) }},
			[]string{start, "15:05 Called an incident (ada) [issue]"},
		},
		{
			"times by command",
			[]change{orders(ben, 7, "/incident started 13:50", "/incident detected 13:55", "/incident resolved 14:04 UTC")},
			[]string{
				"13:50 🔴 It started [comment]", "13:55 It was noticed [comment]", "14:04 🟢 It was over [comment]",
				"14:05 Issue opened: Shop is down (ada) [issue]",
			},
		},
		{
			"a start that was corrected",
			[]change{orders(ben, 7, "/incident started 13:50", "/incident started 13:40")},
			[]string{"13:40 🔴 It started [comment]", "14:05 Issue opened: Shop is down (ada) [issue]"},
		},
		{
			"a start whose comment is gone",
			[]change{func(w *incident.World) { w.Record.Ledger.Told.Started = opened.Add(-time.Minute) }},
			[]string{"14:04 🔴 It started [issue]", "14:05 Issue opened: Shop is down (ada) [issue]"},
		},
		{"closed", []change{resolved, happens(incident.EventClosed, 60, "")}, []string{start, "15:05 🟢 Issue closed (ben) [issue]"}},
		{"closed and open again", []change{reopened, happens(incident.EventClosed, 60, ""), happens(incident.EventReopened, 61, "")}, []string{
			start, "15:05 Issue closed (ben) [issue]", "15:06 Issue reopened (ben) [issue]",
		}},
		{"closed when it was over already", []change{resolved, orders(ada, 7, "/incident resolved 14:06"), happens(incident.EventClosed, 60, "")}, []string{
			start, "14:06 🟢 It was over [comment]", "15:05 Issue closed (ben) [issue]",
		}},
		{"closed by Hindsight", []change{resolved, happens(incident.EventClosed, 60, ""), ours}, []string{start}},
		{"notes", []change{orders(ben, 7, "/incident note 14:06 Rolled back v212", "/incident note 14:06 Called back")}, []string{
			start, "14:06 Rolled back v212 (ben) [comment]", "14:06 Called back (ben) [comment]",
		}},
		{"a stranger's note", []change{orders(mallory, 7, "/incident note 14:06 Rolled back v212")}, []string{start}},
		{"severity by hand", []change{happens(incident.EventLabelled, 2, "SEV-1"), happens(incident.EventLabelled, 3, "bug")}, []string{
			start, "14:07 Severity set to sev1 (ben) [issue]",
		}},
		{"severity by command", []change{orders(ben, 7, "/incident severity 1"), happens(incident.EventLabelled, 11, "sev1"), ours}, []string{
			start, "14:15 Severity set to sev1 (ben) [comment]",
		}},
		{
			"roles",
			[]change{orders(ben, 7, "/incident commander me", "/incident responders @ada, @ben", "/postmortem owner @ada", "/incident scribe none")},
			[]string{
				start, "14:15 Commander named: ben (ben) [comment]", "14:15 Responders named: ada, ben (ben) [comment]",
				"14:15 Owner of the post-mortem named: ada (ben) [comment]", "14:15 Scribe named: nobody (ben) [comment]",
			},
		},
		{"assigned", []change{happens(incident.EventAssigned, 3, "ada")}, []string{start, "14:08 Assigned: ada (ben) [issue]"}},
		{"merged", []change{happens(incident.EventMerged, -60, "Cache it"), happens(incident.EventMerged, 600, "Don't")}, []string{
			"13:05 Merged: Cache it [pull request]", start, "00:05 Merged: Don't [pull request]",
		}},
		{"merged long before", []change{happens(incident.EventMerged, -31*24*60, "Cache it")}, []string{start}},
		{
			"released and deployed",
			[]change{
				happens(incident.EventReleased, 3, "v1"),
				happens(incident.EventDeployed, 4, "v1"), last(func(e *incident.Event) { e.Where = "production" }),
				happens(incident.EventFailed, 5, "v2"),
			},
			[]string{
				start, "14:08 Released: v1 [release]", "14:09 Deployed: v1 to production [deployment]",
				"14:10 Deployment failed: v2 [deployment]",
			},
		},
		{
			"released before and after",
			[]change{
				resolved, happens(incident.EventReleased, -1, "v1"), happens(incident.EventDeployed, 61, "v2"), happens(incident.EventFailed, 61, "v2"),
			},
			[]string{start},
		},
		{"released a week after the start", []change{resolvedLate, happens(incident.EventReleased, 8*24*60, "v1")}, []string{start}},
		{
			"more than is told",
			[]change{happens(incident.EventMoreDeployments, 0, ""), happens(incident.EventMoreReleases, 0, "")},
			[]string{start, "14:05 More was deployed than is listed here [deployments]", "14:05 More was released than is listed here [releases]"},
		},
		{"of no interest", []change{happens(incident.EventUnlabelled, 1, "sev1"), happens("pinned", 1, "")}, []string{start}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := rowsOf(world(tt.changes...))
			slices.Sort(got)
			want := slices.Sorted(slices.Values(tt.want))
			same(t, "rows", want, got)
		})
	}
}

// TestRowsAreInOrder: by time, whatever the order in which they were found.
func TestRowsAreInOrder(t *testing.T) {
	t.Parallel()
	w := world(happens(incident.EventMerged, 9, "second"), happens(incident.EventAssigned, 3, "first"),
		happens(incident.EventMerged, -9, "before"))
	rows := incident.ViewPage(incident.DefaultPolicy(), plain{}, w, now).Rows
	same(t, "in order", true, slices.IsSortedFunc(rows, func(a, b incident.Row) int { return a.At.Compare(b.At) }))
	slices.Reverse(w.Events)
	same(t, "found in another order", rows, incident.ViewPage(incident.DefaultPolicy(), plain{}, w, now).Rows)
}

// An issue is labelled in the second in which it is opened, and may be in that
// in which it is closed.
func TestRowsOfOneSecond(t *testing.T) {
	t.Parallel()
	for n := range 9 { // whatever the keys come to
		w := world(happens(incident.EventLabelled, 0, "sev1"), last(func(e *incident.Event) { e.Key = fmt.Sprintf("event-%d", n) }),
			happens(incident.EventClosed, 0, ""))
		w.Parent.State, w.Parent.ClosedAt = incident.Done, opened
		rows := rowsOf(w)
		if len(rows) < 3 || !strings.Contains(rows[0], "🔴") || !strings.Contains(rows[len(rows)-1], "🟢") {
			t.Errorf("%q", rows)
		}
	}
}

// TestRowsKeepTheirKeys: a row is known again by its key, whatever people change
// of what it was made of.
func TestRowsKeepTheirKeys(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(
		orders(ben, 7, "/incident started 13:50", "/incident note 14:06 Rolled back"),
		happens(incident.EventMerged, 9, "Cache it"), happens(incident.EventClosed, 10, ""), resolved,
	)
	judged(policy)(&w)
	keys := func(w incident.World) map[string]bool {
		found := map[string]bool{}
		for _, r := range incident.ViewPage(policy, plain{}, w, now).Rows {
			same(t, "length of "+r.Key, 8, len(r.Key))
			found[r.Key] = true
		}
		return found
	}
	before := keys(w)
	same(t, "rows", 5, len(before))
	w.Parent.Title, w.Parent.URL = "Checkout is slow", "https://github.test/Acme/Store/issues/42"
	w.Parent.State = incident.Open
	w.Events[0].What, w.Events[0].At = "Cache all of it", w.Events[0].At.Add(time.Minute)
	for i := range w.Commands {
		w.Commands[i].Written = w.Commands[i].Written.Add(time.Hour) // the comment was edited elsewhere
	}
	same(t, "keys", before, keys(w))
}

// TestRowsAreBounded: what people said stays, and deployments give way.
func TestRowsAreBounded(t *testing.T) {
	t.Parallel()
	w := world(orders(ben, 7, "/incident note 14:06 "+strings.Repeat("long ", 1000)))
	for range 600 {
		happens(incident.EventDeployed, 1, "v1")(&w)
	}
	policy := incident.DefaultPolicy()
	judged(policy)(&w)
	rows := incident.ViewPage(policy, plain{}, w, now).Rows
	same(t, "rows", 500, len(rows))
	note := slices.IndexFunc(rows, func(r incident.Row) bool { return r.By == "ben" })
	if note < 0 {
		t.Fatal("the note is not there")
	}
	same(t, "the note's length", 500, len([]rune(rows[note].Words)))
	w.Page = "facts: \nkeys:\n"
	mentions(t, strings.Join(viewedOnPage(w).Notices, "\n"), "it has 500 rows at most")
}

// TestNoRowOfSecrets: what fewer people may read than the parent is not told.
func TestNoRowOfSecrets(t *testing.T) {
	t.Parallel()
	w := world(happens(incident.EventMerged, 9, "Buy Initech"), func(w *incident.World) {
		w.FollowUps = []incident.FollowUp{{
			Issue: incident.NewKey("acme", "board", 3), Adopted: true, Secret: true, URL: "https://github.test/event", State: incident.Done,
		}}
	})
	same(t, "rows", 1, len(incident.ViewPage(incident.DefaultPolicy(), plain{}, w, now).Rows))
}
