package markdown_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/markdown"
)

func TestChecklist(t *testing.T) {
	t.Parallel()
	const head = "## Follow-ups\n\n"
	tests := []struct {
		name, src string
		want      []string // "[x] text" or "[ ] text"
	}{
		{"bullets of every kind", head + "- [ ] a\n\n* [x] b\n\n+ [X] c\n\n1. [ ] d\n\n2) [ ] e\n", []string{"[ ] a", "[x] b", "[x] c", "[ ] d", "[ ] e"}},
		{"nested", head + "- [ ] a\n  - [x] b\n    1. [ ] c\n- plain\n  - [ ] d\n", []string{"[ ] a", "[x] b", "[ ] c", "[ ] d"}},
		{"loose list", head + "- [ ] a\n\n  more of a\n\n- [ ] b\n", []string{"[ ] a", "[ ] b"}},
		{"several lines are one", head + "- [ ] a\n  b  \n  c\\\n  d\nlazy\n", []string{"[ ] a b c d lazy"}},
		{"a command below is none of its words", head + "- [ ] a\n/incident responders @b @c\n- [ ] d\n  /followup e\n", []string{"[ ] a", "[ ] d /followup e"}},
		{"markup is kept", head + "- [ ] **Fix** the `x` of @ann, see [this](http://e.org)\n", []string{"[ ] **Fix** the `x` of @ann, see [this](http://e.org)"}},
		{"comments are hidden", head + "- [ ] a <!-- not\n  this -->b `<!-- but this -->`\n", []string{"[ ] a b `<!-- but this -->`"}},
		{"tabs", head + "-\t[ ]\ta\tb\n\t- [ ] c\n", []string{"[ ] a b", "[ ] c"}},
		{"windows line ends", "## Follow-ups\r\n\r\n- [ ] a\r\n- [x] b\r\n  c\r\n", []string{"[ ] a", "[x] b c"}},
		{"lone carriage returns", "## Follow-ups\r- [ ] a\r- [x] b\r", []string{"[ ] a", "[x] b"}},
		{"byte order mark", "\uFEFF# Follow-ups\n- [ ] a", []string{"[ ] a"}},
		{"no text after the box", head + "- [ ]\n- [ ] \n- [ ] <!-- x -->\n- [ ]x\n- [  ] y\n- [\t] z\n- [] w\n", nil},
		{"fenced code", head + "```\n- [ ] a\n```\n~~~md\n- [ ] b\n~~~\n", nil},
		{"unclosed fence", head + "```\n- [ ] a\n\n# More\n- [ ] b\n", nil},
		{"indented code", head + "text\n\n    - [ ] a\n", nil},
		{"code in an item", head + "- [ ] a\n  ```\n  - [ ] b\n  ```\n", []string{"[ ] a"}},
		{"quote", head + "> - [ ] a\n\n- [ ] b\n  > - [ ] c\n", []string{"[ ] b"}},
		{"comment", head + "<!--\n- [ ] a\n-->\n- [ ] b\n", []string{"[ ] b"}},
		{"details", head + "<details>\n\n- [ ] a\n\n</details>\n", []string{"[ ] a"}},
		{"other headings", "- [ ] a\n# Checklist\n- [ ] b\n## Follow-ups\n- [ ] c\n## After\n- [ ] d\n", []string{"[ ] c"}},
		{"deeper headings stay", head + "### Short term\n- [ ] a\n#### Now\n- [ ] b\n### Later\n- [ ] c\n# Timeline\n- [ ] d\n", []string{"[ ] a", "[ ] b", "[ ] c"}},
		{"twice", "# Follow-ups\n- [ ] a\n# Else\n- [ ] b\n# Action items\n- [ ] c\n", []string{"[ ] a", "[ ] c"}},
		{"heading in a quote", "> ## Follow-ups\n\n- [ ] a\n", nil},
		{"setext", "Follow-ups\n---\n\n- [ ] a\n\nElse\n---\n- [ ] b\n", []string{"[ ] a"}},
		{"heading ends in a list", head + "- [ ] a\n# Else\n- [ ] b\n", []string{"[ ] a"}},
		{"reference definition", head + "- [x] a\n\n[x]: http://e.org\n", []string{"[x] a"}},
		{"below a table", head + "| a |\n| - |\n| b |\n- [ ] a\n", []string{"[ ] a"}},
		{"blank lines", head + "\n \n\t\n\r\n\n- [ ] a\n\n\n\n\n  - [ ] b\n\n\n\n        - [ ] code\n", []string{"[ ] a", "[ ] b"}},
		{"strange characters", head + "- [ ] \x00a\xff\u202eb\n", []string{"[ ] \x00a\xff\u202eb"}},
		{"empty", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, l := range markdown.Checklist(tt.src) {
				got = append(got, "["+map[bool]string{true: "x", false: " "}[l.Ticked]+"] "+l.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("items of %q (-want +got):\n%s", tt.src, diff)
			}
		})
	}
}

func TestChecklistHeadings(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"# Follow-ups":              true,
		"###### follow-ups":         true,
		"## FOLLOW-UPS:":            true,
		"## Follow ups":             true,
		"## Followups ##":           true,
		"## Follow‑ups":             true, // a hyphen that doesn't break
		"## Action items":           true,
		"## Action Items 🎯":         true,
		"## :dart: Action items":    true,
		"## Follow-up actions":      true,
		"## Followup actions…":      true,
		"## **Follow-ups**":         true,
		"## `Follow-ups`":           true,
		"## [Follow-ups](http://e)": true,
		"## Follow-ups <!-- x -->":  true,
		"## Follow-ups for later":   false,
		"## No action items":        false,
		"## Following up":           false,
		"## Tasks":                  false,
		"##Follow-ups":              false,
		"Follow-\n**ups**\n---":     true,
		"Action\n**items**\n---":    true,
		"## <b>Follow-ups</b>":      true,
		"## ![Follow-ups](e.png)":   true,
		"## Follow-ups <!--" + strings.Repeat("x", 1000) + "-->": false, // too long to be one
		"**Follow-ups**": false,
	}
	for heading, want := range tests {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			if got := len(markdown.Checklist(heading+"\n- [ ] a\n")) == 1; got != want {
				t.Errorf("counts = %v, want %v", got, want)
			}
		})
	}
}

func TestChecklistPositions(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"# Follow-ups\n\n- [ ] a\n- [x] b\n   1. [X] c",
		"\uFEFF# Follow-ups\r\n\r\n- [ ] a\r\n- [x] b\r\n   1. [X] c",
		"# Follow-ups\r\r-\t[ ] a\r- [x] b\r   1. [X] c",
	} {
		var lines []int
		marks := ""
		for _, l := range markdown.Checklist(src) {
			lines = append(lines, l.Line)
			marks += src[l.Offset-1 : l.Offset+2]
		}
		if diff := cmp.Diff([]int{3, 4, 5}, lines); diff != "" {
			t.Errorf("line numbers in %q (-want +got):\n%s", src, diff)
		}
		if want := "[ ][x][X]"; marks != want {
			t.Errorf("boxes in %q at %q, want %q", src, marks, want)
		}
	}
}

func TestChecklistPositionsBelowBlankLines(t *testing.T) {
	t.Parallel()
	src := "# Follow-ups\n\n \n\r\n\n- [ ] a\n\n\n\n  - [x] b\n"
	var lines, offsets []int
	for _, l := range markdown.Checklist(src) {
		lines, offsets = append(lines, l.Line), append(offsets, l.Offset)
	}
	if diff := cmp.Diff([]int{6, 10}, lines); diff != "" {
		t.Errorf("line numbers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{strings.Index(src, "[ ]") + 1, strings.Index(src, "[x]") + 1}, offsets); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}

func FuzzChecklist(f *testing.F) {
	f.Add("# Follow-ups\n- [ ] a\n  - [x] b <!-- c\n -->\n")
	f.Add("Follow-ups\n===\r\n1. [X]\ta\n> - [ ] q\n```\n- [ ] c\n")
	f.Add("\uFEFF# Action items\r* [ ] é\x00\xff")
	f.Fuzz(func(t *testing.T, body string) {
		src := "# Follow-ups\n" + body
		for _, l := range markdown.Checklist(src) {
			if c := src[l.Offset]; src[l.Offset-1] != '[' || src[l.Offset+1] != ']' || (c != ' ') != l.Ticked {
				t.Fatalf("item %+v: no such box in %q", l, src)
			}
			if l.Text == "" || strings.ContainsAny(l.Text, "\r\n") {
				t.Fatalf("item %+v of %q: its text is not one line", l, src)
			}
		}
	})
}
