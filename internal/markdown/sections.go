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
// heading. A comment <!-- public --> or <!-- internal --> among those right
// under a heading marks a section. One without a mark has that of the section
// it is in, and one within an internal section is internal whatever it says.
//
// A text that can't be parsed has one section, which is internal.
func Sections(src string) []Section {
	d := parse(src)
	if len(d.src) == 0 && src != "" && src != bom {
		return []Section{{Line: 1, End: strings.Count(src, "\n") + 1, Mark: Internal, Stop: len(src)}}
	}
	sections := []Section{{Line: 1}}
	parents := make([]Audience, 7) // the mark in force at each level
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok {
			continue
		}
		mark := d.mark(h.NextSibling(), parents[h.Level-1])
		for level := h.Level; level < len(parents); level++ {
			parents[level] = mark
		}
		line := d.line(h.Pos())
		sections = append(sections, Section{
			Level: h.Level, Title: strings.TrimSpace(d.plain(h)), Line: line, Mark: mark, Start: d.lineStart(line) + d.shift,
		})
	}
	return d.close(sections, len(src))
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

// lineStart is where the line begins that has the number, from 1.
func (d document) lineStart(line int) int {
	if line == 1 {
		return 0
	}
	return d.ends[line-2] + 1
}

// mark is what the comments say that begin at the node, in a section that is
// in another which has the mark inherited. Internal wins.
func (d document) mark(n ast.Node, inherited Audience) Audience {
	found := inherited
	for ; n != nil; n = n.NextSibling() {
		html, ok := n.(*ast.HTMLBlock)
		if !ok || html.HTMLBlockType != ast.HTMLBlockType2 {
			break
		}
		for _, comment := range comments(d.html(html)) {
			switch {
			case found == Internal || strings.EqualFold(comment, "internal"):
				found = Internal
			case strings.EqualFold(comment, "public"):
				found = Public
			}
		}
	}
	return found
}

// html is the text of a block of HTML.
func (d document) html(n *ast.HTMLBlock) string {
	text := string(n.Lines().Value(d.src))
	if n.HasClosure() {
		text += string(n.ClosureLine.Value(d.src))
	}
	return text
}

// comments are the words of the comments that a text begins with.
func comments(html string) (found []string) {
	for {
		rest, opened := strings.CutPrefix(strings.TrimSpace(html), "<!--")
		comment, rest, closed := strings.Cut(rest, "-->")
		if !opened || !closed {
			return found
		}
		found = append(found, strings.TrimSpace(comment))
		html = rest
	}
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
