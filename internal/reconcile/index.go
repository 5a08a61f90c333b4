package reconcile

import (
	"context"

	"hindsight/internal/incident"
)

// The pages of a wiki that lead to the others: the index of the post-mortems,
// and what GitHub shows beside every page.
const (
	IndexFile   = "Post-mortems.md"
	SidebarFile = "_Sidebar.md"
)

// index is what becomes of a wiki's index in one commit.
type index struct {
	texts Texts
	row   *incident.IndexRow // nil leaves it alone
	first bool               // the row was never there
	known bool               // the wiki has had an index: one that is gone was removed by people

	there, made, left bool // what came of it, by the last try
}

// index is what there is to be known before a commit.
func (n *run) index(ctx context.Context, w writing) (index, error) {
	ix := index{texts: n.r.Texts, row: w.row}
	if w.row == nil {
		return ix, nil
	}
	settings, err := n.r.recallSettings(ctx, w.repo)
	ix.first, ix.known = !n.hasRow(), settings.Indexed
	return ix, err
}

func (ix *index) paths() []string {
	if ix.row == nil {
		return nil
	}
	return []string{IndexFile, SidebarFile}
}

// list puts the row into the index, and the line that leads there into the
// sidebar. It may be called again, for what is there by then.
func (ix *index) list(anew, now map[string]string) {
	if ix.row == nil {
		return
	}
	ix.there, ix.made, ix.left = now[IndexFile] != "", false, false
	if !ix.there && ix.known {
		ix.left = true
		return
	}
	text, ours := ix.texts.Index(now[IndexFile], *ix.row, ix.first)
	if !ours {
		ix.left = true
		return
	}
	ix.made, ix.there = !ix.there, true
	put(anew, now, IndexFile, text)
	if sidebar := now[SidebarFile]; sidebar != "" {
		put(anew, now, SidebarFile, ix.texts.Sidebar(sidebar))
	}
}

// hasRow is whether the page has been listed in the index of its wiki, which
// was there then.
func (n *run) hasRow() bool {
	record := n.snapshot()
	return record.Ledger.Page.Row != "" && !record.IndexLeft
}

// rememberIndex keeps that the wiki has, or has had, an index.
func (n *run) rememberIndex(ctx context.Context, wiki incident.Repo, has bool) error {
	if !has {
		return nil
	}
	settings, err := n.r.recallSettings(ctx, wiki)
	if err != nil || settings.Indexed {
		return err
	}
	settings.Indexed = true
	return wrap(n.r.Memory.SaveSettings(ctx, wiki, settings), "remember the index in the wiki of %s", wiki)
}
