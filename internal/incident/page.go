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
	d.plan(CreatePage{Path: p.Path, Content: d.texts.Page(d.pageView(nil))})
}

func (d *decision) pageView(lines []TrackerLine) PageView {
	return PageView{
		Facts: d.facts, Reporter: d.Parent.Author.Login, Public: !d.Repository.Private,
		Summary: d.Parent.Body, Status: d.policy.status(d.Parent.Labels), Lines: lines,
	}
}

// refreshPage brings the page's own parts up to date, once the follow-ups are
// what they are going to be. A page that stayed behind in another repository's
// wiki, or that is not to be read by everybody any more, is told nothing new:
// others may read it than the parent.
func (d *decision) refreshPage() {
	page := d.ledger().Page
	hidden := d.facts.Security && !d.Repository.Private
	if !page.Made() || page.Repo != "" || d.Page == "" || hidden || d.wants(FollowUpsPart) || d.Busy[FollowUpsPart] {
		return
	}
	var lines []TrackerLine
	for _, l := range d.checklist() {
		lines = append(lines, l.TrackerLine)
	}
	view := d.pageView(lines)
	if links := d.links(); len(links) > 0 || len(d.texts.RefreshPage(d.Page, view).Changed) > 0 {
		d.plan(UpdatePage{Path: page.Path, View: view, Links: links})
	}
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
