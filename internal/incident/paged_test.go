package incident_test

import (
	"fmt"
	"slices"
	"strings"

	"hindsight/internal/incident"
)

// paged is plain, with a page that has parts of its own: a line that begins with
// "facts: ", and a timeline. That is a line that begins with "keys:", which
// lists what has ever been written, and rows behind it, which people may do
// with as they like. A line "<<<" in front of the keys breaks it.
type paged struct{ plain }

const (
	factsAre = "facts: "
	keysAre  = "keys:"
	broken   = "<<<"
	touched  = " (touched)"
)

func (p paged) Page(v incident.PageView) string {
	return p.RefreshPage(factsAre+"\n"+keysAre+"\nOf people.\n", v).Text
}

func (paged) RefreshPage(now string, v incident.PageView) incident.PageRefresh {
	lines := strings.Split(now, "\n")
	r := incident.PageRefresh{Blocks: []incident.PageBlock{
		{Name: "facts", State: stateOf(lines, factsAre)}, {Name: "timeline", State: stateOf(lines, keysAre)},
	}}
	if r.Blocks[0].State == incident.BlockOurs {
		i := lineOf(lines, factsAre)
		anew := fmt.Sprintf("%s%s, %s, %d follow-ups", factsAre, v.Severity, v.Status, len(v.Lines))
		if lines[i] != anew {
			lines[i], r.Changed = anew, append(r.Changed, "facts")
		}
	}
	if r.Blocks[1].State == incident.BlockOurs {
		var added bool
		if lines, added = addRows(lines, v.Rows); added {
			r.Changed = append(r.Changed, "timeline")
		}
	}
	r.Text = strings.Join(lines, "\n")
	return r
}

func (paged) RowKeys(page string) []string {
	lines := strings.Split(page, "\n")
	if stateOf(lines, keysAre) != incident.BlockOurs {
		return nil
	}
	return strings.Fields(lines[lineOf(lines, keysAre)])[1:]
}

func lineOf(lines []string, begins string) int {
	return slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, begins) })
}

func stateOf(lines []string, begins string) incident.BlockState {
	switch i := lineOf(lines, begins); {
	case i < 0:
		return incident.BlockAbsent
	case i > 0 && lines[i-1] == broken:
		return incident.BlockBroken
	case strings.HasSuffix(lines[i], touched):
		return incident.BlockChanged
	}
	return incident.BlockOurs
}

// addRows puts the rows whose keys are not listed behind the keys.
func addRows(lines []string, rows []incident.Row) ([]string, bool) {
	at, added := lineOf(lines, keysAre), false
	for _, row := range rows {
		if !slices.Contains(strings.Fields(lines[at]), row.Key) {
			lines[at] += " " + row.Key
			lines = slices.Insert(lines, at+1, rowLine(row))
			added = true
		}
	}
	return lines, added
}

func rowLine(r incident.Row) string { return fmt.Sprintf("| %s %s %s", r.Key, r.Says, r.Words) }

// viewedOnPage is what the tracker is to show of a world whose page has parts of
// its own.
func viewedOnPage(w incident.World) incident.TrackerView {
	var view incident.TrackerView
	incident.Decide(incident.DefaultPolicy(), watching{paged{}, &view}, w, now)
	return view
}

type watching struct {
	incident.Texts
	view *incident.TrackerView
}

func (t watching) Tracker(v incident.TrackerView) string {
	*t.view = v
	return t.Texts.Tracker(v)
}
