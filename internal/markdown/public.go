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

// mostEdits is how many changes one pass may make. No page of people's needs as
// many, and each may make the text longer.
const mostEdits = 20_000

// PublicText is Markdown as more people may read it: without what nobody sees.
// Comments go, and tags that do more than to set a text, with what they hold
// where that is never shown; of other tags the attributes go; of links the
// titles, the names and definitions of those that refer to one, and all of those
// without words; of pictures the words; of tables the cells that the head has no
// place for; of code what its fence says beside a language. Formulas and diagrams
// can hide words and links: they become text and code. Links and pictures that
// lead to a place for which private is true become their words. Code stays as it
// is.
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
		p := plainer{document: d, private: private, labels: map[string][]byte{}}
		p.eachLeaf(d.root, p.define)
		p.eachLeaf(d.root, p.rewrite)
		p.fences(d.root)
		if len(p.edits) == 0 {
			return src
		}
		if len(p.edits) > mostEdits {
			return ""
		}
		src = p.apply(src)
	}
	return ""
}

// plainer makes the changes of one pass.
type plainer struct {
	document
	private func(address string) bool
	// labels are the addresses that labels stand for, nil for private ones.
	labels map[string][]byte
	edits  []edit
}

// edit puts something else between two positions of the source.
type edit struct {
	start, stop int
	anew        string
}

// rewrite takes out of a block what is not for everybody.
func (p *plainer) rewrite(l leaf) {
	if l.block.Kind() == ast.KindHTMLBlock {
		p.addresses(l, nil)
		p.tags(l, 0, len(l.text))
		p.formulas(l, nil)
		return
	}
	pairs := l.brackets(p.definitions(l))
	p.addresses(l, pairs)
	done := 0
	eachInline(l.block, func(n ast.Node) {
		if raw, ok := n.(*ast.RawHTML); ok && raw.Segments.Len() > 0 {
			from, to := l.whole(raw)
			if from >= done {
				done = p.tags(l, from, to)
			}
		}
	})
	p.links(l, pairs)
	p.angles(l)
	p.formulas(l, pairs)
	p.surplus(l)
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
