package jira

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func getServerInfo(x *exchange) (reply, error) {
	info := object{
		"baseUrl": x.j.url.String(), "version": "10.3.6", "versionNumbers": []int{10, 3, 6},
		"deploymentType": "Server", "buildNumber": 10030006, "serverTitle": "Jira",
		"serverTime": x.view().stamp(x.j.now()),
	}
	if x.j.mode == Cloud {
		info["version"], info["versionNumbers"] = "1001.0.0-SNAPSHOT", []int{1001, 0, 0}
		info["deploymentType"], info["buildNumber"] = "Cloud", 100289
	}
	return ok(info)
}

func getMyself(x *exchange) (reply, error) { return ok(x.view().user(x.by.ID)) }

// getMyPermissions answers for the whole site where no project is named: yes
// where some project allows it.
func getMyPermissions(x *exchange) (reply, error) {
	names := permissions()
	wanted := x.list("permissions")
	if len(wanted) == 0 && x.j.mode == Cloud {
		return reply{}, refuse(http.StatusBadRequest, "The 'permissions' query parameter is required.")
	}
	for _, w := range wanted {
		if _, known := names[Permission(w)]; !known {
			return reply{}, refuse(http.StatusBadRequest, "Unrecognized permission: "+w)
		}
	}
	where, err := x.whereAllowed()
	if err != nil {
		return reply{}, err
	}
	told := object{}
	for n, one := range slices.Sorted(maps.Keys(names)) {
		if len(wanted) > 0 && !slices.Contains(wanted, string(one)) {
			continue
		}
		told[string(one)] = object{
			"id": strconv.Itoa(10 + n), "key": string(one), "name": names[one], "type": "PROJECT", "description": "",
			"havePermission": slices.ContainsFunc(where, func(p *project) bool { return p.may(x.by, one) }),
		}
	}
	return ok(object{"permissions": told})
}

// whereAllowed are the projects that a question about permissions is about.
func (x *exchange) whereAllowed() ([]*project, error) {
	q := x.r.URL.Query()
	if name := cmp.Or(q.Get("projectKey"), q.Get("projectId")); name != "" {
		x.vars["project"] = name
		p, err := x.project()
		return []*project{p}, err
	}
	if name := cmp.Or(q.Get("issueKey"), q.Get("issueId")); name != "" {
		t, err := x.j.seen(x.by, name)
		if err != nil {
			return nil, err
		}
		return []*project{t.project}, nil
	}
	return x.j.visible(x.by), nil
}

// searchUsers finds people by the beginning of a name or of their e-mail, which
// is found by even where it is not shown.
func searchUsers(x *exchange) (reply, error) {
	parameter := "query"
	if x.j.mode == DataCenter {
		parameter = "username"
	}
	q := strings.ToLower(x.r.URL.Query().Get(parameter))
	if q == "" {
		return reply{}, refuse(http.StatusBadRequest, fmt.Sprintf("The %s query parameter was not provided", parameter))
	}
	found := []any{}
	for _, a := range x.j.accounts {
		names := append(strings.Fields(a.Display), a.Display, a.Email)
		if x.j.mode == DataCenter {
			names = append(names, a.Name)
		}
		begins := func(name string) bool { return strings.HasPrefix(strings.ToLower(name), q) }
		if !a.Inactive && slices.ContainsFunc(names, begins) {
			found = append(found, x.view().user(a.ID))
		}
	}
	return ok(page(found, x.number("startAt", 0), x.number("maxResults", 50)))
}

func listFields(x *exchange) (reply, error) {
	all := map[string]Field{fieldStatus: {ID: fieldStatus, Name: "Status"}}
	for id := range systemFields() {
		all[id] = Field{ID: id}
	}
	for _, p := range x.j.visible(x.by) {
		for _, t := range p.types {
			for _, f := range append(slices.Clone(t.Fields), x.j.screened(p)...) {
				all[f.ID] = f
			}
		}
	}
	told := []object{}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		f := all[id]
		told = append(told, object{
			"id": id, "key": id, "name": f.title(), "custom": f.isCustom(), "orderable": true,
			"navigable": true, "searchable": true, "clauseNames": []string{id}, "schema": f.schema(),
		})
	}
	return ok(told)
}

func listPriorities(x *exchange) (reply, error) { return ok(each(priorities(), x.view().priority)) }

func listResolutions(x *exchange) (reply, error) { return ok(each(Resolutions(), x.view().resolution)) }

func each[T, U any](all []T, tell func(T) U) []U {
	told := []U{}
	for _, one := range all {
		told = append(told, tell(one))
	}
	return told
}

func listProjects(x *exchange) (reply, error) {
	return ok(each(x.j.visible(x.by), x.view().project))
}

func searchProjects(x *exchange) (reply, error) {
	all := x.j.visible(x.by)
	from, most := x.number("startAt", 0), x.number("maxResults", 50)
	return ok(object{
		"startAt": from, "maxResults": most, "total": len(all), "isLast": from+most >= len(all),
		"values": each(page(all, from, most), x.view().project),
	})
}

func getProject(x *exchange) (reply, error) {
	p, err := x.project()
	if err != nil {
		return reply{}, err
	}
	v := x.view()
	told := v.project(p)
	told["issueTypes"] = each(p.types, v.issueType)
	told["components"] = v.components(p, each(p.components, func(c component) string { return c.name }))
	return ok(told)
}

func listStatuses(x *exchange) (reply, error) {
	p, err := x.project()
	if err != nil {
		return reply{}, err
	}
	v := x.view()
	return ok(each(p.types, func(t Type) object {
		told := v.issueType(t)
		told["statuses"] = each(p.workflow.Statuses, v.status)
		return told
	}))
}
