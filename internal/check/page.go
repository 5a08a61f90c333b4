package check

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// page is a page as the rules look at it. All texts but the reading have the
// length of the first: a position is the same in each.
type page struct {
	src string
	// open is what people wrote: the source without Hindsight's own markers.
	open string
	// reading is how that reads, however it is written.
	reading markdown.Reading
	// shown is what is seen of it, and prose what of that is plain words.
	shown, prose string
	sections     []markdown.Section
	items        []item
	starts       []int // of the lines
	customers    []string
}

func newPage(src string, customers []string) *page {
	open := withoutMarkers(src)
	return &page{
		src: src, open: open, reading: markdown.Read(open), shown: markdown.Shown(src), prose: markdown.Prose(src),
		sections: markdown.Sections(src), items: openItems(src), starts: lineStarts(src), customers: customers,
	}
}

// markers are Hindsight's own, and nothing that could pass for one: what people
// hide in a comment is looked at.
var markers = regexp.MustCompile(`<!-- hindsight:(?:page incident=[\d#]+|begin block=[a-z-]+(?: digest=[a-z2-7]{12})?(?: keys=[a-z0-9]*)?|end block=[a-z-]+) -->`)

func withoutMarkers(src string) string {
	return markers.ReplaceAllStringFunc(src, func(m string) string { return strings.Repeat(" ", len(m)) })
}

// lineStarts are where the lines begin: behind each line end, of whatever kind.
func lineStarts(src string) []int {
	starts := []int{0}
	for i := range len(src) {
		if src[i] == '\n' || src[i] == '\r' && !strings.HasPrefix(src[i:], "\r\n") {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// line is the index of the line that holds the position.
func (p *page) line(at int) int { return sort.SearchInts(p.starts, at+1) - 1 }

// span is where the line with the index begins and ends, with its line end.
func (p *page) span(line int) (start, stop int) {
	if line+1 < len(p.starts) {
		return p.starts[line], p.starts[line+1]
	}
	return p.starts[line], len(p.src)
}

// section is the index of the one that holds the position.
func (p *page) section(at int) int {
	i, found := slices.BinarySearchFunc(p.sections, at, func(s markdown.Section, at int) int {
		if s.Stop <= at {
			return -1
		}
		return min(1, max(0, s.Start-at))
	})
	if !found {
		return min(i, len(p.sections)-1)
	}
	return i
}

const bom = "\uFEFF"

func (p *page) finding(r rule, h hit) incident.Finding {
	line := p.line(h.at)
	before := strings.TrimPrefix(p.src[p.starts[line]:h.at], bom)
	f := incident.Finding{
		Rule: r.ID, Line: line + 1, Column: utf8.RuneCountInString(before) + 1, Serious: r.Serious,
		Public: p.public(h), Text: r.says,
	}
	if h.says != "" {
		f.Text = h.says
	}
	return f
}

// public is whether a part of what was found may go out with a section marked
// public.
func (p *page) public(h hit) bool {
	for _, s := range p.sections[p.section(h.at):] {
		if !h.anywhere && s.Start > h.at && s.Start >= h.to {
			break
		}
		if s.Mark == markdown.Public {
			return true
		}
	}
	return false
}

// matches are the places of a form's first group.
func matches(form *regexp.Regexp, text string) []hit {
	var hits []hit
	for _, m := range form.FindAllStringSubmatchIndex(text, -1) {
		hits = append(hits, hit{at: m[2], to: m[3]})
	}
	return hits
}
