package board

import (
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"hindsight/internal/playground/jira"
	"hindsight/internal/playground/web"
)

// sheet is a ticket's page.
type sheet struct {
	card

	Board, ProjectName string
	Former             []string
	Status             string
	Category           string // the status's colour
	Resolution         string
	Reporter           string
	Created            time.Time
	Due                string // as forms have it
	Source             string
	Description        template.HTML
	Links              []weblink
	Talk               []said
	Idle               []person // who could be assigned
	Facts              []fact
	Properties         []property
	Projects           []jira.Project // where it could be moved
}

// weblink is a link to somewhere outside, or to another ticket.
type weblink struct{ URL, Title, Why string }

// said is a comment, or a change where it has no text.
type said struct {
	Anchor  string
	By      string
	At      time.Time
	Text    template.HTML
	Changes []changed
}

type changed struct{ Field, From, To string }

type fact struct{ Name, Value string }

type property struct{ Key, Value string }

// ticket shows one by its key. By a former key it leads to the present one.
func (s *site) ticket(r *http.Request, _ visit) (screen, error) {
	t, err := s.j.Ticket(r.PathValue("key"))
	if err != nil {
		return screen{}, err
	}
	if t.Key != r.PathValue("key") {
		return screen{moved: ticketPath(t.Key)}, nil
	}
	return screen{view: "ticket", title: t.Key + " " + t.Summary, tab: projectPath(t.Project), body: s.sheet(t)}, nil
}

func (s *site) sheet(t jira.Ticket) sheet {
	names := s.names()
	v := sheet{
		card: s.card(t, names, ticketPath(t.Key)), Board: projectPath(t.Project), ProjectName: t.Project,
		Former: t.Former, Status: t.Status.Name, Category: class(t.Status.Category), Resolution: t.Resolution,
		Reporter: cmp.Or(names[t.Reporter], "nobody"), Created: t.Created, Due: t.Due,
		Source: t.Description, Description: rendered(t.Description),
		Links: s.links(t), Talk: talk(t, names), Facts: s.facts(t, names),
	}
	for _, p := range s.j.Projects() {
		if p.Key == t.Project {
			v.ProjectName = p.Name
		} else {
			v.Projects = append(v.Projects, p)
		}
	}
	for _, p := range s.people() {
		if p.ID != t.Assignee {
			v.Idle = append(v.Idle, p)
		}
	}
	for key, value := range t.Properties {
		v.Properties = append(v.Properties, property{key, web.Indented(value)})
	}
	slices.SortFunc(v.Properties, func(a, b property) int { return cmp.Compare(a.Key, b.Key) })
	return v
}

func (s *site) links(t jira.Ticket) (all []weblink) {
	for _, l := range t.Links {
		if !outward(l.URL) {
			l.URL = ""
		}
		all = append(all, weblink{l.URL, l.Title, l.Summary})
	}
	for _, l := range t.Related {
		other, err := s.j.Ticket(fmt.Sprint(l.Other))
		if err == nil {
			all = append(all, weblink{ticketPath(other.Key), other.Key + " " + other.Summary, l.Type})
		}
	}
	return all
}

// talk is what people said and what they changed, oldest first.
func talk(t jira.Ticket, names map[string]string) (all []said) {
	for _, c := range t.Comments {
		all = append(all, said{
			Anchor: fmt.Sprintf("comment-%d", c.ID), By: names[c.Author], At: c.Created, Text: rendered(c.Body),
		})
	}
	for _, c := range t.History {
		one := said{Anchor: fmt.Sprintf("change-%d", c.ID), By: names[c.By], At: c.At}
		for _, i := range c.Items {
			if i.FromText != i.ToText { // else it is another of the same name, as where a ticket was moved
				one.Changes = append(one.Changes, changed{fieldName(i.Field), brief(i.FromText), brief(i.ToText)})
			}
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b said) int { return a.At.Compare(b.At) })
	return all
}

// fieldName is what people call a field, where the history has it in one word.
func fieldName(field string) string {
	switch field {
	case "duedate":
		return "due date"
	case "issuetype":
		return "type"
	}
	return strings.ToLower(field)
}

// brief is the beginning of a long text.
func brief(text string) string {
	const most = 120
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// facts are the fields that have no place of their own.
func (s *site) facts(t jira.Ticket, names map[string]string) []fact {
	all := []fact{
		{Name: "Priority", Value: t.Priority},
		{Name: "Components", Value: strings.Join(t.Components, ", ")},
	}
	titles := s.titles(t)
	var custom []fact
	for id, values := range t.Custom {
		var shown []string
		for _, v := range values {
			shown = append(shown, cmp.Or(names[v], v))
		}
		custom = append(custom, fact{Name: cmp.Or(titles[id], id), Value: strings.Join(shown, ", ")})
	}
	slices.SortFunc(custom, func(a, b fact) int { return cmp.Compare(a.Name, b.Name) })
	all = append(all, custom...)
	if !t.Resolved.IsZero() {
		all = append(all, fact{Name: "Resolved", Value: t.Resolved.UTC().Format("2 Jan 2006, 15:04:05 UTC")})
	}
	return slices.DeleteFunc(all, func(f fact) bool { return f.Value == "" })
}

// titles are the custom fields' names, by their ids, as the ticket's type has them.
func (s *site) titles(t jira.Ticket) map[string]string {
	all := map[string]string{}
	p, err := s.project(t.Project)
	if err != nil {
		return all
	}
	for _, kind := range p.Types {
		for _, f := range kind.Fields {
			all[f.ID] = f.Name
		}
	}
	return all
}
