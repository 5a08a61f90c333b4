package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hindsight/internal/incident"
)

// Swept says what a sweep found.
type Swept struct {
	Repositories int
	Due          int // issues that were made due
}

// Sweep finds what no delivery told: for every installation, the incidents
// and follow-ups that changed since the last look. It makes them due and
// leaves the rest to the looks. What fails for one repository is logged and
// does not hold up the others; the next sweep starts there again.
func (r *Reconciler) Sweep(ctx context.Context) (Swept, error) {
	var swept Swept
	installations, err := r.Forges.Installations(ctx)
	if err != nil {
		return swept, fmt.Errorf("list the installations: %w", err)
	}
	for _, inst := range installations {
		if inst.Suspended {
			r.Log.InfoContext(ctx, "paused", "account", inst.Account, "reason", "the installation is suspended")
			continue
		}
		if err := r.sweepInstallation(ctx, inst, &swept); err != nil {
			r.Log.WarnContext(ctx, "the sweep of an account was cut short", "account", inst.Account, "error", err)
		}
		if ctx.Err() != nil {
			return swept, ctx.Err()
		}
	}
	return swept, nil
}

func (r *Reconciler) sweepInstallation(ctx context.Context, inst Installation, swept *Swept) error {
	forge := r.Forges.Forge(inst.ID)
	repos, err := forge.Repositories(ctx)
	if err != nil {
		return fmt.Errorf("list the repositories: %w", err)
	}
	for _, repo := range repos {
		due, err := r.sweepRepository(ctx, inst, forge, repo)
		swept.Repositories++
		swept.Due += due
		if later := new(incident.Later); errors.As(err, &later) {
			return err
		}
		if err != nil {
			r.Log.WarnContext(ctx, "a repository could not be swept", "repository", string(repo), "error", err)
		}
	}
	return nil
}

// sweepRepository asks what changed since the newest change that the last
// sweep saw: by GitHub's clock, and with the same question as long as nothing
// changes, so that the answer is free. The first look goes back to when the
// App was installed, since it can have made nothing before.
func (r *Reconciler) sweepRepository(
	ctx context.Context, inst Installation, forge Forge, repo incident.Repo,
) (due int, err error) {
	since, err := r.Memory.Look(ctx, repo)
	if err != nil {
		return 0, fmt.Errorf("recall the last look: %w", err)
	}
	var changed []incident.Issue
	var commented []incident.Key
	if since.IsZero() {
		since = inst.CreatedAt
		changed, err = r.firstLook(ctx, forge, repo, since)
	} else {
		changed, commented, err = laterLook(ctx, forge, repo, since)
	}
	if err != nil {
		return 0, err
	}
	newest := since
	concern, err := r.unchecked(ctx, repo)
	if err != nil {
		return 0, err
	}
	for _, issue := range changed {
		if issue.UpdatedAt.After(newest) {
			newest = issue.UpdatedAt
		}
		concern[issue.Key] = concern[issue.Key] || marked(issue)
	}
	for _, key := range commented {
		concern[key] = concern[key] || false
	}
	if due, err = r.markConcerned(ctx, inst.ID, concern); err != nil {
		return due, err
	}
	// The repository can be seen, and is neither archived nor suspended: what
	// was paused because it was can go on.
	if err := r.Marker.Resume(ctx, repo); err != nil {
		return due, err
	}
	return due, r.Memory.SaveLook(ctx, repo, newest)
}

const (
	// checkEvery is how often every open follow-up is looked at even when
	// nothing is heard of it: a deleted issue is in no listing, and one whose
	// webhook was lost would be promised for ever.
	checkEvery = 24 * time.Hour
	// checkMost keeps one sweep of one repository cheap.
	checkMost = 20
)

func (r *Reconciler) unchecked(ctx context.Context, repo incident.Repo) (map[incident.Key]bool, error) {
	keys, err := r.Memory.Unchecked(ctx, repo, r.Clock().Add(-checkEvery), checkMost)
	if err != nil {
		return nil, fmt.Errorf("choose follow-ups to look at: %w", err)
	}
	concern := map[incident.Key]bool{}
	for _, key := range keys {
		concern[key] = true
	}
	return concern, nil
}

func (r *Reconciler) firstLook(
	ctx context.Context, forge Forge, repo incident.Repo, since time.Time,
) ([]incident.Issue, error) {
	policy := incident.DefaultPolicy()
	var all []incident.Issue
	for _, label := range []string{policy.Label, policy.FollowUpLabel} {
		issues, err := forge.Listed(ctx, repo, label, since)
		if err != nil {
			return nil, fmt.Errorf("list the issues labelled %q: %w", label, err)
		}
		all = append(all, issues...)
	}
	return all, nil
}

// laterLook asks for all that changed, labelled or not: a label that was taken
// off is news too. An edited comment does not always make its issue new.
func laterLook(
	ctx context.Context, forge Forge, repo incident.Repo, since time.Time,
) ([]incident.Issue, []incident.Key, error) {
	issues, err := forge.Listed(ctx, repo, "", since)
	if err != nil {
		return nil, nil, fmt.Errorf("list the issues that changed: %w", err)
	}
	keys, err := forge.Commented(ctx, repo, since)
	if err != nil {
		return nil, nil, fmt.Errorf("list the comments that changed: %w", err)
	}
	return issues, keys, nil
}

func marked(issue incident.Issue) bool {
	policy := incident.DefaultPolicy()
	return labelled(issue, policy.Label) || labelled(issue, policy.FollowUpLabel)
}

// markConcerned makes due what carries a label of ours or is known already.
func (r *Reconciler) markConcerned(
	ctx context.Context, installation int64, concern map[incident.Key]bool,
) (due int, err error) {
	for key, sure := range concern {
		if !sure {
			if sure, err = r.known(ctx, key); err != nil {
				return due, err
			}
		}
		if !sure {
			continue
		}
		if err := r.Marker.Mark(ctx, installation, key, r.Clock()); err != nil {
			return due, fmt.Errorf("mark %s: %w", key, err)
		}
		due++
	}
	return due, nil
}

func (r *Reconciler) known(ctx context.Context, key incident.Key) (bool, error) {
	_, incidentKnown, err := r.Memory.Record(ctx, key)
	if err != nil || incidentKnown {
		return incidentKnown, err
	}
	_, followUp, err := r.Memory.IncidentOf(ctx, key)
	return followUp, err
}

// Preview plans for one incident and changes nothing.
func (r *Reconciler) Preview(ctx context.Context, key incident.Key) (incident.Plan, error) {
	forge, installation, err := r.forge(ctx, 0, key.Repo)
	if err != nil {
		return incident.Plan{}, err
	}
	record, _, err := r.Memory.Record(ctx, key)
	if err != nil {
		return incident.Plan{}, fmt.Errorf("recall %s: %w", key, err)
	}
	n := r.newRun(forge, installation, key, record, false)
	n.dry = true
	return n.decide(ctx)
}
