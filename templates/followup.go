package templates

import (
	"strings"
	"unicode"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

type followUpView struct {
	incident.FollowUpView
	Marker string
	Facts  string // the managed block
}

// factsView is what the managed block in a follow-up's body is made of.
type factsView struct {
	incident.FollowUpView
	Words string // what the title leaves out or cuts; "" if it says it all
}

// FollowUp is the issue for an item.
func (t Texts) FollowUp(v incident.FollowUpView) (title, body string) {
	title = titled(v, titleLimit)
	facts := factsView{FollowUpView: v, Words: leftOut(v, title)}
	return title, t.render("followup.md", followUpView{
		FollowUpView: v,
		Marker:       markdown.Marker(followUpKind, followUpFields(v)),
		Facts:        markdown.Block(factsBlock, t.render("facts.md", facts)),
	})
}

// letters are what is left of words without markup and signs.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, s)
}
