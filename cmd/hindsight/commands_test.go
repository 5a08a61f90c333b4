package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// update writes the table of commands instead of comparing it:
//
//	go test ./cmd/hindsight -run TestCommandsManual -update
var update = flag.Bool("update", false, "write the table of commands in the documentation")

const commandsManual = "../../docs/commands.md"

// TestCommandsManual holds the table of commands to the code, and wants an
// example for each, by which it would be found.
func TestCommandsManual(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- commands -->\n", "<!-- /commands -->"
	text := manual(t)
	before, rest, begins := strings.Cut(text, begin)
	table, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("there is no place for the table, between %q and %q", begin, end)
	}
	want := "| command | what it does |\n| --- | --- |\n"
	for _, f := range incident.CommandForms() {
		want += fmt.Sprintf("| `%s` | %s |\n", f.Form, f.Help)
		if !exampleOf(f.Form, after) {
			t.Errorf("there is no example of %s", f.Form)
		}
	}
	if *update {
		must(t, os.WriteFile(commandsManual, []byte(before+begin+want+end+after), 0o644))
		table = want
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Errorf("the table is stale; -update writes it (-want +got):\n%s", diff)
	}
}

// exampleOf is whether a line of the manual is a command that begins as a form
// does, up to what is only there for an example.
func exampleOf(form, text string) bool {
	fixed := regexp.MustCompile(` (?:[A-Z\[@#]|sev1).*`).ReplaceAllString(form, "")
	for line := range strings.Lines(text) {
		found := markdown.Commands(line)
		if len(found) == 1 && strings.HasPrefix("/"+found[0].Name+" "+found[0].Rest+" ", fixed+" ") {
			return true
		}
	}
	return false
}

func manual(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(commandsManual)
	must(t, err)
	return string(data)
}

// examples are the rows of one of the manual's tables, without its head.
func examples(t *testing.T, name string) [][]string {
	t.Helper()
	_, rest, _ := strings.Cut(manual(t), "<!-- examples: "+name+" -->\n")
	table, _, _ := strings.Cut(rest, "<!-- /examples -->")
	var rows [][]string
	for line := range strings.Lines(table) {
		var row []string
		for cell := range strings.SplitSeq(strings.Trim(strings.TrimSpace(line), "|"), "|") {
			row = append(row, strings.TrimSpace(cell))
		}
		rows = append(rows, row)
	}
	if len(rows) < 3 {
		t.Fatalf("there is no table of %s", name)
	}
	return rows[2:]
}

// friday is when the manual's examples were written: 15:30 in Berlin.
func friday(t *testing.T) time.Time {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	return time.Date(2026, 11, 20, 15, 30, 0, 0, berlin)
}

func TestManualsItems(t *testing.T) {
	t.Parallel()
	written := friday(t)
	for _, row := range examples(t, "items") {
		w := incident.ParseWish(strings.Trim(row[0], "`"), incident.WishContext{
			Written: written, Zone: written.Location(), Projects: []string{"OPS"},
		})
		var said []string
		if w.Owner != "" {
			said = append(said, "@"+w.Owner)
		}
		if w.Priority != "" {
			said = append(said, string(w.Priority))
		}
		if !w.Due.IsZero() {
			said = append(said, "due "+w.Due.Format(time.DateOnly))
		}
		if w.Place != "" {
			said = append(said, "in "+w.Place)
		}
		if w.Type != "" {
			said = append(said, string(w.Type))
		}
		understood := ""
		for _, s := range said {
			understood += " `" + s + "`"
		}
		if diff := cmp.Diff([]string{row[0], w.Title, strings.TrimSpace(understood)}, row); diff != "" {
			t.Errorf("(-read +manual):\n%s", diff)
		}
	}
}

func TestManualsTimes(t *testing.T) {
	t.Parallel()
	written := friday(t)
	for _, table := range []string{"times", "meetings"} {
		for _, row := range examples(t, table) {
			at, rest, err := incident.ParseTime(strings.Trim(row[0], "`"), incident.TimeContext{
				Written: written, Zone: written.Location(), Load: time.LoadLocation, Future: table == "meetings",
			})
			if got := at.Format("2006-01-02 15:04 UTC"); err != nil || rest != "" || got != row[1] {
				t.Errorf("%s is %s, %q, %v; the manual says %s", row[0], got, rest, err, row[1])
			}
		}
	}
}

func TestManualsDays(t *testing.T) {
	t.Parallel()
	written := friday(t)
	for _, row := range examples(t, "days") {
		wish := incident.ParseWish("Mend it due "+strings.Trim(row[0], "`"), incident.WishContext{Written: written, Zone: written.Location()})
		if got := wish.Due.Format(time.DateOnly); got != row[1] {
			t.Errorf("%s is %s; the manual says %s", row[0], got, row[1])
		}
	}
}
