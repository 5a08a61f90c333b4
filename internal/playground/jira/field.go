package jira

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// The system fields' ids.
const (
	fieldProject     = "project"
	fieldType        = "issuetype"
	fieldSummary     = "summary"
	fieldDescription = "description"
	fieldPriority    = "priority"
	fieldLabels      = "labels"
	fieldAssignee    = "assignee"
	fieldReporter    = "reporter"
	fieldDue         = "duedate"
	fieldComponents  = "components"
	fieldResolution  = "resolution"
	fieldStatus      = "status"
	fieldParent      = "parent"

	customPrefix = "customfield_"
)

type object = map[string]any

// systemField is what Jira knows of a field of its own.
type systemField struct {
	name   string
	schema object
}

// systemFields are those that can be on a screen.
func systemFields() map[string]systemField {
	of := func(id, typ string) object { return object{"type": typ, "system": id} }
	many := func(id, items string) object { return object{"type": "array", "items": items, "system": id} }
	return map[string]systemField{
		fieldProject:     {"Project", of(fieldProject, "project")},
		fieldType:        {"Issue Type", of(fieldType, "issuetype")},
		fieldSummary:     {"Summary", of(fieldSummary, "string")},
		fieldDescription: {"Description", of(fieldDescription, "string")},
		fieldPriority:    {"Priority", of(fieldPriority, "priority")},
		fieldLabels:      {"Labels", many(fieldLabels, "string")},
		fieldAssignee:    {"Assignee", of(fieldAssignee, "user")},
		fieldReporter:    {"Reporter", of(fieldReporter, "user")},
		fieldDue:         {"Due date", of(fieldDue, "date")},
		fieldComponents:  {"Components", many(fieldComponents, "component")},
		fieldResolution:  {"Resolution", of(fieldResolution, "resolution")},
		fieldParent:      {"Parent", of(fieldParent, "issuelink")},
	}
}

func (f Field) isCustom() bool { return strings.HasPrefix(f.ID, customPrefix) }

// kind is what the field holds, if it is not one of those that have a kind of
// their own.
func (f Field) kind() Kind {
	switch f.ID {
	case fieldDescription:
		return Paragraph
	case fieldDue:
		return Date
	case fieldLabels:
		return Labels
	case fieldAssignee, fieldReporter:
		return User
	}
	return f.Kind
}

func (f Field) title() string {
	if s, is := systemFields()[f.ID]; is {
		return s.name
	}
	if f.Name != "" {
		return f.Name
	}
	return f.ID
}

func (f Field) schema() object {
	if s, is := systemFields()[f.ID]; is {
		return s.schema
	}
	number, _ := strconv.Atoi(strings.TrimPrefix(f.ID, customPrefix)) // 0 for what has none
	const of = "com.atlassian.jira.plugin.system.customfieldtypes:"
	schema := object{"customId": number}
	switch f.Kind {
	case Text:
		schema["type"], schema["custom"] = "string", of+"textfield"
	case Paragraph:
		schema["type"], schema["custom"] = "string", of+"textarea"
	case Number:
		schema["type"], schema["custom"] = "number", of+"float"
	case Date:
		schema["type"], schema["custom"] = "date", of+"datepicker"
	case Select:
		schema["type"], schema["custom"] = "option", of+"select"
	case MultiSelect:
		schema["type"], schema["items"], schema["custom"] = "array", "option", of+"multiselect"
	case Labels:
		schema["type"], schema["items"], schema["custom"] = "array", "string", of+"labels"
	case User:
		schema["type"], schema["custom"] = "user", of+"userpicker"
	}
	return schema
}

// operations are what an update can do to the field.
func (f Field) operations() []string {
	switch {
	case f.ID == fieldComponents || f.kind() == Labels || f.kind() == MultiSelect:
		return []string{"add", "set", "remove"}
	default:
		return []string{"set"}
	}
}

// choices are what the field can be, where it can't be anything.
func (f Field) choices() []string {
	switch {
	case len(f.Allowed) > 0:
		return f.Allowed
	case f.ID == fieldResolution:
		return Resolutions()
	case f.ID == fieldPriority:
		return priorities()
	}
	return nil
}

// optionID is the id of one of a field's options.
func (f Field) optionID(value string) string {
	number, _ := strconv.Atoi(strings.TrimPrefix(f.ID, customPrefix)) // 0 for what has none
	return strconv.Itoa(number*100 + slices.Index(f.Allowed, value))
}

// priorities are those of every site; their ids count from 1.
func priorities() []string { return []string{"Highest", "High", "Medium", "Low", "Lowest"} }

// place is the id of one of the site's fixed values.
func place(all []string, name string, first int) string {
	return strconv.Itoa(slices.Index(all, name) + first)
}

const firstResolution = 10000

// screen is what can be set of a ticket of the type: the fields, and those that
// are always there.
func (t Type) screen() []Field {
	all := []Field{{ID: fieldSummary, Required: true}, {ID: fieldType, Required: true}}
	if t.Subtask {
		all = append(all, Field{ID: fieldParent, Required: true})
	}
	return append(all, t.Fields...)
}

func fieldOf(fields []Field, id string) (Field, bool) {
	at := slices.IndexFunc(fields, func(f Field) bool { return f.ID == id })
	if at < 0 {
		return Field{}, false
	}
	return fields[at], true
}

// input is what a client sends to create, edit or move a ticket.
type input struct {
	Fields     map[string]json.RawMessage              `json:"fields"`
	Update     map[string][]map[string]json.RawMessage `json:"update"`
	Properties []struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	} `json:"properties"`
	Transition *reference `json:"transition"`

	documents bool // version 3: rich text is a document, not markup
}

// reference is how a client names something.
type reference struct {
	ID        any     `json:"id"` // a string; a number is taken too
	Key       string  `json:"key"`
	Name      *string `json:"name"`
	Value     string  `json:"value"`
	AccountID *string `json:"accountId"`
	Password  *string `json:"password"`
}

func (r reference) id() string {
	switch id := r.ID.(type) {
	case string:
		return id
	case float64:
		return strconv.FormatInt(int64(id), 10)
	}
	return ""
}

func (r reference) name() string {
	if r.Name == nil {
		return ""
	}
	return *r.Name
}

func parseID(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || text != strconv.FormatInt(id, 10) {
		return 0
	}
	return id
}
