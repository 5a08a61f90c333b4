package playground

import (
	"fmt"
	"slices"
)

// Repositories are all repositories, oldest first.
func (g *GitHub) Repositories() []Repository {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []Repository
	for _, r := range g.sortedRepos(func(*repository) bool { return true }) {
		all = append(all, r.Repository)
	}
	return all
}

// Repository is one repository.
func (g *GitHub) Repository(repo string) (Repository, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return Repository{}, fmt.Errorf("playground: look at %s: %w", repo, err)
	}
	return r.Repository, nil
}

// Role is what somebody may do in a repository.
func (g *GitHub) Role(repo, login string) Role {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return None
	}
	return r.role(login)
}

// Labels are a repository's labels in the order of their creation.
func (g *GitHub) Labels(repo string) []Label {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return nil
	}
	var all []Label
	for _, l := range r.labels {
		all = append(all, *l)
	}
	return all
}

// Issues are a repository's issues and pull requests by number, without
// those that were deleted.
func (g *GitHub) Issues(repo string) []Issue {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return nil
	}
	var all []Issue
	for _, i := range r.issues {
		if i.here() {
			all = append(all, i.snapshot())
		}
	}
	return all
}

// Issue is one issue or pull request.
func (g *GitHub) Issue(repo string, number int) (Issue, error) {
	return look(g, repo, number, (*issue).snapshot)
}

// Comments are the comments on an issue, oldest first.
func (g *GitHub) Comments(repo string, number int) ([]Comment, error) {
	return look(g, repo, number, func(i *issue) []Comment {
		var all []Comment
		for _, c := range i.comments {
			all = append(all, c.snapshot())
		}
		return all
	})
}

// Events are an issue's history, oldest first.
func (g *GitHub) Events(repo string, number int) ([]Event, error) {
	return look(g, repo, number, func(i *issue) []Event { return slices.Clone(i.events) })
}

// SubIssues are an issue's sub-issues in their order.
func (g *GitHub) SubIssues(repo string, number int) ([]Issue, error) {
	return look(g, repo, number, func(i *issue) []Issue {
		var all []Issue
		for _, s := range i.subs {
			all = append(all, s.snapshot())
		}
		return all
	})
}

// IssueByID is one issue or pull request, wherever it is; false if it is gone.
func (g *GitHub) IssueByID(id int64) (Issue, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, i := g.issueByID(id)
	if i == nil {
		return Issue{}, false
	}
	return i.snapshot(), true
}

func look[T any](g *GitHub, repo string, number int, see func(*issue) T) (T, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var none T
	r, err := g.find(repo)
	if err != nil {
		return none, fmt.Errorf("playground: look at %s: %w", repo, err)
	}
	i, err := r.issue(number)
	if err != nil {
		return none, fmt.Errorf("playground: look at %s#%d: %w", repo, number, err)
	}
	return see(i), nil
}
