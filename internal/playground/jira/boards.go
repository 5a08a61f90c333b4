package jira

import (
	"fmt"
	"net/http"
	"slices"
)

// Filter is a search that was kept.
type Filter struct {
	ID          int64
	Name        string
	Description string
	JQL         string
	Owner       string   // an account's id
	Favourite   []string // accounts' ids
	// SharedWith are the keys of projects: who may see one of them may see the
	// filter, and the boards over it. Others than its owner see it not at all.
	SharedWith []string
}

// Board is a board over a filter.
type Board struct {
	ID     int64
	Name   string
	Type   string // "kanban" or "scrum"
	Filter int64
	Owner  string // an account's id
}

// Filters are all filters, oldest first.
func (j *Jira) Filters() []Filter {
	j.mu.Lock()
	defer j.mu.Unlock()
	var all []Filter
	for _, f := range j.filters {
		all = append(all, f.clone())
	}
	return all
}

func (f Filter) clone() Filter {
	f.Favourite, f.SharedWith = slices.Clone(f.Favourite), slices.Clone(f.SharedWith)
	return f
}

// visibleTo is whether an account may see the filter.
func (f Filter) visibleTo(j *Jira, a *account) bool {
	return f.Owner == a.ID || slices.ContainsFunc(f.SharedWith, func(key string) bool {
		p := j.project(key)
		return p != nil && p.may(a, Browse)
	})
}

// Boards are all boards, oldest first.
func (j *Jira) Boards() []Board {
	j.mu.Lock()
	defer j.mu.Unlock()
	var all []Board
	for _, b := range j.boards {
		all = append(all, *b)
	}
	return all
}

// BoardColumns are a board's columns with the tickets that its filter finds
// for its owner. People's boards don't lag.
func (j *Jira) BoardColumns(id int64) ([]Column, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	b := j.board(id)
	if b == nil {
		return nil, fmt.Errorf("jira: look at board %d: %w", id, refuse(http.StatusNotFound, "no such board"))
	}
	f, owner := j.filter(b.Filter), j.account(b.Owner)
	found, err := j.find(owner, f.JQL, j.ticketsWhere(func(*ticket) bool { return true }))
	if err != nil {
		return nil, fmt.Errorf("jira: look at board %d: %w", id, err)
	}
	return fill(j.boardColumns(owner), found), nil
}

// boardColumns are those of every board that the API makes: one for each of the
// three categories. Statuses whose category is not known are in none, and so
// are their tickets.
func (j *Jira) boardColumns(owner *account) []Column {
	columns := []Column{{Name: "To Do"}, {Name: "In Progress"}, {Name: "Done"}}
	for _, c := range columnsOf(j.visible(owner)) {
		for _, s := range c.Statuses {
			if at := slices.Index([]Category{ToDo, InProgress, Complete}, s.Category); at >= 0 {
				columns[at].Statuses = append(columns[at].Statuses, s)
			}
		}
	}
	return columns
}

func (j *Jira) board(id int64) *Board {
	if at := slices.IndexFunc(j.boards, func(b *Board) bool { return b.ID == id }); at >= 0 {
		return j.boards[at]
	}
	return nil
}

func (j *Jira) filter(id int64) *Filter {
	if at := slices.IndexFunc(j.filters, func(f *Filter) bool { return f.ID == id }); at >= 0 {
		return j.filters[at]
	}
	return nil
}

// visible are the projects that an account may see.
func (j *Jira) visible(a *account) []*project {
	return slices.DeleteFunc(slices.Clone(j.projects), func(p *project) bool { return !p.may(a, Browse) })
}
