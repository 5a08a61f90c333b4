package jira

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

func listComments(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	shown := t.clone()
	if x.r.URL.Query().Get("orderBy") == "-created" {
		slices.Reverse(shown.Comments)
	}
	return ok(x.view().comments(shown, x.number("startAt", 0), min(x.number("maxResults", 50), 100)))
}

func addComment(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Body json.RawMessage `json:"body"`
	}
	if err = x.read(&in); err != nil {
		return reply{}, err
	}
	var body string
	if x.api == "3" || json.Unmarshal(in.Body, &body) != nil {
		return reply{}, refuseField("comment", "Comment body is not valid!")
	}
	c, err := x.j.addComment(x.by, t, body)
	if err != nil {
		return reply{}, err
	}
	return created(x.view().comment(t.ID, c))
}

// remoteLink is how a client writes one, and how it is told.
type remoteLink struct {
	ID       int64  `json:"id,omitempty"`
	Self     string `json:"self,omitempty"`
	GlobalID string `json:"globalId,omitempty"`
	Object   struct {
		URL     string `json:"url"`
		Title   string `json:"title"`
		Summary string `json:"summary,omitempty"`
	} `json:"object"`
}

func (v view) remoteLink(ticket int64, l RemoteLink) remoteLink {
	told := remoteLink{ID: l.ID, GlobalID: l.GlobalID, Self: v.link(fmt.Sprintf("/issue/%d/remotelink/%d", ticket, l.ID))}
	told.Object.URL, told.Object.Title, told.Object.Summary = l.URL, l.Title, l.Summary
	return told
}

func listRemoteLinks(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	v := x.view()
	if global := x.r.URL.Query().Get("globalId"); global != "" {
		at := slices.IndexFunc(t.Links, func(l RemoteLink) bool { return l.GlobalID == global })
		if at < 0 {
			return reply{}, refuse(http.StatusNotFound, "The remote link could not be found.")
		}
		return ok(v.remoteLink(t.ID, t.Links[at]))
	}
	return ok(each(t.Links, func(l RemoteLink) remoteLink { return v.remoteLink(t.ID, l) }))
}

// putRemoteLink writes over the link with the same global id. As with links
// between tickets, the ticket counts as updated, but no webhook tells so.
func putRemoteLink(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	var in remoteLink
	if err = x.read(&in); err == nil {
		err = x.checkRemoteLink(t, in)
	}
	if err != nil {
		return reply{}, err
	}
	link := RemoteLink{GlobalID: in.GlobalID, URL: in.Object.URL, Title: in.Object.Title, Summary: in.Object.Summary}
	status := http.StatusOK
	at := slices.IndexFunc(t.Links, func(l RemoteLink) bool { return in.GlobalID != "" && l.GlobalID == in.GlobalID })
	if at < 0 {
		link.ID, status = x.j.newID(), http.StatusCreated
		t.Links = append(t.Links, link)
		x.j.touch(t)
	} else {
		link.ID = t.Links[at].ID
		t.Links[at] = link
	}
	x.j.reindex(t)
	return reply{status: status, body: object{"id": link.ID, "self": x.view().remoteLink(t.ID, link).Self}}, nil
}

func (x *exchange) checkRemoteLink(t *ticket, in remoteLink) error {
	switch {
	case !t.project.may(x.by, LinkIssues):
		return refuse(http.StatusForbidden, "You do not have permission to link issues in this project.")
	case in.Object.URL == "":
		return refuseField("url", "'url' is required.")
	case in.Object.Title == "":
		return refuseField("title", "'title' is required.")
	case len(in.Object.Title) > 255:
		return refuseField("title", "'title' must not exceed 255 characters.")
	case len(in.GlobalID) > 255:
		return refuseField("globalId", "'globalId' must not exceed 255 characters.")
	}
	return nil
}

func listProperties(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	keys := []object{}
	for key := range t.Properties {
		keys = append(keys, object{"key": key, "self": x.view().link(fmt.Sprintf("/issue/%d/properties/%s", t.ID, key))})
	}
	slices.SortFunc(keys, func(a, b object) int { return cmp.Compare(fmt.Sprint(a["key"]), fmt.Sprint(b["key"])) })
	return ok(object{"keys": keys})
}

func getProperty(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	value, is := t.Properties[x.vars["key"]]
	if !is {
		return reply{}, refuse(http.StatusNotFound, "The property with key '"+x.vars["key"]+"' does not exist.")
	}
	return ok(object{"key": x.vars["key"], "value": value})
}

func putProperty(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	if !t.project.may(x.by, EditIssues) {
		return reply{}, refuse(http.StatusForbidden, "You do not have permission to edit issues in this project.")
	}
	key := x.vars["key"]
	if err := checkProperty(key, x.body); err != nil {
		return reply{}, err
	}
	next := t.clone()
	_, was := next.Properties[key]
	if next.Properties == nil {
		next.Properties = map[string]json.RawMessage{}
	}
	next.Properties[key] = slices.Clone(x.body)
	x.j.save(x.by, t, next, "issue_updated")
	if was {
		return reply{status: http.StatusOK}, nil
	}
	return reply{status: http.StatusCreated}, nil
}

// kindOfLink is a type of links between tickets.
type kindOfLink struct{ id, name, inward, outward string }

func linkTypes() []kindOfLink {
	return []kindOfLink{
		{"10000", "Blocks", "is blocked by", "blocks"},
		{"10001", "Cloners", "is cloned by", "clones"},
		{"10002", "Duplicate", "is duplicated by", "duplicates"},
		{"10003", "Relates", "relates to", "relates to"},
	}
}

func linkType(name string) (kindOfLink, bool) {
	all := linkTypes()
	at := slices.IndexFunc(all, func(k kindOfLink) bool { return k.name == name || k.id == name })
	if at < 0 {
		return kindOfLink{}, false
	}
	return all[at], true
}

func (v view) linkType(k kindOfLink) object {
	return object{"id": k.id, "name": k.name, "inward": k.inward, "outward": k.outward, "self": v.link("/issueLinkType/" + k.id)}
}

func listLinkTypes(x *exchange) (reply, error) {
	return ok(object{"issueLinkTypes": each(linkTypes(), x.view().linkType)})
}

// linkIssues links two tickets: the inward one does to the outward one what the
// type says outward, such as duplicates.
func linkIssues(x *exchange) (reply, error) {
	var in struct {
		Type                      reference
		InwardIssue, OutwardIssue reference
	}
	if err := x.read(&in); err != nil {
		return reply{}, err
	}
	kind, known := linkType(cmp.Or(in.Type.name(), in.Type.id()))
	if !known {
		return reply{}, refuse(http.StatusNotFound, "No issue link type with name '"+in.Type.name()+"' found.")
	}
	from, err := x.j.seen(x.by, cmp.Or(in.InwardIssue.Key, in.InwardIssue.id()))
	if err != nil {
		return reply{}, err
	}
	to, err := x.j.seen(x.by, cmp.Or(in.OutwardIssue.Key, in.OutwardIssue.id()))
	if err != nil {
		return reply{}, err
	}
	if !from.project.may(x.by, LinkIssues) || !to.project.may(x.by, LinkIssues) {
		return reply{}, refuse(http.StatusUnauthorized, "No Link Issue Permission for issue '"+from.Key+"'")
	}
	x.j.relate(kind.name, from, to)
	return reply{status: http.StatusCreated}, nil
}

func (j *Jira) relate(kind string, from, to *ticket) {
	if slices.ContainsFunc(from.Related, func(l IssueLink) bool { return l.Type == kind && l.Outward && l.Other == to.ID }) {
		return
	}
	id := j.newID()
	from.Related = append(from.Related, IssueLink{ID: id, Type: kind, Outward: true, Other: to.ID})
	to.Related = append(to.Related, IssueLink{ID: id, Type: kind, Other: from.ID})
	for _, t := range []*ticket{from, to} {
		j.touch(t)
		j.reindex(t)
	}
}
