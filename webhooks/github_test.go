package webhooks_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
	"hindsight/webhooks"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	header := func(key, value string) func(*http.Request) {
		return func(r *http.Request) {
			if r.Header.Del(key); value != "" {
				r.Header.Set(key, value)
			}
		}
	}
	tests := map[string]struct {
		body   string
		event  string
		change func(*http.Request)
		status int
		result string
		reason string // part of it
	}{
		"labelled":              {status: 202, result: webhooks.ResultQueued},
		"charset":               {change: header("Content-Type", "application/json; charset=utf-8"), status: 202, result: webhooks.ResultQueued},
		"no signature":          {change: header("X-Hub-Signature-256", ""), status: 401, result: webhooks.ResultUnauthorized, reason: "missing"},
		"another's signature":   {change: header("X-Hub-Signature-256", sign("another", labelled)), status: 401, result: webhooks.ResultUnauthorized, reason: "does not match"},
		"signed without secret": {change: header("X-Hub-Signature-256", sign("", labelled)), status: 401, result: webhooks.ResultUnauthorized, reason: "does not match"},
		"another body's":        {change: header("X-Hub-Signature-256", sign(testSecret, labelled+" ")), status: 401, result: webhooks.ResultUnauthorized, reason: "does not match"},
		"short signature":       {change: header("X-Hub-Signature-256", "sha256=abcd"), status: 401, result: webhooks.ResultUnauthorized, reason: "64 hexadecimal"},
		"no hexadecimal":        {change: header("X-Hub-Signature-256", "sha256="+strings.Repeat("g", 64)), status: 401, result: webhooks.ResultUnauthorized, reason: "64 hexadecimal"},
		"no algorithm":          {change: header("X-Hub-Signature-256", strings.Repeat("a", 71)), status: 401, result: webhooks.ResultUnauthorized, reason: "64 hexadecimal"},
		"SHA-1 only": {
			change: func(r *http.Request) {
				r.Header.Del("X-Hub-Signature-256")
				r.Header.Set("X-Hub-Signature", "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6")
			},
			status: 401, result: webhooks.ResultUnauthorized, reason: "SHA-1",
		},
		"no event":            {change: header("X-GitHub-Event", ""), status: 400, result: webhooks.ResultMalformed, reason: "X-GitHub-Event is missing"},
		"event is no name":    {change: header("X-GitHub-Event", "a b"), status: 400, result: webhooks.ResultMalformed, reason: "names no event"},
		"no delivery":         {change: header("X-GitHub-Delivery", ""), status: 400, result: webhooks.ResultMalformed, reason: "X-GitHub-Delivery is missing"},
		"delivery is no id":   {change: header("X-GitHub-Delivery", strings.Repeat("d", 101)), status: 400, result: webhooks.ResultMalformed, reason: "no delivery's id"},
		"form":                {change: header("Content-Type", "application/x-www-form-urlencoded"), status: 415, result: webhooks.ResultMalformed, reason: "choose the content type application/json"},
		"no content type":     {change: header("Content-Type", ""), status: 415, result: webhooks.ResultMalformed, reason: "must be application/json"},
		"empty":               {body: " ", status: 400, result: webhooks.ResultMalformed, reason: "not a JSON object"},
		"cut off":             {body: labelled[:100], status: 400, result: webhooks.ResultMalformed, reason: "not a JSON object"},
		"two objects":         {body: "{}{}", status: 400, result: webhooks.ResultMalformed, reason: "not a JSON object"},
		"list":                {body: "[" + labelled + "]", status: 400, result: webhooks.ResultMalformed, reason: "not a JSON object"},
		"null":                {body: "null", status: 400, result: webhooks.ResultMalformed, reason: "not a JSON object"},
		"endless nesting":     {body: `{"a":` + strings.Repeat("[", 1<<20), status: 400, result: webhooks.ResultMalformed, reason: "not a JSON object"},
		"broken unknown":      {body: "{", event: "star", status: 400, result: webhooks.ResultMalformed, reason: "not a JSON object"},
		"ping":                {event: "ping", status: 200, result: webhooks.ResultIgnored, reason: "ping"},
		"unknown event":       {event: "pull_request_review_comment", status: 200, result: webhooks.ResultIgnored, reason: "unknown event"},
		"event without rule":  {event: "deployment_status", status: 200, result: webhooks.ResultIgnored, reason: "no rule depends on"},
		"another label":       {event: "label", body: strings.ReplaceAll(labelled, "Incident", "bug"), status: 200, result: webhooks.ResultIgnored, reason: "no issue changes"},
		"our own":             {body: strings.Replace(labelled, "mona", "Hindsight[bot]", 1), status: 200, result: webhooks.ResultIgnored, reason: "our own"},
		"owner not allowed":   {body: strings.Replace(labelled, "Octo/", "Stranger/", 1), status: 200, result: webhooks.ResultIgnored, reason: "not allowed"},
		"no installation":     {body: strings.Replace(labelled, `"id":7`, `"id":null`, 1), status: 200, result: webhooks.ResultIgnored, reason: "no installation"},
		"no repository":       {body: strings.Replace(labelled, "Octo/Shop", "Octo/..", 1), status: 200, result: webhooks.ResultIgnored, reason: "names no repository"},
		"number is text":      {body: strings.Replace(labelled, `42`, `"x"`, 1), status: 200, result: webhooks.ResultIgnored, reason: "names no issue"},
		"number is too large": {body: strings.Replace(labelled, `42`, `4294967338`, 1), status: 200, result: webhooks.ResultIgnored, reason: "names no issue"},
		"GET":                 {change: func(r *http.Request) { r.Method, r.Body, r.ContentLength = http.MethodGet, nil, 0 }, status: 405, result: webhooks.ResultMalformed, reason: "POST"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			body, event := tt.body, tt.event
			if body == "" {
				body = labelled
			}
			if event == "" {
				event = "issues"
			}
			r := delivery(t, e.url, event, body)
			if tt.change != nil {
				tt.change(r)
			}
			got := send(t, r)
			if got.Status != tt.status || got.Result != tt.result || !strings.Contains(got.Reason, tt.reason) {
				t.Errorf("got %d %s %q, want %d %s %q", got.Status, got.Result, got.Reason, tt.status, tt.result, tt.reason)
			}
			if diff := cmp.Diff([]string{tt.result}, e.observed()); diff != "" {
				t.Errorf("observed (-want +got):\n%s", diff)
			}
			if stored := len(e.inbox.all()); (stored == 1) != (tt.status == 202) {
				t.Errorf("answered %d with %d deliveries in the inbox", got.Status, stored)
			}
			if !strings.Contains(e.logs.String(), "result="+tt.result) {
				t.Errorf("not in the log: %s", e.logs)
			}
		})
	}
}

func TestInboxDecidesTheAnswer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		inbox  *inbox
		status int
		result string
	}{
		"queued":     {&inbox{receipt: workset.Queued}, 202, webhooks.ResultQueued},
		"duplicate":  {&inbox{receipt: workset.Duplicate}, 202, webhooks.ResultDuplicate},
		"unrelated":  {&inbox{receipt: workset.Unrelated}, 200, webhooks.ResultIgnored},
		"disk full":  {&inbox{err: errors.New("no space left on device")}, 503, webhooks.ResultUnavailable},
		"no receipt": {&inbox{}, 503, webhooks.ResultUnavailable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, func(o *webhooks.Options) { o.Inbox = tt.inbox })
			got := send(t, delivery(t, e.url, "issues", labelled))
			if got.Status != tt.status || got.Result != tt.result {
				t.Errorf("got %d %s, want %d %s", got.Status, got.Result, tt.status, tt.result)
			}
			if retry := got.Header.Get("Retry-After"); (retry != "") != (tt.status == 503) {
				t.Errorf("answered %d with Retry-After %q", got.Status, retry)
			}
			if strings.Contains(got.Reason, "device") {
				t.Errorf("the answer tells strangers about the inside: %q", got.Reason)
			}
		})
	}
	t.Run("the log says why", func(t *testing.T) {
		t.Parallel()
		e := start(t, func(o *webhooks.Options) { o.Inbox = &inbox{err: errors.New("no space left on device")} })
		send(t, delivery(t, e.url, "issues", labelled))
		if !strings.Contains(e.logs.String(), "level=ERROR") || !strings.Contains(e.logs.String(), "no space left") {
			t.Errorf("log: %s", e.logs)
		}
	})
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		secrets []string
		signed  string
		status  int
	}{
		"current of two":      {[]string{"new", "old"}, "new", 202},
		"old of two":          {[]string{"new", "old"}, "old", 202},
		"rotated out":         {[]string{"new"}, "old", 401},
		"none":                {nil, "", 401},
		"none but empty":      {[]string{"", ""}, "", 401},
		"empty beside a real": {[]string{"", "new"}, "", 401},
		"real beside empty":   {[]string{"", "new"}, "new", 202},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, func(o *webhooks.Options) {
				o.Secrets = nil
				for _, s := range tt.secrets {
					o.Secrets = append(o.Secrets, []byte(s))
				}
			})
			r := delivery(t, e.url, "issues", labelled)
			r.Header.Set("X-Hub-Signature-256", sign(tt.signed, labelled))
			if got := send(t, r); got.Status != tt.status {
				t.Errorf("got %d %q, want %d", got.Status, got.Reason, tt.status)
			}
		})
	}
}

func TestZeroOptionsAreClosed(t *testing.T) {
	t.Parallel()
	e := start(t, func(o *webhooks.Options) { *o = webhooks.Options{} })
	if got := send(t, delivery(t, e.url, "issues", labelled)); got.Status != 401 {
		t.Errorf("without secrets: got %d, want 401", got.Status)
	}
	e = start(t, func(o *webhooks.Options) {
		*o = webhooks.Options{Secrets: o.Secrets, Inbox: o.Inbox}
	})
	if got := send(t, delivery(t, e.url, "issues", labelled)); got.Status != 200 || !strings.Contains(got.Reason, "not allowed") {
		t.Errorf("without allowed owners: got %d %q, want 200 and ignored", got.Status, got.Reason)
	}
	if got := e.inbox.all(); len(got) > 0 {
		t.Errorf("let through: %v", got)
	}
}

func TestUnknownSelfDiscardsNothing(t *testing.T) {
	t.Parallel()
	for name, self := range map[string]func() string{
		"nil": nil, "not known yet": func() string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, func(o *webhooks.Options) { o.Self = self })
			body := strings.Replace(labelled, `"sender":{"login":"mona"},`, "", 1)
			if got := send(t, delivery(t, e.url, "issues", body)); got.Status != 202 {
				t.Errorf("got %d %q, want 202", got.Status, got.Reason)
			}
		})
	}
}

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

func TestConfiguredLabels(t *testing.T) {
	t.Parallel()
	e := start(t, func(o *webhooks.Options) { o.Labels = []string{"outage"} })
	send(t, delivery(t, e.url, "issues", labelled))
	send(t, delivery(t, e.url, "issues", strings.ReplaceAll(labelled, "Incident", "Outage")))
	got := e.inbox.all()
	if len(got) != 2 || got[0].Relevant || !got[1].Relevant {
		t.Errorf("got %+v, want the second alone to be relevant", got)
	}
}
