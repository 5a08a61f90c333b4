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
	labelForm   = `\[((?:[^\[\]\\]|\\(?s:.))+)\]`
	titleForm   = `(?:"(?:[^"\\]|\\(?s:.))*"|'(?:[^'\\]|\\(?s:.))*'|\((?:[^()\\]|\\(?s:.))*\))`
	addressSign = `[^\s()\\]|\\[()\\]|\\`
	addressForm = `(<(?:[^<>\n\\]|\\.)*>|[^\s<]\S*)`
)

var (
	definition   = regexp.MustCompile(`^ {0,3}` + labelForm + `:[ \t\r]*\n?[ \t]*` + addressForm + `(?:(?:[ \t\r]*\n[ \t]*|[ \t]+)` + titleForm + `)?[ \t\r]*(?:\n|$)`)
	destination  = regexp.MustCompile(`^\(\s*(<(?:[^<>\n\\]|\\.)*>|(?:` + addressSign + `|\((?:` + addressSign + `|\((?:` + addressSign + `)*\))*\))*)(?:\s+` + titleForm + `)?\s*\)`)
	afterAddress = regexp.MustCompile(`^\s+(?:` + titleForm + `\s*)?\)`)
	fullLabel    = regexp.MustCompile(`^\[((?:[^\[\]\\]|\\.)*)\]`)
	wikiLink     = regexp.MustCompile(`\[\[([^\[\]\n|]+)(?:\|([^\[\]\n]+))?\]\]`)
	autoLink     = regexp.MustCompile(`<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>@]+)>`)
	bareAddress  = regexp.MustCompile("(?i)(?:(?:https?|ftp|ssh|git(?:\\+[a-z]+)?)://|www\\.|[a-z0-9._-]+@[a-z0-9.-]+:[a-z0-9._~-]*/)[^\\s<>`|\\]\\x01]+")
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
		if m == nil { // a wiki has no footnotes: [^1]: is one as well
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

// define remembers where the text's labels lead: to the first definition that
// there is, and nowhere if one of them may not be told of.
func (p *plainer) define(l leaf) {
	l.eachDefinition(func(_, _ int, name string, address []byte) {
		if first, again := p.labels[name]; again {
			address = first
		}
		if address = inlineAddress(address); address != nil && p.leadsAway(address) {
			address = nil
		}
		p.labels[name] = address
	})
}

// inlineAddress is the address of a definition as a link takes it, nil for what
// could end that.
func inlineAddress(address []byte) []byte {
	switch {
	case bytes.HasPrefix(address, []byte("<")) || !bytes.ContainsAny(address, "()<>"):
		return address
	case bytes.ContainsAny(address, "<>"):
		return nil
	}
	return []byte("<" + string(address) + ">")
}

// definitions takes out all: what refers to them is given its address, and
// their names and titles are read by nobody. What looks like one, and may be one
// for others, becomes words.
func (p *plainer) definitions(l leaf) (end int) {
	l.eachDefinition(func(from, to int, _ string, _ []byte) {
		p.replace(l, from, to, "")
		end = to
	})
	rest := bytes.TrimLeft(l.text[end:], " \t\r\n")
	for i := 1; i < len(rest) && rest[0] == '['; i++ {
		switch rest[i] {
		case '\\':
			i++
		case '[':
			return end
		case ']':
			if at := len(l.text) - len(rest); i+1 < len(rest) && rest[i+1] == ':' {
				p.replace(l, at, at+1, `\[`)
			}
			return end
		}
	}
	return end
}

// bracket is a pair of brackets that may be a link.
type bracket struct {
	open, close, end int    // positions of both, and behind all of it
	address          []byte // nil for a reference
	at               int    // where the address begins
	label            string // "" for none
}

// brackets are the pairs from a position on.
func (l leaf) brackets(from int) (found []bracket) {
	var open []int
	last, gap := -1, -1 // the bracket before, and the last white space looked at
	for i := from; i < len(l.bare); i++ {
		switch l.bare[i] {
		case '\\':
			i++
		case '[':
			open = append(open, i)
			last = i
		case ']':
			if len(open) > 0 {
				at := open[len(open)-1]
				b := l.bracket(at, i, last == at)
				if i+1 > gap && bytes.HasPrefix(l.bare[b.end:], []byte("(")) && b.address == nil {
					gap = l.unbalanced(&b)
				}
				if b.address != nil {
					l.reveal(b.close, b.end)
				}
				found = append(found, b)
				open = open[:len(open)-1]
			}
			last = i
		}
	}
	return found
}

// reveal takes what begins in where a link leads for neither code nor a tag: an
// address goes before. So what stands behind it in them may be a link again.
func (l leaf) reveal(from, to int) {
	hidden := false
	for i := from; i < len(l.bare) && (i < to || hidden && l.bare[i] == masked); i++ {
		hidden = l.bare[i] == masked
		l.bare[i] = l.text[i]
	}
}

// bracket is the pair between two positions. What has brackets within is no
// label: so all labels together are no longer than the text.
func (l leaf) bracket(open, shut int, plain bool) bracket {
	b := bracket{open: open, close: shut, end: shut + 1}
	if plain {
		b.label = labelName(l.text[open+1 : shut])
	}
	if b.end == len(l.bare) || l.bare[b.end] == masked {
		return b
	}
	rest := l.text[b.end:] // at which the expressions look no further than a few brackets
	switch {
	case bytes.HasPrefix(rest, []byte("(")):
		if m := destination.FindSubmatchIndex(rest); m != nil {
			b.at = b.end + m[2]
			b.address = append([]byte{}, l.text[b.at:b.end+m[3]]...)
			b.end += m[1]
		}
	case bytes.HasPrefix(rest, []byte("[")):
		if m := fullLabel.FindSubmatchIndex(rest); m != nil {
			if m[2] < m[3] {
				b.label = labelName(l.text[b.end+m[2] : b.end+m[3]])
			}
			b.end += m[1]
		}
	}
	return b
}

// unbalanced takes up to white space for the pair's address what no brackets
// close that it opens, as some parsers do for the first pair before that. It
// tells where the white space is.
func (l leaf) unbalanced(b *bracket) (gap int) {
	start := b.end + 1
	for start < len(l.bare) && strings.IndexByte(" \t\r\n", l.text[start]) >= 0 {
		start++
	}
	gap = bytes.IndexAny(l.text[start:], " \t\r\n")
	if gap < 0 {
		return len(l.bare)
	}
	gap += start
	if m := afterAddress.FindIndex(l.text[gap:]); m != nil && gap > start {
		b.at, b.address, b.end = start, l.text[start:gap], gap+m[1]
	}
	return gap
}

// links turns those into words that lead to a private place, and leaves of the
// others what people see: words that are some, and pictures.
func (p *plainer) links(l leaf, pairs []bracket) {
	if len(pairs) == 0 {
		return
	}
	seen := l.seen()
	for _, m := range wikiLink.FindAllSubmatchIndex(l.bare, -1) {
		page, shown := m[2:4], m[3]
		if m[4] >= 0 {
			page = m[4:6]
		}
		if address := l.text[page[0]:page[1]]; bytes.ContainsAny(address, "| \t") || p.leadsAway(address) {
			p.replace(l, m[0], m[0]+2, "")
			p.replace(l, shown, m[1], "")
		} else if seen[m[2]] == seen[m[3]] {
			p.replace(l, m[0], m[1], "")
		}
	}
	for _, b := range pairs {
		address, known := b.address, b.address != nil
		if !known {
			address, known = p.labels[b.label]
		}
		if known {
			p.link(l, b, address, seen[b.close] > seen[b.open+1])
		}
	}
}

// link brings one link, which may have words that people see, into its plain
// form. Nobody sees the words of a picture, but where it is not shown.
func (p *plainer) link(l leaf, b bracket, address []byte, words bool) {
	picture := b.open > 0 && l.bare[b.open-1] == '!' && !escaped(l.bare, b.open-1)
	start := b.open
	if picture {
		start--
	}
	switch {
	case address == nil || p.leadsAway(address):
		p.replace(l, start, b.open+1, "")
		p.replace(l, b.close, b.end, "")
		return
	case picture:
		p.replace(l, b.open+1, b.close, "")
	case !words:
		p.replace(l, start, b.end, "")
	}
	p.replace(l, b.close, b.end, "]("+string(address)+")")
}

// addresses takes out those that are links by themselves. Of one that is in a
// link's parentheses it is not known where it ends.
func (p *plainer) addresses(l leaf, pairs []bracket) {
	inLinks := map[int]bool{}
	for _, b := range pairs {
		inLinks[b.at] = b.address != nil
	}
	for _, m := range autoLink.FindAllSubmatchIndex(l.bare, -1) {
		if p.leadsAway(l.text[m[2]:m[3]]) {
			p.replace(l, m[0], m[1], leftOut)
		}
	}
	for _, m := range bareAddress.FindAllIndex(l.bare, -1) {
		address := bytes.TrimRight(l.text[m[0]:m[1]], `?!.,:*_~'")`)
		end := m[0] + len(address)
		if bytes.EqualFold(address[:min(len(address), len("www."))], []byte("www.")) {
			address = append([]byte("http://"), address...)
		}
		if !inLinks[m[0]] && p.leadsAway(address) {
			p.replace(l, m[0], end, leftOut)
		}
	}
}

// angles makes words of the angle brackets that are left. One that opens
// nothing where it stands could as soon as something behind it is taken out.
func (p *plainer) angles(l leaf) {
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
