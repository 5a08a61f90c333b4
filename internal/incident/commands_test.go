package incident_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

func TestTitlesAndVerbs(t *testing.T) {
	t.Parallel()
	for rest, title := range map[string]bool{
		"Fix it":            true,
		"":                  false,
		" \u200b ":          false,
		"#77":               true, // adopts it
		"all":               false,
		"All":               false,
		"all of it":         true,
		"accept":            false,
		"accept that":       true,
		"help":              false,
		"help the vendor":   true,
		"done":              false,
		"done #77":          false,
		"Done: 77 78":       false,
		"done #77 thanks":   false,
		"done acme/shop#77": false,
		"done https://x.test/acme/shop/issues/77": false,
		"done with it":         true,
		"done 3 of 5 checks":   true,
		"done-ness of the fix": true,
		"reopen":               false,
		"reopen #77":           false,
		"reopen the road":      true,
		"snooze":               false,
		"snooze 2w Vendor":     false,
		"snooze 10 d":          false,
		"snooze 2weeks":        false,
		"snooze #77":           false,
		"snooze the alert":     true,
		"snooze 3rd alerts":    true,
	} {
		if incident.IsFollowUpTitle(rest) != title {
			t.Errorf("%q is a title: %t", rest, !title)
		}
	}
}

// TestEdits: an edited comment runs its new lines only.
func TestEdits(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	first := []string{"/incident commander @bob", "/incident note A", "/incident severity sev1"}
	tests := []struct {
		name  string
		lines []string
		ran   int
		want  incident.Told
	}{
		{"nothing", first, 3, incident.Told{Commander: "eve"}},
		{"spaces and case", []string{"/Incident  COMMANDER   @Bob", "/incident note a", "/incident\u200b severity sev1"}, 3, incident.Told{Commander: "eve"}},
		{"their order", []string{first[2], first[1], first[0]}, 3, incident.Told{Commander: "eve"}},
		{"a line more", append(slices.Clone(first), "/incident scribe @cara"), 4, incident.Told{Commander: "eve", Scribe: "cara"}},
		{"a line changed", []string{"/incident commander @dan", first[1], first[2]}, 4, incident.Told{Commander: "dan"}},
		{"a line twice", append(slices.Clone(first), first[0]), 4, incident.Told{Commander: "bob"}},
		{"a line less", first[1:], 3, incident.Told{Commander: "eve"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := obeyed(t, policy, world(orders(ada, 7, first...)))
			orders(ada, 8, "/incident commander @eve")(&w)
			w = obeyed(t, policy, w)
			w.Parent.Labels = []string{"incident", "sev4"}

			w = without(w, 7)
			for _, line := range tt.lines {
				orders(ada, 7, strings.ToLower(line[:len("/incident")])+strings.Replace(line[len("/incident"):], "\u200b", "", 1))(&w)
			}
			w = obeyed(t, policy, w)
			same(t, "told", tt.want, w.Record.Ledger.Told)
			same(t, "ran", tt.ran+1, len(w.Record.Ledger.Ran))
			same(t, "labels", []string{"incident", "sev4"}, w.Parent.Labels)
		})
	}
}

// TestNotTriedAgain: what could not be carried out when it was written does
// not come as a surprise later.
func TestNotTriedAgain(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := obeyed(t, policy, world(orders(ada, 7, "/incident resolved 13:00", "/followup done #101")))
	mentions(t, replied(w), "before it started")
	mentions(t, replied(w), "«#101» is no follow-up")

	wrote(ada, incident.FromBody, "Fix it")(&w)
	orders(ada, 8, "/incident started 12:00")(&w)
	w = obeyed(t, policy, w)
	same(t, "resolved", time.Time{}, w.Record.Ledger.Told.Resolved)
	same(t, "states", "open", states(w))
	same(t, "said", 2, strings.Count(replied(w), "is not tried again: if it is still wanted, write it in a new comment."))

	orders(ada, 9, "/incident resolved 13:00", "/followup done #101")(&w)
	w = obeyed(t, policy, w)
	same(t, "resolved by a new comment", at("2026-11-20 13:00"), w.Record.Ledger.Told.Resolved)
	same(t, "states", "done", states(w))
}

// TestOrderOfCommands: comments may be listed in any order.
func TestOrderOfCommands(t *testing.T) {
	t.Parallel()
	w := world(
		orders(ada, 9, "/incident commander @late"),
		orders(ada, 8, "/incident commander @first", "/incident commander @second", "/incident scribe @second"),
	)
	w = obeyed(t, incident.DefaultPolicy(), w)
	same(t, "told", incident.Told{Commander: "late", Scribe: "second"}, w.Record.Ledger.Told)
}

// TestWhileTheLabelIsOff: a command waits until the incident goes on.
func TestWhileTheLabelIsOff(t *testing.T) {
	t.Parallel()
	w := obeyed(t, incident.DefaultPolicy(), world(unlabelled, orders(ada, 7, "/incident commander @x", "/incident oops")))
	same(t, "told", incident.Told{}, w.Record.Ledger.Told)
	same(t, "reactions", "", reactions(w, 7))
	label("incident")(&w)
	w = obeyed(t, incident.DefaultPolicy(), w)
	same(t, "told when it is on again", incident.Told{Commander: "x"}, w.Record.Ledger.Told)
	same(t, "replies", 1, len(w.Replies))
}

func TestMostCommandsOfOneAuthor(t *testing.T) {
	t.Parallel()
	w := world()
	for comment := range int64(10) {
		for i := range 100 {
			orders(mallory, comment+1, fmt.Sprintf("/incident note %d", i))(&w)
		}
	}
	orders(ada, 99, "/incident commander @x")(&w)
	same(t, "asked", 501, len(incident.QuestionsOf(incident.DefaultPolicy(), w).May))
	w = obeyed(t, incident.DefaultPolicy(), w)
	same(t, "told", incident.Told{Commander: "x"}, w.Record.Ledger.Told)
}

// TestForms: each form that people are shown is understood as it is written,
// its words filled in.
func TestForms(t *testing.T) {
	t.Parallel()
	fill := strings.NewReplacer("TIME", "14:10", "TEXT", "It broke", "@login", "@bob", "STATUS", "in review", "REASON", "A drill",
		"TITLE", "Call back", "[", "", "]", "", "DATE", "2w", "in PLACE", "", "@owner", "@bob", "#77", "#101")
	for _, form := range incident.CommandForms() {
		t.Run(form.Form, func(t *testing.T) {
			t.Parallel()
			w := world(public, wrote(ada, incident.FromPage, "Add an alert"), tracked(t, "Fix it"), published, orders(ada, 7, fill.Replace(form.Form)))
			w = obeyed(t, publishing(), w)
			same(t, "can't be carried out", false, strings.Contains(replied(w), "> "))
			same(t, "reactions", true, strings.HasSuffix(reactions(w, 7), incident.Carried))
		})
	}
}

var someCommands = []string{
	"/incident severity sev1", "/incident severity sev4", "/incident started 13:00", "/incident started 14:12",
	"/incident detected 14:01", "/incident resolved", "/incident resolved 13:30", "/incident note It is slow",
	"/incident note 14:00 It was slow", "/incident commander @bob", "/incident commander @cara", "/incident commander none",
	"/incident responders @bob @cara", "/incident oops", "/incident help", "/incident started noon",
	"/postmortem status in review", "/postmortem status reviewed", "/postmortem owner @bob", "/postmortem skip A drill",
	"/postmortem start", "/postmortem check", "/postmortem publish", "/postmortem unpublish", "/postmortem meeting Friday 10:00",
	"/followup Fix it", "/followup Call back", "/followup", "/followup all", "/followup accept",
	"/followup done #101", "/followup done #102", "/followup reopen #101", "/followup snooze #101 2w Vendor",
}

// TestCommandsSettle: whatever people command and edit, delete and mark by
// hand: when all is carried out, nothing is left to do; and when the database
// is lost, nothing runs again, and nothing is said again.
func TestCommandsSettle(t *testing.T) {
	t.Parallel()
	policy := publishing()
	rapid.Check(t, func(rt *rapid.T) {
		w := world(publishable)
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			live(rt, &w)
			w = obeyed(t, policy, w)
			lost := databaseLost(t, w)
			plan := commandedPlan(policy, lost)
			same(t, "told without the database", w.Record.Ledger.Told, plan.Record.Ledger.Told)
			same(t, "noted without the database", w.Record.Ledger.Noted, plan.Record.Ledger.Noted)
			same(t, "copy without the database", w.Record.Ledger.Copy, plan.Record.Ledger.Copy)
			same(t, "effects without the database", len(of[incident.React](plan)), len(plan.Effects))
			if rapid.Bool().Draw(rt, "lose the database") {
				w = obeyed(t, policy, lost)
			}
			if t.Failed() {
				rt.Fatalf("%+v", w.Commands)
			}
		}
	})
}

// live has people do something.
func live(t *rapid.T, w *incident.World) {
	comment := rapid.Int64Range(1, 4).Draw(t, "comment")
	switch rapid.IntRange(0, 5).Draw(t, "what") {
	case 0:
		w.Replies = nil
	case 1:
		w.Parent.Labels = []string{"incident", "sev3", "postmortem: draft"}
	case 2:
		for i := range w.FollowUps {
			w.FollowUps[i].State = rapid.SampledFrom([]incident.State{incident.Open, incident.Done, incident.Dropped}).Draw(t, "state")
		}
	case 3:
		*w = without(*w, comment)
		fallthrough
	default:
		by := ada
		if comment == 4 {
			by = mallory
		}
		orders(by, comment, rapid.SliceOfN(rapid.SampledFrom(someCommands), 1, 4).Draw(t, "lines")...)(w)
	}
}

// heard is plain, and keeps what the replies were to say.
type heard struct {
	plain
	replies *[]incident.ReplyView
}

func (h heard) Reply(v incident.ReplyView) string {
	*h.replies = append(*h.replies, v)
	return h.plain.Reply(v)
}

// FuzzCommand: no line makes the rules stumble, is carried out or answered
// twice, or is quoted without end.
func FuzzCommand(f *testing.F) {
	for _, line := range someCommands {
		name, rest, _ := strings.Cut(line[1:], " ")
		f.Add(name, rest)
	}
	f.Add("incident", "note \xff\x00 "+strings.Repeat("ä", 9000))
	f.Add("followup", "done "+strings.Repeat("#1 ", 900))
	f.Fuzz(func(t *testing.T, name, rest string) {
		if !slices.Contains([]string{"incident", "postmortem", "followup"}, name) {
			return
		}
		incident.IsFollowUpTitle(rest)
		w := world(func(w *incident.World) {
			w.Commands = []incident.Command{{Name: name, Rest: rest, Comment: 7, Author: ada, Written: writtenAt}}
		})
		w = obeyed(t, incident.DefaultPolicy(), w)
		again := obeyed(t, incident.DefaultPolicy(), databaseLost(t, w))
		same(t, "told without the database", w.Record.Ledger.Told, again.Record.Ledger.Told)
		same(t, "replies without the database", w.Replies, again.Replies)
		var views []incident.ReplyView
		incident.Decide(incident.DefaultPolicy(), heard{replies: &views}, w, now)
		for _, v := range views {
			for _, l := range v.Lines {
				long := utf8.RuneCountInString(l.Quote) > 200 || utf8.RuneCountInString(l.Problem) > 400
				if long || !utf8.ValidString(l.Quote+l.Problem+l.Form) || l.Problem == "" || l.Form == "" {
					t.Errorf("%+v", l)
				}
			}
		}
	})
}

// TestTooManyCommands: those that are not looked at are not passed over in
// silence, unless nobody of permission wrote them.
func TestTooManyCommands(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		by       incident.Actor
		comments int
		each     int
		want     int // notices
	}{
		{"few", ada, 3, 150, 0},
		{"in one comment", ada, 1, 201, 1},
		{"in all", ada, 3, 170, 1},
		{"a stranger's", mallory, 3, 170, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world()
			for comment := range tt.comments {
				for n := range tt.each {
					orders(tt.by, int64(comment+7), fmt.Sprintf("/incident note Step %d", n))(&w)
				}
			}
			policy := incident.DefaultPolicy()
			judged(policy)(&w)
			notices := viewed(policy, w).Notices
			same(t, fmt.Sprint(notices), tt.want, len(notices))
		})
	}
}
