package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// ConfigFile is where a repository keeps its configuration, and the
// repository [orgRepository] its owner's.
const ConfigFile = ".github/hindsight.yml"

// orgRepository is the name of an owner's repository whose configuration
// holds where a repository has none.
const orgRepository = ".github"

// configuration is what is configured for a repository.
type configuration struct {
	policy incident.Policy
	// problem is why the file could not be used: neutral Markdown, or "".
	problem string
	// inForce stands for both, as [Settings.InForce].
	inForce string
	// writers are the repositories that may write to the wiki, by the
	// repository's own file: its owner's opens no wiki but its own.
	writers []string
	// borrowers are those that may use its list of customers, by the same.
	borrowers []string
	// bad is why that file can't be used: neutral Markdown, or "".
	bad string
}

// configure reads a repository's configuration, else its owner's. A file that
// can't be used never holds up an incident: then the last good one is in force,
// else the defaults, and the tracker says why.
func (r *Reconciler) configure(
	ctx context.Context, forge Forge, repo incident.Repo, pushed time.Time, dry bool,
) (configuration, error) {
	before, err := r.recallSettings(ctx, repo)
	if err != nil {
		return configuration{}, err
	}
	own, read, err := r.settings(ctx, forge, repo, ConfigFile, pushed)
	if err != nil {
		return configuration{}, err
	}
	used := own
	if !own.Found && own.Bad == "" && repo.Name() != orgRepository {
		if used, err = r.ownersSettings(ctx, forge, repo.Owner(), dry); err != nil {
			return configuration{}, err
		}
	}
	c := configuration{policy: r.Defaults, problem: used.Bad, inForce: used.digest()}
	if used.Good != "" {
		if c.policy, err = r.Policy(ConfigFile, []byte(used.Good)); err != nil { // by a stricter version
			c.policy, c.problem = r.Defaults, markdown.Text(err.Error())
		}
	}
	if own.Found || own.Bad != "" {
		c.writers, c.borrowers, c.bad = c.policy.Writers, c.policy.Borrowers, c.problem
	}
	same := own.Label == c.policy.Label && own.FollowUpLabel == c.policy.FollowUpLabel
	own.Label, own.FollowUpLabel = c.policy.Label, c.policy.FollowUpLabel
	if dry || same && !read {
		return c, nil
	}
	if before.Label != own.Label || before.FollowUpLabel != own.FollowUpLabel {
		if err := r.Memory.SaveLook(ctx, repo, time.Time{}); err != nil {
			return c, fmt.Errorf("have %s swept anew: %w", repo, err)
		}
	}
	return c, wrap(r.Memory.SaveSettings(ctx, repo, own), "remember the settings of %s", repo)
}

// fresh is whether nobody has pushed since it was read. GitHub tells whole
// seconds, and its clock is not ours: what was read right after a push may not
// be the last of that second.
func (s Settings) fresh(pushed time.Time) bool {
	return !pushed.IsZero() && s.PushedAt.Equal(pushed) && s.ReadAt.After(pushed.Add(overlap))
}

// forgetFile is what is left to know of a repository that has no file.
func (s Settings) forgetFile() Settings {
	return Settings{WikiTip: s.WikiTip, InForce: s.InForce, Indexed: s.Indexed, IndexedSince: s.IndexedSince, IndexAnew: s.IndexAnew}
}

// digest stands for the text that is in force, and for what is wrong with the
// file.
func (s Settings) digest() string {
	sum := sha256.Sum256([]byte(s.Good + "\x00" + s.Bad))
	return hex.EncodeToString(sum[:8])
}

// ownersEvery is how often an owner's configuration is looked for: no webhook
// and no listing tells that it has changed.
const ownersEvery = 10 * time.Minute

// ownersSettings are those of an owner's repository, if Hindsight sees it.
func (r *Reconciler) ownersSettings(ctx context.Context, forge Forge, owner string, dry bool) (Settings, error) {
	repo := incident.NewRepo(owner, orgRepository)
	s, known, err := r.Memory.Settings(ctx, repo)
	if err != nil {
		return s, fmt.Errorf("recall the settings of %s: %w", repo, err)
	}
	if known && r.Clock().Sub(s.ReadAt) < ownersEvery {
		return s, nil
	}
	repository, err := forge.Repository(ctx, repo)
	switch {
	case isMissing(err):
		s = s.forgetFile()
	case err != nil:
		return s, fmt.Errorf("look for the repository %s: %w", repo, err)
	default:
		if s, _, err = r.settings(ctx, forge, repo, string(repo)+": "+ConfigFile, repository.PushedAt); err != nil {
			return s, err
		}
	}
	s.Label, s.FollowUpLabel = r.Defaults.Label, r.Defaults.FollowUpLabel
	s.ReadAt = r.Clock()
	if dry {
		return s, nil
	}
	return s, wrap(r.Memory.SaveSettings(ctx, repo, s), "remember the settings of %s", repo)
}

// settings are what is remembered of a repository's file, read anew when
// somebody has pushed since; name is how the file is called to people.
func (r *Reconciler) settings(
	ctx context.Context, forge Forge, repo incident.Repo, name string, pushed time.Time,
) (s Settings, read bool, err error) {
	s, known, err := r.Memory.Settings(ctx, repo)
	if err != nil {
		return s, false, fmt.Errorf("recall the settings of %s: %w", repo, err)
	}
	if known && s.fresh(pushed) {
		return s, false, nil
	}
	data, err := forge.File(ctx, repo, ConfigFile)
	blocked := new(incident.Blocked)
	switch {
	case isMissing(err):
		s = s.forgetFile()
	case errors.As(err, &blocked):
		s.Bad = blocked.Text
		return s, true, nil // and asked for again: a person may mend it without a push
	case err != nil:
		return s, false, fmt.Errorf("read the configuration of %s: %w", repo, err)
	default:
		s.Found, s.Bad = true, ""
		if _, err := r.Policy(name, data); err != nil {
			s.Bad = markdown.Text(err.Error())
		} else {
			s.Good = string(data)
		}
	}
	s.PushedAt, s.ReadAt = pushed, r.Clock()
	return s, true, nil
}

// recallSettings are what is remembered for a repository; the defaults where
// nothing is.
func (r *Reconciler) recallSettings(ctx context.Context, repo incident.Repo) (Settings, error) {
	s, known, err := r.Memory.Settings(ctx, repo)
	if err != nil {
		return s, fmt.Errorf("recall the settings of %s: %w", repo, err)
	}
	if !known || s.Label == "" {
		s.Label, s.FollowUpLabel = r.Defaults.Label, r.Defaults.FollowUpLabel
	}
	return s, nil
}
