package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// placesFor is how long what was asked of other repositories is believed: a run
// can take long where writes are paced, and somebody may have been let in.
const placesFor = 10 * time.Second

// wikiPlace is a repository, as far as it matters for writing to its wiki.
func (n *run) wikiPlace(ctx context.Context, repo incident.Repo) (incident.Place, error) {
	own := incident.Place{Repository: n.repository, Accepts: true}
	if repo == n.key.Repo {
		return own, nil
	}
	if now := n.r.Clock(); now.Sub(n.placesAt) > placesFor {
		clear(n.places)
		n.placesAt = now
	}
	if p, known := n.places[repo]; known {
		return p, nil
	}
	p, err := n.askPlace(ctx, repo)
	if p.Repository.ID == n.repository.ID { // by a name that it had
		p = own
	}
	if err == nil {
		n.places[repo] = p
	}
	return p, err
}

// askPlace asks for another repository. What can't be known counts as the worst.
func (n *run) askPlace(ctx context.Context, repo incident.Repo) (incident.Place, error) {
	repository, err := n.lookFor(ctx, repo)
	if why, unknowable := whyUnknown(err); unknowable {
		return incident.Place{Exposes: true, Narrow: true, Why: why}, nil
	}
	if err != nil || repository.ID == 0 || ownerOf(repository) != n.key.Repo.Owner() {
		return incident.Place{}, err
	}
	p := incident.Place{Repository: repository}
	configured, err := n.r.configure(ctx, n.forge, repo, repository.PushedAt, n.dry)
	if err != nil {
		return incident.Place{}, err
	}
	p.Accepts, p.Misconfigured = accepts(configured.writers, n.key.Repo), configured.bad
	err = n.compareReaders(ctx, repo, &p)
	if p.Misconfigured != "" && p.Narrow { // it may quote what not all can read who read this
		p.Misconfigured = "mend " + markdown.Code(ConfigFile) + " there."
	}
	return p, err
}

// ownerOf is whose a repository is by now: one that was given away is found
// under its old name.
func ownerOf(r incident.Repository) string {
	return incident.Repo(strings.ToLower(r.FullName)).Owner()
}

// accepts is whether writers, as "owner/name" or "owner/*", name the repository.
func accepts(writers []string, repo incident.Repo) bool {
	return slices.ContainsFunc(writers, func(w string) bool {
		return w == string(repo) || w == repo.Owner()+"/*"
	})
}

// visibility is how far a repository can be seen, the widest first.
type visibility int

const (
	public visibility = iota
	internal
	private
)

func visibilityOf(r incident.Repository) visibility {
	switch {
	case r.Internal:
		return internal
	case r.Private:
		return private
	}
	return public
}

// compareReaders finds out whether the wiki can be read by others than the
// incident can.
func (n *run) compareReaders(ctx context.Context, repo incident.Repo, p *incident.Place) error {
	there, here := visibilityOf(p.Repository), visibilityOf(n.repository)
	switch {
	case there < here:
		p.Exposes = true
	case here == internal && there == private:
		p.Exposes, p.Narrow = true, true
		p.Why = fmt.Sprintf("Who may read %s can't be compared with who may read an internal repository.",
			markdown.Code(p.Repository.FullName))
	case there > here:
		p.Narrow = true
	case there == private:
		return n.compareLists(ctx, repo, p)
	}
	return nil
}

// compareLists compares two private repositories by who may read them.
func (n *run) compareLists(ctx context.Context, repo incident.Repo, p *incident.Place) error {
	var lists [2][]string
	for i, r := range []incident.Repo{repo, n.key.Repo} {
		var err error
		lists[i], err = n.forge.Readers(ctx, r)
		if why, unknowable := whyUnknown(err); unknowable {
			p.Exposes, p.Narrow, p.Why = true, true, why
			return nil
		}
		if err != nil {
			return fmt.Errorf("ask who may read %s: %w", r, err)
		}
	}
	p.Exposes, p.Narrow = !within(lists[0], lists[1]), !within(lists[1], lists[0])
	return nil
}

// within is whether all are among others, which are sorted.
func within(all, others []string) bool {
	for _, one := range all {
		if _, found := slices.BinarySearch(others, one); !found {
			return false
		}
	}
	return true
}

// whyUnknown is what to tell people of what can't be known until somebody
// mends it; false where asking again may do.
func whyUnknown(err error) (why string, unknowable bool) {
	var blocked *incident.Blocked
	var paused *incident.Paused
	var missing *incident.Missing
	switch {
	case errors.As(err, &blocked):
		return blocked.Text, true
	case errors.As(err, &paused):
		return markdown.Text(paused.Why), true
	case errors.As(err, &missing):
		return markdown.Text(missing.Error()), true
	}
	return "", false
}

// readShowcase looks at the public wiki, and at the copy that the ledger tells
// of, where the rules want to know: mostly nobody is asked.
func (n *run) readShowcase(ctx context.Context, w *incident.World) {
	if !incident.ShowcaseWanted(*w) || n.isBusy(incident.PublishPart) {
		return
	}
	n.checkCopyToo(w)
	if err := n.askShowcase(ctx, w); err != nil {
		n.fail(ctx, incident.PublishPart, err)
	}
}

func (n *run) askShowcase(ctx context.Context, w *incident.World) (err error) {
	if repo := n.policy().Showcase; repo != "" {
		if w.Showcase, err = n.wikiPlace(ctx, repo); err != nil {
			return err
		}
	}
	at := w.Record.Ledger.Copy
	if at.At.IsZero() || at.Repo.Owner() != n.key.Repo.Owner() {
		return nil
	}
	w.Shown, err = n.readWiki(ctx, at.Repo, at.Path)
	return err
}
