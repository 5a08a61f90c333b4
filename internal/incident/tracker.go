package incident

import (
	"fmt"
	"strings"
	"time"
)

// removalsBorne is how often people may delete the tracker before Hindsight
// takes the hint.
const removalsBorne = 1

// tracker plans the one comment. Of two trackers the older stays. While paused
// there is nothing to say to those who have not heard of it.
func (d *decision) tracker() []Effect {
	if d.Busy[TrackerPart] || d.held(TrackerPart) || d.undecidedTicks {
		return nil
	}
	var effects []Effect
	for _, second := range d.Trackers[min(1, len(d.Trackers)):] {
		effects = append(effects, DeleteComment{ID: second.ID, For: TrackerPart})
	}
	body := d.texts.Tracker(d.view())
	switch {
	case len(d.Trackers) > 0 && !d.labelled() && d.Trackers[0].Paused: // it says so: nothing is written
	case len(d.Trackers) > 0 && sameText(d.Trackers[0].Body, body):
	case len(d.Trackers) > 0:
		effects = append(effects, WriteTracker{ID: d.Trackers[0].ID, Was: d.Trackers[0].Body, Body: body})
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
	lines, told := d.checklist(), d.ledger().Told
	v := TrackerView{
		Facts: d.facts, Paused: !d.labelled(), Complete: d.labelled() && d.complete(),
		Status: d.policy.status(d.Parent.Labels), Page: d.pageState(), Skip: told.Skip, Meeting: told.Meeting,
		CopyLink: d.copyLink(), Ticking: !d.NoHistory, Refused: d.refusedLines(), Waiting: d.waiting, From: d.policy.PageFrom,
		Proposed: d.proposedTexts(), Untaken: d.untaken, Doubts: d.doubts(), Notices: d.notices(), Ledger: d.carried(lines),
		Label: d.policy.Label, FollowUpLabel: d.policy.FollowUpLabel, SecurityLabel: d.policy.SecurityLabel,
		ReviewedLabel: d.policy.statusLabel(Reviewed).Name,
	}
	v.Serious = d.serious()
	for _, l := range lines {
		v.Lines = append(v.Lines, l.TrackerLine)
	}
	v.Notes = d.notesLeft()
	return v
}

// carried is the ledger for the tracker, with the boxes as they are shown.
func (d *decision) carried(lines []checklistLine) Ledger {
	l := d.ledger().clone().Carried()
	l.Home = d.Parent.Key.Repo
	shown := map[ItemKey]bool{}
	for _, line := range lines {
		shown[line.item] = line.State == Done || line.State == Dropped
	}
	for i := range l.Items {
		l.Items[i].Shown = shown[l.Items[i].Key]
	}
	return l
}

// checklistLine is a line and the item that it is about.
type checklistLine struct {
	TrackerLine
	item ItemKey
}

// checklist is one line for each entry, oldest first.
func (d *decision) checklist() []checklistLine {
	said := map[ItemKey]candidate{}
	for _, c := range d.found {
		said[c.Entry.Key] = c
	}
	var lines []checklistLine
	for _, e := range d.ledger().Items {
		c, listed := said[e.Key]
		if line := d.line(e, c, listed); line.Text != "" || e.Opened() {
			lines = append(lines, checklistLine{line, e.Key})
		}
	}
	return lines
}

// line shows an entry. Of an issue that fewer people may read than the parent,
// only what stands on the parent anyway is shown. What a person ordered is
// shown as if it were done: it is about to be.
func (d *decision) line(e Entry, c candidate, listed bool) TrackerLine {
	line := TrackerLine{
		Text: c.Wish.Title, State: Open, Owner: e.Owner, Due: e.Due, Type: e.Type,
		Unlisted: !listed && e.Source != FromTracker && (e.Source != FromPage || !d.PageUnread),
	}
	if f, seen := d.followUp(e.Issue); seen && e.Opened() {
		line.State, line.URL, line.Secret = f.State, f.URL, f.Secret
		switch {
		case !f.Secret && !f.assumed():
			line.Text, line.Owner = f.Title, f.Owner
		case c.Refers: // the reference says it
			line.Text = ""
		}
	}
	if line.Raw = listed && c.Item.Source == FromTracker && !e.Opened(); line.Raw {
		line.Text = c.Item.Text
	}
	if e.Opened() {
		line.Issue = e.Issue.In(d.Parent.Key.Repo)
		line.Other = e.Issue.Repo != ""
	}
	d.ticketLine(&line, e, c, listed)
	if e.Want != "" {
		line.State = e.Want
	}
	if until, ok := e.Snoozed.in(d.policy.Zone); ok && d.now.Before(until) {
		line.Snoozed = e.Snoozed
		d.atLatest(until)
	}
	if due, ok := line.Due.in(d.policy.Zone); ok && line.State == Open {
		end := d.today(due.Add(36 * time.Hour)) // the next midnight, whatever clocks do
		line.Overdue = !d.now.Before(end)
		if !line.Overdue {
			d.atLatest(end)
		}
	}
	return line
}

// refusedLines counts the refused lines that are items or commands, not labels.
func (d *decision) refusedLines() int {
	n := d.refusedCommands()
	refused := set(d.ledger().Refused)
	for _, c := range d.found {
		if !c.Known && refused[c.line] && c.Item.Source != FromTracker {
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
	notices = append(notices, d.placeNotices()...)
	notices = append(notices, d.pageNotices()...)
	if d.more {
		notices = append(notices, fmt.Sprintf(
			"Somebody wrote more than %d lines to be followed up here: only the first %d are looked at.", linesTaken, linesTaken))
	}
	if d.unheard() {
		notices = append(notices, fmt.Sprintf(
			"Somebody wrote more than %d commands in one comment, or more than %d in all: those after them are not looked at. "+
				"Delete comments with old ones, or write several.", commandsOfComment, commandsOfAuthor))
	}
	if d.PullsLeft > 0 {
		notices = append(notices, fmt.Sprintf(
			"There are so many pull requests about this that %d of them are not read: write what they promise in a comment here.", d.PullsLeft))
	}
	notices = append(notices, d.publishNotices()...)
	notices = append(notices, d.lacksNotices()...)
	notices = append(notices, d.twinsNotice()...)
	for _, part := range []Part{PagePart, PublishPart, FollowUpsPart, AnswersPart, ClosingPart} {
		if p, ok := d.next.Problems[part]; ok && p.Show {
			notices = append(notices, p.Text)
		}
	}
	return append(notices, d.siteNotices()...)
}
