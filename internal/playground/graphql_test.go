package playground_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"hindsight/internal/playground"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

const editsQuery = `query($id:ID!){node(id:$id){... on IssueComment{userContentEdits(first:100){` +
	`nodes{id editedAt deletedAt editor{login __typename} diff}}}}}`

// ask sends a query with a token, and returns status and answer.
func (s *stage) ask(t *testing.T, token, query string, variables map[string]any) (int, string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	must(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/api/graphql", strings.NewReader(string(body)))
	must(t, err)
	if token != "" {
		req.Header.Set("Authorization", "bearer "+token)
	}
	resp, err := (&http.Client{Transport: s.transport}).Do(req)
	must(t, err)
	answer, err := io.ReadAll(resp.Body)
	must(t, err)
	must(t, resp.Body.Close())
	return resp.StatusCode, string(answer)
}

func TestHistoryOfAComment(t *testing.T) {
	t.Parallel()
	s := open(t)
	gh := s.asInstallation(t)
	must(t, s.SetRole(repo, "wil", playground.Write))
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	ours, _, err := gh.Issues.CreateComment(t.Context(), "acme", "shop", n, &github.IssueComment{Body: new("- [ ] #2")})
	must(t, err)
	token := s.mint(t, nil).GetToken()
	id := map[string]any{"id": ours.GetNodeID()}

	if _, got := s.ask(t, token, editsQuery, id); got != `{"data":{"node":{"userContentEdits":{"nodes":[]}}}}` {
		t.Errorf("before the first edit: %s", got)
	}
	s.clock.advance(time.Minute)
	must(t, s.As("wil").TickComment(repo, ours.GetID(), 0, true))
	s.clock.advance(time.Minute)
	_, _, err = gh.Issues.EditComment(t.Context(), "acme", "shop", ours.GetID(), &github.IssueComment{Body: new("- [x] #2 done")})
	must(t, err)

	type edit struct {
		ID, EditedAt, Diff string
		DeletedAt          *string
		Editor             struct {
			Login    string
			Typename string `json:"__typename"`
		}
	}
	var answer struct {
		Data struct {
			Node struct {
				UserContentEdits struct{ Nodes []edit }
			}
		}
	}
	status, got := s.ask(t, token, editsQuery, id)
	must(t, json.Unmarshal([]byte(got), &answer))
	var told []string
	seen := map[string]bool{}
	for _, e := range answer.Data.Node.UserContentEdits.Nodes {
		told = append(told, e.EditedAt[11:16]+" "+e.Editor.Typename+" "+e.Editor.Login+": "+e.Diff)
		seen[e.ID] = true
	}
	if diff := cmp.Diff([]string{
		"14:07 Bot hindsight: - [x] #2 done", "14:06 User wil: - [x] #2", "14:05 Bot hindsight: - [ ] #2",
	}, told); diff != "" || status != http.StatusOK || len(seen) != 3 {
		t.Errorf("status %d, %d ids (-want +got):\n%s", status, len(seen), diff)
	}
	if edits := want(s.Comments(repo, n))(t)[0].Edits; len(edits) != 3 || edits[1].Editor.Login != "wil" || edits[1].ByApp {
		t.Errorf("the model has %+v", edits)
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("other", "place", playground.RepoOptions{Private: true}))
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", "one"))(t)
	must(t, s.As("ada").EditIssue(repo, n, nil, new("two")))
	foreign := want(s.As("other").OpenIssue("other/place", "secret", "hidden"))(t)
	gh := s.asInstallation(t)
	issue, _, err := gh.Issues.Get(t.Context(), "acme", "shop", n)
	must(t, err)
	token := s.mint(t, nil).GetToken()
	secret := nodeOf("Issue", want(s.Issue("other/place", foreign))(t).ID)

	tests := []struct {
		name, query, id string
		want            string // part of the answer
	}{
		{
			"spaced, named and aliased", "query History ($node: ID!) {\n # why\n it: node(id: $node) { id ... on Issue { userContentEdits(first: 1) { totalCount pageInfo { hasNextPage } nodes { diff } } } } }",
			issue.GetNodeID(), `"userContentEdits":{"nodes":[{"diff":"two"}],"pageInfo":{"hasNextPage":true},"totalCount":2}`,
		},
		{"another type's fragment", strings.ReplaceAll(editsQuery, "$id", "$node"), issue.GetNodeID(), `{"data":{"node":{}}}`},
		{"what is not there", editsQuery, "nonsense", `"message":"Could not resolve to a node with the global id of 'nonsense'"`},
		{"what the token can't see", editsQuery, secret, `"type":"NOT_FOUND"`},
		{"no variable", editsQuery, "", "was provided invalid value"},
		{"an unknown field", "query($node:ID!){node(id:$node){... on Issue{milk}}}", "x", `"code":"undefinedField","fieldName":"milk"`},
		{"an unknown type", "query($node:ID!){node(id:$node){... on Cow{id}}}", "x", `"code":"undefinedType"`},
		{"another question", "{viewer{login}}", "x", `"fieldName":"viewer"`},
		{"a variable that is not declared", "{node(id:$id){id}}", "x", "is used by anonymous query but not declared"},
		{"an argument that is not known", "query($node:ID!){node(id:$node,key:1){id}}", "x", "doesn't accept argument 'key'"},
		{"no limit", "query($node:ID!){node(id:$node){... on Issue{userContentEdits{totalCount}}}}", issue.GetNodeID(), "MISSING_PAGINATION_BOUNDARIES"},
		{"too many", "query($node:ID!){node(id:$node){... on Issue{userContentEdits(first:101){totalCount}}}}", issue.GetNodeID(), "EXCESSIVE_PAGINATION"},
		{"an object as if it were a value", "query($node:ID!){node(id:$node)}", "x", "must have selections"},
		{"no query", "query {", "x", "Parse error on"},
		{"something behind it", "{__typename} %", "x", "Parse error on"},
		{"the least", "{__typename}", "x", `{"data":{"__typename":"Query"}}`},
		{"a mutation", "mutation{deleteIssue{id}}", "x", "Parse error on"},
	}
	for _, test := range tests {
		variables := map[string]any{"node": test.id}
		if strings.Contains(test.query, "$id:") {
			variables = map[string]any{"id": test.id}
		}
		if test.id == "" {
			variables = nil
		}
		status, got := s.ask(t, token, test.query, variables)
		if status != http.StatusOK || !strings.Contains(got, test.want) {
			t.Errorf("%s: %d %s", test.name, status, got)
		}
	}
}

// nodeOf is the global id, as REST would tell it.
func nodeOf(kind string, id int64) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s%d", kind, id))
}

func TestWhoMayAsk(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	c := want(s.As("ada").Comment(repo, n, "hello"))(t)
	id := map[string]any{"id": nodeOf("IssueComment", c.ID)}
	token := s.mint(t, nil).GetToken()
	for name, secret := range map[string]string{"without a token": "", "with a wrong one": "ghs_nonsense"} {
		if status, got := s.ask(t, secret, editsQuery, id); status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, status, got)
		}
	}
	if status, got := s.ask(t, token, "", id); status != http.StatusBadRequest {
		t.Errorf("without a query: %d %s", status, got)
	}
	s.SetEditHistory(false)
	if status, got := s.ask(t, token, editsQuery, id); status != http.StatusOK ||
		!strings.Contains(got, `"code":"undefinedField","fieldName":"userContentEdits","typeName":"IssueComment"`) {
		t.Errorf("on a host without the history: %d %s", status, got)
	}
	s.SetEditHistory(true)
	s.SetPermissions("acme", map[string]string{"metadata": "read"})
	if _, got := s.ask(t, token, editsQuery, id); !strings.Contains(got, `"type":"FORBIDDEN"`) {
		t.Errorf("without the permission: %s", got)
	}
	s.SetFault(func(c playground.Call) playground.Fault {
		if c.Kind == "POST /api/graphql" {
			return playground.Fault{Before: http.StatusBadGateway}
		}
		return playground.Fault{}
	})
	if status, _ := s.ask(t, token, editsQuery, id); status != http.StatusBadGateway {
		t.Errorf("with a fault: %d", status)
	}
}
