package incident_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hindsight/internal/incident"
)

// TestCheckedCommands: whoever may write in the repository may edit what the
// tracker says of commands.
func TestCheckedCommands(t *testing.T) {
	t.Parallel()
	sound := incident.ItemKey("abcdefgh2345")
	got := incident.Ledger{
		Ran: []incident.ItemKey{sound, "x", "abcdefgh2345\n"}, Failed: []incident.ItemKey{"", sound},
		Noted:   []incident.Noted{{Key: sound, At: opened}, {Key: "<!--", At: opened}},
		Replied: []int64{7, 0, -7},
		Told: incident.Told{
			Owner: "@everyone", Commander: "ada\n", Scribe: "cara-x", Liaison: strings.Repeat("x", 200),
			Responders: []string{"bob", "a b", "", "cara"}, Severity: 6, Status: "open",
			Skip: "A\ndrill" + strings.Repeat("!", 1000), Started: opened,
		},
	}.Checked()
	want := incident.Ledger{
		Ran: []incident.ItemKey{sound}, Failed: []incident.ItemKey{sound},
		Noted: []incident.Noted{{Key: sound, At: opened}}, Replied: []int64{7},
		Told: incident.Told{
			Scribe: "cara-x", Responders: []string{"bob", "cara"},
			Skip: "A drill" + strings.Repeat("!", 492) + "…", Started: opened,
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("believed (-want +got):\n%s", diff)
	}
}

// TestUniteCommands: what either ledger knows to have run has run.
func TestUniteCommands(t *testing.T) {
	t.Parallel()
	one := incident.Ledger{
		Ran: []incident.ItemKey{"a", "b"}, Failed: []incident.ItemKey{"f"}, Noted: []incident.Noted{{Key: "b", At: opened}}, Replied: []int64{7},
	}
	two := incident.Ledger{
		Ran: []incident.ItemKey{"b", "c"}, Failed: []incident.ItemKey{"g"}, Replied: []int64{8, 7},
		Noted: []incident.Noted{{Key: "b", At: now}, {Key: "c", At: now}},
	}
	united := one.Unite(two)
	same(t, "ran", []incident.ItemKey{"a", "b", "c"}, united.Ran)
	same(t, "failed", []incident.ItemKey{"f", "g"}, united.Failed)
	same(t, "noted", []incident.Noted{{Key: "b", At: opened}, {Key: "c", At: now}}, united.Noted)
	same(t, "replied", []int64{7, 8}, united.Replied)
}
