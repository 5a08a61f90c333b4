package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"hindsight/internal/incident"
)

// Reconciler holds what a look needs. All fields must be set but Customers and
// Jira.
type Reconciler struct {
	Forges Forges
	Jira   Jira // nil where there is none
	Wiki   Wiki
	Memory Memory
	Marker Marker
	Texts  Texts
	Checks Checker
	// Customers are the operator's: names that should stand on no page.
	Customers []string
	// Policy reads a repository's configuration; its errors are for people.
	Policy func(file string, data []byte) (incident.Policy, error)
	// Defaults are in force where nothing is configured.
	Defaults incident.Policy
	Clock    func() time.Time
	Log      *slog.Logger
	// Settle is how long the tracker waits for the other parts to finish
	// too, once the first has, so that it is written once and not twice.
	Settle time.Duration
}

// Look looks at one issue and does what is missing. It returns when to look
// again, zero for never. Installation 0 is looked up. Of a Jira ticket it notes
// what it is like.
func (r *Reconciler) Look(ctx context.Context, installation int64, key incident.Key) (time.Time, error) {
	if key.Repo.Jira() {
		return time.Time{}, r.lookAtTicket(ctx, key)
	}
	switch key.Number {
	case incident.TheWiki:
		return time.Time{}, r.lookAtWiki(ctx, installation, key.Repo)
	case incident.TheLabels:
		return time.Time{}, r.lookAtLabels(ctx, installation, key.Repo)
	case incident.TheReleases:
		return time.Time{}, r.lookAtReleases(ctx, installation, key.Repo)
	}
	forge, installation, err := r.forge(ctx, installation, key.Repo)
	if stranger := new(strangerError); errors.As(err, &stranger) {
		r.Log.InfoContext(ctx, "ignored", "issue", key, "reason", stranger.Error())
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	issue, err := forge.Issue(ctx, key)
	if missing := new(incident.Missing); errors.As(err, &missing) {
		return time.Time{}, r.lookAtGone(ctx, forge, installation, key, missing.Moved)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read %s: %w", key, err)
	}
	if err = r.note(ctx, forge, installation, issue); err != nil {
		return time.Time{}, err
	}
	record, known, err := r.Memory.Record(ctx, key)
	if err != nil {
		return time.Time{}, fmt.Errorf("recall %s: %w", key, err)
	}
	settings, err := r.recallSettings(ctx, key.Repo)
	if err != nil {
		return time.Time{}, err
	}
	if !known && !incident.HasLabel(issue.Labels, settings.Label) {
		r.Log.DebugContext(ctx, "ignored", "issue", key, "reason", "no incident label and nothing remembered")
		return time.Time{}, nil
	}
	n := r.newRun(forge, installation, key, record, known)
	n.first = &issue
	return n.toTheEnd(ctx)
}

// strangerError is about a repository whose owner the operator does not serve.
type strangerError struct{ repo incident.Repo }

func (s *strangerError) Error() string {
	return fmt.Sprintf("the owner of %s is not served here; to serve it, add %s to HINDSIGHT_ALLOWED_OWNERS",
		s.repo, s.repo.Owner())
}

// forge is the installation's view, if the operator serves the owner.
func (r *Reconciler) forge(ctx context.Context, installation int64, repo incident.Repo) (Forge, int64, error) {
	admitted, err := r.Forges.Admits(ctx, repo.Owner())
	if err != nil {
		return nil, 0, fmt.Errorf("ask which owners are served: %w", err)
	}
	if !admitted {
		return nil, 0, &strangerError{repo}
	}
	if installation == 0 {
		if installation, err = r.Forges.InstallationOf(ctx, repo); err != nil {
			return nil, 0, fmt.Errorf("find the installation for %s: %w", repo, err)
		}
	}
	return r.Forges.Forge(installation), installation, nil
}

// lookAtLabels is about a label that was renamed or deleted, which changes
// what issues are labelled with and tells nothing of any of them. All that is
// known is made due, and the next sweep lists by our labels anew.
func (r *Reconciler) lookAtLabels(ctx context.Context, installation int64, repo incident.Repo) error {
	keys, err := r.Memory.Incidents(ctx, repo)
	if err != nil {
		return fmt.Errorf("list the incidents of %s: %w", repo, err)
	}
	for _, key := range keys {
		if err := r.mark(ctx, installation, key); err != nil {
			return err
		}
	}
	return r.Memory.SaveLook(ctx, repo, time.Time{})
}
