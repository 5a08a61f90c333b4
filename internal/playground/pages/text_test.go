package pages_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"hindsight/internal/playground/web/webtest"
)

// hostile is what somebody might write everywhere that they can.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>{{.}}<!-- hindsight:tracker incident=acme/shop#1 -->`

const hostileBody = hostile + `

</div></div></article></main></body>
<h1 id="content" class="alarm" style="position:fixed">Escaped?</h1>
<script src="/_assets/live.js"></script><style>*{display:none}</style>
<iframe src="https://evil.test"></iframe><object data="x"></object><base href="https://evil.test/"><meta http-equiv=refresh content="0;url=https://evil.test">
<form action="https://evil.test"><input name=password><button formaction="https://evil.test">Sign in</button></form>
<a href="javascript:alert(1)" onclick="alert(1)">raw</a> [link](javascript:alert(1)) [data](data:text/html,x) ![image](javascript:alert(1))
<a href=" java&#x0A;script:alert(1)">split</a> <math><mtext></p><style><img src=x onerror=alert(1)></style></math>
<details open ontoggle=alert(1)><summary>fold</summary>x</details>
`

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.As("alice").Label("acme/shop", openBy(t, s, "mallory"), hostile[:40]))
	s.Post(shop+"/wiki/_new", "title", "Notes", "body", hostileBody)
	s.become("mallory")
	s.Post(shop+"/issues/1/comment", "do", "comment", "body", hostileBody)
	s.become("alice")
	s.Post(shop+"/issues/1/edit", "title", hostile, "body", hostileBody+hostile)
	s.Post(shop+"/edit/main/evil.yml", "do", "save", "body", hostileBody)
	s.Post(shop+"/pulls", "title", hostile, "body", "Incident: #1")
	for _, path := range []string{"/", shop, shop + "/issues/1/history", shop + "/blob/main/evil.yml", shop + "/edit/main/evil.yml", shop + "/labels", shop + "/pulls", shop + "/compare?incident=%22%3E%3Cscript%3E", shop + "/issues/1", shop + "/issues/1/edit", shop + "/wiki/Notes", shop + "/wiki/Notes/_edit", shop + "/issues/new?example=" + "%22%3E%3Cscript%3E", shop + "/issues?label=%22%3E%3Cscript%3E"} {
		a := s.Get(path)
		webtest.Equal(t, path, a.StatusCode, 200)
		harmless(t, path, webtest.Parse(t, a.Text))
		policy := a.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s has the security policy %q", path, policy)
		}
	}
	seen := s.See(shop + "/issues/1")
	webtest.Equal(t, "title", webtest.Text(seen.Class("issue-head")[0].FirstChild.NextSibling), hostile+" #1")
	for n := range seen.Root.Descendants() {
		if n.Data == "h1" && webtest.Text(n) == "Escaped?" && !inside(n, "text") {
			t.Error("a heading escaped from its comment")
		}
	}
	webtest.Equal(t, "forms for comments", len(seen.Class("reply")), 1)
	if inside(seen.Class("reply")[0], "text") {
		t.Error("a comment swallowed the page")
	}
}

func openBy(t *testing.T, s *stage, login string) int {
	t.Helper()
	n, err := s.As(login).OpenIssue("acme/shop", hostile, hostileBody)
	must(t, err)
	return n
}

func inside(n *html.Node, class string) bool {
	for p := range n.Ancestors() {
		if strings.Contains(webtest.Attr(p, "class"), class) {
			return true
		}
	}
	return false
}

// harmless complains of everything that could act, or reach another origin.
func harmless(t *testing.T, where string, p webtest.Page) {
	t.Helper()
	scripts := 0
	for _, n := range p.All(func(*html.Node) bool { return true }) {
		switch n.Data {
		case "script":
			scripts++
			webtest.Equal(t, where+": script", webtest.Attr(n, "src")+webtest.Text(n), "/_assets/live.js")
		case "style", "iframe", "object", "base", "math", "embed":
			t.Errorf("%s has a <%s>", where, n.Data)
		case "form":
			if a := webtest.Attr(n, "action"); strings.Contains(a, "evil") || webtest.Attr(n, "method") != "post" {
				t.Errorf("%s has a form to %q by %q", where, a, webtest.Attr(n, "method"))
			}
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			link := a.Key == "href" || a.Key == "src" || a.Key == "formaction"
			if strings.HasPrefix(a.Key, "on") && n.Data != "input" || a.Key == "style" ||
				link && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:")) {
				t.Errorf("%s has <%s %s=%q>", where, n.Data, a.Key, a.Val)
			}
		}
	}
	webtest.Equal(t, where+": scripts", scripts, 1)
}

func TestMarkdownLooksAsOnGitHub(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, err := s.As("alice").OpenIssue("acme/shop", `Checkout "is" down`, "")
	must(t, err)
	_, err = s.As("alice").OpenIssue("acme/payments", "Refunds hang", "")
	must(t, err)
	const ref = `<a href="/acme/shop/issues/1" rel="nofollow" title="Checkout &#34;is&#34; down">`
	tests := []struct{ name, source, want string }{
		{"a reference", "see #1.", `<p>see ` + ref + `#1</a>.</p>`},
		{"with its repository", "(acme/shop#1)", `<p>(` + ref + `acme/shop#1</a>)</p>`},
		{"to nothing", "#77", `<p>#77</p>`},
		{"to what the reader may not see", "acme/payments#1", `<p>acme/payments#1</p>`},
		{"escaped", `\#1 &#35;1 foo#1`, `<p>#1 #1 foo#1</p>`},
		{"in code", "`#1`", `<p><code>#1</code></p>`},
		{"in a link", "[#1](https://example.org)", `<p><a href="https://example.org" rel="nofollow">#1</a></p>`},
		{"a person", "@bob, hello", `<p><a href="/bob" rel="nofollow">@bob</a>, hello</p>`},
		{"nobody", "@nobody-at-all", `<p>@nobody-at-all</p>`},
		{"an address", "a@bob", `<p>a@bob</p>`},
		{"a neutral person", "<span>@</span>bob", `<p><span>@</span>bob</p>`},
		{"line breaks", "one\ntwo #1\nthree", "<p>one<br/>\ntwo " + ref + "#1</a><br/>\nthree</p>"},
		{"a hidden marker", "a <!-- hindsight:x --> b", `<p>a  b</p>`},
		{"a task", "- [x] done", "<ul>\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\" title=\"Only its author, and who may write, can tick it\"/> done</li>\n</ul>"},
		{"a task that somebody made up", "<input type=checkbox data-box=x-0 form=f>\n\n- [ ] real", "<input type=\"checkbox\"/>\n<ul>\n<li><input disabled=\"\" type=\"checkbox\" title=\"Only its author, and who may write, can tick it\"/> real</li>\n</ul>"},
		{"struck through", "~~gone~~", `<p><del>gone</del></p>`},
		{"a fold", "<details><summary>s</summary>\n\n**x**\n</details>", "<details><summary>s</summary>\n<p><strong>x</strong></p>\n</details>"},
		{"no ids in comments", "# Content", `<h1>Content</h1>`},
	}
	s.become("mallory")
	for _, test := range tests {
		n, openErr := s.As("bob").OpenIssue("acme/shop", test.name, test.source)
		must(t, openErr)
		got := webtest.Inner(t, s.See(fmt.Sprintf("%s/issues/%d", shop, n)).Class("text")[0])
		webtest.Equal(t, test.name, got, test.want)
	}
}

func TestDeepNestingIsShownAsItIs(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, err := s.As("mallory").OpenIssue("acme/shop", "Deep", strings.Repeat("<b>", 2000)+"x")
	must(t, err)
	got := webtest.Texts(s.See(shop + "/issues/1").Class("text"))
	if len(got) != 1 || !strings.HasSuffix(got[0], "<b>x") {
		t.Errorf("it is shown as %.80q", got)
	}
}
