package markdown_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hindsight/internal/markdown"
)

func TestSections(t *testing.T) {
	t.Parallel()
	const (
		no       = markdown.Unmarked
		public   = markdown.Public
		internal = markdown.Internal
	)
	first := func(end int) markdown.Section { return section(0, "", 1, end, no) }
	tests := []struct {
		name, src string
		want      []markdown.Section
	}{
		{"nothing", "", []markdown.Section{first(1)}},
		{"no heading", "a\n\nb", []markdown.Section{first(3)}},
		{"one", "a\n# *B* `c` <!-- d -->\ne\n", []markdown.Section{first(1), section(1, "B c", 2, 3, no)}},
		{"heading first", "# A\r\n<!-- public -->\r\nb", []markdown.Section{first(0), section(1, "A", 1, 3, public)}},
		{"byte order mark", "\uFEFF# A\n<!--internal-->\n", []markdown.Section{first(0), section(1, "A", 1, 2, internal)}},
		{"lone carriage returns", "# A\r<!-- Public -->\r# B\r", []markdown.Section{first(0), section(1, "A", 1, 2, public), section(1, "B", 3, 3, no)}},
		{"underlined", "a\n\nB\nb\n---\n<!-- public -->\nc\n", []markdown.Section{first(2), section(2, "B b", 3, 7, public)}},
		{"empty heading", "a\n##\n\n<!-- internal -->\nb", []markdown.Section{first(1), section(2, "", 2, 5, internal)}},
		{
			"marks are inherited", "# A\n## B\n<!-- public -->\n#### C\n### D\n<!-- internal -->\n#### E\n<!-- public -->\n## F\n",
			[]markdown.Section{
				first(0),
				section(1, "A", 1, 1, no),
				section(2, "B", 2, 3, public),
				section(4, "C", 4, 4, public),
				section(3, "D", 5, 6, internal),
				section(4, "E", 7, 8, internal),
				section(2, "F", 9, 9, no),
			},
		},
		{
			"all of it", "# A\n<!-- internal -->\n## B\n<!-- public -->\n# C\n<!-- public -->\n",
			[]markdown.Section{first(0), section(1, "A", 1, 2, internal), section(2, "B", 3, 4, internal), section(1, "C", 5, 6, public)},
		},
		{"behind guidance", "# A\n<!-- write\nhere -->\n\n<!-- internal -->\na", []markdown.Section{first(0), section(1, "A", 1, 6, internal)}},
		{"in one line", "# A\n<!-- write here --> <!-- internal -->\na", []markdown.Section{first(0), section(1, "A", 1, 3, internal)}},
		{"over lines", "# A\n<!--\ninternal\n-->\na", []markdown.Section{first(0), section(1, "A", 1, 5, internal)}},
		{"both", "# A\n<!-- internal -->\n<!-- public -->\n", []markdown.Section{first(0), section(1, "A", 1, 3, internal)}},
		{"both, the other way round", "# A\n<!-- public -->\n<!-- internal -->\n", []markdown.Section{first(0), section(1, "A", 1, 3, internal)}},
		{"behind words", "# A\na\n<!-- public -->\n", []markdown.Section{first(0), section(1, "A", 1, 3, no)}},
		{"in code", "# A\n```\n<!-- public -->\n# B\n```\n", []markdown.Section{first(0), section(1, "A", 1, 5, no)}},
		{"in a quote", "# A\n> <!-- public -->\n> # B\n", []markdown.Section{first(0), section(1, "A", 1, 3, no)}},
		{"other words", "# A\n<!-- public? -->\n", []markdown.Section{first(0), section(1, "A", 1, 2, no)}},
		{"unclosed", "# A\n<!-- public\n", []markdown.Section{first(0), section(1, "A", 1, 2, no)}},
		{"before any heading", "<!-- public -->\na\n# B", []markdown.Section{first(2), section(1, "B", 3, 3, no)}},
		{"absurd", "# A\n<!-- public -->\n" + strings.Repeat(">", 1000), []markdown.Section{section(0, "", 1, 3, internal)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, markdown.Sections(tt.src), cmpopts.IgnoreFields(markdown.Section{}, "Start", "Stop")); diff != "" {
				t.Errorf("sections of %q (-want +got):\n%s", tt.src, diff)
			}
		})
	}
}

func TestKeepSections(t *testing.T) {
	t.Parallel()
	const (
		top      = "\uFEFFa \xff\r\n\r\n"
		open     = "# Open\r\n\r\n<!-- public -->\r\nb\r\n"
		closed   = "## Closed\n<!-- internal -->\nc\n\n### Within\nd\n"
		again    = "## Again\n  e  \n"
		unmarked = "# Unmarked\n<!-- hindsight:begin block=x -->\n<!-- hindsight:end block=x -->\nf"
	)
	page := top + open + closed + again + unmarked
	if diff := cmp.Diff(top+open+again+unmarked, markdown.WithoutInternal(page)); diff != "" {
		t.Errorf("WithoutInternal (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(open+again, markdown.PublicOnly(page)); diff != "" {
		t.Errorf("PublicOnly (-want +got):\n%s", diff)
	}
	absurd := open + strings.Repeat("-", 1000)
	if got := markdown.WithoutInternal(absurd) + markdown.PublicOnly(absurd); got != "" {
		t.Errorf("of what can't be parsed stays %q", got)
	}
}

func FuzzSections(f *testing.F) {
	f.Add("# A\n<!-- internal -->\nb\n## C\n<!-- public -->\n")
	f.Add("\uFEFFa\r\n- # b\r\n\r\nC\r\n===\r<!--\rpublic -->")
	f.Fuzz(func(t *testing.T, src string) {
		line, at := 1, 0
		for _, s := range markdown.Sections(src) {
			if s.Line != line || s.End < s.Line-1 || s.Start != at && s.Level > 0 || s.Stop < s.Start {
				t.Fatalf("%+v of %q does not follow what ends before line %d, at %d", s, src, line, at)
			}
			line, at = s.End+1, s.Stop
		}
		if at != len(src) {
			t.Fatalf("the sections of %q end at %d of %d", src, at, len(src))
		}
	})
}

func section(level int, title string, line, end int, mark markdown.Audience) markdown.Section {
	return markdown.Section{Level: level, Title: title, Line: line, End: end, Mark: mark}
}
