package wiki_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What one page costs doesn't grow with the length of the others.
func TestCost(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	pages := map[string]string{}
	for n := range 1000 {
		pages[fmt.Sprintf("Page-%04d.md", n)] = strings.Repeat(fmt.Sprintf("%x words of page %d\n", n*n, n), 500)
	}
	s.savePages(wikiRepo, pages)
	w, _ := newWiki(t, s, nil)
	mustCreate(t, w, pageOf(42))
	want := []string{
		"GET /info/refs service=git-upload-pack",
		"POST /git-upload-pack", // which branch
		"POST /git-upload-pack", // the commit and its trees
		"GET /info/refs service=git-receive-pack",
		"POST /git-receive-pack",
	}
	if diff := cmp.Diff(want, s.asked()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	t.Logf("%d bytes down, %d bytes up", s.sent.Load(), s.received.Load())
	if down := s.sent.Load(); down > 50_000 {
		t.Errorf("%d bytes down, want at most 50 kB", down)
	}
	if up := s.received.Load(); up > 5_000 {
		t.Errorf("%d bytes up, want at most 5 kB", up)
	}
}

// TestCostOfALargeWiki has a wiki of 20,000 pages, of which git needs to know
// all the names to add one: some 20 incompressible bytes each. With the clone
// kept, that happens once. Run it with -v for the figures.
func TestCostOfALargeWiki(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("20,000 pages take seconds to make: run without -short")
	}
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	pages := map[string]string{}
	for n := range 20_000 {
		pages[fmt.Sprintf("Page-%05d-of-a-large-wiki.md", n)] = fmt.Sprintf("%x words of page %d\n", n*n, n)
	}
	s.savePages(wikiRepo, pages)
	w, _ := newWiki(t, s, nil)
	read := func() { wantContent(t, w, s.content()) }
	page := func(n int) func() { return func() { mustCreate(t, w, pageOf(n)) } }
	line := func(line string) func() { return func() { mustEdit(t, w, add(line)) } }
	save := func(path string) {
		s.save(wikiRepo, path, s.tip(wikiRepo)+strings.Repeat(" is what a person saw.\n", 100))
	}
	steps := []struct {
		name     string
		person   string // saves this page beforehand
		do       func()
		down, up int64 // bytes at most
		requests int
	}{
		{"first page", "", page(42), 700_000, 5_000, 5},
		{"next page", "", page(43), 5_000, 5_000, 3},
		{"page after others' edits", "Page-00042-of-a-large-wiki.md", page(44), 10_000, 5_000, 5},
		{"edit", "", line("One."), 5_000, 5_000, 3},
		{"edit after others' edits", "Other.md", line("Two."), 10_000, 5_000, 5},
		{"edit after the page's", path, line("Three."), 10_000, 5_000, 7},
		{"edit without a change", "", line("Three."), 1_000, 1_000, 1},
		{"read", "", read, 1_000, 1_000, 1},
		{"read after others' edits", "Other-2.md", read, 5_000, 5_000, 3},
		{"read after the page's", path, read, 5_000, 5_000, 5},
		{"tip", "", func() { _, _ = w.Tip(t.Context(), 7, repo) }, 1_000, 1_000, 1},
	}
	for _, step := range steps {
		if step.person != "" {
			save(step.person)
			s.git(wikiRepo, "", "repack", "-adfq") // what the host has made of it needs not be what it sends
		}
		down, up := s.sent.Load(), s.received.Load()
		asked := s.since(step.do)
		down, up = s.sent.Load()-down, s.received.Load()-up
		t.Logf("%-26s %7d bytes down, %5d up, %d requests", step.name, down, up, len(asked))
		if down > step.down || up > step.up || len(asked) != step.requests {
			t.Errorf("%s takes more than %d bytes down and %d up, or not %d requests", step.name, step.down, step.up, step.requests)
		}
	}
}
