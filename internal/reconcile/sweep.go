package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"hindsight/internal/incident"
)

// Swept says what a sweep found.
type Swept struct {
	Repositories int
	Due          int // issues and tickets that were made due
	Failed       int // accounts, repositories and Jira sites that could not be swept
}

// Sweep finds what no delivery told: for every installation, the incidents
// and follow-ups that changed since the last look; and for every Jira site, the
// tickets. It makes them due and leaves the rest to the looks. What fails for one
// repository or site is logged and does not hold up the others; the next sweep asks again from the same time.
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
			swept.Failed++
			r.Log.WarnContext(ctx, "the sweep of an account was cut short", "account", inst.Account, "error", err)
		}
		if ctx.Err() != nil {
			return swept, ctx.Err()
		}
	}
	r.sweepSites(ctx, installations, &swept)
	return swept, ctx.Err()
}

func (r *Reconciler) sweepInstallation(ctx context.Context, inst Installation, swept *Swept) error {
	forge := r.Forges.Forge(inst.ID)
	pushed, err := forge.Repositories(ctx)
	if err != nil {
		return fmt.Errorf("list the repositories: %w", err)
	}
	repos := slices.Collect(maps.Keys(pushed))
	// In another order each time: where a limit cuts sweeps short, it should
	// not always be the same ones that nobody looks at.
	rand.Shuffle(len(repos), func(i, j int) { //nolint:gosec // no secret: who guesses the order gains nothing
		repos[i], repos[j] = repos[j], repos[i]
	})
	for _, repo := range repos {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		due, err := r.sweepRepository(ctx, inst, forge, repo, pushed[repo])
		swept.Repositories++
		swept.Due += due
		if later := new(incident.Later); errors.As(err, &later) {
			return err
		}
		if err != nil {
			swept.Failed++
			r.Log.WarnContext(ctx, "a repository could not be swept", "repository", string(repo), "error", err)
		}
	}
	return nil
}

// overlap is how much later than others GitHub may show a change, and how far
// our clock may be from GitHub's.
const overlap = 2 * time.Minute

// sweepRepository asks what changed since shortly before the newest change
// that the last sweep saw: by GitHub's clock, and with the same question as
// long as nothing changes, so that the answer is free. The first look goes
// back to when the App was installed, since it can have made nothing before,
// and asks for what carries our labels only.
func (r *Reconciler) sweepRepository(
	ctx context.Context, inst Installation, forge Forge, repo incident.Repo, pushed time.Time,
) (due int, err error) {
	settings, err := r.sweepSettings(ctx, inst.ID, forge, repo, pushed)
	if err != nil {
		return 0, err
	}
	since, err := r.Memory.Look(ctx, repo)
	if err != nil {
		return 0, fmt.Errorf("recall the last look: %w", err)
	}
	found, until, err := r.findNews(ctx, inst, forge, repo, settings, since)
	if err != nil {
		return 0, err
	}
	for key, n := range found {
		marked, err := r.markNews(ctx, inst.ID, key, n)
		if err != nil {
			return due, err
		}
		due += marked
	}
	if err := r.sweepWiki(ctx, inst.ID, repo); err != nil {
		return due, err
	}
	// The repository can be seen, and is neither archived nor suspended: what
	// was paused because it was can go on.
	if err := r.Marker.Resume(ctx, inst.ID, repo); err != nil {
		return due, err
	}
	// Renamed labels may have asked for a look at everything meanwhile.
	if now, err := r.Memory.Look(ctx, repo); err != nil || !now.Equal(since) {
		return due, wrap(err, "recall the last look")
	}
	return due, wrap(r.Memory.SaveLook(ctx, repo, until), "remember the look")
}

// findNews is what may want a look, and from when the next sweep has to ask.
func (r *Reconciler) findNews(
	ctx context.Context, inst Installation, forge Forge, repo incident.Repo, settings Settings, since time.Time,
) (found map[incident.Key]news, until time.Time, err error) {
	if found, err = r.unchecked(ctx, repo); err != nil {
		return nil, since, err
	}
	if since.IsZero() {
		until = r.Clock().Add(-overlap)
		return found, until, r.firstLook(ctx, forge, repo, settings, inst.CreatedAt, found)
	}
	until, err = r.laterLook(ctx, forge, repo, settings, since, found)
	return found, until, err
}

// sweepWiki finds that somebody edited the wiki. Where no page is open, nobody
// is asked; and a wiki that does not answer is asked again by the next sweep.
func (r *Reconciler) sweepWiki(ctx context.Context, installation int64, repo incident.Repo) error {
	keys, err := r.inWiki(ctx, repo, openOnWiki)
	if err != nil || len(keys) == 0 {
		return err
	}
	tip, err := r.Wiki.Tip(ctx, installation, repo)
	if err != nil {
		r.Log.DebugContext(ctx, "whether the wiki has changed is not known", "repository", string(repo), "error", err)
		return nil
	}
	settings, err := r.recallSettings(ctx, repo)
	if err != nil || settings.WikiTip == tip {
		return err
	}
	if err := r.markAll(ctx, installation, keys); err != nil {
		return err
	}
	settings.WikiTip = tip
	return wrap(r.Memory.SaveSettings(ctx, repo, settings), "remember the wiki of %s", repo)
}

// news is why an issue may want a look.
type news struct {
	at   time.Time // when it changed; zero: look whenever that was
	ours bool      // it carries a label of ours, or was asked for
	// refers are the issues that a pull request says it is about.
	refers []incident.Key
}

const (
	// checkEvery is how often every open follow-up is looked at even when
	// nothing is heard of it: a deleted issue is in no listing, and one whose
	// webhook was lost would be promised for ever.
	checkEvery = 24 * time.Hour
	// checkMost keeps one sweep of one repository cheap.
	checkMost = 20
)

func (r *Reconciler) unchecked(ctx context.Context, repo incident.Repo) (map[incident.Key]news, error) {
	keys, err := r.Memory.Unchecked(ctx, repo, r.Clock().Add(-checkEvery), checkMost)
	if err != nil {
		return nil, fmt.Errorf("choose follow-ups to look at: %w", err)
	}
	found := map[incident.Key]news{}
	for _, key := range keys {
		found[key] = news{ours: true}
	}
	return found, nil
}

func (r *Reconciler) firstLook(
	ctx context.Context, forge Forge, repo incident.Repo, settings Settings, since time.Time,
	found map[incident.Key]news,
) error {
	for _, label := range []string{settings.Label, settings.FollowUpLabel} {
		issues, err := forge.Listed(ctx, repo, label, since)
		if err != nil {
			return fmt.Errorf("list the issues labelled %q: %w", label, err)
		}
		for _, issue := range issues {
			found[issue.Key] = news{ours: true}
		}
	}
	return nil
}

// laterLook asks for all that changed, labelled or not: a label that was taken
// off is news too. An edited comment does not always make its issue new. It
// returns from when the next look has to ask.
func (r *Reconciler) laterLook(
	ctx context.Context, forge Forge, repo incident.Repo, settings Settings, since time.Time,
	found map[incident.Key]news,
) (until time.Time, err error) {
	issues, err := forge.Listed(ctx, repo, "", since)
	if err != nil {
		return since, fmt.Errorf("list the issues that changed: %w", err)
	}
	commented, err := forge.Commented(ctx, repo, since)
	if err != nil {
		return since, fmt.Errorf("list the comments that changed: %w", err)
	}
	until = since
	for _, issue := range issues {
		if from := issue.UpdatedAt.Add(-overlap); from.After(until) {
			until = from
		}
		if _, asked := found[issue.Key]; !asked {
			found[issue.Key] = news{at: issue.UpdatedAt, ours: settings.marks(issue), refers: references(issue)}
		}
	}
	for key, at := range commented {
		n, asked := found[key]
		if !asked || !n.at.IsZero() && at.After(n.at) {
			n.at = at
			found[key] = n
		}
	}
	return until, nil
}

// marks is whether an issue carries a label of ours.
func (s Settings) marks(issue incident.Issue) bool {
	return incident.HasLabel(issue.Labels, s.Label) || incident.HasLabel(issue.Labels, s.FollowUpLabel)
}

// sweepSettings reads a repository's configuration when somebody has pushed
// since: no webhook tells. Where it has none, its owner's may have changed. When
// another label starts incidents by now, the repository is looked at anew; when
// anything else has changed, what is open is, and what waits for its wiki.
func (r *Reconciler) sweepSettings(
	ctx context.Context, installation int64, forge Forge, repo incident.Repo, pushed time.Time,
) (Settings, error) {
	before, err := r.recallSettings(ctx, repo)
	if err != nil || before.Found && before.fresh(pushed) && before.InForce == before.digest() {
		return before, err
	}
	configured, err := r.configure(ctx, forge, repo, pushed, false)
	if err != nil {
		return before, err
	}
	after, err := r.recallSettings(ctx, repo)
	if err != nil {
		return after, err
	}
	if after.InForce == configured.inForce {
		return after, nil
	}
	if after.InForce != "" { // else everything is looked at in the first sweep
		if err := r.markOpen(ctx, installation, repo); err != nil {
			return after, err
		}
	}
	if err := r.markWaiting(ctx, installation, repo); err != nil {
		return after, err
	}
	after.InForce = configured.inForce
	return after, wrap(r.Memory.SaveSettings(ctx, repo, after), "remember what is in force in %s", repo)
}

// markOpen makes the incidents of a repository due that are not complete.
func (r *Reconciler) markOpen(ctx context.Context, installation int64, repo incident.Repo) error {
	keys, err := r.incidentsThat(ctx, repo, func(r incident.Record) bool { return !r.Ledger.Closing.Complete })
	if err != nil {
		return err
	}
	return r.markAll(ctx, installation, keys)
}

// markNews makes an issue due that carries a label of ours or is known, unless
// it was looked at well after it changed: as the looks overlap, the same
// change is found more than once.
func (r *Reconciler) markNews(ctx context.Context, installation int64, key incident.Key, n news) (due int, err error) {
	record, known, err := r.Memory.Record(ctx, key)
	if err != nil {
		return 0, fmt.Errorf("recall %s: %w", key, err)
	}
	seen := record.Seen
	if !known {
		if seen, err = r.Memory.CheckedAt(ctx, key); err != nil {
			return 0, fmt.Errorf("recall when %s was looked at: %w", key, err)
		}
	}
	if !n.at.IsZero() && seen.After(n.at.Add(overlap)) {
		return 0, nil
	}
	if !known && !n.ours {
		if concerns, err := r.concerns(ctx, key, n.refers); err != nil || !concerns {
			return 0, err
		}
	}
	if err := r.mark(ctx, installation, key); err != nil {
		return 0, err
	}
	return 1, nil
}

// concerns is whether an issue belongs to an incident that is known.
func (r *Reconciler) concerns(ctx context.Context, key incident.Key, refers []incident.Key) (bool, error) {
	parents, err := r.Memory.IncidentsOf(ctx, key)
	if err != nil || len(parents) > 0 {
		return len(parents) > 0, wrap(err, "recall whose follow-up %s is", key)
	}
	for _, parent := range refers {
		_, known, err := r.Memory.Record(ctx, parent)
		if err != nil || known {
			return known, wrap(err, "recall %s", parent)
		}
	}
	return false, nil
}
