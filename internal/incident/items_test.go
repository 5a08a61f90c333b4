package incident_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hindsight/internal/incident"
)

func TestWhatBecomesAFollowUp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		changes []change
		opens   []string
		says    string
	}{
		{name: "the body's lines", changes: []change{wrote(ada, "body", "Fix it", "Add an alert")}, opens: []string{"Fix it", "Add an alert"}},
		{name: "a comment's lines", changes: []change{wrote(ada, "comment:7", "Fix it")}, opens: []string{"Fix it"}},
		{name: "commands", changes: []change{commanded(ada, 7, "Fix it", "Add an alert")}, opens: []string{"Fix it", "Add an alert"}},
		{name: "ticked already", changes: []change{wrote(ada, "body", "x Fix it")}},
		{name: "ticked beside an equal line", changes: []change{wrote(ada, "body", "x Fix it", "Fix it")}, opens: []string{"Fix it"}},
		{name: "two equal lines are two", changes: []change{wrote(ada, "body", "Fix it", "fix  it!")}, opens: []string{"Fix it", "fix it!"}},
		{name: "equal lines in two sources are two", changes: []change{wrote(ada, "body", "A"), wrote(ada, "comment:7", "A")}, opens: []string{"A", "A"}},
		{name: "an outsider's lines", changes: []change{wrote(mallory, "comment:7", "Fix it")}, says: "refused 1"},
		{name: "an outsider's command", changes: []change{commanded(mallory, 7, "Fix it")}, says: "refused 1"},
		{name: "an outsider's ticked line", changes: []change{wrote(mallory, "comment:7", "x Fix it")}},
		{name: "a deleted account's lines", changes: []change{wrote(incident.Actor{}, "comment:7", "Fix it")}, says: "refused 1"},
		{name: "an app's lines", changes: []change{wrote(spam, "comment:7", "Fix it")}, says: "refused 1"},
		{name: "a deleted app's lines", changes: []change{wrote(incident.Actor{Bot: true}, "comment:7", "Fix it")}, says: "refused 1"},
		{name: "a named app's lines", changes: []change{wrote(forms, "comment:7", "Fix it")}, opens: []string{"Fix it"}},
		{name: "a named app's command", changes: []change{commanded(forms, 7, "Fix it")}, opens: []string{"Fix it"}},
		{name: "lines by a person with the name of an app", changes: []change{wrote(incident.Actor{Login: "forms"}, "comment:7", "A")}, says: "refused 1"},
		{name: "no words", changes: []change{commanded(ada, 7, "")}},
		{
			name: "what only looks like a reference", changes: []change{wrote(ada, "body", "Fix #77", "https://x.test is down", "UTF-8 in titles")},
			opens: []string{"Fix #77", "https://x.test is down", "UTF-8 in titles"},
		},
		{
			name:    "commands that are no titles",
			changes: []change{commanded(ada, 7, "all", "All", "accept", "done #77", "Reopen #77", "snooze 2w no time", "snooze", "Snooze 10 d")},
		},
		{
			name: "titles that begin like commands", changes: []change{commanded(ada, 7, "all of it", "accept that", "done with it", "snooze the alert")},
			opens: []string{"all of it", "accept that", "done with it", "snooze the alert"},
		},
		{name: "another command", changes: []change{func(w *incident.World) {
			w.Commands = []incident.Command{{Name: "incident", Rest: "help", Comment: 7, Author: ada}}
		}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			policy.Apps = []string{"forms"}
			w := world(append(tt.changes, judged(policy))...)
			plan := incident.Decide(policy, plain{}, w, now)
			same(t, "opened", tt.opens, opens(plan))
			mentions(t, tells(plan), tt.says)
			w = carryOut(w, plan)
			same(t, "opened by a second look", []string(nil), opens(incident.Decide(policy, plain{}, w, now)))
			same(t, "opened in the end", len(tt.opens), len(w.FollowUps))
		})
	}
}

func TestUnknownPermissionIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := world(wrote(ada, "body", "Fix it"))
	plan := decide(w)
	same(t, "opened", []string(nil), opens(plan))
	w.Record = plan.Record
	same(t, "opened once it is known", []string{"Fix it"}, opens(judgedPlan(w)))
}

func TestFollowUpSaysWhereItIsFrom(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.Standard = map[incident.Severity][]string{2: {"Send the message"}}
	w := world(commanded(ada, 7, "Fix it"), judged(policy))
	var bodies []string
	for _, e := range of[incident.OpenFollowUp](incident.Decide(policy, plain{}, w, now)) {
		var labels []string
		for _, l := range e.Labels {
			labels = append(labels, l.Name)
		}
		bodies = append(bodies, fmt.Sprintf("%s: %s %v", e.Source, e.Body, labels))
	}
	same(t, "bodies", []string{
		"standard: of acme/shop#42 by , see https://github.test/Acme/Shop/issues/42 [postmortem-followup sev2 sev2_20261120]",
		"comment:7: of acme/shop#42 by ada, see https://github.test/comment [postmortem-followup sev2 sev2_20261120]",
	}, bodies)
}

func TestStandardFollowUpsAreTheSeveritys(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.Standard = map[incident.Severity][]string{1: {"Send the message"}, 3: {"Write it down"}}
	plan := func(w incident.World) incident.Plan { return incident.Decide(policy, plain{}, w, now) }
	w := world(labels("incident", "sev1"))
	same(t, "sev1", []string{"Send the message"}, opens(plan(w)))
	w = carryOut(w, plan(w))
	same(t, "sev1 again", []string(nil), opens(plan(w)))
	w.Parent.Labels = []string{"incident"}
	same(t, "no label", []string{"Write it down"}, opens(plan(w)))
	mentions(t, tells(plan(w)), "- open #101 Send the message\n")
}

func TestDeletedBeforeItWasOpened(t *testing.T) {
	t.Parallel()
	w := world(wrote(ada, "body", "Fix it"))
	w.Record = judgedPlan(w).Record
	same(t, "taken in", 1, len(w.Record.Ledger.Items))

	cutOff := w
	cutOff.Items = nil
	plan := decide(cutOff)
	same(t, "forgotten", 0, len(plan.Record.Ledger.Items))
	same(t, "opened", []string(nil), opens(plan))

	cutOff.Record = w.Record.Clone()
	cutOff.Record.Opening = []incident.ItemKey{w.Record.Ledger.Items[0].Key}
	plan = decide(cutOff)
	same(t, "kept while it may have been opened", 1, len(plan.Record.Ledger.Items))
	same(t, "opened", []string(nil), opens(plan))

	w.Items[0].Ticked = true
	same(t, "forgotten when ticked", 0, len(decide(w).Record.Ledger.Items))
}

func TestDeletedAfterItWasOpened(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Fix it")))
	w.Items = nil
	plan := decide(w)
	same(t, "effects", []string(nil), effects(plan))
	same(t, "follow-up", incident.Open, w.FollowUps[0].State)
	same(t, "listed", 1, len(plan.Record.Ledger.Items))
}

func many(n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf("Line %d", i))
	}
	return lines
}

func TestManyAtOnceWait(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Fix it")))
	same(t, "25 don't wait", 25, len(opens(judgedPlan(world(wrote(ada, "body", many(25)...))))))

	wrote(ada, "comment:7", many(26)...)(&w)
	resolved(&w)
	w.FollowUps[0].State = incident.Done
	w.Parent.Labels = append(w.Parent.Labels, "postmortem: reviewed")
	plan := judgedPlan(w)
	same(t, "opened", []string(nil), opens(plan))
	mentions(t, tells(plan), "- done #101 Fix it\nwaiting 26\n")
	if strings.Contains(tells(plan), "complete") {
		t.Errorf("complete while items wait:\n%s", tells(plan))
	}

	commanded(mallory, 8, "all")(&w)
	same(t, "confirmed by an outsider", []string(nil), opens(judgedPlan(w)))

	commanded(ada, 9, "ALL")(&w)
	plan = judgedPlan(w)
	same(t, "confirmed", 26, len(opens(plan)))
	w = settled(t, carryOut(w, plan))

	for _, l := range many(30) {
		wrote(ada, "comment:10", "Another "+l)(&w)
	}
	plan = judgedPlan(w)
	same(t, "confirmed once, not for good", []string(nil), opens(plan))
	mentions(t, tells(plan), "waiting 30\n")
}

// TestStandardOnesDontWait: the team's own configuration needs no confirmation,
// and nobody's lines keep it back.
func TestStandardOnesDontWait(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.MaxNew = 2
	policy.Standard = map[incident.Severity][]string{2: {"Send the message", "Write it down", "Tell the desk"}}
	w := world(wrote(ada, "body", many(3)...), judged(policy))
	plan := incident.Decide(policy, plain{}, w, now)
	same(t, "opened", policy.Standard[2], opens(plan))
	mentions(t, tells(plan), "waiting 3\n")

	w = carryOut(w, plan)
	judged(policy)(&w)
	plan = incident.Decide(policy, plain{}, w, now)
	same(t, "opened again", []string(nil), opens(plan))
	mentions(t, tells(plan), "waiting 3\n")

	for _, by := range []incident.Actor{mallory, {}} {
		w = world(wrote(by, "comment:3", many(2000)...), judged(policy))
		same(t, "beside a flood", policy.Standard[2], opens(incident.Decide(policy, plain{}, w, now)))
	}
}

func TestMostLines(t *testing.T) {
	t.Parallel()
	const most, notice = 1000, "! Somebody wrote more than 1000 lines"
	mine := many(most + 1)
	tests := []struct {
		name    string
		changes []change
		opened  int
		notice  bool
	}{
		{name: "a thousand", changes: []change{wrote(ada, "body", mine[:most]...)}, opened: most},
		{name: "one more", changes: []change{wrote(ada, "body", mine...)}, opened: most, notice: true},
		{
			name: "one more elsewhere", opened: most, notice: true,
			changes: []change{wrote(ada, "body", mine[:most]...), commanded(ada, 7, "One more")},
		},
		{
			name: "empty lines don't count", opened: most,
			changes: []change{wrote(ada, "body", "", "\u200b"), wrote(ada, "comment:7", mine[:most]...)},
		},
		{
			name: "after a stranger's flood", opened: 2, notice: true,
			changes: []change{wrote(mallory, "comment:3", mine...), wrote(ada, "comment:7", "Fix it"), commanded(ada, 8, "Call back")},
		},
		{
			name: "after a flood by nobody", opened: 1, notice: true,
			changes: []change{wrote(incident.Actor{}, "comment:3", mine...), wrote(ada, "comment:7", "Fix it")},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			policy.MaxNew = 2 * most
			plan := incident.Decide(policy, plain{}, world(append(tt.changes, judged(policy))...), now)
			same(t, "opened", tt.opened, len(opens(plan)))
			same(t, "notice", tt.notice, strings.Contains(tells(plan), notice))
		})
	}
}

func TestCommandsAreAnswered(t *testing.T) {
	t.Parallel()
	w := world(commanded(ada, 7, "Fix it", "Call back"), commanded(mallory, 8, "Mine"), commanded(ada, 9, "all", "all"))
	plan := judgedPlan(w)
	same(t, "at once", []string{
		`open the follow-up "Fix it"`, `open the follow-up "Call back"`,
		`attach "Fix it" to the incident as a sub-issue`, `attach "Call back" to the incident as a sub-issue`,
		`answer the command in comment 7 with "eyes"`, `answer the command in comment 9 with "+1"`,
	}, effects(plan))

	half := w
	half.Record = plan.Record
	half = carryOut(half, incident.Plan{Record: plan.Record, Effects: slices.DeleteFunc(slices.Clone(plan.Effects), func(e incident.Effect) bool {
		return e.String() == `open the follow-up "Call back"`
	})})
	same(t, "when one of two is there", []string{
		`open the follow-up "Call back"`, `attach "Call back" to the incident as a sub-issue`,
	}, effects(judgedPlan(half)))

	w = carryOut(w, plan)
	same(t, "when all is there", []string{`answer the command in comment 7 with "+1"`}, effects(judgedPlan(w)))
	w = settled(t, w)
	same(t, "in the end", []string(nil), effects(judgedPlan(w)))
}

// A command that names what is followed already has nothing left to do, and is
// answered like any other.
func TestCommandNamesWhatIsFollowed(t *testing.T) {
	t.Parallel()
	w := settled(t, world(exists(incident.NewKey("acme", "shop", 77), incident.Open), wrote(ada, "body", "#77", "Fix it")))
	commanded(ada, 7, "#77")(&w)
	commanded(ada, 8, "#102")(&w)
	commanded(mallory, 9, "#77")(&w)
	w = settled(t, w)
	same(t, "answers", []string{"eyes +1", "eyes +1", ""}, []string{reactions(w, 7), reactions(w, 8), reactions(w, 9)})
	same(t, "followed", 2, len(w.Record.Ledger.Items))
}

func TestSubIssues(t *testing.T) {
	t.Parallel()
	pull := func(w *incident.World) { w.Parent.PullRequest = true }
	same(t, "on a pull request", []string{`open the follow-up "Fix it"`}, effects(judgedPlan(world(pull, wrote(ada, "body", "Fix it")))))

	w := world(wrote(ada, "body", "Fix it"))
	plan := judgedPlan(w)
	opened := slices.DeleteFunc(slices.Clone(plan.Effects), func(e incident.Effect) bool {
		_, ok := e.(incident.AttachFollowUp)
		return ok
	})
	w = carryOut(w, incident.Plan{Record: plan.Record, Effects: opened})
	plan = judgedPlan(w)
	same(t, "attached after a crash", []string{`attach "#101" to the incident as a sub-issue`}, effects(plan))
	w = carryOut(w, plan)
	same(t, "attached once", []string(nil), effects(judgedPlan(w)))
}

// TestSubIssuesHaveRoom: GitHub gives an issue a hundred, by whoever's hand.
func TestSubIssuesHaveRoom(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.MaxNew = 200
	planned := func(w *incident.World) incident.Plan {
		judged(policy)(w)
		return incident.Decide(policy, plain{}, *w, now)
	}
	w := world(wrote(ada, "body", many(120)...), attachedByHand(77), attachedByHand(78))
	plan := planned(&w)
	same(t, "opened", 120, len(opens(plan)))
	same(t, "attached", 98, len(of[incident.AttachFollowUp](plan)))
	w = carryOut(w, plan)
	same(t, "attached when it is full", 0, len(of[incident.AttachFollowUp](planned(&w))))
	w.SubIssues = w.SubIssues[1:]
	same(t, "attached when one gave way", 1, len(of[incident.AttachFollowUp](planned(&w))))
}
