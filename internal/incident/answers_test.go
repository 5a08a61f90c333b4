package incident_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

func without(w incident.World, comment int64) incident.World {
	w.Commands = slices.DeleteFunc(slices.Clone(w.Commands), func(c incident.Command) bool { return c.Comment == comment })
	return w
}

func TestReactions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		lines []string
		want  string
	}{
		{"all is done", []string{"/incident note Up again", "/postmortem owner @bob", "/followup Fix it"}, "eyes +1"},
		{"something is wrong", []string{"/incident note Up again", "/postmortem owner"}, "eyes"},
		{"the page can't be checked yet", []string{"/postmortem check"}, "eyes"},
		{"a title that was not all understood", []string{"/followup Fix it due 2025-01-01"}, "eyes"},
		{"help", []string{"/incident help"}, "eyes +1"},
		{"a confirmation", []string{"/followup all"}, "+1"},
		{"a confirmation beside something wrong", []string{"/followup all", "/incident oops"}, "eyes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := obeyed(t, incident.DefaultPolicy(), world(orders(ada, 7, tt.lines...)))
			same(t, "reactions", tt.want, reactions(w, 7))
		})
	}
}

// TestHelp: the list is a reply, which stays for as long as it is asked for.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"/incident help", "/incident Help me!", "/postmortem help", "/followup help"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			w := obeyed(t, incident.DefaultPolicy(), world(orders(ada, 7, line)))
			for _, form := range incident.CommandForms() {
				mentions(t, replied(w), form.Form+": "+form.Help+"\n")
			}
			same(t, "follow-ups", 0, len(w.FollowUps))
			w = obeyed(t, incident.DefaultPolicy(), without(w, 7))
			same(t, "taken back with the comment", "", replied(w))
		})
	}
}

// TestRefused: what people without the permission write is counted, and
// answered by nothing.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, by := range []incident.Actor{mallory, spam, {}, {Login: "forms"}} {
		t.Run(by.Login, func(t *testing.T) {
			t.Parallel()
			w := world(orders(by, 7, "/incident severity sev1", "/incident commander @x", "/incident oops", "/incident help", "/followup"))
			w = obeyed(t, incident.DefaultPolicy(), w)
			same(t, "told", incident.Told{}, w.Record.Ledger.Told)
			same(t, "replies", 0, len(w.Replies))
			same(t, "reactions", "", reactions(w, 7))
			same(t, "labels", []string{"incident", "sev2"}, w.Parent.Labels)
			mentions(t, said(w.Trackers[0].Body), "refused 5")
			same(t, "asked again", 0, len(incident.QuestionsOf(incident.DefaultPolicy(), w).May))
		})
	}
}

// TestUnknownVerdict: a lookup that failed is neither yes nor no.
func TestUnknownVerdict(t *testing.T) {
	t.Parallel()
	w := world(orders(ada, 7, "/incident commander @x", "/incident oops"))
	plan := decide(w)
	same(t, "effects", []string(nil), effects(plan))
	same(t, "told", incident.Told{}, plan.Record.Ledger.Told)
	w = obeyed(t, incident.DefaultPolicy(), carryOut(w, plan))
	same(t, "carried out when it is known", "x", w.Record.Ledger.Told.Commander)
}

// TestNamedApp: an app that the configuration names may command.
func TestNamedApp(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.Apps = []string{"forms"}
	w := obeyed(t, policy, world(orders(forms, 7, "/incident commander @x", "/incident scribe me")))
	same(t, "told", incident.Told{Commander: "x"}, w.Record.Ledger.Told)
	mentions(t, replied(w), "is no login")
}

// TestReplies follows one reply through the edits of its comment.
func TestReplies(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := obeyed(t, policy, world(orders(ada, 7, "/incident started soon", "/incident scribe @bob", "/postmortem unpublish")))
	same(t, "replies", 1, len(w.Replies))
	id := w.Replies[0].ID
	mentions(t, replied(w), "> /incident started soon\n")
	mentions(t, replied(w), "> /postmortem unpublish\n")

	w = without(w, 7)
	orders(ada, 7, "/incident started soon", "/incident scribe @bob")(&w)
	w = obeyed(t, policy, w)
	same(t, "is edited", id, w.Replies[0].ID)
	same(t, "says what is left", "> /incident started soon\nNo time is given: write «14:05», «2026-11-20 14:05 UTC», «10m ago» or «now».\n"+
		"[/incident started TIME]\n", strings.ReplaceAll(replied(w), " [", "\n["))

	w = without(w, 7)
	orders(ada, 7, "/incident started 14:00", "/incident scribe @bob")(&w)
	w = obeyed(t, policy, w)
	same(t, "taken back", 0, len(w.Replies))
	same(t, "started", at("2026-11-20 14:00"), w.Record.Ledger.Told.Started)
	same(t, "reactions", "eyes +1", reactions(w, 7))
	same(t, "remembered", 0, len(w.Record.Ledger.Replied))

	orders(ada, 7, "/incident detected soon")(&w)
	w = obeyed(t, policy, w)
	mentions(t, replied(w), "> /incident detected soon")
}

// TestDeletedReply: a reply that people deleted stays deleted, even if the
// database is lost.
func TestDeletedReply(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := obeyed(t, policy, world(orders(ada, 7, "/incident oops")))
	w.Replies = nil
	w = obeyed(t, policy, w)
	same(t, "replies", 0, len(w.Replies))
	w = obeyed(t, policy, databaseLost(t, w))
	same(t, "replies without the database", 0, len(w.Replies))
}

// databaseLost is the world after the database was lost: the tracker's ledger is
// all that is known.
func databaseLost(t *testing.T, w incident.World) incident.World {
	t.Helper()
	l, err := carried(w.Trackers[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	w.Record = incident.Record{Ledger: incident.Ledger{}.Unite(l.Checked())}
	return w
}

// TestAcceptWaits: while it is not known what is proposed, a command to accept
// it waits, and a wiki that does not answer is left in peace. One that was
// answered waits no longer than the page itself does.
func TestAcceptWaits(t *testing.T) {
	t.Parallel()
	unread := func(w *incident.World) { w.PageUnread = true }
	policy := incident.DefaultPolicy()
	plan := commandedPlan(policy, world(public, unread, orders(ada, 7, "/followup accept")))
	same(t, "looks again", now.Add(time.Minute), plan.LookAgain)
	same(t, "effects", []string{`answer the command in comment 7 with "eyes"`}, effects(plan))

	w := obeyed(t, policy, world(public, orders(ada, 7, "/followup accept")))
	mentions(t, replied(w), "Nothing is proposed on the page")
	unread(&w)
	same(t, "looks again, answered", now.Add(time.Minute), commandedPlan(policy, w).LookAgain)
}

// TestAcceptedReferences: what is proposed on a public page and can't be adopted
// is said in the reply; the rest is accepted.
func TestAcceptedReferences(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	nobody := incident.Actor{}
	w := obeyed(t, policy, world(
		public, wrote(nobody, "page", "#5", "acme/infra#5", "#6", "Fix it"), exists(incident.NewKey("acme", "shop", 5), incident.Open),
	))
	same(t, "asked on behalf of strangers", true, incident.QuestionsOf(policy, w).Empty())
	orders(ada, 7, "/followup accept")(&w)
	w = obeyed(t, policy, w)
	same(t, "reactions", "eyes", reactions(w, 7))
	mentions(t, replied(w), "«acme/infra#5» can't be done there, since the page does not tell who wrote it")
	mentions(t, replied(w), "«#6» names no issue that Hindsight can see")
	same(t, "followed up", 2, len(w.Record.Ledger.Items))
	same(t, "still proposed", []string{"acme/infra#5", "#6"}, viewed(policy, w).Proposed)
}

// TestAcceptedTwice: what was accepted is not said to be missing. The second
// command may be the first one, of which a crash left no more than its effect.
func TestAcceptedTwice(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := obeyed(t, policy, world(public, wrote(incident.Actor{}, "page", "Fix it")))
	for comment := range int64(2) {
		orders(ada, 7+comment, "/followup accept")(&w)
		w = obeyed(t, policy, w)
		same(t, "reactions", "eyes +1", reactions(w, 7+comment))
	}
	same(t, "followed up", 1, len(w.Record.Ledger.Items))
}

// TestAcceptedElsewhere: nobody knows who wrote it, so it is opened here, and
// the tracker says so.
func TestAcceptedElsewhere(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := obeyed(t, policy, world(public, hasPlaces, wrote(incident.Actor{}, "page", "Fix it in acme/site")))
	orders(ada, 7, "/followup accept")(&w)
	w = obeyed(t, policy, w)
	same(t, "reactions", "eyes +1", reactions(w, 7))
	mentions(t, doubts(w)[0], "It is followed up here.")
}

// TestAcceptedUnseen: only what the tracker has room for is shown, and accepted.
func TestAcceptedUnseen(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := obeyed(t, policy, world(public, wrote(incident.Actor{}, "page", many(incident.ProposedShown+3)...)))
	orders(ada, 7, "/followup accept")(&w)
	w = obeyed(t, policy, w)
	same(t, "followed up", incident.ProposedShown, len(w.Record.Ledger.Items))
	same(t, "proposed", 3, len(viewed(policy, w).Proposed))
}

// TestSecondReply: of two replies to one comment, written by two replicas, the
// first stays.
func TestSecondReply(t *testing.T) {
	t.Parallel()
	w := obeyed(t, incident.DefaultPolicy(), world(orders(ada, 7, "/incident oops")))
	second := w.Replies[0]
	second.ID++
	w.Replies = append(w.Replies, second, incident.Reply{ID: 9000, To: 8, Body: "to a comment that is gone"})
	plan := commandedPlan(incident.DefaultPolicy(), w)
	same(t, "effects", []incident.DeleteComment{
		{ID: second.ID, For: incident.AnswersPart}, {ID: 9000, For: incident.AnswersPart},
	}, of[incident.DeleteComment](plan))
}

// TestReplyAfterWindowsEnds: GitHub may change line ends; that is no news.
func TestReplyAfterWindowsEnds(t *testing.T) {
	t.Parallel()
	w := obeyed(t, incident.DefaultPolicy(), world(orders(ada, 7, "/incident oops")))
	w.Replies[0].Body = strings.ReplaceAll(w.Replies[0].Body, "\n", "\r\n")
	same(t, "effects", []string(nil), effects(commandedPlan(incident.DefaultPolicy(), w)))
}

// TestFlood: a thousand wrong commands in one comment are cheap, and answered
// by one short reply.
func TestFlood(t *testing.T) {
	t.Parallel()
	var lines []string
	for i := range 1000 {
		lines = append(lines, fmt.Sprintf("/incident wrong%d", i))
	}
	w := world(orders(ada, 7, lines...))
	start := time.Now()
	w = obeyed(t, incident.DefaultPolicy(), w)
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
	same(t, "replies", 1, len(w.Replies))
	same(t, "lines", 10, strings.Count(replied(w), "\n> ")+1)
	mentions(t, replied(w), "and 190 more")
	same(t, "remembered", 200, len(w.Record.Ledger.Failed))
}

// TestMostCommands: what is remembered has an end. Then nothing is carried out
// that could be carried out twice, until there is room.
func TestMostCommands(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world()
	for comment := range 6 {
		by := ada
		if comment > 2 {
			by = ben
		}
		for i := range 100 {
			orders(by, int64(comment+1), fmt.Sprintf("/incident note %d", i))(&w)
		}
	}
	w = obeyed(t, policy, w)
	same(t, "notes", 500, len(w.Record.Ledger.Noted))
	mentions(t, replied(w), "No more than 500 commands are remembered")
	same(t, "of the full comment", "eyes", reactions(w, 6))

	w = obeyed(t, policy, without(w, 1))
	same(t, "notes, with room", 500, len(w.Record.Ledger.Noted))
	same(t, "replies", 0, len(w.Replies))
	same(t, "reactions", "eyes +1", reactions(w, 6))
}

func TestRepliesAreForgotten(t *testing.T) {
	t.Parallel()
	w := world()
	for i := range 230 {
		orders(ada, int64(i+1), "/incident oops")(&w)
	}
	w = obeyed(t, incident.DefaultPolicy(), w)
	same(t, "replies", 230, len(w.Replies))
	same(t, "remembered", 200, len(w.Record.Ledger.Replied))
	same(t, "the oldest of them", int64(31), w.Record.Ledger.Replied[0])
}

// TestLabelThatFails: a label that can't be put on keeps no word back, and is
// put on when that works.
func TestLabelThatFails(t *testing.T) {
	t.Parallel()
	w := world(orders(ada, 7, "/incident severity sev1", "/incident oops"))
	plan := commandedPlan(incident.DefaultPolicy(), w)
	var kept []incident.Effect
	for _, e := range plan.Effects {
		if e.Part() == incident.AnswersPart {
			kept = append(kept, e)
		}
	}
	first := slices.IndexFunc(kept, func(e incident.Effect) bool { _, ok := e.(incident.LabelParent); return ok })
	same(t, "said before", 2, first)
	plan.Effects = kept[:first]
	w = carryOut(w, plan)
	mentions(t, replied(w), "> /incident oops")
	w = obeyed(t, incident.DefaultPolicy(), w)
	same(t, "labels", []string{"incident", "sev1"}, w.Parent.Labels)
}
