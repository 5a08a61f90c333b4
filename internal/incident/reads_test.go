package incident_test

import (
	"testing"

	"hindsight/internal/incident"
)

// A label that no rule reads may be renamed and deleted without a look.
func TestPolicyReads(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]bool{
		"incident": true, "Incident": true, "postmortem-followup": true, "postmortem-complete": true, "security": true,
		"sev1": true, "SEV-2": true, "severity: 3": true, "postmortem: reviewed": true, "Postmortem: closed": true,
		"bug": false, "": false, "sev9": false, "sev1_20261120": false, "incidents": false,
	} {
		if got := incident.DefaultPolicy().Reads(label); got != want {
			t.Errorf("Reads(%q) = %v, want %v", label, got, want)
		}
	}
}
