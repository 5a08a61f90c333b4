package reconcile

import (
	"context"
	"errors"
	"slices"

	"hindsight/internal/incident"
)

// apart are the questions to GitHub, and those to Jira sites, that can be asked
// now: neither waits for the other.
func (n *run) apart(q incident.Questions) (here, atSites incident.Questions) {
	for _, a := range q.Assignable {
		if !a.Repo.Jira() {
			here.Assignable = append(here.Assignable, a)
		} else if n.asks(a.Repo) {
			atSites.Assignable = append(atSites.Assignable, a)
		}
	}
	here.May, here.Places, here.Issues = q.May, q.Places, q.Issues
	if n.isBusy(incident.FollowUpsPart) {
		here = incident.Questions{}
	}
	atSites.Offers = slices.DeleteFunc(slices.Clone(q.Offers), func(k incident.TicketKind) bool { return !n.asks(k.Site) })
	record, now := n.snapshot(), n.r.Clock()
	atSites.Tickets = slices.DeleteFunc(slices.Clone(q.Tickets), func(r incident.TicketRef) bool {
		return !n.asks(r.Site) || !record.AsksAgain(r, incident.Key{}, now)
	})
	return here, atSites
}

// answerAtSites asks Jira. Where a site is in trouble, its questions stay open. An
// error is the database's.
func (n *run) answerAtSites(ctx context.Context, w *incident.World, q incident.Questions) error {
	for _, kind := range q.Offers {
		if n.asks(kind.Site) {
			n.askOffer(ctx, kind)
		}
	}
	for _, a := range q.Assignable {
		if n.asks(a.Repo) {
			n.askAssignable(ctx, a)
		}
	}
	for _, ref := range q.Tickets {
		if err := n.askTicket(ctx, w, ref); err != nil {
			return err
		}
	}
	return nil
}

// askOffer asks what a project takes. What the site refuses for that project is
// an answer: it is why no ticket can be opened there.
func (n *run) askOffer(ctx context.Context, kind incident.TicketKind) {
	n.ask(ctx, kind.Site, func(ctx context.Context) error {
		offer, err := n.r.Jira.Offer(ctx, kind)
		blocked := new(incident.Blocked)
		if errors.As(err, &blocked) && !blocked.Whole {
			offer, err = incident.Offer{Why: blocked.Text}, nil
		}
		if err == nil {
			n.answers.offers[kind] = offer
			n.why(ctx, "a project takes no tickets", kind.Project, offer.Why)
		}
		return err
	})
}

func (n *run) askAssignable(ctx context.Context, a incident.Assignment) {
	n.ask(ctx, a.Repo, func(ctx context.Context) error {
		verdict, err := n.r.Jira.Assignable(ctx, a.Repo, a.Login)
		if err == nil {
			n.answers.assignable[a] = verdict
		}
		return err
	})
}

// askTicket asks for a ticket by its name. What is not there, and what the
// operator does not let the owner use, are told by the same answer.
func (n *run) askTicket(ctx context.Context, w *incident.World, ref incident.TicketRef) error {
	if !n.asks(ref.Site) {
		return nil
	}
	t, there, answered := n.namedTicket(ctx, ref)
	_, listed := projectIn(n.projects(), ref.Site, t.Project)
	i := slices.IndexFunc(w.FollowUps, func(f incident.FollowUp) bool { return there && f.Issue == t.Key })
	switch {
	case !answered && !n.asks(ref.Site): // all of it is in trouble
	case i >= 0:
		n.notInVain(ref, incident.Key{})
		w.FollowUps[i] = calledToo(n.observedTicket(t, w.FollowUps[i]), ref.Name)
		n.answers.tickets[ref] = t.Key
		return n.keepTicket(ctx, w.FollowUps[i])
	case there && listed:
		n.notInVain(ref, incident.Key{})
		f := calledToo(n.observedTicket(t, incident.FollowUp{Parent: n.repository.ID, Adopted: true}), ref.Name)
		w.FollowUps = append(w.FollowUps, f)
		n.answers.tickets[ref], n.answers.found[t.Key] = t.Key, f
	default:
		n.inVain(ref, incident.Key{})
		n.answers.tickets[ref] = incident.Key{}
	}
	return nil
}

// keepTicket keeps what was seen of a follow-up, or of what may become one.
func (n *run) keepTicket(ctx context.Context, f incident.FollowUp) error {
	if f.Adopted && f.Item == "" {
		n.answers.found[f.Issue] = f
		return nil
	}
	return n.seen(ctx, f)
}

func (n *run) namedTicket(ctx context.Context, ref incident.TicketRef) (t incident.Ticket, there, answered bool) {
	answered = n.ask(ctx, ref.Site, func(ctx context.Context) (err error) {
		t, err = n.r.Jira.Named(ctx, ref)
		there = err == nil
		return unlessMissing(err)
	})
	return t, there, answered
}
