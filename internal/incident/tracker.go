package incident

import (
	"fmt"
	"strings"
)

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
	return TrackerView{
		Facts: d.facts, Paused: !d.labelled(), Complete: d.labelled() && d.complete(),
		Status: d.policy.status(d.Parent.Labels),
		Page:   d.pageState(), Lines: d.checklist(), Refused: d.refusedLines(), Waiting: d.waiting,
		From: d.policy.PageFrom, Ticking: !d.NoHistory,
		Label: d.policy.Label, FollowUpLabel: d.policy.FollowUpLabel, SecurityLabel: d.policy.SecurityLabel,
		ReviewedLabel: d.policy.statusLabel(Reviewed).Name,
		Notices: d.notices(), Ledger: d.ledger().Carried(),
	}
}

// checklist is one line for each entry, oldest first.
func (d *decision) checklist() []TrackerLine {
	seen := map[Key]FollowUp{}
	for _, f := range d.FollowUps {
		seen[f.Issue] = f
	}
	text := map[ItemKey]string{}
	for _, c := range d.found {
		text[c.Entry.Key] = c.Item.Text
	}
	var lines []TrackerLine
	for _, e := range d.ledger().Items {
		line := TrackerLine{Text: text[e.Key], State: Open}
		if f, ok := seen[e.Issue.In(d.Parent.Key.Repo)]; ok && e.Opened() {
			line = TrackerLine{Issue: f.Issue, URL: f.URL, Text: f.Title, State: f.State, Owner: f.Owner}
		}
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
