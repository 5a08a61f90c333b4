package reconcile

import (
	"context"
	"fmt"

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
		return n.atTicket(ctx, e.Issue, func(incident.FollowUp) (incident.Outcome, error) {
			return incident.Outcome{}, n.r.Jira.Link(ctx, e.Issue, e.Links)
		})
	case incident.UpdateFollowUp:
		return n.atTicket(ctx, e.Issue, func(incident.FollowUp) (incident.Outcome, error) {
			t, _, err := n.r.Jira.Edit(ctx, n.writable(e.Issue.Repo), e)
			return incident.Outcome{}, n.wrote(ctx, t, err)
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

// reaches is whether a ticket is in a project that the operator lets the owner
// use.
func (n *run) reaches(f incident.FollowUp) bool {
	_, listed := projectIn(n.projects(), f.Issue.Repo, projectOf(f.Name))
	return listed
}

// writable are the keys of a site's projects in which Hindsight may write for the
// owner.
func (n *run) writable(site incident.Repo) []string { return keysAt(n.projects(), site) }

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
	return incident.Outcome{Ticket: t.Key}, nil
}

// wrote keeps what a ticket is like after a write.
func (n *run) wrote(ctx context.Context, t incident.Ticket, err error) error {
	if err != nil {
		return err
	}
	return n.seeTicket(ctx, t)
}

// setTicket closes or opens a ticket. An order that can't be carried out is
// declined, with the reason.
func (n *run) setTicket(ctx context.Context, e incident.SetFollowUp) (incident.Outcome, error) {
	f, known, err := n.recallOne(ctx, e.Issue)
	if err == nil && known && !n.reaches(f) {
		return incident.Outcome{Declined: fmt.Sprintf(
			"%s is in a project that %s may not use here. Close or open it in Jira, or ask the operator to allow the project.",
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
	return n.r.Jira.Comment(ctx, e.Issue, e.Body)
}

// closeTwin looks again just before it acts: what a person has closed or taken
// over is not ours to close.
func (n *run) closeTwin(ctx context.Context, e incident.CloseDuplicate) error {
	t, err := n.r.Jira.Ticket(ctx, e.Issue, e.Name)
	if err != nil || !n.proves(t, t.Entry.Key) {
		return err
	}
	if t.State == incident.Open {
		t, err = n.r.Jira.CloseAsDuplicate(ctx, n.writable(e.Issue.Repo), e)
	}
	return n.wrote(ctx, t, err)
}
