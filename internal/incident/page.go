package incident

import "strings"

// page plans the post-mortem page: once, at a path that never changes.
func (d *decision) page() {
	p := &d.ledger().Page
	if p.Path == "" && d.pageState() == PageComing {
		p.Path = d.texts.PageName(d.facts) + ".md"
	}
	if d.pageState() != PageComing {
		return
	}
	d.facts.PageLink = d.pageLink()
	d.plan(CreatePage{
		Path: p.Path,
		Content: d.texts.Page(PageView{
			Facts: d.facts, Reporter: d.Parent.Author.Login,
			Labelled: d.ledger().Accepted.At, Summary: d.Parent.Body,
		}),
	})
}

// pageLink is where people find the page. A page that was made is there while
// paused, too.
func (d *decision) pageLink() string {
	page, home := d.ledger().Page, d.Repository.URL
	if page.Repo != "" {
		home = strings.TrimSuffix(home, d.Repository.FullName) + string(page.Repo)
	}
	return home + "/wiki/" + strings.TrimSuffix(page.Path, ".md")
}

// pageState is whether there is a page, and if not, why not.
func (d *decision) pageState() PageState {
	switch {
	case d.ledger().Page.Made():
		return PageExists
	case d.ledger().Told.Skip != "":
		return PageSkipped
	case d.facts.Severity > d.policy.PageFrom && !d.ledger().Told.Page:
		return PageBelow
	case d.facts.Security && !d.Repository.Private:
		return PagePrivate
	case !d.Repository.HasWiki:
		return PageNoWiki
	}
	return PageComing
}
