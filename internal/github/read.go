package github

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"hindsight/internal/incident"
)

// fileMost is the largest file that is read: a configuration or a template.
const fileMost = 64 << 10

// forge is GitHub as one installation sees it.
type forge struct {
	app    *App
	client *client
}

func (f *forge) Repository(ctx context.Context, repo incident.Repo) (incident.Repository, error) {
	var r github.Repository
	_, err := f.client.do(ctx, call{
		route: "GET /repos/{owner}/{repo}", args: onRepo(repo), about: string(repo), needs: "metadata: read",
	}, &r)
	if err != nil {
		return incident.Repository{}, fmt.Errorf("look at repository %s: %w", repo, err)
	}
	return incident.Repository{
		ID:       r.GetID(),
		FullName: r.GetFullName(),
		URL:      r.GetHTMLURL(),
		Private:  r.GetPrivate() || r.GetVisibility() == "internal",
		HasWiki:  r.GetHasWiki(),
		Archived: r.GetArchived(),
	}, nil
}

// Issue is missing when GitHub answers with another one: an issue that was
// transferred, or whose repository was renamed, has its life under its new
// name.
func (f *forge) Issue(ctx context.Context, key incident.Key) (incident.Issue, error) {
	var w wireIssue
	_, err := f.client.do(ctx, call{
		route: "GET /repos/{owner}/{repo}/issues/{issue_number}", args: onIssue(key),
		about: key.String(), needs: "issues: read",
	}, &w)
	if err != nil {
		return incident.Issue{}, fmt.Errorf("look at issue %s: %w", key, err)
	}
	if now := w.key(); now != key {
		return incident.Issue{}, fmt.Errorf("look at issue %s: %w", key,
			&incident.Missing{What: fmt.Sprintf("%s (it has moved to %s)", key, now)})
	}
	appID, err := f.writer(ctx, w.User, w.Via)
	if err != nil {
		return incident.Issue{}, fmt.Errorf("look at issue %s: %w", key, err)
	}
	return w.issue(appID), nil
}

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
	case !strings.HasSuffix(user.Login, "[bot]"):
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

func (f *forge) Comments(ctx context.Context, key incident.Key) ([]incident.Comment, error) {
	var found []wireComment
	err := pages(ctx, f.client, call{
		route: "GET /repos/{owner}/{repo}/issues/{issue_number}/comments", args: onIssue(key),
		query: url.Values{}, about: key.String(), needs: "issues: read",
	}, gather(&found))
	if err != nil {
		return nil, fmt.Errorf("read the comments on %s: %w", key, err)
	}
	all := make([]incident.Comment, 0, len(found))
	for i := range found {
		appID, err := f.writer(ctx, found[i].User, found[i].Via)
		if err != nil {
			return nil, fmt.Errorf("find out who wrote the comments on %s: %w", key, err)
		}
		all = append(all, found[i].comment(appID == f.app.id))
	}
	return all, nil
}

// gather collects the pages of a list.
func gather[T any](all *[]T) func([]T) int {
	return func(page []T) int {
		*all = append(*all, page...)
		return len(page)
	}
}

func (f *forge) Labelling(ctx context.Context, key incident.Key, label string) (incident.Labelling, error) {
	var events []wireEvent
	err := pages(ctx, f.client, call{
		route: "GET /repos/{owner}/{repo}/issues/{issue_number}/events", args: onIssue(key),
		query: url.Values{}, about: key.String(), needs: "issues: read",
	}, gather(&events))
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

// File is missing too when the path is a directory, a submodule, or a link
// that GitHub does not follow.
func (f *forge) File(ctx context.Context, repo incident.Repo, path string) ([]byte, error) {
	about := fmt.Sprintf("the file %s in %s", quote(path), repo)
	var raw json.RawMessage
	_, err := f.client.do(ctx, call{
		route: "GET /repos/{owner}/{repo}/contents/{path}", args: onRepo(repo, path),
		about: about, needs: "contents: read",
	}, &raw)
	if err != nil {
		return nil, fmt.Errorf("read %s in %s: %w", path, repo, err)
	}
	content, err := decodeFile(raw, about)
	if err != nil {
		return nil, fmt.Errorf("read %s in %s: %w", path, repo, err)
	}
	return content, nil
}

func decodeFile(raw json.RawMessage, about string) ([]byte, error) {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		return nil, &incident.Missing{What: about + " (it is a directory)"}
	}
	var c github.RepositoryContent
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("decode the answer: %w", err)
	}
	if c.GetType() != "file" {
		return nil, &incident.Missing{What: about + " (it is no plain file)"}
	}
	if c.GetSize() > fileMost {
		return nil, &incident.Blocked{Text: fmt.Sprintf("%s is larger than 64 KiB: make it shorter.", about)}
	}
	content, err := c.GetContent()
	if err != nil {
		return nil, fmt.Errorf("decode the content: %w", err)
	}
	return []byte(content), nil
}

// Listed asks in the order of creation, which does not change while the pages
// are read; in the order of changes, an issue that changes meanwhile would
// push another from an unread page to one that was read.
func (f *forge) Listed(ctx context.Context, repo incident.Repo, label string, since time.Time) ([]incident.Issue, error) {
	query := changedSince(since)
	query.Set("state", "all")
	if label != "" {
		query.Set("labels", label)
	}
	var found []wireIssue
	err := pages(ctx, f.client, call{
		route: "GET /repos/{owner}/{repo}/issues", args: onRepo(repo),
		query: query, about: string(repo), needs: "issues: read",
	}, gather(&found))
	if err != nil {
		return nil, fmt.Errorf("list the issues of %s: %w", repo, err)
	}
	var all []incident.Issue
	for i := range found {
		appID, err := f.writer(ctx, found[i].User, found[i].Via)
		if err != nil {
			return nil, fmt.Errorf("find out who wrote the issues of %s: %w", repo, err)
		}
		all = append(all, found[i].issue(appID))
	}
	slices.SortStableFunc(all, func(a, b incident.Issue) int {
		return cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.Key.Number, b.Key.Number))
	})
	return all, nil
}

func changedSince(since time.Time) url.Values {
	query := url.Values{"sort": {"created"}, "direction": {"asc"}}
	if !since.IsZero() {
		query.Set("since", since.UTC().Format(time.RFC3339))
	}
	return query
}

// Commented are pull requests too.
func (f *forge) Commented(ctx context.Context, repo incident.Repo, since time.Time) (map[incident.Key]time.Time, error) {
	var found []wireComment
	err := pages(ctx, f.client, call{
		route: "GET /repos/{owner}/{repo}/issues/comments", args: onRepo(repo),
		query: changedSince(since), about: string(repo), needs: "issues: read",
	}, gather(&found))
	if err != nil {
		return nil, fmt.Errorf("list the comments in %s: %w", repo, err)
	}
	newest := map[incident.Key]time.Time{}
	for i := range found {
		if key, ok := found[i].key(); ok && !found[i].UpdatedAt.Before(newest[key]) {
			newest[key] = found[i].UpdatedAt
		}
	}
	return newest, nil
}

// Repositories leaves out the archived: nothing can be written there.
func (f *forge) Repositories(ctx context.Context) ([]incident.Repo, error) {
	type listing struct {
		Repositories []struct {
			Name  string   `json:"name"`
			Owner wireUser `json:"owner"`
			// Disabled is GitHub's doing, as for an unpaid bill.
			Archived, Disabled bool
		} `json:"repositories"`
	}
	var all []incident.Repo
	err := pages(ctx, f.client, call{
		route: "GET /installation/repositories", query: url.Values{},
		about: "installation " + strconv.FormatInt(f.client.installation, 10), needs: "metadata: read",
	}, func(page listing) int {
		for _, r := range page.Repositories {
			if !r.Archived && !r.Disabled {
				all = append(all, incident.NewRepo(r.Owner.Login, r.Name))
			}
		}
		return len(page.Repositories)
	})
	if err != nil {
		return nil, fmt.Errorf("list the repositories of installation %d: %w", f.client.installation, err)
	}
	return all, nil
}
