package check

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
)

// noCustomers is said where not all could be looked through.
const noCustomers = "The page could not be looked through for customers' names in full: make it shorter, or look through the rest yourself."

// customers are their names as whole words, in any case, on one line or more.
//
// The time it takes grows with the length of the page and with that of the
// list, not with their product: the page is gone over once for all names.
func customers(p *page) []hit {
	if len(p.customers) == 0 {
		return nil
	}
	return inBothViews(inTime(noCustomers, newNames(p.customers).find))(p)
}

// word is a run of letters and digits.
type word struct {
	start, stop int
	folded      string // in lower case
}

// words are those of a text.
func words(text string) []word {
	var all []word
	start := -1
	for i, r := range text + " " {
		inside := unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
		switch {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			all = append(all, word{start, i, strings.ToLower(text[start:i])})
			start = -1
		}
	}
	return all
}

// names is a list as Aho and Corasick search for one: a tree of all of them, in
// which each node knows where to go on if the next symbol leads no further.
// Symbols are words, and what stands between them.
type names struct {
	symbols map[string]int // numbers them, from 1
	steps   map[step]int
	nodes   []node
}

// step leads from a node to the next.
type step struct{ from, symbol int }

type node struct {
	step      // that leads here
	depth int // in symbols
	fails int // the node of the longest end of this one's symbols
	ends  int // how many symbols the longest name has that ends here, or 0
}

func newNames(list []string) *names {
	t := &names{map[string]int{}, map[step]int{}, make([]node, 1)}
	for _, name := range list {
		at := 0
		for _, text := range symbols(name, words(name)) {
			if t.symbols[text] == 0 {
				t.symbols[text] = len(t.symbols) + 1
			}
			at = t.grow(step{at, t.symbols[text]})
		}
		t.nodes[at].ends = t.nodes[at].depth
	}
	t.link()
	return t
}

// grow is where a step leads.
func (t *names) grow(s step) int {
	to, ok := t.steps[s]
	if !ok {
		to = len(t.nodes)
		t.steps[s] = to
		t.nodes = append(t.nodes, node{step: s, depth: t.nodes[s.from].depth + 1})
	}
	return to
}

// link finds out where each node goes on, from the root on: that of a longer
// one follows from those of the shorter.
func (t *names) link() {
	order := make([]int, len(t.nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t.nodes[a].depth, t.nodes[b].depth) })
	for _, i := range order {
		n := &t.nodes[i]
		if n.depth > 1 {
			n.fails = t.next(t.nodes[n.from].fails, n.symbol)
		}
		n.ends = max(n.ends, t.nodes[n.fails].ends)
	}
}

// next is the node behind a symbol.
func (t *names) next(at, symbol int) int {
	for {
		to, ok := t.steps[step{at, symbol}]
		if ok || at == 0 {
			return to
		}
		at = t.nodes[at].fails
	}
}

// symbols are a text's words, each but the first behind what stands before it,
// however that is spaced. It begins with a space, to tell it from words.
func symbols(text string, all []word) []string {
	found := make([]string, 0, 2*len(all))
	for i, w := range all {
		if i > 0 {
			found = append(found, " "+strings.Join(strings.Fields(text[all[i-1].stop:w.start]), " "))
		}
		found = append(found, w.folded)
	}
	return found
}

// find is false if there was no time to look through all.
func (t *names) find(ctx context.Context, text string) (hits []hit, whole bool) {
	all := words(text)
	at := 0
	for i, symbol := range symbols(text, all) {
		if i%1000 == 0 && ctx.Err() != nil {
			return hits, false
		}
		at = t.next(at, t.symbols[symbol])
		if n := t.nodes[at].ends; n > 0 {
			hits = append(hits, hit{at: all[(i-n+1)/2].start, to: all[i/2].stop})
		}
	}
	return hits, true
}
