package main

import (
	"strings"
	"testing"

	"hindsight/internal/playground"
)

// Closing the parent means that it is resolved: the follow-ups stay tracked.
// Reopening takes that back, and Hindsight closes it no more.
func TestParentClosedEarlyAndReopened(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.mild(twoWords)
	must(t, h.github.As(alice).Close(shop, number, "completed"))
	must(t, h.github.As(bob).Close(shop, number+1, "completed"))
	h.hearAndWork()
	h.wantTracker(number, "**resolved**", "**1 open** (1 needs an owner) · 1 done")
	must(t, h.github.As(alice).Reopen(shop, number))
	h.hearAndWork()
	h.wantNotInTracker(number, "**resolved**")
	must(t, h.github.As(bob).Close(shop, number+2, "completed"))
	_, err := h.github.As(bob).Comment(shop, number, "/incident resolved")
	must(t, err)
	h.heal()
	if issue, err := h.github.Issue(shop, number); err != nil || issue.Closed {
		t.Errorf("what a person reopened was closed (%v)", err)
	}
	wantComplete(h, number)
	h.idle(shop, number)
}

// Without the label nothing is written; when it is put back, everything
// catches up.
func TestParentUnlabelled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.mild(twoWords)
	must(t, h.github.As(bob).Unlabel(shop, number, "incident"))
	h.hearAndWork()
	h.wantTracker(number, "**Paused:**")
	must(t, h.github.As(bob).Close(shop, number+1, "completed"))
	_, err := h.github.As(bob).Comment(shop, number, "/followup Tell the partners")
	must(t, err)
	h.heal()
	wantBoxes(t, h.tracker(number).Body, 2, 0)
	h.wantFollowUps(shop, alertItem, bookItem)
	must(t, h.github.As(bob).Label(shop, number, "incident"))
	h.hearAndWork()
	wantBoxes(t, h.tracker(number).Body, 2, 1)
	h.wantFollowUps(shop, alertItem, bookItem, "Tell the partners")
	h.wantNotInTracker(number, "**Paused:**")
	h.idle(shop, number)
}

// On a locked parent no app can comment or react: the tracker, which can be
// edited, says so as long as it is so, and what was wanted follows.
func TestParentLocked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.mild(twoWords)
	must(t, h.github.As(alice).Lock(shop, number))
	_, err := h.github.As(alice).Comment(shop, number, "/incident explode\n/followup done #2")
	must(t, err)
	h.heal()
	h.wantClosed(shop, alertItem, true)
	wantBoxes(t, h.tracker(number).Body, 1, 1)
	h.wantTracker(number, "⚠️")
	must(t, h.github.As(alice).Unlock(shop, number))
	h.heal()
	h.wantNotInTracker(number, "⚠️")
	if n := len(h.ours(shop, number)); n != 2 {
		t.Errorf("the app wrote %d comments, want the tracker and the reply", n)
	}
	h.idle(shop, number)
}

// An incident that is transferred goes on where it is, with what was made
// where that was made.
func TestParentTransferred(t *testing.T) {
	t.Parallel()
	for _, forget := range []bool{false, true} {
		t.Run(map[bool]string{false: "database kept", true: "database gone"}[forget], func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.addTools()
			for _, l := range demoLabels() {
				must(t, h.github.SetLabel(tools, l.name, l.color))
			}
			must(t, h.github.SetLabel(tools, "sev4", "ededed"))
			number := h.mild(twoWords)
			anew, err := h.github.As(alice).Transfer(shop, number, tools)
			must(t, err)
			if forget {
				h.revive(true)
			} else {
				h.hearAndWork()
			}
			h.heal()
			must(t, h.github.As(bob).Close(shop, number+1, "completed"))
			_, err = h.github.As(bob).Comment(tools, anew, "/followup Tell the partners")
			must(t, err)
			h.hearAndWork()
			h.heal()
			h.wantFollowUps(shop, alertItem, bookItem)
			h.wantFollowUps(tools, "Tell the partners")
			comments := h.ours(tools, anew)
			if len(comments) != 1 {
				t.Fatalf("the app wrote %d comments, want the tracker: %q", len(comments), comments)
			}
			wantBoxes(t, comments[0], 2, 1)
			h.idle(tools, anew)
		})
	}
}

// A deleted parent pauses; nothing is tried there, and nothing else suffers.
func TestParentDeleted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.mild(twoWords)
	must(t, h.github.SetRole(shop, alice, playground.Admin))
	must(t, h.github.As(alice).DeleteIssue(shop, number))
	must(t, h.github.As(bob).Close(shop, number+1, "completed"))
	h.hearAndWork()
	h.github.ResetCalls()
	h.heal()
	for _, c := range h.github.Calls() {
		if changes(c) {
			t.Errorf("%s %s: after the incident was deleted", c.Kind, c.Path)
		}
	}
	other := h.mild("")
	h.wantTracker(other, "Follow-ups: none yet")
}

// A pull request that refers to an incident can hold its items, in its text
// and in its comments; when it refers no more, what was opened stays.
func TestPullRequestRefers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.mild(twoWords)
	const body = "Incident: #1\n\n## Follow-ups\n- [ ] Remove the feature flag\n"
	pull, err := h.github.As(bob).OpenPullRequest(shop, "Roll back", body)
	must(t, err)
	_, err = h.github.As(bob).Comment(shop, pull, "## Action items\n- [ ] Test the rollback\n")
	must(t, err)
	_, err = h.github.As(mallory).Comment(shop, pull, "## Action items\n- [ ] Buy from us\n")
	must(t, err)
	h.hearAndWork()
	want := []string{alertItem, bookItem, "Remove the feature flag", "Test the rollback"}
	h.wantFollowUps(shop, want...)
	closes := strings.Replace(body, "Incident: #1", "Nothing to do with it", 1)
	must(t, h.github.As(bob).EditIssue(shop, pull, nil, &closes))
	h.hearAndWork()
	h.heal()
	h.wantFollowUps(shop, want...)
	h.wantTracker(number, "no longer listed")
	wantBoxes(t, h.tracker(number).Body, 4, 0)
	h.idle(shop, number)
}

// An issue that people attach to the incident counts while it is attached.
func TestSubIssueByHand(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.mild(twoWords)
	loose, err := h.github.As(bob).OpenIssue(shop, "Renew the contract", "As it was.", "backlog")
	must(t, err)
	must(t, h.github.As(bob).AttachSubIssue(shop, number, shop, loose))
	h.hearAndWork()
	h.wantTracker(number, "- [ ] Renew the contract")
	must(t, h.github.As(bob).Close(shop, loose, "not_planned"))
	h.hearAndWork()
	h.heal()
	h.wantTracker(number, "- [x] ~~Renew the contract~~")
	if n := len(h.ours(shop, loose)); n != 0 {
		t.Errorf("the app wrote %d comments on an issue that people had", n)
	}
	h.wantLabels(loose, "backlog")
	must(t, h.github.As(bob).DetachSubIssue(shop, number, shop, loose))
	h.hearAndWork()
	h.wantNotInTracker(number, "Renew the contract")
	h.idle(shop, number)
}

// Of a private issue that is adopted on a public incident nothing is shown but
// its name and whether it is done.
func TestPrivateIssueOnPublicParent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	secret, err := h.github.As(alice).OpenIssue(shop, "Buy the competitor", "Hush.")
	must(t, err)
	must(t, h.github.As(alice).Assign(shop, secret, alice))
	number, err := h.github.As(bob).OpenIssue(website, "The front page is blank",
		"## Follow-ups\n- [ ] acme/shop#1\n- [ ] Replace the logo in acme/shop\n", "incident", "sev4")
	must(t, err)
	h.heal()
	tracker := h.ours(website, number)[0]
	wantBoxes(t, tracker, 2, 0)
	if !strings.Contains(tracker, "\n- [ ] acme/shop#1 <!--") || strings.Contains(tracker, "competitor") || strings.Contains(tracker, alice) {
		t.Errorf("the tracker shows more than the issue's name:\n%s", tracker)
	}
	must(t, h.github.As(alice).Close(shop, secret, "completed"))
	h.hearAndWork()
	wantBoxes(t, h.ours(website, number)[0], 1, 1)
	h.idle(website, number)
}

// A follow-up that is transferred while nobody tells is listed once: GitHub
// keeps it under the incident.
func TestTransferThatNobodyTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.addTools()
	number := h.mild(twoWords)
	h.github.SetDeliveryFault(func(playground.Delivery) playground.DeliveryFault {
		return playground.DeliveryFault{Lose: true}
	})
	_, err := h.github.As(alice).Transfer(shop, number+1, tools)
	must(t, err)
	_, err = h.github.As(bob).Comment(shop, number, "/followup Tell the partners")
	must(t, err)
	h.heal()
	h.wantTracker(number, "acme/tools#1")
	wantBoxes(t, h.tracker(number).Body, 3, 0)
	h.idle(shop, number)
}
