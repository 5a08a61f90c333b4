package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"hindsight/internal/config"
)

// TestSchemaAgrees holds the schema against the parser: editors must not
// complain of what is right, and should of what is wrong.
func TestSchemaAgrees(t *testing.T) {
	t.Parallel()
	s := compiled(t)
	for name, good := range goodFiles(t) {
		if value, ok := decoded(t, good.text); !ok {
			t.Errorf("%s: is no YAML", name)
		} else if err := s.Validate(value); err != nil {
			t.Errorf("%s: the schema refuses what the parser takes: %v", name, err)
		}
	}
	// What a schema doesn't see: places, spelling, other keys, the file itself.
	subtle := []string{
		"zone", "zone is a path", "zone of the server", "zone is long", "severity twice", "alias twice", "due twice", "template twice", "wiki for git", "wiki climbs", "due is far",
		"empty title", "title of lines", "label that turns", "label with a pattern",
		"placeholder", "placeholder's case", "far placeholder", "half a placeholder", "pattern is long",
		"component of lines", "fallback is far", "when without what",
		"second document", "merge", "tagged keys", "not UTF-8", "too large",
	}
	for name, bad := range badFiles() {
		value, ok := decoded(t, bad.text)
		if refused := !ok || s.Validate(value) != nil; refused == slices.Contains(subtle, name) {
			t.Errorf("%s: refused by the schema: %t", name, refused)
		}
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile("../../docs/hindsight.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err = c.AddResource("hindsight.schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("hindsight.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// decoded is a file as editors see it; false if it is no YAML.
func decoded(t *testing.T, text string) (any, bool) {
	t.Helper()
	var value any
	if yaml.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &value) != nil {
		return nil, false
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, false
	}
	value, err = jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return value, true
}

func TestInForce(t *testing.T) {
	t.Parallel()
	policy, err := config.ParseRepository(repositoryFile, []byte(
		"severity: {aliases: {P2: sev2, p1: sev1}}\nfollow_ups: {due: {sev1: 14d, p0: 3d, p1: 1m}, standard: {sev1: [a, b]}}\nlabels: {on_follow_ups: []}"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range config.InForce(policy) {
		if !s.Default {
			got[s.Key] = s.Value
		}
	}
	want := map[string]string{
		"severity.aliases": "p1: sev1, p2: sev2", "follow_ups.due": "p0: 3d, p1: 1m, sev1: 2w",
		"follow_ups.standard": "sev1: 2", "labels.on_follow_ups": "none",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
