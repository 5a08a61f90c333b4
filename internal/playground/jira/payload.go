package jira

import (
	"encoding/json"
	"fmt"
	"strings"

	"hindsight/internal/playground/wire"
)

// The events that are sent.
const (
	eventCreated   = "jira:issue_created"
	eventUpdated   = "jira:issue_updated"
	eventDeleted   = "jira:issue_deleted"
	eventCommented = "comment_created"
)

// news is what webhooks are told.
type news struct {
	event   string
	by      *account
	ticket  *ticket
	change  *Change
	comment *Comment
	detail  string // issue_event_type_name of an update
}

// announce sends the webhooks of a change.
func (j *Jira) announce(n news) {
	stamp := j.now().UnixMilli()
	whole := j.newView(nil, nil)
	var payload object
	switch n.event {
	case eventCommented:
		payload = object{
			"comment": whole.comment(n.ticket.ID, *n.comment),
			"issue":   j.newView(nil, briefFields()).issue(n.ticket.Ticket), "eventType": "primaryAction",
		}
	default:
		payload = object{
			"issue_event_type_name": detailOf(n), "user": whole.user(n.by.ID),
			"issue": whole.issue(n.ticket.Ticket),
		}
		if n.change != nil {
			payload["changelog"] = object{"id": fmt.Sprint(n.change.ID), "items": changeItems(n.change.Items)}
		}
	}
	payload["timestamp"], payload["webhookEvent"] = stamp, n.event
	j.send(n, payload)
	if n.event == eventCommented && j.mode == DataCenter {
		// Data Center tells of a comment twice: it is an update too.
		j.announce(news{event: eventUpdated, by: n.by, ticket: n.ticket, detail: "issue_commented"})
	}
}

// briefFields are those of a ticket in a payload that is about something else.
func briefFields() []string {
	return []string{fieldSummary, fieldType, fieldProject, fieldAssignee, fieldPriority, fieldStatus}
}

func (j *Jira) send(n news, payload object) {
	body, err := json.Marshal(payload)
	if err != nil {
		panic(fmt.Sprintf("jira: the payload is no JSON: %v", err))
	}
	j.post.Submit(Delivery{
		Attempt:    wire.Attempt{Event: n.event, Payload: body},
		Identifier: wire.NewGUID(), Ticket: n.ticket.ID, Key: n.ticket.Key,
	})
}

func detailOf(n news) string {
	switch {
	case n.detail == "issue_updated" && onlyAssignee(n.change):
		return "issue_assigned"
	case n.detail != "":
		return n.detail
	}
	return strings.TrimPrefix(n.event, "jira:")
}

func onlyAssignee(c *Change) bool {
	return c != nil && len(c.Items) == 1 && c.Items[0].FieldID == fieldAssignee
}

func changeItems(items []ChangeItem) []object {
	var all []object
	for _, i := range items {
		kind := "jira"
		if strings.HasPrefix(i.FieldID, customPrefix) {
			kind = "custom"
		}
		all = append(all, object{
			"field": i.Field, "fieldtype": kind, "fieldId": i.FieldID,
			"from": orNull(i.From), "fromString": orNull(i.FromText), "to": orNull(i.To), "toString": orNull(i.ToText),
		})
	}
	return all
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
