package pages_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"hindsight/internal/playground/web/webtest"
)

func TestTheFirstPageOfAWiki(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.become("bob")
	if strings.Contains(s.Get(safe+"/wiki").Text, "_first") {
		t.Error("bob is offered what he may not do")
	}
	webtest.Equal(t, "bob's first page", s.Do(http.MethodPost, safe+"/wiki/_first", nil, nil).StatusCode, http.StatusForbidden)
	s.become("alice")
	if !strings.Contains(s.Get(safe+"/wiki").Text, "Create the first page") {
		t.Error("alice is not offered to create the first page")
	}
	webtest.Equal(t, "leads to", s.Post(safe+"/wiki/_first"), safe+"/wiki")
	webtest.Equal(t, "the page", webtest.Texts(s.See(safe+"/wiki").Class("wiki")), []string{"Welcome to the wiki of payments."})
	files, err := s.WikiPages(t.Context(), "acme/payments")
	must(t, err)
	webtest.Equal(t, "in git", files, map[string]string{"Home.md": "Welcome to the wiki of payments.\n"})
}

func TestWikiPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/wiki/_new", "title", "What we learnt", "body", "## Follow-ups\r\n\r\none\r\ntwo")
	webtest.Equal(t, "address", at, shop+"/wiki/What-we-learnt")
	seen := s.See(at)
	webtest.Equal(t, "headings", webtest.Texts(seen.Class("head")), []string{"What we learnt Edit New page"})
	webtest.Equal(t, "text", webtest.Inner(t, seen.Class("wiki")[0]), "<h2 id=\"follow-ups\">Follow-ups</h2>\n<p>one\ntwo</p>")
	webtest.Equal(t, "list", webtest.Texts(seen.Class("pages")), []string{"HomeWhat we learnt"})

	webtest.Equal(t, "after the edit", s.Post(at+"/_edit", "body", "better"), at)
	webtest.Equal(t, "new text", webtest.Texts(s.See(at).Class("wiki")), []string{"better"})
	webtest.Equal(t, "changes of the page", len(s.See(at+"/_history").Class("row")), 2)
	webtest.Equal(t, "changes of another", len(s.See(shop+"/wiki/Home/_history").Class("row")), 1)
	webtest.Equal(t, "changes of all", len(s.See(shop+"/wiki/_history").Class("row")), 3)
}

func TestWikiPagesThatCannotBe(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, title := range []string{"", "  ", "../etc", "a/b", `a\b`, "_Sidebar", "-rf", ":(top)", "a\x00b", "what?", strings.Repeat("x", 300)} {
		a := s.Do(http.MethodPost, shop+"/wiki/_new", webtest.Values("title", title, "body", "x"), nil)
		if a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("a webtest.Page called %q answered %d", title, a.StatusCode)
		}
	}
}

// hrefs are where the links in an element lead, and what they are called.
func hrefs(p webtest.Page, class string) []string {
	var all []string
	for _, n := range p.Class(class) {
		for c := range n.Descendants() {
			if c.Type == html.ElementNode && c.Data == "a" {
				all = append(all, webtest.Text(c)+" → "+webtest.Attr(c, "href"))
			}
		}
	}
	return all
}

func TestLinksBetweenWikiPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Post(shop+"/wiki/Home/_edit", "body", strings.Join([]string{
		"[[Post-mortems]]", "[[the runbook|Run book]]", "[a webtest.Page](2026-11-20-x-1)", "[all](_pages#top)",
		"[elsewhere](https://example.com/a)", "[below](#part)", "[issues](/acme/shop/issues)", "[mail](mailto:a@example.com)",
		"[[]]", "[[open", "`[[code]]`", "[[a/../b|../../issues]]", "[[x|]]",
	}, "\n\n"))
	want := []string{
		"Post-mortems → " + shop + "/wiki/Post-mortems", "the runbook → " + shop + "/wiki/Run-book",
		"a webtest.Page → " + shop + "/wiki/2026-11-20-x-1", "all → " + shop + "/wiki/_pages#top",
		"elsewhere → https://example.com/a", "below → #part", "issues → " + shop + "/issues", "mail → mailto:a@example.com",
		"a/../b → " + shop + "/wiki/..%2F..%2Fissues",
	}
	for _, at := range []string{shop + "/wiki", shop + "/wiki/Home"} {
		webtest.Equal(t, at, hrefs(s.See(at), "wiki"), want)
	}
	comment := s.Post(shop+"/issues", "title", "x", "body", "[[Home]] [a](b)")
	webtest.Equal(t, "no wiki", hrefs(s.See(comment), "text"), []string{"a → b"})
}

func TestSidebarAndIndex(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, title := range []string{"2026-11-20-a-1", "Post-mortems", "Zoo"} {
		s.Post(shop+"/wiki/_new", "title", title, "body", "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n<!-- hidden -->")
	}
	webtest.Equal(t, "list", webtest.Texts(s.See(shop+"/wiki/_pages").Class("title")), []string{"Home", "Post mortems", "2026 11 20 a 1", "Zoo"})
	seen := s.See(shop + "/wiki/Post-mortems")
	webtest.Equal(t, "table", webtest.Texts(seen.Class("wiki")), []string{"a b 1 2"})
	webtest.Equal(t, "no sidebar", webtest.Texts(seen.Class("side"))[0][:5], "Pages")

	editor := s.See(shop + "/wiki/_Sidebar/_edit")
	webtest.Equal(t, "editor", webtest.Texts(editor.All(func(n *html.Node) bool { return n.Data == "h1" })), []string{"Edit the sidebar"})
	to := s.Post(shop+"/wiki/_Sidebar/_edit", "body", "<!-- hindsight:begin block=post-mortems -->\n[[Post-mortems]]\n<!-- hindsight:end block=post-mortems -->")
	webtest.Equal(t, "leads to", to, shop+"/wiki")
	webtest.Equal(t, "beside every page", hrefs(s.See(shop+"/wiki/Zoo"), "side")[0], "Post-mortems → "+shop+"/wiki/Post-mortems")
	webtest.Equal(t, "not in the list", len(s.See(shop+"/wiki/_pages").Class("title")), 4)
	s.become("mallory")
	webtest.Equal(t, "who may not", s.Do(http.MethodPost, shop+"/wiki/_Sidebar/_edit", webtest.Values("body", "x"), nil).StatusCode, http.StatusForbidden)
	webtest.Equal(t, "no list of no pages", s.Get(safe+"/wiki/_pages").StatusCode, http.StatusNotFound)
}
