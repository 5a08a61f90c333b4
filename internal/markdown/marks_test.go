package markdown_test

import (
	"strings"
	"testing"

	"hindsight/internal/markdown"
)

// What somebody meant to keep back is kept back, however it is written.
func TestInternalHoweverWritten(t *testing.T) {
	t.Parallel()
	for name, section := range map[string]string{
		"on the heading's line":     "## Root <!-- internal -->\nSECRET\n",
		"before the heading's word": "## <!-- internal --> Root\nSECRET\n",
		"on an underlined heading":  "Root <!-- internal -->\n---\nSECRET\n",
		"with a word":               "## Root\n<!-- internal only -->\nSECRET\n",
		"with a reason":             "## Root\n<!-- internal: not for customers -->\nSECRET\n",
		"in capitals":               "## Root\n<!--INTERNAL-->\nSECRET\n",
		"as an adverb":              "## Root\n<!-- internally -->\nSECRET\n",
		"in brackets":               "## Root\n<!-- [internal] -->\nSECRET\n",
		"with more hyphens":         "## Root\n<!---- internal ---->\nSECRET\n",
		"with an arrow":             "## Root\n<!- internal ->\nSECRET\n",
		"with a dash":               "## Root\n<!— internal —>\nSECRET\n",
		"behind text":               "## Root\n**x** <!-- internal -->\nSECRET\n",
		"below text":                "## Root\nSECRET\n\n<!-- internal -->\n",
		"in a quote":                "## Root\n> <!-- internal -->\n\nSECRET\n",
		"in a quote, over lines":    "## Root\n> <!--\n> internal -->\n\nSECRET\n",
		"in a list":                 "## Root\n- <!-- internal -->\n\nSECRET\n",
		"indented by four":          "## Root\n    <!-- internal -->\n\nSECRET\n",
		"indented by a tab":         "## Root\n\t<!-- internal -->\nSECRET\n",
		"in code":                   "## Root\n`<!-- internal -->`\nSECRET\n",
		"in a tag":                  "## Root\n<div>\n<!-- internal -->\n</div>\n\nSECRET\n",
		"never closed":              "## Root\n\nSECRET\n<!-- internal\n",
		"with lone returns":         "## Root\r<!-- internal: us -->\rSECRET\r",
		"beside a public one":       "## Root\n<!-- public --><!-- internal -->\nSECRET\n",
		"below a public one":        "## Root\n<!-- public -->\nSECRET <!-- internal -->\n",
		"within":                    "## Root <!-- internal -->\n### Below\n<!-- public -->\nSECRET\n",
		"before a table's line":     "## Root\n<!-- internal -->\n| a |\n| - |\n| b |\n---\nSECRET\n",
		"before a definition":       "## Root\n<!-- internal -->\n[a]: b\n---\nSECRET\n",
	} {
		page := "# Message\n<!-- public -->\nWords.\n\n" + section
		if got := markdown.PublicOnly(page); strings.Contains(got, "SECRET") || !strings.Contains(got, "Words.") {
			t.Errorf("%s: public is %q", name, got)
		}
		if got := markdown.WithoutInternal(page); strings.Contains(got, "SECRET") {
			t.Errorf("%s: what is left is %q", name, got)
		}
	}
	if got := markdown.PublicOnly("<!-- internal -->\n# Message\n<!-- public -->\nSECRET\n"); got != "" {
		t.Errorf("of an internal page %q is public", got)
	}
}

// A section within a public one has no public mark of its own, and one that is
// unclear: it stays back.
func TestNotPublic(t *testing.T) {
	t.Parallel()
	for name, section := range map[string]string{
		"misspelt":                      "## Root\n<!-- publik -->\nSECRET\n",
		"private":                       "## Root\n\n<!-- private -->\nSECRET\n",
		"confidential":                  "## Root\n<!-- Confidential: see the contract -->\nSECRET\n",
		"not public":                    "## Root\n<!-- not public -->\nSECRET\n",
		"a sentence":                    "## Root\n<!-- Do not show this to customers. -->\nSECRET\n",
		"of few words":                  "## Root\n<!-- legal team -->\nSECRET\n",
		"on the heading's line":         "## Root <!-- private -->\nSECRET\n",
		"in a quote":                    "## Root\n> <!-- private -->\n\nSECRET\n",
		"behind guidance":               "## Root\n<!-- Write here. -->\n<!-- private -->\nSECRET\n",
		"behind a public one":           "## Root\n<!-- public -->\n<!-- private -->\nSECRET\n",
		"public, and more":              "## Root\n<!-- public after the review -->\nSECRET\n",
		"a table above hyphens":         "## Root\n| a |\n| - |\n| b |\n---\nSECRET\n",
		"a table above equals":          "## Root\n| a |\n| - |\n| b |\n===\n<!-- public -->\nSECRET\n",
		"a table, then deeper":          "## Root\n| a |\n| - |\n---\n\n### Below\nSECRET\n",
		"a definition underlined":       "## Root\n[a]: b\n---\nSECRET\n",
		"a heading in HTML":             "## Root\n<div>\n## Other\nSECRET\n</div>\n",
		"a heading of HTML":             "## Root\n<h2>Other</h2>\n\nSECRET\n",
		"a heading below a tag":         "## Root\n<x\ty>a\n## Other\nSECRET\n",
		"a heading below a quoted tag":  "## Root\n<x\ty>a\nb\n## Other\n<!-- public -->\nSECRET\n",
		"swallowed by a tag":            "## Root\n<pre/>\n\n## Other\n\nSECRET\n",
		"swallowed, and one below that": "## Root\n<pre/>\n\n# Other\n</pre>\n\n### Below\n\nSECRET\n",
	} {
		page := "# Message\n<!-- public -->\nWords.\n\n" + section
		if got := markdown.PublicOnly(page); strings.Contains(got, "SECRET") || !strings.Contains(got, "Words.") {
			t.Errorf("%s: public is %q", name, got)
		}
	}
}

// What a swallowed heading has below it for GitHub is internal as that is.
func TestInternalHeadingInHTML(t *testing.T) {
	t.Parallel()
	const page = "# A\n<!-- public -->\n### B\n<pre/>\n\n## C\n<!-- internal -->\n</pre>\n\n### D\n<!-- public -->\nSECRET\n\n# E\n<!-- public -->\nWords.\n"
	if got := markdown.PublicOnly(page); strings.Contains(got, "SECRET") || !strings.Contains(got, "Words.") {
		t.Errorf("public is %q", got)
	}
}

// Guidance, our own marks and what surely is no heading keep nothing back.
func TestStillPublic(t *testing.T) {
	t.Parallel()
	for name, section := range map[string]string{
		"no mark":               "## Root\nWORDS\n",
		"a blank line":          "## Root\n\n<!-- public -->\nWORDS\n",
		"Windows":               "## Root\r\n \r\n<!-- public -->\r\nWORDS\r\n",
		"underlined":            "Root\n---\n<!--public-->\nWORDS\n",
		"underlined twice":      "Root\nroot\n---\n<!-- public -->\nWORDS\n",
		"a sentence":            "## Root\n<!-- Say sorry. -->\nWORDS\n",
		"a few of them":         "## Root\n<!-- public -->\n<!-- Say sorry -->\nWORDS\n",
		"a longer one":          "## Root\n<!-- What they saw, from when to when; what it meant for customers -->\nWORDS\n",
		"our marks":             "## Root\n" + markdown.Block("facts", "a") + "\nWORDS\n",
		"a heading in guidance": "## Root\n<!--\n## Such as this\n-->\nWORDS\n",
		"a heading in code":     "## Root\n```\n# a comment\n```\nWORDS\n",
		"a table and a rule":    "## Root\n| a |\n| - |\n| b |\n\n---\nWORDS\n",
		"words of ours":         "## Root\nThe internal status page said WORDS.\n",
	} {
		if got := markdown.PublicOnly("# Message\n<!-- public -->\n" + section); !strings.Contains(got, "WORDS") {
			t.Errorf("%s: public is %q", name, got)
		}
	}
}
