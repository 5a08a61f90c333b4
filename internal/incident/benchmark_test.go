package incident_test

import (
	"fmt"
	"testing"

	"hindsight/internal/incident"
)

// promised is an incident with n follow-ups, all of them opened, and the policy
// by which they were.
func promised(tb testing.TB, n int) (incident.Policy, incident.World) {
	tb.Helper()
	policy := incident.DefaultPolicy()
	policy.MaxNew = n
	w := world(wrote(ada, incident.FromBody, many(n)...))
	for range 3 {
		judged(policy)(&w)
		w = carryOut(w, incident.Decide(policy, plain{}, w, now))
	}
	if plan := incident.Decide(policy, plain{}, w, now); len(plan.Effects) > 0 || len(w.FollowUps) != n {
		tb.Fatalf("%d follow-ups, and still to do: %v", len(w.FollowUps), plan.Effects)
	}
	return policy, w
}

// BenchmarkDecide is a look at an incident in which nothing has changed, without
// its texts.
func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{10, 200, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			policy, w := promised(b, n)
			b.ReportAllocs()
			for b.Loop() {
				incident.Decide(policy, plain{}, w, now)
			}
		})
	}
}

// BenchmarkQuestionsOf is what such a look asks itself before.
func BenchmarkQuestionsOf(b *testing.B) {
	for _, n := range []int{10, 200, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			policy, w := promised(b, n)
			b.ReportAllocs()
			for b.Loop() {
				incident.QuestionsOf(policy, w)
			}
		})
	}
}
