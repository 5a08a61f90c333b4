package incident_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

// wikiPage is the page in the simulation, and how often each row was written
// since the timeline was last empty.
type wikiPage struct {
	text string
	rows map[string]int
}

// write holds a change of the page to the laws: no line is lost that people may
// have written, and no row comes twice, whatever became of the first.
func (p *wikiPage) write(t *rapid.T, anew string) {
	left := strings.Split(anew, "\n")
	for l := range strings.SplitSeq(p.text, "\n") {
		if strings.HasPrefix(l, factsAre) || strings.HasPrefix(l, keysAre) || l == "" {
			continue
		}
		i := slices.Index(left, l)
		if i < 0 {
			t.Fatalf("the line %q is lost, or moved, in:\n%s", l, anew)
		}
		p.count(t, left[:i])
		left = left[i+1:]
	}
	p.count(t, left)
	p.text = anew
}

// count counts rows that were added.
func (p *wikiPage) count(t *rapid.T, lines []string) {
	for _, l := range lines {
		if !strings.HasPrefix(l, "| ") {
			continue
		}
		if p.rows == nil {
			p.rows = map[string]int{}
		}
		key := strings.Fields(l)[1]
		if p.rows[key]++; p.rows[key] > 1 {
			t.Fatalf("the row %q is there again", l)
		}
	}
}

// happen adds an event to the parent's history, or to the repository's.
func (o *outside) happen(kind incident.EventKind, ours bool) {
	o.parent.UpdatedAt = o.now
	o.events = append(o.events, incident.Event{
		Key: fmt.Sprintf("event-%d", len(o.events)), Kind: kind, At: o.now, Ours: ours, What: "v1",
	})
}

// readPage reads the page, and asks for the events that are wanted. Neither
// has to succeed.
func (a *app) readPage(w *incident.World, luck luck) {
	if w.Record.Ledger.Page.Made() {
		w.PageUnread = luck.fail("read the page") != nil
		if !w.PageUnread {
			w.Page = a.wiki.text
		}
	}
	q := incident.EventsWanted(a.policy, *w, a.now)
	if q == (incident.EventQuery{}) {
		return
	}
	if luck.fail("ask for events") != nil {
		w.EventsUnread = "GitHub does not answer."
		return
	}
	w.EventsAsked = q
	for _, e := range a.events {
		happened := e.Kind == incident.EventReleased || e.Kind == incident.EventDeployed
		if happened && !q.Since.IsZero() || !happened && q.History {
			w.Events = append(w.Events, e)
		}
	}
}

func (p people) somethingHappens() {
	p.happen(rapid.SampledFrom([]incident.EventKind{
		incident.EventReleased, incident.EventDeployed, incident.EventAssigned, incident.EventMerged,
	}).Draw(p.t, "kind"), rapid.IntRange(0, 4).Draw(p.t, "ours") == 0)
}

func (p people) lines() []string {
	if p.wiki.text == "" {
		p.t.Skip("there is no page to edit yet: another step is drawn")
	}
	return strings.Split(p.wiki.text, "\n")
}

func (p people) writeOnPage() {
	lines := p.lines()
	at := rapid.IntRange(0, len(lines)).Draw(p.t, "at")
	p.wiki.text = strings.Join(slices.Insert(lines, at, "Of people."), "\n")
}

// changePage touches or deletes any line but the keys'.
func (p people) changePage() {
	lines := p.lines()
	i := p.pick(len(lines), "line")
	switch {
	case strings.HasPrefix(lines[i], keysAre):
		p.t.Skip("a page whose keys are edited is a broken one, which tests of its own are about: another step is drawn")
	case p.coin("delete"):
		lines = slices.Delete(lines, i, i+1)
	default:
		lines[i] += touched
	}
	p.wiki.text = strings.Join(lines, "\n")
}

// turnTimeline takes the timeline's keys away, or puts an empty timeline there.
func (p people) turnTimeline() {
	lines := p.lines()
	if i := lineOf(lines, keysAre); i >= 0 {
		lines = slices.Delete(lines, i, i+1)
	} else {
		lines, p.wiki.rows = append(lines, keysAre), nil
	}
	p.wiki.text = strings.Join(lines, "\n")
}

// rowsAtTheEnd wants all that happened to be, or have been, in the timeline.
func (a *app) rowsAtTheEnd(t *rapid.T) {
	lines := strings.Split(a.wiki.text, "\n")
	if !a.stored.Ledger.Page.Made() || stateOf(lines, keysAre) != incident.BlockOurs {
		return
	}
	record := a.stored.Clone()
	record.HistoryAt, record.Happened = incident.Record{}.HistoryAt, ""
	w, err := a.observe(&record, map[incident.Part]bool{}, true, noLuckNeeded)
	if err != nil {
		t.Fatal(err)
	}
	written := strings.Fields(lines[lineOf(lines, keysAre)])
	for _, row := range incident.ViewPage(a.policy, paged{}, w, a.now).Rows {
		if !slices.Contains(written, row.Key) {
			t.Fatalf("%+v is not in the timeline:\n%s", row, a.wiki.text)
		}
	}
}
