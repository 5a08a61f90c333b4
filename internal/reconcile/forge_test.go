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
	others       map[incident.Repo]int64  // ids of repositories that are not this one
	configs      map[incident.Repo]string // by repository, instead of config
	config       string                   // of every repository; "" for no such file
	issues       map[incident.Key]incident.Issue
	comments     map[incident.Key][]incident.Comment
	unlisted     map[int64]bool // comments that a listing does not show yet
	labelling    incident.Labelling
	permissions  map[string]incident.Permission // [incident.MayWrite] unless it says otherwise
	events       []incident.Event               // of the parent, after its labelling
	happened     []incident.Event               // releases and deployments
	readers      map[incident.Repo][]string
	files        map[string]string // by "owner/name/path", beside the configurations
	repositories []incident.Repo
	private      map[incident.Repo]bool // of the others
	tweaks       map[incident.Repo]func(*incident.Repository)
	moved        map[incident.Key]incident.Key
	subs         []incident.Key                   // that hang under the parent
	mentioning   []incident.Key                   // pull requests
	history      map[int64][]incident.Edit        // of comments, the newest first
	bodies       map[incident.Key][]incident.Edit // the same of issues' own texts
	forgetful    bool                             // the host has no histories
	unassignable map[string]bool                  // by login
	pushed       map[incident.Repo]time.Time      // when somebody pushed last
	commented    map[incident.Key]time.Time       // when each was last commented
	attached     []int64
	reactions    []incident.Reaction
	next         int64
}

func (f *fakeForge) Repository(ctx context.Context, repo incident.Repo) (found incident.Repository, err error) {
	err = f.call(ctx, "Repository", string(repo), func() error {
		found = f.repository
		if id, ok := f.others[repo]; ok {
			found.ID, found.FullName, found.Private, found.Internal = id, string(repo), f.private[repo], false
			found.URL = "https://github.test/" + string(repo)
		} else if !strings.EqualFold(string(repo), found.FullName) {
			return &incident.Missing{What: string(repo)}
		}
		found.PushedAt = f.pushed[repo]
		if change := f.tweaks[repo]; change != nil {
			change(&found)
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
		return issue, &incident.Missing{What: key.String(), Moved: f.moved[key]}
	}
	issue.Comments = len(f.comments[key])
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

// History is that the label was put on, and what a test adds.
func (f *fakeForge) History(ctx context.Context, key incident.Key) (found []incident.Event, err error) {
	err = f.call(ctx, "History", key.String(), func() error {
		if l := f.labelling; !l.At.IsZero() {
			found = append(found, incident.Event{
				Key: "event-1", Kind: incident.EventLabelled, At: l.At, By: l.By, What: "Incident",
			})
		}
		found = append(found, f.events...)
		return nil
	})
	return found, err
}

func (f *fakeForge) Happened(
	ctx context.Context, repo incident.Repo, from, to time.Time,
) (found []incident.Event, err error) {
	object := fmt.Sprintf("%s %s %s", repo, from.UTC().Format(time.DateTime), to.UTC().Format(time.DateTime))
	err = f.call(ctx, "Happened", object, func() error {
		for _, e := range f.happened {
			if !e.At.Before(from) && (to.IsZero() || !e.At.After(to)) {
				found = append(found, e)
			}
		}
		return nil
	})
	return found, err
}

func (f *fakeForge) Readers(ctx context.Context, repo incident.Repo) (logins []string, err error) {
	err = f.call(ctx, "Readers", string(repo), func() error {
		logins = slices.Clone(f.readers[repo])
		return nil
	})
	return logins, err
}

func (f *fakeForge) Permission(
	ctx context.Context, repo incident.Repo, login string,
) (p incident.Permission, err error) {
	err = f.call(ctx, "Permission", login, func() error {
		p = incident.MayWrite
		if says, ok := f.permissions[login+" in "+string(repo)]; ok {
			p = says
		} else if says, ok := f.permissions[login]; ok {
			p = says
		}
		return nil
	})
	return p, err
}

func (f *fakeForge) Assignable(
	ctx context.Context, _ incident.Repo, login string,
) (v incident.Verdict, err error) {
	err = f.call(ctx, "Assignable", login, func() error {
		if v = incident.Allowed; f.unassignable[login] {
			v = incident.Denied
		}
		return nil
	})
	return v, err
}

func (f *fakeForge) SubIssues(ctx context.Context, parent incident.Key) (subs []incident.Issue, err error) {
	err = f.call(ctx, "SubIssues", parent.String(), func() error {
		for _, key := range f.subs {
			if issue, missing := f.find(key); missing == nil {
				subs = append(subs, issue)
			}
		}
		return nil
	})
	return subs, err
}

func (f *fakeForge) Mentioning(ctx context.Context, issue incident.Key) (keys []incident.Key, err error) {
	err = f.call(ctx, "Mentioning", issue.String(), func() error {
		keys = f.mentioning
		return nil
	})
	return keys, err
}

func (f *fakeForge) Edits(ctx context.Context, c incident.Comment) (edits []incident.Edit, known bool, err error) {
	err = f.call(ctx, "Edits", fmt.Sprint(c.ID), func() error {
		edits, known = slices.Clone(f.history[c.ID]), !f.forgetful
		return nil
	})
	return edits, known, err
}

func (f *fakeForge) BodyEdits(ctx context.Context, i incident.Issue) (edits []incident.Edit, known bool, err error) {
	err = f.call(ctx, "BodyEdits", i.Key.String(), func() error {
		edits, known = slices.Clone(f.bodies[i.Key]), !f.forgetful
		return nil
	})
	return edits, known, err
}

// edited puts a text into a comment, and into its history.
func (f *fakeForge) edited(c *incident.Comment, by incident.Actor, ours bool, body string) {
	first := len(f.history[c.ID]) == 0
	f.next++
	if first {
		f.history[c.ID] = []incident.Edit{{
			ID: fmt.Sprintf("e%d", f.next), By: c.Author, Ours: c.Ours, At: c.CreatedAt, Body: c.Body,
		}}
		f.next++
	}
	c.Body, c.UpdatedAt = body, f.clock()
	edit := incident.Edit{ID: fmt.Sprintf("e%d", f.next), By: by, Ours: ours, At: c.UpdatedAt, Body: body}
	f.history[c.ID] = slices.Insert(f.history[c.ID], 0, edit)
}

func (f *fakeForge) File(ctx context.Context, repo incident.Repo, path string) (data []byte, err error) {
	err = f.call(ctx, "File", string(repo)+"/"+path, func() error {
		if text, ok := f.files[string(repo)+"/"+path]; ok {
			data = []byte(text)
			return nil
		}
		config := f.config
		if f.configs != nil {
			config = f.configs[repo]
		}
		if config == "" || path != reconcile.ConfigFile {
			return &incident.Missing{What: path}
		}
		data = []byte(config)
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

func (f *fakeForge) Repositories(ctx context.Context) (repos map[incident.Repo]time.Time, err error) {
	err = f.call(ctx, "Repositories", "", func() error {
		repos = map[incident.Repo]time.Time{}
		for _, repo := range f.repositories {
			repos[repo] = f.pushed[repo]
		}
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
	c.ID, c.CreatedAt, c.UpdatedAt = f.next, f.clock(), f.clock()
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
			f.edited(c, incident.Actor{Login: "hindsight", Bot: true}, true, body)
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

func (f *fakeForge) Comment(ctx context.Context, on incident.Key, id int64) (c incident.Comment, err error) {
	err = f.call(ctx, "Comment", fmt.Sprint(id), func() error {
		found, missing := f.comment(on, id)
		if missing == nil {
			c = *found
		}
		return missing
	})
	return c, err
}

func (f *fakeForge) React(ctx context.Context, on incident.Key, r incident.Reaction) error {
	return f.call(ctx, "React", fmt.Sprintf("%d %s", r.Comment, r.Content), func() error {
		for key := range f.comments { // it goes by the comment, whatever it is on
			if _, missing := f.comment(key, r.Comment); missing == nil && key.Repo == on.Repo {
				f.reactions = append(f.reactions, r)
				return nil
			}
		}
		return &incident.Missing{What: fmt.Sprintf("comment %d", r.Comment)}
	})
}

func (f *fakeForge) OpenIssue(
	ctx context.Context, in incident.Repo, opening reconcile.NewIssue,
) (issue incident.Issue, err error) {
	err = f.call(ctx, "OpenIssue", opening.Title, func() error {
		f.next++
		key := incident.Key{Repo: in, Number: int(f.next)}
		issue = incident.Issue{
			Key: key, ID: 1000 + f.next, URL: fmt.Sprintf("https://github.test/%s/issues/%d", in, f.next),
			Title: opening.Title, Body: opening.Body, State: incident.Open, AppID: ourApp,
			Author:    incident.Actor{Login: "hindsight[bot]", Bot: true},
			CreatedAt: f.clock(), UpdatedAt: f.clock(),
		}
		for _, l := range opening.Labels {
			issue.Labels = append(issue.Labels, l.Name)
		}
		if opening.Assignee != "" {
			issue.Assignees = []string{opening.Assignee}
		}
		f.issues[key] = issue
		return nil
	})
	return issue, err
}

func (f *fakeForge) EditIssue(ctx context.Context, key incident.Key, edit reconcile.IssueEdit) error {
	return f.call(ctx, "EditIssue", key.String(), func() error {
		return f.change(key, func(i *incident.Issue) {
			i.Title, i.Body = cmp.Or(edit.Title, i.Title), cmp.Or(edit.Body, i.Body)
			if edit.Assignees != nil {
				i.Assignees = slices.Clone(*edit.Assignees)
			}
			switch edit.State {
			case incident.Open:
				i.State, i.Reopened, i.ClosedAt = incident.Open, true, time.Time{}
			case incident.Done:
				i.State, i.ClosedAt = incident.Done, f.clock()
			case incident.Dropped, incident.Gone:
			}
		})
	})
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

func (f *fakeForge) AddLabels(ctx context.Context, key incident.Key, labels ...incident.Label) error {
	for _, label := range labels {
		err := f.call(ctx, "AddLabels", key.String()+" "+label.Name, func() error {
			return f.change(key, func(i *incident.Issue) { i.Labels = append(i.Labels, label.Name) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *fakeForge) RemoveLabel(ctx context.Context, key incident.Key, label string) error {
	return f.call(ctx, "RemoveLabel", key.String()+" "+label, func() error {
		return f.change(key, func(i *incident.Issue) {
			i.Labels = slices.DeleteFunc(i.Labels, func(l string) bool { return strings.EqualFold(l, label) })
		})
	})
}
