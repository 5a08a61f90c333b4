package webhooks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
	"hindsight/webhooks"
)

// TestReduce sends payloads and looks at what reaches the inbox.
func TestReduce(t *testing.T) {
	t.Parallel()
	const common = `"repository":{"full_name":"Octo/Shop"},"sender":{"login":"mona"},"installation":{"id":7}`
	shop := func(n int) incident.Key { return incident.NewKey("octo", "shop", n) }
	tests := map[string]struct {
		event, body string
		key         incident.Key
		relevant    bool
	}{
		"opened with the label":    {"issues", `{"action":"opened","issue":{"number":1,"labels":[{"name":"INCIDENT"}]},` + common + `}`, shop(1), true},
		"opened without":           {"issues", `{"action":"opened","issue":{"number":1,"labels":[]},` + common + `}`, shop(1), false},
		"a label that contains it": {"issues", `{"action":"opened","issue":{"number":1,"labels":[{"name":"incident-report"}]},` + common + `}`, shop(1), false},
		"label taken off":          {"issues", `{"action":"unlabeled","issue":{"number":1,"labels":[]},"label":{"name":"incident"},` + common + `}`, shop(1), true},
		"another label taken off":  {"issues", `{"action":"unlabeled","issue":{"number":1,"labels":[]},"label":{"name":"bug"},` + common + `}`, shop(1), false},
		"follow-up closed":         {"issues", `{"action":"closed","issue":{"number":9,"labels":[{"name":"x"},{"name":"postmortem-followup"}]},` + common + `}`, shop(9), true},
		"transferred":              {"issues", `{"action":"transferred","changes":{"new_issue":{"number":5}},"issue":{"number":9,"labels":null},` + common + `}`, shop(9), false},
		"deleted":                  {"issues", `{"action":"deleted","issue":{"number":9},` + common + `}`, shop(9), false},
		"comment":                  {"issue_comment", `{"action":"created","comment":{"body":"x"},"issue":{"number":3,"labels":[{"name":"incident"}]},` + common + `}`, shop(3), true},
		"comment elsewhere":        {"issue_comment", `{"action":"created","comment":{"body":"incident"},"issue":{"number":3,"labels":[]},` + common + `}`, shop(3), false},
		"pull request":             {"pull_request", `{"action":"opened","number":4,"pull_request":{"number":4,"labels":[{"name":"incident"}]},` + common + `}`, shop(4), true},
		"escaped label":            {"issues", `{"action":"opened","issue":{"number":1,"labels":[{"name":"\u0069ncident"}]},` + common + `}`, shop(1), true},
		"escaped key":              {"issues", `{"action":"opened","\u0069ssue":{"number":1},` + common + `}`, shop(1), false},
		"last of two keys counts":  {"issues", `{"issue":{"number":1},"issue":{"number":2},` + common + `}`, shop(2), false},
		"wiki":                     {"gollum", `{"pages":[{"action":"edited"}],` + common + `}`, shop(0), false},
		"released":                 {"release", `{"action":"published","release":{"tag_name":"v1","draft":false},` + common + `}`, shop(incident.TheReleases), false},
		"deployed":                 {"deployment_status", `{"action":"created","deployment_status":{"state":"success"},"deployment":{"id":1},` + common + `}`, shop(incident.TheReleases), false},
		"deployment failed":        {"deployment_status", `{"action":"created","deployment_status":{"state":"failure"},"deployment":{"transient_environment":false},` + common + `}`, shop(incident.TheReleases), false},
		"deployment broke off":     {"deployment_status", `{"action":"created","deployment_status":{"state":"error"},` + common + `}`, shop(incident.TheReleases), false},
		"our label renamed":        {"label", `{"action":"edited","changes":{"name":{"from":"Incident"}},"label":{"name":"outage"},` + common + `}`, shop(incident.TheLabels), true},
		"label renamed to ours":    {"label", `{"action":"edited","changes":{"name":{"from":"outage"}},"label":{"name":"incident"},` + common + `}`, shop(incident.TheLabels), true},
		"our label deleted":        {"label", `{"action":"deleted","label":{"name":"postmortem-followup"},` + common + `}`, shop(incident.TheLabels), true},
		"our label created":        {"label", `{"action":"created","label":{"name":"incident"},` + common + `}`, shop(incident.TheLabels), true},
		"severity renamed":         {"label", `{"action":"edited","changes":{"name":{"from":"sev1"}},"label":{"name":"bug"},` + common + `}`, shop(incident.TheLabels), false},
		"severity deleted":         {"label", `{"action":"deleted","label":{"name":"sev1"},` + common + `}`, shop(incident.TheLabels), false},
		"sub-issue added":          {"sub_issues", `{"action":"sub_issue_added","parent_issue":{"number":5,"labels":[{"name":"incident"}]},"sub_issue":{"number":6},` + common + `}`, shop(5), true},
		"sub-issue is a follow-up": {"sub_issues", `{"action":"sub_issue_removed","parent_issue":{"number":5},"sub_issue":{"number":6,"labels":[{"name":"postmortem-followup"}]},` + common + `}`, shop(5), true},
		"parent elsewhere": {
			"sub_issues", `{"action":"parent_issue_added","parent_issue":{"number":5},"parent_issue_repo":{"full_name":"octo/Ops"},"sub_issue":{"number":6},` + common + `}`,
			incident.NewKey("octo", "ops", 5), false,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			if got := send(t, delivery(t, e.url, tt.event, tt.body)); got.Status != 202 {
				t.Fatalf("got %d %q, want 202", got.Status, got.Reason)
			}
			want := []workset.Delivery{{
				ID: "72d3162e-cc78-11e3-81ab-4c9367dc0958", Installation: 7, Key: tt.key, Relevant: tt.relevant,
			}}
			if diff := cmp.Diff(want, e.inbox.all()); diff != "" {
				t.Errorf("received (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhatNoTimelineShows is discarded: drafts, previews, and what has not
// ended.
func TestWhatNoTimelineShows(t *testing.T) {
	t.Parallel()
	const common = `"repository":{"full_name":"octo/shop"},"sender":{"login":"mona"},"installation":{"id":7}`
	tests := map[string]struct{ event, body string }{
		"a draft":                   {"release", `{"action":"created","release":{"draft":true},` + common + `}`},
		"created, published next":   {"release", `{"action":"created","release":{"draft":false},` + common + `}`},
		"released, and published":   {"release", `{"action":"released","release":{"draft":false},` + common + `}`},
		"a release was deleted":     {"release", `{"action":"deleted","release":{"draft":false},` + common + `}`},
		"its notes were edited":     {"release", `{"action":"edited","release":{"draft":false},` + common + `}`},
		"no release in it":          {"release", `{"action":"published",` + common + `}`},
		"a deployment has begun":    {"deployment_status", `{"deployment_status":{"state":"in_progress"},` + common + `}`},
		"it waits":                  {"deployment_status", `{"deployment_status":{"state":"queued"},` + common + `}`},
		"another took its place":    {"deployment_status", `{"deployment_status":{"state":"inactive"},` + common + `}`},
		"a preview":                 {"deployment_status", `{"deployment_status":{"state":"success"},"deployment":{"transient_environment":true},` + common + `}`},
		"no state":                  {"deployment_status", `{"deployment_status":[],` + common + `}`},
		"a deployment is asked for": {"deployment", `{"deployment":{"id":1},` + common + `}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			got := send(t, delivery(t, e.url, tt.event, tt.body))
			if got.Result != webhooks.ResultIgnored || len(e.inbox.all()) != 0 {
				t.Errorf("got %s %q, received %+v", got.Result, got.Reason, e.inbox.all())
			}
		})
	}
}

func TestParentOfAnotherOwnerIsIgnored(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	body := `{"action":"parent_issue_added","parent_issue":{"number":5},"parent_issue_repo":{"full_name":"other/ops"},` +
		`"sub_issue":{"number":6},"repository":{"full_name":"octo/shop"},"installation":{"id":7}}`
	got := send(t, delivery(t, e.url, "sub_issues", body))
	if got.Status != 200 || !strings.Contains(got.Reason, "another owner") {
		t.Errorf("got %d %q, want 200 and ignored", got.Status, got.Reason)
	}
}

// TestLabelsOfTheRepository wants each repository's events to be judged by its
// own labels.
func TestLabelsOfTheRepository(t *testing.T) {
	t.Parallel()
	const (
		issue    = `{"action":"labeled","issue":{"number":1,"labels":[{"name":"LABEL"}]},REST}`
		label    = `{"action":"deleted","label":{"name":"LABEL"},REST}`
		subIssue = `{"action":"parent_issue_added","parent_issue":{"number":1,"labels":[{"name":"LABEL"}]},` +
			`"parent_issue_repo":{"full_name":"octo/OPS"},"sub_issue":{"number":6},REST}`
	)
	tests := map[string]struct {
		event, body, label, repository string
		result                         string
		relevant                       bool
	}{
		"its own":                 {"issues", issue, "Outage", "octo/ops", webhooks.ResultQueued, true},
		"its own for follow-ups":  {"issues", issue, "promise", "octo/ops", webhooks.ResultQueued, true},
		"another's":               {"issues", issue, "Outage", "octo/shop", webhooks.ResultQueued, false},
		"another's, here":         {"issues", issue, "incident", "octo/ops", webhooks.ResultQueued, false},
		"by the parent's":         {"sub_issues", subIssue, "outage", "octo/shop", webhooks.ResultQueued, true},
		"not by the sub-issue's":  {"sub_issues", subIssue, "incident", "octo/shop", webhooks.ResultQueued, false},
		"its own deleted":         {"label", label, "outage", "octo/ops", webhooks.ResultQueued, true},
		"one that it reads":       {"label", label, "p1", "octo/ops", webhooks.ResultQueued, false},
		"one that another reads":  {"label", label, "p1", "octo/shop", webhooks.ResultIgnored, false},
		"another's label deleted": {"label", label, "outage", "octo/shop", webhooks.ResultIgnored, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, func(o *webhooks.Options) {
				o.Labels = func(repo incident.Repo) []string {
					if repo == "octo/ops" {
						return []string{"outage", "promise"}
					}
					return []string{"incident", "postmortem-followup"}
				}
				o.Reads = func(repo incident.Repo, label string) bool { return repo == "octo/ops" && label == "p1" }
			})
			body := strings.NewReplacer("LABEL", tt.label,
				"REST", `"repository":{"full_name":"`+tt.repository+`"},"installation":{"id":7}`).Replace(tt.body)
			if got := send(t, delivery(t, e.url, tt.event, body)); got.Result != tt.result {
				t.Fatalf("got %s %q, want %s", got.Result, got.Reason, tt.result)
			}
			for _, d := range e.inbox.all() {
				if d.Relevant != tt.relevant {
					t.Errorf("relevant: %v, want %v", d.Relevant, tt.relevant)
				}
			}
		})
	}
}

// TestWhoseChange tells a person's edit of what Hindsight wrote from its own.
func TestWhoseChange(t *testing.T) {
	t.Parallel()
	const body = `{"action":"edited","comment":{"body":"- [x] #9","user":{"login":"hindsight[bot]"},` +
		`"performed_via_github_app":{"slug":"hindsight"}},"issue":{"number":3,"user":{"login":"hindsight[bot]"}},` +
		`"repository":{"full_name":"octo/shop"},"sender":{"login":"SENDER"},"installation":{"id":7}}`
	for sender, want := range map[string]string{
		"mona":              webhooks.ResultQueued,
		"another-bot[bot]":  webhooks.ResultQueued,
		"hindsight":         webhooks.ResultQueued, // a person may be called so
		"hindsight[bot]":    webhooks.ResultIgnored,
		"HINDSIGHT[bot]":    webhooks.ResultIgnored,
		"my-hindsight[bot]": webhooks.ResultQueued,
	} {
		t.Run(sender, func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			got := send(t, delivery(t, e.url, "issue_comment", strings.Replace(body, "SENDER", sender, 1)))
			if got.Result != want {
				t.Errorf("got %s %q, want %s", got.Result, got.Reason, want)
			}
		})
	}
}

// TestKnownIssues wants every news of an issue to get as far as the inbox,
// which knows whether the issue is one of ours.
func TestKnownIssues(t *testing.T) {
	t.Parallel()
	events := map[string][]string{
		"issues": {
			"assigned", "closed", "deleted", "demilestoned", "edited", "labeled", "locked", "milestoned", "opened",
			"pinned", "reopened", "transferred", "typed", "unassigned", "unlabeled", "unlocked", "unpinned", "untyped",
		},
		"issue_comment": {"created", "deleted", "edited"},
		"pull_request": {
			"assigned", "auto_merge_enabled", "closed", "converted_to_draft", "edited", "labeled", "locked", "opened",
			"ready_for_review", "reopened", "synchronize", "unassigned", "unlabeled", "unlocked",
		},
	}
	for event, actions := range events {
		for _, action := range actions {
			t.Run(event+"."+action, func(t *testing.T) {
				t.Parallel()
				e := start(t, nil)
				subject := "issue"
				if event == "pull_request" {
					subject = event
				}
				body := `{"action":"` + action + `","` + subject + `":{"number":8,"state":"closed","merged":true},` +
					`"comment":{"body":"x"},"changes":{"new_issue":{"number":5},"body":{"from":"Incident: #4"}},` +
					`"repository":{"full_name":"octo/shop"},"sender":{"login":"mona"},"installation":{"id":7}}`
				send(t, delivery(t, e.url, event, body))
				got := e.inbox.all()
				if len(got) != 1 || got[0].Key != incident.NewKey("octo", "shop", 8) || got[0].Relevant {
					t.Errorf("received %+v, want the issue, to be looked up", got)
				}
			})
		}
	}
}

// TestPullRequestReferences looks at what a pull request's text adds.
func TestPullRequestReferences(t *testing.T) {
	t.Parallel()
	const common = `"repository":{"full_name":"Octo/Shop"},"sender":{"login":"mona"},"installation":{"id":7}`
	tests := map[string]struct {
		event, body string
		want        []int
	}{
		"body":                       {"pull_request", `{"pull_request":{"number":8,"body":"Incident: #42\r\nFixes #43"},` + common + `}`, []int{42, 43}},
		"no body":                    {"pull_request", `{"pull_request":{"number":8,"body":null},` + common + `}`, nil},
		"an issue's body":            {"issues", `{"issue":{"number":8,"body":"Incident: #42"},` + common + `}`, nil},
		"a comment on it":            {"issue_comment", `{"comment":{"body":"fixes #42"},"issue":{"number":8,"pull_request":{}},` + common + `}`, []int{42}},
		"its body, with any comment": {"issue_comment", `{"comment":{"body":"Done"},"issue":{"number":8,"pull_request":{},"body":"Incident: #42"},` + common + `}`, []int{42}},
		"both, once":                 {"issue_comment", `{"comment":{"body":"Incident: #42, #43"},"issue":{"number":8,"pull_request":{},"body":"Incident: #42"},` + common + `}`, []int{42, 43}},
		"a comment on an issue":      {"issue_comment", `{"comment":{"body":"fixes #42"},"issue":{"number":8,"pull_request":null},` + common + `}`, nil},
		"an incident itself":         {"pull_request", `{"pull_request":{"number":8,"body":"Incident: #42","labels":[{"name":"incident"}]},` + common + `}`, nil},
		"too many":                   {"pull_request", `{"pull_request":{"number":8,"body":"` + manyFixes(30) + `"},` + common + `}`, oneTo(20)},
		"a sub-issue":                {"sub_issues", `{"parent_issue":{"number":8,"body":"Incident: #42"},"sub_issue":{"number":1},` + common + `}`, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			send(t, delivery(t, e.url, tt.event, tt.body))
			received := e.inbox.all()
			if len(received) != 1 {
				t.Fatalf("received %+v, want one", received)
			}
			var want []incident.Key
			for _, number := range tt.want {
				want = append(want, incident.NewKey("octo", "shop", number))
			}
			if diff := cmp.Diff(want, received[0].Also); diff != "" {
				t.Errorf("also (-want +got):\n%s", diff)
			}
		})
	}
}

func manyFixes(n int) string {
	var b strings.Builder
	for _, number := range oneTo(n) {
		fmt.Fprintf(&b, `fixes #%d, `, number)
	}
	return b.String()
}

func oneTo(n int) []int {
	var all []int
	for number := range n {
		all = append(all, number+1)
	}
	return all
}
