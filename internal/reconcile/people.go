package reconcile

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// readPeople takes the lines that ask for something.
func (n *run) readPeople(w *incident.World, comments []incident.Comment) {
	p := w.Parent
	w.Items = append(w.Items, items(p.Body, incident.FromBody, p.URL, p.Author, time.Time{})...)
	for _, c := range comments {
		if c.Ours {
			continue
		}
		w.Items = append(w.Items, commentItems(c)...)
		for _, command := range markdown.Commands(c.Body) {
			w.Commands = append(w.Commands, incident.Command{
				Name: command.Name, Rest: command.Rest, Comment: c.ID, URL: c.URL, Author: c.Author, Written: c.UpdatedAt,
			})
		}
	}
	w.Items = append(w.Items, n.pulled...)
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

// pullsRead is how many pull requests that refer to one incident are read.
const pullsRead = 10

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
	n.pulled = nil
	for _, key := range pulls[:min(len(pulls), pullsRead)] {
		if err := n.readPull(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// readPull reads one, if it still refers to the incident.
func (n *run) readPull(ctx context.Context, key incident.Key) error {
	pull, err := n.forge.Issue(ctx, key)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the pull request %s: %w", key, err)
	}
	refers := pull.PullRequest && slices.Contains(references(pull), n.key)
	if !n.dry {
		if _, err := n.r.Memory.SavePull(ctx, n.key, key, refers); err != nil {
			return fmt.Errorf("remember what %s refers to: %w", key, err)
		}
	}
	if !refers {
		return nil
	}
	comments, err := n.forge.Comments(ctx, key)
	if err != nil {
		return fmt.Errorf("read the comments of %s: %w", key, err)
	}
	n.pulled = append(n.pulled, items(pull.Body, incident.FromPull(key.Number), pull.URL, pull.Author, time.Time{})...)
	for _, c := range comments {
		if !c.Ours {
			n.pulled = append(n.pulled, commentItems(c)...)
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
		f, err := n.r.observed(ctx, n.forge, issue, n.key.Repo, incident.FollowUp{})
		if err != nil {
			return err
		}
		n.subIssues = append(n.subIssues, f)
	}
	return nil
}
