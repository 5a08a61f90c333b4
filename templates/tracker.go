package templates

import (
	"slices"
	"time"
	"unicode/utf8"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// lineLimits are how much of a title the checklist shows, in characters: less
// when there is no room for all lines.
var lineLimits = [...]int{160, 80, 40} //nolint:gochecknoglobals // a constant

// trackerView adds what the tracker's template can't work out for itself.
type trackerView struct {
	incident.TrackerView
	Marker, Sealed string
	Columns        []column
	PageIs         string
	Tally          string
	Groups         []group
	Hidden         int    // lines that don't fit
	Ownerless      int    // lines that need an owner
	Assign         string // what they are, to be assigned
	Tracked        string // what the lines are: issues, or tickets as well
	HiddenNotes    int    // that don't fit
	HiddenProposed int
	MoreDoubts     int  // that are not listed
	Writing        bool // a page is to be written, or has been
	ReviewMissing  bool
}

// pageIs names the states of the page for the template.
var pageIs = map[incident.PageState]string{ //nolint:gochecknoglobals // a constant
	incident.PageComing: "coming", incident.PageExists: "there", incident.PageBelow: "below", incident.PageNoWiki: "no wiki",
	incident.PagePrivate: "private", incident.PageBarred: "barred", incident.PageSkipped: "skipped",
}

// column is one of the facts.
type column struct{ Name, Value string }

// Tracker is the one comment that shows where the incident stands. When it
// grows over what GitHub takes, the checklist is cut, never the ledger.
func (t Texts) Tracker(v incident.TrackerView) string {
	view := trackerView{
		TrackerView: v, Marker: marker(trackerKind, v.ID, paused(v)), Sealed: sealLedger(v.Ledger),
		Columns: columns(v), PageIs: pageIs[v.Page], Tally: tally(v.Lines),
		Writing:       v.Page == incident.PageExists || v.Page == incident.PageComing,
		ReviewMissing: v.Page == incident.PageExists && v.Skip == "" && !reviewed(v.Status) && !v.Resolved.IsZero(),
	}
	var ownerless []incident.TrackerLine
	for _, l := range v.Lines {
		if needsOwner(l) {
			ownerless = append(ownerless, l)
		}
	}
	view.Ownerless = len(ownerless)
	view.Assign, view.Tracked = kindsOf(ownerless, "issue", "ticket"), kindsOf(v.Lines, "issues", "tickets")
	for _, sparing := range frames {
		if sparing(&view); utf8.RuneCountInString(t.render("tracker.md", view)) < bodyLimit-linesRoom {
			break
		}
	}
	for _, title := range lineLimits {
		groups := checklist(v.Lines, title)
		view.Groups, view.Hidden = headings(groups), len(v.Lines)
		frame := t.render("tracker.md", view)
		view.Hidden = fit(groups, bodyLimit-utf8.RuneCountInString(frame))
		view.Groups = groups
		if view.Hidden == 0 {
			break
		}
	}
	return t.render("tracker.md", view)
}

// kindsOf is what the lines are, in words.
func kindsOf(lines []incident.TrackerLine, issue, ticket string) string {
	if slices.ContainsFunc(lines, isTicket) {
		return issue + " or " + ticket
	}
	return issue
}

// linesRoom is how many characters are kept for the checklist, whatever else
// people wrote that the tracker shows.
const linesRoom = 16_000

// frames are what stands around the checklist: all of it, and then less and
// less, since words can grow fourteenfold when they are made neutral.
var frames = []func(*trackerView){ //nolint:gochecknoglobals // a constant
	func(v *trackerView) {
		v.Notes, v.HiddenNotes = v.Notes[max(0, len(v.Notes)-notesShown):], max(0, len(v.Notes)-notesShown)
		v.HiddenProposed = max(0, len(v.Proposed)-incident.ProposedShown)
		v.Proposed = v.Proposed[:min(len(v.Proposed), incident.ProposedShown)]
	},
	func(v *trackerView) { v.HiddenNotes, v.Notes = v.HiddenNotes+len(v.Notes), nil },
	func(v *trackerView) { v.HiddenProposed, v.Proposed = v.HiddenProposed+len(v.Proposed), nil },
	func(v *trackerView) { v.Doubts = v.Doubts[:min(len(v.Doubts), 1)] },
}

// notesShown is how many notes are shown; the others are in the comments in which
// they were written.
const notesShown = 30

// headings are the groups without their lines.
func headings(groups []group) []group {
	bare := make([]group, len(groups))
	for i, g := range groups {
		bare[i] = g
		bare[i].Lines = nil
	}
	return bare
}

func paused(v incident.TrackerView) markdown.Fields {
	if v.Paused {
		return markdown.Fields{"says": pausedField}
	}
	return nil
}

func reviewed(s incident.Status) bool { return s == incident.Reviewed || s == incident.Closed }

func phase(v incident.TrackerView) string {
	switch {
	case v.Paused:
		return "paused"
	case v.Complete:
		return "complete"
	case !v.Resolved.IsZero():
		return "resolved"
	}
	return "open"
}

// columns are the facts that are known.
func columns(v incident.TrackerView) []column {
	severity := "**" + v.Severity.String() + "**"
	if v.Guessed {
		severity += " (assumed)"
	}
	owner := "nobody yet"
	if v.Owner != "" {
		owner = login(v.Owner)
	}
	all := []column{{"Severity", severity}, {"Status", "**" + phase(v) + "**"}, {"Started", clockTime(v.Started)}}
	if !v.Detected.IsZero() {
		all = append(all, column{"Detected", since(v.Detected, v.Started)})
	}
	if !v.Resolved.IsZero() {
		all = append(all, column{"Resolved", since(v.Resolved, v.Started)})
	}
	return append(all, column{"Owner", owner})
}

// since is a moment, and how long it is after another.
func since(t, from time.Time) string {
	if !t.After(from) {
		return clockTime(t)
	}
	return clockTime(t) + ", after " + span(t.Sub(from))
}
