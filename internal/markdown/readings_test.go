package markdown_test

import (
	"slices"
	"strings"
	"testing"

	"hindsight/internal/markdown"
)

// However an address is taken apart, people read it in one piece.
func TestReadings(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"as it is":            "Ask carol@e.org.",
		"entities":            "Ask car&#111;l&commat;e&period;org.",
		"backslashes":         `Ask carol\@e\.org.`,
		"tags":                "Ask carol@<b></b>e.<SPAN>org</SPAN>.",
		"tags in HTML":        "<p>Ask carol@<sub></sub>e.org</p>",
		"emphasis":            "Ask **carol**@*e*.org.",
		"struck out":          "Ask carol~~@~~e.org.",
		"code":                "Ask `carol`@`e.org`.",
		"unseen characters":   "Ask carol@\u200be.\u00ado\ufe0frg.",
		"unseen entities":     "Ask carol&shy;@e.&ZeroWidthSpace;org.",
		"a link's words":      "Ask [carol@](https://x.org)e.org.",
		"a reference's words": "Ask [carol][a]@e.org.\n\n[a]: https://x.org\n",
		"an image's words":    "Ask carol@![](https://x.org)e.org.",
		"within an address":   "Ask <https://x.org/?to=car&#111;l@e.org>.",
	} {
		if all := markdown.Readings(src); !slices.ContainsFunc(all, func(text string) bool { return strings.Contains(text, "carol@e.org") }) {
			t.Errorf("%s: nobody reads it in %q", name, all)
		}
	}
}

// What stands apart stays apart.
func TestReadingsKeepApart(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"carol@<br>e.org", "<table><tr><td>carol@</td><td>e.org</td></tr></table>", "| carol@ | e.org |", "carol@\ne.org", "carol@&lt;b&gt;e.org",
	} {
		if all := markdown.Readings(src); slices.ContainsFunc(all, func(text string) bool { return strings.Contains(text, "carol@e.org") }) {
			t.Errorf("%q is read as one address in %q", src, all)
		}
	}
	if all := markdown.Readings("Plain words."); len(all) != 1 {
		t.Errorf("plain words are read as %q", all)
	}
}
