package incident

import (
	"fmt"
	"slices"
	"strings"
)

// page plans the post-mortem page: once, at a path that never changes.
func (d *decision) page() {
	p := &d.ledger().Page
	if p.Path == "" && d.pageState() == PageComing {
		p.Path = d.texts.PageName(d.facts) + ".md"
	}
	if d.pageState() != PageComing {
		return
	}
	d.facts.PageLink = d.pageLink()
	d.plan(CreatePage{
		Path: p.Path,
		Content: d.texts.Page(PageView{
			Facts: d.facts, Reporter: d.Parent.Author.Login,
			Labelled: d.ledger().Accepted.At, Summary: d.Parent.Body,
		}),
	})
}

// pageLink is where people find the page. A page that was made is there while
// paused, too.
func (d *decision) pageLink() string {
	return d.Repository.URL + "/wiki/" + strings.TrimSuffix(d.ledger().Page.Path, ".md")
}

// pageState is whether there is a page, and if not, why not.
func (d *decision) pageState() PageState {
	switch {
	case d.ledger().Page.Made():
		return PageExists
	case d.facts.Severity > d.policy.PageFrom:
		return PageBelow
	case HasLabel(d.Parent.Labels, d.policy.SecurityLabel) && !d.Repository.Private:
		return PagePrivate
	case !d.Repository.HasWiki:
		return PageNoWiki
	}
	return PageComing
}

// followUps plans an issue for each entry that has none, attaches what GitHub
// can show under the parent, and heals what was opened twice. What was
// promised comes before what is merely convenient: a host that refuses to
// attach one must not keep the others from being opened.
func (d *decision) followUps() {
	var opening []OpenFollowUp
	for _, c := range d.lines {
		if e := d.ledger().Entry(c.Entry.Key); e != nil && !e.Opened() && !c.Item.Ticked {
			opening = append(opening, d.open(c))
		}
	}
	for _, open := range opening {
		d.plan(open)
	}
	for _, open := range opening {
		d.attach(open.Item, open.Title)
	}
	there := map[int]bool{}
	for _, f := range d.FollowUps {
		there[f.Issue.Number] = f.State != Gone
	}
	for _, e := range d.ledger().Items {
		if e.Opened() && !e.Attached && there[e.Issue.Number] {
			d.attach(e.Key, fmt.Sprintf("#%d", e.Issue.Number))
		}
	}
	for _, f := range d.FollowUps {
		if e := d.ledger().Entry(f.Item); e != nil && f.Issue.Number > e.Issue.Number {
			d.heal(f, *e)
		}
	}
}

// heal closes the second of two follow-ups for one item. It is done once: one
// that people reopen is theirs.
func (d *decision) heal(second FollowUp, e Entry) {
	l := d.ledger()
	switch second.State {
	case Open:
		if !slices.Contains(l.Healed, second.Issue.Number) {
			d.plan(CloseDuplicate{Issue: second.Issue, Of: Key{d.Parent.Key.Repo, e.Issue.Number}})
		}
	case Done, Dropped:
		l.Healed = union(l.Healed, []int{second.Issue.Number})
	case Gone:
	}
}

// attach plans a sub-issue. GitHub gives them to issues only.
func (d *decision) attach(item ItemKey, title string) {
	if !d.Parent.PullRequest {
		d.plan(AttachFollowUp{Item: item, Title: title})
	}
}

func (d *decision) open(c candidate) OpenFollowUp {
	url := c.Item.URL
	if url == "" {
		url = d.Parent.URL
	}
	title, body := d.texts.FollowUp(FollowUpView{
		Facts: d.facts, Item: c.Entry.Key, Source: c.Item.Source, Words: c.Entry.Words,
		Text: c.Item.Text, Line: url, Author: c.Item.Author.Login,
	})
	return OpenFollowUp{
		Item: c.Entry.Key, Source: c.Item.Source, Words: c.Entry.Words,
		Title: title, Body: body, Labels: d.policy.followUpLabels(d.facts),
	}
}

// The reactions that answer a command.
const (
	Seen    = "eyes"
	Carried = "+1"
)

// answers reacts to commands: seen as soon as they are understood, carried
// out when all that the comment asks for is there.
func (d *decision) answers() {
	var comments []int64
	unopened := map[int64]bool{}
	for _, c := range d.lines {
		if c.Item.Command == 0 {
			continue
		}
		comments = union(comments, []int64{c.Item.Command})
		if e := d.ledger().Entry(c.Entry.Key); e == nil || !e.Opened() {
			unopened[c.Item.Command] = true
		}
	}
	for _, comment := range comments {
		d.react(comment, Seen)
		if !unopened[comment] {
			d.react(comment, Carried)
		}
	}
	all := d.ledger().All
	if slices.ContainsFunc(d.Commands, func(c Command) bool { return c.Comment == all }) && !slices.Contains(comments, all) {
		d.react(all, Carried)
	}
}

func (d *decision) react(comment int64, content string) {
	r := Reaction{Comment: comment, Content: content}
	if !slices.Contains(d.ledger().Reactions, r) {
		d.plan(React{r})
	}
}

// tally counts the follow-ups by their state.
func (d *decision) tally() (open, done, dropped int) {
	for _, line := range d.checklist() {
		switch line.State {
		case Open:
			open++
		case Done:
			done++
		case Dropped:
			dropped++
		case Gone:
		}
	}
	return open, done, dropped
}

// complete is whether everything that was promised has been done. While it is
// not known whether somebody may add to it, what was said stays.
func (d *decision) complete() bool {
	if d.Parent.State == Open || d.waiting > 0 {
		return false
	}
	switch d.pageState() {
	case PageComing:
		return false
	case PageExists:
		if !d.policy.reviewed(d.Parent.Labels) {
			return false
		}
	case PageBelow, PageNoWiki, PagePrivate:
	}
	if open, _, _ := d.tally(); open > 0 {
		return false
	}
	said := d.ledger().Closing.Complete || d.ledger().Closing.Labelled
	return said || !d.undecided
}

// closing says so when all is done, and takes it back when it is not any
// more. There is one comment for it, edited when the state flaps.
func (d *decision) closing() {
	complete, c := d.complete(), &d.ledger().Closing
	d.sayClosing(complete)
	for _, second := range d.Closings[min(1, len(d.Closings)):] {
		d.plan(DeleteComment{ID: second.ID})
	}
	on := HasLabel(d.Parent.Labels, d.policy.CompleteLabel)
	c.Labelled = c.Labelled || on && (complete || d.next.Labelling)
	if !d.Busy[ClosingPart] {
		d.next.Labelling = false // it is on now, or was not put on
	}
	switch {
	case complete && !on && !c.Labelled:
		d.plan(LabelParent{Label: d.policy.CompleteLabel, On: true})
	case !complete && c.Labelled:
		d.plan(LabelParent{Label: d.policy.CompleteLabel, On: false})
	}
}

// sayClosing writes the comment, or edits the one that is there. One that was
// written and is not there any more was deleted by people: that is silence.
func (d *decision) sayClosing(complete bool) {
	c := &d.ledger().Closing
	promised := d.pageState() == PageExists || len(d.ledger().Items) > 0
	switch {
	case complete == c.Complete || !promised && len(d.Closings) == 0:
	case len(d.Closings) == 0 && c.CommentID != 0:
		c.Complete = complete
	default:
		d.plan(d.writeClosing(complete))
	}
}

func (d *decision) writeClosing(complete bool) WriteClosing {
	open, done, dropped := d.tally()
	v := ClosingView{Facts: d.facts, Complete: complete, OpenLeft: open, Done: done, Dropped: dropped}
	if page := d.ledger().Page; page.Made() {
		v.HasPage, v.ToPage = true, page.At.Sub(d.ledger().Accepted.At)
	}
	w := WriteClosing{Complete: complete, Body: d.texts.Closing(v)}
	if len(d.Closings) > 0 {
		w.ID = d.Closings[0].ID
	}
	return w
}

// removalsBorne is how often people may delete the tracker before Hindsight
// takes the hint.
const removalsBorne = 1

// tracker plans the one comment. Of two trackers the older stays. While paused
// there is nothing to say to those who have not heard of it.
func (d *decision) tracker() []Effect {
	if d.Busy[TrackerPart] || d.held(TrackerPart) {
		return nil
	}
	var effects []Effect
	for _, second := range d.Trackers[min(1, len(d.Trackers)):] {
		effects = append(effects, DeleteComment{ID: second.ID})
	}
	body := d.texts.Tracker(d.view())
	switch {
	case len(d.Trackers) > 0 && !d.labelled() && d.Trackers[0].Paused: // it says so: nothing is written
	case len(d.Trackers) > 0 && sameText(d.Trackers[0].Body, body):
	case len(d.Trackers) > 0:
		effects = append(effects, WriteTracker{ID: d.Trackers[0].ID, Body: body})
	case d.ledger().Removals > removalsBorne || !d.labelled():
	default:
		effects = append(effects, WriteTracker{Body: body})
	}
	if len(effects) == 0 {
		delete(d.next.Problems, TrackerPart)
	}
	return effects
}

// sameText leaves aside what a browser or GitHub may do to line ends: writing
// for that alone would never come to an end.
func sameText(a, b string) bool { return plainEnds(a) == plainEnds(b) }

func plainEnds(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}

func (d *decision) view() TrackerView {
	return TrackerView{
		Facts: d.facts, Paused: !d.labelled(), Complete: d.labelled() && d.complete(),
		Reviewed: d.policy.reviewed(d.Parent.Labels),
		Page:     d.pageState(), Lines: d.checklist(), Refused: d.refusedLines(), Waiting: d.waiting,
		Unknown: d.unknown(), From: d.policy.PageFrom,
		Notices: d.notices(), Ledger: d.ledger().Carried(),
	}
}

// checklist is one line for each entry, oldest first.
func (d *decision) checklist() []TrackerLine {
	byNumber := map[int]FollowUp{}
	for _, f := range d.FollowUps {
		byNumber[f.Issue.Number] = f
	}
	text := map[ItemKey]string{}
	for _, c := range d.found {
		text[c.Entry.Key] = c.Item.Text
	}
	var lines []TrackerLine
	for _, e := range d.ledger().Items {
		line := TrackerLine{Text: text[e.Key], State: Open}
		if f, ok := byNumber[e.Issue.Number]; ok && e.Opened() {
			line = TrackerLine{Text: f.Title, State: f.State, Owner: f.Owner}
		}
		line.Number = e.Issue.Number
		if line.Text != "" || e.Opened() {
			lines = append(lines, line)
		}
	}
	return lines
}

// refusedLines counts the refused lines that are items, not labels.
func (d *decision) refusedLines() int {
	n := 0
	refused := set(d.ledger().Refused)
	for _, c := range d.found {
		if !c.Known && refused[c.Entry.Key] {
			n++
		}
	}
	return n
}

// notices are what could not be done, in the order of the parts.
func (d *decision) notices() []string {
	var notices []string
	if d.ConfigError != "" {
		notices = append(notices, d.ConfigError)
	}
	if d.more {
		notices = append(notices, fmt.Sprintf(
			"Somebody wrote more than %d lines to be followed up here: only the first %d are looked at.", linesTaken, linesTaken))
	}
	for _, part := range []Part{PagePart, FollowUpsPart, AnswersPart, ClosingPart} {
		if p, ok := d.next.Problems[part]; ok && p.Show {
			notices = append(notices, p.Text)
		}
	}
	return notices
}
