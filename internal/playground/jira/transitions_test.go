package jira_test

import (
	"maps"
	"net/http"
	"testing"

	"hindsight/internal/playground/jira"
)

func (s *stage) transit(id string, more object) object {
	body := object{"transition": object{"id": id}}
	maps.Copy(body, more)
	return body
}

func TestTransitionsThatAreOffered(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		s.opened("SRE", "One")
		a := s.want(200, http.MethodGet, "/issue/SRE-1/transitions", nil)
		same(t, "from To Do", []any{"Start progress", "Won't do"}, a.names("transitions", "name"))
		same(t, "ids", []any{"11", "51"}, a.names("transitions", "id"))
		to, _ := a.list("transitions")[1]["to"].(object)
		same(t, "where it leads", any("Won't Do"), to["name"])
		category, _ := to["statusCategory"].(object)
		same(t, "category", []any{3.0, "done"}, []any{category["id"], category["key"]})

		s.refused(400, http.MethodPost, "/issue/SRE-1/transitions", s.transit("31", nil), []any{"Transition id '31' is not valid for this issue."}, nil)
		s.refused(400, http.MethodPost, "/issue/SRE-1/transitions", object{}, []any{"Missing 'transition' identifier"}, nil)
		for _, id := range []string{"11", "21", "31"} {
			s.want(204, http.MethodPost, "/issue/SRE-1/transitions", s.transit(id, nil))
		}
		got := s.ticket("SRE-1")
		same(t, "approved", []any{"Done", "Done", got.Updated}, []any{got.Status.Name, got.Resolution, got.Resolved})
		s.want(204, http.MethodPost, "/issue/SRE-1/transitions", s.transit("61", nil))
		got = s.ticket("SRE-1")
		same(t, "opened again", []any{"To Do", "", true}, []any{got.Status.Name, got.Resolution, got.Resolved.IsZero()})
	})
}

func TestTransitionsThatOneMayNotDo(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.opened("OPS", "One")
	must(t, s.Deny("OPS", bot, jira.Transit))
	same(t, "offered", []object(nil), s.want(200, http.MethodGet, "/issue/OPS-1/transitions", nil).list("transitions"))
	s.refused(400, http.MethodPost, "/issue/OPS-1/transitions", s.transit("31", nil), []any{"Transition id '31' is not valid for this issue."}, nil)
}

func TestScreens(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		s.opened("SEC", "One")
		const path = "/issue/SEC-1/transitions"
		plain := s.want(200, http.MethodGet, path, nil).list("transitions")[1]
		same(t, "without fields", []any{true, nil}, []any{plain["hasScreen"], plain["fields"]})
		a := s.want(200, http.MethodGet, path+"?expand=transitions.fields", nil)
		fields, _ := a.list("transitions")[1]["fields"].(object)
		resolution, _ := fields["resolution"].(object)
		cause, _ := fields[jira.RootCause].(object)
		same(t, "what the screen asks", []any{true, true, "Root cause"}, []any{resolution["required"], cause["required"], cause["name"]})

		s.refused(400, http.MethodPost, path, s.transit("31", nil), nil,
			object{"resolution": "Resolution is required.", jira.RootCause: "Root cause is required."})
		s.refused(400, http.MethodPost, path, s.transit("31", object{"fields": object{"resolution": object{"name": "No idea"}, jira.RootCause: "x"}}), nil,
			object{"resolution": "The resolution selected is invalid."})
		same(t, "still", "To Do", s.ticket("SEC-1").Status.Name)
		s.want(204, http.MethodPost, path, s.transit("31", object{"fields": object{"resolution": object{"name": "Duplicate"}, jira.RootCause: "A typo"}}))
		got := s.ticket("SEC-1")
		same(t, "answered", []any{"Done", "Duplicate", []string{"A typo"}}, []any{got.Status.Name, got.Resolution, got.Custom[jira.RootCause]})
	})
}

func TestFieldsThatAreOnNoScreen(t *testing.T) {
	t.Parallel()
	s := open(t, jira.DataCenter)
	s.opened("OPS", "One")
	s.refused(400, http.MethodPost, "/issue/OPS-1/transitions", s.transit("31", object{"fields": object{"resolution": object{"name": "Done"}}}), nil,
		object{"resolution": "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown."})
	s.want(204, http.MethodPost, "/issue/OPS-1/transitions",
		s.transit("31", object{"update": object{"comment": []object{{"add": object{"body": "Done it."}}}}}))
	same(t, "comment", "Done it.", s.ticket("OPS-1").Comments[0].Body)
}

func TestStatusOfNoCategory(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	must(t, s.SetWorkflow("OPS", jira.Workflow{
		Name: "Odd", Statuses: []jira.Status{{Name: "To Do", Category: jira.ToDo}, {Name: "Parked", Category: jira.Undefined}},
		Transitions: []jira.Transition{{Name: "Park", To: "Parked"}},
	}))
	s.opened("OPS", "One")
	must(t, s.As(ada).Move("OPS-1", "Parked", nil))
	a := s.want(200, http.MethodGet, "/issue/OPS-1", nil)
	same(t, "category", []any{"undefined", 1.0}, []any{a.at("fields.status.statusCategory.key"), a.at("fields.status.statusCategory.id")})
	a = s.want(200, http.MethodGet, "/project/OPS/statuses", nil)
	statuses, _ := a.list("")[0]["statuses"].([]any)
	same(t, "of the project", 2, len(statuses))
}
