package config

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"hindsight/internal/incident"
)

// How much of a thing a team may set.
const (
	longestTitle = 200 // characters; GitHub takes 256
	mostTitles   = 25  // standard follow-ups of one severity
	mostApps     = 50
	mostPatterns = 10
	mostAliases  = 50
	mostAtOnce   = 200 // items; one incident has to leave GitHub's patience to others
	mostWriters  = 200

	mostComponents = 20
)

// setting is one key of .github/hindsight.yml. The parser, the JSON schema and
// the table in the documentation are made from it.
type setting struct {
	path   string // "severity.default"
	doc    string // what it is for, one sentence
	holds  string // what it may hold, for people
	schema schema // the same for editors
	// read sets it in the policy, and value is what the file would have to
	// hold for the policy to be as it is: text, a number, a list or a map.
	read  func(ast.Node, *incident.Policy) *RepositoryError
	value func(incident.Policy) any
}

// settings are all that a team can set, in the documentation's order.
func settings() []setting {
	return slices.Concat([]setting{
		field("timezone", "Where the team's days begin and end: it decides dates, due days, and times that name no zone.",
			scalar(zone()), func(p *incident.Policy) **time.Location { return &p.Zone }),
		field("incident.label", "The label that starts an incident.",
			scalar(label()), func(p *incident.Policy) *string { return &p.Label }),
		field("incident.apps", "Apps whose labelling starts an incident, by their name as in their address, with or without `[bot]`; an app that is not named starts nothing.",
			list(app(), mostApps), func(p *incident.Policy) *[]string { return &p.Apps }),
		field("severity.default", "What an incident counts as until a label says so.",
			scalar(severity()), func(p *incident.Policy) *incident.Severity { return &p.DefaultSeverity }),
		field("severity.aliases", "More labels that say how bad it is, whatever their case; `sev1`, `SEV-1`, `severity: 1` and the like need none.",
			byKey(alias(), scalar(severity()), mostAliases), func(p *incident.Policy) *map[string]incident.Severity { return &p.Aliases }),
		field("postmortem.from", "The mildest severity that gets a page.",
			scalar(severity()), func(p *incident.Policy) *incident.Severity { return &p.PageFrom }),
		templates(),
		field("postmortem.wiki", "The repository, of the same owner, in whose wiki the pages are made, instead of each repository's own.",
			scalar(repository()), func(p *incident.Policy) *incident.Repo { return &p.Wiki }),
		field("postmortem.publish_to", "The public repository, of the same owner, to whose wiki `/postmortem publish` copies what may go out of a page.",
			scalar(repository()), func(p *incident.Policy) *incident.Repo { return &p.Showcase }),
		field("wiki.accepts", "Repositories, beside this one, that may write pages and published copies to this one's wiki; counts only in the repository's own file.",
			list(writer(), mostWriters), func(p *incident.Policy) *[]string { return &p.Writers }),
		field("checks.off", "Rules that pages are not checked by.",
			list(rule(), len(incident.Checks())), func(p *incident.Policy) *[]string { return &p.ChecksOff }),
		field("checks.customers", "A private repository, of the same owner, that has the list of customers' names, `"+incident.CustomersFile+"`; none of them should stand on a page.",
			scalar(repository()), func(p *incident.Policy) *incident.Repo { return &p.Customers }),
		field("checks.lend_to", "Repositories, beside this one, whose pages may be checked by this one's list of customers; counts only in the repository's own file.",
			list(writer(), mostWriters), func(p *incident.Policy) *[]string { return &p.Borrowers }),
		field("follow_ups.owner", "Who gets a follow-up for which nobody is named.",
			scalar(login()), func(p *incident.Policy) *string { return &p.Owner }),
		due(),
		field("follow_ups.at_once", "How many new items are opened without asking first; more wait for `/followup all`.",
			number(1, mostAtOnce), func(p *incident.Policy) *int { return &p.MaxNew }),
		field("follow_ups.standard", "Follow-ups that every incident of a severity gets.",
			byKey(severity(), list(title(), mostTitles), 5), func(p *incident.Policy) *map[incident.Severity][]string { return &p.Standard }),
		field("follow_ups.place", "Where a follow-up goes for which nobody says it: `here` for the incident's repository, `jira` for the default project there, another project's key, or another repository.",
			scalar(placeName()), func(p *incident.Policy) *string { return &p.Place }),
		field("follow_ups.place_by_severity", "The same by the incident's severity.",
			byKey(severity(), scalar(placeName()), 5), func(p *incident.Policy) *map[incident.Severity]string { return &p.PlaceBySeverity }),
		field("follow_ups.place_by_type", "The same by the follow-up's type, before its severity.",
			byKey(itemType(), scalar(placeName()), 4), func(p *incident.Policy) *map[incident.ItemType]string { return &p.PlaceByType }),
		field("jira.components", "Components that tickets get beside those that the operator has set.",
			list(component(), mostComponents), func(p *incident.Policy) *[]string { return &p.Components }),
	}, fallback(), []setting{
		field("labels.follow_up", "The label of every follow-up, by which it is found.",
			scalar(label()), func(p *incident.Policy) *string { return &p.FollowUpLabel }),
		field("labels.on_follow_ups", "The other labels of a follow-up; `{severity}` becomes `sev1`, `{date}` the incident's day as `20261120`, `{number}` its number, `{priority}` and `{type}` the item's, without which the label is left out.",
			list(pattern(), mostPatterns), func(p *incident.Policy) *[]string { return &p.LabelPatterns }),
		field("labels.complete", "The label that an incident gets when all that was promised has been done.",
			scalar(label()), func(p *incident.Policy) *string { return &p.CompleteLabel }),
		field("labels.security", "The label that keeps texts short, and the page out of a public wiki.",
			scalar(label()), func(p *incident.Policy) *string { return &p.SecurityLabel }),
		field("labels.status", "How the labels begin that say how far the post-mortem is; `draft`, `in review`, `reviewed` or `closed` follows.",
			scalar(statusPrefix()), func(p *incident.Policy) *string { return &p.StatusPrefix }),
	})
}

// field is a setting that is one field of the policy.
func field[T any](path, doc string, k kind[T], of func(*incident.Policy) *T) setting {
	return setting{
		path: path, doc: doc, holds: k.holds, schema: k.schema,
		read: func(n ast.Node, p *incident.Policy) *RepositoryError {
			value, err := k.read(n)
			if err == nil {
				*of(p) = value
			}
			return err
		},
		value: func(p incident.Policy) any { return k.show(*of(&p)) },
	}
}

// due is one map in the file and two in the policy.
func due() setting {
	k := byKey(urgency(), scalar(span()), 10)
	return setting{
		path: "follow_ups.due", holds: k.holds, schema: k.schema,
		doc: "How long a follow-up may take for which no day is named: by its priority, else by the incident's severity.",
		read: func(n ast.Node, p *incident.Policy) *RepositoryError {
			spans, err := k.read(n)
			p.DueByPriority, p.DueBySeverity = byUrgency(spans)
			return err
		},
		value: func(p incident.Policy) any {
			spans := map[string]incident.Span{}
			for priority, s := range p.DueByPriority {
				spans[string(priority)] = s
			}
			for severity, s := range p.DueBySeverity {
				spans[severity.String()] = s
			}
			return k.show(spans)
		},
	}
}

// byUrgency takes apart what is by priority and what is by severity.
func byUrgency[T any](values map[string]T) (map[incident.Priority]T, map[incident.Severity]T) {
	priorities, severities := map[incident.Priority]T{}, map[incident.Severity]T{}
	for name, value := range values {
		if severity, ok := incident.ParseSeverity(name); ok {
			severities[severity] = value
		} else {
			priorities[incident.Priority(name)] = value
		}
	}
	return priorities, severities
}

// fallbackDelay is how long Jira may refuse a ticket where a team says nothing
// else of it than that there is a fallback.
const fallbackDelay = 24 * time.Hour

// fallback is two keys in the file and one field in the policy, which is zero
// for none. The second key alone would be a slip, see [checkFallback].
func fallback() []setting {
	where, after := oneOf("fallback", []string{fallbackGitHub}), delay()
	return []setting{
		{
			path: "jira.fallback", holds: where.holds, schema: where.schema,
			doc: "Where a follow-up goes that Jira has not taken for long: `github` opens it as an issue. Without it, it waits.",
			read: func(n ast.Node, p *incident.Policy) *RepositoryError {
				_, err := where.read(n)
				p.Fallback = cmp.Or(p.Fallback, fallbackDelay)
				return err
			},
			value: func(p incident.Policy) any {
				if p.Fallback == 0 {
					return ""
				}
				return fallbackGitHub
			},
		},
		{
			path: "jira.fallback_after", holds: after.holds, schema: after.schema,
			doc: "For how long Jira must have refused it, or been down; `1d` where only `jira.fallback` is set.",
			read: func(n ast.Node, p *incident.Policy) *RepositoryError {
				var err *RepositoryError
				p.Fallback, err = after.read(n)
				return err
			},
			value: func(p incident.Policy) any { return after.show(p.Fallback) },
		},
	}
}

const fallbackGitHub = "github"

// checkFallback refuses a delay for which nothing is to happen.
func checkFallback(root ast.Node) *RepositoryError {
	after := find(root, "jira.fallback_after")
	if isNull(after) || !isNull(find(root, "jira.fallback")) {
		return nil
	}
	return at(start(after), "nothing is to happen after this: write fallback: github beside it, or remove the line")
}

// templates are by severity in the policy, where a name stands for all the
// others in the file.
func templates() setting {
	k := byKey(severityOrOthers(), scalar(template()), 6)
	return setting{
		path: "postmortem.templates", holds: k.holds, schema: k.schema,
		doc: "The built-in template of the page, by the incident's severity; `default` is for all that are not named. A repository's own, `" + incident.TemplateFile + "`, comes before it.",
		read: func(n ast.Node, p *incident.Policy) *RepositoryError {
			names, err := k.read(n)
			p.Templates = map[incident.Severity]string{}
			for _, severity := range severityNames() {
				s, _ := incident.ParseSeverity(severity)
				if name := cmp.Or(names[severity], names[others]); name != "" {
					p.Templates[s] = name
				}
			}
			return err
		},
		value: func(p incident.Policy) any {
			names := map[string]string{}
			for s, name := range p.Templates {
				names[s.String()] = name
			}
			return k.show(names)
		},
	}
}

// readPolicy reads the keys of the file that stand below a prefix, such as
// "severity.", or "" for all of it. A key without a value is as good as none.
func readPolicy(n ast.Node, prefix string, p *incident.Policy) *RepositoryError {
	name := strings.TrimSuffix(prefix, ".")
	if name == "" {
		name = "the file"
	}
	return entries(n, name, func(k key, value ast.Node) *RepositoryError {
		for _, s := range settings() {
			switch path := prefix + k.name; {
			case strings.Contains(k.name, "."):
				return unknown(k, prefix)
			case path == s.path && isNull(value):
				return nil
			case path == s.path:
				return s.read(value, p)
			case strings.HasPrefix(s.path, path+"."):
				return readPolicy(value, path+".", p)
			}
		}
		return unknown(k, prefix)
	})
}
