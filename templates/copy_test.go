package templates_test

import (
	"strings"
	"testing"

	"hindsight/internal/incident"
	"hindsight/templates"
)

const privatePage = `<!-- hindsight:page incident=9001#42 -->
Before, see [the shop](https://github.test/Acme/shop).

## Secret plans
We sell all.

## Customer message
<!-- public -->
<!-- Say sorry. -->

### We are sorry
For [the outage](https://github.test/Acme/shop/issues/42) and its
[story](2026-11-20-checkout-42), see [our status](https://status.example.test/shop "Up") <!-- alice forgot -->.

<!-- hindsight:begin block=facts digest=abcdefghijkl -->
| a | b |
| --- | --- |
| [x](https://GITHUB.test/acme/Shop.wiki.git) | https://github.test/acme/shopping |
<!-- hindsight:end block=facts -->

### Just for us
<!-- internal -->
The supplier was slow.

#### Still for us
<!-- public -->
Very slow.

## Appendix
<!-- public -->
Last.
`

var copyLinks = incident.CopyLinks{
	Host: "github.test", Showcase: "acme/status", Hidden: []incident.Repo{"acme/shop", "acme/postmortems"},
}

func TestCopy(t *testing.T) {
	t.Parallel()
	texts := templates.New()
	view := incident.PageView{Facts: facts}
	got, ours := texts.Copy("", privatePage, view, copyLinks)
	golden(t, "copy", got)
	if !ours {
		t.Error("a new copy is not ours")
	}
	for _, secret := range []string{"Secret", "sell", "Before", "alice", "supplier", "Very slow", "acme/shop)", "Acme/shop/", "checkout-42", "hindsight:page", "Just for us", facts.Title} {
		if strings.Contains(strings.ToLower(got), strings.ToLower(secret)) {
			t.Errorf("the copy says %q", secret)
		}
	}
	if again, still := texts.Copy(got, privatePage, view, copyLinks); !still || again != got {
		t.Error("the same page made another copy")
	}
	changed := strings.Replace(privatePage, "Last.", "The end.", 1)
	around := "Hello\r\n\r\n" + strings.ReplaceAll(got, "\n", "\r\n")
	anew, ours := texts.Copy(around, changed, view, copyLinks)
	if !ours || !strings.HasPrefix(anew, "Hello\r\n\r\n<!--") || !strings.Contains(anew, "The end.") || strings.Contains(anew, "Last.") {
		t.Errorf("the copy was not brought up to date:\n%s", anew)
	}
	theirs := strings.Replace(got, "Last.", "Last, we hope.", 1)
	if left, ours := texts.Copy(theirs, changed, view, copyLinks); ours || left != theirs {
		t.Error("what people have made of the copy was overwritten")
	}
}

// Whatever is left open in a section, the copy is known again.
func TestCopyOfWhatIsLeftOpen(t *testing.T) {
	t.Parallel()
	texts := templates.New()
	for _, left := range []string{"```\ncode", "~~~~\ncode", "<!-- open", "<pre>\nopen", "<details>\nopen", "- list\n\n  ```\n  x", "> ```\n> x", "<script>\nx", "<?php", "<![CDATA["} {
		page := "## Message\n<!-- public -->\nSorry.\n\n" + left
		got, ours := texts.Copy("", page, incident.PageView{Facts: facts}, copyLinks)
		if again, still := texts.Copy(got, page, incident.PageView{Facts: facts}, copyLinks); !ours || !still || again != got || !strings.Contains(got, "Sorry.") {
			t.Errorf("%q is left open, and the copy is not ours any more:\n%s", left, got)
		}
	}
}

func TestHasPublic(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, page string
		want       bool
	}{
		{"it says something", "## Message\n<!-- public -->\nSorry.\n", true},
		{"Windows line ends", "## Message\r\n<!-- public -->\r\nSorry.\r\n", true},
		{"in a section within", "## Message\n<!-- public -->\n### Sorry\nWe are.\n", true},
		{"code", "## Message\n<!-- public -->\n```\nx\n```\n", true},
		{"on one line", "## Message\n<!-- public -->\nSorry.", true},
		{"nothing is marked", "## Message\nSorry.\n", false},
		{"nothing is said", "## Message\n<!-- public -->\n<!-- Say sorry. -->\n\n### Sorry\n", false},
		{"nothing under an underlined heading", "Message\n=======\n<!-- public -->\n", false},
		{"inside an internal one", "# Us\n<!-- internal -->\n## Message\n<!-- public -->\nSorry.\n", false},
		{"the mark is not right below", "## Message\nSorry.\n<!-- public -->\n", false},
		{"the mark is code", "## Message\n`<!-- public -->`\nSorry.\n", false},
		{"empty", "", false},
	}
	for _, tt := range tests {
		if got := templates.New().HasPublic(tt.page); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	for _, built := range incident.Templates() {
		view := templates.Example(false)
		view.Built = built
		if templates.New().HasPublic(templates.New().Page(view)) {
			t.Errorf("%s: a new page has something to publish", built)
		}
	}
}

func TestHasInternal(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]bool{
		"## Ours\n<!-- internal -->\nThe pool was full.\n":        true,
		"## Ours\r\n<!-- Internal -->\r\n":                        true,
		"# A\n<!-- internal -->\n## B\n<!-- public -->\nSorry.\n": true,
		"## Message\n<!-- public -->\nSorry.\n":                   false,
		"## Message\n`<!-- internal -->`\n":                       true, // closed: a stray backtick makes code of a mark
		"## Message\nThe internal pool was full.\n":               false,
		"": false,
	} {
		if got := templates.New().HasInternal(page); got != want {
			t.Errorf("%q: %t, want %t", page, got, want)
		}
	}
}

// No link in a copy leads to where its readers can't go, and tells them of it.
func TestCopyLinks(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"https://github.test/Acme/shop/issues/42":                    false,
		"https://github.test/acme/SHOP":                              false,
		"https://github.test/acme/sh%6fp/wiki":                       false,
		"http://x.test/repos/acme/postmortems.git":                   false,
		"https://raw.githubusercontent.com/acme/shop/main/README.md": false,
		"https://acme.github.io/shop/index.html":                     false,
		"https://x.test/?q=repo:acme/shop":                           false,
		"https://x.test/?q=repo%3Aacme%2Fshop":                       false,
		"2026-11-20-other-page":                                      false,
		"../issues/42":                                               false,
		"#impact":                                                    false,
		"//github.test/acme/other":                                   false,
		"mailto:alice@example.test":                                  false,
		"javascript:alert(1)":                                        false,
		"https://github.test/acme/shopping":                          false,
		"https://github.test/other/shop":                             false,
		"https://github.test/acme/till/issues/7":                     false,
		"https://github.test":                                        false,
		"https://GitHub.test./acme/till":                             false,
		"https://github.test:8443/acme/till":                         false,
		"https://api.github.test/repos/acme/till":                    false,
		"https://ｇithub.test/acme/till":                              false,
		"https://eve@status.example.test/":                           false,
		"https://archive.test/https://github.test/acme/till":         false,
		"https://archive.test/?u=https%3A%2F%2Fgithub.test%2Facme":   false,
		"https://archive.test/?u=%zz":                                false,
		"https://github.test/acme/status/../till":                    false,
		"https://github.test/acme/status/%2e%2e/till":                false,
		"https://github.test/acme/status%2f..%2ftill":                false,
		"https://gist.github.test/acme/status":                       false,
		"https://github.test/acme/x/../shop/issues/4":                false,
		"https://github.test/acme/./shop/5":                          false,
		"https://github.test/acme/status/x\\..\\till":                false,
		"https://github.test/acme\\till/1":                           false,
		"https://github.test/acme/status%5c..%5ctill":                false,
		"https://github.test/acme/status/%252e%252e/till":            false,
		"https://github.test/repositories/12/issues/3":               false,
		"git@github.test:acme/shop.git":                              false,
		"ssh://git@github.test/acme/shop.git":                        false,
		"https://github.test/acme/status":                            true,
		"https://github.test/Acme/Status/wiki/Home":                  true,
		"https://github.test.example.com/acme/till":                  true,
		"https://status.example.test/acme":                           true,
		"https://status.example.test/incidents/acme":                 true,
	}
	for address, stays := range tests {
		page := "## Message\n<!-- public -->\nSee [it](" + address + ").\n"
		got, _ := templates.New().Copy("", page, incident.PageView{Facts: facts}, copyLinks)
		if linked := strings.Contains(got, "[it]("+address+")"); linked != stays || !stays && strings.Contains(got, address) {
			t.Errorf("%s: linked %t\n%s", address, linked, got)
		}
	}
}

// Nothing at a Jira site that not everybody can read is linked.
func TestCopyLinksNoHiddenSites(t *testing.T) {
	t.Parallel()
	links := copyLinks
	links.Sites = []string{"acme.atlassian.net", "example.test:8443/jira", "[::1]:8080"}
	for address, stays := range map[string]bool{
		"https://acme.atlassian.net/browse/OPS-12":                   false,
		"https://ACME.Atlassian.NET./":                               false,
		"http://acme.atlassian.net:80/x":                             false,
		"https://example.test/jira/browse/UMB-1":                     false,
		"https://example.test:8443/Jira":                             false,
		"https://example.test//jira/browse":                          false,
		"https://example.test/x/../jira/browse/UMB-1":                false,
		"https://example.test/%6Aira/browse/UMB-1":                   false,
		"http://[::1]:8080/browse/X-1":                               false,
		"https://archive.test/https://acme.atlassian.net/browse/X-1": false,
		"https://archive.test/?u=https://Acme.atlassian.net":         false,
		"https://x.test/#https://example.test/jira":                  false,
		"https://example.test/jirafa":                                true,
		"https://example.test/status":                                true,
		"https://other.atlassian.net/browse/OPS-12":                  true,
	} {
		got, _ := templates.New().Copy("", "## Message\n<!-- public -->\nSee [it]("+address+").\n", incident.PageView{}, links)
		if linked := strings.Contains(got, "]("+address+")"); linked != stays {
			t.Errorf("%s: linked %t", address, linked)
		}
	}
}

// With github.com go the hosts on which it shows what is in repositories.
func TestCopyLinksOfGitHub(t *testing.T) {
	t.Parallel()
	links := incident.CopyLinks{Host: "github.com", Showcase: "acme/status"}
	for address, stays := range map[string]bool{
		"https://github.com/acme/till":                                   false,
		"https://private-user-images.githubusercontent.com/1/a.png?jwt=": false,
		"https://acme.github.io/till/":                                   false,
		"https://github.dev/acme/till":                                   false,
		"https://github.com/acme/status/issues":                          true,
		"https://www.githubstatus.com/":                                  true,
	} {
		got, _ := templates.New().Copy("", "## Message\n<!-- public -->\nSee [it]("+address+").\n", incident.PageView{}, links)
		if linked := strings.Contains(got, "]("+address+")"); linked != stays {
			t.Errorf("%s: linked %t", address, linked)
		}
	}
	got, _ := templates.New().Copy("", "## Message\n<!-- public -->\nSee [it](https://x.test).\n", incident.PageView{}, incident.CopyLinks{})
	if strings.Contains(got, "x.test") {
		t.Error("a link was kept though it is not known which host is GitHub's")
	}
}

// What Hindsight keeps up to date is not what people ordered to be published;
// what they write is.
func TestPublicWords(t *testing.T) {
	t.Parallel()
	texts, view := templates.New(), templates.Example(false)
	view.Own = "## Message\n<!-- public -->\nSorry.\n\n{{facts}}\n"
	page := texts.Page(view)
	view.Owner = "somebody-else"
	now := texts.RefreshPage(page, view)
	if now.Text == page || texts.PublicWords(now.Text) != texts.PublicWords(page) {
		t.Errorf("other facts are other words:\n%s", texts.PublicWords(now.Text))
	}
	if edited := strings.Replace(page, "Sorry.", "Sorry, all.", 1); texts.PublicWords(edited) == texts.PublicWords(page) {
		t.Error("what people wrote is not among the words")
	}
}
