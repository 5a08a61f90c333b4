package check

import (
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// item is a line under the follow-ups that is not done, and not an issue yet.
type item struct {
	at   int
	wish incident.Wish
}

// openItems are the page's. What has become an issue has its owner and date
// there.
func openItems(src string) []item {
	if !strings.Contains(src, "[ ]") {
		return nil
	}
	linked := map[int]bool{}
	for _, l := range markdown.Proposed(src) {
		linked[l.Offset] = l.Linked
	}
	var items []item
	for _, l := range markdown.Checklist(src) {
		if !l.Ticked && !linked[l.Offset] {
			items = append(items, item{l.Offset - len("["), incident.ParseWish(l.Text, incident.WishContext{})})
		}
	}
	return items
}

// loose are the items without an owner or a date.
func loose(p *page) []hit {
	var hits []hit
	for _, i := range p.items {
		switch {
		case i.wish.Owner == "" && i.wish.DueAs == "":
			hits = append(hits, hit{at: i.at})
		case i.wish.Owner == "":
			hits = append(hits, hit{at: i.at, says: "This follow-up has no owner: end it with @login."})
		case i.wish.DueAs == "":
			hits = append(hits, hit{at: i.at, says: "This follow-up has no date: end it with due 2w, or due 2026-12-01."})
		}
	}
	return hits
}
