package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hindsight/internal/incident"
)

// lookUpsInOneRun bounds what a tracker that somebody filled with numbers can
// make us ask. What is left over is asked for by the next look.
const lookUpsInOneRun = 50

// observeFollowUps takes what is remembered or was just listed, or hangs under
// the parent, and asks one by one for what is in the ledger only.
func (n *run) observeFollowUps(ctx context.Context) ([]incident.FollowUp, error) {
	known, err := n.recall(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[incident.Key]bool{}
	for _, f := range known {
		seen[f.Issue] = true
	}
	for _, e := range n.snapshot().Ledger.Items {
		key := e.Issue.In(n.key.Repo)
		if !e.Opened() || seen[key] || n.lookUps == lookUpsInOneRun && !key.Repo.Jira() {
			continue
		}
		seen[key] = true
		f, tracked, err := n.find(ctx, e, key)
		if err != nil {
			return nil, err
		}
		if tracked {
			known = append(known, f)
		}
	}
	return n.moved(ctx, known)
}

// moved asks for follow-ups that hang under the parent from another place than
// the one where they are known: GitHub keeps them there when they are
// transferred, and perhaps nobody has told.
func (n *run) moved(ctx context.Context, known []incident.FollowUp) ([]incident.FollowUp, error) {
	ledger := n.snapshot().Ledger
	for _, sub := range n.subIssues {
		e := ledger.Entry(sub.Item)
		if e == nil || !e.Opened() || e.Adopted || e.Issue.Repo.Jira() ||
			e.Issue.In(n.key.Repo) == sub.Issue || n.lookUps == lookUpsInOneRun {
			continue
		}
		i := slices.IndexFunc(known, func(f incident.FollowUp) bool { return f.Issue == e.Issue.In(n.key.Repo) })
		if i < 0 || known[i].Moved != (incident.Key{}) {
			continue
		}
		n.lookUps++
		f, _, err := n.lookUp(ctx, known[i].Issue, known[i])
		if err != nil {
			return nil, err
		}
		if f.Moved != (incident.Key{}) {
			f.At = known[i].At
			known[i] = f
			if err := n.seen(ctx, f); err != nil {
				return nil, err
			}
		}
	}
	return known, nil
}

// recall is what is known of the follow-ups: by memory, by this run, and by
// what hangs under the parent. What is not tracked any more is forgotten.
func (n *run) recall(ctx context.Context) ([]incident.FollowUp, error) {
	known, err := n.r.Memory.FollowUps(ctx, n.key)
	if err != nil {
		return nil, fmt.Errorf("recall the follow-ups of %s: %w", n.key, err)
	}
	known = slices.DeleteFunc(known, func(f incident.FollowUp) bool {
		return f.Parent != n.repository.ID // it came here from another repository
	})
	var all []incident.FollowUp
	for _, f := range n.newest(known) {
		if (f.Adopted || f.Moved != (incident.Key{})) && !n.tracks(f.Issue) {
			if err := n.forget(ctx, f.Issue); err != nil {
				return nil, err
			}
			continue
		}
		if f.Issue.Repo.Jira() {
			f = n.shade(f)
		}
		all = append(all, f)
	}
	// In one order, whatever a map's is: what is adopted first is listed first.
	slices.SortFunc(all, func(a, b incident.FollowUp) int { return a.Issue.Compare(b.Issue) })
	return all, nil
}

// newest is the newest that is known of each: by memory, and by this run.
func (n *run) newest(known []incident.FollowUp) []incident.FollowUp {
	all := map[incident.Key]incident.FollowUp{}
	for _, f := range known {
		all[f.Issue] = f
	}
	n.mu.Lock()
	for key, f := range n.overlay {
		if stored, ok := all[key]; !ok || f.At.After(stored.At) {
			all[key] = f
		}
	}
	n.mu.Unlock()
	for _, sub := range n.subIssues {
		if f, ok := all[sub.Issue]; ok && sub.At.After(f.At) {
			sub.Item, sub.Parent, sub.Source, sub.Words, sub.Adopted = f.Item, f.Parent, f.Source, f.Words, f.Adopted
			sub.Wrote, sub.Snoozes = f.Wrote, f.Snoozes
			all[sub.Issue] = sub
		}
	}
	found := make([]incident.FollowUp, 0, len(all))
	for _, f := range all {
		found = append(found, f)
	}
	return found
}

// tracks is whether the ledger names the issue.
func (n *run) tracks(issue incident.Key) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.ContainsFunc(n.record.Ledger.Items, func(e incident.Entry) bool {
		return e.Opened() && e.Issue.In(n.key.Repo) == issue
	})
}

func (n *run) forget(ctx context.Context, issue incident.Key) error {
	n.mu.Lock()
	delete(n.overlay, issue)
	n.mu.Unlock()
	if n.dry {
		return nil
	}
	return wrap(n.r.Memory.ForgetFollowUp(ctx, n.key, issue), "forget that %s is followed", issue)
}

// find is what an entry's issue is by now. One that hangs under the parent has
// been read already.
func (n *run) find(ctx context.Context, e incident.Entry, key incident.Key) (f incident.FollowUp, tracked bool, err error) {
	if key.Repo.Jira() {
		f, err = n.findTicket(ctx, e, key)
		return f, true, err
	}
	for _, sub := range n.subIssues {
		if sub.Issue == key && e.Adopted {
			f = sub
			f.Item, f.Parent, f.Source, f.Words, f.Adopted = e.Key, n.repository.ID, e.Source, e.Words, true
			return f, true, n.seen(ctx, f)
		}
	}
	n.lookUps++
	f, ours, err := n.lookUp(ctx, key, n.marked(e))
	if err == nil && f.Moved.Number != 0 && !e.Adopted {
		_, ours, err = n.lookUp(ctx, f.Moved, n.marked(e))
	}
	switch {
	case err != nil:
		return f, false, err
	case !ours && !e.Adopted && key.Repo != n.key.Repo:
		return unproven(f, key), true, nil
	case !ours && !e.Adopted && f.State != incident.Gone && f.Moved == (incident.Key{}):
		n.disown(e.Key)
		return f, false, nil
	}
	return f, true, n.seen(ctx, f)
}

// unproven is an issue in another repository, or a ticket, of which only the
// tracker says that it is a follow-up. Whether it is there is nobody's business who edited
// the tracker: it counts as gone either way, and is not remembered.
func unproven(f incident.FollowUp, key incident.Key) incident.FollowUp {
	return incident.FollowUp{
		Issue: key, Item: f.Item, Parent: f.Parent, Source: f.Source, Words: f.Words, State: incident.Gone, Unproven: true,
	}
}

// marked is what the ledger says of a follow-up.
func (n *run) marked(e incident.Entry) incident.FollowUp {
	f := marked(e, n.repository.ID)
	f.Adopted = e.Adopted
	return f
}

// lookUp asks for an issue of which only the name is known. An issue that this
// App did not open for this incident is no follow-up, whatever a ledger says,
// unless it was adopted.
func (n *run) lookUp(ctx context.Context, key incident.Key, as incident.FollowUp) (f incident.FollowUp, ours bool, err error) {
	issue, err := n.forge.Issue(ctx, key)
	missing := new(incident.Missing)
	switch {
	case errors.As(err, &missing):
		f = as
		f.Issue, f.State, f.At = key, incident.Gone, time.Unix(0, 0)
		if missing.Moved.Repo.Owner() == n.key.Repo.Owner() {
			f.State, f.Moved = incident.Open, missing.Moved
		}
		return f, false, nil
	case err != nil:
		return f, false, fmt.Errorf("read the follow-up %s: %w", key, err)
	}
	f, err = n.r.observed(ctx, n.forge, issue, n.key.Repo, as)
	return f, n.opened(issue, as.Item), err
}

// opened is whether this App opened the issue for this incident's item. In the
// parent's own repository, what people made of its text does not matter.
func (n *run) opened(issue incident.Issue, item incident.ItemKey) bool {
	if issue.AppID != n.r.Forges.AppID() {
		return false
	}
	of, entry, ok := n.r.Texts.ReadFollowUp(issue.Body)
	return issue.Key.Repo == n.key.Repo || ok && n.isMe(of) && entry.Key == item
}

func (n *run) disown(item incident.ItemKey) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record.Ledger.Items = slices.DeleteFunc(n.record.Ledger.Items, func(e incident.Entry) bool { return e.Key == item })
}

// adopted is an issue that an item refers to.
func (n *run) adopted(ctx context.Context, key incident.Key) (incident.FollowUp, error) {
	if key.Repo.Owner() != n.key.Repo.Owner() {
		return incident.FollowUp{Issue: key, State: incident.Gone}, nil
	}
	f, _, err := n.lookUp(ctx, key, incident.FollowUp{Parent: n.repository.ID, Adopted: true})
	return f, err
}

// remembers is whether the database knew of the incident when the run began.
func (n *run) remembers() bool { return n.known }

// mustList is true while a follow-up may exist of which nothing is remembered:
// there is no memory, or an opening was cut off. One that runs right now is
// not such a case.
func (n *run) mustList() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.listed || len(n.record.Opening) > 0 && !n.running[incident.FollowUpsPart]
}

// listFollowUps finds follow-ups by their label: in the parent's repository,
// and where an opening was cut off.
func (n *run) listFollowUps(ctx context.Context, parent incident.Issue) error {
	n.since = parent.CreatedAt
	found, err := n.list(ctx, n.key.Repo)
	if err != nil {
		return err
	}
	for _, repo := range n.snapshot().OpeningIn {
		more, err := n.list(ctx, repo)
		if err != nil {
			return err
		}
		found = append(found, more...)
	}
	if err := n.seen(ctx, found...); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listed = true
	n.record.Opening, n.record.OpeningIn = nil, nil
	n.settle(found)
	return nil
}

// mustListIn is whether an item's place may hold a follow-up of which nothing
// is remembered.
func (n *run) mustListIn(repo incident.Repo) bool { return !n.remembers() && !n.listedIn[repo] }

func (n *run) listIn(ctx context.Context, repo incident.Repo) error {
	found, err := n.list(ctx, repo)
	if err != nil {
		return err
	}
	n.listedIn[repo] = true
	if err := n.seen(ctx, found...); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.settle(found)
	return nil
}

// list is what was opened in a repository for this incident. In another one
// than the parent's, what carries the marker counts only for an item of whose
// issue nothing is known: whoever may write there may edit it.
func (n *run) list(ctx context.Context, repo incident.Repo) ([]incident.FollowUp, error) {
	issues, err := n.forge.Listed(ctx, repo, n.policy().FollowUpLabel, n.since)
	if err != nil {
		return nil, fmt.Errorf("list the follow-ups of %s: %w", n.key, err)
	}
	var found []incident.FollowUp
	ledger := n.snapshot().Ledger
	for _, issue := range issues {
		of, entry, ok := n.r.Texts.ReadFollowUp(issue.Body)
		if !ok || !n.isMe(of) || issue.AppID != n.r.Forges.AppID() {
			continue
		}
		if e := ledger.Entry(entry.Key); repo != n.key.Repo && (e == nil || e.Opened()) {
			continue
		}
		f, err := n.r.observed(ctx, n.forge, issue, n.key.Repo, marked(entry, n.repository.ID))
		if err != nil {
			return nil, err
		}
		found = append(found, f)
	}
	return found, nil
}

// settle ends the openings that a listing has answered: what it shows was
// opened. Called with mu.
func (n *run) settle(found []incident.FollowUp) {
	for _, f := range found {
		if e := n.record.Ledger.Entry(f.Item); e != nil && !e.Opened() {
			e.Issue, e.Wrote = incident.RefTo(f.Issue, n.key.Repo), f.Wrote
		}
	}
}
