package jira

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// transition is a way from a ticket's present status to another. go-jira's own
// type leaves out what its screen takes.
type transition struct {
	ID     string           `json:"id"`
	Name   string           `json:"name"`
	To     gojira.Status    `json:"to"`
	Fields map[string]field `json:"fields"`
}

// wants are the fields that its screen must have filled in, but for the
// resolution, with which Hindsight can.
func (t transition) wants() []string {
	var names []string
	for _, id := range slices.Sorted(maps.Keys(t.Fields)) {
		if f := t.Fields[id]; f.Required && !f.Default && id != "resolution" {
			names = append(names, cmp.Or(f.Name, fieldName(id)))
		}
	}
	return names
}

// Set closes a ticket as done, or opens it again, by one transition from the
// status that it is in: never by way of another that is closed, nor to one that
// means something else.
func (j *Jira) Set(ctx context.Context, in []string, e incident.SetFollowUp) (incident.Ticket, string, error) {
	s, id, err := j.numbered(e.Issue)
	if err != nil {
		return incident.Ticket{}, "", err
	}
	_, t, err := s.look(ctx, id, e.Name)
	if err == nil {
		err = elsewhere(t, in)
	}
	if err != nil || isAs(t.State, e.State) {
		return t, "", err
	}
	offered, err := s.transitions(ctx, id, t.Name)
	if err != nil {
		return t, "", err
	}
	aim := s.goal(e.State, t.Project)
	way, declined := aim.choose(offered, t)
	if declined != "" {
		return t, declined, nil
	}
	return j.walk(ctx, s, t, e.State, aim.payload(way))
}

// isAs is whether a ticket is as it was ordered: one that was dropped is closed.
func isAs(now, wanted incident.State) bool {
	switch now {
	case incident.Open:
		return wanted == incident.Open
	case incident.Done, incident.Dropped:
		return wanted != incident.Open
	case incident.Gone:
	}
	return false
}

func (s *site) transitions(ctx context.Context, id, name string) ([]transition, error) {
	var answer struct {
		Transitions []transition `json:"transitions"`
	}
	query := url.Values{"expand": {"transitions.fields"}}
	err := s.get(ctx, "rest/api/2/issue/"+url.PathEscape(id)+"/transitions", query, &answer, markdown.Text(name))
	return answer.Transitions, err
}

// walk takes the transition. What Jira refuses of it, its validators want
// something of a person; unless somebody was faster.
func (j *Jira) walk(ctx context.Context, s *site, t incident.Ticket, wanted incident.State, payload any) (incident.Ticket, string, error) {
	err := s.call(ctx, http.MethodPost, fmt.Sprintf("rest/api/2/issue/%d/transitions", t.Key.Number), nil, payload, nil)
	r := new(refusal)
	refused := errors.As(err, &r) && r.status == http.StatusBadRequest
	if err != nil && !refused {
		return t, "", s.explainOf(ctx, err, t.Name)
	}
	now, err := j.Ticket(ctx, t.Key, t.Name)
	if err != nil || !refused || isAs(now.State, wanted) {
		return now, "", err
	}
	return now, fmt.Sprintf("Jira does not let %s be moved: %s. Move it there by hand.", markdown.Text(t.Name), cmp.Or(r.quote(), "it gives no reason")), nil
}

// goal is the kind of status that a ticket is to be moved to.
type goal struct {
	words      string                 // for people: "a status that is done"
	categories []string               // of the statuses, the best first
	status     string                 // to be taken where there are several; "" for any
	not        func(name string) bool // is true of statuses and resolutions that mean something else
	resolution []string               // the best first; none leaves what there is
	any        bool                   // any resolution rather than none
}

func (s *site) goal(state incident.State, project string) goal {
	if state == incident.Open {
		return goal{
			words: "a status that is open", categories: []string{"new", "indeterminate"},
			not: func(string) bool { return false },
		}
	}
	return goal{
		words: "a status that is done", categories: []string{"done"}, status: s.projectOf(project).Done,
		not: s.dropped, resolution: []string{"Done", "Fixed", "Resolved", "Complete", "Completed"}, any: true,
	}
}

// choose is the transition to take, or why there is none: neutral Markdown.
func (g goal) choose(offered []transition, t incident.Ticket) (way transition, declined string) {
	var ways, asking []transition
	for _, o := range offered {
		switch {
		case !slices.Contains(g.categories, o.To.StatusCategory.Key) || g.not(o.To.Name):
		case len(o.wants()) > 0 || !g.resolves(o):
			asking = append(asking, o)
		default:
			ways = append(ways, o)
		}
	}
	if len(ways) > 0 {
		return slices.MinFunc(ways, func(a, b transition) int { return slices.Compare(g.rank(a), g.rank(b)) }), ""
	}
	name := markdown.Text(t.Name)
	if len(asking) == 0 {
		return way, fmt.Sprintf("Jira offers no way from “%s” straight to %s: move %s there by hand.", markdown.Text(t.Status), g.words, name)
	}
	wants := asking[0].wants()
	if len(wants) == 0 {
		wants = []string{fieldName("resolution")}
	}
	return way, fmt.Sprintf("Jira asks for “%s” on the way to “%s”: move %s there by hand.",
		markdown.Text(strings.Join(wants, "”, “")), markdown.Text(asking[0].To.Name), name)
}

// rank is how good a way is, the lower the better: the status that the operator
// names, then the better category, then a screen with less on it.
func (g goal) rank(t transition) []int {
	named := 1
	if g.status != "" && strings.EqualFold(t.To.Name, g.status) {
		named = 0
	}
	return []int{named, slices.Index(g.categories, t.To.StatusCategory.Key), len(t.Fields)}
}

// resolves is whether the screen, if it must have a resolution, has one that fits.
func (g goal) resolves(t transition) bool {
	f, asks := t.Fields["resolution"]
	return !asks || !f.Required || f.Default || g.fitting(f) != ""
}

// fitting is the resolution to fill in; "" for none.
func (g goal) fitting(f field) string {
	var names []string
	for _, raw := range f.Allowed {
		if name := nameIn(raw); name != "" && !g.not(name) {
			names = append(names, name)
		}
	}
	for _, best := range g.resolution {
		for _, name := range names {
			if strings.EqualFold(name, best) {
				return name
			}
		}
	}
	if g.any && f.Required && !f.Default && len(names) > 0 {
		return names[0]
	}
	return ""
}

// payload is the request that takes a transition.
func (g goal) payload(t transition) any {
	body := map[string]any{"transition": map[string]string{"id": t.ID}}
	if f, ok := t.Fields["resolution"]; ok {
		if name := g.fitting(f); name != "" {
			body["fields"] = map[string]any{"resolution": map[string]string{"name": name}}
		}
	}
	return body
}
