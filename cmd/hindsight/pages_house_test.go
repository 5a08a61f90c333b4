package main

import (
	"slices"
	"strings"
	"testing"

	"hindsight/internal/playground"
)

// wikiPage is what a page says; "" where there is none.
func (h *house) wikiPage(repo, path string) string {
	h.tb.Helper()
	files, err := h.github.WikiPages(h.tb.Context(), repo)
	must(h.tb, err)
	return files[path]
}

// page is the only post-mortem in a wiki.
func (h *house) page(repo string) (path, text string) {
	h.tb.Helper()
	paths := h.pages(repo)
	if len(paths) != 1 {
		h.tb.Fatalf("the wiki of %s has the pages %q, want one", repo, paths)
	}
	return paths[0], h.wikiPage(repo, paths[0])
}

// save writes a page as alice, in the browser.
func (h *house) save(repo, path, text string) {
	h.tb.Helper()
	must(h.tb, h.github.As(alice).SaveWikiPage(h.tb.Context(), repo, strings.TrimSuffix(path, ".md"), text))
}

// rewrite edits the only post-mortem in a wiki as alice: in pairs, what stands
// there and what is to stand there instead.
func (h *house) rewrite(repo string, pairs ...string) {
	h.tb.Helper()
	path, text := h.page(repo)
	for pair := range slices.Chunk(pairs, 2) {
		if !strings.Contains(text, pair[0]) {
			h.tb.Fatalf("the page does not say %q:\n%s", pair[0], text)
		}
		text = strings.Replace(text, pair[0], pair[1], 1)
	}
	h.save(repo, path, text)
}

// say has somebody comment on an issue, and the app work on it.
func (h *house) say(who, repo string, number int, body string) {
	h.tb.Helper()
	_, err := h.github.As(who).Comment(repo, number, body)
	must(h.tb, err)
	h.hearAndWork()
	h.heal()
}

// begin opens an incident that gets a page.
func (h *house) begin(repo, title string, labels ...string) int {
	h.tb.Helper()
	number, err := h.github.As(alice).OpenIssue(repo, title, "", append(labels, "incident")...)
	must(h.tb, err)
	h.heal()
	return number
}

// addWiki adds a repository of the shop's owner whose wiki has a first page.
func (h *house) addWiki(name string, private bool, configuration string) (repo string) {
	h.tb.Helper()
	must(h.tb, h.github.AddRepository("acme", name, playground.RepoOptions{Private: private, FirstWikiPage: true}))
	repo = "acme/" + name
	must(h.tb, h.github.SetRole(repo, alice, playground.Write))
	must(h.tb, h.github.PutFile(repo, configFile, configuration))
	return repo
}

// trackerOn is the tracker of an incident anywhere.
func (h *house) trackerOn(repo string, number int) string {
	h.tb.Helper()
	comments := h.ours(repo, number)
	if len(comments) == 0 {
		h.tb.Fatalf("%s#%d has no tracker", repo, number)
	}
	return comments[0]
}

// wantSays wants these texts in another one.
func wantSays(tb testing.TB, what, text string, want ...string) {
	tb.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			tb.Errorf("%s does not say %q:\n%s", what, w, text)
		}
	}
}

// wantSilent wants none of these texts in another one.
func wantSilent(tb testing.TB, what, text string, unwanted ...string) {
	tb.Helper()
	for _, u := range unwanted {
		if strings.Contains(text, u) {
			tb.Errorf("%s says %q:\n%s", what, u, text)
		}
	}
}
