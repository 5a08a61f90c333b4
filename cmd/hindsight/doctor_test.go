package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	playjira "hindsight/internal/playground/jira"
)

// operateJira sets the variables as an operator would who has given Hindsight a
// Jira site, and nothing of GitHub yet.
func operateJira(t *testing.T, h *house) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "HINDSIGHT_") {
			t.Setenv(name, "")
			must(t, os.Unsetenv(name))
		}
	}
	t.Setenv("HINDSIGHT_DATA_DIR", h.dataDir())
	t.Setenv("HINDSIGHT_LOG_LEVEL", "error")
	if h.desk != nil {
		t.Setenv("HINDSIGHT_JIRA_FILE", h.desk.file)
	}
}

// wantTerse wants a line of what doctor says to begin with a mark and to say all
// of these.
func wantTerse(t *testing.T, said, mark string, all ...string) {
	t.Helper()
	for line := range strings.Lines(said) {
		says := strings.HasPrefix(line, mark)
		for _, part := range all {
			says = says && strings.Contains(line, part)
		}
		if says {
			return
		}
	}
	t.Errorf("no line begins with %s and says %q:\n%s", mark, all, said)
}

// Each line says how something is, and beneath what can be done; what is broken
// makes it fail, and nothing keeps it from looking at the rest.
func TestDoctor(t *testing.T) {
	well := func(*house) error { return nil }
	tests := map[string]struct {
		env   map[string]string
		spoil func(h *house) error
		code  int
		mark  string
		says  []string
	}{
		"all is well":    {nil, well, 0, "✓", []string{"account", "logged in as Hindsight"}},
		"the project":    {nil, well, 0, "✓", []string{"project OPS", "can be seen"}},
		"GitHub":         {nil, well, 0, "–", []string{"GitHub", "not looked at"}},
		"no webhook yet": {nil, well, 0, "!", []string{"webhook", "none has come"}},
		"a webhook": {nil, func(h *house) error {
			_, err := h.desk.As(deskBob).CreateTicket("SRE", playjira.Draft{Summary: "Mend it"})
			return errors.Join(err, h.desk.Settle(h.tb.Context()))
		}, 0, "✓", []string{"webhook", "the last one came at " + time.Now().UTC().Format("2006-01-02")}},
		"an expired token": {nil, func(h *house) error { return h.desk.ExpireToken(deskBot) }, 1, "✗", []string{"token"}},
		"the site is down": {nil, func(h *house) error {
			h.desk.SetDown(true)
			return nil
		}, 1, "✗", []string{"site"}},
		"no permission": {nil, func(h *house) error {
			return h.desk.Deny("SRE", deskBot, playjira.Create)
		}, 1, "✗", []string{"project SRE", "can't open tickets"}},
		"a permission that is wanted": {nil, func(h *house) error {
			return h.desk.Deny("SRE", deskBot, playjira.Transit)
		}, 0, "!", []string{"project SRE", "ticked"}},
		"no field": {nil, func(h *house) error {
			return h.desk.SetTypes("OPS", playjira.Type{Name: "Task", Fields: playjira.Without(playjira.DefaultFields(), "duedate")})
		}, 0, "!", []string{"project OPS, Task", "Due date"}},
		"no issue type": {nil, func(h *house) error {
			return h.desk.SetTypes("OPS", playjira.Type{Name: "Chore", Fields: playjira.DefaultFields()})
		}, 1, "✗", []string{"project OPS", "Task"}},
		"a ticket that can be closed": {nil, func(h *house) error {
			_, err := h.desk.As(deskBot).CreateTicket("OPS", playjira.Draft{Summary: "Mend it"})
			return err
		}, 0, "✓", []string{"project OPS", "could be closed"}},
		"a ticket without a way": {nil, func(h *house) error {
			_, err := h.desk.As(deskBot).CreateTicket("OPS", playjira.Draft{Summary: "Mend it"})
			return errors.Join(h.desk.SetWorkflow("OPS", playjira.Strict()), err)
		}, 0, "!", []string{"project OPS", "can't be closed", "no way from"}},
		"a database that can't be opened": {
			map[string]string{"HINDSIGHT_DATABASE_URL": "postgres://127.0.0.1:9/nothing?sslmode=disable"},
			well, 1, "✗",
			[]string{"database", "HINDSIGHT_DATABASE_URL"},
		},
		"a file that can't be used": {nil, func(h *house) error {
			return os.WriteFile(h.desk.file, []byte("sites:\n  - ulr: https://jira.example\n"), 0o600)
		}, 1, "✗", []string{"settings", "ulr"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, withJira(deskOptions{}))
			operateJira(t, h)
			for k, v := range test.env {
				t.Setenv(k, v)
			}
			must(t, test.spoil(h))
			code, out, said := runCommand(t, "doctor")
			if code != test.code || (said != "") != (test.code != 0) {
				t.Errorf("exit code %d, want %d; complained %q\n%s", code, test.code, said, out)
			}
			wantTerse(t, out, test.mark, test.says...)
			if strings.Contains(out+said, deskToken) || strings.Contains(out+said, deskSecret) {
				t.Error("it tells a secret")
			}
		})
	}
}

// Programs get the same as an array.
func TestDoctorInJSON(t *testing.T) {
	h := newHouse(t, withJira(deskOptions{mode: playjira.DataCenter, path: "/jira"}))
	operateJira(t, h)
	must(t, h.desk.Deny("UMB", deskBot))
	code, out, _ := runCommand(t, "doctor", "--json")
	var found []struct{ Part, Site, What, Grade, Text, Next string }
	must(t, json.Unmarshal([]byte(out), &found))
	grades := map[string]int{}
	for _, f := range found {
		grades[f.Grade]++
		if f.Grade == "failed" && (f.What != "project UMB" || f.Site != strings.TrimPrefix(h.desk.URL(), "http://")) {
			t.Errorf("what has failed is %+v", f)
		}
		if f.Text == "" {
			t.Errorf("it says nothing of %+v", f)
		}
	}
	if code != exitFailed || grades["failed"] != 1 || grades["skipped"] != 1 || grades["ok"] < 5 {
		t.Errorf("exit code %d, grades %v:\n%s", code, grades, out)
	}
}

// Without Jira there is nothing to look at, which is said, and no failure.
func TestDoctorWithoutJira(t *testing.T) {
	h := newHouse(t)
	operateJira(t, h)
	code, out, said := runCommand(t, "doctor")
	if code != 0 || said != "" {
		t.Errorf("exit code %d, complained %q", code, said)
	}
	wantTerse(t, out, "–", "Jira", "no site is configured")
	t.Setenv("HINDSIGHT_DATA_DIR", filepath.Join(t.TempDir(), "new"))
	if _, _, _ = runCommand(t, "doctor"); exists(os.Getenv("HINDSIGHT_DATA_DIR")) {
		t.Error("looking has made a data folder")
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Each owner's board is made once, and found from then on: what is shared with
// the people of one owner's projects names none of another's.
func TestJiraBoard(t *testing.T) {
	for _, o := range []deskOptions{{mode: playjira.Cloud}, {mode: playjira.DataCenter, path: "/jira"}} {
		t.Run(o.mode.String(), func(t *testing.T) {
			h := newHouse(t, withJira(o))
			operateJira(t, h)
			for _, did := range []string{"made", "found"} {
				code, out, said := runCommand(t, "jira", "board")
				if code != 0 || said != "" {
					t.Fatalf("exit code %d, complained %q", code, said)
				}
				wantSays(t, "the command", out, h.desk.URL()+"/",
					did+` the board "Post-mortem follow-ups of acme" of OPS, SRE`,
					did+` the board "Post-mortem follow-ups of umbrella" of UMB`)
			}
			code, out, _ := runCommand(t, "jira", "board", "--json", "--project", "sre", "--project", "OPS")
			var found []madeBoard
			must(t, json.Unmarshal([]byte(out), &found))
			if code != 0 || len(found) != 1 || !found[0].Made || found[0].Board == 0 {
				t.Fatalf("exit code %d, found %+v", code, found)
			}
			if diff := cmp.Diff([]string{"OPS", "SRE"}, found[0].Projects); diff != "" {
				t.Errorf("projects (-want +got):\n%s", diff)
			}
			want := map[string][]string{
				"Post-mortem follow-ups of acme": {"OPS", "SRE"}, "Post-mortem follow-ups of umbrella": {"UMB"},
				"Post-mortem follow-ups in OPS, SRE": {"OPS", "SRE"},
			}
			if diff := cmp.Diff(want, sharedFilters(h.desk)); diff != "" {
				t.Errorf("filters, and whose projects' people see them (-want +got):\n%s", diff)
			}
			if boards := h.desk.Boards(); len(boards) != len(want) {
				t.Errorf("there are the boards %s", fmt.Sprint(boards))
			}
		})
	}
}

// sharedFilters are filters by their names, with the projects that they are
// shared with.
func sharedFilters(d *desk) map[string][]string {
	all := map[string][]string{}
	for _, f := range d.Filters() {
		all[f.Name] = f.SharedWith
	}
	return all
}

// What is not as people will expect is said beneath a board.
func TestBoardsThatPeopleChanged(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	board := madeBoard{Site: "jira.example", Name: "Follow-ups", URL: "https://jira.example/1", Projects: []string{"OPS"}}
	board.Theirs, board.Unshared = true, []string{"OPS"}
	must(t, printBoards(&out, []madeBoard{board}, false))
	wantSays(t, "the command", out.String(), "found the board", "left as it is", "could not be shared with the people of OPS")
}

// What can't be done is said in one sentence.
func TestJiraBoardInTrouble(t *testing.T) {
	tests := map[string]struct {
		args          []string
		expired, down bool
		code          int
		says          string
	}{
		"no such site":     {[]string{"--site", "nowhere.example"}, false, false, exitUsage, "127.0.0.1"},
		"no such project":  {[]string{"--project", "NOPE"}, false, false, exitUsage, "NOPE"},
		"an expired token": {nil, true, false, exitFailed, "token"},
		"the site is down": {nil, false, true, exitFailed, "503"},
		"no Jira":          {[]string{"--jira-file="}, false, false, exitUsage, "HINDSIGHT_JIRA_URL"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, withJira(deskOptions{}))
			operateJira(t, h)
			h.desk.SetDown(test.down)
			if test.expired {
				must(t, h.desk.ExpireToken(deskBot))
			}
			code, out, said := runCommand(t, append([]string{"jira", "board"}, test.args...)...)
			if code != test.code || !strings.Contains(said, test.says) || out != "" {
				t.Errorf("exit code %d, want %d; said %q, want it to name %q; printed %q", code, test.code, said, test.says, out)
			}
			if boards := h.desk.Boards(); len(boards) > 0 {
				t.Errorf("there are the boards %s", fmt.Sprint(boards))
			}
		})
	}
}
