// Package webtest is a browser without a window, for the tests of the
// stand-ins' pages: it fetches, sends forms, keeps cookies, and reads HTML as
// browsers do.
package webtest

import (
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// Browser looks at one site. It follows no redirects.
type Browser struct {
	t      *testing.T
	url    string
	client *http.Client
}

// Open opens a browser at a site, whose address has no slash at the end.
func Open(t *testing.T, site string) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{t: t, url: site, client: &http.Client{
		Jar: jar, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Answer is a response that has been read.
type Answer struct {
	*http.Response

	Text string
}

// Do sends a form, as from a page of the site unless the header says otherwise.
func (b *Browser) Do(method, path string, form url.Values, header http.Header) Answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	maps.Copy(req.Header, header)
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // it has been read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return Answer{resp, string(body)}
}

// Get fetches whatever is there.
func (b *Browser) Get(path string) Answer {
	b.t.Helper()
	return b.Do(http.MethodGet, path, nil, nil)
}

// See is a page that must be there.
func (b *Browser) See(path string) Page {
	b.t.Helper()
	a := b.Get(path)
	if a.StatusCode != http.StatusOK {
		b.t.Fatalf("GET %s answered %d", path, a.StatusCode)
	}
	return Parse(b.t, a.Text)
}

// Post sends a form, whose fields alternate with their values, and returns
// where it leads.
func (b *Browser) Post(path string, fields ...string) string {
	b.t.Helper()
	a := b.Do(http.MethodPost, path, Values(fields...), nil)
	if a.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("POST %s answered %d", path, a.StatusCode)
	}
	return a.Header.Get("Location")
}

// Values are a form's fields, which alternate with their values.
func Values(fields ...string) url.Values {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return form
}

// Equal wants two values to be the same.
func Equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Page is HTML as a browser understands it.
type Page struct{ Root *html.Node }

// Parse reads a page.
func Parse(t *testing.T, source string) Page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	return Page{root}
}

// All are the elements that the filter lets through, in order.
func (p Page) All(keep func(*html.Node) bool) []*html.Node {
	var some []*html.Node
	for n := range p.Root.Descendants() {
		if n.Type == html.ElementNode && keep(n) {
			some = append(some, n)
		}
	}
	return some
}

// Class are the elements of a class.
func (p Page) Class(name string) []*html.Node {
	return p.All(func(n *html.Node) bool {
		for c := range strings.FieldsSeq(Attr(n, "class")) {
			if c == name {
				return true
			}
		}
		return false
	})
}

// Button is whether the page offers the value of a button's name.
func (p Page) Button(name, value string) bool {
	return len(p.All(func(n *html.Node) bool {
		return n.Data == "button" && Attr(n, "name") == name && Attr(n, "value") == value
	})) > 0
}

// Attr is an element's attribute; "" if it has none.
func Attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Text is what can be read in an element, with single spaces.
func Text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Texts are what can be read in each of the elements.
func Texts(nodes []*html.Node) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, Text(n))
	}
	return all
}

// Inner is the HTML inside an element.
func Inner(t *testing.T, n *html.Node) string {
	t.Helper()
	var b strings.Builder
	for c := range n.ChildNodes() {
		if err := html.Render(&b, c); err != nil {
			t.Fatal(err)
		}
	}
	return strings.TrimSpace(b.String())
}
