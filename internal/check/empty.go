package check

import (
	"regexp"
	"strings"
	"unicode"

	"hindsight/internal/markdown"
)

// empty are the sections without content. Who has sections within it has
// content; so has one with a block that Hindsight fills, and a list that waits
// for proposals is none.
func empty(p *page) []hit {
	var hits []hit
	for i, s := range p.sections {
		parent := i+1 < len(p.sections) && p.sections[i+1].Level > s.Level
		if s.Level > 0 && !parent && !proposed.MatchString(s.Title) && !p.filled(s) {
			hits = append(hits, hit{at: s.Start})
		}
	}
	return hits
}

var otherContent = regexp.MustCompile(`(?i)<!-- hindsight:begin |<(?:img|picture|video|svg)\b`)

func (p *page) filled(s markdown.Section) bool {
	_, body := p.span(p.line(s.Start))
	for body < s.Stop && underline.MatchString(p.shown[body:s.Stop]) { // or the rest of a heading
		_, body = p.span(p.line(body))
	}
	if otherContent.MatchString(p.src[s.Start:s.Stop]) {
		return true
	}
	lines := strings.FieldsFunc(p.shown[min(body, s.Stop):s.Stop], func(r rune) bool { return r == '\n' || r == '\r' })
	for i, line := range lines {
		switch {
		case i+1 < len(lines) && isDelimiters(lines[i+1]), isDelimiters(line): // a table's head
		case says(line):
			return true
		}
	}
	return false
}

var (
	underline  = regexp.MustCompile(`^[ \t]*(?:=+|-+)[ \t]*(?:[\r\n]|$)`)
	delimiters = regexp.MustCompile(`^[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$`)
)

func isDelimiters(line string) bool {
	return strings.Contains(line, "|") && delimiters.MatchString(line)
}

// says is whether a line has something to say: of a table's row, more than what
// the first cell asks for.
func says(line string) bool {
	if cells := cells(line); len(cells) > 1 {
		line = strings.Join(cells[1:], "")
	}
	return strings.ContainsFunc(line, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) && r != '|'
	})
}

// cells are a row's; none for what is no row.
func cells(line string) []string {
	line, row := strings.CutPrefix(strings.TrimSpace(line), "|")
	if !row {
		return nil
	}
	return strings.Split(strings.TrimSuffix(line, "|"), "|")
}
