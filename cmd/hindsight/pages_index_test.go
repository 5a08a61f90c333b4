package main

import (
	"strings"
	"testing"

	"hindsight/internal/reconcile"
)

// All post-mortems of a wiki are listed, the newest first, and each row is kept
// up to date; the sidebar leads there where the team wants that.
func TestIndexAndSidebar(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.save(shop, reconcile.SidebarFile, "* [Home](Home)\n\n<!-- hindsight:begin block=post-mortems -->\n<!-- hindsight:end block=post-mortems -->\n\nOurs.")
	first := h.openIncident()
	h.heal()
	second := h.begin(shop, "Search | is slow", "sev3")
	index := h.wikiPage(shop, reconcile.IndexFile)
	older, newer := strings.Index(index, "Checkout answers 500"), strings.Index(index, "Search")
	if older < 0 || newer < 0 || newer > older {
		t.Errorf("the index does not list both, the newest first:\n%s", index)
	}
	wantSays(t, "the index", index, "sev2", "sev3", "0/3", "draft")
	sidebar := h.wikiPage(shop, reconcile.SidebarFile)
	wantSays(t, "the sidebar", sidebar, "Post-mortems")
	if !strings.HasPrefix(sidebar, "* [Home](Home)\n") || !strings.HasSuffix(sidebar, "\n\nOurs.") {
		t.Errorf("the team's own sidebar has changed:\n%s", sidebar)
	}
	must(t, h.github.As(bob).Close(shop, h.followUps(shop)[0].Number, "completed"))
	h.say(bob, shop, first, "/postmortem status reviewed\n/postmortem owner @bob")
	wantSays(t, "the index", h.wikiPage(shop, reconcile.IndexFile), "1/3", "reviewed", "bob")
	h.idle(shop, first)
	h.idle(shop, second)
}

// A row that people removed stays away, and so does an index.
func TestIndexIsThePeoples(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	h.heal()
	must(t, h.github.As(alice).DeleteWikiPage(t.Context(), shop, "Post-mortems"))
	h.hearAndWork()
	h.say(bob, shop, number, "/postmortem owner @bob")
	other := h.begin(shop, "Search is slow", "sev3")
	if index := h.wikiPage(shop, reconcile.IndexFile); index != "" {
		t.Errorf("the index is back:\n%s", index)
	}
	h.idle(shop, number)
	h.idle(shop, other)
}

// Without the team's marks there is no sidebar of ours.
func TestNoSidebarUnasked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.save(shop, reconcile.SidebarFile, "* [Home](Home)\n")
	number := h.openIncident()
	h.heal()
	if sidebar := h.wikiPage(shop, reconcile.SidebarFile); sidebar != "* [Home](Home)\n" {
		t.Errorf("the team's sidebar has changed:\n%s", sidebar)
	}
	h.idle(shop, number)
}
