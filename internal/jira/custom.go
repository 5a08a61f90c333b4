package jira

import (
	"encoding/json"
	"strconv"
	"strings"

	"hindsight/internal/incident"
)

// known are what the placeholders in custom fields' values stand for.
type known map[string]string

func placeholders(t incident.OpenTicket) known {
	w := t.Wrote
	severity := ""
	if w.Severity != 0 {
		severity = w.Severity.String()
	}
	return known{
		"{severity}": severity, "{date}": string(w.Date), "{number}": strconv.Itoa(t.Of.Number),
		"{priority}": string(w.Priority), "{type}": string(w.Type),
	}
}

// fill is a custom field's value with its placeholders filled in; false where it
// asks for something that there is none of: then the field is left out, as a label
// would be. Kind is what the field holds, by Jira's word, or "".
func (k known) fill(value any, kind string) (any, bool) {
	switch value := value.(type) {
	case string:
		return k.fillText(value, kind)
	case map[string]any:
		all := map[string]any{}
		for key, inner := range value {
			filled, ok := k.fill(inner, "")
			if !ok {
				return nil, false
			}
			all[key] = filled
		}
		return all, true
	case []any:
		all := make([]any, 0, len(value))
		for _, inner := range value {
			if filled, ok := k.fill(inner, ""); ok {
				all = append(all, filled)
			}
		}
		return all, len(all) > 0 || len(value) == 0
	}
	return value, true
}

// fillText fills a text in. A field that holds a date, or a number, takes them in
// a form of their own.
func (k known) fillText(text, kind string) (any, bool) {
	if kind == "date" && text == "{date}" {
		date := dateOf(incident.Day(k[text]))
		return date, date != ""
	}
	for name, value := range k {
		if value == "" && strings.Contains(text, name) {
			return nil, false
		}
		text = strings.ReplaceAll(text, name, value)
	}
	if _, err := strconv.ParseFloat(text, 64); kind == "number" && err == nil && json.Valid([]byte(text)) {
		return json.Number(text), true
	}
	return text, true
}
