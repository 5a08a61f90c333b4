package incident_test

import (
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// states are those of the follow-ups, by number, in short.
func states(w incident.World) string {
	var all []string
	for _, f := range w.FollowUps {
		all = append(all, string(f.State))
	}
	return strings.Join(all, " ")
}

// put sets the states of the follow-ups.
func put(states ...incident.State) change {
	return func(w *incident.World) {
		for i, s := range states {
			w.FollowUps[i].State = s
		}
	}
}

func TestDoneAndReopen(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before []incident.State
		line   string
		after  string
	}{
		{"done", nil, "/followup done #101", "done open"},
		{"without the sign", nil, "/followup done 102", "open done"},
		{"spelled otherwise", nil, "/followup Done: #101.", "done open"},
		{"several", nil, "/followup done #101, #102", "done done"},
		{"several numbers", nil, "/followup done 101 and 102", "done done"},
		{"by its full name", nil, "/followup done Acme/Shop#101", "done open"},
		{"by its address", nil, "/followup done https://github.test/acme/shop/issues/101#issuecomment-7", "done open"},
		{"done already", []incident.State{incident.Done, incident.Open}, "/followup done #101", "done open"},
		{"dropped already", []incident.State{incident.Dropped, incident.Open}, "/followup done #101", "dropped open"},
		{"reopen", []incident.State{incident.Done, incident.Dropped}, "/followup reopen #101 #102", "open open"},
		{"open already", nil, "/followup reopen #101", "open open"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(tracked(t, "Fix it", "Call back"))
			put(tt.before...)(&w)
			orders(ada, 7, tt.line)(&w)
			w = obeyed(t, incident.DefaultPolicy(), w)
			same(t, "states", tt.after, states(w))
			same(t, "reactions", "eyes +1", reactions(w, 7))
			same(t, "said", "", replied(w))
			put(incident.Open, incident.Open)(&w)
			same(t, "not again", "open open", states(obeyed(t, incident.DefaultPolicy(), w)))
		})
	}
}

// TestPendingOrder: a command is done when the follow-up is as was ordered.
func TestPendingOrder(t *testing.T) {
	t.Parallel()
	w := world(tracked(t, "Fix it"), orders(ada, 7, "/followup done #101"))
	plan := commandedPlan(incident.DefaultPolicy(), w)
	same(t, "effects", []string{
		"close #101, as was ordered", `answer the command in comment 7 with "eyes"`,
	}, effects(plan))
}

// TestWhatCantBeSet: what is gone, and what only people can merge.
func TestWhatCantBeSet(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*incident.FollowUp)
		line   string
		says   string
	}{
		{"gone", func(f *incident.FollowUp) { f.State = incident.Gone }, "/followup reopen #101", "«#101» is gone"},
		{"gone, and snoozed", func(f *incident.FollowUp) { f.State = incident.Gone }, "/followup snooze #101 2w Vendor", "«#101» is gone"},
		{"a pull request", func(f *incident.FollowUp) { f.Pull = true }, "/followup done #101", "«#101» is a pull request"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(tracked(t, "Fix it"), orders(ada, 7, tt.line))
			tt.change(&w.FollowUps[0])
			w = obeyed(t, incident.DefaultPolicy(), w)
			mentions(t, replied(w), tt.says)
			same(t, "ordered", incident.State(""), w.Record.Ledger.Items[0].Want)
		})
	}
}

// TestElsewhere: who closes a follow-up in another repository has to have the
// permission there; who snoozes it does not.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	there := incident.NewKey("acme", "docs", 5)
	elsewhere := func(w *incident.World) {
		w.FollowUps[0].Issue = there
		w.Record.Ledger.Items[0].Issue = incident.Ref(there)
	}
	tests := []struct {
		name  string
		by    incident.Actor
		line  string
		state string
		says  string
	}{
		{"who may there", ada, "/followup done acme/docs#5", "done", ""},
		{"by its address", ada, "/followup done https://github.test/acme/docs/issues/5", "done", ""},
		{"who may only here", ben, "/followup done acme/docs#5", "open", "no triage permission in acme/docs"},
		{"a number of this repository", ada, "/followup done #5", "open", "«#5» is no follow-up"},
		{"snoozed", ben, "/followup snooze acme/docs#5 2w Vendor", "open", ""},
		{"an app", forms, "/followup done acme/docs#5", "open", "an app can't do that in acme/docs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			policy.Apps = []string{"forms"}
			w := world(tracked(t, "Fix it"), elsewhere, orders(tt.by, 7, tt.line))
			w = obeyed(t, policy, w)
			same(t, "state", tt.state, states(w))
			mentions(t, strings.ToLower(replied(w)), strings.ToLower(tt.says))
			same(t, "something is wrong", tt.says != "", len(w.Replies) > 0)
			w.Verdicts = nil
			same(t, "asked again", 0, len(incident.QuestionsOf(policy, w).May))
		})
	}
}

// TestNotAskedElsewhere: nobody is asked about in another repository who may
// not command here.
func TestNotAskedElsewhere(t *testing.T) {
	t.Parallel()
	w := world(tracked(t, "Fix it"), orders(mallory, 7, "/followup done acme/docs#5"))
	w.FollowUps[0].Issue = incident.NewKey("acme", "docs", 5)
	w.Record.Ledger.Items[0].Issue = incident.Ref{Repo: "acme/docs", Number: 5}
	asks := incident.QuestionsOf(incident.DefaultPolicy(), w).May
	same(t, "asked", 1, len(asks))
	same(t, "where", incident.Repo(""), asks[0].Repo)
	answer(&w, asks)
	same(t, "asked then", 0, len(incident.QuestionsOf(incident.DefaultPolicy(), w).May))
}

// TestWaitsForAdoption: an issue that a line names is a follow-up as soon as it
// is known who wrote the line.
func TestWaitsForAdoption(t *testing.T) {
	t.Parallel()
	w := world(wrote(ben, incident.FromBody, "#77"), orders(ada, 7, "/followup done #77"))
	for _, ask := range incident.QuestionsOf(incident.DefaultPolicy(), w).May {
		if ask.Login == ada.Login {
			w.Verdicts[ask.Line] = incident.Allowed
		}
	}
	w.FollowUps = []incident.FollowUp{{Issue: incident.NewKey("acme", "shop", 77), State: incident.Open, Adopted: true}}
	plan := decide(w)
	same(t, "waits", []string{`answer the command in comment 7 with "eyes"`}, effects(plan))
	w = obeyed(t, incident.DefaultPolicy(), carryOut(w, plan))
	same(t, "states", "done", states(w))
	same(t, "reactions", "eyes +1", reactions(w, 7))
}

func TestSnooze(t *testing.T) {
	t.Parallel()
	tests := []struct {
		line string
		want []incident.Day
	}{
		{"/followup snooze #101 2w Waits for the vendor", []incident.Day{"20261204", ""}},
		{"/followup Snooze 3 days #102 Waits", []incident.Day{"", "20261123"}},
		{"/followup snooze #101 #102: 1m Waits", []incident.Day{"20261220", "20261220"}},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			t.Parallel()
			w := world(tracked(t, "Fix it", "Call back"), orders(ada, 7, tt.line))
			w = obeyed(t, incident.DefaultPolicy(), w)
			var got []incident.Day
			for _, e := range w.Record.Ledger.Items {
				got = append(got, e.Snoozed)
			}
			same(t, "snoozed", tt.want, got)
			same(t, "reactions", "eyes +1", reactions(w, 7))
		})
	}
}

// TestSnoozeEnds: a follow-up that was snoozed is looked at when that ends, and
// says nothing of it afterwards.
func TestSnoozeEnds(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, incident.FromBody, "Mend it")))
	w.Record.Ledger.Items[0].Snoozed = "20261204"
	until := time.Date(2026, 12, 4, 0, 0, 0, 0, time.UTC)
	same(t, "looks again", until, judgedPlan(w).LookAgain)
	policy := incident.DefaultPolicy()
	judged(policy)(&w)
	same(t, "looks again after it", time.Time{}, incident.Decide(policy, plain{}, w, until).LookAgain)
}
