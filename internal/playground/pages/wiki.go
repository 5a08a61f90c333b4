package pages

import (
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"hindsight/internal/playground"
)

// sheet is a wiki page, or the list of all of them, beside what the team wants to
// have beside each.
type sheet struct {
	Name    string // as in its address; empty for the list
	Title   string
	Text    template.HTML
	Sidebar template.HTML // the team's own; empty if there is none
	Pages   []wikiLink
	Base    string // the address of the wiki
	MayEdit bool
	Off     bool // the feature is switched off
	Last    *playground.WikiCommit
}

type wikiLink struct{ Title, Path string }

func wikiBase(v visit) string { return "/" + v.repo.FullName() + "/wiki" }

func wikiPath(v visit, name string) string { return wikiBase(v) + "/" + url.PathEscape(name) }

// wikiTitle is a page's name as GitHub shows it.
func wikiTitle(name string) string { return strings.ReplaceAll(name, "-", " ") }

// wikiPage shows a page, the first page, or how to make one.
func (s *site) wikiPage(r *http.Request, v visit) (screen, error) {
	files, err := s.g.WikiPages(r.Context(), v.repo.FullName())
	if err != nil {
		return screen{}, err
	}
	name := r.PathValue("page")
	w := s.sheet(v, files)
	if len(files) == 0 || w.Off {
		if name != "" {
			return screen{}, errNowhere()
		}
		return screen{view: "wiki_empty", title: "Wiki", tab: "wiki", body: w}, nil
	}
	content, there := files[name+".md"]
	if name == "" {
		name = firstPage
		if content, there = files[firstPage+".md"]; !there {
			name = ""
		}
	} else if !there {
		return screen{}, errNowhere()
	}
	w.Name, w.Title = name, wikiTitle(name)
	w.Text = s.text.page(wikiText(v), content)
	log, err := s.g.WikiPageLog(r.Context(), v.repo.FullName(), name)
	if err == nil && len(log) > 0 {
		w.Last = &log[0]
	}
	return screen{view: "wiki", title: w.Title + " · Wiki", tab: "wiki", body: w}, err
}

// allPages lists the pages, and shows none.
func (s *site) allPages(r *http.Request, v visit) (screen, error) {
	files, err := s.g.WikiPages(r.Context(), v.repo.FullName())
	if err != nil {
		return screen{}, err
	}
	w := s.sheet(v, files)
	if len(files) == 0 || w.Off {
		return screen{}, errNowhere()
	}
	return screen{view: "wiki", title: "Pages · Wiki", tab: "wiki", body: w}, nil
}

// sheet is what stands beside every page of a wiki.
func (s *site) sheet(v visit, files map[string]string) sheet {
	w := sheet{
		Base: wikiBase(v), MayEdit: mayPush(v), Off: !v.repo.HasWiki, Pages: wikiPages(v, files),
	}
	if bar := files[sidebar+".md"]; bar != "" {
		w.Sidebar = s.text.page(wikiText(v), bar)
	}
	return w
}

// wikiText is for whom, and from where, a page of the wiki is rendered.
func wikiText(v visit) where {
	return where{repo: v.repo.FullName(), reader: v.me.Login, wiki: wikiBase(v)}
}

// The pages that come first, and the one that stands beside all others.
const (
	firstPage = "Home"
	indexPage = "Post-mortems"
	sidebar   = "_Sidebar"
)

// wikiPages are all pages in the order of the alphabet, the first page and the
// index of post-mortems before them.
func wikiPages(v visit, files map[string]string) []wikiLink {
	var first, others []wikiLink
	for _, file := range slices.Sorted(maps.Keys(files)) {
		name, isPage := strings.CutSuffix(file, ".md")
		if !isPage || strings.HasPrefix(name, "_") {
			continue
		}
		link := wikiLink{Title: wikiTitle(name), Path: wikiPath(v, name)}
		if name == firstPage || name == indexPage { // in this order by the alphabet, too
			first = append(first, link)
		} else {
			others = append(others, link)
		}
	}
	return append(first, others...)
}

// firstPage brings the wiki into being.
func (s *site) firstPage(r *http.Request, v visit) (string, error) {
	content := "Welcome to the wiki of " + v.repo.Name + ".\n"
	return wikiBase(v), s.g.As(v.me.Login).SaveWikiPage(r.Context(), v.repo.FullName(), firstPage, content)
}

// manuscript is a wiki page that is being written.
type manuscript struct {
	Title string
	Body  string
	Fresh bool // it is a new one
	// Sidebar is what stands beside all pages, whether there is one or not.
	Sidebar bool
	Back    string
}

func (s *site) wikiEditor(r *http.Request, v visit) (screen, error) {
	name := r.PathValue("page")
	m := manuscript{Fresh: name == "", Sidebar: name == sidebar, Title: wikiTitle(name), Back: wikiBase(v)}
	if m.Sidebar {
		m.Title = "the sidebar"
	}
	if !m.Fresh {
		files, err := s.g.WikiPages(r.Context(), v.repo.FullName())
		if err != nil {
			return screen{}, err
		}
		content, there := files[name+".md"]
		if !there && !m.Sidebar {
			return screen{}, errNowhere()
		}
		if m.Body = content; !m.Sidebar {
			m.Back = wikiPath(v, name)
		}
	}
	return screen{view: "wiki_edit", title: "Edit the wiki", tab: "wiki", body: m}, nil
}

func (s *site) saveWikiPage(r *http.Request, v visit) (string, error) {
	name := r.PathValue("page")
	if name == "" {
		name = strings.TrimSpace(r.PostForm.Get("title"))
	}
	if r.PathValue("page") != sidebar && !nameable(name) {
		return "", errInvalid(`A page's title needs a letter or digit first, and can't have any of \ / : * ? " < > | in it.`)
	}
	// Git would show a change in every line if the browser's line ends stayed.
	content := strings.ReplaceAll(r.PostForm.Get("body"), "\r\n", "\n")
	err := s.g.As(v.me.Login).SaveWikiPage(r.Context(), v.repo.FullName(), name, content)
	if name == sidebar {
		return wikiBase(v), err
	}
	return wikiPath(v, strings.TrimSuffix(strings.ReplaceAll(name, " ", "-"), ".md")), err
}

// nameable is whether a page can be called so: its title becomes a file's
// name, in one folder.
func nameable(title string) bool {
	for at, r := range title {
		if unicode.IsControl(r) || strings.ContainsRune(`\/:*?"<>|`, r) || at == 0 && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return title != "" && len(title) <= 200
}

type history struct {
	Name    string // of the page; empty for the whole wiki
	Title   string
	Back    string
	Commits []playground.WikiCommit
}

func (s *site) wikiHistory(r *http.Request, v visit) (screen, error) {
	h := history{Name: r.PathValue("page"), Back: wikiBase(v), Title: "the wiki"}
	var err error
	if h.Name == "" {
		h.Commits, err = s.g.WikiLog(r.Context(), v.repo.FullName())
	} else {
		h.Title, h.Back = wikiTitle(h.Name), wikiPath(v, h.Name)
		h.Commits, err = s.g.WikiPageLog(r.Context(), v.repo.FullName(), h.Name)
	}
	if err == nil && len(h.Commits) == 0 {
		err = errNowhere()
	}
	return screen{view: "wiki_history", title: "History of " + h.Title, tab: "wiki", body: h}, err
}
