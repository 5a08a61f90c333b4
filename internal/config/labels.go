package config

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"hindsight/internal/incident"
)

// longestLabel is how many characters GitHub lets a label's name have.
const longestLabel = 50

// visiblePattern refuses commas and characters that show nothing, as far as
// editors can.
const visiblePattern = `^[^,\x00-\x1f\x7f-\x9f]*[^,\s\x00-\x1f\x7f-\x9f][^,\x00-\x1f\x7f-\x9f]*$`

// label is a label's name as it stands.
func label() word[string] {
	return word[string]{
		holds:  fmt.Sprintf("a label of at most %d characters, without commas", longestLabel),
		schema: schema{"type": plainText(), "maxLength": longestLabel, "pattern": visiblePattern},
		show:   func(name string) string { return name },
		parse:  func(name string) (string, string) { return name, wrongLabel(name, longestLabel) },
	}
}

// alias is a label by which a severity is known. GitHub compares labels without
// case, and so does the policy.
func alias() word[string] {
	w := label()
	w.holds = "a label"
	w.parse = func(name string) (string, string) {
		name = strings.ToLower(name)
		return name, wrongLabel(name, longestLabel)
	}
	return w
}

// statusPrefix leaves room for the status.
func statusPrefix() word[string] {
	longest := 0
	for _, s := range incident.Statuses() {
		longest = max(longest, len(s))
	}
	most := longestLabel - len(" ") - longest
	return word[string]{
		holds:  fmt.Sprintf("the beginning of a label, of at most %d characters, without commas", most),
		schema: schema{"type": plainText(), "maxLength": most, "pattern": visiblePattern},
		show:   func(name string) string { return name },
		parse:  func(name string) (string, string) { return name, wrongLabel(name, most) },
	}
}

// wrongLabel is what is wrong with a name that is used as it stands.
func wrongLabel(name string, most int) string {
	if problem := wrongName(name); problem != "" {
		return problem
	}
	for _, p := range incident.Placeholders() {
		if strings.Contains(name, p) {
			return fmt.Sprintf("%s holds %s, which is only filled in under labels.on_follow_ups: write a name", quote(name), p)
		}
	}
	if utf8.RuneCountInString(name) > most {
		return fmt.Sprintf("%s has more than %d characters, with which GitHub takes no label: shorten it", quote(name), most)
	}
	return ""
}

func wrongName(name string) string {
	switch {
	case name == "":
		return "a label without a name: write one, or remove the line"
	case strings.Contains(name, ","):
		return quote(name) + " holds a comma, with which GitHub separates labels: leave it out"
	case strings.ContainsFunc(name, invisible):
		return quote(name) + " holds characters that don't show: write the label's name in plain text"
	}
	return ""
}

// invisible is whether a character could make one label look like another. The
// joiner holds emoji together.
func invisible(r rune) bool {
	const joiner = '\u200d'
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) || unicode.Is(unicode.Cf, r) && r != joiner
}

var braces = regexp.MustCompile(`\{[^{}]*\}|[{}]`)

// pattern is a label's name with placeholders.
func pattern() word[string] {
	return word[string]{
		holds: fmt.Sprintf("labels of at most %d characters when filled in, without commas", longestLabel),
		// A placeholder may be longer than what comes in its place.
		schema: schema{"type": plainText(), "maxLength": 2 * longestLabel, "pattern": visiblePattern, "examples": []string{"{severity}", "{severity}_{date}"}},
		show:   func(name string) string { return name },
		parse:  func(name string) (string, string) { return name, wrongPattern(name) },
	}
}

func wrongPattern(name string) string {
	if problem := wrongName(name); problem != "" {
		return problem
	}
	known := incident.Placeholders()
	longest := utf8.RuneCountInString(name)
	for _, p := range braces.FindAllString(name, -1) {
		value, ok := fillings()[p]
		if near := nearest(p, known); !ok && near != "" {
			return fmt.Sprintf("%s holds the unknown placeholder %s: did you mean %s?", quote(name), quote(p), near)
		} else if !ok {
			return fmt.Sprintf("%s holds %s, which can't be filled in: what can be is %s", quote(name), quote(p), strings.Join(known, ", "))
		}
		longest += value.longest - len(p)
	}
	if longest > longestLabel {
		return fmt.Sprintf("%s can come to %d characters, and GitHub takes no label of more than %d: shorten it", quote(name), longest, longestLabel)
	}
	return ""
}

// filling is what may come in a placeholder's place.
type filling struct {
	longest int    // characters
	form    string // a regular expression
}

func fillings() map[string]filling {
	return map[string]filling{
		"{severity}": {len("sev1"), `sev[1-5]`},
		"{date}":     {len("20261120"), `[0-9]{8}`},
		"{number}":   {len("12345678"), `[0-9]+`},
		"{priority}": {len("p1"), `p[0-4]`},
		"{type}":     {len("mitigation"), `(?:mitigation|prevention|detection|process)`},
	}
}
