package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"hindsight/internal/playground"
	"hindsight/internal/playground/web/webtest"
)

func TestAnIncidentByHand(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/issues", "title", "Checkout is down", "body", "Since *noon*.", "label", "incident")
	webtest.Equal(t, "the new issue's address", at, shop+"/issues/1")
	s.Post(at+"/label", "on", "sev2")
	s.Post(at+"/label", "off", "incident")
	s.Post(at+"/assign", "on", "bob")
	answered := s.Post(at+"/comment", "do", "comment", "body", "Rolled back.")
	s.Post(at+"/comment", "do", "not_planned", "body", "")
	s.Post(at+"/comment", "do", "reopen", "body", "It is back.")
	s.Post(at+"/comment", "do", "completed", "body", "")

	seen := s.See(at)
	webtest.Equal(t, "state", webtest.Texts(seen.Class("state")), []string{"Closed"})
	webtest.Equal(t, "texts", webtest.Texts(seen.Class("text")), []string{"Since noon.", "Rolled back.", "It is back."})
	const when = " 20 Nov 2026, 14:05:00 UTC"
	webtest.Equal(t, "notes", webtest.Texts(seen.Class("note")), []string{
		"A alice added incident sev2" + when, "A alice removed incident" + when,
		"A alice assigned bob" + when, "A alice closed this as not planned" + when, "A alice reopened this" + when,
		"A alice closed this as completed" + when,
	})
	webtest.Equal(t, "assigned", len(seen.Class("assigned")), 1)
	_, anchor, _ := strings.Cut(answered, "#")
	if got := seen.All(func(n *html.Node) bool { return webtest.Attr(n, "id") == anchor }); len(got) != 1 || anchor == "" {
		t.Errorf("%d elements have the anchor %q", len(got), anchor)
	}
	webtest.Equal(t, "closed in the list", webtest.Texts(s.See(shop+"?state=closed").Class("title")), []string{"Checkout is down"})
	webtest.Equal(t, "open in the list", len(s.See(shop+"/issues").Class("title")), 0)
}

func TestEditingAndDeleting(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/issues", "title", "Chekout", "body", "old")
	s.Post(at+"/edit", "title", "Checkout", "body", "new")
	s.Post(at+"/comment", "do", "comment", "body", "one")
	comments, err := s.Comments("acme/shop", 1)
	must(t, err)
	edit := s.See(at).All(func(n *html.Node) bool {
		return n.Data == "a" && strings.Contains(webtest.Attr(n, "href"), "/comments/") && strings.HasSuffix(webtest.Attr(n, "href"), "/edit")
	})
	if len(edit) != 1 {
		t.Fatalf("%d links lead to the comment's editor, want 1", len(edit))
	}
	address := webtest.Attr(edit[0], "href")
	boxes := s.See(address).All(func(n *html.Node) bool { return n.Data == "textarea" })
	webtest.Equal(t, "what is to be edited", webtest.Texts(boxes), []string{comments[0].Body})
	s.Post(address, "body", "two")
	webtest.Equal(t, "texts after the edits", webtest.Texts(s.See(at).Class("text")), []string{"new", "two"})
	s.Post(strings.TrimSuffix(address, "edit") + "delete")
	webtest.Equal(t, "texts after the deletion", webtest.Texts(s.See(at).Class("text")), []string{"new"})

	must(t, s.SetRole("acme/shop", "alice", playground.Admin))
	s.Post(at + "/delete")
	webtest.Equal(t, "status of a deleted issue", s.Get(at).StatusCode, http.StatusGone)
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
	seen := s.See(shop + "/issues/1")
	webtest.Equal(t, "sub-issues that mallory sees", webtest.Texts(seen.Class("title")), []string{"First", "Second"})
	webtest.Equal(t, "progress", webtest.Texts(seen.Class("progress")), []string{"1 of 3"})
	webtest.Equal(t, "by the bot", len(seen.Class("robot")), 1)
}

func TestPullRequestsHaveTheirOwnAddress(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, err := s.As("bob").OpenPullRequest("acme/shop", "Add a retry", "")
	must(t, err)
	webtest.Equal(t, "title", webtest.Texts(s.See(shop+"/pulls").Class("title")), []string{"Add a retry"})
	webtest.Equal(t, "among the issues", len(s.See(shop+"/issues").Class("title")), 0)
	a := s.Get(shop + "/issues/1")
	webtest.Equal(t, "moved to", a.Header.Get("Location"), shop+"/pull/1")
	webtest.Equal(t, "state", webtest.Texts(s.See(shop+"/pull/1").Class("state")), []string{"Open"})
}

func TestOthersOriginsAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/issues", "title", "Checkout is down")
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
			if a := s.Do(http.MethodPost, path, form, test.header); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s: POST %s answered %d", test.name, path, a.StatusCode)
			}
		}
	}
	webtest.Equal(t, "comments", len(s.See(at).Class("remark")), 1)
}

func TestWhoActs(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/issues", "title", "Checkout is down")
	if !s.See(at).Button("on", "incident") {
		t.Error("alice is not offered the label")
	}
	a := s.Do(http.MethodPost, "/_person", webtest.Values("login", "mallory", "back", at), nil)
	webtest.Equal(t, "back to", a.Header.Get("Location"), at)
	cookie := a.Header.Get("Set-Cookie")
	if !strings.Contains(cookie, "SameSite=Strict") || !strings.Contains(cookie, "HttpOnly") {
		t.Errorf("the cookie is %q", cookie)
	}
	seen := s.See(at)
	if seen.Button("on", "incident") || seen.Button("do", "completed") || !seen.Button("do", "comment") {
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
		if got := s.Do(http.MethodPost, path, webtest.Values(fields...), nil).StatusCode; got != http.StatusForbidden {
			t.Errorf("POST %s as mallory answered %d", path, got)
		}
	}
	for _, path := range []string{safe, safe + "/issues", safe + "/wiki", safe + "/issues/new"} {
		webtest.Equal(t, "mallory at "+path, s.Get(path).StatusCode, http.StatusNotFound)
	}
	if strings.Contains(s.Get("/").Text, "payments") {
		t.Error("mallory is told of a private repository")
	}
}

func TestNobodyElseCanBeChosen(t *testing.T) {
	t.Parallel()
	s := open(t)
	a := s.Do(http.MethodPost, "/_person", webtest.Values("login", "acme"), nil)
	webtest.Equal(t, "status", a.StatusCode, http.StatusUnprocessableEntity)
	a = s.Do(http.MethodGet, "/", nil, http.Header{"Cookie": {"standin_person=acme"}})
	if !strings.Contains(a.Text, "<b>alice</b></span></summary>") {
		t.Error("a forged cookie made somebody else")
	}
	for _, back := range []string{"https://evil.test/", "//evil.test", `/\evil.test`, "javascript:alert(1)", ""} {
		webtest.Equal(t, "back to "+back, s.Post("/_person", "login", "bob", "back", back), "/")
	}
}

func TestUnchangedPagesCostNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/issues", "title", "Checkout is down")
	for _, path := range []string{"/", at, shop, shop + "/wiki", "/_deliveries"} {
		tag := s.Get(path).Header.Get("ETag")
		again := s.Do(http.MethodGet, path, nil, http.Header{"If-None-Match": {tag}})
		if tag == "" || again.StatusCode != http.StatusNotModified || again.Text != "" {
			t.Errorf("%s with ETag %q answered %d with %d bytes", path, tag, again.StatusCode, len(again.Text))
		}
	}
	tag := s.Get(at).Header.Get("ETag")
	s.Post(at+"/comment", "do", "comment", "body", "news")
	again := s.Do(http.MethodGet, at, nil, http.Header{"If-None-Match": {tag}})
	if again.StatusCode != http.StatusOK || again.Header.Get("ETag") == tag {
		t.Errorf("after a comment the page answered %d under ETag %q", again.StatusCode, again.Header.Get("ETag"))
	}
}

// TestEveryLinkLeadsSomewhere walks through all pages as alice.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/issues", "title", "Checkout is down", "body", "see #1, acme/shop#1 and @bob", "label", "incident")
	s.Post(at+"/comment", "do", "comment", "body", "hello")
	s.Post(safe+"/issues", "title", "Refunds hang")
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		p := s.See(path)
		ids := map[string]bool{}
		for _, n := range p.All(func(*html.Node) bool { return true }) {
			if id := webtest.Attr(n, "id"); id != "" && ids[id] {
				t.Errorf("%s has the id %q twice", path, id)
			} else {
				ids[id] = true
			}
			link, _, _ := strings.Cut(webtest.Attr(n, "href"), "#")
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
		webtest.Equal(t, path, s.Get(path).StatusCode, http.StatusNotFound)
	}
	long := s.Do(http.MethodPost, shop+"/issues", url.Values{"title": {"x"}, "body": {strings.Repeat("x", 2<<20)}}, nil)
	webtest.Equal(t, "a form that is too large", long.StatusCode, http.StatusRequestEntityTooLarge)
	webtest.Equal(t, "an empty title", s.Do(http.MethodPost, shop+"/issues", nil, nil).StatusCode, http.StatusUnprocessableEntity)
}

// The welcome leads to what it speaks of.
func TestWelcomeLeadsOn(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.PutFile("acme/shop", ".github/hindsight.yml", "timezone: UTC\n"))
	must(t, s.AddRepository("acme", "website", playground.RepoOptions{}))
	s.Post(shop+"/issues", "title", "Checkout is down")
	links := map[string]bool{}
	for _, a := range s.See("/").All(func(n *html.Node) bool { return n.Data == "a" }) {
		links[webtest.Attr(a, "href")] = true
	}
	for _, to := range []string{
		shop + "/issues/1", shop + "/wiki", shop + "/pulls", shop + "/blob/main/.github/hindsight.yml",
		"/acme/website", "/acme/website/wiki", "/acme/payments/wiki", "/acme/payments/tree/main", "/_deliveries",
	} {
		if !links[to] {
			t.Errorf("the welcome does not lead to %s", to)
		}
		s.See(to)
	}
	for _, to := range []string{"https://jira.test/", "https://jira.test/_behind"} {
		if !links[to] {
			t.Errorf("the welcome does not lead to %s", to)
		}
	}
}
