package board

import (
	"html/template"
	"regexp"
	"slices"
	"strings"
)

// rendered is a text in Jira's markup as Jira shows it, as far as this parser
// goes: headings, lists, tables, quotes, code, and what marks words. What it
// does not know is shown as it was written. What Jira would do to other people
// (mentions, images from elsewhere) is shown as a mark, so that one sees a text
// that would.
func rendered(source string) template.HTML {
	m := &markup{lines: strings.Split(strings.ReplaceAll(source, "\r\n", "\n"), "\n")}
	m.blocks(func(string) bool { return false })
	return template.HTML(m.out.String()) //nolint:gosec // made of escaped text and of elements that stand in this package
}

// markup goes through a text line by line.
type markup struct {
	lines []string
	at    int
	depth int
	out   strings.Builder
}

// deepest is how far quotes and lists are followed into each other.
const deepest = 8

var (
	heading  = regexp.MustCompile(`^\s*h([1-6])\.\s+(.*)$`)
	quoted   = regexp.MustCompile(`^\s*bq\.\s+(.*)$`)
	listed   = regexp.MustCompile(`^\s*([*#-]+)\s+(.*)$`)
	ruled    = regexp.MustCompile(`^\s*-{4,5}\s*$`)
	fenced   = regexp.MustCompile(`^\s*\{(code|noformat)(?::[^}]*)?\}(.*)$`)
	quoteEnd = regexp.MustCompile(`^\s*\{quote\}\s*$`)
)

// blocks renders lines until one of which end is true, or to the end.
func (m *markup) blocks(end func(string) bool) {
	for ; m.at < len(m.lines) && !end(m.lines[m.at]); m.at++ {
		line := m.lines[m.at]
		switch {
		case strings.TrimSpace(line) == "":
		case fenced.MatchString(line):
			m.fence(fenced.FindStringSubmatch(line))
		case quoteEnd.MatchString(line) && m.depth < deepest:
			m.quote()
		case heading.MatchString(line):
			found := heading.FindStringSubmatch(line)
			m.element("h"+found[1], found[2])
		case quoted.MatchString(line):
			m.element("blockquote", quoted.FindStringSubmatch(line)[1])
		case ruled.MatchString(line):
			m.out.WriteString("<hr>")
		case strings.HasPrefix(strings.TrimSpace(line), "|"):
			m.table()
		case listed.MatchString(line):
			m.list()
		default:
			m.paragraph(end)
		}
	}
}

func (m *markup) element(name, text string) {
	m.out.WriteString("<" + name + ">" + inline(text) + "</" + name + ">")
}

// fence is code: nothing in it means anything, up to the same word in braces.
func (m *markup) fence(found []string) {
	end := "{" + found[1] + "}"
	text, rest, closed := strings.Cut(found[2]+"\n"+strings.Join(m.lines[m.at+1:], "\n"), end)
	m.out.WriteString("<pre><code>" + template.HTMLEscapeString(strings.Trim(text, "\n")) + "</code></pre>")
	if !closed {
		m.at = len(m.lines)
		return
	}
	m.at += strings.Count(text, "\n")
	if strings.TrimSpace(strings.SplitN(rest, "\n", 2)[0]) != "" {
		m.lines[m.at] = strings.SplitN(rest, "\n", 2)[0]
		m.at-- // what stands behind the code, on its last line
	}
}

func (m *markup) quote() {
	m.at++
	m.depth++
	m.out.WriteString("<blockquote>")
	m.blocks(quoteEnd.MatchString)
	m.out.WriteString("</blockquote>")
	m.depth--
}

// ahead takes the lines that belong together, and stays on the last of them.
func (m *markup) ahead(belongs func(string) bool) []string {
	from := m.at
	for m.at+1 < len(m.lines) && belongs(m.lines[m.at+1]) {
		m.at++
	}
	return m.lines[from : m.at+1]
}

// paragraph ends where another block begins. Each of its lines is one.
func (m *markup) paragraph(end func(string) bool) {
	var texts []string
	for _, line := range m.ahead(func(line string) bool { return !end(line) && plain(line) }) {
		texts = append(texts, inline(strings.TrimSpace(line)))
	}
	m.out.WriteString("<p>" + strings.Join(texts, "<br>") + "</p>")
}

func plain(line string) bool {
	if trimmed := strings.TrimSpace(line); trimmed == "" || strings.HasPrefix(trimmed, "|") {
		return false
	}
	for _, begins := range []*regexp.Regexp{heading, quoted, listed, ruled, fenced, quoteEnd} {
		if begins.MatchString(line) {
			return false
		}
	}
	return true
}

// list nests by the number of its signs; # counts, * and - don't.
func (m *markup) list() {
	var open []string
	for _, line := range m.ahead(listed.MatchString) {
		found := listed.FindStringSubmatch(line)
		signs := found[1][:min(len(found[1]), deepest)]
		for len(open) > len(signs) || len(open) == len(signs) && open[len(open)-1] != listKind(signs) {
			m.out.WriteString("</li></" + open[len(open)-1] + ">")
			open = open[:len(open)-1]
		}
		if len(open) == len(signs) {
			m.out.WriteString("</li><li>")
		}
		for len(open) < len(signs) {
			open = append(open, listKind(signs[:len(open)+1]))
			m.out.WriteString("<" + open[len(open)-1] + "><li>")
		}
		m.out.WriteString(inline(found[2]))
	}
	for _, kind := range slices.Backward(open) {
		m.out.WriteString("</li></" + kind + ">")
	}
}

// listKind is the element of the list whose items begin with the signs.
func listKind(signs string) string {
	if strings.HasSuffix(signs, "#") {
		return "ol"
	}
	return "ul"
}

// table has head cells behind two bars, and others behind one.
func (m *markup) table() {
	m.out.WriteString("<table>")
	rows := m.ahead(func(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "|") })
	for _, row := range rows {
		row = strings.TrimSpace(row)
		cell, bar := "td", "|"
		if strings.HasPrefix(row, "||") {
			cell, bar = "th", "||"
		}
		m.out.WriteString("<tr>")
		for _, text := range cells(strings.TrimSuffix(strings.TrimPrefix(row, bar), bar), bar) {
			m.element(cell, strings.TrimSpace(text))
		}
		m.out.WriteString("</tr>")
	}
	m.out.WriteString("</table>")
}

// cells splits a row at its bars, but for those that are escaped or in a link.
func cells(row, bar string) (all []string) {
	from, in := 0, false
	for i := 0; i < len(row); i++ {
		switch {
		case row[i] == '\\':
			i++
		case row[i] == '[':
			in = true
		case row[i] == ']':
			in = false
		case !in && strings.HasPrefix(row[i:], bar):
			all = append(all, row[from:i])
			i += len(bar) - 1
			from = i + 1
		}
	}
	return append(all, row[from:])
}
