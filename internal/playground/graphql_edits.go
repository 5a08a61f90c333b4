package playground

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var globalID = regexp.MustCompile(`^(Issue|IssueComment)(\d+)$`)

// node is what a global id names, in the schema's words. What the token can't
// see does not exist, nor does what GitHub's REST API would not show.
func (x *exchange) node(s selection, id string) (object, error) {
	none := &graphError{
		Kind: "NOT_FOUND", Path: []string{s.as}, column: s.column,
		Message: fmt.Sprintf("Could not resolve to a node with the global id of '%s'", id),
	}
	plain, err := base64.StdEncoding.DecodeString(id)
	m := globalID.FindStringSubmatch(string(plain))
	if err != nil || m == nil {
		return nil, none
	}
	n, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil {
		return nil, none
	}
	r, node := x.g.content(m[1], n)
	if node == nil || r.Private && !x.token.sees(r) {
		return nil, none
	}
	if r.Private && !x.token.may("issues", "read") {
		return nil, &graphError{
			Kind: "FORBIDDEN", Path: []string{s.as}, column: s.column,
			Message: "Resource not accessible by integration", Extensions: object{"saml_failure": false},
		}
	}
	return node.with(object{"id": id, "databaseId": n}), nil
}

// content is an issue or a comment.
func (g *GitHub) content(kind string, id int64) (*repository, object) {
	if kind == "Issue" {
		r, i := g.issueByID(id)
		if i == nil {
			return nil, nil
		}
		if i.PullRequest {
			kind = "PullRequest"
		}
		return r, object{"__typename": kind, "body": i.Body, "userContentEdits": i.Edits}
	}
	for _, r := range g.repos {
		if c, _, err := r.comment(id); err == nil {
			return r, object{"__typename": kind, "body": c.Body, "userContentEdits": c.Edits}
		}
	}
	return nil, nil
}

// editPage is the newest edits, the newest first.
func editPage(all []Edit, first string, s selection) (object, error) {
	n, err := strconv.Atoi(first)
	if err != nil || n < 1 {
		return nil, &graphError{
			Kind: "MISSING_PAGINATION_BOUNDARIES", Path: []string{"node", s.as}, column: s.column,
			Message: fmt.Sprintf("You must provide a `first` or `last` value to properly paginate the `%s` connection.", s.field),
		}
	}
	if n > maxNodes {
		return nil, &graphError{
			Kind: "EXCESSIVE_PAGINATION", Path: []string{"node", s.as}, column: s.column,
			Message: fmt.Sprintf("Requesting %d records on the `%s` connection exceeds the `first` limit of %d records.", n, s.field, maxNodes),
		}
	}
	nodes := []object{}
	for _, e := range slices.Backward(all) {
		if len(nodes) < n {
			nodes = append(nodes, editNode(e))
		}
	}
	info := object{"__typename": "PageInfo", "hasNextPage": len(all) > n, "endCursor": nil}
	if len(nodes) > 0 {
		info["endCursor"] = nodes[len(nodes)-1]["id"]
	}
	return object{
		"__typename": "UserContentEditConnection", "nodes": nodes, "totalCount": len(all), "pageInfo": info,
	}, nil
}

// editNode names bots as the GraphQL API does: without the suffix.
func editNode(e Edit) object {
	return object{
		"__typename": "UserContentEdit", "id": nodeID("UserContentEdit", e.ID),
		"createdAt": moment(e.At), "editedAt": moment(e.At), "deletedAt": nil, "diff": e.Body,
		"editor": object{"__typename": e.Editor.Type, "login": strings.TrimSuffix(e.Editor.Login, "[bot]")},
	}
}
