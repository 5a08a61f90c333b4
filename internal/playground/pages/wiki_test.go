package pages_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestTheFirstPageOfAWiki(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.become("bob")
	if strings.Contains(s.get(safe+"/wiki").body, "_first") {
		t.Error("bob is offered what he may not do")
	}
	equal(t, "bob's first page", s.do(http.MethodPost, safe+"/wiki/_first", nil, nil).StatusCode, http.StatusForbidden)
	s.become("alice")
	if !strings.Contains(s.get(safe+"/wiki").body, "Create the first page") {
		t.Error("alice is not offered to create the first page")
	}
	equal(t, "leads to", s.post(safe+"/wiki/_first"), safe+"/wiki")
	equal(t, "the page", texts(s.see(safe+"/wiki").class("wiki")), []string{"Welcome to the wiki of payments."})
	files, err := s.WikiPages(t.Context(), "acme/payments")
	must(t, err)
	equal(t, "in git", files, map[string]string{"Home.md": "Welcome to the wiki of payments.\n"})
}

func TestWikiPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/wiki/_new", "title", "What we learnt", "body", "## Follow-ups\r\n\r\none\r\ntwo")
	equal(t, "address", at, shop+"/wiki/What-we-learnt")
	seen := s.see(at)
	equal(t, "headings", texts(seen.class("head")), []string{"What we learnt Edit New page"})
	equal(t, "text", inner(t, seen.class("wiki")[0]), "<h2 id=\"follow-ups\">Follow-ups</h2>\n<p>one\ntwo</p>")
	equal(t, "list", texts(seen.class("pages")), []string{"HomeWhat we learnt"})

	equal(t, "after the edit", s.post(at+"/_edit", "body", "better"), at)
	equal(t, "new text", texts(s.see(at).class("wiki")), []string{"better"})
	equal(t, "changes of the page", len(s.see(at+"/_history").class("row")), 2)
	equal(t, "changes of another", len(s.see(shop+"/wiki/Home/_history").class("row")), 1)
	equal(t, "changes of all", len(s.see(shop+"/wiki/_history").class("row")), 3)
}

func TestWikiPagesThatCannotBe(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, title := range []string{"", "  ", "../etc", "a/b", `a\b`, "_Sidebar", "-rf", ":(top)", "a\x00b", "what?", strings.Repeat("x", 300)} {
		a := s.do(http.MethodPost, shop+"/wiki/_new", values([]string{"title", title, "body", "x"}), nil)
		if a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("a page called %q answered %d", title, a.StatusCode)
		}
	}
}

// hrefs are where the links in an element lead, and what they are called.
func hrefs(p page, class string) []string {
	var all []string
	for _, n := range p.class(class) {
		for c := range n.Descendants() {
			if c.Type == html.ElementNode && c.Data == "a" {
				all = append(all, text(c)+" → "+attr(c, "href"))
			}
		}
	}
	return all
}

func TestLinksBetweenWikiPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.post(shop+"/wiki/Home/_edit", "body", strings.Join([]string{
		"[[Post-mortems]]", "[[the runbook|Run book]]", "[a page](2026-11-20-x-1)", "[all](_pages#top)",
		"[elsewhere](https://example.com/a)", "[below](#part)", "[issues](/acme/shop/issues)", "[mail](mailto:a@example.com)",
		"[[]]", "[[open", "`[[code]]`", "[[a/../b|../../issues]]", "[[x|]]",
	}, "\n\n"))
	want := []string{
		"Post-mortems → " + shop + "/wiki/Post-mortems", "the runbook → " + shop + "/wiki/Run-book",
		"a page → " + shop + "/wiki/2026-11-20-x-1", "all → " + shop + "/wiki/_pages#top",
		"elsewhere → https://example.com/a", "below → #part", "issues → " + shop + "/issues", "mail → mailto:a@example.com",
		"a/../b → " + shop + "/wiki/..%2F..%2Fissues",
	}
	for _, at := range []string{shop + "/wiki", shop + "/wiki/Home"} {
		equal(t, at, hrefs(s.see(at), "wiki"), want)
	}
	comment := s.post(shop+"/issues", "title", "x", "body", "[[Home]] [a](b)")
	equal(t, "no wiki", hrefs(s.see(comment), "text"), []string{"a → b"})
}

func TestSidebarAndIndex(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, title := range []string{"2026-11-20-a-1", "Post-mortems", "Zoo"} {
		s.post(shop+"/wiki/_new", "title", title, "body", "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n<!-- hidden -->")
	}
	equal(t, "list", texts(s.see(shop+"/wiki/_pages").class("title")), []string{"Home", "Post mortems", "2026 11 20 a 1", "Zoo"})
	seen := s.see(shop + "/wiki/Post-mortems")
	equal(t, "table", texts(seen.class("wiki")), []string{"a b 1 2"})
	equal(t, "no sidebar", texts(seen.class("side"))[0][:5], "Pages")

	editor := s.see(shop + "/wiki/_Sidebar/_edit")
	equal(t, "editor", texts(editor.all(func(n *html.Node) bool { return n.Data == "h1" })), []string{"Edit the sidebar"})
	to := s.post(shop+"/wiki/_Sidebar/_edit", "body", "<!-- hindsight:begin block=post-mortems -->\n[[Post-mortems]]\n<!-- hindsight:end block=post-mortems -->")
	equal(t, "leads to", to, shop+"/wiki")
	equal(t, "beside every page", hrefs(s.see(shop+"/wiki/Zoo"), "side")[0], "Post-mortems → "+shop+"/wiki/Post-mortems")
	equal(t, "not in the list", len(s.see(shop+"/wiki/_pages").class("title")), 4)
	s.become("mallory")
	equal(t, "who may not", s.do(http.MethodPost, shop+"/wiki/_Sidebar/_edit", values([]string{"body", "x"}), nil).StatusCode, http.StatusForbidden)
	equal(t, "no list of no pages", s.get(safe+"/wiki/_pages").StatusCode, http.StatusNotFound)
}
