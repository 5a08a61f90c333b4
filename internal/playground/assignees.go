package playground

import (
	"slices"
	"strings"
)

// maxAssignees is how many an issue can have.
const maxAssignees = 10

// assignable is whether issues of the repository can be assigned to the
// account: whoever has been given any access to it, and no bots.
func (g *GitHub) assignable(r *repository, login string) bool {
	u := g.users[strings.ToLower(login)]
	if u == nil || u.Type != TypeUser {
		return false
	}
	return r.roles[strings.ToLower(login)] >= Read || strings.EqualFold(login, r.Owner)
}

// assignees are the accounts, each once; 422 if one of them can't be.
func (g *GitHub) assignees(r *repository, logins []string) ([]User, error) {
	var all []User
	for _, login := range logins {
		if !g.assignable(r, login) {
			return nil, notAssignable(login)
		}
		if u := *g.user(login); !slices.Contains(all, u) {
			all = append(all, u)
		}
	}
	return all[:min(len(all), maxAssignees)], nil
}

// setAssignees replaces all assignees.
func (g *GitHub) setAssignees(by actor, r *repository, i *issue, logins []string) error {
	anew, err := g.assignees(r, logins)
	if err != nil {
		return err
	}
	old := i.Assignees
	i.Assignees = anew
	note := func(action string, u User) {
		i.UpdatedAt = g.now()
		g.note(by, i, Event{Event: action, Assignee: &u})
		g.emitIssue(by, r, i, action, object{"assignee": g.userJSON(u)})
	}
	for _, u := range old {
		if !slices.Contains(anew, u) {
			note("unassigned", u)
		}
	}
	for _, u := range anew {
		if !slices.Contains(old, u) {
			note("assigned", u)
		}
	}
	return nil
}
