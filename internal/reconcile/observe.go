package reconcile

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"hindsight/internal/incident"
)

// observe reads the world for one round. It changes nothing but what the run
// itself keeps; so "plan" can use it too.
//
// Until the incident is accepted, nothing that people wrote is looked into:
// anybody may open an issue, and an issue form may put the label on.
func (n *run) observe(ctx context.Context) (incident.World, error) {
	read, err := n.read(ctx)
	if err != nil {
		return incident.World{}, err
	}
	if n.renewed() {
		if read, err = n.readAnew(ctx, read); err != nil {
			return incident.World{}, err
		}
	}
	w := incident.World{
		Repository: n.repository, ConfigError: n.configured.problem, Parent: read.issue, Labelling: read.labelling,
	}
	if err = n.readOurs(ctx, &w, read.comments); err != nil {
		return w, err
	}
	accepted, err := n.accepted(ctx, &w)
	if err != nil || !accepted {
		return w, err
	}
	n.doubtUnlessFresh(&w)
	if err = n.readRest(ctx, read.issue); err != nil {
		return w, err
	}
	if w.Wiki, err = n.wikiPlace(ctx, n.wikiOf(read.issue)); err != nil {
		return w, err
	}
	if err = n.readIndex(ctx, &w); err != nil {
		return w, err
	}
	n.readPeople(&w, read.comments)
	w.Projects = n.projects()
	if w.Troubles, err = n.troubles(ctx); err != nil {
		return w, err
	}
	if err = n.seek(ctx, read.issue); err != nil {
		return w, err
	}
	if w.FollowUps, err = n.observeFollowUps(ctx); err != nil {
		return w, err
	}
	for _, f := range w.FollowUps {
		w.Commands = append(w.Commands, f.Snoozes...)
	}
	w.SubIssues = n.subIssues
	n.judge(ctx, &w)
	n.readPageToo(ctx, &w)
	return w, nil
}

// readPageToo reads what only the page needs, as far as the rules want it now.
func (n *run) readPageToo(ctx context.Context, w *incident.World) {
	n.check(ctx, w)
	n.readEvents(ctx, w)
	n.readShowcase(ctx, w)
	n.readTemplate(ctx, w)
	w.Record = n.snapshot()
}

// reading is what one round reads from GitHub before anything is made of it.
type reading struct {
	issue     incident.Issue
	comments  []incident.Comment
	labelling incident.Labelling
}

// read asks for everything that does not hang on an answer, at once: the
// sooner it is there, the sooner people see that something happens.
func (n *run) read(ctx context.Context) (reading, error) {
	issue, err := n.issue(ctx)
	if err != nil {
		return reading{}, fmt.Errorf("read %s: %w", n.key, err)
	}
	r := reading{issue: issue}
	tasks := []func(context.Context) error{func(ctx context.Context) (err error) {
		r.comments, err = n.forge.Comments(ctx, n.key)
		return wrap(err, "read the comments of %s", n.key)
	}}
	if n.repository.ID == 0 {
		tasks = append(tasks, n.readRepository)
	}
	if !n.knownAccepted() {
		tasks = append(tasks, func(ctx context.Context) error { return n.readLabelling(ctx, &r) })
	}
	err = atOnce(ctx, tasks)
	return r, err
}

// readLabelling finds out who put the label on that is known to start
// incidents here.
func (n *run) readLabelling(ctx context.Context, r *reading) error {
	settings, err := n.r.recallSettings(ctx, n.key.Repo)
	if err != nil || !incident.HasLabel(r.issue.Labels, settings.Label) {
		return err
	}
	err = n.askHistory(ctx, r.issue)
	r.labelling = labelledBy(n.events.history.found, settings.Label)
	return wrap(err, "find out who labelled %s", n.key)
}

// renewed is whether another repository has the name by now. Then what is
// remembered under the name is not about this incident, and is forgotten.
func (n *run) renewed() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	was := n.record.Repository
	if was != 0 && was != n.repository.ID {
		n.record, n.listed, n.united = incident.Record{Revision: n.record.Revision}, false, false
	}
	n.record.Repository = n.repository.ID
	return was != 0 && was != n.repository.ID
}

// readAnew reads what was left out because something was remembered, and has
// the next sweep look at the whole repository.
func (n *run) readAnew(ctx context.Context, r reading) (reading, error) {
	if err := n.readLabelling(ctx, &r); err != nil || n.dry {
		return r, err
	}
	return r, wrap(n.r.Memory.SaveLook(ctx, n.key.Repo, time.Time{}), "have %s swept anew", n.key.Repo)
}

// atOnce runs tasks beside each other, until all have ended or one has failed.
// A panic is an error: it must not end the process for everybody.
func atOnce(ctx context.Context, tasks []func(context.Context) error) error {
	all, ctx := errgroup.WithContext(ctx)
	for _, task := range tasks {
		all.Go(func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
				}
			}()
			return task(ctx)
		})
	}
	return all.Wait()
}

// issue is the parent: on the first round the one that led here.
func (n *run) issue(ctx context.Context) (incident.Issue, error) {
	if first := n.first; first != nil {
		n.first = nil
		return *first, nil
	}
	return n.forge.Issue(ctx, n.key)
}

// wrap is fmt.Errorf for an error that may be nil.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// readRepository reads what does not change within a run: the repository and
// what is configured for it.
func (n *run) readRepository(ctx context.Context) (err error) {
	repository, err := n.forge.Repository(ctx, n.key.Repo)
	if err != nil {
		return fmt.Errorf("read the repository %s: %w", n.key.Repo, err)
	}
	n.configured, err = n.r.configure(ctx, n.forge, n.key.Repo, repository.PushedAt, n.dry)
	n.repository = repository
	return err
}

// accepted is whether the incident is one: it was accepted before, or whoever
// labelled it may start incidents.
func (n *run) accepted(ctx context.Context, w *incident.World) (bool, error) {
	w.Record, w.Verdicts = n.snapshot(), map[incident.ItemKey]incident.Verdict{}
	if n.knownAccepted() {
		return true, nil
	}
	for _, ask := range incident.Asks(n.policy(), *w) {
		verdict, err := n.mayCommand(ctx, ask)
		if err != nil {
			return false, err
		}
		w.Verdicts[ask.Line] = verdict
	}
	return incident.Accepts(n.policy(), *w), nil
}

func (n *run) policy() incident.Policy { return n.configured.policy }

func (n *run) knownAccepted() bool { return !n.snapshot().Ledger.Accepted.At.IsZero() }

// readRest reads what only an incident needs: once in a run, since news of it
// begins another.
func (n *run) readRest(ctx context.Context, parent incident.Issue) error {
	var tasks []func(context.Context) error
	if n.mustList() {
		tasks = append(tasks, func(ctx context.Context) error { return n.listFollowUps(ctx, parent) })
	}
	if !n.rest {
		tasks = append(tasks, n.readPulls, func(ctx context.Context) error { return n.readPage(ctx, parent) })
		if !parent.PullRequest {
			tasks = append(tasks, n.readSubIssues)
		}
	}
	err := atOnce(ctx, tasks)
	n.rest = err == nil
	return err
}
