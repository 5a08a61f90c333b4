package incident_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

// jotted is a line with a name of the test's own, which the rules don't see.
type jotted struct {
	id     int
	about  string // the subject
	text   string
	ticked bool
}

// writer edits lists of lines at random, and keeps in mind which line became
// which follow-up.
type writer struct {
	*rapid.T
	w     incident.World
	now   time.Time
	lists map[incident.Source][]jotted
	names int
	// opened is which follow-up a line has, by the line's name.
	opened map[int]int
	lost   bool         // the database, before this look
	seen   map[int]bool // the lines that were there at a look, by name
	// reworded are sources in which a line was reworded since the last look, and
	// moved those whose lines are not where they were: both at once may be more
	// than a small change in place, nor can it be known which of equal lines was
	// reworded.
	reworded, moved map[incident.Source]bool
}

var sources = []incident.Source{incident.FromBody, "comment:7", "comment:8", incident.FromPull(43)}

// subjects make titles of which no two are alike, but for those that are equal.
var subjects = []string{
	"Restore the backups every night", "Alert on the length of the queue", "Explain failover in the runbook", "Call the vendor of the switches",
	"Rotate keys without downtime", "Buy larger disks", "Ünïcode in user names breaks the import", "修复 支付 服务 的 超时 问题",
}

// slight are small changes of a title's words.
var slight = []string{"%s soon", "Please %s", "%s (again)", "%s!"}

func (wr *writer) source(what string) incident.Source {
	return rapid.SampledFrom(sources).Draw(wr.T, what)
}

func (wr *writer) add() {
	s := wr.source("to")
	at := rapid.IntRange(0, len(wr.lists[s])).Draw(wr.T, "at")
	text := rapid.SampledFrom(subjects).Draw(wr.T, "text")
	if len(wr.reworded) > 0 && wr.about(text) > 0 {
		wr.Skip("reworded just now")
	}
	wr.names++
	wr.lists[s] = slices.Insert(wr.lists[s], at, jotted{id: wr.names, about: text, text: text})
}

// about is how many lines have the subject.
func (wr *writer) about(subject string) int {
	n := 0
	for _, lines := range wr.lists {
		for _, l := range lines {
			if l.about == subject {
				n++
			}
		}
	}
	return n
}

// line picks one of a source's lines.
func (wr *writer) line() (incident.Source, int) {
	s := wr.source("in")
	if len(wr.lists[s]) == 0 {
		wr.Skip("no line")
	}
	return s, rapid.IntRange(0, len(wr.lists[s])-1).Draw(wr.T, "line")
}

func (wr *writer) moves(s incident.Source) {
	if wr.reworded[s] {
		wr.Skip("reworded just now")
	}
	wr.moved[s] = true
}

func (wr *writer) reorder() {
	s, i := wr.line()
	wr.moves(s)
	line := wr.lists[s][i]
	wr.lists[s] = slices.Delete(wr.lists[s], i, i+1)
	at := rapid.IntRange(0, len(wr.lists[s])).Draw(wr.T, "at")
	wr.lists[s] = slices.Insert(wr.lists[s], at, line)
}

func (wr *writer) remove() {
	s, i := wr.line()
	wr.moves(s)
	delete(wr.opened, wr.lists[s][i].id)
	wr.lists[s] = slices.Delete(wr.lists[s], i, i+1)
}

func (wr *writer) move() {
	from, i := wr.line()
	to := wr.source("to")
	wr.moves(from)
	wr.moves(to)
	line := wr.lists[from][i]
	wr.lists[from] = slices.Delete(wr.lists[from], i, i+1)
	at := rapid.IntRange(0, len(wr.lists[to])).Draw(wr.T, "at")
	wr.lists[to] = slices.Insert(wr.lists[to], at, line)
}

func (wr *writer) tick() {
	s, i := wr.line()
	if wr.opened[wr.lists[s][i].id] == 0 {
		wr.Skip("one that is ticked before it is followed up opens nothing")
	}
	wr.lists[s][i].ticked = !wr.lists[s][i].ticked
}

// spell changes what makes no other words, and what is asked for.
func (wr *writer) spell() {
	s, i := wr.line()
	form := rapid.SampledFrom([]string{"**%s**", "%s.", "%s @bob", "%s, p1 due 2w", "%s\u200b [process]"}).Draw(wr.T, "form")
	wr.lists[s][i].text = fmt.Sprintf(form, wr.lists[s][i].text)
}

// reword changes a followed line's words a little, in its place.
func (wr *writer) reword() {
	s, i := wr.line()
	line := wr.lists[s][i]
	if wr.opened[line.id] == 0 || wr.moved[s] || wr.reworded[s] || wr.about(line.about) > 1 {
		wr.Skip("not followed up, changed already, or one of several")
	}
	wr.reworded[s] = true
	wr.lists[s][i].text = fmt.Sprintf(rapid.SampledFrom(slight).Draw(wr.T, "form"), line.about)
}

// loses is the loss of the database: what is left is what the tracker carries.
func (wr *writer) loses() { wr.lost = true }

// look lets Hindsight do what is to be done now, and a minute later.
func (wr *writer) look() {
	if wr.lost {
		l, err := carried(wr.w.Trackers[0].Body)
		if err != nil {
			wr.Fatal(err)
		}
		wr.w.Record = incident.Record{Ledger: incident.Ledger{}.Unite(l.Checked())}
	}
	wr.w.Items = nil
	for _, s := range sources {
		for _, l := range wr.lists[s] {
			wr.w.Items = append(wr.w.Items, incident.Item{Source: s, Author: ada, Text: l.text, Ticked: l.ticked, Written: wr.now})
		}
	}
	for range 4 {
		wr.now = wr.now.Add(time.Minute)
		judged(incident.DefaultPolicy())(&wr.w)
		plan := incident.Decide(incident.DefaultPolicy(), plain{}, wr.w, wr.now)
		wr.w = carryOut(wr.w, plan)
	}
	wr.lost = false
	clear(wr.reworded)
	clear(wr.moved)
	wr.settles()
}

// settles wants one follow-up for each line, the one that it had before, and no
// two lines with one.
func (wr *writer) settles() {
	free := map[incident.Source][]incident.Entry{}
	for _, e := range wr.w.Record.Ledger.Items {
		free[e.Source] = append(free[e.Source], e)
	}
	for _, s := range sources {
		for i, l := range wr.lists[s] {
			wr.seen[l.id] = true
			at := slices.IndexFunc(free[s], func(e incident.Entry) bool { return e.Position == i })
			if at < 0 && l.ticked { // beside an equal one it can't be told that it was there before
				delete(wr.opened, l.id)
				continue
			}
			if at < 0 {
				wr.Fatalf("%q in %s is lost\n%s", l.text, s, wr)
			}
			e := free[s][at]
			free[s] = slices.Delete(free[s], at, at+1)
			if !e.Opened() {
				wr.Fatalf("%q has no follow-up\n%s", l.text, wr)
			}
			wr.opened[l.id] = e.Issue.Number
		}
	}
	numbers := map[int]int{}
	for _, number := range wr.opened {
		if numbers[number]++; numbers[number] > 1 {
			wr.Fatalf("two lines have #%d\n%s", number, wr)
		}
	}
}

// String shows the lists and the ledger.
func (wr *writer) String() string {
	s := ""
	for _, source := range sources {
		s += fmt.Sprintf("%s %+v\n", source, wr.lists[source])
	}
	for _, e := range wr.w.Record.Ledger.Items {
		s += fmt.Sprintf("%+v\n", e)
	}
	return s
}

// TestAnyEditOfAnyList: whatever people do to their lists, with the database
// lost in between, each line has one follow-up, equal lines have one each, and
// there are no more follow-ups than lines were ever written.
func TestAnyEditOfAnyList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		wr := &writer{
			T: t, w: world(), now: now, lists: map[incident.Source][]jotted{}, opened: map[int]int{},
			seen: map[int]bool{}, reworded: map[incident.Source]bool{}, moved: map[incident.Source]bool{},
		}
		wr.look()
		actions := map[string]func(*rapid.T){}
		for name, do := range map[string]func(*writer){
			"add": (*writer).add, "add another": (*writer).add, "reorder": (*writer).reorder, "remove": (*writer).remove,
			"move": (*writer).move, "tick": (*writer).tick, "spell": (*writer).spell, "reword": (*writer).reword,
			"lose the database": (*writer).loses, "look": (*writer).look, "look again": (*writer).look,
		} {
			actions[name] = func(t *rapid.T) {
				wr.T = t
				do(wr)
			}
		}
		t.Repeat(actions)
		wr.T = t
		wr.look()
		if made := len(wr.w.FollowUps); made > len(wr.seen) {
			t.Fatalf("%d follow-ups for %d lines that were ever there\n%s", made, len(wr.seen), wr)
		}
	})
}
