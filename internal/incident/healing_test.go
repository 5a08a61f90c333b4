package incident_test

import (
	"testing"

	"hindsight/internal/incident"
)

// followUp is one that a listing shows, for the first entry of a world's ledger.
func followUp(w incident.World, number int, state incident.State) incident.FollowUp {
	e := w.Record.Ledger.Items[0]
	return incident.FollowUp{
		Issue: incident.NewKey("acme", "shop", number), ID: int64(number) + 1000,
		Item: e.Key, Source: e.Source, Words: e.Words, Title: "Fix it", State: state,
	}
}

func TestAdoptedFromMarkers(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Fix it", "Fix it", "Call back")))
	want := w.Record.Ledger
	want.Items = append([]incident.Entry(nil), want.Items...)
	for i := range want.Items {
		want.Items[i].Attached = false
	}

	w.Record = incident.Record{Ledger: incident.Ledger{Accepted: want.Accepted, Page: want.Page}}
	plan := judgedPlan(w)
	same(t, "opened", []string(nil), opens(plan))
	same(t, "items", want.Items, plan.Record.Ledger.Items)
	same(t, "tracker", want.TrackerID, plan.Record.Ledger.TrackerID)

	w.Items = nil
	plan = judgedPlan(w)
	var left []incident.Entry
	for _, e := range want.Items { // the rest is only in the lines, and in the tracker
		left = append(left, incident.Entry{Key: e.Key, Source: e.Source, Words: e.Words, Issue: e.Issue})
	}
	same(t, "items whose lines are gone", left, stripped(plan.Record.Ledger.Items))
}

func TestAdoptedClosing(t *testing.T) {
	t.Parallel()
	w := world(wrote(ada, "body", "Fix it"))
	w.Closings = []incident.ClosingComment{{ID: 7, Complete: true}}
	plan := judgedPlan(w)
	var written []int64
	for _, e := range of[incident.WriteClosing](plan) {
		written = append(written, e.ID)
	}
	same(t, "what says complete is edited, whatever the ledger says", []int64{7}, written)
}

// TestCutOffOpening is a crash after a follow-up was opened and before that
// was recorded: the listing answers.
func TestCutOffOpening(t *testing.T) {
	t.Parallel()
	w := world(wrote(ada, "body", "Fix it"))
	w.Record = judgedPlan(w).Record
	key := w.Record.Ledger.Items[0].Key
	w.Record.Opening = []incident.ItemKey{key}
	w.FollowUps = []incident.FollowUp{followUp(w, 101, incident.Open)}
	plan := judgedPlan(w)
	same(t, "opened", []string(nil), opens(plan))
	same(t, "adopted", incident.Ref{Number: 101}, plan.Record.Ledger.Items[0].Issue)
	same(t, "opening", 0, len(plan.Record.Opening))
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	const (
		first  = "close #101, which was opened twice, as a duplicate of #100"
		second = "close #102, which was opened twice, as a duplicate of #101"
	)
	type issue struct {
		number int
		state  incident.State
	}
	tests := []struct {
		name   string
		issues []issue
		stays  int
		closes []string
	}{
		{"one", []issue{{101, incident.Open}}, 101, nil},
		{"two", []issue{{101, incident.Open}, {102, incident.Open}}, 101, []string{second}},
		{"two, the lower listed last", []issue{{102, incident.Open}, {101, incident.Open}}, 101, []string{second}},
		{"a lower one than what is known", []issue{{101, incident.Open}, {100, incident.Open}}, 100, []string{first}},
		{"the first was done", []issue{{101, incident.Done}, {102, incident.Open}}, 101, []string{second}},
		{"the second was closed", []issue{{101, incident.Open}, {102, incident.Dropped}}, 101, nil},
		{"the first was deleted", []issue{{101, incident.Gone}, {102, incident.Open}}, 102, nil},
		{"the first was deleted, the second is done", []issue{{101, incident.Gone}, {102, incident.Done}}, 102, nil},
		{"the first was deleted after the second was closed", []issue{{101, incident.Gone}, {102, incident.Dropped}}, 101, nil},
		{"a lower one was deleted", []issue{{101, incident.Open}, {100, incident.Gone}}, 101, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := settled(t, world(wrote(ada, "body", "Fix it")))
			w.FollowUps = nil
			for _, i := range tt.issues {
				w.FollowUps = append(w.FollowUps, followUp(w, i.number, i.state))
			}
			plan := judgedPlan(w)
			var closes []string
			for _, e := range of[incident.CloseDuplicate](plan) {
				closes = append(closes, e.String())
			}
			same(t, "closes", tt.closes, closes)
			entry := plan.Record.Ledger.Items[0]
			same(t, "stays", tt.stays, entry.Issue.Number)
			same(t, "attached", tt.stays == 101, entry.Attached)
			same(t, "items", 1, len(plan.Record.Ledger.Items))
		})
	}
}

func TestDuplicateThatPeopleReopenIsTheirs(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Fix it")))
	w.FollowUps = append(w.FollowUps, followUp(w, 102, incident.Open))
	plan := judgedPlan(w)
	same(t, "closed once", 1, len(effects(plan)))
	recorded := carryOut(w, plan)
	same(t, "reopened before it was seen closed", []string(nil), effects(judgedPlan(recorded)))

	w.FollowUps[1].State = incident.Dropped
	w.Record = judgedPlan(w).Record
	w.FollowUps[1].State = incident.Open
	same(t, "reopened when the closing was not recorded", []string(nil), effects(judgedPlan(w)))
}

func TestTrackers(t *testing.T) {
	t.Parallel()
	w := settled(t, world())
	body := w.Trackers[0].Body
	const again = "write the tracker, one comment on the issue"
	deleted := func(w *incident.World) { w.Trackers, w.TrackerGone = nil, true }
	tests := []struct {
		name string
		make change
		want []string
		id   int64
	}{
		{name: "as it should be", make: func(*incident.World) {}, id: 901},
		{
			name: "edited", make: func(w *incident.World) { w.Trackers[0].Body = "mine now" },
			want: []string{"bring the tracker up to date"}, id: 901,
		},
		{
			name: "two", make: func(w *incident.World) { w.Trackers = append(w.Trackers, incident.Tracker{ID: 950, Body: body}) },
			want: []string{"delete our own comment 950, which is not needed any more"}, id: 901,
		},
		{
			name: "an older one than what is known",
			make: func(w *incident.World) { w.Trackers = []incident.Tracker{{ID: 800, Body: body}, w.Trackers[0]} },
			want: []string{"delete our own comment 901, which is not needed any more"}, id: 800,
		},
		{name: "not listed yet", make: func(w *incident.World) { w.Trackers, w.Record.Ledger.TrackerID = nil, 0 }, want: []string{again}},
		{name: "deleted by people", make: deleted, want: []string{again}},
		{name: "deleted twice", make: func(w *incident.World) { deleted(w); w.Record.Ledger.Removals = 1 }},
		{name: "deleted while paused", make: func(w *incident.World) { deleted(w); unlabelled(w) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := settled(t, world())
			tt.make(&w)
			plan := judgedPlan(w)
			var got []string
			for _, e := range plan.Effects {
				got = append(got, e.String())
			}
			same(t, "effects", tt.want, got)
			same(t, "tracker", tt.id, plan.Record.Ledger.TrackerID)
		})
	}
}

func TestDeletedTrackerComesBackOnceThenSilence(t *testing.T) {
	t.Parallel()
	w := settled(t, world())
	remove := func() {
		w.Trackers, w.TrackerGone = nil, true
		plan := judgedPlan(w)
		w.TrackerGone = false
		w = carryOut(w, plan)
	}
	remove()
	same(t, "back", 1, len(w.Trackers))
	remove()
	same(t, "silence", 0, len(w.Trackers))
	wrote(ada, "body", "Fix it")(&w)
	w = settled(t, w)
	same(t, "silence for good", 0, len(w.Trackers))
	same(t, "the work goes on", 1, len(w.FollowUps))
}

func TestRemovalsOutliveTheDatabase(t *testing.T) {
	t.Parallel()
	w := settled(t, world())
	w.Trackers, w.TrackerGone = nil, true
	w = carryOut(w, judgedPlan(w))
	ledger, err := carried(w.Trackers[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "removals", 1, incident.Ledger{}.Unite(ledger).Removals)
}
