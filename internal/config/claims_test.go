package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/config"
)

// TestOneLabelForTwoThings takes files that are right line by line.
func TestOneLabelForTwoThings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"a default's":               {"incident: {label: Security}", `1:19: the label "security" would be both the label of an incident and the label of what must stay secret: write another one`},
		"each other's":              {"incident:\n  label: x\nlabels:\n  follow_up: X", `4:14: the label "X" would be both the label of an incident and the label of every follow-up: write another one`},
		"the other order":           {"labels:\n  follow_up: X\nincident:\n  label: x", `2:14: the label "X" would be both the label of an incident and the label of every follow-up: write another one`},
		"a status":                  {"labels: {complete: 'postmortem:  Closed'}", `1:20: the label "postmortem:  Closed" would be both the label of what is complete and the label of the status "closed": write another one`},
		"a status's prefix":         {"labels:\n  status: work\nincident: {label: work draft}", `2:11: the label "work draft" would be both the label of an incident and the label of the status "draft": write another one`},
		"a severity":                {"incident: {label: SEV-1}", `1:19: "SEV-1" names the severity sev1, and can't be the label of an incident: write another label`},
		"a severity on follow-ups":  {"labels: {on_follow_ups: [sev1]}", `1:26: "sev1" names the severity sev1, and can't be a label on follow-ups: write another label`},
		"an alias":                  {"severity: {aliases: {Security: sev1}}", `1:22: the label "Security" would be both the label of what must stay secret and the name of a severity: write another one`},
		"an alias that needs none":  {"severity: {aliases: {SEV-2: sev1}}", `1:22: "SEV-2" is read as sev2 without being named here: leave it out`},
		"a pattern":                 {"labels: {on_follow_ups: [a, Incident]}", `1:29: the label "Incident" would be both the label of an incident and a label on follow-ups: write another one`},
		"a pattern twice":           {"labels: {on_follow_ups: ['{type}', '{type}']}", `1:36: the label "{type}" would be both a label on follow-ups and a label on follow-ups: write another one`},
		"a pattern that may become": {"incident: {label: mitigation}\nlabels: {on_follow_ups: ['{type}']}", `2:26: the label "mitigation" would be both the label of an incident and a label on follow-ups: write another one`},
		"a default pattern":         {"incident: {label: sev2_20261120}", `1:19: the label "sev2_20261120" would be both the label of an incident and a label on follow-ups: write another one`},
		"a pattern and an alias":    {"severity: {aliases: {P1: sev1}}\nlabels: {on_follow_ups: ['{priority}']}", `1:22: the label "P1" would be both a label on follow-ups and the name of a severity: write another one`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.ParseRepository(repositoryFile, []byte(tt.text))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(repositoryFile+":"+tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestLabelsThatOnlyLookAlike may stand beside each other.
func TestLabelsThatOnlyLookAlike(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"severity: {aliases: {P1: sev1}}\nlabels: {on_follow_ups: ['prio: {priority}', '{severity}.{date}']}",
		"incident: {label: postmortem}\nlabels: {complete: postmortem:complete}",
		"incident: {label: sev6}\nlabels: {follow_up: sev1.20261120, complete: (p1, on_follow_ups: ['p[1]{number}']}",
	} {
		if _, err := config.ParseRepository(repositoryFile, []byte(text)); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
}
