package check_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/check"
	"hindsight/internal/incident"
)

// found are the findings of one rule, as "line:column".
func found(t *testing.T, id, page string, customers ...string) []string {
	t.Helper()
	return places(check.New().Check(page, allBut(id), customers))
}

// allBut are the names of the rules but one.
func allBut(id string) []string {
	return slices.DeleteFunc(incident.Checks(), func(other string) bool { return other == id })
}

func places(findings []incident.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, place(f.Line, f.Column))
	}
	return all
}

// clean are texts that a rule finds nothing in.
func clean(t *testing.T, id string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if got := found(t, id, text); got != nil {
			t.Errorf("%q: found at %v, want nothing", text, got)
		}
	}
}

// dirty are texts that a rule finds one thing in, where "»" stands.
func dirty(t *testing.T, id string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		before, after, marked := strings.Cut(text, "»")
		if !marked {
			t.Fatalf("%q does not say where", text)
		}
		lines := strings.Split(before, "\n")
		want := []string{place(len(lines), len([]rune(lines[len(lines)-1]))+1)}
		if diff := cmp.Diff(want, found(t, id, before+after)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
		if slices.Contains(serious, id) {
			stillFound(t, id, text)
		}
	}
}

var serious = []string{"secret", "email", "address", "host", "customer"}

func TestRules(t *testing.T) {
	t.Parallel()
	var ids []string
	docs := map[string]bool{}
	for _, r := range check.Rules() {
		ids = append(ids, r.ID)
		if r.Doc == "" || docs[r.Doc] || !strings.HasSuffix(r.Doc, ".") {
			t.Errorf("%s is explained as %q, want a sentence of its own", r.ID, r.Doc)
		}
		docs[r.Doc] = true
		if serious := slices.Contains(serious, r.ID); r.Serious != serious {
			t.Errorf("%s is serious: %v, want %v", r.ID, r.Serious, serious)
		}
	}
	if diff := cmp.Diff(incident.Checks(), ids); diff != "" {
		t.Errorf("rules (-incident.Checks +check.Rules):\n%s", diff)
	}
}

// docs/checks.md lists each rule, and says for each what to write instead.
func TestRulesAreExplained(t *testing.T) {
	t.Parallel()
	doc := read(t, "docs/checks.md")
	parts := strings.Split(doc, "\n## ")
	if len(parts) < len(check.Rules())+1 {
		t.Errorf("there are only %d parts for %d rules", len(parts)-1, len(check.Rules()))
	}
	for i, r := range check.Rules() {
		weight := map[bool]string{true: "serious", false: "advice"}[r.Serious]
		if row := "| [`" + r.ID + "`](#" + r.ID + ") | " + r.Doc + " | " + weight + " |"; !strings.Contains(parts[0], row) {
			t.Errorf("the table lacks %s", row)
		}
		if i+1 < len(parts) && (!strings.HasPrefix(parts[i+1], r.ID+"\n") || !strings.Contains(parts[i+1], "**Instead:** ")) {
			t.Errorf("part %d is not about %s, or does not say what to write instead", i+1, r.ID)
		}
	}
}

// What we write ourselves meets our own rules.
func TestOwnTexts(t *testing.T) {
	t.Parallel()
	names := files(t, "*.md")
	names = append(names, files(t, "docs/*.md")...)
	names = append(names, files(t, "deploy/*.md")...)
	for _, name := range names {
		for _, f := range check.New().Check(read(t, name), nil, []string{"Globex"}) {
			t.Errorf("%s:%d:%d: %s (%s)", name, f.Line, f.Column, f.Text, f.Rule)
		}
	}
	pages := files(t, "templates/pages/*.md")
	if len(names) < 8 || len(pages) != len(incident.Templates()) {
		t.Fatalf("looked through %v and %v", names, pages)
	}
	for _, name := range pages {
		for _, f := range check.New().Template(read(t, name), nil, []string{"Globex"}) {
			t.Errorf("%s:%d:%d: %s (%s)", name, f.Line, f.Column, f.Text, f.Rule)
		}
	}
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob("../../" + pattern)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		names[i] = strings.TrimPrefix(filepath.ToSlash(name), "../../")
	}
	return names
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const page = "\uFEFFAsk ann@acme.io.\r\n\r\n# Open\r\n<!-- public -->\r\n→ 10.1.2.3, then b@acme.io\r\n\r\n## Closed\r\n<!-- internal -->\r\nSee c@acme.io\r\n\r\n# Left\n"
	const mail, address = "This is an e-mail address: name the role or the team instead.", "This is an IP address: say what it is the address of instead."
	want := []incident.Finding{
		{Rule: "email", Line: 1, Column: 5, Serious: true, Text: mail},
		{Rule: "address", Line: 5, Column: 3, Serious: true, Public: true, Text: address},
		{Rule: "email", Line: 5, Column: 18, Serious: true, Public: true, Text: mail},
		{Rule: "email", Line: 9, Column: 5, Serious: true, Text: mail},
		{Rule: "empty", Line: 11, Column: 1, Text: "This section is empty: fill it in, or take it out."},
	}
	c := check.New()
	if diff := cmp.Diff(want, c.Check(page, nil, nil)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if got := c.Check(page, []string{"email", "empty", "address", "no such rule"}, nil); got != nil {
		t.Errorf("with the rules off: %v", got)
	}
	if got := c.Template(page, []string{"email"}, nil); len(got) != 1 || got[0].Rule != "address" {
		t.Errorf("as a template: %v, want the address alone", got)
	}
	if got := c.Check("", nil, []string{"Globex"}); got != nil {
		t.Errorf("nothing: %v", got)
	}
	if got := len(c.Check(strings.Repeat("a@acme.io\n", 1000), nil, nil)); got != 100 {
		t.Errorf("%d findings, want no more than one reads", got)
	}
}

// Who reads the rest of a page that is too long?
func TestPageTooLong(t *testing.T) {
	t.Parallel()
	c := check.New()
	longest := strings.Repeat("words\n", 256<<10/6) + "ends"
	if got := c.Check(longest, nil, nil); got != nil {
		t.Errorf("%d bytes: found %+v", len(longest), got)
	}
	for name, look := range map[string]func(string, []string, []string) []incident.Finding{"page": c.Check, "template": c.Template} {
		got := look(longest+".", incident.Checks(), nil)
		if len(got) != 1 || got[0].Line != 1 || !got[0].Serious || !got[0].Public || !strings.Contains(got[0].Text, "longer than 256 KB") {
			t.Errorf("%s: found %+v, want a word that it was not looked through", name, got)
		}
	}
}

// What Hindsight wrote itself is nobody's word; what only looks like it is.
func TestCheckSkipsOurMarkers(t *testing.T) {
	t.Parallel()
	for _, own := range []string{
		"<!-- hindsight:page incident=123456#42 -->", "<!-- hindsight:begin block=facts digest=abcdefghijkl -->",
		"<!-- hindsight:begin block=timeline keys=" + strings.Repeat("a1b2c3d4", 500) + " -->", "<!-- hindsight:end block=follow-ups -->",
	} {
		if got := check.New().Check(own+"\nGood.", nil, []string{"Facts", "timeline", "follow-ups"}); got != nil {
			t.Errorf("%.60q: %v", own, got)
		}
	}
	if got := found(t, "email", "<!-- hindsight:begin block=facts by=ann@acme.io -->\n<!-- hindsight:x ann@acme.io -->"); len(got) != 2 {
		t.Errorf("found at %v, want what people hid", got)
	}
}

// A finding never holds what was found.
func TestFindingsRepeatNothing(t *testing.T) {
	t.Parallel()
	parts := []string{"ann.smith@acme.io", "10.20.30.40", "db7.corp", "Globex", "Jane Doe", token(), "hunter2hunter2"}
	page := "# Globex\n<!-- Globex -->\n\n# A\nJane Doe should have checked ann.smith@acme.io on 10.20.30.40, db7.corp: " + token() + " or https://jane:hunter2hunter2@db7.corp/x.\n" +
		"# Follow-ups\n- [ ] Investigate Globex\n# Timeline\n| Globex |\n| - |\n| Jane Doe |\n"
	findings := check.New().Check(page, nil, []string{"globex"})
	rules := map[string]bool{}
	for _, f := range findings {
		rules[f.Rule] = true
		for _, part := range parts {
			if strings.Contains(strings.ToLower(f.Text), strings.ToLower(part)) {
				t.Errorf("%s says %q", f.Rule, f.Text)
			}
		}
	}
	if len(rules) < 8 {
		t.Errorf("only %v found something", rules)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{
		"# Timeline\n|a|\n|-|\n|b|\n", "- [ ] a\r", "\uFEFFa@b.co\r\n::1 10.1.2.3", "# Follow-ups\n- [ ] investigate", "# A\n===\n", "x://a:b@c", "\xff# \xff\n@a forgot",
	} {
		f.Add(s)
	}
	c := check.New()
	f.Fuzz(func(t *testing.T, page string) {
		for _, found := range c.Check(page, nil, []string{"Globex Ltd", "é"}) {
			if found.Line < 1 || found.Column < 1 || found.Line > strings.Count(page, "\n")+strings.Count(page, "\r")+1 || found.Text == "" {
				t.Errorf("%q: %+v", page, found)
			}
		}
	})
}
