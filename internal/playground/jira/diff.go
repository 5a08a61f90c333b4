package jira

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// diff is what a change changes, field by field, as the history tells it.
func (j *Jira) diff(was, is Ticket) []ChangeItem {
	var all []ChangeItem
	add := func(field, id string, from, fromText, to, toText string) {
		if from != to || fromText != toText {
			all = append(all, ChangeItem{Field: field, FieldID: id, From: from, FromText: fromText, To: to, ToText: toText})
		}
	}
	text := func(field, id, from, to string) { add(field, id, "", from, "", to) }

	text("Key", "issuekey", was.Key, is.Key)
	add("project", fieldProject, j.idOfProject(was.Project), was.Project, j.idOfProject(is.Project), is.Project)
	add("issuetype", fieldType, j.idOfType(was), was.Type, j.idOfType(is), is.Type)
	text("summary", fieldSummary, was.Summary, is.Summary)
	text("description", fieldDescription, was.Description, is.Description)
	add("priority", fieldPriority, idOfPriority(was.Priority), was.Priority, idOfPriority(is.Priority), is.Priority)
	text("labels", fieldLabels, strings.Join(was.Labels, " "), strings.Join(is.Labels, " "))
	text("Component", fieldComponents, strings.Join(was.Components, ", "), strings.Join(is.Components, ", "))
	add("assignee", fieldAssignee, was.Assignee, j.display(was.Assignee), is.Assignee, j.display(is.Assignee))
	add("reporter", fieldReporter, was.Reporter, j.display(was.Reporter), is.Reporter, j.display(is.Reporter))
	add("duedate", fieldDue, was.Due, was.Due, is.Due, is.Due)
	add("resolution", fieldResolution, idOfResolution(was.Resolution), was.Resolution, idOfResolution(is.Resolution), is.Resolution)
	add("status", fieldStatus, idOfStatus(was.Status), was.Status.Name, idOfStatus(is.Status), is.Status.Name)
	for _, id := range customOf(was, is) {
		text(id, id, strings.Join(was.Custom[id], ","), strings.Join(is.Custom[id], ","))
	}
	return all
}

func customOf(tickets ...Ticket) []string {
	all := map[string]bool{}
	for _, t := range tickets {
		for id := range t.Custom {
			all[id] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (j *Jira) display(id string) string {
	if a := j.account(id); a != nil {
		return a.Display
	}
	return ""
}

func (j *Jira) idOfProject(key string) string {
	if p := j.project(key); p != nil {
		return fmt.Sprint(p.id)
	}
	return ""
}

func (j *Jira) idOfType(t Ticket) string {
	if p := j.project(t.Project); p != nil {
		if kind, known := p.issueType(t.Type); known {
			return fmt.Sprint(kind.id)
		}
	}
	return ""
}

func idOfStatus(s Status) string { return fmt.Sprint(s.ID) }

func idOfPriority(name string) string {
	if name == "" {
		return ""
	}
	return place(priorities(), name, 1)
}

func idOfResolution(name string) string {
	if name == "" {
		return ""
	}
	return place(Resolutions(), name, firstResolution)
}
