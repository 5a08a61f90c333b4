package incident_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

func entry(key incident.ItemKey, number int) incident.Entry {
	e := incident.Entry{Key: key, Source: incident.FromBody, Words: string(key)}
	if number != 0 {
		e.Issue = incident.Ref{Number: number}
	}
	return e
}

func attached(e incident.Entry) incident.Entry {
	e.Attached = true
	return e
}

func TestUnite(t *testing.T) {
	t.Parallel()
	accepted := incident.Acceptance{By: "ada", At: opened}
	chosen := incident.Page{Path: "chosen.md"}
	made := incident.Page{Path: "made.md", At: opened}
	older := incident.Closing{CommentID: 7, Complete: true, At: opened}
	newer := incident.Closing{CommentID: 7, At: now, Labelled: true}
	tests := []struct {
		name              string
		mine, other, want incident.Ledger
	}{
		{name: "nothing and nothing"},
		{
			name:  "a lost database",
			other: incident.Ledger{Accepted: accepted, Page: made, Removals: 1, All: 9, Closing: older, Items: []incident.Entry{entry("a", 101)}},
			want:  incident.Ledger{Accepted: accepted, Page: made, Removals: 1, All: 9, Closing: older, Items: []incident.Entry{entry("a", 101)}},
		},
		{
			name:  "what is remembered is not replaced",
			mine:  incident.Ledger{Accepted: accepted, Page: made, TrackerID: 5, Closing: newer},
			other: incident.Ledger{Accepted: incident.Acceptance{By: "ben", At: now}, Page: chosen, Closing: older},
			want:  incident.Ledger{Accepted: accepted, Page: made, TrackerID: 5, Closing: newer},
		},
		{
			name:  "the page's path is the tracker's until it is made",
			mine:  incident.Ledger{Page: incident.Page{Path: "other.md"}},
			other: incident.Ledger{Page: chosen}, want: incident.Ledger{Page: chosen},
		},
		{
			name: "an old copy of the database", mine: incident.Ledger{Page: chosen, Closing: older, Items: []incident.Entry{entry("a", 0)}},
			other: incident.Ledger{Page: made, Closing: newer, Items: []incident.Entry{attached(entry("a", 101)), entry("b", 102)}},
			want:  incident.Ledger{Page: made, Closing: newer, Items: []incident.Entry{attached(entry("a", 101)), entry("b", 102)}},
		},
		{
			name:  "an old tracker",
			mine:  incident.Ledger{Items: []incident.Entry{attached(entry("a", 101))}},
			other: incident.Ledger{Items: []incident.Entry{entry("a", 0)}},
			want:  incident.Ledger{Items: []incident.Entry{attached(entry("a", 101))}},
		},
		{
			name:  "attached by either",
			mine:  incident.Ledger{Items: []incident.Entry{entry("a", 101)}},
			other: incident.Ledger{Items: []incident.Entry{attached(entry("a", 101))}},
			want:  incident.Ledger{Items: []incident.Entry{attached(entry("a", 101))}},
		},
		{
			name:  "judgements of both",
			mine:  incident.Ledger{Refused: []incident.ItemKey{"a"}, All: 3, Removals: 2, Healed: []int{1}},
			other: incident.Ledger{Refused: []incident.ItemKey{"b", "a"}, All: 2, Removals: 1, Healed: []int{2}},
			want:  incident.Ledger{Refused: []incident.ItemKey{"a", "b"}, All: 3, Removals: 2, Healed: []int{1, 2}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			same(t, "united", tt.want, tt.mine.Unite(tt.other))
		})
	}
}

func TestCarried(t *testing.T) {
	t.Parallel()
	l := incident.Ledger{
		TrackerID: 5, Reactions: []incident.Reaction{{Comment: 1, Content: incident.Seen}},
		Removals: 1, Items: []incident.Entry{entry("a", 101)},
	}
	same(t, "carried", incident.Ledger{Removals: 1, Items: []incident.Entry{entry("a", 101)}}, l.Carried())
	same(t, "the ledger itself", 1, len(l.Reactions))
}

// TestLedgerReadsOldTrackers holds the names in trackers that are out there,
// of which some have a page's address.
func TestLedgerReadsOldTrackers(t *testing.T) {
	t.Parallel()
	const old = `{"a":{"b":"ada","t":"2026-11-20T14:05:00Z"},"r":1,"p":{"p":"p.md","u":"https://x.test","t":"2026-11-20T14:05:00Z"},` +
		`"i":[{"k":"a","s":"body","w":"a","n":{"n":101},"a":true}],"d":["r"],"l":9,` +
		`"c":{"c":7,"d":true,"l":true,"t":"2026-11-20T14:05:00Z"},"h":[102]}`
	var l incident.Ledger
	if err := json.Unmarshal([]byte(old), &l); err != nil {
		t.Fatal(err)
	}
	same(t, "ledger", incident.Ledger{
		Accepted: incident.Acceptance{By: "ada", At: opened}, Removals: 1,
		Page:  incident.Page{Path: "p.md", At: opened},
		Items: []incident.Entry{attached(entry("a", 101))}, Refused: []incident.ItemKey{"r"}, All: 9,
		Closing: incident.Closing{CommentID: 7, Complete: true, Labelled: true, At: opened}, Healed: []int{102},
	}, l)
	data, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "written again", strings.Replace(old, `"u":"https://x.test",`, "", 1), string(data))
}

// TestEntryIsReadAsItWasWritten: what stands for itself in the tracker, and what
// was written as it was wanted.
func TestEntryIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	full := incident.Entry{
		Key: "abcdefgh2345", Source: incident.FromPull(43), Position: 7, Words: "qrstuvwx", Sketch: "0123456789abcdef", Tail: "wxyz",
		Owner: "bob", Due: "20261201", Priority: "p1", Type: incident.Process, Ticked: true, Shown: true, Want: incident.Done,
		Issue: incident.Ref{Repo: "acme/infra", Number: 5}, Attached: true, Asked: true, Snoozed: "20270101",
	}
	with := func(change func(*incident.Entry)) incident.Entry {
		e := full
		change(&e)
		return e
	}
	asWanted := incident.Written{Title: "qrstuvwx", Owner: "bob", Due: "20261201", Severity: 2, Date: "20261120", Priority: "p1", Type: incident.Process}
	tests := map[string]incident.Entry{
		"nothing written yet": full,
		"written as wanted":   with(func(e *incident.Entry) { e.Wrote = asWanted }),
		"written otherwise": with(func(e *incident.Entry) {
			e.Wrote = incident.Written{Title: "aaaaaaaa", Owner: "ann", Due: "20261202", Priority: "p2", Type: incident.Detection}
		}),
		"nobody, at no time":   with(func(e *incident.Entry) { e.Owner, e.Due, e.Wrote = "", "", incident.Written{Title: "qrstuvwx"} }),
		"words without a form": with(func(e *incident.Entry) { e.Sketch = "" }),
		"adopted":              with(func(e *incident.Entry) { e.Adopted, e.Words, e.Sketch = true, "", "" }),
		"of an older version":  with(func(e *incident.Entry) { e.Words, e.Sketch, e.Tail = "qrstuvwx6767", "", "" }),
		"nothing":              {},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			var got incident.Entry
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			same(t, string(data), want, got)
		})
	}
}

// TestTheNewerCounts: of two ledgers that both know an item, or what people
// said.
func TestTheNewerCounts(t *testing.T) {
	t.Parallel()
	ledger := func(version int, owner string, change func(*incident.Entry)) incident.Ledger {
		e := entry("a", 101)
		e.Source = incident.Source("comment:" + owner)
		change(&e)
		return incident.Ledger{
			Version: version, Items: []incident.Entry{e}, Told: incident.Told{Owner: owner},
			Ran: []incident.ItemKey{incident.ItemKey("ran-" + owner)},
		}
	}
	wants := func(e *incident.Entry) { e.Want = incident.Done }
	done := func(e *incident.Entry) { e.Asked, e.Attached = true, true }
	tests := []struct {
		name         string
		mine, others incident.Ledger
		want         incident.Entry
		owner        string
	}{
		{
			name: "the tracker is newer", mine: ledger(3, "1", done), others: ledger(4, "2", wants), owner: "2",
			want: incident.Entry{
				Key: "a", Source: "comment:2", Words: "a", Issue: incident.Ref{Number: 101}, Want: incident.Done, Attached: true, Asked: true,
			},
		},
		{
			name: "the tracker is older: what was ordered has been done", mine: ledger(4, "1", func(*incident.Entry) {}), others: ledger(3, "2", wants), owner: "1",
			want: incident.Entry{Key: "a", Source: "comment:1", Words: "a", Issue: incident.Ref{Number: 101}},
		},
		{
			name: "of one age, they are of one mind but for what was done since", mine: ledger(4, "1", done), others: ledger(4, "1", wants), owner: "1",
			want: incident.Entry{Key: "a", Source: "comment:1", Words: "a", Issue: incident.Ref{Number: 101}, Attached: true, Asked: true},
		},
		{
			name: "an opening that only the older knows", mine: ledger(3, "1", done), owner: "2", others: ledger(4, "2", func(e *incident.Entry) { e.Issue = incident.Ref{} }),
			want: incident.Entry{Key: "a", Source: "comment:2", Words: "a", Issue: incident.Ref{Number: 101}, Attached: true, Asked: true},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			u := tt.mine.Unite(tt.others)
			same(t, "the entry", []incident.Entry{tt.want}, u.Items)
			same(t, "the owner", tt.owner, u.Told.Owner)
			same(t, "the version", max(tt.mine.Version, tt.others.Version), u.Version)
		})
	}
}

// TestVersionGrowsWithWhatIsSaid, and with nothing else, or the tracker would be
// written for ever.
func TestVersionGrowsWithWhatIsSaid(t *testing.T) {
	t.Parallel()
	w := settled(t, world(wrote(ada, "body", "Fix it")))
	before := w.Record.Ledger.Version
	w.Record = judgedPlan(w).Record
	same(t, "nothing new", before, w.Record.Ledger.Version)
	wrote(ada, "body", "Call back")(&w)
	same(t, "a new line", before+1, judgedPlan(w).Record.Ledger.Version)
}

func drawLedger(t *rapid.T, name string) incident.Ledger {
	var l incident.Ledger
	when := func(what string) time.Time {
		return opened.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, name+what)) * time.Minute)
	}
	coin := func(what string) bool { return rapid.Bool().Draw(t, name+what) }
	if coin("accepted") {
		l.Accepted = incident.Acceptance{By: name, At: when("accepted at")}
	}
	if coin("path") {
		l.Page.Path = "page.md"
		if coin("made") {
			l.Page.At = when("made at")
		}
	}
	if coin("copy") {
		l.Copy = incident.Copy{Repo: showcase, Path: copyOf42, At: opened}
	}
	for i, key := range []incident.ItemKey{"a", "b", "c"} {
		switch rapid.IntRange(0, 3).Draw(t, name+string(key)) {
		case 1:
			l.Items = append(l.Items, entry(key, 0))
		case 2:
			l.Items = append(l.Items, entry(key, 101+i))
		case 3:
			l.Items = append(l.Items, attached(entry(key, 101+i)))
		}
		if coin("refused") {
			l.Refused = append(l.Refused, "not-"+key)
		}
		if coin("healed") {
			l.Healed = append(l.Healed, 201+i)
		}
	}
	l.Removals, l.All = rapid.IntRange(0, 2).Draw(t, name+"removals"), rapid.Int64Range(0, 2).Draw(t, name+"all")
	return l
}

// sorted leaves out who accepted and made first, and the order of lists.
func sorted(l incident.Ledger) incident.Ledger {
	l.Accepted.By, l.Accepted.At, l.Page.At = "", time.Time{}, time.Time{}
	l.Items, l.Refused, l.Healed = slices.Clone(l.Items), slices.Clone(l.Refused), slices.Clone(l.Healed)
	slices.SortFunc(l.Items, func(a, b incident.Entry) int { return strings.Compare(string(a.Key), string(b.Key)) })
	slices.Sort(l.Refused)
	slices.Sort(l.Healed)
	return l
}

func TestUniteForgetsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawLedger(t, "a "), drawLedger(t, "b ")
		want := [2]incident.Ledger{sorted(a), sorted(b)}
		u := a.Unite(b)
		for what, same := range map[string][2]incident.Ledger{
			"again":          {u, u.Unite(b)},
			"with itself":    {u, u.Unite(u)},
			"the other way":  {sorted(u), sorted(b.Unite(a))},
			"first argument": {want[0], sorted(a)},
			"the second":     {want[1], sorted(b)},
		} {
			if diff := cmp.Diff(same[0], same[1]); diff != "" {
				t.Fatalf("%s:\n%s", what, diff)
			}
		}
		for _, l := range []incident.Ledger{a, b} {
			if !l.Accepted.At.IsZero() && u.Accepted.At.IsZero() || l.Page.Made() && !u.Page.Made() ||
				l.Copy != (incident.Copy{}) && u.Copy != l.Copy {
				t.Fatalf("forgot what %+v knows: %+v", l, u)
			}
			for _, e := range l.Items {
				if mine := u.Entry(e.Key); mine == nil || e.Opened() && mine.Issue != e.Issue || e.Attached && !mine.Attached {
					t.Fatalf("forgot %+v: %+v", e, mine)
				}
			}
		}
	})
}
