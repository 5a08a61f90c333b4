package playground

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Edit is one state of a text. GitHub keeps none until the first edit; then
// the text as it was written counts as an edit too, and is the oldest.
type Edit struct {
	ID     int64
	Editor User
	ByApp  bool
	At     time.Time
	Body   string // all of it, as it was after the edit
}

// history is what an edit of a text adds to its history.
func (g *GitHub) history(by actor, so []Edit, first Edit, body string) []Edit {
	if len(so) == 0 {
		first.ID = g.newID()
		so = append(so, first)
	}
	return append(so, Edit{ID: g.newID(), Editor: by.user, ByApp: by.app, At: g.now(), Body: body})
}

// Box is a checkbox in a text.
type Box struct {
	Offset int // of its line in the text, in bytes
	Ticked bool
	Text   string // what follows on its line, trimmed
}

var (
	boxLine   = regexp.MustCompile(`^((?:[ \t]|>)*(?:[-*+]|\d{1,9}[.)])[ \t]+\[)([ xX])\][ \t]+(.*\S)`)
	fenceLine = regexp.MustCompile("^[ \t>]*(```+|~~~+)")
)

// Boxes are the checkboxes that GitHub shows for a text, in their order: what
// is in a fenced block of code, or in a comment that is hidden, is none.
func Boxes(text string) []Box {
	var all []Box
	fence, hidden, offset := "", false, 0
	for line := range strings.Lines(text) {
		switch m := boxLine.FindStringSubmatch(line); {
		case fence != "":
			if f := fenceLine.FindStringSubmatch(line); f != nil && strings.HasPrefix(f[1], fence) {
				fence = ""
			}
		case hidden:
			hidden = !strings.Contains(line, "-->")
		case fenceLine.MatchString(line):
			fence = fenceLine.FindStringSubmatch(line)[1]
		case m != nil:
			all = append(all, Box{Offset: offset, Ticked: m[2] != " ", Text: m[3]})
		default:
			opened := strings.LastIndex(line, "<!--")
			hidden = opened >= 0 && !strings.Contains(line[opened:], "-->")
		}
		offset += len(line)
	}
	return all
}

// FindBox is the index of the first checkbox whose line holds the text; -1 if
// there is none.
func FindBox(text, part string) int {
	for n, box := range Boxes(text) {
		if strings.Contains(box.Text, part) {
			return n
		}
	}
	return -1
}

// setBox ticks or unticks the box with this index.
func setBox(text string, index int, ticked bool) (string, error) {
	all := Boxes(text)
	if index < 0 || index >= len(all) {
		return "", refuse(http.StatusUnprocessableEntity, "there is no such checkbox any more")
	}
	mark := " "
	if ticked {
		mark = "x"
	}
	line := text[all[index].Offset:]
	at := all[index].Offset + len(boxLine.FindStringSubmatch(line)[1])
	return text[:at] + mark + text[at+1:], nil
}

// TickBody ticks or unticks a checkbox of an issue's body by its index in
// [Boxes]. Like every edit it takes write permission, or the authorship.
func (p Person) TickBody(repo string, number, index int, ticked bool) error {
	return p.on(repo, number, Write, mine, "tick a box in", func(by actor, r *repository, i *issue) error {
		body, err := setBox(i.Body, index, ticked)
		if err != nil {
			return err
		}
		return p.g.editIssue(by, r, i, nil, &body)
	})
}

// TickComment is [Person.TickBody] for a comment.
func (p Person) TickComment(repo string, id int64, index int, ticked bool) error {
	return p.onComment(repo, id, "tick a box in", func(by actor, r *repository, i *issue, c *comment) error {
		body, err := setBox(c.Body, index, ticked)
		if err != nil {
			return err
		}
		return p.g.editComment(by, r, i, c, body)
	})
}
