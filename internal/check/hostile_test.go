package check_test

import (
	"strings"
	"testing"
	"time"

	"hindsight/internal/check"
)

// fill repeats the unit after what comes before, up to the longest page.
func fill(before, unit string) string {
	return (before + strings.Repeat(unit, size/len(unit)+1))[:size]
}

func hostilePages() map[string]string {
	var stairs strings.Builder
	for indent := ""; stairs.Len() < size/2; indent += "  " {
		stairs.WriteString(indent + "- a\n")
	}
	const timeline = "# Timeline\n|a|\n|-|\n"
	pages := map[string]string{
		"stairs of lists":        fill(stairs.String(), "\n"),
		"deep lists":             fill(strings.Repeat("- ", 490)+"a\n", "- a\n"),
		"what can't be parsed":   fill(strings.Repeat("- ", 1000), "<a "),
		"brackets in each other": strings.Repeat("[", size/2) + strings.Repeat("]", size/2),
		"links in each other":    strings.Repeat("[", size/2) + strings.Repeat("](a)", size/8),
		"labels in each other":   "[b]: c\n\n" + strings.Repeat("[", size/4) + strings.Repeat("][a]", size/8),
		"follow-ups":             fill("# Follow-ups\n", "- [ ] a\n"),
		"rows":                   fill(timeline, "|14:05|\n"),
		"tags without an end":    fill("<div>\n", "<a ")[:size-1] + ">",
		"quotes without an end":  fill("<div>\n", "<a b='")[:size-1] + ">",
		"tags":                   fill("<div>\n", "<b>"),
		"comments":               fill("<div>\n", "<!-- a -->"),
	}
	for _, unit := range []string{
		"a\n=\n", "## a\n", "## a", "<<a><a>a>", "<b>", "- a\n", "- - - a\n", "[a]: b\n[a] ", "<a '", "<!-- a -->", "<!--", "*a **b ", "`a ", "~a ", "_a_ ", "&#64;", "&", `\_`, "\\", "\u200b",
		"a ", "a@b.io\n", "a@b.c ", "@", "10.1.2.3 ", "1.", "a.", ":", "a.corp ", "x://a:b@c ", "x://a:b@", "x://a:", "Ab should ",
		"token = ", "key=\"", "password: a", "password=\"hunter2hunter2\"\n", token() + "\n", "-----BEGIN " + "PRIVATE KEY-----\n", "eyJ", "AKIA", "%", "\n",
	} {
		pages[unit] = fill("", unit)
	}
	return pages
}

// No page may take long: anybody may write it. It is measured by a harmless one
// of the same size, so that a slow or busy machine does not matter.
func TestHostilePages(t *testing.T) { //nolint:paralleltest // measures time
	names := []string{strings.Repeat("a ", 99) + "b", strings.Repeat("a ", 100)}
	quickest := func(page string, enough time.Duration) (best time.Duration) {
		for i := range 3 {
			start := time.Now()
			check.New().Check(page, nil, names)
			if took := time.Since(start); i == 0 || took < best {
				best = took
			}
			if best <= enough {
				break
			}
		}
		return best
	}
	check.New().Check(token(), nil, nil)
	harmless := quickest(strings.Repeat(filledIn(), size/len(filledIn())), 0)
	for name, page := range hostilePages() {
		if took := quickest(page, 8*harmless); took > 8*harmless {
			t.Errorf("%.30q took %s, a harmless page %s", name, took, harmless)
		}
	}
}
