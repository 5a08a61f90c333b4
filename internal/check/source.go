package check

import (
	"regexp"
	"strings"
)

var linked = regexp.MustCompile(`\]\(|\]\[|https?://|<a `)

// sourceless are the rows of the timeline's tables without a link.
func sourceless(p *page) []hit {
	var hits []hit
	for _, s := range p.under(timeline) {
		rows := false // behind a table's head
		for line := s.Line - 1; line < s.End; line++ {
			start, stop := p.span(line)
			shown := strings.TrimRight(p.shown[start:stop], "\r\n")
			switch {
			case strings.TrimSpace(shown) == "":
				rows = false
			case isDelimiters(shown):
				rows = true
			case rows && says(shown) && !linked.MatchString(p.src[start:stop]):
				hits = append(hits, hit{at: start + len(shown) - len(strings.TrimLeft(shown, " \t"))})
			}
		}
	}
	return hits
}
