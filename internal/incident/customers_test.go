package incident_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

func TestCustomerNames(t *testing.T) {
	t.Parallel()
	got, err := incident.CustomerNames("\ufeffInitech\r\n\n  # old: Hooli\n  Vandelay Industries  \n#Pied Piper\nC# School\n" + strings.Repeat("é", 200))
	if diff := cmp.Diff([]string{"Initech", "Vandelay Industries", "C# School", strings.Repeat("é", 200)}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// A list that can't be meant is told of, without what stands in it.
func TestCustomerNamesThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ list, problem string }{
		"nothing":       {"", "lists nobody"},
		"comments":      {"\n# hush\n", "lists nobody"},
		"another file":  {"# all\nInitech\n" + strings.Repeat("hush,", 50), "line 3 has more than 200 characters"},
		"no text":       {"PK\x03\x04\x00hush", "no text in UTF-8"},
		"another code":  {"hush\xff", "no text in UTF-8"},
		"far too many":  {strings.Repeat("hush\n", 50_001), "more than 50000 names"},
		"one in a line": {strings.Repeat("hush ", 50), "one customer's name in a line"},
	} {
		names, err := incident.CustomerNames(tt.list)
		if names != nil || err == nil || !strings.Contains(err.Error(), tt.problem) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %d names, %v, want %q", name, len(names), err, tt.problem)
		}
	}
}
