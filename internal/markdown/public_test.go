package markdown_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/markdown"
)

// secretPlace is private: one repository, and every other page of the wiki.
func secretPlace(address string) bool {
	address = strings.ToLower(address)
	return strings.Contains(address, "e.org/own/secret") || !strings.Contains(address, "//") && !strings.Contains(address, "#") && !strings.Contains(address, "@")
}

func TestPublicText(t *testing.T) {
	t.Parallel()
	const left = "(a link that is not public)"
	tests := []struct{ name, src, want string }{
		{"words", "# A\r\n\r\n*b* `c` & \xff d < 5 <= e\r\n", "# A\r\n\r\n*b* `c` & \xff d < 5 <= e\r\n"},
		{"byte order mark", "\uFEFFa <!-- b -->", "\uFEFFa "},
		{"nothing", "", ""},
		{"guidance", "a\n\n<!-- write\r\nhere -->\r\nb\n", "a\n\n\r\nb\n"},
		{"our markers", markdown.Block("facts", "a"), "\na\n"},
		{"comment in a line", "a <!-- b --> c <!-- d\ne --> f", "a  c  f"},
		{"comment in quotes and lists", "> a <!-- b\n> c --> d\n> <!-- e -->\n\n- [ ] f <!--#1-->\n  <!--\n  g -->\n", "> a  d\n> \n\n- [ ] f \n  \n"},
		{"comment without end", "a\n\n<!-- b\n\n# c\n", "a\n\n"},
		{"comment without end in a line", "a <!-- b", "a &lt;!-- b"},
		{"comment in code stays", "`<!-- a -->`\n\n    <!-- b -->\n\n```\n<!-- c -->\n```\n", "`<!-- a -->`\n\n    <!-- b -->\n\n```\n<!-- c -->\n```\n"},
		{"comment out of pieces", "a <<!-- b -->!-- c -->", "a &lt;!-- c -->"},
		{"comment out of a tag", "a <<x>!-- b -->", "a &lt;!-- b -->"},
		{"escaped bracket", `a \<b> \\<b> \<x>`, `a \<b> \\<b> \<x>`},
		{"instructions", "a <?b c?> <!D e> <![CDATA[f]]> g\n\n<?h\ni?>\n", "a    g\n\n\n"},
		{"tags that set a text", "<b>a</b> H<sub>2</sub>O <span>@</span>b<br>\n\n<details><summary>c</summary>\n\nd\n\n</details>\n", "<b>a</b> H<sub>2</sub>O <span>@</span>b<br>\n\n<details><summary>c</summary>\n\nd\n\n</details>\n"},
		{"attributes", "<b title=\"x>y\" hidden>a</b>\n\n<DIV class='z'\nid=w>\nb\n</DIV>\n", "<b>a</b>\n\n<div>\nb\n</div>\n"},
		{"other tags", "a <a href=\"https://e.org\">b</a> <img src=x alt=\"c\"> <input value=d> e", "a b   e"},
		{"what is never shown", "a <script>b</script> c\n\n<style>\nd\n\ne\n</style>\n\n<template>f</template> g\n\nh <textarea>i", "a  c\n\n\n\n g\n\nh "},
		{"a tag without end", "<div title=\"a\n\n# b", "&lt;div title=\"a\n\n# b"},
		{"link", "a [b *c*](https://e.org/own/secret/issues/1) [d](https://e.org/x)", "a b *c* [d](https://e.org/x)"},
		{"link with all there is", "[a](<https://e.org/own/secret a> 'b\nc') [d]( https://e.org/own/secret?a=(b) \"e\\\"f\" )", "a d"},
		{"link with escapes", `[a](https&#58;//e.org/own\/secret)`, "a"},
		{"link to another page", "[a](Other-Page) [b](#c) [[Page]] [[d|Page]] [[e|https://x.org]]", "a [b](#c) Page d [[e|https://x.org]]"},
		{"image", "![a](https://e.org/own/secret/b.png) [![c](d.png)](https://x.org)", "a [c](https://x.org)"},
		{"image in a link", "[![a](https://x.org/y)](https://e.org/own/secret)", "![](https://x.org/y)"},
		{"address in a link's words", "[https://e.org/own/secret](https://x.org)", "[" + left + "](https://x.org)"},
		{"no link", "[a] (https://x.org) [b](https://e.org/own/secret c", "[a] (https://x.org) [b](" + left + " c"},
		{"escaped link", `\[a](https://e.org/own/secret)`, `\[a](` + left + ")"},
		{"address by itself", "See https://e.org/own/secret/issues/1. And www.e.org/own/secret, HTTP://E.ORG/own/secret*", "See " + left + ". And " + left + ", " + left + "*"},
		{"other addresses", "See https://e.org/x. And www.e.org, <https://e.org> <a@e.org>", "See https://e.org/x. And www.e.org, <https://e.org> <a@e.org>"},
		{"address in brackets", "<https://e.org/own/secret>", left},
		{"address in a link, and words behind it", "[a](https://x.org)@e.org/own/secret ([b](https://e.org/own/secret)c)", "[a](https://x.org)@e.org/own/secret (bc)"},
		{"address in a cell", "|a|\n|-|\n|https://e.org/own/secret|\n", "|a|\n|-|\n|" + left + "|\n"},
		{"address in code stays", "`https://e.org/own/secret` [`a`](https://e.org/own/secret)", "`https://e.org/own/secret` `a`"},
		{"address in a tag", "<td>https://e.org/own/secret</td>", "<td>" + left + "</td>"},
		{"reference", "[a][B c] [b  C][] [b\nc] [d][e] ![x][b c]\n\n[b C]: https://e.org/own/secret\n[e]: https://x.org 'f'\n", "a b  C b\nc [d](https://x.org) x\n\n\n\n"},
		{"reference in a quote", "> [a]\n>\n> [a]: <https://e.org/own/secret>\n>   \"b\"\n", "> a\n>\n> \n"},
		{"definition that hides words", "[//]: # (a)\r\n[a]: <https://x.org>\r\nb\r\n", "\r\n\r\nb\r\n"},
		{"no definitions", "a\n[b]: https://x.org\n\n[^c]: d e\n\n[ ]: e f\n", "a\n[b]: https://x.org\n\n\\[^c]: d e\n\n\\[ ]: e f\n"},
		{"link out of pieces", "[a](https://x.org)[b](Page)(https://e.org/own/secret)", "[a](https://x.org)b(" + left + ")"},
		{"footnotes that hide words", "[^a]: # (b)\n\n[^c]: d\n[e]: # (f)\ng\n", "\n\n\n\ng\n"},
		{"a title over lines", "[a]: <b\\>> \"c\\\nd\"\n\ne\n", "\n\ne\n"},
		{"a definition that is underlined", "[a]: https://x.org \"b\"\nc\n---\n", "\\[a]: https://x.org \"b\"\nc\n---\n"},
		{"link with a title", "[a](https://x.org 'b') [c]( <https://x.org> (d) )", "[a](https://x.org) [c](<https://x.org>)"},
		{"link with a bracket too many", "[a]((https://x.org 'b') [c]( (d )", "[a]((https://x.org) c"},
		{"link that ends in a backslash", "[a](https://x.org\\ 'b') [c](https://x.org/\\)\\\\)", "[a](https://x.org\\) [c](https://x.org/\\)\\\\)"},
		{"code that begins in an address", "[a](https://x.org/` 'b')[c](https://x.org` 'd')", "[a](https://x.org/`)[c](https://x.org`)"},
		{"long address", "[a](https://e.org/own/secret?" + strings.Repeat("b", 5000) + ")", "a"},
		{"link without words", "a [](https://x.org) [ <b></b>&#8203;**\u200b](https://x.org)[b][c]\n\n[c]: https://x.org/(d)\n", "a  [b](<https://x.org/(d)>)\n\n\n"},
		{"link whose words come", "[](https://x.org) [`a`](https://x.org) [&amp;](https://x.org) [é](https://x.org)", " [`a`](https://x.org) [&amp;](https://x.org) [é](https://x.org)"},
		{"page without words", "[[\u200b|https://x.org]] [[a|https://x.org b]] [[c|https://x.org|d]]", " a c"},
		{"image's words", "![a [b](https://x.org)](https://x.org 'c') ![d] \\![e](https://x.org)\n\n[d]: https://x.org\n", "![](https://x.org) ![](https://x.org) \\![e](https://x.org)\n\n\n"},
		{"label with brackets", "[a[b]](https://x.org) [[c]]\n\n[c]: https://x.org\n", "[a[b]](https://x.org) c\n\n\n"},
		{"fences", "```go password=a\nb\n```\n~~~ secret\nb\n~~~\n> ``` YAML\n> b\n> ```\n", "```go\nb\n```\n~~~ \nb\n~~~\n> ``` YAML\n> b\n> ```\n"},
		{"drawn fences", "```mermaid\na\n```\n- ```math\n  a\n  ```\n\n```geo&#74;son\na\n```\n\n~~~stl\n", "```\na\n```\n- ```\n  a\n  ```\n\n```\na\n```\n\n~~~\n"},
		{"formulas", "$a$ [$](https://x.org/$b) https://x.org/$c$ `$d` $5\n\n<p>$e$</p>\n\nfor $5\n", "<span>$</span>a<span>$</span> [<span>$</span>](https://x.org/$b) https://x.org/$c$ `$d` <span>$</span>5\n\n<p><span>$</span>e<span>$</span></p>\n\nfor $5\n"},
		{"cells without a head", "|a|\n|-|\n|b|c|\r\n| d \\| e | f\ng|h\n", "|a|\n|-|\n|b|\r\n| d \\| e |\ng|\n"},
		{"address behind an underscore", "_https://e.org/own/secret", "_" + left},
		{"repository over SSH", "git@github.com:acme/shop.git ssh://git@e.org/own/secret", "git@github.com:acme/shop.git " + left},
		{"absurd", "a <!-- b -->\n" + strings.Repeat(">", 1000), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := markdown.PublicText(tt.src, secretPlace)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("PublicText(%q) (-want +got):\n%s", tt.src, diff)
			}
			if again := markdown.PublicText(got, secretPlace); again != got {
				t.Errorf("a second time it becomes %q", again)
			}
		})
	}
}

var (
	leads  = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	unread = regexp.MustCompile(`<[^<>]* (?:title|alt)="[^"]|<a [^<>]*></a>|class="language-[^"]* `)
)

func FuzzPublicText(f *testing.F) {
	for _, s := range []string{
		"a <!-- b --> [c](https://e.org/own/secret 'd') ![e](f)\n\n<!-- g -->\n", "[a][b]\n\n[b]: https://e.org/own/secret\n",
		"<div title='a'>\n<script>b</script>\n<<!-- c -->!-- d -->", "> https://e.org/own/secret\n- <https://e.org/own/secret>\n", "`<!--` a -->",
		"[a]:\n  <https://e.org/own/secret>\n\n[A]", "[a\\]](https://e.org/own/secret)", "[`]`](https://e.org/own/secret)", "<a b='>'\n>\n", "[](https://x.org 'a')[\u200b][b]\n\n[b]: <https://x.org> 'c'\n", "a\n[^b]: c\n```d e\n", "|a|\n|-|\n|b|c|\n", "$a$![b](c)",
		"\t<!-- x -->\n<!-->\n-->",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if strings.ContainsAny(src, "\f\v") {
			t.Skip("a page with form feeds or vertical tabs has no public section: it never gets here")
		}
		got := markdown.PublicText(src, secretPlace)
		page := render(t, strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(got)) // as GitHub takes a return
		if strings.Contains(page, "<!--") || strings.Contains(strings.ToLower(page), "<script") {
			t.Fatalf("%q becomes %q, which renders as %q", src, got, page)
		}
		if hidden := unread.FindString(page); hidden != "" {
			t.Fatalf("%q becomes %q, which holds %q", src, got, hidden)
		}
		for _, m := range leads.FindAllStringSubmatch(page, -1) {
			if strings.Contains(m[1], "e.org/own/secret") {
				t.Fatalf("%q becomes %q, which leads to %q", src, got, m[1])
			}
		}
	})
}
