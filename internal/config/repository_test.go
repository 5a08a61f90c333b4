package config_test

import (
	"errors"
	"fmt"
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

func TestParseRepository(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		text string
		want func(*incident.Policy)
	}{
		"empty":                     {"", nil},
		"comments":                  {"# nothing\n\n# here\n", nil},
		"start mark":                {"---\n", nil},
		"keys alone":                {"timezone:\nseverity:\nincident:\n  apps:\nfollow_ups:\n  standard:\n", func(p *incident.Policy) { p.Zone = time.UTC }},
		"byte order mark":           {"\ufefftimezone: Europe/Berlin\n", func(p *incident.Policy) { p.Zone = berlin }},
		"JSON":                      {`{"severity": {"default": "sev2"}}`, func(p *incident.Policy) { p.DefaultSeverity = 2 }},
		"severity's other spelling": {"postmortem: {from: SEV-5}", func(p *incident.Policy) { p.PageFrom = 5 }},
		"all": {
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
	}
	for name, tt := range tests {
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

func TestParseRepositoryErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text, want string // the error from the line on
	}{
		"unknown key":        {"timezone: UTC\ntimezome: UTC\n", `2:1: unknown key "timezome" in the file: what can be set there is follow_ups, incident, postmortem, severity, timezone`},
		"unknown key below":  {"severity:\n  worst: sev1\n", `2:3: unknown key "worst" in severity: what can be set there is default`},
		"key twice":          {"timezone: UTC\ntimezone: UTC\n", `2:1: this is not YAML: mapping key "timezone" already defined at [1:1]`},
		"zone":               {"timezone: Mars/Base\n", `1:11: "Mars/Base" is no time zone: write one like Europe/Berlin or UTC`},
		"zone is a path":     {"timezone: ../../etc/passwd\n", `1:11: "../../etc/passwd" is no time zone: write one like Europe/Berlin or UTC`},
		"zone of the server": {"timezone: Local\n", `1:11: "Local" is no time zone: write one like Europe/Berlin or UTC`},
		"zone is a list":     {"timezone: [UTC]\n", `1:11: this must be plain text, and it is a list`},
		"zone is long":       {"timezone: " + strings.Repeat("x", 99) + "\n", `1:11: "` + strings.Repeat("x", 40) + `…" is no time zone: write one like Europe/Berlin or UTC`},
		"severity":           {"severity:\n  default: sev9\n", `2:12: "sev9" is no severity: write one of sev1 (worst) to sev5`},
		"severity number":    {"severity: {default: 2}\n", `1:21: "2" is no severity: write one of sev1 (worst) to sev5`},
		"severity alone":     {"severity: sev1\n", `1:11: severity must hold keys with values, and this is a single value`},
		"apps is a name":     {"incident:\n  apps: bot\n", `2:9: this must be a list, each entry on a line that begins with "- ", and it is a single value`},
		"app":                {"incident:\n  apps:\n    - a b\n", `3:7: "a b" is no App's name: write it as in the App's address, like my-app`},
		"standard severity":  {"follow_ups:\n  standard:\n    worst: [a]\n", `3:5: "worst" is no severity: write one of sev1 (worst) to sev5`},
		"severity twice":     {"follow_ups:\n  standard:\n    sev1: [a]\n    SEV-1: [b]\n", `4:5: sev1 is there twice: keep one`},
		"empty title":        {"follow_ups:\n  standard:\n    sev1:\n      - ' '\n", `4:9: a follow-up without a title: write one, or remove the line`},
		"long title":         {"follow_ups:\n  standard:\n    sev1:\n      - " + strings.Repeat("é", 201) + "\n", `4:9: a follow-up's title has more than 200 characters: shorten it`},
		"title of lines":     {"follow_ups:\n  standard:\n    sev1:\n      - \"a\\nb\"\n", `4:9: a follow-up's title must be a single line of plain text: shorten it`},
		"title with keys":    {"follow_ups:\n  standard:\n    sev1:\n      - a: b\n", `4:9: this must be plain text, and it is keys with values`},
		"many titles":        {"follow_ups: {standard: {sev1: [" + strings.Repeat("a,", 25) + "z]}}\n", `1:82: more than 25 entries: shorten the list`},
		"second document":    {"timezone: UTC\n---\ntimezone: UTC\n", `2:1: a second document would be ignored: keep everything in one`},
		"list":               {"- timezone\n", `1:1: the file must hold keys with values, and this is a list`},
		"text":               {"hello\n", `1:1: the file must hold keys with values, and this is a single value`},
		"alias":              {"incident: &a\n  apps: []\nfollow_ups: *a\n", `1:11: incident must hold keys with values, and this is an anchor, an alias or a merge, which are not used here: write the value itself`},
		"merge":              {"severity: {default: sev1}\n<<: {timezone: UTC}\n", `2:1: unknown key "<<" in the file: what can be set there is follow_ups, incident, postmortem, severity, timezone`},
		"tag":                {"timezone: !!binary UTC\n", `1:11: this must be plain text, and it is a tag, which is not used here: write the value alone`},
		"tagged keys":        {"severity: !!map {default: sev1}\n", `1:11: severity must hold keys with values, and this is a tag, which is not used here: write the value alone`},
		"tab":                {"severity:\n\tdefault: sev1\n", `2:1: this is not YAML: found character '\t' that cannot start any token`},
		"open bracket":       {"incident:\n  apps: [a\n", `2:9: this is not YAML: sequence end token ']' not found`},
		"not UTF-8":          {"timezone: \xff\n", `1:1: the file is not UTF-8: save it as UTF-8`},
		"too large":          {strings.Repeat("#\n", 33<<10), `1:1: the file is larger than 64 KB: shorten it`},
		"too many entries":   {strings.Repeat("- a\n", 4000), `1025:1: the file has too many entries: shorten it`},
	}
	for name, tt := range tests {
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
		if policy.Zone == nil || policy.DefaultSeverity < 1 || policy.DefaultSeverity > 5 || policy.PageFrom < 1 || policy.PageFrom > 5 {
			t.Fatalf("not a policy: %+v", policy)
		}
		for severity, titles := range policy.Standard {
			for _, title := range titles {
				if severity < 1 || severity > 5 || title == "" || strings.ContainsAny(title, "\r\n") {
					t.Fatalf("%s: %q", severity, title)
				}
			}
		}
	})
}
