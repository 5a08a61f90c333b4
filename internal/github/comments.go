package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"hindsight/internal/incident"
)

// The permissions for everything about issues; on a pull request GitHub takes
// "pull_requests" as well.
const (
	readsIssues  = "issues: read"
	writesIssues = "issues: write"
)

const commentRoute = " /repos/{owner}/{repo}/issues/comments/{comment_id}"

type wireBody struct {
	Body string `json:"body"`
}

func aboutComment(on incident.Key, id int64) string {
	return fmt.Sprintf("comment %d on %s", id, on)
}

func onComment(on incident.Key, id int64) []string {
	return onRepo(on.Repo, strconv.FormatInt(id, 10))
}

func (f *forge) Comments(ctx context.Context, key incident.Key) ([]incident.Comment, error) {
	var found []wireComment
	err := pages(ctx, f.client, call{
		route: "GET" + issueRoute + "/comments", args: onIssue(key),
		query: url.Values{}, about: key.String(), needs: readsIssues,
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

// Comment is missing too where it is on another issue by now.
func (f *forge) Comment(ctx context.Context, on incident.Key, id int64) (incident.Comment, error) {
	about := aboutComment(on, id)
	var w wireComment
	_, err := f.client.do(ctx, call{
		route: "GET" + commentRoute, args: onComment(on, id), about: about, needs: readsIssues,
	}, &w)
	if err == nil {
		err = elsewhere(about, on, w.key())
	}
	if err != nil {
		return incident.Comment{}, fmt.Errorf("look at %s: %w", about, err)
	}
	appID, err := f.writer(ctx, w.User, w.Via)
	if err != nil {
		return incident.Comment{}, fmt.Errorf("find out who wrote %s: %w", about, err)
	}
	return w.comment(appID == f.app.id), nil
}

// Commented are pull requests too.
func (f *forge) Commented(ctx context.Context, repo incident.Repo, since time.Time) (map[incident.Key]time.Time, error) {
	var found []wireComment
	err := pages(ctx, f.client, call{
		route: "GET /repos/{owner}/{repo}/issues/comments", args: onRepo(repo),
		query: changedSince(since), about: string(repo), needs: readsIssues,
	}, gather(&found))
	if err != nil {
		return nil, fmt.Errorf("list the comments in %s: %w", repo, err)
	}
	newest := map[incident.Key]time.Time{}
	for i := range found {
		if key := found[i].key(); key.Number > 0 && !found[i].UpdatedAt.Before(newest[key]) {
			newest[key] = found[i].UpdatedAt
		}
	}
	return newest, nil
}

func (f *forge) WriteComment(ctx context.Context, on incident.Key, body string) (incident.Comment, error) {
	var w wireComment
	_, err := f.client.do(ctx, call{
		route: "POST" + issueRoute + "/comments", args: onIssue(on),
		body: wireBody{body}, about: on.String(), needs: writesIssues, content: true,
	}, &w)
	if err != nil {
		return incident.Comment{}, fmt.Errorf("write a comment on %s: %w", on, err)
	}
	return w.comment(true), nil
}

func (f *forge) EditComment(ctx context.Context, on incident.Key, id int64, body string) error {
	_, err := f.client.do(ctx, call{
		route: "PATCH" + commentRoute, args: onComment(on, id),
		body: wireBody{body}, about: aboutComment(on, id), needs: writesIssues,
	}, nil)
	if err != nil {
		return fmt.Errorf("edit %s: %w", aboutComment(on, id), err)
	}
	return nil
}

// DeleteComment is nil for a comment that is gone already.
func (f *forge) DeleteComment(ctx context.Context, on incident.Key, id int64) error {
	_, err := f.client.do(ctx, call{
		route: "DELETE" + commentRoute, args: onComment(on, id),
		about: aboutComment(on, id), needs: writesIssues,
	}, nil)
	if err = unlessMissing(err); err != nil {
		return fmt.Errorf("delete %s: %w", aboutComment(on, id), err)
	}
	return nil
}

// React does no harm when done twice: GitHub answers 200 for a reaction that is
// there already. A locked conversation takes none, and nothing is lost by it.
func (f *forge) React(ctx context.Context, on incident.Key, reaction incident.Reaction) error {
	_, err := f.client.do(ctx, call{
		route: "POST" + commentRoute + "/reactions", args: onComment(on, reaction.Comment),
		body: struct {
			Content string `json:"content"`
		}{reaction.Content},
		about: aboutComment(on, reaction.Comment), needs: writesIssues,
	}, nil)
	if err != nil && !locked(err) {
		return fmt.Errorf("react to %s: %w", aboutComment(on, reaction.Comment), err)
	}
	return nil
}

// unlessMissing is nil where what was asked for, or was to go, is not there.
func unlessMissing(err error) error {
	if _, missing := errors.AsType[*incident.Missing](err); missing {
		return nil
	}
	return err
}
