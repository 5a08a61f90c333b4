package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"hindsight/internal/config"
	"hindsight/internal/incident"
)

// hostile is what somebody may call themselves, or a field: it would clear the
// screen, write a line of its own, and turn words around.
const hostile = "Mona\x1b[2J\r\n✓ Jira: all is well\u2028\u202e\x9b1m\u009b\x00 Lisa"

// wantTame wants so many lines, and nothing in them that a terminal obeys.
func wantTame(t *testing.T, text string, lines int) {
	t.Helper()
	if strings.Count(text, "\n") != lines || strings.ContainsAny(text, "\x1b\r\u2028\u202e\u009b\x00") || strings.Contains(text, "\x9b1m") {
		t.Errorf("want %d lines of plain text:\n%q", lines, text)
	}
	if !strings.Contains(text, "Mona") || !strings.Contains(text, "Lisa") {
		t.Errorf("words are missing:\n%q", text)
	}
}

// What doctor prints is its own, whatever Jira calls its people and projects.
func TestDoctorPrintsNoControls(t *testing.T) {
	t.Parallel()
	all := diagnoses{{Part: "Jira", Site: "jira.example", What: "project " + hostile, Grade: fine, Text: hostile, Next: hostile}}
	var text, object strings.Builder
	if err := all.print(&text, false); err != nil {
		t.Fatal(err)
	}
	wantTame(t, text.String(), 2)
	if err := all.print(&object, true); err != nil {
		t.Fatal(err)
	}
	var found []diagnosis
	if err := json.Unmarshal([]byte(object.String()), &found); err != nil {
		t.Fatal(err)
	}
	wantTame(t, found[0].What+found[0].Text+found[0].Next, 0)
}

// So is what plan prints, whatever people call their items.
func TestPlanPrintsNoControls(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	problem := incident.Problem{Text: hostile, RetryAt: time.Unix(0, 0)}
	plan := incident.Plan{
		Effects: []incident.Effect{incident.LinkTicket{Name: hostile}},
		Record:  incident.Record{Problems: map[incident.Part]incident.Problem{incident.PagePart: problem}},
	}
	printPlan(console{out: &out}, incident.NewKey("acme", "shop", 42), plan)
	wantTame(t, out.String(), 3)
	out.Reset()
	printPlan(console{out: &out}, incident.NewKey("acme", "shop", 42), incident.Plan{Idle: hostile})
	wantTame(t, out.String(), 1)
}

// Errors of others end on the terminal, too.
func TestComplaintsHoldNoControls(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	code := complain(console{err: &said}, &config.SettingError{Variable: "HINDSIGHT_JIRA_URL", Problem: hostile})
	if code != exitUsage {
		t.Errorf("exit code %d", code)
	}
	wantTame(t, said.String(), 1)
}
