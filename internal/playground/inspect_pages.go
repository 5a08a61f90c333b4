package playground

import (
	"context"
	"fmt"
	"strings"
)

// Account is somebody who has an account; false if there is none. Unlike
// [GitHub.As] it creates nobody.
func (g *GitHub) Account(login string) (User, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	u := g.users[strings.ToLower(login)]
	if u == nil {
		return User{}, false
	}
	return *u, true
}

// SetLabel gives a repository a label with a colour of six hexadecimal
// digits, or a label that it has another colour.
func (g *GitHub) SetLabel(repo, name, color string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return fmt.Errorf("playground: set the label %s of %s: %w", name, repo, err)
	}
	owner := actor{user: *g.user(r.Owner)}
	g.label(owner, r, name).Color = color
	return nil
}

// WikiPageLog are the changes of one page, newest first; none if there never
// was such a page.
func (g *GitHub) WikiPageLog(ctx context.Context, repo, title string) ([]WikiCommit, error) {
	r, err := g.Repository(repo)
	if err != nil || !g.wikis.exists(r.ID) {
		return nil, err
	}
	path := ":(literal)" + wikiName(title)
	touched, err := g.wikis.run(ctx, wikiDir(r.ID), nil, nil, "log", "--format=%H", wikiBranch, "--", path)
	if err != nil {
		return nil, err
	}
	all, err := g.WikiLog(ctx, repo)
	if err != nil {
		return nil, err
	}
	var some []WikiCommit
	for _, c := range all {
		if strings.Contains(touched, c.SHA) {
			some = append(some, c)
		}
	}
	return some, nil
}
