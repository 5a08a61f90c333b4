package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a minimal container has no zone files, and a zone that is unknown there only would be a riddle
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"hindsight/internal/incident"
)

// schema is a piece of a JSON schema. Editors know draft 7 best.
type schema map[string]any

// kind is what a setting may hold: how it is read, how it is written, and what
// people and editors are told of it.
type kind[T any] struct {
	read   func(ast.Node) (T, *RepositoryError)
	show   func(T) any
	holds  string
	schema schema
}

// word is what a single value, or a key, may be.
type word[T any] struct {
	// parse takes the text without space around it. The problem is a sentence
	// for people, "" if there is none.
	parse  func(string) (value T, problem string)
	show   func(T) string
	holds  string
	schema schema
}

func (w word[T]) read(n ast.Node) (T, *RepositoryError) {
	written, err := text(n)
	if err != nil {
		var none T
		return none, err
	}
	value, problem := w.parse(strings.TrimSpace(written))
	if problem != "" {
		return value, at(n.GetToken(), "%s", problem)
	}
	return value, nil
}

// scalar is a setting of one value.
func scalar[T any](w word[T]) kind[T] {
	return kind[T]{
		read: w.read, holds: w.holds, schema: w.schema,
		show: func(value T) any { return w.show(value) },
	}
}

// list is a setting of several values, in their order.
func list[T any](w word[T], most int) kind[[]T] {
	return kind[[]T]{
		holds:  fmt.Sprintf("a list of at most %d: %s", most, w.holds),
		schema: schema{"type": []string{"array", "null"}, "items": w.schema, "maxItems": most},
		read: func(n ast.Node) ([]T, *RepositoryError) {
			var values []T
			err := items(n, most, func(n ast.Node) *RepositoryError {
				value, err := w.read(n)
				values = append(values, value)
				return err
			})
			return values, err
		},
		show: func(values []T) any {
			shown := make([]any, 0, len(values))
			for _, v := range values {
				shown = append(shown, w.show(v))
			}
			return shown
		},
	}
}

// byKey is a setting of values by a key that the team chooses.
func byKey[K comparable, V any](w word[K], of kind[V], most int) kind[map[K]V] {
	return kind[map[K]V]{
		holds:  fmt.Sprintf("by %s: %s", w.holds, of.holds),
		schema: keyed(w.schema, of.schema, most),
		read: func(n ast.Node) (map[K]V, *RepositoryError) {
			values := map[K]V{}
			err := entries(n, "this", func(k key, n ast.Node) *RepositoryError {
				name, problem := w.parse(strings.TrimSpace(k.name))
				_, twice := values[name]
				switch {
				case problem != "":
					return at(k.token, "%s", problem)
				case twice:
					return at(k.token, "%s is there twice: keep one", w.show(name))
				case len(values) == most:
					return at(k.token, "more than %d entries: leave some out", most)
				}
				value, err := of.read(n)
				values[name] = value
				return err
			})
			return values, err
		},
		show: func(values map[K]V) any {
			shown := map[string]any{}
			for name, value := range values {
				shown[w.show(name)] = of.show(value)
			}
			return shown
		},
	}
}

// keyed is the schema of a map. Names that are known, its keys' examples, are
// offered by editors.
func keyed(keys, of schema, most int) schema {
	known := schema{}
	if examples, ok := keys["examples"].([]string); ok {
		for _, name := range examples {
			known[name] = of
		}
	}
	all := schema{"type": []string{"object", "null"}, "maxProperties": most, "propertyNames": schema{"pattern": keys["pattern"]}, "additionalProperties": of}
	if len(known) > 0 {
		all["properties"] = known
	}
	return all
}

// number is a whole number.
func number(least, most int) kind[int] {
	return kind[int]{
		holds:  fmt.Sprintf("a number from %d to %d", least, most),
		schema: schema{"type": "integer", "minimum": least, "maximum": most},
		show:   func(n int) any { return n },
		read: func(n ast.Node) (int, *RepositoryError) {
			written, err := text(n)
			if err != nil {
				return 0, err
			}
			value, numErr := strconv.Atoi(written)
			if _, plain := n.(*ast.IntegerNode); !plain || numErr != nil || value < least || value > most {
				return 0, at(n.GetToken(), "%s is no number from %d to %d: write one in digits, without quotes", quote(written), least, most)
			}
			return value, nil
		},
	}
}

// plainText is what [text] takes: a title "2026" needs no quotes.
func plainText() []string { return []string{"string", "number", "boolean"} }

func zone() word[*time.Location] {
	return word[*time.Location]{
		holds:  "a time zone like `Europe/Berlin`",
		schema: schema{"type": "string", "minLength": 1, "examples": []string{"UTC", "Europe/Berlin", "America/New_York"}},
		show:   (*time.Location).String,
		parse: func(name string) (*time.Location, string) {
			loaded, err := time.LoadLocation(name)
			// "Local" is the server's zone, which the team neither chose nor sees.
			if err != nil || name == "" || name == "Local" {
				return nil, quote(name) + " is no time zone: write one like Europe/Berlin or UTC"
			}
			return loaded, ""
		},
	}
}

const (
	severityPattern = `[Ss][Ee][Vv]([Ee][Rr][Ii][Tt][Yy])?\s*[-_:/ ]?\s*[1-5]`
	priorityPattern = `[Pp][0-4]`
)

func severityNames() []string { return []string{"sev1", "sev2", "sev3", "sev4", "sev5"} }

func severity() word[incident.Severity] {
	return word[incident.Severity]{
		holds:  "`sev1` (worst) to `sev5`",
		schema: schema{"type": "string", "pattern": `^\s*` + severityPattern + `\s*$`, "examples": severityNames()},
		show:   incident.Severity.String,
		parse: func(name string) (incident.Severity, string) {
			s, ok := incident.ParseSeverity(name)
			if !ok {
				return 0, quote(name) + " is no severity: write one of sev1 (worst) to sev5"
			}
			return s, ""
		},
	}
}

// urgency is a priority or a severity, by its shortest name.
func urgency() word[string] {
	priority := regexp.MustCompile(`^` + priorityPattern + `$`)
	return word[string]{
		holds: "`p0` to `p4`, or `sev1` to `sev5`",
		schema: schema{
			"type": "string", "pattern": `^\s*(` + priorityPattern + `|` + severityPattern + `)\s*$`,
			"examples": append([]string{"p0", "p1", "p2", "p3", "p4"}, severityNames()...),
		},
		show: func(name string) string { return name },
		parse: func(name string) (string, string) {
			if priority.MatchString(name) {
				return strings.ToLower(name), ""
			}
			if s, ok := incident.ParseSeverity(name); ok {
				return s.String(), ""
			}
			return "", quote(name) + " is neither a priority nor a severity: write p0 (most urgent) to p4, or sev1 (worst) to sev5"
		},
	}
}

func span() word[incident.Span] {
	return word[incident.Span]{
		holds: "a length of time like `3d`, `2w` or `1m`",
		schema: schema{
			"type": "string", "pattern": `^\s*[0-9]{1,4}\s*([Dd]([Aa][Yy][Ss]?)?|[Ww]([Ee][Ee][Kk][Ss]?)?|[Mm]([Oo][Nn][Tt][Hh][Ss]?)?)\s*$`,
			"examples": []string{"3d", "2w", "1m"},
		},
		show: showSpan,
		parse: func(written string) (incident.Span, string) {
			s, rest, err := incident.ParseSpan(written)
			if err != nil || rest != "" {
				return s, quote(written) + " is no length of time: write one like 3d, 2w or 1m, of at most 5 years"
			}
			return s, ""
		},
	}
}

func showSpan(s incident.Span) string {
	switch {
	case s.Months > 0:
		return fmt.Sprintf("%dm", s.Months)
	case s.Days%7 == 0:
		return fmt.Sprintf("%dw", s.Days/7)
	}
	return fmt.Sprintf("%dd", s.Days)
}

func app() word[string] {
	return word[string]{
		holds:  "names of Apps",
		schema: schema{"type": "string", "pattern": `^\s*[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?\s*$`},
		show:   func(name string) string { return name },
		parse: func(name string) (string, string) {
			if !loginForm.MatchString(strings.TrimSuffix(name, "[bot]")) {
				return "", quote(name) + " is no App's name: write it as in the App's address, like my-app"
			}
			return name, ""
		},
	}
}

// login is an account's, with or without the sign with which people mention it.
func login() word[string] {
	const form = `[A-Za-z0-9]([A-Za-z0-9_-]{0,37}[A-Za-z0-9])?`
	person := regexp.MustCompile(`^@?` + form + `$`)
	return word[string]{
		holds:  "an account's login",
		schema: schema{"type": "string", "pattern": `^\s*@?` + form + `\s*$`},
		show:   func(name string) string { return name },
		parse: func(name string) (string, string) {
			switch {
			case person.MatchString(name):
				return strings.TrimPrefix(name, "@"), ""
			case strings.Contains(name, "/"):
				return "", quote(name) + " is a team, and a follow-up has one person as its owner: write a login, like octocat"
			}
			return "", quote(name) + " is no account's login: write one, like octocat"
		},
	}
}

func title() word[string] {
	return word[string]{
		holds:  fmt.Sprintf("titles of at most %d characters", longestTitle),
		schema: schema{"type": plainText(), "minLength": 1, "maxLength": longestTitle},
		show:   func(title string) string { return title },
		parse: func(title string) (string, string) {
			switch {
			case title == "":
				return "", "a follow-up without a title: write one, or remove the line"
			case oneLine(title) != title:
				return "", "a follow-up's title must be a single line of plain text: shorten it"
			case utf8.RuneCountInString(title) > longestTitle:
				return "", fmt.Sprintf("a follow-up's title has more than %d characters: shorten it", longestTitle)
			}
			return title, ""
		},
	}
}

func itemType() word[incident.ItemType] {
	w := oneOf("type of follow-up", []string{
		string(incident.Mitigation), string(incident.Prevention), string(incident.Detection), string(incident.Process),
	})
	return word[incident.ItemType]{
		holds: w.holds, schema: w.schema,
		show: func(t incident.ItemType) string { return string(t) },
		parse: func(written string) (incident.ItemType, string) {
			name, problem := w.parse(written)
			return incident.ItemType(name), problem
		},
	}
}

// component is one by its name in Jira.
func component() word[string] {
	w := name()
	w.holds = fmt.Sprintf("names of at most %d characters", longestName)
	w.schema = schema{"type": plainText(), "minLength": 1, "maxLength": longestName}
	return w
}

// delay is a length of time by the clock. It has no minutes, since "1m" is a
// month in [span].
func delay() word[time.Duration] {
	const most = 90 * 24 * time.Hour
	form := regexp.MustCompile(`^([1-9][0-9]{0,4})\s*([hdwHDW])$`)
	units := map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	return word[time.Duration]{
		holds:  "a length of time like `4h`, `2d` or `1w`",
		schema: schema{"type": "string", "pattern": `^\s*[1-9][0-9]{0,4}\s*[hdwHDW]\s*$`, "examples": []string{"4h", "1d", "2d"}},
		show:   showDelay,
		parse: func(written string) (time.Duration, string) {
			m := form.FindStringSubmatch(written)
			if m == nil {
				return 0, quote(written) + " is no length of time: write one in hours, days or weeks, like 4h or 2d"
			}
			n, _ := strconv.Atoi(m[1]) // the form has its digits counted
			d := time.Duration(n) * units[strings.ToLower(m[2])]
			if d > most {
				return 0, quote(written) + " is longer than 90 days: shorten it"
			}
			return d, ""
		},
	}
}

// showDelay is in the largest unit that fits; "" for none.
func showDelay(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	return fmt.Sprintf("%dh", d/time.Hour)
}
