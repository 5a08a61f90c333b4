package pages_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"hindsight/internal/playground"
	"hindsight/internal/playground/pages"
)

const (
	shop = "/acme/shop"     // public, with a wiki
	safe = "/acme/payments" // private, without a first page
)

// stage is a stand-in with its pages, and a browser before it.
type stage struct {
	*playground.GitHub
	t       *testing.T
	url     string
	browser *http.Client
}

func open(t *testing.T) *stage {
	t.Helper()
	key, err := playground.SharedKey()
	must(t, err)
	now := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
	g, err := playground.New(playground.Options{Dir: t.TempDir(), Key: key, Clock: func() time.Time { return now }})
	must(t, err)
	g.Pages = pages.New(g, pages.Options{
		People: []pages.Person{
			{Login: "alice", About: "may write"}, {Login: "bob", About: "may label"}, {Login: "mallory", About: "may read"},
		},
		Prepared: shop + "/issues/1", Central: "acme/payments", Showcase: "acme/shop",
	})
	server := httptest.NewServer(g.Handler())
	g.SetURL(server.URL)
	t.Cleanup(func() {
		server.Close()
		g.Close()
	})
	must(t, g.AddRepository("acme", "shop", playground.RepoOptions{FirstWikiPage: true}))
	must(t, g.AddRepository("acme", "payments", playground.RepoOptions{Private: true}))
	for _, repo := range []string{"acme/shop", "acme/payments"} {
		must(t, g.SetRole(repo, "alice", playground.Write))
		must(t, g.SetRole(repo, "bob", playground.Triage))
		must(t, g.SetLabel(repo, "incident", "b60205"))
	}
	jar, err := cookiejar.New(nil)
	must(t, err)
	browser := &http.Client{
		Jar: jar, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &stage{GitHub: g, t: t, url: server.URL, browser: browser}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// answer is a response that has been read.
type answer struct {
	*http.Response
	body string
}

func (s *stage) do(method, path string, form url.Values, header http.Header) answer {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(form.Encode()))
	must(s.t, err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	maps.Copy(req.Header, header)
	resp, err := s.browser.Do(req)
	must(s.t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	must(s.t, err)
	return answer{resp, string(body)}
}

func (s *stage) get(path string) answer { return s.do(http.MethodGet, path, nil, nil) }

// see is a page that must be there.
func (s *stage) see(path string) page {
	s.t.Helper()
	a := s.get(path)
	if a.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s answered %d", path, a.StatusCode)
	}
	return parse(s.t, a.body)
}

// post sends a form, whose fields alternate with their values, and returns
// where it leads.
func (s *stage) post(path string, fields ...string) string {
	s.t.Helper()
	a := s.do(http.MethodPost, path, values(fields), nil)
	if a.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("POST %s answered %d", path, a.StatusCode)
	}
	return a.Header.Get("Location")
}

func values(fields []string) url.Values {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return form
}

func (s *stage) become(login string) {
	s.t.Helper()
	s.post("/_person", "login", login, "back", "/")
}

// page is HTML as a browser understands it.
type page struct{ root *html.Node }

func parse(t *testing.T, source string) page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(source))
	must(t, err)
	return page{root}
}

// all are the elements that the filter lets through, in order.
func (p page) all(keep func(*html.Node) bool) []*html.Node {
	var some []*html.Node
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && keep(n) {
			some = append(some, n)
		}
	}
	return some
}

// class are the elements of a class.
func (p page) class(name string) []*html.Node {
	return p.all(func(n *html.Node) bool {
		for c := range strings.FieldsSeq(attr(n, "class")) {
			if c == name {
				return true
			}
		}
		return false
	})
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// text is what can be read in an element, with single spaces.
func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func texts(nodes []*html.Node) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, text(n))
	}
	return all
}

// inner is the HTML inside an element.
func inner(t *testing.T, n *html.Node) string {
	t.Helper()
	var b strings.Builder
	for c := range n.ChildNodes() {
		must(t, html.Render(&b, c))
	}
	return strings.TrimSpace(b.String())
}

// button is whether the page offers the value of a button's name.
func (p page) button(name, value string) bool {
	return len(p.all(func(n *html.Node) bool {
		return n.Data == "button" && attr(n, "name") == name && attr(n, "value") == value
	})) > 0
}
