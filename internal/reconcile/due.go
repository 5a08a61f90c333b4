package reconcile

import (
	"context"
	"fmt"

	"hindsight/internal/incident"
)

// lookAtWiki makes due what waits for a wiki, and what may have items proposed on
// its page.
func (r *Reconciler) lookAtWiki(ctx context.Context, installation int64, repo incident.Repo) error {
	keys, err := r.inWiki(ctx, repo, func(r incident.Record) bool { return r.WaitsForWiki || openOnWiki(r) })
	if err != nil {
		return err
	}
	return r.markAll(ctx, installation, keys)
}

// lookAtReleases makes due what goes on: a release or a deployment may be news
// for the timelines of its pages, unless they have all that happened in their
// time, or take no rows.
func (r *Reconciler) lookAtReleases(ctx context.Context, installation int64, repo incident.Repo) error {
	keys, err := r.incidentsThat(ctx, repo, func(r incident.Record) bool {
		takes := r.Ledger.Page.Made() && !r.TimelineLeft && r.Happened == ""
		return takes && r.Ledger.Told.Resolved.IsZero() && !r.Ledger.Closing.Seen
	})
	if err != nil {
		return err
	}
	return r.markAll(ctx, installation, keys)
}

func (r *Reconciler) markAll(ctx context.Context, installation int64, keys []incident.Key) error {
	for _, key := range keys {
		if err := r.mark(ctx, installation, key); err != nil {
			return err
		}
	}
	return nil
}

// inWiki are the incidents that matter of those whose page is in the wiki, or is
// to be: the repository's own, and those of others.
func (r *Reconciler) inWiki(
	ctx context.Context, repo incident.Repo, matters func(incident.Record) bool,
) ([]incident.Key, error) {
	concerned, err := r.incidentsThat(ctx, repo, func(r incident.Record) bool {
		return matters(r) && (r.Ledger.Page.Repo == "" || !r.Ledger.Page.Made())
	})
	if err != nil {
		return nil, err
	}
	others, err := r.Memory.InWiki(ctx, repo)
	if err != nil {
		return nil, fmt.Errorf("recall whose pages are in the wiki of %s: %w", repo, err)
	}
	for _, key := range others {
		record, known, err := r.Memory.Record(ctx, key)
		switch {
		case err != nil:
			return nil, fmt.Errorf("recall %s: %w", key, err)
		case !known, record.Ledger.Page.Made() && record.Ledger.Page.Repo != repo:
			if err := r.Memory.SaveWiki(ctx, key, repo, false); err != nil {
				return nil, fmt.Errorf("forget that the page of %s was to be in the wiki of %s: %w", key, repo, err)
			}
		case matters(record):
			concerned = append(concerned, key)
		}
	}
	return concerned, nil
}

// openOnWiki is whether the page could not be made yet, or may be changed by
// people while the incident is not complete.
func openOnWiki(record incident.Record) bool {
	_, waits := record.Problems[incident.PagePart]
	return waits || (record.WaitsForWiki || record.Ledger.Page.Made()) && !record.Ledger.Closing.Complete
}

// markWaiting makes due what waits for the wiki of a repository of which there is
// news.
func (r *Reconciler) markWaiting(ctx context.Context, installation int64, repo incident.Repo) error {
	keys, err := r.inWiki(ctx, repo, func(r incident.Record) bool { return r.WaitsForWiki })
	if err != nil {
		return err
	}
	return r.markAll(ctx, installation, keys)
}

// incidentsThat are those of a repository of which something is remembered that
// matters.
func (r *Reconciler) incidentsThat(
	ctx context.Context, repo incident.Repo, matters func(incident.Record) bool,
) (found []incident.Key, err error) {
	keys, err := r.Memory.Incidents(ctx, repo)
	if err != nil {
		return nil, fmt.Errorf("list the incidents of %s: %w", repo, err)
	}
	for _, key := range keys {
		record, known, err := r.Memory.Record(ctx, key)
		if err != nil {
			return nil, fmt.Errorf("recall %s: %w", key, err)
		}
		if known && matters(record) {
			found = append(found, key)
		}
	}
	return found, nil
}
