package pages_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"hindsight/internal/playground"
)

// boxes are the checkboxes of a page as "button" or "input", and whether they
// are ticked.
func boxes(p page) []string {
	var all []string
	for _, n := range p.all(func(n *html.Node) bool { return n.Data == "button" || n.Data == "input" }) {
		_, ticked := find(n, "checked")
		switch {
		case attr(n, "role") == "checkbox":
			all = append(all, "button "+attr(n, "aria-checked"))
		case attr(n, "type") == "checkbox" && ticked:
			all = append(all, "input true")
		case attr(n, "type") == "checkbox":
			all = append(all, "input false")
		}
	}
	return all
}

func find(n *html.Node, key string) (string, bool) {
	at := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
	if at < 0 {
		return "", false
	}
	return n.Attr[at].Val, true
}

// press presses a button of the page, with all that its form holds.
func (s *stage) press(p page, button *html.Node) answer {
	s.t.Helper()
	var form *html.Node
	for _, f := range p.all(func(n *html.Node) bool { return n.Data == "form" }) {
		if attr(f, "id") == attr(button, "form") && attr(button, "form") != "" {
			form = f
		}
	}
	if form == nil {
		s.t.Fatalf("no form has the id %q", attr(button, "form"))
	}
	fields := []string{attr(button, "name"), attr(button, "value")}
	for n := range form.Descendants() {
		if n.Data == "input" {
			fields = append(fields, attr(n, "name"), attr(n, "value"))
		}
	}
	return s.do(http.MethodPost, attr(form, "action"), values(fields), nil)
}

func tickboxes(p page) []*html.Node { return p.class("tickbox") }

func TestBoxesCanBeTickedWhereTheyStand(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/issues", "title", "Checkout is down",
		"body", "```\n- [ ] code\n```\n<input type=checkbox>\n\n- [ ] one\n- [x] two\n\n> 1. [ ] three")
	s.post(at+"/comment", "do", "comment", "body", "<!-- - [ ] hidden -->\n- [ ] four\n  - [ ] five")
	seen := s.see(at)
	equal(t, "before", boxes(seen), []string{"input false", "button false", "button true", "button false", "button false", "button false"})
	for _, n := range []int{1, 2, 4} {
		now := s.see(at)
		if a := s.press(now, tickboxes(now)[n]); a.StatusCode != http.StatusSeeOther || !strings.Contains(a.Header.Get("Location"), at+"#issue") {
			t.Errorf("box %d: %d to %s", n, a.StatusCode, a.Header.Get("Location"))
		}
	}
	equal(t, "after", boxes(s.see(at)), []string{"input false", "button false", "button false", "button true", "button false", "button true"})
	i, err := s.Issue("acme/shop", 1)
	must(t, err)
	if !strings.Contains(i.Body, "- [ ] one\n- [ ] two\n\n> 1. [x] three") {
		t.Errorf("the body is %q", i.Body)
	}
	stale := s.press(seen, tickboxes(seen)[0])
	equal(t, "ticking what has changed meanwhile", stale.StatusCode, http.StatusUnprocessableEntity)
	s.become("bob")
	equal(t, "who may not edit", boxes(s.see(at)), []string{"input false", "input false", "input false", "input true", "input false", "input true"})
	form := s.do(http.MethodPost, at+"/tick", values([]string{"tick", "0", "seen", "x"}), nil)
	equal(t, "bob ticks by hand", form.StatusCode, http.StatusUnprocessableEntity)
}

func TestEditsAreShown(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/issues", "title", "Checkout is down", "body", "one\r\ntwo\r\nthree\r\nfour")
	s.post(at+"/edit", "title", "Checkout is down", "body", "one\nthree\n<b>2</b>\nfour")
	must(t, s.SetRole("acme/shop", "bob", playground.Write))
	s.become("bob")
	s.post(at+"/edit", "title", "Checkout is down", "body", "one\nthree\nfour\nfive")
	link := s.see(at).all(func(n *html.Node) bool { return n.Data == "a" && strings.HasSuffix(attr(n, "href"), "/history") })
	equal(t, "who edited last", texts(link), []string{"· edited by bob"})
	history := s.see(attr(link[0], "href")).class("revision")
	equal(t, "edits", texts(history), []string{
		"Bbob edited this 20 Nov 2026, 14:05:00 UTC − <b>2</b>+ five",
		"Aalice edited this 20 Nov 2026, 14:05:00 UTC − two+ <b>2</b>",
		"Aalice wrote this 20 Nov 2026, 14:05:00 UTC one two three four",
	})
	equal(t, "of what nobody edited", len(s.see(s.post(at+"/comment", "do", "comment", "body", "x")).class("revision")), 0)
}

func TestMovingByHand(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "ops", playground.RepoOptions{}))
	must(t, s.SetRole("acme/ops", "alice", playground.Write))
	at := s.post(shop+"/issues", "title", "Checkout is down", "body", "see #2")
	child := s.post(shop+"/issues", "title", "Add a retry")
	s.post(at+"/sub", "on", "#2")
	equal(t, "sub-issues", texts(s.see(at).class("subs")), []string{"Sub-issues 0 of 1 Add a retry #2×"})
	s.post(at+"/move", "do", "lock")
	s.post(at+"/move", "do", "unlock")
	anew := s.post(child+"/move", "do", "transfer", "to", "acme/ops")
	equal(t, "the new address", anew, "/acme/ops/issues/1")
	equal(t, "the old one leads there", s.get(child).Header.Get("Location"), anew)
	link := s.see(at).class("text")[0]
	if !strings.Contains(inner(t, link), `href="/acme/ops/issues/1"`) {
		t.Errorf("the reference leads elsewhere: %s", inner(t, link))
	}
	equal(t, "posting to the old one", s.do(http.MethodPost, child+"/comment", values([]string{"do", "comment", "body", "x"}), nil).StatusCode, http.StatusNotFound)
	s.post(at+"/sub", "off", "acme/ops#1")
	equal(t, "detached", len(s.see(at).class("subs")), 0)
	s.post(at+"/comment", "do", "duplicate", "body", "")
	equal(t, "state", texts(s.see(at).class("state")), []string{"Closed as duplicate"})
	s.post(anew+"/move", "do", "discussion")
	seen := s.see(anew)
	equal(t, "state of a discussion", texts(seen.class("state")), []string{"Converted to a discussion"})
	if seen.button("do", "reopen") {
		t.Error("a discussion can be reopened")
	}
	for _, form := range [][]string{{"do", "explode"}, {"do", "transfer", "to", "acme/nowhere"}, {"do", "merge"}} {
		if a := s.do(http.MethodPost, at+"/move", values(form), nil); a.StatusCode < http.StatusBadRequest {
			t.Errorf("%v: %d", form, a.StatusCode)
		}
	}
	equal(t, "attaching nonsense", s.do(http.MethodPost, at+"/sub", values([]string{"on", "milk"}), nil).StatusCode, http.StatusUnprocessableEntity)
}

func TestPullRequestByHand(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.post(shop+"/issues", "title", "Checkout is down")
	prepared := s.see(shop + "/compare?incident=1").all(func(n *html.Node) bool { return n.Data == "textarea" })
	if !strings.HasPrefix(text(prepared[0]), "Incident: #1") {
		t.Errorf("it is prepared with %q", text(prepared[0]))
	}
	at := s.post(shop+"/pulls", "title", "Roll back", "body", "Incident: #1, fixes #1")
	equal(t, "its address", at, shop+"/pull/2")
	notes := texts(s.see(shop + "/issues/1").class("note"))
	equal(t, "at the incident", notes, []string{"A alice mentioned this in Roll back #2 20 Nov 2026, 14:05:00 UTC"})
	s.post(shop+"/issues/2/move", "do", "merge")
	equal(t, "state", texts(s.see(at).class("state")), []string{"Merged"})
	equal(t, "what it fixes", texts(s.see(shop+"/issues/1").class("state")), []string{"Closed"})
	s.become("bob")
	if s.see(s.post(shop+"/pulls", "title", "Another")).button("do", "merge") {
		t.Error("bob is offered to merge")
	}
}

func TestMentionsAreFolded(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/issues", "title", "Checkout is down")
	hidden, err := s.As("alice").OpenIssue("acme/payments", "Hidden", "acme/shop#1")
	must(t, err)
	for range 7 {
		s.post(shop+"/issues", "title", "Add a retry", "body", "for #1")
	}
	s.become("mallory")
	const names = "Add a retry #2, Add a retry #3, Add a retry #4, Add a retry #5, Add a retry #6"
	equal(t, "without what mallory can't see", texts(s.see(at).class("note")), []string{
		"A alice mentioned this in " + names + " and 2 more 20 Nov 2026, 14:05:00 UTC",
	})
	s.become("alice")
	equal(t, "the first that alice sees", strings.HasPrefix(texts(s.see(at).class("note"))[0],
		fmt.Sprintf("A alice mentioned this in Hidden acme/payments#%d, Add a retry #2", hidden)), true)
}

func TestFilesByHand(t *testing.T) {
	t.Parallel()
	s := open(t)
	const path = "/.github/hindsight.yml"
	equal(t, "before", s.get(shop+"/blob/main"+path).StatusCode, http.StatusNotFound)
	at := s.post(shop+"/edit/main"+path, "do", "save", "body", "a: 1\r\nb: <script>\r\n")
	equal(t, "where it leads", at, shop+"/blob/main"+path)
	content, _ := s.File("acme/shop", path)
	equal(t, "content", content, "a: 1\nb: <script>\n")
	line := s.see(at).all(func(n *html.Node) bool { return attr(n, "id") == "L2" })
	equal(t, "the second line", texts(line), []string{"b: <script>"})
	equal(t, "in the list", texts(s.see(shop+"/tree/main").class("title")), []string{".github/hindsight.yml"})
	s.become("bob")
	equal(t, "bob saves", s.do(http.MethodPost, shop+"/edit/main"+path, values([]string{"body", "x"}), nil).StatusCode, http.StatusForbidden)
	s.become("alice")
	s.post(shop+"/edit/main"+path, "do", "delete")
	equal(t, "files", len(s.Files("acme/shop")), 0)
}

func TestLabelsByHand(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/issues", "title", "Checkout is down", "label", "incident")
	s.post(shop+"/labels", "label", "incident", "name", "outage")
	equal(t, "on the issue", texts(s.see(at).class("held")), []string{"outage×"})
	equal(t, "in the list", texts(s.see(shop+"/labels").class("row")), []string{"outage on 1 issue ⋯ Rename Delete it everywhere"})
	s.become("bob")
	equal(t, "bob deletes", s.do(http.MethodPost, shop+"/labels", values([]string{"delete", "outage"}), nil).StatusCode, http.StatusForbidden)
	s.become("alice")
	s.post(shop+"/labels", "delete", "outage")
	equal(t, "after", len(s.see(at).class("held")), 0)
}
