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
			name: "app that is not named", changes: []change{by(spam)},
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
		{name: "the account was deleted", changes: []change{by(incident.Actor{})}, idle: "has no account any more"},
		{name: "an app that was deleted", changes: []change{by(incident.Actor{Bot: true})}, idle: "which the configuration does not name"},
		{
			name: "unknown labeller, author was deleted", changes: []change{nobodyKnows, writtenBy(incident.Actor{})},
			idle: "has no account any more",
		},
		{name: "archived", changes: []change{archived}, idle: "archived"},
		{name: "transferred to here", changes: []change{foreign}, idle: "it came here from another repository"},
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

func TestAcceptedSinceItWasLabelled(t *testing.T) {
	t.Parallel()
	at := func(at time.Time) change {
		return func(w *incident.World) { w.Labelling.At = at }
	}
	tests := []struct {
		name string
		at   time.Time
		want time.Time
	}{
		{"in whole seconds", opened.Add(123 * time.Millisecond), opened},
		{"in UTC", opened.In(time.FixedZone("+13", 13*60*60)), opened},
		{"or now, where nobody knows", time.Time{}, now},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			w := world(fresh, at(tt.at), judged(policy))
			plan := incident.Decide(policy, plain{}, w, now.Add(456*time.Millisecond))
			same(t, "accepted", incident.Acceptance{By: "ada", At: tt.want}, plan.Record.Ledger.Accepted)
		})
	}
}

// TestTimeToPage is counted from the label, whenever it was looked at.
func TestTimeToPage(t *testing.T) {
	t.Parallel()
	w := settled(t, world(fresh, wrote(ada, "body", "Fix it")))
	w.FollowUps[0].State = incident.Done
	resolved(&w)
	reviewed(&w)
	same(t, "says", "complete true after 10m0s: 1 done, 0 dropped, 0 open", of[incident.WriteClosing](judgedPlan(w))[0].Body)
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
	same(t, "asked while paused", []incident.Ask(nil), incident.QuestionsOf(incident.DefaultPolicy(), w).May)

	w = carryOut(w, plan)
	for _, after := range []change{
		func(*incident.World) {}, labels("sev2", "bug"), wrote(ada, "comment:7", "Call back"), commanded(ada, 8, "all"),
		func(w *incident.World) { w.Parent.Title, w.FollowUps[0].State = "Checkout is slow", incident.Done },
		func(w *incident.World) { w.Trackers[0].Body = "mine now" },
		func(w *incident.World) { w.ConfigError = "line 3: unknown key" },
	} {
		after(&w)
		same(t, "more while paused", []incident.Effect(nil), judgedPlan(w).Effects)
	}

	w.Parent.Labels = both
	plan = judgedPlan(w)
	same(t, "opened after", []string{"Add an alert", "Call back"}, opens(plan))
	mentions(t, tells(plan), "- done #101 Fix it\n")
}

// TestPausedStillShowsThePage: what was made can be found while it is paused.
func TestPausedStillShowsThePage(t *testing.T) {
	t.Parallel()
	view := viewed(incident.DefaultPolicy(), world(unlabelled))
	same(t, "state", incident.PageExists, view.Page)
	same(t, "link", "https://github.test/Acme/Shop/wiki/2026-11-20-page-42", view.PageLink)
}

func foreign(w *incident.World) { w.Foreign = true }

func TestTransferredHere(t *testing.T) {
	t.Parallel()
	w := world(foreign, noPage, wrote(ada, "body", "Fix it"))
	w.Record.Problems = map[incident.Part]incident.Problem{incident.PagePart: {RetryAt: now}}
	plan := judgedPlan(w)
	mentions(t, plan.Idle, "it came here from another repository")
	same(t, "nothing can be written", false, plan.Paused)
	same(t, "effects", []incident.Effect(nil), plan.Effects)
	same(t, "record", w.Record, plan.Record)
	same(t, "look again", time.Time{}, plan.LookAgain)
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
	same(t, "can't be written", true, plan.Paused)
	same(t, "asked", []incident.Ask(nil), incident.QuestionsOf(incident.DefaultPolicy(), w).May)
}

func TestAsks(t *testing.T) {
	t.Parallel()
	by := func(who incident.Actor) change {
		return func(w *incident.World) { w.Labelling.By = who }
	}
	archived := func(w *incident.World) { w.Repository.Archived = true }
	people := []change{wrote(ada, "comment:7", "A"), commanded(ada, 8, "all")}
	tests := []struct {
		name    string
		changes []change
		logins  []string
	}{
		{name: "who labelled, and nobody else", changes: []change{fresh}, logins: []string{"ada"}},
		{name: "whoever it was", changes: []change{fresh, by(mallory)}, logins: []string{"mallory"}},
		{name: "nobody once it is known"},
		{name: "no app", changes: []change{fresh, by(spam)}},
		{name: "no app that is named", changes: []change{fresh, by(forms)}},
		{name: "nobody who has no account", changes: []change{fresh, by(incident.Actor{})}},
		{name: "nobody while the label is off", changes: []change{fresh, unlabelled}},
		{name: "nobody in an archive", changes: []change{fresh, archived}},
		{
			name: "the author, where nobody knows who labelled", logins: []string{"mallory"},
			changes: []change{fresh, func(w *incident.World) { w.Labelling, w.Parent.Author = incident.Labelling{}, mallory }},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			policy.Apps = []string{"forms"}
			same(t, "asked about", tt.logins, whom(incident.Asks(policy, world(append(people, tt.changes...)...))))
		})
	}
}

func whom(asks []incident.Ask) []string {
	var logins []string
	for _, ask := range asks {
		logins = append(logins, ask.Login)
	}
	return logins
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	by := func(who incident.Actor) change {
		return func(w *incident.World) { w.Labelling.By = who }
	}
	answered := judged(incident.DefaultPolicy())
	tests := []struct {
		name    string
		changes []change
		want    bool
	}{
		{"allowed", []change{answered}, true},
		{"not answered", nil, false},
		{"denied", []change{by(mallory), answered}, false},
		{"an answer about another labelling", []change{answered, by(mallory)}, false},
		{"an answer about an earlier labelling", []change{answered, func(w *incident.World) { w.Labelling.At = now }}, false},
		{"an app that is named", []change{by(forms)}, true},
		{"an app that is not", []change{by(spam)}, false},
		{"nobody", []change{by(incident.Actor{}), answered}, false},
		{"the label is off", []change{answered, unlabelled}, false},
		{"an archive", []change{answered, func(w *incident.World) { w.Repository.Archived = true }}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			policy.Apps = []string{"forms"}
			w := world(append([]change{fresh}, tt.changes...)...)
			same(t, "accepts", tt.want, incident.Accepts(policy, w))
			same(t, "as it is decided", tt.want, incident.Decide(policy, plain{}, w, now).Idle == "")
		})
	}
}

func TestQuestionsOf(t *testing.T) {
	t.Parallel()
	archived := func(w *incident.World) { w.Repository.Archived = true }
	tests := []struct {
		name    string
		changes []change
		logins  []string
	}{
		{name: "nothing to ask"},
		{name: "not who labelled", changes: []change{fresh, wrote(mallory, "comment:7", "A")}, logins: []string{"mallory"}},
		{name: "each line", changes: []change{wrote(ada, incident.FromBody, "A", "B", "A")}, logins: []string{"ada", "ada", "ada"}},
		{name: "not for ticked lines", changes: []change{wrote(ada, incident.FromBody, "x A")}},
		{name: "for references, ticked or not", changes: []change{wrote(ada, incident.FromBody, "#77 A", "x #78")}, logins: []string{"ada", "ada"}},
		{name: "not for issues that were attached", changes: []change{attachedByHand(77)}},
		{name: "a tick", changes: []change{adopted(77), ticked(mallory, 77, true)}, logins: []string{"mallory"}},
		{name: "not for a tick of what is no follow-up", changes: []change{ticked(mallory, 77, true)}},
		{name: "not for accounts that are gone", changes: []change{wrote(incident.Actor{}, incident.FromBody, "A")}},
		{name: "not for apps", changes: []change{wrote(spam, "comment:7", "A"), wrote(forms, "comment:8", "B"), commanded(forms, 9, "all")}},
		{name: "each command", changes: []change{commanded(mallory, 7, "A", "B")}, logins: []string{"mallory", "mallory"}},
		{name: "a confirmation once", changes: []change{commanded(ada, 7, "all", "all")}, logins: []string{"ada"}},
		{name: "each command that is no title", changes: []change{commanded(ada, 7, "done #77", "Accept")}, logins: []string{"ada", "ada"}},
		{name: "not while the label is off", changes: []change{unlabelled, wrote(ada, "body", "A"), commanded(ada, 7, "all")}},
		{name: "not in an archive", changes: []change{archived, wrote(ada, "body", "A"), commanded(ada, 7, "all")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			policy.Apps = []string{"forms"}
			same(t, "asked about", tt.logins, whom(incident.QuestionsOf(policy, world(tt.changes...)).May))
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
	same(t, "asked again", []incident.Ask(nil), incident.QuestionsOf(policy, w).May)
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
