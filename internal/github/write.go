package github

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"hindsight/internal/incident"
)

// writesIssues is the permission for everything here; on a pull request
// GitHub takes "pull_requests: write" as well.
const writesIssues = "issues: write"

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

func (f *forge) WriteComment(ctx context.Context, on incident.Key, body string) (incident.Comment, error) {
	var w wireComment
	_, err := f.client.do(ctx, call{
		route: "POST /repos/{owner}/{repo}/issues/{issue_number}/comments", args: onIssue(on),
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

func (f *forge) CommentExists(ctx context.Context, on incident.Key, id int64) (bool, error) {
	_, err := f.client.do(ctx, call{
		route: "GET" + commentRoute, args: onComment(on, id),
		about: aboutComment(on, id), needs: "issues: read",
	}, nil)
	if _, missing := errors.AsType[*incident.Missing](err); missing {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for %s: %w", aboutComment(on, id), err)
	}
	return true, nil
}

// React answers 200 for a reaction that is there already: doing it twice does
// no harm.
func (f *forge) React(ctx context.Context, on incident.Key, reaction incident.Reaction) error {
	_, err := f.client.do(ctx, call{
		route: "POST" + commentRoute + "/reactions", args: onComment(on, reaction.Comment),
		body: struct {
			Content string `json:"content"`
		}{reaction.Content},
		about: aboutComment(on, reaction.Comment), needs: writesIssues,
	}, nil)
	if err != nil {
		return fmt.Errorf("react to %s: %w", aboutComment(on, reaction.Comment), err)
	}
	return nil
}

func (f *forge) OpenIssue(ctx context.Context, in incident.Repo, title, body string, labels []string) (incident.Issue, error) {
	var w wireIssue
	_, err := f.client.do(ctx, call{
		route: "POST /repos/{owner}/{repo}/issues", args: onRepo(in),
		body: struct {
			Title  string   `json:"title"`
			Body   string   `json:"body"`
			Labels []string `json:"labels,omitempty"`
		}{title, body, labels},
		about: string(in), needs: writesIssues, content: true,
	}, &w)
	if err != nil {
		return incident.Issue{}, fmt.Errorf("open an issue in %s: %w", in, err)
	}
	return w.issue(f.app.id), nil
}

// AttachSubIssue is a convenience beside the checklist, so a host that can't
// is no failure: 404 is an Enterprise Server without sub-issues, 422 an issue
// that has this or another parent already, or a parent that has its hundred.
func (f *forge) AttachSubIssue(ctx context.Context, parent incident.Key, id int64) error {
	_, err := f.client.do(ctx, call{
		route: "POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues", args: onIssue(parent),
		body: struct {
			ID int64 `json:"sub_issue_id"`
		}{id},
		about: parent.String(), needs: writesIssues, content: true,
	}, nil)
	if err = unlessMissing(err); err != nil && !refused(err) {
		return fmt.Errorf("attach a sub-issue to %s: %w", parent, err)
	}
	return nil
}

// CloseAsDuplicate falls back to "not planned" on hosts that don't know the
// reason: they answer 422, and have changed nothing.
func (f *forge) CloseAsDuplicate(ctx context.Context, key incident.Key) error {
	err := f.closeAs(ctx, key, "duplicate")
	if refused(err) {
		err = f.closeAs(ctx, key, "not_planned")
	}
	if err != nil {
		return fmt.Errorf("close %s as a duplicate: %w", key, err)
	}
	return nil
}

func (f *forge) closeAs(ctx context.Context, key incident.Key, reason string) error {
	_, err := f.client.do(ctx, call{
		route: "PATCH /repos/{owner}/{repo}/issues/{issue_number}", args: onIssue(key),
		body: struct {
			State  string `json:"state"`
			Reason string `json:"state_reason"`
		}{"closed", reason},
		about: key.String(), needs: writesIssues,
	}, nil)
	return err
}

func (f *forge) AddLabel(ctx context.Context, key incident.Key, label string) error {
	_, err := f.client.do(ctx, call{
		route: "POST /repos/{owner}/{repo}/issues/{issue_number}/labels", args: onIssue(key),
		body: struct {
			Labels []string `json:"labels"`
		}{[]string{label}},
		about: key.String(), needs: writesIssues,
	}, nil)
	if err != nil {
		return fmt.Errorf("put the label %q on %s: %w", label, key, err)
	}
	return nil
}

// RemoveLabel is nil for a label that is off already.
func (f *forge) RemoveLabel(ctx context.Context, key incident.Key, label string) error {
	_, err := f.client.do(ctx, call{
		route: "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", args: onIssue(key, label),
		about: key.String(), needs: writesIssues,
	}, nil)
	if err = unlessMissing(err); err != nil {
		return fmt.Errorf("take the label %q off %s: %w", label, key, err)
	}
	return nil
}

// unlessMissing is nil where what was to go is gone.
func unlessMissing(err error) error {
	if _, missing := errors.AsType[*incident.Missing](err); missing {
		return nil
	}
	return err
}
