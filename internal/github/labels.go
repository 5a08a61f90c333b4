package github

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hindsight/internal/incident"
)

// labelKey names a label, in lower case: GitHub compares them without case.
type labelKey struct {
	repo incident.Repo
	name string
}

// AddLabels does nothing for no labels.
func (f *forge) AddLabels(ctx context.Context, key incident.Key, labels ...incident.Label) error {
	if len(labels) == 0 {
		return nil
	}
	if err := f.createLabels(ctx, key.Repo, labels); err != nil {
		return err
	}
	_, err := f.client.do(ctx, call{
		route: "POST" + issueRoute + "/labels", args: onIssue(key),
		body: struct {
			Labels []string `json:"labels"`
		}{labelNames(labels)},
		about: key.String(), needs: writesIssues,
	}, nil)
	if err != nil {
		return fmt.Errorf("put the labels %q on %s: %w", labelNames(labels), key, err)
	}
	return nil
}

func labelNames(labels []incident.Label) []string {
	names := make([]string, 0, len(labels))
	for _, l := range labels {
		names = append(names, l.Name)
	}
	return names
}

// createLabels sees to it that the labels have their colours from the first:
// GitHub creates what is missing by itself, all in one colour. One that is
// there, in whatever colour, stays as it is.
func (f *forge) createLabels(ctx context.Context, repo incident.Repo, labels []incident.Label) error {
	for _, l := range labels {
		key := labelKey{repo, strings.ToLower(l.Name)}
		if l.Colour == "" || f.app.labels.Contains(key) {
			continue
		}
		err := f.createLabel(ctx, repo, l)
		switch {
		case err == nil, alreadyExists(err):
			f.app.labels.Add(key, struct{}{})
		case !settled(err):
			return fmt.Errorf("create the label %q in %s: %w", l.Name, repo, err)
		}
		// What was refused is no reason not to go on without the colour: if
		// it is one, the label itself will be refused as well.
	}
	return nil
}

func (f *forge) createLabel(ctx context.Context, repo incident.Repo, l incident.Label) error {
	_, err := f.client.do(ctx, call{
		route: "POST /repos/{owner}/{repo}/labels", args: onRepo(repo),
		body: struct {
			Name  string `json:"name"`
			Color string `json:"color"`
		}{l.Name, l.Colour},
		about: fmt.Sprintf("the label %s in %s", quote(l.Name), repo), needs: writesIssues, content: true,
	}, nil)
	return err
}

// settled is whether asking again would bring the same answer.
func settled(err error) bool {
	_, blocked := errors.AsType[*incident.Blocked](err)
	_, missing := errors.AsType[*incident.Missing](err)
	_, paused := errors.AsType[*incident.Paused](err)
	return blocked || missing || paused
}

// RemoveLabel is nil for a label that is off already.
func (f *forge) RemoveLabel(ctx context.Context, key incident.Key, label string) error {
	_, err := f.client.do(ctx, call{
		route: "DELETE" + issueRoute + "/labels/{name}", args: onIssue(key, label),
		about: key.String(), needs: writesIssues,
	}, nil)
	if err = unlessMissing(err); err != nil {
		return fmt.Errorf("take the label %q off %s: %w", label, key, err)
	}
	return nil
}
