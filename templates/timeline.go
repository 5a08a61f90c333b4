package templates

import (
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// timelineHead is the head of the timeline's table.
const timelineHead = "| Time (UTC) | What happened | Source |\n| --- | --- | --- |"

// rowLimit is how many characters of people's words a row shows.
const rowLimit = 300

func timelineRows(rows []incident.Row) []markdown.Row {
	all := make([]markdown.Row, len(rows))
	for i, r := range rows {
		all[i] = markdown.Row{Key: r.Key, At: r.At, Line: timelineRow(r)}
	}
	return all
}

// RowKeys are the keys of all rows that a page's timeline has ever had; none
// where it has none that is ours.
func (Texts) RowKeys(page string) []string { return markdown.RowKeys(page, timelineBlock) }

// timelineRow is a row as it is written once: "| 2026-11-20 12:00 | 🔴 Opened by
// alice | [issue](…) |".
func timelineRow(r incident.Row) string {
	cells := []string{markdown.RowTime(r.At), happened(r), linked(markdown.Text(r.Source), r.URL)}
	return "| " + strings.Join(cells, " | ") + " |"
}

// happened is what a row says: our words first, then people's, and who it was.
func happened(r incident.Row) string {
	says, words, by := markdown.Text(r.Says), short(rowLimit, r.Words), login(r.By)
	switch {
	case by == "":
	case says == "":
		words += " (" + by + ")"
	default:
		says += " by " + by
	}
	return strings.Join(someOf(string(r.Mark), joined(says, words)), " ")
}

// joined is a sentence and what it is about.
func joined(says, words string) string { return strings.Join(someOf(says, words), ": ") }
