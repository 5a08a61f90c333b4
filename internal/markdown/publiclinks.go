package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// leftOut stands where an address was that has no words of its own.
const leftOut = "(a link that is not public)"

const (
	labelForm   = `\[((?:[^\[\]\\]|\\.)+)\]`
	titleForm   = `(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\))`
	addressForm = `(<[^<>\n]*>|[^\s<]\S*)`
)

var (
	definition  = regexp.MustCompile(`^ {0,3}` + labelForm + `:[ \t\r]*\n?[ \t]*` + addressForm + `(?:(?:[ \t\r]*\n[ \t]*|[ \t]+)` + titleForm + `)?[ \t\r]*(?:\n|$)`)
	destination = regexp.MustCompile(`^\(\s*` + `(<[^<>\n]*>|(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*\))*\))*)` + `(?:\s+` + titleForm + `)?\s*\)`)
	fullLabel   = regexp.MustCompile(`^\[((?:[^\[\]\\]|\\.)*)\]`)
	wikiLink    = regexp.MustCompile(`\[\[([^\[\]\n|]+)(?:\|([^\[\]\n]+))?\]\]`)
	autoLink    = regexp.MustCompile(`<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>@]+)>`)
	bareAddress = regexp.MustCompile("(?i)(?:\\b(?:https?|ftp)://|\\bwww\\.)[^\\s<>`|\\]\\x01]+")
)

// destinationMost bounds how much of a text is looked at for the end of one
// address.
const destinationMost = 4000

// leadsAway is whether the address, as it is written, is private.
func (p *plainer) leadsAway(raw []byte) bool {
	raw = bytes.TrimSuffix(bytes.TrimPrefix(raw, []byte("<")), []byte(">"))
	raw = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(raw)))
	return p.private(strings.TrimSpace(string(raw)))
}

// eachDefinition visits the definitions of links that a paragraph begins with.
func (l leaf) eachDefinition(visit func(from, to int, name string, address []byte)) {
	if l.block.Kind() == ast.KindHeading || l.block.Kind() == ast.KindHTMLBlock {
		return
	}
	for at := 0; ; {
		text := l.text[at:]
		m := definition.FindSubmatchIndex(text)
		if m == nil || text[m[2]] == '^' { // a footnote
			return
		}
		visit(at, at+len(bytes.TrimRight(text[:m[1]], "\r\n")), labelName(text[m[2]:m[3]]), text[m[4]:m[5]])
		at += m[1]
	}
}

// labelName is what labels are compared by.
func labelName(words []byte) string {
	return strings.Join(strings.Fields(strings.ToLower(string(words))), " ")
}

func (p *plainer) define(l leaf) {
	l.eachDefinition(func(_, _ int, name string, address []byte) {
		known := p.labels[name]
		known.private = known.private || p.leadsAway(address)
		p.labels[name] = known
	})
}

// refer remembers which definitions are referred to.
func (p *plainer) refer(l leaf) {
	if l.block.Kind() == ast.KindHTMLBlock {
		return
	}
	first := 0
	l.eachDefinition(func(_, to int, _ string, _ []byte) { first = to })
	l.eachBracket(first, func(b bracket) {
		if known, ok := p.labels[b.label]; ok && b.address == nil {
			known.used = true
			p.labels[b.label] = known
		}
	})
}

func (p *plainer) definitions(l leaf) {
	l.eachDefinition(func(from, to int, name string, _ []byte) {
		if known := p.labels[name]; known.private || !known.used {
			p.replace(l, from, to, "")
		}
	})
}

// bracket is a pair of brackets that may be a link.
type bracket struct {
	open, close, end int    // positions of both, and behind all of it
	address          []byte // nil for a reference
	at               int    // where the address begins
	label            string
}

// eachBracket visits the pairs of brackets from a position on.
func (l leaf) eachBracket(from int, visit func(bracket)) {
	var open []int
	for i := from; i < len(l.bare); i++ {
		switch l.bare[i] {
		case '\\':
			i++
		case '[':
			open = append(open, i)
		case ']':
			if len(open) > 0 {
				visit(l.bracket(open[len(open)-1], i))
				open = open[:len(open)-1]
			}
		}
	}
}

func (l leaf) bracket(open, shut int) bracket {
	b := bracket{open: open, close: shut, end: shut + 1, label: labelName(l.text[open+1 : min(shut, open+1000)])}
	rest := l.bare[b.end:min(len(l.bare), b.end+destinationMost)]
	if m := destination.FindSubmatchIndex(rest); m != nil {
		b.address, b.at = append([]byte{}, l.text[b.end+m[2]:b.end+m[3]]...), b.end+m[2]
		b.end += m[1]
	} else if m := fullLabel.FindSubmatchIndex(rest); m != nil {
		if m[2] < m[3] {
			b.label = labelName(l.text[b.end+m[2] : b.end+m[3]])
		}
		b.end += m[1]
	}
	return b
}

// links turns those into words that lead to a private place.
func (p *plainer) links(l leaf) {
	first := 0
	l.eachDefinition(func(_, to int, _ string, _ []byte) { first = to })
	for _, m := range wikiLink.FindAllSubmatchIndex(l.bare[first:], -1) {
		page, shown := m[2:4], m[3]
		if m[4] >= 0 {
			page, shown = m[4:6], m[3]
		}
		if p.leadsAway(l.text[first+page[0] : first+page[1]]) {
			p.replace(l, first+m[0], first+m[0]+2, "")
			p.replace(l, first+shown, first+m[1], "")
		}
	}
	l.eachBracket(first, func(b bracket) {
		if b.address != nil && p.leadsAway(b.address) || b.address == nil && p.labels[b.label].private {
			open := b.open
			if open > 0 && l.bare[open-1] == '!' {
				open--
			}
			p.replace(l, open, b.open+1, "")
			p.replace(l, b.close, b.end, "")
		}
	})
}

// destinations are the positions at which the addresses of links may begin.
func (l leaf) destinations() map[int]bool {
	found := map[int]bool{}
	if l.block.Kind() == ast.KindHTMLBlock {
		return found
	}
	first := 0
	l.eachDefinition(func(_, to int, _ string, _ []byte) { first = to })
	l.eachBracket(first, func(b bracket) {
		if b.address != nil {
			found[b.at] = true
		}
	})
	return found
}

// addresses takes out those that are links by themselves. Of one that is in a
// link's parentheses it is not known where it ends.
func (p *plainer) addresses(l leaf) {
	inLinks := l.destinations()
	for _, m := range autoLink.FindAllSubmatchIndex(l.bare, -1) {
		if p.leadsAway(l.text[m[2]:m[3]]) {
			p.replace(l, m[0], m[1], leftOut)
		}
	}
	for _, m := range bareAddress.FindAllIndex(l.bare, -1) {
		address := bytes.TrimRight(l.text[m[0]:m[1]], `?!.,:*_~'")`)
		end := m[0] + len(address)
		if !bytes.Contains(address, []byte("://")) {
			address = append([]byte("http://"), address...)
		}
		if !inLinks[m[0]] && p.leadsAway(address) {
			p.replace(l, m[0], end, leftOut)
		}
	}
}

// brackets makes words of the angle brackets that are left. One that opens
// nothing where it stands could as soon as something behind it is taken out.
func (p *plainer) brackets(l leaf) {
	links := map[int]bool{}
	for _, m := range autoLink.FindAllIndex(l.bare, -1) {
		links[m[0]] = true
	}
	for i, c := range l.bare {
		alone := i+1 < len(l.bare) && strings.IndexByte(" \t\r\n=0123456789", l.bare[i+1]) >= 0 // "a < b"
		if c == '<' && !alone && !links[i] && !escaped(l.bare, i) {
			p.replace(l, i, i+1, "&lt;")
		}
	}
}

// escaped is whether an odd number of backslashes stands before the position.
func escaped(text []byte, at int) bool {
	n := 0
	for n < at && text[at-n-1] == '\\' {
		n++
	}
	return n%2 == 1
}
