package templates

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
	"hindsight/internal/reconcile"
)

// The blocks of the index, and of a sidebar whose team wants the line.
const (
	indexBlock   = "index"
	sidebarBlock = "post-mortems"
)

// indexHead is the head of the index's table.
const indexHead = "| Date | Severity | Post-mortem | Owner | Status | Follow-ups |\n| --- | --- | --- | --- | --- | --- |"

// indexed is how many pages the index lists: it is read and written whole.
const indexed = 1000

// older is said below an index that does not list all.
const older = "Older ones are in the [list of all pages](_pages)."

// indexLine is a line of the index's table. Newer ones come first.
type indexLine struct{ date, page, line string }

func (l indexLine) compare(other indexLine) int {
	return cmp.Or(strings.Compare(other.date, l.date), strings.Compare(other.page, l.page))
}

// Index is the index page with the row in it, or with the row as it is by now;
// "" makes a new page. First is whether the row was never there: else one that
// is not has been removed by people, or grown too old, and stays away, unless
// they emptied the block. The page is left as it is where there is no block of
// ours that can be written.
func (Texts) Index(now string, row incident.IndexRow, first bool) (text string, became reconcile.IndexState) {
	line := indexLine{row.Date.Format(dateForm), row.Page, indexRow(row)}
	if now == "" {
		return indexPage(indexTable([]indexLine{line}, false)), reconcile.IndexFilled
	}
	content, intact, ok := markdown.FindBlock(now, indexBlock)
	if !ok || !intact {
		return now, reconcile.IndexLeft
	}
	lines, became := indexLines(content), reconcile.IndexWritten
	at := slices.IndexFunc(lines, func(l indexLine) bool { return l.page == row.Page })
	switch {
	case at >= 0:
		lines[at] = line
	case len(lines) == 0:
		lines, became = append(lines, line), reconcile.IndexFilled
	case first:
		lines = append(lines, line)
	default:
		return now, became
	}
	text, _ = markdown.ReplaceBlock(now, indexBlock, indexTable(lines, strings.Contains(content, "\n"+older)))
	return text, became
}

func indexPage(table string) string {
	return "The post-mortems of this wiki, the newest first.\n\n" + markdown.Block(indexBlock, table) + "\n"
}

func indexRow(r incident.IndexRow) string {
	title := short(titleShown, r.Title)
	if title == "" {
		title = markdown.Text(r.Page)
	}
	return fmt.Sprintf("| %s | %s | [%s](%s) | %s | %s | %d/%d |", r.Date.Format(dateForm), r.Severity, title, r.Page,
		login(r.Owner), markdown.Text(string(r.Status)), r.Done, r.Total)
}

// indexLines reads the table that is there. Its words are neutral, so that no
// pipe but those between cells stands in it.
func indexLines(content string) []indexLine {
	var lines []indexLine
	for line := range strings.SplitSeq(content, "\n") {
		cells := strings.Split(line, " | ")
		if len(cells) != 6 || strings.HasPrefix(line, "| Date") || strings.HasPrefix(line, "| ---") {
			continue
		}
		page := strings.TrimSuffix(cells[2][strings.LastIndexByte(cells[2], '(')+1:], ")")
		lines = append(lines, indexLine{strings.TrimPrefix(cells[0], "| "), page, line})
	}
	return lines
}

func indexTable(lines []indexLine, more bool) string {
	slices.SortStableFunc(lines, indexLine.compare)
	if len(lines) > indexed {
		lines, more = lines[:indexed], true
	}
	table := []string{indexHead}
	for _, l := range lines {
		table = append(table, l.line)
	}
	if more {
		table = append(table, "", older)
	}
	return strings.Join(table, "\n")
}

// Sidebar is a sidebar with the line that leads to the index, where the team
// has put our block in, and not changed what it says; else as it was.
func (Texts) Sidebar(now string) string {
	now, _ = markdown.ReplaceBlock(now, sidebarBlock, "[["+strings.TrimSuffix(reconcile.IndexFile, ".md")+"]]")
	return now
}
