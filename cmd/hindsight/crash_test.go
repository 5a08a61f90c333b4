package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"hindsight/internal/playground"
)

// The crash test: a whole incident, and at every call to the outside the
// process dies, before the call's effect or after it. It is started again, on
// what it left or with its database gone. Nothing may be missing and nothing
// may be there twice.
func TestCrashAtEveryCall(t *testing.T) {
	t.Parallel()
	stories := map[string]func() story{
		"page": pageStory, "follow-ups": followUpStory, "publishing": publishStory, "tickets": ticketStory,
	}
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everyCrash(t, story)
		})
	}
}

// story is an incident in chapters: what people do, and what has come of it in
// the end. After each chapter the app works.
type story struct {
	chapters []func(*house)
	want     func(*house)
	with     []func(*house) // what the house has
	// reads are calls that change nothing before which it is told with a death,
	// too; nil for none.
	reads func(playground.Call) bool
	// afterOnly leaves deaths before a change to the other stories: they are deaths
	// after the one before, but for what is noted before a follow-up is opened.
	afterOnly bool
}

// crash is when the process dies: before or after the effect of the n-th call
// that comes while the app works on a chapter, counting of those that change
// nothing only what reads says. With n 0 nothing happens.
type crash struct {
	n      int
	reads  func(playground.Call) bool
	after  bool
	forget bool

	mu             sync.Mutex
	armed          bool
	calls, changes int
}

// everyCrash plays a story undisturbed, and then once for each crash. A call
// that changes nothing has no effect after which to die; and with the database
// gone, all that is left of a crash is what is out there, which calls that
// change nothing leave as it is.
func everyCrash(t *testing.T, story func() story) {
	t.Helper()
	whole := crash{reads: story().reads}
	whole.play(t, story())
	t.Logf("the story takes %d calls before which to die, of which %d change something", whole.calls, whole.changes)
	if whole.calls < 10 || whole.changes < 10 {
		t.Fatal("these are too few: the count is wrong")
	}
	reads, last := story().reads, whole.changes
	switch {
	case reads != nil:
		last = whole.calls
	case story().afterOnly:
		last = 0
	}
	for n := 1; n <= last; n += crashEvery {
		t.Run(fmt.Sprintf("before call %d", n), func(t *testing.T) {
			t.Parallel()
			(&crash{n: n, reads: reads}).play(t, story())
		})
	}
	for n := 1; n <= whole.changes; n += crashEvery {
		for _, forget := range []bool{false, true} {
			t.Run(fmt.Sprintf("after change %d, database gone %v", n, forget), func(t *testing.T) {
				t.Parallel()
				(&crash{n: n, after: true, forget: forget}).play(t, story())
			})
		}
	}
}

func (c *crash) play(t *testing.T, s story) {
	t.Helper()
	h := newHouse(t, s.with...)
	for _, chapter := range s.chapters {
		chapter(h)
		c.arm(h, true)
		h.sweep()
		c.arm(h, false)
		if h.cutOff.Load() {
			h.revive(c.forget)
			h.heal()
		}
	}
	h.heal()
	s.want(h)
}

func (c *crash) arm(h *house, armed bool) {
	c.mu.Lock()
	c.armed = armed
	c.mu.Unlock()
	h.spoil(func(call playground.Call) playground.Fault { return c.at(h, call) })
}

func (c *crash) at(h *house, call playground.Call) playground.Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.armed {
		return playground.Fault{}
	}
	if changes(call) {
		c.changes++
	} else if c.reads == nil || !c.reads(call) {
		return playground.Fault{}
	}
	c.calls++
	switch {
	case c.calls != c.n:
		return playground.Fault{}
	case c.after:
		return playground.Fault{RunAfter: h.die, After: playground.Drop}
	}
	return playground.Fault{RunBefore: h.die, Before: playground.Drop}
}

// pageStory is the plain incident: a page, follow-ups, all of them done.
func pageStory() story {
	var number int
	return story{
		reads: func(playground.Call) bool { return true },
		chapters: []func(*house){
			func(h *house) { number = h.openIncident() },
			func(h *house) { h.finishIncident(number) },
		},
		want: func(h *house) {
			h.wantOnce(number, 3)
			wantComplete(h, number)
			h.idle(shop, number)
		},
	}
}

func wantComplete(h *house, number int) {
	h.tb.Helper()
	if comments := h.ours(shop, number); len(comments) != 2 {
		h.tb.Errorf("the app wrote %d comments, want the tracker and the word at the end: %q", len(comments), comments)
	}
	if !h.labelled(number, "postmortem-complete") {
		h.tb.Error("the incident is not labelled complete")
	}
}

// tools is another repository of the shop's owner.
const tools = "acme/tools"

// addTools adds it, as private as the shop.
func (h *house) addTools() {
	h.tb.Helper()
	must(h.tb, h.github.AddRepository("acme", "tools", playground.RepoOptions{Private: true}))
	must(h.tb, h.github.SetRole(tools, alice, playground.Write))
	must(h.tb, h.github.SetRole(tools, bob, playground.Triage))
}

const richWords = `It is slow.

## Follow-ups
- [ ] Alert on the age of certificates @alice p1 due 2w
- [ ] Rehearse the failover in acme/tools
- [ ] #1 is part of it
- [ ] Write the runbok for the gateway
`

// followUpStory is an incident too mild for a page, with everything that can
// happen to follow-ups and by commands.
func followUpStory() story {
	var number int
	var asked playground.Comment
	return story{
		chapters: []func(*house){
			func(h *house) {
				h.addTools()
				_, err := h.github.As(bob).OpenIssue(shop, "Renew the contract", "")
				must(h.tb, err)
				number, err = h.github.As(alice).OpenIssue(shop, "Search is slow", richWords, "incident", "sev4")
				must(h.tb, err)
				asked, err = h.github.As(bob).Comment(shop, number, "/incident severity sev5\n/incident explode")
				must(h.tb, err)
			},
			func(h *house) {
				h.tick(alice, number, "Alert on the age", true)
				mended := strings.Replace(richWords, "runbok", "runbook", 1)
				must(h.tb, h.github.As(alice).EditIssue(shop, number, nil, &mended))
				must(h.tb, h.github.As(bob).EditComment(shop, asked.ID, "/incident severity sev5\n/postmortem status in review"))
				must(h.tb, h.github.As(bob).Close(tools, 1, "not_planned"))
			},
			(*house).wait, // it is asked why a minute later
			func(h *house) {
				for _, issue := range h.github.Issues(shop) {
					if issue.Number != number && !issue.Closed {
						must(h.tb, h.github.As(bob).Close(shop, issue.Number, "completed"))
					}
				}
				_, err := h.github.As(bob).Comment(shop, number, "/incident resolved")
				must(h.tb, err)
			},
		},
		want: func(h *house) { wantRich(h, number) },
	}
}

func wantRich(h *house, number int) {
	h.tb.Helper()
	h.wantFollowUps(shop, "Alert on the age of certificates", "Write the runbook for the gateway")
	h.wantFollowUps(tools, "Rehearse the failover")
	if why := h.ours(tools, 1); len(why) != 1 {
		h.tb.Errorf("it was asked why %d times, want once: %q", len(why), why)
	}
	attached, err := h.github.SubIssues(shop, number)
	must(h.tb, err)
	if len(attached) != 3 {
		h.tb.Errorf("%d follow-ups are attached, want three", len(attached))
	}
	if adopted, err := h.github.Issue(shop, 1); err != nil || len(adopted.Labels) > 0 || adopted.Title != "Renew the contract" {
		h.tb.Errorf("the adopted issue is %+v (%v), want it as it was", adopted, err)
	}
	wantComplete(h, number)
	wantBoxes(h.tb, h.ours(shop, number)[0], 0, 4)
	h.wantLabels(number, "incident", "sev5", "postmortem: in review", "postmortem-complete")
	if parent, err := h.github.Issue(shop, number); err != nil || !parent.Closed {
		h.tb.Errorf("the incident's issue is open (%v), want it closed", err)
	}
	h.idle(shop, number)
}
