package jira

import (
	"fmt"
	"net/http"
)

// oldCreateMeta is what Cloud says of what it had: that it is gone is
// unconfirmed; that it is deprecated is not.
func oldCreateMeta(*exchange) (reply, error) {
	return reply{}, refuse(http.StatusGone, "The requested API has been removed. Please use /rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes.")
}

// createMeta is a page of create metadata: Cloud calls the list by name.
func createMeta[T any](x *exchange, name string, all []T) (reply, error) {
	from, most := x.number("startAt", 0), min(x.number("maxResults", 50), 200)
	told := object{"startAt": from, "maxResults": most, "total": len(all)}
	if x.j.mode == DataCenter {
		name = "values"
		told["isLast"] = from+most >= len(all)
	}
	told[name] = append([]T{}, page(all, from, most)...)
	return ok(told)
}

// creatable is a project that one may create in. Who may only see it is told of
// no types on Data Center, and on Cloud that there is nothing.
func (x *exchange) creatable() (p *project, may bool, err error) {
	p, err = x.project()
	if err != nil {
		return nil, false, err
	}
	may = p.may(x.by, Create)
	if !may && x.j.mode == Cloud {
		return nil, false, noProject(x.vars["project"])
	}
	return p, may, nil
}

func listCreateTypes(x *exchange) (reply, error) {
	p, may, err := x.creatable()
	if err != nil {
		return reply{}, err
	}
	var all []object
	if may {
		all = each(p.types, x.view().issueType)
	}
	return createMeta(x, "issueTypes", all)
}

func listCreateFields(x *exchange) (reply, error) {
	p, may, err := x.creatable()
	if err != nil {
		return reply{}, err
	}
	t, known := p.issueType(x.vars["type"])
	if !known || fmt.Sprint(t.id) != x.vars["type"] {
		return reply{}, refuse(http.StatusNotFound, "No issue type could be found with id '"+x.vars["type"]+"'.")
	}
	var all []object
	if may {
		for _, f := range append(t.screen(), Field{ID: fieldProject, Required: true}) {
			told := x.fieldMeta(p, t, f)
			told["fieldId"], told["key"] = f.ID, f.ID
			all = append(all, told)
		}
	}
	return createMeta(x, "fields", all)
}

// fieldMeta is a field on a screen.
func (x *exchange) fieldMeta(p *project, t Type, f Field) object {
	hasDefault := f.Default != "" || f.ID == fieldReporter
	told := object{
		"required": f.Required, "name": f.title(), "schema": f.schema(), "key": f.ID,
		"operations": f.operations(), "hasDefaultValue": hasDefault,
	}
	v := x.view()
	switch {
	case f.ID == fieldProject:
		told["allowedValues"] = []object{v.project(p)}
	case f.ID == fieldType:
		told["allowedValues"] = []object{v.issueType(t)}
	case f.ID == fieldPriority:
		told["allowedValues"] = each(f.choices(), v.priority)
	case f.ID == fieldResolution:
		told["allowedValues"] = each(f.choices(), v.resolution)
	case f.ID == fieldComponents:
		told["allowedValues"] = v.components(p, each(p.components, func(c component) string { return c.name }))
	case f.Kind == Select || f.Kind == MultiSelect:
		told["allowedValues"] = each(f.Allowed, func(value string) object {
			return object{"self": v.link("/customFieldOption/" + f.optionID(value)), "id": f.optionID(value), "value": value}
		})
	case f.kind() == User:
		told["autoCompleteUrl"] = v.link("/user/assignable/search?project=" + p.key)
	}
	return told
}

// getEditMeta is about what the account may edit, and no more.
func getEditMeta(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	fields := object{}
	kind, _ := t.project.issueType(t.Type)
	for _, f := range kind.screen() {
		if t.project.may(x.by, EditIssues) && (f.ID != fieldAssignee || t.project.may(x.by, Assign)) {
			fields[f.ID] = x.fieldMeta(t.project, kind, f)
		}
	}
	return ok(object{"fields": fields})
}
