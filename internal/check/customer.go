package check

import (
	"strings"
	"unicode"
)

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

// customers are their names as whole words, in any case, on one line or more.
// The time it takes does not grow with the number of names.
func customers(p *page) []hit {
	type name struct {
		text  string
		words []word
	}
	byFirst := map[string][]name{}
	for _, text := range p.customers {
		if all := words(text); len(all) > 0 {
			byFirst[all[0].folded] = append(byFirst[all[0].folded], name{text, all})
		}
	}
	var hits []hit
	page := words(p.open)
	for i := range page {
		for _, n := range byFirst[page[i].folded] {
			if i+len(n.words) <= len(page) && same(p.open, page[i:i+len(n.words)], n.text, n.words) {
				hits = append(hits, hit{at: page[i].start})
				break
			}
		}
	}
	return hits
}

// same is whether both are the same words with the same signs between them.
func same(text string, a []word, name string, b []word) bool {
	for i := range b {
		if a[i].folded != b[i].folded {
			return false
		}
		if i > 0 && between(text, a[i-1], a[i]) != between(name, b[i-1], b[i]) {
			return false
		}
	}
	return true
}

// between is what stands between two words, however it is spaced.
func between(text string, a, b word) string {
	gap := text[a.stop:b.start]
	if strings.TrimSpace(gap) == "" {
		return " "
	}
	return strings.Join(strings.Fields(gap), " ")
}
