package incident

import (
	"fmt"
	"slices"
	"strings"
)

// pageNotices are what people have to know of the page and its wiki: what is not
// done there, why, and the next step. Neutral Markdown, a line each.
func (d *decision) pageNotices() []string {
	var notices []string
	for _, say := range []func() string{
		d.templateNotice, d.wikiNotice, d.openNotice, d.copyNotice, d.blocksNotice, d.indexNotice, d.timelineNotice,
	} {
		if text := say(); text != "" {
			notices = append(notices, text)
		}
	}
	return notices
}

// noteTemplate keeps in mind what is wrong with the repository's own template.
// Once there is a page nobody asks any more, but it has to be seen.
func (d *decision) noteTemplate() {
	until := d.ledger().Page.At.Add(takenOffFor)
	switch {
	case d.pageState() == PageComing:
		d.next.TemplateError = d.TemplateError
	case d.pageState() != PageExists || !d.now.Before(until):
		d.next.TemplateError = ""
	case d.next.TemplateError != "":
		d.atLatest(until)
	}
}

// templateNotice says for a day after the page was made why it is not as the
// team wrote it down.
func (d *decision) templateNotice() string {
	if d.next.TemplateError == "" {
		return ""
	}
	return "The page is made from the template that comes with the app, since the repository's own can't be used: " + d.next.TemplateError
}

// wikiNotice is about a page that can't be made where it is to be, or that is
// told nothing new.
func (d *decision) wikiNotice() string {
	page := d.ledger().Page
	barred := d.barred()
	switch {
	case d.stayed():
		return fmt.Sprintf("The post-mortem page stayed in the wiki of `%s` when this was transferred, and is not kept up to date: "+
			"go on with it there by hand.", page.Repo)
	case d.pageState() == PageBarred:
		return "The post-mortem page can't be made yet: " + barred
	case page.Made() && barred != "":
		return "The post-mortem page is not kept up to date: " + barred
	case d.kept() && d.PageGone:
		return fmt.Sprintf("The post-mortem page was removed from the wiki or renamed, or the hidden line by which it is known was removed: "+
			"it is not kept up to date. To go on with it, put the page `%s` back, or rename it back; the wiki's history has it.",
			strings.TrimSuffix(page.Path, ".md"))
	case d.kept() && d.next.PageUnread.Text != "":
		return "The post-mortem page can't be read, and is not kept up to date. " + d.next.PageUnread.Text
	}
	return ""
}

// blocksNotice lists the parts of the page that people have made their own.
// What the page never had is no news.
func (d *decision) blocksNotice() string {
	had := d.ledger().Page.Blocks
	var left []string
	for _, b := range d.blocks {
		why := ""
		switch b.State {
		case BlockOurs:
		case BlockAbsent:
			why = "removed"
		case BlockBroken:
			why = "its markers or its table can't be read"
		case BlockChanged:
			why = "changed by hand"
		}
		if why != "" && slices.Contains(had, b.Name) {
			left = append(left, b.Name+" ("+why+")")
		}
	}
	if len(left) == 0 {
		return ""
	}
	return "On the post-mortem page these parts are not kept up to date any more: " + strings.Join(left, ", ") +
		". To get one back, put its two markers there with nothing between them."
}

// indexNotice is about the list of all pages.
func (d *decision) indexNotice() string {
	if !d.next.IndexLeft || !d.kept() {
		return ""
	}
	return "The index of post-mortems in the wiki does not list this one as it is: it was removed, or its table was changed by hand. " +
		"All are listed again with the next change of one of them, once its two markers are there with nothing between them."
}

// timelineNotice is about what the timeline lacks.
func (d *decision) timelineNotice() string {
	if d.pageState() != PageComing && !d.kept() || d.next.TimelineLeft {
		return ""
	}
	switch {
	case d.next.EventsUnread.Text != "":
		return "The timeline may lack what happened outside of this conversation: " + d.next.EventsUnread.Text
	case d.rowsLeft > 0:
		return fmt.Sprintf("More happened than the timeline can show: it has %d rows at most. Add what matters by hand.", rowsMost)
	}
	return ""
}
