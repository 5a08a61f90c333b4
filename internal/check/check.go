package check

import (
	"cmp"
	"slices"

	"hindsight/internal/incident"
)

// mostFindings bounds what one rule finds on a page: who reads of a hundred
// knows enough.
const mostFindings = 100

// Checker looks pages through. It is safe for concurrent use. The rules for
// secrets, which take a moment to build, are built when the first page comes.
type Checker struct{}

// New is a checker with all [Rules].
func New() *Checker { return &Checker{} }

// Check is what the rules find on a page, in the order in which it stands
// there. The rules whose names are in off are left out; customers are names
// that must not appear.
func (*Checker) Check(text string, off, customers []string) []incident.Finding {
	return newPage(text, customers).check(off, rules())
}

// Template is what the rules find that make sense for a page which nobody has
// filled in: those about what stands there, not about what is missing.
func (*Checker) Template(text string, off, customers []string) []incident.Finding {
	return newPage(text, customers).check(off, slices.DeleteFunc(rules(), func(r rule) bool { return r.filled }))
}

func (p *page) check(off []string, by []rule) []incident.Finding {
	var found []incident.Finding
	for _, r := range by {
		if slices.Contains(off, r.ID) {
			continue
		}
		hits := r.find(p)
		for _, h := range hits[:min(len(hits), mostFindings)] {
			found = append(found, p.finding(r, h))
		}
	}
	slices.SortStableFunc(found, func(a, b incident.Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(found)
}
