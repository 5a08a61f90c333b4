package templates

import (
	"strings"
	"unicode/utf16"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// summaryMost is how many characters a ticket's summary may have, as Java counts
// them: an emoji can be two.
const summaryMost = 255

// ticketView is what a ticket's description is made of.
type ticketView struct {
	incident.FollowUpView
	Words string // what the title leaves out or cuts; "" if it says it all
}

// Ticket is a follow-up for Jira. It needs no marker: what it is of stands in a
// property that people don't see.
func (t Texts) Ticket(v incident.FollowUpView) (title, body string) {
	title = summary(v)
	return title, t.render("ticket.md", ticketView{FollowUpView: v, Words: leftOut(v, title)})
}

// summary is one line of plain text.
func summary(v incident.FollowUpView) string {
	title := titled(v, summaryMost)
	if len(utf16.Encode([]rune(title))) > summaryMost {
		return titled(v, summaryMost/2)
	}
	return title
}

// titled is the title of a follow-up, in so many characters.
func titled(v incident.FollowUpView, limit int) string {
	if title := markdown.Title(v.Text, limit); title != "" {
		return title
	}
	return "Follow-up of " + v.Key.String()
}

// leftOut is what people wrote where the title does not say all of it, else "".
func leftOut(v incident.FollowUpView, title string) string {
	if strings.HasSuffix(title, "…") || letters(v.Text) != letters(title) {
		return markdown.Text(cut(v.Text, wordsLimit))
	}
	return ""
}
