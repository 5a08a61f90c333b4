package jira

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// seen finds a ticket that an account may see.
func (j *Jira) seen(by *account, idOrKey string) (*ticket, error) {
	t := j.ticket(idOrKey)
	if t == nil || !t.project.may(by, Browse) {
		return nil, j.noTicket()
	}
	return t, nil
}

// create makes a ticket, with its properties, or nothing at all.
func (j *Jira) create(by *account, in input) (*ticket, error) {
	p, err := j.projectOf(by, in)
	if err != nil {
		return nil, err
	}
	kind, err := j.typeOf(p, in)
	if err != nil {
		return nil, err
	}
	t := Ticket{
		Project: p.key, Type: kind.Name, Status: p.workflow.Statuses[0],
		Creator: by.ID, Reporter: by.ID, Properties: map[string]json.RawMessage{},
	}
	f := j.newForm(p, append(kind.screen(), Field{ID: fieldProject}), &t)
	delete(in.Fields, fieldProject)
	f.fill(in)
	f.addDefaults()
	if err := f.check(func(Field) bool { return true }); err != nil {
		return nil, err
	}
	if err := keepProperties(&t, in); err != nil {
		return nil, err
	}
	p.last++
	t.ID, t.Key = j.newID(), fmt.Sprintf("%s-%d", p.key, p.last)
	t.Created = j.now()
	t.Updated = t.Created
	made := &ticket{Ticket: t, project: p}
	j.tickets[t.ID] = made
	j.keys[t.Key] = t.ID
	j.reindex(made)
	j.announce(news{event: eventCreated, by: by, ticket: made})
	return made, nil
}

// addDefaults fills in what the client has not, where the field has a default.
func (f *form) addDefaults() {
	for _, field := range f.screen {
		if field.Default != "" && !f.set[field.ID] {
			f.keep(field, []string{field.Default})
		}
	}
}

// projectOf is the project that a client wants a new ticket in.
func (j *Jira) projectOf(by *account, in input) (*project, error) {
	raw, is := in.Fields[fieldProject]
	if !is {
		return nil, refuseField(fieldProject, "project is required")
	}
	r, problem := refer(raw)
	p := j.project(r.Key)
	if p == nil {
		p = j.project(r.id())
	}
	if problem != "" || p == nil || !p.may(by, Browse) {
		return nil, refuseField(fieldProject, "valid project is required")
	}
	if !p.may(by, Create) {
		// Cloud's documentation says 403, Data Center's 400. Both are seen.
		const why = "You do not have permission to create issues in this project."
		if j.mode == DataCenter {
			return nil, refuseField(fieldProject, why)
		}
		return nil, refuse(http.StatusForbidden, why)
	}
	return p, nil
}

func (j *Jira) typeOf(p *project, in input) (Type, error) {
	raw, is := in.Fields[fieldType]
	if !is {
		return Type{}, refuseField(fieldType, "issue type is required")
	}
	r, _ := refer(raw)
	t, known := p.issueType(r.name())
	if !known {
		t, known = p.issueType(r.id())
	}
	switch {
	case known:
		return t, nil
	case j.mode == DataCenter:
		return Type{}, refuseField(fieldType, "valid issue type is required")
	default:
		return Type{}, refuseField(fieldType, "The issue type selected is invalid.")
	}
}

func keepProperties(t *Ticket, in input) error {
	for _, p := range in.Properties {
		if err := checkProperty(p.Key, p.Value); err != nil {
			return err
		}
		if t.Properties == nil {
			t.Properties = map[string]json.RawMessage{}
		}
		t.Properties[p.Key] = slices.Clone(p.Value)
	}
	return nil
}

// checkProperty holds Jira's limits: keys of 255 and values of 32,768 bytes.
func checkProperty(key string, value json.RawMessage) error {
	switch {
	case key == "" || len(key) > 255:
		return refuse(http.StatusBadRequest, "The property key must be between 1 and 255 characters long.")
	case len(value) > 32768:
		return refuse(http.StatusBadRequest, "The property value must be shorter than 32768 characters.")
	case !json.Valid(value):
		return refuse(http.StatusBadRequest, "The property value must be valid JSON.")
	}
	return nil
}

// edit changes fields and properties, all or nothing.
func (j *Jira) edit(by *account, t *ticket, in input) error {
	if !t.project.may(by, EditIssues) {
		return refuse(http.StatusForbidden, "You do not have permission to edit issues in this project.")
	}
	kind, _ := t.project.issueType(t.Type)
	next := t.clone()
	f := j.newForm(t.project, kind.screen(), &next)
	f.fill(in)
	if f.set[fieldAssignee] && !t.project.may(by, Assign) {
		f.wrong[fieldAssignee] = "You do not have permission to assign issues."
	}
	// What was empty before the field became required may stay empty.
	if err := f.check(func(field Field) bool { return f.set[field.ID] }); err != nil {
		return err
	}
	if err := keepProperties(&next, in); err != nil {
		return err
	}
	j.save(by, t, next, "issue_updated")
	return nil
}

// transit takes a ticket to another status.
func (j *Jira) transit(by *account, t *ticket, s step, in input) error {
	if !t.project.may(by, Transit) {
		return refuse(http.StatusForbidden, "You do not have permission to transition issues in this project.")
	}
	next := t.clone()
	f := j.newForm(t.project, s.Screen, &next)
	f.fill(in)
	if err := f.check(func(Field) bool { return true }); err != nil {
		return err
	}
	next.Status = s.to
	switch {
	case s.to.Category != Complete:
		next.Resolution = ""
	case s.Resolution != "":
		next.Resolution = s.Resolution
	}
	j.save(by, t, next, "issue_generic")
	return nil
}

// moveTo gives a ticket another project, and so another key.
func (j *Jira) moveTo(by *account, t *ticket, key string) error {
	p := j.project(key)
	if p == nil || !p.may(by, Create) || !t.project.may(by, MoveIssues) {
		return noProject(key)
	}
	next := t.clone()
	p.last++
	next.Former = append(next.Former, t.Key)
	next.Key, next.Project = fmt.Sprintf("%s-%d", p.key, p.last), p.key
	next.Status = p.status(t.Status.Name)
	if _, known := p.issueType(t.Type); !known {
		next.Type = p.types[0].Name
	}
	next.Components = slices.DeleteFunc(next.Components, func(name string) bool {
		return !slices.ContainsFunc(p.components, func(c component) bool { return c.name == name })
	})
	t.project = p
	j.keys[next.Key] = t.ID
	j.save(by, t, next, "issue_moved")
	return nil
}

func (j *Jira) delete(by *account, t *ticket) error {
	if !t.project.may(by, DeleteAny) {
		return refuse(http.StatusForbidden, "You do not have permission to delete issues in this project.")
	}
	delete(j.tickets, t.ID)
	j.unindex(t.ID)
	j.announce(news{event: eventDeleted, by: by, ticket: t})
	return nil
}

func (j *Jira) addComment(by *account, t *ticket, body string) (Comment, error) {
	if err := j.checkComments(by, t, []string{body}); err != nil {
		return Comment{}, err
	}
	j.touch(t)
	c := Comment{ID: j.newID(), Author: by.ID, Body: body, Created: t.Updated}
	t.Comments = append(t.Comments, c)
	j.reindex(t)
	j.announce(news{event: eventCommented, by: by, ticket: t, comment: &c})
	return c, nil
}

func (j *Jira) checkComments(by *account, t *ticket, bodies []string) error {
	for _, body := range bodies {
		switch {
		case !t.project.may(by, AddComment):
			return refuse(http.StatusForbidden, "You do not have the permission to comment on this issue.")
		case strings.TrimSpace(body) == "":
			return refuseField("comment", "Comment body can not be empty!")
		case utf8.RuneCountInString(body) > maxText:
			return refuseField("comment", "The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
		}
	}
	return nil
}

// save replaces a ticket by what it has become. What changes no field is no
// change: nothing is told, and the time of the last change stays. Properties
// alone count as none (unconfirmed; whoever needs the time to move on would
// notice).
func (j *Jira) save(by *account, t *ticket, next Ticket, event string) {
	items := j.diff(t.Ticket, next)
	t.Properties = next.Properties
	if len(items) == 0 {
		j.reindex(t)
		return
	}
	before := t.Ticket
	next.Updated, next.History = before.Updated, before.History
	t.Ticket = next
	j.touch(t)
	switch {
	case before.Resolution == "" && next.Resolution != "":
		t.Resolved = t.Updated
	case next.Resolution == "":
		t.Resolved = time.Time{}
	}
	change := Change{ID: j.newID(), By: by.ID, At: t.Updated, Items: items}
	t.History = append(slices.Clone(t.History), change)
	j.reindex(t)
	j.announce(news{event: eventUpdated, by: by, ticket: t, change: &change, detail: event})
}

// touch dates a change. Two changes never have the same time.
func (j *Jira) touch(t *ticket) {
	now := j.now()
	if !now.After(t.Updated) {
		now = t.Updated.Add(time.Millisecond)
	}
	t.Updated = now
}
