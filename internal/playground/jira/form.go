package jira

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// form is a ticket that is being filled in by the fields on a screen.
type form struct {
	j       *Jira
	project *project
	screen  []Field
	t       *Ticket
	// documents is whether rich text has to be a document, which is not written
	// here: what asks for that is refused.
	documents bool
	set       map[string]bool   // fields that the client has set
	wrong     map[string]string // what is wrong, by field
}

func (j *Jira) newForm(p *project, screen []Field, t *Ticket) *form {
	return &form{j: j, project: p, screen: screen, t: t, set: map[string]bool{}, wrong: map[string]string{}}
}

// fill sets what a client sends. Fields that are not on the screen are refused.
func (f *form) fill(in input) {
	f.documents = in.documents
	for _, id := range slices.Sorted(maps.Keys(in.Fields)) {
		f.put(id, "set", in.Fields[id])
	}
	for _, id := range slices.Sorted(maps.Keys(in.Update)) {
		for _, operation := range in.Update[id] {
			for _, verb := range slices.Sorted(maps.Keys(operation)) {
				f.put(id, verb, operation[verb])
			}
		}
	}
}

func (f *form) put(id, verb string, raw json.RawMessage) {
	field, on := fieldOf(f.screen, id)
	if !on {
		f.wrong[id] = fmt.Sprintf("Field '%s' cannot be set. It is not on the appropriate screen, or unknown.", id)
		return
	}
	f.set[id] = true
	if !slices.Contains(field.operations(), verb) {
		f.wrong[id] = fmt.Sprintf("The operation '%s' is not supported for the field '%s'.", verb, id)
		return
	}
	if verb != "set" {
		raw = json.RawMessage("[" + string(raw) + "]")
	}
	values, problem := f.parse(field, raw)
	if problem != "" {
		f.wrong[id] = problem
		return
	}
	switch verb {
	case "add":
		values = append(f.get(field), values...)
	case "remove":
		values = slices.DeleteFunc(f.get(field), func(v string) bool { return slices.Contains(values, v) })
	}
	f.keep(field, values)
}

// slot is where the ticket keeps a system field of one value.
func (f *form) slot(id string) *string {
	return map[string]*string{
		fieldType: &f.t.Type, fieldSummary: &f.t.Summary, fieldDescription: &f.t.Description,
		fieldPriority: &f.t.Priority, fieldAssignee: &f.t.Assignee, fieldReporter: &f.t.Reporter,
		fieldDue: &f.t.Due, fieldResolution: &f.t.Resolution,
	}[id]
}

// get is what a field holds now.
func (f *form) get(field Field) []string {
	switch field.ID {
	case fieldLabels:
		return slices.Clone(f.t.Labels)
	case fieldComponents:
		return slices.Clone(f.t.Components)
	}
	if slot := f.slot(field.ID); slot != nil {
		return slices.DeleteFunc([]string{*slot}, isEmpty)
	}
	return slices.Clone(f.t.Custom[field.ID])
}

func (f *form) keep(field Field, values []string) {
	slot := f.slot(field.ID)
	switch {
	case field.ID == fieldLabels:
		f.t.Labels = sorted(values)
	case field.ID == fieldComponents:
		f.t.Components = sorted(values)
	case field.ID == fieldParent: // sub-tasks don't remember whose they are
	case slot != nil:
		*slot = ""
		if len(values) > 0 {
			*slot = values[0]
		}
	case len(values) == 0:
		delete(f.t.Custom, field.ID)
	default:
		if f.t.Custom == nil {
			f.t.Custom = map[string][]string{}
		}
		f.t.Custom[field.ID] = sorted(values)
	}
}

func sorted(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}

func isEmpty(s string) bool { return s == "" }

// check is what is wrong with the form; nil if nothing is. Which fields must be
// filled in is asked of those that pick chooses.
func (f *form) check(pick func(Field) bool) error {
	for _, field := range f.screen {
		_, wrong := f.wrong[field.ID]
		if wrong || !field.Required || !pick(field) || len(f.get(field)) > 0 || field.ID == fieldParent && f.set[fieldParent] {
			continue
		}
		f.wrong[field.ID] = field.title() + " is required."
		if field.ID == fieldSummary {
			f.wrong[field.ID] = "You must specify a summary of the issue."
		}
	}
	if len(f.wrong) == 0 {
		return nil
	}
	return &RefusalError{Status: http.StatusBadRequest, Fields: f.wrong}
}
