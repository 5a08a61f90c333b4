package markdown

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Line is one item of a checklist.
type Line struct {
	// Text is the Markdown of the item's first paragraph in one line, as
	// people wrote it, without the box and hidden comments: not neutral.
	Text   string
	Ticked bool
	// Line is the item's line in the source, from 1.
	Line int
	// Offset is where in the source the one byte stands that ticks the box.
	Offset int
}

var (
	// A box counts where GitHub shows one: one space or x in it, white space
	// and some text after it. goldmark alone would take "[ ]x" as well.
	box = regexp.MustCompile(`^\[([ xX])\][ \t]+[^ \t\r\n]`)

	emojiName = regexp.MustCompile(`:[a-z0-9_+-]+:`)
)

// Checklist is the task list items that stand under a heading "Follow-ups",
// "Action items" or "Follow-up actions", down to the next heading of the same
// or a higher level. Nested items count; what is in code, quotes and comments
// does not.
func Checklist(src string) []Line {
	var lines []Line
	for _, l := range parse(src).checklist(namesFollowUps) {
		lines = append(lines, l.Line)
	}
	return lines
}

// markedLine is a line with the hidden comments that stand in it.
type markedLine struct {
	Line
	hidden [][]byte
}

// checklist is the items under a heading whose words are chosen; of several,
// each must stand under the one before.
func (d document) checklist(under ...func(words string) bool) []markedLine {
	var lines []markedLine
	levels := make([]int, len(under)) // of the headings that we are under, or 0
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			d.section(levels, n, under)
		case *ast.List:
			if levels[len(levels)-1] > 0 {
				lines = d.items(lines, n)
			}
		}
	}
	return lines
}

// section enters and leaves sections at a heading. One within another ends
// with it.
func (d document) section(levels []int, h *ast.Heading, under []func(words string) bool) {
	within := true
	for i, named := range under {
		if !within || h.Level <= levels[i] {
			levels[i] = 0
		}
		if within && levels[i] == 0 && named(d.words(h)) {
			levels[i] = h.Level
			within = false // what is under it is not named by it
			clear(levels[i+1:])
			continue
		}
		within = within && levels[i] > 0
	}
}

// words are a heading's words in lower case.
func (d document) words(h *ast.Heading) string {
	title := emojiName.ReplaceAllString(strings.ToLower(d.plain(h)), " ")
	return strings.Join(strings.FieldsFunc(title, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	}), " ")
}

func namesFollowUps(words string) bool {
	switch words {
	case "follow ups", "followups", "action items", "follow up actions", "followup actions":
		return true
	}
	return false
}

// plain is the words of a heading, without its markup. One that is too long to
// be parsed as Markdown has none.
func (d document) plain(h *ast.Heading) string {
	var joined []byte
	for i := range h.Lines().Len() {
		line := h.Lines().At(i)
		joined = append(append(joined, bytes.TrimRight(line.Value(d.src), "\r\n")...), ' ')
	}
	if len(joined) > richLimit {
		return ""
	}
	var b strings.Builder
	eachInline(parseWith(inline, joined), func(n ast.Node) {
		if t, ok := n.(*ast.Text); ok {
			b.Write(t.Value(joined))
		}
	})
	return b.String()
}

// items adds the list's items and those nested in it, in reading order.
func (d document) items(lines []markedLine, list ast.Node) []markedLine {
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		if l, ok := d.item(item.FirstChild()); ok {
			lines = append(lines, l)
		}
		for n := item.FirstChild(); n != nil; n = n.NextSibling() {
			if n.Kind() == ast.KindList {
				lines = d.items(lines, n)
			}
		}
	}
	return lines
}

// item reads the first block of a list item.
func (d document) item(block ast.Node) (markedLine, bool) {
	switch block.(type) {
	case *ast.Paragraph, *ast.TextBlock:
	default:
		return markedLine{}, false
	}
	start := block.Lines().At(0).Start
	m := box.FindSubmatchIndex(d.src[start:])
	if m == nil {
		return markedLine{}, false
	}
	hidden := d.comments(block)
	words := d.oneLine(block, start+len("[ ]"), hidden)
	if words == "" {
		return markedLine{}, false
	}
	at := start + m[2]
	l := markedLine{Line: Line{Text: words, Ticked: d.src[at] != ' ', Line: d.line(at), Offset: at + d.shift}}
	for _, h := range hidden {
		l.hidden = append(l.hidden, h.Value(d.src))
	}
	return l, true
}

// oneLine is a paragraph's Markdown from a position on, without what is
// hidden, its lines joined by single spaces.
func (d document) oneLine(block ast.Node, from int, hidden []text.Segment) string {
	segments := block.Lines()
	var parts []string
	for i := range segments.Len() {
		s := segments.At(i)
		part := strings.TrimSpace(d.visible(max(s.Start, from), s.Stop, hidden))
		if i > 0 && d.beginsLine(s.Start) && command.MatchString(part) {
			break // it is none of the item's words
		}
		if i+1 < segments.Len() {
			part = strings.TrimSuffix(part, `\`) // a hard line break
		}
		parts = append(parts, strings.Fields(part)...)
	}
	return strings.Join(parts, " ")
}

// Account is what people wrote before the follow-ups: the text up to their
// heading.
func Account(src string) string {
	d := parse(src)
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || !namesFollowUps(d.words(h)) || h.Lines().Len() == 0 {
			continue
		}
		start := h.Lines().At(0).Start
		line := strings.LastIndexByte(string(d.src[:start]), '\n') + 1
		return strings.TrimSpace(src[:line+d.shift])
	}
	return strings.TrimSpace(src)
}
