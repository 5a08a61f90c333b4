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
		"sharePermissions": v.shares(f), "subscriptions": object{"size": 0, "items": []any{}},
	}
}

// filterInput is a filter as a client writes it.
type filterInput struct {
	Name, Description, JQL *string
	Favourite              *bool
}

func createFilter(x *exchange) (reply, error) {
	return x.saveFilter(&Filter{Owner: x.by.ID})
}

// editFilter leaves what is not sent as it is.
func editFilter(x *exchange) (reply, error) {
	f, err := x.filter()
	switch {
	case err != nil:
		return reply{}, err
	case f.Owner != x.by.ID:
		return reply{}, refuse(http.StatusBadRequest, "You do not have permission to edit this filter.")
	}
	return x.saveFilter(f)
}

func (x *exchange) saveFilter(f *Filter) (reply, error) {
	var in filterInput
	if err := x.read(&in); err != nil {
		return reply{}, err
	}
	next := f.clone()
	for text, into := range map[*string]*string{in.Name: &next.Name, in.Description: &next.Description, in.JQL: &next.JQL} {
		if text != nil {
			*into = *text
		}
	}
	if in.Favourite != nil {
		next.Favourite = slices.DeleteFunc(next.Favourite, func(id string) bool { return id == x.by.ID })
		if *in.Favourite {
			next.Favourite = append(next.Favourite, x.by.ID)
		}
	}
	if err := x.checkFilter(next); err != nil {
		return reply{}, err
	}
	if next.ID == 0 {
		next.ID = x.j.newID()
		x.j.filters = append(x.j.filters, f)
	}
	*f = next
	return ok(x.view().filter(*f))
}

func (x *exchange) checkFilter(next Filter) error {
	if next.Name == "" {
		return refuseField("filterName", "You must specify a name to save this filter as.")
	}
	if slices.ContainsFunc(x.j.filters, func(f *Filter) bool {
		return f.Owner == x.by.ID && f.ID != next.ID && strings.EqualFold(f.Name, next.Name)
	}) {
		return refuseField("filterName", "Filter with same name already exists.")
	}
	_, err := x.j.find(x.by, next.JQL, nil)
	return err
}

// shareFilter shares with a project; the other ways are not known here.
func shareFilter(x *exchange) (reply, error) {
	f, err := x.filter()
	if err != nil {
		return reply{}, err
	}
	var in struct{ Type, ProjectID string }
	if err = x.read(&in); err != nil {
		return reply{}, err
	}
	p := x.j.project(in.ProjectID)
	switch {
	case f.Owner != x.by.ID || x.by.NoSharing:
		return reply{}, refuse(http.StatusBadRequest, "You do not have permission to share. All shares are invalid.")
	case in.Type != "project" || p == nil || !p.may(x.by, Browse):
		return reply{}, refuse(http.StatusBadRequest, "The project is not available to you, or the type of the share is not known.")
	}
	if !slices.Contains(f.SharedWith, p.key) {
		f.SharedWith = append(f.SharedWith, p.key)
	}
	return created(x.view().shares(*f))
}

func (v view) shares(f Filter) []object {
	all := []object{}
	for _, key := range f.SharedWith {
		p := v.j.project(key)
		all = append(all, object{"id": f.ID*1000 + p.id, "type": "project", "project": v.project(p)})
	}
	return all
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

// filter is the one that the path names.
func (x *exchange) filter() (*Filter, error) {
	f := x.j.filter(parseID(x.vars["filter"]))
	if f == nil || !f.visibleTo(x.j, x.by) {
		return nil, refuse(http.StatusBadRequest, "The selected filter is not available to you, perhaps it has been deleted or had its permissions changed.")
	}
	return f, nil
}

func getFilter(x *exchange) (reply, error) {
	f, err := x.filter()
	if err != nil {
		return reply{}, err
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
		if named && typed && filtered && x.j.filter(b.Filter).visibleTo(x.j, x.by) {
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
	var in boardInput
	if err := x.read(&in); err != nil {
		return reply{}, err
	}
	if wrong := x.checkBoard(in); wrong != "" {
		return reply{}, refuse(http.StatusBadRequest, wrong)
	}
	b := &Board{ID: x.j.newID(), Name: in.Name, Type: in.Type, Filter: in.FilterID, Owner: x.by.ID}
	x.j.boards = append(x.j.boards, b)
	return created(x.view().board(b))
}

// boardInput is a board as a client writes it.
type boardInput struct {
	Name, Type string
	FilterID   int64
	Location   *struct{ Type, ProjectKeyOrID string }
}

// checkBoard is what is wrong with a board, or "". Data Center knows no places
// for boards; that it refuses to be told one is the stricter reading.
func (x *exchange) checkBoard(in boardInput) string {
	f := x.j.filter(in.FilterID)
	switch {
	case in.Name == "" || len(in.Name) > 255:
		return "The board name must be between 1 and 255 characters."
	case in.Type != "kanban" && in.Type != "scrum":
		return "The board type must be one of: scrum, kanban."
	case f == nil || !f.visibleTo(x.j, x.by):
		return fmt.Sprintf("The filter with id %d does not exist or you do not have permission to view it.", in.FilterID)
	case in.Location != nil && x.j.mode == DataCenter:
		return "Unrecognized field \"location\"."
	case in.Location != nil && in.Location.Type == "project" && x.j.project(in.Location.ProjectKeyOrID) == nil:
		return "The project of the board's location does not exist or you do not have permission to view it."
	}
	return ""
}

// board is the one that the path names. It is seen by who may see its filter.
func (x *exchange) board() (*Board, error) {
	b := x.j.board(parseID(x.vars["board"]))
	if b == nil || !x.j.filter(b.Filter).visibleTo(x.j, x.by) {
		return nil, refuse(http.StatusNotFound, "The requested board cannot be viewed because it either does not exist or you do not have permission to view it.")
	}
	return b, nil
}

func getBoard(x *exchange) (reply, error) {
	b, err := x.board()
	if err != nil {
		return reply{}, err
	}
	return ok(x.view().board(b))
}

func getBoardConfiguration(x *exchange) (reply, error) {
	b, err := x.board()
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
