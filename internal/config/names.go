package config

import (
	"slices"
	"strings"

	"hindsight/internal/incident"
)

// others stands for every severity that is not named.
const others = "default"

// severityOrOthers is a severity by its shortest name, or [others].
func severityOrOthers() word[string] {
	return word[string]{
		holds: "`sev1` (worst) to `sev5`, or `default`",
		schema: schema{
			"type": "string", "pattern": `^\s*(` + others + `|` + severityPattern + `)\s*$`,
			"examples": append([]string{others}, severityNames()...),
		},
		show: func(name string) string { return name },
		parse: func(name string) (string, string) {
			if name == others {
				return name, ""
			}
			if s, ok := incident.ParseSeverity(name); ok {
				return s.String(), ""
			}
			return "", quote(name) + " is no severity: write one of sev1 (worst) to sev5, or default for all the others"
		},
	}
}

func template() word[string] { return oneOf("built-in template", incident.Templates()) }

func rule() word[string] { return oneOf("rule", incident.Checks()) }

// oneOf is one of a few names, which are all lower case.
func oneOf(what string, names []string) word[string] {
	return word[string]{
		holds:  "`" + strings.Join(names, "`, `") + "`",
		schema: schema{"type": "string", "pattern": `^\s*(` + strings.Join(names, "|") + `)\s*$`, "examples": names},
		show:   func(name string) string { return name },
		parse: func(written string) (string, string) {
			if slices.Contains(names, written) {
				return written, ""
			}
			if near := nearest(written, names); near != "" {
				return "", quote(written) + " is no " + what + ": did you mean " + near + "?"
			}
			return "", quote(written) + " is no " + what + ": what there is is " + strings.Join(names, ", ")
		},
	}
}
