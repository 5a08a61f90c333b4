package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

// update writes what is made from the settings, instead of comparing it:
//
//	go test ./internal/config -update
var update = flag.Bool("update", false, "write the schema and the tables in the documentation")

const (
	manual     = "../../docs/repository-configuration.md"
	schemaFile = "../../docs/hindsight.schema.json"
)

// These two are not parallel: with -update they write what others read.

func TestSchemaIsCurrent(t *testing.T) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(wholeSchema()); err != nil {
		t.Fatal(err)
	}
	current(t, schemaFile, b.String())
}

func TestManualIsCurrent(t *testing.T) {
	const begin, end = "<!-- settings -->\n", "<!-- /settings -->"
	text := read(t, manual)
	before, rest, begins := strings.Cut(text, begin)
	_, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("%s has no place for the table, between %q and %q", manual, begin, end)
	}
	current(t, manual, before+begin+table()+end+after)
}

// current fails if a file is not as the settings want it, or makes it so.
func current(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, read(t, file)); diff != "" {
		t.Errorf("%s is stale; go test ./internal/config -update writes it (-want +got):\n%s", file, diff)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// section says what belongs under one of the file's keys.
type section struct{ name, doc string }

// sections are the keys that hold others, in the documentation's order.
func sections() []section {
	return []section{
		{"incident", "What starts an incident."},
		{"severity", "How bad an incident is."},
		{"postmortem", "The post-mortem page."},
		{"wiki", "What this repository's wiki is for, beside its own pages."},
		{"checks", "What pages are checked by."},
		{"follow_ups", "What becomes of action items."},
		{"jira", "What becomes of tickets in Jira, where the operator has connected it."},
		{"labels", "The names of the labels that Hindsight reads and writes."},
	}
}

func wholeSchema() schema {
	keys := map[string]schema{"": {}}
	for _, s := range settings() {
		section, name, below := strings.Cut(s.path, ".")
		if !below {
			section, name = "", section
		}
		if keys[section] == nil {
			keys[section] = schema{}
		}
		property := schema{"description": s.doc}
		if standard := s.value(incident.DefaultPolicy()); standard != "" {
			property["default"] = standard
		}
		maps.Copy(property, s.schema)
		property["type"] = orNull(property["type"])
		keys[section][name] = property
	}
	for _, s := range sections() {
		keys[""][s.name] = schema{"description": s.doc, "type": []string{"object", "null"}, "additionalProperties": false, "properties": keys[s.name]}
	}
	return schema{
		"$schema": "http://json-schema.org/draft-07/schema#", "title": "Hindsight",
		"description": "A repository's .github/hindsight.yml.",
		"type":        []string{"object", "null"}, "additionalProperties": false, "properties": keys[""],
	}
}

// orNull lets a key stand without a value, with its own commented out.
func orNull(types any) []string {
	all, several := types.([]string)
	if one, single := types.(string); single {
		all = []string{one}
	} else if several {
		all = slices.Clone(all)
	}
	if !slices.Contains(all, "null") {
		all = append(all, "null")
	}
	return all
}

func table() string {
	var b strings.Builder
	b.WriteString("| key | default | holds | |\n| --- | --- | --- | --- |\n")
	for _, s := range settings() {
		standard := said(s.value(incident.DefaultPolicy()))
		if standard != "none" {
			standard = "`" + strings.ReplaceAll(standard, ", ", "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.path, standard, s.holds, s.doc)
	}
	return b.String()
}

func TestSettingsAreDocumented(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range settings() {
		if seen[s.path] || !strings.HasSuffix(s.doc, ".") || strings.Contains(s.doc, "|") || s.holds == "" || s.schema["type"] == nil {
			t.Errorf("%s is there twice, or lacks words: %q, %q", s.path, s.doc, s.holds)
		}
		seen[s.path] = true
		if group, _, below := strings.Cut(s.path, "."); below && !slices.ContainsFunc(sections(), func(have section) bool { return have.name == group }) {
			t.Errorf("%s is in no section", s.path)
		}
	}
}

// TestManualsExample has the example in the documentation set everything, to
// something else than the default.
func TestManualsExample(t *testing.T) {
	t.Parallel()
	m := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(read(t, manual))
	if m == nil {
		t.Fatal("there is no example")
	}
	policy, err := ParseRepository("example", []byte(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range InForce(policy) {
		if s.Default {
			t.Errorf("the example leaves %s at %s", s.Key, s.Value)
		}
	}
	got, standard := reflect.ValueOf(policy), reflect.ValueOf(incident.DefaultPolicy())
	for i := range got.NumField() {
		if reflect.DeepEqual(got.Field(i).Interface(), standard.Field(i).Interface()) {
			t.Errorf("no setting of the example changes the policy's %s", got.Type().Field(i).Name)
		}
	}
}

// TestFillings holds what labels are checked with against what the rules fill
// in.
func TestFillings(t *testing.T) {
	t.Parallel()
	var known []string
	for name, f := range fillings() {
		known = append(known, name)
		if !regexp.MustCompile(`^` + f.form + `$`).MatchString(map[string]string{
			"{severity}": incident.Severity(5).String(), "{date}": "20261120", "{number}": "7",
			"{priority}": "p4", "{type}": string(incident.Mitigation),
		}[name]) {
			t.Errorf("%s does not take what it is filled with", name)
		}
	}
	slices.Sort(known)
	if diff := cmp.Diff(slices.Sorted(slices.Values(incident.Placeholders())), known); diff != "" {
		t.Errorf("(-rules +here):\n%s", diff)
	}
}
