package main

import (
	"testing"

	"hindsight/internal/playground"
)

// Who may write in the shop alone can edit there what others wrote who have a
// say in the tools, and gets no say in the tools by that.
func TestEditorHasNoSayElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.addTools()
	must(t, h.github.SetRole(shop, "carol", playground.Write))
	must(t, h.github.SetRole(tools, "carol", playground.Read))
	const line = "## Follow-ups\n- [ ] Rehearse the failover in acme/tools\n"
	number := h.mild(line)
	h.wantFollowUps(tools, "Rehearse the failover")
	comment, err := h.github.As(alice).Comment(shop, number, "I look into it.")
	must(t, err)
	h.hearAndWork()

	body := line + "- [ ] Evil in acme/tools\n"
	must(t, h.github.As("carol").EditIssue(shop, number, nil, &body))
	must(t, h.github.As("carol").EditComment(shop, comment.ID, "/followup done acme/tools#1\n/followup Worse in acme/tools"))
	h.hearAndWork()
	h.wantFollowUps(tools, "Rehearse the failover")
	h.wantClosed(tools, "Rehearse the failover", false)
	h.wantTracker(number, "`Evil in acme/tools`", "in a new comment", "triage permission in acme/tools")

	_, err = h.github.As(alice).Comment(shop, number, "/followup done acme/tools#1\n/followup Better in acme/tools")
	must(t, err)
	h.hearAndWork()
	h.wantFollowUps(tools, "Rehearse the failover", "Better")
	h.wantClosed(tools, "Rehearse the failover", true)
	h.idle(shop, number)
}
