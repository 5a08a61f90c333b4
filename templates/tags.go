package templates

import (
	"regexp"
	"strings"
	"text/template/parse"

	"golang.org/x/net/html"
)

// sentinel stands where a template fills something in, or asks for it.
const sentinel = "\uE042"

// longestTag bounds how far the end of a tag is looked for, in bytes.
const longestTag = 1024

// tagStart begins what may be a tag, or a comment whose first word a field has
// a part in.
var tagStart = regexp.MustCompile(`</?[a-zA-Z]|<[!/]?` + sentinel + `|<!(?:[^\pL>]|\n[ \t>]*)*\pL*` + sentinel)

// inTags are where tags and comments begin of which a field would say what they
// are: people's words could make a mark or another tag of it. Both parts of a
// condition are looked at, one behind the other, and no tag may hold a part of
// one; so none is put together of several.
func (p *pageTemplate) inTags() (found []parse.Pos) {
	f := flat{}
	f.list(p.root)
	text := f.b.String()
	last := strings.LastIndex(text, sentinel)
	for from := 0; from <= last && len(found) < mistakesTold; {
		m := tagStart.FindStringIndex(text[from:])
		if m == nil {
			break
		}
		at := from + m[0]
		if at < last && (strings.Contains(text[at:from+m[1]], sentinel) || tagHolds(text[at:])) {
			found = append(found, f.source(at))
		}
		from = at + 1
	}
	return found
}

// tagHolds is whether the tag that a text begins with has a sentinel in it, as
// browsers find its end, which look beyond quotes. One without an end, or where
// that is too far away, has.
func tagHolds(text string) bool {
	if text[1] == '!' {
		return false // a comment
	}
	z := html.NewTokenizer(strings.NewReader(text[:min(len(text), longestTag)]))
	return z.Next() == html.ErrorToken || strings.Contains(string(z.Raw()), sentinel)
}

// flat is a template's text, all of it, with sentinels.
type flat struct {
	b     strings.Builder
	parts []part
}

// part is where in the template a part of the text comes from.
type part struct {
	at   int
	from parse.Pos
}

func (f *flat) write(from parse.Pos, text string) {
	f.parts = append(f.parts, part{f.b.Len(), from})
	f.b.WriteString(text)
}

func (f *flat) list(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		text, ok := n.(*parse.TextNode)
		if ok {
			f.write(text.Pos, string(text.Text))
			continue
		}
		f.write(n.Position(), sentinel)
		if n, ok := n.(*parse.IfNode); ok {
			f.list(n.List)
			f.write(n.Pos, sentinel)
			f.list(n.ElseList)
			f.write(n.Pos, sentinel)
		}
	}
}

// source is where in the template a position of the text comes from.
func (f *flat) source(at int) parse.Pos {
	i := len(f.parts) - 1
	for f.parts[i].at > at {
		i--
	}
	return f.parts[i].from + parse.Pos(at-f.parts[i].at)
}
