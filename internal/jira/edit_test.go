package jira_test

import (
	"errors"
	"testing"

	"hindsight/internal/incident"
	"hindsight/internal/jira"
)

const editLine = "PUT /rest/api/2/issue/7"

// update is what changed with a severity, from what the marker says.
func update(s *stub, was, is incident.Written) incident.UpdateFollowUp {
	return incident.UpdateFollowUp{Item: "aaaaaaaaaaaa", Issue: s.at(7), Name: "OPS-7", Was: was, Is: is, Kind: kindAt(s), Title: "Add two alerts", Assign: is.Owner}
}

func label(names ...string) []incident.Label {
	var all []incident.Label
	for _, name := range names {
		all = append(all, incident.Label{Name: name})
	}
	return all
}

// Digests of titles, as the rules make them.
const (
	anAlert   = "ihhawi6s" // "Add an alert"
	twoAlerts = "jlm6cd4o" // "Add two alerts"
)

func TestEdit(t *testing.T) {
	t.Parallel()
	person := func(id string) map[string]any { return map[string]any{"accountId": id} }
	prio := func(name string) map[string]any { return map[string]any{"name": name} }
	tests := []struct {
		name    string
		is      map[string]any // the ticket
		was, to incident.Written
		before  []string
		after   []string
		lacks   incident.TicketFields
		p       jira.Project
		fields  map[string]any // that are written
		labels  []any
	}{
		{
			name: "labels of another severity", is: map[string]any{"labels": []string{"sev2", "mine"}},
			before: []string{"postmortem-followup", "sev2"}, after: []string{"postmortem-followup", "sev1"},
			labels: []any{map[string]any{"add": "sev1"}, map[string]any{"remove": "sev2"}},
		},
		{name: "labels that people took off", before: []string{"sev2"}, after: []string{"sev1"}},
		{
			name: "labels on a project without", is: map[string]any{"labels": []string{"sev2"}},
			before: []string{"sev2"}, after: []string{"sev1"}, lacks: "labels",
		},
		{
			name: "another day", was: incident.Written{Due: "20261201"}, to: incident.Written{Due: "20261215"},
			fields: map[string]any{"duedate": "2026-12-15"},
		},
		{name: "no day any more", was: incident.Written{Due: "20261201"}, fields: map[string]any{"duedate": nil}},
		{
			name: "a day that people changed", is: map[string]any{"duedate": "2027-01-01"},
			was: incident.Written{Due: "20261201"}, to: incident.Written{Due: "20261215"},
		},
		{
			name: "somebody else", is: map[string]any{"assignee": person("acc-1")},
			was: incident.Written{Owner: "octocat"}, to: incident.Written{Owner: "hubot"}, fields: map[string]any{"assignee": person("acc-2")},
		},
		{
			name: "nobody yet", to: incident.Written{Owner: "hubot"}, fields: map[string]any{"assignee": person("acc-2")},
		},
		{
			name: "whom people assigned", is: map[string]any{"assignee": person("acc-9")},
			was: incident.Written{Owner: "octocat"}, to: incident.Written{Owner: "hubot"},
		},
		{name: "whom people assigned where nobody was", is: map[string]any{"assignee": person("acc-9")}, to: incident.Written{Owner: "hubot"}},
		{name: "who was taken off", was: incident.Written{Owner: "octocat"}, to: incident.Written{Owner: "hubot"}},
		{
			name: "the priority that was written", is: map[string]any{"priority": prio("High")},
			p:   jira.Project{Priorities: map[incident.Priority]string{"p0": "highest", "p1": "High"}},
			was: incident.Written{Priority: "p1"}, to: incident.Written{Priority: "p0"}, fields: map[string]any{"priority": prio("Highest")},
		},
		{
			name: "the priority by severity", is: map[string]any{"priority": prio("High")},
			p:   jira.Project{Severities: map[incident.Severity]string{1: "Highest", 2: "High"}},
			was: incident.Written{Severity: 2}, to: incident.Written{Severity: 1}, fields: map[string]any{"priority": prio("Highest")},
		},
		{
			name: "a priority that people changed", is: map[string]any{"priority": prio("Low")},
			p:   jira.Project{Priorities: map[incident.Priority]string{"p0": "Highest", "p1": "High"}},
			was: incident.Written{Priority: "p1"}, to: incident.Written{Priority: "p0"},
		},
		{
			name: "the default priority", p: jira.Project{Priorities: map[incident.Priority]string{"p0": "Highest"}},
			to: incident.Written{Priority: "p0"}, fields: map[string]any{"priority": prio("Highest")},
		},
		{
			name: "not the default priority", is: map[string]any{"priority": prio("Low")},
			p: jira.Project{Priorities: map[incident.Priority]string{"p0": "Highest"}}, to: incident.Written{Priority: "p0"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := ready(t, newCloud(t), everything()...)
			s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, tt.is))
			s.says(editLine, no(204, ""))
			e := update(s, tt.was, tt.to)
			e.Before, e.After, e.Lacks = label(tt.before...), label(tt.after...), tt.lacks
			j := s.connect(project(tt.p), func(site *jira.Site) { site.People = map[string]string{"octocat": "acc-1", "hubot": "acc-2"} })
			if _, _, err := j.Edit(t.Context(), inAll(), e); err != nil {
				t.Fatal(err)
			}
			body := s.last(editLine).body
			got, _ := body["fields"].(map[string]any)
			same(t, "fields", tt.fields, got)
			update, _ := body["update"].(map[string]any)
			labels, _ := update["labels"].([]any)
			same(t, "labels", tt.labels, labels)
			if body["properties"] == nil {
				t.Error("the marker is not rewritten")
			}
		})
	}
}

func TestEditTitle(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		now  string
		want any
	}{
		"as it was written":   {"Add an alert", "Add two alerts"},
		"that people changed": {"Add an alarm", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ready(t, newCloud(t), everything()...)
			s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, map[string]any{"summary": tt.now}))
			s.says(editLine, no(204, ""))
			e := update(s, incident.Written{Title: anAlert}, incident.Written{Title: twoAlerts})
			if _, _, err := s.connect().Edit(t.Context(), inAll(), e); err != nil {
				t.Fatal(err)
			}
			fields, _ := s.last(editLine).body["fields"].(map[string]any)
			same(t, "summary", tt.want, fields["summary"])
		})
	}
}

// TestEditKeepsTheMarker: it says anew what was written, and of whom the ticket is.
func TestEditKeepsTheMarker(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, nil))
	s.says(editLine, no(204, ""))
	if _, _, err := s.connect().Edit(t.Context(), inAll(), update(s, incident.Written{}, incident.Written{Severity: 1})); err != nil {
		t.Fatal(err)
	}
	same(t, "properties", any([]any{map[string]any{"key": "hindsight", "value": map[string]any{
		"of": "99#42", "key": "aaaaaaaaaaaa", "source": "body", "words": "bbbbbbbb", "wrote": map[string]any{"s": 1.0}, "lacks": "components",
	}}}), s.last(editLine).body["properties"])
}

func TestEditWritesNothingWhereNothingIsToChange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, marker string
		is           incident.Written
	}{
		{"all is written", markerOf, incident.Written{Title: "cccccccc", Severity: 2, Due: "20261201", Owner: "octocat"}},
		{"the marker was taken off", "", incident.Written{Title: "cccccccc", Severity: 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says("GET /rest/api/2/issue/7", ticket(t, 7, tt.marker, nil))
			if _, _, err := s.connect().Edit(t.Context(), inAll(), update(s, tt.is, tt.is)); err != nil {
				t.Fatal(err)
			}
			same(t, "written", 0, len(s.all(editLine)))
		})
	}
}

func TestEditGoesOnWithoutWhatJiraRefuses(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, map[string]any{"labels": []string{"sev2"}}))
	s.says(editLine, no(400, `{"errors":{"duedate":"Field 'duedate' cannot be set."}}`), no(204, ""))
	e := update(s, incident.Written{Due: "20261201"}, incident.Written{Due: "20261215"})
	e.Before, e.After = label("sev2"), label("sev1")
	_, refused, err := s.connect().Edit(t.Context(), inAll(), e)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "refused", incident.TicketFields("duedate"), refused)
	same(t, "sent", 2, len(s.all(editLine)))
	body := s.last(editLine).body
	same(t, "fields", nil, body["fields"])
	same(t, "the marker tells", any("components duedate"), property(body)["lacks"])
	same(t, "and what is there", any(map[string]any{"d": "20261201"}), property(body)["wrote"])
	same(t, "labels", any(map[string]any{"labels": []any{map[string]any{"add": "sev1"}, map[string]any{"remove": "sev2"}}}), body["update"])
}

func TestEditThatJiraRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answers []answer
		whole   bool
		sent    int
	}{
		"without naming a field": {[]answer{no(400, `{"errorMessages":["Not editable."]}`)}, false, 1},
		"field after field":      {[]answer{no(400, `{"errors":{"duedate":"No."}}`), no(400, `{"errors":{"hindsight":"No."}}`)}, false, 2},
		"the token":              {[]answer{no(401, "")}, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, nil))
			s.says(editLine, tt.answers...)
			_, _, err := s.connect().Edit(t.Context(), inAll(), update(s, incident.Written{Due: "20261201"}, incident.Written{Due: "20261215"}))
			blocked := new(incident.Blocked)
			if !errors.As(err, &blocked) || blocked.Whole != tt.whole {
				t.Errorf("got %v", err)
			}
			same(t, "sent", tt.sent, len(s.all(editLine)))
		})
	}
}
