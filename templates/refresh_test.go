package templates_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hindsight/internal/incident"
	"hindsight/templates"
)

// later is the example some time later: facts, roles, follow-ups and the
// timeline have something new to say.
func later() incident.PageView {
	v := templates.Example(false)
	v.Severity, v.Roles.Scribe, v.Lines[1].State = 2, "frank", incident.Done
	v.Rows = append(v.Rows, eventRow("later234", 30))
	return v
}

func eventRow(key string, minute int) incident.Row {
	return incident.Row{
		Key: key, At: time.Date(2026, 11, 20, 14, minute, 0, 0, time.UTC), Says: "Row " + key,
		Source: "issue", URL: "https://github.com/example/shop/issues/42",
	}
}

// rowLine is a row of [eventRow] as it is written.
func rowLine(r incident.Row) string {
	return fmt.Sprintf("| %s | %s | [%s](%s) |", r.At.Format("2006-01-02 15:04"), r.Says, r.Source, r.URL)
}

// openedRow is the example's row of its opening.
const openedRow = "| 2026-11-20 14:00 | Issue opened by bob: Checkout answers every third request with an error | " +
	"[issue](https://github.com/example/shop/issues/42) |\n"

var allBlocks = []string{"facts", "roles", "timeline", "follow-ups"}

func TestRefreshPage(t *testing.T) {
	t.Parallel()
	page := templates.New().Page(templates.Example(false))
	edit := func(old, anew string) string {
		t.Helper()
		if !strings.Contains(page, old) {
			t.Fatalf("%q is not on the page", old)
		}
		return strings.Replace(page, old, anew, 1)
	}
	without := func(names ...string) []string {
		return slices.DeleteFunc(slices.Clone(allBlocks), func(b string) bool { return slices.Contains(names, b) })
	}
	const ours, absent, broken, changed = incident.BlockOurs, incident.BlockAbsent, incident.BlockBroken, incident.BlockChanged
	tests := []struct {
		name, page string
		changed    []string
		block      string // whose state is told
		state      incident.BlockState
	}{
		{"as it was made", page, allBlocks, "facts", ours},
		{"Windows line ends", strings.ReplaceAll(page, "\n", "\r\n"), allBlocks, "timeline", ours},
		{"byte order mark", "\uFEFF" + page, allBlocks, "facts", ours},
		{"people wrote", edit("## Impact\n", "## Impact\nAll of them.\n"), allBlocks, "facts", ours},
		{"facts changed", edit("| Owner | alice |", "| Owner | alice, bob |"), without("facts"), "facts", changed},
		{"facts removed", regexp.MustCompile(`(?s)<!-- hindsight:begin block=facts.*?block=facts -->\n`).ReplaceAllString(page, ""), without("facts"), "facts", absent},
		{"an end removed", edit("<!-- hindsight:end block=roles -->\n", ""), without("roles"), "roles", broken},
		{"emptied", regexp.MustCompile(`(?s)(block=roles digest=\w+ -->\n).*?(<!-- hindsight:end block=roles)`).ReplaceAllString(page, "$1$2"), allBlocks, "roles", ours},
		{"put back", regexp.MustCompile(`(?s)block=roles digest=\w+ -->\n.*?(<!-- hindsight:end block=roles)`).ReplaceAllString(page, "block=roles -->\n$1"), allBlocks, "roles", ours},
		{"in code", edit("<!-- hindsight:begin block=follow-ups", "```\n<!-- hindsight:begin block=follow-ups"), without("follow-ups", "roles"), "follow-ups", broken},
		{"a row changed", edit("Issue opened by bob", "Issue opened by bob, at last"), allBlocks, "timeline", ours},
		{"a row deleted", edit(openedRow, ""), allBlocks, "timeline", ours},
		{"no table any more", edit("| Time (UTC) | What happened | Source |\n", ""), without("timeline"), "timeline", broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := templates.New().RefreshPage(tt.page, later())
			if diff := cmp.Diff(tt.changed, got.Changed); diff != "" {
				t.Errorf("changed (-want +got):\n%s", diff)
			}
			if !slices.Contains(got.Blocks, incident.PageBlock{Name: tt.block, State: tt.state}) || len(got.Blocks) != 4 {
				t.Errorf("%s is not in the state %d: %+v", tt.block, tt.state, got.Blocks)
			}
			if again := templates.New().RefreshPage(got.Text, later()); again.Text != got.Text || len(again.Changed) > 0 {
				t.Errorf("a second time changed %v:\n%s", again.Changed, cmp.Diff(got.Text, again.Text))
			}
			if lf := strings.Count(got.Text, "\n") - strings.Count(got.Text, "\r\n"); strings.Contains(tt.page, "\r") && lf > 0 {
				t.Errorf("%d lines have got other ends", lf)
			}
		})
	}
}

// A page that is not this incident's is not touched, and nothing is said of it.
func TestRefreshPageOfAnother(t *testing.T) {
	t.Parallel()
	view := later()
	view.ID.Number++
	own := templates.New().Page(templates.Example(false))
	for _, page := range []string{own, "", "# Ours", own[strings.Index(own, "\n"):]} {
		if diff := cmp.Diff(incident.PageRefresh{Text: page}, templates.New().RefreshPage(page, view)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// Rows go where their time belongs, between those of people.
func TestTimelineGainsRows(t *testing.T) {
	t.Parallel()
	page := templates.New().Page(templates.Example(false))
	people := "| 14:10 | Called the supplier | [call](https://example.test) |\n| later | Waited | |\n"
	page = strings.Replace(page, openedRow, openedRow+people, 1)
	view := templates.Example(false)
	view.Rows = append(view.Rows, eventRow("before23", 5), eventRow("after234", 20))
	got := templates.New().RefreshPage(page, view)
	want := openedRow + rowLine(eventRow("before23", 5)) + "\n" + people + rowLine(eventRow("after234", 20)) + "\n"
	if !strings.Contains(got.Text, want) {
		t.Errorf("not in order of time:\n%s", got.Text)
	}
}

// A timeline that people ask for anew has all rows again, also those that they
// had deleted; so has a page that never had one.
func TestTimelineComesBack(t *testing.T) {
	t.Parallel()
	const empty = "<!-- hindsight:begin block=timeline -->\n<!-- hindsight:end block=timeline -->"
	page := strings.Replace(templates.New().Page(templates.Example(false)), openedRow, "", 1)
	start, stop, _ := extent(page, "timeline")
	got := templates.New().RefreshPage(page[:start]+empty+page[stop:], later())
	for _, want := range []string{openedRow, rowLine(eventRow("later234", 30)) + "\n", "| --- | --- | --- |\n| 2026-11-20 13:52 | 🔴 It started |"} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("%q is missing in\n%s", want, got.Text)
		}
	}
	view := templates.Example(false)
	view.Own = "# Ours\n"
	got = templates.New().RefreshPage(templates.New().Page(view)+"\n"+empty, later())
	if !strings.Contains(got.Text, openedRow) || !slices.Equal(got.Changed, []string{"timeline"}) {
		t.Errorf("changed %v:\n%s", got.Changed, got.Text)
	}
}

// hand is what people do to a page.
type hand struct {
	t    *rapid.T
	text string
	n    int // what they have written
	gone map[string]bool
}

// odd is what people's editors may put into words.
var odd = []string{"", "é", "e\u0301", "\u202e", "\u2028", "\u0085", "\v", "\x00", "🧑‍🚒", "\uFEFF", "\t", "|", "`", "<b>", "日本", "\r", "\xff", "[x](y)"}

func (h *hand) words() string {
	h.n++
	return fmt.Sprintf("human%d%s", h.n, rapid.SampledFrom(odd).Draw(h.t, "odd"))
}

// lines are the page's, each with its end.
func (h *hand) lines() []string { return strings.SplitAfter(h.text, "\n") }

func (h *hand) edit() {
	lines := h.lines()
	at := rapid.IntRange(0, len(lines)-1).Draw(h.t, "line")
	end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(h.t, "end")
	mark := strings.Contains(lines[at], "hindsight:")
	row := slices.IndexFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "| 2026-") && rapid.IntRange(0, 2).Draw(h.t, "this row") == 0
	})
	switch rapid.SampledFrom([]string{
		"insert", "insert", "row", "delete row", "delete", "append", "append", "unmark", "move", "trim", "bom", "windows", "unix", "fence",
	}).Draw(h.t, "edit") {
	case "insert":
		lines[at] = h.words() + end + lines[at]
	case "row":
		if row >= 0 {
			lines[row] += "| " + rapid.SampledFrom([]string{"14:05", "2026-11-20 14:30", "then"}).Draw(h.t, "time") + " | " + h.words() + " | |" + end
		}
	case "delete row":
		if row >= 0 {
			lines[row] = ""
		}
	case "delete":
		if !mark {
			lines[at] = ""
		}
	case "append":
		if !mark {
			body := strings.TrimRight(lines[at], "\r\n")
			lines[at] = body + h.words() + lines[at][len(body):]
		}
	case "unmark":
		if mark && rapid.IntRange(0, 3).Draw(h.t, "really") == 0 {
			lines[at] = ""
		}
	case "trim":
		lines[len(lines)-1] = strings.TrimRight(lines[len(lines)-1], "\r\n")
	case "fence":
		if rapid.IntRange(0, 9).Draw(h.t, "really") == 0 {
			lines[at] = "```" + end + lines[at]
		}
	case "move":
		h.move(rapid.SampledFrom(allBlocks).Draw(h.t, "block"))
		return
	case "bom":
		lines[0] = "\uFEFF" + strings.TrimPrefix(lines[0], "\uFEFF")
	case "windows":
		lines = []string{strings.ReplaceAll(strings.ReplaceAll(h.text, "\r\n", "\n"), "\n", "\r\n")}
	case "unix":
		lines = []string{strings.ReplaceAll(h.text, "\r\n", "\n")}
	}
	h.text = strings.Join(lines, "")
}

// move takes a block to the end of the page.
func (h *hand) move(block string) {
	if start, stop, ok := extent(h.text, block); ok {
		h.text = h.text[:start] + h.text[stop:] + "\n\n" + h.text[start:stop] + "\n"
	}
}

// extent is where a block is, with its markers.
func extent(page, block string) (start, stop int, ok bool) {
	m := regexp.MustCompile(`(?s)<!-- hindsight:begin block=` + block + ` .*?<!-- hindsight:end block=` + block + ` -->`).FindStringIndex(page)
	if m == nil {
		return 0, 0, false
	}
	return m[0], m[1], true
}

// edits are those of a while; it notes which rows they have deleted.
func (h *hand) edits(n int, rows []incident.Row) {
	was := h.text
	for range n {
		h.edit()
	}
	for _, r := range rows {
		if strings.Contains(was, r.Says) && !strings.Contains(h.text, r.Says) {
			h.gone[r.Key] = true
		}
	}
}

// Whatever people do to a page between two updates, every byte outside of the
// blocks that are ours survives, rows that were deleted don't come back, and
// those of people stay.
func TestPeoplesBytesSurvive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		view := templates.Example(false)
		view.Built = rapid.SampledFrom(incident.Templates()).Draw(t, "template")
		view.Rows = []incident.Row{eventRow("event222", 0)}
		h := &hand{t: t, text: templates.New().Page(view), gone: map[string]bool{}}
		for i := range rapid.IntRange(1, 6).Draw(t, "updates") {
			h.edits(rapid.IntRange(0, 6).Draw(t, "edits"), view.Rows)
			view.Severity = incident.Severity(rapid.IntRange(1, 5).Draw(t, "severity"))
			view.Roles.Scribe = rapid.SampledFrom([]string{"", "bob", "frank"}).Draw(t, "scribe")
			if rapid.Bool().Draw(t, "event") {
				key := fmt.Sprintf("event%03d", 300+i)
				view.Rows = append(slices.Clone(view.Rows), eventRow(key, rapid.IntRange(0, 59).Draw(t, "minute")))
			}
			h.update(view)
		}
	})
}

// update brings the page up to date, and sees that nothing of people's is lost.
func (h *hand) update(v incident.PageView) {
	was, got := h.text, templates.New().RefreshPage(h.text, v)
	if again := templates.New().RefreshPage(got.Text, v); again.Text != got.Text {
		h.t.Fatalf("a second time changes more:\n%s", cmp.Diff(got.Text, again.Text))
	}
	before, after := was, got.Text
	for _, b := range got.Blocks {
		switch {
		case b.State != incident.BlockOurs && slices.Contains(got.Changed, b.Name):
			h.t.Fatalf("%s is not ours and was changed", b.Name)
		case b.State != incident.BlockOurs:
		case b.Name == "timeline":
			after = h.unwritten(before, after, v.Rows)
			before, after = unkeyed(before), unkeyed(after)
		default:
			before, after = blanked(before, b.Name), blanked(after, b.Name)
		}
	}
	if before != after {
		h.t.Fatalf("people's bytes were touched:\n%s", cmp.Diff(before, after))
	}
	for _, r := range v.Rows {
		if n := strings.Count(got.Text, r.Says+" "); n > 1 || n == 1 && h.gone[r.Key] {
			h.t.Fatalf("row %s is there %d times, deleted: %t", r.Key, n, h.gone[r.Key])
		}
	}
	h.text = got.Text
}

// unwritten is a page without the rows that are new on it.
func (h *hand) unwritten(before, after string, rows []incident.Row) string {
	for _, r := range rows {
		if line := regexp.MustCompile(regexp.QuoteMeta(rowLine(r)) + `(?:\r\n|\n|\r)`).FindStringIndex(after); line != nil && !strings.Contains(before, r.Says) {
			after = after[:line[0]] + after[line[1]:]
		}
	}
	return after
}

// unkeyed is a page without the keys of its rows.
func unkeyed(page string) string {
	return regexp.MustCompile(`(begin block=timeline keys=)\w*`).ReplaceAllString(page, "$1")
}

// blanked is a page without what one of its blocks says.
func blanked(page, block string) string {
	start, stop, _ := extent(page, block)
	return page[:start] + page[stop:]
}
