package incident_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// writtenAt is when the tests' commands were written: ten minutes after the
// incident was opened.
var writtenAt = now

// orders adds commands, as in "/incident note It broke".
func orders(by incident.Actor, comment int64, lines ...string) change {
	return func(w *incident.World) {
		for _, line := range lines {
			name, rest, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
			w.Commands = append(w.Commands, incident.Command{
				Name: name, Rest: rest, Comment: comment, Author: by, Written: writtenAt,
				URL: fmt.Sprintf("https://github.test/comment/%d", comment),
			})
		}
	}
}

// tracked are follow-ups of the incident, the first with the number 101.
func tracked(t *testing.T, titles ...string) change {
	t.Helper()
	return func(w *incident.World) {
		t.Helper()
		wrote(ada, incident.FromBody, titles...)(w)
		*w = settled(t, *w)
	}
}

// commandedPlan is the plan when all questions are answered.
func commandedPlan(policy incident.Policy, w incident.World) incident.Plan {
	judged(policy)(&w)
	return incident.Decide(policy, plain{}, w, now)
}

// obeyed carries out plans until nothing is left to do.
func obeyed(t *testing.T, policy incident.Policy, w incident.World) incident.World {
	t.Helper()
	for range 6 {
		plan := commandedPlan(policy, w)
		w = carryOut(w, plan)
		if len(plan.Effects) == 0 {
			return w
		}
	}
	t.Fatal("the plan does not become empty")
	return w
}

// replied is what the replies say, without their heads.
func replied(w incident.World) string {
	var all []string
	for _, r := range w.Replies {
		_, body, _ := strings.Cut(r.Body, "\n")
		all = append(all, body)
	}
	return strings.Join(all, "")
}

// reactions are those to a comment, as remembered.
func reactions(w incident.World, comment int64) string {
	var all []string
	for _, r := range w.Record.Ledger.Reactions {
		if r.Comment == comment {
			all = append(all, r.Content)
		}
	}
	return strings.Join(all, " ")
}

func at(clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", clock)
	if err != nil {
		panic(err)
	}
	return t
}

// TestTold has each command that says something of the incident, in the forms
// in which people write it.
func TestTold(t *testing.T) {
	t.Parallel()
	type told = incident.Told
	people := []string{"bob", "Cara-x"}
	tests := []struct {
		lines []string
		want  told
	}{
		{[]string{"/incident started 13:50"}, told{Started: at("2026-11-20 13:50")}},
		{[]string{"/incident Started: 13:50 UTC"}, told{Started: at("2026-11-20 13:50")}},
		{[]string{"/incident started 2026-11-19 23:00 +02:00"}, told{Started: at("2026-11-19 21:00")}},
		{[]string{"/incident started 25m ago"}, told{Started: at("2026-11-20 13:50")}},
		{[]string{"/incident started now"}, told{Started: writtenAt}},
		{[]string{"/incident detected 14:00"}, told{Detected: at("2026-11-20 14:00")}},
		{[]string{"/incident resolved"}, told{Resolved: writtenAt}},
		{[]string{"/incident RESOLVED 14:10"}, told{Resolved: at("2026-11-20 14:10")}},
		{
			[]string{"/incident started 10:00", "/incident detected 10:05", "/incident resolved 11:00"},
			told{Started: at("2026-11-20 10:00"), Detected: at("2026-11-20 10:05"), Resolved: at("2026-11-20 11:00")},
		},
		{[]string{"/incident started 10:00", "/incident started 11:00"}, told{Started: at("2026-11-20 11:00")}},
		{[]string{"/incident commander @bob"}, told{Commander: "bob"}},
		{[]string{"/incident commander bob."}, told{Commander: "bob"}},
		{[]string{"/incident scribe me"}, told{Scribe: "ada"}},
		{[]string{"/incident liaison @Cara-x"}, told{Liaison: "Cara-x"}},
		{[]string{"/incident commander @bob", "/incident commander none"}, told{}},
		{[]string{"/incident scribe @bob", "/incident scribe Nobody"}, told{}},
		{[]string{"/incident responders @bob @Cara-x"}, told{Responders: people}},
		{[]string{"/incident responders bob, Cara-x and @BOB"}, told{Responders: people}},
		{[]string{"/incident responders @dan", "/incident responders @bob @Cara-x"}, told{Responders: people}},
		{[]string{"/incident responders @bob", "/incident responders nobody"}, told{}},
		{[]string{"/postmortem start"}, told{Page: true}},
		{[]string{"/postmortem owner @bob"}, told{Owner: "bob"}},
		{[]string{"/postmortem owner me", "/postmortem owner none"}, told{}},
		{[]string{"/postmortem meeting 2026-11-27 15:00"}, told{Meeting: at("2026-11-27 15:00")}},
		{[]string{"/postmortem meeting Friday 15:00"}, told{Meeting: at("2026-11-27 15:00")}},
		{[]string{"/postmortem meeting 13:00"}, told{Meeting: at("2026-11-21 13:00")}},
		{[]string{"/postmortem meeting 13:00", "/postmortem meeting none"}, told{}},
		{[]string{"/postmortem skip It was a drill."}, told{Skip: "It was a drill."}},
		{[]string{"/postmortem skip A drill", "/postmortem start"}, told{Page: true}},
		{[]string{"/postmortem start", "/postmortem skip A drill"}, told{Skip: "A drill"}},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.lines, " "), func(t *testing.T) {
			t.Parallel()
			w := obeyed(t, incident.DefaultPolicy(), world(orders(ada, 7, tt.lines...)))
			same(t, "told", tt.want, w.Record.Ledger.Told)
			same(t, "ran", len(tt.lines), len(w.Record.Ledger.Ran))
			same(t, "said", "", replied(w))
			same(t, "reactions", "eyes +1", reactions(w, 7))
		})
	}
}

// TestWrongCommands has what can't be carried out: nothing is done, and one
// reply says why, with the right form.
func TestWrongCommands(t *testing.T) {
	t.Parallel()
	tests := []struct{ line, says, form string }{
		{"/incident severity", "No severity is given", "/incident severity sev1"},
		{"/incident severity high", "«high» is no severity", "/incident severity sev1"},
		{"/incident severity sev9", "«sev9» is no severity", "/incident severity sev1"},
		{"/incident started", "No time is given", "/incident started TIME"},
		{"/incident started noonish", "No time is given", "/incident started TIME"},
		{"/incident started 25:99", "is on no clock", "/incident started TIME"},
		{"/incident started 13:50 or so", "«or so» was not understood behind the time", "/incident started TIME"},
		{"/incident started 2026-11-20 15:00", "still to come", "/incident started TIME"},
		{"/incident started 2026-01-01 15:00", "more than 30 days before", "/incident started TIME"},
		{"/incident started 13:50 CST", "more than one time zone", "/incident started TIME"},
		{"/incident detected soon", "No time is given", "/incident detected TIME"},
		{"/incident resolved yesterday", "No time is given", "/incident resolved [TIME]"},
		{"/incident resolved 13:00", "before it started at 2026-11-20 14:05 UTC", "/incident resolved [TIME]"},
		{"/incident note", "No text is given", "/incident note [TIME] TEXT"},
		{"/incident note 14:05", "No text is given", "/incident note [TIME] TEXT"},
		{"/incident note 27:05 Rolled back", "is on no clock", "/incident note [TIME] TEXT"},
		{"/incident commander", "Nobody is named", "/incident commander @login"},
		{"/incident commander @", "Nobody is named", "/incident commander @login"},
		{"/incident commander @bob @cara", "more than one login", "/incident commander @login"},
		{"/incident scribe @acme/ops", "«@acme/ops» is a team", "/incident scribe @login"},
		{"/incident liaison <b>", "«<b>» is no login", "/incident liaison @login"},
		{"/incident responders", "Nobody is named", "/incident responders @login @login"},
		{"/incident responders @bob b%d", "«b%d» is no login", "/incident responders @login @login"},
		{"/incident responders" + strings.Repeat(" bob", 1) + numbers(" b%d", 40), "more than 30 people", "/incident responders @login @login"},
		{"/postmortem start now", "«now» was not understood", "/postmortem start"},
		{"/postmortem owner ops team", "more than one login", "/postmortem owner @login"},
		{"/postmortem meeting", "No time is given", "/postmortem meeting TIME"},
		{"/postmortem meeting 2040-01-01 10:00", "more than 5 years ahead", "/postmortem meeting TIME"},
		{"/postmortem status", "No status is given", "/postmortem status STATUS"},
		{"/postmortem status done", "«done» is no status", "/postmortem status STATUS"},
		{"/postmortem check it", "«it» was not understood", "/postmortem check"},
		{"/postmortem publish", "No public wiki is named", "/postmortem publish"},
		{"/postmortem publish now", "«now» was not understood", "/postmortem publish"},
		{"/postmortem unpublish", "There is no copy of the page", "/postmortem unpublish"},
		{"/postmortem unpublish it", "«it» was not understood", "/postmortem unpublish"},
		{"/postmortem skip", "No reason is given", "/postmortem skip REASON"},
		{"/followup", "No title is given", "/followup TITLE [@owner] [p1] [due DATE] [in PLACE]"},
		{"/followup accept", "Nothing is proposed", "/followup accept"},
		{"/followup done", "No follow-up is named", "/followup done #77"},
		{"/followup done #77", "«#77» is no follow-up of this incident", "/followup done #77"},
		{"/followup done #101 twice", "«twice» names no follow-up", "/followup done #77"},
		{"/followup done #101 #77", "«#77» is no follow-up of this incident", "/followup done #77"},
		{"/followup reopen other/shop#101", "«other/shop#101» is no follow-up of this incident", "/followup reopen #77"},
		{"/followup done" + numbers(" #%d", 60), "more than 50 follow-ups", "/followup done #77"},
		{"/followup snooze", "No length of time is given", "/followup snooze #77 2w REASON"},
		{"/followup snooze 2w", "No follow-up is named", "/followup snooze #77 2w REASON"},
		{"/followup snooze 2w We wait for the vendor", "No follow-up is named", "/followup snooze #77 2w REASON"},
		{"/followup snooze #101", "No length of time is given", "/followup snooze #77 2w REASON"},
		{"/followup snooze #101 2w", "No reason is given", "/followup snooze #77 2w REASON"},
		{"/followup snooze #101 9h Lunch", "No length of time is given", "/followup snooze #77 2w REASON"},
		{"/followup snooze #77 2w Vendor", "«#77» is no follow-up", "/followup snooze #77 2w REASON"},
		{"/incident", "«/incident» alone says nothing", "/incident help"},
		{"/postmortem", "«/postmortem» alone says nothing", "/incident help"},
		{"/incident sevrity sev1", "perhaps «/incident severity» was meant", "/incident severity sev1"},
		{"/incident sev sev1", "perhaps «/incident severity» was meant", "/incident severity sev1"},
		{"/incident sev1", "perhaps «/incident severity» was meant", "/incident severity sev1"},
		{"/incident start 14:05", "perhaps «/incident started» was meant", "/incident started TIME"},
		{"/incident owner @bob", "perhaps «/postmortem owner» was meant", "/postmortem owner @login"},
		{"/postmortem resolved", "perhaps «/incident resolved» was meant", "/incident resolved [TIME]"},
		{"/incident escalate", "«escalate» is no command of «/incident»", "/incident help"},
		{"/incident " + strings.Repeat("x", 5000), "xx…» is no command", "/incident help"},
	}
	for _, tt := range tests {
		t.Run(tt.line[:min(len(tt.line), 60)], func(t *testing.T) {
			t.Parallel()
			before := obeyed(t, incident.DefaultPolicy(), world(tracked(t, "Fix it")))
			w := before
			orders(ada, 7, tt.line)(&w)
			w = obeyed(t, incident.DefaultPolicy(), w)
			mentions(t, replied(w), tt.says)
			mentions(t, replied(w), "["+tt.form+"]")
			mentions(t, replied(w), "> "+tt.line[:min(len(tt.line), 100)])
			same(t, "told", incident.Told{}, w.Record.Ledger.Told)
			same(t, "items", before.Record.Ledger.Items, w.Record.Ledger.Items)
			same(t, "reactions", "eyes", reactions(w, 7))
			if len(replied(w)) > 1000 {
				t.Errorf("the reply has %d characters", len(replied(w)))
			}
		})
	}
}

// numbers repeats a pattern with the numbers from 1001.
func numbers(pattern string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, pattern, 1001+i)
	}
	return b.String()
}

// TestTimesInOrder: what is told first is compared with what is told next.
func TestTimesInOrder(t *testing.T) {
	t.Parallel()
	closed := func(w *incident.World) {
		w.Parent.State, w.Parent.ClosedAt = incident.Done, opened.Add(2*time.Minute)
	}
	tests := []struct {
		name  string
		world change
		lines []string
		says  string
	}{
		{"over before it began", nil, []string{"/incident started 14:10", "/incident resolved 14:08"}, "resolved at 2026-11-20 14:08 UTC, before it started at 2026-11-20 14:10"},
		{"began when it was over", nil, []string{"/incident resolved 14:08", "/incident started 14:10"}, "resolved at 2026-11-20 14:08 UTC, before it started"},
		{"began when it had been closed", closed, []string{"/incident started 14:10"}, "resolved at 2026-11-20 14:07 UTC, before it started"},
		{"noticed before it began", nil, []string{"/incident started 14:10", "/incident detected 14:08"}, "detected at 2026-11-20 14:08 UTC, before it started"},
		{"over before it was noticed", nil, []string{"/incident detected 14:10", "/incident resolved 14:08"}, "resolved at 2026-11-20 14:08 UTC, before it was detected"},
		{"noticed before it was reported", nil, []string{"/incident detected 13:00"}, ""},
		{"over at once", nil, []string{"/incident started 14:10", "/incident resolved 14:10"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(orders(ada, 7, tt.lines...))
			if tt.world != nil {
				tt.world(&w)
			}
			w = obeyed(t, incident.DefaultPolicy(), w)
			mentions(t, replied(w), tt.says)
			same(t, "something is wrong", tt.says != "", len(w.Replies) > 0)
		})
	}
}

// TestTimesOfTheTeam: a bare clock time is the team's.
func TestTimesOfTheTeam(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.Zone = time.FixedZone("", 2*60*60)
	w := obeyed(t, policy, world(orders(ada, 7, "/incident started 16:00")))
	same(t, "started", at("2026-11-20 14:00"), w.Record.Ledger.Told.Started)
}

func TestNotes(t *testing.T) {
	t.Parallel()
	w := world(orders(ada, 7,
		"/incident note 13:58 Rolled back v212", "/incident note Called   the vendor", "/incident note -2000 orders",
		"/incident note 10m ago – it slowed down", "/incident note "+strings.Repeat("ö", 600)))
	w = obeyed(t, incident.DefaultPolicy(), w)
	for i := range w.Commands { // the comment is edited a day later
		w.Commands[i].Written = writtenAt.Add(24 * time.Hour)
	}
	w = obeyed(t, incident.DefaultPolicy(), w)
	note := func(at time.Time, text string) incident.Note {
		return incident.Note{At: at, Text: text, URL: "https://github.test/comment/7", By: "ada"}
	}
	same(t, "notes", []incident.Note{
		note(at("2026-11-20 13:58"), "Rolled back v212"), note(opened, "it slowed down"),
		note(writtenAt, "Called   the vendor"), note(writtenAt, "-2000 orders"), note(writtenAt, strings.Repeat("ö", 499)+"…"),
	}, incident.Notes(incident.DefaultPolicy(), w))
	same(t, "said", "", replied(w))

	w.Commands = w.Commands[1:]
	same(t, "of a line that is gone", 4, len(incident.Notes(incident.DefaultPolicy(), w)))
}

// TestReasonsAreCut: what people write is kept in a length that the tracker
// can carry.
func TestReasonsAreCut(t *testing.T) {
	t.Parallel()
	w := obeyed(t, incident.DefaultPolicy(), world(orders(ada, 7, "/postmortem skip "+strings.Repeat("ö", 60000))))
	same(t, "reason", strings.Repeat("ö", 499)+"…", w.Record.Ledger.Told.Skip)
}

func TestLabelsByCommand(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.Aliases = map[string]incident.Severity{"critical": 1}
	tests := []struct {
		name   string
		line   string
		before []string
		after  []string
	}{
		{"severity", "/incident severity sev1", []string{"incident", "sev2"}, []string{"incident", "sev1"}},
		{"spelled otherwise", "/incident severity SEV-1.", []string{"incident", "Severity: 2", "sev4"}, []string{"incident", "sev1"}},
		{"a number", "/incident severity 4", []string{"incident"}, []string{"incident", "sev4"}},
		{"by another name", "/incident severity Critical", []string{"incident", "sev2"}, []string{"incident", "sev1"}},
		{"named so already", "/incident severity sev1", []string{"incident", "CRITICAL", "bug"}, []string{"incident", "CRITICAL", "bug"}},
		{"one of two", "/incident severity sev3", []string{"incident", "sev2", "sev3"}, []string{"incident", "sev3"}},
		{"status", "/postmortem status in review", []string{"incident"}, []string{"incident", "postmortem: in review"}},
		{"status, hyphened", "/postmortem status In-Review", []string{"incident", "postmortem: draft"}, []string{"incident", "postmortem: in review"}},
		{"a step back", "/postmortem status draft", []string{"incident", "postmortem: reviewed"}, []string{"incident", "postmortem: draft"}},
		{"reviewed", "/postmortem status REVIEWED", []string{"incident"}, []string{"incident", "postmortem: reviewed"}},
		{"closed", "/postmortem status closed", []string{"incident", "postmortem: reviewed"}, []string{"incident", "postmortem: closed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(labels(tt.before...), orders(ada, 7, tt.line))
			plan := commandedPlan(policy, w)
			for _, e := range of[incident.LabelParent](plan) {
				same(t, "part", incident.AnswersPart, e.Part())
			}
			w = obeyed(t, policy, w)
			same(t, "labels", tt.after, w.Parent.Labels)
			same(t, "told", incident.Told{}, w.Record.Ledger.Told)
			same(t, "reactions", "eyes +1", reactions(w, 7))

			w.Parent.Labels = append(slices.Clone(tt.before), "sev5")
			w = obeyed(t, policy, w)
			same(t, "a person's label counts from then on", append(slices.Clone(tt.before), "sev5"), w.Parent.Labels)
		})
	}
}

// TestPendingLabels: a command is done when its label is on.
func TestPendingLabels(t *testing.T) {
	t.Parallel()
	w := world(orders(ada, 7, "/incident severity sev1"), orders(ada, 8, "/incident scribe me"))
	plan := commandedPlan(incident.DefaultPolicy(), w)
	same(t, "effects", []string{
		`answer the command in comment 7 with "eyes"`,
		`answer the command in comment 8 with "eyes"`, `answer the command in comment 8 with "+1"`,
		`put the label "sev1" on the incident`, `take the label "sev2" off the incident`,
	}, effects(plan))
}
