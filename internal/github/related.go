package github

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"hindsight/internal/incident"
)

// mentionsMost bounds the pull requests that one issue leads to: each may be
// read in full, and anybody can mention an issue.
const mentionsMost = 30

// subIssuesMost is how many sub-issues GitHub lets an issue have.
const subIssuesMost = 100

func (f *forge) SubIssues(ctx context.Context, parent incident.Key) ([]incident.Issue, error) {
	var found []wireIssue
	err := pages(ctx, f.client, call{
		route: "GET" + issueRoute + "/sub_issues", args: onIssue(parent),
		query: url.Values{}, about: parent.String(), needs: readsIssues, most: subIssuesMost,
	}, gather(&found))
	if err = unlessMissing(err); err != nil {
		return nil, fmt.Errorf("list the sub-issues of %s: %w", parent, err)
	}
	all := make([]incident.Issue, 0, len(found))
	for i := range found {
		issue, err := f.issue(ctx, &found[i])
		if err != nil {
			return nil, fmt.Errorf("list the sub-issues of %s: %w", parent, err)
		}
		all = append(all, issue)
	}
	return all, nil
}

// Mentioning are the 30 that mentioned it last, in the order in which they
// did.
func (f *forge) Mentioning(ctx context.Context, issue incident.Key) ([]incident.Key, error) {
	var events []wireMention
	err := pages(ctx, f.client, call{
		route: "GET" + issueRoute + "/timeline", args: onIssue(issue),
		query: url.Values{}, about: issue.String(), needs: readsIssues,
	}, gather(&events))
	if err != nil {
		return nil, fmt.Errorf("look for pull requests that mention %s: %w", issue, err)
	}
	var newest []incident.Key
	for _, e := range slices.Backward(events) {
		pull, ok := e.pull()
		if ok && pull != issue && pull.Repo == issue.Repo && !slices.Contains(newest, pull) {
			newest = append(newest, pull)
		}
		if len(newest) == mentionsMost {
			break
		}
	}
	slices.Reverse(newest)
	return newest, nil
}
