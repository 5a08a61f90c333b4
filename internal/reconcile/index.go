package reconcile

import (
	"context"
	"errors"
	"time"

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
	// since is when the index was last made anew. Only where this commit is known
	// to do so it fills one; pending is whether the others are not due yet.
	since          time.Time
	fills, pending bool

	there, made, left bool // what came of it, by the last try
}

// errEmptied ends a change that would fill an index that people have emptied,
// before anybody knows that it is filled.
var errEmptied = errors.New("the index was emptied")

// index is what there is to be known before a commit. Where there was never an
// index, it is remembered that one is made.
func (n *run) index(ctx context.Context, w writing) (index, error) {
	ix := index{texts: n.r.Texts, row: w.row}
	if w.row == nil {
		return ix, nil
	}
	settings, err := n.r.recallSettings(ctx, w.repo)
	if ix.fills = w.fills || !settings.Indexed; err == nil && ix.fills {
		settings, err = n.renewIndex(ctx, w.repo, settings)
	}
	ix.known, ix.since, ix.pending = settings.Indexed, settings.IndexedSince, settings.IndexAnew
	ix.first = !n.hasRow() || n.snapshot().Ledger.Page.Index.Before(ix.since)
	return ix, err
}

// renewIndex remembers that a wiki's index is made anew. It comes before the
// push, so that no crash can make it be forgotten; the time tells one index
// from another, and never goes back.
func (n *run) renewIndex(ctx context.Context, wiki incident.Repo, settings Settings) (Settings, error) {
	now := n.r.Clock().UTC().Truncate(time.Second)
	if !now.After(settings.IndexedSince) {
		now = settings.IndexedSince.Add(time.Second)
	}
	settings.IndexedSince, settings.IndexAnew = now, true
	return settings, wrap(n.r.Memory.SaveSettings(ctx, wiki, settings), "remember that the index in the wiki of %s is made anew", wiki)
}

func (ix *index) paths() []string {
	if ix.row == nil {
		return nil
	}
	return []string{IndexFile, SidebarFile}
}

// list puts the row into the index, and the line that leads there into the
// sidebar. It may be called again, for what is there by then.
func (ix *index) list(anew, now map[string]string) error {
	if ix.row == nil {
		return nil
	}
	ix.there, ix.made, ix.left = now[IndexFile] != "", false, false
	if !ix.there && ix.known {
		ix.left = true
		return nil
	}
	text, state := ix.texts.Index(now[IndexFile], *ix.row, ix.first)
	switch {
	case state == IndexLeft:
		ix.left = true
		return nil
	case state == IndexFilled && !ix.fills:
		return errEmptied
	}
	ix.made, ix.there = !ix.there, true
	put(anew, now, IndexFile, text)
	if sidebar := now[SidebarFile]; sidebar != "" {
		put(anew, now, SidebarFile, ix.texts.Sidebar(sidebar))
	}
	return nil
}

// hasRow is whether the page has been listed in the index of its wiki, which
// was there then.
func (n *run) hasRow() bool {
	record := n.snapshot()
	return record.Ledger.Page.Row != "" && !record.IndexLeft
}

// noteIndex remembers what came of the index.
func (n *run) noteIndex(ctx context.Context, wiki incident.Repo, ix index) error {
	if ix.pending && ix.there && !ix.left {
		return n.fillIndex(ctx, wiki, ix.since)
	}
	return n.rememberIndex(ctx, wiki, ix.there)
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

// fillIndex has all others listed again in an index that was made anew: their
// rows were written into the one before. Until all are due it is done again by
// whoever writes to the index next.
func (n *run) fillIndex(ctx context.Context, wiki incident.Repo, since time.Time) error {
	keys, err := n.r.inWiki(ctx, wiki, func(r incident.Record) bool { return r.Ledger.Page.Made() })
	if err != nil {
		return err
	}
	for _, key := range keys {
		if key == n.key {
			continue
		}
		if err = n.r.mark(ctx, n.installation, key); err != nil {
			return err
		}
	}
	settings, err := n.r.recallSettings(ctx, wiki)
	if err != nil {
		return err
	}
	if settings.IndexedSince.Before(since) { // somebody else has written over it meanwhile
		settings.IndexedSince = since
	}
	settings.Indexed, settings.IndexAnew = true, false
	return wrap(n.r.Memory.SaveSettings(ctx, wiki, settings), "remember that the index in the wiki of %s is filled", wiki)
}

// readIndex is since when there is the index of the page's wiki, as the rules
// want it.
func (n *run) readIndex(ctx context.Context, w *incident.World) error {
	settings, err := n.r.recallSettings(ctx, n.wikiOf(w.Parent))
	w.IndexedSince = settings.IndexedSince
	return err
}
