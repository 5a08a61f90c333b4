package jira_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"hindsight/internal/incident"
	"hindsight/internal/jira"
)

const (
	mineLine     = "GET /rest/api/2/mypermissions"
	statusesLine = "GET /rest/api/2/project/OPS/statuses"
	goodStatuses = `[{"name":"Task","statuses":[{"name":"To Do","statusCategory":{"key":"new"}},{"name":"Done","statusCategory":{"key":"done"}}]}]`
)

// mine are the permissions, all but some.
func mine(without ...string) answer {
	var all []string
	for _, key := range []string{
		"BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "TRANSITION_ISSUES", "ADD_COMMENTS", "LINK_ISSUES", "ASSIGN_ISSUES",
	} {
		have := !strings.Contains(strings.Join(without, " "), key)
		all = append(all, fmt.Sprintf(`%q:{"key":%q,"havePermission":%v}`, key, key, have))
	}
	return ok(`{"permissions":{` + strings.Join(all, ",") + `}}`)
}

func TestExamine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*stub, *jira.Site)
		grade  jira.Grade // the worst
		says   []string   // some finding says each
	}{
		{"all is well", nil, jira.Fine, []string{
			"reached http", "Jira Cloud", "logged in as Hindsight Bot", "can be seen", "all fields", "done when it is Done",
			"OPS-7 could be closed",
		}},
		{"no ticket to ask of", func(s *stub, _ *jira.Site) { s.says(cloudSearch, page()) }, jira.Fine, []string{"done when it is Done"}},
		{"no way to done", func(s *stub, _ *jira.Site) { s.says(waysLine, ok(`{"transitions":[]}`)) }, jira.Warning, []string{
			"can't be closed by ticking", "“To Do” straight to", "OPS-7",
		}},
		{"a way that asks", func(s *stub, _ *jira.Site) {
			s.says(waysLine, ok(`{"transitions":[{"id":"1","to":{"name":"Done","statusCategory":{"key":"done"}},
				"fields":{"customfield_1":{"required":true,"name":"Root cause\u001b[31m"}}}]}`))
		}, jira.Warning, []string{"asks for “Root cause"}},
		{"ways that are not told", func(s *stub, _ *jira.Site) { s.says(waysLine, no(500, "")) }, jira.Failed, []string{"500"}},
		{"names that a terminal would act on", func(s *stub, _ *jira.Site) {
			s.says(statusesLine, ok(`[{"name":"Task","statuses":[{"name":"To Do","statusCategory":{"key":"new"}},
				{"name":"Done\u001b]0;x\u0007\r\nok  project SRE\u202e","statusCategory":{"key":"done"}}]}]`))
			s.says("GET /rest/api/2/myself", ok(`{"accountId":"bot-1","displayName":"Bot\u001b[2J"}`))
		}, jira.Fine, []string{"done when it is Done", "logged in as Bot"}},
		{"not reached", func(s *stub, _ *jira.Site) { s.says("GET /rest/api/2/serverInfo", no(502, "")) }, jira.Failed, []string{"502"}},
		{
			"not logged in", func(s *stub, _ *jira.Site) { s.says("GET /rest/api/2/myself", no(401, "")) },
			jira.Failed,
			[]string{"does not accept Hindsight's token"},
		},
		{"Cloud without an address", func(_ *stub, site *jira.Site) { site.Email = "" }, jira.Warning, []string{"e-mail address"}},
		{"a project that is not shown", func(s *stub, _ *jira.Site) { s.says(mineLine, no(404, "{}")) }, jira.Failed, []string{"does not show the project"}},
		{"may not create", func(s *stub, _ *jira.Site) { s.says(mineLine, mine("CREATE_ISSUES")) }, jira.Failed, []string{"can't open tickets"}},
		{"may not move", func(s *stub, _ *jira.Site) { s.says(mineLine, mine("TRANSITION_ISSUES")) }, jira.Warning, []string{"whose box is ticked", "“Transition issues”"}},
		{
			"a field is lacking", func(s *stub, _ *jira.Site) {
				s.says(fieldsLine, cloudFields(plain("description", "labels", "assignee")...))
			}, jira.Warning, []string{"“Due date”"},
		},
		{
			"a value is lacking", func(_ *stub, site *jira.Site) {
				site.Projects = map[string]jira.Project{"OPS": {Priorities: map[incident.Priority]string{"p0": "Highest", "p1": "Urgent"}}}
			}, jira.Warning, []string{"does not take “Urgent”"},
		},
		{
			"no such type", func(_ *stub, site *jira.Site) {
				site.Projects = map[string]jira.Project{"OPS": {Types: map[incident.ItemType]string{incident.Detection: "Bug"}}}
			}, jira.Failed, []string{"no issue type `Bug`"},
		},
		{
			"nothing is ever done", func(s *stub, _ *jira.Site) {
				s.says(statusesLine, ok(`[{"name":"Task","statuses":[{"name":"To Do","statusCategory":{"key":"new"}},{"name":"Won't do","statusCategory":{"key":"done"}}]}]`))
			}, jira.Failed, []string{"no status that is open and one that is done"},
		},
		{
			"another name for done", func(_ *stub, site *jira.Site) {
				site.Projects = map[string]jira.Project{"OPS": {Done: "Shipped"}}
			}, jira.Warning, []string{"no status “Shipped”", "only Done"},
		},
		{
			"somebody who is not found", func(s *stub, site *jira.Site) {
				s.says("GET /rest/api/2/user/search", ok(`[]`))
				site.People = map[string]string{"hubot": "hubot@acme.example", "octocat": "acc-1"}
			}, jira.Warning, []string{"no account for hubot"},
		},
		{"people", func(_ *stub, site *jira.Site) { site.People = map[string]string{"octocat": "acc-1"} }, jira.Fine, []string{"accounts for 1 people"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := ready(t, newCloud(t), everything()...)
			s.says(mineLine, mine())
			s.says(statusesLine, ok(goodStatuses))
			s.says(cloudSearch, page(ticket(t, 7, markerOf, nil)))
			s.says(waysLine, ok(`{"transitions":[{"id":"1","to":{"name":"Done","statusCategory":{"key":"done"}}}]}`))
			site := s.site()
			site.Email, site.Default = "bot@acme.example", []string{"OPS"}
			if tt.change != nil {
				tt.change(s, &site)
			}
			findings := s.connect(func(c *jira.Site) { *c = site }).Examine(t.Context(), s.key())
			worst, all := jira.Fine, ""
			for _, f := range findings {
				if f.Grade == jira.Failed || f.Grade == jira.Warning && worst == jira.Fine {
					worst = f.Grade
				}
				if f.What == "" || f.Text == "" || strings.ContainsFunc(f.What+f.Text+f.Next, func(r rune) bool { return !unicode.IsPrint(r) }) {
					t.Errorf("no finding: %+v", f)
				}
				all += fmt.Sprintf("%s %s: %s %s\n", f.Grade, f.What, f.Text, f.Next)
			}
			same(t, "grade", tt.grade, worst)
			contains(t, all, tt.says...)
			if t.Failed() {
				t.Log(all)
			}
			for _, r := range s.lines() {
				if !strings.HasPrefix(r, "GET ") {
					t.Errorf("it changes something: %s", r)
				}
			}
		})
	}
}
