package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"hindsight/internal/incident"
)

// graphRoute is GraphQL, where it is the only way to know.
const graphRoute = "POST /graphql"

// botSuffix is what logins of Apps end with in REST, and not in GraphQL.
const botSuffix = "[bot]"

// editsQuery asks for what a text was after each edit. GitHub calls that diff,
// and gives the whole text; null once somebody has removed it from the history.
const (
	editsQuery = `query($id: ID!) {
  node(id: $id) {
    ... on IssueComment { ` + editsField + ` }
    ... on Issue { ` + editsField + ` }
    ... on PullRequest { ` + editsField + ` }
  }
}`
	editsField = `userContentEdits(first: 100) { nodes { id editedAt editor { login __typename } diff } }`
)

type wireHistory struct {
	Node *struct {
		Edits struct {
			Nodes []wireEdit `json:"nodes"`
		} `json:"userContentEdits"`
	} `json:"node"`
}

type wireEdit struct {
	ID       string    `json:"id"`
	EditedAt time.Time `json:"editedAt"`
	Editor   struct {  // null for an account that is gone
		Login string `json:"login"`
		Type  string `json:"__typename"`
	} `json:"editor"`
	Diff string `json:"diff"`
}

// by is the editor, spelled as REST spells it.
func (w *wireEdit) by() incident.Actor {
	by := wireUser{Login: w.Editor.Login, Type: w.Editor.Type}
	if by.bot() {
		by.Login = strings.TrimSuffix(by.Login, botSuffix) + botSuffix
	}
	return by.actor()
}

func (f *forge) Edits(ctx context.Context, comment incident.Comment) (edits []incident.Edit, known bool, err error) {
	return f.edits(ctx, comment.Node, fmt.Sprintf("comment %d", comment.ID))
}

func (f *forge) BodyEdits(ctx context.Context, issue incident.Issue) (edits []incident.Edit, known bool, err error) {
	return f.edits(ctx, issue.Node, "the text of "+issue.Key.String())
}

// edits are not known on a host without GraphQL, or whose GraphQL is older
// than the history.
func (f *forge) edits(ctx context.Context, node, of string) (edits []incident.Edit, known bool, err error) {
	if node == "" {
		return nil, false, nil
	}
	about := "the history of " + of
	var found wireHistory
	err = f.client.ask(ctx, editsQuery, map[string]string{"id": node}, about, &found)
	if errors.Is(err, errNotKnown) {
		return nil, false, nil
	}
	if err == nil && found.Node == nil {
		err = &incident.Missing{What: about}
	}
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", about, err)
	}
	self, err := f.app.Identity(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("find out which edits of %s are ours: %w", of, err)
	}
	for _, w := range found.Node.Edits.Nodes {
		by := w.by()
		edits = append(edits, incident.Edit{
			ID: w.ID, By: by, Ours: by.Bot && strings.EqualFold(by.Login, self.Bot), At: w.EditedAt, Body: w.Diff,
		})
	}
	slices.SortStableFunc(edits, func(a, b incident.Edit) int { return b.At.Compare(a.At) })
	return edits, true, nil
}

// errNotKnown is a host that has no GraphQL, or not the field.
var errNotKnown = errors.New("the host does not know the question")

// graphError is one of the errors that stand in an answer with the status 200.
type graphError struct {
	Type       string `json:"type"`
	Message    string `json:"message"`
	Extensions struct {
		Code string `json:"code"`
	} `json:"extensions"`
}

// ask sends a GraphQL query, which changes nothing.
func (c *client) ask(ctx context.Context, query string, variables map[string]string, about string, out any) error {
	one := call{
		route: graphRoute, about: about, needs: readsIssues, harmless: true,
		body: map[string]any{"query": query, "variables": variables},
	}
	answer := struct {
		Data   any          `json:"data"`
		Errors []graphError `json:"errors"`
	}{Data: out}
	resp, err := c.do(ctx, one, &answer)
	if _, missing := errors.AsType[*incident.Missing](err); missing {
		return errNotKnown
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(answer.Errors, graphError.unknown) {
		return errNotKnown
	}
	if len(answer.Errors) > 0 {
		return c.failed(one, answer.Errors[0].failure(resp))
	}
	return nil
}

// unknown is whether the host's schema lacks something. Older hosts say so in
// words alone.
func (e graphError) unknown() bool {
	return strings.HasPrefix(e.Extensions.Code, "undefined") || strings.Contains(e.Message, "doesn't exist on type")
}

// failure is the error as REST would have told it.
func (e graphError) failure(resp *github.Response) *failure {
	f := &failure{
		err:    errors.New(cmp.Or(e.Message, e.Type, "GraphQL gave no reason")),
		header: resp.Header.Clone(), message: e.Message,
	}
	switch e.Type {
	case "NOT_FOUND":
		f.status = http.StatusNotFound
	case "FORBIDDEN", "INSUFFICIENT_SCOPES":
		f.status = http.StatusForbidden
	case "RATE_LIMITED", "RATE_LIMIT":
		f.status = http.StatusTooManyRequests
	}
	return f
}
