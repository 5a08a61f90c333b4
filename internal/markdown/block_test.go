package markdown_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/markdown"
)

const facts = "| | |\n| --- | --- |\n| Due | **2026-12-01** |"

func TestBlock(t *testing.T) {
	t.Parallel()
	block := markdown.Block("facts", facts)
	tests := []struct {
		name, src  string
		intact, ok bool
	}{
		{"as written", "Words.\n\n" + block + "\n\nMore.\n", true, true},
		{"alone", block, true, true},
		{"windows line ends", strings.ReplaceAll("Words.\n\n"+block+"\n\nMore.\n", "\n", "\r\n"), true, true},
		{"byte order mark", "\uFEFF" + block, true, true},
		{"behind many blank lines", "a\n\n\n \n\n" + block, true, true},
		{"between others", markdown.Block("other", "x") + "\n" + block + "\n" + markdown.Block("third", "y"), true, true},
		{"changed", strings.Replace(block, "2026-12-01", "2026-12-24", 1), false, true},
		{"emptied", strings.Replace(block, facts+"\n", "", 1), false, true},
		{"without a digest", "<!-- hindsight:begin block=facts -->\n" + facts + "\n<!-- hindsight:end block=facts -->", false, true},
		{"no end", strings.TrimSuffix(block, "<!-- hindsight:end block=facts -->"), false, false},
		{"no begin", "a\n\n<!-- hindsight:end block=facts -->\n", false, false},
		{"end first", "<!-- hindsight:end block=facts -->\n\n" + block[:strings.Index(block, "\n")+1], false, false},
		{"twice", block + "\n" + block, false, false},
		{"begun twice", block[:strings.Index(block, "\n")+1] + block, false, false},
		{"in code", "```\n" + block + "\n```\n", false, false},
		{"in a quote", "> " + strings.ReplaceAll(block, "\n", "\n> "), false, false},
		{"end in code", strings.Replace(block, "<!-- hindsight:end", "```\n<!-- hindsight:end", 1), false, false},
		{"in other HTML", "<div>\n" + block + "\n</div>\n", false, false},
		{"another name", markdown.Block("facts2", facts), false, false},
		{"empty", "", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			content, intact, ok := markdown.FindBlock(tt.src, "facts")
			if intact != tt.intact || ok != tt.ok {
				t.Fatalf("FindBlock(%q) = %q, %v, %v, want %v, %v", tt.src, content, intact, ok, tt.intact, tt.ok)
			}
			if intact {
				if diff := cmp.Diff(facts, content); diff != "" {
					t.Errorf("content (-want +got):\n%s", diff)
				}
			}
			got, replaced := markdown.ReplaceBlock(tt.src, "facts", "new")
			if want := strings.Replace(normal(tt.src), block, markdown.Block("facts", "new"), 1); replaced && normal(got) != want {
				t.Errorf("ReplaceBlock = %q, want %q", got, want)
			}
			if replaced != tt.intact || !replaced && got != tt.src {
				t.Errorf("ReplaceBlock = %q, %v, want %v, and nothing changed unless it is true", got, replaced, tt.intact)
			}
		})
	}
}

func normal(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// What people wrote around a block stays as it is, byte for byte.
func TestReplaceBlockLeavesTheRest(t *testing.T) {
	t.Parallel()
	before, after := "\uFEFFa\r\n\r\n\r\n\t \r\nb\r\n\r\n", "\r\n\r\nc \xff\r"
	src := before + strings.ReplaceAll(markdown.Block("facts", facts), "\n", "\r\n") + after
	got, ok := markdown.ReplaceBlock(src, "facts", "new")
	if diff := cmp.Diff(before+markdown.Block("facts", "new")+after, got); !ok || diff != "" {
		t.Errorf("replaced %v (-want +got):\n%s", ok, diff)
	}
}

func TestReplaceMarker(t *testing.T) {
	t.Parallel()
	src := "a\r\n\r\n<!-- hindsight:x a=1 -->\r\nb\n\n<!-- hindsight:x a=2 -->"
	got, ok := markdown.ReplaceMarker(src, "x", markdown.Fields{"a": "3"})
	if want := strings.Replace(src, "a=1", "a=3", 1); !ok || got != want {
		t.Errorf("ReplaceMarker = %q, %v, want %q", got, ok, want)
	}
	for _, src := range []string{"", "a", "```\n<!-- hindsight:x a=1 -->\n```", "<!-- hindsight:x broken -->"} {
		if got, ok := markdown.ReplaceMarker(src, "x", nil); ok || got != src {
			t.Errorf("ReplaceMarker(%q) = %q, %v, want it left alone", src, got, ok)
		}
	}
}

func FuzzBlock(f *testing.F) {
	f.Add("Words.\r\n\r\n", facts, "\n\nMore.")
	f.Add("```\n", "a", "<!-- hindsight:end block=facts -->")
	f.Add("\uFEFF- a\n  ", "\n", "<!--")
	f.Fuzz(func(t *testing.T, before, content, after string) {
		src := before + "\n" + markdown.Block("facts", markdown.Text(content)) + "\n" + after
		got, ok := markdown.ReplaceBlock(src, "facts", "new")
		if !ok && got != src {
			t.Fatalf("%q was not replaced, but changed", src)
		}
		if ok && (!strings.HasPrefix(got, before) || !strings.HasSuffix(got, after)) {
			t.Fatalf("replacing changed more than the block in %q: %q", src, got)
		}
	})
}
