package jira

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

func (v view) filter(f Filter) object {
	id := fmt.Sprint(f.ID)
	return object{
		"self": v.link("/filter/" + id), "id": id, "name": f.Name, "description": f.Description, "owner": v.user(f.Owner),
		"jql": f.JQL, "viewUrl": v.j.link("/issues/?filter=" + id),
		"searchUrl": v.link("/search?jql=" + url.QueryEscape(f.JQL)),
		"favourite": v.to != nil && slices.Contains(f.Favourite, v.to.ID), "favouritedCount": len(f.Favourite),
		"sharePermissions": []any{}, "subscriptions": object{"size": 0, "items": []any{}},
	}
}

func createFilter(x *exchange) (reply, error) {
	var in struct {
		Name, Description, JQL string
		Favourite              bool
	}
	if err := x.read(&in); err != nil {
		return reply{}, err
	}
	if in.Name == "" {
		return reply{}, refuseField("filterName", "You must specify a name to save this filter as.")
	}
	if slices.ContainsFunc(x.j.filters, func(f *Filter) bool { return f.Owner == x.by.ID && strings.EqualFold(f.Name, in.Name) }) {
		return reply{}, refuseField("filterName", "Filter with same name already exists.")
	}
	if _, err := x.j.find(x.by, in.JQL, nil); err != nil {
		return reply{}, err
	}
	f := &Filter{ID: x.j.newID(), Name: in.Name, Description: in.Description, JQL: in.JQL, Owner: x.by.ID}
	if in.Favourite {
		f.Favourite = []string{x.by.ID}
	}
	x.j.filters = append(x.j.filters, f)
	return ok(x.view().filter(*f))
}

func favouriteFilters(x *exchange) (reply, error) {
	all := []object{}
	for _, f := range x.j.filters {
		if slices.Contains(f.Favourite, x.by.ID) {
			all = append(all, x.view().filter(*f))
		}
	}
	return ok(all)
}

// getFilter knows the account's own: here, filters are not shared.
func getFilter(x *exchange) (reply, error) {
	f := x.j.filter(parseID(x.vars["filter"]))
	if f == nil || f.Owner != x.by.ID {
		return reply{}, refuse(http.StatusBadRequest, "The selected filter is not available to you, perhaps it has been deleted or had its permissions changed.")
	}
	return ok(x.view().filter(*f))
}

func (v view) board(b *Board) object {
	return object{"id": b.ID, "name": b.Name, "type": b.Type, "self": v.j.link(fmt.Sprintf("/rest/agile/1.0/board/%d", b.ID))}
}

func listBoards(x *exchange) (reply, error) {
	q := x.r.URL.Query()
	found := []*Board{}
	for _, b := range x.j.boards {
		named := strings.Contains(strings.ToLower(b.Name), strings.ToLower(q.Get("name")))
		typed := q.Get("type") == "" || slices.Contains(x.list("type"), b.Type)
		filtered := q.Get("filterId") == "" || q.Get("filterId") == fmt.Sprint(b.Filter)
		if named && typed && filtered && b.Owner == x.by.ID {
			found = append(found, b)
		}
	}
	from, most := x.number("startAt", 0), min(x.number("maxResults", 50), 50)
	return ok(object{
		"startAt": from, "maxResults": most, "total": len(found), "isLast": from+most >= len(found),
		"values": each(page(found, from, most), x.view().board),
	})
}

func createBoard(x *exchange) (reply, error) {
	var in struct {
		Name, Type string
		FilterID   int64
		Location   *struct{ Type, ProjectKeyOrID string }
	}
	if err := x.read(&in); err != nil {
		return reply{}, err
	}
	f := x.j.filter(in.FilterID)
	wrong := ""
	switch {
	case in.Name == "" || len(in.Name) > 255:
		wrong = "The board name must be between 1 and 255 characters."
	case in.Type != "kanban" && in.Type != "scrum":
		wrong = "The board type must be one of: scrum, kanban."
	case f == nil || f.Owner != x.by.ID:
		wrong = fmt.Sprintf("The filter with id %d does not exist or you do not have permission to view it.", in.FilterID)
	case in.Location != nil && in.Location.Type == "project" && x.j.project(in.Location.ProjectKeyOrID) == nil:
		wrong = "The project of the board's location does not exist or you do not have permission to view it."
	}
	if wrong != "" {
		return reply{}, refuse(http.StatusBadRequest, wrong)
	}
	b := &Board{ID: x.j.newID(), Name: in.Name, Type: in.Type, Filter: f.ID, Owner: x.by.ID}
	x.j.boards = append(x.j.boards, b)
	return created(x.view().board(b))
}

// ownBoard is the one that the path names: here, boards are not shared.
func (x *exchange) ownBoard() (*Board, error) {
	b := x.j.board(parseID(x.vars["board"]))
	if b == nil || b.Owner != x.by.ID {
		return nil, refuse(http.StatusNotFound, "The requested board cannot be viewed because it either does not exist or you do not have permission to view it.")
	}
	return b, nil
}

func getBoard(x *exchange) (reply, error) {
	b, err := x.ownBoard()
	if err != nil {
		return reply{}, err
	}
	return ok(x.view().board(b))
}

func getBoardConfiguration(x *exchange) (reply, error) {
	b, err := x.ownBoard()
	if err != nil {
		return reply{}, err
	}
	v := x.view()
	told := v.board(b)
	told["self"] = fmt.Sprint(told["self"], "/configuration")
	told["filter"] = object{"id": fmt.Sprint(b.Filter), "self": v.link(fmt.Sprintf("/filter/%d", b.Filter))}
	told["subQuery"] = object{"query": ""}
	told["columnConfig"] = object{
		"constraintType": "none",
		"columns": each(x.j.boardColumns(x.by), func(c Column) object {
			return object{"name": c.Name, "statuses": each(c.Statuses, func(s Status) object {
				return object{"id": idOfStatus(s), "self": v.link("/status/" + idOfStatus(s))}
			})}
		}),
	}
	return ok(told)
}
