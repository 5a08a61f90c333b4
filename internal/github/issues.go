package github

import (
	"context"
	"fmt"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

const issueRoute = " /repos/{owner}/{repo}/issues/{issue_number}"

// wireNew is an issue that is to be opened.
type wireNew struct {
	Title     string   `json:"title"`
	Body      string   `json:"body"`
	Labels    []string `json:"labels,omitempty"`
	Assignees []string `json:"assignees,omitempty"`
}

// OpenIssue tries again without the assignee if GitHub refuses: it says 422
// for a login that can't be assigned, and has opened nothing.
func (f *forge) OpenIssue(ctx context.Context, in incident.Repo, issue reconcile.NewIssue) (incident.Issue, error) {
	if err := f.createLabels(ctx, in, issue.Labels); err != nil {
		return incident.Issue{}, fmt.Errorf("prepare to open an issue in %s: %w", in, err)
	}
	w := wireNew{Title: issue.Title, Body: issue.Body, Labels: labelNames(issue.Labels)}
	if issue.Assignee != "" {
		w.Assignees = []string{issue.Assignee}
	}
	opened, err := f.openIssue(ctx, in, w)
	if refused(err) && len(w.Assignees) > 0 {
		w.Assignees = nil
		opened, err = f.openIssue(ctx, in, w)
	}
	if err != nil {
		return incident.Issue{}, fmt.Errorf("open an issue in %s: %w", in, err)
	}
	return opened.issue(f.app.id), nil
}

func (f *forge) openIssue(ctx context.Context, in incident.Repo, issue wireNew) (*wireIssue, error) {
	var w wireIssue
	_, err := f.client.do(ctx, call{
		route: "POST /repos/{owner}/{repo}/issues", args: onRepo(in),
		body: issue, about: string(in), needs: writesIssues, content: true,
	}, &w)
	return &w, err
}

// wireEditIssue names only what is to change: null is no value but a change.
type wireEditIssue struct {
	Title     string    `json:"title,omitempty"`
	Body      string    `json:"body,omitempty"`
	Assignees *[]string `json:"assignees,omitempty"`
	State     string    `json:"state,omitempty"`
	Reason    string    `json:"state_reason,omitempty"`
}

func toWireEdit(edit reconcile.IssueEdit) wireEditIssue {
	w := wireEditIssue{Title: edit.Title, Body: edit.Body}
	if edit.Assignees != nil {
		all := append([]string{}, *edit.Assignees...) // never null
		w.Assignees = &all
	}
	switch edit.State {
	case incident.Open:
		w.State, w.Reason = "open", "reopened"
	case incident.Done:
		w.State, w.Reason = "closed", "completed"
	case incident.Dropped, incident.Gone: // nothing that is ordered
	}
	return w
}

// EditIssue sends nothing for an edit that changes nothing.
func (f *forge) EditIssue(ctx context.Context, key incident.Key, edit reconcile.IssueEdit) error {
	w := toWireEdit(edit)
	if w == (wireEditIssue{}) {
		return nil
	}
	if err := f.editIssue(ctx, key, w); err != nil {
		return fmt.Errorf("edit %s: %w", key, err)
	}
	return nil
}

func (f *forge) editIssue(ctx context.Context, key incident.Key, edit wireEditIssue) error {
	_, err := f.client.do(ctx, call{
		route: "PATCH" + issueRoute, args: onIssue(key),
		body: edit, about: key.String(), needs: writesIssues,
	}, nil)
	return err
}

// CloseAsDuplicate falls back to "not planned" on hosts that don't know the
// reason: they answer 422, and have changed nothing.
func (f *forge) CloseAsDuplicate(ctx context.Context, key incident.Key) error {
	err := f.editIssue(ctx, key, wireEditIssue{State: "closed", Reason: "duplicate"})
	if refused(err) {
		err = f.editIssue(ctx, key, wireEditIssue{State: "closed", Reason: "not_planned"})
	}
	if err != nil {
		return fmt.Errorf("close %s as a duplicate: %w", key, err)
	}
	return nil
}

// AttachSubIssue is a convenience beside the checklist, so a host that can't
// is no failure: 404 is an Enterprise Server without sub-issues, 422 an issue
// that has this or another parent already, or a parent that has its hundred.
func (f *forge) AttachSubIssue(ctx context.Context, parent incident.Key, id int64) error {
	_, err := f.client.do(ctx, call{
		route: "POST" + issueRoute + "/sub_issues", args: onIssue(parent),
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
