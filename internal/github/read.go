package github

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
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
		route: "GET /repos/{owner}/{repo}", args: onRepo(repo), about: string(repo), needs: readsMetadata,
	}, &r)
	if err != nil {
		return incident.Repository{}, fmt.Errorf("look at repository %s: %w", repo, err)
	}
	internal := r.GetVisibility() == "internal"
	return incident.Repository{
		ID:       r.GetID(),
		FullName: r.GetFullName(),
		URL:      r.GetHTMLURL(),
		Private:  r.GetPrivate() || internal,
		Internal: internal,
		HasWiki:  r.GetHasWiki(),
		Archived: r.GetArchived(),
		PushedAt: r.GetPushedAt().Time,
	}, nil
}

// Issue is missing when GitHub answers with another one: an issue that was
// transferred, or whose repository was renamed, has its life under its new
// name; and when it lives on as a discussion.
func (f *forge) Issue(ctx context.Context, key incident.Key) (incident.Issue, error) {
	var w wireIssue
	_, err := f.client.do(ctx, call{
		route: "GET" + issueRoute, args: onIssue(key), about: key.String(), needs: readsIssues,
	}, &w)
	if err == nil {
		err = elsewhere(key.String(), key, w.key())
	}
	if err != nil {
		return incident.Issue{}, fmt.Errorf("look at issue %s: %w", key, err)
	}
	issue, err := f.issue(ctx, &w)
	if err == nil && issue.State == incident.Gone {
		err = &incident.Missing{What: key.String() + " (it has become a discussion)"}
	}
	if err != nil {
		return incident.Issue{}, fmt.Errorf("look at issue %s: %w", key, err)
	}
	return issue, nil
}

// issue is an answer in the rules' words, with what the answer leaves out.
func (f *forge) issue(ctx context.Context, w *wireIssue) (incident.Issue, error) {
	appID, err := f.writer(ctx, w.User, w.Via)
	if err != nil {
		return incident.Issue{}, fmt.Errorf("find out who wrote %s: %w", w.key(), err)
	}
	return f.unlessDiscussion(ctx, w.issue(appID))
}

// unlessDiscussion has the issue gone if it was converted to a discussion. It
// is closed and locked for good then, and only its history tells why.
func (f *forge) unlessDiscussion(ctx context.Context, issue incident.Issue) (incident.Issue, error) {
	if issue.State == incident.Open || !issue.Locked || issue.PullRequest {
		return issue, nil
	}
	events, err := f.events(ctx, issue.Key)
	if err != nil {
		return incident.Issue{}, fmt.Errorf("find out why %s is locked: %w", issue.Key, err)
	}
	if slices.ContainsFunc(events, func(e wireEvent) bool { return e.Event == "converted_to_discussion" }) {
		issue.State = incident.Gone
	}
	return issue, nil
}

// elsewhere is nil if the answer to a question for the one issue, or for what
// is on it, is about that issue; else it is missing there. Reads follow
// GitHub's redirects, which may end at what is no issue at all.
func elsewhere(what string, asked, answered incident.Key) error {
	if asked == answered {
		return nil
	}
	if _, err := incident.ParseKey(answered.String()); err != nil {
		return &incident.Missing{What: what + " (what is there now is no issue)"}
	}
	return &incident.Missing{What: fmt.Sprintf("%s (it has moved to %s)", what, answered), Moved: answered}
}

// gather collects the pages of a list.
func gather[T any](all *[]T) func([]T) int {
	return func(page []T) int {
		*all = append(*all, page...)
		return len(page)
	}
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
		query: query, about: string(repo), needs: readsIssues,
	}, gather(&found))
	if err != nil {
		return nil, fmt.Errorf("list the issues of %s: %w", repo, err)
	}
	all := make([]incident.Issue, 0, len(found))
	for i := range found {
		issue, err := f.listed(ctx, &found[i])
		if err != nil {
			return nil, fmt.Errorf("list the issues of %s: %w", repo, err)
		}
		all = append(all, issue)
	}
	slices.SortStableFunc(all, func(a, b incident.Issue) int {
		return cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.Key.Number, b.Key.Number))
	})
	return all, nil
}

// listed asks for no more than the listing tells of issues that are not ours:
// where all that is closed gets locked, each would cost a request.
func (f *forge) listed(ctx context.Context, w *wireIssue) (incident.Issue, error) {
	appID, err := f.writer(ctx, w.User, w.Via)
	if err != nil {
		return incident.Issue{}, fmt.Errorf("find out who wrote %s: %w", w.key(), err)
	}
	issue := w.issue(appID)
	if appID != f.app.id {
		return issue, nil
	}
	return f.unlessDiscussion(ctx, issue)
}

func changedSince(since time.Time) url.Values {
	query := url.Values{"sort": {"created"}, "direction": {"asc"}}
	if !since.IsZero() {
		query.Set("since", since.UTC().Format(time.RFC3339))
	}
	return query
}

// Repositories leaves out the archived: nothing can be written there.
func (f *forge) Repositories(ctx context.Context) (map[incident.Repo]time.Time, error) {
	type listing struct {
		Repositories []struct {
			Name  string   `json:"name"`
			Owner wireUser `json:"owner"`
			// Disabled is GitHub's doing, as for an unpaid bill.
			Archived, Disabled bool
			// PushedAt is null until somebody has pushed.
			PushedAt time.Time `json:"pushed_at"`
		} `json:"repositories"`
	}
	all := map[incident.Repo]time.Time{}
	err := pages(ctx, f.client, call{
		route: "GET /installation/repositories", query: url.Values{},
		about: "installation " + strconv.FormatInt(f.client.installation, 10), needs: readsMetadata,
	}, func(page listing) int {
		for _, r := range page.Repositories {
			if !r.Archived && !r.Disabled {
				all[incident.NewRepo(r.Owner.Login, r.Name)] = r.PushedAt
			}
		}
		return len(page.Repositories)
	})
	if err != nil {
		return nil, fmt.Errorf("list the repositories of installation %d: %w", f.client.installation, err)
	}
	return all, nil
}
