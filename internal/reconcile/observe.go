package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// reading is what one round reads from GitHub before anything is made of it.
type reading struct {
	issue     incident.Issue
	comments  []incident.Comment
	labelling incident.Labelling
}

// observe reads the world for one round. It changes nothing but what the run
// itself keeps; so "plan" can use it too.
func (n *run) observe(ctx context.Context) (incident.World, error) {
	read, err := n.read(ctx)
	if err != nil {
		return incident.World{}, err
	}
	w := incident.World{
		Repository: n.repository, ConfigError: n.configError,
		Parent: read.issue, Labelling: read.labelling,
	}
	n.readComments(&w, read.comments)
	if w.TrackerGone, err = n.trackerGone(ctx, w.Trackers); err != nil {
		return w, err
	}
	if w.FollowUps, err = n.observeFollowUps(ctx); err != nil {
		return w, err
	}
	w.Record = n.snapshot()
	return w, n.judge(ctx, &w)
}

// read asks for everything that does not hang on an answer, at once: the
// sooner all of it is there, the sooner people see that something happens.
func (n *run) read(ctx context.Context) (reading, error) {
	issue, err := n.issue(ctx)
	if err != nil {
		return reading{}, fmt.Errorf("read %s: %w", n.key, err)
	}
	r := reading{issue: issue}
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() (err error) {
		r.comments, err = n.forge.Comments(ctx, n.key)
		return wrap(err, "read the comments of %s", n.key)
	})
	if n.repository.FullName == "" {
		all.Go(func() error { return n.readRepository(ctx) })
		all.Go(func() error { return n.readConfig(ctx) })
	}
	if n.mustList() {
		all.Go(func() error { return n.listFollowUps(ctx, r.issue) })
	}
	label := n.labels.Label
	if n.snapshot().Ledger.Accepted.At.IsZero() && labelled(r.issue, label) {
		all.Go(func() (err error) {
			r.labelling, err = n.forge.Labelling(ctx, n.key, label)
			return wrap(err, "find out who labelled %s", n.key)
		})
	}
	return r, all.Wait()
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

// readRepository and readConfig read what does not change within a run.
func (n *run) readRepository(ctx context.Context) (err error) {
	n.repository, err = n.forge.Repository(ctx, n.key.Repo)
	return wrap(err, "read the repository %s", n.key.Repo)
}

func (n *run) readConfig(ctx context.Context) error {
	data, err := n.forge.File(ctx, n.key.Repo, ConfigFile)
	if missing := new(incident.Missing); err != nil && !errors.As(err, &missing) {
		return fmt.Errorf("read the configuration of %s: %w", n.key.Repo, err)
	}
	policy, err := n.r.Policy(ConfigFile, data)
	if err != nil {
		policy, n.configError = incident.DefaultPolicy(), markdown.Text(err.Error())
	}
	n.policy = policy
	return nil
}

// readComments sorts the comments: our own by their markers, people's by the
// lines that ask for something. On the first round the tracker's ledger is
// united with what is remembered.
func (n *run) readComments(w *incident.World, comments []incident.Comment) {
	w.Items = items(w.Parent.Body, incident.FromBody, w.Parent.URL, w.Parent.Author)
	for _, c := range comments {
		if c.Ours {
			n.readOurs(w, c)
			continue
		}
		w.Items = append(w.Items, items(c.Body, incident.FromComment(c.ID), c.URL, c.Author)...)
		for _, command := range markdown.Commands(c.Body) {
			w.Commands = append(w.Commands, incident.Command{
				Name: command.Name, Rest: command.Rest, Comment: c.ID, URL: c.URL, Author: c.Author,
			})
		}
	}
}

func items(body string, source incident.Source, url string, author incident.Actor) []incident.Item {
	var found []incident.Item
	for _, line := range markdown.Checklist(body) {
		found = append(found, incident.Item{
			Source: source, URL: url, Author: author, Text: line.Text, Ticked: line.Ticked,
		})
	}
	return found
}

func (n *run) readOurs(w *incident.World, c incident.Comment) {
	if of, ledger, ok := n.r.Texts.ReadTracker(c.Body); ok && of == n.key {
		if len(w.Trackers) == 0 {
			n.unite(ledger)
		}
		w.Trackers = append(w.Trackers, incident.Tracker{ID: c.ID, Body: c.Body})
	}
	if of, complete, ok := n.r.Texts.ReadClosing(c.Body); ok && of == n.key {
		w.Closings = append(w.Closings, incident.ClosingComment{ID: c.ID, Complete: complete})
	}
}

// trackerGone asks for the remembered tracker when the listing does not show
// it: a listing may be stale right after a write, and a tracker that people
// deleted must not come back more than once.
func (n *run) trackerGone(ctx context.Context, listed []incident.Tracker) (bool, error) {
	id := n.snapshot().Ledger.TrackerID
	if id == 0 || slices.ContainsFunc(listed, func(t incident.Tracker) bool { return t.ID == id }) {
		return false, nil
	}
	exists, err := n.forge.CommentExists(ctx, n.key, id)
	switch {
	case err != nil:
		return false, fmt.Errorf("look for the tracker of %s: %w", n.key, err)
	case exists && len(listed) == 0:
		return false, fmt.Errorf("the comments of %s are stale: comment %d is not listed yet", n.key, id)
	}
	return !exists, nil
}

// observeFollowUps takes what is remembered or was just listed, and asks one
// by one for what is in the ledger only.
func (n *run) observeFollowUps(ctx context.Context) ([]incident.FollowUp, error) {
	known, err := n.recall(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range n.snapshot().Ledger.Items {
		seen := slices.ContainsFunc(known, func(f incident.FollowUp) bool { return f.Issue.Number == e.Issue.Number })
		if seen || !e.Opened() {
			continue
		}
		f, err := n.lookUp(ctx, e)
		if err != nil {
			return nil, err
		}
		known = append(known, f)
	}
	return known, nil
}

// mustList is true while a follow-up may exist of which nothing is remembered:
// there is no memory, or an opening was cut off. One that runs right now is
// not such a case.
func (n *run) mustList() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.listed || len(n.record.Opening) > 0 && !n.running[incident.FollowUpsPart]
}

func (n *run) listFollowUps(ctx context.Context, parent incident.Issue) error {
	issues, err := n.forge.Listed(ctx, n.key.Repo, n.labels.FollowUpLabel, parent.CreatedAt)
	if err != nil {
		return fmt.Errorf("list the follow-ups of %s: %w", n.key, err)
	}
	var found []incident.FollowUp
	for _, issue := range issues {
		if of, f, ok := n.r.readFollowUp(issue); ok && of == n.key {
			found = append(found, f)
		}
	}
	if err := n.seen(ctx, found...); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listed = true
	n.forgetOpenings(found)
	return nil
}

// forgetOpenings ends the openings that the listing has answered: what it
// shows was opened, what it does not show was not.
func (n *run) forgetOpenings(found []incident.FollowUp) {
	if !n.running[incident.FollowUpsPart] {
		n.record.Opening = nil
	}
	for _, f := range found {
		if e := n.record.Ledger.Entry(f.Item); e != nil && !e.Opened() {
			e.Issue = incident.Ref{Number: f.Issue.Number, ID: f.ID}
		}
	}
}

// lookUp asks for one follow-up of which only the number is known.
func (n *run) lookUp(ctx context.Context, e incident.Entry) (incident.FollowUp, error) {
	key := incident.Key{Repo: n.key.Repo, Number: e.Issue.Number}
	issue, err := n.forge.Issue(ctx, key)
	if missing := new(incident.Missing); errors.As(err, &missing) {
		f := incident.FollowUp{Issue: key, ID: e.Issue.ID, Item: e.Key, State: incident.Gone, At: n.r.Clock()}
		return f, n.seen(ctx, f)
	}
	if err != nil {
		return incident.FollowUp{}, fmt.Errorf("read the follow-up %s: %w", key, err)
	}
	f := followUp(issue, e)
	return f, n.seen(ctx, f)
}

// judge asks GitHub for the permissions that the rules want to know. Before
// the incident is accepted nothing can go on without an answer; afterwards
// only the follow-ups wait for it.
func (n *run) judge(ctx context.Context, w *incident.World) error {
	w.Verdicts = map[incident.ItemKey]incident.Verdict{}
	if n.isBusy(incident.FollowUpsPart) && !w.Record.Ledger.Accepted.At.IsZero() {
		return nil
	}
	for _, ask := range incident.Asks(n.policy, *w) {
		verdict, err := n.mayTriage(ctx, ask.Login)
		if err != nil && w.Record.Ledger.Accepted.At.IsZero() {
			return fmt.Errorf("ask whether %s may start an incident: %w", ask.Login, err)
		}
		if err != nil {
			n.fail(ctx, incident.FollowUpsPart, err)
			w.Record = n.snapshot()
			return nil
		}
		w.Verdicts[ask.Line] = verdict
	}
	return nil
}

func (n *run) mayTriage(ctx context.Context, login string) (incident.Verdict, error) {
	if v, ok := n.verdicts[login]; ok {
		return v, nil
	}
	v, err := n.forge.MayTriage(ctx, n.key.Repo, login)
	if err != nil {
		return incident.Unknown, fmt.Errorf("ask for the permission of %s: %w", login, err)
	}
	n.verdicts[login] = v
	return v, nil
}
