package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// readPeople takes the lines that ask for something.
func (n *run) readPeople(w *incident.World, comments []incident.Comment) {
	p := w.Parent
	n.texts = maps.Clone(n.pulledTexts)
	n.texts[incident.FromBody] = n.bodyText(p)
	w.Items = append(w.Items, items(p.Body, incident.FromBody, p.URL, p.Author, time.Time{})...)
	for _, c := range comments {
		if c.Ours {
			continue
		}
		w.Items = append(w.Items, commentItems(c)...)
		n.texts[incident.FromComment(c.ID)] = n.commentText(c)
		for _, command := range markdown.Commands(c.Body) {
			w.Commands = append(w.Commands, incident.Command{
				Name: command.Name, Rest: command.Rest, Comment: c.ID, URL: c.URL, Author: c.Author, Written: c.UpdatedAt,
			})
		}
	}
	w.Items, w.PullsLeft = append(w.Items, n.pulled...), n.pullsLeft
	proposed := n.proposed()
	w.Items = append(w.Items, proposed.items...)
	w.Page, w.PageUnread, w.PageGone = proposed.text, proposed.unread, proposed.gone
	w.PageWhy = proposed.why
}

func commentItems(c incident.Comment) []incident.Item {
	return items(c.Body, incident.FromComment(c.ID), c.URL, c.Author, c.UpdatedAt)
}

func items(body string, source incident.Source, url string, author incident.Actor, written time.Time) []incident.Item {
	var found []incident.Item
	for _, line := range markdown.Checklist(body) {
		found = append(found, incident.Item{
			Source: source, URL: url, Author: author, Text: line.Text, Ticked: line.Ticked, Written: written,
		})
	}
	return found
}

// pullsRead is how many pull requests that refer to one incident are read, and
// pullsAsked of how many that mention it is asked whether they do.
const (
	pullsRead  = 10
	pullsAsked = 50
)

// readPulls reads the lines in pull requests that refer to the incident. Where
// nothing is remembered, GitHub's timeline tells which mention it.
func (n *run) readPulls(ctx context.Context) error {
	pulls, err := n.r.Memory.Pulls(ctx, n.key)
	if err != nil {
		return fmt.Errorf("recall the pull requests about %s: %w", n.key, err)
	}
	if !n.remembers() {
		mentioning, err := n.forge.Mentioning(ctx, n.key)
		if err != nil {
			return fmt.Errorf("ask which pull requests mention %s: %w", n.key, err)
		}
		pulls = union(pulls, mentioning)
	}
	n.merged = nil
	n.pulled, n.pulledTexts, n.pullsLeft = nil, map[incident.Source]text{}, 0
	read := 0
	for i, key := range pulls {
		if i == pullsAsked || read == pullsRead && n.remembers() { // else it is not known yet which refer to it
			n.pullsLeft += len(pulls) - i
			break
		}
		pull, refers, err := n.referring(ctx, key)
		switch {
		case err != nil:
			return err
		case refers && read == pullsRead:
			n.pullsLeft++
		case refers:
			read++
			if err := n.readPull(ctx, pull); err != nil {
				return err
			}
		}
	}
	return nil
}

// referring is a pull request, and whether it still refers to the incident.
func (n *run) referring(ctx context.Context, key incident.Key) (pull incident.Issue, refers bool, err error) {
	pull, err = n.forge.Issue(ctx, key)
	if isMissing(err) {
		return pull, false, nil
	}
	if err != nil {
		return pull, false, fmt.Errorf("read the pull request %s: %w", key, err)
	}
	refers = pull.PullRequest && slices.Contains(references(pull), n.key)
	if refers && !n.remembers() { // else it was asked when it was remembered
		if refers, err = mayRefer(ctx, n.forge, pull); err != nil {
			return pull, false, err
		}
	}
	if n.dry {
		return pull, refers, nil
	}
	_, err = n.r.Memory.SavePull(ctx, n.key, key, refers)
	return pull, refers, wrap(err, "remember what %s refers to", key)
}

// readPull takes the lines in a pull request that refers to the incident.
func (n *run) readPull(ctx context.Context, pull incident.Issue) error {
	comments, err := n.forge.Comments(ctx, pull.Key)
	if err != nil {
		return fmt.Errorf("read the comments of %s: %w", pull.Key, err)
	}
	if pull.State == incident.Done {
		n.merged = append(n.merged, merge(pull))
	}
	n.pulled = append(n.pulled, items(pull.Body, incident.FromPull(pull.Key.Number), pull.URL, pull.Author, time.Time{})...)
	n.pulledTexts[incident.FromPull(pull.Key.Number)] = n.bodyText(pull)
	for _, c := range comments {
		if !c.Ours {
			n.pulled = append(n.pulled, commentItems(c)...)
			n.pulledTexts[incident.FromComment(c.ID)] = n.commentText(c)
		}
	}
	return nil
}

// readSubIssues reads what hangs under the parent. What GitHub says of an issue
// there is as good as having asked for it.
func (n *run) readSubIssues(ctx context.Context) error {
	issues, err := n.forge.SubIssues(ctx, n.key)
	if err != nil {
		return fmt.Errorf("read the sub-issues of %s: %w", n.key, err)
	}
	n.subIssues = nil
	for _, issue := range issues {
		f, err := n.r.observed(ctx, n.forge, issue, n.key.Repo, n.ownSubIssue(issue))
		if err != nil {
			return err
		}
		n.subIssues = append(n.subIssues, f)
	}
	return nil
}

// ownSubIssue tells which item's follow-up one is that this App opened for the
// incident: where it was transferred to, only its marker says so.
func (n *run) ownSubIssue(issue incident.Issue) incident.FollowUp {
	of, entry, ok := n.r.Texts.ReadFollowUp(issue.Body)
	if !ok || issue.AppID != n.r.Forges.AppID() || !n.isMe(of) {
		return incident.FollowUp{}
	}
	return incident.FollowUp{Item: entry.Key}
}
