package jira

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

const (
	// screenKept is how long it is remembered what a project wants, and
	// screenBadKept that tickets can't be opened there: somebody may be mending it.
	screenKept    = 10 * time.Minute
	screenBadKept = time.Minute
)

// screenKey is a project and the name of an issue type.
type screenKey struct{ project, issueType string }

// screen is what a project takes of a new ticket of an issue type.
type screen struct {
	issueType string // its id
	fields    map[string]field
	// why is what keeps tickets from being opened; neutral Markdown, or "".
	why string
}

// field is a field of a screen, as create metadata describe it.
type field struct {
	ID       string `json:"fieldId"`
	Name     string `json:"name"`
	Required bool   `json:"required"`
	Default  bool   `json:"hasDefaultValue"`
	Schema   struct {
		Type string `json:"type"`
	} `json:"schema"`
	Allowed []json.RawMessage `json:"allowedValues"`
	Preset  json.RawMessage   `json:"defaultValue"`
}

// allows finds a value by its name, without case, as Jira spells it. Where Jira has
// no list, any may do.
func (f field) allows(name string) (string, bool) {
	if f.Allowed == nil {
		return name, true
	}
	for _, raw := range f.Allowed {
		if spelt := nameIn(raw); strings.EqualFold(spelt, strings.TrimSpace(name)) {
			return spelt, true
		}
	}
	return "", false
}

// nameIn is the name of a value of a field; "" if it has none.
func nameIn(raw json.RawMessage) string {
	var value struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(raw, &value) != nil {
		return ""
	}
	return value.Name
}

// Offer is what a project takes of a new ticket, remembered for a while.
func (j *Jira) Offer(ctx context.Context, kind incident.TicketKind) (incident.Offer, error) {
	s, err := j.site(kind.Site)
	if err != nil {
		return incident.Offer{}, err
	}
	sc, err := s.screenFor(ctx, kind)
	if err != nil || sc.why != "" {
		return incident.Offer{Why: sc.why}, err
	}
	return incident.Offer{Lacks: lacking(sc, s.projectOf(kind.Project)), Components: componentsOf(sc)}, nil
}

func (s *site) screenKey(kind incident.TicketKind) screenKey {
	return screenKey{kind.Project, s.projectOf(kind.Project).typeOf(kind.Type)}
}

// screenFor is what the kind's project takes.
func (s *site) screenFor(ctx context.Context, kind incident.TicketKind) (screen, error) {
	key := s.screenKey(kind)
	return s.screen.get(key, s.now, func() (screen, time.Duration, error) {
		sc, err := s.askScreen(ctx, key)
		if err == nil && sc.why == "" {
			sc.why = s.unfilled(sc, key)
		}
		if blocked := new(incident.Blocked); errors.As(err, &blocked) && !blocked.Whole {
			sc.why, err = blocked.Text, nil
		}
		if sc.why != "" {
			return sc, screenBadKept, err
		}
		return sc, screenKept, err
	})
}

// askScreen reads the create metadata of one issue type.
func (s *site) askScreen(ctx context.Context, key screenKey) (screen, error) {
	var types []struct {
		ID      string `json:"id"`
		Name    string `json:"name"`
		Subtask bool   `json:"subtask"`
	}
	about := "the project " + markdown.Code(key.project)
	path := "rest/api/2/issue/createmeta/" + url.PathEscape(key.project) + "/issuetypes"
	err := readPages(ctx, s, path, nil, about, &types)
	if missing(err) || err == nil && len(types) == 0 {
		return screen{why: s.closedProject(key.project)}, nil
	}
	if err != nil {
		return screen{}, err
	}
	var names []string
	for _, t := range types {
		if strings.EqualFold(t.Name, key.issueType) && !t.Subtask {
			return s.askFields(ctx, path, about, t.ID)
		}
		if !t.Subtask {
			names = append(names, markdown.Code(t.Name))
		}
	}
	return screen{why: fmt.Sprintf("The Jira project %s has no issue type %s, only %s. Whoever runs Hindsight can name another for the project.",
		markdown.Code(key.project), markdown.Code(key.issueType), strings.Join(names, ", "))}, nil
}

func (s *site) askFields(ctx context.Context, path, about, issueType string) (screen, error) {
	var fields []field
	if err := readPages(ctx, s, path+"/"+url.PathEscape(issueType), nil, about, &fields); err != nil {
		return screen{}, err
	}
	sc := screen{issueType: issueType, fields: map[string]field{}}
	for _, f := range fields {
		sc.fields[f.ID] = f
	}
	return sc, nil
}

func (s *site) closedProject(key string) string {
	return fmt.Sprintf("Jira (`%s`) does not show the project %s to Hindsight's account, or lets it create nothing there. "+
		"A Jira administrator can give the account the permission *Create issues* in it.", s.key.Address(), markdown.Code(key))
}

// pagesMost is how many pages of a list are read, of a hundred each: more than
// there are, unless the list has no end.
const pagesMost = 20

// readPages reads a list to its end. Cloud calls one of create metadata by what it
// holds; all others are "values".
func readPages[T any](ctx context.Context, s *site, path string, query url.Values, about string, all *[]T) error {
	query = maps.Clone(query)
	if query == nil {
		query = url.Values{}
	}
	query.Set("maxResults", "100")
	for range pagesMost {
		var page struct {
			Types  []T  `json:"issueTypes"`
			Fields []T  `json:"fields"`
			Values []T  `json:"values"`
			Total  int  `json:"total"`
			IsLast bool `json:"isLast"`
		}
		query.Set("startAt", strconv.Itoa(len(*all)))
		if err := s.get(ctx, path, query, &page, about); err != nil {
			return err
		}
		found := slices.Concat(page.Types, page.Fields, page.Values)
		*all = append(*all, found...)
		if len(found) == 0 || page.IsLast || page.Total > 0 && len(*all) >= page.Total {
			return nil
		}
	}
	return s.passing(errors.New("the list has no end"), about)
}

// unfilled is a field that must be filled in, and that nothing of ours ever
// fills: then Jira would refuse every ticket. Of those that only some items have,
// such as a due date, Jira has to say itself what it misses.
func (s *site) unfilled(sc screen, key screenKey) string {
	filled := []string{
		"project", "issuetype", "summary", "reporter", // always
		string(incident.TicketDescription), string(incident.TicketLabels),
		string(incident.TicketPriority), string(incident.TicketComponents), // perhaps
		string(incident.TicketAssignee), string(incident.TicketDue),
	}
	p := s.projectOf(key.project)
	for _, id := range slices.Sorted(maps.Keys(sc.fields)) {
		f := sc.fields[id]
		if _, ours := p.Fields[id]; f.Required && !f.Default && !ours && !slices.Contains(filled, id) {
			return fmt.Sprintf("Jira wants the field **%s** (%s) filled in for every %s in the project %s, and Hindsight does not know with what. "+
				"Whoever runs Hindsight can give it a value under the project's `fields`, or a Jira administrator can make it optional.",
				markdown.Text(f.Name), markdown.Code(id), markdown.Code(key.issueType), markdown.Code(key.project))
		}
	}
	return ""
}

// lacking are the fields that would be written, and that the screen does not
// have, or in which it takes nothing of what the operator names.
func lacking(sc screen, p Project) incident.TicketFields {
	var lacks []string
	for _, id := range []incident.TicketField{incident.TicketDescription, incident.TicketLabels, incident.TicketAssignee, incident.TicketDue} {
		if !sc.has(string(id)) {
			lacks = append(lacks, string(id))
		}
	}
	if names := p.priorities(); len(names) > 0 && !sc.takesOne(incident.TicketPriority, names) {
		lacks = append(lacks, string(incident.TicketPriority))
	}
	if len(p.Components) > 0 && !sc.takesOne(incident.TicketComponents, p.Components) {
		lacks = append(lacks, string(incident.TicketComponents))
	}
	for _, id := range slices.Sorted(maps.Keys(p.Fields)) {
		if !sc.has(id) {
			lacks = append(lacks, id)
		}
	}
	return incident.TicketFields(strings.Join(lacks, " "))
}

// componentsOf are those that the project has; nil without the field.
func componentsOf(sc screen) []string {
	f, ok := sc.fields[string(incident.TicketComponents)]
	if !ok {
		return nil
	}
	names := make([]string, 0, len(f.Allowed))
	for _, raw := range f.Allowed {
		if name := nameIn(raw); name != "" {
			names = append(names, strings.ToLower(name))
		}
	}
	return names
}

func (sc screen) has(id string) bool {
	_, ok := sc.fields[id]
	return ok
}

// takesOne is whether the field takes at least one of the values.
func (sc screen) takesOne(id incident.TicketField, names []string) bool {
	f, ok := sc.fields[string(id)]
	return ok && slices.ContainsFunc(names, func(name string) bool {
		_, allowed := f.allows(name)
		return allowed
	})
}
