package markdown

import (
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
)

// inline knows the markup within a line alone: a title that begins with "1."
// or "#" is no list and no heading. It can take time that grows with the square
// of the text: give it richLimit at most.
var inline = parser.NewParser( //nolint:gochecknoglobals // immutable, costly to build
	parser.WithBlockParsers(util.Prioritized(parser.NewParagraphParser(), 1000)),
	parser.WithInlineParsers(parser.DefaultInlineParsers()...),
	parser.WithInlineParsers(util.Prioritized(extension.NewStrikethroughParser(), 500)),
)

// richLimit is how much of one title or heading is parsed with all its markup,
// in characters; far more than a title on GitHub has.
const richLimit = 1000

// Title is people's Markdown as plain text for the title of an issue: one
// line of at most limit characters, links reduced to their words, emphasis and
// hidden comments gone. Backticks stay, since GitHub shows code in titles.
// It reads the first thousand characters of s.
func Title(s string, limit int) string {
	head, long := truncate(clean(s), richLimit)
	src := []byte(head)
	var b strings.Builder
	writePlain(&b, parseWith(inline, src), src)
	title := clean(b.String())
	if title == "" {
		return ""
	}
	if long || utf8.RuneCountInString(title) > limit {
		head, _ := truncate(title, limit-1)
		return strings.TrimSpace(head) + "…"
	}
	return title
}

func writePlain(b *strings.Builder, parent ast.Node, src []byte) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			b.Write(literal(n, src))
		case *ast.CodeSpan:
			b.WriteByte('`')
			writeRaw(b, n, src)
			b.WriteByte('`')
		case *ast.AutoLink:
			b.Write(n.Label(src))
		case *ast.RawHTML:
			writeTag(b, n, src)
		default:
			writePlain(b, n, src)
		}
	}
}

// literal resolves escapes and entities.
func literal(t *ast.Text, src []byte) []byte {
	v := util.UnescapePunctuations(t.Value(src))
	return util.ResolveEntityNames(util.ResolveNumericReferences(v))
}

func writeRaw(b *strings.Builder, span *ast.CodeSpan, src []byte) {
	for n := span.FirstChild(); n != nil; n = n.NextSibling() {
		if t, ok := n.(*ast.Text); ok {
			b.Write(t.Value(src))
		}
	}
}

// writeTag keeps what looks like a tag ("parse Map<K>"), but no comments.
func writeTag(b *strings.Builder, raw *ast.RawHTML, src []byte) {
	var tag strings.Builder
	for i := range raw.Segments.Len() {
		s := raw.Segments.At(i)
		tag.Write(s.Value(src))
	}
	if !strings.HasPrefix(tag.String(), "<!--") {
		b.WriteString(tag.String())
	}
}
