package playground

import (
	"fmt"
	"net/http"
	"strings"
)

// Person is somebody who acts in the browser, with the permissions of their
// role in each repository.
type Person struct {
	g     *GitHub
	login string
}

// As is a person, created on first mention. A login that ends in "[bot]"
// stands for another app.
func (g *GitHub) As(login string) Person {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Person{g: g, login: g.user(login).Login}
}

// OpenIssue opens an issue. As on GitHub, labels by somebody without triage
// are dropped; issue forms put theirs on whoever submits them, see
// [Person.SubmitForm].
func (p Person) OpenIssue(repo, title, body string, labels ...string) (int, error) {
	return p.open(repo, opening{title: title, body: body, labels: labels}, Triage)
}

// SubmitForm opens an issue by a form that carries labels.
func (p Person) SubmitForm(repo, title, body string, labels ...string) (int, error) {
	return p.open(repo, opening{title: title, body: body, labels: labels}, Read)
}

// OpenPullRequest opens a pull request.
func (p Person) OpenPullRequest(repo, title, body string, labels ...string) (int, error) {
	return p.open(repo, opening{title: title, body: body, labels: labels, pullRequest: true}, Triage)
}

func (p Person) open(repo string, o opening, toLabel Role) (int, error) {
	var number int
	err := p.in(repo, Read, "open an issue", func(by actor, r *repository) error {
		if r.role(p.login) < toLabel {
			o.labels = nil
		}
		i, err := p.g.openIssue(by, r, o)
		if err == nil {
			number = i.Number
		}
		return err
	})
	return number, err
}

// EditIssue changes title and body; nil leaves one as it is.
func (p Person) EditIssue(repo string, number int, title, body *string) error {
	return p.on(repo, number, Write, mine, "edit", func(by actor, r *repository, i *issue) error {
		return p.g.editIssue(by, r, i, title, body)
	})
}

// Label puts labels on, creating those that don't exist.
func (p Person) Label(repo string, number int, labels ...string) error {
	return p.on(repo, number, Triage, nil, "label", func(by actor, r *repository, i *issue) error {
		return p.g.addLabels(by, r, i, labels)
	})
}

// Unlabel takes a label off.
func (p Person) Unlabel(repo string, number int, label string) error {
	return p.on(repo, number, Triage, nil, "unlabel", func(by actor, r *repository, i *issue) error {
		return p.g.removeLabel(by, r, i, label)
	})
}

// Close closes as "completed" (or ""), "not_planned" or "duplicate".
func (p Person) Close(repo string, number int, reason string) error {
	return p.on(repo, number, Triage, mine, "close", func(by actor, r *repository, i *issue) error {
		return p.g.closeIssue(by, r, i, reason)
	})
}

// Reopen opens it again.
func (p Person) Reopen(repo string, number int) error {
	return p.on(repo, number, Triage, mine, "reopen", func(by actor, r *repository, i *issue) error {
		return p.g.reopenIssue(by, r, i)
	})
}

// Assign replaces all assignees.
func (p Person) Assign(repo string, number int, logins ...string) error {
	return p.on(repo, number, Triage, nil, "assign", func(by actor, r *repository, i *issue) error {
		return p.g.setAssignees(by, r, i, logins)
	})
}

// Lock keeps others from commenting.
func (p Person) Lock(repo string, number int) error { return p.setLocked(repo, number, true) }

// Unlock lets others comment again.
func (p Person) Unlock(repo string, number int) error { return p.setLocked(repo, number, false) }

func (p Person) setLocked(repo string, number int, locked bool) error {
	return p.on(repo, number, Write, nil, "lock", func(by actor, r *repository, i *issue) error {
		p.g.setLocked(by, r, i, locked)
		return nil
	})
}

// DeleteIssue deletes it for good.
func (p Person) DeleteIssue(repo string, number int) error {
	return p.on(repo, number, Admin, nil, "delete", func(by actor, r *repository, i *issue) error {
		p.g.deleteIssue(by, r, i)
		return nil
	})
}

// AttachSubIssue makes another issue a sub-issue of this one. Both may be in
// different repositories: it takes triage in this one, and to see the other.
func (p Person) AttachSubIssue(repo string, number int, subRepo string, subNumber int) error {
	return p.family(repo, number, subRepo, subNumber, func(by actor, r *repository, i, sub *issue) error {
		return p.g.attach(by, r, i, sub, false)
	})
}

// DetachSubIssue undoes [Person.AttachSubIssue].
func (p Person) DetachSubIssue(repo string, number int, subRepo string, subNumber int) error {
	return p.family(repo, number, subRepo, subNumber, p.g.detach)
}

func (p Person) family(repo string, number int, subRepo string, subNumber int,
	do func(actor, *repository, *issue, *issue) error,
) error {
	return p.on(repo, number, Triage, nil, "change the sub-issues of", func(by actor, r *repository, i *issue) error {
		other, err := p.g.find(subRepo)
		if err != nil {
			return err
		}
		if other.role(p.login) < Read {
			return notFound()
		}
		sub, err := other.issue(subNumber)
		if err != nil {
			return err
		}
		return do(by, r, i, sub)
	})
}

// Comment writes a comment.
func (p Person) Comment(repo string, number int, body string) (Comment, error) {
	var made Comment
	err := p.on(repo, number, Read, nil, "comment on", func(by actor, r *repository, i *issue) error {
		c, err := p.g.addComment(by, r, i, body)
		if err == nil {
			made = c.snapshot()
		}
		return err
	})
	return made, err
}

// EditComment edits one's own comment, or with write permission anybody's.
func (p Person) EditComment(repo string, id int64, body string) error {
	return p.onComment(repo, id, "edit", func(by actor, r *repository, i *issue, c *comment) error {
		return p.g.editComment(by, r, i, c, body)
	})
}

// DeleteComment deletes one's own comment, or with write permission anybody's.
func (p Person) DeleteComment(repo string, id int64) error {
	return p.onComment(repo, id, "delete", func(by actor, r *repository, i *issue, c *comment) error {
		p.g.deleteComment(by, r, i, c)
		return nil
	})
}

// React gives a comment a reaction.
func (p Person) React(repo string, commentID int64, content string) error {
	return p.in(repo, Read, "react", func(by actor, r *repository) error {
		c, i, err := r.comment(commentID)
		if err == nil {
			_, _, err = p.g.react(by, i, &c.Reactions, content)
		}
		return err
	})
}

// mine lets people do to what they wrote what otherwise needs a role.
func mine(by actor, i *issue) bool { return by.user.ID == i.Author.ID }

// in does something in a repository for somebody whose role is need or more.
func (p Person) in(repo string, need Role, what string, do func(actor, *repository) error) error {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	r, err := p.g.find(repo)
	if err == nil {
		err = p.permit(r, need)
	}
	if err == nil {
		err = do(actor{user: *p.g.user(p.login)}, r)
	}
	if err != nil {
		return fmt.Errorf("playground: %s may not %s in %s: %w", p.login, what, repo, err)
	}
	return nil
}

func (p Person) permit(r *repository, need Role) error {
	switch {
	case r.role(p.login) < Read:
		return notFound()
	case r.Archived:
		return archived()
	case r.role(p.login) < need:
		return refuse(http.StatusForbidden, "needs the role "+need.String())
	}
	return nil
}

func archived() error {
	return refuse(http.StatusForbidden, "Repository was archived so is read-only.")
}

func (p Person) on(repo string, number int, need Role, except func(actor, *issue) bool, what string,
	do func(actor, *repository, *issue) error,
) error {
	return p.in(repo, Read, what+fmt.Sprintf(" #%d", number), func(by actor, r *repository) error {
		i, err := r.issue(number)
		if err != nil {
			return err
		}
		if except == nil || !except(by, i) {
			if err := p.permit(r, need); err != nil {
				return err
			}
		}
		return do(by, r, i)
	})
}

func (p Person) onComment(repo string, id int64, what string,
	do func(actor, *repository, *issue, *comment) error,
) error {
	return p.in(repo, Read, what+fmt.Sprintf(" comment %d", id), func(by actor, r *repository) error {
		c, i, err := r.comment(id)
		if err != nil {
			return err
		}
		if by.user.ID != c.Author.ID {
			if err := p.permit(r, Write); err != nil {
				return err
			}
		}
		return do(by, r, i, c)
	})
}

// wikiName is the file that GitHub makes of a page's title.
func wikiName(title string) string {
	return strings.TrimSuffix(strings.ReplaceAll(title, " ", "-"), ".md") + ".md"
}
