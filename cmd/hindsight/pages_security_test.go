package main

import (
	"testing"

	"hindsight/internal/reconcile"
)

// A security incident gets a page where not everybody can read it, and none
// where they can.
func TestSecurityIncidentsPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	must(t, h.github.As(alice).SaveWikiPage(t.Context(), website, "Home", "Welcome."))
	open := h.begin(website, "Passwords are on the front page", "sev1", "security")
	inside := h.begin(shop, "Tokens are in the log", "sev1", "security")
	if pages := h.pages(website); len(pages) != 0 {
		t.Errorf("the public wiki has the pages %q", pages)
	}
	wantSilent(t, "the public wiki's index", h.wikiPage(website, reconcile.IndexFile), "Passwords", "sev1")
	h.page(shop)
	h.idle(website, open)
	h.idle(shop, inside)
}

// A page that everybody can read is told nothing new once it turns out to be
// about security.
func TestSecurityComesLate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	must(t, h.github.As(alice).SaveWikiPage(t.Context(), website, "Home", "Welcome."))
	number := h.begin(website, "The front page is odd", "sev2")
	_, before := h.page(website)
	index := h.wikiPage(website, reconcile.IndexFile)
	must(t, h.github.As(alice).Label(website, number, "security"))
	h.hearAndWork()
	title := "Somebody else edits the front page"
	must(t, h.github.As(alice).EditIssue(website, number, &title, nil))
	h.say(bob, website, number, "/incident note They have alice's password\n/incident severity sev1")
	_, after := h.page(website)
	if after != before {
		t.Errorf("the page was told something new:\n%s", after)
	}
	if now := h.wikiPage(website, reconcile.IndexFile); now != index {
		t.Errorf("the index was told something new:\n%s", now)
	}
	h.idle(website, number)
}
