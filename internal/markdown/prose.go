package markdown

import "github.com/yuin/goldmark/ast"

// Prose is the text with spaces in the place of all that is not people's plain
// words: code, tags, comments, and blocks of HTML. Every other byte, and every
// line end, stays where it is.
func Prose(src string) string {
	d := parse(src)
	shown := blank([]byte(src))
	d.eachLeaf(d.root, func(l leaf) {
		if l.block.Kind() == ast.KindHTMLBlock {
			return
		}
		for i, c := range l.bare {
			if c != masked {
				shown[l.pos[i]+d.shift] = src[l.pos[i]+d.shift]
			}
		}
	})
	return string(shown)
}

// Shown is the text with spaces in the place of its comments and tags. Every
// other byte, and every line end, stays where it is.
func Shown(src string) string {
	d := parse(src)
	shown := []byte(src)
	hide := func(l leaf, from, to int) {
		for _, m := range htmlTokens.FindAllIndex(l.text[from:to], -1) {
			for at := from + m[0]; at < from+m[1]; at++ {
				blank(shown[l.pos[at]+d.shift:][:1])
			}
		}
	}
	d.eachLeaf(d.root, func(l leaf) {
		if l.block.Kind() == ast.KindHTMLBlock {
			hide(l, 0, len(l.text))
		}
		eachInline(l.block, func(n ast.Node) {
			if raw, ok := n.(*ast.RawHTML); ok && raw.Segments.Len() > 0 {
				from, to := l.whole(raw)
				hide(l, from, to)
			}
		})
	})
	return string(shown)
}

// blank makes spaces of all bytes but line ends.
func blank(text []byte) []byte {
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
	return text
}
