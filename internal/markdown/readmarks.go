package markdown

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// mark is a part of a text that is markup.
type mark struct {
	span
	says string // what is read in its place
	// within is the part of it that is read in its place, aside the one that is
	// read behind the block. Both may be empty.
	within, aside span
}

type span struct{ from, to int }

// markup are a block's marks, in order. Labels are those of the links that the
// text defines. In code and HTML, they are found as browsers find them.
func (l leaf) markup(labels map[string]bool) []mark {
	switch l.block.Kind() {
	case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading:
	default:
		return tagsIn(l.text)
	}
	marks := l.linkMarks(labels)
	eachInline(l.block, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.RawHTML:
			if n.Segments.Len() > 0 {
				from, to := l.whole(n)
				marks = append(marks, tagMark(l.text, from, to))
			}
		case *ast.CodeSpan:
			for t := n.FirstChild(); t != nil; t = t.NextSibling() {
				if t, ok := t.(*ast.Text); ok {
					from, to := l.span(t.Segment)
					marks = append(marks, mark{span: span{from, to}, within: span{from, to}})
				}
			}
		}
	})
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(a.from, b.from) })
	return marks
}

// separating are the tags that what stands before and behind them is not read
// as one word for.
const separating = " address article aside audio blockquote caption center col colgroup dd details div dl dt embed fieldset figcaption figure footer form " +
	"h1 h2 h3 h4 h5 h6 header hr iframe img input legend li main menu nav object ol optgroup option p picture pre section select summary svg " +
	"table tbody td textarea tfoot th thead title tr ul video "

// tagMark is the tag or comment between two positions.
func tagMark(text []byte, from, to int) mark {
	m := mark{span: span{from, to}}
	if words, ok := bytes.CutPrefix(text[from:to], []byte("<!--")); ok {
		m.aside = span{to - len(words), to - len(words) + len(bytes.TrimSuffix(words, []byte("-->")))}
		return m
	}
	name := from + 1
	for name < to-1 && (isASCIILetter(text[name]) || text[name] == '/' || text[name] == '-' || '0' <= text[name] && text[name] <= '9') {
		name++
	}
	switch tag := strings.ToLower(strings.Trim(string(text[from:name]), "</")); {
	case tag == "br":
		m.says = "\n"
	case oneOf(separating, tag):
		m.says = apart
	}
	if strings.IndexByte(" \t\r\n/>", text[name]) < 0 { // such as <ann@e.org>
		name = from + 1
	}
	m.aside = span{name, to - len(">")}
	return m
}

func isASCIILetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// longestTag bounds how far the end of a tag is looked for, in bytes.
const longestTag = 1000

// tagsIn are the tags and comments of a text as browsers find them. What has
// no end is words.
func tagsIn(text []byte) (marks []mark) {
	lastEnd, lastComment := bytes.LastIndexByte(text, '>'), bytes.LastIndex(text, []byte("-->"))
	for i := 0; i < lastEnd; {
		next := bytes.IndexByte(text[i:], '<')
		if next < 0 {
			break
		}
		i += next
		stop := 0
		if bytes.HasPrefix(text[i:], []byte("<!--")) {
			if i+len("<!--") <= lastComment {
				stop = i + len("<!--") + bytes.Index(text[i+len("<!--"):], []byte("-->")) + len("-->")
			}
		} else if i < lastEnd {
			stop = tagEnd(text, i)
		}
		if stop == 0 {
			i++
			continue
		}
		marks = append(marks, tagMark(text, i, stop))
		i = stop
	}
	return marks
}

// tagEnd is behind the tag that begins at a position, or 0. Quotes count behind
// "=" alone.
func tagEnd(text []byte, from int) int {
	i := from + 1
	if i < len(text) && text[i] == '/' {
		i++
	}
	if i == len(text) || !isASCIILetter(text[i]) {
		return 0
	}
	last, quote := byte(0), byte(0) // what stands before, and in which quotes we are
	for ; i < min(len(text), from+longestTag); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return i + 1
		case last == '=' && (c == '"' || c == '\''):
			quote = c
		}
		if strings.IndexByte(" \t\r\n", text[i]) < 0 {
			last = text[i]
		}
	}
	return 0
}

// linkMarks are the brackets of links, with where they lead.
func (l leaf) linkMarks(labels map[string]bool) (marks []mark) {
	var open []int
	bracket := -1 // the last one
	for i := 0; i < len(l.bare); i++ {
		switch l.bare[i] {
		case '\\':
			i++
			continue
		case '[':
			open = append(open, i)
		case ']':
			if len(open) == 0 {
				break
			}
			from := open[len(open)-1]
			open = open[:len(open)-1]
			if closing, ok := l.linkEnd(from, i, bracket > from, labels); ok {
				opening := mark{span: span{from, from + 1}}
				if from > 0 && l.bare[from-1] == '!' {
					opening.from--
				}
				marks = append(marks, opening, closing)
			}
		default:
			continue
		}
		bracket = i
	}
	return marks
}

// linkEnd is what follows on the words of a link between two brackets; false if
// they are none. What has brackets within is no label.
func (l leaf) linkEnd(open, shut int, nested bool, labels map[string]bool) (mark, bool) {
	end := shut + 1
	rest := l.bare[end:min(len(l.bare), end+destinationMost)]
	if m := destination.FindSubmatchIndex(rest); m != nil {
		address := end + m[2]
		if m[2] < m[3] && l.text[address] == '<' {
			address++
		}
		return mark{span: span{shut, end + m[1]}, aside: span{address, end + m[1] - len(")")}}, true
	}
	if len(labels) == 0 {
		return mark{}, false
	}
	if m := fullLabel.FindSubmatchIndex(rest); m != nil && m[2] < m[3] {
		return mark{span: span{shut, end + m[1]}}, labels[labelName(l.text[end+m[2]:end+m[3]])]
	} else if m != nil {
		end += m[1]
	}
	return mark{span: span{shut, end}}, !nested && shut-open <= 1000 && labels[labelName(l.text[open+1:shut])]
}
