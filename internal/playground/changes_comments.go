package playground

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxSubIssues is how many sub-issues a parent has at most; closed ones
	// count.
	maxSubIssues = 100
	// maxLevels is how deep they may hang.
	maxLevels = 8
)

func checkComment(body string) error {
	if strings.TrimSpace(body) == "" {
		return invalid("IssueComment", "body", "missing_field", "Body can't be blank")
	}
	return tooLong("IssueComment", "body", utf8.RuneCountInString(body), maxBody)
}

func (g *GitHub) addComment(by actor, r *repository, i *issue, body string) (*comment, error) {
	if err := checkComment(body); err != nil {
		return nil, err
	}
	if i.Discussion {
		return nil, refuse(http.StatusForbidden, "Unable to create comment because issue is locked.")
	}
	// Whether an app with write permission gets through a lock is not
	// confirmed, so it doesn't.
	if i.Locked && (by.app || r.role(by.user.Login) < Write) {
		return nil, refuse(http.StatusForbidden, "Unable to create comment because issue is locked.")
	}
	now := g.now()
	c := &comment{Comment{
		ID: g.newID(), Repo: i.Repo, Issue: i.Number, Body: body,
		Author: by.user, ByApp: by.app, CreatedAt: now, UpdatedAt: now,
	}}
	i.comments = append(i.comments, c)
	i.UpdatedAt = now
	r.comments[c.ID] = c
	g.emitComment(by, r, i, c, "created", nil)
	g.crossReference(by, r, i, body)
	return c, nil
}

// editComment leaves the issue's time of change alone: that GitHub would move
// it is not confirmed, and who relies on it would miss edits.
func (g *GitHub) editComment(by actor, r *repository, i *issue, c *comment, body string) error {
	if err := checkComment(body); err != nil {
		return err
	}
	if body == c.Body {
		return nil
	}
	changes := object{"body": object{"from": c.Body}}
	first := Edit{Editor: c.Author, ByApp: c.ByApp, At: c.CreatedAt, Body: c.Body}
	c.Body, c.UpdatedAt, c.Edits = body, g.now(), g.history(by, c.Edits, first, body)
	g.emitComment(by, r, i, c, "edited", object{"changes": changes})
	g.crossReference(by, r, i, body)
	return nil
}

func (g *GitHub) deleteComment(by actor, r *repository, i *issue, c *comment) {
	i.comments = slices.DeleteFunc(i.comments, func(o *comment) bool { return o == c })
	i.UpdatedAt = g.now()
	delete(r.comments, c.ID)
	g.emitComment(by, r, i, c, "deleted", nil)
}

// react adds a reaction on i, or on a comment of it; false if the actor had
// given it before. A lock is for everybody here: people have reported that
// GitHub refuses even those who may still comment.
func (g *GitHub) react(by actor, i *issue, to *[]Reaction, content string) (Reaction, bool, error) {
	if i.Locked {
		return Reaction{}, false, refuse(http.StatusForbidden, "Unable to create reaction because issue is locked.")
	}
	known := []string{"+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"}
	if !slices.Contains(known, content) {
		return Reaction{}, false, invalid("Reaction", "content", "invalid", "")
	}
	for _, r := range *to {
		if r.User.ID == by.user.ID && r.Content == content {
			return r, false, nil
		}
	}
	r := Reaction{ID: g.newID(), User: by.user, Content: content, At: g.now()}
	*to = append(*to, r)
	return r, true, nil
}

// attach makes sub a sub-issue of parent.
func (g *GitHub) attach(by actor, r *repository, parent, sub *issue, replace bool) error {
	switch {
	case sub == parent:
		return invalid("Issue", "sub_issue_id", "custom", "An issue can't be its own sub-issue")
	case sub.parent == parent:
		return invalid("Issue", "sub_issue_id", "custom", "Issue may not contain duplicate sub-issues")
	case sub.parent != nil && !replace:
		return invalid("Issue", "sub_issue_id", "custom", "Sub issue may only have one parent")
	case len(parent.subs) >= maxSubIssues:
		return invalid("Issue", "sub_issue_id", "custom", "Parent cannot have more than 100 sub-issues")
	case sub.PullRequest || parent.PullRequest:
		return invalid("Issue", "sub_issue_id", "custom", "Pull requests have no sub-issues")
	case parent.under(sub):
		return invalid("Issue", "sub_issue_id", "custom", "Sub issue may not create a circular dependency")
	case parent.above()+1+sub.below() > maxLevels:
		return invalid("Issue", "sub_issue_id", "custom", "Sub issues may be nested at most 8 levels deep")
	case !sameOwner(parent, sub):
		return invalid("Issue", "sub_issue_id", "custom", "Sub issue must belong to the same owner as the parent issue")
	}
	if sub.parent != nil {
		if err := g.detach(by, r, sub.parent, sub); err != nil {
			return err
		}
	}
	sub.parent = parent
	parent.subs = append(parent.subs, sub)
	g.noteFamily(by, r, parent, sub, "added")
	return nil
}

// under is whether the issue hangs under another, at any depth.
func (i *issue) under(other *issue) bool {
	for up := i.parent; up != nil; up = up.parent {
		if up == other {
			return true
		}
	}
	return false
}

// above is how many levels are over the issue, and below how many under it.
func (i *issue) above() int {
	if i.parent == nil {
		return 0
	}
	return 1 + i.parent.above()
}

func (i *issue) below() int {
	deepest := 0
	for _, s := range i.subs {
		deepest = max(deepest, 1+s.below())
	}
	return deepest
}

func sameOwner(a, b *issue) bool {
	ownerA, _, _ := strings.Cut(a.Repo, "/")
	ownerB, _, _ := strings.Cut(b.Repo, "/")
	return strings.EqualFold(ownerA, ownerB)
}

func (g *GitHub) detach(by actor, r *repository, parent, sub *issue) error {
	if sub.parent != parent {
		return notFound()
	}
	sub.parent = nil
	parent.subs = slices.DeleteFunc(parent.subs, func(s *issue) bool { return s == sub })
	g.noteFamily(by, r, parent, sub, "removed")
	return nil
}

// noteFamily tells both sides, as GitHub does.
func (g *GitHub) noteFamily(by actor, r *repository, parent, sub *issue, what string) {
	other, err := g.find(sub.Repo)
	if err != nil {
		other = r
	}
	g.note(by, parent, Event{Event: "sub_issue_" + what})
	g.note(by, sub, Event{Event: "parent_issue_" + what})
	fields := object{
		"parent_issue_id": parent.ID, "parent_issue": g.issueJSON(r, parent),
		"sub_issue_id": sub.ID, "sub_issue": g.issueJSON(other, sub),
	}
	g.emit(by, r, "sub_issues", "sub_issue_"+what, fields.with(object{"sub_issue_repo": g.repoJSON(other)}))
	g.emit(by, other, "sub_issues", "parent_issue_"+what, fields.with(object{"parent_issue_repo": g.repoJSON(r)}))
}

// issueByID looks through all repositories; nil if there is none by that id,
// or not any more.
func (g *GitHub) issueByID(id int64) (*repository, *issue) {
	i := g.issues[id]
	if i == nil || !i.here() {
		return nil, nil
	}
	r, err := g.find(i.Repo)
	if err != nil {
		return nil, nil
	}
	return r, i
}
