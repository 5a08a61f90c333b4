package incident_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// later is the plan at another time, when all questions have been answered.
func later(w incident.World, after time.Duration) incident.Plan {
	judged(incident.DefaultPolicy())(&w)
	return incident.Decide(incident.DefaultPolicy(), plain{}, w, now.Add(after))
}

// rewritten is the world with other lines.
func rewritten(w incident.World, lines ...change) incident.World {
	w.Items, w.Commands = nil, nil
	for _, l := range lines {
		l(&w)
	}
	return w
}

// stripped leaves of entries what a marker says.
func stripped(entries []incident.Entry) []incident.Entry {
	var left []incident.Entry
	for _, e := range entries {
		left = append(left, incident.Entry{Key: e.Key, Source: e.Source, Words: e.Words, Issue: e.Issue})
	}
	return left
}

// TestIdentity is what makes a line the same line.
func TestIdentity(t *testing.T) {
	t.Parallel()
	before := []change{
		wrote(ada, "body", "Restore the backups", "Add an alert for the queue", "x Fix it", "Tell the customers"),
		wrote(ada, "comment:7", "Call the vendor back"),
	}
	tests := []struct {
		name    string
		after   []change
		opens   []string
		renames map[int]string
	}{
		{name: "unchanged", after: before},
		{name: "reordered", after: []change{
			wrote(ada, "body", "Tell the customers", "Restore the backups", "Add an alert for the queue"), wrote(ada, "comment:7", "Call the vendor back"),
		}},
		{name: "spelled anew", after: []change{
			wrote(ada, "body", "**restore** the backups!", "Add: an alert  for the queue", "Tell the cus\u200btomers \u202e"), wrote(ada, "comment:7", "call the vendor back"),
		}},
		{name: "given an owner and a day", after: []change{
			wrote(ada, "body", "Restore the backups @bob", "Add an alert for the queue, due 2w (p1)", "Tell the customers [process]"),
			wrote(ada, "comment:7", "Call the vendor back in acme/shop"),
		}},
		{name: "deleted", after: nil},
		{name: "moved to a new comment", after: []change{wrote(ada, "comment:8", "Restore the backups", "Add an alert for the queue", "Call the vendor back")}},
		{name: "moved to a pull request", after: []change{wrote(ada, incident.FromPull(43), "Restore the backups")}},
		{name: "moved to a command", after: []change{commanded(ada, 8, "Restore the backups @bob")}},
		{name: "moved, ticked", after: []change{wrote(ada, "comment:8", "x Restore the backups", "x Call the vendor back")}},
		{
			name: "moved, while an outsider has the same words",
			after: []change{
				wrote(mallory, "comment:3", "Call the vendor back"), wrote(ada, "comment:8", "Call the vendor back"),
			},
		},
		{
			name:  "moved by an outsider",
			after: []change{wrote(mallory, "comment:3", "Restore the backups")},
		},
		{
			name: "reworded in place",
			after: []change{
				wrote(ada, "body", "Restore all the backups", "Add an alert for the queues", "Tell the customers"), wrote(ada, "comment:7", "Call the vendors back"),
			},
			renames: map[int]string{101: "Restore all the backups", 102: "Add an alert for the queues", 104: "Call the vendors back"},
		},
		{
			name:    "reworded, with lines above and below",
			after:   []change{wrote(ada, "body", "Look into the cache", "Restore all the backups", "Ask the desk", "Add an alert for the queue", "Tell the customers")},
			opens:   []string{"Look into the cache", "Ask the desk"},
			renames: map[int]string{101: "Restore all the backups"},
		},
		{
			name:    "reworded and ticked",
			after:   []change{wrote(ada, "body", "x Restore all the backups", "Add an alert for the queue", "Tell the customers")},
			renames: map[int]string{101: "Restore all the backups"},
		},
		{
			name:  "reworded in another place",
			after: []change{wrote(ada, "body", "Add an alert for the queue", "Restore all the backups", "Tell the customers")},
			opens: []string{"Restore all the backups"},
		},
		{
			name:  "reworded in another source",
			after: []change{wrote(ada, "body", "Add an alert for the queue", "Tell the customers"), wrote(ada, "comment:8", "Restore all the backups")},
			opens: []string{"Restore all the backups"},
		},
		{
			name:  "other words in place",
			after: []change{wrote(ada, "body", "Write a runbook", "Add an alert for the queue", "Tell the customers")},
			opens: []string{"Write a runbook"},
		},
		{
			name:  "reworded by an outsider in place of a comment of those who may",
			after: []change{wrote(mallory, "comment:7", "Call the vendors back")},
		},
		{
			name:  "written twice in one source",
			after: []change{wrote(ada, "body", "Restore the backups", "Restore the backups", "Add an alert for the queue", "Tell the customers")},
			opens: []string{"Restore the backups"},
		},
		{
			name:  "a number beside the line",
			after: append(slices.Clone(before), wrote(ada, "comment:8", "#101", "#102 is what I do")),
		},
		{
			name: "a number in place of the line",
			after: []change{
				wrote(ada, "body", "#101 Restore them", "x https://github.test/Acme/Shop/issues/102", "acme/shop#103"), wrote(ada, "comment:7", "#104"),
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// The outsider's line is judged while the other stands where it was.
			outsider := wrote(mallory, "comment:3", "Call the vendor back")
			w := settled(t, world(append(slices.Clone(before), outsider)...))
			same(t, "opened before", 4, len(w.FollowUps))
			w = rewritten(w, tt.after...)
			plan := judgedPlan(w)
			same(t, "opened", tt.opens, opens(plan))
			var renames map[int]string
			for _, e := range of[incident.UpdateFollowUp](plan) {
				if e.Is.Title != e.Was.Title {
					if renames == nil {
						renames = map[int]string{}
					}
					renames[e.Issue.Number] = e.Title
				}
			}
			same(t, "renamed", tt.renames, renames)
			w = settled(t, carryOut(w, plan))
			same(t, "listed", 4+len(tt.opens), len(w.Record.Ledger.Items))
			w.Record = fromTracker(t, w)
			same(t, "opened when the database is gone", []string(nil), opens(judgedPlan(w)))
		})
	}
}

// fromTracker is what is left when the database is deleted: what the tracker
// carries.
func fromTracker(t *testing.T, w incident.World) incident.Record {
	t.Helper()
	l, err := carried(w.Trackers[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	return incident.Record{Ledger: incident.Ledger{}.Unite(l.Checked())}
}

// TestSameWordsElsewhere: who moves a line may paste it first, and cut it a
// moment later.
func TestSameWordsElsewhere(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Fix it"), wrote(ada, "comment:7", "Fix it")))
	same(t, "seen at once, they are two", 2, len(w.FollowUps))

	w = settled(t, world(wrote(ada, "body", "Fix it", "Call back")))
	pasted := rewritten(w, wrote(ada, "body", "Fix it", "Call back"), wrote(ada, "comment:7", "Fix it @bob"))
	plan := judgedPlan(pasted)
	same(t, "opened at once", []string(nil), opens(plan))
	same(t, "looked at again", now.Add(time.Minute), plan.LookAgain)
	pasted.Record = plan.Record
	same(t, "opened a moment before", []string(nil), opens(later(pasted, time.Minute-time.Second)))
	same(t, "opened a minute later", []string{"Fix it"}, opens(later(pasted, time.Minute)))

	cut := rewritten(pasted, wrote(ada, "body", "Call back"), wrote(ada, "comment:7", "Fix it @bob"))
	plan = later(cut, time.Hour)
	same(t, "opened when the first is cut", []string(nil), opens(plan))
	same(t, "where it is now", incident.Source("comment:7"), plan.Record.Ledger.Items[0].Source)
	same(t, "to whom it goes", "bob", plan.Record.Ledger.Items[0].Owner)
	same(t, "not waited for any more", 0, len(plan.Record.Twins))
}

// TestUnknownAuthorMovesNothing: until it is known that somebody may, what they
// write is neither a new item nor another one's line.
func TestUnknownAuthorMovesNothing(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Restore the backups", "Call back")))
	for _, after := range []change{wrote(ada, "comment:7", "Restore the backups"), wrote(ada, "body", "Restore all the backups", "Call back")} {
		changed := rewritten(w, after)
		asks := incident.QuestionsOf(incident.DefaultPolicy(), changed).May
		same(t, "asked", []string{"ada"}, whom(asks))
		plan := decide(changed)
		same(t, "effects", []string(nil), effects(plan))
		same(t, "the entry", w.Record.Ledger.Items[0], plan.Record.Ledger.Items[0])
	}
}

// TestOrdinalsOutliveRewording: a line keeps its key when its words change, and
// a new line of the old words gets another.
func TestOrdinalsOutliveRewording(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Restore the backups")))
	w = settled(t, rewritten(w, wrote(ada, "body", "Restore all the backups")))
	w = rewritten(w, wrote(ada, "body", "Restore all the backups", "Restore the backups"))
	same(t, "opened", []string{"Restore the backups"}, opens(judgedPlan(w)))
	w = settled(t, w)
	same(t, "follow-ups", 2, len(w.FollowUps))
	if keys := w.Record.Ledger.Items; keys[0].Key == keys[1].Key {
		t.Errorf("two entries have one key: %+v", keys)
	}
}

// TestSameSourceComesFirst: the twin that was ticked is deleted, and somebody
// writes the same words elsewhere.
func TestSameSourceComesFirst(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "comment:7", "x Fix it", "Fix it")))
	w = rewritten(w, wrote(ada, "body", "Fix it"), wrote(ada, "comment:7", "Fix it"))
	w.Record = judgedPlan(w).Record
	var from []incident.Source
	for _, e := range of[incident.OpenFollowUp](later(w, time.Minute)) {
		from = append(from, e.Source)
	}
	same(t, "new", []incident.Source{incident.FromBody}, from)
}

// TestFormerLedgers: entries of older trackers and markers have a digest of all
// of the line's words, and nothing more.
func TestFormerLedgers(t *testing.T) {
	t.Parallel()
	const fixIt, withTail = "vmgrgb3wntqi", "bh4c7tbdsksf"
	w := world(wrote(ada, "body", "Fix it", "x Call back @bob p1"))
	w.Record.Ledger.Items = []incident.Entry{
		{Key: "aaaaaaaaaaaa", Source: incident.FromBody, Words: fixIt, Issue: incident.Ref{Number: 101}, Attached: true},
		{Key: "bbbbbbbbbbbb", Source: incident.FromBody, Words: withTail, Issue: incident.Ref{Number: 102}, Attached: true},
	}
	for i, title := range []string{"Fix it", "Call back @bob p1"} {
		w.FollowUps = append(w.FollowUps, incident.FollowUp{
			Issue: incident.NewKey("acme", "shop", 101+i), Title: title, State: incident.Open,
		})
	}
	plan := judgedPlan(w)
	same(t, "effects", []string(nil), effects(plan))
	items := plan.Record.Ledger.Items
	same(t, "listed", 2, len(items))
	same(t, "what is asked for is read", "bob", items[1].Owner)
	same(t, "a box that was ticked long ago orders nothing", incident.State(""), items[1].Want)
	same(t, "written anew", []int{8, 8}, []int{len(items[0].Words), len(items[1].Words)})
}

func TestTickingTheLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before string
		state  incident.State
		after  change
		want   incident.State
	}{
		{"ticked", "Fix it", incident.Open, wrote(ada, "body", "x Fix it"), incident.Done},
		{"ticked, done already", "Fix it", incident.Done, wrote(ada, "body", "x Fix it"), ""},
		{"ticked, dropped already", "Fix it", incident.Dropped, wrote(ada, "body", "x Fix it"), ""},
		{"ticked, gone", "Fix it", incident.Gone, wrote(ada, "body", "x Fix it"), ""},
		{"not touched, done", "Fix it", incident.Done, wrote(ada, "body", "Fix it"), ""},
		{"deleted", "Fix it", incident.Open, wrote(ada, "body", "Call back"), ""},
		{"moved and ticked", "Fix it", incident.Open, wrote(ada, "comment:7", "x Fix it"), incident.Done},
		{"ticked by an outsider's copy", "Fix it", incident.Open, wrote(mallory, "comment:7", "x Fix it", "x #101"), ""},
		{"its number ticked elsewhere", "Fix it", incident.Open, wrote(ada, "comment:7", "x #101"), ""},
		{"its number ticked in its place", "Fix it", incident.Open, wrote(ada, "body", "x #101 Fix it"), incident.Done},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := settled(t, world(wrote(ada, "body", tt.before)))
			w.FollowUps[0].State = tt.state
			w = rewritten(w, tt.after)
			plan := judgedPlan(w)
			same(t, "wanted", tt.want, plan.Record.Ledger.Items[0].Want)
			w = carryOut(w, plan)
			same(t, "ordered once", incident.State(""), judgedPlan(w).Record.Ledger.Items[0].Want)
		})
	}
}

func TestUntickingTheLine(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Fix it")))
	w = carryOut(w, judgedPlan(rewritten(w, wrote(ada, "body", "x Fix it"))))
	w.FollowUps[0].State = incident.Done
	plan := judgedPlan(rewritten(w, wrote(ada, "body", "Fix it")))
	same(t, "wanted", incident.Open, plan.Record.Ledger.Items[0].Want)
	w.FollowUps[0].State = incident.Dropped
	plan = judgedPlan(rewritten(w, wrote(ada, "body", "Fix it")))
	same(t, "wanted of a dropped one", incident.Open, plan.Record.Ledger.Items[0].Want)
}

// TestTitlesDontDependOnTime: a day that was to come when the line was written
// is past when the comment is edited later.
func TestTitlesDontDependOnTime(t *testing.T) {
	t.Parallel()
	line := func(text string, written time.Time) change {
		return func(w *incident.World) {
			w.Items = append(w.Items, incident.Item{Source: "body", Author: ada, Text: text, Written: written})
		}
	}
	for _, text := range []string{"Fix it due 2026-12-01", "Fix it due 2w", "Fix it due Friday", "Fix it due 2032-01-01"} {
		w := settled(t, world(line(text, opened)))
		due := w.Record.Ledger.Items[0].Due
		w = rewritten(w, line(text, opened.AddDate(2, 0, 0)))
		plan := judgedPlan(w)
		same(t, "effects", []string(nil), effects(plan))
		same(t, text+" is due", due, plan.Record.Ledger.Items[0].Due)
		if strings.Contains(tells(plan), "was past") {
			t.Errorf("doubted later:\n%s", tells(plan))
		}
	}
}
