package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// What is wrong with a Jira site is known once, for all incidents that have tickets
// there: mostly nothing is to be written, and nobody would notice that what is shown
// is old.

// hiccups is how many failures in a row are not worth a word.
const hiccups = 2

// noteSite keeps what is wrong with a site after it was asked, or that nothing is.
// Where what people are told changes, the incidents are made due that they read it
// on.
func (r *Reconciler) noteSite(ctx context.Context, site incident.Repo, failure error) error {
	before, err := r.Memory.SiteTrouble(ctx, site)
	if err != nil {
		return fmt.Errorf("recall what is wrong with %s: %w", site.Address(), err)
	}
	now := troubleAt(site, failure, before, r.Clock())
	if now == before {
		return nil
	}
	if err := r.Memory.SaveSiteTrouble(ctx, site, now); err != nil {
		return fmt.Errorf("remember what is wrong with %s: %w", site.Address(), err)
	}
	if now.Text == before.Text {
		return nil
	}
	if err := r.markAt(ctx, site); err != nil { // what was not told is to be news once more
		return errors.Join(err, r.Memory.SaveSiteTrouble(ctx, site, before))
	}
	return nil
}

// troubleAt is what is wrong with a site after one more question. A site that refuses
// one thing, or asks for a pause, tells nothing of the rest; and a hiccup neither
// mends anything, nor is it told.
func troubleAt(
	site incident.Repo, failure error, before incident.SiteTrouble, now time.Time,
) incident.SiteTrouble {
	blocked, later := new(incident.Blocked), new(incident.Later)
	switch {
	case failure == nil, isMissing(failure):
		return incident.SiteTrouble{}
	case onlyItself(failure), errors.As(failure, &later):
		return before
	}
	after := before
	after.Attempts++
	if before.Since.IsZero() {
		after.Since = now.UTC().Truncate(time.Second)
	}
	switch {
	case errors.As(failure, &blocked):
		after.Text = blocked.Text
	case after.Attempts > hiccups:
		after.Text = cmp.Or(before.Text, fmt.Sprintf("What is new of tickets at %s is not known, since it does not answer: "+
			"what is shown of them may be old. It is tried again by itself; the server's log says more.",
			markdown.Code(site.Address())))
	}
	return after
}

// markAt makes the incidents due that have tickets at a site, and are not complete.
func (r *Reconciler) markAt(ctx context.Context, site incident.Repo) error {
	keys, err := r.Memory.IncidentsAt(ctx, site)
	if err != nil {
		return fmt.Errorf("recall which incidents have tickets at %s: %w", site.Address(), err)
	}
	for _, key := range keys {
		record, known, err := r.Memory.Record(ctx, key)
		if err != nil {
			return fmt.Errorf("recall %s: %w", key, err)
		}
		if !known || record.Ledger.Closing.Complete {
			continue
		}
		if err := r.mark(ctx, 0, key); err != nil {
			return err
		}
	}
	return nil
}

// troubles are what is wrong with the sites that the incident may use, where people
// are to be told of it.
func (n *run) troubles(ctx context.Context) (map[incident.Repo]string, error) {
	told := map[incident.Repo]string{}
	for _, site := range sitesOf(n.projects()) {
		trouble, err := n.r.Memory.SiteTrouble(ctx, site)
		if err != nil {
			return nil, fmt.Errorf("recall what is wrong with %s: %w", site.Address(), err)
		}
		if trouble.Text != "" {
			told[site] = trouble.Text
		}
	}
	return told, nil
}
