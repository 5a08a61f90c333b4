package markdown

import (
	"regexp"
	"strings"
)

// Proposed is the task list items of a post-mortem page that stand under a
// heading "Proposed" within those of [Checklist]. The link that [Link] has
// appended is no part of their text, also when people wrote on behind it.
func Proposed(src string) []ProposedLine {
	var found []ProposedLine
	for _, l := range parse(src).checklist(namesFollowUps, func(words string) bool { return words == "proposed" }) {
		p := ProposedLine{Line: l.Line}
		if at := link.FindStringIndex(l.Text); at != nil {
			p.Text, p.Linked = strings.TrimSpace(l.Text[:at[0]]+l.Text[at[1]:]), true
		}
		found = append(found, p)
	}
	return found
}

// ProposedLine is an item that was proposed on a page.
type ProposedLine struct {
	Line
	Linked bool // the issue that it became is linked
}

// link is what is appended to an item that has become an issue.
var link = regexp.MustCompile(`\s*→ \[[\w./-]*#\d+\]\(https?://[^\s()]+\)`)

// Link appends a link to the line of a proposed item: the first that has none
// and that is chosen. It is the only thing that changes. False if there is no
// such line.
func Link(src string, chosen func(text string) bool, name, url string) (string, bool) {
	for _, l := range Proposed(src) {
		if !l.Linked && chosen(l.Text) {
			at := lineEnd(src, l.Offset)
			return src[:at] + " → [" + name + "](" + url + ")" + src[at:], true
		}
	}
	return src, false
}

// lineEnd is where what is written on the position's line ends.
func lineEnd(src string, pos int) int {
	end := len(src)
	if i := strings.IndexAny(src[pos:], "\r\n"); i >= 0 {
		end = pos + i
	}
	return pos + len(strings.TrimRight(src[pos:end], " \t\\"))
}
