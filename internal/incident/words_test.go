package incident_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

// inOtherWords compares days by what they are, however they were called.
var inOtherWords = cmpopts.IgnoreFields(incident.Wish{}, "DueAs")

func zone(tb testing.TB, name string) *time.Location {
	tb.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatal(err)
	}
	return z
}

func moment(tb testing.TB, text string) time.Time {
	tb.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		tb.Fatal(err)
	}
	return at
}

// asked is a Friday, in the afternoon.
func asked(tb testing.TB) incident.WishContext {
	tb.Helper()
	return incident.WishContext{
		Written: moment(tb, "2026-11-20T15:00:00Z"), Zone: time.UTC,
		Owners: []string{"acme"}, Projects: []string{"OPS", "K8"},
	}
}

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }

func TestWords(t *testing.T) {
	t.Parallel()
	all := incident.Wish{
		Title: "Add an alert", Owner: "bob", Priority: "p1", Due: day(12, 4), Place: "acme/shop", Type: incident.Detection,
	}
	tests := []struct {
		name string
		text string
		want incident.Wish
	}{
		{"nothing", "", incident.Wish{}},
		{"blanks", " \t\r\n\x00 ", incident.Wish{}},
		{"a title alone", "Add an alert", incident.Wish{Title: "Add an alert"}},
		{"all of it", "Add an alert @bob p1 due 2w in acme/shop [detection]", all},
		{"in another order", "Add an alert [detection] in acme/shop due 2w p1 @bob", all},
		{"with signs", "Add an alert – @bob, P1, due: 2w; in acme/shop, [Detection].", all},
		{"in brackets", "Add an alert (@bob, p1, due 2w, in acme/shop) [detection]", all},
		{"in brackets with spaces", "Add an alert ( @bob p1 due 2w / in acme/shop | [detection] )", all},
		{"with and", "Add an alert @bob and prio 1 & due 2w plus in acme/shop + [detection]", all},
		{"in bold", "Add an alert **@bob** _p1_ **due 2w** in acme/shop [detection]", all},
		{"in capitals", "Add an alert @bob P1 DUE 2W IN acme/shop [DETECTION]", all},
		{"twice the same", "Add an alert @bob @BOB p1 prio 1 due 2w due 2026-12-04 in acme/shop [detection] p1", all},
		{"with hidden characters", "Add an alert \u200b@bob\u200b p\u200d1 due\ufeff 2w in acme/shop \u202e[detection]\u202c", all},

		{"a login with hyphens", "Fix it @bob-the-2nd", incident.Wish{Title: "Fix it", Owner: "bob-the-2nd"}},
		{"an enterprise login", "Fix it @bob_acme", incident.Wish{Title: "Fix it", Owner: "bob_acme"}},
		{"a login with a full stop", "Fix it @bob.", incident.Wish{Title: "Fix it", Owner: "bob"}},
		{"a login as written", "Fix it @BoB", incident.Wish{Title: "Fix it", Owner: "BoB"}},
		{"an owner", "Fix it, owner: @bob", incident.Wish{Title: "Fix it", Owner: "bob"}},
		{"an owner in brackets", "Fix it (Owner @bob, p1)", incident.Wish{Title: "Fix it", Owner: "bob", Priority: "p1"}},
		{"an owner without a login", "Find an owner p1", incident.Wish{Title: "Find an owner", Priority: "p1"}},
		{"an address", "Write to bob@acme.test", incident.Wish{Title: "Write to bob@acme.test"}},
		{"no login", "Fix it @bob.smith", incident.Wish{Title: "Fix it @bob.smith"}},
		{"a login that is too long", "Fix it @" + strings.Repeat("b", 40), incident.Wish{Title: "Fix it @" + strings.Repeat("b", 40)}},

		{"p0", "Fix it p0", incident.Wish{Title: "Fix it", Priority: "p0"}},
		{"prio 4", "Fix it prio 4", incident.Wish{Title: "Fix it", Priority: "p4"}},
		{"priority: p2", "Fix it priority: p2", incident.Wish{Title: "Fix it", Priority: "p2"}},
		{"prio:3", "Fix it prio:3", incident.Wish{Title: "Fix it", Priority: "p3"}},
		{"a percentile", "Lower p99", incident.Wish{Title: "Lower p99"}},
		{"a number", "Fix it 1", incident.Wish{Title: "Fix it 1"}},

		{"due on a date", "Fix it due 2026-12-01", incident.Wish{Title: "Fix it", Due: day(12, 1)}},
		{"due=", "Fix it due=2026-12-1", incident.Wish{Title: "Fix it", Due: day(12, 1)}},
		{"due today", "Fix it due today!", incident.Wish{Title: "Fix it", Due: day(11, 20)}},
		{"due tomorrow", "Fix it, due tomorrow", incident.Wish{Title: "Fix it", Due: day(11, 21)}},
		{"due in days", "Fix it due in 3 days", incident.Wish{Title: "Fix it", Due: day(11, 23)}},
		{"due by weekday", "Fix it due by Friday", incident.Wish{Title: "Fix it", Due: day(11, 27)}},
		{"due in a month", "Fix it due 1m", incident.Wish{Title: "Fix it", Due: day(12, 20)}},
		{"due by name", "Fix it due by 1 Dec, 2026 p1", incident.Wish{Title: "Fix it", Due: day(12, 1), Priority: "p1"}},
		{"due then a place", "Fix it due 1 Dec in jira", incident.Wish{Title: "Fix it", Due: day(12, 1), Place: "jira"}},

		{"in Jira", "Fix it in Jira", incident.Wish{Title: "Fix it", Place: "jira"}},
		{"in a project", "Fix it in OPS", incident.Wish{Title: "Fix it", Place: "OPS"}},
		{"in a project with a digit", "Fix it in K8.", incident.Wish{Title: "Fix it", Place: "K8"}},
		{"in a country", "Roll it out in UK p1", incident.Wish{
			Title: "Roll it out in UK", Priority: "p1",
			Problems: []string{"«in UK» names no Jira project that can be used here: write one of OPS, K8, or leave it as it is."},
		}},
		{"in lower case", "Tell everybody in ops", incident.Wish{Title: "Tell everybody in ops"}},
		{"in production", "Fix it in production", incident.Wish{Title: "Fix it in production"}},
		{"in a repository as written", "Fix it in Acme/Shop.js", incident.Wish{Title: "Fix it", Place: "Acme/Shop.js"}},
		{"in a folder", "Fix it in internal/incident", incident.Wish{Title: "Fix it in internal/incident"}},
		{"around the clock", "Be there in 24/7", incident.Wish{Title: "Be there in 24/7"}},

		{"work in progress", "Fix it [WIP]", incident.Wish{Title: "Fix it [WIP]"}},
		{"before work in progress", "Fix it p1 [WIP]", incident.Wish{Title: "Fix it p1 [WIP]"}},
		{"a type without brackets", "Fix the process", incident.Wish{Title: "Fix the process"}},

		{"words between", "talk to @bob about p1 alerts in production", incident.Wish{Title: "talk to @bob about p1 alerts in production"}},
		{"words in front", "@bob p1 fix it", incident.Wish{Title: "@bob p1 fix it"}},
		{"led to", "Talk to @bob", incident.Wish{Title: "Talk to @bob"}},
		{"led to, with more", "Talk to @bob p1", incident.Wish{Title: "Talk to @bob", Priority: "p1"}},
		{"led to, with and", "Talk to @bob and @carol", incident.Wish{Title: "Talk to @bob and @carol"}},
		{"copied", "Fix it @bob cc @carol", incident.Wish{Title: "Fix it @bob cc @carol"}},
		{"an article", "Write down the p1", incident.Wish{Title: "Write down the p1"}},
		{"is due", "Say when the report is due tomorrow", incident.Wish{Title: "Say when the report is due tomorrow"}},
		{"due to", "Fix the crash due to timeouts", incident.Wish{Title: "Fix the crash due to timeouts"}},
		{"due process", "Give them due process", incident.Wish{Title: "Give them due process"}},
		{"due alone", "Pay what falls due", incident.Wish{Title: "Pay what falls due"}},
		{"one verb", "Ping @bob", incident.Wish{Title: "Ping @bob"}},
		{"the same verb as a noun", "Fix the page @bob", incident.Wish{Title: "Fix the page", Owner: "bob"}},
		{"a package", "Upgrade @types/node", incident.Wish{Title: "Upgrade @types/node"}},
		{"as code", "Rename it to `p1`", incident.Wish{Title: "Rename it to `p1`"}},
		{"as code alone", "Rename `p1`", incident.Wish{Title: "Rename `p1`"}},
		{"inside brackets", "Fix it (see the page, p1)", incident.Wish{Title: "Fix it (see the page, p1)"}},
		{"behind brackets", "Fix it (see the page) p1", incident.Wish{Title: "Fix it (see the page)", Priority: "p1"}},
		{"no title left", "p1", incident.Wish{Title: "p1"}},
		{"nearly no title left", "@bob p1", incident.Wish{Title: "@bob", Priority: "p1"}},
		{"no title but signs", "- p1", incident.Wish{Title: "- p1"}},
		{"a picture for a title", "🔥 p1", incident.Wish{Title: "🔥", Priority: "p1"}},
		{"pictures stay", "Fix it 🔥 p1 🎉", incident.Wish{Title: "Fix it 🔥 🎉", Priority: "p1"}},
		{"pictures at words", "Fix it 🔥p1⏰️", incident.Wish{Title: "Fix it", Priority: "p1"}},
		{"a face", "Fix it p1 :)", incident.Wish{Title: "Fix it :)", Priority: "p1"}},
		{"joined pictures", "Fix it 👩\u200d💻 p1", incident.Wish{Title: "Fix it 👩\u200d💻", Priority: "p1"}},
		{"spaces", "  Fix\u00a0 it \u2028 p1  ", incident.Wish{Title: "Fix it", Priority: "p1"}},
		{"broken bytes", "Fix \xff it\x00now p1\xff", incident.Wish{Title: "Fix \uFFFD it now", Priority: "p1"}},
		{"a sign that is a name", "Learn C++ p1", incident.Wish{Title: "Learn C++", Priority: "p1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, incident.ParseWish(tt.text, asked(t)), inOtherWords); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWordsThatAreWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		text  string
		want  incident.Wish
		wrong []string // a part of each problem
	}{
		{"no date", "Fix it due soonish p1", incident.Wish{Title: "Fix it due soonish", Priority: "p1"}, []string{"«due soonish» holds no date that can be read: write «due 2026-12-01»"}},
		{"no date after a colon", "Fix it due: whenever you like", incident.Wish{Title: "Fix it due: whenever you like"}, []string{"«due whenever you like» holds no date"}},
		{"a colon alone", "Fix it due: @bob", incident.Wish{Title: "Fix it due:", Owner: "bob"}, []string{"«due» holds no date"}},
		{"next week", "Fix it due next week", incident.Wish{Title: "Fix it due next week"}, []string{"«due next week» holds no date"}},
		{"which comes first", "Fix it due 1.12.2026", incident.Wish{Title: "Fix it due 1.12.2026"}, []string{"«due 1.12.2026» holds no date"}},
		{"month or day", "Fix it due 12/1/2026", incident.Wish{Title: "Fix it due 12/1/2026"}, []string{"holds no date"}},
		{"not in the calendar", "Fix it due 2026-02-30", incident.Wish{Title: "Fix it due 2026-02-30"}, []string{"holds no date"}},
		{"past", "Fix it due 2026-11-19 @bob", incident.Wish{Title: "Fix it", Owner: "bob", Due: day(11, 19)}, []string{"«due 2026-11-19» was past"}},
		{"yesterday", "Fix it due yesterday", incident.Wish{Title: "Fix it", Due: day(11, 19)}, []string{"was past"}},
		{"too far", "Fix it due 2031-11-21", incident.Wish{Title: "Fix it", Due: day(11, 21).AddDate(5, 0, 0)}, []string{"more than 5 years ahead"}},
		{"p7", "Fix it p7", incident.Wish{Title: "Fix it p7"}, []string{"«p7» is no priority: write one of «p0» to «p4»"}},
		{"prio 12", "Fix it prio 12 @bob", incident.Wish{Title: "Fix it prio 12", Owner: "bob"}, []string{"«prio 12» is no priority"}},
		{"priority: high", "Fix it priority: high", incident.Wish{Title: "Fix it priority: high"}, []string{"«priority high» is no priority"}},
		{"a team", "Fix it @acme/oncall p1", incident.Wish{Title: "Fix it @acme/oncall", Priority: "p1"}, []string{"«@acme/oncall» is a team"}},
		{"a team as owner", "Fix it owner @acme/oncall", incident.Wish{Title: "Fix it owner @acme/oncall"}, []string{"«owner @acme/oncall» is a team"}},
		{"a date and a time", "Fix it due Friday 14:00", incident.Wish{Title: "Fix it due Friday 14:00"}, []string{"«due Friday 14:00» holds no date"}},
		{"two owners", "Fix it @bob @carol", incident.Wish{Title: "Fix it @carol", Owner: "bob"}, []string{"«@carol» is a second owner, and «@bob» counts: write only one."}},
		{"two owners with and", "Fix it @bob and @carol", incident.Wish{Title: "Fix it @carol", Owner: "bob"}, []string{"second owner"}},
		{"many owners", "Fix it @bob @carol @dave @erin", incident.Wish{Title: "Fix it @carol @dave @erin", Owner: "bob"}, []string{"«@carol» is a second owner"}},
		{"two priorities", "Fix it p1 p2", incident.Wish{Title: "Fix it p2", Priority: "p1"}, []string{"«p2» is a second priority"}},
		{"two dates", "Fix it due 2w due 3w", incident.Wish{Title: "Fix it due 3w", Due: day(12, 4)}, []string{"«due 3w» is a second due date, and «due 2w» counts"}},
		{"two places", "Fix it in jira in OPS", incident.Wish{Title: "Fix it in OPS", Place: "jira"}, []string{"«in OPS» is a second place"}},
		{"two types", "Fix it [process] [detection]", incident.Wish{Title: "Fix it [detection]", Type: incident.Process}, []string{"second type"}},
		{"half a pair of brackets", "Fix it (p1, due soonish)", incident.Wish{Title: "Fix it due soonish", Priority: "p1"}, []string{"«due soonish»"}},
		{"several", "Fix it, due soonish and p7 (@acme/oncall)", incident.Wish{Title: "Fix it, due soonish and p7 (@acme/oncall)"}, []string{"«due soonish»", "«p7»", "«@acme/oncall»"}},
		{"many words", "Fix it due: " + strings.Repeat("x", 9000), incident.Wish{Title: "Fix it due: " + strings.Repeat("x", 9000)}, []string{"«due " + strings.Repeat("x", 56) + "…» holds no date"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := incident.ParseWish(tt.text, asked(t))
			if len(got.Problems) != len(tt.wrong) {
				t.Fatalf("problems: %q", got.Problems)
			}
			for i, part := range tt.wrong {
				if !strings.Contains(got.Problems[i], part) || !strings.HasSuffix(got.Problems[i], ".") {
					t.Errorf("problem %q is no sentence with %q", got.Problems[i], part)
				}
			}
			got.Problems = nil
			if diff := cmp.Diff(tt.want, got, inOtherWords); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnyAccountMayBeNamedWithoutAList(t *testing.T) {
	t.Parallel()
	got := incident.ParseWish("Fix it in other/shop due tomorrow", incident.WishContext{Written: asked(t).Written})
	want := incident.Wish{Title: "Fix it", Place: "other/shop", Due: day(11, 21)}
	if diff := cmp.Diff(want, got, inOtherWords); diff != "" {
		t.Error(diff)
	}
}

func TestWordsOfTheDueDate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Fix it @ada, (due 2w) p1": "due 2w", "Fix it due: 1 Dec": "due 1 Dec", "Fix it due 2w due 3w": "due 2w", "Fix it": "",
	} {
		if got := incident.ParseWish(text, asked(t)).DueAs; got != want {
			t.Errorf("%q is due by the words %q, want %q", text, got, want)
		}
	}
}

func TestDueDateIsADayOfTheTeam(t *testing.T) {
	t.Parallel()
	about := incident.WishContext{Written: moment(t, "2026-11-20T20:00:00Z"), Zone: zone(t, "Asia/Kolkata")}
	got := incident.ParseWish("Fix it due tomorrow", about).Due
	if want := moment(t, "2026-11-22T00:00:00+05:30"); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestAnyOrderOfWords writes a wish down in a random order and reads it.
func TestAnyOrderOfWords(t *testing.T) {
	t.Parallel()
	about := asked(t)
	rapid.Check(t, func(t *rapid.T) {
		want := incident.Wish{Title: rapid.SampledFrom([]string{
			"Add an alert", "p99 of @carol's page", "Tell everybody in production", "Überprüfe Köln", "修复",
		}).Draw(t, "title")}
		var words []string
		add := func(said string, set func()) {
			if rapid.Bool().Draw(t, said) {
				words = append(words, said)
				set()
			}
		}
		owner := rapid.StringMatching(`[A-Za-z0-9]([A-Za-z0-9_-]{0,10}[a-z0-9])?`).Draw(t, "owner")
		add("@"+owner, func() { want.Owner = owner })
		priority := rapid.SampledFrom([]string{"p0", "p1", "p2", "p3", "p4"}).Draw(t, "priority")
		add(priority, func() { want.Priority = incident.Priority(priority) })
		due := day(11, 20).AddDate(0, 0, rapid.IntRange(0, 1500).Draw(t, "days"))
		add("due "+due.Format(rapid.SampledFrom([]string{time.DateOnly, "2 Jan 2006", "January 2, 2006"}).Draw(t, "layout")),
			func() { want.Due = due })
		place := rapid.SampledFrom([]string{"acme/shop", "jira", "OPS"}).Draw(t, "place")
		add("in "+place, func() { want.Place = place })
		kind := rapid.SampledFrom([]incident.ItemType{
			incident.Mitigation, incident.Prevention, incident.Detection, incident.Process,
		}).Draw(t, "type")
		add("["+string(kind)+"]", func() { want.Type = kind })
		words = rapid.Permutation(words).Draw(t, "order")
		text := want.Title
		for _, w := range words {
			text += rapid.SampledFrom([]string{" ", ", ", "  ", " – ", " | "}).Draw(t, "joint") + w
		}
		if diff := cmp.Diff(want, incident.ParseWish(text, about), inOtherWords); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	})
}

func FuzzParseWish(f *testing.F) {
	for _, text := range []string{
		"Add an alert @bob p1 due 2w in acme/shop [detection]", "Fix it (p1, due 1 Dec 2026) and @bob 🔥 :)",
		"talk to @bob and @carol", "x due: soon p7 @acme/team prio 9", "x ( [process] ) p1 –- | / @bob-", "\u202e p\u200b1\xff\x00",
	} {
		f.Add(text)
	}
	about := asked(f)
	f.Fuzz(func(t *testing.T, text string) {
		if wrong := wrongWish(text, about); wrong != "" {
			t.Errorf("%q: %s", text, wrong)
		}
	})
}

// TestAnyWords does what the fuzzing does, with words that are closer to the
// matter.
func TestAnyWords(t *testing.T) {
	t.Parallel()
	about := asked(t)
	pieces := rapid.SampledFrom([]string{
		"Fix", "it", "to", "the", "is", "ping", "and", "&", "+", "@bob", "@carol", "@acme/oncall", "owner", "p1", "p2", "p7", "prio", "priority:",
		"1", "9", "due", "due:", "2w", "in", "2", "weeks", "Dec", "1,", "2026", "2026-12-01", "2020-01-01", "friday", "next", "soonish",
		"jira", "OPS", "UK", "acme/shop", "[process]", "[detection]", "[WIP]", "(", ")", "[", "]", "–", "-", "|", "/", ",", ":", ";", ":)",
		"🔥", "…", "\u200b", "**", "`",
	})
	rapid.Check(t, func(r *rapid.T) {
		var text strings.Builder
		for _, piece := range rapid.SliceOfN(pieces, 0, 14).Draw(r, "pieces") {
			text.WriteString(piece + rapid.SampledFrom([]string{" ", " ", " ", " ", ""}).Draw(r, "space"))
		}
		if wrong := wrongWish(text.String(), about); wrong != "" {
			r.Errorf("%q: %s", text.String(), wrong)
		}
	})
}

// wrongWish is what is wrong with the wish that any text is read as.
func wrongWish(text string, about incident.WishContext) string {
	got := incident.ParseWish(text, about)
	found := got
	found.Title, found.Problems = "", nil
	quiet := cmp.Equal(found, incident.Wish{})
	left := letters(text)
	for _, r := range letters(got.Title) {
		_, after, ok := strings.Cut(left, string(r))
		if !ok {
			return "the title is not of the text's words"
		}
		left = after
	}
	switch {
	case strings.TrimSpace(got.Title) != got.Title || got.Title == "" && letters(text) != "":
		return "the title is empty or untidy"
	case len(got.Problems) > 5:
		return "too many problems"
	case !got.Due.IsZero() && got.Due.Before(day(11, 20)) && len(got.Problems) == 0:
		return "due before it was written, and nothing is said of it"
	case quiet && letters(got.Title) != letters(text):
		return "nothing was found, yet words are missing"
	case len(got.Problems) == 0:
		return cmp.Diff(incident.Wish{Title: got.Title}, incident.ParseWish(got.Title, about))
	}
	return ""
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
}

// TestLongLines holds the parsers to linear time: a quadratic one would need
// minutes for these.
func TestLongLines(t *testing.T) {
	t.Parallel()
	words := []string{"p1 ", "@bob ", "due ", "due 2w ", "in ", "and ", "( ", ") ", "🔥 ", "[process] ", "1h ", "14:05 ", "x", "\u200b", "-"}
	r := rand.New(rand.NewPCG(1, 2))
	for _, w := range words {
		line := "Fix it " + strings.Repeat(w, 10_000)
		var other strings.Builder
		other.WriteString("Fix it ")
		for range 10_000 {
			other.WriteString(words[r.IntN(len(words))])
		}
		for _, text := range []string{line, other.String()} {
			if got := incident.ParseWish(text, asked(t)); !strings.HasPrefix(got.Title, "Fix it") {
				t.Errorf("title begins with %.20q", got.Title)
			}
			if _, _, err := incident.ParseTime(text, incident.TimeContext{Written: asked(t).Written}); err == nil {
				t.Errorf("%.20q is a time", text)
			}
		}
	}
}
