package jira_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/jira"
)

// Create metadata as Cloud and Data Center page them.
const (
	typesLine  = "GET /rest/api/2/issue/createmeta/OPS/issuetypes"
	fieldsLine = typesLine + "/10001"
	cloudTypes = `{"maxResults":50,"startAt":0,"total":2,"issueTypes":[{"id":"10002","name":"Sub-task","subtask":true},{"id":"10001","name":"Task","subtask":false}]}`
)

func plain(ids ...string) []string {
	var all []string
	for _, id := range ids {
		all = append(all, fmt.Sprintf(`{"required":false,"hasDefaultValue":false,"name":%q,"fieldId":%q}`, id, id))
	}
	return all
}

func allowed(id, names string) string {
	var values []string
	for name := range strings.SplitSeq(names, ",") {
		values = append(values, fmt.Sprintf(`{"id":"1","name":%q}`, name))
	}
	return fmt.Sprintf(`{"required":false,"hasDefaultValue":true,"name":%q,"fieldId":%q,"allowedValues":[%s],"defaultValue":{"id":"3","name":"Medium"}}`,
		id, id, strings.Join(values, ","))
}

func required(id string) string {
	return fmt.Sprintf(`{"required":true,"hasDefaultValue":false,"name":"Root *cause*","fieldId":%q}`, id)
}

// everything is a screen that lacks nothing.
func everything() []string {
	return append(plain("summary", "description", "labels", "assignee", "duedate", "issuetype", "project"),
		allowed("priority", "Highest,High,Medium"), allowed("components", "Reliability,Search"))
}

func cloudFields(fields ...string) answer {
	return ok(fmt.Sprintf(`{"maxResults":50,"startAt":0,"total":%d,"fields":[%s]}`, len(fields), strings.Join(fields, ",")))
}

func kindAt(s *stub) incident.TicketKind { return incident.TicketKind{Site: s.key(), Project: "OPS"} }

func project(p jira.Project) func(*jira.Site) {
	return func(site *jira.Site) { site.Projects = map[string]jira.Project{"OPS": p} }
}

func TestOffer(t *testing.T) {
	t.Parallel()
	configured := jira.Project{
		Priorities: map[incident.Priority]string{"p0": "highest"}, Components: []string{"reliability"},
		Fields: map[string]any{"customfield_1": "x", "customfield_2": "y"},
	}
	tests := []struct {
		name    string
		types   answer
		fields  answer
		project jira.Project
		lacks   incident.TicketFields
		why     []string
	}{
		{name: "all there", types: ok(cloudTypes), fields: cloudFields(everything()...)},
		{
			name: "with what is configured", types: ok(cloudTypes), project: configured,
			fields: cloudFields(append(everything(), plain("customfield_1", "customfield_2")...)...),
		},
		{
			name: "nothing there", types: ok(cloudTypes), fields: cloudFields(plain("summary")...), project: configured,
			lacks: "description labels assignee duedate priority components customfield_1 customfield_2",
		},
		{
			name: "nothing that is configured is taken", types: ok(cloudTypes),
			fields:  cloudFields(append(plain("description", "labels", "assignee", "duedate"), allowed("priority", "Low"), allowed("components", "Web"))...),
			project: jira.Project{Severities: map[incident.Severity]string{1: "Highest"}, Components: []string{"Reliability"}},
			lacks:   "priority components",
		},
		{
			name: "no such issue type", types: ok(cloudTypes), project: jira.Project{Type: "Bug"},
			why: []string{"`OPS`", "`Bug`", "`Task`", "Whoever runs Hindsight"},
		},
		{name: "no type but one of sub-tasks", types: ok(cloudTypes), project: jira.Project{Type: "Sub-task"}, why: []string{"`Sub-task`"}},
		{name: "no project", types: no(404, `{"errorMessages":["No project"]}`), why: []string{"`OPS`", "*Create issues*"}},
		{name: "may not create", types: ok(`{"issueTypes":[],"total":0}`), why: []string{"`OPS`", "*Create issues*"}},
		{name: "forbidden", types: no(403, `{"errorMessages":["No"]}`), why: []string{"`OPS`", "permission scheme"}},
		{
			name: "a field that nobody fills", types: ok(cloudTypes), fields: cloudFields(append(everything(), required("customfield_9"))...),
			why: []string{`**Root \*cause\***`, "`customfield_9`", "`Task`", "`fields`"},
		},
		{
			name: "a field that is filled", types: ok(cloudTypes), fields: cloudFields(append(everything(), required("customfield_9"))...),
			project: jira.Project{Fields: map[string]any{"customfield_9": "x"}},
		},
		{name: "fields that may be filled", types: ok(cloudTypes), fields: cloudFields(append(everything(), required("duedate"), required("reporter"))...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says(typesLine, tt.types)
			s.says(fieldsLine, tt.fields)
			got, err := s.connect(project(tt.project)).Offer(t.Context(), kindAt(s))
			if err != nil {
				t.Fatal(err)
			}
			same(t, "lacks", tt.lacks, got.Lacks)
			same(t, "is refused", len(tt.why) > 0, got.Why != "")
			contains(t, got.Why, tt.why...)
		})
	}
}

func TestOfferByTheItemsType(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.says(typesLine,
		ok(`{"maxResults":1,"startAt":0,"total":2,"isLast":false,"values":[{"id":"10001","name":"Task"}]}`),
		ok(`{"maxResults":1,"startAt":1,"total":2,"isLast":true,"values":[{"id":"10004","name":"Bug"}]}`))
	s.says(typesLine+"/10004", ok(`{"maxResults":50,"startAt":0,"total":1,"isLast":true,"values":[`+plain("summary")[0]+`]}`))
	j := s.connect(project(jira.Project{Types: map[incident.ItemType]string{incident.Mitigation: "bug"}}))
	kind := kindAt(s)
	kind.Type = incident.Mitigation
	got, err := j.Offer(t.Context(), kind)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "offer", incident.Offer{Lacks: "description labels assignee duedate"}, got)
	same(t, "second page", "1", s.last(typesLine).query["startAt"])
}

func TestOfferIsRememberedForAWhile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		types answer
		keep  time.Duration
	}{
		{"what is taken", ok(cloudTypes), 10 * time.Minute},
		{"what is refused", no(404, "{}"), time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says(typesLine, tt.types)
			s.says(fieldsLine, cloudFields(everything()...))
			clock := now
			j, err := jira.New(jira.Options{Sites: []jira.Site{s.site()}, Clock: func() time.Time { return clock }, Logger: discard()})
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range []struct {
				after time.Duration
				asked int
			}{{0, 1}, {tt.keep - time.Second, 1}, {2 * time.Second, 2}} {
				clock = clock.Add(step.after)
				if _, err := j.Offer(t.Context(), kindAt(s)); err != nil {
					t.Fatal(err)
				}
				same(t, "asked", step.asked, len(s.all(typesLine)))
			}
		})
	}
}

func TestOfferOfASiteInTrouble(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says(typesLine, no(401, ""))
	_, err := s.connect().Offer(t.Context(), kindAt(s))
	if blocked := new(incident.Blocked); !errors.As(err, &blocked) || !blocked.Whole {
		t.Errorf("want the whole site to be blocked, got %v", err)
	}
}

// TestListWithoutAnEnd is given up, and not taken for all of it.
func TestListWithoutAnEnd(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says(typesLine, ok(`{"total":1000000,"issueTypes":[{"id":"1","name":"Epic"}]}`))
	if _, err := s.connect().Offer(t.Context(), kindAt(s)); err == nil {
		t.Error("no error")
	}
	same(t, "pages", 20, len(s.lines()))
}
