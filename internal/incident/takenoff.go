package incident

import (
	"slices"
	"strings"
	"time"
)

// TakenOff is what there is to say of a line or a box that a person wrote in the
// tracker, which shows something else since.
type TakenOff struct {
	Line ItemKey   `json:"line"`
	Text string    `json:"text"` // quotes people's words: not neutral
	At   time.Time `json:"at"`
}

// How long that is said, and how much of it.
const (
	takenOffFor  = 24 * time.Hour
	takenOffKept = 20
)

// takeOff remembers what is to be said of lines that people added to the
// tracker: they are gone when it is written.
func (d *decision) takeOff() {
	d.next.TakenOff = slices.DeleteFunc(d.next.TakenOff, func(t TakenOff) bool {
		return !d.now.Before(t.At.Add(takenOffFor))
	})
	if d.undecidedTicks { // it is not written yet
		return
	}
	entries := d.ledger().byKey()
	for _, c := range d.found {
		if c.Item.Source != FromTracker {
			continue
		}
		for _, text := range d.becameOf(c, entries[c.Entry.Key]) {
			d.say(c.line, text)
		}
	}
}

// say has the tracker say something for a day.
func (d *decision) say(line ItemKey, text string) {
	if slices.ContainsFunc(d.next.TakenOff, func(t TakenOff) bool { return t.Line == line && t.Text == text }) {
		return
	}
	all := append(d.next.TakenOff, TakenOff{line, text, d.now.UTC().Truncate(time.Second)})
	d.next.TakenOff = all[max(0, len(all)-takenOffKept):]
}

// becameOf is what there is to say of a line of the tracker, and its entry, if
// it has become one.
func (d *decision) becameOf(c candidate, e *Entry) []string {
	switch {
	case e != nil:
		texts := d.doubtsOf(c, e)
		_, why := d.possible(c)
		if i := slices.Index(texts, quoted(c.Item.Text)+" "+why); i >= 0 && !c.Refers {
			texts[i] += " It is followed up here."
		}
		return texts
	case c.Refers && d.ledger().at(c.Pointer.issue, d.Parent.Key.Repo) != nil: // it is listed
		return nil
	case c.Item.Ticked && !c.Refers:
		return []string{quoted(c.Item.Text) + " was ticked already, and what is done opens nothing: " +
			"write it again without the tick if it is to be followed up."}
	case d.verdict(c.line, c.Item) == Denied:
		return []string{quoted(c.Item.Text) + " is not followed up: " + whyDenied(c.Item.Author)}
	}
	return d.doubtsOf(c, nil)
}

// whyDenied is why somebody's line of the tracker does not count. The same line
// there would be refused again, whoever wrote it.
func whyDenied(who Actor) string {
	switch {
	case who.Login == "":
		return "GitHub does not tell who wrote it. Write it in a comment, under the heading Follow-ups."
	case who.Bot:
		return "it was written by an app that the configuration does not name. A person can write it in a comment."
	}
	return "it was written without triage permission. Somebody who has it can write it in a comment."
}

// orderPull is about a box of a pull request: it is said that people merge it,
// until it is in another state.
func (d *decision) orderPull(e Entry, f FollowUp) {
	pull := "pull:" + string(e.Key) + ":"
	line := ItemKey(pull + string(f.State))
	d.next.TakenOff = slices.DeleteFunc(d.next.TakenOff, func(t TakenOff) bool {
		return strings.HasPrefix(string(t.Line), pull) && t.Line != line
	})
	if e.Want == Done && f.State == Open || e.Want == Open && f.State != Open {
		d.say(line, quoted(d.nameOf(f.Issue))+" is a pull request, to which a box here does nothing: "+
			"merge, close or reopen the pull request itself.")
	}
}
