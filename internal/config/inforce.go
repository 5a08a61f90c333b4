package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"hindsight/internal/incident"
)

// Setting is a key of a repository's configuration, and what it comes to.
type Setting struct {
	Key     string // "severity.default"
	Value   string // for people, on one line; "none" for nothing
	Default bool   // it is what it would be without a configuration
}

// InForce are all settings under a policy, in the documentation's order.
func InForce(p incident.Policy) []Setting {
	var all []Setting
	for _, s := range settings() {
		value := said(s.value(p))
		all = append(all, Setting{s.path, value, value == said(s.value(incident.DefaultPolicy()))})
	}
	return all
}

// said is a setting's value for people. Lists within a map are counted: their
// entries are sentences.
func said(value any) string {
	var parts []string
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			parts = append(parts, fmt.Sprint(v))
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if entries, ok := value[name].([]any); ok {
				parts = append(parts, fmt.Sprintf("%s: %d", name, len(entries)))
			} else {
				parts = append(parts, fmt.Sprintf("%s: %v", name, value[name]))
			}
		}
	default:
		parts = append(parts, fmt.Sprint(value))
	}
	if text := strings.Join(parts, ", "); text != "" {
		return text
	}
	return "none"
}
