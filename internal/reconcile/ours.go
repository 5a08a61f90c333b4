package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hindsight/internal/incident"
)

// readOurs knows our own comments again: by their markers, and the tracker by
// its number too, since people may have edited its marker away. On the first
// round the tracker's ledger is united with what is remembered.
func (n *run) readOurs(ctx context.Context, w *incident.World, comments []incident.Comment) error {
	remembered := n.snapshot().Ledger.TrackerID
	var newest int64
	for _, c := range comments {
		newest = max(newest, c.ID)
	}
	for _, c := range comments {
		if !c.Ours {
			continue
		}
		if err := n.readTracker(ctx, w, c, remembered, newest); err != nil {
			return err
		}
		if !slices.ContainsFunc(w.Trackers, func(t incident.Tracker) bool { return t.ID == c.ID }) {
			n.readWords(w, c)
		}
	}
	w.Foreign = w.Foreign && len(w.Trackers) == 0
	gone, err := n.trackerGone(ctx, comments)
	w.TrackerGone = gone
	return err
}

// readWords takes in what else we say. A comment is one thing only, or people
// could have the tracker deleted by another marker in it.
func (n *run) readWords(w *incident.World, c incident.Comment) {
	if of, complete, ok := n.r.Texts.ReadClosing(c.Body); ok && n.isMe(of) {
		w.Closings = append(w.Closings, incident.ClosingComment{ID: c.ID, Complete: complete})
	} else if of, to, ok := n.r.Texts.ReadReply(c.Body); ok && n.isMe(of) {
		w.Replies = append(w.Replies, incident.Reply{ID: c.ID, To: to, Body: c.Body})
	}
}

// isMe is whether a marker names this incident, by the name that it has or by
// the one that it had before it was transferred.
func (n *run) isMe(of incident.ID) bool { return of == n.me() || of == n.former }

func (n *run) me() incident.ID {
	return incident.ID{Repository: n.repository.ID, Number: n.key.Number}
}

// readTracker takes a comment in that is a tracker. The first is the one that
// counts.
func (n *run) readTracker(
	ctx context.Context, w *incident.World, c incident.Comment, remembered, newest int64,
) error {
	of, paused, ledger, ok := n.r.Texts.ReadTracker(c.Body)
	if ok && !n.isMe(of) && c.ID != remembered {
		var err error
		if ledger, err = n.moveHere(ctx, of, ledger); err != nil {
			return err
		}
		if w.Foreign = !n.isMe(of); w.Foreign {
			return nil
		}
	}
	if !ok && c.ID != remembered {
		return nil
	}
	if n.isMe(of) && len(w.Trackers) == 0 {
		outdated := ledger.Version > n.snapshot().Ledger.Version
		if outdated {
			remembered = 0 // by a database of long ago: what was looked into since is not known
		}
		if !n.rest && (outdated || !n.remembers()) {
			n.doubt(sitesOf(n.projects()))
		}
		n.unite(ledger, newest)
	}
	w.Trackers = append(w.Trackers, incident.Tracker{ID: c.ID, Body: c.Body, Paused: paused})
	if len(w.Trackers) > 1 {
		return nil
	}
	return n.readEdits(ctx, w, c, remembered)
}

// moveHere is about a tracker that another incident's marker is in: the issue
// was transferred with it, if GitHub says that what the tracker was written for
// is here now. Then everything it tells of is where it was before.
func (n *run) moveHere(ctx context.Context, of incident.ID, ledger incident.Ledger) (incident.Ledger, error) {
	former := incident.Key{Repo: ledger.Home, Number: of.Number}
	if ledger.Home == "" || former == n.key {
		return ledger, nil
	}
	_, err := n.forge.Issue(ctx, former)
	missing := new(incident.Missing)
	switch {
	case errors.As(err, &missing) && missing.Moved == n.key:
		// The number alone could be that of an incident in a repository that
		// whoever edited the tracker can't read.
		home, failed := n.forge.Repository(ctx, ledger.Home)
		if failed != nil || home.ID != of.Repository {
			return ledger, wrap(unlessMissing(failed), "ask for the repository %s", ledger.Home)
		}
		n.former = of
		return ledger.Moved(n.key.Repo, n.r.Clock()), nil
	case err != nil && !errors.As(err, &missing):
		return ledger, fmt.Errorf("ask whether %s has moved to %s: %w", former, n.key, err)
	}
	return ledger, nil
}

// trackerGone asks for the remembered tracker when the listing does not show
// it: a listing may be stale right after a write, and a tracker that people
// deleted must not come back more than once.
func (n *run) trackerGone(ctx context.Context, listed []incident.Comment) (bool, error) {
	id := n.snapshot().Ledger.TrackerID
	if id == 0 {
		return false, nil
	}
	for _, c := range listed {
		if c.ID == id {
			if !c.Ours { // another App's, by an old database: none of ours was deleted
				n.forgetTracker()
			}
			return false, nil
		}
	}
	_, err := n.forge.Comment(ctx, n.key, id)
	switch {
	case isMissing(err):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("look for the tracker of %s: %w", n.key, err)
	}
	return false, fmt.Errorf("the comments of %s are stale: comment %d is not listed yet", n.key, id)
}

func (n *run) forgetTracker() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record.Ledger.TrackerID = 0
}
