package main

import (
	"path/filepath"
	"testing"

	"hindsight/internal/playground"
)

// TestPrepareTickets wants the tickets of several incidents, each in a tracker,
// and none of them new by the time that the program starts.
func TestPrepareTickets(t *testing.T) {
	t.Parallel()
	github, err := newStandIn(t.Context(), filepath.Join(t.TempDir(), "github"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := github.end(); err != nil {
			t.Error(err)
		}
	})
	github.jira = newJiraSite(github.now)
	d := &desk{tracked: perIncident + 3}
	if err := d.prepare(t.Context(), github, filepath.Join(t.TempDir(), "data")); err != nil {
		t.Fatal(err)
	}
	if boxes := playground.Boxes((&scene{github: github}).tracker(d.number)); len(boxes) != 3 {
		t.Errorf("the last tracker shows %d tickets, want three", len(boxes))
	}
	for _, ticket := range github.jira.Tickets() {
		if age := github.now().Sub(ticket.Updated); age < aged/2 {
			t.Errorf("%s changed only %s ago", ticket.Key, age)
		}
	}
}

// TestCountsOfJira wants what was asked of Jira to be told apart.
func TestCountsOfJira(t *testing.T) {
	t.Parallel()
	calls := []playground.Call{{Kind: "GET /x", Method: "GET"}, {Kind: "jira GET /issue/{issue}", Method: "GET"}}
	for _, test := range []struct {
		calls []playground.Call
		want  string // the last line
	}{
		{calls, "  of them to Jira"},
		{calls[:1], "  together"},
		{nil, "  together"},
	} {
		rows := counts("10", "1,000", test.calls, nil)
		if last := rows[len(rows)-1].what; last != test.want {
			t.Errorf("of %v the last line is %q, want %q", test.calls, last, test.want)
		}
	}
}
