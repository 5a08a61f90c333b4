package jira

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// RefusalError is an error as Jira would answer it.
type RefusalError struct {
	Status   int // of HTTP
	Messages []string
	Fields   map[string]string // what is wrong with fields, by their ids
	header   http.Header
	plain    string // the whole body, in place of JSON
}

func (r *RefusalError) Error() string {
	said := slices.Clone(r.Messages)
	for _, id := range slices.Sorted(maps.Keys(r.Fields)) {
		said = append(said, id+": "+r.Fields[id])
	}
	if r.plain != "" {
		said = append(said, r.plain)
	}
	return fmt.Sprintf("%d %s", r.Status, strings.Join(said, "; "))
}

func (r *RefusalError) body() any {
	messages, fields := r.Messages, r.Fields
	if messages == nil {
		messages = []string{}
	}
	if fields == nil {
		fields = map[string]string{}
	}
	return object{"errorMessages": messages, "errors": fields}
}

func refuse(status int, message string) error {
	return &RefusalError{Status: status, Messages: []string{message}}
}

// refuseField is a 400 about one field.
func refuseField(id, message string) error {
	return &RefusalError{Status: http.StatusBadRequest, Fields: map[string]string{id: message}}
}

// noTicket is said of what is not there and of what may not be seen alike.
func (j *Jira) noTicket() error {
	if j.mode == DataCenter {
		return refuse(http.StatusNotFound, "Issue Does Not Exist")
	}
	return refuse(http.StatusNotFound, "Issue does not exist or you do not have permission to see it.")
}

func noProject(key string) error {
	return refuse(http.StatusNotFound, fmt.Sprintf("No project could be found with key '%s'.", key))
}
