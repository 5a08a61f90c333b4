package jira_test

import (
	"fmt"
	"net/http"
	"testing"

	"hindsight/internal/playground/jira"
)

func TestCreateMetadata(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		typesIn, fieldsIn := "issueTypes", "fields"
		if s.Mode() == jira.DataCenter {
			typesIn, fieldsIn = "values", "values"
		}
		a := s.want(200, http.MethodGet, "/issue/createmeta/OPS/issuetypes", nil)
		same(t, "types", []any{"Task", "Bug", "Sub-task"}, a.names(typesIn, "name"))
		same(t, "Sub-task is one", any(true), a.list(typesIn)[2]["subtask"])
		path := fmt.Sprintf("/issue/createmeta/OPS/issuetypes/%v", a.list(typesIn)[0]["id"])

		byID := map[any]object{}
		for _, f := range s.want(200, http.MethodGet, path, nil).list(fieldsIn) {
			byID[f["fieldId"]] = f
		}
		same(t, "summary is required", []any{true, false}, []any{byID["summary"]["required"], byID["summary"]["hasDefaultValue"]})
		same(t, "reporter has a default", []any{true, true}, []any{byID["reporter"]["required"], byID["reporter"]["hasDefaultValue"]})
		same(t, "due date", []any{false, "Due date", any(object{"type": "date", "system": "duedate"})},
			[]any{byID["duedate"]["required"], byID["duedate"]["name"], byID["duedate"]["schema"]})
		components, _ := byID["components"]["allowedValues"].([]any)
		same(t, "components", 2, len(components))

		first := s.want(200, http.MethodGet, path+"?maxResults=4", nil)
		same(t, "a page", []any{4, 0.0, 4.0, 10.0}, []any{len(first.list(fieldsIn)), first.at("startAt"), first.at("maxResults"), first.at("total")})
		last := s.want(200, http.MethodGet, path+"?maxResults=4&startAt=8", nil)
		same(t, "the last page", 2, len(last.list(fieldsIn)))
		if s.Mode() == jira.DataCenter {
			same(t, "isLast", []any{false, true}, []any{first.at("isLast"), last.at("isLast")})
		}
	})
}

func TestCreateMetadataOfCustomFields(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	must(t, s.SetTypes("OPS", jira.Type{Name: "Task", Fields: []jira.Field{
		{ID: "customfield_10011", Name: "Team", Kind: jira.Select, Required: true, Allowed: []string{"Web", "Core"}},
	}}))
	id := s.want(200, http.MethodGet, "/issue/createmeta/OPS/issuetypes", nil).list("issueTypes")[0]["id"]
	for _, f := range s.want(200, http.MethodGet, fmt.Sprintf("/issue/createmeta/OPS/issuetypes/%v", id), nil).list("fields") {
		if f["fieldId"] != "customfield_10011" {
			continue
		}
		allowed, _ := f["allowedValues"].([]any)
		option, _ := allowed[1].(object)
		same(t, "option", any("Core"), option["value"])
		s.want(201, http.MethodPost, "/issue", object{"fields": object{
			"project": object{"key": "OPS"}, "issuetype": object{"id": id}, "summary": "By ids", "customfield_10011": object{"id": option["id"]},
		}})
		a := s.want(200, http.MethodGet, "/issue/OPS-1", nil)
		same(t, "told again", any("Core"), a.at("fields.customfield_10011.value"))
		return
	}
	t.Error("the custom field is not told of")
}

func TestCreateMetadataForWhoMayNotCreate(t *testing.T) {
	t.Parallel()
	cloud, server := open(t, jira.Cloud), open(t, jira.DataCenter)
	for _, s := range []*stage{cloud, server} {
		must(t, s.Deny("OPS", bot, jira.Create))
		s.refused(404, http.MethodGet, "/issue/createmeta/HID/issuetypes", nil, []any{"No project could be found with key 'HID'."}, nil)
	}
	cloud.refused(404, http.MethodGet, "/issue/createmeta/OPS/issuetypes", nil, []any{"No project could be found with key 'OPS'."}, nil)
	same(t, "Data Center", []object(nil), server.want(200, http.MethodGet, "/issue/createmeta/OPS/issuetypes", nil).list("values"))
}

func TestTheOldCreateMetadataIsGone(t *testing.T) {
	t.Parallel()
	same(t, "Cloud", 410, open(t, jira.Cloud).ask("bot", http.MethodGet, "/issue/createmeta", nil).status)
	same(t, "Data Center", 404, open(t, jira.DataCenter).ask("bot", http.MethodGet, "/issue/createmeta", nil).status)
}

func TestEditMetadata(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		s.opened("OPS", "One")
		a := s.want(200, http.MethodGet, "/issue/OPS-1/editmeta", nil)
		same(t, "summary, not project", []any{"Summary", nil}, []any{a.at("fields.summary.name"), a.at("fields.project")})
		must(t, s.Deny("OPS", bot, jira.Assign))
		a = s.want(200, http.MethodGet, "/issue/OPS-1/editmeta", nil)
		same(t, "not the assignee either", nil, a.at("fields.assignee"))
		s.refused(400, http.MethodPut, "/issue/OPS-1", object{"fields": object{"assignee": s.who(ada)}}, nil,
			object{"assignee": "You do not have permission to assign issues."})
	})
}

func TestProjects(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		same(t, "those that can be seen", []any{"OPS", "SRE", "SEC"}, s.want(200, http.MethodGet, "/project", nil).names("", "key"))
		a := s.want(200, http.MethodGet, "/project/ops", nil)
		same(t, "one", []any{"OPS", "Operations"}, []any{a.at("key"), a.at("name")})
		same(t, "its types", []any{"Task", "Bug", "Sub-task"}, a.names("issueTypes", "name"))
		s.refused(404, http.MethodGet, "/project/HID", nil, []any{"No project could be found with key 'HID'."}, nil)
		same(t, "priorities", []any{"Highest", "High", "Medium", "Low", "Lowest"}, s.want(200, http.MethodGet, "/priority", nil).names("", "name"))
		same(t, "resolutions", 5, len(s.want(200, http.MethodGet, "/resolution", nil).list("")))
		var found bool
		for _, f := range s.want(200, http.MethodGet, "/field", nil).list("") {
			found = found || f["id"] == jira.RootCause && f["custom"] == true
		}
		same(t, "fields of screens are told of", true, found)
	})
}

func TestProjectsPageByPage(t *testing.T) {
	t.Parallel()
	a := open(t, jira.Cloud).want(200, http.MethodGet, "/project/search?startAt=1&maxResults=1", nil)
	same(t, "page", []any{[]any{"SRE"}, 3.0, false}, []any{a.names("values", "key"), a.at("total"), a.at("isLast")})
}
