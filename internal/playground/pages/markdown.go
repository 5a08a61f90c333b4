package pages

import (
	"bytes"
	"html/template"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"hindsight/internal/playground"
)

// writing renders people's Markdown as GitHub does.
type writing struct {
	issues goldmark.Markdown // every line break counts
	wiki   goldmark.Markdown // headings can be linked to
	linker *linker
	plain  *bluemonday.Policy
	linked *bluemonday.Policy
}

func newWriting(g *playground.GitHub) *writing {
	w := &writing{linker: newLinker(g), plain: safe(), linked: safe()}
	// Only the wiki's headings have ids. In comments they could be aimed at
	// the anchors of other comments.
	w.linked.AllowAttrs("id").Matching(regexp.MustCompile(`^[a-z0-9-]+$`)).OnElements("h1", "h2", "h3", "h4", "h5", "h6")
	w.issues = goldmark.New(flavour(), withBoxes(), goldmark.WithRendererOptions(html.WithUnsafe(), html.WithHardWraps()))
	w.wiki = goldmark.New(flavour(), withWikiLinks(), goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(html.WithUnsafe()))
	return w
}

// flavour is GitHub's, with alignment by attributes since the pages' security
// policy allows no inline styles.
func flavour() goldmark.Option {
	return goldmark.WithExtensions(
		extension.Linkify, extension.Strikethrough, extension.TaskList,
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
	)
}

// safe keeps the HTML that GitHub keeps. Everything else goes, comments, event
// handlers, scripts and other people's schemes among it.
func safe() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowStandardURLs()
	p.AllowElements(
		"h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "div", "span", "blockquote", "pre",
		"b", "strong", "i", "em", "u", "s", "del", "ins", "sub", "sup", "kbd", "samp", "var", "code", "tt", "q", "mark", "small",
		"summary", "dl", "dt", "dd",
	)
	p.AllowLists()
	p.AllowTables()
	p.AllowAttrs("open").OnElements("details")
	p.AllowElements("details")
	p.AllowAttrs("href", "title").OnElements("a")
	p.AllowAttrs("src", "alt", "title").OnElements("img")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[\w+-]+$`)).OnElements("code")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").OnElements("input")
	p.AllowAttrs(boxAttribute).Matching(regexp.MustCompile(`^\w+-\d+$`)).OnElements("input")
	p.RequireNoFollowOnLinks(true)
	return p
}

// where is the repository and the reader that a text is rendered for.
type where struct {
	repo   string // "owner/name"
	reader string // whose permissions decide which references become links
	// form is the id of the form that ticks a box; empty if the reader may not.
	form string
	// wiki is the address of the wiki that the text is a page of; empty elsewhere.
	wiki string
}

// comment renders the body of an issue or a comment.
func (w *writing) comment(at where, source string) template.HTML {
	return w.render(w.issues, w.plain, at, source)
}

// page renders a wiki page.
func (w *writing) page(at where, source string) template.HTML {
	return w.render(w.wiki, w.linked, at, source)
}

func (w *writing) render(md goldmark.Markdown, policy *bluemonday.Policy, at where, source string) template.HTML {
	doc := md.Parser().Parse(text.NewReader([]byte(source)))
	w.linker.link(doc, []byte(source), at)
	if at.wiki != "" {
		rooted(doc, at.wiki)
	}
	word := boxWord()
	markBoxes(doc, []byte(source), word)
	var raw bytes.Buffer
	if err := md.Renderer().Render(&raw, []byte(source), doc); err != nil {
		return verbatim(source)
	}
	balanced, err := balance(policy.SanitizeReader(&raw), func(n *nethtml.Node) { enliven(n, word, at.form) })
	if err != nil {
		return verbatim(source)
	}
	return template.HTML(balanced) //nolint:gosec // sanitised just above
}

// verbatim is for what can't be rendered, such as thousands of nested tags.
func verbatim(source string) template.HTML {
	return template.HTML("<pre>" + template.HTMLEscapeString(source) + "</pre>") //nolint:gosec // escaped
}

// balance closes what is open and drops what closes nothing. The sanitiser
// lets a stray "</div>" pass, which would end our own element and let the
// rest stand outside of its comment. What is left may be changed by finish.
func balance(dirty *bytes.Buffer, finish func(*nethtml.Node)) (string, error) {
	nodes, err := nethtml.ParseFragment(dirty, &nethtml.Node{Type: nethtml.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return "", err
	}
	var clean strings.Builder
	for _, n := range nodes {
		finish(n)
		if err := nethtml.Render(&clean, n); err != nil {
			return "", err
		}
	}
	return clean.String(), nil
}
