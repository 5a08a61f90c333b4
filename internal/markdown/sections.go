package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// Section is a heading and what stands under it, down to the next heading.
type Section struct {
	// Level is the heading's, from 1 to 6; 0 for what stands before the first.
	Level int
	// Title is the heading's words, without markup: not neutral.
	Title string
	// Line and End are its first and last line, from 1. The first is the
	// heading's; a section has its children's lines for itself no more than its
	// parent's.
	Line, End int
	// Mark says who may read it.
	Mark Audience
	// Start and Stop are where in the source it begins and ends.
	Start, Stop int
}

// Audience is who may read a section.
type Audience int

// The audiences. What is not marked at all stays on its page, but is not
// published.
const (
	Unmarked Audience = iota
	Public
	Internal
)

// Sections are the parts of a page, in order; the first stands before any
// heading. A line <!-- public -->, the first that is not blank below a heading,
// makes its section public. A comment that begins with the word internal, on the
// heading's lines or wherever in what the section has for itself, makes it
// internal, however it is written; before any heading, all of the page. A section
// without a mark has that of the section it is in, and one within an internal
// section is internal whatever it says. Where GitHub may see other sections than
// are found here, none is public that would not be so for both.
//
// A text that can't be parsed has one section, which is internal.
func Sections(src string) []Section {
	d := parse(src)
	unread := len(d.src) == 0 && src != "" && src != bom
	if unread || strings.ContainsAny(src, "\f\v") { // white space to goldmark, and not to GitHub
		return []Section{{Line: 1, End: strings.Count(src, "\n") + 1, Mark: Internal, Stop: len(src)}}
	}
	sections, bodies := []Section{{Line: 1}}, []int{0}
	doubts := d.swallowed()
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok {
			continue
		}
		if d.doubtful(h) {
			doubts = append(doubts, doubt{h.Pos(), h.Level})
			continue
		}
		line := d.line(h.Pos())
		sections = append(sections, Section{
			Level: h.Level, Title: strings.TrimSpace(d.plain(h)), Line: line, Start: d.lineStart(line) + d.shift,
		})
		bodies = append(bodies, d.underneath(h))
	}
	sections = d.close(sections, len(src))
	d.mark(sections, bodies, doubts)
	return sections
}

// close tells each section where it ends.
func (d document) close(sections []Section, stop int) []Section {
	last := len(d.ends)
	if len(d.ends) == 0 || d.ends[len(d.ends)-1]+1 < len(d.src) {
		last++ // without a line end
	}
	for i := range sections {
		s := &sections[i]
		if s.End, s.Stop = last, stop; i+1 < len(sections) {
			s.End, s.Stop = sections[i+1].Line-1, sections[i+1].Start
		}
	}
	return sections
}

// lineStart is where the line begins that has the number, from 1; the text's end if there
// is none.
func (d document) lineStart(line int) int {
	switch {
	case line == 1:
		return 0
	case line-2 < len(d.ends):
		return d.ends[line-2] + 1
	}
	return len(d.src)
}

// WithoutInternal is the page without its internal sections. Every other byte
// stays as it is.
func WithoutInternal(src string) string {
	return keep(src, func(mark Audience) bool { return mark != Internal })
}

// PublicOnly is the page's public sections, byte for byte.
func PublicOnly(src string) string {
	return keep(src, func(mark Audience) bool { return mark == Public })
}

func keep(src string, wanted func(Audience) bool) string {
	var b strings.Builder
	for _, s := range Sections(src) {
		if wanted(s.Mark) {
			b.WriteString(src[s.Start:s.Stop])
		}
	}
	return b.String()
}
