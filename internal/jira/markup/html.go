package markup

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// html is the source of a block of HTML.
func (c converter) html(n *ast.HTMLBlock) string {
	src := c.linesOf(n)
	if n.HasClosure() {
		src += string(n.ClosureLine.Value(c.src))
	}
	return src
}

// textOf is what a piece of HTML says: tags and comments are dropped, and so is
// what only a browser reads.
func textOf(src string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(src))
	unread := false
	for {
		switch z.Next() {
		case html.ErrorToken: // the end: reading a string does not fail
			return b.String()
		case html.TextToken:
			if !unread {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			t := z.Token()
			unread = t.Type == html.StartTagToken && (t.DataAtom == atom.Script || t.DataAtom == atom.Style)
			b.WriteByte(' ')
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// tagPieces is a tag within a line: a break, nothing, or, if it is no tag that
// HTML knows, as in "parse Map<K>", what was written.
func tagPieces(src string) []piece {
	if !strings.HasPrefix(src, "<!") && !strings.HasPrefix(src, "<?") {
		name := strings.ToLower(strings.FieldsFunc(src, func(r rune) bool { return strings.ContainsRune("</> \t\n", r) })[0])
		switch {
		case name == "br":
			return []piece{{kind: lineBreak}}
		case atom.Lookup([]byte(name)) == 0:
			return []piece{{kind: words, text: src}}
		}
	}
	return nil
}
