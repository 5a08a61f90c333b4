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
// at any time; then one sweep: the same end.
func TestAnyOrderSameEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := newHouse(t)
		defer h.leave()
		s := &saga{house: h, written: map[string]string{}}
		s.begin()
		for range rapid.IntRange(4, 14).Draw(rt, "scenes") {
			s.scene(rt)
		}
		s.rest()
		s.check(rt)
	})
}

// saga is an incident, and what people want of it.
type saga struct {
	*house
	number  int
	wanted  []string          // the items' titles, in the order of writing
	refused int               // lines by people who may not
	written map[string]string // what people wrote, by address
	n       int
}

func (s *saga) begin() {
	s.github.HoldDeliveries()
	body := "It is down.\n\n### Follow-ups\n" + s.item() + s.item()
	number, err := s.github.As(alice).OpenIssue(shop, "Checkout answers 500", body, "incident")
	must(s.tb, err)
	s.number, s.written["body"] = number, body
}

// item is a line that nobody has written before.
func (s *saga) item() string {
	s.n++
	title := fmt.Sprintf("Mend part %d", s.n)
	s.wanted = append(s.wanted, title)
	return "- [ ] " + title + "\n"
}

func (s *saga) comment(who, body string) {
	c, err := s.github.As(who).Comment(shop, s.number, body)
	must(s.tb, err)
	s.written[fmt.Sprint(c.ID)] = body
}

// scene is one thing that happens, to people or to the app.
func (s *saga) scene(rt *rapid.T) {
	person := s.github.As(alice)
	switch rapid.SampledFrom([]string{
		"items", "command", "outsider", "close", "reopen", "label off", "label on", "severity",
		"deliver", "deliver", "work", "work", "crash", "wait",
	}).Draw(rt, "scene") {
	case "items":
		s.comment(alice, "## Action items\n"+s.item()+s.item())
	case "command":
		title := strings.TrimPrefix(strings.TrimSpace(s.item()), "- [ ] ")
		s.comment(bob, "/followup "+title)
	case "outsider":
		s.refused++
		s.comment(mallory, fmt.Sprintf("## Action items\n- [ ] Buy from us %d\n", s.refused))
	case "close":
		if f, ok := s.some(rt, false); ok {
			reason := rapid.SampledFrom([]string{"completed", "not_planned"}).Draw(rt, "reason")
			must(s.tb, person.Close(shop, f.Number, reason))
		}
	case "reopen":
		if f, ok := s.some(rt, true); ok {
			must(s.tb, person.Reopen(shop, f.Number))
		}
	case "label off":
		if s.labelled(s.number, "incident") {
			must(s.tb, person.Unlabel(shop, s.number, "incident"))
		}
	case "label on":
		must(s.tb, person.Label(shop, s.number, "incident"))
	case "severity":
		must(s.tb, person.Label(shop, s.number, rapid.SampledFrom([]string{"sev1", "SEV-2", "sev3"}).Draw(rt, "severity")))
	case "deliver":
		s.deliver(rt)
	case "work":
		s.drain()
	case "crash":
		s.crash(rt)
	case "wait":
		s.wait()
	}
}

// some is one of the follow-ups that are open, or closed.
func (s *saga) some(rt *rapid.T, closed bool) (playground.Issue, bool) {
	found := slices.DeleteFunc(s.followUps(shop), func(i playground.Issue) bool { return i.Closed != closed })
	if len(found) == 0 {
		return playground.Issue{}, false
	}
	return rapid.SampledFrom(found).Draw(rt, "follow-up"), true
}

// deliver lets go what was held back: shuffled, some lost, some doubled.
func (s *saga) deliver(rt *rapid.T) {
	s.github.ReleaseDeliveries(func(held []playground.Delivery) []playground.Delivery {
		var sent []playground.Delivery
		for _, d := range held {
			for range rapid.SampledFrom([]int{0, 1, 1, 1, 2}).Draw(rt, "times") {
				sent = append(sent, d)
			}
		}
		if len(sent) < 2 {
			return sent
		}
		return rapid.Permutation(sent).Draw(rt, "order")
	})
	must(s.tb, s.github.Settle(s.tb.Context()))
	s.github.HoldDeliveries()
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
	must(s.tb, s.github.As(alice).Label(shop, s.number, "incident"))
	s.heal()
}

func (s *saga) check(rt *rapid.T) {
	var opened []string
	states := map[bool]int{}
	for _, f := range s.followUps(shop) {
		opened = append(opened, f.Title)
		states[f.Closed]++
	}
	slices.Sort(opened)
	if s.labelled(s.number, "sev1") {
		s.wanted = append(s.wanted, "Send the customer message") // by the configuration
	}
	wanted := slices.Sorted(slices.Values(s.wanted))
	if !slices.Equal(opened, wanted) {
		rt.Errorf("opened %q\nwanted %q", opened, wanted)
	}
	comments := s.ours(shop, s.number)
	if len(comments) != 1 {
		rt.Fatalf("the app wrote %d comments, want the tracker alone: %q", len(comments), comments)
	}
	if open, closed := boxes(comments[0]); open != states[false] || closed != states[true] {
		rt.Errorf("the tracker shows %d open and %d closed, there are %d and %d:\n%s",
			open, closed, states[false], states[true], comments[0])
	}
	if pages := s.pages(shop); len(pages) != 1 {
		rt.Errorf("the wiki has the pages %q, want one", pages)
	}
	s.checkWritten(rt)
	plan, err := s.app.reconciler.Preview(s.tb.Context(), incident.NewKey("acme", "shop", s.number))
	if err != nil || len(plan.Effects) > 0 {
		rt.Errorf("still to do: %v, %v", plan.Effects, err)
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
