package templates

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// plainLines is how many follow-ups make a list that is read at a glance,
// without groups.
const plainLines = 6

// group is a part of the checklist.
type group struct {
	Heading string
	All     int  // how many there are, whether they fit or not
	Folded  bool // only the heading shows until it is clicked at
	Lines   []string
}

// kind is which group a line belongs to.
type kind int

// The kinds in the order in which they are shown.
const (
	ownerless kind = iota
	overdue
	open
	done
	dropped
	gone
	kinds
)

// keeping is the order in which the groups are kept when not all fits.
var keeping = [...]kind{ownerless, overdue, open, dropped, gone, done} //nolint:gochecknoglobals // a constant

func (k kind) String() string {
	return [...]string{"Needs an owner", "Overdue", "Open", "Done", "Dropped", "Gone"}[k]
}

func kindOf(l incident.TrackerLine) kind {
	switch l.State {
	case incident.Done:
		return done
	case incident.Dropped:
		return dropped
	case incident.Gone:
		return gone
	case incident.Open:
	}
	switch {
	case needsOwner(l):
		return ownerless
	case l.Overdue:
		return overdue
	}
	return open
}

// needsOwner is whether people can see to it that somebody has it: there is an
// issue to be assigned, and what it says may be shown.
func needsOwner(l incident.TrackerLine) bool {
	return l.State == incident.Open && l.Owner == "" && l.Assignee == "" && l.Issue.Number != 0 && l.Text != "" && !l.Secret
}

// checklist is the lines in their groups: a single one without a heading when
// they are few. Within a group, what is due first comes first. Titles are cut
// after so many characters.
func checklist(lines []incident.TrackerLine, title int) []group {
	sorted := slices.Clone(lines)
	slices.SortStableFunc(sorted, func(a, b incident.TrackerLine) int {
		return cmp.Or(cmp.Compare(kindOf(a), kindOf(b)), cmp.Compare(dueOrNever(a), dueOrNever(b)))
	})
	saidOnce(sorted)
	if len(sorted) <= plainLines {
		g := group{All: len(sorted)}
		for _, l := range sorted {
			g.Lines = append(g.Lines, checklistLine(l, title, true))
		}
		return []group{g}
	}
	groups := make([]group, kinds)
	for _, l := range sorted {
		g := &groups[kindOf(l)]
		g.Lines = append(g.Lines, checklistLine(l, title, false))
	}
	for k := range groups {
		groups[k].Heading, groups[k].All, groups[k].Folded = kind(k).String(), len(groups[k].Lines), kind(k) >= done
	}
	return groups
}

// saidOnce leaves one long reason of several that are the same: what keeps one
// ticket from being opened keeps the others, too.
func saidOnce(lines []incident.TrackerLine) {
	first := map[string]string{}
	for i, l := range lines {
		if of, said := first[l.Why]; said {
			lines[i].Why = "the same as for “" + of + "”"
		} else if of := called(l, firstShown, plainly(l)); len(l.Why) > len(of) {
			first[l.Why] = of
		}
	}
}

// firstShown is how many characters of another line's title tell which it is.
const firstShown = 40

func dueOrNever(l incident.TrackerLine) incident.Day {
	if l.Due == "" || l.State != incident.Open {
		return "99999999"
	}
	return l.Due
}

// fit leaves out the lines for which there is no room, in characters, and
// counts them. What is done is left out first, and the open ones last.
func fit(groups []group, room int) (hidden int) {
	order := []kind{0}
	if len(groups) > 1 {
		order = keeping[:]
	}
	for _, k := range order {
		lines := groups[k].Lines
		for i, line := range lines {
			if room -= utf8.RuneCountInString(line) + 1; room < 0 {
				groups[k].Lines = lines[:i]
				hidden += len(lines) - i
				break
			}
		}
	}
	return hidden
}

// checklistLine is a line of the checklist. Only what has an issue or a ticket has
// a box, and a hidden mark that tells the box from those that people add.
func checklistLine(l incident.TrackerLine, title int, alone bool) string {
	if l.Raw {
		return "- [ ] " + raw(l.Text)
	}
	parts := []string{called(l, title, referred(l))}
	if l.State != incident.Gone && l.Issue.Number == 0 {
		parts = append(parts, opening(l))
	}
	parts = append(append(parts, details(l, alone)...), someOf(prefixed("⚠️ ", aside(l.Why)))...)
	line := "- " + boxOf(l) + strings.Join(parts, " · ")
	if boxOf(l) != "" {
		line += " " + markdown.BoxMark(reference(l))
	}
	return line
}

func opening(l incident.TrackerLine) string {
	if l.Place != "" {
		return "to be opened in " + markdown.Text(l.Place)
	}
	return "opening…"
}

// whyLimit is how many characters are shown of what is wrong with one line.
const whyLimit = 1200

// aside is neutral Markdown that can stand in a line. It can't be cut anywhere.
func aside(why string) string {
	why = strings.Join(strings.Fields(strings.ReplaceAll(why, "<!--", "&lt;!--")), " ")
	if utf8.RuneCountInString(why) > whyLimit {
		return "Jira has too much to say of it: whoever runs Hindsight finds it in the log."
	}
	return why
}

// raw is a line as a person wrote it into the tracker, where it stands still;
// but it must not become what Hindsight writes itself.
func raw(text string) string {
	return strings.NewReplacer("<!--", "&lt;!--", "\n", " ", "\r", " ").Replace(text)
}

func boxOf(l incident.TrackerLine) string {
	switch {
	case l.State == incident.Gone || l.Issue.Number == 0:
		return ""
	case l.State == incident.Open:
		return "[ ] "
	}
	return "[x] "
}

// called is what the follow-up says, and its number. One that must not be shown
// has the number alone; one that has no issue yet is not called by a title but
// by what people wrote.
func called(l incident.TrackerLine, limit int, number string) string {
	title := l.Text
	if l.Issue.Number == 0 {
		title = markdown.Title(title, titleLimit)
	}
	title = short(limit, title)
	if l.State == incident.Dropped && title != "" {
		title = "~~" + title + "~~"
	}
	switch {
	case l.Issue.Number == 0:
		return title
	case title == "":
		return number
	}
	return title + " (" + number + ")"
}

// referred is how people see which issue or ticket it is: GitHub links an issue's
// number by itself.
func referred(l incident.TrackerLine) string {
	if isTicket(l) {
		return linked(plainly(l), l.URL)
	}
	return plainly(l)
}

// plainly is the number, or a ticket's name, without a link.
func plainly(l incident.TrackerLine) string {
	if isTicket(l) {
		return short(nameShown, l.Name)
	}
	return reference(l).String()
}

// nameShown is how many characters of a name in Jira are shown: a ticket's, or a
// person's.
const nameShown = 60

func isTicket(l incident.TrackerLine) bool { return l.Issue.Repo.Jira() }

func reference(l incident.TrackerLine) markdown.Reference {
	repo := l.Issue.Repo
	switch {
	case repo.Jira():
		return markdown.Reference{Site: string(repo), Number: l.Issue.Number}
	case !l.Other:
		return markdown.Reference{Number: l.Issue.Number}
	}
	return markdown.Reference{Owner: repo.Owner(), Name: repo.Name(), Number: l.Issue.Number}
}

// holder is who has it.
func holder(l incident.TrackerLine) string {
	if l.Owner == "" {
		return short(nameShown, l.Assignee)
	}
	return login(l.Owner)
}

// details are what people want to know of the follow-up: who has it, by when,
// and what became of it.
func details(l incident.TrackerLine, alone bool) []string {
	switch l.State {
	case incident.Done:
		return someOf(holder(l))
	case incident.Dropped:
		return []string{"not planned"}
	case incident.Gone:
		return []string{whyGone(l)}
	case incident.Open:
	}
	owner := holder(l)
	if alone && needsOwner(l) {
		owner = "**needs an owner**"
	}
	return someOf(owner, dueText(l), prefixed("snoozed until ", day(l.Snoozed)), markdown.Text(string(l.Type)), unlisted(l))
}

func whyGone(l incident.TrackerLine) string {
	if isTicket(l) {
		return "gone: deleted, or moved to where it can't be seen"
	}
	return "gone: deleted, or made a discussion"
}

func dueText(l incident.TrackerLine) string {
	text := prefixed("due ", day(l.Due))
	if l.Overdue {
		text = strings.TrimSpace(text + " ⏰ overdue")
	}
	return text
}

func unlisted(l incident.TrackerLine) string {
	if l.Unlisted {
		return "no longer listed"
	}
	return ""
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func someOf(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

// tally is the checklist in one line: what is still open comes first.
func tally(lines []incident.TrackerLine) string {
	var n [kinds]int
	late, all := 0, 0
	for _, l := range lines {
		n[kindOf(l)]++
		if l.Overdue && l.State == incident.Open {
			late++
		}
		all++
	}
	left := n[ownerless] + n[overdue] + n[open]
	var parts []string
	if left > 0 {
		parts = append(parts, fmt.Sprintf("**%d open**", left)+inBrackets(late, n[ownerless]))
	}
	for _, k := range []kind{done, dropped, gone} {
		if n[k] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[k], strings.ToLower(k.String())))
		}
	}
	return strings.Join(parts, " · ")
}

func inBrackets(late, ownerless int) string {
	var parts []string
	if late > 0 {
		parts = append(parts, fmt.Sprintf("%d overdue", late))
	}
	switch {
	case ownerless == 1:
		parts = append(parts, "1 needs an owner")
	case ownerless > 1:
		parts = append(parts, fmt.Sprintf("%d need an owner", ownerless))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
