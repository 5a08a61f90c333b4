package incident_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

// sound is an entry of the form that Hindsight writes.
func sound(number int) incident.Entry {
	e := incident.Entry{Key: "abcdefgh2345", Source: incident.FromBody, Words: "qrstuvwx6767"}
	if number != 0 {
		e.Issue = incident.Ref{Number: number}
	}
	return e
}

func TestCheckedEntries(t *testing.T) {
	t.Parallel()
	with := func(change func(*incident.Entry)) incident.Entry {
		e := sound(101)
		change(&e)
		return e
	}
	key := func(k string) incident.Entry { return with(func(e *incident.Entry) { e.Key = incident.ItemKey(k) }) }
	source := func(s string) incident.Entry { return with(func(e *incident.Entry) { e.Source = incident.Source(s) }) }
	words := func(w string) incident.Entry { return with(func(e *incident.Entry) { e.Words = w }) }
	issue := func(number int) incident.Entry {
		return with(func(e *incident.Entry) { e.Issue = incident.Ref{Number: number} })
	}
	tests := []struct {
		name  string
		entry incident.Entry
		keeps bool
	}{
		{"opened", sound(101), true},
		{"not opened", sound(0), true},
		{"attached", attached(sound(101)), true},
		{"of a comment", source("comment:9223372036854775807"), true},
		{"of the configuration", source("standard"), true},
		{"of the tracker", source("tracker"), true},
		{"of a sub-issue", source("sub-issue"), true},
		{"of the page", source("page"), true},
		{"of a pull request", source("pull:43"), true},
		{"of no pull request", source("pull:0"), false},
		{"of shorter words", words("qrstuvwx"), true},
		{"of words of another length", words("qrstuvwxy"), false},
		{"the highest number", issue(999_999_999), true},
		{"no key", key(""), false},
		{"a long key", key("abcdefgh23456"), false},
		{"a key with other signs", key("abcdefgh01-->"), false},
		{"a key in upper case", key("ABCDEFGH2345"), false},
		{"a key of two lines", key("abcdefgh2345\n"), false},
		{"no source", source(""), false},
		{"another source", source("wiki"), false},
		{"a source of no comment", source("comment:"), false},
		{"a source below zero", source("comment:-1"), false},
		{"a source and more", source("comment:7 -->"), false},
		{"words themselves", words("fix it"), false},
		{"no words", words(""), false},
		{"a number below zero", issue(-1), false},
		{"a number too high", issue(1_000_000_000), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := incident.Ledger{Items: []incident.Entry{tt.entry}}
			same(t, "kept", tt.keeps, slices.Contains(l.Checked().Items, tt.entry))
		})
	}
}

// TestCheckedDetails: what an entry can do without is left out, and the entry
// stays.
func TestCheckedDetails(t *testing.T) {
	t.Parallel()
	with := func(change func(*incident.Entry)) incident.Entry {
		e := sound(101)
		change(&e)
		return e
	}
	good := with(func(e *incident.Entry) {
		e.Position, e.Words, e.Sketch, e.Tail, e.DueAs = 7, "qrstuvwx", "0123456789abcdef", "abcd", "wxyz"
		e.Owner, e.Due, e.Priority, e.Type, e.Snoozed = "bob", "20261201", "p4", incident.Detection, "20270101"
		e.Want, e.Wrote = incident.Open, incident.Written{Title: "qrstuvwx", Owner: "bob", Due: "20261201", Severity: 5, Date: "20261120", Priority: "p1", Type: incident.Process}
	})
	same(t, "good", []incident.Entry{good}, incident.Ledger{Items: []incident.Entry{good}}.Checked().Items)

	bad := with(func(e *incident.Entry) {
		e.Position, e.Sketch, e.Tail, e.DueAs = -1, "0123456789ABCDEF", "-->x", "-->y"
		e.Owner, e.Due, e.Priority, e.Type, e.Snoozed = "<img>", "20261301", "p5", "[x](y)", "tomorrow"
		e.Want = incident.Dropped
		e.Wrote = incident.Written{
			Title: "Fix it", Owner: "@all", Due: "2026-12-01", Severity: 6, Date: "x", Priority: "p1, p2", Type: "<b>",
		}
	})
	same(t, "bad", []incident.Entry{sound(101)}, incident.Ledger{Items: []incident.Entry{bad}}.Checked().Items)

	elsewhere := with(func(e *incident.Entry) { e.Issue, e.Want = incident.Ref{Repo: "acme/infra", Number: 5}, incident.Done })
	same(t, "an order about another repository", []incident.Entry{with(func(e *incident.Entry) { e.Issue = elsewhere.Issue })},
		incident.Ledger{Items: []incident.Entry{elsewhere}}.Checked().Items)
	for _, repo := range []incident.Repo{"acme/..", "acme/x.git", "acme/x.wiki", "Acme/Infra", "acme", "acme/x/y", "acme/x y", "/x"} {
		lost := with(func(e *incident.Entry) { e.Issue.Repo = repo })
		same(t, string(repo), 0, len(incident.Ledger{Items: []incident.Entry{lost}, Home: repo}.Checked().Items))
	}
	adopted := with(func(e *incident.Entry) { e.Adopted, e.Words = true, "" })
	same(t, "adopted", []incident.Entry{adopted}, incident.Ledger{Items: []incident.Entry{adopted}}.Checked().Items)
	adopted.Issue = incident.Ref{}
	same(t, "adopted, and no issue", 0, len(incident.Ledger{Items: []incident.Entry{adopted}}.Checked().Items))
	same(t, "home", incident.Repo(""), incident.Ledger{Home: "-->"}.Checked().Home)
	same(t, "version", 0, incident.Ledger{Version: -1}.Checked().Version)
}

func TestCheckedPaths(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"2026-11-20-shop-is-down-42.md":                  true,
		"2026-11-20-42.md":                               true,
		"0001-01-01-" + strings.Repeat("x", 201) + ".md": true,
		"2026-11-20-" + strings.Repeat("x", 202) + ".md": false,
		"":                                 false,
		"page.md":                          false,
		"Home.md":                          false,
		"_Sidebar.md":                      false,
		"2026-11-20-shop":                  false,
		"2026-11-20-shop.md\n":             false,
		"2026-11-20-shop.md/x.md":          false,
		"2026-11-20-Shop.md":               false,
		"2026-11-20--shop.md":              false,
		"2026-11-20-../../x.md":            false,
		"../2026-11-20-shop.md":            false,
		".git/2026-11-20-shop.md":          false,
		"2026-11-20-shop) [x](https://.md": false,
		"2026-11-20-shöp.md":               false,
	}
	for path, keeps := range tests {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			page := incident.Page{Path: path, At: opened}
			want := incident.Page{}
			if keeps {
				want = page
			}
			same(t, "page", want, incident.Ledger{Page: page}.Checked().Page)
		})
	}
}

func TestCheckedAcceptance(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"ada": true, "Ada-99_acme": true, "Forms[bot]": true,
		"": false, "[bot]": false, "@ada": false, "ada\n": false, "a b": false, "<img>": false, strings.Repeat("a", 101): false,
	}
	for by, keeps := range tests {
		t.Run(fmt.Sprintf("%.10q", by), func(t *testing.T) {
			t.Parallel()
			accepted := incident.Acceptance{By: by, At: opened}
			want := incident.Acceptance{}
			if keeps {
				want = accepted
			}
			same(t, "accepted", want, incident.Ledger{Accepted: accepted}.Checked().Accepted)
		})
	}
}

func TestCheckedRefusals(t *testing.T) {
	t.Parallel()
	good := []incident.ItemKey{"abcdefgh2345", "label:author", "label:1795356300:Ada-9_x", "label:-1:forms[bot]", "all:7"}
	bad := []incident.ItemKey{"", "a b", "-->", "a\n", "<img>", "é", incident.ItemKey(strings.Repeat("a", 161))}
	l := incident.Ledger{Refused: slices.Concat(bad, good)}
	same(t, "refused", good, l.Checked().Refused)
	same(t, "healed", []int{1, 999_999_999}, incident.Ledger{Healed: []int{0, 1, -1, 999_999_999, 1_000_000_000}}.Checked().Healed)
	same(t, "removals", 0, incident.Ledger{Removals: -3}.Checked().Removals)
}

func TestCheckedIsBounded(t *testing.T) {
	t.Parallel()
	const many = 100_000
	l := incident.Ledger{
		TrackerID: 5, Reactions: slices.Repeat([]incident.Reaction{{Comment: 7, Content: incident.Seen}}, many),
		Items:   slices.Repeat([]incident.Entry{sound(101)}, many),
		Refused: slices.Repeat([]incident.ItemKey{"abcdefgh2345"}, many),
		Healed:  slices.Repeat([]int{101}, many),
	}
	c := l.Checked()
	same(t, "items", 1500, len(c.Items))
	same(t, "refused", 500, len(c.Refused))
	same(t, "healed", 1500, len(c.Healed))
	same(t, "what the tracker never carries", incident.Ledger{}, incident.Ledger{TrackerID: c.TrackerID, Reactions: c.Reactions})
	same(t, "the ledger itself", many, len(l.Items))
}

// hostile draws what somebody may write into a tracker's ledger.
type hostile struct{ *rapid.T }

func (h hostile) text(what string, good ...string) string {
	bad := []string{"", "-->", "../x", "a\x00b", "@everyone", "[x](https://x.test)", strings.Repeat("a", 200), "abcdefgh2345\n", "é"}
	return rapid.OneOf(rapid.SampledFrom(append(bad, good...)), rapid.SampledFrom(good), rapid.String()).Draw(h.T, what)
}

func (h hostile) key() incident.ItemKey {
	return incident.ItemKey(h.text("key", "abcdefgh2345", "qrstuvwx6767", "aaaaaaaaaaaa", "label:author", "all:7"))
}

func (h hostile) number() int {
	return rapid.OneOf(rapid.SampledFrom([]int{0, 101, 102, -1, 1_000_000_000, math.MaxInt, math.MinInt}), rapid.Int()).Draw(h.T, "number")
}

func (h hostile) when() time.Time {
	return time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(h.T, "at"), 0).UTC()
}

func (h hostile) entry() incident.Entry {
	return incident.Entry{
		Key: h.key(), Source: incident.Source(h.text("source", "body", "comment:7", "standard", "tracker")),
		Words: h.text("words", "qrstuvwx6767", "qrstuvwx"), Sketch: incident.Sketch(h.text("sketch", "0123456789abcdef")),
		Tail: h.text("tail", "abcd"), Owner: h.text("owner", "bob"), Due: incident.Day(h.text("due", "20261201")),
		Position: h.number(), Want: incident.State(h.text("want", "open", "done")), Issue: incident.Ref{Number: h.number()},
		Attached: rapid.Bool().Draw(h.T, "attached"),
	}
}

func (h hostile) ledger() incident.Ledger {
	l := incident.Ledger{
		Accepted:  incident.Acceptance{By: h.text("by", "ada"), At: h.when()},
		TrackerID: int64(h.number()), Removals: h.number(), All: int64(h.number()),
		Page: incident.Page{Path: h.text("path", "2026-11-20-shop-is-down-42.md"), At: h.when()},
		Copy: incident.Copy{
			Repo: incident.Repo(h.text("copy's repository", "acme/status", "acme/infra", "evil/status")),
			Path: h.text("copy's path", copyOf42, "2026-11-20-postmortem-aaaaaaaa.md"), At: h.when(),
			Want: incident.CopyOrder(h.text("copy's order", "p", "w")),
		},
		Closing: incident.Closing{
			CommentID: int64(h.number()), Complete: rapid.Bool().Draw(h.T, "complete"),
			Labelled: rapid.Bool().Draw(h.T, "labelled"), At: h.when(),
		},
	}
	for range rapid.IntRange(0, 6).Draw(h.T, "entries") {
		l.Items = append(l.Items, h.entry())
		l.Refused = append(l.Refused, h.key())
		l.Healed = append(l.Healed, h.number())
		l.Reactions = append(l.Reactions, incident.Reaction{Comment: int64(h.number()), Content: h.text("reaction", incident.Seen)})
	}
	times := rapid.SampledFrom([]int{1, 1, 1, 1000}).Draw(h.T, "times")
	l.Items, l.Refused, l.Healed = slices.Repeat(l.Items, times), slices.Repeat(l.Refused, times), slices.Repeat(l.Healed, times)
	return l
}

var (
	safeKey  = regexp.MustCompile(`\A[a-z2-7]{12}\z`)
	safeWord = regexp.MustCompile(`\A(?:[a-z2-7]{8}|[a-z2-7]{12})\z`)
	safePath = regexp.MustCompile(`\A[0-9]{4}-[0-9]{2}-[0-9]{2}-[a-z0-9-]+\.md\z`)
	safeCopy = regexp.MustCompile(`\A[0-9]{4}-[0-9]{2}-[0-9]{2}-postmortem-[a-z2-7]{8}\.md\z`)
	safeRepo = regexp.MustCompile(`\A[a-z0-9_-]+/[a-z0-9._-]+\z`)
	safeLine = regexp.MustCompile(`\A[A-Za-z0-9_:\[\]-]{1,160}\z`)
)

// unsound is what can't be believed of a ledger, or "".
func unsound(l incident.Ledger) string {
	for _, e := range l.Items {
		opened := e.Issue.Number > 0
		if !safeKey.MatchString(string(e.Key)) || !safeWord.MatchString(e.Words) || !opened && e.Issue != (incident.Ref{}) ||
			!safeLine.MatchString(string(e.Source)) {
			return fmt.Sprintf("%+v", e)
		}
	}
	for _, line := range l.Refused {
		if !safeLine.MatchString(string(line)) {
			return string(line)
		}
	}
	switch {
	case !reflect.DeepEqual(l.Page, incident.Page{}) && !safePath.MatchString(l.Page.Path):
		return l.Page.Path
	case l.Copy != (incident.Copy{}) && (!safeCopy.MatchString(l.Copy.Path) || !safeRepo.MatchString(string(l.Copy.Repo))):
		return fmt.Sprintf("%+v", l.Copy)
	case l.Accepted != (incident.Acceptance{}) && !safeLine.MatchString(l.Accepted.By):
		return l.Accepted.By
	case l.TrackerID != 0 || l.Reactions != nil || l.Removals < 0 || slices.ContainsFunc(l.Healed, func(n int) bool { return n <= 0 }):
		return fmt.Sprintf("%+v", l)
	}
	return ""
}

// TestAnyLedger: whatever somebody writes into a tracker, only what is sound is
// taken, and the work comes to an end.
func TestAnyLedger(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := hostile{t}.ledger()
		before, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		c := l.Checked()
		if wrong := unsound(c); wrong != "" {
			t.Fatalf("believed: %q", wrong)
		}
		if diff := cmp.Diff(c, c.Checked(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("checked again (-once +twice):\n%s", diff)
		}
		if after, err := json.Marshal(l); err != nil || string(after) != string(before) {
			t.Fatalf("the ledger was changed: %s", after)
		}
		comesToAnEnd(t, incident.Ledger{}.Unite(c))
	})
}

func comesToAnEnd(t *rapid.T, l incident.Ledger) {
	policy := publishing()
	w := world(publishable, wrote(ada, "body", "Fix it"), commanded(ada, 7, "Call back", "all"))
	w.Record.Ledger = l
	for range 6 {
		plan := commandedPlan(policy, w)
		if len(plan.Effects) == 0 {
			return
		}
		staysHome(t, plan)
		w = carryOut(w, plan)
	}
	t.Fatalf("the plan does not become empty: %v", commandedPlan(policy, w).Effects)
}

// staysHome fails when a copy goes to another wiki than the one that is
// configured, or when another incident's copy is touched.
func staysHome(t *rapid.T, plan incident.Plan) {
	key := strings.TrimPrefix(copyOf42, "2026-11-20")
	for _, e := range of[incident.PublishPage](plan) {
		if e.Repo != showcase || !strings.HasSuffix(e.Path, key) {
			t.Fatalf("%s", e)
		}
	}
	for _, e := range of[incident.WithdrawPage](plan) {
		if e.Repo.Owner() != showcase.Owner() || !strings.HasSuffix(e.Path, key) {
			t.Fatalf("%s", e)
		}
	}
}
