package markup

import (
	"bytes"
	"iter"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Limit is how long a description or comment may be that Jira takes, unless its
// administrator has set another (jira.text.field.character.limit): in the
// characters of Java, of which an emoji can take two.
const Limit = 32_767

// cutShort ends a text that was too long.
const cutShort = "_… This was cut short: Jira takes no more._\n"

// read is how much of a text is looked at, in bytes: more would not fit, and to
// parse Markdown can take time that grows with the square of its length.
const read = Limit

// cells is how many cells a table may have, with those that are missing from its
// rows: goldmark pads each row to the width of the head.
const cells = 20_000

// parsers are never changed once they are built.
var (
	withTables = newParser( //nolint:gochecknoglobals // immutable, costly to build
		parser.WithParagraphTransformers(util.Prioritized(extension.NewTableParagraphTransformer(), 200)),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
	)
	withoutTables = newParser() //nolint:gochecknoglobals // as above
)

// newParser knows GitHub's Markdown, and tables only by what else is given.
func newParser(tables ...parser.Option) parser.Parser {
	return parser.NewParser(append(tables,
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		parser.WithInlineParsers(
			util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
			util.Prioritized(extension.NewStrikethroughParser(), 500),
			util.Prioritized(extension.NewLinkifyParser(), 999),
		),
	)...)
}

// FromMarkdown is GitHub's Markdown as Jira's wiki markup. What does not fit into
// a field of Jira's is cut off at a paragraph, with a line that says so.
func FromMarkdown(md string) string {
	md = strings.ToValidUTF8(md, "\uFFFD")
	long := len(md) > read
	md = upTo(md, read)
	for {
		out, whole := convert(md)
		if whole && !long {
			return out
		}
		if out != "" || md == "" {
			return strings.TrimPrefix(out+"\n"+cutShort, "\n")
		}
		md, long = upTo(md, len(md)/2), true // its first paragraph alone is too long
	}
}

// upTo is the beginning of a text, at most so many bytes of it.
func upTo(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// convert is the markup of as many blocks as fit, and whether that is all.
func convert(md string) (out string, whole bool) {
	var b strings.Builder
	room := Limit - length("\n"+cutShort)
	for block := range blocks(unixLines(md)) {
		if b.Len() > 0 {
			block = "\n" + block
		}
		if room -= length(block); room < 0 {
			return b.String(), false
		}
		b.WriteString(block)
	}
	return b.String(), true
}

// blocks are the markup of a text's blocks that show anything.
func blocks(src []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		if absurd(src) {
			for paragraph := range bytes.SplitSeq(src, []byte("\n\n")) {
				words := marked("", write([]piece{{kind: words, text: string(paragraph)}}, place{}))
				if words != "" && !yield(words) {
					return
				}
			}
			return
		}
		p := withTables
		if wide(src) {
			p = withoutTables
		}
		c := converter{src: src}
		for n := p.Parse(text.NewReader(src)).FirstChild(); n != nil; n = n.NextSibling() {
			if block := c.block(n); block != "" && !yield(block) {
				return
			}
		}
	}
}

// unixLines are a text's bytes with the line ends that goldmark knows.
func unixLines(s string) []byte {
	return []byte(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s))
}

// length is how many of Java's characters a text has.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// The most that a person writes: of marks of lists and quotes at the start of a
// line, and of any sign of markup in all.
const (
	marksMost = 100
	signsMost = 2000
)

// absurd is whether to parse a text could take long, since that grows with the
// square of such marks. It is shown as it is.
func absurd(src []byte) bool {
	for _, sign := range "[]*_~`<!&\\@" {
		if bytes.Count(src, []byte(string(sign))) > signsMost {
			return true
		}
	}
	for line := range bytes.SplitSeq(src, []byte("\n")) {
		if containers(line) > marksMost {
			return true
		}
	}
	return false
}

// listMark begins an item.
var listMark = regexp.MustCompile(`^(?:[-*+]|[0-9]{1,9}[.)])$`)

// containers is how many quotes and items a line begins with.
func containers(line []byte) (n int) {
	for word := range bytes.FieldsSeq(line) {
		rest := bytes.TrimLeft(word, ">")
		n += len(word) - len(rest)
		switch {
		case listMark.Match(rest):
			n++
		case len(rest) > 0:
			return n
		}
	}
	return n
}

// wide is whether a table in the text could have more cells than is reasonable.
func wide(src []byte) bool {
	lines, most, pipes := 1, 0, 0
	for _, c := range src {
		switch c {
		case '\n':
			lines++
			pipes = 0
		case '|':
			pipes++
			most = max(most, pipes)
		}
	}
	return lines*(most+1) > cells
}

// converter turns blocks of the source into markup.
type converter struct {
	src    []byte
	quoted bool // within a quote
}
