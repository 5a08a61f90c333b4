package jira

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// asking is JQL on its way to be a search.
type asking struct {
	j   *Jira
	by  *account
	now time.Time
}

// jqlField is a field that one can ask for. It has values, or a time, or text
// in which one looks for words.
type jqlField struct {
	values func(Ticket) []string
	// known turns what a client writes into such a value; false if there is no
	// such thing.
	known func(string) (string, bool)
	when  func(Ticket) time.Time
	text  func(Ticket) string
}

func anything(s string) (string, bool) { return s, true }

func one(get func(Ticket) string) func(Ticket) []string {
	return func(t Ticket) []string { return slices.DeleteFunc([]string{get(t)}, isEmpty) }
}

// field finds a field by the names that it has in JQL.
func (a asking) field(name string) (jqlField, error) {
	switch name {
	case "project":
		return jqlField{values: one(func(t Ticket) string { return t.Project }), known: a.project}, nil
	case "id", "key", "issue", "issuekey":
		return jqlField{values: func(t Ticket) []string { return []string{fmt.Sprint(t.ID)} }, known: a.issue}, nil
	case "creator":
		return jqlField{values: one(func(t Ticket) string { return t.Creator }), known: a.somebody}, nil
	case fieldReporter:
		return jqlField{values: one(func(t Ticket) string { return t.Reporter }), known: a.somebody}, nil
	case fieldAssignee:
		return jqlField{values: one(func(t Ticket) string { return t.Assignee }), known: a.somebody}, nil
	case fieldLabels:
		return jqlField{values: func(t Ticket) []string { return t.Labels }, known: anything}, nil
	case fieldStatus:
		return jqlField{values: one(func(t Ticket) string { return idOfStatus(t.Status) }), known: a.status}, nil
	case "statuscategory":
		return jqlField{values: one(func(t Ticket) string { return string(t.Status.Category) }), known: a.category}, nil
	case fieldPriority:
		return jqlField{values: one(func(t Ticket) string { return t.Priority }), known: among(priorities(), 1)}, nil
	case fieldResolution:
		return jqlField{values: resolutionOf, known: resolutionNamed}, nil
	case fieldType, "type":
		return jqlField{values: one(func(t Ticket) string { return t.Type }), known: a.issueType}, nil
	case "component":
		return jqlField{values: func(t Ticket) []string { return t.Components }, known: anything}, nil
	}
	return a.otherField(name)
}

// otherField finds those that are compared otherwise.
func (a asking) otherField(name string) (jqlField, error) {
	switch name {
	case "created", "createddate":
		return jqlField{when: func(t Ticket) time.Time { return t.Created }}, nil
	case "updated", "updateddate":
		return jqlField{when: func(t Ticket) time.Time { return t.Updated }}, nil
	case "resolved", "resolutiondate":
		return jqlField{when: func(t Ticket) time.Time { return t.Resolved }}, nil
	case "due", fieldDue:
		return jqlField{when: func(t Ticket) time.Time {
			day, _ := time.ParseInLocation(time.DateOnly, t.Due, a.by.Zone) // no time for none
			return day
		}}, nil
	case fieldSummary:
		return jqlField{text: func(t Ticket) string { return t.Summary }}, nil
	case fieldDescription:
		return jqlField{text: func(t Ticket) string { return t.Description }}, nil
	}
	return jqlField{}, refuse(http.StatusBadRequest,
		fmt.Sprintf("Field '%s' does not exist or you do not have permission to view it.", name))
}

func among(names []string, first int) func(string) (string, bool) {
	return func(s string) (string, bool) {
		for n, name := range names {
			if strings.EqualFold(name, s) || s == strconv.Itoa(first+n) {
				return name, true
			}
		}
		return "", false
	}
}

// unresolved is a value of its own in JQL, and not an empty one alone.
const unresolved = "Unresolved"

func resolutionOf(t Ticket) []string { return slices.DeleteFunc([]string{t.Resolution}, isEmpty) }

func resolutionNamed(s string) (string, bool) {
	if strings.EqualFold(s, unresolved) {
		return unresolved, true
	}
	return among(Resolutions(), firstResolution)(s)
}

func (a asking) project(s string) (string, bool) {
	for _, p := range a.j.projects {
		if p.may(a.by, Browse) && (strings.EqualFold(p.key, s) || strings.EqualFold(p.name, s) || fmt.Sprint(p.id) == s) {
			return p.key, true
		}
	}
	return "", false
}

func (a asking) issue(s string) (string, bool) {
	t, err := a.j.seen(a.by, s)
	if err != nil {
		return "", false
	}
	return fmt.Sprint(t.ID), true
}

func (a asking) somebody(s string) (string, bool) {
	who := a.j.accountBy(func(one *account) bool { return a.j.nameOf(one) == s })
	if who == nil {
		return "", false
	}
	return who.ID, true
}

func (a asking) status(s string) (string, bool) {
	for _, known := range a.j.statuses {
		if strings.EqualFold(known.Name, s) || idOfStatus(known) == s {
			return idOfStatus(known), true
		}
	}
	return "", false
}

func (a asking) category(s string) (string, bool) {
	for _, c := range []Category{Undefined, ToDo, InProgress, Complete} {
		told := category(c, a.j.link)
		if strings.EqualFold(fmt.Sprint(told["name"]), s) || string(c) == strings.ToLower(s) || fmt.Sprint(told["id"]) == s {
			return string(c), true
		}
	}
	return "", false
}

func (a asking) issueType(s string) (string, bool) {
	for _, p := range a.j.projects {
		for _, t := range p.types {
			if strings.EqualFold(t.Name, s) || fmt.Sprint(t.id) == s {
				return t.Name, true
			}
		}
	}
	return "", false
}
