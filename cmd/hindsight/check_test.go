package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, text string // no text: there is no such file
		code       int
		out, err   string // regular expressions; "" for nothing at all
	}{
		"good": {
			"hindsight.yml", "severity: {default: sev2}\nfollow_ups: {due: {p0: 3d}}\n", 0,
			`^hindsight\.yml: OK\n(?s:.*)\n  severity\.default +sev2\n(?s:.*)\n  postmortem\.from +sev3  \(default\)\n(?s:.*)  follow_ups\.due +p0: 3d\n`, "",
		},
		"empty":        {"a.yaml", "\n", 0, `^a\.yaml: OK\n(  \S+ +.*  \(default\)\n)+$`, ""},
		"mistake":      {"hindsight.yml", "timezone: UTC\nsevrity: {}\n", exitFailed, "", `^hindsight\.yml:2:1: unknown key "sevrity" in the file: did you mean severity\?\nhindsight: hindsight\.yml can't be used .*\n$`},
		"too large":    {"hindsight.yml", strings.Repeat("# on and on\n", 1<<16), exitFailed, "", `^hindsight\.yml:1:1: the file is larger than 64 KB`},
		"not there":    {"hindsight.yml", "", exitUsage, "", `^hindsight: the configuration can't be read: .*hindsight\.yml: no such file.*\n$`},
		"a page":       {"2026-11-20-outage-42.md", "# Outage\n", exitUsage, "", `^hindsight: .*is a page, and pages can't be checked yet.*\n$`},
		"another file": {"hindsight.json", "{}", exitUsage, "", `^hindsight: .*whose name ends in \.yml or \.yaml.*\n$`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			file := filepath.Join(folder, tt.file)
			if tt.text != "" {
				must(t, os.WriteFile(file, []byte(tt.text), 0o600))
			}
			code, out, said := runCommand(t, "check", file)
			out, said = strings.ReplaceAll(out, folder+"/", ""), strings.ReplaceAll(said, folder+"/", "")
			if code != tt.code || !says(tt.out, out) || !says(tt.err, said) {
				t.Errorf("exit code %d, want %d\n%s---\n%s", code, tt.code, out, said)
			}
		})
	}
	if code, _, said := runCommand(t, "check", filepath.Join(t.TempDir(), "..")+"/"); code != exitUsage || said == "" {
		t.Errorf("a folder: exit code %d, said %q", code, said)
	}
}

// says is whether a text is as a pattern says; no pattern is for no text.
func says(pattern, text string) bool {
	return (pattern == "") == (text == "") && regexp.MustCompile(pattern).MatchString(text)
}
