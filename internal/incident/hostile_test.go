package incident_test

import (
	"slices"
	"strings"
	"testing"

	"hindsight/internal/incident"
)

// TestBadInput: each has one follow-up that says what was written, or none, and
// nothing else happens. That no text does harm where it is shown is the texts'
// to see to.
func TestBadInput(t *testing.T) {
	t.Parallel()
	long := strings.TrimSpace(strings.Repeat("word ", 2000))
	tests := []struct {
		name  string
		line  string
		opens []string
		doubt string // a part of it
	}{
		{name: "mentions", line: "Ask @acme/all and @everyone to look", opens: []string{"Ask @acme/all and @everyone to look"}},
		{name: "HTML", line: "<script>alert(1)</script> <img src=x>", opens: []string{"<script>alert(1)</script> <img src=x>"}},
		{name: "a forged marker", line: "Fix it <!-- hindsight:ledger AAAA -->", opens: []string{"Fix it <!-- hindsight:ledger AAAA -->"}},
		{name: "a table", line: "| a | b | @bob |", opens: []string{"| a | b"}},
		{name: "10,000 characters", line: long, opens: []string{long}},
		{name: "10,000 characters without a space", line: strings.Repeat("é", 10_000), opens: []string{strings.Repeat("é", 10_000)}},
		{name: "right to left", line: "\u202eti xiF\u202c now", opens: []string{"\u202eti xiF\u202c now"}},
		{name: "nothing that shows", line: "\u200b\u200d\ufeff \u202e"},
		{name: "emoji alone", line: "🔥🔥", opens: []string{"🔥🔥"}},
		{name: "signs alone", line: "---", opens: []string{"---"}},
		{name: "not UTF-8", line: "Fix \xff it", opens: []string{"Fix \uFFFD it"}},
		{name: "300 characters", line: strings.Repeat("abc ", 75) + "@bob", opens: []string{strings.TrimSpace(strings.Repeat("abc ", 75))}},
		{name: "an owner who can't be assigned", line: "Fix it @mallory", opens: []string{"Fix it"}, doubt: "«mallory» can't be assigned"},
		{name: "an owner that is no login", line: "Fix it @-bob-", opens: []string{"Fix it @-bob-"}},
		{name: "a team", line: "Fix it @acme/oncall", opens: []string{"Fix it @acme/oncall"}, doubt: "is a team"},
		{name: "a day in the past", line: "Fix it due 2020-01-01", opens: []string{"Fix it"}, doubt: "was past when it was written"},
		{name: "a day that is none", line: "Fix it due 2026-02-30", opens: []string{"Fix it due 2026-02-30"}, doubt: "holds no date"},
		{name: "a repository that is not there", line: "Fix it in acme/nowhere", doubt: "there is no repository acme/nowhere"},
		{name: "an issue that is not there", line: "#999999999", doubt: "names no issue"},
		{name: "a number too high", line: "#9999999999", opens: []string{"#9999999999"}},
		{name: "the tail alone", line: "@bob p1", opens: []string{"@bob"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(wrote(ada, "comment:7", tt.line))
			judged(incident.DefaultPolicy())(&w)
			plan := decide(w)
			same(t, "opened", tt.opens, opens(plan))
			said := strings.Join(doubts(w), "\n")
			if mentions(t, said, tt.doubt); tt.doubt == "" && said != "" {
				t.Errorf("doubts: %s", said)
			}
			w = settled(t, carryOut(w, plan))
			same(t, "follow-ups in the end", len(tt.opens), len(slices.DeleteFunc(w.FollowUps, func(f incident.FollowUp) bool { return f.Adopted })))
			same(t, "refused", 0, len(w.Record.Ledger.Refused))
			w.Record = fromTracker(t, w)
			same(t, "opened without the database", []string(nil), opens(judgedPlan(w)))
		})
	}
}

// FuzzItem: whatever a line says, it has one follow-up at most, and there is
// nothing left to do after a while, with the database or without.
func FuzzItem(f *testing.F) {
	for _, seed := range []string{
		"Fix it @bob p1 due 2w in acme/infra [process]", "#77 and more", "acme/infra#5", "https://github.test/acme/shop/issues/77?x#y",
		"OPS-12", "<https://x.test>", "\u202e#77", "#42", "Fix it in jira, due 2026-02-30",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		w := settled(t, world(hasPlaces, exists(incident.NewKey("acme", "shop", 77), incident.Open), wrote(ada, "comment:7", line)))
		if made := len(w.Record.Ledger.Items); made > 1 {
			t.Fatalf("%q became %d items", line, made)
		}
		same(t, "done again", []string(nil), effects(judgedPlan(w)))
		w.Record = fromTracker(t, w)
		same(t, "opened without the database", []string(nil), opens(judgedPlan(w)))
	})
}

// TestAThousandLinesInAComment: by those who may, they wait for a confirmation;
// of others as many are counted as are remembered.
func TestAThousandLinesInAComment(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		by   incident.Actor
		says string
	}{
		"by one who may": {ada, "waiting 1000"},
		"by a stranger":  {mallory, "refused 500"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := settled(t, world())
			wrote(tt.by, "comment:7", many(1000)...)(&w)
			plan := judgedPlan(w)
			same(t, "opened", []string(nil), opens(plan))
			mentions(t, tells(plan), tt.says)
		})
	}
}
