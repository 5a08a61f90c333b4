package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf16"

	"hindsight/internal/incident"
	"hindsight/internal/jira/markup"
	"hindsight/internal/markdown"
)

// summaryMost is how many of Java's characters a summary may have.
const summaryMost = 255

// Open creates a ticket with its marker in one call: there is no moment in which
// it could not be told from others. Its error is [incident.Unsure] where it may be
// there all the same. After [incident.OpenLongest] it has ended, and whoever looks
// for what may have been opened relies on it.
func (j *Jira) Open(ctx context.Context, t incident.OpenTicket) (incident.Ticket, error) {
	ctx, cancel := context.WithTimeout(ctx, incident.OpenLongest)
	defer cancel()
	s, err := j.site(t.Kind.Site)
	if err != nil {
		return incident.Ticket{}, err
	}
	sc, err := s.screenFor(ctx, t.Kind)
	if err != nil {
		return incident.Ticket{}, err
	}
	if sc.why != "" {
		return incident.Ticket{}, &incident.Blocked{Text: sc.why}
	}
	fields, err := s.newFields(ctx, t, sc)
	if err != nil {
		return incident.Ticket{}, err
	}
	made, err := s.create(ctx, t, fields)
	if err != nil {
		return incident.Ticket{}, err
	}
	return s.opened(ctx, t, made), nil
}

// made is what Jira says of a ticket that it has created, and with which marker and
// assignee's login that was done.
type made struct {
	ID     string `json:"id"`
	Key    string `json:"key"`
	marker marker
	owner  string
}

// create sends the one request. Where Jira takes all but the assignee, who may
// not work in the project, the ticket is opened without one, and its marker says
// so: nothing was created by what it refused.
func (s *site) create(ctx context.Context, t incident.OpenTicket, fields map[string]any) (made, error) {
	m := marker{Of: t.Of, Key: t.Item, Source: t.Source, Words: t.Words, Wrote: t.Wrote, Lacks: t.Lacks.And(t.Left)}
	answer, err := s.post(ctx, fields, m)
	if named := refusedFields(err); len(named) == 1 && named[0] == string(incident.TicketAssignee) {
		s.log.Warn("Jira refuses the assignee of a ticket, which is opened without one", "login", t.Owner, "project", t.Kind.Project)
		delete(fields, string(incident.TicketAssignee))
		refused := incident.TicketFields(incident.TicketAssignee)
		m.Wrote, m.Lacks = m.Wrote.Without(refused, incident.Written{}), m.Lacks.And(refused)
		answer, err = s.post(ctx, fields, m)
	}
	if err != nil {
		if refused(err) { // the project may want something else by now
			s.screen.forget(s.screenKey(t.Kind))
		}
		return made{}, unsure(err, s.explain(err, "a ticket in "+markdown.Code(t.Kind.Project)))
	}
	if _, assigned := fields[string(incident.TicketAssignee)]; assigned {
		answer.owner = t.Owner
	}
	return answer, nil
}

// post creates a ticket.
func (s *site) post(ctx context.Context, fields map[string]any, m marker) (made, error) {
	answer := made{marker: m}
	const path = "rest/api/2/issue"
	err := s.call(ctx, http.MethodPost, path, nil, map[string]any{"fields": fields, "properties": m.property()}, &answer)
	if err == nil && (number(answer.ID) == 0 || projectIn(answer.Key) == "") {
		err = &refusal{
			call: "POST " + path, err: errors.New("the answer names no ticket"), sent: true, status: http.StatusCreated, redact: s.redact,
		}
	}
	return answer, err
}

// refusedFields are those that Jira names in refusing a request as it is.
func refusedFields(err error) []string {
	r := new(refusal)
	if !errors.As(err, &r) || r.status != http.StatusBadRequest {
		return nil
	}
	var ids []string
	for id := range r.fields {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// opened reads the new ticket. If that fails it is there all the same: then what
// is known of it has to do until it is read next time.
func (s *site) opened(ctx context.Context, t incident.OpenTicket, made made) incident.Ticket {
	found, err := s.read(ctx, made.ID, markdown.Text(made.Key))
	var ticket incident.Ticket
	if err == nil {
		ticket, err = s.ticket(ctx, found)
	}
	if err != nil {
		s.log.Warn("a ticket was created and can't be read yet", "ticket", made.Key, "error", err)
		ticket = incident.Ticket{
			Key: incident.Key{Repo: s.key, Number: number(made.ID)}, Name: made.Key, Project: t.Kind.Project, URL: s.browse(made.Key),
			Title: summary(t.Title), State: incident.Open, Owner: made.owner, Created: s.now().UTC(), Public: s.Public, Internal: s.Internal,
		}
	}
	ticket.Ours, ticket.Of, ticket.Entry = true, t.Of, made.marker.entry()
	return ticket
}

// newFields are what a new ticket is created with: what the screen has, and what
// it takes.
func (s *site) newFields(ctx context.Context, t incident.OpenTicket, sc screen) (map[string]any, error) {
	p := s.projectOf(t.Kind.Project)
	fields := map[string]any{
		string(incident.TicketDescription): markup.FromMarkdown(t.Body),
		string(incident.TicketLabels):      slices.Concat(t.Labels, []string{findLabel(t.Of)}),
	}
	if due := dateOf(t.Wrote.Due); due != "" {
		fields[string(incident.TicketDue)] = due
	}
	if name := s.allowed(sc, incident.TicketPriority, p.priorityOf(t.Wrote)); name != "" {
		fields[string(incident.TicketPriority)] = map[string]string{"name": name}
	}
	if parts := s.components(sc, slices.Concat(p.Components, t.Parts)); len(parts) > 0 {
		fields[string(incident.TicketComponents)] = parts
	}
	for id, value := range p.Fields {
		if filled, ok := placeholders(t).fill(value, sc.fields[id].Schema.Type); ok {
			fields[id] = filled
		}
	}
	if t.Owner != "" {
		if err := s.assign(ctx, fields, t.Owner); err != nil {
			return nil, err
		}
	}
	for id := range fields { // a project that has not all components has the others
		lacks := t.Lacks.Has(incident.TicketField(id)) && id != string(incident.TicketComponents)
		if !sc.has(id) || lacks {
			delete(fields, id)
		}
	}
	fields["project"] = map[string]string{"key": t.Kind.Project}
	fields["issuetype"] = map[string]string{"id": sc.issueType}
	fields["summary"] = summary(t.Title)
	return fields, nil
}

// assign puts the account of a login into the fields, if there is one.
func (s *site) assign(ctx context.Context, fields map[string]any, login string) error {
	user, found, err := s.account(ctx, login)
	if err != nil || !found {
		return err
	}
	cloud, err := s.isCloud(ctx)
	if err != nil {
		return err
	}
	fields[string(incident.TicketAssignee)] = reference(user, cloud)
	return nil
}

// allowed is a value's name as the screen spells it. One that it does not take
// is left out: a ticket with the default is better than none.
func (s *site) allowed(sc screen, id incident.TicketField, name string) string {
	if name == "" || !sc.has(string(id)) {
		return ""
	}
	spelt, ok := sc.fields[string(id)].allows(name)
	if !ok {
		s.log.Warn("Jira does not have a value that the configuration names: it is left out of tickets", "field", string(id), "value", name)
	}
	return spelt
}

func (s *site) components(sc screen, names []string) []any {
	var parts []any
	var taken []string
	for _, name := range names {
		spelt := s.allowed(sc, incident.TicketComponents, name)
		if spelt != "" && !slices.Contains(taken, spelt) {
			taken = append(taken, spelt)
			parts = append(parts, map[string]string{"name": spelt})
		}
	}
	return parts
}

// findLabel is what tickets of an incident are found by.
func findLabel(of incident.ID) string {
	return fmt.Sprintf("hindsight-%d-%d", of.Repository, of.Number)
}

// summary is a title as Jira takes it: one line, not too long.
func summary(title string) string {
	title = strings.Join(strings.Fields(title), " ")
	units := utf16.Encode([]rune(title))
	if len(units) <= summaryMost {
		return title
	}
	return strings.TrimRight(string(utf16.Decode(units[:summaryMost-1])), " \uFFFD") + "…"
}
