package playground

import "slices"

// subIssue is what both writing endpoints take: the issue's id, not its
// number.
type subIssue struct {
	ID            int64 `json:"sub_issue_id"`
	ReplaceParent bool  `json:"replace_parent"`
}

// sub finds the issue that the request names, among those that the token
// sees.
func (x *exchange) sub() (*issue, subIssue, error) {
	var in subIssue
	if x.g.noSubIssues {
		return nil, in, notFound()
	}
	if err := x.decode(&in); err != nil {
		return nil, in, err
	}
	r, i := x.g.issueByID(in.ID)
	if i == nil || !x.token.sees(r) {
		return nil, in, notFound()
	}
	return i, in, nil
}

func listSubIssues(x *exchange) (reply, error) {
	if x.g.noSubIssues {
		return reply{}, notFound()
	}
	seen := slices.DeleteFunc(slices.Clone(x.issue.subs), func(s *issue) bool {
		_, i := x.visible(s.ID)
		return i == nil
	})
	return listed(x, seen, x.relative)
}

// relative renders an issue that may be in another repository.
func (x *exchange) relative(i *issue) object {
	r, err := x.g.find(i.Repo)
	if err != nil {
		r = x.repo
	}
	return x.g.issueJSON(r, i)
}

func addSubIssue(x *exchange) (reply, error) {
	sub, in, err := x.sub()
	if err != nil {
		return reply{}, err
	}
	if err := x.g.attach(x.by, x.repo, x.issue, sub, in.ReplaceParent); err != nil {
		return reply{}, err
	}
	return created(x.g.issueJSON(x.repo, x.issue))
}

func removeSubIssue(x *exchange) (reply, error) {
	sub, _, err := x.sub()
	if err != nil {
		return reply{}, err
	}
	if err := x.g.detach(x.by, x.repo, x.issue, sub); err != nil {
		return reply{}, err
	}
	return ok(x.g.issueJSON(x.repo, x.issue))
}

func getParent(x *exchange) (reply, error) {
	if x.g.noSubIssues || x.issue.parent == nil {
		return reply{}, notFound()
	}
	if _, i := x.visible(x.issue.parent.ID); i == nil {
		return reply{}, notFound()
	}
	return ok(x.relative(x.issue.parent))
}
