package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"hindsight/internal/playground"
)

func TestAnIncidentByHand(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/issues", "title", "Checkout is down", "body", "Since *noon*.", "label", "incident")
	equal(t, "the new issue's address", at, shop+"/issues/1")
	s.post(at+"/label", "on", "sev2")
	s.post(at+"/label", "off", "incident")
	s.post(at+"/assign", "on", "bob")
	answered := s.post(at+"/comment", "do", "comment", "body", "Rolled back.")
	s.post(at+"/comment", "do", "not_planned", "body", "")
	s.post(at+"/comment", "do", "reopen", "body", "It is back.")
	s.post(at+"/comment", "do", "completed", "body", "")

	seen := s.see(at)
	equal(t, "state", texts(seen.class("state")), []string{"Closed"})
	equal(t, "texts", texts(seen.class("text")), []string{"Since noon.", "Rolled back.", "It is back."})
	const when = " 20 Nov 2026, 14:05:00 UTC"
	equal(t, "notes", texts(seen.class("note")), []string{
		"A alice added incident sev2" + when, "A alice removed incident" + when,
		"A alice assigned bob" + when, "A alice closed this as not planned" + when, "A alice reopened this" + when,
		"A alice closed this as completed" + when,
	})
	equal(t, "assigned", len(seen.class("assigned")), 1)
	_, anchor, _ := strings.Cut(answered, "#")
	if got := seen.all(func(n *html.Node) bool { return attr(n, "id") == anchor }); len(got) != 1 || anchor == "" {
		t.Errorf("%d elements have the anchor %q", len(got), anchor)
	}
	equal(t, "closed in the list", texts(s.see(shop+"?state=closed").class("title")), []string{"Checkout is down"})
	equal(t, "open in the list", len(s.see(shop+"/issues").class("title")), 0)
}

func TestEditingAndDeleting(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/issues", "title", "Chekout", "body", "old")
	s.post(at+"/edit", "title", "Checkout", "body", "new")
	s.post(at+"/comment", "do", "comment", "body", "one")
	comments, err := s.Comments("acme/shop", 1)
	must(t, err)
	edit := s.see(at).all(func(n *html.Node) bool {
		return n.Data == "a" && strings.Contains(attr(n, "href"), "/comments/") && strings.HasSuffix(attr(n, "href"), "/edit")
	})
	if len(edit) != 1 {
		t.Fatalf("%d links lead to the comment's editor, want 1", len(edit))
	}
	address := attr(edit[0], "href")
	boxes := s.see(address).all(func(n *html.Node) bool { return n.Data == "textarea" })
	equal(t, "what is to be edited", texts(boxes), []string{comments[0].Body})
	s.post(address, "body", "two")
	equal(t, "texts after the edits", texts(s.see(at).class("text")), []string{"new", "two"})
	s.post(strings.TrimSuffix(address, "edit") + "delete")
	equal(t, "texts after the deletion", texts(s.see(at).class("text")), []string{"new"})

	must(t, s.SetRole("acme/shop", "alice", playground.Admin))
	s.post(at + "/delete")
	equal(t, "status of a deleted issue", s.get(at).StatusCode, http.StatusGone)
}

func TestSubIssuesAndTheBot(t *testing.T) {
	t.Parallel()
	s := open(t)
	bot := s.As(s.App().BotLogin)
	must(t, s.SetRole("acme/shop", s.App().BotLogin, playground.Write))
	parent, err := bot.OpenIssue("acme/shop", "Parent", "")
	must(t, err)
	for _, title := range []string{"First", "Second"} {
		n, openErr := bot.OpenIssue("acme/shop", title, "")
		must(t, openErr)
		must(t, bot.AttachSubIssue("acme/shop", parent, "acme/shop", n))
	}
	must(t, bot.Close("acme/shop", 2, "completed"))
	hidden, err := s.As("alice").OpenIssue("acme/payments", "Hidden", "")
	must(t, err)
	must(t, s.As("alice").AttachSubIssue("acme/shop", parent, "acme/payments", hidden))
	s.become("mallory")
	seen := s.see(shop + "/issues/1")
	equal(t, "sub-issues that mallory sees", texts(seen.class("title")), []string{"First", "Second"})
	equal(t, "progress", texts(seen.class("progress")), []string{"1 of 3"})
	equal(t, "by the bot", len(seen.class("robot")), 1)
}

func TestPullRequestsHaveTheirOwnAddress(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, err := s.As("bob").OpenPullRequest("acme/shop", "Add a retry", "")
	must(t, err)
	equal(t, "title", texts(s.see(shop+"/pulls").class("title")), []string{"Add a retry"})
	equal(t, "among the issues", len(s.see(shop+"/issues").class("title")), 0)
	a := s.get(shop + "/issues/1")
	equal(t, "moved to", a.Header.Get("Location"), shop+"/pull/1")
	equal(t, "state", texts(s.see(shop+"/pull/1").class("state")), []string{"Open"})
}

func TestOthersOriginsAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/issues", "title", "Checkout is down")
	tests := []struct {
		name   string
		header http.Header
	}{
		{"cross-site by Sec-Fetch-Site", http.Header{"Sec-Fetch-Site": {"cross-site"}}},
		{"another port of this host", http.Header{"Sec-Fetch-Site": {"same-site"}}},
		{"an older browser", http.Header{"Sec-Fetch-Site": nil, "Origin": {"https://evil.test"}}},
		{"a sandboxed frame", http.Header{"Sec-Fetch-Site": nil, "Origin": {"null"}}},
	}
	for _, test := range tests {
		for _, path := range []string{at + "/comment", "/_person", "/_deliveries/trouble"} {
			form := url.Values{"do": {"comment"}, "body": {"forged"}, "login": {"bob"}, "lever": {"failing"}}
			if a := s.do(http.MethodPost, path, form, test.header); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s: POST %s answered %d", test.name, path, a.StatusCode)
			}
		}
	}
	equal(t, "comments", len(s.see(at).class("remark")), 1)
}

func TestWhoActs(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/issues", "title", "Checkout is down")
	if !s.see(at).button("on", "incident") {
		t.Error("alice is not offered the label")
	}
	a := s.do(http.MethodPost, "/_person", values([]string{"login", "mallory", "back", at}), nil)
	equal(t, "back to", a.Header.Get("Location"), at)
	cookie := a.Header.Get("Set-Cookie")
	if !strings.Contains(cookie, "SameSite=Strict") || !strings.Contains(cookie, "HttpOnly") {
		t.Errorf("the cookie is %q", cookie)
	}
	seen := s.see(at)
	if seen.button("on", "incident") || seen.button("do", "completed") || !seen.button("do", "comment") {
		t.Error("mallory is offered what takes triage, or no comment")
	}
	for path, fields := range map[string][]string{
		at + "/label":             {"on", "incident"},
		at + "/assign":            {"on", "bob"},
		at + "/comment":           {"do", "completed"},
		at + "/edit":              {"title", "mine"},
		at + "/delete":            nil,
		shop + "/wiki/Home/_edit": {"body", "mine"},
	} {
		if got := s.do(http.MethodPost, path, values(fields), nil).StatusCode; got != http.StatusForbidden {
			t.Errorf("POST %s as mallory answered %d", path, got)
		}
	}
	for _, path := range []string{safe, safe + "/issues", safe + "/wiki", safe + "/issues/new"} {
		equal(t, "mallory at "+path, s.get(path).StatusCode, http.StatusNotFound)
	}
	if strings.Contains(s.get("/").body, "payments") {
		t.Error("mallory is told of a private repository")
	}
}

func TestNobodyElseCanBeChosen(t *testing.T) {
	t.Parallel()
	s := open(t)
	a := s.do(http.MethodPost, "/_person", values([]string{"login", "acme"}), nil)
	equal(t, "status", a.StatusCode, http.StatusUnprocessableEntity)
	a = s.do(http.MethodGet, "/", nil, http.Header{"Cookie": {"standin_person=acme"}})
	if !strings.Contains(a.body, "<b>alice</b></span></summary>") {
		t.Error("a forged cookie made somebody else")
	}
	for _, back := range []string{"https://evil.test/", "//evil.test", `/\evil.test`, "javascript:alert(1)", ""} {
		equal(t, "back to "+back, s.post("/_person", "login", "bob", "back", back), "/")
	}
}

func TestUnchangedPagesCostNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/issues", "title", "Checkout is down")
	for _, path := range []string{"/", at, shop, shop + "/wiki", "/_deliveries"} {
		tag := s.get(path).Header.Get("ETag")
		again := s.do(http.MethodGet, path, nil, http.Header{"If-None-Match": {tag}})
		if tag == "" || again.StatusCode != http.StatusNotModified || again.body != "" {
			t.Errorf("%s with ETag %q answered %d with %d bytes", path, tag, again.StatusCode, len(again.body))
		}
	}
	tag := s.get(at).Header.Get("ETag")
	s.post(at+"/comment", "do", "comment", "body", "news")
	again := s.do(http.MethodGet, at, nil, http.Header{"If-None-Match": {tag}})
	if again.StatusCode != http.StatusOK || again.Header.Get("ETag") == tag {
		t.Errorf("after a comment the page answered %d under ETag %q", again.StatusCode, again.Header.Get("ETag"))
	}
}

// TestEveryLinkLeadsSomewhere walks through all pages as alice.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/issues", "title", "Checkout is down", "body", "see #1, acme/shop#1 and @bob", "label", "incident")
	s.post(at+"/comment", "do", "comment", "body", "hello")
	s.post(safe+"/issues", "title", "Refunds hang")
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		p := s.see(path)
		ids := map[string]bool{}
		for _, n := range p.all(func(*html.Node) bool { return true }) {
			if id := attr(n, "id"); id != "" && ids[id] {
				t.Errorf("%s has the id %q twice", path, id)
			} else {
				ids[id] = true
			}
			link, _, _ := strings.Cut(attr(n, "href"), "#")
			if n.Data == "a" && strings.HasPrefix(link, "/") && !seen[link] {
				seen[link] = true
				queue = append(queue, link)
			}
		}
	}
	for _, path := range []string{at, shop + "/wiki", safe + "/wiki", "/_deliveries", "/bob", at + "/edit", shop + "/wiki/Home/_history"} {
		if !seen[path] {
			t.Errorf("no link leads to %s", path)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, path := range []string{"/nobody", "/a/b/c/d", shop + "/issues/7", shop + "/issues/x", shop + "/wiki/Nothing", shop + "/wiki/Nothing/_history", "/_assets/none"} {
		equal(t, path, s.get(path).StatusCode, http.StatusNotFound)
	}
	long := s.do(http.MethodPost, shop+"/issues", url.Values{"title": {"x"}, "body": {strings.Repeat("x", 2<<20)}}, nil)
	equal(t, "a form that is too large", long.StatusCode, http.StatusRequestEntityTooLarge)
	equal(t, "an empty title", s.do(http.MethodPost, shop+"/issues", nil, nil).StatusCode, http.StatusUnprocessableEntity)
}

// The welcome leads to what it speaks of.
func TestWelcomeLeadsOn(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.PutFile("acme/shop", ".github/hindsight.yml", "timezone: UTC\n"))
	must(t, s.AddRepository("acme", "website", playground.RepoOptions{}))
	s.post(shop+"/issues", "title", "Checkout is down")
	links := map[string]bool{}
	for _, a := range s.see("/").all(func(n *html.Node) bool { return n.Data == "a" }) {
		links[attr(a, "href")] = true
	}
	for _, to := range []string{
		shop + "/issues/1", shop + "/wiki", shop + "/pulls", shop + "/blob/main/.github/hindsight.yml",
		"/acme/website", "/acme/website/wiki", "/acme/payments/wiki", "/acme/payments/tree/main", "/_deliveries",
	} {
		if !links[to] {
			t.Errorf("the welcome does not lead to %s", to)
		}
		s.see(to)
	}
}
