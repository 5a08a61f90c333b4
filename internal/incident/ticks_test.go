package incident_test

import (
	"testing"
	"time"

	"hindsight/internal/incident"
)

func TestTicksInTheTracker(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		by    incident.Actor
		state incident.State
		tick  bool
		want  incident.State
	}{
		{"ticked", ada, incident.Open, true, incident.Done},
		{"unticked", ada, incident.Done, false, incident.Open},
		{"unticked, dropped before", ada, incident.Dropped, false, incident.Open},
		{"ticked, done before", ada, incident.Dropped, true, ""},
		{"by an outsider", mallory, incident.Open, true, ""},
		{"by nobody", incident.Actor{}, incident.Open, true, ""},
		{"by an app", spam, incident.Open, true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := settled(t, world(wrote(ada, "body", "Fix it")))
			w.FollowUps[0].State = tt.state
			ticked(tt.by, 101, tt.tick)(&w)
			same(t, "wanted before it is known", incident.State(""), decide(w).Record.Ledger.Items[0].Want)
			plan := judgedPlan(w)
			same(t, "wanted", tt.want, plan.Record.Ledger.Items[0].Want)
		})
	}
}

// TestUndecidedTickKeepsTheTracker: a box that nobody has decided about must
// not be written over.
func TestUndecidedTickKeepsTheTracker(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Fix it")))
	ticked(ada, 101, true)(&w)
	w.Parent.Title = "Another title"
	labels("incident", "sev1")(&w)
	same(t, "written", 0, len(of[incident.WriteTracker](decide(w))))
	same(t, "asked", []string{"ada"}, whom(incident.QuestionsOf(incident.DefaultPolicy(), w).May))
}

// TestLinesOfTheTracker need no confirmation: nobody could be asked for it where
// they stand.
func TestLinesOfTheTracker(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Fix it")))
	wrote(ada, incident.FromTracker, many(30)...)(&w)
	same(t, "written before it is known who wrote them", 0, len(of[incident.WriteTracker](decide(w))))
	same(t, "opened, without being confirmed", 30, len(opens(judgedPlan(w))))
	w = rewritten(settled(t, w), wrote(ada, "body", "Fix it"))
	same(t, "listed when Hindsight's own lines are in their place", 31, len(judgedPlan(w).Record.Ledger.Items))
	same(t, "effects", []string(nil), effects(judgedPlan(w)))

	wrote(mallory, incident.FromTracker, "Mine")(&w)
	same(t, "of a stranger", []string(nil), opens(judgedPlan(w)))
}

// TestPublicPageOrdersNothing: strangers may be allowed to edit it.
func TestPublicPageOrdersNothing(t *testing.T) {
	t.Parallel()
	for name, visibility := range map[string]change{"public": public, "private": func(*incident.World) {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := settled(t, world(wrote(incident.Actor{}, incident.FromPage, "Fix it @bob")))
			same(t, "followed up", 1, len(w.Record.Ledger.Items))
			visibility(&w)
			w = rewritten(w, wrote(incident.Actor{}, incident.FromPage, "x Fix it @mallory"))
			entry := judgedPlan(w).Record.Ledger.Items[0]
			obeyed := name == "private"
			same(t, "closed", obeyed, entry.Want == incident.Done)
			same(t, "assigned", obeyed, entry.Owner == "mallory")
		})
	}
}

// TestPageThatCanNotBeRead: its lines are not gone.
func TestPageThatCanNotBeRead(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(incident.Actor{}, incident.FromPage, "Fix it")))
	w = rewritten(w, wrote(ada, "comment:7", "Fix it"))
	w.PageUnread = true
	plan := later(w, time.Hour)
	same(t, "opened", []string(nil), opens(plan))
	same(t, "where it stands", incident.FromPage, plan.Record.Ledger.Items[0].Source)
	w.PageUnread = false
	same(t, "moved, once the page was read", incident.Source("comment:7"), later(w, time.Hour).Record.Ledger.Items[0].Source)
}
