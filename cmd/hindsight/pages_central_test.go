package main

import (
	"strings"
	"testing"

	"hindsight/internal/playground"
	"hindsight/internal/reconcile"
)

const inCentral = "postmortem:\n  wiki: acme/postmortems\n"

// One wiki for many repositories: the page goes there, and is called after its
// repository, too.
func TestCentralWiki(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.configure(inCentral)
	central := h.addWiki("postmortems", true, "wiki:\n  accepts: [acme/shop]\n")
	must(t, h.github.SetRole(central, bob, playground.Read))
	must(t, h.github.SetRole(central, mallory, playground.Read))
	number := h.begin(shop, "Checkout answers 500", "sev2")
	path, _ := h.page(central)
	if !strings.HasSuffix(path, "-shop--checkout-answers-500-1.md") {
		t.Errorf("the page is called %s", path)
	}
	if pages := h.pages(shop); len(pages) != 0 {
		t.Errorf("the shop's own wiki has the pages %q", pages)
	}
	h.wantTracker(number, "/acme/postmortems/wiki/"+strings.TrimSuffix(path, ".md"))
	wantSays(t, "the index", h.wikiPage(central, reconcile.IndexFile), "Checkout answers 500")

	h.rewrite(central, "### Proposed\n", "### Proposed\n- [ ] Alert on the age of certificates\n")
	h.hearAndWork()
	h.heal()
	h.wantFollowUps(shop)
	h.wantTracker(number, "Alert on the age", "/followup accept")
	h.say(bob, shop, number, "/followup accept")
	h.wantFollowUps(shop, "Alert on the age of certificates")
	_, text := h.page(central)
	wantSays(t, "the page", text, "certificates → [", "/acme/shop/issues/2)")
	h.idle(shop, number)
}

// What is proposed where fewer people can read it than the incident is not
// taken: it would be shown to the others.
func TestNarrowWiki(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.configure(inCentral)
	central := h.addWiki("postmortems", true, "wiki:\n  accepts: [acme/shop]\n")
	number := h.begin(shop, "Checkout answers 500", "sev2")
	h.rewrite(central, "### Proposed\n", "### Proposed\n- [ ] Tell Vandelay\n")
	h.hearAndWork()
	h.say(bob, shop, number, "/followup accept")
	h.wantFollowUps(shop)
	h.wantTracker(number, "1 line is proposed on the page")
	wantSilent(t, "the app", strings.Join(h.ours(shop, number), "\n"), "Vandelay")
	h.idle(shop, number)
}

// A wiki that can't be used gets no page, and the tracker says why, until it
// can.
func TestCentralWikiIsBarred(t *testing.T) {
	t.Parallel()
	const accepts = "wiki:\n  accepts: [acme/*]\n"
	tests := map[string]struct {
		prepare func(*house)
		says    string
		mend    func(*house)
	}{
		"it is not there": {
			func(*house) {}, "acme/postmortems",
			func(h *house) { h.addWiki("postmortems", true, accepts) },
		},
		"it does not accept": {
			func(h *house) { h.addWiki("postmortems", true, "wiki:\n  accepts: [acme/website]\n") }, "wiki.accepts",
			func(h *house) { must(h.tb, h.github.PutFile("acme/postmortems", configFile, accepts)) },
		},
		"everybody can read it": {
			func(h *house) { h.addWiki("postmortems", false, accepts) }, "acme/postmortems",
			func(h *house) {
				must(h.tb, h.github.Change("acme/postmortems", playground.RepoOptions{Private: true}))
			},
		},
		"somebody can read it who can't read the incident": {
			func(h *house) {
				h.addWiki("postmortems", true, accepts)
				must(h.tb, h.github.SetRole("acme/postmortems", "carol", playground.Read))
			}, "acme/postmortems",
			func(h *house) { must(h.tb, h.github.SetRole(shop, "carol", playground.Read)) },
		},
		"its wiki is switched off": {
			func(h *house) {
				h.addWiki("postmortems", true, accepts)
				must(h.tb, h.github.Change("acme/postmortems", playground.RepoOptions{Private: true, NoWiki: true}))
			}, "wiki",
			func(h *house) {
				must(h.tb, h.github.Change("acme/postmortems", playground.RepoOptions{Private: true}))
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.configure(inCentral)
			test.prepare(h)
			number := h.begin(shop, "Checkout answers 500", "sev2")
			h.wantTracker(number, "⚠️", test.says)
			for _, wiki := range []string{shop, "acme/postmortems"} {
				if _, err := h.github.Repository(wiki); err == nil && len(h.pages(wiki)) != 0 {
					t.Errorf("the wiki of %s has the pages %q", wiki, h.pages(wiki))
				}
			}
			test.mend(h)
			h.nextDay()
			h.heal()
			h.page("acme/postmortems")
			h.wantNotInTracker(number, "⚠️")
			h.idle(shop, number)
		})
	}
}
