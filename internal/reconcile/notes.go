package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// note keeps what is seen of an issue that belongs to other incidents than
// itself: as a follow-up, or as a pull request that refers to them.
func (r *Reconciler) note(ctx context.Context, forge Forge, installation int64, issue incident.Issue) error {
	if err := r.noteFollowUp(ctx, forge, installation, issue); err != nil {
		return err
	}
	if !issue.PullRequest {
		return nil
	}
	return r.notePull(ctx, forge, installation, issue)
}

// noteFollowUp stores what is seen of a follow-up, and makes its incidents due
// when something is new. One that was recorded is known by its number, whatever
// people have made of its text.
func (r *Reconciler) noteFollowUp(ctx context.Context, forge Forge, installation int64, issue incident.Issue) error {
	recalled, err := r.recallFollowUps(ctx, issue.Key)
	if err != nil {
		return err
	}
	if parent, f, ok := r.readFollowUp(issue); ok {
		if i := slices.IndexFunc(recalled, of(parent)); i >= 0 {
			recalled[i].Wrote = f.Wrote
		} else {
			recalled = append(recalled, remembered{parent, f})
		}
	}
	for _, known := range recalled {
		f, err := r.observed(ctx, forge, issue, known.of.Repo, known.FollowUp)
		if err != nil {
			return err
		}
		if f.Snoozes, err = snoozes(ctx, forge, issue, known.of.Repo); err != nil {
			return err
		}
		if err := r.noteState(ctx, installation, known.of, f); err != nil {
			return err
		}
	}
	return nil
}

// snoozes are the commands to snooze that people wrote on an open follow-up
// itself: there they are reminded of it. They are answered in the repository of
// the parent only, so elsewhere they don't count.
func snoozes(
	ctx context.Context, forge Forge, issue incident.Issue, home incident.Repo,
) (found []incident.Command, err error) {
	const most = 20
	if issue.Comments == 0 || issue.State != incident.Open || issue.Key.Repo != home {
		return nil, nil
	}
	comments, err := forge.Comments(ctx, issue.Key)
	if err != nil {
		return nil, fmt.Errorf("read the comments of %s: %w", issue.Key, err)
	}
	for _, c := range comments {
		if c.Ours {
			continue
		}
		for _, command := range markdown.Commands(c.Body) {
			verb, rest, _ := strings.Cut(command.Rest, " ")
			if command.Name != "followup" || !strings.EqualFold(verb, "snooze") || strings.Contains(rest, "#") {
				continue
			}
			found = append(found, incident.Command{
				Name: command.Name, Rest: fmt.Sprintf("snooze #%d %s", issue.Key.Number, rest),
				Comment: c.ID, URL: c.URL, Author: c.Author, Written: c.UpdatedAt,
			})
		}
	}
	return found[max(0, len(found)-most):], nil
}

// remembered is a follow-up and whose it is.
type remembered struct {
	of incident.Key
	incident.FollowUp
}

func of(parent incident.Key) func(remembered) bool {
	return func(r remembered) bool { return r.of == parent }
}

// recallFollowUps is what is remembered of an issue as a follow-up, in the order
// of its incidents.
func (r *Reconciler) recallFollowUps(ctx context.Context, key incident.Key) ([]remembered, error) {
	known, err := r.Memory.Observed(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("recall what was seen of %s: %w", key, err)
	}
	var all []remembered
	for _, parent := range slices.SortedFunc(maps.Keys(known), incident.Key.Compare) {
		all = append(all, remembered{parent, known[parent]})
	}
	return all, nil
}

// noteState stores what is seen of a follow-up, and makes its incident due when
// something is new.
func (r *Reconciler) noteState(
	ctx context.Context, installation int64, parent incident.Key, f incident.FollowUp,
) error {
	err := r.Memory.NoteFollowUp(ctx, installation, parent, f, r.Clock())
	return wrap(err, "store the state of %s", f.Issue)
}

func (r *Reconciler) mark(ctx context.Context, installation int64, key incident.Key) error {
	return wrap(r.Marker.Mark(ctx, installation, key, r.Clock()), "mark %s", key)
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
	return parent, marked(entry, of.Repository), ok
}

// marked is what a marker, or the ledger, says of a follow-up; repository is
// the id of the parent's.
func marked(entry incident.Entry, repository int64) incident.FollowUp {
	return incident.FollowUp{
		Item: entry.Key, Parent: repository, Source: entry.Source, Words: entry.Words, Wrote: entry.Wrote,
		Lacks: entry.Lacks,
	}
}

// observed is an issue as the follow-up of a parent in home. Of whose
// repository can't be seen, it is not known who may read it: nobody else.
func (r *Reconciler) observed(
	ctx context.Context, forge Forge, issue incident.Issue, home incident.Repo, known incident.FollowUp,
) (incident.FollowUp, error) {
	f := known
	f.Issue, f.ID, f.Title, f.URL = issue.Key, issue.ID, issue.Title, issue.URL
	f.State, f.Closed, f.At, f.Pull = issue.State, issue.ClosedAt, issue.UpdatedAt, issue.PullRequest
	f.Owner, f.Moved, f.Secret = "", incident.Key{}, false
	if len(issue.Assignees) > 0 {
		f.Owner = issue.Assignees[0]
	}
	if issue.Key.Repo == home {
		return f, nil
	}
	repository, err := forge.Repository(ctx, issue.Key.Repo)
	unseen := isMissing(err)
	f.Secret = unseen || repository.Private
	if unseen {
		return f, nil
	}
	return f, wrap(err, "find out who may read %s", issue.Key)
}

// notePull makes the incidents due that a pull request refers to: any news of
// it may be a line for them.
func (r *Reconciler) notePull(ctx context.Context, forge Forge, installation int64, pull incident.Issue) error {
	before, err := r.Memory.IncidentsOf(ctx, pull.Key)
	if err != nil {
		return fmt.Errorf("recall what %s refers to: %w", pull.Key, err)
	}
	now, err := r.refersTo(ctx, pull)
	if err != nil {
		return err
	}
	if len(now) > 0 {
		may, err := mayRefer(ctx, forge, pull)
		if err != nil {
			return err
		}
		if !may {
			now = nil
		}
	}
	for _, parent := range union(before, now) {
		if _, err := r.Memory.SavePull(ctx, parent, pull.Key, slices.Contains(now, parent)); err != nil {
			return fmt.Errorf("remember that %s refers to %s: %w", pull.Key, parent, err)
		}
		if err := r.mark(ctx, installation, parent); err != nil {
			return err
		}
	}
	return nil
}

// mayRefer is whether a pull request's author may make it an incident's: else a
// stranger's could have other people's lines followed up, and crowd out the
// team's own.
func mayRefer(ctx context.Context, forge Forge, pull incident.Issue) (bool, error) {
	if pull.Author.Login == "" {
		return false, nil
	}
	has, err := forge.Permission(ctx, pull.Key.Repo, pull.Author.Login)
	return has >= incident.MayTriage, wrap(err, "ask whether %s may refer to incidents of %s", pull.Author.Login, pull.Key.Repo)
}

// refersTo are the known incidents that a pull request refers to.
func (r *Reconciler) refersTo(ctx context.Context, pull incident.Issue) ([]incident.Key, error) {
	var known []incident.Key
	for _, key := range references(pull) {
		_, is, err := r.Memory.Record(ctx, key)
		if err != nil {
			return nil, fmt.Errorf("recall %s: %w", key, err)
		}
		if is {
			known = append(known, key)
		}
	}
	return known, nil
}

// references are the issues of its own repository that a pull request says it
// is about: what is written elsewhere may be for other eyes.
func references(pull incident.Issue) []incident.Key {
	const most = 20
	var all []incident.Key
	for _, ref := range markdown.Refers(pull.Body) {
		key := incident.Key{Repo: pull.Key.Repo, Number: ref.Number}
		own := ref.Owner == "" || incident.NewRepo(ref.Owner, ref.Name) == pull.Key.Repo
		if own && key != pull.Key && len(all) < most {
			all = union(all, []incident.Key{key})
		}
	}
	return all
}

func union(a, b []incident.Key) []incident.Key {
	all := slices.Clone(a)
	for _, key := range b {
		if !slices.Contains(all, key) {
			all = append(all, key)
		}
	}
	return all
}

// lookAtGone is about an issue that GitHub says is not there. If the whole
// repository is out of sight, that says nothing of the issue: it waits. Else a
// follow-up is gone, or followed to where it has moved; a parent that has moved
// is looked at there; and of a parent that is gone nothing can be said anywhere
// but here.
func (r *Reconciler) lookAtGone(
	ctx context.Context, forge Forge, installation int64, key, moved incident.Key,
) error {
	if moved == (incident.Key{}) || moved.Number == key.Number {
		if err := r.seesRepository(ctx, forge, key.Repo); err != nil {
			return err
		}
	}
	known, err := r.recallFollowUps(ctx, key)
	if err != nil {
		return err
	}
	for _, f := range known {
		if f.Moved = moved; moved == (incident.Key{}) {
			f.State = incident.Gone
		}
		if err = r.noteState(ctx, installation, f.of, f.FollowUp); err != nil {
			return err
		}
	}
	record, parent, err := r.Memory.Record(ctx, key)
	if err != nil {
		return fmt.Errorf("recall %s: %w", key, err)
	}
	if moved != (incident.Key{}) && parent {
		return r.moveOut(ctx, installation, key, moved, record.Ledger.Page.Repo)
	}
	r.Log.InfoContext(ctx, "ignored", "issue", key, "reason", "it does not exist any more")
	return nil
}

// moveOut leaves an incident to the name that it has by now, with what is its.
func (r *Reconciler) moveOut(
	ctx context.Context, installation int64, from, to incident.Key, wiki incident.Repo,
) error {
	followUps, err := r.Memory.FollowUps(ctx, from)
	if err != nil {
		return fmt.Errorf("recall the follow-ups of %s: %w", from, err)
	}
	for _, f := range followUps {
		if err = r.Memory.ForgetFollowUp(ctx, from, f.Issue); err != nil {
			return fmt.Errorf("forget that %s belongs to %s: %w", f.Issue, from, err)
		}
	}
	pulls, err := r.Memory.Pulls(ctx, from)
	if err != nil {
		return fmt.Errorf("recall the pull requests about %s: %w", from, err)
	}
	for _, pull := range pulls {
		if _, err := r.Memory.SavePull(ctx, from, pull, false); err != nil {
			return fmt.Errorf("forget that %s refers to %s: %w", pull, from, err)
		}
	}
	if wiki != "" {
		if err := r.Memory.SaveWiki(ctx, from, wiki, false); err != nil {
			return fmt.Errorf("forget that the page of %s is in the wiki of %s: %w", from, wiki, err)
		}
	}
	return r.mark(ctx, installation, to)
}

// seesRepository is nil for a repository that is there under this name.
func (r *Reconciler) seesRepository(ctx context.Context, forge Forge, repo incident.Repo) error {
	repository, err := forge.Repository(ctx, repo)
	if isMissing(err) {
		return &incident.Paused{Why: string(repo) + " is out of sight: deleted, or taken out of the installation"}
	}
	if err != nil {
		return fmt.Errorf("look for the repository %s: %w", repo, err)
	}
	if !strings.EqualFold(repository.FullName, string(repo)) {
		return &incident.Paused{Why: string(repo) + " is called " + repository.FullName + " now"}
	}
	return nil
}
