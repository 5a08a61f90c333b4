package templates

import (
	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// The blocks of the page that are written anew as the incident goes on, beside
// its facts.
const (
	rolesBlock     = "roles"
	followUpsBlock = "follow-ups"
)

// rowsShown keeps a page readable; the tracker shows them all.
const rowsShown = 200

type pageView struct {
	incident.PageView
	Marker, Quoted                         string
	FactsBlock, RolesBlock, FollowUpsBlock string
}

// pageRow is a follow-up on the page.
type pageRow struct{ Name, Owner, Due, State string }

// Page is a new post-mortem page. In a public repository everybody can read
// it from its first second, so it says so and leaves internal sections out.
func (t Texts) Page(v incident.PageView) string {
	return t.render("default.md", pageView{
		PageView: v, Marker: marker(pageKind, v.ID, nil),
		Quoted:         markdown.Quote(markdown.Account(v.Summary), summaryLimit),
		FactsBlock:     markdown.Block(factsBlock, t.render("page_facts.md", v)),
		RolesBlock:     markdown.Block(rolesBlock, t.render("page_roles.md", v)),
		FollowUpsBlock: markdown.Block(followUpsBlock, t.render("page_followups.md", followUpRows{v})),
	})
}

// RefreshPage writes the blocks anew that are Hindsight's own. What people
// changed or removed stays; a page that carries another incident's marker, or
// none, is not touched.
func (t Texts) RefreshPage(now string, v incident.PageView) (string, bool) {
	if of, _, ok := readMarker(now, pageKind); !ok || of != v.ID {
		return now, false
	}
	anew := now
	for name, content := range map[string]string{
		factsBlock: t.render("page_facts.md", v), rolesBlock: t.render("page_roles.md", v),
		followUpsBlock: t.render("page_followups.md", followUpRows{v}),
	} {
		anew, _ = markdown.ReplaceBlock(anew, name, content)
	}
	return anew, anew != now
}

// followUpRows adds the rows of the follow-ups to the page.
type followUpRows struct{ incident.PageView }

// HiddenRows is how many follow-ups are not shown.
func (v followUpRows) HiddenRows() int { return max(0, len(v.Lines)-rowsShown) }

// Rows are the follow-ups in the order of the checklist.
func (v followUpRows) Rows() []pageRow {
	var rows []pageRow
	for _, l := range v.Lines[:min(len(v.Lines), rowsShown)] {
		row := pageRow{Name: name(l, titleShown), Owner: login(l.Owner), Due: day(l.Due), State: kindOf(l).String()}
		if l.Issue.Number != 0 && l.URL != "" {
			row.Name = "[" + row.Name + "](" + l.URL + ")"
		}
		rows = append(rows, row)
	}
	return rows
}

// titleShown is how many characters of a follow-up's title the page shows.
const titleShown = 120
