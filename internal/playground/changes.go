package playground

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// What GitHub takes at most, in characters.
const (
	maxTitle = 256
	maxBody  = 65536
)

// actor is who changes something: a person, or the app as itself.
type actor struct {
	user User
	app  bool
}

// opening is an issue that is to be opened.
type opening struct {
	title, body string
	labels      []string
	assignees   []string
	pullRequest bool
}

// Everything below changes the model, notes it in the issue's history, and
// sends the webhooks. The caller holds g.mu and has checked that the actor may.

func (g *GitHub) openIssue(by actor, r *repository, o opening) (*issue, error) {
	if err := checkIssueText(&o.title, &o.body); err != nil {
		return nil, err
	}
	if err := checkLabels(o.labels); err != nil {
		return nil, err
	}
	now := g.now()
	assignees, err := g.assignees(r, o.assignees)
	if err != nil {
		return nil, err
	}
	i := &issue{Issue: Issue{
		ID: g.newID(), Repo: r.FullName(), Number: len(r.issues) + 1,
		Title: o.title, Body: o.body, Author: by.user, ByApp: by.app,
		PullRequest: o.pullRequest, Assignees: assignees, CreatedAt: now, UpdatedAt: now,
	}}
	var added []Label
	for _, name := range o.labels {
		if l := g.label(by, r, name); !i.labelled(l.Name) {
			i.Labels = append(i.Labels, *l)
			added = append(added, *l)
		}
	}
	r.issues = append(r.issues, i)
	g.issues[i.ID] = i
	g.emitIssue(by, r, i, "opened", nil)
	for _, l := range added {
		g.note(by, i, Event{Event: "labeled", Label: &l})
		g.emitIssue(by, r, i, "labeled", object{"label": g.labelJSON(r, l)})
	}
	for _, u := range i.Assignees {
		g.note(by, i, Event{Event: "assigned", Assignee: &u})
		g.emitIssue(by, r, i, "assigned", object{"assignee": g.userJSON(u)})
	}
	g.crossReference(by, r, i, i.Body)
	return i, nil
}

// checkIssueText checks what is not nil.
func checkIssueText(title, body *string) error {
	if title != nil {
		if strings.TrimSpace(*title) == "" {
			return invalid("Issue", "title", "missing_field", "")
		}
		if err := tooLong("Issue", "title", utf8.RuneCountInString(*title), maxTitle); err != nil {
			return err
		}
	}
	if body != nil {
		return tooLong("Issue", "body", utf8.RuneCountInString(*body), maxBody)
	}
	return nil
}

// editIssue changes what is not nil.
func (g *GitHub) editIssue(by actor, r *repository, i *issue, title, body *string) error {
	if err := checkIssueText(title, body); err != nil {
		return err
	}
	changes := object{}
	if title != nil && *title != i.Title {
		changes["title"] = object{"from": i.Title}
		g.note(by, i, Event{Event: "renamed", From: i.Title, To: *title})
		i.Title = *title
	}
	if body != nil && *body != i.Body {
		changes["body"] = object{"from": i.Body}
		first := Edit{Editor: i.Author, ByApp: i.ByApp, At: i.CreatedAt, Body: i.Body}
		i.Body, i.Edits = *body, g.history(by, i.Edits, first, *body)
	}
	if len(changes) > 0 {
		i.UpdatedAt = g.now()
		g.emitIssue(by, r, i, "edited", object{"changes": changes})
		g.crossReference(by, r, i, i.Body)
	}
	return nil
}

func (g *GitHub) closeIssue(by actor, r *repository, i *issue, reason string) error {
	switch {
	case i.PullRequest:
		reason = ""
	case reason == "":
		reason = "completed"
	case reason != "completed" && reason != "not_planned" && reason != "duplicate":
		return invalid("Issue", "state_reason", "invalid", "")
	}
	if i.Closed {
		return nil
	}
	i.Closed, i.Reason, i.ClosedBy = true, reason, &by.user
	i.ClosedAt = g.now()
	i.UpdatedAt = i.ClosedAt
	g.note(by, i, Event{Event: "closed", Reason: reason})
	g.emitIssue(by, r, i, "closed", nil)
	return nil
}

func (g *GitHub) reopenIssue(by actor, r *repository, i *issue) error {
	if !i.Closed {
		return nil
	}
	if i.Discussion || !i.MergedAt.IsZero() {
		return invalid("Issue", "state", "custom", "state cannot be changed. It has become a discussion, or was merged.")
	}
	i.Closed, i.Reason, i.ClosedBy = false, "reopened", nil
	if i.PullRequest {
		i.Reason = ""
	}
	i.ClosedAt, i.UpdatedAt = time.Time{}, g.now()
	g.note(by, i, Event{Event: "reopened"})
	g.emitIssue(by, r, i, "reopened", nil)
	return nil
}

func (g *GitHub) setLocked(by actor, r *repository, i *issue, locked bool) {
	if i.Locked == locked {
		return
	}
	action := "unlocked"
	if locked {
		action = "locked"
	}
	i.Locked, i.UpdatedAt = locked, g.now()
	g.note(by, i, Event{Event: action})
	g.emitIssue(by, r, i, action, nil)
}

func (g *GitHub) deleteIssue(by actor, r *repository, i *issue) {
	g.emitIssue(by, r, i, "deleted", nil)
	i.Deleted = true
	if i.parent != nil {
		i.parent.subs = slices.DeleteFunc(i.parent.subs, func(s *issue) bool { return s == i })
		i.parent = nil
	}
	for _, s := range i.subs {
		s.parent = nil
	}
	i.subs = nil
	for _, c := range i.comments {
		delete(r.comments, c.ID)
	}
}

// note writes an entry of the issue's history.
func (g *GitHub) note(by actor, i *issue, e Event) {
	e.ID, e.Actor, e.ByApp, e.At = g.newID(), by.user, by.app, g.now()
	i.events = append(i.events, e)
}
