package jira_test

import (
	"fmt"
	"net/http"
	"testing"

	"hindsight/internal/playground/jira"
)

const agile = "/rest/agile/1.0/board"

func TestFilters(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		same(t, "none yet", []object(nil), s.want(200, http.MethodGet, "/filter/favourite", nil).list(""))
		a := s.want(200, http.MethodPost, "/filter", object{"name": "Ours", "jql": "project = OPS", "favourite": true})
		path := "/filter/" + fmt.Sprint(a.at("id"))
		s.want(200, http.MethodPost, "/filter", object{"name": "Other", "jql": "project = SRE"})
		same(t, "favourites", []any{"Ours"}, s.want(200, http.MethodGet, "/filter/favourite", nil).names("", "name"))
		s.refused(400, http.MethodPost, "/filter", object{"name": "ours", "jql": "project = OPS"}, nil, object{"filterName": "Filter with same name already exists."})
		s.refused(400, http.MethodPost, "/filter", object{"jql": "project = OPS"}, nil, object{"filterName": "You must specify a name to save this filter as."})
		s.refused(400, http.MethodPost, "/filter", object{"name": "Bad", "jql": "project = NOPE"}, []any{"The value 'NOPE' does not exist for the field 'project'."}, nil)

		a = s.want(200, http.MethodPut, path, object{"jql": "project in (OPS, SRE)"})
		same(t, "changed, the rest as it was", []any{"Ours", "project in (OPS, SRE)", true}, []any{a.at("name"), a.at("jql"), a.at("favourite")})

		const notThere = "The selected filter is not available to you, perhaps it has been deleted or had its permissions changed."
		same(t, "somebody else", any([]any{notThere}), s.ask("ada", http.MethodGet, path, nil).at("errorMessages"))
		project := s.want(200, http.MethodGet, "/project/OPS", nil)
		s.want(201, http.MethodPost, path+"/permission", object{"type": "project", "projectId": project.at("id")})
		shares := s.ask("ada", http.MethodGet, path, nil).list("sharePermissions")
		shared, _ := shares[0]["project"].(object)
		same(t, "shared", any("OPS"), shared["key"])
		same(t, "but theirs it is not", 400, s.ask("ada", http.MethodPut, path, object{"jql": "project = SRE"}).status)
		must(t, s.Deny("OPS", ada))
		same(t, "who can't see the project", 400, s.ask("ada", http.MethodGet, path, nil).status)
	})
}

func TestWhoMayNotShare(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.AddAccount(jira.Account{ID: "eve", Email: "eve@acme.example", Token: "eve-token", NoSharing: true})
	a := s.ask("eve", http.MethodPost, "/filter", object{"name": "Mine", "jql": "project = OPS"})
	project := s.want(200, http.MethodGet, "/project/OPS", nil)
	a = s.ask("eve", http.MethodPost, fmt.Sprint("/filter/", a.at("id"), "/permission"), object{"type": "project", "projectId": project.at("id")})
	same(t, "refused", []any{400, any([]any{"You do not have permission to share. All shares are invalid."})}, []any{a.status, a.at("errorMessages")})
}

func TestBoards(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		a := s.want(200, http.MethodPost, "/filter", object{"name": "Ours", "jql": "project in (OPS, SRE) ORDER BY Rank"})
		var filter int
		_, err := fmt.Sscan(fmt.Sprint(a.at("id")), &filter)
		must(t, err)
		same(t, "none yet", any(0.0), s.want(200, http.MethodGet, agile, nil).at("total"))
		a = s.want(201, http.MethodPost, agile, object{"name": "Follow-ups", "type": "kanban", "filterId": filter})
		id := fmt.Sprint(a.at("id"))
		s.want(201, http.MethodPost, agile, object{"name": "Another", "type": "scrum", "filterId": filter})
		same(t, "by name", []any{"Follow-ups"}, s.want(200, http.MethodGet, agile+"?name=follow", nil).names("values", "name"))
		same(t, "by type", []any{"Another"}, s.want(200, http.MethodGet, agile+"?type=scrum", nil).names("values", "name"))
		same(t, "page", []any{[]any{"Another"}, true}, []any{
			s.want(200, http.MethodGet, agile+"?startAt=1", nil).names("values", "name"),
			s.want(200, http.MethodGet, agile+"?startAt=1", nil).at("isLast"),
		})
		same(t, "somebody else sees none", any(0.0), s.ask("ada", http.MethodGet, agile, nil).at("total"))
		same(t, "nor one", 404, s.ask("ada", http.MethodGet, agile+"/"+id, nil).status)
		a = s.want(200, http.MethodGet, agile+"/"+id+"/configuration", nil)
		same(t, "its filter", any(fmt.Sprint(filter)), a.at("filter.id"))
		same(t, "its columns", []any{"To Do", "In Progress", "Done"}, a.names("columnConfig.columns", "name"))

		s.refused(400, http.MethodPost, agile, object{"name": "", "type": "kanban", "filterId": filter}, []any{"The board name must be between 1 and 255 characters."}, nil)
		s.refused(400, http.MethodPost, agile, object{"name": "x", "type": "chess", "filterId": filter}, []any{"The board type must be one of: scrum, kanban."}, nil)
		s.refused(400, http.MethodPost, agile, object{"name": "x", "type": "kanban", "filterId": 5},
			[]any{"The filter with id 5 does not exist or you do not have permission to view it."}, nil)
		place := object{"name": "x", "type": "kanban", "filterId": filter, "location": object{"type": "project", "projectKeyOrId": "OPS"}}
		same(t, "a place", map[jira.Mode]int{jira.Cloud: 201, jira.DataCenter: 400}[s.Mode()], s.ask("bot", http.MethodPost, agile, place).status)
	})
}

func TestColumnsOfABoard(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.SetLag(60_000_000_000)
	a := s.want(200, http.MethodPost, "/filter", object{"name": "Ours", "jql": "labels = ours"})
	var filter int
	_, err := fmt.Sscan(fmt.Sprint(a.at("id")), &filter)
	must(t, err)
	s.want(201, http.MethodPost, agile, object{"name": "Ours", "type": "kanban", "filterId": filter})
	for _, project := range []string{"OPS", "SRE"} {
		_, err = s.As(ada).CreateTicket(project, jira.Draft{Summary: "One", Labels: []string{"ours"}})
		must(t, err)
		s.opened(project, "Not ours")
	}
	must(t, s.As(ada).Move("SRE-1", "Won't Do", nil))
	columns, err := s.BoardColumns(s.Boards()[0].ID)
	must(t, err)
	same(t, "by category, without a lag", []any{
		"To Do", []string{"OPS-1"}, "In Progress", []string(nil), "Done", []string{"SRE-1"},
	}, flat(columns))
	if _, err := s.BoardColumns(1); err == nil {
		t.Error("a board that is not there has columns")
	}
	same(t, "filters", "labels = ours", s.Filters()[0].JQL)
}

// flat is each column's name and its tickets' keys.
func flat(columns []jira.Column) []any {
	var all []any
	for _, c := range columns {
		var keys []string
		for _, t := range c.Tickets {
			keys = append(keys, t.Key)
		}
		all = append(all, c.Name, keys)
	}
	return all
}
