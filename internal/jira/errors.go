package jira

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// explain says what happens next, of a request about something: neutral Markdown,
// such as "`OPS-12`". It is the one place that knows Jira's ways of saying no.
func (s *site) explain(err error, about string) error {
	var r *refusal
	if !errors.As(err, &r) {
		return s.unexplained(err, about)
	}
	switch {
	case r.captcha():
		return s.whole(r, "wants whoever owns Hindsight's account to log in to it in a browser and to solve a CAPTCHA, after too many logins that failed.")
	case r.stranger():
		return s.whole(r, "does not accept Hindsight's token: it has expired, was revoked, or is another account's. Whoever runs Hindsight makes a new one "+
			"and gives it to the server in `HINDSIGHT_JIRA_TOKEN`, or as the site's `token` in the file of Jira sites.")
	case r.redirected():
		return s.whole(r, "redirects to another page, where the token must not go. Whoever runs Hindsight checks the site's address; the log has the page's.")
	case !r.retry.IsZero():
		return &incident.Later{At: r.retry, Err: s.passing(r, about)}
	case r.err != nil, r.status == http.StatusRequestTimeout, r.status == http.StatusConflict, r.status >= http.StatusInternalServerError:
		return s.passing(r, about)
	}
	return s.refused(r, about)
}

// refused is of what Jira has understood and does not want.
func (s *site) refused(r *refusal, about string) error {
	switch r.status {
	case http.StatusNotFound:
		return &incident.Missing{What: about}
	case http.StatusForbidden:
		return s.blocked(r, about, "does not let Hindsight's account do this with",
			"A Jira administrator can grant it in the project's permission scheme.")
	case http.StatusGone:
		return s.blocked(r, about, "no longer has what Hindsight asked for",
			"Whoever runs Hindsight looks for a newer version of it.")
	}
	return s.blocked(r, about, "refuses what was to be written to",
		"A Jira administrator can change what the project wants, or whoever runs Hindsight what is written there.")
}

// blocked quotes Jira, field by field.
func (s *site) blocked(r *refusal, about, what, next string) error {
	text := fmt.Sprintf("Jira %s %s", what, about)
	if reason := r.quote(); reason != "" {
		text += ": " + reason
	}
	return &incident.Blocked{Text: text + ". " + next, Err: r}
}

// whole is of what keeps all work at the site from being done.
func (s *site) whole(r *refusal, what string) error {
	return &incident.Blocked{Whole: true, Text: fmt.Sprintf("Jira (`%s`) %s", s.key.Address(), what), Err: r}
}

func (s *site) passing(err error, about string) error {
	return fmt.Errorf("work on %s at Jira (%s): %w", about, s.key.Address(), err)
}

// unexplained is of an error that is no answer: the door's own, which say what
// happens next already, and what can't be read.
func (s *site) unexplained(err error, about string) error {
	if later := new(incident.Later); errors.As(err, &later) {
		return later
	}
	return s.passing(err, about)
}

// unsure is of an error after which the thing may have been done all the same.
func unsure(err, explained error) error {
	if r := new(refusal); errors.As(err, &r) && r.mayHaveHappened() {
		return &incident.Unsure{Err: explained}
	}
	return explained
}

// missing is whether Jira says that there is no such thing.
func missing(err error) bool {
	var m *incident.Missing
	return errors.As(err, &m)
}

// quote is what Jira says, as neutral Markdown: first of single fields, each
// named as people know it.
func (r *refusal) quote() string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(r.fields)) {
		all = append(all, fmt.Sprintf("**%s** %s", markdown.Text(fieldName(r.redact(id))), quote(r.redact(r.fields[id]))))
	}
	for _, words := range r.said {
		all = append(all, quote(r.redact(words)))
	}
	return r.redact(strings.Join(all, ", ")) // what is neutral has lost what can't be seen, and may have become a secret
}

// quoteMost is how much of Jira's words is shown.
const quoteMost = 300

// quote shows Jira's own words, which may repeat what people wrote, as code.
func quote(s string) string {
	runes := []rune(strings.ReplaceAll(s, "|", "/"))
	if len(runes) > quoteMost {
		runes = append(runes[:quoteMost], '…')
	}
	return markdown.Code(string(runes))
}

// fieldName is how people know a field; a custom field by its id.
func fieldName(id string) string {
	return cmp.Or(map[string]string{
		"summary": "Summary", "description": "Description", "priority": "Priority", "components": "Components",
		"labels": "Labels", "assignee": "Assignee", "duedate": "Due date", "issuetype": "Issue type", "project": "Project",
		"resolution": "Resolution", "reporter": "Reporter",
	}[id], id)
}

// host is where an address leads, without what may be secret in it.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "another page"
	}
	return u.Host
}
