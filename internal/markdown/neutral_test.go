package markdown_test

import (
	"bytes"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	gmhtml "github.com/yuin/goldmark/renderer/html"

	"hindsight/internal/markdown"
)

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "Raise the pool to 50 (was 20), v2.1!", "Raise the pool to 50 (was 20), v2.1!"},
		{"empty", " \n\t", ""},
		{"white space", " a\r\n\tb\u2028c\u00a0 d ", "a b c d"},
		{"mention", "ask @ann", "ask <span>@</span>ann"},
		{"team", "@org/team", "<span>@</span>org/team"},
		{"mention behind a zero width space", "@\u200bann", "<span>@</span>ann"},
		{"address", "ann@example.org", "ann<span>@</span>example.org"},
		{"reference", "see #12, org/repo#12, GH-12", "see <span>#</span>12, org/repo<span>#</span>12, GH<span>-</span>12"},
		{"reference first", "#12", "<span>#</span>12"},
		{"commit", "at 0123456789abcdef0123", "at 012345<span>6</span>789abc<span>d</span>ef0123"},
		{"short hex", "abc123 in 2026", "abc123 in 2026"},
		{"link by itself", "https://e.org www.e.org mailto:x", "https<span>:</span>//e.org www<span>.</span>e.org mailto<span>:</span>x"},
		{"emoji name", "party :tada: at 14:05:30", "party <span>:</span>tada: at 14<span>:</span>05:30"},
		{"formula", "$x$", "<span>$</span>x<span>$</span>"},
		{"number first", "12. a 3) b", `12\. a 3) b`},
		{"number in parentheses first", "7) a", `7\) a`},
		{"link and image", "[a](b) ![c](d)", `\[a\](b) !\[c\](d)`},
		{"emphasis, code, strike", "**a** _b_ `c` ~~d~~", "\\*\\*a\\*\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~"},
		{"tag, comment, entity", "<b> <!-- hindsight:x --> &amp;", "&lt;b&gt; &lt;!-&#45; hindsight:x -&#45;&gt; &amp;amp;"},
		{"table", "a | b", "a &#124; b"},
		{"backslash", `a\|b\`, `a\\&#124;b\\`},
		{"heading", "# a", `\# a`},
		{"number sign", "C# code #", `C\# code \#`}, // would close a heading
		{"bullet", "- a", `\- a`},
		{"plus", "+ a", `\+ a`},
		{"number", "1. a", `1\. a`},
		{"number with a bracket", "12) a", `12\) a`},
		{"quote", "> [!NOTE]", `&gt; \[!NOTE\]`},
		{"box", "[x] a", `\[x\] a`},
		{"rule", "---", `\-&#45;&#45;`},
		{"setext", "===", `\===`},
		{"direction and control", "a\u202eb\u2066c\u200ed\u061ce\x00f\x1bg\u0085h", "abcdefg h"},
		{"tags and joiners", "a\U000E0041b\u200dc\ufeffd\u00ade", "abcde"},
		{"overrides around a mention", "\u202e@\u2066ann\u2069\u202c", "<span>@</span>ann"},
		{"zero width in a marker", "<\u200b!-\u2060- hindsight:page --\ufeff>", "&lt;!-&#45; hindsight:page -&#45;&gt;"},
		{"fillers and selectors", "a\u3164\u115f\u034f\ufe01\U000E0101b \u3164", "ab"},
		{"emoji keeps its form", "❤\ufe0f on", "❤\ufe0f on"},
		{"marks over a letter", "e\u0301", "e\u0301"},
		{"hyphens", "a-b a - b a--b -", "a-b a - b a-&#45;b &#45;"},
		{"scheme first", "javascript:alert(1) http:a", "javascript<span>:</span>alert(1) http:a"},
		{"another site first", "//e.org", "/<span>/</span>e.org"},
		{"broken bytes", "a\xff\xed\xa0\x80b", "ab"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, markdown.Text(tt.in)); diff != "" {
				t.Errorf("Text(%q) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

// What comes in any length stays one neutral line of about that length, or is
// cut where it says so.
func TestLongWords(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]string{
		"words": "word ", "one word": "a", "mentions": "@ann ", "tables": "|a|-|", "tags": "<b>", "markers": "<!-- hindsight:page -->",
		"overrides": "a\u202e\u200b", "emoji": "🔥", "backticks": "`", "lines": "a\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			long := strings.Repeat(unit, 10_000/utf8.RuneCountInString(unit))
			checkNeutral(t, markdown.Text(long), "<p>", "</p>\n", visible(long))
			title := strings.Repeat(unit, 300/utf8.RuneCountInString(unit)+1)
			got := markdown.Title(title, 256)
			if n := utf8.RuneCountInString(got); n > 256 || strings.ContainsAny(got, "\n\u202e\u200b") {
				t.Errorf("a title of %d characters: %q", n, got)
			}
			if n := utf8.RuneCountInString(visible(title)); n > 256 && unit != "<!-- hindsight:page -->" && !strings.HasSuffix(got, "…") {
				t.Errorf("of %d characters, %q doesn't show that it was cut", n, got)
			}
			if got != "" { // nothing but comments is nothing
				checkNeutral(t, markdown.Text(got), "<p>", "</p>\n", visible(got))
			}
		})
	}
}

func TestCode(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want, shown string }{
		{"plain", "postmortem: reviewed", "`postmortem: reviewed`", "postmortem: reviewed"},
		{"mention and marker", "@ann <!-- hindsight:page -->", "`@ann <!-- hindsight:page -->`", "@ann <!-- hindsight:page -->"},
		{"backtick", "a`b", "``a`b``", "a`b"},
		{"backticks at the ends", "``a`", "``` ``a` ```", "``a`"},
		{"backticks alone", "`", "`` ` ``", "`"},
		{"spaces and lines", "  a\r\n\r\nb\t", "`a b`", "a b"},
		{"invisible", "a\u202e\u200bb", "`ab`", "ab"},
		{"nothing", " \n", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := markdown.Code(tt.in)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Code(%q) (-want +got):\n%s", tt.in, diff)
			}
			page := render(t, "x "+got)
			if want := "<p>x <code>" + html.EscapeString(tt.shown) + "</code></p>\n"; tt.shown != "" && page != want {
				t.Errorf("%q renders as %q, want %q", got, page, want)
			}
		})
	}
}

// refers is what GitHub would make a mention, reference or emoji of within one
// piece of text between tags.
var refers = regexp.MustCompile(`@\w|#\d|(?i:\bGH-\d)|\b[0-9a-fA-F]{7,40}\b|://|(?i:www\.)|:[\w+-]*[a-z][\w+-]*:|\$.*\$`)

var tag = regexp.MustCompile(`<[^>]*>`)

func FuzzText(f *testing.F) {
	for _, s := range []string{
		"ask @ann about #12", "| a | b |\n|---|---|", "<!-- hindsight:page --> <script>", "1. x", "    code",
		"**a** _b_ `c` ~~d~~ [e](f) ![g](h) <http://i.org> j@k.org www.l.org", "a\\", "&copy; \u202e\x00\xff", "[^1]: x", "[x]: y",
		"0123456789abcdef0123456789abcdef01234567", "***", "- - -", "===", ":-|", "xmpp:a@b.c/d", "$a$",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := markdown.Text(s)
		want := visible(s)
		if want == "" {
			if out != "" {
				t.Fatalf("Text(%q) = %q, want nothing", s, out)
			}
			return
		}
		checkNeutral(t, out, "<p>", "</p>\n", want)
		checkNeutral(t, "## "+out, "<h2>", "</h2>\n", want)
		checkNeutral(t, "- [ ] "+out, "<ul>\n<li><input disabled=\"\" type=\"checkbox\"> ", "</li>\n</ul>\n", want)
		checkNeutral(t, "| a |\n|---|\n| "+out+" |", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>", "</td>\n</tr>\n</tbody>\n</table>\n", want)
	})
}

// A word that is no scheme, and a colon with nothing or a space behind it, lead
// nowhere.
var wordAndColon = regexp.MustCompile(`^([^:/]*):(?:%20|$)`)

// Wherever a template puts people's words, they are words.
func FuzzTextInTemplates(f *testing.F) {
	for _, s := range []string{
		"a -- b", "-->", "->", ">", "--!>", "--", "a-", "<!--", "]", "](https://e.org)", "a](b \"c\")[d", ")", "https://e.org", "http:e.org", "//e.org", `/\e.org`,
		`\\e.org`, "javascript:alert(1)", "JavaScript :x", "data:text/html,x", "mailto:a@e.org", "a b", "(", "\x01javascript:a", "|", "`", "a\nb", "&#x6a;avascript:a", "#",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := markdown.Text(s)
		for _, comment := range []string{"<!-- " + out + " -->", "<!--" + out + "-->"} {
			if page := render(t, "a "+comment+" b"); page != "<p>a "+comment+" b</p>\n" {
				t.Fatalf("%q shows in a comment: %q", s, page)
			}
			if page := render(t, comment+"\n\nb"); page != comment+"\n<p>b</p>\n" {
				t.Fatalf("%q shows in a comment on a line of its own: %q", s, page)
			}
			if inner := strings.TrimSuffix(strings.TrimPrefix(comment, "<!--"), "-->"); strings.Contains(inner, "--") || strings.HasSuffix(inner, "-") || strings.HasPrefix(inner, ">") || strings.HasPrefix(inner, "->") {
				t.Fatalf("%q is no comment to older parsers", comment) // CommonMark 0.29, which GitHub follows
			}
		}
		if want := visible(s); want != "" {
			checkNeutral(t, "["+out+"](https://x.org)", "<p><a href=\"https://x.org\">", "</a></p>\n", want)
		}
		for _, link := range []string{"[x](" + out + ")", "[x](<" + out + ">)", "![x](" + out + ")"} {
			for _, m := range leads.FindAllStringSubmatch(render(t, link), -1) {
				address := wordAndColon.ReplaceAllString(html.UnescapeString(m[1]), "$1")
				if at, err := url.Parse("https://github.com/o/r/wiki/P"); err != nil {
					t.Fatal(err)
				} else if to, err := at.Parse(address); err == nil && (to.Scheme != "https" || to.Host != "github.com") {
					t.Fatalf("%q leads to %q", link, address)
				}
			}
		}
	})
}

// checkNeutral renders src and wants nothing but want between the tags that
// belong to the frame.
func checkNeutral(t *testing.T, src, before, after, want string) {
	t.Helper()
	page := render(t, src)
	inner, ok1 := strings.CutPrefix(page, before)
	inner, ok2 := strings.CutSuffix(inner, after)
	if !ok1 || !ok2 {
		t.Fatalf("%q renders as %q, want one text between %q and %q", src, page, before, after)
	}
	var got strings.Builder
	for _, piece := range tag.Split(inner, -1) {
		piece = html.UnescapeString(piece)
		if m := refers.FindString(piece); m != "" {
			t.Fatalf("%q leaves %q in one piece of text", src, m)
		}
		got.WriteString(piece)
	}
	for _, found := range tag.FindAllString(inner, -1) {
		if found != "<span>" && found != "</span>" {
			t.Fatalf("%q renders with a tag %s", src, found)
		}
	}
	if got.String() != want {
		t.Fatalf("%q shows %q, want %q", src, got.String(), want)
	}
}

func render(t *testing.T, src string) string {
	t.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(gmhtml.WithUnsafe()))
	var b bytes.Buffer
	if err := md.Convert([]byte(src), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// visible says by other means than the package what is to be seen of s.
func visible(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case r == 0xFE0E, r == 0xFE0F:
			b.WriteRune(r)
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		default:
			b.WriteRune(r)
		}
		s = s[n:]
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestQuote(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		limit    int
		want     string
	}{
		{"one line", "a *b*", 100, `> a \*b\*`},
		{"lines stay lines", "a\nb\r\nc", 100, "> a\\\n> b\\\n> c"},
		{"paragraphs", "\n\na\n \n\nb\n\n", 100, "> a\n>\n> b"},
		{"cut", "abc\ndef", 5, "> abc\\\n> d\\\n> …"},
		{"cut between characters", "äöü", 2, "> äö\\\n> …"},
		{"lists, headings, code", "# a\n- b\n```\nc\n```", 100, "> \\# a\\\n> \\- b\\\n> \\`\\`\\`\\\n> c\\\n> \\`\\`\\`"},
		{"marker", "<!-- hindsight:page -->", 100, "> &lt;!-&#45; hindsight:page -&#45;&gt;"},
		{"trailing backslash", "a\\\nb", 100, "> a\\\\\\\n> b"},
		{"nothing", " \n\t\n", 100, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, markdown.Quote(tt.in, tt.limit)); diff != "" {
				t.Errorf("Quote(%q, %d) (-want +got):\n%s", tt.in, tt.limit, diff)
			}
		})
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("a\n\n> b\n- c\n", 10)
	f.Add("```\n<!-- hindsight:x -->\n", 3)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		page := render(t, markdown.Quote(s, limit&0xfff))
		for _, found := range tag.FindAllString(page, -1) {
			switch found {
			case "<blockquote>", "</blockquote>", "<p>", "</p>", "<br>", "<span>", "</span>":
			default:
				t.Fatalf("Quote(%q) renders with a tag %s", s, found)
			}
		}
		if strings.Count(page, "<blockquote>") > 1 {
			t.Fatalf("Quote(%q) renders as %q, more than one quote", s, page)
		}
	})
}

// What joins emoji to one stays; between words it would hide something.
func TestJoinedEmoji(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"Thank the 👩\u200d🚒 and the 👩🏽\u200d🚒, 🏳\ufe0f\u200d🌈": "Thank the 👩\u200d🚒 and the 👩🏽\u200d🚒, 🏳\ufe0f\u200d🌈",
		"a\u200db \u200d👩\u200d c\u200d":                       "ab 👩 c",
	} {
		if got := markdown.Text(s); got != want {
			t.Errorf("%q becomes %q, want %q", s, got, want)
		}
	}
}
