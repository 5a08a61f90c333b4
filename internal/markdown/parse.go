package markdown

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// blocks knows all blocks but tables, and of the markup within a line only
// what can hide a command or a comment. It is never changed once it is built,
// and safe for concurrent use.
//
// Every comment of a stranger goes through it, so it takes time and memory in
// proportion to the text. goldmark's tables (rows padded to the header's
// width), links, reference definitions and emphasis don't: 64 KiB of them can
// take gigabytes or seconds.
var blocks = parser.NewParser( //nolint:gochecknoglobals // immutable, costly to build
	parser.WithBlockParsers(parser.DefaultBlockParsers()...),
	parser.WithInlineParsers(
		util.Prioritized(codeSpans{parser.NewCodeSpanParser()}, 100),
		util.Prioritized(parser.NewAutoLinkParser(), 200),
		util.Prioritized(parser.NewRawHTMLParser(), 300),
	),
)

const bom = "\uFEFF"

// document is a parsed text. Positions in the tree are positions in src,
// which lacks the byte order mark: shift leads back to the caller's text.
type document struct {
	src   []byte
	root  ast.Node
	shift int
	ends  []int // of the lines as people wrote them, in src
}

func parse(s string) document {
	src, shift := s, 0
	if strings.HasPrefix(s, bom) {
		src, shift = s[len(bom):], len(bom)
	}
	b := unixLines(src)
	if absurd(b) {
		b = nil
	}
	ends := lineEnds(b)
	joinBlankLines(b, ends)
	return document{src: b, root: parseWith(blocks, b), shift: shift, ends: ends}
}

func parseWith(p parser.Parser, src []byte) ast.Node { return p.Parse(text.NewReader(src)) }

// unixLines makes a lone carriage return a line end, as GitHub takes it, and
// leaves every byte in its place.
func unixLines(s string) []byte {
	b := []byte(s)
	for i, c := range b {
		if c == '\r' && (i+1 == len(b) || b[i+1] != '\n') {
			b[i] = '\n'
		}
	}
	return b
}

func lineEnds(src []byte) []int {
	var ends []int
	for i, c := range src {
		if c == '\n' {
			ends = append(ends, i)
		}
	}
	return ends
}

// joinBlankLines makes each run of blank lines a single one, and leaves every
// other byte in its place. To goldmark, a blank line costs as much as lists are
// nested above it, and it costs who writes it one byte.
func joinBlankLines(src []byte, ends []int) {
	start, blank := 0, false // of the line, and whether the one before is
	for i, end := range ends {
		wasBlank := blank
		blank = util.IsBlank(src[start:end])
		if blank && wasBlank {
			src[ends[i-1]] = ' '
		}
		start = end + 1
	}
}

// absurd is whether a line begins with a thousand marks of lists and quotes.
// The time to parse grows with the square of their number, no person writes
// it, and anybody may.
func absurd(src []byte) bool {
	marks := 0
	for _, c := range src {
		switch {
		case c == '\n':
			marks = 0
		case marks < 0:
		case !bytes.ContainsRune([]byte(" \t>*+-.)0123456789"), rune(c)):
			marks = -1
		default:
			marks++
		}
		if marks == 1000 {
			return true
		}
	}
	return false
}

// line is the 1-based number of the line that holds the position.
func (d document) line(pos int) int { return sort.SearchInts(d.ends, pos) + 1 }

// comments are the spans of hidden HTML comments within a block's text, in
// order.
func (d document) comments(block ast.Node) []text.Segment {
	var found []text.Segment
	eachInline(block, func(n ast.Node) {
		raw, ok := n.(*ast.RawHTML)
		if !ok || raw.Segments.Len() == 0 {
			return
		}
		first := raw.Segments.At(0)
		if bytes.HasPrefix(first.Value(d.src), []byte("<!--")) {
			found = append(found, raw.Segments.Sliced(0, raw.Segments.Len())...)
		}
	})
	return found
}

func eachInline(block ast.Node, visit func(ast.Node)) {
	for n := block.FirstChild(); n != nil; n = n.NextSibling() {
		visit(n)
		eachInline(n, visit)
	}
}

// visible is the source from start to stop without the hidden spans.
func (d document) visible(start, stop int, hidden []text.Segment) string {
	first, _ := slices.BinarySearchFunc(hidden, start, func(h text.Segment, pos int) int {
		if h.Stop <= pos {
			return -1
		}
		return 1
	})
	var b strings.Builder
	for _, h := range hidden[first:] {
		if h.Start >= stop {
			break
		}
		if h.Start > start {
			b.Write(d.src[start:h.Start])
		}
		start = h.Stop
	}
	if start < stop {
		b.Write(d.src[start:stop])
	}
	return b.String()
}
