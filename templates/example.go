package templates

import (
	"time"

	"hindsight/internal/incident"
)

// Example is an incident about which everything is known, to try a template
// with: on a page that everybody can read, or on another.
func Example(public bool) incident.PageView {
	started := time.Date(2026, 11, 20, 13, 52, 0, 0, time.UTC)
	after := func(minutes int) time.Time { return started.Add(time.Duration(minutes) * time.Minute) }
	const url = "https://github.com/example/shop/issues/42"
	return incident.PageView{
		Facts: incident.Facts{
			ID: incident.ID{Repository: 1, Number: 42}, Key: incident.NewKey("example", "shop", 42),
			Title: "Checkout answers every third request with an error", URL: url, Severity: 1,
			Date: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Started: started, Detected: after(7), Resolved: after(95),
			Owner: "alice", PageLink: "https://github.com/example/shop/wiki/2026-11-20-checkout-42", Private: !public,
			Roles: incident.Roles{Commander: "alice", Scribe: "bob", Liaison: "carol", Responders: []string{"dan", "erin"}},
		},
		Reporter: "bob", Summary: "Every third checkout fails since 13:52.\n\nSupport has 40 calls.", Status: incident.Draft,
		Lines: []incident.TrackerLine{
			{Issue: incident.NewKey("example", "shop", 43), URL: "https://github.com/example/shop/issues/43", Text: "Alert on the age of certificates", State: incident.Done, Owner: "dan", Due: "20261204"},
			{Issue: incident.NewKey("example", "shop", 44), URL: "https://github.com/example/shop/issues/44", Text: "Renew certificates by themselves", State: incident.Open, Owner: "erin", Due: "20261218"},
		},
		Rows: []incident.Row{
			{Key: "example2", At: started, Mark: incident.MarkStart, Says: "It started", Source: "comment", URL: url + "#issuecomment-1"},
			{Key: "example3", At: after(8), Says: "Issue opened", Words: "Checkout answers every third request with an error", By: "bob", Source: "issue", URL: url},
			{Key: "example4", At: after(40), Words: "The certificate of the payment service has expired", By: "dan", Source: "comment", URL: url + "#issuecomment-5"},
			{Key: "example5", At: after(80), Says: "Merged", Words: "Renew the certificate", Source: "pull request", URL: "https://github.com/example/shop/pull/45"},
			{Key: "example6", At: after(95), Mark: incident.MarkEnd, Says: "It was over", Source: "comment", URL: url + "#issuecomment-9"},
		},
		Public: public, Asks: public,
	}
}
