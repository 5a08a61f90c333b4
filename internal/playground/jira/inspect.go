package jira

import (
	"cmp"
	"fmt"
	"slices"
)

// Column is one of a board's.
type Column struct {
	Name     string
	Statuses []Status // that lead into it, in the order of the workflow
	Tickets  []Ticket // by id
}

// Move is a transition that a ticket is offered.
type Move struct {
	ID   int
	Name string
	To   Status
	Asks []Field // what its screen wants; choices are in Allowed
}

// Project is a project as it stands.
type Project struct {
	Key, Name string
	Types     []Type
	Statuses  []Status // of its workflow, in the order of a board's columns
}

// Projects are all projects in the order in which they were added.
func (j *Jira) Projects() []Project {
	j.mu.Lock()
	defer j.mu.Unlock()
	var all []Project
	for _, p := range j.projects {
		all = append(all, Project{
			Key: p.key, Name: p.name,
			Types: slices.Clone(p.types), Statuses: slices.Clone(p.workflow.Statuses),
		})
	}
	return all
}

// Tickets are all tickets of some projects, or of all, by id.
func (j *Jira) Tickets(projects ...string) []Ticket {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.ticketsWhere(func(t *ticket) bool {
		return len(projects) == 0 || slices.Contains(projects, t.Project)
	})
}

func (j *Jira) ticketsWhere(is func(*ticket) bool) []Ticket {
	var all []Ticket
	for _, t := range j.tickets {
		if is(t) {
			all = append(all, t.clone())
		}
	}
	slices.SortFunc(all, func(a, b Ticket) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Ticket is one ticket by its id, its key, or a key that it had.
func (j *Jira) Ticket(idOrKey string) (Ticket, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := j.ticket(idOrKey)
	if t == nil {
		return Ticket{}, fmt.Errorf("jira: look at %s: %w", idOrKey, j.noTicket())
	}
	return t.clone(), nil
}

// TicketURL is where people find a ticket.
func (j *Jira) TicketURL(key string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.link("/browse/" + key)
}

// Moves are the transitions that a ticket is offered.
func (j *Jira) Moves(idOrKey string) ([]Move, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := j.ticket(idOrKey)
	if t == nil {
		return nil, fmt.Errorf("jira: look at %s: %w", idOrKey, j.noTicket())
	}
	var all []Move
	for _, s := range t.project.workflow.steps(t.Status.Name) {
		m := Move{ID: s.id, Name: s.Name, To: s.to}
		for _, f := range s.Screen {
			f.Name = f.title()
			f.Allowed = f.choices()
			m.Asks = append(m.Asks, f)
		}
		all = append(all, m)
	}
	return all, nil
}

// Columns are the columns of a board that shows all tickets of some projects,
// or of all projects: one for each status that they have.
func (j *Jira) Columns(projects ...string) []Column {
	j.mu.Lock()
	defer j.mu.Unlock()
	var shown []*project
	for _, p := range j.projects {
		if len(projects) == 0 || slices.Contains(projects, p.key) {
			shown = append(shown, p)
		}
	}
	return fill(columnsOf(shown), j.ticketsWhere(func(t *ticket) bool { return slices.Contains(shown, t.project) }))
}

// columnsOf has one column for each status, by category, and within one as the
// workflows have them.
func columnsOf(projects []*project) []Column {
	var all []Column
	for _, p := range projects {
		for _, s := range p.workflow.Statuses {
			if !slices.ContainsFunc(all, func(c Column) bool { return c.Statuses[0].ID == s.ID }) {
				all = append(all, Column{Name: s.Name, Statuses: []Status{s}})
			}
		}
	}
	order := []Category{Undefined, ToDo, InProgress, Complete}
	slices.SortStableFunc(all, func(a, b Column) int {
		return cmp.Compare(slices.Index(order, a.Statuses[0].Category), slices.Index(order, b.Statuses[0].Category))
	})
	return all
}

// fill puts tickets into the columns of their statuses.
func fill(columns []Column, tickets []Ticket) []Column {
	for n := range columns {
		for _, t := range tickets {
			if slices.ContainsFunc(columns[n].Statuses, func(s Status) bool { return s.ID == t.Status.ID }) {
				columns[n].Tickets = append(columns[n].Tickets, t)
			}
		}
	}
	return columns
}
