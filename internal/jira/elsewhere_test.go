package jira_test

import (
	"errors"
	"strings"
	"testing"

	"hindsight/internal/incident"
	"hindsight/internal/jira"
)

// TestNothingIsWrittenElsewhere: a ticket that is by now in a project of somebody
// else's comes back as it is.
func TestNothingIsWrittenElsewhere(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(*jira.Jira, *stub) (incident.Ticket, error){
		"edit": func(j *jira.Jira, s *stub) (incident.Ticket, error) {
			got, _, err := j.Edit(s.t.Context(), inAll(), update(s, incident.Written{Due: "20261201"}, incident.Written{Due: "20261215"}))
			return got, err
		},
		"close": func(j *jira.Jira, s *stub) (incident.Ticket, error) {
			got, _, err := j.Set(s.t.Context(), inAll(), incident.SetFollowUp{Issue: s.at(7), Name: "OPS-7", State: incident.Done})
			return got, err
		},
		"close as a duplicate": func(j *jira.Jira, s *stub) (incident.Ticket, error) {
			return j.CloseAsDuplicate(s.t.Context(), inAll(), duplicate(s))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says("GET /rest/api/2/issue/7", moved(t, "UMB", "7"))
			got, err := write(s.connect(), s)
			if changed := new(incident.Changed); !errors.As(err, &changed) {
				t.Errorf("got %v", err)
			}
			same(t, "name", "UMB-7", got.Name)
			same(t, "requests", []string{"GET /rest/api/2/issue/7"}, s.lines())
		})
	}
}

// moved is ticket 7 in another project.
func moved(t *testing.T, project, id string) answer {
	t.Helper()
	a := ticket(t, 7, markerOf, map[string]any{"project": map[string]string{"key": project}})
	a.body = strings.Replace(a.body, `"id":"7","key":"OPS-7"`, `"id":"`+id+`","key":"`+project+`-7"`, 1)
	return a
}

// TestAnswersThatCanNotBe are not taken for the ticket that was asked for.
func TestAnswersThatCanNotBe(t *testing.T) {
	t.Parallel()
	other := ticket(t, 7, markerOf, map[string]any{"project": map[string]string{"key": "SRE"}})
	unnamed := ticket(t, 7, markerOf, nil)
	unnamed.body = strings.Replace(unnamed.body, `"OPS-7"`, `"OPS-7](http://x)"`, 1)
	for name, a := range map[string]answer{
		"another ticket": moved(t, "OPS", "8"), "a name of another project": other, "a name that is none": unnamed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says("GET /rest/api/2/issue/7", a)
			_, err := s.connect().Ticket(t.Context(), s.at(7), "OPS-7")
			gone, blocked := new(incident.Missing), new(incident.Blocked)
			if err == nil || errors.As(err, &gone) || errors.As(err, &blocked) {
				t.Errorf("want it to be passing, got %v", err)
			}
		})
	}
}

// TestEditNamesTheIncidentAnew after its parent was transferred.
func TestEditNamesTheIncidentAnew(t *testing.T) {
	t.Parallel()
	now := incident.ID{Repository: 5, Number: 3}
	for name, tt := range map[string]struct {
		labels []string
		update any
	}{
		"with its label": {[]string{"sev2", "hindsight-99-42"}, any(map[string]any{"labels": []any{
			map[string]any{"remove": "hindsight-99-42"}, map[string]any{"add": "hindsight-5-3"},
		}})},
		"from which people took it": {[]string{"sev2"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, map[string]any{"labels": tt.labels}))
			s.says(editLine, no(204, ""))
			wrote := incident.Written{Title: "cccccccc", Severity: 2, Due: "20261201", Owner: "octocat"}
			e := update(s, wrote, wrote)
			e.Of = now
			if _, _, err := s.connect().Edit(t.Context(), inAll(), e); err != nil {
				t.Fatal(err)
			}
			same(t, "marker", any("5#3"), property(s.last(editLine).body)["of"])
			same(t, "labels", tt.update, s.last(editLine).body["update"])
		})
	}
}
