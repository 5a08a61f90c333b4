package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"hindsight/internal/incident"
)

// readsMetadata is the permission that every App has.
const readsMetadata = "metadata: read"

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

// Permission is none for what GitHub does not know as a collaborator; a lookup
// that fails is an error, neither yes nor no.
func (f *forge) Permission(ctx context.Context, repo incident.Repo, login string) (incident.Permission, error) {
	var w wirePermission
	_, err := f.client.do(ctx, call{
		route: "GET /repos/{owner}/{repo}/collaborators/{username}/permission", args: onRepo(repo, login),
		about: fmt.Sprintf("the permission of %s in %s", quote(login), repo), needs: readsMetadata,
	}, &w)
	if _, missing := errors.AsType[*incident.Missing](err); missing {
		return incident.NoPermission, nil
	}
	if err != nil {
		return incident.NoPermission, fmt.Errorf("ask what %s may do in %s: %w", login, repo, err)
	}
	return w.permission(), nil
}

// readersMost bounds the people whom one question may cost: thirty requests.
const readersMost = 3000

// Readers are all collaborators: GitHub counts among them whoever an
// organisation lets in by itself, and its owners.
func (f *forge) Readers(ctx context.Context, repo incident.Repo) ([]string, error) {
	var logins []string
	about := "the people who may read " + string(repo)
	err := pages(ctx, f.client, call{
		route: "GET /repos/{owner}/{repo}/collaborators", args: onRepo(repo),
		query: url.Values{}, about: about, needs: readsMetadata,
	}, func(page []wireUser) int {
		for _, u := range page {
			logins = append(logins, strings.ToLower(u.Login))
		}
		if len(logins) > readersMost {
			return 0 // enough to know that they are too many
		}
		return len(page)
	})
	if err == nil && len(logins) > readersMost {
		err = &incident.Blocked{Text: fmt.Sprintf("More than %d people may read %s, too many to compare with those who may read another repository. "+
			"Leave the page in the repository's own wiki: take `postmortem.wiki` out of its configuration.", readersMost, repo)}
	}
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", about, err)
	}
	slices.Sort(logins)
	return slices.Compact(logins), nil
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
