package markdown

import (
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// doubt is what GitHub may take for a heading where this parser does not, or
// the other way round. It begins no section, so that it ends no internal one;
// the section that it stands in is not public, so that it holds nothing which
// GitHub shows under a heading of its own.
type doubt struct{ at, level int }

var (
	// delimiterLike is a row that makes a table of the paragraph, for GitHub. To
	// a parser without tables, hyphens below it make a heading.
	delimiterLike = regexp.MustCompile(`(?m)^[ \t]*[|:-][ \t|:-]*\r?$`)
	// tagLike begins HTML that may go on down to a blank line.
	tagLike  = regexp.MustCompile(`(?m)^[ \t]*<(?:[a-zA-Z/?]|!(?:[^-]|-[^-]))`)
	numbered = regexp.MustCompile(`^ {0,3}#{1,6}(?:[ \t\r\n]|$)`)
	// headed are the lines of HTML that would be headings, or are.
	headed = regexp.MustCompile(`(?mi)^[ \t>]*(#{1,6})(?:[ \t\r]|$)|^[ \t>]*(=+|-+)[ \t\r]*$|<h([1-6])\b`)
)

// doubtful is whether GitHub may see no heading here: in a table, in a
// definition of a link, or right below a tag.
func (d document) doubtful(h *ast.Heading) bool {
	line := d.line(h.Pos())
	if first := d.lines(line, line); !numbered.MatchString(first) {
		rest := d.lines(line, d.lastLine(h))
		if strings.HasPrefix(strings.TrimLeft(first, " "), "[") || tagLike.MatchString(rest) || delimiterLike.MatchString(rest[len(first):]) {
			return true
		}
	}
	above := h.PreviousSibling()
	if above == nil || strings.TrimSpace(d.lines(line-1, line-1)) == "" {
		return false
	}
	return tagLike.Match(above.Lines().Value(d.src))
}

// lastLine is that of a heading's words: an underline stands below.
func (d document) lastLine(h *ast.Heading) int {
	if n := h.Lines().Len(); n > 0 {
		return d.line(h.Lines().At(n - 1).Start)
	}
	return d.line(h.Pos())
}

// underneath is where the line begins that follows a heading.
func (d document) underneath(h *ast.Heading) int {
	line := d.lastLine(h)
	if first := d.line(h.Pos()); !numbered.MatchString(d.lines(first, first)) {
		line++
	}
	return d.lineStart(line + 1)
}

// lines is what stands on lines, by their numbers from 1.
func (d document) lines(first, last int) string {
	return string(d.src[d.lineStart(first):d.lineStart(last+1)])
}

// swallowed are the headings within blocks of HTML: what begins and ends those
// differs from parser to parser, but for comments.
func (d document) swallowed() []doubt {
	var found []doubt
	d.eachLeaf(d.root, func(l leaf) {
		html, ok := l.block.(*ast.HTMLBlock)
		if !ok || html.HTMLBlockType == ast.HTMLBlockType2 {
			return
		}
		for _, m := range headed.FindAllSubmatch(l.text, -1) {
			level := len(m[1]) // of a numbered one
			if len(m[2]) > 0 {
				level = 1 + strings.Count(string(m[2][:1]), "-")
			} else if len(m[3]) > 0 {
				level = int(m[3][0] - '0')
			}
			found = append(found, doubt{l.pos[0], level})
		}
	})
	return found
}

// lowest are the lowest levels of the doubts in each section, 0 for none.
func lowest(sections []Section, doubts []doubt, shift int) []int {
	levels := make([]int, len(sections))
	for _, one := range doubts {
		i, found := slices.BinarySearchFunc(sections, one.at+shift, func(s Section, at int) int { return s.Start - at })
		if !found {
			i--
		}
		if i = max(i, 0); levels[i] == 0 || one.level < levels[i] {
			levels[i] = one.level
		}
	}
	return levels
}
