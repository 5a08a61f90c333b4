package main

import (
	"testing"

	"hindsight/internal/playground"
)

// A wiki in which nothing can be written is recognised, said with the next
// step, and heals by itself.
func TestWikiInTrouble(t *testing.T) {
	t.Parallel()
	granted := func(contents string) map[string]string {
		return map[string]string{
			"metadata": "read", "issues": "write", "pull_requests": "write", "contents": contents, "deployments": "read",
		}
	}
	tests := map[string]struct {
		begin func(*house)
		says  []string
		mend  func(*house)
	}{
		"no first page": {
			func(*house) {},
			[]string{"⚠️", "first page", "/acme/website/wiki"},
			func(h *house) { h.save(website, "Home.md", "Welcome.") },
		},
		"switched off": {
			func(h *house) { must(h.tb, h.github.Change(website, playground.RepoOptions{NoWiki: true})) },
			[]string{"wiki", "switched off"},
			func(h *house) {
				must(h.tb, h.github.Change(website, playground.RepoOptions{}))
				h.save(website, "Home.md", "Welcome.")
			},
		},
		"no permission": {
			func(h *house) {
				h.save(website, "Home.md", "Welcome.")
				h.github.SetPermissions("acme", granted("read"))
			},
			[]string{"⚠️", "permission"},
			func(h *house) { h.github.SetPermissions("acme", granted("write")) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			test.begin(h)
			number := h.begin(website, "The front page is blank", "sev2")
			wantSays(t, "the tracker", h.trackerOn(website, number), test.says...)
			if pages := h.pages(website); len(pages) != 0 {
				t.Errorf("the wiki has the pages %q", pages)
			}
			test.mend(h)
			h.nextDay()
			h.heal()
			h.page(website)
			wantSilent(t, "the tracker", h.trackerOn(website, number), "⚠️")
			h.idle(website, number)
		})
	}
}
