package config_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"hindsight/internal/config"
)

// TestReadmeNamesEverySetting holds the README's table of variables to the
// flags.
func TestReadmeNamesEverySetting(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	variable := regexp.MustCompile("`(HINDSIGHT_[A-Z_]+)`")
	rows := map[string]string{} // by variable
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "| `HINDSIGHT_") {
			continue
		}
		for _, m := range variable.FindAllStringSubmatch(line, -1) {
			rows[m[1]] = line
		}
	}
	flags := map[string]string{} // the defaults, by variable
	defaults(reflect.TypeFor[config.Serve](), flags)
	defaults(reflect.TypeFor[config.Log](), flags)
	for name, standard := range flags {
		if row, ok := rows[name]; !ok {
			t.Errorf("the README's table lacks %s", name)
		} else if standard != "" && !strings.Contains(row, "`"+standard+"`") {
			t.Errorf("the README does not say that %s is %s by default: %s", name, standard, row)
		}
	}
	for name := range rows {
		if _, ok := flags[name]; !ok {
			t.Errorf("the README names %s, which no flag reads", name)
		}
	}
}

// defaults collects the variables that kong reads into a struct.
func defaults(of reflect.Type, into map[string]string) {
	for field := range of.Fields() {
		if _, embedded := field.Tag.Lookup("embed"); embedded {
			defaults(field.Type, into)
		} else if name := field.Tag.Get("env"); name != "" {
			into[name] = field.Tag.Get("default")
		}
	}
}
