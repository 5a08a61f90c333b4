package pages_test

import (
	"net/http"
	"strings"
	"testing"
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
