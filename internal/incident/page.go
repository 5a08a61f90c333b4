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
	return d.Repository.URL + "/wiki/" + strings.TrimSuffix(d.ledger().Page.Path, ".md")
}

// pageState is whether there is a page, and if not, why not.
func (d *decision) pageState() PageState {
	switch {
	case d.ledger().Page.Made():
		return PageExists
	case d.facts.Severity > d.policy.PageFrom:
		return PageBelow
	case HasLabel(d.Parent.Labels, d.policy.SecurityLabel) && !d.Repository.Private:
		return PagePrivate
	case !d.Repository.HasWiki:
		return PageNoWiki
	}
	return PageComing
}
