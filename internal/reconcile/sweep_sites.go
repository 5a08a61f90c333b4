package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hindsight/internal/incident"
)

// sweepSites finds the tickets that changed, of which no delivery told: after
// GitHub was asked, which waits for no site. One that fails holds up nothing but
// itself, and one that hangs the others for a minute.
func (r *Reconciler) sweepSites(ctx context.Context, installations []Installation, swept *Swept) {
	if r.Jira == nil {
		return
	}
	var projects []incident.Project
	for _, inst := range installations {
		projects = append(projects, r.projects(strings.ToLower(inst.Account))...)
	}
	for _, site := range r.Jira.Sites() {
		if ctx.Err() != nil {
			return
		}
		due, err := r.sweepSite(ctx, site, max(overlap, lagOf(projects, site)))
		swept.Due += due
		if err != nil {
			swept.Failed++
			r.Log.WarnContext(ctx, "a Jira site could not be swept", "site", site.Address(), "error", err)
		}
	}
}

// sweepSite asks one question, whatever the number of tickets: which changed
// since the last look, and as long before it as the search may lag. Before the
// first look there was nothing that could have changed.
func (r *Reconciler) sweepSite(ctx context.Context, site incident.Repo, lag time.Duration) (due int, err error) {
	began := r.Clock()
	since, err := r.Memory.Look(ctx, site)
	if err != nil {
		return 0, fmt.Errorf("recall the last look: %w", err)
	}
	changed, all, err := r.changedAt(ctx, site, since, lag)
	if err != nil {
		return 0, err
	}
	stale, err := r.seenBefore(ctx, changed)
	if err != nil {
		return 0, err
	}
	unchecked, err := r.Memory.Unchecked(ctx, site, began.Add(-checkEvery), checkMost)
	if err != nil {
		return 0, fmt.Errorf("choose tickets to look at: %w", err)
	}
	stale = union(stale, unchecked)
	if err := r.markAll(ctx, 0, stale); err != nil {
		return 0, err
	}
	if !all {
		r.Log.WarnContext(ctx, "more tickets changed than are asked for at once: those before them are asked for again",
			"site", site.Address(), "since", since, "changed", len(changed))
		return len(stale), nil
	}
	return len(stale), wrap(r.Memory.SaveLook(ctx, site, began), "remember the look")
}

// changedAt asks a site which tickets changed, if it was looked at before; all is
// whether it told of all. It is what tells first that a site is in trouble, or out
// of it.
func (r *Reconciler) changedAt(
	ctx context.Context, site incident.Repo, since time.Time, lag time.Duration,
) (changed map[incident.Key]time.Time, all bool, err error) {
	if since.IsZero() {
		return nil, true, nil
	}
	patient, cancel := context.WithTimeout(ctx, siteSearches)
	defer cancel()
	changed, all, err = r.Jira.Changed(patient, site, since.Add(-lag))
	if noting := r.noteSite(ctx, site, err); noting != nil {
		return nil, false, noting
	}
	return changed, all, wrap(err, "ask which tickets changed")
}

// seenBefore are the follow-ups among tickets that have changed since they were
// seen, by Jira's clock.
func (r *Reconciler) seenBefore(ctx context.Context, changed map[incident.Key]time.Time) (stale []incident.Key, err error) {
	for _, key := range slices.SortedFunc(maps.Keys(changed), incident.Key.Compare) {
		known, err := r.recallFollowUps(ctx, key)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(known, func(f remembered) bool { return f.At.Before(changed[key]) }) {
			stale = append(stale, key)
		}
	}
	return stale, nil
}
