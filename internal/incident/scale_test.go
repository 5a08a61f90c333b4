package incident_test

import (
	"math"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// flood is an incident into which a stranger wrote lines, half of them as
// commands, all of which were refused.
func flood(n int) incident.World {
	w := world()
	lines := many(n)
	wrote(mallory, "comment:7", lines[:n/2]...)(&w)
	for i, l := range lines[n/2:] {
		commanded(mallory, int64(100+i), l, "all", "accept")(&w)
	}
	for _, ask := range incident.QuestionsOf(incident.DefaultPolicy(), w).May {
		w.Record.Ledger.Refused = append(w.Record.Ledger.Refused, ask.Line)
	}
	return w
}

// TestFloodTakesTimeInProportion: eight times the lines take about eight times
// as long, and as much memory, not sixty-four times.
func TestFloodTakesTimeInProportion(t *testing.T) {
	few, lots := flood(125), flood(1000)
	same(t, "refused", 2000, len(lots.Record.Ledger.Refused))
	inProportion(t, incident.DefaultPolicy(), few, lots)
}

// TestFollowUpsTakeTimeInProportion is about those that are there already.
func TestFollowUpsTakeTimeInProportion(t *testing.T) {
	_, few := promised(t, 125)
	policy, lots := promised(t, 1000)
	inProportion(t, policy, few, lots)
}

// inProportion compares the best of several runs. Tests that use it are not
// parallel, so that they depend on no machine's speed.
func inProportion(t *testing.T, policy incident.Policy, few, lots incident.World) {
	t.Helper()
	tests := map[string]func(incident.World){
		"Decide": func(w incident.World) { incident.Decide(policy, plain{}, w, now) },
		"QuestionsOf": func(w incident.World) {
			same(t, "asked again", []incident.Ask(nil), incident.QuestionsOf(policy, w).May)
		},
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			// Eight times as much is proportion, sixty-four times is its square.
			// Memory is counted; time is taken beside whatever else runs.
			const most, longest = 16.0, 28.0
			if grew := allocations(do, lots) / allocations(do, few); grew > most {
				t.Errorf("%.1f times the memory", grew)
			}
			grew := math.Inf(1)
			for range 5 { // another program may have had the processor
				if grew = min(grew, duration(do, lots)/duration(do, few)); grew <= longest {
					t.Logf("%.1f times as long", grew)
					return
				}
			}
			t.Errorf("%.1f times as long", grew)
		})
	}
}

func allocations(do func(incident.World), w incident.World) float64 {
	return testing.AllocsPerRun(3, func() { do(w) })
}

func duration(do func(incident.World), w incident.World) float64 {
	best := math.Inf(1)
	for range 10 {
		began := time.Now()
		do(w)
		best = min(best, time.Since(began).Seconds())
	}
	return best
}
