package incident_test

import (
	"fmt"
	"testing"

	"hindsight/internal/incident"
)

func reviewed(w *incident.World) { label("PostMortem: Reviewed")(w) }

func TestChecklistAndCompleteness(t *testing.T) {
	t.Parallel()
	noWiki := func(w *incident.World) { noPage(w); w.Repository.HasWiki = false }
	tests := []struct {
		name    string
		changes []change
		states  []incident.State
		says    string // in the comment at the end
		list    string
	}{
		{
			name: "open", changes: []change{resolved, reviewed}, states: []incident.State{incident.Done, incident.Open},
			list: "page made\n- done #101 A\n- open #102 B\n",
		},
		{
			name: "all done", changes: []change{resolved, reviewed}, states: []incident.State{incident.Done, incident.Done},
			says: "complete true after 1m0s: 2 done, 0 dropped, 0 open", list: "- done #101 A\n- done #102 B\n",
		},
		{
			name: "dropped counts", changes: []change{resolved, reviewed}, states: []incident.State{incident.Dropped, incident.Done},
			says: "complete true after 1m0s: 1 done, 1 dropped, 0 open", list: "- dropped #101 A\n- done #102 B\n",
		},
		{
			name: "gone does not count", changes: []change{resolved, reviewed}, states: []incident.State{incident.Gone, incident.Done},
			says: "complete true after 1m0s: 1 done, 0 dropped, 0 open", list: "- gone #101 A\n- done #102 B\n",
		},
		{name: "not resolved", changes: []change{reviewed}, states: []incident.State{incident.Done, incident.Done}},
		{name: "not reviewed", changes: []change{resolved}, states: []incident.State{incident.Done, incident.Done}},
		{
			name: "page in review", changes: []change{resolved, label("postmortem: in review")},
			states: []incident.State{incident.Done, incident.Done},
		},
		{
			name: "page closed", changes: []change{resolved, label("postmortem: closed")}, states: []incident.State{incident.Done, incident.Done},
			says: "complete true after 1m0s: 2 done, 0 dropped, 0 open",
		},
		{
			name: "no page to review", changes: []change{resolved, noWiki}, states: []incident.State{incident.Done, incident.Done},
			says: "complete true after 0s: 2 done, 0 dropped, 0 open",
		},
		{name: "page on its way", changes: []change{resolved, reviewed, noPage}, states: []incident.State{incident.Done, incident.Done}},
		{
			name: "closed as not planned", states: []incident.State{incident.Done, incident.Done}, changes: []change{
				resolved, reviewed, func(w *incident.World) { w.Parent.State = incident.Dropped },
			},
			says: "complete true after 1m0s: 2 done, 0 dropped, 0 open",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := settled(t, world(wrote(ada, "body", "A", "B", "x C")))
			for i, s := range tt.states {
				w.FollowUps[i].State = s
			}
			for _, c := range tt.changes {
				c(&w)
			}
			plan := judgedPlan(w)
			says, on := "", false
			for _, e := range of[incident.WriteClosing](plan) {
				says = e.Body
			}
			for _, e := range of[incident.LabelParent](plan) {
				on = e.On && e.Label.Name == "postmortem-complete"
			}
			same(t, "closing comment", tt.says, says)
			same(t, "label put on", tt.says != "", on)
			mentions(t, tells(plan), tt.list)
		})
	}
}

func TestOwnerIsInTheChecklist(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "A")))
	w.FollowUps[0].Title, w.FollowUps[0].Owner = "A, renamed by people", "ben"
	mentions(t, tells(decide(w)), "- open #101 A, renamed by people ben\n")
}

// completed is an incident with one follow-up of which all is said and done.
func completed(t *testing.T) incident.World {
	t.Helper()
	w := settled(t, world(wrote(ada, "body", "Fix it")))
	w.FollowUps[0].State = incident.Done
	resolved(&w)
	reviewed(&w)
	return settled(t, w)
}

func closingEffects(w incident.World) []string {
	var all []string
	plan := judgedPlan(w)
	for _, e := range of[incident.WriteClosing](plan) {
		all = append(all, fmt.Sprintf("comment %d: complete %t", e.ID, e.Complete))
	}
	for _, e := range of[incident.LabelParent](plan) {
		all = append(all, fmt.Sprintf("label: %t", e.On))
	}
	for _, e := range of[incident.DeleteComment](plan) {
		all = append(all, e.String())
	}
	return all
}

func TestFlapping(t *testing.T) {
	t.Parallel()
	w := completed(t)
	for range 2 {
		w.FollowUps[0].State = incident.Open
		same(t, "reopened", []string{"comment 902: complete false", "label: false"}, closingEffects(w))
		w = settled(t, w)
		w.FollowUps[0].State = incident.Done
		same(t, "done again", []string{"comment 902: complete true", "label: true"}, closingEffects(w))
		w = settled(t, w)
	}
	w.Parent.State = incident.Open
	same(t, "parent reopened", []string{"comment 902: complete false", "label: false"}, closingEffects(w))
}

func TestLabelThatPeopleTookOffStaysOff(t *testing.T) {
	t.Parallel()
	w := completed(t)
	w.Parent.Labels = []string{"incident", "sev2", "postmortem: reviewed"}
	same(t, "taken off", []string(nil), closingEffects(w))
	w = settled(t, w)
	same(t, "later", []string(nil), closingEffects(w))
}

func TestLabelThatPeoplePutOnStaysOn(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Fix it"), label("postmortem-complete")))
	same(t, "labels", []string{"incident", "sev2", "postmortem-complete"}, w.Parent.Labels)
}

// TestCutOffLabel is a crash after the label was put on and before that was
// recorded; then the incident is not complete any more.
func TestCutOffLabel(t *testing.T) {
	t.Parallel()
	w := completed(t)
	w.Record.Ledger.Closing.Labelled, w.Record.Labelling = false, true
	w.FollowUps[0].State = incident.Open
	same(t, "put on by us", []string{"comment 902: complete false", "label: false"}, closingEffects(w))

	w.Busy = map[incident.Part]bool{incident.ClosingPart: true}
	same(t, "while it is under way", true, judgedPlan(w).Record.Labelling)
	w.Busy = nil
	w.Parent.Labels = []string{"incident", "sev2", "postmortem: reviewed"}
	plan := judgedPlan(w)
	same(t, "not put on", false, plan.Record.Labelling || plan.Record.Ledger.Closing.Labelled)
}

// TestClosingCommentThatPeopleDeleted: an id that is only remembered is never
// written to, and no other comment is written. The label goes on as before.
func TestClosingCommentThatPeopleDeleted(t *testing.T) {
	t.Parallel()
	w := completed(t)
	w.Closings = nil
	same(t, "stays deleted", []string(nil), closingEffects(w))

	for range 2 {
		w.FollowUps[0].State = incident.Open
		same(t, "reopened", []string{"label: false"}, closingEffects(w))
		w = settled(t, w)
		same(t, "later", []string(nil), closingEffects(w))
		w.FollowUps[0].State = incident.Done
		same(t, "done again", []string{"label: true"}, closingEffects(w))
		w = settled(t, w)
	}
	same(t, "comments", 0, len(w.Closings))
	mentions(t, tells(judgedPlan(withVerdicts(forgotten(w)))), "complete\n")
}

// forgotten has lost what the tracker says, so that it is written again.
func forgotten(w incident.World) incident.World {
	w.Trackers = []incident.Tracker{{ID: 901}}
	return w
}

// TestClosingCommentByItsMarkerOnly: whoever may edit the tracker can write
// any number into its ledger.
func TestClosingCommentByItsMarkerOnly(t *testing.T) {
	t.Parallel()
	w := completed(t)
	w.Record.Ledger.Closing.CommentID = 666
	w.FollowUps[0].State = incident.Open
	same(t, "the one that is there", []string{"comment 902: complete false", "label: false"}, closingEffects(w))
	w.Closings = nil
	same(t, "none is there", []string{"label: false"}, closingEffects(w))
}

// TestClosingWithNothingPromised: what was said is taken back even when neither
// page nor follow-ups are left, and nothing is said for the first time.
func TestClosingWithNothingPromised(t *testing.T) {
	t.Parallel()
	w := settled(t, world(noPage, labels("incident", "sev5")))
	w.Closings = []incident.ClosingComment{{ID: 7, Complete: true}}
	same(t, "taken back", []string{"comment 7: complete false"}, closingEffects(w))
}

// TestStaleClosingComment is taken for deleted until the listing shows it; then
// it is put right.
func TestStaleClosingComment(t *testing.T) {
	t.Parallel()
	w := completed(t)
	listed := w.Closings
	w.Closings, w.FollowUps[0].State = nil, incident.Open
	w = settled(t, w)
	w.Closings = listed
	same(t, "put right", []string{"comment 902: complete false"}, closingEffects(w))
}

func TestSecondClosingComment(t *testing.T) {
	t.Parallel()
	w := completed(t)
	w.Closings = []incident.ClosingComment{{ID: 800, Complete: true}, {ID: 902, Complete: true}}
	plan := judgedPlan(w)
	same(t, "effects", []string{"delete our own comment 902, which is not needed any more"}, closingEffects(w))
	same(t, "the older is kept", int64(800), plan.Record.Ledger.Closing.CommentID)
}

// An order may fail: what is to be closed is not closed yet.
func TestOrderedIsNotDone(t *testing.T) {
	t.Parallel()
	w := settled(t, world(reviewed, resolved, wrote(ada, "body", "Restore the backups")))
	ticked(ada, 101, true)(&w)
	plan := judgedPlan(w)
	same(t, "with the tick", []string{"close #101, as was ordered"}, effects(plan))
	w = carryOut(w, plan)
	w.Ticks = nil
	same(t, "closed", []string{
		"say that everything promised has been done", `put the label "postmortem-complete" on the incident`,
	}, effects(judgedPlan(w)))
}

func TestNeitherPageNorFollowUps(t *testing.T) {
	t.Parallel()
	w := settled(t, world(noPage, labels("incident", "sev5"), resolved))
	same(t, "comments", 0, len(w.Closings))
	same(t, "labels", []string{"incident", "sev5", "postmortem-complete"}, w.Parent.Labels)

	w.Parent.State = incident.Open
	w = settled(t, w)
	same(t, "comments", 0, len(w.Closings))
	same(t, "labels", []string{"incident", "sev5"}, w.Parent.Labels)
}

// TestUndecidedLines are neither promised nor not: what was said stays.
func TestUndecidedLines(t *testing.T) {
	t.Parallel()
	undecided := func(w incident.World) []string {
		wrote(ada, "comment:7", "Call back")(&w)
		return effects(decide(w))
	}
	same(t, "complete stays", []string(nil), undecided(completed(t)))

	w := settled(t, world(wrote(ada, "body", "Fix it")))
	w.FollowUps[0].State = incident.Done
	resolved(&w)
	reviewed(&w)
	same(t, "incomplete stays", []string(nil), undecided(w))

	w = completed(t)
	w.Parent.State = incident.Open
	same(t, "but not what is known to be wrong", 2, len(undecided(w)))

	w = completed(t)
	w.Closings, w.FollowUps[0].State = nil, incident.Open
	w = settled(t, w)
	w.FollowUps[0].State = incident.Done
	same(t, "incomplete stays, where people deleted the comment", []string(nil), undecided(w))
}
