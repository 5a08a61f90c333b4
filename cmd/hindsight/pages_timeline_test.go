package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"hindsight/internal/playground"
)

// rows are those of a page's timeline, without the table's head.
func (h *house) rows(repo string) []string {
	h.tb.Helper()
	_, text := h.page(repo)
	_, text, begins := strings.Cut(text, "## Timeline\n")
	text, _, ends := strings.Cut(text, "<!-- hindsight:end block=timeline -->")
	if !begins || !ends {
		h.tb.Fatalf("the page has no timeline:\n%s", text)
	}
	var rows []string
	for line := range strings.Lines(text) {
		if rowTime.MatchString(line) {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	return rows
}

var rowTime = regexp.MustCompile(`^\| *(?:🔴|🟢)? *(\d{4}-\d\d-\d\d \d\d:\d\d)`)

// wantRow wants one row that says all of this.
func wantRow(tb testing.TB, rows []string, want ...string) {
	tb.Helper()
	found := 0
	for _, row := range rows {
		if !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(row, w) }) {
			found++
		}
	}
	if found != 1 {
		tb.Errorf("%d rows say %q, want one:\n%s", found, want, strings.Join(rows, "\n"))
	}
}

// From the label to the resolution, everything that happened has one row, in
// order of time, with its source; people's own rows stay between.
func TestTimeline(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	h.hearAndWork()
	must(t, h.github.As(bob).Assign(shop, number, bob))
	h.say(bob, shop, number, "/incident note Rolled back v212\n/incident commander @alice")
	pull, err := h.github.As(alice).OpenPullRequest(shop, "Trust the new authority", "Incident: #1")
	must(t, err)
	must(t, h.github.As(alice).Merge(shop, pull))
	_, err = h.github.As(alice).Release(shop, playground.NewRelease{Tag: "v213", Name: "Trusts it"})
	must(t, err)
	deployed, err := h.github.As(alice).Deploy(shop, playground.NewDeployment{Ref: "v213", Environment: "eu-west"})
	must(t, err)
	must(t, h.github.As(alice).SetDeployment(shop, deployed, "success", ""))
	h.hearAndWork()
	h.heal()

	rows := h.rows(shop)
	wantRow(t, rows, "Rolled back v212")
	wantRow(t, rows, "v213", "Released")
	note := rows[slices.IndexFunc(rows, func(r string) bool { return strings.Contains(r, "Rolled back v212") })]
	merged := rows[slices.IndexFunc(rows, func(r string) bool { return strings.Contains(r, "Trust the new authority") })]
	h.rewrite(shop, note, strings.Replace(note, "Rolled back v212", "Rolled v212 back, which did not help", 1)+"\n| later | Somebody phoned | |",
		merged+"\n", "")
	h.hearAndWork()
	must(t, h.github.As(bob).Label(shop, number, "sev1"))
	must(t, h.github.As(alice).Close(shop, number, "completed"))
	h.hearAndWork()
	h.heal()
	h.wantWholeTimeline()
	h.idle(shop, number)

	h.revive(true) // what was written is known by the page itself
	h.heal()
	h.wantWholeTimeline()
	h.idle(shop, number)
}

func (h *house) wantWholeTimeline() {
	h.tb.Helper()
	rows := h.rows(shop)
	for _, want := range [][]string{
		{"🔴"},
		{"🟢"},
		{"sev1"},
		{"Assigned", "bob"},
		{"Commander", "alice"},
		{"Rolled v212 back, which did not help"},
		{"v213", "Released"},
		{"v213", "eu-west"},
	} {
		wantRow(h.tb, rows, want...)
	}
	all := strings.Join(rows, "\n")
	wantSilent(h.tb, "the timeline", all, "Rolled back v212", "Trust the new authority")
	if _, text := h.page(shop); !strings.Contains(text, "\n| later | Somebody phoned | |\n") {
		h.tb.Errorf("a person's row is gone:\n%s", text)
	}
	var times []string
	for _, row := range rows {
		times = append(times, rowTime.FindStringSubmatch(row)[1])
		if !strings.Contains(row, "](") {
			h.tb.Errorf("a row has no source: %s", row)
		}
	}
	if !slices.IsSorted(times) {
		h.tb.Errorf("the rows are not in order of time:\n%s", all)
	}
	if !strings.Contains(rows[0], "🔴") || !strings.Contains(rows[len(rows)-1], "🟢") {
		h.tb.Errorf("the timeline does not go from start to end:\n%s", all)
	}
}
