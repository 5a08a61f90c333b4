package templates_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
	"hindsight/templates"
)

// villain is what people could write to be more than words, wherever a template
// puts it.
const villain = "x](https://evil.test) | --> <!-- hindsight:end block=facts --> <b>@acme/all</b> `#12` \"quoted\" {{title}}\n## Oh\n~~~ $x$\u202e"

// bare is an incident of which next to nothing is known.
func bare(public bool) incident.PageView {
	v := incident.PageView{Facts: facts, Public: public, Asks: public, Status: incident.Draft}
	v.Private = !public
	return v
}

// hostileView has people's words wherever there can be any.
func hostileView() incident.PageView {
	v := templates.Example(false)
	v.Title, v.Owner, v.Reporter, v.Summary, v.Status = villain, villain, villain, villain, villain
	v.URL = "https://github.test/a) | <b>"
	v.Key.Repo = villain
	v.Roles = incident.Roles{Commander: villain, Scribe: villain, Liaison: villain, Responders: []string{villain, villain}}
	for i := range v.Lines {
		v.Lines[i].Text, v.Lines[i].Owner, v.Lines[i].URL, v.Lines[i].Due = villain, villain, "https://github.test/(b)|c", villain
	}
	for i := range v.Rows {
		v.Rows[i].Says, v.Rows[i].Words, v.Rows[i].By, v.Rows[i].Source = villain, villain, villain, villain
		v.Rows[i].URL = "https://ci.test/log?a=b|c) [x](y) \"><script>"
	}
	return v
}

func TestBuiltInPages(t *testing.T) {
	t.Parallel()
	for _, built := range incident.Templates() {
		for kind, view := range map[string]incident.PageView{
			"empty": bare(false), "full": templates.Example(false),
			"public-empty": bare(true), "public-full": templates.Example(true),
			"hostile": hostileView(),
		} {
			t.Run(built+"-"+kind, func(t *testing.T) {
				t.Parallel()
				view := view
				view.Built = built
				page := templates.New().Page(view)
				golden(t, "page-"+built+"-"+kind, page)
				wholesome(t, page, view)
			})
		}
	}
}

// wholesome is what holds for every page: it is known again, its blocks are
// ours, they say what they would be made to say, and nothing else on it is a
// mark of ours.
func wholesome(t *testing.T, page string, v incident.PageView) {
	t.Helper()
	if of, ok := templates.New().ReadPage(page); !ok || of != v.ID {
		t.Errorf("the page is not known again: %v, %v", of, ok)
	}
	if !strings.HasPrefix(page, "<!-- hindsight:page ") {
		t.Error("the marker is not the first that stands there")
	}
	if says := strings.HasPrefix(page[strings.Index(page, "\n")+1:], "> 🌍 Everybody on the internet"); says != v.Public {
		t.Errorf("it says that everybody can read it: %t", says)
	}
	ours := 1
	refresh := templates.New().RefreshPage(page, v)
	for _, b := range refresh.Blocks {
		switch b.State {
		case incident.BlockOurs:
			ours += 2
		case incident.BlockAbsent:
		case incident.BlockBroken, incident.BlockChanged:
			t.Errorf("block %s is in the state %v", b.Name, b.State)
		}
	}
	if n := strings.Count(page, "<!-- hindsight:"); n != ours {
		t.Errorf("there are %d marks, not %d", n, ours)
	}
	if diff := cmp.Diff(page, refresh.Text); diff != "" || len(refresh.Changed) > 0 {
		t.Errorf("a new page is not up to date: %v\n%s", refresh.Changed, diff)
	}
}

// A page of each school has what the school asks for, and says to everybody no
// more than it should.
func TestSectionsOfBuiltInPages(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"default": {
			"What happened", "Impact", "Timeline", "Contributing factors", "Detection", "Resolution", "What went well",
			"What went badly", "Where we were lucky", "Follow-ups", "Proposed", "Responders", "Customer message", "We are sorry",
			"What will change", "Internal message", "Meeting agenda", "Supporting data",
		},
		"pagerduty": {
			"Overview", "What happened", "Contributing factors", "Resolution", "Impact", "Responders", "Timeline", "How'd we do?",
			"What went well", "What didn't go so well", "Action items", "Proposed", "Internal e-mail", "External message",
		},
		"18f": {
			"Apology", "Understanding", "What happened", "Prevention", "What we will do", "Timeline", "Follow-ups", "Proposed",
		},
		"minimal": {"What happened", "Timeline", "What we learnt", "Follow-ups", "Proposed", "Customer message"},
	}
	public := map[string][]string{
		"default": {"Customer message"}, "pagerduty": {"External message"}, "18f": {"Apology", "Understanding", "Prevention"},
		"minimal": {"Customer message"},
	}
	for built, titles := range want {
		t.Run(built, func(t *testing.T) {
			t.Parallel()
			view := templates.Example(false)
			view.Built = built
			var has, goesOut []string
			for _, s := range markdown.Sections(templates.New().Page(view)) {
				has = append(has, s.Title)
				if s.Mark == markdown.Public && s.Level == 2 {
					goesOut = append(goesOut, s.Title)
				}
			}
			for _, title := range titles {
				if !slices.Contains(has, title) {
					t.Errorf("there is no section %q in %q", title, has)
				}
			}
			if diff := cmp.Diff(public[built], goesOut); diff != "" {
				t.Errorf("public sections (-want +got):\n%s", diff)
			}
			view.Public = true
			for _, s := range markdown.Sections(templates.New().Page(view)) {
				if s.Mark == markdown.Internal {
					t.Errorf("everybody can read the internal section %q", s.Title)
				}
			}
		})
	}
}

// What is proposed on a page of any template is found there.
func TestProposedOnBuiltInPages(t *testing.T) {
	t.Parallel()
	for _, built := range incident.Templates() {
		view := bare(false)
		view.Built = built
		page := templates.New().Page(view)
		if n := len(markdown.Proposed(page)); n != 0 {
			t.Errorf("%s: %d lines are proposed on a new page", built, n)
		}
		heading := "### Proposed\n"
		page = strings.Replace(page, heading, heading+"\n- [ ] Alert on age\n\n", 1)
		if got := markdown.Proposed(page); len(got) != 1 || got[0].Text != "Alert on age" {
			t.Errorf("%s: proposed are %+v", built, got)
		}
	}
}

func TestPageFromOwnTemplate(t *testing.T) {
	t.Parallel()
	const own = "\uFEFF{{- /* ours */ -}}\r\n# {{title}}\r\n\r\n{{facts}}\r\n\r\n## Ours{{if owner}} by {{owner}}{{else if reporter}} of {{reporter}}{{else}}, nobody's{{end}}\r\n\r\n" +
		"## Secret\r\n<!-- internal -->\r\nWhat we think."
	view := templates.Example(false)
	view.Own, view.Built = own, "minimal"
	page := templates.New().Page(view)
	wholesome(t, page, view)
	for _, want := range []string{
		"\n# Checkout answers every third request with an error\n", "\n## Ours by alice\n", "\nWhat we think.\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in\n%s", want, page)
		}
	}
	view.Owner, view.Public = "", true
	page = templates.New().Page(view)
	wholesome(t, page, view)
	if !strings.Contains(page, "\n## Ours of bob\n") || strings.Contains(page, "What we think") || strings.Contains(page, "\r") {
		t.Errorf("not what the template says:\n%s", page)
	}
}

// Of a template that can't be used, nothing gets onto a page.
func TestPageFromUnusableTemplate(t *testing.T) {
	t.Parallel()
	view := templates.Example(false)
	view.Built = "minimal"
	want := templates.New().Page(view)
	for name, own := range unusable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			view := view
			view.Own = own.text
			if diff := cmp.Diff(want, templates.New().Page(view)); diff != "" {
				t.Errorf("not the built-in template's (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("unknown built-in", func(t *testing.T) {
		t.Parallel()
		view, byDefault := templates.Example(true), templates.Example(true)
		view.Built, byDefault.Built = "no such", "default"
		if diff := cmp.Diff(templates.New().Page(byDefault), templates.New().Page(view)); diff != "" {
			t.Errorf("not the default one (-want +got):\n%s", diff)
		}
	})
}

// A template that words make too long a page of is fine until somebody writes
// such words: then it is not used.
func TestTooManyWords(t *testing.T) {
	t.Parallel()
	view := bare(false)
	view.Own, view.Title = "Ours"+strings.Repeat("{{title}}", 5000), "harmless"
	if page := templates.New().Page(view); !strings.Contains(page, "Ours") {
		t.Fatalf("the template is not used at all:\n%.500s", page)
	}
	view.Title = strings.Repeat("@", 250)
	page := templates.New().Page(view)
	wholesome(t, page, view)
	if strings.Contains(page, "Ours") {
		t.Errorf("the template is used:\n%.500s", page)
	}
}

// People's words are nothing but words, in whatever place.
func TestHostileWordsInOwnTemplate(t *testing.T) {
	t.Parallel()
	var everywhere strings.Builder
	for _, f := range templates.Fields() {
		if f.Block {
			fmt.Fprintf(&everywhere, "\n## Block\n\n{{%s}}\n", f.Name)
			continue
		}
		v := "{{" + f.Name + "}}"
		fmt.Fprintf(&everywhere, "\n## %s\n\n%s\n\n<!-- by %s -->\n\n[%s](https://ok.test/)\n\n| a | b |\n| --- | --- |\n| %s | %s |\n\n- %s\n\n> %s\n\n**%s**\n\n```\n%s\n```\n",
			v, v, v, v, v, v, v, v, v, v)
	}
	view := hostileView()
	view.Own = everywhere.String()
	if err := templates.New().CheckTemplate("own.md", view.Own); err != nil {
		t.Fatal(err)
	}
	page := templates.New().Page(view)
	wholesome(t, page, view)
	golden(t, "page-own-hostile", page)
	calm := templates.Example(false)
	calm.Own, calm.Summary = view.Own, "x\ny\nz"
	if diff := cmp.Diff(skeleton(templates.New().Page(calm)), skeleton(page)); diff != "" {
		t.Errorf("words have become structure (-calm +hostile):\n%s", diff)
	}
}

// skeleton is how GitHub understands a page: everything but its words.
func skeleton(page string) []string {
	var found []string
	src := []byte(page)
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(src))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || n.Kind() == ast.KindText || n.Kind() == ast.KindString {
			return ast.WalkContinue, nil
		}
		says := n.Kind().String()
		switch n := n.(type) {
		case *ast.RawHTML:
			if tag := string(n.Segments.Value(src)); tag == "<span>" || tag == "</span>" {
				return ast.WalkContinue, nil // what makes words neutral
			}
		case *ast.HTMLBlock:
			says += fmt.Sprint(n.Lines().Len(), n.HasClosure())
		case *ast.Heading:
			says += fmt.Sprint(n.Level)
		}
		found = append(found, says)
		return ast.WalkContinue, nil
	})
	return found
}
