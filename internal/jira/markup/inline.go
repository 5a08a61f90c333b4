package markup

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extensionast "github.com/yuin/goldmark/extension/ast"
)

// kind is what a piece of a line is.
type kind int

// The kinds of pieces.
const (
	words   kind = iota // literal, not yet escaped
	code                // literal, too
	link                // to address; its text is literal
	opening             // of emphasis by a mark
	closing             // of it
	lineBreak
)

// piece is a part of a line.
type piece struct {
	kind    kind
	text    string
	address string
	mark    byte // '*', '_' or '-'
}

// place is where a line stands.
type place struct {
	cell bool // in a table
}

// inlines are the pieces of a block, or of markup within it that is emphasised by
// the marks.
func (c converter) inlines(parent ast.Node, marks string) (all []piece) {
	if block, ok := parent.(*ast.HTMLBlock); ok {
		return []piece{{kind: words, text: textOf(c.html(block))}}
	}
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		all = append(all, c.inline(n, marks)...)
	}
	return all
}

func (c converter) inline(n ast.Node, marks string) []piece {
	switch n := n.(type) {
	case *ast.Text:
		return textPieces(n, c.src)
	case *ast.String:
		return []piece{{kind: words, text: string(n.Value)}}
	case *ast.CodeSpan:
		return []piece{{kind: code, text: c.codeSpan(n)}}
	case *ast.Emphasis:
		return c.emphasis(n, "_*"[n.Level-1], marks)
	case *extensionast.Strikethrough:
		return c.emphasis(n, '-', marks)
	case *extensionast.TaskCheckBox:
		return []piece{{kind: words, text: box(n.IsChecked)}}
	case *ast.Link:
		return linkPieces(c.plain(n), literal(n.Destination))
	case *ast.Image:
		return linkPieces(c.plain(n), literal(n.Destination))
	case *ast.AutoLink:
		return linkPieces(string(n.Label(c.src)), string(n.URL(c.src)))
	case *ast.RawHTML:
		return tagPieces(string(n.Segments.Value(c.src)))
	}
	return c.inlines(n, marks)
}

// box is a task's box: Jira's markup has none.
func box(checked bool) string {
	if checked {
		return "☑ "
	}
	return "☐ "
}

func textPieces(n *ast.Text, src []byte) []piece {
	pieces := []piece{{kind: words, text: literal(n.Value(src))}}
	switch {
	case n.HardLineBreak():
		pieces = append(pieces, piece{kind: lineBreak})
	case n.SoftLineBreak():
		pieces[0].text += " "
	}
	return pieces
}

// reference is what stands for another character in Markdown.
var reference = regexp.MustCompile("\\\\[!-/:-@\\[-`{-~]|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]*);")

// literal resolves escapes and character references.
func literal(src []byte) string {
	return reference.ReplaceAllStringFunc(string(src), func(s string) string {
		if s[0] == '\\' {
			return s[1:]
		}
		return html.UnescapeString(s)
	})
}

func (c converter) codeSpan(n ast.Node) string {
	var b strings.Builder
	for t := n.FirstChild(); t != nil; t = t.NextSibling() {
		if t, ok := t.(*ast.Text); ok {
			b.Write(t.Value(c.src))
		}
	}
	return b.String()
}

// linkPieces is a link, or its words alone where it would lead anywhere but to the
// web.
func linkPieces(text, to string) []piece {
	text = spaced(seen(text))
	address := webAddress(to)
	switch {
	case address == "":
		return []piece{{kind: words, text: text}}
	case text == "" || text == to:
		return []piece{{kind: link, address: address}}
	}
	return []piece{{kind: link, text: text, address: address}}
}

// plain are the words of markup: there is none in a link, in which Cloud knows no
// brackets at all.
func (c converter) plain(n ast.Node) string {
	var b strings.Builder
	for _, p := range c.inlines(n, "") {
		switch p.kind {
		case words, code:
			b.WriteString(p.text)
		case link:
			b.WriteString(p.text)
		case lineBreak:
			b.WriteByte(' ')
		case opening, closing:
		}
	}
	return b.String()
}

// emphasis marks pieces, line by line: a mark does not reach beyond a break, nor
// does it begin or end at a space.
func (c converter) emphasis(n ast.Node, mark byte, marks string) []piece {
	if strings.IndexByte(marks, mark) >= 0 {
		return c.inlines(n, marks)
	}
	var all, line []piece
	for _, p := range append(merged(c.inlines(n, marks+string(mark))), piece{kind: lineBreak}) {
		if p.kind == lineBreak {
			all = append(append(all, emphasised(line, mark)...), p)
			line = nil
			continue
		}
		line = append(line, p)
	}
	return all[:len(all)-1]
}

func emphasised(line []piece, mark byte) []piece {
	if len(line) == 0 {
		return nil
	}
	before, after := piece{kind: words}, piece{kind: words}
	first, last := &line[0], &line[len(line)-1]
	if first.kind == words && strings.HasPrefix(first.text, " ") {
		before.text, first.text = " ", strings.TrimLeft(first.text, " ")
	}
	if last.kind == words && strings.HasSuffix(last.text, " ") {
		after.text, last.text = " ", strings.TrimRight(last.text, " ")
	}
	if len(line) == 1 && first.kind == words && first.text == "" {
		return []piece{before, after}
	}
	line = append([]piece{before, {kind: opening, mark: mark}}, line...)
	return append(line, piece{kind: closing, mark: mark}, after)
}

// merged are the pieces without those that show nothing, and with words in one
// that stand beside each other.
func merged(pieces []piece) (all []piece) {
	var run strings.Builder
	flush := func() {
		if text := spaced(seen(run.String())); text != "" {
			all = append(all, piece{kind: words, text: text})
		}
		run.Reset()
	}
	for _, p := range pieces {
		switch p.kind {
		case words:
			run.WriteString(p.text)
			continue
		case code:
			if p.text = strings.TrimSpace(spaced(seen(p.text))); p.text == "" {
				continue
			}
		case link, opening, closing, lineBreak:
		}
		flush()
		all = append(all, p)
	}
	flush()
	return all
}

// write is a line of the pieces.
func write(pieces []piece, at place) string {
	w := writer{place: at}
	pieces = trimmed(merged(pieces))
	for i, p := range pieces {
		switch p.kind {
		case words:
			w.escape(p.text, form{})
			if i+1 < len(pieces) && strings.ContainsAny(p.text[len(p.text)-1:], ":;") {
				w.b.WriteString(divider) // the eyes of a face whose nose is a mark
			}
		case code:
			w.code(p.text, braced(w.last(), firstOf(pieces[i+1:])))
		case link:
			w.link(p)
		case opening:
			w.open(p.mark, braced(w.last(), firstOf(behind(pieces[i+1:], p.mark))))
		case closing:
			w.close(p.mark)
		case lineBreak:
			w.b.WriteString(` \\ `)
		}
	}
	return strings.TrimSpace(w.b.String())
}

// trimmed are the pieces without breaks and spaces at their ends, and without
// spaces around breaks.
func trimmed(pieces []piece) []piece {
	for len(pieces) > 0 && blank(pieces[0]) {
		pieces = pieces[1:]
	}
	for len(pieces) > 0 && blank(pieces[len(pieces)-1]) {
		pieces = pieces[:len(pieces)-1]
	}
	if len(pieces) > 0 && pieces[0].kind == words {
		pieces[0].text = strings.TrimLeft(pieces[0].text, " ")
	}
	if last := len(pieces) - 1; last >= 0 && pieces[last].kind == words {
		pieces[last].text = strings.TrimRight(pieces[last].text, " ")
	}
	return pieces
}

func blank(p piece) bool {
	return p.kind == lineBreak || p.kind == words && strings.TrimSpace(p.text) == ""
}

// behind are the pieces behind the end of the emphasis that has just begun.
func behind(pieces []piece, mark byte) []piece {
	for i, p := range pieces {
		if p.kind == closing && p.mark == mark {
			return pieces[i+1:]
		}
	}
	return nil
}

// firstOf is the first character of the pieces if it is a word's, else 0.
func firstOf(pieces []piece) rune {
	if len(pieces) == 0 || pieces[0].kind != words {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(pieces[0].text)
	return r
}
