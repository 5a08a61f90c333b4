package incident

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// rowsMost is how many rows a timeline has at most.
const rowsMost = 500

// past is what happened, as far as rows are made of it.
type past struct {
	*decision
	ran []order // the commands that were carried out, as they stand in the comments now
}

// rowSource is where rows of the timeline come from. It is a pure function:
// what happened has the same key, whatever else is known by then.
type rowSource func(past) []Row

// rowSources are all there are, those first whose rows stay when there are too
// many.
func rowSources() []rowSource {
	return []rowSource{
		openedRows, calledRows, startedRows, detectedRows, resolvedRows, closedRows, noteRows,
		severityRows, roleRows, assignedRows, mergedRows, releasedRows, deployedRows,
	}
}

// rows are what the timeline has to say, by time; how many there is no room for
// is kept in mind.
func (d *decision) rows() []Row {
	carriedOut := set(d.ledger().Ran)
	p := past{d, slices.DeleteFunc(d.given(), func(o order) bool { return !carriedOut[o.key] })}
	var rows []Row
	for _, source := range rowSources() {
		rows = append(rows, source(p)...)
	}
	d.rowsLeft = max(0, len(rows)-rowsMost)
	rows = upTo(rows, rowsMost)
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Mark.place(), b.Mark.place()), strings.Compare(a.Key, b.Key))
	})
	return rows
}

// place is where a row stands among those of one second: an issue is labelled in
// the second in which it is opened.
func (m Mark) place() int {
	switch m {
	case MarkStart:
		return -1
	case MarkEnd:
		return 1
	case MarkNone:
	}
	return 0
}

// row is one with its key, made of what names the happening for good.
func row(at time.Time, key ...string) Row {
	return Row{Key: digest(key...)[:rowKeyLength], At: at.UTC().Truncate(time.Second)}
}

// rowKeyLength is enough for the rows of one page: 40 bits.
const rowKeyLength = 8

// says is the row with what happened, and who did it.
func (r Row) says(says, words, by string) Row {
	r.Says, r.Words, r.By = says, kept(words), by
	return r
}

// from is the row with its source.
func (r Row) from(source, url string) Row {
	r.Source, r.URL = source, url
	return r
}

// noun is what people call the parent.
func (d *decision) noun() string {
	if d.Parent.PullRequest {
		return "pull request"
	}
	return "issue"
}

// capital begins a text with a capital letter; it begins with an ASCII one.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// happened are the events of some kinds that others brought about. What is
// about a follow-up that fewer people may read than the parent is left out.
func (p past) happened(kinds ...EventKind) []Event {
	secret := map[string]bool{}
	for _, f := range slices.Concat(p.FollowUps, p.SubIssues) {
		if f.Secret && f.URL != "" {
			secret[f.URL] = true
		}
	}
	var events []Event
	for _, e := range p.Events {
		if slices.Contains(kinds, e.Kind) && !e.Ours && !secret[e.URL] {
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	return events
}

// commands are those with a verb, the oldest first.
func (p past) commands(name, word string) []order {
	return slices.DeleteFunc(slices.Clone(p.ran), func(o order) bool { return o.Name != name || o.word != word })
}

// commanded is the row of a command.
func commanded(o order) Row {
	return row(o.Written, "command", string(o.key)).says("", "", o.Author.Login).from("comment", o.URL)
}

// toldRow is the row of a moment that people told by a command: of each moment
// there is one, whoever named it and how often.
func (p past) toldRow(at time.Time, word, says string) []Row {
	if at.IsZero() {
		return nil
	}
	r := row(at, word, at.UTC().Format(time.RFC3339)).says(says, "", "").from(p.noun(), p.Parent.URL)
	if ran := p.commands(nameIncident, word); len(ran) > 0 {
		r = r.from("comment", ran[len(ran)-1].URL)
	}
	return []Row{r}
}
