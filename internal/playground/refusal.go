package playground

import (
	"fmt"
	"net/http"
	"strings"
)

// docsURL is where GitHub's errors point.
const docsURL = "https://docs.github.com/rest"

// RefusalError is an error as GitHub would answer it.
type RefusalError struct {
	Status  int // of HTTP
	Message string
	Fields  []FieldError // for 422
	docs    string
	header  http.Header
	url     string // of 301
}

// FieldError says what is wrong with one member of a request.
type FieldError struct {
	Resource string `json:"resource"`
	Code     string `json:"code"`
	Field    string `json:"field"`
	Message  string `json:"message,omitempty"`
	Value    string `json:"value,omitempty"`
}

func (r *RefusalError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d %s", r.Status, r.Message)
	for _, f := range r.Fields {
		fmt.Fprintf(&text, "; %s.%s: %s %s", f.Resource, f.Field, f.Code, f.Message)
	}
	return text.String()
}

func refuse(status int, message string) error {
	return &RefusalError{Status: status, Message: message}
}

func notFound() error { return refuse(http.StatusNotFound, "Not Found") }

func gone() error { return refuse(http.StatusGone, "This issue was deleted") }

func invalid(resource, field, code, message string) error {
	return &RefusalError{
		Status:  http.StatusUnprocessableEntity,
		Message: "Validation Failed",
		Fields:  []FieldError{{Resource: resource, Code: code, Field: field, Message: message}},
	}
}

func notAssignable(login string) error {
	return &RefusalError{
		Status:  http.StatusUnprocessableEntity,
		Message: "Validation Failed",
		Fields:  []FieldError{{Resource: "Issue", Code: "invalid", Field: "assignees", Value: login}},
	}
}

// MovedError is where an issue was transferred to.
type MovedError struct {
	Repo   string // "owner/name"
	Number int
}

func (m *MovedError) Error() string {
	return fmt.Sprintf("%d Moved Permanently to %s#%d", http.StatusMovedPermanently, m.Repo, m.Number)
}

// tooLong is nil while the text fits.
func tooLong(resource, field string, length, most int) error {
	if length <= most {
		return nil
	}
	return invalid(resource, field, "custom",
		fmt.Sprintf("%s is too long (maximum is %d characters)", field, most))
}

func (r *RefusalError) body() object {
	docs := r.docs
	if docs == "" {
		docs = docsURL
	}
	body := object{"message": r.Message, "documentation_url": docs, "status": fmt.Sprint(r.Status)}
	if r.url != "" {
		body["url"] = r.url
	}
	if len(r.Fields) > 0 {
		body["errors"] = r.Fields
	}
	return body
}
