package webhooks_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
		"event without rule":  {event: "installation", status: 200, result: webhooks.ResultIgnored, reason: "no rule depends on"},
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
