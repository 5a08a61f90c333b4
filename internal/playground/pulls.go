package playground

import (
	"net/http"
	"regexp"
)

// closing is a keyword before a reference, by which a pull request closes an
// issue when it is merged.
var closing = regexp.MustCompile(`(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+((?:[\w-]+/[\w.-]+)?#\d+)\b`)

// merge merges a pull request into the default branch, which closes what its
// body says that it closes.
func (g *GitHub) merge(by actor, r *repository, i *issue) error {
	if !i.PullRequest || i.Closed {
		return refuse(http.StatusMethodNotAllowed, "Pull Request is not mergeable")
	}
	i.MergedAt = g.now()
	r.PushedAt = i.MergedAt
	g.note(by, i, Event{Event: "merged"})
	if err := g.closeIssue(by, r, i, ""); err != nil {
		return err
	}
	for _, m := range closing.FindAllStringSubmatch(unseen.ReplaceAllString(i.Body, " "), -1) {
		for _, target := range g.mentions(r, m[1]) {
			home, err := g.find(target.Repo)
			if err != nil || target.PullRequest || home.role(by.user.Login) < Triage {
				continue
			}
			if err := g.closeIssue(by, home, target, "completed"); err != nil {
				return err
			}
		}
	}
	return nil
}

// Merge merges a pull request.
func (p Person) Merge(repo string, number int) error {
	return p.on(repo, number, Write, nil, "merge", p.g.merge)
}
