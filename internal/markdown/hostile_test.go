package markdown_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"hindsight/internal/markdown"
)

// fill repeats the unit after what comes before, up to the size.
func fill(before, unit string) string {
	return (before + strings.Repeat(unit, size/len(unit)+1))[:size]
}

// grow is what the function makes of 0, 1, 2 and so on, up to n bytes.
func grow(n int, line func(int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(line(i))
	}
	return b.String()
}

// hostileDocuments are texts at which parsers of Markdown take long or much
// memory.
func hostileDocuments() map[string]string {
	const head = "# Follow-ups\n"
	deep := head + strings.Repeat("- ", 490) + "a\n"
	stairs := func(i int) string { return strings.Repeat("  ", i) + "- a\n" }
	ticks := func(i int) string { return strings.Repeat("`", i+1) + " " }
	texts := map[string]string{
		"wide table":                fill(strings.Repeat("|a", size/16)+"|\n"+strings.Repeat("|-", size/16)+"|\n", "|\n"),
		"blank lines in deep lists": fill(deep, "\n"),
		"blank lines in stairs":     fill(head+grow(size/2, stairs), "\n"),
		"blank lines in deep fence": fill(head+strings.Repeat("- ", 490)+"```\n", " \r\n"),
		"form feeds in deep lists":  fill(deep, "\f\n\v\n"),
		"lazy lines in deep lists":  fill(deep, "a\n"),
		"lazy lines in deep quotes": fill(head+strings.Repeat(">", 990)+"a\n", "a\n"),
		"a long table":              fill("<!-- hindsight:begin block=x keys= -->\n|a|\n|-|\n", "|14:05|\n")[:size-40] + "<!-- hindsight:end block=x -->",
		"deep lists again":          fill(head, strings.Repeat("- ", 490)+"a\n"),
		"deep quotes again":         fill(head, strings.Repeat(">", 990)+"a\n"),
		"deep and mixed again":      fill(head, strings.Repeat("> - ", 240)+"a\n"),
		"stairs of lists":           head + grow(size, stairs),
		"runs of backticks":         grow(size, ticks),
		"runs of backticks, lines":  fill(grow(size/3, ticks), "a\n"),
		"comments in an item":       fill(head+"- [ ] a ", "<!--a-->\n"),
		"long comment in an item":   fill(head+"- [ ] a <!--\n", "a\n"),
		"long setext heading":       fill("", "x\n")[:size-1] + "-",
		"one long tag":              fill("<a", " b"),
		"one long tag over lines":   fill("<a", "\nb"),
		"one long address":          fill("<http:", "a"),
	}
	for _, unit := range []string{
		"- ", "> ", "1. ", "- 1) ", "* a\n+ a\n", "-\n", "-\n\n", "- [ ] a\n", "1. [ ] a\n", "- ```\n", "> a\na\n", ">\ta\n", "-\ta\n", " ", "\t", "\n", "\r", "a\n", "a  \n", "a\\\n",
		"[", "![", "[a](", "[a](<", "[a](b \"", "[a][", "![[]()", "]", "[^1] ", "[a]: b\n", "[a]: b \"\n", "[x\n",
		"*", "*a ", "*a_ ", "**a *b ", "a**bc* ", "~~a", "`", "`a``", "\\`", "```\na\n", "~~~ a\n",
		"<", "<!--", "x<!-- -", "x<!--\n", "<!A\n", "<?\n", "x<![CDATA[\n", "<a ", "<a b='", "<a b=\"<a c='", "<a b=\"\n", "</a \n", "<div>\n", "<pre>\n</pre\n", "<a@b", "<http:a",
		"&", "&#x", "a@b.c_", "http://", "www.", "|a|\n|-|\n", "|a|\n|-|\n|14:05|\n", "a|b\n-|-\n", "\x00", "\xff",
		"#\n", head, "x\n-\n", "***\n", "# [Follow-ups](x)\n", "# **`*[_x\n",
		"# " + strings.Repeat("[a](", 245) + "\n", "# " + strings.Repeat("*a_ ", 245) + "\n", strings.Repeat("[a]\n", 240) + "-\n",
		"<a \"", "<script>", "<div>\n<script>", "<div>\n<!--", "[[a|", "[[a]]", "[a]: b\n[a] ", "[a](b c", "[a](b (", "[\n", "\\[", "https://a ", "https://e.org/own/secret ", "www.",
		"fixes #1 ", "fixes #1\n\n", "fixes a/a", "fixes https://a/a", "fixes\n", "Incident: **", "Incident: [<*", "- Incident: #1\n",
		"- [ ] a <!--#1-->\n", "a <!--#1--> ", "<!-- hindsight:begin block=facts -->\n", "<!-- hindsight:end block=facts -->\n",
		"/incident <!--a-->\n", "<!-- hindsight:page a=b -->\n", "<!-- hindsight:begin ", "<!-- hindsight:end a=b ",
	} {
		texts[unit] = fill("", unit)
	}
	return texts
}

// hostileWords are texts at which the making of neutral ones could take long.
func hostileWords() map[string]string {
	texts := map[string]string{
		"backticks that grow":    grow(size, func(i int) string { return strings.Repeat("`", i) + " " }),
		"a long number and dots": strings.Repeat("1", size/2) + strings.Repeat(".", size/2),
		"half a link":            fill("[a](", "b"),
	}
	for _, unit := range []string{
		"[a](", "*a_ ", "a**bc* ", "![[]()", "`", "`a``", "<", "<!--", "<a b='", "&", "@", "#1", "GH-1", ":a", "://", "www.",
		"abcdef0", "mailto:", "1.", "\n", " ", "é", "結", "\u200b", "\xff", "\x00",
	} {
		texts[unit] = fill("", unit)
	}
	return texts
}

var (
	readers = map[string]func(string){
		"Checklist": func(s string) { markdown.Checklist(s) },
		"Commands":  func(s string) { markdown.Commands(s) },
		"Boxes":     func(s string) { markdown.Boxes(s) },
		"Refers":    func(s string) { markdown.Refers(s) },
		"StateOf":   func(s string) { markdown.StateOf(s, "other") },
		"GainRows": func(s string) {
			markdown.GainRows("<!-- hindsight:begin block=x keys= -->\n"+s, "x", rowsHead, []markdown.Row{noted})
			markdown.GainRows(s, "x", rowsHead, []markdown.Row{noted})
		},
		"Sections":   func(s string) { markdown.Sections(s) },
		"Prose":      func(s string) { markdown.Prose(s) },
		"Shown":      func(s string) { markdown.Shown(s) },
		"Read":       func(s string) { markdown.Read(s) },
		"PublicText": func(s string) { markdown.PublicText(s, secretPlace) },
		"FindBlock":  func(s string) { markdown.FindBlock(s, "facts") },
		"Account":    func(s string) { markdown.Account(s) },
		"FindMarker": func(s string) { markdown.FindMarker("<!-- hindsight:page -->x\n\n"+s, "page") },
		"Unseal":     func(s string) { _, _, _ = markdown.Unseal("<!-- hindsight:page -->x\n\n"+s, "page") },
	}
	writers = map[string]func(string){
		"Title": func(s string) { markdown.Title(s, 256) },
		"Slug":  func(s string) { markdown.Slug(s, 60) },
		"Text":  func(s string) { markdown.Text(s) },
		"Code":  func(s string) { markdown.Code(s) },
		"Quote": func(s string) { markdown.Quote(s, size) },
	}
)

// No text that fits into a comment may take long or much memory: anybody may
// write it. What is too long is measured by a harmless text of the same size,
// so that a slow or busy machine doesn't matter.
func TestHostileTexts(t *testing.T) { //nolint:paralleltest // measures the memory of the whole process
	harmless := fill("# Follow-ups\n", "- [ ] Raise the pool to 50 connections, and alert on its age\n")
	var pace time.Duration
	for _, calls := range []map[string]func(string){readers, writers} {
		for _, call := range calls {
			took, _ := measure(func() { call(harmless) }, 0)
			pace += took
		}
	}
	check := func(calls map[string]func(string), texts map[string]string) {
		for name, call := range calls {
			for text, src := range texts {
				took, bytes := measure(func() { call(src) }, 20*pace)
				if took > 20*pace || bytes > memoryPerByte*size {
					t.Errorf("%s of %.40q took %s and %d MB; all of them take %s for a harmless text", name, text, took, bytes>>20, pace)
				}
			}
		}
	}
	check(readers, hostileDocuments())
	check(writers, hostileWords())
}

// A page may be longer than a comment: what is looked for in it takes time in
// proportion to its length, whatever stands there.
func TestLargeHostileTexts(t *testing.T) { //nolint:paralleltest // measures time
	const large = 4 * size
	long := func(unit string) string { return strings.Repeat(unit, large/len(unit)) }
	calls := map[string]func(string){
		"Sections": readers["Sections"], "PublicText": readers["PublicText"], "StateOf": readers["StateOf"], "GainRows": readers["GainRows"],
		"PublicOnly": func(s string) { markdown.PublicOnly("# A\n<!-- public -->\n" + s) },
	}
	texts := map[string]string{
		"brackets":                long("[")[:large/2] + long("]")[:large/2],
		"brackets, and a label":   "[a]: https://x.org\n\n" + long("[")[:large/2] + long("]")[:large/2],
		"brackets around a label": "[a]: https://x.org\n\n" + long("[")[:large/2] + "a" + long("][a]")[:large/2],
		"many labels":             grow(large, func(i int) string { return fmt.Sprintf("[%d]: https://x.org\n\n[%d]\n\n", i, i) }),
		"tags before headings":    long("<a\n# b\n"),
		"a table's many cells":    "|a|\n|-|\n" + long("|b"),
	}
	for _, unit := range []string{
		"[[[](x)](x)](x)", "[[[a]][a]]", "[](x 't')", "[&#8203;](https://x.org)", "![a](https://x.org)", "](", "[](<", "[a]:b\n", "\\[", "$", "$a$\n\n", "<span>$",
		"```go a\n```\n", "<!", "<! internal", "<!--\n", "<!-- a -->", "# a <!-- b -->\n", "a|\n-|\n---\n", "<pre/>\n# a\n\n", "<svg></svg>", "a@b:", "git+", "[](a(", "[](a( '", "[](a(b ",
	} {
		texts[unit] = long(unit)
	}
	var pace time.Duration
	for _, call := range calls {
		took, _ := measure(func() { call(long("Raise the pool to 50 connections, and **alert** on `its` age\n\n")) }, 0)
		pace += took
	}
	for name, call := range calls {
		for text, src := range texts {
			if took, _ := measure(func() { call(src) }, headroom*pace); took > headroom*pace {
				t.Errorf("%s of %.40q took %s; all of them take %s for a harmless text", name, text, took, pace)
			}
		}
	}
}

// measure is how long the call takes, and how many bytes of memory it asks for
// in all: the quickest of three calls, or the first that is quick enough.
func measure(call func(), enough time.Duration) (best time.Duration, bytes uint64) {
	var before, after runtime.MemStats
	for i := range 3 {
		runtime.ReadMemStats(&before)
		start := time.Now()
		call()
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if i == 0 || took < best {
			best, bytes = took, after.TotalAlloc-before.TotalAlloc
		}
		if best <= enough {
			break
		}
	}
	return best, bytes
}
