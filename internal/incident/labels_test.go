package incident_test

import (
	"testing"

	"hindsight/internal/incident"
)

// TestRelabelled: what a line asks for by now is on its follow-up's labels, too;
// what people did to the labels stays.
func TestRelabelled(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.LabelPatterns = []string{"{priority}", "{type}", "{severity}", "{severity}_{priority}"}
	tests := []struct {
		name, was, is string
		labels        []string // that are on the follow-up
		on, off       []string
	}{
		{
			"another priority", "Fix it p2", "Fix it p1",
			[]string{"p2", "sev2", "sev2_p2"},
			[]string{"p1", "sev2_p1"},
			[]string{"p2", "sev2_p2"},
		},
		{"another type", "Fix it [process]", "Fix it [detection]", []string{"process", "sev2"}, []string{"detection"}, []string{"process"}},
		{"a priority at last", "Fix it [process]", "Fix it p1 [process]", []string{"process", "sev2"}, []string{"p1", "sev2_p1"}, nil},
		{"no priority any more", "Fix it p1 [process]", "Fix it [process]", []string{"p1", "process", "sev2", "sev2_p1"}, nil, []string{"p1", "sev2_p1"}},
		{"one that people took off", "Fix it p2", "Fix it p1", []string{"sev2"}, nil, nil},
		{"one that people put on", "Fix it p2", "Fix it p1", []string{"p2", "P1", "sev2"}, nil, []string{"p2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := obeyed(t, policy, world(wrote(ada, "body", tt.was)))
			w = rewritten(w, wrote(ada, "body", tt.is))
			judged(policy)(&w)
			updates := of[incident.UpdateFollowUp](incident.Decide(policy, plain{}, w, now))
			if len(updates) != 1 {
				t.Fatalf("%d updates, want one", len(updates))
			}
			on, off := updates[0].Relabels(incident.Issue{Labels: append(tt.labels, policy.FollowUpLabel)})
			var names []string
			for _, l := range on {
				names = append(names, l.Name)
			}
			same(t, "on", tt.on, names)
			same(t, "off", tt.off, off)
			w = obeyed(t, policy, w)
			same(t, "once", 0, len(of[incident.UpdateFollowUp](commandedPlan(policy, w))))
		})
	}
}

// TestMarkerWithoutSeverity: of what a marker, as in another repository,
// does not say, what is there counts as wanted.
func TestMarkerWithoutSeverity(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Fix it")))
	marked := &w.Record.Ledger.Items[0].Wrote
	marked.Severity, marked.Date = 0, ""
	plan := judgedPlan(w)
	same(t, "updates", 0, len(of[incident.UpdateFollowUp](plan)))
	same(t, "severity", incident.Severity(2), plan.Record.Ledger.Items[0].Wrote.Severity)
}
