package main

import (
	"strings"

	"hindsight/internal/playground"
	"hindsight/internal/reconcile"
)

// publishStory is an incident whose page is in the wiki of another repository,
// and published twice in that of a third.
func publishStory() story {
	const central, status = "acme/postmortems", "acme/status"
	const filled, anew = "Sorry: nobody could pay.", "Sorry: one in three could not pay."
	var number int
	return story{
		afterOnly: true,
		chapters: []func(*house){
			func(h *house) {
				h.configure("postmortem:\n  wiki: acme/postmortems\n  publish_to: acme/status\n")
				h.addWiki("postmortems", true, "wiki:\n  accepts: [acme/*]\n")
				h.addWiki("status", false, "wiki:\n  accepts: [acme/shop]\n")
				for _, who := range []string{bob, mallory} {
					must(h.tb, h.github.SetRole(central, who, playground.Read))
				}
				var err error
				number, err = h.github.As(alice).OpenIssue(shop, "Checkout answers 500", "", "incident", "sev2")
				must(h.tb, err)
			},
			func(h *house) {
				h.rewrite(central, "### We are sorry\n", "### We are sorry\n\n"+filled+"\n")
				_, err := h.github.As(alice).Comment(shop, number, "/incident note Rolled back v212\n/postmortem publish")
				must(h.tb, err)
			},
			(*house).wait, // for an order that had to wait
			func(h *house) {
				h.rewrite(central, filled, anew, "### Proposed\n", "### Proposed\n- [ ] Tell the partners\n")
				_, err := h.github.As(alice).Comment(shop, number, "/postmortem publish\n/incident resolved")
				must(h.tb, err)
			},
			func(h *house) {
				_, err := h.github.As(bob).Comment(shop, number, "/followup accept")
				must(h.tb, err)
			},
		},
		want: func(h *house) {
			path, text := h.page(central)
			h.wantEachOnce("the page", text, "Rolled back v212", "🔴", "🟢", "Tell the partners → [#")
			h.wantEachOnce("the index", h.wikiPage(central, reconcile.IndexFile), strings.TrimSuffix(path, ".md"))
			h.wantEachOnce("the copy", h.copied(status), anew)
			h.wantFollowUps(shop, "Tell the partners")
			if comments := h.ours(shop, number); len(comments) != 1 {
				h.tb.Errorf("the app wrote %d comments, want the tracker alone: %q", len(comments), comments)
			}
			h.idle(shop, number)
		},
	}
}

// wantEachOnce wants each of these once in a text.
func (h *house) wantEachOnce(what, text string, want ...string) {
	h.tb.Helper()
	for _, w := range want {
		if n := strings.Count(text, w); n != 1 {
			h.tb.Errorf("%s says %q %d times, want once:\n%s", what, w, n, text)
		}
	}
}
