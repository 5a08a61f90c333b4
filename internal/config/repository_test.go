package config_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/config"
	"hindsight/internal/incident"
)

const repositoryFile = ".github/hindsight.yml"

// byName compares zones by name, which is all that a policy says of them.
func byName() cmp.Option {
	return cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
}

// goodFile is a configuration that can be used.
type goodFile struct {
	text string
	want func(*incident.Policy) // what it changes
}

func goodFiles(t *testing.T) map[string]goodFile {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]goodFile{
		"empty":                     {"", nil},
		"comments":                  {"# nothing\n\n# here\n", nil},
		"start mark":                {"---\n", nil},
		"keys alone":                {"timezone:\nseverity:\nincident:\n  apps:\nfollow_ups:\n  standard:\n", func(p *incident.Policy) { p.Zone = time.UTC }},
		"byte order mark":           {"\ufefftimezone: Europe/Berlin\n", func(p *incident.Policy) { p.Zone = berlin }},
		"JSON":                      {`{"severity": {"default": "sev2"}}`, func(p *incident.Policy) { p.DefaultSeverity = 2 }},
		"severity's other spelling": {"postmortem: {from: SEV-5}", func(p *incident.Policy) { p.PageFrom = 5 }},
		"old settings": {
			`# Ours.
timezone: Europe/Berlin   # where the team is
severity:
  default: sev4
postmortem:
  from: "sev2"
incident:
  apps: [pagerbot, "form-labeller[bot]"]
follow_ups:
  standard:
    sev1:
      - Send the customer message
      - 'Tell the "status page"'
    sev2: [Check the alerts, 2026]
    sev3: []
`,
			func(p *incident.Policy) {
				p.Zone, p.DefaultSeverity, p.PageFrom = berlin, 4, 2
				p.Apps = []string{"pagerbot", "form-labeller[bot]"}
				p.Standard = map[incident.Severity][]string{
					1: {"Send the customer message", `Tell the "status page"`}, 2: {"Check the alerts", "2026"}, 3: nil,
				}
			},
		},
		"labels": {
			`incident: {label: 'outage 🔥'}
labels:
  follow_up: Action
  on_follow_ups: ["{severity}", 'team/x', "{type} {priority} {date} {number}"]
  complete: "  done  "
  security: 911
  status: 'review '
`,
			func(p *incident.Policy) {
				p.Label, p.FollowUpLabel, p.CompleteLabel, p.SecurityLabel = "outage 🔥", "Action", "done", "911"
				p.LabelPatterns = []string{"{severity}", "team/x", "{type} {priority} {date} {number}"}
				p.StatusPrefix = "review"
			},
		},
		"no other labels": {"labels: {on_follow_ups: []}", func(p *incident.Policy) { p.LabelPatterns = nil }},
		"labels swapped":  {"labels: {complete: security, security: postmortem-complete}", func(p *incident.Policy) { p.CompleteLabel, p.SecurityLabel = "security", "postmortem-complete" }},
		"longest labels": {
			"incident: {label: " + strings.Repeat("é", 50) + "}\nlabels: {status: " + strings.Repeat("x", 40) + ", on_follow_ups: ['" + strings.Repeat("y", 40) + "{type}']}\n",
			func(p *incident.Policy) {
				p.Label, p.StatusPrefix = strings.Repeat("é", 50), strings.Repeat("x", 40)
				p.LabelPatterns = []string{strings.Repeat("y", 40) + "{type}"}
			},
		},
		"aliases": {
			"severity: {aliases: {P1: sev1, ' Customers Waiting ': SEV-2, 3: sev3, \"é\": sev1}}",
			func(p *incident.Policy) {
				p.Aliases = map[string]incident.Severity{"p1": 1, "customers waiting": 2, "3": 3, "é": 1}
			},
		},
		"owner":        {"follow_ups: {owner: octo-cat_corp}", func(p *incident.Policy) { p.Owner = "octo-cat_corp" }},
		"owner with @": {"follow_ups: {owner: '@octocat'}", func(p *incident.Policy) { p.Owner = "octocat" }},
		"due": {
			"follow_ups: {due: {p0: 3d, P4: 2 weeks, SEV-1: 1m, sev5: 1 Month, sev2: 10D}}",
			func(p *incident.Policy) {
				p.DueByPriority = map[incident.Priority]incident.Span{"p0": {Days: 3}, "p4": {Days: 14}}
				p.DueBySeverity = map[incident.Severity]incident.Span{1: {Months: 1}, 5: {Months: 1}, 2: {Days: 10}}
			},
		},
		"at once": {"follow_ups: {at_once: 200}", func(p *incident.Policy) { p.MaxNew = 200 }},
		"templates by severity": {"postmortem: {templates: {SEV-1: pagerduty, sev4: 18f}}", func(p *incident.Policy) {
			p.Templates = map[incident.Severity]string{1: "pagerduty", 4: "18f"}
		}},
		"templates of all": {"postmortem: {templates: {default: minimal, sev1: default}}", func(p *incident.Policy) {
			p.Templates = map[incident.Severity]string{1: "default", 2: "minimal", 3: "minimal", 4: "minimal", 5: "minimal"}
		}},
		"no templates": {"postmortem: {templates: {}}", func(p *incident.Policy) { p.Templates = map[incident.Severity]string{} }},
		"wikis": {
			"postmortem: {wiki: Acme/Post.Mortems, publish_to: ' acme/status '}\nwiki: {accepts: [Acme/Shop, 'acme/*']}\n",
			func(p *incident.Policy) {
				p.Wiki, p.Showcase, p.Writers = "acme/post.mortems", "acme/status", []string{"acme/shop", "acme/*"}
			},
		},
		"checks": {"checks: {off: [email, vague, email], customers: acme/customers}", func(p *incident.Policy) {
			p.ChecksOff, p.Customers = []string{"email", "vague", "email"}, "acme/customers"
		}},
		"places": {
			"follow_ups: {place: Jira, place_by_severity: {SEV-1: OPS, sev5: HERE}, place_by_type: {process: Acme/Handbook, detection: ' O2_X '}}",
			func(p *incident.Policy) {
				p.Place = "jira"
				p.PlaceBySeverity = map[incident.Severity]string{1: "OPS", 5: "here"}
				p.PlaceByType = map[incident.ItemType]string{"process": "acme/handbook", "detection": "O2_X"}
			},
		},
		"here, said": {"follow_ups: {place: here}", func(p *incident.Policy) { p.Place = "here" }},
		"components": {"jira: {components: [Check-out, 'API, public', 2026]}", func(p *incident.Policy) {
			p.Components = []string{"Check-out", "API, public", "2026"}
		}},
		"fallback":            {"jira: {fallback: github}", func(p *incident.Policy) { p.Fallback = 24 * time.Hour }},
		"fallback, then when": {"jira: {fallback: github, fallback_after: 4h}", func(p *incident.Policy) { p.Fallback = 4 * time.Hour }},
		"when, then fallback": {"jira: {fallback_after: 2 W, fallback: github}", func(p *incident.Policy) { p.Fallback = 14 * 24 * time.Hour }},
	}
}

func TestParseRepository(t *testing.T) {
	t.Parallel()
	for name, tt := range goodFiles(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := incident.DefaultPolicy()
			if tt.want != nil {
				tt.want(&want)
			}
			got, err := config.ParseRepository(repositoryFile, []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, byName()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// badFile is a configuration with a mistake.
type badFile struct {
	text, want string // the error from the line on
}

func badFiles() map[string]badFile {
	return map[string]badFile{
		"unknown key":          {"timezone: UTC\ntimezome: UTC\n", `2:1: unknown key "timezome" in the file: did you mean timezone?`},
		"unknown key below":    {"severity:\n  worst: sev1\n", `2:3: unknown key "worst" in severity: what can be set there is aliases, default`},
		"key twice":            {"timezone: UTC\ntimezone: UTC\n", `2:1: "timezone" is there twice: keep one`},
		"zone":                 {"timezone: Mars/Base\n", `1:11: "Mars/Base" is no time zone: write one like Europe/Berlin or UTC`},
		"zone is a path":       {"timezone: ../../etc/passwd\n", `1:11: "../../etc/passwd" is no time zone: write one like Europe/Berlin or UTC`},
		"zone of the server":   {"timezone: Local\n", `1:11: "Local" is no time zone: write one like Europe/Berlin or UTC`},
		"zone is a list":       {"timezone: [UTC]\n", `1:11: this must be plain text, and it is a list`},
		"zone is long":         {"timezone: " + strings.Repeat("x", 99) + "\n", `1:11: "` + strings.Repeat("x", 40) + `…" is no time zone: write one like Europe/Berlin or UTC`},
		"severity":             {"severity:\n  default: sev9\n", `2:12: "sev9" is no severity: write one of sev1 (worst) to sev5`},
		"severity number":      {"severity: {default: 2}\n", `1:21: "2" is no severity: write one of sev1 (worst) to sev5`},
		"severity alone":       {"severity: sev1\n", `1:11: severity must hold keys with values, and this is a single value`},
		"apps is a name":       {"incident:\n  apps: bot\n", `2:9: this must be a list, each entry on a line that begins with "- ", and it is a single value`},
		"app":                  {"incident:\n  apps:\n    - a b\n", `3:7: "a b" is no App's name: write it as in the App's address, like my-app`},
		"standard severity":    {"follow_ups:\n  standard:\n    worst: [a]\n", `3:5: "worst" is no severity: write one of sev1 (worst) to sev5`},
		"severity twice":       {"follow_ups:\n  standard:\n    sev1: [a]\n    SEV-1: [b]\n", `4:5: sev1 is there twice: keep one`},
		"empty title":          {"follow_ups:\n  standard:\n    sev1:\n      - ' '\n", `4:9: a follow-up without a title: write one, or remove the line`},
		"long title":           {"follow_ups:\n  standard:\n    sev1:\n      - " + strings.Repeat("é", 201) + "\n", `4:9: a follow-up's title has more than 200 characters: shorten it`},
		"title of lines":       {"follow_ups:\n  standard:\n    sev1:\n      - \"a\\nb\"\n", `4:9: a follow-up's title must be a single line of plain text: shorten it`},
		"title with keys":      {"follow_ups:\n  standard:\n    sev1:\n      - a: b\n", `4:9: this must be plain text, and it is keys with values`},
		"many titles":          {"follow_ups: {standard: {sev1: [" + strings.Repeat("a,", 25) + "z]}}\n", `1:82: more than 25 entries: shorten the list`},
		"second document":      {"timezone: UTC\n---\ntimezone: UTC\n", `2:1: a second document would be ignored: keep everything in one`},
		"list":                 {"- timezone\n", `1:1: the file must hold keys with values, and this is a list`},
		"text":                 {"hello\n", `1:1: the file must hold keys with values, and this is a single value`},
		"alias":                {"incident: &a\n  apps: []\nfollow_ups: *a\n", `1:11: incident must hold keys with values, and this is an anchor, an alias or a merge, which are not used here: write the value itself`},
		"merge":                {"severity: {default: sev1}\n<<: {timezone: UTC}\n", `2:1: a key must be plain text, and this is an anchor, an alias or a merge, which are not used here: write the value itself`},
		"tag":                  {"timezone: !!binary UTC\n", `1:11: this must be plain text, and it is a tag, which is not used here: write the value alone`},
		"tagged keys":          {"severity: !!map {default: sev1}\n", `1:11: severity must hold keys with values, and this is a tag, which is not used here: write the value alone`},
		"tab":                  {"severity:\n\tdefault: sev1\n", `2:1: this is not YAML: found character '\t' that cannot start any token`},
		"open bracket":         {"incident:\n  apps: [a\n", `2:9: this is not YAML: sequence end token ']' not found`},
		"not UTF-8":            {"timezone: \xff\n", `1:1: the file is not UTF-8: save it as UTF-8`},
		"too large":            {strings.Repeat("#\n", 33<<10), `1:1: the file is larger than 64 KB: shorten it`},
		"too many entries":     {strings.Repeat("- a\n", 4000), `1025:1: the file has too many entries: shorten it`},
		"near miss":            {"followUps: {}\n", `1:1: unknown key "followUps" in the file: did you mean follow_ups?`},
		"near miss below":      {"labels: {follow-up: x}\n", `1:10: unknown key "follow-up" in labels: did you mean follow_up under labels?`},
		"key of another place": {"owner: octocat\n", `1:1: unknown key "owner" in the file: did you mean owner under follow_ups?`},
		"key the other way":    {"labels: {incident: x}\n", `1:10: unknown key "incident" in labels: did you mean label under incident?`},
		"path as a key":        {"severity.default: sev1\n", `1:1: unknown key "severity.default" in the file: did you mean default under severity?`},
		"far from all":         {"labels: {x: y}\n", `1:10: unknown key "x" in labels: what can be set there is complete, follow_up, on_follow_ups, security, status`},
		"quoted key twice":     {"labels: {complete: a, 'complete': b}\n", `1:23: "complete" is there twice: keep one`},
		"key is a list":        {"? a\n: b\n", `1:1: a key must be plain text, and this is one behind a question mark`},
		"label is blank":       {"incident: {label: ' '}\n", `1:19: a label without a name: write one, or remove the line`},
		"label is long":        {"incident: {label: " + strings.Repeat("é", 51) + "}\n", `1:19: "` + strings.Repeat("é", 40) + `…" has more than 50 characters, with which GitHub takes no label: shorten it`},
		"label with a comma":   {"labels: {complete: 'a,b'}\n", `1:20: "a,b" holds a comma, with which GitHub separates labels: leave it out`},
		"label of lines":       {"labels: {complete: \"a\\nb\"}\n", `1:20: "a\nb" holds characters that don't show: write the label's name in plain text`},
		"label that turns":     {"labels: {complete: \"a\\u202eb\"}\n", `1:20: "a\u202eb" holds characters that don't show: write the label's name in plain text`},
		"label with a pattern": {"labels: {complete: '{severity} done'}\n", `1:20: "{severity} done" holds {severity}, which is only filled in under labels.on_follow_ups: write a name`},
		"status is long":       {"labels: {status: " + strings.Repeat("x", 41) + "}\n", `1:18: "` + strings.Repeat("x", 40) + `…" has more than 40 characters, with which GitHub takes no label: shorten it`},
		"placeholder":          {"labels: {on_follow_ups: ['{sevrity}']}\n", `1:26: "{sevrity}" holds the unknown placeholder "{sevrity}": did you mean {severity}?`},
		"placeholder's case":   {"labels: {on_follow_ups: ['{Date}']}\n", `1:26: "{Date}" holds the unknown placeholder "{Date}": did you mean {date}?`},
		"far placeholder":      {"labels: {on_follow_ups: ['{who cares}']}\n", `1:26: "{who cares}" holds "{who cares}", which can't be filled in: what can be is {severity}, {date}, {number}, {priority}, {type}`},
		"half a placeholder":   {"labels: {on_follow_ups: ['x{date']}\n", `1:26: "x{date" holds "{", which can't be filled in: what can be is {severity}, {date}, {number}, {priority}, {type}`},
		"pattern is long":      {"labels: {on_follow_ups: ['" + strings.Repeat("y", 41) + "{type}']}\n", `1:26: "` + strings.Repeat("y", 40) + `…" can come to 51 characters, and GitHub takes no label of more than 50: shorten it`},
		"pattern with a comma": {"labels: {on_follow_ups: ['{severity},']}\n", `1:26: "{severity}," holds a comma, with which GitHub separates labels: leave it out`},
		"patterns are text":    {"labels: {on_follow_ups: x}\n", `1:25: this must be a list, each entry on a line that begins with "- ", and it is a single value`},
		"many patterns":        {"labels: {on_follow_ups: [a,b,c,d,e,f,g,h,i,j,k]}\n", `1:46: more than 10 entries: shorten the list`},
		"alias of nothing":     {"severity: {aliases: {P1: urgent}}\n", `1:26: "urgent" is no severity: write one of sev1 (worst) to sev5`},
		"alias twice":          {"severity: {aliases: {P1: sev1, p1: sev2}}\n", `1:32: p1 is there twice: keep one`},
		"alias with a comma":   {"severity: {aliases: {'a,b': sev1}}\n", `1:22: "a,b" holds a comma, with which GitHub separates labels: leave it out`},
		"aliases are a list":   {"severity: {aliases: [P1]}\n", `1:21: this must hold keys with values, and this is a list`},
		"owner is a team":      {"follow_ups: {owner: acme/sre}\n", `1:21: "acme/sre" is a team, and a follow-up has one person as its owner: write a login, like octocat`},
		"owner is nobody":      {"follow_ups: {owner: the boss}\n", `1:21: "the boss" is no account's login: write one, like octocat`},
		"due of nothing":       {"follow_ups: {due: {soon: 3d}}\n", `1:20: "soon" is neither a priority nor a severity: write p0 (most urgent) to p4, or sev1 (worst) to sev5`},
		"due twice":            {"follow_ups: {due: {p1: 3d, P1: 3d}}\n", `1:28: p1 is there twice: keep one`},
		"due is a number":      {"follow_ups: {due: {p1: 3}}\n", `1:24: "3" is no length of time: write one like 3d, 2w or 1m, of at most 5 years`},
		"due goes on":          {"follow_ups: {due: {p1: 3d or so}}\n", `1:24: "3d or so" is no length of time: write one like 3d, 2w or 1m, of at most 5 years`},
		"due is far":           {"follow_ups: {due: {p1: 61m}}\n", `1:24: "61m" is no length of time: write one like 3d, 2w or 1m, of at most 5 years`},
		"none at once":         {"follow_ups: {at_once: 0}\n", `1:23: "0" is no number from 1 to 200: write one in digits, without quotes`},
		"too many at once":     {"follow_ups: {at_once: 201}\n", `1:23: "201" is no number from 1 to 200: write one in digits, without quotes`},
		"at once in quotes":    {"follow_ups: {at_once: '25'}\n", `1:23: "25" is no number from 1 to 200: write one in digits, without quotes`},
		"template":             {"postmortem: {templates: {sev1: pagerdutty}}\n", `1:32: "pagerdutty" is no built-in template: did you mean pagerduty?`},
		"template's file":      {"postmortem: {templates: {sev1: .github/mine.md}}\n", `1:32: ".github/mine.md" is no built-in template: what there is is default, pagerduty, 18f, minimal`},
		"template of nothing":  {"postmortem: {templates: {worst: default}}\n", `1:26: "worst" is no severity: write one of sev1 (worst) to sev5, or default for all the others`},
		"template alone":       {"postmortem: {templates: minimal}\n", `1:25: this must hold keys with values, and this is a single value`},
		"template twice":       {"postmortem: {templates: {sev1: 18f, SEV1: 18f}}\n", `1:37: sev1 is there twice: keep one`},
		"wiki without owner":   {"postmortem: {wiki: postmortems}\n", `1:20: "postmortems" names no repository: write one like acme/postmortems`},
		"wiki is an address":   {"postmortem: {wiki: 'https://github.com/acme/shop/wiki'}\n", `1:20: "https://github.com/acme/shop/wiki" names no repository: write one like acme/postmortems`},
		"wiki for git":         {"postmortem: {publish_to: acme/status.wiki}\n", `1:26: "acme/status.wiki" is an address that git uses: write the repository's name alone, like acme/postmortems`},
		"wiki climbs":          {"postmortem: {wiki: acme/..}\n", `1:20: "acme/.." names no repository: write one like acme/postmortems`},
		"wiki of many":         {"postmortem: {wiki: acme/*}\n", `1:20: "acme/*" names no repository: write one like acme/postmortems`},
		"accepts everybody":    {"wiki: {accepts: ['*']}\n", `1:18: "*" names no repository: write one like acme/shop, or acme/* for all of acme's`},
		"accepts part":         {"wiki: {accepts: [acme/shop-*]}\n", `1:18: "acme/shop-*" names no repository: write one like acme/shop, or acme/* for all of acme's`},
		"accepts is a name":    {"wiki: {accepts: acme/shop}\n", `1:17: this must be a list, each entry on a line that begins with "- ", and it is a single value`},
		"rule":                 {"checks: {off: [e-mail]}\n", `1:16: "e-mail" is no rule: did you mean email?`},
		"rule of nothing":      {"checks: {off: [everything]}\n", `1:16: "everything" is no rule: what there is is secret, email, address, host, customer, blame, outage, follow-up, vague, empty, source`},
		"customers' names":     {"checks: {customers: [Initech]}\n", `1:21: this must be plain text, and it is a list`},
		"wiki of another key":  {"wiki: acme/postmortems\n", `1:7: wiki must hold keys with values, and this is a single value`},
		"no such place":        {"follow_ups: {place: the wiki}\n", `1:21: "the wiki" is no place: write here, jira, a project's key like OPS, or a repository like acme/shop`},
		"project's name":       {"follow_ups: {place: Ops}\n", `1:21: "Ops" is no place: write here, jira, a project's key like OPS, or a repository like acme/shop`},
		"key of one letter":    {"follow_ups: {place_by_severity: {sev1: X}}\n", `1:40: "X" is no place: write here, jira, a project's key like OPS, or a repository like acme/shop`},
		"place is an address":  {"follow_ups: {place: 'https://acme.atlassian.net/browse/OPS'}\n", `1:21: "https://acme.atlassian.net/browse/OPS" names no repository: write one like acme/postmortems`},
		"place by what":        {"follow_ups: {place_by_type: {detect: here}}\n", `1:30: "detect" is no type of follow-up: did you mean detection?`},
		"places are a list":    {"follow_ups: {place: [here, jira]}\n", `1:21: this must be plain text, and it is a list`},
		"component is blank":   {"jira: {components: ['']}\n", `1:21: a name is missing: write it as Jira shows it, or remove the line`},
		"component of lines":   {"jira: {components: [\"a\\nb\"]}\n", `1:21: a name must be a single line of plain text, of at most 255 characters: write it as Jira shows it`},
		"fallback to what":     {"jira: {fallback: gitlab}\n", `1:18: "gitlab" is no fallback: did you mean github?`},
		"fallback when":        {"jira: {fallback: github, fallback_after: soon}\n", `1:42: "soon" is no length of time: write one in hours, days or weeks, like 4h or 2d`},
		"fallback in months":   {"jira: {fallback: github, fallback_after: 1m}\n", `1:42: "1m" is no length of time: write one in hours, days or weeks, like 4h or 2d`},
		"fallback is far":      {"jira: {fallback: github, fallback_after: 91d}\n", `1:42: "91d" is longer than 90 days: shorten it`},
		"when without what":    {"jira:\n  fallback:\n  fallback_after: 4h\n", `3:19: nothing is to happen after this: write fallback: github beside it, or remove the line`},
		"site of a repository": {"jira: {url: 'https://acme.atlassian.net'}\n", `1:8: unknown key "url" in jira: what can be set there is components, fallback, fallback_after`},
		"at once is half":      {"follow_ups: {at_once: 2.5}\n", `1:23: "2.5" is no number from 1 to 200: write one in digits, without quotes`},
	}
}

func TestParseRepositoryErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range badFiles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.ParseRepository(repositoryFile, []byte(tt.text))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(repositoryFile+":"+tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestParseRepositoryIsQuick gives it what YAML parsers choke on, each as
// large as may be.
func TestParseRepositoryIsQuick(t *testing.T) {
	t.Parallel()
	fill := func(s string) string { return strings.Repeat(s, config.RepositoryLimit/len(s)) }
	var keys, indented strings.Builder
	for i := 0; keys.Len() < config.RepositoryLimit-20; i++ {
		_, _ = fmt.Fprintf(&keys, "key%d: v\n", i)
	}
	for i := 0; indented.Len() < config.RepositoryLimit-400; i++ {
		indented.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	for name, text := range map[string]string{
		"brackets": fill("["), "closed": fill("[")[1<<15:] + fill("]")[1<<15:], "braces": fill("{"),
		"maps": fill("{a: "), "dashes": fill("- "), "questions": fill("? "), "anchors": fill("&a "),
		"aliases": "a: &a [x]\nb: [" + fill("*a,")[100:] + "]", "tags": fill("!a "), "colons": fill("a: "),
		"quotes": fill(`"`), "comments": fill("#\n"), "documents": fill("---\n"), "keys": keys.String(),
		"indented": indented.String(), "few brackets": strings.Repeat("[", 2000), "few maps": strings.Repeat("{a: ", 650),
		"few anchors": strings.Repeat("&a ", 1000), "few dashes": strings.Repeat("- ", 2000), "text": "a: " + fill("b\n ")[10:],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			done := make(chan error, 1)
			go func() {
				_, err := config.ParseRepository(repositoryFile, []byte(text))
				done <- err
			}()
			select {
			case err := <-done:
				if !wellFormed(err) && err != nil {
					t.Errorf("got %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("still not done after 10 s")
			}
		})
	}
}

// wellFormed is whether an error names its place and is one sentence that can
// be shown to people.
func wellFormed(err error) bool {
	e, ok := errors.AsType[*config.RepositoryError](err)
	return ok && e.File == repositoryFile && e.Line > 0 && e.Column > 0 && e.Problem != "" &&
		len(e.Problem) < 1000 && strings.IndexFunc(e.Problem, unicode.IsControl) < 0
}

func FuzzParseRepository(f *testing.F) {
	for _, seed := range []string{
		"", "timezone: Europe/Berlin\nseverity: {default: sev2}\n", "incident:\n  apps: [a, 'b[bot]']\n",
		"follow_ups:\n  standard:\n    sev1:\n      - a\n      - |\n        b\n", "a: &x [*x]\n<<: *x\n", "? [a]\n: b\n", "---\n...\n---\n",
		"!!map {}\n", "%YAML 1.2\n---\n", "a: \"\\x41\\u263a\"\n", "- - - [{a: b}]\n",
		"severity: {aliases: {P1: sev1, '  p 2 ': SEV-2}}\nincident: {label: outage}\n",
		"labels:\n  follow_up: a\n  on_follow_ups: ['{severity}', \"{type}_{date}\", x]\n  complete: b\n  security: c\n  status: 'd:'\n",
		"postmortem:\n  templates: {sev1: pagerduty, default: 18f}\n  wiki: a/b\n  publish_to: a/c\nwiki: {accepts: [a/b, 'a/*']}\nchecks: {off: [blame], customers: a/d}\n",
		"follow_ups: {place: OPS, place_by_severity: {sev1: jira}, place_by_type: {process: a/b}}\njira: {components: [x], fallback: github, fallback_after: 4h}\n",
		"follow_ups:\n  owner: '@octocat'\n  due: {p0: 3d, sev1: 2 weeks, SEV-2: 1m}\n  at_once: 40\n", "severity.default: sev1\nLabel: {}\n",
		"|ne:" + strings.Repeat("\a", 4000) + "e|",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		policy, err := config.ParseRepository(repositoryFile, data)
		if err != nil {
			if !wellFormed(err) {
				t.Fatalf("not one sentence with its place: %q", err)
			}
			return
		}
		if problem := unsound(policy); problem != "" {
			t.Fatalf("%s: %+v", problem, policy)
		}
	})
}

// unsound is what the rules could not live with in a policy, "" if they can.
func unsound(p incident.Policy) string {
	severe := func(s incident.Severity) bool { return s >= 1 && s <= 5 }
	if p.Zone == nil || !severe(p.DefaultSeverity) || !severe(p.PageFrom) || p.MaxNew < 1 || p.MaxNew > 200 {
		return "a value that makes no sense"
	}
	labels := append([]string{p.Label, p.FollowUpLabel, p.CompleteLabel, p.SecurityLabel, p.StatusPrefix}, p.LabelPatterns...)
	for name, s := range p.Aliases {
		if labels = append(labels, name); !severe(s) || name != strings.ToLower(name) {
			return "an alias"
		}
	}
	for i, name := range labels {
		if name == "" || len(name) > 4*100 || strings.ContainsFunc(name, unicode.IsControl) || strings.Contains(name, ",") ||
			incident.HasLabel(labels[:i], name) {
			return "a label"
		}
	}
	for severity, titles := range p.Standard {
		for _, title := range titles {
			if !severe(severity) || title == "" || strings.ContainsAny(title, "\r\n") {
				return "a standard follow-up"
			}
		}
	}
	for severity, span := range p.DueBySeverity {
		if !severe(severity) || span.After(time.Time{}).Before(time.Time{}.AddDate(0, 0, 1)) {
			return "a length of time"
		}
	}
	for severity, name := range p.Templates {
		if !severe(severity) || !slices.Contains(incident.Templates(), name) {
			return "a template"
		}
	}
	for _, name := range p.ChecksOff {
		if !slices.Contains(incident.Checks(), name) {
			return "a rule"
		}
	}
	return unsoundPlaces(p)
}

// unsoundPlaces looks at what becomes part of an address.
func unsoundPlaces(p incident.Policy) string {
	places := []string{string(p.Wiki), string(p.Showcase), string(p.Customers)}
	for _, name := range p.Writers {
		places = append(places, strings.TrimSuffix(name, "*"))
	}
	form := regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*/[a-z0-9._-]*$`)
	for _, place := range places {
		if place != "" && (!form.MatchString(place) || strings.HasSuffix(place, "/..") || strings.HasSuffix(place, "/.")) {
			return "a repository"
		}
	}
	return ""
}
