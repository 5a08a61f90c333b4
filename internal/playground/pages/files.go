package pages

import (
	"net/http"
	"slices"
	"strings"

	"hindsight/internal/playground"
)

// usualFile is what a repository tells the app.
const usualFile = ".github/hindsight.yml"

// tree lists the files of the default branch.
type tree struct {
	Files   []string
	Usual   string // empty once it is there
	MayEdit bool
}

// file is one of them, or one that is to be.
type file struct {
	Path    string
	Lines   []string
	Content string
	Fresh   bool
	MayEdit bool
}

func mayPush(v visit) bool { return v.role >= playground.Write && !v.repo.Archived }

func (s *site) files(_ *http.Request, v visit) (screen, error) {
	t := tree{Files: s.g.Files(v.repo.FullName()), MayEdit: mayPush(v), Usual: usualFile}
	if slices.Contains(t.Files, usualFile) {
		t.Usual = ""
	}
	return screen{view: "files", title: "Files", tab: "files", body: t}, nil
}

// fileOf is the file that the path names, on whatever the path calls the
// default branch: there is no other.
func (s *site) fileOf(r *http.Request, v visit) (file, bool) {
	f := file{Path: strings.Trim(r.PathValue("path"), "/"), MayEdit: mayPush(v)}
	content, found := s.g.File(v.repo.FullName(), f.Path)
	f.Content, f.Fresh = content, !found
	f.Lines = strings.Split(strings.TrimSuffix(content, "\n"), "\n")
	return f, found
}

func (s *site) file(r *http.Request, v visit) (screen, error) {
	f, found := s.fileOf(r, v)
	if !found {
		return screen{}, errNowhere()
	}
	return screen{view: "file", title: f.Path, tab: "files", body: f}, nil
}

func (s *site) fileEditor(r *http.Request, v visit) (screen, error) {
	f, _ := s.fileOf(r, v)
	return screen{view: "file_edit", title: "Edit " + f.Path, tab: "files", body: f}, nil
}

// saveFile saves a file, or deletes it.
func (s *site) saveFile(r *http.Request, v visit) (string, error) {
	f, _ := s.fileOf(r, v)
	repo, me := v.repo.FullName(), s.g.As(v.me.Login)
	if r.PostForm.Get("do") == "delete" {
		return "/" + repo + "/tree/main", me.DeleteFile(repo, f.Path)
	}
	// Browsers send CR LF, which git would show as a change in every line.
	content := strings.ReplaceAll(r.PostForm.Get("body"), "\r\n", "\n")
	return "/" + repo + "/blob/main/" + f.Path, me.SaveFile(repo, f.Path, content)
}

// labels are a repository's, with the number of issues that have each.
type labels struct {
	All     []held
	MayEdit bool
}

type held struct {
	Label playground.Label
	Count int
}

func (s *site) labels(_ *http.Request, v visit) (screen, error) {
	l := labels{MayEdit: mayPush(v)}
	issues := s.g.Issues(v.repo.FullName())
	for _, label := range s.g.Labels(v.repo.FullName()) {
		h := held{Label: label}
		for _, i := range issues {
			if labelled(i, label.Name) {
				h.Count++
			}
		}
		l.All = append(l.All, h)
	}
	return screen{view: "labels", title: "Labels", tab: "issues", body: l}, nil
}

// changeLabel renames a label, or deletes it.
func (s *site) changeLabel(r *http.Request, v visit) (string, error) {
	repo, me := v.repo.FullName(), s.g.As(v.me.Login)
	if off := r.PostForm.Get("delete"); off != "" {
		return "/" + repo + "/labels", me.DeleteLabel(repo, off)
	}
	return "/" + repo + "/labels", me.RenameLabel(repo, r.PostForm.Get("label"), strings.TrimSpace(r.PostForm.Get("name")))
}
