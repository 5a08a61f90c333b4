package jira

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Person is somebody who acts in the browser.
type Person struct {
	j   *Jira
	who string
}

// As is a person by their account's id, user name or e-mail. Nobody like that
// can do nothing.
func (j *Jira) As(who string) Person { return Person{j: j, who: who} }

// Draft is a ticket to be created. Empty is not filled in.
type Draft struct {
	Type        string // "Task" if empty
	Summary     string
	Description string
	Priority    string
	Assignee    string // an account, as for [Jira.As]
	Due         string // "2026-12-01"
	Labels      []string
	Components  []string
}

// Edit is what is to change. Nil leaves a field as it is, "" empties it.
type Edit struct {
	Summary, Description *string
	Priority             *string
	Assignee             *string // an account, as for [Jira.As]
	Due                  *string // "2026-12-01"
	Labels               *[]string
}

// CreateTicket creates one.
func (p Person) CreateTicket(project string, d Draft) (Ticket, error) {
	var made Ticket
	err := p.do("create a ticket in "+project, func(by *account) error {
		in, err := p.j.drafted(project, d)
		if err != nil {
			return err
		}
		t, err := p.j.create(by, in)
		if err == nil {
			made = t.clone()
		}
		return err
	})
	return made, err
}

// Edit changes a ticket.
func (p Person) Edit(idOrKey string, e Edit) error {
	return p.on(idOrKey, "edit", func(by *account, t *ticket) error {
		in, err := p.j.edited(e)
		if err != nil {
			return err
		}
		return p.j.edit(by, t, in)
	})
}

// Move takes a ticket to a status by the first transition that leads there,
// with answers to its screen by the fields' ids.
func (p Person) Move(idOrKey, status string, answers map[string]string) error {
	return p.on(idOrKey, "move to "+status, func(by *account, t *ticket) error {
		var offered []string
		for _, s := range t.project.workflow.steps(t.Status.Name) {
			if s.To == status {
				return p.j.transit(by, t, s, p.j.answered(s.Screen, answers))
			}
			offered = append(offered, s.To)
		}
		return refuse(http.StatusBadRequest, fmt.Sprintf(
			"the workflow leads from %s only to: %s", t.Status.Name, strings.Join(offered, ", ")))
	})
}

// Comment writes a comment.
func (p Person) Comment(idOrKey, body string) error {
	return p.on(idOrKey, "comment on", func(by *account, t *ticket) error {
		_, err := p.j.addComment(by, t, body)
		return err
	})
}

// Delete deletes a ticket for good.
func (p Person) Delete(idOrKey string) error {
	return p.on(idOrKey, "delete", p.j.delete)
}

// MoveToProject gives a ticket a new key in another project, where it keeps its
// status if there is one of the name. It is still found by the old key.
func (p Person) MoveToProject(idOrKey, project string) error {
	return p.on(idOrKey, "move to project "+project, func(by *account, t *ticket) error {
		return p.j.moveTo(by, t, project)
	})
}

// do does something for somebody who is there.
func (p Person) do(what string, act func(by *account) error) error {
	p.j.mu.Lock()
	defer p.j.mu.Unlock()
	err := noAccount(p.who)
	if by := p.j.anyAccount(p.who); by != nil {
		err = act(by)
	}
	if err != nil {
		return fmt.Errorf("jira: %s can't %s: %w", p.who, what, err)
	}
	return nil
}

func (p Person) on(idOrKey, what string, act func(*account, *ticket) error) error {
	return p.do(what+" "+idOrKey, func(by *account) error {
		t, err := p.j.seen(by, idOrKey)
		if err != nil {
			return err
		}
		return act(by, t)
	})
}

// What people do goes the way of the API from here on.

func (j *Jira) drafted(project string, d Draft) (input, error) {
	if d.Type == "" {
		d.Type = "Task"
	}
	in := input{Fields: map[string]json.RawMessage{
		fieldProject: quote(object{"key": project}),
		fieldType:    quote(object{"name": d.Type}),
		fieldSummary: quote(d.Summary),
	}}
	optional := Edit{
		Description: unlessEmpty(d.Description), Priority: unlessEmpty(d.Priority),
		Assignee: unlessEmpty(d.Assignee), Due: unlessEmpty(d.Due),
	}
	if len(d.Labels) > 0 {
		optional.Labels = &d.Labels
	}
	more, err := j.edited(optional)
	maps.Copy(in.Fields, more.Fields)
	if len(d.Components) > 0 {
		in.Fields[fieldComponents] = quote(named(d.Components))
	}
	return in, err
}

func (j *Jira) edited(e Edit) (input, error) {
	in := input{Fields: map[string]json.RawMessage{}}
	for id, text := range map[string]*string{fieldSummary: e.Summary, fieldDescription: e.Description, fieldDue: e.Due} {
		switch {
		case text == nil:
		case *text == "" && id == fieldDue:
			in.Fields[id] = json.RawMessage("null")
		default:
			in.Fields[id] = quote(*text)
		}
	}
	if e.Priority != nil {
		in.Fields[fieldPriority] = quote(object{"name": *e.Priority})
	}
	if e.Labels != nil {
		in.Fields[fieldLabels] = quote(append([]string{}, *e.Labels...))
	}
	if e.Assignee != nil {
		who, err := j.chosen(*e.Assignee)
		if err != nil {
			return in, err
		}
		in.Fields[fieldAssignee] = who
	}
	return in, nil
}

// chosen is an account as a field holds it.
func (j *Jira) chosen(who string) (json.RawMessage, error) {
	if who == "" {
		return json.RawMessage("null"), nil
	}
	a := j.anyAccount(who)
	if a == nil {
		return nil, noAccount(who)
	}
	return quote(object{j.nameMember(): j.nameOf(a)}), nil
}

// answered is what people filled into a screen.
func (j *Jira) answered(screen []Field, answers map[string]string) input {
	in := input{Fields: map[string]json.RawMessage{}}
	for _, f := range screen {
		if text, given := answers[f.ID]; given && text != "" {
			in.Fields[f.ID] = j.fieldText(f, text)
		}
	}
	return in
}

// fieldText is a text as a field of its kind takes it.
func (j *Jira) fieldText(f Field, text string) json.RawMessage {
	switch {
	case f.ID == fieldResolution || f.ID == fieldPriority:
		return quote(object{"name": text})
	case f.ID == fieldAssignee || f.ID == fieldReporter || f.kind() == User:
		return quote(object{j.nameMember(): text})
	case f.kind() == Select:
		return quote(object{"value": text})
	case f.kind() == MultiSelect:
		return quote([]object{{"value": text}})
	case f.kind() == Labels:
		return quote(strings.Fields(text))
	case f.kind() == Number:
		return json.RawMessage(text)
	default:
		return quote(text)
	}
}

func named(names []string) []object {
	var all []object
	for _, n := range names {
		all = append(all, object{"name": n})
	}
	return all
}

func unlessEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// quote can't fail: what it is given is text, and objects of texts.
func quote(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("jira: %v is no JSON: %v", v, err))
	}
	return slices.Clip(b)
}
