package board

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

func TestMarkupAsJiraShowsIt(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source, want string }{
		{"lines", "one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"},
		{"headings", "h2. What *happened*\nthen", "<h2>What <strong>happened</strong></h2><p>then</p>"},
		{"lists", "* a\n** b\n* c\n# d", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><ol><li>d</li></ol>"},
		{"counted", "# a\n## b\n# c", "<ol><li>a<ol><li>b</li></ol></li><li>c</li></ol>"},
		{
			"a table", "||Name||Who||\n|a \\| b|[x|https://e.test/?a=1&b=2]|",
			`<table><tr><th>Name</th><th>Who</th></tr><tr><td>a | b</td>` +
				`<td><a href="https://e.test/?a=1&amp;b=2" rel="nofollow noopener">x</a></td></tr></table>`,
		},
		{"code", "{code:java}\n*a* <b>\n\nh1. x\n{code}\nafter", "<pre><code>*a* &lt;b&gt;\n\nh1. x</code></pre><p>after</p>"},
		{"code on one line", "{noformat}a{noformat} b", "<pre><code>a</code></pre><p>b</p>"},
		{"code without an end", "{code}\na", "<pre><code>a</code></pre>"},
		{"quotes", "{quote}\nh1. a\n{quote}\nbq. b", "<blockquote><h1>a</h1></blockquote><blockquote>b</blockquote>"},
		{"a rule", "a\n----\nb", "<p>a</p><hr><p>b</p>"},
		{
			"words", "*a* _b_ -c- +d+ ^e^ ~f~ {{g*h}}",
			"<p><strong>a</strong> <em>b</em> <del>c</del> <ins>d</ins> <sup>e</sup> <sub>f</sub> <code>g*h</code></p>",
		},
		{"signs inside words", "2*3*4 and snake_case_name and a-b-c", "<p>2*3*4 and snake_case_name and a-b-c</p>"},
		{"escapes", `\*a\* \[x\] \{code\} a\\b c:\dir`, `<p>*a* [x] {code} a<br>b c:\dir</p>`},
		{"entities", "&#42;a&#42; &lt;b&gt; &amp &#x5b;", "<p>*a* &lt;b&gt; &amp;amp [</p>"},
		{
			"bare links", "see https://e.test/a?b=c. And (https://e.test)",
			`<p>see <a href="https://e.test/a?b=c" rel="nofollow noopener">https://e.test/a?b=c</a>. And (` +
				`<a href="https://e.test" rel="nofollow noopener">https://e.test</a>)</p>`,
		},
		{
			"what would reach others", "[~accountid:5f] !https://e.test/x.png!",
			`<p><mark title="Jira would make this a real mention">[~accountid:5f]</mark> ` +
				`<mark title="Jira would make this a real image">!https://e.test/x.png!</mark></p>`,
		},
		{"other schemes", "[x|javascript:alert(1)] [data:text/html,x]", "<p>[x|javascript:alert(1)] [data:text/html,x]</p>"},
		{
			"HTML", `<script>alert(1)</script> <img src=x onerror="a">`,
			"<p>&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=&#34;a&#34;&gt;</p>",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := string(rendered(test.source)); got != test.want {
				t.Errorf("rendered(%q)\n got %s\nwant %s", test.source, got, test.want)
			}
		})
	}
}

// harmless wants nothing but the few elements, with the few attributes.
func harmless(t *testing.T, source string) {
	t.Helper()
	attributes := map[string]string{"a": "href rel", "mark": "title"}
	const elements = " h1 h2 h3 h4 h5 h6 p br hr ul ol li table tr th td blockquote pre code strong em del ins sup sub a mark "
	tokens := html.NewTokenizer(strings.NewReader(string(rendered(source))))
	var open []string
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Fatalf("%q leaves %v open", source, open)
			}
			return
		case html.CommentToken, html.DoctypeToken, html.SelfClosingTagToken:
			t.Fatalf("%q becomes %q", source, tokens.Raw())
		case html.StartTagToken:
			token := tokens.Token()
			if !strings.Contains(elements, " "+token.Data+" ") {
				t.Fatalf("%q becomes the element %s", source, token.Data)
			}
			for _, a := range token.Attr {
				allowed := strings.Contains(attributes[token.Data], a.Key)
				if !allowed || a.Key == "href" && !strings.HasPrefix(strings.ToLower(a.Val), "http") {
					t.Fatalf("%q becomes %s", source, token)
				}
			}
			if token.Data != "br" && token.Data != "hr" {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			token := tokens.Token()
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("%q closes %s where %v is open", source, token.Data, open)
			}
			open = open[:len(open)-1]
		case html.TextToken:
		}
	}
}

func FuzzMarkup(f *testing.F) {
	for _, seed := range []string{
		"h1. <b>*x*</b>", "[a|javascript:x]", "||a|b||\n|[x|y]|", "{quote}\n{code}\n{quote}", "* a\n*** b\n# c", `\\\*`, "[~x]!y!",
		"[\"><script>|https://e.test/\"onmouseover=x]", "{{a}}}}", "&#0;&#x3c;script&#x3e;", "*_-+^~a~^+-_*", "\xff*\xfe*",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) { harmless(t, source) })
}

// What is long and hostile takes no longer than what is long: far less than a
// second, but where the race detector, and other tests, take their time.
func TestMarkupTakesNoTime(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"*a ", "[", "{quote}\n", "* ", "|", "{{", "&#", "*_-+^~", "!a", "{code}\n", "\\"} {
		source := strings.Repeat(unit, 32_000/len(unit))
		began := time.Now()
		harmless(t, source)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%d times %q took %s", 32_000/len(unit), unit, took)
		}
	}
}
