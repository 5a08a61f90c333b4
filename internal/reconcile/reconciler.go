package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"hindsight/internal/incident"
)

// ConfigFile is where a repository keeps its configuration.
const ConfigFile = ".github/hindsight.yml"

// Reconciler holds what a look needs. All fields must be set.
type Reconciler struct {
	Forges Forges
	Wiki   Wiki
	Memory Memory
	Marker Marker
	Texts  Texts
	// Policy reads a repository's configuration; its errors are for people.
	Policy func(file string, data []byte) (incident.Policy, error)
	// Defaults are in force where a repository configures nothing. Their
	// labels hold everywhere.
	Defaults incident.Policy
	Clock    func() time.Time
	Log      *slog.Logger
	// Settle is how long the tracker waits for the other parts to finish
	// too, once the first has, so that it is written once and not twice.
	Settle time.Duration
}

// Look looks at one issue and does what is missing. It returns when to look
// again, zero for never. Installation 0 is looked up.
func (r *Reconciler) Look(ctx context.Context, installation int64, key incident.Key) (time.Time, error) {
	switch key.Number {
	case incident.TheWiki:
		return time.Time{}, r.lookAtWiki(ctx, installation, key.Repo)
	case incident.TheLabels:
		return time.Time{}, r.lookAtLabels(ctx, installation, key.Repo)
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
		return time.Time{}, r.lookAtGone(ctx, forge, installation, key)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read %s: %w", key, err)
	}
	if err = r.noteFollowUp(ctx, installation, issue); err != nil {
		return time.Time{}, err
	}
	record, known, err := r.Memory.Record(ctx, key)
	if err != nil {
		return time.Time{}, fmt.Errorf("recall %s: %w", key, err)
	}
	if !known && !incident.HasLabel(issue.Labels, r.Defaults.Label) {
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
		if err := r.Marker.Mark(ctx, installation, key, r.Clock()); err != nil {
			return fmt.Errorf("mark %s: %w", key, err)
		}
	}
	return r.Memory.SaveLook(ctx, repo, time.Time{})
}

// lookAtWiki makes due what may wait for a wiki's first page.
func (r *Reconciler) lookAtWiki(ctx context.Context, installation int64, repo incident.Repo) error {
	keys, err := r.Memory.Incidents(ctx, repo)
	if err != nil {
		return fmt.Errorf("list the incidents of %s: %w", repo, err)
	}
	for _, key := range keys {
		record, _, err := r.Memory.Record(ctx, key)
		if err != nil {
			return fmt.Errorf("recall %s: %w", key, err)
		}
		if _, waits := record.Problems[incident.PagePart]; !waits {
			continue
		}
		if err := r.Marker.Mark(ctx, installation, key, r.Clock()); err != nil {
			return fmt.Errorf("mark %s: %w", key, err)
		}
	}
	return nil
}

// lookAtGone is about an issue that GitHub says is not there. If the whole
// repository is out of sight, that says nothing of the issue: it waits. Else a
// follow-up is gone; and of a parent that is gone nothing can be said anywhere
// but here.
func (r *Reconciler) lookAtGone(ctx context.Context, forge Forge, installation int64, key incident.Key) error {
	repository, err := forge.Repository(ctx, key.Repo)
	if missing := new(incident.Missing); errors.As(err, &missing) {
		return &incident.Paused{Why: string(key.Repo) + " is out of sight: deleted, or taken out of the installation"}
	}
	if err != nil {
		return fmt.Errorf("look for the repository %s: %w", key.Repo, err)
	}
	if !strings.EqualFold(repository.FullName, string(key.Repo)) {
		return &incident.Paused{Why: string(key.Repo) + " is called " + repository.FullName + " now"}
	}
	parent, f, ok, err := r.recallFollowUp(ctx, key)
	if err != nil || !ok {
		r.Log.InfoContext(ctx, "ignored", "issue", key, "reason", "it does not exist any more")
		return err
	}
	f.State = incident.Gone
	return r.saveFollowUp(ctx, installation, parent, f)
}

// recallFollowUp is what is remembered of a follow-up.
func (r *Reconciler) recallFollowUp(
	ctx context.Context, key incident.Key,
) (parent incident.Key, f incident.FollowUp, ok bool, err error) {
	if parent, ok, err = r.Memory.IncidentOf(ctx, key); err != nil || !ok {
		return parent, f, false, wrap(err, "recall whose follow-up %s is", key)
	}
	known, err := r.Memory.FollowUps(ctx, parent)
	if err != nil {
		return parent, f, false, fmt.Errorf("recall the follow-ups of %s: %w", parent, err)
	}
	for _, f := range known {
		if f.Issue == key {
			return parent, f, true, nil
		}
	}
	return parent, f, false, nil
}

// noteFollowUp stores what is seen of a follow-up, and makes its incident due
// when something is new. One that was recorded is known by its number, whatever
// people have made of its text.
func (r *Reconciler) noteFollowUp(ctx context.Context, installation int64, issue incident.Issue) error {
	parent, f, ok := r.readFollowUp(issue)
	if !ok {
		recalledParent, recalled, known, err := r.recallFollowUp(ctx, issue.Key)
		if err != nil || !known {
			return err
		}
		entry := incident.Entry{Key: recalled.Item, Source: recalled.Source, Words: recalled.Words}
		parent, f = recalledParent, observed(issue, entry, recalled.Parent)
	}
	return r.saveFollowUp(ctx, installation, parent, f)
}

func (r *Reconciler) saveFollowUp(
	ctx context.Context, installation int64, parent incident.Key, f incident.FollowUp,
) error {
	changed, err := r.Memory.SaveFollowUp(ctx, parent, f)
	if err != nil {
		return fmt.Errorf("store the state of %s: %w", f.Issue, err)
	}
	if !changed {
		return nil
	}
	if err := r.Marker.Mark(ctx, installation, parent, r.Clock()); err != nil {
		return fmt.Errorf("mark %s: %w", parent, err)
	}
	return nil
}

// readFollowUp knows one of our follow-ups again. A marker counts only in
// what this App opened, and only for a parent in the same repository: people
// with write permission can edit an issue's text.
func (r *Reconciler) readFollowUp(issue incident.Issue) (incident.Key, incident.FollowUp, bool) {
	if issue.AppID != r.Forges.AppID() {
		return incident.Key{}, incident.FollowUp{}, false
	}
	of, entry, ok := r.Texts.ReadFollowUp(issue.Body)
	parent := incident.Key{Repo: issue.Key.Repo, Number: of.Number}
	return parent, observed(issue, entry, of.Repository), ok
}

// observed is an issue as a follow-up; repository is the id that its marker,
// or the record, names as the parent's.
func observed(issue incident.Issue, entry incident.Entry, repository int64) incident.FollowUp {
	f := incident.FollowUp{
		Issue: issue.Key, ID: issue.ID, Item: entry.Key, Parent: repository,
		Source: entry.Source, Words: entry.Words,
		Title: issue.Title, URL: issue.URL, State: issue.State, At: issue.UpdatedAt,
	}
	if len(issue.Assignees) > 0 {
		f.Owner = issue.Assignees[0]
	}
	return f
}
