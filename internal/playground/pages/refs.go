package pages

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"hindsight/internal/playground"
)

// linker makes links of #77, owner/repo#77 and @login where they stand as
// plain text and lead to something that the reader may see.
type linker struct {
	g   *playground.GitHub
	ref *regexp.Regexp
}

func newLinker(g *playground.GitHub) *linker {
	ref := regexp.MustCompile(`([A-Za-z0-9-]+/[A-Za-z0-9._-]+)?#([0-9]{1,9})|@([A-Za-z0-9][A-Za-z0-9-]*)`)
	return &linker{g: g, ref: ref}
}

func (l *linker) link(doc ast.Node, source []byte, at where) {
	for _, t := range plainTexts(doc) {
		l.split(t, source, at)
	}
}

// plainTexts are the texts outside of links and code.
func plainTexts(doc ast.Node) []*ast.Text {
	var all []*ast.Text
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function never fails
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link, *ast.AutoLink, *ast.CodeSpan, *ast.Image:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			all = append(all, n)
		}
		return ast.WalkContinue, nil
	})
	return all
}

// split splits the text around its references. The text itself becomes what
// is behind the last one, so that its line break stays where it was.
func (l *linker) split(t *ast.Text, source []byte, at where) {
	segment := t.Segment
	for _, m := range l.ref.FindAllSubmatchIndex(segment.Value(source), -1) {
		from, to := segment.Start+m[0], segment.Start+m[1]
		if !standsAlone(source, from, to) {
			continue
		}
		target := l.target(string(source[from:to]), at)
		if target == nil {
			continue
		}
		parent := t.Parent()
		if before := text.NewSegment(t.Segment.Start, from); !before.IsEmpty() {
			parent.InsertBefore(parent, t, ast.NewTextSegment(before))
		}
		target.AppendChild(target, ast.NewTextSegment(text.NewSegment(from, to)))
		parent.InsertBefore(parent, t, target)
		t.Segment = t.Segment.WithStart(to)
	}
}

// standsAlone is whether the bytes around end the word. A backslash or an
// ampersand before it means that it was escaped.
func standsAlone(source []byte, from, to int) bool {
	if from > 0 && !strings.ContainsRune(" \t\r\n([{,;:\"'*_~|>-", rune(source[from-1])) {
		return false
	}
	if to == len(source) {
		return true
	}
	next := source[to]
	return !strings.ContainsRune("_/@#", rune(next)) && !util.IsAlphaNumeric(next)
}

// target is nil if the reference leads nowhere that the reader may see.
func (l *linker) target(ref string, at where) *ast.Link {
	if login, person := strings.CutPrefix(ref, "@"); person {
		u, known := l.g.Account(login)
		if !known {
			return nil
		}
		return newLink("/"+u.Login, "")
	}
	repo, number, _ := strings.Cut(ref, "#")
	if repo == "" {
		repo = at.repo
	}
	n, err := strconv.Atoi(number)
	if err != nil || l.g.Role(repo, at.reader) < playground.Read {
		return nil
	}
	i, err := l.g.Issue(repo, n)
	if moved, has := errors.AsType[*playground.MovedError](err); has && l.g.Role(moved.Repo, at.reader) >= playground.Read {
		i, err = l.g.Issue(moved.Repo, moved.Number)
	}
	if err != nil {
		return nil
	}
	return newLink(issuePath(i), i.Title)
}

func newLink(to, title string) *ast.Link {
	l := ast.NewLink()
	l.Destination = []byte(to)
	if title != "" {
		l.Title = []byte(title)
	}
	return l
}

// issuePath is where an issue or a pull request is shown.
func issuePath(i playground.Issue) string {
	kind := "issues"
	if i.PullRequest {
		kind = "pull"
	}
	return fmt.Sprintf("/%s/%s/%d", i.Repo, kind, i.Number)
}
