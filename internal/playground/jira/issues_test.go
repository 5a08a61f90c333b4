package jira_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"hindsight/internal/playground/jira"

	gojira "github.com/andygrunwald/go-jira"
)

// who is an assignee as the kind names people.
func (s *stage) who(id string) object {
	if s.Mode() == jira.DataCenter {
		return object{"name": strings.TrimPrefix(id, "5b10-")}
	}
	return object{"accountId": id}
}

// library is the client library that the app uses.
func (s *stage) library() *gojira.Client {
	s.t.Helper()
	var transport http.RoundTripper
	if s.Mode() == jira.Cloud {
		transport = &gojira.BasicAuthTransport{Username: "bot@acme.example", Password: "bot-token", Transport: s.client.Transport}
	} else {
		transport = &gojira.BearerAuthTransport{Token: "bot-token", Transport: s.client.Transport}
	}
	c, err := gojira.NewClient(&http.Client{Transport: transport}, s.URL())
	must(s.t, err)
	return c
}

func TestTicketAsTheLibraryReadsIt(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		id := s.opened("OPS", "Mend it", object{
			"description": "h1. What", "labels": []string{"b", "a"}, "duedate": "2026-12-01",
			"priority": object{"name": "High"}, "components": []object{{"name": "Network"}}, "assignee": s.who(ada),
		})
		s.clock.advance(time.Second)
		must(t, s.As(ada).Comment(id, "I'll have a look."))
		got, _, err := s.library().Issue.GetWithContext(t.Context(), "OPS-1", nil)
		must(t, err)
		f := got.Fields
		same(t, "ticket", []any{
			id, "OPS-1", "Mend it", "h1. What",
			[]string{"a", "b"},
			"High", "Network", "OPS", "Task", "To Do", "new",
			"Ada L.", "The Bot", "The Bot", "2026-12-01", "I'll have a look.",
		}, []any{
			got.ID, got.Key, f.Summary, f.Description, f.Labels, f.Priority.Name, f.Components[0].Name, f.Project.Key,
			f.Type.Name, f.Status.Name, f.Status.StatusCategory.Key, f.Assignee.DisplayName, f.Reporter.DisplayName,
			f.Creator.DisplayName, time.Time(f.Duedate).Format(time.DateOnly), f.Comments.Comments[0].Body,
		})
		same(t, "created", "2026-11-20T14:05:06.007Z", time.Time(f.Created).UTC().Format(time.RFC3339Nano))
		same(t, "updated", "2026-11-20T14:05:07.007Z", time.Time(f.Updated).UTC().Format(time.RFC3339Nano))
	})
}

func TestCreateIsRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 256)
	both(t, func(s *stage) {
		t := s.t
		must(t, s.SetTypes("SRE", jira.Type{Name: "Task", Fields: append(jira.Without(jira.DefaultFields(), "duedate"),
			jira.Field{ID: "customfield_10011", Name: "Team", Kind: jira.Select, Required: true, Allowed: []string{"Platform", "Web"}},
			jira.Field{ID: "customfield_10012", Name: "Cost", Kind: jira.Number},
			jira.Field{ID: "customfield_10013", Name: "Short", Kind: jira.Text},
		)}))
		must(t, s.Deny("SRE", bob, jira.Assignable))
		const notThere = "Field '%' cannot be set. It is not on the appropriate screen, or unknown."
		team := object{"customfield_10011": object{"value": "Web"}}
		fields := func(more ...object) object {
			all := object{"project": object{"key": "SRE"}, "issuetype": object{"name": "Task"}, "summary": "One"}
			for _, m := range more {
				maps.Copy(all, m)
			}
			return all
		}
		tests := map[string]struct{ fields, errors object }{
			"no project":         {object{"summary": "One"}, object{"project": "project is required"}},
			"unknown project":    {fields(object{"project": object{"key": "NO"}}), object{"project": "valid project is required"}},
			"hidden project":     {fields(object{"project": object{"key": "HID"}}), object{"project": "valid project is required"}},
			"no type":            {object{"project": object{"key": "SRE"}}, object{"issuetype": "issue type is required"}},
			"required field":     {fields(), object{"customfield_10011": "Team is required."}},
			"empty summary":      {fields(team, object{"summary": "  "}), object{"summary": "You must specify a summary of the issue."}},
			"newline in summary": {fields(team, object{"summary": "a\nb"}), object{"summary": "The summary is invalid because it contains newline characters."}},
			"long summary":       {fields(team, object{"summary": long}), object{"summary": "Summary can't exceed 255 characters."}},
			"long description": {
				fields(team, object{"description": strings.Repeat("x", 32768)}),
				object{"description": "The entered text is too long. It exceeds the allowed limit of 32,767 characters."},
			},
			"field that is not on the screen": {
				fields(team, object{"duedate": "2026-12-01"}), object{"duedate": strings.Replace(notThere, "%", "duedate", 1)},
			},
			"several": {
				fields(object{"nothing": 1, "customfield_10011": object{"value": "Desktop"}}),
				object{"nothing": strings.Replace(notThere, "%", "nothing", 1), "customfield_10011": "Option value 'Desktop' is not valid"},
			},
			"label with a space":   {fields(team, object{"labels": []string{"a b"}}), object{"labels": "The label 'a b' contains spaces which is invalid."}},
			"labels of no list":    {fields(team, object{"labels": "a"}), object{"labels": "data was not an array"}},
			"priority":             {fields(team, object{"priority": object{"name": "Urgent"}}), object{"priority": "The priority selected is invalid."}},
			"component":            {fields(team, object{"components": []object{{"name": "Nil"}}}), object{"components": "Component name 'Nil' is not valid"}},
			"number":               {fields(team, object{"customfield_10012": "12"}), object{"customfield_10012": "Operation value must be a number"}},
			"text of one line":     {fields(team, object{"customfield_10013": long}), object{"customfield_10013": "The entered text is too long. It exceeds the allowed limit of 255 characters."}},
			"text of another make": {fields(team, object{"customfield_10013": 5}), object{"customfield_10013": "Operation value must be a string"}},
			"assignee who may not be": {
				fields(team, object{"assignee": s.who(bob)}),
				object{"assignee": "User '" + map[jira.Mode]string{jira.Cloud: bob, jira.DataCenter: "bob"}[s.Mode()] + "' cannot be assigned issues."},
			},
			"user with a password": {
				fields(team, object{"assignee": object{"name": "ada", "accountId": ada, "Password": ""}}),
				object{"assignee": strings.Replace(notThere, "%", "assignee", 1)},
			},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				s.in(t).refused(400, http.MethodPost, "/issue", object{"fields": tt.fields}, nil, tt.errors)
			})
		}
		same(t, "tickets", 0, len(s.Tickets()))
	})
}

func TestCreateIsRefusedAsTheKindDoes(t *testing.T) {
	t.Parallel()
	in := func(name string, value any) object {
		return object{"fields": object{
			"project": object{"key": "OPS"}, "issuetype": object{"name": "Task"}, "summary": "One", name: value,
		}}
	}
	tests := []struct {
		name   string
		mode   jira.Mode
		body   object
		errors object
	}{
		{"type on Cloud", jira.Cloud, in("issuetype", object{"name": "Story"}), object{"issuetype": "The issue type selected is invalid."}},
		{"type in Data Center", jira.DataCenter, in("issuetype", object{"name": "Story"}), object{"issuetype": "valid issue type is required"}},
		{"unknown account", jira.Cloud, in("assignee", object{"accountId": "nope"}), object{"assignee": "Account ID nope does not exist."}},
		{"user name on Cloud", jira.Cloud, in("assignee", object{"name": "ada"}), object{"assignee": "'accountId' must be the only user identifying query parameter in GDPR strict mode."}},
		{"unknown user name", jira.DataCenter, in("assignee", object{"name": "nope"}), object{"assignee": "User 'nope' does not exist."}},
		{"account in Data Center", jira.DataCenter, in("assignee", object{"accountId": ada}), object{"assignee": "expected Object containing a 'name' property"}},
		{"bad date", jira.Cloud, in("duedate", "01.12.2026"), object{"duedate": "Error parsing date string: 01.12.2026"}},
		{"date of another make", jira.DataCenter, in("duedate", 5), object{"duedate": "Operation value must be a string"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			open(t, tt.mode).refused(400, http.MethodPost, "/issue", tt.body, nil, tt.errors)
		})
	}
}

func TestWhoMayNotCreate(t *testing.T) {
	t.Parallel()
	const why = "You do not have permission to create issues in this project."
	body := object{"fields": object{"project": object{"key": "OPS"}, "issuetype": object{"name": "Task"}, "summary": "One"}}
	cloud, server := open(t, jira.Cloud), open(t, jira.DataCenter)
	must(t, cloud.Deny("OPS", bot, jira.Create))
	must(t, server.Deny("OPS", bot, jira.Create))
	cloud.refused(403, http.MethodPost, "/issue", body, []any{why}, nil)
	server.refused(400, http.MethodPost, "/issue", body, nil, object{"project": why})
}

func TestPropertiesComeWithTheTicketOrNotAtAll(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		body := func(key string) object {
			return object{
				"fields":     object{"project": object{"key": "OPS"}, "issuetype": object{"name": "Task"}, "summary": "One"},
				"properties": []object{{"key": key, "value": object{"item": 7}}},
			}
		}
		s.refused(400, http.MethodPost, "/issue", body(""), []any{"The property key must be between 1 and 255 characters long."}, nil)
		same(t, "nothing was made", 0, len(s.Tickets()))
		s.want(201, http.MethodPost, "/issue", body("mine"))
		same(t, "asked for", any(object{"mine": object{"item": 7.0}}), s.want(200, http.MethodGet, "/issue/OPS-1?fields=summary&properties=mine,other", nil).at("properties"))
		same(t, "not asked for", nil, s.want(200, http.MethodGet, "/issue/OPS-1", nil).at("properties"))

		before := s.ticket("OPS-1").Updated
		s.want(204, http.MethodPut, "/issue/OPS-1", object{"properties": []object{{"key": "mine", "value": 2}}})
		same(t, "changed", any(2.0), s.want(200, http.MethodGet, "/issue/OPS-1/properties/mine", nil).at("value"))
		same(t, "that is no change of the ticket", before, s.ticket("OPS-1").Updated)
		s.want(201, http.MethodPut, "/issue/OPS-1/properties/more", "x")
		s.want(200, http.MethodPut, "/issue/OPS-1/properties/more", "y")
		same(t, "keys", []any{"mine", "more"}, s.want(200, http.MethodGet, "/issue/OPS-1/properties", nil).names("keys", "key"))
		s.refused(404, http.MethodGet, "/issue/OPS-1/properties/none", nil, []any{"The property with key 'none' does not exist."}, nil)
	})
}

func TestEdit(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		s.opened("OPS", "One", object{"labels": []string{"keep", "drop"}, "duedate": "2026-12-01", "assignee": s.who(ada)})
		s.want(204, http.MethodPut, "/issue/OPS-1", object{
			"fields": object{"summary": "Two", "duedate": nil, "assignee": nil},
			"update": object{
				"labels":   []object{{"remove": "drop"}, {"add": "new"}},
				"priority": []object{{"set": object{"id": "1"}}},
				"comment":  []object{{"add": object{"body": "So it is."}}},
			},
		})
		got := s.ticket("OPS-1")
		same(t, "ticket", []any{"Two", "", "", []string{"keep", "new"}, "Highest", "So it is."},
			[]any{got.Summary, got.Due, got.Assignee, got.Labels, got.Priority, got.Comments[0].Body})
		s.refused(400, http.MethodPut, "/issue/OPS-1", object{"fields": object{"summary": "Three", "labels": []string{"a b"}}}, nil,
			object{"labels": "The label 'a b' contains spaces which is invalid."})
		s.refused(400, http.MethodPut, "/issue/OPS-1", object{"update": object{"summary": []object{{"add": "x"}}}}, nil,
			object{"summary": "The operation 'add' is not supported for the field 'summary'."})
		same(t, "all or nothing", "Two", s.ticket("OPS-1").Summary)

		before := s.ticket("OPS-1").Updated
		s.want(204, http.MethodPut, "/issue/OPS-1", object{"fields": object{"summary": "Two"}})
		same(t, "what changes nothing is no change", before, s.ticket("OPS-1").Updated)
		s.want(204, http.MethodPut, "/issue/OPS-1", object{"fields": object{"summary": "Four"}})
		if !s.ticket("OPS-1").Updated.After(before) {
			t.Error("two changes have the same time")
		}
		must(t, s.Deny("OPS", bot, jira.EditIssues))
		s.refused(403, http.MethodPut, "/issue/OPS-1", object{"fields": object{"summary": "x"}},
			[]any{"You do not have permission to edit issues in this project."}, nil)
	})
}

func TestRequiredFieldsThatCameLaterHoldUpNoEdit(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.opened("OPS", "One")
	team := jira.Field{ID: "customfield_10011", Name: "Team", Kind: jira.Text, Required: true}
	must(t, s.SetTypes("OPS", jira.Type{Name: "Task", Fields: append(jira.DefaultFields(), team)}))
	s.want(204, http.MethodPut, "/issue/OPS-1", object{"fields": object{"summary": "Two"}})
	s.refused(400, http.MethodPut, "/issue/OPS-1", object{"fields": object{"customfield_10011": nil}}, nil, object{"customfield_10011": "Team is required."})
}

func TestDefaultsFillInWhatIsRequired(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	must(t, s.SetTypes("OPS", jira.Type{Name: "Task", Fields: []jira.Field{
		{ID: "customfield_10011", Name: "Team", Kind: jira.Select, Required: true, Allowed: []string{"Web", "Core"}, Default: "Core"},
	}}))
	s.opened("OPS", "One")
	same(t, "team", []string{"Core"}, s.ticket("OPS-1").Custom["customfield_10011"])
}

func TestDeletedTicketIsGone(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		id := s.opened("OPS", "One")
		gone := map[jira.Mode]string{
			jira.Cloud: "Issue does not exist or you do not have permission to see it.", jira.DataCenter: "Issue Does Not Exist",
		}[s.Mode()]
		must(t, s.Deny("OPS", bot, jira.DeleteAny))
		s.refused(403, http.MethodDelete, "/issue/"+id, nil, []any{"You do not have permission to delete issues in this project."}, nil)
		must(t, s.Allow("OPS", bot))
		s.want(204, http.MethodDelete, "/issue/"+id, nil)
		for _, path := range []string{"", "/comment", "/transitions", "/editmeta", "/remotelink"} {
			s.refused(404, http.MethodGet, "/issue/"+id+path, nil, []any{gone}, nil)
		}
		same(t, "its number is not given again", "OPS-2", s.ticket(s.opened("OPS", "Two")).Key)
	})
}

func TestMovedTicketIsFoundByItsFormerKey(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		id := s.opened("OPS", "One", object{"components": []object{{"name": "Network"}}})
		must(t, s.As(ada).Move(id, "Done", nil))
		must(t, s.As(ada).MoveToProject(id, "SRE"))
		for _, name := range []string{"OPS-1", "ops-1", "SRE-1", id} {
			a := s.want(200, http.MethodGet, "/issue/"+name, nil)
			same(t, name, []any{id, "SRE-1", "SRE", "Done"},
				[]any{a.at("id"), a.at("key"), a.at("fields.project.key"), a.at("fields.status.name")})
		}
		same(t, "components stay behind", []string{}, s.ticket(id).Components)
		same(t, "former", []string{"OPS-1"}, s.ticket(id).Former)
		must(t, s.Allow("HID", ada))
		must(t, s.As(ada).MoveToProject(id, "HID"))
		same(t, "to where it can't be seen", 404, s.ask("bot", http.MethodGet, "/issue/"+id, nil).status)
	})
}

func TestOnlyWhatIsAskedForIsTold(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.opened("OPS", "One")
	must(t, s.As(ada).Move("OPS-1", "Done", nil))
	a := s.want(200, http.MethodGet, "/issue/OPS-1?fields=summary,status&fields=nothing", nil)
	fields, _ := a.at("fields").(object)
	same(t, "fields", 2, len(fields))
	a = s.want(200, http.MethodGet, "/issue/OPS-1?fields=*all,-status", nil)
	same(t, "without", []any{nil, "One"}, []any{a.at("fields.status"), a.at("fields.summary")})
	a = s.want(200, http.MethodGet, "/issue/OPS-1?expand=changelog", nil)
	same(t, "changelog", 1, len(a.list("changelog.histories")))
	same(t, "times are in the asker's zone", any("2026-11-20T16:05:06.007+0200"),
		s.ask("ada", http.MethodGet, "/issue/OPS-1?fields=created", nil).at("fields.created"))
}

func TestVersion3(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.opened("OPS", "One", object{"description": "text"})
	a := s.want(200, http.MethodGet, "/rest/api/3/issue/OPS-1", nil)
	same(t, "texts are documents", any("doc"), a.at("fields.description.type"))
	s.refused(400, http.MethodPut, "/rest/api/3/issue/OPS-1", object{"fields": object{"description": "text"}}, nil,
		object{"description": "Operation value must be an Atlassian Document (see the Atlassian Document Format)"})
	same(t, "not in Data Center", 404, open(t, jira.DataCenter).ask("bot", http.MethodGet, "/rest/api/3/myself", nil).status)
}

func TestBodiesThatAreNone(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	send := func(body, kind string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/rest/api/2/issue", strings.NewReader(body))
		must(t, err)
		r.Header.Set("Content-Type", kind)
		s.login(r, "bot")
		return s.send(r).status
	}
	same(t, "no JSON", 400, send("{", "application/json"))
	same(t, "another kind", 415, send("{}", "text/plain"))
	same(t, "too much", 413, send(strings.Repeat(" ", 5<<20), "application/json"))
	same(t, "unknown endpoint", 404, s.ask("bot", http.MethodGet, "/nothing", nil).status)
}
