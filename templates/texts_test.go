package templates_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/templates"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	noon  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	facts = incident.Facts{
		ID:       incident.ID{Repository: 9001, Number: 42},
		Key:      incident.NewKey("acme", "shop", 42),
		Title:    "Checkout | answers @everyone <b>500</b>",
		URL:      "https://github.test/Acme/shop/issues/42",
		Severity: 2,
		Date:     time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
		Started:  noon,
		PageLink: "https://github.test/Acme/shop/wiki/page",
		Private:  true,
	}
	ledger = incident.Ledger{
		Accepted: incident.Acceptance{By: "alice", At: noon},
		Page:     incident.Page{Path: "2026-11-20-checkout-42.md"},
		Items: []incident.Entry{{
			Key: "abcdefghij23", Source: incident.FromComment(7), Words: "klmnopqrst45", Issue: incident.Ref{Number: 77},
		}},
	}
)

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden.md")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; write anew with -update):\n%s", file, diff)
	}
}

func resolved(f incident.Facts) incident.Facts {
	f.Resolved, f.Owner = noon.Add(125*time.Minute), "alice"
	return f
}

func public(f incident.Facts) incident.Facts {
	f.Private, f.Guessed, f.Severity = false, true, 3
	return f
}

func TestClosing(t *testing.T) {
	t.Parallel()
	views := map[string]incident.ClosingView{
		"closing-complete": {Facts: resolved(facts), Complete: true, Done: 3, Dropped: 1, HasPage: true, ToPage: 4 * time.Second},
		"closing-late": {
			Facts: resolved(facts), Complete: true, Done: 5, HasPage: true, ToPage: 4 * time.Second, Late: 2, LateBy: 9,
		},
		"closing-one-late": {Facts: resolved(facts), Complete: true, Done: 1, Late: 1, LateBy: 1},
		"closing-again":    {Facts: resolved(facts), OpenLeft: 1},
	}
	for name, view := range views {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := templates.New().Closing(view)
			golden(t, name, body)
			of, complete, ok := templates.New().ReadClosing(body)
			if !ok || of != view.ID || complete != view.Complete {
				t.Errorf("ReadClosing = %v, %v, %v", of, complete, ok)
			}
		})
	}
}
