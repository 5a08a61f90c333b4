package incident_test

import (
	"testing"
	"time"

	"hindsight/internal/incident"
)

func TestWhoStartsAnIncident(t *testing.T) {
	t.Parallel()
	by := func(who incident.Actor) change {
		return func(w *incident.World) { w.Labelling = incident.Labelling{By: who, At: opened} }
	}
	nobodyKnows := func(w *incident.World) { w.Labelling = incident.Labelling{} }
	writtenBy := func(who incident.Actor) change {
		return func(w *incident.World) { w.Parent.Author = who }
	}
	forms := incident.Actor{Login: "Forms[bot]", Bot: true}
	archived := func(w *incident.World) { w.Repository.Archived = true }
	tests := []struct {
		name    string
		changes []change
		by      string // who is accepted
		idle    string
	}{
		{name: "triage person", by: "ada"},
		{name: "label in other case", changes: []change{labels("Incident")}, by: "ada"},
		{name: "label off", changes: []change{unlabelled}, idle: `the label "incident" is not on it`},
		{name: "outsider", changes: []change{by(mallory)}, idle: "mallory, who has no triage permission"},
		{name: "named app", changes: []change{by(forms)}, by: "Forms[bot]"},
		{
			name: "app that is not named", changes: []change{by(incident.Actor{Login: "spam[bot]", Bot: true})},
			idle: "the app spam[bot], which the configuration does not name",
		},
		{
			name: "person with the name of an app", changes: []change{by(incident.Actor{Login: "forms"})},
			idle: "forms, who has no triage permission",
		},
		{name: "unknown labeller, author may", changes: []change{nobodyKnows}, by: "ada"},
		{
			name: "unknown labeller, author may not", changes: []change{nobodyKnows, writtenBy(mallory)},
			idle: "mallory, who has no triage permission",
		},
		{name: "unknown labeller, author is a named app", changes: []change{nobodyKnows, writtenBy(forms)}, by: "Forms[bot]"},
		{name: "the account was deleted", changes: []change{by(incident.Actor{})}, idle: "not known yet"},
		{name: "archived", changes: []change{archived}, idle: "archived"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			policy.Apps = []string{"forms"}
			w := world(append(tt.changes, fresh, judged(policy))...)
			plan := incident.Decide(policy, plain{}, w, now)
			same(t, "accepted", tt.by, plan.Record.Ledger.Accepted.By)
			mentions(t, plan.Idle, tt.idle)
			if started := len(plan.Effects) > 0; started != (tt.idle == "") {
				t.Errorf("effects: %v", plan.Effects)
			}
		})
	}
}

func TestAcceptanceIsRememberedInSeconds(t *testing.T) {
	t.Parallel()
	w := world(fresh, judged(incident.DefaultPolicy()))
	plan := incident.Decide(incident.DefaultPolicy(), plain{}, w, now.Add(123*time.Millisecond))
	same(t, "accepted", incident.Acceptance{By: "ada", At: now}, plan.Record.Ledger.Accepted)
}

func TestDeniedUntilSomebodyLabelsAgain(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(fresh, func(w *incident.World) { w.Labelling.By = mallory }, judged(policy))
	w.Record = decide(w).Record

	w.Verdicts = nil
	same(t, "asked again", []incident.Ask(nil), incident.Asks(policy, w))
	mentions(t, decide(w).Idle, "mallory, who has no triage permission")
	same(t, "the record of a second refusal", w.Record, decide(w).Record)

	w.Labelling = incident.Labelling{By: ada, At: now}
	plan := judgedPlan(withVerdicts(w))
	same(t, "idle", "", plan.Idle)
	same(t, "accepted", "ada", plan.Record.Ledger.Accepted.By)
}

func withVerdicts(w incident.World) incident.World {
	w.Verdicts = map[incident.ItemKey]incident.Verdict{}
	return w
}

func TestUnknownVerdictIsNeitherYesNorNo(t *testing.T) {
	t.Parallel()
	w := world(fresh)
	plan := decide(w)
	mentions(t, plan.Idle, "whether ada may start an incident is not known yet")
	same(t, "record", incident.Record{}, plan.Record)
	same(t, "asked again", 1, len(incident.Asks(incident.DefaultPolicy(), w)))
}

func TestPausedAndResumed(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, incident.FromBody, "Fix it")))
	both := w.Parent.Labels

	w.Parent.Labels = []string{"sev1", "postmortem-complete"}
	wrote(ada, incident.FromBody, "Add an alert")(&w)
	resolved(&w)
	plan := judgedPlan(w)
	same(t, "effects while paused", []string(nil), effects(plan))
	same(t, "tracker", "acme/shop#42 is sev1\npaused\npage made\n- open #101 Fix it\n", tells(plan))
	same(t, "asked while paused", []incident.Ask(nil), incident.Asks(incident.DefaultPolicy(), w))

	w = carryOut(w, plan)
	same(t, "more while paused", 0, len(judgedPlan(w).Effects))

	w.Parent.Labels = both
	same(t, "opened after", []string{"Add an alert"}, opens(judgedPlan(w)))
}

func TestPausedMakesNoTracker(t *testing.T) {
	t.Parallel()
	same(t, "effects", []incident.Effect(nil), decide(world(unlabelled)).Effects)
}

func TestArchivedAfterAcceptance(t *testing.T) {
	t.Parallel()
	w := world(wrote(ada, incident.FromBody, "Fix it"))
	w.Repository.Archived = true
	w.Record.Problems = map[incident.Part]incident.Problem{incident.PagePart: {RetryAt: now}}
	plan := judgedPlan(w)
	mentions(t, plan.Idle, "archived")
	same(t, "effects", 0, len(plan.Effects))
	same(t, "look again", time.Time{}, plan.LookAgain)
	same(t, "asked", []incident.Ask(nil), incident.Asks(incident.DefaultPolicy(), w))
}

func TestAsks(t *testing.T) {
	t.Parallel()
	spam := incident.Actor{Login: "spam[bot]", Bot: true}
	tests := []struct {
		name    string
		changes []change
		logins  []string
	}{
		{name: "nothing to ask"},
		{name: "who labelled", changes: []change{fresh}, logins: []string{"ada"}},
		{
			name: "who labelled, and who wrote", changes: []change{fresh, wrote(mallory, "comment:7", "A")},
			logins: []string{"ada", "mallory"},
		},
		{
			name: "nothing for an app that may not start it",
			changes: []change{fresh, wrote(ada, "comment:7", "A"), func(w *incident.World) {
				w.Labelling.By = spam
			}},
		},
		{name: "each line", changes: []change{wrote(ada, incident.FromBody, "A", "B", "A")}, logins: []string{"ada", "ada", "ada"}},
		{name: "not for ticked lines", changes: []change{wrote(ada, incident.FromBody, "x A")}},
		{name: "not for references", changes: []change{wrote(ada, incident.FromBody, "#77 A")}},
		{name: "not for accounts that are gone", changes: []change{wrote(incident.Actor{}, incident.FromBody, "A")}},
		{name: "each command", changes: []change{commanded(mallory, 7, "A", "B")}, logins: []string{"mallory", "mallory"}},
		{name: "a confirmation once", changes: []change{commanded(ada, 7, "all", "all")}, logins: []string{"ada"}},
		{name: "not for words that mean something else", changes: []change{commanded(ada, 7, "done #77", "Accept", "snooze 2w no time")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(tt.changes...)
			var logins []string
			for _, ask := range incident.Asks(incident.DefaultPolicy(), w) {
				logins = append(logins, ask.Login)
			}
			same(t, "asked about", tt.logins, logins)
		})
	}
}

func TestAskedOnce(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(
		wrote(ada, incident.FromBody, "A"), wrote(mallory, "comment:7", "A", "B"),
		commanded(mallory, 8, "all", "all"), commanded(ada, 9, "all"), judged(policy),
	)
	plan := decide(w)
	mentions(t, tells(plan), "refused 2")
	w.Record = plan.Record
	same(t, "asked again", []incident.Ask(nil), incident.Asks(policy, w))
	same(t, "refused", 3, len(w.Record.Ledger.Refused))
	same(t, "refused again", w.Record.Ledger.Refused, decide(w).Record.Ledger.Refused)
}

func TestManyRefusalsDontFillTheTracker(t *testing.T) {
	t.Parallel()
	w := world()
	for range 5000 {
		wrote(mallory, "comment:7", "A")(&w)
	}
	plan := judgedPlan(w)
	if n := len(plan.Record.Ledger.Refused); n > 1000 {
		t.Errorf("%d refusals are carried", n)
	}
	same(t, "opened", []string(nil), opens(plan))
	w.Record = plan.Record
	same(t, "opened by the second look", []string(nil), opens(judgedPlan(w)))
}
