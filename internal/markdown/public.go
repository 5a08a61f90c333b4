package markdown

import (
	"cmp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// passes is how often a text is gone over at most, until nothing is left to
// change: what stood around a tag may be one when the tag is gone.
const passes = 5

// PublicText is Markdown as more people may read it. Comments go, and tags
// that do more than to set a text, with what they hold where that is never
// shown; of other tags the attributes go; and so do definitions of links that
// nothing refers to, which are comments as well. Links and images that lead to
// a place for which private is true become their words. Code stays as it is.
//
// Private gets an address with its escapes resolved, which may be relative to
// the page, and the names of pages in [[double brackets]]. A text that can't be
// parsed, or has no end of what to take out, becomes "".
func PublicText(src string, private func(address string) bool) string {
	for range passes {
		d := parse(src)
		if len(d.src) == 0 {
			return ""
		}
		p := plainer{document: d, private: private, labels: map[string]label{}}
		p.eachLeaf(d.root, p.define)
		p.eachLeaf(d.root, p.refer)
		p.eachLeaf(d.root, p.rewrite)
		if len(p.edits) == 0 {
			return src
		}
		src = p.apply(src)
	}
	return ""
}

// plainer makes the changes of one pass.
type plainer struct {
	document
	private func(address string) bool
	labels  map[string]label
	edits   []edit
}

// label is what is known of one of the text's definitions of links.
type label struct{ private, used bool }

// edit puts something else between two positions of the source.
type edit struct {
	start, stop int
	anew        string
}

// rewrite takes out of a block what is not for everybody.
func (p *plainer) rewrite(l leaf) {
	p.addresses(l)
	if l.block.Kind() == ast.KindHTMLBlock {
		p.tags(l, 0, len(l.text))
		return
	}
	done := 0
	eachInline(l.block, func(n ast.Node) {
		if raw, ok := n.(*ast.RawHTML); ok && raw.Segments.Len() > 0 {
			from, to := l.whole(raw)
			if from >= done {
				done = p.tags(l, from, to)
			}
		}
	})
	p.definitions(l)
	p.links(l)
	p.brackets(l)
}

// replace puts something else in the place of a part of the block's text.
func (p *plainer) replace(l leaf, from, to int, anew string) {
	if from < to && string(l.text[from:to]) != anew {
		p.edits = append(p.edits, edit{l.pos[from], l.pos[to-1] + 1, anew})
	}
}

// apply makes the edits. One within another is none.
func (p *plainer) apply(src string) string {
	slices.SortFunc(p.edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.stop, a.stop))
	})
	var b strings.Builder
	at := 0
	for _, e := range p.edits {
		start, stop := e.start+p.shift, e.stop+p.shift
		if start < at {
			continue
		}
		b.WriteString(src[at:start] + e.anew)
		at = stop
	}
	return b.String() + src[at:]
}
