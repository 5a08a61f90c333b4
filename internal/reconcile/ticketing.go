package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// applyAtSite carries out one effect at a Jira site. A ticket that was moved to
// where the operator does not let the owner work is left as it is.
func (n *run) applyAtSite(ctx context.Context, e incident.Effect) (incident.Outcome, error) {
	switch e := e.(type) {
	case incident.OpenTicket:
		return n.openTicket(ctx, e)
	case incident.LinkTicket:
		return n.atTicket(ctx, e.Issue, func(f incident.FollowUp) (incident.Outcome, error) {
			return incident.Outcome{}, n.link(ctx, e, f)
		})
	case incident.UpdateFollowUp:
		return n.atTicket(ctx, e.Issue, func(incident.FollowUp) (incident.Outcome, error) {
			t, refused, err := n.r.Jira.Edit(ctx, n.writable(e.Issue.Repo), e)
			return incident.Outcome{Refused: refused}, n.wrote(ctx, t, err)
		})
	case incident.SetFollowUp:
		return n.setTicket(ctx, e)
	case incident.AskWhy:
		return n.atTicket(ctx, e.Issue, func(f incident.FollowUp) (incident.Outcome, error) {
			return incident.Outcome{}, n.askWhyAtSite(ctx, e, f)
		})
	case incident.CloseDuplicate:
		return n.atTicket(ctx, e.Issue, func(incident.FollowUp) (incident.Outcome, error) {
			return incident.Outcome{}, n.closeTwin(ctx, e)
		})
	case incident.WriteTracker, incident.DeleteComment, incident.CreatePage, incident.OpenFollowUp, incident.AttachFollowUp,
		incident.UpdatePage, incident.PublishPage, incident.WithdrawPage, incident.React, incident.WriteReply,
		incident.WriteClosing, incident.LabelParent, incident.CloseParent: // only on GitHub, and in wikis
	}
	return incident.Outcome{}, fmt.Errorf("%T is not known at a Jira site", e)
}

// atTicket does something with a ticket that the incident may reach. Of one that
// is not there any more, the next look tells.
func (n *run) atTicket(
	ctx context.Context, key incident.Key, do func(incident.FollowUp) (incident.Outcome, error),
) (incident.Outcome, error) {
	f, known, err := n.recallOne(ctx, key)
	if err != nil || !known || !n.reaches(f) {
		return incident.Outcome{}, err
	}
	out, err := do(f)
	if isMissing(err) {
		return out, n.r.mark(ctx, 0, key)
	}
	return out, err
}

// reaches is whether a ticket is in a project in which Hindsight may write for the
// owner, by what is known of it.
func (n *run) reaches(f incident.FollowUp) bool {
	return slices.Contains(n.writable(f.Issue.Repo), projectOf(f.Name))
}

// writable are the keys of a site's projects in which Hindsight may write for the
// owner: not those that more people can read than the parent.
func (n *run) writable(site incident.Repo) []string {
	here := visibilityOf(n.repository)
	return keysAt(slices.DeleteFunc(slices.Clone(n.projects()), func(p incident.Project) bool {
		return visibilityAt(p) < here
	}), site)
}

// readLately is how long what was read of a ticket in this run is good enough for a
// write that does not look by itself.
const readLately = time.Minute

func (n *run) justRead(ticket incident.Key) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readAt[ticket] = n.r.Clock()
}

// lookFirst reads a ticket that is to be written to, unless that was done just now:
// it may have been moved to where it is not ours to write.
func (n *run) lookFirst(ctx context.Context, f incident.FollowUp) error {
	n.mu.Lock()
	at := n.readAt[f.Issue]
	n.mu.Unlock()
	if n.r.Clock().Before(at.Add(readLately)) {
		return nil
	}
	t, err := n.r.Jira.Ticket(ctx, f.Issue, f.Name)
	if err == nil && !slices.Contains(n.writable(f.Issue.Repo), t.Project) {
		err = &incident.Changed{What: "the project of " + f.Name}
	}
	return n.wrote(ctx, t, err)
}

func (n *run) link(ctx context.Context, e incident.LinkTicket, f incident.FollowUp) error {
	if err := n.lookFirst(ctx, f); err != nil {
		return err
	}
	return n.r.Jira.Link(ctx, e.Issue, e.Links)
}

// openTicket opens a ticket. When what came of it can't be stored, it has to be
// sought.
func (n *run) openTicket(ctx context.Context, e incident.OpenTicket) (incident.Outcome, error) {
	t, err := n.r.Jira.Open(ctx, e)
	if err != nil {
		return incident.Outcome{}, err
	}
	as := marked(incident.Entry{Key: e.Item, Source: e.Source, Words: e.Words, Wrote: e.Wrote, Lacks: e.Lacks}, n.repository.ID)
	if err := n.seen(ctx, n.observedTicket(t, as)); err != nil {
		return incident.Outcome{}, &incident.Unsure{Err: err}
	}
	n.justRead(t.Key)
	out := incident.Outcome{Ticket: t.Key}
	if e.Owner != "" && t.Owner == "" {
		out.Refused = incident.TicketFields(incident.TicketAssignee)
	}
	return out, nil
}

// wrote keeps what a ticket is like after a write, or after it was left alone since
// it is not as it was any more.
func (n *run) wrote(ctx context.Context, t incident.Ticket, err error) error {
	if changed := new(incident.Changed); err != nil && (!errors.As(err, &changed) || t.Key == incident.Key{}) {
		return err
	}
	return errors.Join(n.seeTicket(ctx, t), err)
}

// setTicket closes or opens a ticket. An order that can't be carried out is
// declined, with the reason.
func (n *run) setTicket(ctx context.Context, e incident.SetFollowUp) (incident.Outcome, error) {
	f, known, err := n.recallOne(ctx, e.Issue)
	if err == nil && known && !n.reaches(f) {
		return incident.Outcome{Declined: fmt.Sprintf(
			"%s is in a project in which nothing may be written for %s. Close or open it in Jira, or ask the operator to allow the project.",
			markdown.Text(e.Name), markdown.Code(n.key.Repo.Owner()))}, nil
	}
	return n.atTicket(ctx, e.Issue, func(incident.FollowUp) (incident.Outcome, error) {
		t, declined, err := n.r.Jira.Set(ctx, n.writable(e.Issue.Repo), e)
		n.why(ctx, "an order was declined", e.Name, declined)
		return incident.Outcome{Declined: declined}, n.wrote(ctx, t, err)
	})
}

func (n *run) askWhyAtSite(ctx context.Context, e incident.AskWhy, f incident.FollowUp) error {
	explained, err := n.r.Jira.Explained(ctx, e.Issue, f.Closed.Add(-saidBefore), e.Body)
	if err != nil || explained {
		return err
	}
	if err := n.lookFirst(ctx, f); err != nil {
		return err
	}
	return n.r.Jira.Comment(ctx, e.Issue, e.Body)
}

// closeTwin looks again just before it acts: what a person has closed or taken
// over, or another incident follows, is not ours to close.
func (n *run) closeTwin(ctx context.Context, e incident.CloseDuplicate) error {
	if others, err := n.followedElsewhere(ctx, e.Issue); err != nil || others {
		return err
	}
	t, err := n.r.Jira.Ticket(ctx, e.Issue, e.Name)
	if err != nil || !n.proves(t, t.Entry.Key) {
		return err
	}
	if t.State == incident.Open {
		t, err = n.r.Jira.CloseAsDuplicate(ctx, n.writable(e.Issue.Repo), e)
	}
	return n.wrote(ctx, t, err)
}

// followedElsewhere is whether another incident follows a ticket: a marker that was
// copied from one ticket to others must not have those closed.
func (n *run) followedElsewhere(ctx context.Context, ticket incident.Key) (bool, error) {
	known, err := n.r.recallFollowUps(ctx, ticket)
	return slices.ContainsFunc(known, func(f remembered) bool { return f.of != n.key }), err
}
