package reconcile

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
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
		Repository: n.repository, ConfigError: n.configError, Parent: read.issue, Labelling: read.labelling,
	}
	if err = n.readOurs(ctx, &w, read.comments); err != nil {
		return w, err
	}
	accepted, err := n.accepted(ctx, &w)
	if err != nil || !accepted {
		return w, err
	}
	if err = n.readRest(ctx, read.issue); err != nil {
		return w, err
	}
	w.ConfigError = n.configError
	readPeople(&w, read.comments)
	if w.FollowUps, err = n.observeFollowUps(ctx); err != nil {
		return w, err
	}
	n.judge(ctx, &w)
	return w, nil
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
	if label := n.r.Defaults.Label; !n.knownAccepted() && incident.HasLabel(issue.Labels, label) {
		tasks = append(tasks, func(ctx context.Context) (err error) {
			r.labelling, err = n.forge.Labelling(ctx, n.key, label)
			return wrap(err, "find out who labelled %s", n.key)
		})
	}
	err = atOnce(ctx, tasks)
	return r, err
}

// renewed is whether another repository has the name by now. Then what is
// remembered under the name is not about this incident, and is forgotten.
func (n *run) renewed() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	was := n.record.Repository
	if was != 0 && was != n.repository.ID {
		n.record, n.listed, n.united = incident.Record{}, false, false
	}
	n.record.Repository = n.repository.ID
	return was != 0 && was != n.repository.ID
}

// readAnew reads what was left out because something was remembered, and has
// the next sweep look at the whole repository.
func (n *run) readAnew(ctx context.Context, r reading) (reading, error) {
	var err error
	if label := n.r.Defaults.Label; incident.HasLabel(r.issue.Labels, label) {
		if r.labelling, err = n.forge.Labelling(ctx, n.key, label); err != nil {
			return r, fmt.Errorf("find out who labelled %s: %w", n.key, err)
		}
	}
	if !n.dry {
		err = wrap(n.r.Memory.SaveLook(ctx, n.key.Repo, time.Time{}), "have %s swept anew", n.key.Repo)
	}
	return r, err
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

// readRepository and readConfig read what does not change within a run.
func (n *run) readRepository(ctx context.Context) (err error) {
	n.repository, err = n.forge.Repository(ctx, n.key.Repo)
	return wrap(err, "read the repository %s", n.key.Repo)
}

// readConfig never holds up an incident for what only a person can mend: then
// the defaults are in force, and the tracker says why.
func (n *run) readConfig(ctx context.Context) error {
	n.policy = n.r.Defaults
	data, err := n.forge.File(ctx, n.key.Repo, ConfigFile)
	missing, blocked := new(incident.Missing), new(incident.Blocked)
	switch {
	case errors.As(err, &missing):
		return nil
	case errors.As(err, &blocked):
		n.configError = blocked.Text
		return nil
	case err != nil:
		return fmt.Errorf("read the configuration of %s: %w", n.key.Repo, err)
	}
	policy, err := n.r.Policy(ConfigFile, data)
	if err != nil {
		n.configError = markdown.Text(err.Error())
		return nil
	}
	n.policy = policy
	return nil
}

// accepted is whether the incident is one: it was accepted before, or whoever
// labelled it may start incidents.
func (n *run) accepted(ctx context.Context, w *incident.World) (bool, error) {
	w.Record, w.Verdicts = n.snapshot(), map[incident.ItemKey]incident.Verdict{}
	if n.knownAccepted() {
		return true, nil
	}
	if w.Labelling.By.Bot { // whether it counts is configured
		if err := n.readConfigOnce(ctx); err != nil {
			return false, err
		}
	}
	asks := incident.Asks(n.policy, *w)
	for _, ask := range asks {
		verdict, err := n.mayTriage(ctx, ask.Login)
		if err != nil {
			return false, err
		}
		w.Verdicts[ask.Line] = verdict
	}
	return incident.Accepts(n.policy, *w), nil
}

func (n *run) knownAccepted() bool { return !n.snapshot().Ledger.Accepted.At.IsZero() }

// readRest reads what only an incident needs.
func (n *run) readRest(ctx context.Context, parent incident.Issue) error {
	tasks := []func(context.Context) error{n.readConfigOnce}
	if n.mustList() {
		tasks = append(tasks, func(ctx context.Context) error { return n.listFollowUps(ctx, parent) })
	}
	return atOnce(ctx, tasks)
}

func (n *run) readConfigOnce(ctx context.Context) error {
	if n.configured {
		return nil
	}
	err := n.readConfig(ctx)
	n.configured = err == nil
	return err
}

// readPeople takes the lines that ask for something.
func readPeople(w *incident.World, comments []incident.Comment) {
	w.Items = items(w.Parent.Body, incident.FromBody, w.Parent.URL, w.Parent.Author)
	for _, c := range comments {
		if c.Ours {
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

// readOurs knows our own comments again: by their markers, and the tracker by
// its number too, since people may have edited its marker away. On the first
// round the tracker's ledger is united with what is remembered.
func (n *run) readOurs(ctx context.Context, w *incident.World, comments []incident.Comment) error {
	me, remembered := incident.ID{Repository: n.repository.ID, Number: n.key.Number}, n.snapshot().Ledger.TrackerID
	var newest int64
	for _, c := range comments {
		newest = max(newest, c.ID)
	}
	for _, c := range comments {
		if !c.Ours {
			continue
		}
		of, paused, ledger, ok := n.r.Texts.ReadTracker(c.Body)
		switch {
		case ok && of == me || c.ID == remembered:
			if of == me && len(w.Trackers) == 0 {
				n.unite(ledger, newest)
			}
			w.Trackers = append(w.Trackers, incident.Tracker{ID: c.ID, Body: c.Body, Paused: paused})
		case ok:
			w.Foreign = true
		}
		if of, complete, ok := n.r.Texts.ReadClosing(c.Body); ok && of == me {
			w.Closings = append(w.Closings, incident.ClosingComment{ID: c.ID, Complete: complete})
		}
	}
	w.Foreign = w.Foreign && len(w.Trackers) == 0
	gone, err := n.trackerGone(ctx, comments)
	w.TrackerGone = gone
	return err
}

// trackerGone asks for the remembered tracker when the listing does not show
// it: a listing may be stale right after a write, and a tracker that people
// deleted must not come back more than once.
func (n *run) trackerGone(ctx context.Context, listed []incident.Comment) (bool, error) {
	id := n.snapshot().Ledger.TrackerID
	if id == 0 {
		return false, nil
	}
	for _, c := range listed {
		if c.ID == id {
			if !c.Ours { // another App's, by an old database: none of ours was deleted
				n.forgetTracker()
			}
			return false, nil
		}
	}
	exists, err := n.forge.CommentExists(ctx, n.key, id)
	switch {
	case err != nil:
		return false, fmt.Errorf("look for the tracker of %s: %w", n.key, err)
	case exists:
		return false, fmt.Errorf("the comments of %s are stale: comment %d is not listed yet", n.key, id)
	}
	return true, nil
}

func (n *run) forgetTracker() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record.Ledger.TrackerID = 0
}

// lookUpsInOneRun bounds what a tracker that somebody filled with numbers can
// make us ask. What is left over is asked for by the next look.
const lookUpsInOneRun = 50

// observeFollowUps takes what is remembered or was just listed, and asks one
// by one for what is in the ledger only.
func (n *run) observeFollowUps(ctx context.Context) ([]incident.FollowUp, error) {
	known, err := n.recall(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[int]bool{}
	for _, f := range known {
		seen[f.Issue.Number] = true
	}
	for _, e := range n.snapshot().Ledger.Items {
		if !e.Opened() || seen[e.Issue.Number] || n.lookUps == lookUpsInOneRun {
			continue
		}
		n.lookUps++
		f, ours, err := n.lookUp(ctx, e)
		if err != nil {
			return nil, err
		}
		if ours {
			known = append(known, f)
		}
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
	issues, err := n.forge.Listed(ctx, n.key.Repo, n.r.Defaults.FollowUpLabel, parent.CreatedAt)
	if err != nil {
		return fmt.Errorf("list the follow-ups of %s: %w", n.key, err)
	}
	var found []incident.FollowUp
	for _, issue := range issues {
		if of, f, ok := n.r.readFollowUp(issue); ok && of == n.key && f.Parent == n.repository.ID {
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
// shows was opened, what it does not show was not. Nothing is being opened
// while it is called. Called with mu.
func (n *run) forgetOpenings(found []incident.FollowUp) {
	n.record.Opening = nil
	for _, f := range found {
		if e := n.record.Ledger.Entry(f.Item); e != nil && !e.Opened() {
			e.Issue = incident.RefTo(f.Issue, n.key.Repo)
		}
	}
}

// lookUp asks for one follow-up of which only the number is known. An issue
// that this App did not open is no follow-up, whatever a ledger says.
func (n *run) lookUp(ctx context.Context, e incident.Entry) (f incident.FollowUp, ours bool, err error) {
	key := incident.Key{Repo: n.key.Repo, Number: e.Issue.Number}
	issue, err := n.forge.Issue(ctx, key)
	if missing := new(incident.Missing); errors.As(err, &missing) {
		f = incident.FollowUp{
			Issue: key, Item: e.Key, Parent: n.repository.ID,
			State: incident.Gone, At: time.Unix(0, 0),
		}
		return f, true, n.seen(ctx, f)
	}
	if err != nil {
		return f, false, fmt.Errorf("read the follow-up %s: %w", key, err)
	}
	if issue.AppID != n.r.Forges.AppID() {
		n.disown(e.Key)
		return f, false, nil
	}
	f = n.followUp(issue, e)
	return f, true, n.seen(ctx, f)
}

func (n *run) disown(item incident.ItemKey) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record.Ledger.Items = slices.DeleteFunc(n.record.Ledger.Items, func(e incident.Entry) bool { return e.Key == item })
}

// followUp is what an issue of ours says of itself.
func (n *run) followUp(issue incident.Issue, e incident.Entry) incident.FollowUp {
	return observed(issue, e, n.repository.ID)
}

// judge asks GitHub for the permissions that the rules want to know. Only the
// follow-ups wait for them.
func (n *run) judge(ctx context.Context, w *incident.World) {
	w.Record = n.snapshot()
	if n.isBusy(incident.FollowUpsPart) {
		return
	}
	for _, ask := range incident.AsksOfItems(n.policy, *w) {
		verdict, err := n.mayTriage(ctx, ask.Login)
		if err != nil {
			n.fail(ctx, incident.FollowUpsPart, err)
			w.Record = n.snapshot()
			return
		}
		w.Verdicts[ask.Line] = verdict
	}
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
