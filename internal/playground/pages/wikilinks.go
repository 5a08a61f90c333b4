package pages

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// withWikiLinks reads [[Page]] and [[words|Page]], as only wikis do.
func withWikiLinks() goldmark.Option {
	const beforeLinks = 199 // those of Markdown have 200
	return goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(wikiLinks{}, beforeLinks)))
}

type wikiLinks struct{}

func (wikiLinks) Trigger() []byte { return []byte{'['} }

func (wikiLinks) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	inner, opened := bytes.CutPrefix(line, []byte("[["))
	inner, _, closed := bytes.Cut(inner, []byte("]]"))
	words, page, apart := bytes.Cut(inner, []byte("|"))
	if !apart {
		page = words
	}
	name := strings.ReplaceAll(strings.TrimSpace(string(page)), " ", "-")
	if !opened || !closed || name == "" {
		return nil
	}
	link := newLink(url.PathEscape(name), "")
	from := segment.Start + len("[[")
	link.AppendChild(link, ast.NewTextSegment(text.NewSegment(from, from+len(words))))
	block.Advance(len("[[") + len(inner) + len("]]"))
	return link
}

// rooted makes links to other pages of a wiki lead there from every address
// that shows a page: the first page is shown without its name, too.
func rooted(doc ast.Node, wiki string) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function never fails
		link, isLink := n.(*ast.Link)
		if !entering || !isLink {
			return ast.WalkContinue, nil
		}
		to, err := url.Parse(string(link.Destination))
		if err == nil && to.Scheme == "" && to.Host == "" && to.Path != "" && !strings.HasPrefix(to.Path, "/") {
			link.Destination = append([]byte(wiki+"/"), link.Destination...)
		}
		return ast.WalkContinue, nil
	})
}
