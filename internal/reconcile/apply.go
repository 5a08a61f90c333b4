package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hindsight/internal/incident"
)

// apply carries out one effect.
func (n *run) apply(ctx context.Context, e incident.Effect) (incident.Outcome, error) {
	if _, at := e.Part().Site(); at {
		return n.applyAtSite(ctx, e)
	}
	switch e := e.(type) {
	case incident.WriteTracker:
		return n.writeTracker(ctx, e)
	case incident.WriteClosing:
		return n.writeClosing(ctx, e)
	case incident.WriteReply:
		return n.writeComment(ctx, e.ID, e.Body)
	case incident.OpenFollowUp:
		return n.openFollowUp(ctx, e)
	case incident.DeleteComment:
		return incident.Outcome{}, n.forge.DeleteComment(ctx, n.key, e.ID)
	case incident.CreatePage:
		return n.createPage(ctx, e)
	case incident.AttachFollowUp:
		return incident.Outcome{}, n.attach(ctx, e)
	case incident.UpdateFollowUp:
		return incident.Outcome{}, n.updateFollowUp(ctx, e)
	case incident.SetFollowUp:
		return incident.Outcome{}, n.setFollowUp(ctx, e)
	case incident.UpdatePage:
		return n.updatePage(ctx, e)
	case incident.PublishPage:
		return incident.Outcome{}, n.publishPage(ctx, e)
	case incident.WithdrawPage:
		return incident.Outcome{}, n.withdrawPage(ctx, e)
	case incident.AskWhy:
		return incident.Outcome{}, n.askWhy(ctx, e)
	case incident.CloseDuplicate:
		return incident.Outcome{}, n.closeDuplicate(ctx, e)
	case incident.React:
		return incident.Outcome{}, unlessMissing(n.forge.React(ctx, n.key, e.Reaction))
	case incident.CloseParent:
		return incident.Outcome{}, n.forge.EditIssue(ctx, n.key, IssueEdit{State: incident.Done})
	case incident.LabelParent:
		if e.On {
			return incident.Outcome{}, n.forge.AddLabels(ctx, n.key, e.Label)
		}
		return incident.Outcome{}, n.forge.RemoveLabel(ctx, n.key, e.Label.Name)
	case incident.OpenTicket, incident.LinkTicket: // only at a site
	}
	return incident.Outcome{}, fmt.Errorf("%T is not known here", e)
}

func isMissing(err error) bool {
	missing := new(incident.Missing)
	return errors.As(err, &missing)
}

// unlessMissing is nil for what is about something that is gone.
func unlessMissing(err error) error {
	if isMissing(err) {
		return nil
	}
	return err
}

// writeTracker looks again just before it writes over the tracker. A person's
// edit between the two is found in the comment's history afterwards.
func (n *run) writeTracker(ctx context.Context, e incident.WriteTracker) (incident.Outcome, error) {
	if e.ID == 0 {
		return n.writeComment(ctx, 0, e.Body)
	}
	now, err := n.forge.Comment(ctx, n.key, e.ID)
	if err != nil {
		return incident.Outcome{}, err
	}
	if now.Body != e.Was {
		return incident.Outcome{}, &incident.Changed{What: "the tracker"}
	}
	return n.writeComment(ctx, e.ID, e.Body)
}

// writeComment creates a comment, or edits it when it has an id.
func (n *run) writeComment(ctx context.Context, id int64, body string) (incident.Outcome, error) {
	if id != 0 {
		return incident.Outcome{Comment: id}, n.forge.EditComment(ctx, n.key, id, body)
	}
	c, err := n.forge.WriteComment(ctx, n.key, body)
	return incident.Outcome{Comment: c.ID, At: c.UpdatedAt}, err
}

// writeClosing leaves a closing comment deleted that people deleted.
func (n *run) writeClosing(ctx context.Context, e incident.WriteClosing) (incident.Outcome, error) {
	out, err := n.writeComment(ctx, e.ID, e.Body)
	if e.ID != 0 {
		err = unlessMissing(err)
	}
	return out, err
}

func (n *run) openFollowUp(ctx context.Context, e incident.OpenFollowUp) (incident.Outcome, error) {
	issue, err := n.forge.OpenIssue(ctx, n.home(e.In), NewIssue{
		Title: e.Title, Body: e.Body, Labels: e.Labels, Assignee: e.Owner,
	})
	if err != nil {
		return incident.Outcome{}, err
	}
	f, err := n.r.observed(ctx, n.forge, issue, n.key.Repo,
		n.marked(incident.Entry{Key: e.Item, Source: e.Source, Words: e.Words, Wrote: e.Wrote}))
	if err != nil {
		return incident.Outcome{}, err
	}
	return incident.Outcome{Issue: issue}, n.seen(ctx, f)
}

// updateFollowUp looks again just before it writes: what people changed
// meanwhile stays. Its labels come first, since what fails after them is done
// again, and they are not.
func (n *run) updateFollowUp(ctx context.Context, e incident.UpdateFollowUp) error {
	issue, err := n.forge.Issue(ctx, e.Issue)
	if err != nil {
		return unlessMissing(err)
	}
	on, off := e.Relabels(issue)
	if len(on) > 0 {
		if err := n.forge.AddLabels(ctx, e.Issue, on...); err != nil {
			return err
		}
	}
	for _, label := range off {
		if err := n.forge.RemoveLabel(ctx, e.Issue, label); err != nil {
			return err
		}
	}
	edit := n.edit(e, &issue)
	if edit == (IssueEdit{}) {
		return nil
	}
	if err := n.forge.EditIssue(ctx, e.Issue, edit); err != nil {
		return err
	}
	return n.seeAgain(ctx, issue)
}

// edit is what is to be written on an issue, which is then as if it had been.
func (n *run) edit(e incident.UpdateFollowUp, issue *incident.Issue) IssueEdit {
	var edit IssueEdit
	if e.Renames(*issue) {
		edit.Title, issue.Title = e.Title, e.Title
	}
	if e.Assigns(*issue) {
		issue.Assignees = []string{e.Assign}
		edit.Assignees = &issue.Assignees
	}
	if body, ours := n.r.Texts.Refresh(issue.Body, e.Body); ours && body != issue.Body {
		edit.Body = body
	}
	return edit
}

// setFollowUp looks again at what it changed: our own changes are no news.
func (n *run) setFollowUp(ctx context.Context, e incident.SetFollowUp) error {
	if err := n.forge.EditIssue(ctx, e.Issue, IssueEdit{State: e.State}); err != nil {
		return unlessMissing(err)
	}
	issue, err := n.forge.Issue(ctx, e.Issue)
	if err != nil {
		return unlessMissing(err)
	}
	return n.seeAgain(ctx, issue)
}

// seeAgain keeps what is seen of a follow-up that is known.
func (n *run) seeAgain(ctx context.Context, issue incident.Issue) error {
	f, known, err := n.recallOne(ctx, issue.Key)
	if err != nil || !known {
		return err
	}
	if f, err = n.r.observed(ctx, n.forge, issue, n.key.Repo, f); err != nil {
		return err
	}
	return n.seen(ctx, f)
}

func (n *run) recallOne(ctx context.Context, key incident.Key) (f incident.FollowUp, known bool, err error) {
	all, err := n.recall(ctx)
	if err != nil {
		return f, false, err
	}
	i := slices.IndexFunc(all, func(f incident.FollowUp) bool { return f.Issue == key })
	if i < 0 {
		return f, false, nil
	}
	return all[i], true, nil
}

// saidBefore is how long before closing an issue people may have said why.
const saidBefore = 10 * time.Minute

// askWhy asks unless somebody has said so, or it was asked: then only the
// record did not know.
func (n *run) askWhy(ctx context.Context, e incident.AskWhy) error {
	f, known, err := n.recallOne(ctx, e.Issue)
	if err != nil || !known {
		return err
	}
	comments, err := n.forge.Comments(ctx, e.Issue)
	if err != nil {
		return unlessMissing(err)
	}
	for _, c := range comments {
		of, asked := n.r.Texts.ReadWhy(c.Body)
		said := !c.Author.Bot && c.CreatedAt.After(f.Closed.Add(-saidBefore))
		if said || c.Ours && asked && n.isMe(of) {
			return nil
		}
	}
	_, err = n.forge.WriteComment(ctx, e.Issue, e.Body)
	return err
}

// errNotOpened is about an item whose issue was to be opened just before, and
// was refused.
var errNotOpened = errors.New("it has no issue")

// attach takes the id from what GitHub said of the issue, never from a ledger:
// the token reaches other repositories, and whoever can edit the tracker must
// not reach into them with it.
func (n *run) attach(ctx context.Context, e incident.AttachFollowUp) error {
	record := n.snapshot()
	entry := record.Ledger.Entry(e.Item)
	if entry == nil || !entry.Opened() {
		return fmt.Errorf("attach the item %s: %w", e.Item, errNotOpened)
	}
	f, known, err := n.recallOne(ctx, entry.Issue.In(n.key.Repo))
	switch {
	case err != nil:
		return err
	case !known:
		return fmt.Errorf("attach the item %s: %w", e.Item, errNotOpened)
	case f.State == incident.Gone: // GitHub told no id
		return nil
	}
	return n.forge.AttachSubIssue(ctx, n.key, f.ID)
}

// closeDuplicate looks again just before it acts: the listing may be old, and
// what a person has closed or taken over is not ours to close.
func (n *run) closeDuplicate(ctx context.Context, e incident.CloseDuplicate) error {
	issue, err := n.forge.Issue(ctx, e.Issue)
	if err != nil {
		return wrap(unlessMissing(err), "read %s", e.Issue)
	}
	of, _, ok := n.r.Texts.ReadFollowUp(issue.Body)
	if !ok || !n.isMe(of) || issue.AppID != n.r.Forges.AppID() {
		return nil
	}
	if issue.State == incident.Open {
		if err := n.forge.CloseAsDuplicate(ctx, e.Issue); err != nil {
			return err
		}
		issue.State = incident.Dropped
	}
	return n.seeAgain(ctx, issue)
}
