package incident_test

import (
	"strings"
	"testing"

	"hindsight/internal/incident"
)

// about are the notices that mention something.
func about(w incident.World, words string) (found []string) {
	for _, text := range viewed(publishing(), w).Notices {
		if strings.Contains(text, words) {
			found = append(found, text)
		}
	}
	return found
}

// TestSecurityOfOpenPage: what everybody can read of a security incident is told
// to be taken away; of what they can't nothing is said.
func TestSecurityOfOpenPage(t *testing.T) {
	t.Parallel()
	const deleteIt, withdraw = "Delete the page in the wiki", "`/postmortem unpublish` removes it"
	inCentral := func(private bool) change {
		return func(w *incident.World) {
			w.Record.Ledger.Page.Repo = "acme/postmortems"
			w.Wiki = incident.Place{Repository: incident.Repository{ID: 8, FullName: "Acme/postmortems", Private: private, HasWiki: true}, Accepts: true}
		}
	}
	tests := []struct {
		name         string
		change       change
		page, copied bool
	}{
		{"a public page", public, true, false},
		{"a private one", page(""), false, false},
		{"one that was deleted", func(w *incident.World) { public(w); w.PageGone = true }, false, false},
		{"one that can't be read", func(w *incident.World) { public(w); w.PageUnread = true }, true, false},
		{"none", func(w *incident.World) { public(w); noPage(w) }, false, false},
		{"in a public wiki of many", inCentral(false), true, false},
		{"in a private one of many", inCentral(true), false, false},
		{"in one that can't be seen", func(w *incident.World) { inCentral(false)(w); w.Wiki = incident.Place{} }, false, false},
		{"a private page that was published", published, false, true},
		{"a public one", func(w *incident.World) { published(w); public(w) }, true, true},
		{"withdrawn in a moment", func(w *incident.World) { published(w); ordered(incident.Withdraw)(w) }, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(tt.change)
			same(t, "without the label", 0, len(about(w, "security incident by now")))
			label("security")(&w)
			same(t, "says to delete it", tt.page, len(about(w, deleteIt)) == 1)
			same(t, "says to withdraw it", tt.copied, len(about(w, withdraw)) == 1)
		})
	}
}

// TestPageBecomesPublic: a page that was made for few says so until nothing is
// left on it that was not meant for all.
func TestPageBecomesPublic(t *testing.T) {
	t.Parallel()
	const words = "also its sections marked"
	made := commandedPlan(publishing(), world(fresh))
	w := carryOut(world(fresh), made)
	same(t, "made for few", true, w.Record.Ledger.Page.Private)
	w = carryOut(world(fresh, public), commandedPlan(publishing(), world(fresh, public)))
	same(t, "made for all", false, w.Record.Ledger.Page.Private)

	forFew := func(w *incident.World) { w.Record.Ledger.Page.Private = true; page("internal: The pool was full.")(w) }
	tests := []struct {
		name   string
		change change
		says   bool
	}{
		{"still private", forFew, false},
		{"public", func(w *incident.World) { forFew(w); public(w) }, true},
		{"public, and a security incident", func(w *incident.World) { forFew(w); public(w); label("security")(w) }, false},
		{"public, nothing internal is left", func(w *incident.World) { forFew(w); public(w); page("public: It was down.")(w) }, false},
		{"made for all", func(w *incident.World) { forFew(w); public(w); w.Record.Ledger.Page.Private = false }, false},
		{"deleted", func(w *incident.World) { forFew(w); public(w); w.Page, w.PageGone = "", true }, false},
		{"unread, was so", func(w *incident.World) {
			forFew(w)
			public(w)
			w.Page, w.PageUnread, w.Record.InternalLeft = "", true, true
		}, true},
		{"unread, was not so", func(w *incident.World) { forFew(w); public(w); w.Page, w.PageUnread = "", true }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(tt.change)
			same(t, "says so", tt.says, len(about(w, words)) == 1)
			plan := incident.Decide(publishing(), plain{}, w, now)
			if tt.name != "public, and a security incident" {
				same(t, "is kept in mind", tt.says, plan.Record.InternalLeft)
			}
		})
	}
}
