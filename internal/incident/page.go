package incident

import (
	"slices"
	"strings"
	"time"
)

// page plans the post-mortem page: once, at a path that never changes.
func (d *decision) page() {
	d.noteTemplate()
	d.next.WaitsForWiki = d.waitsForWiki()
	p := &d.ledger().Page
	if d.pageState() == PageBarred && p.Repo != d.policy.wikiOf(d.Parent.Key.Repo) {
		*p = Page{} // it is to be in another wiki by now
	}
	if d.pageState() != PageComing {
		return
	}
	d.choosePath()
	d.facts.PageLink = d.pageLink()
	d.plan(CreatePage{
		Path: p.Path, Repo: p.Repo, Private: !d.openPage(), Content: d.texts.Page(d.pageView(nil)), Index: d.indexRow(),
	})
}

// choosePath chooses where the page is going to be.
func (d *decision) choosePath() {
	if p := &d.ledger().Page; p.Path == "" || p.Repo != d.home {
		*p = Page{Path: d.texts.PageName(d.facts) + ".md", Repo: d.home}
	}
}

// ViewPage is what the page of an incident shows, or would show.
func ViewPage(policy Policy, texts Texts, w World, now time.Time) PageView {
	d := newDecision(policy, w)
	d.texts, d.now = texts, now
	d.learn()
	if !d.ledger().Page.Made() {
		d.choosePath()
		d.facts.PageLink = d.pageLink()
	}
	return d.pageView(d.trackerLines())
}

func (d *decision) pageView(lines []TrackerLine) PageView {
	return PageView{
		Facts: d.facts, Reporter: d.Parent.Author.Login, Public: d.openPage(), Asks: d.asks(),
		Summary: d.Parent.Body, Status: d.policy.status(d.Parent.Labels), Lines: lines, Rows: d.rows(),
		Built: d.policy.template(d.facts.Severity), Own: d.Template,
	}
}

// refreshPage brings the page's own parts up to date, once the follow-ups are
// what they are going to be.
func (d *decision) refreshPage() {
	if !d.kept() {
		return
	}
	if d.unread {
		d.recallPage()
	}
	if d.Page == "" {
		return
	}
	view := d.pageView(d.trackerLines())
	refresh := d.texts.RefreshPage(d.Page, view)
	d.noteBlocks(refresh)
	d.noteEvents(refresh)
	d.noteNotes(refresh)
	page, row := d.ledger().Page, d.indexRow()
	e := UpdatePage{
		Path: page.Path, Repo: page.Repo, View: view, Links: d.links(), Index: row,
		IndexToo: row.digest() != page.Row || page.Index.Before(d.IndexedSince),
	}
	news := len(e.Links) > 0 || len(refresh.Changed) > 0 || e.IndexToo
	if news && !d.underWay(FollowUpsPart) && !d.ticketsUnderWay() {
		d.plan(e)
	}
}

// indexRow is the page's row in the index of its wiki.
func (d *decision) indexRow() IndexRow {
	open, done, _ := d.tally()
	return IndexRow{
		Page: strings.TrimSuffix(d.ledger().Page.Path, ".md"), Date: d.facts.Date, Severity: d.facts.Severity,
		Title: d.facts.Title, Owner: d.facts.Owner, Status: d.policy.status(d.Parent.Labels),
		Done: done, Total: open + done,
	}
}

func (d *decision) trackerLines() []TrackerLine {
	var lines []TrackerLine
	for _, l := range d.checklist() {
		lines = append(lines, l.TrackerLine)
	}
	return lines
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
	case d.barred() != "":
		return PageBarred
	case d.facts.Security && d.openPage():
		return PagePrivate
	case !d.place().Repository.HasWiki:
		return PageNoWiki
	}
	return PageComing
}

// waitsForWiki is whether something in a wiki's settings, or in another
// repository's, keeps the page from being made or brought up to date.
func (d *decision) waitsForWiki() bool {
	switch d.pageState() {
	case PageNoWiki, PageBarred:
		return true
	case PageExists:
		return d.barred() != ""
	case PageComing, PageBelow, PagePrivate, PageSkipped:
	}
	return false
}

// timelineBlock is the name of the part of the page that holds the timeline.
const timelineBlock = "timeline"

// noteBlocks keeps in mind which parts of its own the page has, and has had.
func (d *decision) noteBlocks(refresh PageRefresh) {
	p := &d.ledger().Page
	d.blocks = refresh.Blocks
	for _, b := range refresh.Blocks {
		if b.State != BlockAbsent && !slices.Contains(p.Blocks, b.Name) {
			p.Blocks = append(p.Blocks, b.Name)
		}
	}
	slices.Sort(p.Blocks)
}

// noteNotes keeps in mind which notes the timeline has, and is about to gain.
func (d *decision) noteNotes(refresh PageRefresh) {
	d.next.NotesThere, d.notesToCome = nil, map[ItemKey]bool{}
	notes := d.noted()
	if len(notes) == 0 {
		return
	}
	there, toCome := set(d.texts.RowKeys(d.Page)), set(d.texts.RowKeys(refresh.Text))
	for _, n := range notes {
		if row := n.row().Key; there[row] {
			d.next.NotesThere = append(d.next.NotesThere, n.key)
		} else {
			d.notesToCome[n.key] = toCome[row]
		}
	}
}

// notesLeft are the notes that no page has: the tracker shows them. One that a
// page is about to gain is not shown for a moment, unless that fails.
func (d *decision) notesLeft() []Note {
	has := d.hasTimeline()
	_, troubled := d.next.Problems[PagePart]
	there, troubled := set(d.next.NotesThere), troubled || d.Failed[PagePart]
	return d.notes(func(key ItemKey) bool {
		return !has || !there[key] && (troubled || !d.notesToCome[key])
	})
}

// hasTimeline is whether the page's timeline takes what happened. While the
// page can't be read, it is as it was.
func (d *decision) hasTimeline() bool {
	if !d.kept() || d.PageGone {
		return false
	}
	for _, b := range d.blocks {
		if b.Name == timelineBlock {
			return b.State == BlockOurs
		}
	}
	return d.blocks == nil && !d.next.TimelineLeft && slices.Contains(d.ledger().Page.Blocks, timelineBlock)
}
