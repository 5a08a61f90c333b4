package markdown_test

import (
	"strings"
	"testing"

	"hindsight/internal/markdown"
)

func TestProse(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, prose, shown string }{
		{"words", "# A\r\n\r\n- b *c*\r\n> d\xff", "  A\r\n\r\n  b *c*\r\n  d\xff", "# A\r\n\r\n- b *c*\r\n> d\xff"},
		{"code in a line", "a `b` c", "a ` ` c", "a `b` c"},
		{"code", "a\n\n    b\n\n```\nc\n```\n", "a\n\n     \n\n   \n \n   \n", "a\n\n    b\n\n```\nc\n```\n"},
		{"comments", "a <!-- b --> c\n<!-- d\ne --> f\n", "a            c\n      \n       \n", "a            c\n      \n      f\n"},
		{"tags", "a <b c='d'>e</b>\n\n<div>\nf\n</div>", "a          e    \n\n     \n \n      ", "a          e    \n\n     \nf\n      "},
		{"a comment in code", "`<!-- a -->`\n", "`          `\n", "`<!-- a -->`\n"},
		{"byte order mark", "\uFEFFa <!-- b -->", "   a           ", "\uFEFFa           "},
		{"nothing", "", "", ""},
		{"absurd", strings.Repeat(">", 1000), strings.Repeat(" ", 1000), strings.Repeat(">", 1000)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := markdown.Prose(tt.src); got != tt.prose {
				t.Errorf("Prose(%q) = %q, want %q", tt.src, got, tt.prose)
			}
			if got := markdown.Shown(tt.src); got != tt.shown {
				t.Errorf("Shown(%q) = %q, want %q", tt.src, got, tt.shown)
			}
		})
	}
}

func FuzzProse(f *testing.F) {
	f.Add("# A\r\n`b`\r<!-- c\n-->\n- <d e='f\n'>\xff")
	f.Fuzz(func(t *testing.T, src string) {
		for _, got := range []string{markdown.Prose(src), markdown.Shown(src)} {
			if len(got) != len(src) {
				t.Fatalf("%q becomes %q, of another length", src, got)
			}
			for i := range len(src) {
				if got[i] != src[i] && (got[i] != ' ' || src[i] == '\n' || src[i] == '\r') {
					t.Fatalf("%q becomes %q, which differs at %d", src, got, i)
				}
			}
		}
	})
}
