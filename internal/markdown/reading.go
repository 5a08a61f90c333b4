package markdown

import (
	"bytes"
	"html"
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// Reading is a text as people read it: escapes and entities are resolved, tags
// and emphasis split no words, and characters that show nothing are gone. What
// does not stand among the words (comments, attributes, where links lead)
// follows behind its block, so that nothing is missing but markup.
//
// It is made to be searched, not to be shown: code is read as words are, since
// templates may put neutral text there.
type Reading struct {
	Text string
	from []int // where in the source each byte of the text comes from
}

// apart stands between what is not read as one. Readings hold no other control
// characters but white space.
const apart = "\n\x1e\n"

// Source is where in the source a part of the text comes from.
func (r Reading) Source(start, stop int) (from, to int) {
	if start >= stop {
		return 0, 0
	}
	from, to = r.from[start], r.from[stop-1]
	return min(from, to), max(from, to) + 1
}

// Read is a text as people read it. One that can't be parsed is taken for a
// single block. It takes time in proportion to the text.
func Read(src string) Reading {
	d := parse(src)
	leaves := d.texts(nil, d.root)
	if len(d.src) == 0 {
		leaves = []leaf{unparsed(src)}
	}
	labels := map[string]bool{}
	for _, l := range leaves {
		l.eachDefinition(func(_, _ int, name string, _ []byte) { labels[name] = true })
	}
	r := reader{}
	for _, l := range leaves {
		r.block(part{l.text, l.pos}, l.markup(labels))
	}
	for i := range r.from {
		r.from[i] += d.shift
	}
	return Reading{string(r.text), r.from}
}

// texts are all blocks that hold words, code, or HTML.
func (d document) texts(leaves []leaf, parent ast.Node) []leaf {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n.Kind() {
		case ast.KindList, ast.KindListItem, ast.KindBlockquote:
			leaves = d.texts(leaves, n)
		default:
			leaves = append(leaves, d.leaf(n))
		}
	}
	return leaves
}

func unparsed(src string) leaf {
	l := leaf{block: ast.NewHTMLBlock(ast.HTMLBlockType7), text: []byte(src), pos: make([]int, len(src))}
	for i := range l.pos {
		l.pos[i] = i
	}
	return l
}

// part is a piece of a text, and where in the source its bytes stand.
type part struct {
	text []byte
	pos  []int
}

func (p part) cut(s span) part { return part{p.text[s.from:s.to], p.pos[s.from:s.to]} }

// reader puts a reading together.
type reader struct {
	text  []byte
	from  []int
	later []part // what is read behind the block
}

func (r *reader) block(p part, markup []mark) {
	if len(p.text) == 0 {
		return
	}
	r.read(p, markup)
	r.say(apart, p.pos, len(p.pos)-1)
	for len(r.later) > 0 {
		next := r.later[0]
		r.later = r.later[1:]
		r.read(next, tagsIn(next.text))
		r.say(apart, next.pos, len(next.pos)-1)
	}
}

// read reads a part, of which the marks, in order, are no words. One within
// another counts no more.
func (r *reader) read(p part, marks []mark) {
	signs := countSigns(p.text)
	for i := 0; i < len(p.text); {
		switch {
		case len(marks) == 0 || i < marks[0].from:
			i += r.char(p, i, signs)
			continue
		case i == marks[0].from:
			m := marks[0]
			r.say(m.says, p.pos, i)
			if within := p.cut(m.within); len(within.text) > 0 {
				r.read(within, tagsIn(within.text))
			}
			if m.aside.from < m.aside.to {
				r.later = append(r.later, p.cut(m.aside))
			}
			i = m.to
		}
		marks = marks[1:]
	}
}

// say adds words that come from one place.
func (r *reader) say(words string, pos []int, at int) {
	for _, c := range []byte(words) {
		r.text, r.from = append(r.text, c), append(r.from, pos[at])
	}
}

var entity = regexp.MustCompile(`^&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z][a-zA-Z0-9]{1,31};)`)

const longestEntity = 34

// char reads what stands at a position, and tells how long that is.
func (r *reader) char(p part, i int, signs [utf8.RuneSelf]int) int {
	c, size := utf8.DecodeRune(p.text[i:])
	switch {
	case c == '\\' && i+1 < len(p.text) && util.IsPunct(p.text[i+1]):
		r.say(string(p.text[i+1]), p.pos, i)
		return 2
	case c == '\\' && i+1 < len(p.text) && (p.text[i+1] == '\n' || p.text[i+1] == '\r'):
		return 1
	case c == '&':
		if e := entity.Find(p.text[i:min(len(p.text), i+longestEntity)]); e != nil {
			r.say(seen(html.UnescapeString(string(e))), p.pos, i)
			return len(e)
		}
	case c < utf8.RuneSelf && signs[c] > 1 && (c != '_' || !inWord(p.text, i)):
		return 1
	}
	for at := i; at < i+size && !hidden(c); at++ {
		r.text, r.from = append(r.text, p.text[at]), append(r.from, p.pos[at])
	}
	return size
}

// countSigns counts the signs that may set a text off: one alone does not.
func countSigns(text []byte) (signs [utf8.RuneSelf]int) {
	for _, c := range []byte("*_~`") {
		signs[c] = bytes.Count(text, []byte{c}) - bytes.Count(text, []byte{'\\', c})
	}
	return signs
}

// inWord is whether the sign, among others of its kind, stands between letters
// or digits, where "_" sets nothing off.
func inWord(text []byte, at int) bool {
	before := bytes.TrimRight(text[max(0, at-10):at], "_")
	after := bytes.TrimLeft(text[at:min(len(text), at+10)], "_")
	last, _ := utf8.DecodeLastRune(before)
	first, _ := utf8.DecodeRune(after)
	return isWord(last) && isWord(first)
}

func isWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// seen is a text without what nobody sees.
func seen(s string) string {
	var b []byte
	for _, r := range s {
		if !hidden(r) {
			b = utf8.AppendRune(b, r)
		}
	}
	return string(b)
}

func hidden(r rune) bool {
	return unicode.IsControl(r) && !unicode.IsSpace(r) || unseen(r) || unicode.Is(unicode.Variation_Selector, r)
}
