package jira

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"hindsight/internal/incident"
)

// change is what is to be written on a ticket: fields anew, and labels that go on
// and off, so that those which people have put on meanwhile stay.
type change struct {
	fields map[string]any
	labels []map[string]string
}

// among are those of the fields that are to be written.
func (c change) among(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		_, field := c.fields[id]
		return !field && (id != string(incident.TicketLabels) || len(c.labels) == 0)
	})
}

// without leaves fields out, by their ids.
func (c change) without(ids []string) change {
	kept := change{fields: map[string]any{}, labels: c.labels}
	for id, value := range c.fields {
		if !slices.Contains(ids, id) {
			kept.fields[id] = value
		}
	}
	if slices.Contains(ids, string(incident.TicketLabels)) {
		kept.labels = nil
	}
	return kept
}

// Edit looks again, and writes what is to change and nobody else has changed,
// together with what the marker says was written.
func (j *Jira) Edit(ctx context.Context, in []string, e incident.UpdateFollowUp) (incident.Ticket, incident.TicketFields, error) {
	s, id, err := j.numbered(e.Issue)
	if err != nil {
		return incident.Ticket{}, "", err
	}
	found, t, err := s.look(ctx, id, e.Name)
	if err == nil {
		err = elsewhere(t, in)
	}
	if err != nil {
		return t, "", err
	}
	c, err := s.changes(ctx, e, found, t)
	if err != nil {
		return t, "", err
	}
	refused, err := s.write(ctx, t, c.without(ids(e.Lacks)), e)
	if err != nil {
		return t, "", err
	}
	t, err = j.Ticket(ctx, e.Issue, t.Name)
	return t, refused, err
}

// elsewhere is an error where a ticket is in none of the projects, by now: others
// work there.
func elsewhere(t incident.Ticket, in []string) error {
	if slices.Contains(in, t.Project) {
		return nil
	}
	return &incident.Changed{What: "the project of " + t.Name}
}

func ids(fields incident.TicketFields) []string { return strings.Fields(string(fields)) }

// write sends the change. What the ticket's edit screen does not have, Jira names,
// and refuses the whole of it: then the rest is written, and the marker tells
// what is left out.
func (s *site) write(ctx context.Context, t incident.Ticket, c change, e incident.UpdateFollowUp) (incident.TicketFields, error) {
	err := s.put(ctx, t, c, e, "")
	var refused incident.TicketFields
	if named := c.among(refusedFields(err)); len(named) > 0 {
		s.log.Warn("Jira refuses fields of a ticket, which are left as they are", "ticket", t.Name, "fields", named)
		refused = incident.TicketFields(strings.Join(named, " "))
		err = s.put(ctx, t, c.without(named), e, refused)
	}
	if err != nil {
		return "", s.explainOf(ctx, err, t.Name)
	}
	return refused, nil
}

// put changes fields and marker at once. A ticket whose marker people took off
// gets none: it would have to be made up.
func (s *site) put(ctx context.Context, t incident.Ticket, c change, e incident.UpdateFollowUp, refused incident.TicketFields) error {
	body := map[string]any{}
	if len(c.fields) > 0 {
		body["fields"] = c.fields
	}
	if len(c.labels) > 0 {
		body["update"] = map[string]any{string(incident.TicketLabels): c.labels}
	}
	anew := t.Entry
	anew.Wrote, anew.Lacks = e.Is.Without(refused, t.Entry.Wrote), anew.Lacks.And(refused)
	if m, was := markerFor(cmp.Or(e.Of, t.Of), anew), markerFor(t.Of, t.Entry); t.Entry.Key != "" && m != was {
		body["properties"] = m.property()
	}
	if len(body) == 0 {
		return nil
	}
	return s.call(ctx, http.MethodPut, "rest/api/2/issue/"+strconv.Itoa(t.Key.Number), nil, body, nil)
}

// changes are what of an update still is as it was written.
func (s *site) changes(ctx context.Context, e incident.UpdateFollowUp, found issue, t incident.Ticket) (change, error) {
	c := change{fields: map[string]any{}}
	like := incident.Issue{Title: t.Title, Labels: found.Fields.Labels}
	if user := found.Fields.Assignee; user != nil {
		like.Assignees = []string{someone(t.Owner, user)}
	}
	if e.Renames(like) {
		c.fields["summary"] = summary(e.Title)
	}
	if e.Assigns(like) {
		if err := s.assign(ctx, c.fields, e.Assign); err != nil {
			return c, err
		}
	}
	if e.Is.Due != e.Was.Due && t.Due == e.Was.Due {
		c.fields[string(incident.TicketDue)] = orNull(dateOf(e.Is.Due))
	}
	on, off := e.Relabels(like)
	for _, l := range on {
		c.labels = append(c.labels, map[string]string{"add": l.Name})
	}
	for _, name := range off {
		c.labels = append(c.labels, map[string]string{"remove": name})
	}
	if was := findLabel(t.Of); e.Of != (incident.ID{}) && e.Of != t.Of && slices.Contains(found.Fields.Labels, was) {
		c.labels = append(c.labels, map[string]string{"remove": was}, map[string]string{"add": findLabel(e.Of)})
	}
	return c, s.reprioritise(ctx, e, found, t, c.fields)
}

// reprioritise writes the priority, while it is the one that was written, or the
// screen's own where none was.
func (s *site) reprioritise(ctx context.Context, e incident.UpdateFollowUp, found issue, t incident.Ticket, fields map[string]any) error {
	p := s.projectOf(t.Project)
	was, is := p.priorityOf(e.Was), p.priorityOf(e.Is)
	if is == "" || strings.EqualFold(was, is) || found.Fields.Priority == nil {
		return nil
	}
	sc, err := s.screenFor(ctx, incident.TicketKind{Site: s.key, Project: t.Project, Type: e.Kind.Type})
	if err != nil {
		return err
	}
	id := string(incident.TicketPriority)
	if was == "" || s.allowed(sc, incident.TicketPriority, was) == "" {
		was = nameIn(sc.fields[id].Preset)
	}
	if name := s.allowed(sc, incident.TicketPriority, is); name != "" && strings.EqualFold(found.Fields.Priority.Name, was) {
		fields[id] = map[string]string{"name": name}
	}
	return nil
}

// someone is the login of an assignee, or what is no login for somebody of whom
// none is known: it is not nobody.
func someone(login string, user *gojira.User) string {
	if login != "" {
		return login
	}
	return "jira:" + user.AccountID + user.Name
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
