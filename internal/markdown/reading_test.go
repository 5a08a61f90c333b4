package markdown_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hindsight/internal/markdown"
)

// lines are a reading's, without what stands between its parts.
func parts(r markdown.Reading) []string {
	var found []string
	for line := range strings.SplitSeq(r.Text, "\n") {
		if line = strings.TrimSpace(line); line != "" && line != "\x1e" {
			found = append(found, line)
		}
	}
	return found
}

func TestRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		want      []string
	}{
		{"nothing", "", nil},
		{"words", "# One\n\n- two\n\n> three\nfour", []string{"One", "two", "three", "four"}},
		{"escapes", `a\_b \@ c\d \\_`, []string{`a_b @ c\d \_`}},
		{"entities", "a&#64;b &amp;amp; &commat; &#x40; &#64 &nosuch; &", []string{"a@b &amp; @ @ @ &nosuch; &"}},
		{"characters that nobody sees", "a\u200bb\u00adc\ufe0fd\u202ee\x07f &#8203;&shy;", []string{"abcdef"}},
		{"emphasis", "**a**b _c_ d_e_f ~~g~~h `i`j", []string{"ab c d_e_f gh ij"}},
		{"signs that stand alone", "E*TRADE ~5 _a `b", []string{"E*TRADE ~5 _a `b"}},
		{"signs that are escaped", `E\*TRADE, E\*TRADE \_a\_`, []string{"E*TRADE, E*TRADE _a_"}},
		{"tags in a line", "a<b>b</b>c<span title='x y'>d</span>", []string{"abcd", "title='x y'"}},
		{"tags that separate", "a<br>b<img alt=c>d", []string{"a", "b", "d", "alt=c"}},
		{"comments", "a<!-- b&#64;c<i>d</i> -->e", []string{"ae", "b@cd"}},
		{"comments without an end", "a<!-- b\nc", []string{"a<!-- b", "c"}},
		{"what is no tag", "a < b <3 <c", []string{"a < b <3 <c"}},
		{"HTML", "<div>\na<b>b</b>c<!-- d -->e\n</div>", []string{"abce", "d"}},
		{"addresses like tags", "a<!-- <ann&#64;e.org> -->[b](<ann\\@e.org>)", []string{"ab", "ann@e.org>", "ann@e.org"}},
		{"HTML with odd quotes", "<div a\">b<b ' c=\">\">d</div>", []string{"bd", `a"`, `' c=">"`}},
		{"comments as blocks", "<!-- a\nb -->\n\nc", []string{"a", "b", "c"}},
		{"comments in code", "`<!--` a<!-- x -->b `-->`", []string{"<!-- ab -->", "x"}},
		{"code", "`a\\_b<b>c`\n\n```\nd<!-- e -->f\n```\n\n    g&#64;h", []string{"a_bc", "df", "e", "g@h"}},
		{"links", "[a](https://x.y/z \"t\")b ![c](<d e>)f [[g]](h)", []string{"ab cf [g]", "https://x.y/z \"t\"", "d e>", "h"}},
		{"links by name", "[a][b]c [b]d [B][]e [a][c] [e]\n\n[b]: https://x.y", []string{"ac bd Be [a][c] [e]", "b: https://x.y"}},
		{"what is no link", "a[b] [c] (d) \\[e](f)", []string{"a[b] [c] (d) [e](f)"}},
		{"quoted lines", "> a\\\n> b\n> - c", []string{"a", "b", "c"}},
		{"tables", "| a\\_ | b |\n|---|---|\n| c | d |", []string{"| a_ | b |", "|---|---|", "| c | d |"}},
		{"what can't be parsed", strings.Repeat(">", 1000) + " a<b>b</b>", []string{strings.Repeat(">", 1000) + " ab"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, parts(markdown.Read(tt.src))); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.src, diff)
			}
		})
	}
}

// What is found is found where it stands.
func TestReadingSource(t *testing.T) {
	t.Parallel()
	tests := []struct{ src, part, want string }{
		{"\uFEFFé\r\n\r\n> a<b>n\\\r\n> n</b>@x z", "n\r\nn", "n\\\r\n> n"},
		{"ü ann&#64;x", "n@x", "n&#64;x"},
		{"ü ann&#64;x", "ann@", "ann&"},
		{"\uFEFF<!-- \uFEFF nn<i>\n@</i>x -->", "nn\n@x", "nn<i>\n@</i>x"},
		{"[a](nn\\@x)", "nn@x", `nn\@x`},
		{"\r\r\rnn@x", "nn@x", "nn@x"},
		{"a [b](c) d", "c", "c"},
		{"a [b](c)", "b\n\x1e\nc", "b](c"},
		{"a", "", ""},
	}
	for _, tt := range tests {
		r := markdown.Read(tt.src)
		at := strings.Index(r.Text, tt.part)
		if at < 0 {
			t.Errorf("%q reads %q", tt.src, r.Text)
			continue
		}
		if from, to := r.Source(at, at+len(tt.part)); tt.src[from:to] != tt.want {
			t.Errorf("%q: %q is found at %q, want %q", tt.src, tt.part, tt.src[from:to], tt.want)
		}
	}
}

// Words that were made neutral read as they did before, wherever they are put.
func TestNeutralWordsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("aZ09 .-_@#:/&;<>[]()*~`\\|$'\"!+=\u200b\ufe0f")), rapid.Rune())).Draw(t, "words")
		want := strings.Join(strings.Fields(strings.Map(func(r rune) rune {
			if unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) || unicode.IsControl(r) && !unicode.IsSpace(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(words, ""))), " ")
		neutral := markdown.Text(words)
		for _, place := range []string{"%", "a % b", "# %", "- [ ] % b", "> %", "| a | % |", "**%**", "[%](x)", "a <!-- % --> b", "<!-- % -->", "<details>\n%\n</details>"} {
			src := strings.Replace(place, "%", neutral, 1)
			r := markdown.Read(src)
			if !strings.Contains(strings.Join(strings.Fields(r.Text), " "), want) {
				t.Fatalf("%q in %q reads %q, want %q", words, src, r.Text, want)
			}
			if from, to := r.Source(0, len(r.Text)); from < 0 || to > len(src) {
				t.Fatalf("%q comes from %d to %d", r.Text, from, to)
			}
		}
	})
}
