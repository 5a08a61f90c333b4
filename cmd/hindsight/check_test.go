package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sayings for the tests of pages: each line breaks one rule.
const (
	goodPage  = "## What happened\n\nThe certificate expired.\n"
	vaguePage = goodPage + "\n## Resolution\n"
	badPage   = goodPage + "\nAsk carol@initech.com about Vandelay Industries.\n"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files    map[string]string
		args     []string
		code     int
		out, err string // regular expressions; "" for nothing at all
	}{
		"configuration": {
			map[string]string{"hindsight.yml": "severity: {default: sev2}\nfollow_ups: {due: {p0: 3d}}\n"},
			[]string{"hindsight.yml"},
			0,
			`^hindsight\.yml: OK\n(?s:.*)\n  severity\.default +sev2\n(?s:.*)\n  postmortem\.from +sev3  \(default\)\n(?s:.*)  follow_ups\.due +p0: 3d\n`, "",
		},
		"empty configuration": {
			map[string]string{"a.yaml": "\n"}, []string{"a.yaml"}, 0, `^a\.yaml: OK\n(  \S+ +.*  \(default\)\n)+$`, "",
		},
		"mistake in a configuration": {
			map[string]string{"hindsight.yml": "timezone: UTC\nsevrity: {}\n"},
			[]string{"hindsight.yml"},
			exitFailed,
			`^hindsight\.yml:2:1: configuration \(serious\): unknown key "sevrity" in the file: did you mean severity\?\n$`,
			`^hindsight: 1 finding in 1 file, 1 of them serious\n$`,
		},
		"large configuration": {
			map[string]string{"hindsight.yml": strings.Repeat("# on and on\n", 1<<14)},
			[]string{"hindsight.yml"},
			exitFailed,
			`^hindsight\.yml:1:1: .*the file is larger than 64 KB`, `^hindsight: 1 finding`,
		},
		"page": {
			map[string]string{"page.md": goodPage}, []string{"page.md"}, 0, `^page\.md: OK\n$`, "",
		},
		"page with a finding": {
			map[string]string{"page.md": vaguePage},
			[]string{"page.md"},
			0,
			`^page\.md:5:1: empty: [^\n]+\n1 finding in 1 file, 0 of them serious\n$`, "",
		},
		"page with serious findings": {
			map[string]string{"page.md": badPage},
			[]string{"page.md"},
			exitFailed,
			`^page\.md:5:5: email \(serious\): [^\n]+\n$`, `^hindsight: 1 finding in 1 file, 1 of them serious\n$`,
		},
		"customers": {
			map[string]string{"page.md": badPage, "names": "# ours\nVandelay Industries\n"},
			[]string{"page.md", "--customers=names"},
			exitFailed,
			`\npage\.md:5:29: customer \(serious\): `, `^hindsight: 2 findings`,
		},
		"rules that are off": {
			map[string]string{"page.md": badPage, "ours.yml": "checks: {off: [email]}\n"},
			[]string{"page.md", "--config=ours.yml"},
			0,
			`^page\.md: OK\n$`, "",
		},
		"template": {
			map[string]string{".github/hindsight/postmortem.md": "# {{title}}\n\n{{facts}}\n"},
			[]string{".github/hindsight/postmortem.md"},
			0, `^\.github/hindsight/postmortem\.md: OK\n$`, "",
		},
		"template by another name": {
			map[string]string{"ours.txt": "{{title}}\n\n{{facst}}\n{{range .}}{{end}}\n"},
			[]string{"--template", "ours.txt"},
			exitFailed,
			`^ours\.txt:3:1: template \(serious\): .*\{\{facts\}\}.*\nours\.txt:4:1: template \(serious\): `, `^hindsight: 2 findings`,
		},
		"several": {
			map[string]string{"a.md": goodPage, "b.md": badPage, "c.yml": "timezone: Mars\n"},
			[]string{"a.md", "b.md", "c.yml"},
			exitFailed,
			`^a\.md: OK\nb\.md:5:5: .*\nc\.yml:1:11: `, `^hindsight: 2 findings in 3 files, 2 of them serious\n$`,
		},
		"not there": {
			map[string]string{"a.md": badPage},
			[]string{"a.md", "hindsight.yml"},
			exitUsage, "",
			`^hindsight: hindsight\.yml can't be read: .*no such file.*\n$`,
		},
		"too large": {
			map[string]string{"a.md": strings.Repeat("x", pageLimit+1)}, []string{"a.md"}, exitUsage, "", `larger than 1024 KB`,
		},
		"a folder":       {map[string]string{"a.md/b.md": ""}, []string{"a.md"}, exitUsage, "", `a\.md can't be read: .*directory`},
		"another file":   {map[string]string{"a.json": "{}"}, []string{"a.json"}, exitUsage, "", `a\.json is nothing that can be checked`},
		"no customers":   {map[string]string{"a.md": goodPage, "names": "# none\n"}, []string{"a.md", "--customers=names"}, exitUsage, "", `lists nobody`},
		"broken rules":   {map[string]string{"a.md": goodPage, "b.yml": "checks: {off: [all]}\n"}, []string{"a.md", "--config=b.yml"}, exitUsage, "", `b\.yml:1:16: "all" is no rule`},
		"unknown format": {map[string]string{"a.md": goodPage}, []string{"a.md", "--format=xml"}, exitUsage, "", `format`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			code, out, said := runIn(t, folder, tt.files, append([]string{"check"}, tt.args...)...)
			if code != tt.code || !says(tt.out, out) || !says(tt.err, said) {
				t.Errorf("exit code %d, want %d\n%s---\n%s", code, tt.code, out, said)
			}
			if strings.Contains(out+said, "initech") || strings.Contains(out+said, "Vandelay") {
				t.Errorf("what was found is repeated:\n%s---\n%s", out, said)
			}
		})
	}
}

// runIn runs the program on files in a folder, and takes the folder out of what
// it says.
func runIn(t *testing.T, folder string, files map[string]string, args ...string) (code int, out, said string) {
	t.Helper()
	write(t, folder, files)
	for i, arg := range args[1:] {
		flag, value, _ := strings.Cut(arg, "=")
		switch {
		case arg == "--template" || flag == "--format":
		case value != "":
			args[i+1] = flag + "=" + filepath.Join(folder, value)
		default:
			args[i+1] = filepath.Join(folder, arg)
		}
	}
	code, out, said = runCommand(t, args...)
	return code, strings.ReplaceAll(out, folder+"/", ""), strings.ReplaceAll(said, folder+"/", "")
}

// write puts files into a folder.
func write(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(folder, name)
		must(t, os.MkdirAll(filepath.Dir(file), 0o700))
		must(t, os.WriteFile(file, []byte(text), 0o600))
	}
}

// says is whether a text is as a pattern says; no pattern is for no text.
func says(pattern, text string) bool {
	return (pattern == "") == (text == "") && regexp.MustCompile(pattern).MatchString(text)
}

func TestCheckAsJSON(t *testing.T) {
	t.Parallel()
	code, out, _ := runIn(t, t.TempDir(), map[string]string{"a.md": badPage, "b.yml": "timezone: UTC\n"},
		"check", "--format=json", "a.md", "b.yml")
	var got report
	must(t, json.Unmarshal([]byte(out), &got))
	for i := range got.Findings {
		if got.Findings[i].Text == "" {
			t.Errorf("a finding says nothing: %s", out)
		}
		got.Findings[i].Text = ""
	}
	want := report{Files: 2, Serious: 1, Findings: []finding{{File: "a.md", Line: 5, Column: 5, Rule: "email", Serious: true}}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(report{})); code != exitFailed || diff != "" {
		t.Errorf("exit code %d (-want +got):\n%s", code, diff)
	}
	if _, out, _ = runIn(t, t.TempDir(), map[string]string{"a.md": goodPage}, "check", "--format=json", "a.md"); !strings.Contains(out, `"findings": []`) {
		t.Errorf("no findings are no list: %s", out)
	}
}

func TestCheckStandardInput(t *testing.T) {
	t.Parallel()
	var out, said bytes.Buffer
	c := console{in: strings.NewReader(badPage), out: &out, err: &said}
	if code := run(t.Context(), []string{"check", "-"}, c); code != exitFailed || !strings.HasPrefix(out.String(), "stdin:5:5: email") {
		t.Errorf("exit code %d\n%s---\n%s", code, &out, &said)
	}
}
