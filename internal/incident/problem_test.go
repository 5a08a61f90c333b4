package incident_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

const (
	noPageYet = "The post-mortem page could not be made, or brought up to date, yet."
	hiccup    = " It is tried again by itself; the server's log says more."
	pause     = " GitHub asked for a pause; it goes on by itself."
)

func TestNewProblem(t *testing.T) {
	t.Parallel()
	in := now.Add
	passing := errors.New("502")
	blocked := fmt.Errorf("create: %w", &incident.Blocked{Text: "Click *Create the first page*.", Err: passing})
	later := func(d time.Duration) error {
		return fmt.Errorf("create: %w", &incident.Later{At: in(d), Err: passing})
	}
	shown := incident.Problem{Text: "Click *Create the first page*.", Show: true, Attempts: 1}
	tests := []struct {
		name   string
		err    error
		before incident.Problem
		want   incident.Problem
	}{
		{
			name: "first failure", err: passing,
			want: incident.Problem{Text: noPageYet + hiccup, Attempts: 1, NotBefore: in(5 * time.Second), RetryAt: in(5 * time.Second)},
		},
		{
			name: "second", err: passing, before: incident.Problem{Attempts: 1},
			want: incident.Problem{Text: noPageYet + hiccup, Attempts: 2, NotBefore: in(10 * time.Second), RetryAt: in(10 * time.Second)},
		},
		{
			name: "third: no hiccup any more", err: passing, before: incident.Problem{Attempts: 2},
			want: incident.Problem{Text: noPageYet + hiccup, Show: true, Attempts: 3, NotBefore: in(20 * time.Second), RetryAt: in(20 * time.Second)},
		},
		{
			name: "hundredth: at most a quarter of an hour", err: passing, before: incident.Problem{Attempts: 99},
			want: incident.Problem{Text: noPageYet + hiccup, Show: true, Attempts: 100, NotBefore: in(15 * time.Minute), RetryAt: in(15 * time.Minute)},
		},
		{
			name: "a person can mend it: shown at once, not held back", err: blocked,
			want: incident.Problem{Text: shown.Text, Show: true, Attempts: 1, RetryAt: in(time.Minute)},
		},
		{
			name: "still blocked", err: blocked, before: incident.Problem{Attempts: 6},
			want: incident.Problem{Text: shown.Text, Show: true, Attempts: 7, RetryAt: in(64 * time.Minute)},
		},
		{
			name: "blocked for weeks: at most six hours", err: blocked, before: incident.Problem{Attempts: 99},
			want: incident.Problem{Text: shown.Text, Show: true, Attempts: 100, RetryAt: in(6 * time.Hour)},
		},
		{
			name: "a pause counts as no failure", err: later(time.Hour), before: incident.Problem{Attempts: 2},
			want: incident.Problem{Text: noPageYet + pause, Attempts: 2, NotBefore: in(time.Hour), RetryAt: in(time.Hour)},
		},
		{
			name: "a pause that is over already", err: later(-time.Hour),
			want: incident.Problem{Text: noPageYet + pause, NotBefore: in(5 * time.Second), RetryAt: in(5 * time.Second)},
		},
		{
			name: "a hiccup does not hide what a person can mend", err: passing, before: shown,
			want: incident.Problem{Text: shown.Text, Show: true, Attempts: 2, NotBefore: in(10 * time.Second), RetryAt: in(10 * time.Second)},
		},
		{
			name: "nor does a pause", err: later(time.Hour), before: shown,
			want: incident.Problem{Text: shown.Text, Show: true, Attempts: 1, NotBefore: in(time.Hour), RetryAt: in(time.Hour)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			same(t, "problem", tt.want, incident.NewProblem(incident.PagePart, tt.err, tt.before, now))
		})
	}
}

func TestProblemsNameTheirPart(t *testing.T) {
	t.Parallel()
	tests := map[incident.Part]string{
		incident.TrackerPart:   "The tracker could not be brought up to date yet.",
		incident.PagePart:      noPageYet,
		incident.FollowUpsPart: "Not all follow-ups could be opened yet.",
		incident.AnswersPart:   "Commands could not be answered, or their labels put on, yet.",
		incident.ClosingPart:   "It could not be said yet whether all is done.",
	}
	failed := errors.New("token ghs_1 at https://github.test: 502")
	for part, says := range tests {
		t.Run(string(part), func(t *testing.T) {
			t.Parallel()
			p := incident.NewProblem(part, failed, incident.Problem{}, now)
			same(t, "a hiccup, without what the error holds", says+hiccup, p.Text)
			p = incident.NewProblem(part, &incident.Later{At: now.Add(time.Hour), Err: failed}, incident.Problem{}, now)
			same(t, "a pause", says+pause, p.Text)
			p = incident.NewProblem(part, &incident.Blocked{Text: "Switch it on.", Err: failed}, incident.Problem{}, now)
			same(t, "what a person can mend", "Switch it on.", p.Text)
		})
	}
}

func TestErrorsSayWhatHappened(t *testing.T) {
	t.Parallel()
	cause := errors.New("404")
	tests := []struct {
		err   error
		says  string
		cause error
	}{
		{&incident.Blocked{Text: "Switch it on."}, "Switch it on.", nil},
		{&incident.Blocked{Text: "Switch it on.", Err: cause}, "Switch it on. (404)", cause},
		{&incident.Later{At: opened, Err: cause}, "not before 2026-11-20T14:05:00Z: 404", cause},
		{&incident.Missing{What: "acme/shop#42"}, "acme/shop#42 does not exist, or the app may not see it", nil},
		{&incident.Paused{Why: "archived"}, "paused: archived", nil},
	}
	for _, tt := range tests {
		same(t, "text", tt.says, tt.err.Error())
		if got := errors.Unwrap(tt.err); !errors.Is(got, tt.cause) {
			t.Errorf("%q wraps %v", tt.says, got)
		}
	}
}

func TestPartInTrouble(t *testing.T) {
	t.Parallel()
	const page = `create the post-mortem page "2026-11-20-shop-is-down-42.md" in the wiki`
	work := []string{page, `open the follow-up "Fix it"`, `attach "Fix it" to the incident as a sub-issue`}
	tests := []struct {
		name    string
		problem incident.Problem
		part    incident.Part
		busy    bool
		does    []string
		notice  string
		again   time.Time
	}{
		{
			name: "held back", part: incident.PagePart, does: work[1:],
			problem: incident.Problem{Text: hiccup, NotBefore: now.Add(time.Second), RetryAt: now.Add(time.Second)},
			again:   now.Add(time.Second),
		},
		{
			name: "held back and shown", part: incident.FollowUpsPart, does: work[:1],
			problem: incident.Problem{Text: hiccup, Show: true, NotBefore: now.Add(time.Second), RetryAt: now.Add(time.Second)},
			notice:  "! " + hiccup, again: now.Add(time.Second),
		},
		{
			name: "its time has come", part: incident.PagePart, does: work,
			problem: incident.Problem{Text: hiccup, NotBefore: now, RetryAt: now}, again: now,
		},
		{
			name: "a person may have mended it", part: incident.PagePart, does: work,
			problem: incident.Problem{Text: "Mend it.", Show: true, RetryAt: now.Add(time.Hour)},
			notice:  "! Mend it.", again: now.Add(time.Hour),
		},
		{
			name: "it failed in this very run", part: incident.PagePart, busy: true, does: work[1:],
			problem: incident.Problem{Text: "Mend it.", Show: true, RetryAt: now.Add(time.Hour)},
			notice:  "! Mend it.", again: now.Add(time.Hour),
		},
		{
			name: "solved without our doing", part: incident.ClosingPart, does: work,
			problem: incident.Problem{Text: "Mend it.", Show: true, RetryAt: now.Add(time.Hour)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(noPage, wrote(ada, "body", "Fix it"))
			w.Record.Problems = map[incident.Part]incident.Problem{tt.part: tt.problem}
			w.Busy = map[incident.Part]bool{tt.part: tt.busy}
			plan := judgedPlan(w)
			same(t, "effects", tt.does, effects(plan))
			mentions(t, tells(plan), tt.notice)
			same(t, "shown", tt.notice != "", strings.Contains(tells(plan), "! "))
			same(t, "look again", tt.again, plan.LookAgain)
		})
	}
}

func TestTrackerInTrouble(t *testing.T) {
	t.Parallel()
	w := world(wrote(ada, "body", "Fix it"))
	w.Record.Problems = map[incident.Part]incident.Problem{
		incident.TrackerPart: {Text: hiccup, Show: true, NotBefore: now.Add(time.Minute), RetryAt: now.Add(time.Minute)},
	}
	plan := judgedPlan(w)
	same(t, "held back", "", tells(plan))
	same(t, "the rest goes on", 2, len(plan.Effects))
	same(t, "look again", now.Add(time.Minute), plan.LookAgain)

	w = settled(t, world())
	w.Record.Problems = map[incident.Part]incident.Problem{incident.TrackerPart: {Text: hiccup, RetryAt: now}}
	plan = judgedPlan(w)
	same(t, "solved", 0, len(plan.Record.Problems))
	same(t, "look again", time.Time{}, plan.LookAgain)
}

func TestLookAgainIsTheEarliest(t *testing.T) {
	t.Parallel()
	w := world(noPage, wrote(ada, "body", "Fix it"))
	w.Record.Problems = map[incident.Part]incident.Problem{}
	for part, d := range map[incident.Part]time.Duration{
		incident.PagePart: 3 * time.Minute, incident.FollowUpsPart: 2 * time.Minute, incident.AnswersPart: 4 * time.Minute,
	} {
		w.Record.Problems[part] = incident.Problem{NotBefore: now.Add(d), RetryAt: now.Add(d)}
	}
	same(t, "look again", now.Add(2*time.Minute), judgedPlan(w).LookAgain)
	same(t, "without trouble", time.Time{}, judgedPlan(world()).LookAgain)
}

func TestNoticeGoesAwayWhenItWorks(t *testing.T) {
	t.Parallel()
	w := world(noPage)
	w.Record.Failed(incident.PagePart, &incident.Blocked{Text: "Mend it."}, incident.Problem{}, now)
	plan := judgedPlan(w)
	mentions(t, tells(plan), "! Mend it.\n")
	w = carryOut(w, plan)
	same(t, "problems", 0, len(w.Record.Problems))
	same(t, "tracker", "acme/shop#42 is sev2\npage made\n", tells(judgedPlan(w)))
}
