package playground

import (
	"net/http"
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
	now := g.now()
	i := &issue{Issue: Issue{
		ID: g.newID(), Repo: r.FullName(), Number: len(r.issues) + 1,
		Title: o.title, Body: o.body, Author: by.user, ByApp: by.app,
		PullRequest: o.pullRequest, CreatedAt: now, UpdatedAt: now,
	}}
	var added []Label
	for _, name := range o.labels {
		if l := g.label(by, r, name); !i.labelled(l.Name) {
			i.Labels = append(i.Labels, *l)
			added = append(added, *l)
		}
	}
	for _, login := range o.assignees {
		i.Assignees = append(i.Assignees, *g.user(login))
	}
	r.issues = append(r.issues, i)
	g.emitIssue(by, r, i, "opened", nil)
	for _, l := range added {
		g.note(by, i, Event{Event: "labeled", Label: &l})
		g.emitIssue(by, r, i, "labeled", object{"label": g.labelJSON(r, l)})
	}
	for _, u := range i.Assignees {
		g.note(by, i, Event{Event: "assigned", Assignee: &u})
		g.emitIssue(by, r, i, "assigned", object{"assignee": g.userJSON(u)})
	}
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
		i.Body = *body
	}
	if len(changes) > 0 {
		i.UpdatedAt = g.now()
		g.emitIssue(by, r, i, "edited", object{"changes": changes})
	}
	return nil
}

// label finds a label by name, without case, or creates it as GitHub does for
// an issue that names it.
func (g *GitHub) label(by actor, r *repository, name string) *Label {
	for _, l := range r.labels {
		if strings.EqualFold(l.Name, name) {
			return l
		}
	}
	l := &Label{ID: g.newID(), Name: name, Color: "ededed"}
	r.labels = append(r.labels, l)
	g.emit(by, r, "label", "created", object{"label": g.labelJSON(r, *l)})
	return l
}

func (g *GitHub) addLabels(by actor, r *repository, i *issue, names []string) {
	for _, name := range names {
		if i.labelled(name) {
			continue
		}
		l := *g.label(by, r, name)
		i.Labels = append(i.Labels, l)
		i.UpdatedAt = g.now()
		g.note(by, i, Event{Event: "labeled", Label: &l})
		g.emitIssue(by, r, i, "labeled", object{"label": g.labelJSON(r, l)})
	}
}

func (g *GitHub) removeLabel(by actor, r *repository, i *issue, name string) error {
	at := slices.IndexFunc(i.Labels, func(l Label) bool { return strings.EqualFold(l.Name, name) })
	if at < 0 {
		return refuse(http.StatusNotFound, "Label does not exist")
	}
	l := i.Labels[at]
	i.Labels = slices.Delete(slices.Clone(i.Labels), at, at+1)
	i.UpdatedAt = g.now()
	g.note(by, i, Event{Event: "unlabeled", Label: &l})
	g.emitIssue(by, r, i, "unlabeled", object{"label": g.labelJSON(r, l)})
	return nil
}

// setLabels replaces all labels.
func (g *GitHub) setLabels(by actor, r *repository, i *issue, names []string) error {
	for _, l := range slices.Clone(i.Labels) {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, l.Name) }) {
			if err := g.removeLabel(by, r, i, l.Name); err != nil {
				return err
			}
		}
	}
	g.addLabels(by, r, i, names)
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

func (g *GitHub) reopenIssue(by actor, r *repository, i *issue) {
	if !i.Closed {
		return
	}
	i.Closed, i.Reason, i.ClosedBy = false, "reopened", nil
	if i.PullRequest {
		i.Reason = ""
	}
	i.ClosedAt, i.UpdatedAt = time.Time{}, g.now()
	g.note(by, i, Event{Event: "reopened"})
	g.emitIssue(by, r, i, "reopened", nil)
}

// setAssignees replaces all assignees.
func (g *GitHub) setAssignees(by actor, r *repository, i *issue, logins []string) {
	old := i.Assignees
	i.Assignees = nil
	for _, login := range logins {
		if u := *g.user(login); !slices.Contains(i.Assignees, u) {
			i.Assignees = append(i.Assignees, u)
		}
	}
	note := func(action string, u User) {
		i.UpdatedAt = g.now()
		g.note(by, i, Event{Event: action, Assignee: &u})
		g.emitIssue(by, r, i, action, object{"assignee": g.userJSON(u)})
	}
	for _, u := range old {
		if !slices.Contains(i.Assignees, u) {
			note("unassigned", u)
		}
	}
	for _, u := range i.Assignees {
		if !slices.Contains(old, u) {
			note("assigned", u)
		}
	}
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
