package incident_test

import (
	"testing"
	"time"

	"hindsight/internal/incident"
)

// TestTakenOffTheTracker: lines that people add to the tracker are gone when it
// is written anew. What became of them is said for a day.
func TestTakenOffTheTracker(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, line string
		by         incident.Actor
		want       []string
	}{
		{"followed up", "Fix it", ada, nil},
		{
			"ticked already", "x Fix it", ada,
			[]string{"«Fix it» was ticked already, and what is done opens nothing: write it again without the tick if it is to be followed up."},
		},
		{
			"by a stranger", "Fix it", mallory,
			[]string{"«Fix it» is not followed up: it was written without triage permission. Somebody who has it can write it in a comment."},
		},
		{
			"by an app", "Fix it", spam,
			[]string{"«Fix it» is not followed up: it was written by an app that the configuration does not name. A person can write it in a comment."},
		},
		{
			"by nobody knows whom", "Fix it",
			incident.Actor{},
			[]string{"«Fix it» is not followed up: GitHub does not tell who wrote it. Write it in a comment, under the heading Follow-ups."},
		},
		{
			"no such issue", "#5", ada,
			[]string{"«#5» names no issue that Hindsight can see: correct the number, or install the app there."},
		},
		{
			"no such place", "Fix it in acme/attic", ada,
			[]string{"«Fix it in acme/attic» can't be opened there: acme/attic is archived. Name another repository, or none. It is followed up here."},
		},
		{
			"no such day", "Fix it due 2026-13-45", ada,
			[]string{"«due 2026-13-45» holds no date that can be read: write «due 2026-12-01», «due Dec 1» or «due 2w»."},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := settled(t, world(hasPlaces))
			wrote(tt.by, incident.FromTracker, tt.line)(&w)
			w = carryOut(w, judgedPlan(w))
			w = settled(t, rewritten(w)) // it was written anew
			same(t, "said", tt.want, doubts(w))
			same(t, "lines that count as refused", 0, viewed(incident.DefaultPolicy(), w).Refused)
			w = carryOut(w, later(w, 23*time.Hour))
			same(t, "said for a day", tt.want, doubts(w))
			if again := later(w, 23*time.Hour).LookAgain; len(tt.want) > 0 && !again.Equal(now.Add(24*time.Hour)) {
				t.Errorf("look again at %s", again)
			}
			w = carryOut(w, later(w, 25*time.Hour))
			same(t, "and no longer", []string(nil), doubts(w))
		})
	}
}

// TestTakenOffAreFew: nobody can fill the database with them.
func TestTakenOffAreFew(t *testing.T) {
	t.Parallel()
	w := world()
	for _, line := range many(100) {
		wrote(ada, incident.FromTracker, "x "+line)(&w)
	}
	same(t, "remembered", 20, len(judgedPlan(w).Record.TakenOff))
}

// TestTickedPullRequest: people merge it themselves, and are told so until it
// is another way.
func TestTickedPullRequest(t *testing.T) {
	t.Parallel()
	const said = "«#5» is a pull request, to which a box here does nothing: merge, close or reopen the pull request itself."
	w := world(adopted(5))
	w.FollowUps[0].Pull = true
	w = settled(t, w)
	same(t, "before", []string(nil), doubts(w))
	ticked(ada, 5, true)(&w)
	w = carryOut(w, judgedPlan(w))
	w.Ticks = nil
	w = settled(t, w)
	same(t, "ticked", []string{said}, doubts(w))
	put(incident.Done)(&w)
	w = settled(t, w)
	same(t, "merged", []string(nil), doubts(w))
}
