package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// gfm is never changed once it is built, and safe for concurrent use.
var gfm = goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser() //nolint:gochecknoglobals // immutable, costly to build

const bom = "\uFEFF"

// document is a parsed text. Positions in the tree are positions in src,
// which lacks the byte order mark: shift leads back to the caller's text.
type document struct {
	src   []byte
	root  ast.Node
	shift int
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
	return document{src: b, root: parseWith(gfm, b), shift: shift}
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
func (d document) line(pos int) int { return bytes.Count(d.src[:pos], []byte{'\n'}) + 1 }

// comments are the spans of hidden HTML comments within a block's text.
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
	var b strings.Builder
	for _, h := range hidden {
		if h.Stop <= start || h.Start >= stop {
			continue
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
