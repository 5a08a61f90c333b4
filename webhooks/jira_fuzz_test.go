package webhooks

import (
	"strings"
	"testing"

	"hindsight/internal/incident"
)

// FuzzTicket holds what comes of any body that is signed: a ticket of the site
// that signed, or a refusal.
func FuzzTicket(f *testing.F) {
	for _, body := range []string{
		`{"webhookEvent":"jira:issue_updated","issue":{"id":"10012","fields":{"updated":"2026-11-20T14:05:06.302+0000"}}}`,
		`{"webhookEvent":"jira:issue_deleted","issue":{"id":"1","fields":{"updated":"2026-11-20T14:05:06.302+0000"}}}`,
		`{"webhookEvent":"comment_created","issue":{"id":"9223372036854775807"},"comment":{"updated":"2026-11-20T14:05:06.302+0000"}}`,
		`{"webhookEvent":"jira:issue_updated","issue":{"id":9}}`,
		`{"webhookEvent":"jira:issue_updated","issue":[{"id":"9"}]}`,
		`{"issue":{"id":"1"},"issue":null,"webhookEvent":"comment_created"}`,
		`{"webhookEvent":"jira:issue_updated","issue":{"id":"1","fields":{"updated":"9999-99-99T99:99:99.999+9999"}}}`,
		"{", "[]", "null", `{"a":[[[[`,
	} {
		f.Add([]byte(body))
	}
	site := incident.JiraSite("acme.atlassian.net")
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		d, err := reduceTicket(site, body)
		if string(body) != before {
			t.Fatal("the body was changed")
		}
		if err != nil {
			if a := refused(err); a.Reason == "" || a.status != 200 && a.status != 400 {
				t.Fatalf("not an answer: %+v", a)
			}
			return
		}
		if !isJSONObject(body) {
			t.Fatalf("taken from what is no JSON object: %+v", d)
		}
		if d.Key.Repo != site || d.Key.Number <= 0 || d.Installation != 0 || d.Relevant || d.Also != nil {
			t.Fatalf("more than a ticket: %+v", d)
		}
		// What is escaped may say it in other letters.
		said := strings.Contains(before, d.Changed.Format(jiraTimes)) || strings.Contains(before, `\`)
		if !d.Changed.IsZero() && !said {
			t.Fatalf("changed at %s, of which nothing is said", d.Changed)
		}
	})
}
