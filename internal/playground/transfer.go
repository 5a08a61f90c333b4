package playground

import (
	"net/http"
	"slices"
	"strings"
)

// transfer moves an issue into another repository of the same owner. As on
// GitHub it is another issue there: it has a new id and a new number, keeps
// its author, its comments, its history and those labels that exist there, and
// the old number leads to it. That comments get new ids is not confirmed: it
// is the harder of the two readings.
func (g *GitHub) transfer(by actor, r, to *repository, i *issue) *issue {
	moved := &issue{Issue: i.snapshot(), events: slices.Clone(i.events), parent: i.parent, subs: i.subs}
	moved.ID, moved.Repo, moved.Number, moved.UpdatedAt = g.newID(), to.FullName(), len(to.issues)+1, g.now()
	moved.Labels = nil
	for _, l := range i.Labels {
		if there := to.label(l.Name); there != nil {
			moved.Labels = append(moved.Labels, *there)
		}
	}
	moved.Assignees = slices.DeleteFunc(moved.Assignees, func(u User) bool { return !g.assignable(to, u.Login) })
	to.issues = append(to.issues, moved)
	g.issues[moved.ID] = moved
	for _, c := range i.comments {
		copied := &comment{c.snapshot()}
		copied.ID, copied.Repo, copied.Issue = g.newID(), moved.Repo, moved.Number
		moved.comments = append(moved.comments, copied)
		to.comments[copied.ID] = copied
	}
	g.rehang(i, moved)
	g.note(by, moved, Event{Event: "transferred"})
	g.tellTransfer(by, r, to, i, moved)
	for _, c := range i.comments {
		delete(r.comments, c.ID)
	}
	i.comments, i.parent, i.subs, i.movedTo = nil, nil, nil, moved
	g.mentionAgain(by, to, moved)
	return moved
}

// rehang puts the transferred issue in the place of the old one.
func (g *GitHub) rehang(i, moved *issue) {
	if i.parent != nil {
		i.parent.subs[slices.Index(i.parent.subs, i)] = moved
	}
	for _, s := range i.subs {
		s.parent = moved
	}
}

// tellTransfer sends the two webhooks: one from where it was, and one from
// where it is, by which alone it can't be told from a new issue unless one
// looks at its changes.
func (g *GitHub) tellTransfer(by actor, r, to *repository, i, moved *issue) {
	g.emitIssue(by, r, i, "transferred", object{"changes": object{
		"new_issue": g.issueJSON(to, moved), "new_repository": g.repoJSON(to),
	}})
	g.emitIssue(by, to, moved, "opened", object{"changes": object{
		"old_issue": g.issueJSON(r, i), "old_repository": g.repoJSON(r),
	}})
}

// mentionAgain keeps what it mentions pointing at it.
func (g *GitHub) mentionAgain(by actor, r *repository, i *issue) {
	g.crossReference(by, r, i, i.Body)
	for _, c := range i.comments {
		g.crossReference(by, r, i, c.Body)
	}
}

// Transfer moves an issue to another repository of the same owner and returns
// its new number. It takes write permission in both.
func (p Person) Transfer(repo string, number int, to string) (int, error) {
	var anew int
	err := p.on(repo, number, Write, nil, "transfer", func(by actor, r *repository, i *issue) error {
		target, err := p.g.find(to)
		if err != nil {
			return err
		}
		if err := p.permit(target, Write); err != nil {
			return err
		}
		switch {
		case !strings.EqualFold(r.Owner, target.Owner), r == target:
			return refuse(http.StatusUnprocessableEntity, "issues move between repositories of one owner only")
		case r.Private && !target.Private:
			return refuse(http.StatusUnprocessableEntity, "issues don't move from a private repository to a public one")
		case i.PullRequest:
			return refuse(http.StatusUnprocessableEntity, "pull requests can't be transferred")
		}
		anew = p.g.transfer(by, r, target, i).Number
		return nil
	})
	return anew, err
}

// ConvertToDiscussion makes a discussion of an issue. The issue stays: it is
// closed and locked for good, and of all that the API says of it only the
// event "converted_to_discussion" in its history tells why.
func (p Person) ConvertToDiscussion(repo string, number int) error {
	return p.on(repo, number, Write, nil, "convert", func(by actor, r *repository, i *issue) error {
		if i.PullRequest || i.Discussion {
			return refuse(http.StatusUnprocessableEntity, "only an issue can become a discussion")
		}
		if err := p.g.closeIssue(by, r, i, ""); err != nil {
			return err
		}
		p.g.setLocked(by, r, i, true)
		i.Discussion = true
		p.g.note(by, i, Event{Event: "converted_to_discussion"})
		return nil
	})
}
