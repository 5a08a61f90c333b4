package markdown_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/markdown"
)

const rowsHead = "| Time (UTC) | What | Source |\n| --- | --- | --- |"

func rowAt(key, clock, says string) markdown.Row {
	at, err := time.Parse("2006-01-02 15:04", clock)
	if err != nil {
		panic(err)
	}
	return markdown.Row{Key: key, At: at, Line: "| " + markdown.RowTime(at) + " | " + says + " | x |"}
}

var (
	opened   = rowAt("aaaaaaaa", "2026-11-20 14:05", "Opened")
	noted    = rowAt("bbbbbbbb", "2026-11-20 14:30", "Rolled back")
	resolved = rowAt("cccccccc", "2026-11-21 00:10", "Resolved")
)

// gains are the pages that start with rows A and C, as people left them, and
// what is to become of them when B comes. The first marker is left out.
func TestGainRows(t *testing.T) {
	t.Parallel()
	const head = rowsHead + "\n"
	a, b, c := opened.Line+"\n", noted.Line+"\n", resolved.Line+"\n"
	tests := []struct{ name, page, want string }{
		{"between", head + a + c, head + a + b + c},
		{"at the end", head + a, head + a + b},
		{"at the start", head + c, head + b + c},
		{"no row left", head, head + b},
		{"one that people changed", head + "| 14:00 | Opened? | |\n" + c, head + "| 14:00 | Opened? | |\n" + b + c},
		{"behind what belongs to it", head + a + "| | and told all | |\n| later | tea | |\n" + c, head + a + "| | and told all | |\n| later | tea | |\n" + b + c},
		{"a clock alone", head + a + "| 14:20 | Looked | |\n| 14:45 | Found | |\n" + c, head + a + "| 14:20 | Looked | |\n" + b + "| 14:45 | Found | |\n" + c},
		{"a clock alone first", head + "| 14:40 | Found | |\n" + "| 2026-11-20 14:45 | Mended | |\n", head + b + "| 14:40 | Found | |\n" + "| 2026-11-20 14:45 | Mended | |\n"},
		{"a clock past midnight", head + "| 2026-11-19 23:50 | a | |\n| 00:10 | b | |\n" + c, head + "| 2026-11-19 23:50 | a | |\n| 00:10 | b | |\n" + b + c},
		{"marks, seconds, zones, ranges", head + "| 🔴 **2026-11-20T14:20:59Z** | a | |\n| ~14:25 – 14:50 UTC | b | |\n| `14:40` | c | |\n", head + "| 🔴 **2026-11-20T14:20:59Z** | a | |\n| ~14:25 – 14:50 UTC | b | |\n" + b + "| `14:40` | c | |\n"},
		{"a zone that we don't know", head + a + "| 14:50 CET | b | |\n" + c, head + a + "| 14:50 CET | b | |\n" + b + c},
		{"no time at all", head + "| first | a | |\n| 14:01 | b | |\n", head + "| first | a | |\n| 14:01 | b | |\n" + b},
		{"leading rows without a time", head + "| first | a | |\n" + c, head + "| first | a | |\n" + b + c},
		{"a day that isn't", head + "| 2026-13-40 14:50 | a | |\n" + c, head + "| 2026-13-40 14:50 | a | |\n" + b + c},
		{"the same minute", head + "| 2026-11-20 14:30 | mine | |\n", head + "| 2026-11-20 14:30 | mine | |\n" + b},
		{"out of order", head + c + a, head + c + a + b},
		{"without outer pipes", "When | What\n:-: | -\n14:00 | a\n" + c, "When | What\n:-: | -\n14:00 | a\n" + b + c},
		{"a row without pipes", head + a + "and told all\n" + c, head + a + "and told all\n" + b + c},
		{"words around", "Before.\n\n" + head + a + "\nAfter.\n\n| 14:00 | no row |\n", "Before.\n\n" + head + a + b + "\nAfter.\n\n| 14:00 | no row |\n"},
		{"words right above", "Before.\n" + head + a, "Before.\n" + head + a + b},
		{"a list right below", head + a + "- a\n", head + a + b + "- a\n"},
		{"a rule right below", head + a + "---\n", head + a + b + "---\n"},
		{"a second table", head + a + "\n| a |\n| - |\n| b |\n", head + a + b + "\n| a |\n| - |\n| b |\n"},
		{"another column", "| a | b | c | d |\n|---|---|---|---|\n", "| a | b | c | d |\n|---|---|---|---|\n" + b},
		{"indented", "  | a | b |\n  |---|---|\n  | 14:00 | x |\n", "  | a | b |\n  |---|---|\n  | 14:00 | x |\n" + b},
		{"a pipe in a title", "| a \\| b | c |\n| --- | --- |\n", "| a \\| b | c |\n| --- | --- |\n" + b},
		{"blank lines at the end", head + a + "\n\n", head + a + b + "\n\n"},
	}
	for _, ends := range []string{"\n", "\r\n", "\r"} {
		for _, tt := range tests {
			t.Run(fmt.Sprintf("%s %q", tt.name, ends), func(t *testing.T) {
				t.Parallel()
				frame := func(keys, content string) string {
					s := "\uFEFF# Über \xff\n\n \t\n<!-- hindsight:begin block=timeline keys=" + keys + " -->\n" +
						content + "<!-- hindsight:end block=timeline -->\nno end"
					return strings.ReplaceAll(s, "\n", ends)
				}
				page := frame("aaaaaaaacccccccc", tt.page)
				got, ok := markdown.GainRows(page, "timeline", rowsHead, []markdown.Row{resolved, noted, opened})
				if diff := cmp.Diff(frame("aaaaaaaabbbbbbbbcccccccc", tt.want), got); !ok || diff != "" {
					t.Fatalf("gained %v (-want +got):\n%s", ok, diff)
				}
				again, ok := markdown.GainRows(got, "timeline", rowsHead, []markdown.Row{opened, noted, resolved})
				if !ok || again != got {
					t.Errorf("a second time: %v, %q", ok, again)
				}
			})
		}
	}
}

func TestGainingBlock(t *testing.T) {
	t.Parallel()
	bad := noted
	bad.Key = "Bad!keys"
	got := markdown.GainingBlock("timeline", rowsHead, []markdown.Row{resolved, bad, opened, opened})
	want := "<!-- hindsight:begin block=timeline keys=aaaaaaaacccccccc -->\n" + rowsHead + "\n" + opened.Line + "\n" + resolved.Line +
		"\n<!-- hindsight:end block=timeline -->"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("block (-want +got):\n%s", diff)
	}
	empty := markdown.GainingBlock("timeline", rowsHead, nil)
	if got, ok := markdown.GainRows(empty, "timeline", rowsHead, []markdown.Row{opened, resolved}); !ok || got != want {
		t.Errorf("rows come late: %v, %q, want %q", ok, got, want)
	}
}

func TestGainingStateOf(t *testing.T) {
	t.Parallel()
	const end = "\n<!-- hindsight:end block=timeline -->"
	begin := func(keys string) string { return "<!-- hindsight:begin block=timeline" + keys + " -->\n" }
	table := rowsHead + "\n" + opened.Line
	tests := []struct {
		name, src string
		want      markdown.BlockState
	}{
		{"ours", begin(" keys=aaaaaaaa") + table + end, markdown.BlockOurs},
		{"no row was written", begin(" keys=") + table + end, markdown.BlockOurs},
		{"changed rows", begin(" keys=aaaaaaaa") + strings.ReplaceAll(table, "Opened", "!") + "\n| x |" + end, markdown.BlockOurs},
		{"an empty pair", begin("") + end, markdown.BlockOurs},
		{"an empty pair that had rows", begin(" keys=aaaaaaaa") + " \n" + end, markdown.BlockOurs},
		{"a digest", begin(" digest=x keys=aaaaaaaa") + table + end, markdown.BlockOurs},
		{"absent", table, markdown.BlockAbsent},
		{"keys taken out", begin("") + table + end, markdown.BlockBroken},
		{"a key cut off", begin(" keys=aaaaaaa") + table + end, markdown.BlockBroken},
		{"a key of other letters", begin(" keys=aaaaaaaA") + table + end, markdown.BlockBroken},
		{"keys that are no text", begin(" keys=%FF%FF%FF%FF%FF%FF%FF%FF") + table + end, markdown.BlockBroken},
		{"bad keys of an empty pair", begin(" keys=a") + end, markdown.BlockBroken},
		{"keys without end", begin(" keys="+strings.Repeat("a", 8*5001)) + table + end, markdown.BlockBroken},
		{"no delimiters", begin(" keys=") + "| a | b |\n| c | d |" + end, markdown.BlockBroken},
		{"delimiters first", begin(" keys=") + "| --- | --- |\n| a | b |" + end, markdown.BlockBroken},
		{"more titles than delimiters", begin(" keys=") + "| a | b | c |\n| --- | --- |" + end, markdown.BlockBroken},
		{"words alone", begin(" keys=") + "Nothing to see." + end, markdown.BlockBroken},
		{"a heading", begin(" keys=") + "Words\n---" + end, markdown.BlockBroken},
		{"a table in code", begin(" keys=") + "```\n" + table + "\n```" + end, markdown.BlockBroken},
		{"a table in a quote", begin(" keys=") + "> " + strings.ReplaceAll(table, "\n", "\n> ") + "\n" + end, markdown.BlockBroken},
		{"a table elsewhere", table + "\n\n" + begin(" keys=") + "a" + end + "\n\n" + table, markdown.BlockBroken},
		{"twice", strings.Repeat(begin(" keys=aaaaaaaa")+table+end+"\n", 2), markdown.BlockBroken},
		{"end gone", begin(" keys=aaaaaaaa") + table, markdown.BlockBroken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := markdown.GainingStateOf(tt.src, "timeline"); got != tt.want {
				t.Errorf("GainingStateOf(%q) = %d, want %d", tt.src, got, tt.want)
			}
			got, ok := markdown.GainRows(tt.src, "timeline", rowsHead, []markdown.Row{noted})
			if ok != (tt.want == markdown.BlockOurs) || !ok && got != tt.src || ok && got == tt.src {
				t.Errorf("GainRows = %q, %v in state %d", got, ok, tt.want)
			}
		})
	}
}

// An empty pair of markers brings the table back, but no row that people have
// taken out.
func TestGainRowsFills(t *testing.T) {
	t.Parallel()
	all := []markdown.Row{opened, resolved}
	fill := func(keys string, rows []markdown.Row) string {
		got, ok := markdown.GainRows("a\n\n<!-- hindsight:begin block=timeline"+keys+" -->\n<!-- hindsight:end block=timeline -->\nb", "timeline", rowsHead, rows)
		if !ok {
			t.Fatal("an empty block is not ours")
		}
		return got
	}
	if got, want := fill("", all), "a\n\n"+markdown.GainingBlock("timeline", rowsHead, all)+"\nb"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := fill("", nil), "a\n\n"+markdown.GainingBlock("timeline", rowsHead, nil)+"\nb"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got := fill(" keys=aaaaaaaa", all)
	if strings.Contains(got, opened.Line) || !strings.Contains(got, resolved.Line) || !strings.Contains(got, "keys=aaaaaaaacccccccc") {
		t.Errorf("got %q, want the new row alone", got)
	}
	if got := fill(" keys=aaaaaaaacccccccc", all); strings.Contains(got, "|") {
		t.Errorf("got %q, want it left empty", got)
	}
}

// A table takes no more than so many rows, whatever asks for them.
func TestGainRowsIsBounded(t *testing.T) {
	t.Parallel()
	rows := make([]markdown.Row, 6000)
	for i := range rows {
		rows[i] = rowAt(fmt.Sprintf("%08d", i), "2026-11-20 14:05", "a")
	}
	page := markdown.GainingBlock("timeline", rowsHead, rows[:4000])
	page, ok := markdown.GainRows(page, "timeline", rowsHead, rows)
	if n := strings.Count(page, "| a |"); !ok || n != 5000 {
		t.Fatalf("%v, %d rows, want 5000", ok, n)
	}
	if again, ok := markdown.GainRows(page, "timeline", rowsHead, rows); !ok || again != page {
		t.Error("a full table is changed")
	}
}

// Whatever people do to the page between updates, every line of theirs stays
// as it is, and no row is written twice.
func TestGainRowsLeavesPeoplesLines(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"| 14:10 | mine | |", "| | mine | |", "mine", "", "```", "- a", "| 2026-11-20 23:59 | ~~x~~ | |", "---", "> q", "<!-- c -->", "\ufeff", "| \xff |",
		"<!-- hindsight:end block=timeline -->", "# Über",
	}
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 1))
		page := "# A\n\n" + markdown.GainingBlock("timeline", rowsHead, nil) + "\n\nend"
		last := page
		var rows []markdown.Row
		for i := range 12 {
			rows = append(rows, rowAt(fmt.Sprintf("%08d", i), fmt.Sprintf("2026-11-20 %02d:%02d", random.IntN(24), random.IntN(60)), fmt.Sprintf("row%d.", i)))
			page, _ = markdown.GainRows(page, "timeline", rowsHead, rows)
			if missing, ok := within(lines(last), lines(page)); !ok {
				t.Fatalf("seed %d: the line %q of %q is not there any more, or not in its place, in %q", seed, missing, last, page)
			}
			for j := range rows {
				if n := strings.Count(page, fmt.Sprintf(" row%d. ", j)); n > 1 {
					t.Fatalf("seed %d: row %d is there %d times in %q", seed, j, n, page)
				}
			}
			ls := lines(page)
			at := random.IntN(len(ls) + 1)
			if random.IntN(3) == 0 && at < len(ls) {
				ls = slices.Delete(ls, at, at+1)
			} else {
				ls = slices.Insert(ls, at, pieces[random.IntN(len(pieces))])
			}
			page = strings.Join(ls, "\n")
			last = page
		}
	}
}

func lines(s string) []string { return strings.Split(s, "\n") }

// within is whether all lines but a block's first marker are there, in their
// order.
func within(want, got []string) (missing string, ok bool) {
	for _, l := range want {
		if strings.HasPrefix(l, "<!-- hindsight:begin") {
			continue
		}
		at := slices.Index(got, l)
		if at < 0 {
			return l, false
		}
		got = got[at+1:]
	}
	return "", true
}

func FuzzGainRows(f *testing.F) {
	f.Add("\uFEFFa\r\n\r\n", "| a | b |\r\n| - | - |\r\n| 14:05 | c |\r\n", "\r\nb")
	f.Add("```\n", "a\n---\n", "<!-- hindsight:end block=timeline -->")
	f.Fuzz(func(t *testing.T, before, content, after string) {
		src := before + "\n<!-- hindsight:begin block=timeline keys=aaaaaaaa -->\n" + content + "\n<!-- hindsight:end block=timeline -->\n" + after
		got, ok := markdown.GainRows(src, "timeline", rowsHead, []markdown.Row{noted})
		if !ok {
			if got != src {
				t.Fatalf("%q is not ours, but changed", src)
			}
			return
		}
		back := strings.Replace(got, "keys=aaaaaaaabbbbbbbb", "keys=aaaaaaaa", 1)
		at := strings.Index(back, noted.Line)
		if at < 0 {
			t.Fatalf("%q lacks the row", got)
		}
		for _, end := range []string{"\n", "\r\n", "\r"} {
			if rest, cut := strings.CutPrefix(back[at+len(noted.Line):], end); cut && back[:at]+rest == src {
				return
			}
		}
		if strings.TrimSpace(content) != "" {
			t.Fatalf("more than a line was added to %q: %q", src, got)
		}
	})
}
