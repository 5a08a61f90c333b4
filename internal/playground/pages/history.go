package pages

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"hindsight/internal/playground"
)

const (
	// editsShown is how many edits the history of a text shows, from the newest.
	editsShown = 50
	// maxCompared is how many pairs of lines two texts may have between what
	// they begin and end with alike; above it all of that counts as changed.
	maxCompared = 1 << 20
)

// revision is one edit, and what it changed.
type revision struct {
	Edit    playground.Edit
	First   bool
	Changes []change
}

// change is a line that was added or removed.
type change struct {
	Added bool
	Line  string
}

type revisions struct {
	Of   string
	Back string
	All  []revision // newest first
}

// editHistory shows how a body or a comment came to be what it is.
func (s *site) editHistory(r *http.Request, v visit) (screen, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return screen{}, err
	}
	h := revisions{Of: fmt.Sprintf("the text of #%d", i.Number), Back: fmt.Sprintf("%s#issue-%d", issuePath(i), i.ID)}
	edits := i.Edits
	if r.PathValue("id") != "" {
		c, err := s.commentOf(r, i)
		if err != nil {
			return screen{}, err
		}
		h.Of = c.Author.Login + "’s comment"
		h.Back, edits = fmt.Sprintf("%s#issuecomment-%d", issuePath(i), c.ID), c.Edits
	}
	for n, e := range slices.Backward(edits) {
		rev := revision{Edit: e, First: n == 0}
		if n > 0 {
			rev.Changes = changes(edits[n-1].Body, e.Body)
		}
		if h.All = append(h.All, rev); len(h.All) == editsShown {
			break
		}
	}
	return screen{view: "history", title: "History of " + h.Of, tab: "issues", body: h}, nil
}

// changes are the lines that differ, in the order of the texts.
func changes(before, after string) []change {
	a, b := lines(before), lines(after)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var all []change
	keep := common(a, b)
	for _, line := range a {
		if len(keep) > 0 && line == keep[0] {
			all, b = until(all, b, line)
			keep = keep[1:]
			continue
		}
		all = append(all, change{Line: line})
	}
	for _, line := range b {
		all = append(all, change{Added: true, Line: line})
	}
	return all
}

// until adds what comes before the line, and drops both from the rest.
func until(all []change, rest []string, line string) ([]change, []string) {
	for rest[0] != line {
		all, rest = append(all, change{Added: true, Line: rest[0]}), rest[1:]
	}
	return all, rest[1:]
}

func lines(text string) []string {
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
}

// common is the longest sequence of lines that both have in this order.
func common(a, b []string) []string {
	if len(a)*len(b) > maxCompared {
		return nil
	}
	longest := make([][]int, len(a)+1) // of a from i, and b from j
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := range slices.Backward(a) {
		for j := range slices.Backward(b) {
			longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			}
		}
	}
	var all []string
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			all = append(all, a[i])
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
	return all
}
