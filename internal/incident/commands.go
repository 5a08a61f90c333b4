package incident

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How many commands of one comment and of one person are looked at, and how
// many are remembered: the tracker carries them.
const (
	commandsOfComment = 200
	commandsOfAuthor  = 500
	commandsKept      = 500
)

// order is a command that a person gave, and what it is.
type order struct {
	Command
	key        ItemKey
	verb       verb // has nothing that reads it where there is no such verb
	word, args string
}

// quote is the line as it was written, in a length that can be shown.
func (o order) quote() string {
	const most = 200
	line := []rune(strings.ToValidUTF8(strings.TrimSpace("/"+o.Name+" "+o.Rest), "\uFFFD"))
	if len(line) > most {
		return string(line[:most-1]) + "…"
	}
	return string(line)
}

// given are the commands that were given, by comment, then line. Titles of
// follow-ups are items, and "/followup all" is a confirmation: not these.
func (w World) given() []order {
	orders, _ := w.sift()
	return orders
}

// sift are the commands that were given, and who gave so many that some are not
// looked at.
func (w World) sift() (orders []order, over map[string]bool) {
	commands := slices.Clone(w.Commands)
	slices.SortStableFunc(commands, func(a, b Command) int { return cmp.Compare(a.Comment, b.Comment) })
	ofComment, ofAuthor, equal := map[int64]int{}, map[string]int{}, map[string]int{}
	l := w.Record.Ledger
	known := set(slices.Concat(l.Ran, l.Failed, l.Refused))
	over = map[string]bool{}
	for _, c := range commands {
		o := order{Command: c}
		if o.word, o.args = cutVerb(c.Rest); c.Name == nameFollowUp && (w.isFollowUpTitle(c.Rest) || o.word == "all") {
			continue
		}
		ofComment[c.Comment]++
		ofAuthor[c.Author.Login]++
		if ofComment[c.Comment] > commandsOfComment || ofAuthor[c.Author.Login] > commandsOfAuthor {
			over[c.Author.Login] = true
			continue
		}
		line := digest("command", strconv.FormatInt(c.Comment, 10), normal(c.Name+" "+c.Rest))
		o.key = ItemKey(digest(line, strconv.Itoa(equal[line])))
		equal[line]++
		o.verb = findVerb(c.Name, o.word)
		if o.word == "help" { // whatever it is asked of
			o.verb = findVerb(nameIncident, o.word)
		}
		if o.Written.Before(l.Since) && !known[o.key] {
			continue
		}
		orders = append(orders, o)
	}
	return orders, over
}

// unheard is whether commands are not looked at of somebody who may command.
func (d *decision) unheard() bool {
	orders, over := d.sift()
	if len(over) == 0 {
		return false
	}
	decided := set(slices.Concat(d.ledger().Ran, d.ledger().Failed))
	return slices.ContainsFunc(orders, func(o order) bool { return over[o.Author.Login] && decided[o.key] })
}

// normal is what must change of a line for it to be a new one.
func normal(line string) string {
	return strings.Join(strings.Fields(strings.ToLower(strings.Map(visible, line))), " ")
}

// asksOfCommands are the questions about those who gave commands: one for
// each line that was not decided about, and if that is allowed, one more where
// it publishes the page, or closes or reopens a follow-up in another repository.
// Apps are not asked about: they count when the configuration names them.
func (w World) asksOfCommands() []Ask {
	l := w.Record.Ledger
	decided := set(slices.Concat(l.Ran, l.Failed, l.Refused))
	var asks []Ask
	for _, o := range w.given() {
		if decided[o.key] || o.Author.Bot || o.Author.Login == "" {
			continue
		}
		asks = append(asks, Ask{Line: o.key, Login: o.Author.Login})
		if w.Verdicts[o.key] != Allowed {
			continue
		}
		if o.is(wordPublish) && !decided[o.writing()] {
			asks = append(asks, Ask{Line: o.writing(), Login: o.Author.Login, Write: true})
		}
		for _, repo := range w.setsIn(o, &l) {
			if !decided[o.there(repo)] {
				asks = append(asks, Ask{
					Line: o.there(repo), Repo: repo, Login: o.Author.Login, Source: FromComment(o.Comment),
				})
			}
		}
	}
	return asks
}

// setsIn are the other repositories in which an order is to change something.
func (w World) setsIn(o order, l *Ledger) []Repo {
	if o.verb.pending == nil || o.Name != nameFollowUp {
		return nil
	}
	var repos []Repo
	for _, word := range listed(o.args) {
		key, ok := w.referred(word)
		if ok && key.Repo != w.Parent.Key.Repo && !key.Repo.Jira() && l.at(key, w.Parent.Key.Repo) != nil {
			repos = union(repos, []Repo{key.Repo})
		}
	}
	return repos
}

// commands carries out what was commanded and did not run yet: each line
// once. What only the ledger has to know is done with that; labels and
// follow-ups are changed by effects. A line that could not be carried out is
// not tried again, or it would come as a surprise a week later; what is not
// known yet is waited for.
func (d *decision) commands() {
	given, l := d.given(), d.ledger()
	decided := set(slices.Concat(l.Ran, l.Failed, l.Refused))
	for _, o := range given {
		if decided[o.key] {
			continue
		}
		switch d.verdict(o.key, Item{Author: o.Author}) {
		case Allowed:
			if d.remembers(given) {
				d.obey(o)
			}
		case Denied:
			d.refuse(o.key)
		case Unknown:
			d.undecided, d.unanswered = true, true
		}
	}
}

func (d *decision) obey(o order) {
	l := d.ledger()
	carryOut, _, err := d.understand(o)
	var waits notYetError
	switch {
	case errors.As(err, &waits):
		d.undecided = d.undecided || o.Name != namePostmortem // which brings nothing more to be done
		if waits.after > 0 {
			d.atLatest(d.now.Add(waits.after))
		}
	case err != nil:
		if carryOut != nil {
			carryOut()
		}
		l.Failed = append(l.Failed, o.key)
	default:
		carryOut()
		l.Ran = append(l.Ran, o.key)
	}
}

// understand is what carries out an order; the form is that of what was meant.
func (d *decision) understand(o order) (carryOut func(), form string, err error) {
	if o.verb.read == nil {
		form, err = misunderstood(o.Name, o.word)
		return nil, form, err
	}
	carryOut, err = o.verb.read(d, o)
	return carryOut, o.verb.form(), err
}

// remembers is whether there is room to remember one more command. What is
// remembered of lines that are not there any more gives way.
func (d *decision) remembers(given []order) bool {
	l := d.ledger()
	if len(l.Ran)+len(l.Failed) < commandsKept {
		return true
	}
	there := map[ItemKey]bool{}
	for _, o := range given {
		there[o.key] = true
	}
	gone := func(k ItemKey) bool { return !there[k] }
	l.Ran, l.Failed = slices.DeleteFunc(l.Ran, gone), slices.DeleteFunc(l.Failed, gone)
	l.Noted = slices.DeleteFunc(l.Noted, func(n Noted) bool { return gone(n.Key) })
	return len(l.Ran)+len(l.Failed) < commandsKept
}

// refusedCommands is how many commands came from people who lack the
// permission.
func (d *decision) refusedCommands() int {
	refused, n := set(d.ledger().Refused), 0
	for _, o := range d.given() {
		if refused[o.key] {
			n++
		}
	}
	return n
}

// Note is something that happened, as a person noted it.
type Note struct {
	At   time.Time
	Text string // not neutral
	URL  string // where it was written
	By   string // login
}

// notes are those wanted of what people noted, in the order of the times. What
// was written is read again, so that a slip that is mended is mended everywhere.
func (d *decision) notes(wanted func(ItemKey) bool) []Note {
	var notes []Note
	for _, n := range d.noted() {
		if wanted(n.key) {
			notes = append(notes, n.Note)
		}
	}
	slices.SortStableFunc(notes, func(a, b Note) int { return a.At.Compare(b.At) })
	return notes
}

// notedOrder is a note and the command that it is from.
type notedOrder struct {
	Note
	key ItemKey
}

func (d *decision) noted() []notedOrder {
	at := map[ItemKey]time.Time{}
	for _, n := range d.ledger().Noted {
		at[n.Key] = n.At
	}
	var notes []notedOrder
	for _, o := range d.given() {
		if when, ok := at[o.key]; ok {
			_, text, _ := d.note(o)
			notes = append(notes, notedOrder{Note{At: when, Text: text, URL: o.URL, By: o.Author.Login}, o.key})
		}
	}
	return notes
}

// orders brings the labels to what was commanded. From then on they count:
// whoever changes them by hand does as well as with a command.
func (d *decision) orders() {
	if l, ok := d.severityOrdered(); ok && !d.relabel(l) {
		d.ledger().Told.Severity = 0
	}
	if l, ok := d.statusOrdered(); ok && !d.relabel(l) {
		d.ledger().Told.Status = ""
	}
}

// relabelling is a label that is to be on, and those that are to give way.
type relabelling struct {
	label Label
	on    bool // it, or another one that says the same, is on
	off   []string
}

// pending is whether something is left to do.
func (l relabelling) pending() bool { return !l.on || len(l.off) > 0 }

func (d *decision) severityOrdered() (relabelling, bool) {
	s := d.ledger().Told.Severity
	return d.relabellingOf(Label{s.String(), severityColour(s)}, func(l string) (named, right bool) {
		is, ok := d.policy.severityOf(l)
		return ok, ok && is == s
	}), s != 0
}

func (d *decision) statusOrdered() (relabelling, bool) {
	s := d.ledger().Told.Status
	return d.relabellingOf(d.policy.statusLabel(s), func(l string) (named, right bool) {
		is, ok := d.policy.statusOf(l)
		return ok, ok && is == s
	}), s != ""
}

func (d *decision) relabellingOf(label Label, names func(string) (named, right bool)) relabelling {
	l := relabelling{label: label}
	for _, name := range d.Parent.Labels {
		if named, right := names(name); right {
			l.on = true
		} else if named {
			l.off = append(l.off, name)
		}
	}
	return l
}

// relabel plans the one label, then takes the others off, so that there is
// always one. It answers whether there was anything to do.
func (d *decision) relabel(l relabelling) bool {
	if !l.on {
		d.plan(LabelParent{Label: l.label, On: true, For: AnswersPart})
	}
	for _, name := range l.off {
		d.plan(LabelParent{Label: Label{Name: name}, For: AnswersPart})
	}
	return l.pending()
}
