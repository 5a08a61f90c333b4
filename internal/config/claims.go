package config

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"hindsight/internal/incident"
)

// claim is a label that is in force, and what for.
type claim struct {
	name    string // as it is written
	purpose string
	place   *token.Token // nil for a default
	// forms are the labels that it can come to; nil for the name alone.
	forms *regexp.Regexp
	// alias is true when it stands for a severity by the team's word.
	alias bool
}

// checkLabels refuses a label that would be used for two things: a follow-up
// with the incident's label, say, would be an incident, with follow-ups of its
// own. It expects a file that was read without error.
func checkLabels(root ast.Node, p incident.Policy) *RepositoryError {
	all := claims(root, p)
	for i, c := range all {
		if problem := c.againstSeverities(); problem != nil {
			return problem
		}
		for _, earlier := range all[:i] {
			if problem := c.against(earlier); problem != nil {
				return problem
			}
		}
	}
	return nil
}

func (c claim) againstSeverities() *RepositoryError {
	s, ok := incident.ParseSeverity(c.name)
	switch {
	case !ok:
		return nil
	case c.alias:
		return at(c.place, "%s is read as %s without being named here: leave it out", quote(c.name), s)
	}
	return at(c.place, "%s names the severity %s, and can't be %s: write another label", quote(c.name), s, c.purpose)
}

func (c claim) against(earlier claim) *RepositoryError {
	name, place := c.name, c.place
	switch {
	case strings.EqualFold(c.name, earlier.name), earlier.takes(c.name):
	case c.takes(earlier.name):
		name = earlier.name
	default:
		return nil
	}
	if place == nil {
		place = earlier.place
	}
	return at(place, "the label %s would be both %s and %s: write another one", quote(name), earlier.purpose, c.purpose)
}

func (c claim) takes(name string) bool { return c.forms != nil && c.forms.MatchString(name) }

// claims are all the labels that are in force, but for the severities' own.
func claims(root ast.Node, p incident.Policy) []claim {
	single := func(path, name, purpose string) claim {
		return claim{name: name, purpose: purpose, place: place(find(root, path))}
	}
	all := []claim{
		single("incident.label", p.Label, "the label of an incident"),
		single("labels.follow_up", p.FollowUpLabel, "the label of every follow-up"),
		single("labels.complete", p.CompleteLabel, "the label of what is complete"),
		single("labels.security", p.SecurityLabel, "the label of what must stay secret"),
	}
	for _, s := range incident.Statuses() {
		c := single("labels.status", p.StatusPrefix+" "+string(s), fmt.Sprintf("the label of the status %q", s))
		c.forms = regexp.MustCompile(`(?i)^` + regexp.QuoteMeta(p.StatusPrefix) + `\s*` + regexp.QuoteMeta(string(s)) + `\s*$`)
		all = append(all, c)
	}
	all = append(all, patternClaims(find(root, "labels.on_follow_ups"), p)...)
	return append(all, aliasClaims(find(root, "severity.aliases"))...)
}

func patternClaims(n ast.Node, p incident.Policy) []claim {
	var places []*token.Token
	if s, ok := n.(*ast.SequenceNode); ok {
		for _, value := range s.Values {
			places = append(places, place(value))
		}
	}
	var all []claim
	for i, pattern := range p.LabelPatterns {
		c := claim{name: pattern, purpose: "a label on follow-ups", forms: formsOf(pattern)}
		if i < len(places) {
			c.place = places[i]
		}
		all = append(all, c)
	}
	return all
}

func aliasClaims(n ast.Node) []claim {
	var all []claim
	if m, ok := asMap(n); ok {
		for entry := m.MapRange(); entry.Next(); {
			all = append(all, claim{
				name: strings.TrimSpace(entry.Key().GetToken().Value), purpose: "the name of a severity",
				place: entry.Key().GetToken(), alias: true,
			})
		}
	}
	return all
}

// formsOf are the labels that a pattern can come to.
func formsOf(pattern string) *regexp.Regexp {
	form := regexp.QuoteMeta(pattern)
	for name, f := range fillings() {
		form = strings.ReplaceAll(form, regexp.QuoteMeta(name), f.form)
	}
	return regexp.MustCompile(`(?i)^` + form + `$`)
}

// place is where a value stands; nil where none does.
func place(n ast.Node) *token.Token {
	if isNull(n) {
		return nil
	}
	return n.GetToken()
}
