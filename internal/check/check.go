package check

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"

	"hindsight/internal/incident"
)

const (
	// mostFindings bounds what one rule finds on a page: who reads of a hundred
	// knows enough.
	mostFindings = 100
	// longestPage is how much is looked through, in bytes. Longer pages are not:
	// they would take seconds, and what is on them is no post-mortem.
	longestPage = 256 << 10
	// remembered is of how many pages it is known what was found on them. They
	// are looked at far more often than they change.
	remembered = 256
)

// Checker looks pages through. It is safe for concurrent use. The rules for
// secrets, which take a moment to build, are built when the first page comes.
type Checker struct {
	known *lru.Cache[digest, []incident.Finding]
}

// New is a checker with all [Rules].
func New() *Checker {
	known, err := lru.New[digest, []incident.Finding](remembered)
	if err != nil {
		panic(err) // it remembers nothing: the constant is wrong
	}
	return &Checker{known}
}

// Check is what the rules find on a page, in the order in which it stands
// there. The rules whose names are in off are left out; customers are names
// that must not appear. A page of more than 256 KB is not looked through: that
// is one serious finding.
func (c *Checker) Check(text string, off, customers []string) []incident.Finding {
	return c.look(text, off, customers, rules())
}

// Template is what the rules find that make sense for a page which nobody has
// filled in: those about what stands there, not about what is missing.
func (c *Checker) Template(text string, off, customers []string) []incident.Finding {
	return c.look(text, off, customers, slices.DeleteFunc(rules(), func(r rule) bool { return r.filled }))
}

func (c *Checker) look(text string, off, customers []string, by []rule) []incident.Finding {
	if len(text) > longestPage {
		return []incident.Finding{tooLong}
	}
	by = slices.DeleteFunc(by, func(r rule) bool { return slices.Contains(off, r.ID) })
	key := digestOf(text, customers, by)
	if found, ok := c.known.Get(key); ok {
		return slices.Clone(found)
	}
	found, whole := newPage(text, customers).check(by)
	if whole { // or time was short, and there may be more the next time
		c.known.Add(key, slices.Clone(found))
	}
	return found
}

// tooLong is in force even where the rule is off: nobody knows what the page
// holds.
var tooLong = incident.Finding{ //nolint:gochecknoglobals // a constant
	Rule: "secret", Line: 1, Column: 1, Serious: true, Public: true,
	Text: "The page is longer than 256 KB, and was not looked through: make it shorter, or look through it yourself.",
}

// digest tells pages from each other, with the rules and the list that they
// are looked through by.
type digest [sha256.Size]byte

func digestOf(text string, customers []string, by []rule) digest {
	size := len(text)
	for _, name := range customers {
		size += len(name) + binary.MaxVarintLen16
	}
	all := make([]byte, 0, size+len(by)*16)
	all = binary.AppendUvarint(all, uint64(len(by)))
	for _, r := range by {
		all = appendText(all, r.ID)
	}
	all = binary.AppendUvarint(all, uint64(len(customers)))
	for _, name := range customers {
		all = appendText(all, name)
	}
	return sha256.Sum256(append(all, text...))
}

func appendText(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// check is what the rules find, and whether they looked through all.
func (p *page) check(by []rule) (found []incident.Finding, whole bool) {
	whole = true
	for _, r := range by {
		hits := r.find(p)
		for _, h := range hits[:min(len(hits), mostFindings)] {
			found = append(found, p.finding(r, h))
			whole = whole && !h.anywhere
		}
	}
	slices.SortStableFunc(found, func(a, b incident.Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(found), whole
}
