package pages_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"hindsight/internal/playground"
	"hindsight/internal/playground/web/webtest"
)

// boxes are the checkboxes of a webtest.Page as "button" or "input", and whether they
// are ticked.
func boxes(p webtest.Page) []string {
	var all []string
	for _, n := range p.All(func(n *html.Node) bool { return n.Data == "button" || n.Data == "input" }) {
		_, ticked := find(n, "checked")
		switch {
		case webtest.Attr(n, "role") == "checkbox":
			all = append(all, "button "+webtest.Attr(n, "aria-checked"))
		case webtest.Attr(n, "type") == "checkbox" && ticked:
			all = append(all, "input true")
		case webtest.Attr(n, "type") == "checkbox":
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
func (s *stage) press(p webtest.Page, button *html.Node) webtest.Answer {
	s.t.Helper()
	var form *html.Node
	for _, f := range p.All(func(n *html.Node) bool { return n.Data == "form" }) {
		if webtest.Attr(f, "id") == webtest.Attr(button, "form") && webtest.Attr(button, "form") != "" {
			form = f
		}
	}
	if form == nil {
		s.t.Fatalf("no form has the id %q", webtest.Attr(button, "form"))
	}
	fields := []string{webtest.Attr(button, "name"), webtest.Attr(button, "value")}
	for n := range form.Descendants() {
		if n.Data == "input" {
			fields = append(fields, webtest.Attr(n, "name"), webtest.Attr(n, "value"))
		}
	}
	return s.Do(http.MethodPost, webtest.Attr(form, "action"), webtest.Values(fields...), nil)
}

func tickboxes(p webtest.Page) []*html.Node { return p.Class("tickbox") }

func TestBoxesCanBeTickedWhereTheyStand(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/issues", "title", "Checkout is down",
		"body", "```\n- [ ] code\n```\n<input type=checkbox>\n\n- [ ] one\n- [x] two\n\n> 1. [ ] three")
	s.Post(at+"/comment", "do", "comment", "body", "<!-- - [ ] hidden -->\n- [ ] four\n  - [ ] five")
	seen := s.See(at)
	webtest.Equal(t, "before", boxes(seen), []string{"input false", "button false", "button true", "button false", "button false", "button false"})
	for _, n := range []int{1, 2, 4} {
		now := s.See(at)
		if a := s.press(now, tickboxes(now)[n]); a.StatusCode != http.StatusSeeOther || !strings.Contains(a.Header.Get("Location"), at+"#issue") {
			t.Errorf("box %d: %d to %s", n, a.StatusCode, a.Header.Get("Location"))
		}
	}
	webtest.Equal(t, "after", boxes(s.See(at)), []string{"input false", "button false", "button false", "button true", "button false", "button true"})
	i, err := s.Issue("acme/shop", 1)
	must(t, err)
	if !strings.Contains(i.Body, "- [ ] one\n- [ ] two\n\n> 1. [x] three") {
		t.Errorf("the body is %q", i.Body)
	}
	stale := s.press(seen, tickboxes(seen)[0])
	webtest.Equal(t, "ticking what has changed meanwhile", stale.StatusCode, http.StatusUnprocessableEntity)
	s.become("bob")
	webtest.Equal(t, "who may not edit", boxes(s.See(at)), []string{"input false", "input false", "input false", "input true", "input false", "input true"})
	form := s.Do(http.MethodPost, at+"/tick", webtest.Values("tick", "0", "seen", "x"), nil)
	webtest.Equal(t, "bob ticks by hand", form.StatusCode, http.StatusUnprocessableEntity)
}

func TestEditsAreShown(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/issues", "title", "Checkout is down", "body", "one\r\ntwo\r\nthree\r\nfour")
	s.Post(at+"/edit", "title", "Checkout is down", "body", "one\nthree\n<b>2</b>\nfour")
	must(t, s.SetRole("acme/shop", "bob", playground.Write))
	s.become("bob")
	s.Post(at+"/edit", "title", "Checkout is down", "body", "one\nthree\nfour\nfive")
	link := s.See(at).All(func(n *html.Node) bool {
		return n.Data == "a" && strings.HasSuffix(webtest.Attr(n, "href"), "/history")
	})
	webtest.Equal(t, "who edited last", webtest.Texts(link), []string{"· edited by bob"})
	history := s.See(webtest.Attr(link[0], "href")).Class("revision")
	webtest.Equal(t, "edits", webtest.Texts(history), []string{
		"Bbob edited this 20 Nov 2026, 14:05:00 UTC − <b>2</b>+ five",
		"Aalice edited this 20 Nov 2026, 14:05:00 UTC − two+ <b>2</b>",
		"Aalice wrote this 20 Nov 2026, 14:05:00 UTC one two three four",
	})
	webtest.Equal(t, "of what nobody edited", len(s.See(s.Post(at+"/comment", "do", "comment", "body", "x")).Class("revision")), 0)
}

func TestMovingByHand(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "ops", playground.RepoOptions{}))
	must(t, s.SetRole("acme/ops", "alice", playground.Write))
	at := s.Post(shop+"/issues", "title", "Checkout is down", "body", "see #2")
	child := s.Post(shop+"/issues", "title", "Add a retry")
	s.Post(at+"/sub", "on", "#2")
	webtest.Equal(t, "sub-issues", webtest.Texts(s.See(at).Class("subs")), []string{"Sub-issues 0 of 1 Add a retry #2×"})
	s.Post(at+"/move", "do", "lock")
	s.Post(at+"/move", "do", "unlock")
	anew := s.Post(child+"/move", "do", "transfer", "to", "acme/ops")
	webtest.Equal(t, "the new address", anew, "/acme/ops/issues/1")
	webtest.Equal(t, "the old one leads there", s.Get(child).Header.Get("Location"), anew)
	link := s.See(at).Class("text")[0]
	if !strings.Contains(webtest.Inner(t, link), `href="/acme/ops/issues/1"`) {
		t.Errorf("the reference leads elsewhere: %s", webtest.Inner(t, link))
	}
	webtest.Equal(t, "posting to the old one", s.Do(http.MethodPost, child+"/comment", webtest.Values("do", "comment", "body", "x"), nil).StatusCode, http.StatusNotFound)
	s.Post(at+"/sub", "off", "acme/ops#1")
	webtest.Equal(t, "detached", len(s.See(at).Class("subs")), 0)
	s.Post(at+"/comment", "do", "duplicate", "body", "")
	webtest.Equal(t, "state", webtest.Texts(s.See(at).Class("state")), []string{"Closed as duplicate"})
	s.Post(anew+"/move", "do", "discussion")
	seen := s.See(anew)
	webtest.Equal(t, "state of a discussion", webtest.Texts(seen.Class("state")), []string{"Converted to a discussion"})
	if seen.Button("do", "reopen") {
		t.Error("a discussion can be reopened")
	}
	for _, form := range [][]string{{"do", "explode"}, {"do", "transfer", "to", "acme/nowhere"}, {"do", "merge"}} {
		if a := s.Do(http.MethodPost, at+"/move", webtest.Values(form...), nil); a.StatusCode < http.StatusBadRequest {
			t.Errorf("%v: %d", form, a.StatusCode)
		}
	}
	webtest.Equal(t, "attaching nonsense", s.Do(http.MethodPost, at+"/sub", webtest.Values("on", "milk"), nil).StatusCode, http.StatusUnprocessableEntity)
}

func TestPullRequestByHand(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Post(shop+"/issues", "title", "Checkout is down")
	prepared := s.See(shop + "/compare?incident=1").All(func(n *html.Node) bool { return n.Data == "textarea" })
	if !strings.HasPrefix(webtest.Text(prepared[0]), "Incident: #1") {
		t.Errorf("it is prepared with %q", webtest.Text(prepared[0]))
	}
	at := s.Post(shop+"/pulls", "title", "Roll back", "body", "Incident: #1, fixes #1")
	webtest.Equal(t, "its address", at, shop+"/pull/2")
	notes := webtest.Texts(s.See(shop + "/issues/1").Class("note"))
	webtest.Equal(t, "at the incident", notes, []string{"A alice mentioned this in Roll back #2 20 Nov 2026, 14:05:00 UTC"})
	s.Post(shop+"/issues/2/move", "do", "merge")
	webtest.Equal(t, "state", webtest.Texts(s.See(at).Class("state")), []string{"Merged"})
	webtest.Equal(t, "what it fixes", webtest.Texts(s.See(shop+"/issues/1").Class("state")), []string{"Closed"})
	s.become("bob")
	if s.See(s.Post(shop+"/pulls", "title", "Another")).Button("do", "merge") {
		t.Error("bob is offered to merge")
	}
}

func TestMentionsAreFolded(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/issues", "title", "Checkout is down")
	hidden, err := s.As("alice").OpenIssue("acme/payments", "Hidden", "acme/shop#1")
	must(t, err)
	for range 7 {
		s.Post(shop+"/issues", "title", "Add a retry", "body", "for #1")
	}
	s.become("mallory")
	const names = "Add a retry #2, Add a retry #3, Add a retry #4, Add a retry #5, Add a retry #6"
	webtest.Equal(t, "without what mallory can't see", webtest.Texts(s.See(at).Class("note")), []string{
		"A alice mentioned this in " + names + " and 2 more 20 Nov 2026, 14:05:00 UTC",
	})
	s.become("alice")
	webtest.Equal(t, "the first that alice sees", strings.HasPrefix(webtest.Texts(s.See(at).Class("note"))[0],
		fmt.Sprintf("A alice mentioned this in Hidden acme/payments#%d, Add a retry #2", hidden)), true)
}

func TestFilesByHand(t *testing.T) {
	t.Parallel()
	s := open(t)
	const path = "/.github/hindsight.yml"
	webtest.Equal(t, "before", s.Get(shop+"/blob/main"+path).StatusCode, http.StatusNotFound)
	at := s.Post(shop+"/edit/main"+path, "do", "save", "body", "a: 1\r\nb: <script>\r\n")
	webtest.Equal(t, "where it leads", at, shop+"/blob/main"+path)
	content, _ := s.File("acme/shop", path)
	webtest.Equal(t, "content", content, "a: 1\nb: <script>\n")
	line := s.See(at).All(func(n *html.Node) bool { return webtest.Attr(n, "id") == "L2" })
	webtest.Equal(t, "the second line", webtest.Texts(line), []string{"b: <script>"})
	webtest.Equal(t, "in the list", webtest.Texts(s.See(shop+"/tree/main").Class("title")), []string{".github/hindsight.yml"})
	s.become("bob")
	webtest.Equal(t, "bob saves", s.Do(http.MethodPost, shop+"/edit/main"+path, webtest.Values("body", "x"), nil).StatusCode, http.StatusForbidden)
	s.become("alice")
	s.Post(shop+"/edit/main"+path, "do", "delete")
	webtest.Equal(t, "files", len(s.Files("acme/shop")), 0)
}

func TestLabelsByHand(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/issues", "title", "Checkout is down", "label", "incident")
	s.Post(shop+"/labels", "label", "incident", "name", "outage")
	webtest.Equal(t, "on the issue", webtest.Texts(s.See(at).Class("held")), []string{"outage×"})
	webtest.Equal(t, "in the list", webtest.Texts(s.See(shop+"/labels").Class("row")), []string{"outage on 1 issue ⋯ Rename Delete it everywhere"})
	s.become("bob")
	webtest.Equal(t, "bob deletes", s.Do(http.MethodPost, shop+"/labels", webtest.Values("delete", "outage"), nil).StatusCode, http.StatusForbidden)
	s.become("alice")
	s.Post(shop+"/labels", "delete", "outage")
	webtest.Equal(t, "after", len(s.See(at).Class("held")), 0)
}
