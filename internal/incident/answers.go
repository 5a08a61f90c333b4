package incident

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The reactions that answer a command.
const (
	Seen    = "eyes"
	Carried = "+1"
)

// answer is what there is to say to the commands of one comment.
type answer struct {
	comment int64
	seen    bool // it holds a command that counts
	// confirmed is true for one whose only command is a confirmation.
	confirmed bool
	undone    bool // not all that it asks for is there
	help      bool
	// checks is true where what is wrong with the page is to be said, and
	// withdrawn where its copy was taken back.
	checks, withdrawn bool
	lines             []ReplyLine
	// unsure is true while there may be something else to say: what was said
	// stays.
	unsure bool
}

// empty is whether there is nothing to say but by a reaction.
func (a *answer) empty() bool {
	return len(a.lines) == 0 && !a.help && !a.checks && !a.withdrawn
}

// answers reacts to commands: seen as soon as they are understood, carried
// out when all that the comment asks for is there. What could not be carried
// out is said in one reply for each comment.
func (d *decision) answers() {
	all := d.heard()
	for _, a := range all {
		if a.seen {
			d.react(a.comment, Seen)
		}
		if (a.seen || a.confirmed) && !a.undone {
			d.react(a.comment, Carried)
		}
	}
	d.reply(all)
}

func (d *decision) react(comment int64, content string) {
	r := Reaction{Comment: comment, Content: content}
	if !slices.Contains(d.ledger().Reactions, r) {
		d.plan(React{r})
	}
}

// heard is an answer for each comment with commands, by comment.
func (d *decision) heard() []*answer {
	found := map[int64]*answer{}
	to := func(comment int64) *answer {
		if found[comment] == nil {
			found[comment] = &answer{comment: comment}
		}
		return found[comment]
	}
	for _, c := range slices.Concat(d.found, d.repeats) {
		if c.Item.Command != 0 && (c.Known || d.verdict(c.line, c.Item) == Allowed) {
			e, a := d.ledger().Entry(c.Entry.Key), to(c.Item.Command)
			a.seen, a.undone = true, a.undone || e == nil || !e.Opened() || len(c.Wish.Problems) > 0
		}
	}
	d.hear(to)
	all := d.ledger().All
	if slices.ContainsFunc(d.Commands, func(c Command) bool { return c.Comment == all }) {
		to(all).confirmed = true
	}
	var answers []*answer
	for _, a := range found {
		answers = append(answers, a)
	}
	slices.SortFunc(answers, func(a, b *answer) int { return cmp.Compare(a.comment, b.comment) })
	return answers
}

// hear says of each order what came of it.
func (d *decision) hear(to func(comment int64) *answer) {
	l := d.ledger()
	ran, failed, refused := set(l.Ran), set(l.Failed), set(l.Refused)
	given := d.given()
	check, aboutCopy := d.lastRun(given, wordCheck), d.lastRun(given, wordPublish, wordUnpublish)
	for _, o := range given {
		if refused[o.key] {
			continue
		}
		a := to(o.Comment)
		switch {
		case ran[o.key]:
			pending := o.verb.pending != nil && o.verb.pending(d, o)
			a.seen, a.undone = true, a.undone || pending
			a.help = a.help || o.word == "help"
			a.checks = a.checks || o.key == check
			a.withdrawn = a.withdrawn || o.key == aboutCopy && o.is(wordUnpublish) && !pending
		case failed[o.key]:
			a.seen, a.undone = true, true
			line, sure := d.failure(o)
			a.lines, a.unsure = append(a.lines, line), a.unsure || !sure
		case d.verdict(o.key, Item{Author: o.Author}) != Allowed:
			a.undone = true
		default:
			a.seen, a.undone = true, true
			if !d.remembers(given) {
				a.lines = append(a.lines, ReplyLine{Quote: o.quote(), Form: o.verb.form(), Problem: fmt.Sprintf(
					"No more than %d commands are remembered: it is carried out when some of the comments with old ones are deleted.",
					commandsKept)})
			}
		}
	}
}

// lastRun is the last command with one of the words that was carried out: what
// it was answered is kept up to date, and what older ones were is taken back.
func (d *decision) lastRun(given []order, words ...string) ItemKey {
	named := map[ItemKey]bool{}
	for _, o := range given {
		named[o.key] = o.is(words...)
	}
	for _, key := range slices.Backward(d.ledger().Ran) {
		if named[key] {
			return key
		}
	}
	return ""
}

// failure says why an order was not carried out; it is not sure while that can't
// be known. Were it given now, it might be carried out: but then it has to be
// given again.
func (d *decision) failure(o order) (line ReplyLine, sure bool) {
	_, form, err := d.understand(o)
	waits := errors.As(err, new(notYetError))
	if err == nil || waits {
		err = errors.New("it could not be carried out when it was written, and is not tried again: " +
			"if it is still wanted, write it in a new comment")
	}
	line = ReplyLine{Quote: o.quote(), Problem: sentence(err), Form: form}
	if unreadable := (unreadableError{}); errors.As(err, &unreadable) {
		line.Why = unreadable.why
	}
	return line, !waits
}

// sentence makes one of an error.
func sentence(err error) string {
	text := err.Error()
	first, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimRight(text[n:], ".") + "."
}

// repliesKept is how many comments are remembered as replied to.
const repliesKept = 200

// linesReplied is how many lines one reply says something of.
const linesReplied = 10

// reply writes the replies, brings them up to date, and takes back those to
// which nothing is left to say. One that people deleted stays deleted until
// its comment has nothing wrong any more.
func (d *decision) reply(answers []*answer) {
	l := d.ledger()
	written := map[int64][]Reply{}
	for _, r := range d.Replies {
		written[r.To] = append(written[r.To], r)
		l.Replied = union(l.Replied, []int64{r.To})
	}
	wanted := map[int64]bool{}
	for _, a := range answers {
		if !a.empty() {
			wanted[a.comment] = true
			d.replyTo(a, written[a.comment])
		}
	}
	for _, r := range d.Replies {
		if !wanted[r.To] || r != written[r.To][0] {
			d.plan(DeleteComment{ID: r.ID, For: AnswersPart})
		}
	}
	l.Replied = slices.DeleteFunc(l.Replied, func(comment int64) bool { return !wanted[comment] })
	slices.Sort(l.Replied)
	l.Replied = l.Replied[max(0, len(l.Replied)-repliesKept):]
}

func (d *decision) replyTo(a *answer, written []Reply) {
	unread := a.checks && d.pageKnown() != nil
	if unread || a.unsure && len(written) > 0 {
		return
	}
	body := d.texts.Reply(d.replyView(a))
	switch {
	case len(written) > 0 && !sameText(written[0].Body, body):
		d.plan(WriteReply{ID: written[0].ID, To: a.comment, Body: body})
	case len(written) == 0 && !slices.Contains(d.ledger().Replied, a.comment):
		d.plan(WriteReply{To: a.comment, Body: body})
	}
}

func (d *decision) replyView(a *answer) ReplyView {
	v := ReplyView{ID: d.facts.ID, To: a.comment, Lines: a.lines, Withdrawn: a.withdrawn}
	if len(v.Lines) > linesReplied {
		v.Lines, v.More = a.lines[:linesReplied], len(a.lines)-linesReplied
	}
	if a.help {
		v.Help = CommandForms()
	}
	if a.checks {
		v.Checked = d.checkView()
	}
	return v
}
