package playground_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"hindsight/internal/playground"
	"hindsight/internal/playground/contract"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

// ear is where webhooks arrive.
type ear struct {
	url string

	mu     sync.Mutex
	status int
	heard  []heard
}

type heard struct {
	event, guid, signature string
	body                   []byte
}

func (h heard) action(t *testing.T) string {
	t.Helper()
	var payload struct {
		Action string `json:"action"`
	}
	must(t, json.Unmarshal(h.body, &payload))
	return h.event + "." + payload.Action
}

func listen(t *testing.T) *ear {
	t.Helper()
	e := &ear{status: http.StatusAccepted}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read a delivery: %v", err)
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.heard = append(e.heard, heard{
			r.Header.Get("X-GitHub-Event"), r.Header.Get("X-GitHub-Delivery"), r.Header.Get("X-Hub-Signature-256"), body,
		})
		w.WriteHeader(e.status)
	}))
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

func (e *ear) answer(status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status = status
}

// take returns what was heard, and forgets it.
func (e *ear) take() []heard {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.heard
	e.heard = nil
	return all
}

func (e *ear) actions(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, h := range e.take() {
		all = append(all, h.action(t))
	}
	return all
}

func TestEveryChangeIsTold(t *testing.T) {
	t.Parallel()
	s := open(t)
	e := listen(t)
	s.SetHook(e.url, "")
	must(t, s.SetRole(repo, "root", playground.Admin))
	ada, root := s.As("ada"), s.As("root")
	n := want(ada.OpenIssue(repo, "Checkout is down", "- [ ] Add a retry", "incident"))(t)
	pull := want(ada.OpenPullRequest(repo, "Add a retry", ""))(t)
	second := want(ada.OpenIssue(repo, "Add a retry", ""))(t)
	must(t, s.AddRepository("acme", "ops", playground.RepoOptions{Private: true}))
	must(t, s.SetRole("acme/ops", "root", playground.Write))
	moving, chat := want(ada.OpenIssue(repo, "Renew the certificate", ""))(t), want(ada.OpenIssue(repo, "Why?", ""))(t)
	note := want(ada.Comment(repo, chat, "hello"))(t)
	title := "Checkout was down"

	tests := []struct {
		name string
		act  func() error
		want []string
	}{
		{"what was set up", func() error { return nil }, []string{
			"label.created", "issues.opened", "issues.labeled", "pull_request.opened", "issues.opened",
			"issues.opened", "issues.opened", "issue_comment.created",
		}},
		{"label", func() error { return ada.Label(repo, n, "sev1", "incident") }, []string{"label.created", "issues.labeled"}},
		{"label a pull request", func() error { return ada.Label(repo, pull, "sev1") }, []string{"pull_request.labeled"}},
		{"unlabel", func() error { return ada.Unlabel(repo, n, "sev1") }, []string{"issues.unlabeled"}},
		{"edit", func() error { return ada.EditIssue(repo, n, &title, nil) }, []string{"issues.edited"}},
		{"edit to the same", func() error { return ada.EditIssue(repo, n, &title, nil) }, nil},
		{"assign", func() error { return ada.Assign(repo, n, "ada", "grace") }, []string{"issues.assigned", "issues.assigned"}},
		{"unassign", func() error { return ada.Assign(repo, n, "ada") }, []string{"issues.unassigned"}},
		{"comment on a pull request", func() error {
			_, err := ada.Comment(repo, pull, "looks fine")
			return err
		}, []string{"issue_comment.created"}},
		{"attach", func() error { return ada.AttachSubIssue(repo, n, repo, second) }, []string{
			"sub_issues.sub_issue_added", "sub_issues.parent_issue_added",
		}},
		{"detach", func() error { return ada.DetachSubIssue(repo, n, repo, second) }, []string{
			"sub_issues.sub_issue_removed", "sub_issues.parent_issue_removed",
		}},
		{"lock and unlock", func() error {
			if err := root.Lock(repo, n); err != nil {
				return err
			}
			return root.Unlock(repo, n)
		}, []string{"issues.locked", "issues.unlocked"}},
		{"close", func() error { return ada.Close(repo, n, "not_planned") }, []string{"issues.closed"}},
		{"close again", func() error { return ada.Close(repo, n, "completed") }, nil},
		{"reopen", func() error { return ada.Reopen(repo, n) }, []string{"issues.reopened"}},
		{"merge a pull request", func() error { return root.Merge(repo, pull) }, []string{"pull_request.closed"}},
		{"edit a comment", func() error { return root.EditComment(repo, note.ID, "hello again") }, []string{"issue_comment.edited"}},
		{"tick a box", func() error { return root.TickBody(repo, n, 0, true) }, []string{"issues.edited"}},
		{"rename a label", func() error { return root.RenameLabel(repo, "sev1", "SEV-1") }, []string{"label.edited"}},
		{"delete a label", func() error { return root.DeleteLabel(repo, "SEV-1") }, []string{"label.deleted"}},
		{"transfer", func() error {
			_, err := root.Transfer(repo, moving, "acme/ops")
			return err
		}, []string{"issues.transferred", "issues.opened"}},
		{"convert to a discussion", func() error { return root.ConvertToDiscussion(repo, chat) }, []string{
			"issues.closed", "issues.locked",
		}},
		{"delete", func() error { return root.DeleteIssue(repo, second) }, []string{"issues.deleted"}},
		{"save a wiki page", func() error { return root.SaveWikiPage(t.Context(), repo, "Home", "hello") }, []string{"gollum."}},
		{"release", func() error {
			_, err := root.Release(repo, playground.NewRelease{Tag: "v1"})
			return err
		}, []string{"release.created", "release.published", "release.released"}},
		{"draft", func() error {
			_, err := root.Release(repo, playground.NewRelease{Tag: "v2", Draft: true, Prerelease: true})
			return err
		}, []string{"release.created"}},
		{"publish a draft", func() error { return root.PublishRelease(repo, s.Releases(repo)[0].ID) }, []string{
			"release.published", "release.prereleased",
		}},
		{"deploy", func() error {
			_, err := root.Deploy(repo, playground.NewDeployment{Ref: "v1"})
			return err
		}, nil},
		{"a deployment works", func() error {
			return root.SetDeployment(repo, s.Deployments(repo)[0].ID, "success", "https://logs.example/1")
		}, []string{"deployment_status.created"}},
		{"another takes its place", func() error {
			id, err := root.Deploy(repo, playground.NewDeployment{Ref: "v2"})
			if err != nil {
				return err
			}
			return root.SetDeployment(repo, id, "success", "")
		}, []string{"deployment_status.created"}},
		{"take a permission away", func() error {
			s.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write"})
			return nil
		}, []string{"installation.new_permissions_accepted"}},
		{"release unseen", func() error {
			_, err := root.Release(repo, playground.NewRelease{Tag: "v3"})
			return err
		}, nil},
		{"fail unseen", func() error {
			return root.SetDeployment(repo, s.Deployments(repo)[0].ID, "failure", "")
		}, nil},
		{"label in sight", func() error { return ada.Label(repo, n, "sev3") }, []string{"label.created", "issues.labeled"}},
		{"suspend", func() error { s.Suspend("acme", true); return nil }, []string{"installation.suspend"}},
		{"while suspended", func() error { return ada.Label(repo, n, "sev2") }, nil},
	}
	for _, test := range tests {
		must(t, test.act())
		s.settle(t)
		var got []string
		for _, h := range e.take() {
			got = append(got, h.action(t))
			contract.Webhook(t, h.event, h.body)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestPayloadsAreSignedAndReadable(t *testing.T) {
	t.Parallel()
	s := open(t)
	e := listen(t)
	s.SetHook(e.url, "")
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", "it began at 14:05", "incident", "sev2"))(t)
	gh := s.asInstallation(t)
	_, _, err := gh.Issues.CreateComment(t.Context(), "acme", "shop", n, &github.IssueComment{Body: new("noted")})
	must(t, err)
	s.settle(t)
	all := e.take()
	for _, h := range all {
		mac := hmac.New(sha256.New, []byte(s.App().WebhookSecret))
		mac.Write(h.body)
		if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); h.signature != want {
			t.Errorf("%s is signed %s, want %s", h.event, h.signature, want)
		}
		if _, err := github.ParseWebHook(h.event, h.body); err != nil {
			t.Errorf("%s can't be read: %v", h.event, err)
		}
	}
	var labeled github.IssuesEvent
	at := slices.IndexFunc(all, func(h heard) bool { return h.action(t) == "issues.labeled" })
	must(t, json.Unmarshal(all[at].body, &labeled))
	got := fmt.Sprintln(labeled.GetRepo().GetFullName(), labeled.GetRepo().GetPrivate(), labeled.GetRepo().GetHasWiki(),
		labeled.GetInstallation().GetID() == s.installation, labeled.GetSender().GetLogin(), labeled.GetSender().GetType(),
		labeled.GetLabel().GetName(), len(labeled.GetIssue().Labels), labeled.GetIssue().GetBody())
	if diff := cmp.Diff("acme/shop true true true ada User incident 2 it began at 14:05\n", got); diff != "" {
		t.Errorf("issues.labeled (-want +got):\n%s", diff)
	}
	var comment github.IssueCommentEvent
	must(t, json.Unmarshal(all[len(all)-1].body, &comment))
	if comment.GetSender().GetLogin() != "hindsight[bot]" || comment.GetSender().GetType() != "Bot" {
		t.Errorf("the app's own comment was sent by %s, a %s", comment.GetSender().GetLogin(), comment.GetSender().GetType())
	}
}

func TestNothingIsSentWhereTheAppIsNotInstalled(t *testing.T) {
	t.Parallel()
	s := open(t)
	e := listen(t)
	s.SetHook(e.url, "")
	must(t, s.AddRepository("other", "place", playground.RepoOptions{}))
	want(s.As("ada").OpenIssue("other/place", "hello", ""))(t)
	s.settle(t)
	if got := e.take(); len(got) != 0 {
		t.Errorf("heard %d deliveries", len(got))
	}
}

func TestDeliveriesLostDoubledAndLate(t *testing.T) {
	t.Parallel()
	s := open(t)
	e := listen(t)
	s.SetHook(e.url, "")
	late := map[string]playground.DeliveryFault{
		"opened": {Lose: true}, "closed": {Double: true}, "labeled": {Delay: 50 * time.Millisecond},
	}
	s.SetDeliveryFault(func(d playground.Delivery) playground.DeliveryFault { return late[d.Action] })
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", "", "incident"))(t)
	must(t, s.As("ada").Close(repo, n, ""))
	s.settle(t)
	all := e.take()
	var actions []string
	for _, h := range all {
		actions = append(actions, h.action(t))
	}
	if diff := cmp.Diff([]string{"label.created", "issues.closed", "issues.closed", "issues.labeled"}, actions); diff != "" {
		t.Fatalf("heard (-want +got):\n%s", diff)
	}
	if all[1].guid != all[2].guid {
		t.Error("the doubled delivery has two GUIDs")
	}
}

func TestHeldDeliveriesComeInAnotherOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	e := listen(t)
	s.SetHook(e.url, "")
	s.HoldDeliveries()
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	must(t, s.As("ada").Close(repo, n, ""))
	s.settle(t)
	if got := e.take(); len(got) != 0 {
		t.Fatalf("heard %d while held", len(got))
	}
	s.ReleaseDeliveries(func(all []playground.Delivery) []playground.Delivery {
		slices.Reverse(all)
		return all
	})
	s.settle(t)
	if diff := cmp.Diff([]string{"issues.closed", "issues.opened"}, e.actions(t)); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
}

func TestFailedDeliveriesAreSentAgainOnlyOnRequest(t *testing.T) {
	t.Parallel()
	s := open(t)
	e := listen(t)
	e.answer(http.StatusServiceUnavailable)
	s.SetHook(e.url, "")
	n := want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	s.settle(t)
	first := e.take()
	if len(first) != 1 {
		t.Fatalf("heard %d deliveries", len(first))
	}
	e.answer(http.StatusAccepted)
	must(t, s.As("ada").Close(repo, n, ""))
	s.settle(t)
	if diff := cmp.Diff([]string{"issues.closed"}, e.actions(t)); diff != "" {
		t.Fatalf("heard by itself (-want +got):\n%s", diff)
	}

	gh := s.asApp(t)
	page, resp, err := gh.Apps.ListHookDeliveries(t.Context(), &github.ListCursorOptions{PerPage: 1})
	must(t, err)
	if len(page) != 1 || page[0].GetAction() != "closed" || resp.Cursor == "" {
		t.Fatalf("the first page is %v, the cursor %q", page, resp.Cursor)
	}
	page, resp, err = gh.Apps.ListHookDeliveries(t.Context(), &github.ListCursorOptions{PerPage: 1, Cursor: resp.Cursor})
	must(t, err)
	failed := page[0]
	if failed.GetStatusCode() != http.StatusServiceUnavailable || failed.GetGUID() != first[0].guid || resp.Cursor != "" {
		t.Errorf("the failed one is %v, the cursor %q", failed, resp.Cursor)
	}
	whole, _, err := gh.Apps.GetHookDelivery(t.Context(), failed.GetID())
	must(t, err)
	var payload github.IssuesEvent
	must(t, json.Unmarshal(*whole.Request.RawPayload, &payload))
	if payload.GetIssue().GetNumber() != n {
		t.Errorf("the recorded payload is about #%d", payload.GetIssue().GetNumber())
	}

	_, _, err = gh.Apps.RedeliverHookDelivery(t.Context(), failed.GetID())
	if _, accepted := err.(*github.AcceptedError); !accepted { //nolint:errorlint // the client returns it bare
		t.Fatalf("redelivery: %v", err)
	}
	s.settle(t)
	again := e.take()
	if len(again) != 1 || again[0].guid != first[0].guid || string(again[0].body) != string(first[0].body) {
		t.Errorf("sent again: %d deliveries", len(again))
	}
	last := s.Deliveries()[len(s.Deliveries())-1]
	if !last.Redelivery || last.Status != "OK" || last.ID == failed.GetID() {
		t.Errorf("the record of the redelivery is %+v", last)
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	s := open(t)
	server := httptest.NewServer(http.NotFoundHandler())
	s.SetHook(server.URL, "")
	server.Close()
	want(s.As("ada").OpenIssue(repo, "Checkout is down", ""))(t)
	s.settle(t)
	if got := s.Deliveries(); len(got) != 1 || got[0].StatusCode != 0 || got[0].Status != "failed to connect to host" {
		t.Errorf("the record is %+v", got)
	}
}
