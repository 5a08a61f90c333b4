package jira

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// Ticket is a ticket (Jira: issue, work item) as it stands. It is a copy.
type Ticket struct {
	ID          int64 // stays when it is moved
	Key         string
	Former      []string // keys that it had before it was moved, oldest first
	Project     string   // its key
	Type        string
	Summary     string
	Description string // in Jira's markup
	Status      Status
	Resolution  string // "" is unresolved
	Priority    string
	Labels      []string // sorted
	Components  []string
	// Creator, Reporter and Assignee are accounts' ids; "" is nobody.
	Creator, Reporter, Assignee string
	Due                         string // "2026-12-01", or ""
	// Custom are custom fields' values by the fields' ids: texts, options'
	// values, an account's id, a number in digits.
	Custom     map[string][]string
	Properties map[string]json.RawMessage
	Created    time.Time
	// Updated is never the same after two changes: where the clock stands
	// still, it moves on by a millisecond.
	Updated  time.Time
	Resolved time.Time // zero while unresolved
	Comments []Comment
	Links    []RemoteLink
	Related  []IssueLink
	History  []Change // oldest first
}

// Comment is a comment on a ticket.
type Comment struct {
	ID      int64
	Author  string // an account's id
	Body    string // in Jira's markup
	Created time.Time
}

// RemoteLink is a link from a ticket to somewhere outside.
type RemoteLink struct {
	ID       int64
	GlobalID string
	URL      string
	Title    string
	Summary  string
}

// IssueLink is a link between two tickets, as one of them has it.
type IssueLink struct {
	ID      int64
	Type    string // such as "Duplicate"
	Outward bool   // this one does it to the other: it duplicates
	Other   int64  // the other ticket's id
}

// Change is what somebody did to a ticket in one go.
type Change struct {
	ID    int64
	By    string // an account's id
	At    time.Time
	Items []ChangeItem
}

// ChangeItem is one field's change. From and To are what Jira keeps (ids, keys),
// FromText and ToText what people see.
type ChangeItem struct {
	Field, FieldID string // the field's name in the history, and its id
	From, FromText string
	To, ToText     string
}

// ticket is one in its place.
type ticket struct {
	Ticket
	project *project
}

func (t Ticket) clone() Ticket {
	t.Former = slices.Clone(t.Former)
	t.Labels = slices.Clone(t.Labels)
	t.Components = slices.Clone(t.Components)
	t.Custom = maps.Clone(t.Custom)
	t.Properties = maps.Clone(t.Properties)
	t.Comments = slices.Clone(t.Comments)
	t.Links = slices.Clone(t.Links)
	t.Related = slices.Clone(t.Related)
	t.History = slices.Clone(t.History)
	return t
}

// ticket finds one by its id, its key, or a key that it had; nil if there is
// none such.
func (j *Jira) ticket(idOrKey string) *ticket {
	if id, is := j.keys[strings.ToUpper(idOrKey)]; is {
		return j.tickets[id]
	}
	return j.tickets[parseID(idOrKey)]
}
