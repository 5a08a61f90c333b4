package markdown

import (
	"bytes"
	"slices"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// leaf is the text of a block, without the marks of the quotes and lists that
// it stands in.
type leaf struct {
	block ast.Node
	text  []byte
	// bare is the text with a control character in the place of each byte of
	// code and of tags.
	bare []byte
	pos  []int // where in the source each byte stands
}

// eachLeaf visits all blocks of text and HTML.
func (d document) eachLeaf(parent ast.Node, visit func(leaf)) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n.Kind() {
		case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading, ast.KindHTMLBlock:
			visit(d.leaf(n))
		case ast.KindList, ast.KindListItem, ast.KindBlockquote:
			d.eachLeaf(n, visit)
		}
	}
}

func (d document) leaf(block ast.Node) leaf {
	l := leaf{block: block}
	lines := block.Lines().Sliced(0, block.Lines().Len())
	if html, ok := block.(*ast.HTMLBlock); ok && html.HasClosure() {
		lines = append(slices.Clone(lines), html.ClosureLine)
	}
	for _, line := range lines {
		for at := line.Start; at < line.Stop; at++ {
			l.text, l.pos = append(l.text, d.src[at]), append(l.pos, at)
		}
	}
	l.bare = bytes.Clone(l.text)
	eachInline(block, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.RawHTML:
			l.hide(n.Segments.Sliced(0, n.Segments.Len())...)
		case *ast.CodeSpan:
			for t := n.FirstChild(); t != nil; t = t.NextSibling() {
				if t, ok := t.(*ast.Text); ok {
					l.hide(t.Segment)
				}
			}
		}
	})
	return l
}

const masked = '\x01'

func (l *leaf) hide(segments ...text.Segment) {
	for _, s := range segments {
		from, to := l.span(s)
		for i := from; i < to; i++ {
			l.bare[i] = masked
		}
	}
}

// span is where a segment of the source is in the text.
func (l *leaf) span(s text.Segment) (from, to int) {
	from, _ = slices.BinarySearch(l.pos, s.Start)
	to, _ = slices.BinarySearch(l.pos, s.Stop)
	return from, to
}

// whole is where a tag, which has a segment for each of its lines, is in the
// text.
func (l *leaf) whole(tag *ast.RawHTML) (from, to int) {
	from, _ = l.span(tag.Segments.At(0))
	_, to = l.span(tag.Segments.At(tag.Segments.Len() - 1))
	return from, to
}
