package incident_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

func TestCustomerNames(t *testing.T) {
	t.Parallel()
	got := incident.CustomerNames("\ufeffInitech\r\n\n  # old: Hooli\n  Vandelay Industries  \n#Pied Piper\nC# School")
	if diff := cmp.Diff([]string{"Initech", "Vandelay Industries", "C# School"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := incident.CustomerNames("\n# nobody\n"); got != nil {
		t.Errorf("got %q, want none", got)
	}
}
