package reconcile

import (
	"context"
	"slices"
	"time"

	"hindsight/internal/incident"
)

// A ticket that was opened by a call that was cut off, or of which what was
// remembered is lost, is found by a search. What the search does not show may be
// there all the same, since it lags: so nothing is opened at the site until it
// would have shown what was opened before.

// doubt has tickets be sought at sites: what is remembered does not tell what was
// opened there until now, nor which calls were cut off that Jira has still to come to.
func (n *run) doubt(sites []incident.Repo) {
	until := n.r.Clock().Add(incident.OpenLongest)
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, site := range sites {
		n.record.Seek(site, until)
	}
}

// doubtUnlessFresh is about an incident of which nothing is known at all. People may
// have deleted the tracker, and then the database was lost: unless the label was
// put on just now, by GitHub's clock, tickets may have been opened that a search
// shows by now.
func (n *run) doubtUnlessFresh(w *incident.World) {
	if n.rest || n.remembers() || len(w.Trackers) > 0 {
		return
	}
	labelled := w.Labelling.At
	if labelled.IsZero() { // nobody tells when
		labelled = w.Parent.CreatedAt
	}
	projects, since := n.projects(), n.r.Clock().Sub(labelled)
	n.doubt(slices.DeleteFunc(sitesOf(projects), func(site incident.Repo) bool {
		return since <= max(overlap, lagOf(projects, site))
	}))
}

// seek looks for the tickets that may have been opened, once in a run for each
// site.
func (n *run) seek(ctx context.Context, parent incident.Issue) error {
	for _, site := range n.toSeek() {
		if n.sought[site] || !n.asks(site) {
			continue
		}
		n.sought[site] = true
		if err := n.seekAt(ctx, site, parent.CreatedAt.Add(-overlap)); err != nil {
			return err
		}
	}
	return nil
}

// toSeek are the sites at which tickets are sought. A preview takes nothing that
// is remembered for true: it looks for what there is.
func (n *run) toSeek() []incident.Repo {
	var sites []incident.Repo
	record := n.snapshot()
	for _, s := range record.Seeks {
		sites = append(sites, s.Site)
	}
	for _, e := range record.Ledger.Items {
		if n.dry && e.Issue.Repo.Jira() {
			sites = append(sites, e.Issue.Repo)
		}
	}
	return sites
}

// seekAt takes in what is found at a site, and ends the searches that this
// answers.
func (n *run) seekAt(ctx context.Context, site incident.Repo, since time.Time) error {
	began := n.r.Clock()
	var found []incident.Ticket
	answered := n.askWithin(ctx, siteSearches, site, func(ctx context.Context) (err error) {
		found, err = n.r.Jira.Find(ctx, site, keysAt(n.projects(), site), n.calledBefore(), since)
		return err
	})
	if !answered {
		return nil
	}
	for _, t := range found {
		if err := n.foundTicket(ctx, t); err != nil {
			return err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record.Sought(site, began, lagOf(n.projects(), site))
	return nil
}

// calledBefore are the incident's names in markers: the one that it has, and the
// one that it had before it was transferred here.
func (n *run) calledBefore() []incident.ID {
	if n.former == (incident.ID{}) {
		return []incident.ID{n.me()}
	}
	return []incident.ID{n.me(), n.former}
}

// foundTicket takes in a ticket that is this incident's, in a project that the
// operator lets its owner use: whoever may write in another one could have it
// name any incident.
func (n *run) foundTicket(ctx context.Context, t incident.Ticket) error {
	_, listed := projectIn(n.projects(), t.Key.Repo, t.Project)
	if !listed || !n.proves(t, t.Entry.Key) {
		return nil
	}
	known, ok, err := n.recallOne(ctx, t.Key)
	switch {
	case err != nil:
		return err
	case !ok:
		known = marked(t.Entry, n.repository.ID)
	}
	return n.seen(ctx, n.observedTicket(t, known))
}
