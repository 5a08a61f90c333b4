package templates

import "hindsight/internal/incident"

// Ticket is a follow-up for Jira.
func (t Texts) Ticket(v incident.FollowUpView) (title, body string) {
	v.Bare = true
	return t.FollowUp(v)
}
