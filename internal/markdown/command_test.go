package markdown_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/markdown"
)

func TestCommands(t *testing.T) {
	t.Parallel()
	type commands = []markdown.Command
	tests := []struct {
		name, src string
		want      commands
	}{
		{"alone", "/followup Fix the pool", commands{{"followup", "Fix the pool", 1}}},
		{"each of them", "/incident severity sev1\n/postmortem start\n/followup a\n", commands{{"incident", "severity sev1", 1}, {"postmortem", "start", 2}, {"followup", "a", 3}}},
		{"amid other lines", "Hello.\n/incident help  \nBye.\n\n/followup b\\\nmore", commands{{"incident", "help", 2}, {"followup", "b", 5}}},
		{"up to three spaces", "   /incident a\n   /incident b\n    /incident c\n", commands{{"incident", "a", 1}, {"incident", "b", 2}}},
		{"windows line ends", "x\r\n/incident note  hi \r\n", commands{{"incident", "note  hi", 2}}},
		{"byte order mark", "\uFEFF/incident help", commands{{"incident", "help", 1}}},
		{"without words", "/incident", commands{{"incident", "", 1}}},
		{"markup stays", "/followup Fix `x` *now* @ann http://e.org/a_b", commands{{"followup", "Fix `x` *now* @ann http://e.org/a_b", 1}}},
		{"hidden comment", "/followup a <!-- b --> c", commands{{"followup", "a  c", 1}}},
		{"capitals", "/Followup A", commands{{"followup", "A", 1}}},
		{"not at the start", "see /followup a", nil},
		{"other words", "/incidents a\n/followups b\n/follow c\n", nil},
		{"fenced code", "```\n/followup a\n```\n", nil},
		{"indented code", "x\n\n    /followup a\n", nil},
		{"quote", "> /followup a\n/followup lazy\n", nil},
		{"list", "- /followup a\n- x\n  /followup b\n", nil},
		{"right below a list", "- [ ] a\n/followup b\n- [ ] c\n  - d\r\n/incident help\r\nmore\n", commands{{"followup", "b", 2}, {"incident", "help", 5}}},
		{"below a quoted list", "> - a\n/followup lazy\n", nil},
		{"indented below a list", "- a\n /followup b\n", nil},
		{"comment block", "<!--\n/followup a\n-->\n", nil},
		{"comment in a line", "x <!-- y\n/followup a\n--> z\n", nil},
		{"code span", "x `y\n/followup a\n` z\n", nil},
		{"backticks that nothing closes", "x `y\n/followup a\n`` ``` z\n", commands{{"followup", "a", 2}}},
		{"code span after open backticks", "x ``` `y\n/followup a\n` z\n", nil},
		{"escaped backtick", "x \\`y\n/followup a\n` z\n", commands{{"followup", "a", 2}}},
		{"code spans of two paragraphs", "x `y\n/followup a\n\n` z `\n", commands{{"followup", "a", 2}}},
		{"emphasis and link over lines", "**x\n/followup a\n** [y\n/followup b\n](z)\n", commands{{"followup", "a", 2}, {"followup", "b", 4}}},
		{"heading", "# /followup a\n", nil},
		{"empty", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, markdown.Commands(tt.src)); diff != "" {
				t.Errorf("commands of %q (-want +got):\n%s", tt.src, diff)
			}
		})
	}
}

func FuzzCommands(f *testing.F) {
	f.Add("/followup Fix `x` @ann\n> /followup b\r\n")
	f.Add("x `y\n/incident note\n` <!--\n/postmortem start\n-->")
	f.Add("\uFEFF   /followup a\\\r\x00\xff")
	f.Fuzz(func(t *testing.T, src string) {
		before := 0
		for _, c := range markdown.Commands(src) {
			if c.Line <= before {
				t.Fatalf("%+v of %q is not below line %d", c, src, before)
			}
			before = c.Line
			if c.Rest != strings.TrimSpace(c.Rest) || strings.ContainsAny(c.Rest, "\r\n") {
				t.Fatalf("%+v of %q is not one trimmed line", c, src)
			}
			if !strings.Contains(strings.ToLower(src), "/"+c.Name) {
				t.Fatalf("%+v is not in %q", c, src)
			}
		}
		quoted := "> " + strings.NewReplacer("\n", "\n> ", "\r", "\n> ").Replace(src)
		if got := markdown.Commands(quoted); got != nil {
			t.Fatalf("Commands(%q) = %v, want nothing of a quote", quoted, got)
		}
	})
}
