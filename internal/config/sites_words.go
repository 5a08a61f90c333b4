package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"hindsight/internal/incident"
)

// reader takes a key's value.
type reader func(ast.Node) *RepositoryError

// readKeys reads a mapping whose keys are known. A key without a value is as
// good as none.
func readKeys(n ast.Node, what string, known map[string]reader) *RepositoryError {
	return entries(n, what, func(k key, value ast.Node) *RepositoryError {
		read, ok := known[k.name]
		names := slices.Sorted(maps.Keys(known))
		near := nearest(k.name, names)
		switch {
		case ok && isNull(value):
			return nil
		case ok:
			return read(value)
		case near != "":
			return at(k.token, "unknown key %s in %s: did you mean %s?", shown(k.name), what, near)
		}
		return at(k.token, "unknown key %s in %s: what can be set there is %s", shown(k.name), what, strings.Join(names, ", "))
	})
}

// mostShown is how long what is repeated of a file that holds secrets may be, in
// characters: a token is longer, and pasted in the wrong place easily.
const mostShown = 30

// shown is a bit of such a file in an error.
func shown(s string) string {
	if utf8.RuneCountInString(s) > mostShown {
		return `"…"`
	}
	return quote(s)
}

// discreet is a word whose problems repeat no more than is [shown].
func discreet[T any](w word[T]) word[T] {
	parse := w.parse
	w.parse = func(written string) (T, string) {
		value, problem := parse(written)
		return value, strings.ReplaceAll(problem, quote(written), shown(written))
	}
	return w
}

func into[T any](place *T, k kind[T]) reader {
	return func(n ast.Node) *RepositoryError {
		value, err := k.read(n)
		if err == nil {
			*place = value
		}
		return err
	}
}

// project is how tickets of one are to be.
func project() kind[JiraProject] {
	return kind[JiraProject]{read: func(n ast.Node) (JiraProject, *RepositoryError) {
		var p JiraProject
		var urgencies map[string]string
		err := readKeys(n, "a project", map[string]reader{
			"type":       into(&p.Type, scalar(name())),
			"types":      into(&p.Types, byKey(discreet(itemType()), scalar(name()), mostNames)),
			"priorities": into(&urgencies, byKey(discreet(urgency()), scalar(name()), mostNames)),
			"components": into(&p.Components, list(name(), mostNames)),
			"fields":     into(&p.Fields, byKey(discreet(customField()), anything(), mostNames)),
			"done":       into(&p.Done, scalar(name())),
		})
		p.Priorities, p.Severities = byUrgency(urgencies)
		return p, err
	}}
}

func siteAddress() word[string] {
	return word[string]{show: same, parse: func(written string) (string, string) {
		url, problem := siteURL(written)
		if problem != "" {
			problem = "this " + problem
		}
		return url, problem
	}}
}

func email() word[string] {
	return word[string]{show: same, parse: func(written string) (string, string) {
		if !isEmail(written) {
			return "", "this is no e-mail address: write the one of the account whose token it is"
		}
		return written, ""
	}}
}

func yesOrNo() word[bool] {
	return word[bool]{parse: func(written string) (bool, string) {
		switch written {
		case "true":
			return true, ""
		case "false":
			return false, ""
		}
		return false, "this is neither true nor false: write one of them"
	}}
}

// lag is how long a search may be late. Longer than half an hour it would keep
// every ticket waiting whose opening was cut off.
func lag() word[time.Duration] {
	const most = 30 * time.Minute
	return word[time.Duration]{parse: func(written string) (time.Duration, string) {
		d, err := time.ParseDuration(written)
		if err != nil || d < 0 || d > most {
			return 0, quote(written) + " is no time from 0s to 30m: write one like 2m or 90s"
		}
		return d, ""
	}}
}

// account is a login on GitHub, in lower case.
func account() word[string] {
	return word[string]{show: same, parse: func(written string) (string, string) {
		if !loginForm.MatchString(written) {
			return "", quote(written) + " is no account's login on GitHub: write one, like octocat"
		}
		return strings.ToLower(written), ""
	}}
}

// person is an account id, a user name or an e-mail address. Which it is,
// Jira tells.
func person() word[string] {
	w := name()
	parse := w.parse
	w.parse = func(written string) (string, string) {
		person, problem := parse(written)
		switch {
		case problem != "":
			return "", problem
		case strings.Contains(person, "@") && !isEmail(person):
			return "", quote(written) + " is no e-mail address: write one, an account id, or on Data Center a user name"
		case strings.ContainsAny(person, " "):
			return "", quote(written) + " holds a space: write an account id, on Data Center a user name, or an e-mail address"
		}
		return person, ""
	}
	return w
}

const longestName = 255 // characters, which is what Jira takes at most

// name is what Jira calls something: a type, a status, a priority.
func name() word[string] {
	return word[string]{show: same, parse: func(written string) (string, string) {
		switch {
		case written == "":
			return "", "a name is missing: write it as Jira shows it, or remove the line"
		case oneLine(written) != written || utf8.RuneCountInString(written) > longestName:
			return "", fmt.Sprintf("a name must be a single line of plain text, of at most %d characters: write it as Jira shows it", longestName)
		}
		return written, ""
	}}
}

func customField() word[string] {
	form := regexp.MustCompile(`^customfield_[1-9][0-9]{0,9}$`)
	return word[string]{show: same, parse: func(written string) (string, string) {
		if !form.MatchString(written) {
			return "", quote(written) + " is no custom field's id: write one like customfield_10010, as the field's settings in Jira show it"
		}
		return written, ""
	}}
}

// anything is what JSON can hold, a few levels deep, with placeholders in its
// text. What it must be, the field decides.
func anything() kind[any] {
	const deepest = 5
	return kind[any]{read: func(n ast.Node) (any, *RepositoryError) { return plain(n, deepest) }}
}

func plain(n ast.Node, deepest int) (any, *RepositoryError) {
	if deepest == 0 {
		return nil, at(start(n), "this is nested too deeply for a field: simplify it")
	}
	switch n := n.(type) {
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.IntegerNode:
		return n.Value, nil
	case *ast.FloatNode:
		return n.Value, nil
	case *ast.SequenceNode:
		all := []any{}
		err := items(n, mostNames, func(n ast.Node) *RepositoryError {
			value, err := plain(n, deepest-1)
			all = append(all, value)
			return err
		})
		return all, err
	case *ast.MappingNode, *ast.MappingValueNode:
		all := map[string]any{}
		err := entries(n, "this", func(k key, n ast.Node) *RepositoryError {
			value, err := plain(n, deepest-1)
			all[k.name] = value
			return err
		})
		return all, err
	}
	return filledIn(n)
}

// filledIn is text in which every placeholder is known.
func filledIn(n ast.Node) (any, *RepositoryError) {
	if isNull(n) {
		return nil, at(start(n), "this is empty: write what the field is to hold, or remove the line")
	}
	written, err := text(n)
	if err != nil {
		return nil, err
	}
	known := incident.Placeholders()
	for _, p := range inBraces.FindAllString(written, -1) {
		if !slices.Contains(known, p) {
			return nil, at(n.GetToken(), "%s can't be filled in: what can be is %s", shown(p), strings.Join(known, ", "))
		}
	}
	return written, nil
}

var inBraces = regexp.MustCompile(`\{[^{}]*\}`)
