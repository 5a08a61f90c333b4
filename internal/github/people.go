package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"hindsight/internal/incident"
)

// writer is the App that wrote something on nobody's behalf, or 0. A person
// can write through an App too, this one included; what carries a person's
// name is the person's. Hosts that don't name the App leave the login, which
// no person can have because of its brackets.
func (f *forge) writer(ctx context.Context, user wireUser, via *wireApp) (int64, error) {
	switch {
	case !user.bot():
		return 0, nil
	case via != nil && via.ID != 0:
		return via.ID, nil
	case !strings.HasSuffix(user.Login, botSuffix):
		return 0, nil
	}
	self, err := f.app.Identity(ctx)
	if err != nil {
		return 0, err
	}
	if strings.EqualFold(user.Login, self.Bot) {
		return f.app.id, nil
	}
	return 0, nil
}

func (f *forge) Labelling(ctx context.Context, key incident.Key, label string) (incident.Labelling, error) {
	events, err := f.events(ctx, key)
	if err != nil {
		return incident.Labelling{}, fmt.Errorf("find out who labelled %s: %w", key, err)
	}
	var newest wireEvent
	for _, e := range events {
		if e.Event == "labeled" && strings.EqualFold(e.Label.Name, label) && !e.CreatedAt.Before(newest.CreatedAt) {
			newest = e
		}
	}
	if newest.Actor.Login == "" {
		return incident.Labelling{}, nil // no event, or an account that is gone
	}
	return incident.Labelling{By: newest.Actor.actor(), At: newest.CreatedAt}, nil
}

// events are an issue's history, the oldest first.
func (f *forge) events(ctx context.Context, key incident.Key) ([]wireEvent, error) {
	var events []wireEvent
	err := pages(ctx, f.client, call{
		route: "GET" + issueRoute + "/events", args: onIssue(key),
		query: url.Values{}, about: key.String(), needs: readsIssues,
	}, gather(&events))
	return events, err
}

// MayTriage is closed for what GitHub does not know as a collaborator; a
// lookup that fails is neither yes nor no.
func (f *forge) MayTriage(ctx context.Context, repo incident.Repo, login string) (incident.Verdict, error) {
	var w wirePermission
	_, err := f.client.do(ctx, call{
		route: "GET /repos/{owner}/{repo}/collaborators/{username}/permission", args: onRepo(repo, login),
		about: fmt.Sprintf("the permission of %s in %s", quote(login), repo), needs: "metadata: read",
	}, &w)
	if _, missing := errors.AsType[*incident.Missing](err); missing {
		return incident.Denied, nil
	}
	if err != nil {
		return incident.Unknown, fmt.Errorf("ask what %s may do in %s: %w", login, repo, err)
	}
	if w.triages() {
		return incident.Allowed, nil
	}
	return incident.Denied, nil
}

// Assignable is no for people whom GitHub does not know, too.
func (f *forge) Assignable(ctx context.Context, repo incident.Repo, login string) (incident.Verdict, error) {
	_, err := f.client.do(ctx, call{
		route: "GET /repos/{owner}/{repo}/assignees/{assignee}", args: onRepo(repo, login),
		about: fmt.Sprintf("assigning issues of %s to %s", repo, quote(login)), needs: readsIssues,
	}, nil)
	if _, missing := errors.AsType[*incident.Missing](err); missing {
		return incident.Denied, nil
	}
	if err != nil {
		return incident.Unknown, fmt.Errorf("ask whether %s can be assigned in %s: %w", login, repo, err)
	}
	return incident.Allowed, nil
}
