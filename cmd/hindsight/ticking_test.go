package main

import (
	"strings"
	"sync"
	"testing"

	"hindsight/internal/playground"
)

const twoWords = `It is slow.

## Follow-ups
- [ ] Alert on the age of certificates
- [ ] Write a runbook for the gateway
`

// mild opens an incident that gets no page, and lets the app work.
func (h *house) mild(body string) int {
	h.tb.Helper()
	number, err := h.github.As(alice).OpenIssue(shop, "Search is slow", body, "incident", "sev4")
	must(h.tb, err)
	h.sweep()
	return number
}

// hearAndWork lets the app take in what GitHub tells of, and work on it.
func (h *house) hearAndWork() {
	h.tb.Helper()
	must(h.tb, h.github.Settle(h.tb.Context()))
	h.drain()
}

// wantClosed wants a follow-up of this title in a repository, closed or not.
func (h *house) wantClosed(repo, title string, closed bool) {
	h.tb.Helper()
	for _, issue := range h.followUps(repo) {
		if issue.Title == title {
			if issue.Closed != closed {
				h.tb.Errorf("%q is closed: %v", title, issue.Closed)
			}
			return
		}
	}
	h.tb.Errorf("%s has no follow-up %q", repo, title)
}

const alertItem, bookItem = "Alert on the age of certificates", "Write a runbook for the gateway"

// A box in the tracker closes its follow-up, and opens it again; so does the
// one of the item's own line.
func TestTickingClosesAndReopens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.mild(twoWords)
	h.tick(alice, number, alertItem, true)
	h.hearAndWork()
	h.wantClosed(shop, alertItem, true)
	h.tick(alice, number, alertItem, false)
	h.hearAndWork()
	h.wantClosed(shop, alertItem, false)
	must(t, h.github.As(alice).TickBody(shop, number, 1, true))
	h.hearAndWork()
	h.wantClosed(shop, bookItem, true)
	wantBoxes(t, h.tracker(number).Body, 1, 1)
	must(t, h.github.As(alice).TickBody(shop, number, 1, false))
	h.hearAndWork()
	h.wantClosed(shop, bookItem, false)
	h.idle(shop, number)
}

// Whoever may write where the tracker is may not, for that, close what is
// followed up elsewhere: the box goes back.
func TestTickWithoutPermissionThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.addTools()
	must(t, h.github.SetRole(shop, "carol", playground.Write))
	must(t, h.github.SetRole(tools, "carol", playground.Read))
	number := h.mild("## Follow-ups\n- [ ] Rehearse the failover in acme/tools\n")
	h.tick("carol", number, "acme/tools#1", true)
	h.hearAndWork()
	h.wantClosed(tools, "Rehearse the failover", false)
	wantBoxes(t, h.tracker(number).Body, 1, 0)
	h.tick(alice, number, "acme/tools#1", true)
	h.hearAndWork()
	h.wantClosed(tools, "Rehearse the failover", true)
	wantBoxes(t, h.tracker(number).Body, 0, 1)
	h.idle(shop, number)
}

// What people do in the tracker between our last look at it and our write is
// written over, and found in its history: a box, and a line.
func TestEditThatOurWriteCrosses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.mild(twoWords)
	var once sync.Once
	h.spoil(func(c playground.Call) playground.Fault {
		if !kind("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}")(c) {
			return playground.Fault{}
		}
		return playground.Fault{RunBefore: func() { once.Do(func() { h.editTracker(number) }) }}
	})
	must(t, h.github.As(bob).Close(shop, number+2, "completed"))
	h.heal()
	h.wantClosed(shop, alertItem, true)
	h.wantFollowUps(shop, alertItem, bookItem, "Tell the partners")
	wantBoxes(t, h.tracker(number).Body, 1, 2)
	h.idle(shop, number)
}

// editTracker ticks a box in the tracker and adds a line to it.
func (h *house) editTracker(number int) {
	h.tick(alice, number, alertItem, true)
	c := h.tracker(number)
	anew := strings.Replace(c.Body, "- [ ] "+bookItem, "- [ ] Tell the partners\n- [ ] "+bookItem, 1)
	must(h.tb, h.github.As(alice).EditComment(shop, c.ID, anew))
}

// A host that does not tell who edited a comment: ticking has no effect, the
// tracker says so and names the command, which works.
func TestHostWithoutEditHistory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.github.SetEditHistory(false)
	number := h.mild(twoWords)
	h.tick(alice, number, alertItem, true)
	h.hearAndWork()
	h.heal()
	h.wantClosed(shop, alertItem, false)
	h.wantTracker(number, "Ticking has no effect", "/followup done")
	wantBoxes(t, h.tracker(number).Body, 2, 0)
	_, err := h.github.As(bob).Comment(shop, number, "/followup done #2")
	must(t, err)
	h.hearAndWork()
	h.wantClosed(shop, alertItem, true)
	wantBoxes(t, h.tracker(number).Body, 1, 1)
	h.idle(shop, number)
}

// A host without sub-issues does without them.
func TestHostWithoutSubIssues(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.github.SetSubIssues(false)
	number := h.mild(twoWords)
	h.heal()
	h.wantFollowUps(shop, alertItem, bookItem)
	h.tick(alice, number, alertItem, true)
	h.hearAndWork()
	wantBoxes(t, h.tracker(number).Body, 1, 1)
	h.idle(shop, number)
}
