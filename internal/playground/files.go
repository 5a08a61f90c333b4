package playground

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// PutFile puts a file on the repository's default branch, as its owner.
func (g *GitHub) PutFile(repo, path, content string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return fmt.Errorf("playground: put %s into %s: %w", path, repo, err)
	}
	g.push(r, path, &content)
	return nil
}

// File is a file on the default branch; false if there is none.
func (g *GitHub) File(repo, path string) (string, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return "", false
	}
	content, found := r.files[strings.Trim(path, "/")]
	return string(content), found
}

// Files are the paths of all files on the default branch.
func (g *GitHub) Files(repo string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(r.files))
}

// SaveFile puts a file on the default branch.
func (p Person) SaveFile(repo, path, content string) error {
	return p.in(repo, Write, "save "+path, func(_ actor, r *repository) error {
		p.g.push(r, path, &content)
		return nil
	})
}

// DeleteFile takes a file off the default branch.
func (p Person) DeleteFile(repo, path string) error {
	return p.in(repo, Write, "delete "+path, func(_ actor, r *repository) error {
		if _, found := r.files[strings.Trim(path, "/")]; !found {
			return notFound()
		}
		p.g.push(r, path, nil)
		return nil
	})
}

// push changes one file of the default branch; nil deletes it. The app has
// not subscribed to pushes: it sees only that the repository's pushed_at, in
// whole seconds, has moved.
func (g *GitHub) push(r *repository, path string, content *string) {
	path = strings.Trim(path, "/")
	if content == nil {
		delete(r.files, path)
	} else {
		r.files[path] = []byte(*content)
	}
	r.PushedAt = g.now()
}
