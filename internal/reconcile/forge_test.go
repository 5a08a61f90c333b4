package reconcile_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

// fakeForge is GitHub with a handful of issues.
type fakeForge struct {
	*journal
	clock        func() time.Time
	repository   incident.Repository
	others       map[incident.Repo]int64 // ids of repositories that are not this one
	config       string                  // of every repository; "" for no such file
	issues       map[incident.Key]incident.Issue
	comments     map[incident.Key][]incident.Comment
	unlisted     map[int64]bool // comments that a listing does not show yet
	labelling    incident.Labelling
	verdicts     map[string]incident.Verdict // Allowed unless it says otherwise
	repositories []incident.Repo
	commented    map[incident.Key]time.Time // when each was last commented
	attached     []int64
	reactions    []incident.Reaction
	next         int64
}

func (f *fakeForge) Repository(ctx context.Context, repo incident.Repo) (found incident.Repository, err error) {
	err = f.call(ctx, "Repository", string(repo), func() error {
		found = f.repository
		if id, ok := f.others[repo]; ok {
			found.ID = id
		}
		return nil
	})
	return found, err
}

func (f *fakeForge) Issue(ctx context.Context, key incident.Key) (issue incident.Issue, err error) {
	err = f.call(ctx, "Issue", key.String(), func() (err error) {
		issue, err = f.find(key)
		return err
	})
	return issue, err
}

func (f *fakeForge) find(key incident.Key) (incident.Issue, error) {
	issue, ok := f.issues[key]
	if !ok {
		return issue, &incident.Missing{What: key.String()}
	}
	issue.Labels = slices.Clone(issue.Labels)
	return issue, nil
}

// change is how people, and this fake, change an issue.
func (f *fakeForge) change(key incident.Key, how func(*incident.Issue)) error {
	issue, err := f.find(key)
	if err != nil {
		return err
	}
	how(&issue)
	issue.UpdatedAt = f.clock()
	f.issues[key] = issue
	return nil
}

func (f *fakeForge) Comments(ctx context.Context, key incident.Key) (all []incident.Comment, err error) {
	err = f.call(ctx, "Comments", key.String(), func() error {
		all = slices.DeleteFunc(slices.Clone(f.comments[key]), func(c incident.Comment) bool {
			return f.unlisted[c.ID]
		})
		return nil
	})
	return all, err
}

func (f *fakeForge) Labelling(
	ctx context.Context, key incident.Key, label string,
) (by incident.Labelling, err error) {
	err = f.call(ctx, "Labelling", key.String()+" "+label, func() error {
		by = f.labelling
		return nil
	})
	return by, err
}

func (f *fakeForge) MayTriage(
	ctx context.Context, _ incident.Repo, login string,
) (v incident.Verdict, err error) {
	err = f.call(ctx, "MayTriage", login, func() error {
		v = incident.Allowed
		if says, ok := f.verdicts[login]; ok {
			v = says
		}
		return nil
	})
	return v, err
}

func (f *fakeForge) File(ctx context.Context, repo incident.Repo, path string) (data []byte, err error) {
	err = f.call(ctx, "File", string(repo)+"/"+path, func() error {
		if f.config == "" || path != reconcile.ConfigFile {
			return &incident.Missing{What: path}
		}
		data = []byte(f.config)
		return nil
	})
	return data, err
}

func (f *fakeForge) Listed(
	ctx context.Context, repo incident.Repo, label string, since time.Time,
) (found []incident.Issue, err error) {
	object := fmt.Sprintf("%s %q %s", repo, label, since.UTC().Format(time.DateTime))
	err = f.call(ctx, "Listed", object, func() error {
		for _, issue := range f.issues {
			carries := label == "" || slices.Contains(issue.Labels, label)
			if issue.Key.Repo == repo && carries && !issue.UpdatedAt.Before(since) {
				found = append(found, issue)
			}
		}
		slices.SortFunc(found, func(a, b incident.Issue) int {
			return cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.Key.Number, b.Key.Number))
		})
		return nil
	})
	return found, err
}

func (f *fakeForge) Commented(
	ctx context.Context, repo incident.Repo, since time.Time,
) (found map[incident.Key]time.Time, err error) {
	object := fmt.Sprintf("%s %s", repo, since.UTC().Format(time.DateTime))
	err = f.call(ctx, "Commented", object, func() error {
		found = maps.Clone(f.commented)
		maps.DeleteFunc(found, func(key incident.Key, at time.Time) bool { return key.Repo != repo || at.Before(since) })
		return nil
	})
	return found, err
}

func (f *fakeForge) Repositories(ctx context.Context) (repos []incident.Repo, err error) {
	err = f.call(ctx, "Repositories", "", func() error {
		repos = f.repositories
		return nil
	})
	return repos, err
}

func (f *fakeForge) WriteComment(
	ctx context.Context, on incident.Key, body string,
) (c incident.Comment, err error) {
	err = f.call(ctx, "WriteComment", on.String(), func() error {
		c = f.say(on, incident.Comment{Body: body, Ours: true, Author: incident.Actor{Login: "hindsight[bot]", Bot: true}})
		return nil
	})
	return c, err
}

// say puts a comment on an issue.
func (f *fakeForge) say(on incident.Key, c incident.Comment) incident.Comment {
	f.next++
	c.ID = f.next
	c.URL = fmt.Sprintf("https://github.test/%s/issues/%d#issuecomment-%d", on.Repo, on.Number, c.ID)
	f.comments[on] = append(f.comments[on], c)
	return c
}

func (f *fakeForge) comment(on incident.Key, id int64) (*incident.Comment, error) {
	for i := range f.comments[on] {
		if f.comments[on][i].ID == id {
			return &f.comments[on][i], nil
		}
	}
	return nil, &incident.Missing{What: fmt.Sprintf("comment %d", id)}
}

func (f *fakeForge) EditComment(ctx context.Context, on incident.Key, id int64, body string) error {
	return f.call(ctx, "EditComment", fmt.Sprint(id), func() error {
		c, err := f.comment(on, id)
		if err == nil {
			c.Body = body
		}
		return err
	})
}

func (f *fakeForge) DeleteComment(ctx context.Context, on incident.Key, id int64) error {
	return f.call(ctx, "DeleteComment", fmt.Sprint(id), func() error {
		f.remove(on, id)
		return nil
	})
}

func (f *fakeForge) remove(on incident.Key, id int64) {
	f.comments[on] = slices.DeleteFunc(f.comments[on], func(c incident.Comment) bool { return c.ID == id })
}

func (f *fakeForge) CommentExists(ctx context.Context, on incident.Key, id int64) (exists bool, err error) {
	err = f.call(ctx, "CommentExists", fmt.Sprint(id), func() error {
		_, missing := f.comment(on, id)
		exists = missing == nil
		return nil
	})
	return exists, err
}

func (f *fakeForge) React(ctx context.Context, on incident.Key, r incident.Reaction) error {
	return f.call(ctx, "React", fmt.Sprintf("%d %s", r.Comment, r.Content), func() error {
		if _, err := f.comment(on, r.Comment); err != nil {
			return err
		}
		f.reactions = append(f.reactions, r)
		return nil
	})
}

func (f *fakeForge) OpenIssue(
	ctx context.Context, in incident.Repo, title, body string, labels []string,
) (issue incident.Issue, err error) {
	err = f.call(ctx, "OpenIssue", title, func() error {
		f.next++
		key := incident.Key{Repo: in, Number: int(f.next)}
		issue = incident.Issue{
			Key: key, ID: 1000 + f.next, URL: fmt.Sprintf("https://github.test/%s/issues/%d", in, f.next),
			Title: title, Body: body, Labels: labels, State: incident.Open, AppID: ourApp,
			Author:    incident.Actor{Login: "hindsight[bot]", Bot: true},
			CreatedAt: f.clock(), UpdatedAt: f.clock(),
		}
		f.issues[key] = issue
		return nil
	})
	return issue, err
}

func (f *fakeForge) AttachSubIssue(ctx context.Context, _ incident.Key, id int64) error {
	return f.call(ctx, "AttachSubIssue", fmt.Sprint(id), func() error {
		f.attached = append(f.attached, id)
		return nil
	})
}

func (f *fakeForge) CloseAsDuplicate(ctx context.Context, key incident.Key) error {
	return f.call(ctx, "CloseAsDuplicate", key.String(), func() error {
		return f.change(key, func(i *incident.Issue) { i.State = incident.Dropped })
	})
}

func (f *fakeForge) AddLabel(ctx context.Context, key incident.Key, label string) error {
	return f.call(ctx, "AddLabel", key.String()+" "+label, func() error {
		return f.change(key, func(i *incident.Issue) { i.Labels = append(i.Labels, label) })
	})
}

func (f *fakeForge) RemoveLabel(ctx context.Context, key incident.Key, label string) error {
	return f.call(ctx, "RemoveLabel", key.String()+" "+label, func() error {
		return f.change(key, func(i *incident.Issue) {
			i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return strings.EqualFold(l, label) })
		})
	})
}
