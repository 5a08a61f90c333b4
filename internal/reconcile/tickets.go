package reconcile

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"

	"hindsight/internal/incident"
)

// formerNames is how many of the names are kept that a ticket had.
const formerNames = 20

// ticketAs is a ticket as the follow-up that is known. Who may read it is not
// told by it: see [run.shade].
func ticketAs(t incident.Ticket, known incident.FollowUp) incident.FollowUp {
	f := known
	f.Issue, f.Title, f.URL, f.At = t.Key, t.Title, t.URL, t.At.UTC()
	f.Owner, f.Assignee, f.Due, f.Status = t.Owner, t.Assignee, t.Due, ""
	f.Name, f.Unread = t.Name, ""
	f = calledToo(f, known.Name)
	f.Former = slices.DeleteFunc(slices.Clone(f.Former), func(name string) bool { return name == t.Name })
	// A marker that people took off, or copied from another ticket, is left as it is.
	if f.Of = (incident.ID{}); !f.Adopted && t.Ours && t.Entry.Key == f.Item {
		f.Of = t.Of
	}
	switch {
	case closed(known.State) && closed(t.State) && !known.Closed.IsZero():
		f.State = t.State // some sites only tell when it was changed
	case t.State != "":
		f.State, f.Closed = t.State, t.Closed.UTC()
	case f.State == incident.Gone: // it is there after all
		f.State, f.Status = incident.Open, t.Status
	default: // what is not understood closes nothing, and opens nothing
		f.State, f.Status = cmp.Or(f.State, incident.Open), t.Status
	}
	if len(f.Former) == 0 {
		f.Former = nil
	}
	return f
}

func closed(state incident.State) bool { return state == incident.Done || state == incident.Dropped }

// calledToo is a ticket that people call by another name, too.
func calledToo(f incident.FollowUp, name string) incident.FollowUp {
	if name == "" || name == f.Name || slices.Contains(f.Former, name) {
		return f
	}
	f.Former = append(slices.Clone(f.Former), name)
	f.Former = f.Former[max(0, len(f.Former)-formerNames):]
	return f
}

// projectOf is the key of the project that a ticket's name tells.
func projectOf(name string) string {
	key, _, _ := strings.Cut(name, "-")
	return key
}

// projectIn finds a project among those that an owner may use.
func projectIn(projects []incident.Project, site incident.Repo, key string) (incident.Project, bool) {
	i := slices.IndexFunc(projects, func(p incident.Project) bool { return p.Site == site && p.Key == key })
	if i < 0 {
		return incident.Project{}, false
	}
	return projects[i], true
}

// shade tells whether fewer people may read a ticket than the parent, by the
// project that it is in now. What the operator has taken away stays as it was
// known, unless the parent can be read by more than those who were let in.
func (n *run) shade(f incident.FollowUp) incident.FollowUp {
	here := visibilityOf(n.repository)
	p, listed := projectIn(n.projects(), f.Issue.Repo, projectOf(f.Name))
	switch {
	case listed:
		f.Secret = here < visibilityAt(p)
	case n.mine(f.Issue.Repo):
		f.Secret = true
	default:
		f.Secret = f.Secret || here < private
	}
	return f
}

// visibilityAt is how far tickets of a project can be seen, by the operator's word.
func visibilityAt(p incident.Project) visibility {
	switch {
	case p.Public:
		return public
	case p.Internal:
		return internal
	}
	return private
}

// proves is whether a ticket is the one that this App opened for the incident's
// item. Labels, links and the tracker can be edited by anybody who may write
// there; who has created a ticket can't.
func (n *run) proves(t incident.Ticket, item incident.ItemKey) bool {
	return t.Ours && t.Of != (incident.ID{}) && n.isMe(t.Of) && item != "" && t.Entry.Key == item
}

// observedTicket is a ticket as one of the incident's follow-ups that is known.
func (n *run) observedTicket(t incident.Ticket, known incident.FollowUp) incident.FollowUp {
	f := n.shade(ticketAs(t, known))
	if !f.Adopted && n.proves(t, f.Item) {
		f.Wrote, f.Lacks = t.Entry.Wrote, t.Entry.Lacks
	}
	return f
}

// findTicket is what an entry's ticket is by now, of which nothing is remembered.
// What a site does not tell stays an open line, so that nothing is taken for
// done that nobody has looked at.
func (n *run) findTicket(ctx context.Context, e incident.Entry, key incident.Key) (incident.FollowUp, error) {
	as := n.marked(e)
	as.Issue, as.State = key, incident.Open
	if known, ok := n.answers.found[key]; ok && e.Adopted {
		known.Item, known.Source, known.Words, known.Adopted = e.Key, e.Source, e.Words, true
		return known, n.seen(ctx, known)
	}
	switch {
	case !n.snapshot().AsksAgain(incident.TicketRef{}, key, n.r.Clock()):
		return n.assume(unproven(as, key)), nil
	case n.lookUps == lookUpsInOneRun, !n.asks(key.Repo):
		return n.assume(as), nil
	}
	n.lookUps++
	t, there, answered := n.readTicket(ctx, key)
	switch {
	case !answered:
		return n.assume(as), nil
	case !there && e.Adopted:
		as.State = incident.Gone
		return as, n.seen(ctx, as)
	case !there, !e.Adopted && !n.proves(t, e.Key):
		n.inVain(incident.TicketRef{}, key)
		return n.assume(unproven(as, key)), nil
	}
	n.notInVain(incident.TicketRef{}, key)
	f := n.observedTicket(t, as)
	return f, n.seen(ctx, f)
}

// inVain remembers that a ticket was asked for, by its name or its id, and is not
// there, or not this incident's.
func (n *run) inVain(name incident.TicketRef, key incident.Key) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record.InVain(name, key, n.r.Clock())
}

func (n *run) notInVain(name incident.TicketRef, key incident.Key) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record.NotInVain(name, key)
}

// assume holds for the rest of the run, and is not remembered.
func (n *run) assume(f incident.FollowUp) incident.FollowUp {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.overlay[f.Issue] = f
	return f
}

// readTicket asks for a ticket of which only the id is known.
func (n *run) readTicket(ctx context.Context, key incident.Key) (t incident.Ticket, there, answered bool) {
	answered = n.ask(ctx, key.Repo, func(ctx context.Context) (err error) {
		t, err = n.r.Jira.Ticket(ctx, key, "")
		there = err == nil
		return unlessMissing(err)
	})
	if there {
		n.justRead(key)
	}
	return t, there, answered
}

// seeTicket keeps what is seen of a ticket that is known: our own change is no
// news.
func (n *run) seeTicket(ctx context.Context, t incident.Ticket) error {
	known, ok, err := n.recallOne(ctx, t.Key)
	if err != nil || !ok {
		return err
	}
	n.justRead(t.Key)
	return n.seen(ctx, n.observedTicket(t, known))
}

// lookAtTicket reads a ticket of which there is news, and makes its incidents
// due where that changes anything for them.
func (r *Reconciler) lookAtTicket(ctx context.Context, key incident.Key) error {
	known, err := r.ticketIn(ctx, key)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		r.Log.InfoContext(ctx, "ignored", "issue", key, "reason", "no incident that may use this Jira site has the ticket")
		return nil
	}
	t, err := r.ticketNow(ctx, key, known[0].Name)
	paused := new(incident.Paused)
	if errors.As(err, &paused) {
		r.Log.InfoContext(ctx, "ignored", "issue", key, "reason", paused.Why)
		return nil
	}
	if noting := r.noteSite(ctx, key.Repo, err); noting != nil {
		return noting
	}
	if noting := r.noteRead(ctx, known, t, err); noting != nil {
		return noting
	}
	return wrap(unlessMissing(err), "read the ticket %s", key)
}

// noteRead stores what came of reading a ticket: what is true of all of its site is
// not the ticket's.
func (r *Reconciler) noteRead(ctx context.Context, known []remembered, t incident.Ticket, err error) error {
	if err != nil && !isMissing(err) && !onlyItself(err) {
		return nil
	}
	for _, was := range known {
		if noting := r.noteTicket(ctx, was, r.ticketAfter(was, t, err)); noting != nil {
			return noting
		}
	}
	return nil
}

// ticketNow reads a ticket. A site that hangs must not keep those who work for all
// the others.
func (r *Reconciler) ticketNow(ctx context.Context, key incident.Key, name string) (incident.Ticket, error) {
	ctx, cancel := context.WithTimeout(ctx, siteAnswers)
	defer cancel()
	return r.Jira.Ticket(ctx, key, name)
}

// ticketAfter is what is known of a ticket after it was asked for: of one that can't
// be read, while its site can, what was known before.
func (r *Reconciler) ticketAfter(was remembered, t incident.Ticket, err error) incident.FollowUp {
	now, blocked := was.FollowUp, new(incident.Blocked)
	switch {
	case errors.As(err, &blocked):
		now.Unread = blocked.Text
	case err != nil:
		now.State, now.Unread = incident.Gone, ""
	default:
		now = ticketAs(t, was.FollowUp)
		_, listed := projectIn(r.projects(was.of.Repo.Owner()), now.Issue.Repo, projectOf(now.Name))
		now.Secret = now.Secret || !listed
	}
	return now
}

// ticketIn is what is remembered of a ticket by the incidents that the operator
// lets use its site.
func (r *Reconciler) ticketIn(ctx context.Context, key incident.Key) ([]remembered, error) {
	all, err := r.recallFollowUps(ctx, key)
	return slices.DeleteFunc(all, func(f remembered) bool {
		return !slices.Contains(sitesOf(r.projects(f.of.Repo.Owner())), key.Repo)
	}), err
}

// noteTicket stores what is seen of a ticket. That it changed is no news by
// itself: a comment changes it, too.
func (r *Reconciler) noteTicket(ctx context.Context, was remembered, now incident.FollowUp) error {
	if was.At = now.At; !reflect.DeepEqual(was.FollowUp, now) {
		return r.noteState(ctx, 0, was.of, now)
	}
	_, err := r.Memory.SaveFollowUp(ctx, was.of, now)
	return wrap(err, "store the state of %s", now.Issue)
}
