package github_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

const (
	labelsRoute = "POST /repos/acme/api/labels"
	openRoute   = "POST /repos/acme/api/issues"
)

var sev1 = incident.Label{Name: "sev1", Colour: "b60205"}

// sent are the requests so far, as "METHOD /path body" below the repository.
func (h *host) sent() []string {
	var all []string
	for _, r := range h.requests() {
		all = append(all, strings.TrimSpace(r.Method+" "+strings.TrimPrefix(r.Path, "/api/v3/repos/acme/api")+" "+r.Body))
	}
	return all
}

func TestLabelsAreCreatedInTheirColours(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer(labelsRoute, 201, `{}`)
	h.answer(openRoute, 201, issueJSON(`,"number":77`))
	h.answer("POST /repos/acme/api/issues/42/labels", 200, `[]`)
	forge := h.app(nil).Forge(1)
	followUp := reconcile.NewIssue{Title: "t", Body: "b", Labels: []incident.Label{sev1, {Name: "mine"}}}
	for range 2 {
		if _, err := forge.OpenIssue(t.Context(), key.Repo, followUp); err != nil {
			t.Fatal(err)
		}
	}
	later := incident.Label{Name: "SEV1", Colour: "000000"} // the same, to GitHub
	err := forge.AddLabels(t.Context(), key, later, incident.Label{Name: "new", Colour: "ededed"})
	same(t, "sent", []string{
		`POST /labels {"name":"sev1","color":"b60205"}`,
		`POST /issues {"title":"t","body":"b","labels":["sev1","mine"]}`,
		`POST /issues {"title":"t","body":"b","labels":["sev1","mine"]}`,
		`POST /labels {"name":"new","color":"ededed"}`,
		`POST /issues/42/labels {"labels":["SEV1","new"]}`,
	}, h.sent(), err)
}

// TestLabelsThatCanNotBeCreated are no reason not to open the issue, unless
// trying again may bring them.
func TestLabelsThatCanNotBeCreated(t *testing.T) {
	t.Parallel()
	const exists = `{"message":"Validation Failed","errors":[{"resource":"Label","code":"already_exists","field":"name"}]}`
	tests := []struct {
		name   string
		status int
		body   string
		want   string
		asked  int // requests for two issues
	}{
		{"there already", 422, exists, "none", 3},
		{"refused", 422, `{"message":"Validation Failed","errors":[{"code":"invalid","field":"color"}]}`, "none", 4},
		{"no permission", 403, `{"message":"Resource not accessible by integration"}`, "none", 4},
		{"no such route", 404, `{"message":"Not Found"}`, "none", 4},
		{"server error", 502, `{}`, "passing", 2},
		{"limit", 429, `{}`, "later", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer(labelsRoute, tt.status, tt.body)
			h.answer(openRoute, 201, issueJSON(`,"number":77`))
			forge := h.app(nil).Forge(1)
			for range 2 {
				issue, err := forge.OpenIssue(t.Context(), key.Repo, reconcile.NewIssue{Title: "t", Labels: []incident.Label{sev1}})
				if kind(err) != tt.want || (err == nil) != (issue.Key.Number == 77) {
					t.Errorf("%s, %v; want %s", issue.Key, err, tt.want)
				}
			}
			if n := len(h.requests()); n != tt.asked {
				t.Errorf("%d requests, want %d: %q", n, tt.asked, h.sent())
			}
		})
	}
}

func TestNoLabelsAreNoRequest(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	if err := h.app(nil).Forge(1).AddLabels(t.Context(), key); err != nil || len(h.requests()) != 0 {
		t.Errorf("%v after %q", err, h.sent())
	}
}

func TestAssigneeWhomGitHubRefuses(t *testing.T) {
	t.Parallel()
	const (
		with    = `POST /issues {"title":"t","body":"b","assignees":["ghost"]}`
		without = `POST /issues {"title":"t","body":"b"}`
		invalid = `{"message":"Validation Failed","errors":[{"value":"ghost","resource":"Issue","field":"assignees","code":"invalid"}]}`
	)
	tests := []struct {
		name   string
		status int // with the assignee
		then   int // without
		want   string
		sent   []string
	}{
		{"assigned", 201, 500, "none", []string{with}},
		{"refused", 422, 201, "none", []string{with, without}},
		{"refused for more than that", 422, 422, "blocked", []string{with, without}},
		{"lost answer", 502, 201, "passing", []string{with}},
		{"limit", 429, 201, "later", []string{with}},
		{"not there", 404, 201, "missing", []string{with}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.handle(openRoute, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				status := tt.then
				if strings.Contains(string(body), "ghost") {
					status = tt.status
				}
				w.WriteHeader(status)
				if status == http.StatusCreated {
					_, _ = fmt.Fprint(w, issueJSON(""))
					return
				}
				_, _ = fmt.Fprint(w, invalid)
			})
			_, err := h.app(nil).Forge(1).OpenIssue(t.Context(), key.Repo, reconcile.NewIssue{Title: "t", Body: "b", Assignee: "ghost"})
			if kind(err) != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if diff := cmp.Diff(tt.sent, h.sent()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEditIssue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit reconcile.IssueEdit
		want string // "" for no request
	}{
		{"nothing", reconcile.IssueEdit{}, ""},
		{"a state that can't be ordered", reconcile.IssueEdit{State: incident.Gone}, ""},
		{"title", reconcile.IssueEdit{Title: "<New>"}, `{"title":"<New>"}`},
		{"body", reconcile.IssueEdit{Body: "new"}, `{"body":"new"}`},
		{"assignee", reconcile.IssueEdit{Assignees: new([]string{"bo"})}, `{"assignees":["bo"]}`},
		{"nobody", reconcile.IssueEdit{Assignees: new([]string)}, `{"assignees":[]}`},
		{"done", reconcile.IssueEdit{State: incident.Done}, `{"state":"closed","state_reason":"completed"}`},
		{"open again", reconcile.IssueEdit{State: incident.Open}, `{"state":"open","state_reason":"reopened"}`},
		{
			"all",
			reconcile.IssueEdit{Title: "t", Body: "b", Assignees: new([]string{"bo"}), State: incident.Done},
			`{"title":"t","body":"b","assignees":["bo"],"state":"closed","state_reason":"completed"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer("PATCH /repos/acme/api/issues/42", 200, issueJSON(""))
			err := h.app(nil).Forge(1).EditIssue(t.Context(), key, tt.edit)
			var want []string
			if tt.want != "" {
				want = []string{"PATCH /issues/42 " + tt.want}
			}
			same(t, "sent", want, h.sent(), err)
		})
	}
}

func TestEditIssueThatFails(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{404: "missing", 410: "missing", 301: "missing", 422: "blocked", 502: "passing"} {
		h := newHost(t)
		h.answer("PATCH /repos/acme/api/issues/42", status, `{"message":"no"}`, "Location", "/api/v3/repositories/9/issues/7")
		if err := h.app(nil).Forge(1).EditIssue(t.Context(), key, reconcile.IssueEdit{Title: "t"}); kind(err) != want {
			t.Errorf("%d: %v, want %s", status, err, want)
		}
	}
}

// TestAnIncidentIsNotHeldUp has one incident's writes at once: the pace is for
// floods.
func TestAnIncidentIsNotHeldUp(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for _, route := range []string{labelsRoute, openRoute, commentsRoute, "POST /repos/acme/api/issues/42/sub_issues"} {
		h.answer(route, 201, `{"id":1}`)
	}
	forge := h.app(nil).Forge(1)
	writes := []write{
		func(ctx context.Context, f reconcile.Forge) error {
			_, err := f.WriteComment(ctx, key, "x")
			return err
		},
	}
	for n := range 5 {
		writes = append(writes, func(ctx context.Context, f reconcile.Forge) error {
			labels := []incident.Label{{Name: "postmortem-followup", Colour: "1d76db"}, sev1, {Name: "sev1_20261120", Colour: "b60205"}}
			_, err := f.OpenIssue(ctx, key.Repo, reconcile.NewIssue{Title: fmt.Sprint(n), Labels: labels})
			return err
		}, func(ctx context.Context, f reconcile.Forge) error { return f.AttachSubIssue(ctx, key, int64(n)) })
	}
	for _, do := range writes {
		if err := do(t.Context(), forge); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(h.requests()); n != 14 {
		t.Errorf("%d requests, want 14: %q", n, h.sent())
	}
}
