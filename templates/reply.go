package templates

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// problemsShown is how many lines of a comment a reply goes into.
const problemsShown = 20

type replyView struct {
	incident.ReplyView
	Marker  string
	More    int // lines that are not gone into
	Checked *checkedView
}

// Reply answers the commands of one comment: those that could not be carried
// out, and those that ask for something to be told.
func (t Texts) Reply(v incident.ReplyView) string {
	view := replyView{
		ReplyView: v, More: v.More, Checked: listed(v.Checked),
		Marker: marker(replyKind, v.ID, markdown.Fields{"to": strconv.FormatInt(v.To, 10)}),
	}
	if len(v.Lines) > problemsShown {
		view.Lines, view.More = v.Lines[:problemsShown], v.More+len(v.Lines)-problemsShown
	}
	return t.render("reply.md", view)
}

// findingsShown is how many kinds of findings a reply lists, and in how many
// lines of each.
const findingsShown = 20

// checkedView is what was found on a page, as far as it is listed.
type checkedView struct {
	incident.CheckView
	Rows                   []checkedRow
	Serious, Minor, Hidden int
}

// checkedRow is one finding in all lines of the page that it was found in:
// sections that nobody has written yet would be a row each.
type checkedRow struct {
	incident.Finding
	lines []int
}

// Lines is where it was found.
func (r checkedRow) Lines() string {
	var all []string
	for _, line := range r.lines[:min(len(r.lines), findingsShown)] {
		all = append(all, strconv.Itoa(line))
	}
	if more := len(r.lines) - len(all); more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(all, ", "), more)
	}
	return strings.Join(all, ", ")
}

// listed lists what is serious first.
func listed(v *incident.CheckView) *checkedView {
	if v == nil {
		return nil
	}
	view, findings := &checkedView{CheckView: *v}, slices.Clone(v.Findings)
	slices.SortStableFunc(findings, func(a, b incident.Finding) int {
		return cmp.Or(cmp.Compare(minor(a), minor(b)), cmp.Compare(a.Line, b.Line))
	})
	for _, f := range findings {
		view.Minor += minor(f)
		view.add(f)
	}
	view.Serious = len(findings) - view.Minor
	return view
}

func (v *checkedView) add(f incident.Finding) {
	at := slices.IndexFunc(v.Rows, func(r checkedRow) bool {
		return r.Rule == f.Rule && r.Text == f.Text && r.Serious == f.Serious && r.Public == f.Public
	})
	switch {
	case at >= 0:
		if lines := v.Rows[at].lines; lines[len(lines)-1] != f.Line {
			v.Rows[at].lines = append(lines, f.Line)
		}
	case len(v.Rows) < findingsShown:
		v.Rows = append(v.Rows, checkedRow{f, []int{f.Line}})
	default:
		v.Hidden++
	}
}

func minor(f incident.Finding) int {
	if f.Serious {
		return 0
	}
	return 1
}
