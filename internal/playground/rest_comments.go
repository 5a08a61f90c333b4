package playground

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
)

func listComments(x *exchange) (reply, error) {
	since, err := x.since()
	if err != nil {
		return reply{}, err
	}
	var all []*comment
	for _, c := range x.issue.comments {
		if !c.UpdatedAt.Before(since) {
			all = append(all, c)
		}
	}
	return listed(x, all, func(c *comment) object { return x.g.commentJSON(x.repo, c) })
}

// listRepoComments ignores the direction unless it is told what to sort by,
// as GitHub does.
func listRepoComments(x *exchange) (reply, error) {
	since, err := x.since()
	if err != nil {
		return reply{}, err
	}
	q := x.r.URL.Query()
	var all []*comment
	for _, c := range x.repo.comments {
		if !c.UpdatedAt.Before(since) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *comment) int {
		order := 0
		if q.Get("sort") == "updated" {
			order = a.UpdatedAt.Compare(b.UpdatedAt)
		}
		order = cmp.Or(order, cmp.Compare(a.ID, b.ID))
		if q.Has("sort") && q.Get("direction") == "desc" {
			order = -order
		}
		return order
	})
	return listed(x, all, func(c *comment) object { return x.g.commentJSON(x.repo, c) })
}

// comment is the one that the path names.
func (x *exchange) comment() (*comment, *issue, error) {
	id, err := strconv.ParseInt(x.vars["comment_id"], 10, 64)
	if err != nil {
		return nil, nil, notFound()
	}
	return x.repo.comment(id)
}

// text is the body that the request wants to write.
func (x *exchange) text() (string, error) {
	var in struct {
		Body string `json:"body"`
	}
	err := x.decode(&in)
	return in.Body, err
}

func createComment(x *exchange) (reply, error) {
	body, err := x.text()
	if err != nil {
		return reply{}, err
	}
	c, err := x.g.addComment(x.by, x.repo, x.issue, body)
	if err != nil {
		return reply{}, err
	}
	return created(x.g.commentJSON(x.repo, c))
}

func getComment(x *exchange) (reply, error) {
	c, _, err := x.comment()
	if err != nil {
		return reply{}, err
	}
	return ok(x.g.commentJSON(x.repo, c))
}

func updateComment(x *exchange) (reply, error) {
	c, i, err := x.comment()
	if err != nil {
		return reply{}, err
	}
	body, err := x.text()
	if err != nil {
		return reply{}, err
	}
	if err := x.g.editComment(x.by, x.repo, i, c, body); err != nil {
		return reply{}, err
	}
	return ok(x.g.commentJSON(x.repo, c))
}

func deleteComment(x *exchange) (reply, error) {
	c, i, err := x.comment()
	if err != nil {
		return reply{}, err
	}
	x.g.deleteComment(x.by, x.repo, i, c)
	return reply{status: http.StatusNoContent}, nil
}

func reactToComment(x *exchange) (reply, error) {
	c, i, err := x.comment()
	if err != nil {
		return reply{}, err
	}
	return react(x, i, &c.Reactions)
}
