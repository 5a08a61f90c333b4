package reconcile

import (
	"context"
	"errors"
	"fmt"

	"hindsight/internal/incident"
)

// apply carries out one effect.
func (n *run) apply(ctx context.Context, e incident.Effect) (incident.Outcome, error) {
	switch e := e.(type) {
	case incident.WriteTracker:
		return n.writeComment(ctx, e.ID, e.Body)
	case incident.WriteClosing:
		return n.writeClosing(ctx, e)
	case incident.DeleteComment:
		return incident.Outcome{}, n.forge.DeleteComment(ctx, n.key, e.ID)
	case incident.CreatePage:
		return incident.Outcome{}, n.r.Wiki.Create(ctx, n.installation, n.key.Repo, e)
	case incident.OpenFollowUp:
		return n.openFollowUp(ctx, e)
	case incident.AttachFollowUp:
		return incident.Outcome{}, n.attach(ctx, e)
	case incident.CloseDuplicate:
		return incident.Outcome{}, n.closeDuplicate(ctx, e)
	case incident.React:
		return incident.Outcome{}, n.react(ctx, e)
	case incident.LabelParent:
		if e.On {
			return incident.Outcome{}, n.forge.AddLabel(ctx, n.key, e.Label)
		}
		return incident.Outcome{}, n.forge.RemoveLabel(ctx, n.key, e.Label)
	}
	return incident.Outcome{}, fmt.Errorf("%T is not known here", e)
}

// writeComment creates a comment, or edits it when it has an id.
func (n *run) writeComment(ctx context.Context, id int64, body string) (incident.Outcome, error) {
	if id != 0 {
		return incident.Outcome{Comment: id}, n.forge.EditComment(ctx, n.key, id, body)
	}
	c, err := n.forge.WriteComment(ctx, n.key, body)
	return incident.Outcome{Comment: c.ID}, err
}

// writeClosing leaves a closing comment deleted that people deleted.
func (n *run) writeClosing(ctx context.Context, e incident.WriteClosing) (incident.Outcome, error) {
	out, err := n.writeComment(ctx, e.ID, e.Body)
	if missing := new(incident.Missing); e.ID != 0 && errors.As(err, &missing) {
		return out, nil
	}
	return out, err
}

func (n *run) openFollowUp(ctx context.Context, e incident.OpenFollowUp) (incident.Outcome, error) {
	issue, err := n.forge.OpenIssue(ctx, n.key.Repo, e.Title, e.Body, e.Labels)
	if err != nil {
		return incident.Outcome{}, err
	}
	f := n.followUp(issue, incident.Entry{Key: e.Item, Source: e.Source, Words: e.Words})
	return incident.Outcome{Issue: issue}, n.seen(ctx, f)
}

// errNotOpened is about an item whose issue was to be opened just before, and
// was refused.
var errNotOpened = errors.New("it has no issue")

// attach takes the id from what GitHub said of the issue, never from a ledger:
// the token reaches other repositories, and whoever can edit the tracker must
// not reach into them with it.
func (n *run) attach(ctx context.Context, e incident.AttachFollowUp) error {
	known, err := n.recall(ctx)
	if err != nil {
		return err
	}
	record := n.snapshot()
	entry := record.Ledger.Entry(e.Item)
	for _, f := range known {
		if entry == nil || !entry.Opened() || f.Issue.Number != entry.Issue.Number {
			continue
		}
		if f.State == incident.Gone { // its id may be the ledger's: GitHub told none
			return nil
		}
		return n.forge.AttachSubIssue(ctx, n.key, f.ID)
	}
	return fmt.Errorf("attach the item %s: %w", e.Item, errNotOpened)
}

// closeDuplicate looks again just before it acts: the listing may be old, and
// what a person has closed or taken over is not ours to close.
func (n *run) closeDuplicate(ctx context.Context, e incident.CloseDuplicate) error {
	issue, err := n.forge.Issue(ctx, e.Issue)
	if missing := new(incident.Missing); errors.As(err, &missing) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", e.Issue, err)
	}
	of, f, ok := n.r.readFollowUp(issue)
	if !ok || of != n.key || f.Parent != n.repository.ID {
		return nil
	}
	if issue.State == incident.Open {
		if err := n.forge.CloseAsDuplicate(ctx, e.Issue); err != nil {
			return err
		}
		f.State = incident.Dropped
	}
	return n.seen(ctx, f)
}

// react leaves alone a comment that is gone.
func (n *run) react(ctx context.Context, e incident.React) error {
	err := n.forge.React(ctx, n.key, e.Reaction)
	if missing := new(incident.Missing); errors.As(err, &missing) {
		return nil
	}
	return err
}
