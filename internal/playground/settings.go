package playground

import (
	"net/http"
	"strings"
)

// Rename gives a repository another name. Its id, its issues and its wiki stay.
// The old name answers 404, where GitHub would redirect: whoever still uses it
// gets the harder of the two answers.
func (g *GitHub) Rename(repo, name string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return err
	}
	full := strings.ToLower(r.Owner + "/" + name)
	if g.repos[full] != nil {
		return refuse(http.StatusUnprocessableEntity, "name already exists on this account")
	}
	delete(g.repos, strings.ToLower(repo))
	r.Name = name
	g.repos[full] = r
	for _, i := range r.issues {
		i.Repo = r.FullName()
		for _, c := range i.comments {
			c.Repo = r.FullName()
		}
	}
	return nil
}

// Select says which of an account's repositories its installation sees, by
// their names; none means all. No webhook tells of it here.
func (g *GitHub) Select(owner string, names ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if in := g.installations[strings.ToLower(owner)]; in != nil {
		in.selected = names
	}
}

// SetSubIssues switches sub-issues on (as at the start) or off, as on an
// Enterprise Server that is too old for them.
func (g *GitHub) SetSubIssues(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.noSubIssues = !on
}

// SetEditHistory switches the history of edits in the GraphQL API on (as at
// the start) or off, as on a host that has none.
func (g *GitHub) SetEditHistory(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.noEditHistory = !on
}
