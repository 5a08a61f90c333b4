package playground

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxNodes is how many entries of a list one query gets.
const maxNodes = 100

// graphError is an error in the answer to a query, which comes with status 200.
type graphError struct {
	Kind       string   // "NOT_FOUND"; "" for an error in the query itself
	Path       []string // to the field
	Message    string
	Extensions object
	column     int
}

func (e *graphError) Error() string { return e.Message }

func (e *graphError) json() object {
	o := object{"message": e.Message, "locations": []object{{"line": 1, "column": max(1, e.column)}}}
	if e.Kind != "" {
		o["type"] = e.Kind
	}
	if e.Path != nil {
		o["path"] = e.Path
	}
	if e.Extensions != nil {
		o["extensions"] = e.Extensions
	}
	return o
}

// graphSchema is the part of GitHub's schema that is served: for each type its
// fields, and of what type each of them is, "" for a plain value.
func (g *GitHub) graphSchema() map[string]map[string]string {
	content := map[string]string{
		"__typename": "", "id": "", "databaseId": "", "body": "", "userContentEdits": "UserContentEditConnection",
	}
	actor := map[string]string{"__typename": "", "login": ""}
	if g.noEditHistory {
		delete(content, "userContentEdits")
	}
	return map[string]map[string]string{
		"Query":                     {"__typename": "", "node": "Node"},
		"Node":                      {"__typename": "", "id": ""},
		"IssueComment":              content,
		"Issue":                     content,
		"PullRequest":               content,
		"UserContentEditConnection": {"__typename": "", "nodes": "UserContentEdit", "totalCount": "", "pageInfo": "PageInfo"},
		"UserContentEdit": {
			"__typename": "", "id": "", "createdAt": "", "editedAt": "", "deletedAt": "", "diff": "", "editor": "Actor",
		},
		"PageInfo": {"__typename": "", "hasNextPage": "", "endCursor": ""},
		"Actor":    actor, "User": actor, "Bot": actor,
	}
}

// check holds a query to the schema, before anything is looked up.
func check(schema map[string]map[string]string, kind string, of []selection, path []string) error {
	for _, s := range of {
		at := append(slices.Clone(path), s.as)
		to, known := schema[kind][s.field]
		if s.on != "" {
			at = append(slices.Clone(path), "... on "+s.on)
			to, known = s.on, schema[s.on] != nil
		}
		switch {
		case !known:
			return s.undefined(kind, at)
		case (to == "") != (s.of == nil):
			return &graphError{
				Path: at, column: s.column,
				Message:    fmt.Sprintf("Field '%s' must have selections if, and only if, it is an object", s.field),
				Extensions: object{"code": "selectionMismatch", "nodeName": fmt.Sprintf("field '%s'", s.field)},
			}
		}
		if err := check(schema, to, s.of, at); err != nil {
			return err
		}
	}
	return nil
}

// undefined says that the schema has no such type, or the type no such field.
func (s selection) undefined(kind string, at []string) error {
	if s.on != "" {
		return &graphError{
			Path: at, column: s.column,
			Message:    fmt.Sprintf("No such type %s, so it can't be a fragment condition", s.on),
			Extensions: object{"code": "undefinedType", "typeName": s.on},
		}
	}
	return &graphError{
		Path: at, column: s.column,
		Message:    fmt.Sprintf("Field '%s' doesn't exist on type '%s'", s.field, kind),
		Extensions: object{"code": "undefinedField", "typeName": kind, "fieldName": s.field},
	}
}

// answerQuery serves the one question that Hindsight has for the GraphQL API:
// the history of edits of a comment, or of a body. Queries for anything else
// are answered as by a schema that has nothing else.
func answerQuery(x *exchange) (reply, error) {
	var in struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	if err := x.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Query == "" {
		return reply{}, refuse(http.StatusBadRequest, "A query attribute must be specified and must be a string.")
	}
	q, err := parseQuery(in.Query)
	if err == nil {
		err = check(x.g.graphSchema(), "Query", q.of, []string{"query"})
	}
	var data object
	if err == nil {
		data, err = x.resolve(q, in.Variables)
	}
	if wrong, is := errors.AsType[*graphError](err); is {
		answer := object{"errors": []object{wrong.json()}}
		if wrong.Kind != "" {
			answer["data"] = object{wrong.Path[0]: nil}
		}
		return ok(answer)
	}
	if err != nil {
		return reply{}, err
	}
	return ok(object{"data": data})
}

// resolve looks up the query's nodes.
func (x *exchange) resolve(q query, variables map[string]any) (object, error) {
	data := object{}
	for _, s := range q.of {
		if s.field == "__typename" {
			data[s.as] = "Query"
			continue
		}
		id, err := q.argument(s, "id", variables)
		if err != nil {
			return nil, err
		}
		node, err := x.node(s, id)
		if err != nil {
			return nil, err
		}
		if data[s.as], err = q.pick(node, s.of, variables); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// argument is what a field was given, by a variable or in place.
func (q query) argument(s selection, name string, variables map[string]any) (string, error) {
	for other := range s.arguments {
		if other != name {
			return "", &graphError{
				Path: []string{"query", s.as, other}, column: s.column,
				Message:    fmt.Sprintf("Field '%s' doesn't accept argument '%s'", s.field, other),
				Extensions: object{"code": "argumentNotAccepted", "name": s.field, "typeName": "Field", "argumentName": other},
			}
		}
	}
	given := s.arguments[name]
	if variable, named := strings.CutPrefix(given, "$"); named {
		return q.variable(s, variable, variables)
	}
	if text, err := strconv.Unquote(given); err == nil {
		return text, nil
	}
	return given, nil
}

// variable is the value that came with the query.
func (q query) variable(s selection, name string, variables map[string]any) (string, error) {
	kind, value := q.variables[name], variables[name]
	switch {
	case kind == "":
		return "", &graphError{
			Path: []string{"query", s.as}, column: s.column,
			Message:    fmt.Sprintf("Variable $%s is used by anonymous query but not declared", name),
			Extensions: object{"code": "variableNotDefined", "variableName": name},
		}
	case value == nil && strings.HasSuffix(kind, "!"):
		return "", &graphError{
			column: s.column, Message: fmt.Sprintf("Variable $%s of type %s was provided invalid value", name, kind),
			Extensions: object{"value": nil, "problems": []object{{"path": []string{}, "explanation": "Expected value to not be null"}}},
		}
	}
	return fmt.Sprint(value), nil
}

// pick takes out of an object what is selected of it.
func (q query) pick(of object, selected []selection, variables map[string]any) (object, error) {
	picked := object{}
	for _, s := range selected {
		if s.on != "" {
			if s.on != of["__typename"] {
				continue
			}
			inner, err := q.pick(of, s.of, variables)
			if err != nil {
				return nil, err
			}
			picked = picked.with(inner)
			continue
		}
		value, err := q.value(of[s.field], s, variables)
		if err != nil {
			return nil, err
		}
		picked[s.as] = value
	}
	return picked, nil
}

func (q query) value(of any, s selection, variables map[string]any) (any, error) {
	switch v := of.(type) {
	case []Edit:
		first, err := q.argument(s, "first", variables)
		if err != nil {
			return nil, err
		}
		page, err := editPage(v, first, s)
		if err != nil {
			return nil, err
		}
		return q.pick(page, s.of, variables)
	case object:
		return q.pick(v, s.of, variables)
	case []object:
		all := []object{}
		for _, one := range v {
			o, err := q.pick(one, s.of, variables)
			if err != nil {
				return nil, err
			}
			all = append(all, o)
		}
		return all, nil
	}
	return of, nil
}
