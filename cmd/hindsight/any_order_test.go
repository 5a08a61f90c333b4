package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
	"hindsight/internal/playground"
)

func TestMain(m *testing.M) {
	// Each case plays a whole incident over HTTP and git: a few are enough
	// for every run, more can be asked for by the flag.
	if err := flag.Set("rapid.checks", "12"); err != nil {
		panic(err)
	}
	flag.Parse()
	os.Exit(m.Run())
}

// Any order, loss and repetition of deliveries, any crash, the database lost
// at any time, whatever people do to lines, boxes and issues; then one sweep:
// the same end.
func TestAnyOrderSameEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := newHouse(t)
		defer h.leave()
		s := &saga{house: h, written: map[string]string{}, expected: map[string]bool{}}
		s.begin()
		for range rapid.IntRange(4, 16).Draw(rt, "scenes") {
			s.scene(rt)
		}
		s.rest()
		s.check(rt)
	})
}

// begin opens the incident, with two items.
func (s *saga) begin() {
	s.addTools()
	s.github.HoldDeliveries()
	body := "It is down.\n\n### Follow-ups\n" + s.item("body") + s.item("body")
	number, err := s.github.As(alice).OpenIssue(shop, "Checkout answers 500", body, "incident")
	must(s.tb, err)
	s.number, s.written["body"] = number, body
}

// scene is one thing that happens, to people or to the app.
func (s *saga) scene(rt *rapid.T) {
	scenes := map[string]func(*rapid.T){
		"items": func(*rapid.T) { s.items() }, "command": func(*rapid.T) { s.followUpCommand() },
		"outsider": func(*rapid.T) { s.outsider() }, "wrong command": func(*rapid.T) { s.wrongCommand() },
		"reword": s.reword, "move": s.move, "drop": s.drop,
		"tick": s.tickSome, "add to the tracker": func(*rapid.T) { s.addToTracker() },
		"done": s.done, "close": s.close, "reopen": s.reopen, "transfer": s.transfer,
		"attach": func(*rapid.T) { s.attach() }, "detach": s.detach,
		"label off": func(*rapid.T) { s.unlabel() }, "label on": func(*rapid.T) { s.label("incident") },
		"severity": func(rt *rapid.T) {
			s.label(rapid.SampledFrom([]string{"sev1", "SEV-2", "sev3"}).Draw(rt, "severity"))
		},
		"deliver": s.deliver, "work": func(*rapid.T) { s.drain() }, "crash": s.crash,
		"wait": func(*rapid.T) { s.wait() },
	}
	names := []string{"deliver", "work", "work"} // more often than others
	for name := range scenes {
		names = append(names, name)
	}
	slices.Sort(names)
	scenes[rapid.SampledFrom(names).Draw(rt, "scene")](rt)
}

// deliver lets go what was held back: shuffled, some lost, some doubled.
func (s *saga) deliver(rt *rapid.T) {
	s.github.ReleaseDeliveries(func(held []playground.Delivery) []playground.Delivery { return shuffled(rt, held) })
	must(s.tb, s.github.Settle(s.tb.Context()))
	s.github.HoldDeliveries()
}

// shuffled are deliveries in any order, some lost, some doubled.
func shuffled[D any](rt *rapid.T, held []D) []D {
	var sent []D
	for _, d := range held {
		for range rapid.SampledFrom([]int{0, 1, 1, 1, 2}).Draw(rt, "times") {
			sent = append(sent, d)
		}
	}
	if len(sent) < 2 {
		return sent
	}
	return rapid.Permutation(sent).Draw(rt, "order")
}

// crash lets the app die at one of its next calls, and starts it again.
func (s *saga) crash(rt *rapid.T) {
	left := rapid.IntRange(1, 40).Draw(rt, "dies after calls")
	after := rapid.Bool().Draw(rt, "after the effect")
	forget := rapid.Bool().Draw(rt, "database gone")
	s.spoil(func(playground.Call) playground.Fault {
		s.mu.Lock()
		defer s.mu.Unlock()
		if left--; left != 0 {
			return playground.Fault{}
		}
		if after {
			return playground.Fault{RunAfter: s.die, After: playground.Drop}
		}
		return playground.Fault{RunBefore: s.die, Before: playground.Drop}
	})
	s.sweep()
	if !s.cutOff.Load() { // it had less to do
		s.die()
	}
	s.revive(forget)
}

// rest puts the label back and lets everything settle, with no delivery ever
// arriving.
func (s *saga) rest() {
	s.label("incident")
	s.heal()
	s.nextDay() // what is in no listing is looked at once a day
	s.heal()
}

func (s *saga) check(rt *rapid.T) {
	s.checkFollowUps(rt)
	s.checkComments(rt)
	if pages := s.pages(shop); len(pages) != 1 {
		rt.Errorf("the wiki has the pages %q, want one", pages)
	}
	s.checkWritten(rt)
	plan, err := s.app.reconciler.Preview(s.tb.Context(), incident.NewKey("acme", "shop", s.number))
	if err != nil || len(plan.Effects) > 0 || len(plan.Record.Problems) > 0 {
		rt.Errorf("still to do: %v, %v, %v", plan.Effects, plan.Record.Problems, err)
	}
}

// checkFollowUps wants one issue for each line, with its words, as people left
// it; and all of them in the tracker.
func (s *saga) checkFollowUps(rt *rapid.T) {
	var opened []string
	states := map[bool]int{}
	for _, f := range append(s.followUps(shop), s.followUps(tools)...) {
		opened = append(opened, f.Title)
		states[f.Closed]++
		if closed, ordered := s.expected[fmt.Sprintf("%s#%d", f.Repo, f.Number)]; ordered && closed != f.Closed {
			rt.Errorf("%s#%d, %q, is closed: %v; people wanted %v", f.Repo, f.Number, f.Title, f.Closed, closed)
		}
		if why := s.ours(f.Repo, f.Number); len(why) > 1 {
			rt.Errorf("%s#%d was asked why %d times", f.Repo, f.Number, len(why))
		}
	}
	wanted := s.titles(opened)
	if s.labelled(s.number, "sev1") {
		wanted = append(wanted, "Send the customer message") // by the configuration
	}
	slices.Sort(opened)
	slices.Sort(wanted)
	if !slices.Equal(opened, wanted) {
		rt.Errorf("opened %q\nwanted %q", opened, wanted)
	}
	states[false] += len(s.loose)
	tracker := s.tracker(s.number).Body
	if open, closed := boxes(tracker); open != states[false] || closed != states[true] {
		rt.Errorf("the tracker shows %d open and %d closed, there are %d and %d:\n%s",
			open, closed, states[false], states[true], tracker)
	}
}

// checkComments wants one tracker, and a reply for each wrong command.
func (s *saga) checkComments(rt *rapid.T) {
	trackers, replies, ours := 0, 0, s.ours(shop, s.number)
	for _, body := range ours {
		if strings.Contains(body, "### Incident tracker") {
			trackers++
		} else if strings.Contains(body, "> /incident explode") {
			replies++
		}
	}
	if n := len(ours); trackers != 1 || replies != s.wrong || n != 1+s.wrong {
		rt.Errorf("the app wrote %d comments, %d trackers and %d replies, want one and %d:\n%s",
			n, trackers, replies, s.wrong, strings.Join(ours, "\n\n"))
	}
}

// checkWritten wants every word of people as they wrote it.
func (s *saga) checkWritten(rt *rapid.T) {
	issue, err := s.github.Issue(shop, s.number)
	must(s.tb, err)
	found := map[string]string{"body": issue.Body}
	comments, err := s.github.Comments(shop, s.number)
	must(s.tb, err)
	for _, c := range comments {
		if !c.ByApp {
			found[fmt.Sprint(c.ID)] = c.Body
		}
	}
	for where, text := range s.written {
		if found[where] != text {
			rt.Errorf("%s was changed:\n%q\nis now\n%q", where, text, found[where])
		}
	}
}
