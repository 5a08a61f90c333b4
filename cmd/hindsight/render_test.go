package main

import (
	"strconv"
	"strings"
	"testing"

	"hindsight/internal/incident"
)

func TestRender(t *testing.T) {
	t.Parallel()
	const ours = "# {{title}}\n\n{{facts}}\n\n## Secret\n<!-- internal -->\n\nOnly for us.\n"
	tests := map[string]struct {
		text     string // of the template ours.md
		args     []string
		code     int
		out, err string // regular expressions; "" for nothing at all
	}{
		"built-in":    {"", []string{"pagerduty"}, 0, `How'd we do`, ""},
		"file":        {ours, []string{"ours.md"}, 0, `(?s)\n# \S.*block=facts.*Only for us\.`, ""},
		"mistakes":    {"{{facst}}\n{{.}}\n", []string{"ours.md"}, exitFailed, "", `(?s)^ours\.md:1: .*\nours\.md:2: .*\nhindsight: ours\.md can't be used`},
		"not there":   {"", []string{"ours.md"}, exitUsage, "", `no built-in one \(default, pagerduty, 18f, minimal\)`},
		"no incident": {"", []string{"minimal", "somewhere"}, exitUsage, "", `owner/repository#42`},
		"both":        {"", []string{"minimal", "acme/shop#1", "--public"}, exitUsage, "", `--public is for the example`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder, files := t.TempDir(), map[string]string{}
			if tt.text != "" {
				files["ours.md"] = tt.text
			}
			args := append([]string{"render"}, tt.args...)
			if tt.args[0] == "ours.md" {
				args[1] = folder + "/ours.md"
			}
			write(t, folder, files)
			code, out, said := runCommand(t, args...)
			said = strings.ReplaceAll(said, folder+"/", "")
			if code != tt.code || !says(tt.out, out) || !says(tt.err, said) {
				t.Errorf("exit code %d, want %d\n%s---\n%s", code, tt.code, out, said)
			}
		})
	}
}

// As in a public wiki, a page has no internal sections, and says who can read
// it.
func TestRenderInPublic(t *testing.T) {
	t.Parallel()
	const everybody = "> 🌍 Everybody on the internet can read this page"
	for _, name := range incident.Templates() {
		_, inside, _ := runCommand(t, "render", name)
		code, outside, said := runCommand(t, "render", name, "--public")
		if code != 0 || said != "" || !strings.Contains(outside, everybody) {
			t.Errorf("%s: exit code %d, said %q:\n%s", name, code, said, outside)
		}
		if strings.Contains(outside, "<!-- internal -->") || strings.Contains(inside, everybody) {
			t.Errorf("%s: the public page is\n%s\nand the other\n%s", name, outside, inside)
		}
	}
}

// An incident's page is shown as it would be made now, and nothing is written.
func TestRenderAnIncident(t *testing.T) {
	h := newHouse(t)
	operate(t, h)
	number := h.openIncident()
	h.github.ResetCalls()
	code, out, said := runCommand(t, "render", "minimal", shop+"#"+strconv.Itoa(number))
	if code != 0 || said != "" {
		t.Errorf("exit code %d, complained %q", code, said)
	}
	wantSays(t, "the page", out, "## Why it could happen", "Checkout answers 500", "| Severity | sev2 |", "🔴")
	for _, c := range h.github.Calls() {
		if changes(c) {
			t.Errorf("render did %s", c.Kind)
		}
	}
	if pages := h.pages(shop); len(pages) != 0 || len(h.ours(shop, number)) != 0 {
		t.Errorf("render made the pages %q and %d comments", pages, len(h.ours(shop, number)))
	}
	if code, out, _ = runCommand(t, "render", "minimal", shop+"#4711"); code != exitFailed || out != "" {
		t.Errorf("an issue that is not there: exit code %d\n%s", code, out)
	}
}
