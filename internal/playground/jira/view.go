package jira

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// view is how things are told to somebody.
type view struct {
	j      *Jira
	to     *account        // nil for a webhook
	api    string          // "2" or "3"
	fields map[string]bool // nil for all
}

// newView tells tickets with the fields; nil for all.
func (j *Jira) newView(to *account, fields []string) view {
	v := view{j: j, to: to, api: "2"}
	if fields == nil || slices.Contains(fields, "*all") || slices.Contains(fields, "*navigable") {
		return v
	}
	v.fields = map[string]bool{}
	for _, f := range fields {
		v.fields[f] = true
	}
	return v
}

func (v view) link(path string) string { return v.j.link("/rest/api/" + v.api + path) }

// stamp is a time as Jira tells it, in the zone of whom it tells.
func (v view) stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	zone := time.UTC
	if v.to != nil {
		zone = v.to.Zone
	}
	return t.In(zone).Format("2006-01-02T15:04:05.000-0700")
}

// rich is a text: markup in version 2, a document in version 3.
func (v view) rich(text string) any {
	if text == "" {
		return nil
	}
	if v.api != "3" {
		return text
	}
	var paragraphs []object
	for line := range strings.SplitSeq(text, "\n") {
		p := object{"type": "paragraph", "content": []object{}}
		if line != "" {
			p["content"] = []object{{"type": "text", "text": line}}
		}
		paragraphs = append(paragraphs, p)
	}
	return object{"type": "doc", "version": 1, "content": paragraphs}
}

// user is somebody, or nobody.
func (v view) user(id string) any {
	a := v.j.account(id)
	if a == nil {
		return nil
	}
	u := object{"displayName": a.Display, "active": !a.Inactive, "timeZone": a.Zone.String()}
	if !a.HideEmail || v.to != nil && v.to.ID == a.ID {
		u["emailAddress"] = a.Email
	}
	if v.j.mode == DataCenter {
		u["self"] = v.link("/user?username=" + a.Name)
		u["name"], u["key"] = a.Name, a.ID
		return u
	}
	u["self"] = v.link("/user?accountId=" + a.ID)
	u["accountId"], u["accountType"] = a.ID, "atlassian"
	return u
}

// issue is a ticket with the fields that are wanted.
func (v view) issue(t Ticket) object {
	id := fmt.Sprint(t.ID)
	out := object{"id": id, "key": t.Key, "self": v.link("/issue/" + id)}
	all := v.allFields(t)
	if v.fields != nil {
		for name := range all {
			if !v.fields[name] {
				delete(all, name)
			}
		}
	}
	out["fields"] = all
	return out
}

func (v view) allFields(t Ticket) object {
	p := v.j.project(t.Project)
	all := object{
		fieldSummary: t.Summary, fieldDescription: v.rich(t.Description),
		fieldStatus: v.status(t.Status), fieldType: v.typeOf(p, t.Type), fieldProject: v.project(p),
		fieldPriority: v.priority(t.Priority), fieldResolution: v.resolution(t.Resolution),
		fieldLabels: orEmpty(t.Labels), fieldComponents: v.components(p, t.Components),
		"creator": v.user(t.Creator), fieldReporter: v.user(t.Reporter), fieldAssignee: v.user(t.Assignee),
		fieldDue: orNull(t.Due), "created": v.stamp(t.Created), "updated": v.stamp(t.Updated),
		"resolutiondate": v.stamp(t.Resolved), "issuelinks": v.issueLinks(t),
		"comment":        v.comments(t, 0, len(t.Comments)),
		"statusCategory": category(t.Status.Category, v.link),
	}
	kind, _ := p.issueType(t.Type)
	for _, f := range append(kind.Fields, v.j.screened(p)...) {
		if f.isCustom() {
			all[f.ID] = v.custom(f, t.Custom[f.ID])
		}
	}
	return all
}

// screened are the fields that only transitions ask for.
func (j *Jira) screened(p *project) []Field {
	var all []Field
	for _, t := range p.workflow.Transitions {
		all = append(all, t.Screen...)
	}
	return all
}

func (v view) custom(f Field, values []string) any {
	option := func(value string) object {
		return object{"self": v.link("/customFieldOption/" + f.optionID(value)), "value": value, "id": f.optionID(value)}
	}
	switch {
	case f.Kind == MultiSelect && len(values) > 0:
		var all []object
		for _, value := range values {
			all = append(all, option(value))
		}
		return all
	case len(values) == 0:
		return nil
	case f.Kind == Labels:
		return values
	case f.Kind == Select:
		return option(values[0])
	case f.Kind == User:
		return v.user(values[0])
	case f.Kind == Number:
		return json.Number(values[0])
	case f.Kind == Paragraph:
		return v.rich(values[0])
	}
	return values[0]
}

func (v view) status(s Status) object {
	id := fmt.Sprint(s.ID)
	return object{
		"self": v.link("/status/" + id), "id": id, "name": s.Name, "description": "",
		"statusCategory": category(s.Category, v.link),
	}
}

func category(c Category, link func(string) string) object {
	known := map[Category]struct {
		id          int
		color, name string
	}{
		Undefined: {1, "medium-gray", "No Category"}, ToDo: {2, "blue-gray", "To Do"},
		Complete: {3, "green", "Done"}, InProgress: {4, "yellow", "In Progress"},
	}[c]
	return object{
		"self": link(fmt.Sprintf("/statuscategory/%d", known.id)), "id": known.id,
		"key": string(c), "colorName": known.color, "name": known.name,
	}
}

func (v view) project(p *project) object {
	id := fmt.Sprint(p.id)
	return object{"self": v.link("/project/" + id), "id": id, "key": p.key, "name": p.name, "projectTypeKey": "software", "simplified": false}
}

func (v view) typeOf(p *project, name string) object {
	t, _ := p.issueType(name)
	return v.issueType(t)
}

func (v view) issueType(t Type) object {
	id := fmt.Sprint(t.id)
	return object{"self": v.link("/issuetype/" + id), "id": id, "name": t.Name, "description": "", "subtask": t.Subtask}
}

func (v view) priority(name string) any {
	if name == "" {
		return nil
	}
	id := idOfPriority(name)
	return object{"self": v.link("/priority/" + id), "id": id, "name": name}
}

func (v view) resolution(name string) any {
	if name == "" {
		return nil
	}
	id := idOfResolution(name)
	return object{"self": v.link("/resolution/" + id), "id": id, "name": name, "description": ""}
}

func (v view) components(p *project, names []string) []object {
	all := []object{}
	for _, c := range p.components {
		if slices.Contains(names, c.name) {
			id := fmt.Sprint(c.id)
			all = append(all, object{"self": v.link("/component/" + id), "id": id, "name": c.name})
		}
	}
	return all
}

func (v view) comment(ticket int64, c Comment) object {
	id := fmt.Sprint(c.ID)
	return object{
		"self": v.link(fmt.Sprintf("/issue/%d/comment/%s", ticket, id)), "id": id,
		"author": v.user(c.Author), "updateAuthor": v.user(c.Author), "body": v.rich(c.Body),
		"created": v.stamp(c.Created), "updated": v.stamp(c.Created), "jsdPublic": true,
	}
}

func (v view) comments(t Ticket, from, most int) object {
	all := []object{}
	for _, c := range page(t.Comments, from, most) {
		all = append(all, v.comment(t.ID, c))
	}
	return object{"comments": all, "startAt": from, "maxResults": most, "total": len(t.Comments)}
}

func (v view) issueLinks(t Ticket) []object {
	all := []object{}
	for _, l := range t.Related {
		other := v.j.tickets[l.Other]
		if other == nil {
			continue
		}
		kind, _ := linkType(l.Type)
		link := object{"id": fmt.Sprint(l.ID), "self": v.link(fmt.Sprintf("/issueLink/%d", l.ID)), "type": v.linkType(kind)}
		side := "inwardIssue"
		if l.Outward {
			side = "outwardIssue"
		}
		link[side] = object{
			"id": fmt.Sprint(other.ID), "key": other.Key, "self": v.link(fmt.Sprintf("/issue/%d", other.ID)),
			"fields": object{fieldSummary: other.Summary, fieldStatus: v.status(other.Status)},
		}
		all = append(all, link)
	}
	return all
}

// page is a part of a list.
func page[T any](all []T, from, most int) []T {
	from = min(max(from, 0), len(all))
	return all[from:min(from+max(most, 0), len(all))]
}

func orEmpty(all []string) []string { return append([]string{}, all...) }
