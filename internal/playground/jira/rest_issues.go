package jira

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// readInput reads what is to be written to a ticket, and takes the comments out
// that an update adds.
func (x *exchange) readInput() (in input, comments []string, err error) {
	if err := x.read(&in); err != nil {
		return in, nil, err
	}
	in.documents = x.api == "3"
	for _, operation := range in.Update["comment"] {
		var c struct {
			Body string `json:"body"`
		}
		if json.Unmarshal(operation["add"], &c) != nil {
			return in, nil, refuseField("comment", notAnObj)
		}
		comments = append(comments, c.Body)
	}
	delete(in.Update, "comment")
	return in, comments, nil
}

func createIssue(x *exchange) (reply, error) {
	in, _, err := x.readInput()
	if err != nil {
		return reply{}, err
	}
	t, err := x.j.create(x.by, in)
	if err != nil {
		return reply{}, err
	}
	id := fmt.Sprint(t.ID)
	return created(object{"id": id, "key": t.Key, "self": x.view().link("/issue/" + id)})
}

func getIssue(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	told := x.tell(t.Ticket, x.list("fields"), x.list("properties"))
	if slices.Contains(x.list("expand"), "changelog") {
		told["changelog"] = x.view().changelog(t.Ticket)
	}
	told["expand"] = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"
	return ok(told)
}

// tell tells a ticket with some of its fields, or all of them, and with some
// of its properties, or none.
func (x *exchange) tell(t Ticket, fields, properties []string) object {
	var without []string
	for _, f := range fields {
		if name, minus := strings.CutPrefix(f, "-"); minus {
			without = append(without, name)
		}
	}
	fields = slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return strings.HasPrefix(f, "-") })
	if len(fields) == 0 {
		fields = nil
	}
	v := x.j.newView(x.by, fields)
	v.api = x.api
	told := v.issue(t)
	if all, is := told["fields"].(object); is {
		for _, name := range without {
			delete(all, name)
		}
	}
	if len(properties) > 0 {
		found := map[string]json.RawMessage{}
		for key, value := range t.Properties {
			if slices.Contains(properties, key) || slices.Contains(properties, "*all") {
				found[key] = value
			}
		}
		told["properties"] = found
	}
	return told
}

func (v view) changelog(t Ticket) object {
	histories := each(t.History, func(c Change) object {
		return object{
			"id": fmt.Sprint(c.ID), "author": v.user(c.By), "created": v.stamp(c.At), "items": changeItems(c.Items),
		}
	})
	slices.Reverse(histories) // Jira tells the newest first
	return object{"startAt": 0, "maxResults": len(histories), "total": len(histories), "histories": histories}
}

func editIssue(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	in, comments, err := x.readInput()
	if err == nil {
		err = x.j.checkComments(x.by, t, comments)
	}
	if err == nil {
		err = x.j.edit(x.by, t, in)
	}
	if err == nil {
		err = x.addComments(t, comments)
	}
	if err != nil {
		return reply{}, err
	}
	return done()
}

func (x *exchange) addComments(t *ticket, comments []string) error {
	for _, body := range comments {
		if _, err := x.j.addComment(x.by, t, body); err != nil {
			return err
		}
	}
	return nil
}

func deleteIssue(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err == nil {
		err = x.j.delete(x.by, t)
	}
	if err != nil {
		return reply{}, err
	}
	return done()
}

func listTransitions(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	kind, _ := t.project.issueType(t.Type)
	all := []object{}
	for _, s := range t.project.workflow.steps(t.Status.Name) {
		if !t.project.may(x.by, Transit) {
			break
		}
		told := object{
			"id": fmt.Sprint(s.id), "name": s.Name, "to": x.view().status(s.to), "hasScreen": len(s.Screen) > 0,
			"isGlobal": len(s.From) == 0, "isInitial": false, "isAvailable": true, "isConditional": false, "isLooped": false,
		}
		if slices.Contains(x.list("expand"), "transitions.fields") {
			fields := object{}
			for _, f := range s.Screen {
				fields[f.ID] = x.fieldMeta(t.project, kind, f)
			}
			told["fields"] = fields
		}
		all = append(all, told)
	}
	return ok(object{"expand": "transitions", "transitions": all})
}

func doTransition(x *exchange) (reply, error) {
	t, err := x.ticket()
	if err != nil {
		return reply{}, err
	}
	in, comments, err := x.readInput()
	if err != nil {
		return reply{}, err
	}
	if in.Transition == nil || in.Transition.id() == "" {
		return reply{}, refuse(http.StatusBadRequest, "Missing 'transition' identifier")
	}
	steps := t.project.workflow.steps(t.Status.Name)
	at := slices.IndexFunc(steps, func(s step) bool { return fmt.Sprint(s.id) == in.Transition.id() })
	if at < 0 || !t.project.may(x.by, Transit) {
		return reply{}, refuse(http.StatusBadRequest, "Transition id '"+in.Transition.id()+"' is not valid for this issue.")
	}
	if err = x.j.checkComments(x.by, t, comments); err == nil {
		err = x.j.transit(x.by, t, steps[at], in)
	}
	if err == nil {
		err = x.addComments(t, comments)
	}
	if err != nil {
		return reply{}, err
	}
	return done()
}
