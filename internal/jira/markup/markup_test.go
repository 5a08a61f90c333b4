package markup_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extensionast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"hindsight/internal/jira/markup"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.md")
	if err != nil || len(files) < 6 {
		t.Fatalf("found %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			md, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, golden := markup.FromMarkdown(string(md)), strings.TrimSuffix(file, ".md")+".jira"
			if *update {
				if err = os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got; write anew with -update):\n%s", golden, diff)
			}
			if _, err := read(got); err != nil {
				t.Error(err)
			}
		})
	}
}

// Each is active in Jira if it is not escaped.
var hostile = []string{
	"{html}<b>x</b>{html}", "{color:red}x{color}", "{code}x{code}", "{noformat}", "{quote}x{quote}", "{panel:title=x}y{panel}", "{adf}x{adf}",
	"{anchor:x}", "{a: 1}", "{{code}}", "{*}x{*}", "{{{}x{}}}", "*bold*", "_em_", "??cite??", "-gone-", "+new+", "^up^", "~down~", "- x", "* x",
	"# x", "-- x", "---", "----", "-----", "a -- b", "a --- b", "h1. x", "h6.x", "bq. x", "bq.x", "|a|b|", "||a||b||", "[x]", "[~user]",
	"[~accountid:5b10]", "[^file.txt]", "[#anchor]", "[mailto:a@b.c]", "[x|javascript:alert(1)]", "[x|https://e.org]", "!image.png!", "!x|thumbnail!",
	"!https://e.org/x.png!", "http:// x", "mailto:a@b.c", "ftp://e.org/x", "irc://x", "file:///etc/passwd", "javascript:alert(1)", "https://", "\\\\ x", "\\\\",
	"a\\\\b\\c", "\\*x\\*", "\\{html}", "C:\\", "\\", "(/)", "(x)", "(!)", "(*r)", "(on)", ":)", ":-)", ";)", ":D", ":P now", ";-)", "=)", "&#42;x&#42;", "&lt;b&gt;",
	"&copy;", "@bob", "a@b", "snake_case and kebab-case", "OPS-12", "2 - 1 = 1", "{", "}", "a}b{", "?!?", "what??", "1. x", "x\u2028* y", "\ue000\ue001x", "\u034f\u034f",
	"\u202egnihton", "\x00{\x00html}", "{\u200bhtml}", "*a\u00a0*", "é*b*é", "*", "**", "_*-", "{-}x{-}", "[", "]", "[[x]]", "a|b", "\\|", "\\\u034f*", strings.Repeat("0", 500) + "!", strings.Repeat("-", 500), strings.Repeat("> ", 50) + "*x*", "(~)~", ":~)~", ":~D~ x", "(**r)**",
}

// plainly is Markdown for the words: with an escape before each sign.
func plainly(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < unicode.MaxASCII && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// visible are words as people see them.
func visible(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200d':
			return r
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) || r == '\u034f':
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func checkPlain(t *testing.T, md, words string) {
	t.Helper()
	got := markup.FromMarkdown(md)
	s, err := read(got)
	if err != nil {
		t.Fatalf("%q became\n%s\n%v", words, got, err)
	}
	if len(s.shown) > 0 || len(s.links) > 0 {
		t.Errorf("%q became active: %v %v\n%s", words, s.shown, s.links, got)
	}
	if diff := cmp.Diff(visible(words), visible(s.text.String())); diff != "" {
		t.Errorf("%q reads otherwise (-want +got):\n%s\n%s", words, diff, got)
	}
}

// What people wrote shows as those words, wherever it stands.
func TestWordsStayWords(t *testing.T) {
	t.Parallel()
	for _, words := range hostile {
		if strings.HasPrefix(words, "https://e") || visible(words) == "" {
			continue
		}
		checkPlain(t, plainly(words), words)
	}
}

// And so it does in code, emphasis, items, cells, headings, quotes and the words of
// links, where nothing but what was asked for may be there.
func TestWordsStayWordsWithinMarkup(t *testing.T) {
	t.Parallel()
	places := map[string]struct {
		before, after string
		want          map[string]int
		code          bool
	}{
		"heading":  {"# ", "", map[string]int{"heading": 1}, false},
		"item":     {"- ", "", map[string]int{"item": 1}, false},
		"ordered":  {"1. ", "", map[string]int{"item": 1}, false},
		"task":     {"- [ ] ", "", map[string]int{"item": 1}, false},
		"cell":     {"| a |\n| --- |\n| ", " |", map[string]int{"row": 2}, false},
		"quote":    {"> ", "", map[string]int{"quote": 1}, false},
		"strong":   {"**a", "b**", map[string]int{"emphasis": 1}, false},
		"emphasis": {"x*a", "b*y", map[string]int{"emphasis": 1}, false},
		"struck":   {"~~a", "b~~", map[string]int{"emphasis": 1}, false},
		"link":     {"[a", "b](https://e.org)", map[string]int{}, false},
		"code":     {"``` ", " ```", map[string]int{"code span": 1}, true},
		"block":    {"~~~\n", "\n~~~", map[string]int{"code": 1}, true},
		"html":     {"<div>", "</div>", map[string]int{}, true},
	}
	for name, p := range places {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, words := range hostile {
				if visible(words) == "" || name == "html" && strings.ContainsAny(words, "<&") {
					continue
				}
				md := p.before + plainly(words) + p.after
				if p.code {
					md = p.before + strings.ReplaceAll(words, "\u2028", " ") + p.after
				}
				got := markup.FromMarkdown(md)
				s, err := read(got)
				if err != nil {
					t.Fatalf("%q became\n%s\n%v", md, got, err)
				}
				if diff := cmp.Diff(p.want, s.shown); diff != "" {
					t.Errorf("%q shows (-want +got):\n%s\n%s", md, diff, got)
				}
				want, is := visible(words), visible(s.text.String()+strings.Join(s.inCode, "\n"))
				if name == "link" {
					want = strings.NewReplacer("[", "(", "]", ")").Replace(want)
				}
				if name == "code" {
					want = strings.NewReplacer("https:", "x", "http:", "x").Replace(want)
				}
				if !strings.Contains(is, want) {
					t.Errorf("%q is missing in\n%s", want, got)
				}
			}
		})
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		md   string
		want []string
	}{
		"web":            {"[a](https://e.org/x)", []string{"https://e.org/x"}},
		"plain":          {"see https://e.org/x.", []string{"https://e.org/x"}},
		"in brackets":    {"<http://e.org/x>", []string{"http://e.org/x"}},
		"without scheme": {"www.e.org", []string{"http://www.e.org"}},
		"image":          {"![a](https://e.org/x.png)", []string{"https://e.org/x.png"}},
		"signs":          {"[a](<https://e.org/a|b]{c}\\!^~ d>)", []string{"https://e.org/a%7Cb%5D%7Bc%7D%21%5E~%20d"}},
		"script":         {"[a](javascript:alert(1))", nil},
		"data":           {"![a](data:text/html,x)", nil},
		"file":           {"[a](file:///etc/passwd)", nil},
		"mail":           {"[a](mailto:a@b.c) a@b.c <a@b.c>", nil},
		"mention":        {"[a](~bob) [~bob]", nil},
		"attachment":     {"[a](^x.png)", nil},
		"anchor":         {"[a](#x)", nil},
		"relative":       {"[a](../x)", nil},
		"other host":     {"[a](//e.org/x)", nil},
		"password":       {"[a](https://me:secret@e.org/x)", nil},
		"entity":         {"[a](https://e.org/?a=1&amp;b=2)", []string{"https://e.org/?a=1&b=2"}},
		"long":           {"[a](https://e.org/" + strings.Repeat("x", 3000) + ")", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := markup.FromMarkdown(tt.md)
			s, err := read(got)
			if err != nil {
				t.Fatalf("%v in %s", err, got)
			}
			want := slices.Clone(tt.want)
			for i := range want {
				want[i] = strings.ReplaceAll(want[i], "~", "%7E")
			}
			if diff := cmp.Diff(want, s.links); diff != "" {
				t.Errorf("links (-want +got):\n%s\n%s", diff, got)
			}
		})
	}
}

// A description that Jira refuses is a promise lost: however long the text, it
// stays under the limit and says where it was cut.
func TestLimit(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		md  string
		cut bool
	}{
		"short":          {"a", false},
		"just":           {strings.Repeat("a ", 16_000), false},
		"paragraphs":     {strings.Repeat("some words\n\n", 5000), true},
		"one paragraph":  {strings.Repeat("some words ", 5000), true},
		"escapes":        {strings.Repeat("{", 20_000), true},
		"emoji":          {strings.Repeat("🔥", 50_000), true},
		"a long word":    {strings.Repeat("é", 50_000), true},
		"one code block": {"```\n" + strings.Repeat("line\n", 10_000) + "```", true},
		"one list":       {strings.Repeat("- item\n", 10_000), true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := markup.FromMarkdown(tt.md)
			if n := len(utf16.Encode([]rune(got))); n > markup.Limit || n < 10_000 && tt.cut {
				t.Errorf("it has %d characters", n)
			}
			if cut := strings.Contains(got, "This was cut short"); cut != tt.cut {
				t.Errorf("it says that it was cut: %v, want %v", cut, tt.cut)
			}
			if _, err := read(got); err != nil {
				t.Error(err)
			}
		})
	}
}

// Whatever anybody sends, it takes no time.
func TestHostileTextsAreQuick(t *testing.T) {
	t.Parallel()
	const n = 20_000
	for _, unit := range []string{
		"|", ">", "> ", "- ", "1. ", "[", "[a](", "*a ", "**a_", "`", "<", "<!--", "&#42;", "\\", "![", "~~a", "a@b.c ", "http://a.b ",
		"|a|b|c|d|e|f|g|h\n|-|-|-|-|-|-|-|-\n", "|a\n", "[a]: b\n", "\n* ", "_a__b___", "]", "](", "<a ", "www.a.b ", "(x)", "{code}\n",
	} {
		t.Run(unit, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			for _, md := range []string{strings.Repeat(unit, n/len(unit)), strings.Repeat("|", n/2) + "\n" + strings.Repeat("-|", n/4) + "\n" + strings.Repeat(unit, n/4)} {
				if _, err := read(markup.FromMarkdown(md)); err != nil {
					t.Error(err)
				}
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// asked counts what a text's Markdown asks for.
func asked(md string) map[string]int {
	counts := map[string]int{}
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader([]byte(md)))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.(type) {
		case *ast.Heading:
			counts["heading"]++
		case *ast.ThematicBreak:
			counts["rule"]++
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			counts["code"]++
		case *ast.CodeSpan:
			counts["code span"]++
		case *ast.Blockquote:
			counts["quote"]++
		case *ast.ListItem:
			counts["item"]++
		case *extensionast.TableRow, *extensionast.TableHeader:
			counts["row"]++
		case *ast.Emphasis, *extensionast.Strikethrough:
			counts["emphasis"]++
		case *ast.Link, *ast.Image, *ast.AutoLink:
			counts["link"]++
		}
		return ast.WalkContinue, nil
	})
	return counts
}

// Whatever people write, nothing of it is active but what its Markdown asks for.
func FuzzFromMarkdown(f *testing.F) {
	for _, words := range hostile {
		f.Add(words)
		f.Add("- **" + words + "** `" + words + "`\n\n> ~~" + words + "~~ [" + words + "](https://e.org/" + words + ")")
	}
	files, _ := filepath.Glob("testdata/*.md")
	for _, file := range files {
		if md, err := os.ReadFile(file); err == nil {
			f.Add(string(md))
		}
	}
	f.Fuzz(func(t *testing.T, md string) {
		if len(md) > 2000 {
			return
		}
		got := markup.FromMarkdown(md)
		s, err := read(got)
		if err != nil {
			t.Fatalf("%q became\n%s\n%v", md, got, err)
		}
		want := asked(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(md, "\uFFFD")))
		s.shown["link"] = len(s.links)
		for what, n := range s.shown {
			// Emphasis begins again behind a break.
			if breaks := strings.Count(got, `\\`); n > want[what] && (what != "emphasis" || n > want[what]*(1+breaks)) {
				t.Errorf("%d of %s, and its Markdown asks for %d:\n%q\n%s", n, what, want[what], md, got)
			}
		}
		if again := markup.FromMarkdown(md); again != got {
			t.Errorf("not the same when it is done again")
		}
	})
}

// Whatever words people write, they show as those words.
func FuzzWords(f *testing.F) {
	for _, words := range hostile {
		f.Add(words)
	}
	f.Fuzz(func(t *testing.T, words string) {
		words = strings.TrimLeft(strings.ToValidUTF8(words, ""), " \t") // else it is code
		if len(words) > 2000 || visible(words) == "" || strings.ContainsAny(words, "\n\r\x00\u2028\u2029\u0085\u000b\f") {
			return // not in one paragraph
		}
		checkPlain(t, plainly(words), words)
	})
}
