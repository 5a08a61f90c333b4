package templates

import (
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// rowsShown keeps a page readable; the tracker shows them all.
const rowsShown = 200

// titleShown is how many characters of a follow-up's title the page shows.
const titleShown = 120

// dateForm is how a day is written.
const dateForm = "2006-01-02"

// content is what one of the page's blocks says that are written anew.
func (t Texts) content(block string, v incident.PageView) string {
	switch block {
	case factsBlock:
		return t.render("page_facts.md", v)
	case rolesBlock:
		return t.render("page_roles.md", v)
	case followUpsBlock:
		return t.render("page_followups.md", followUpRows{v})
	}
	panic("templates: there is no block " + block)
}

// summary is what was reported, as a quote.
func (Texts) summary(v incident.PageView) string {
	return markdown.Quote(markdown.Account(v.Summary), summaryLimit)
}

// known is a moment, or "".
func known(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return clockTime(t)
}

// duration is how long the incident took; "" while it goes on.
func duration(f incident.Facts) string {
	if f.Resolved.IsZero() {
		return ""
	}
	return span(f.Resolved.Sub(f.Started))
}

// pageRow is a follow-up on the page.
type pageRow struct{ Name, Owner, Due, State string }

// followUpRows adds the rows of the follow-ups to the page.
type followUpRows struct{ incident.PageView }

// HiddenRows is how many follow-ups are not shown.
func (v followUpRows) HiddenRows() int { return max(0, len(v.Lines)-rowsShown) }

// Rows are the follow-ups in the order of the checklist.
func (v followUpRows) Rows() []pageRow {
	var rows []pageRow
	for _, l := range v.Lines[:min(len(v.Lines), rowsShown)] {
		row := pageRow{Name: called(l, titleShown, plainly(l)), Owner: holder(l), Due: day(l.Due), State: kindOf(l).String()}
		if l.Issue.Number != 0 {
			row.Name = linked(row.Name, l.URL)
		}
		rows = append(rows, row)
	}
	return rows
}
