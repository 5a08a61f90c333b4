package jira

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits on texts, in characters.
const (
	maxSummary = 255
	maxText    = 32767
)

// What is said of values that are of the wrong make.
const (
	notAString = "Operation value must be a string"
	notAList   = "data was not an array"
	notAnObj   = "data was not an object"
)

// parse reads what a client wants a field to be: values as tickets keep them,
// none for null. If it is not to be, problem says why, in Jira's words.
func (f *form) parse(field Field, raw json.RawMessage) (values []string, problem string) {
	if string(raw) == "null" && field.ID != fieldSummary && field.ID != fieldType {
		return nil, ""
	}
	switch field.ID {
	case fieldSummary:
		return parseSummary(raw)
	case fieldType:
		return f.parseType(raw)
	case fieldPriority:
		return parseNamed(raw, field.choices(), place(priorities(), field.choices()[0], 1), "The priority selected is invalid.")
	case fieldResolution:
		return parseNamed(raw, field.choices(), place(Resolutions(), field.choices()[0], firstResolution), "The resolution selected is invalid.")
	case fieldComponents:
		return f.parseComponents(raw)
	case fieldParent:
		return f.parseParent(raw)
	}
	switch field.kind() {
	case Labels:
		return parseLabels(raw)
	case Select, MultiSelect:
		return parseOptions(field, raw)
	case User:
		return f.parseUser(field, raw)
	case Date:
		return parseDate(raw)
	case Number:
		return parseNumber(raw)
	case Text:
		return parseText(raw, maxSummary)
	case Paragraph:
		if f.documents {
			return nil, "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
		}
		return parseText(raw, maxText)
	}
	return nil, notAString
}

func parseText(raw json.RawMessage, most int) ([]string, string) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil, notAString
	}
	if utf8.RuneCountInString(text) > most {
		return nil, fmt.Sprintf("The entered text is too long. It exceeds the allowed limit of %s characters.", thousands(most))
	}
	return slices.DeleteFunc([]string{text}, isEmpty), ""
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

func parseSummary(raw json.RawMessage) ([]string, string) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil, notAString
	}
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return nil, "You must specify a summary of the issue."
	case strings.ContainsAny(text, "\r\n"):
		return nil, "The summary is invalid because it contains newline characters."
	case utf8.RuneCountInString(text) > maxSummary:
		return nil, "Summary can't exceed 255 characters."
	}
	return []string{text}, ""
}

func parseDate(raw json.RawMessage) ([]string, string) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil, notAString
	}
	if text == "" {
		return nil, ""
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return nil, "Error parsing date string: " + text
	}
	return []string{text}, ""
}

func parseNumber(raw json.RawMessage) ([]string, string) {
	var n float64
	if json.Unmarshal(raw, &n) != nil {
		return nil, "Operation value must be a number"
	}
	return []string{string(raw)}, ""
}

// parseLabels refuses blanks of any kind, and labels that are too long.
func parseLabels(raw json.RawMessage) ([]string, string) {
	var labels []string
	if json.Unmarshal(raw, &labels) != nil {
		return nil, notAList
	}
	for _, l := range labels {
		switch {
		case l == "" || strings.ContainsFunc(l, unicode.IsSpace):
			return nil, fmt.Sprintf("The label '%s' contains spaces which is invalid.", l)
		case utf8.RuneCountInString(l) > maxSummary:
			return nil, fmt.Sprintf("The label '%s' exceeds the maximum length of 255 characters.", l)
		}
	}
	return labels, ""
}

// parseNamed reads something that is named by name or by id, where ids count
// from first.
func parseNamed(raw json.RawMessage, names []string, first, invalid string) ([]string, string) {
	r, problem := refer(raw)
	if problem != "" {
		return nil, problem
	}
	for n, name := range names {
		if r.name() == name || r.id() == fmt.Sprint(int(parseID(first))+n) {
			return []string{name}, ""
		}
	}
	return nil, invalid
}

// parseOptions reads one option, or a list of them.
func parseOptions(field Field, raw json.RawMessage) ([]string, string) {
	list := []json.RawMessage{raw}
	if field.kind() == MultiSelect && json.Unmarshal(raw, &list) != nil {
		return nil, notAList
	}
	var values []string
	for _, one := range list {
		r, problem := refer(one)
		if problem != "" {
			return nil, problem
		}
		at := slices.IndexFunc(field.Allowed, func(v string) bool {
			return r.Value == v || r.Value == "" && r.id() == field.optionID(v)
		})
		switch {
		case at < 0 && r.Value == "":
			return nil, fmt.Sprintf("Option id '%s' is not valid", r.id())
		case at < 0:
			return nil, fmt.Sprintf("Option value '%s' is not valid", r.Value)
		}
		values = append(values, field.Allowed[at])
	}
	return values, ""
}

func (f *form) parseComponents(raw json.RawMessage) ([]string, string) {
	var list []reference
	if json.Unmarshal(raw, &list) != nil {
		return nil, notAList
	}
	var names []string
	for _, r := range list {
		at := slices.IndexFunc(f.project.components, func(c component) bool {
			return c.name == r.name() || fmt.Sprint(c.id) == r.id()
		})
		switch {
		case at < 0 && r.Name == nil:
			return nil, fmt.Sprintf("Component id '%s' is not valid", r.id())
		case at < 0:
			return nil, fmt.Sprintf("Component name '%s' is not valid", r.name())
		}
		names = append(names, f.project.components[at].name)
	}
	return names, ""
}

func (f *form) parseType(raw json.RawMessage) ([]string, string) {
	r, problem := refer(raw)
	if problem != "" {
		return nil, problem
	}
	for _, t := range f.project.types {
		if r.name() == t.Name || r.id() == fmt.Sprint(t.id) {
			return []string{t.Name}, ""
		}
	}
	return nil, "The issue type selected is invalid."
}

func (f *form) parseParent(raw json.RawMessage) ([]string, string) {
	r, problem := refer(raw)
	if problem != "" {
		return nil, problem
	}
	for _, name := range []string{r.Key, r.id()} {
		if t := f.j.ticket(name); t != nil && t.project == f.project {
			return []string{t.Key}, ""
		}
	}
	return nil, "Could not find valid 'id' or 'key' using object: " + string(raw)
}

// parseUser reads somebody, who must be assignable if it is to be the assignee.
// Cloud names people by account id alone, Data Center by user name alone.
func (f *form) parseUser(field Field, raw json.RawMessage) ([]string, string) {
	r, problem := refer(raw)
	if problem != "" {
		return nil, problem
	}
	if r.Password != nil {
		// What a library sends that marshals its whole user. Reported as this
		// message in andygrunwald/go-jira#373; unconfirmed for every version, so
		// it is refused by all.
		return nil, fmt.Sprintf("Field '%s' cannot be set. It is not on the appropriate screen, or unknown.", field.ID)
	}
	a, problem := f.j.userBy(r)
	switch {
	case problem != "" || a == nil:
		return nil, problem
	case field.ID == fieldAssignee && (a.Inactive || !f.project.may(a, Assignable)):
		return nil, fmt.Sprintf("User '%s' cannot be assigned issues.", f.j.nameOf(a))
	}
	return []string{a.ID}, ""
}

// userBy is nobody, without a problem, where a client asks for nobody.
func (j *Jira) userBy(r reference) (*account, string) {
	if j.mode == DataCenter {
		if r.Name == nil {
			return nil, "expected Object containing a 'name' property"
		}
		a := j.accountBy(func(a *account) bool { return a.Name == *r.Name })
		if a == nil && *r.Name != "" {
			return nil, fmt.Sprintf("User '%s' does not exist.", *r.Name)
		}
		return a, ""
	}
	if r.Name != nil {
		return nil, "'accountId' must be the only user identifying query parameter in GDPR strict mode."
	}
	id := r.id()
	if r.AccountID != nil {
		id = *r.AccountID
	}
	a := j.account(id)
	if a == nil {
		return nil, fmt.Sprintf("Account ID %s does not exist.", id)
	}
	return a, ""
}

// nameMember is the member by which a client names people.
func (j *Jira) nameMember() string {
	if j.mode == DataCenter {
		return "name"
	}
	return "accountId"
}

// nameOf is what that member holds.
func (j *Jira) nameOf(a *account) string {
	if j.mode == DataCenter {
		return a.Name
	}
	return a.ID
}

func refer(raw json.RawMessage) (r reference, problem string) {
	if json.Unmarshal(raw, &r) != nil {
		return r, notAnObj
	}
	return r, ""
}
