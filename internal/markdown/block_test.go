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
		{"spaces alone added", strings.Replace(block, "| Due", " | Due", 1), false, true},
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

func TestStateOf(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- hindsight:begin block=facts -->", "<!-- hindsight:end block=facts -->"
	block := markdown.Block("facts", facts)
	tests := []struct {
		name, src string
		want      markdown.BlockState
	}{
		{"as written", "a\n" + block + "\nb", markdown.BlockOurs},
		{"with other line ends", strings.ReplaceAll(block, "\n", "\r\n"), markdown.BlockOurs},
		{"emptied", strings.Replace(block, facts, "", 1), markdown.BlockOurs},
		{"an empty pair", begin + "\n" + end, markdown.BlockOurs},
		{"blank lines between", begin + "\r\n \t\r\n\r\n" + end, markdown.BlockOurs},
		{"no text", "", markdown.BlockAbsent},
		{"no markers", "# Facts\n" + facts, markdown.BlockAbsent},
		{"another's markers", markdown.Block("facts2", facts), markdown.BlockAbsent},
		{"changed", strings.Replace(block, "Due", "Done", 1), markdown.BlockChanged},
		{"words in an empty pair", begin + "\nwords\n" + end, markdown.BlockChanged},
		{"begin alone", begin + "\n" + facts, markdown.BlockBroken},
		{"end alone", facts + "\n\n" + end, markdown.BlockBroken},
		{"the wrong way round", end + "\n" + begin, markdown.BlockBroken},
		{"twice", block + "\n\n" + block, markdown.BlockBroken},
		{"in code", "```\n" + block + "\n```", markdown.BlockBroken},
		{"in a list", "- " + begin + "\n" + end, markdown.BlockBroken},
		{"begin in a line of words", "a " + begin + "\n\n" + end, markdown.BlockBroken},
		{"begin unclosed", "<!-- hindsight:begin block=facts\n" + facts, markdown.BlockBroken},
		{"an absurd text", begin + "\n" + end + "\n" + strings.Repeat(">", 1000), markdown.BlockBroken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := markdown.StateOf(tt.src, "facts"); got != tt.want {
				t.Errorf("StateOf(%q) = %d, want %d", tt.src, got, tt.want)
			}
			got, ok := markdown.ReplaceBlock(tt.src, "facts", "new")
			if ok != (tt.want == markdown.BlockOurs) || !ok && got != tt.src {
				t.Errorf("ReplaceBlock(%q) = %q, %v in state %d", tt.src, got, ok, tt.want)
			}
			if ok && markdown.StateOf(got, "facts") != markdown.BlockOurs {
				t.Errorf("%q is not ours any more", got)
			}
		})
	}
}

// An empty pair of markers brings a block back where it stands.
func TestReplaceBlockFills(t *testing.T) {
	t.Parallel()
	const before, after = "\uFEFFa\r\n\r\n", "\r\nb"
	got, ok := markdown.ReplaceBlock(before+"<!-- hindsight:begin block=x -->\r\n\r\n<!-- hindsight:end block=x -->"+after, "x", "new")
	want := before + strings.ReplaceAll(markdown.Block("x", "new"), "\n", "\r\n") + after
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("filled %v (-want +got):\n%s", ok, diff)
	}
}

func normal(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// What people wrote around a block stays as it is, byte for byte.
func TestReplaceBlockLeavesTheRest(t *testing.T) {
	t.Parallel()
	before, after := "\uFEFFa\r\n\r\n\r\n\t \r\nb\r\n\r\n", "\r\n\r\nc \xff\r"
	src := before + strings.ReplaceAll(markdown.Block("facts", facts), "\n", "\r\n") + after
	got, ok := markdown.ReplaceBlock(src, "facts", "new")
	want := before + strings.ReplaceAll(markdown.Block("facts", "new"), "\n", "\r\n") + after
	if diff := cmp.Diff(want, got); !ok || diff != "" {
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
