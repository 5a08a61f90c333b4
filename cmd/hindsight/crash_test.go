package main

import (
	"fmt"
	"testing"

	"hindsight/internal/playground"
)

// The crash test: a whole incident, and at every call to the outside the
// process dies, before the call's effect or after it. It is started again, on
// what it left or with its database gone. Nothing may be missing and nothing
// may be there twice.
func TestCrashAtEveryCall(t *testing.T) {
	t.Parallel()
	calls := countCalls(t)
	t.Logf("a whole incident takes %d calls", calls)
	if calls < 20 {
		t.Fatalf("a whole incident took %d calls: the count is wrong", calls)
	}
	for _, forget := range []bool{false, true} {
		for _, after := range []bool{false, true} {
			for n := 1; n <= calls; n++ {
				name := fmt.Sprintf("call %d, after its effect %v, database gone %v", n, after, forget)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					crashAt(t, n, after, forget)
				})
			}
		}
	}
}

// countCalls plays the story undisturbed.
func countCalls(t *testing.T) int {
	t.Helper()
	h := newHouse(t)
	number := h.openIncident()
	h.sweep()
	h.finishIncident(number)
	h.sweep()
	h.wantOnce(number, 3)
	wantComplete(t, h, number)
	return len(h.github.Calls())
}

func crashAt(t *testing.T, n int, after, forget bool) {
	t.Helper()
	h := newHouse(t)
	h.spoil(func(c playground.Call) playground.Fault {
		switch {
		case c.ID != n:
			return playground.Fault{}
		case after:
			return playground.Fault{RunAfter: h.die, After: playground.Drop}
		}
		return playground.Fault{RunBefore: h.die, Before: playground.Drop}
	})
	number := h.openIncident()
	h.sweep()
	if h.cutOff.Load() {
		h.revive(forget)
	}
	h.heal()
	h.wantOnce(number, 0)
	h.finishIncident(number)
	h.sweep()
	if h.cutOff.Load() {
		h.revive(forget)
	}
	h.heal()
	h.wantOnce(number, 3)
	wantComplete(t, h, number)
	h.idle(shop, number)
}

func wantComplete(t *testing.T, h *house, number int) {
	t.Helper()
	if comments := h.ours(shop, number); len(comments) != 2 {
		t.Errorf("the app wrote %d comments, want the tracker and the word at the end", len(comments))
	}
	if !h.labelled(number, "postmortem-complete") {
		t.Error("the incident is not labelled complete")
	}
}
