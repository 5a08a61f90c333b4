package incident_test

import (
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

func TestCheckReply(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	const link = "https://github.test/Acme/Shop/wiki/2026-11-20-page-42"
	w := obeyed(t, policy, world(page("hunter2", serious(12, false), minor), orders(ben, 7, "/postmortem check")))
	id := w.Replies[0].ID
	same(t, "found", "2 findings on "+link+"\n- 12:3 secret: This looks like a secret.\n- 7:1 vague: This is vague.\n", replied(w))
	same(t, "reactions", "eyes +1", reactions(w, 7))

	w.PageUnread, w.Checked, w.Findings, w.Page = true, false, nil, ""
	w = obeyed(t, policy, w)
	same(t, "stays while the wiki does not answer", 2, strings.Count(replied(w), "\n- "))
	w.PageUnread = false
	page("It was down.")(&w)
	w = obeyed(t, policy, w)
	same(t, "nothing is left", "0 findings on "+link+"\n", replied(w))
	same(t, "is edited", id, w.Replies[0].ID)

	orders(ada, 8, "/postmortem check", "/postmortem check")(&w)
	w = obeyed(t, policy, w)
	same(t, "replies", 1, len(w.Replies))
	same(t, "to the last", int64(8), w.Replies[0].To)
	orders(ada, 7, "/postmortem CHECK")(&w)
	w = obeyed(t, policy, w)
	same(t, "to a line that was added", []int64{7}, []int64{w.Replies[0].To})
	same(t, "the same without the database", 0, len(of[incident.WriteReply](commandedPlan(policy, databaseLost(t, w)))))

	w.Replies = nil
	w = obeyed(t, policy, w)
	same(t, "deleted by people", 0, len(w.Replies))
}

func TestCheckWaits(t *testing.T) {
	t.Parallel()
	w := world(resolved, label("postmortem: reviewed"), page("It was down."), orders(ada, 7, "/postmortem check"))
	w.Checked = false
	plan := commandedPlan(incident.DefaultPolicy(), w)
	same(t, "looks again", now.Add(10*time.Minute), plan.LookAgain)
	same(t, "said", 0, len(of[incident.WriteReply](plan)))
	same(t, "complete", 1, len(of[incident.WriteClosing](plan)))
	w.Page, w.PageGone = "", true
	mentions(t, replied(obeyed(t, incident.DefaultPolicy(), w)), "The page is not there any more")
}

func TestExposed(t *testing.T) {
	t.Parallel()
	found := page("hunter2", serious(1, true), serious(2, false), minor)
	tests := []struct {
		name   string
		change change
		want   int
	}{
		{"public", func(*incident.World) {}, 2},
		{"private", func(w *incident.World) { w.Repository.Private = true }, 0},
		{"not checked", func(w *incident.World) { w.Checked = false }, 0},
		{"unread", func(w *incident.World) { w.PageUnread = true }, 0},
		{"no page", noPage, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := viewed(incident.DefaultPolicy(), world(found, public, tt.change))
			same(t, "counted", tt.want, v.Serious)
		})
	}
}
