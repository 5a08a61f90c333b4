package webhooks_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
	"hindsight/webhooks"
)

const (
	cloudSecret  = "the-secret-of-the-cloud-site"
	centerSecret = "the-secret-of-the-other-site"
	oldSecret    = "the-secret-before-this-one"
)

func cloud() incident.Repo  { return incident.JiraSite("acme.atlassian.net") }
func center() incident.Repo { return incident.JiraSite("jira.example/tracker") }

// heard remembers which sites were heard of, and fails if it is told.
type heard struct {
	mu    sync.Mutex
	sites []string
	err   error
}

func (h *heard) hear(_ context.Context, site incident.Repo, at time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sites = append(h.sites, fmt.Sprintf("%s at %d", site.Address(), at.Nanosecond()))
	return h.err
}

// startJira is the handler for two sites behind a real server.
func startJira(t *testing.T, change func(*webhooks.JiraOptions)) (*edge, *heard) {
	t.Helper()
	e, h := &edge{inbox: &inbox{receipt: workset.Queued}, logs: &logs{}}, &heard{}
	options := webhooks.JiraOptions{
		Inbox: e.inbox,
		Sites: []webhooks.JiraSite{
			{Site: cloud(), Secrets: [][]byte{[]byte(cloudSecret), []byte(oldSecret)}},
			{Site: center(), Secrets: [][]byte{[]byte(centerSecret)}},
		},
		Heard: h.hear,
		Observe: func(result string) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.results = append(e.results, result)
		},
		Logger: e.logs.logger(), Clock: new(clock).read,
	}
	if change != nil {
		change(&options)
	}
	server := httptest.NewServer(webhooks.NewJira(options))
	t.Cleanup(server.Close)
	e.url = server.URL
	return e, h
}

// ticketDelivery is a signed request, as Jira sends it.
func ticketDelivery(t *testing.T, url, secret, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json; charset=UTF-8")
	r.Header.Set("X-Atlassian-Webhook-Identifier", "5f2cc2a2-e1ac-4a11-a3d2-6f0b4a2d2b0e")
	r.Header.Set("X-Atlassian-Webhook-Flow", "Primary")
	r.Header.Set("X-Hub-Signature", sign(secret, body))
	return r
}

// moved is what Jira Cloud says when a ticket's status has changed.
const moved = `{"timestamp":1795183506302,"webhookEvent":"jira:issue_updated","issue_event_type_name":"issue_generic",` +
	`"user":{"self":"https://acme.atlassian.net/rest/api/2/user?accountId=5b10","accountId":"5b10","displayName":"Mona"},` +
	`"issue":{"id":"10012","self":"https://acme.atlassian.net/rest/api/2/10012","key":"OPS-12","fields":{` +
	`"statuscategorychangedate":"2026-11-20T15:05:06.284+0100","project":{"id":"10000","key":"OPS"},` +
	`"status":{"name":"Done","id":"10002","statusCategory":{"id":3,"key":"done"}},` +
	`"summary":"Add an alert","updated":"2026-11-20T15:05:06.302+0100"}},` +
	`"changelog":{"id":"10124","items":[{"field":"status","fieldtype":"jira","fieldId":"status","from":"10000","fromString":"To Do","to":"10002","toString":"Done"}]}}`

func movedAt() time.Time { return time.Date(2026, 11, 20, 14, 5, 6, 302_000_000, time.UTC) }

func TestJiraAnswers(t *testing.T) {
	t.Parallel()
	header := func(key, value string) func(*http.Request) {
		return func(r *http.Request) {
			if r.Header.Del(key); value != "" {
				r.Header.Set(key, value)
			}
		}
	}
	replace := func(was, is string) string { return strings.Replace(moved, was, is, 1) }
	const id = `"id":"10012"`
	tests := map[string]struct {
		body   string
		change func(*http.Request)
		status int
		result string
		reason string // part of it
	}{
		"moved":             {status: 202, result: webhooks.ResultQueued},
		"without a charset": {change: header("Content-Type", "application/json"), status: 202, result: webhooks.ResultQueued},
		"unsigned":          {change: header("X-Hub-Signature", ""), status: 401, result: webhooks.ResultUnauthorized, reason: "X-Hub-Signature is missing"},
		"signed like GitHub": {change: func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", r.Header.Get("X-Hub-Signature"))
			r.Header.Del("X-Hub-Signature")
		}, status: 401, result: webhooks.ResultUnauthorized, reason: "X-Hub-Signature is missing"},
		"another's signature":   {change: header("X-Hub-Signature", sign("another", moved)), status: 401, result: webhooks.ResultUnauthorized, reason: "does not match"},
		"signed without secret": {change: header("X-Hub-Signature", sign("", moved)), status: 401, result: webhooks.ResultUnauthorized, reason: "does not match"},
		"another body's":        {change: header("X-Hub-Signature", sign(cloudSecret, moved+" ")), status: 401, result: webhooks.ResultUnauthorized, reason: "does not match"},
		"SHA-1":                 {change: header("X-Hub-Signature", "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6"), status: 401, result: webhooks.ResultUnauthorized, reason: "SHA-1"},
		"SHA-512":               {change: header("X-Hub-Signature", "sha512="+strings.Repeat("a", 128)), status: 401, result: webhooks.ResultUnauthorized, reason: "64 hexadecimal"},
		"no algorithm":          {change: header("X-Hub-Signature", strings.Repeat("a", 64)), status: 401, result: webhooks.ResultUnauthorized, reason: "64 hexadecimal"},
		"no hexadecimal":        {change: header("X-Hub-Signature", "sha256="+strings.Repeat("g", 64)), status: 401, result: webhooks.ResultUnauthorized, reason: "64 hexadecimal"},
		"GET":                   {change: func(r *http.Request) { r.Method, r.Body, r.ContentLength = http.MethodGet, nil, 0 }, status: 405, result: webhooks.ResultMalformed, reason: "POST"},
		"form":                  {change: header("Content-Type", "application/x-www-form-urlencoded"), status: 415, result: webhooks.ResultMalformed, reason: "form-encoded"},
		"no content type":       {change: header("Content-Type", ""), status: 415, result: webhooks.ResultMalformed, reason: "must be application/json"},
		"empty":                 {body: " ", status: 400, result: webhooks.ResultMalformed, reason: "not a JSON object"},
		"cut off":               {body: moved[:200], status: 400, result: webhooks.ResultMalformed, reason: "not a JSON object"},
		"list":                  {body: "[" + moved + "]", status: 400, result: webhooks.ResultMalformed, reason: "not a JSON object"},
		"endless nesting":       {body: `{"a":` + strings.Repeat("[", 1<<20), status: 400, result: webhooks.ResultMalformed, reason: "not a JSON object"},
		"id is a number":        {body: replace(id, `"id":10012`), status: 400, result: webhooks.ResultMalformed, reason: "issue.id"},
		"id is a name":          {body: replace(id, `"id":"OPS-12"`), status: 400, result: webhooks.ResultMalformed, reason: "issue.id"},
		"id is empty":           {body: replace(id, `"id":""`), status: 400, result: webhooks.ResultMalformed, reason: "issue.id"},
		"id is zero":            {body: replace(id, `"id":"0"`), status: 400, result: webhooks.ResultMalformed, reason: "issue.id"},
		"id is negative":        {body: replace(id, `"id":"-1"`), status: 400, result: webhooks.ResultMalformed, reason: "issue.id"},
		"id has a sign":         {body: replace(id, `"id":"+10012"`), status: 400, result: webhooks.ResultMalformed, reason: "issue.id"},
		"id has zeros before":   {body: replace(id, `"id":"010012"`), status: 400, result: webhooks.ResultMalformed, reason: "issue.id"},
		"id is too large":       {body: replace(id, `"id":"99999999999999999999"`), status: 400, result: webhooks.ResultMalformed, reason: "issue.id"},
		"no id":                 {body: replace(id, `"id2":"1"`), status: 200, result: webhooks.ResultIgnored, reason: "names no ticket"},
		"issue is text":         {body: `{"webhookEvent":"jira:issue_updated","issue":"OPS-12"}`, status: 200, result: webhooks.ResultIgnored, reason: "names no ticket"},
		"no event":              {body: `{"issue":{"id":"10012"}}`, status: 200, result: webhooks.ResultIgnored, reason: "no rule depends"},
		"event is no text":      {body: `{"webhookEvent":7,"issue":{"id":"10012"}}`, status: 200, result: webhooks.ResultIgnored, reason: "no rule depends"},
		"our marker":            {body: `{"webhookEvent":"issue_property_set","property":{"key":"hindsight"},"issue":{"id":"10012"}}`, status: 200, result: webhooks.ResultIgnored, reason: "no rule depends"},
		"work was logged":       {body: `{"webhookEvent":"worklog_created","worklog":{"issueId":"10012"}}`, status: 200, result: webhooks.ResultIgnored, reason: "no rule depends"},
		"a sprint":              {body: `{"webhookEvent":"sprint_started","sprint":{"id":1}}`, status: 200, result: webhooks.ResultIgnored, reason: "no rule depends"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, _ := startJira(t, nil)
			body := tt.body
			if body == "" {
				body = moved
			}
			r := ticketDelivery(t, e.url, cloudSecret, body)
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
			if log := e.logs.String(); !strings.Contains(log, "result="+tt.result) || !strings.Contains(log, "source=jira") {
				t.Errorf("not in the log: %s", log)
			}
		})
	}
}

func TestJiraTooLarge(t *testing.T) {
	t.Parallel()
	e, h := startJira(t, nil)
	r := ticketDelivery(t, e.url, cloudSecret, moved)
	r.Body, r.ContentLength = io.NopCloser(io.LimitReader(endless{}, webhooks.MaxJiraBody+1)), -1
	large := moved + strings.Repeat(" ", webhooks.MaxJiraBody-len(moved))
	for name, r := range map[string]*http.Request{
		"without a length": r, "with a length": ticketDelivery(t, e.url, cloudSecret, large+" "),
	} {
		if got := send(t, r); got.Status != 413 || got.Result != webhooks.ResultTooLarge || !strings.Contains(got.Reason, "5 MB") {
			t.Errorf("%s: got %d %s %q, want 413", name, got.Status, got.Result, got.Reason)
		}
	}
	if len(e.inbox.all())+len(h.sites) > 0 {
		t.Errorf("received %v, heard of %v", e.inbox.all(), h.sites)
	}
	if got := send(t, ticketDelivery(t, e.url, cloudSecret, large)); got.Status != 202 {
		t.Errorf("the largest: got %d %q, want 202", got.Status, got.Reason)
	}
}

// TestTickets sends what both kinds of Jira say, in the shapes of
// https://developer.atlassian.com/cloud/jira/platform/webhooks/ and
// https://developer.atlassian.com/server/jira/platform/webhooks/, and looks at
// what reaches the inbox.
func TestTickets(t *testing.T) {
	t.Parallel()
	const byServer = `{"timestamp":1795183506302,"webhookEvent":"EVENT","issue_event_type_name":"TYPE",` +
		`"user":{"self":"https://jira.example/tracker/rest/api/2/user?username=mona","name":"mona","key":"JIRAUSER10100","displayName":"Mona"},` +
		`"issue":{"id":"89820","self":"https://jira.example/tracker/rest/api/2/issue/89820","key":"OPS-12",` +
		`"fields":{"summary":"Add an alert","updated":"2026-11-20T14:05:06.302+0000"}}}`
	const comment = `{"timestamp":1795183506500,"webhookEvent":"EVENT","comment":{"self":"https://acme.atlassian.net/rest/api/2/issue/10012/comment/10200",` +
		`"id":"10200","author":{"accountId":"5b10"},"body":"We won't","created":"2026-11-20T15:05:06.302+0100","updated":"2026-11-20T15:05:06.302+0100","jsdPublic":true},` +
		`"issue":{"id":"10012","self":"https://acme.atlassian.net/rest/api/2/10012","key":"OPS-12","fields":{"summary":"Add an alert","status":{"name":"Done"}}},"eventType":"primaryAction"}`
	server := func(event, kind string) string {
		return strings.NewReplacer("EVENT", event, "TYPE", kind).Replace(byServer)
	}
	commented := func(event string) string { return strings.Replace(comment, "EVENT", event, 1) }
	changed := func(event string) string { return strings.Replace(moved, "jira:issue_updated", event, 1) }
	updated := func(text string) string {
		return strings.Replace(moved, `"2026-11-20T15:05:06.302+0100"}}`, text+`}}`, 1)
	}
	tests := map[string]struct {
		secret, body string
		site         incident.Repo
		number       int
		changed      time.Time
	}{
		"status changed":               {cloudSecret, moved, cloud(), 10012, movedAt()},
		"created":                      {cloudSecret, changed("jira:issue_created"), cloud(), 10012, movedAt()},
		"deleted, as it was before":    {cloudSecret, changed("jira:issue_deleted"), cloud(), 10012, time.Time{}},
		"moved to another project":     {cloudSecret, strings.Replace(moved, `"OPS-12"`, `"SRE-7"`, 1), cloud(), 10012, movedAt()},
		"a time of another form":       {cloudSecret, updated("1795183506302"), cloud(), 10012, time.Time{}},
		"a time that is none":          {cloudSecret, updated(`"now"`), cloud(), 10012, time.Time{}},
		"commented":                    {cloudSecret, commented("comment_created"), cloud(), 10012, time.Time{}},
		"comment edited":               {cloudSecret, commented("comment_updated"), cloud(), 10012, time.Time{}},
		"comment deleted":              {cloudSecret, commented("comment_deleted"), cloud(), 10012, time.Time{}},
		"changed on Data Center":       {centerSecret, server("jira:issue_updated", "issue_updated"), center(), 89820, movedAt()},
		"commented on Data Center":     {centerSecret, server("jira:issue_updated", "issue_commented"), center(), 89820, movedAt()},
		"last of two issues counts":    {cloudSecret, `{"webhookEvent":"jira:issue_updated","issue":{"id":"1"},"issue":{"id":"2"}}`, cloud(), 2, time.Time{}},
		"signed with the older secret": {oldSecret, moved, cloud(), 10012, movedAt()},
		"whose secret, not whose name": {centerSecret, moved, center(), 10012, movedAt()},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, h := startJira(t, nil)
			if got := send(t, ticketDelivery(t, e.url, tt.secret, tt.body)); got.Status != 202 {
				t.Fatalf("got %d %q, want 202", got.Status, got.Reason)
			}
			want := []workset.Delivery{{
				ID:  "jira:" + tt.site.Address() + ":5f2cc2a2-e1ac-4a11-a3d2-6f0b4a2d2b0e",
				Key: incident.Key{Repo: tt.site, Number: tt.number}, Changed: tt.changed,
			}}
			if diff := cmp.Diff(want, e.inbox.all()); diff != "" {
				t.Errorf("received (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{tt.site.Address() + " at 0"}, h.sites); diff != "" {
				t.Errorf("heard of (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCommentOfDataCenter is one that names its ticket in an address alone; the
// ticket's own event follows it.
func TestCommentOfDataCenter(t *testing.T) {
	t.Parallel()
	e, h := startJira(t, nil)
	body := `{"timestamp":1795183506302,"webhookEvent":"comment_created","comment":{"self":"https://jira.example/tracker/rest/api/2/issue/89820/comment/1","id":"1","body":"x"}}`
	got := send(t, ticketDelivery(t, e.url, centerSecret, body))
	if got.Status != 200 || !strings.Contains(got.Reason, "names no ticket") || len(e.inbox.all()) > 0 {
		t.Errorf("got %d %q, received %v", got.Status, got.Reason, e.inbox.all())
	}
	if len(h.sites) != 1 {
		t.Errorf("heard of %v, want the site: it was signed", h.sites)
	}
}

// TestDeliveryWithoutAName wants the same news to have the same id, and other
// news another.
func TestDeliveryWithoutAName(t *testing.T) {
	t.Parallel()
	later := strings.Replace(moved, "1795183506302", "1795183506303", 1)
	sum := sha256.Sum256([]byte(moved))
	digest := "jira:acme.atlassian.net:" + hex.EncodeToString(sum[:])
	for name, identifier := range map[string]string{
		"none": "", "of another form": "a/b c", "too long": strings.Repeat("a", 101), "a path": "..",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, _ := startJira(t, nil)
			for _, body := range []string{moved, moved, later} {
				r := ticketDelivery(t, e.url, cloudSecret, body)
				r.Header.Set("X-Atlassian-Webhook-Identifier", identifier)
				send(t, r)
			}
			got := e.inbox.all()
			if len(got) != 3 || got[0].ID != digest || got[1].ID != digest || got[2].ID == digest {
				t.Errorf("ids: %+v", got)
			}
		})
	}
}

// TestSitesDoNotShareIDs wants what two sites call the same to be two.
func TestSitesDoNotShareIDs(t *testing.T) {
	t.Parallel()
	e, _ := startJira(t, nil)
	send(t, ticketDelivery(t, e.url, cloudSecret, moved))
	send(t, ticketDelivery(t, e.url, centerSecret, moved))
	if got := e.inbox.all(); len(got) != 2 || got[0].ID == got[1].ID || got[0].Key == got[1].Key {
		t.Errorf("received %+v", got)
	}
}

func TestHeardOnlyOfWhatIsSigned(t *testing.T) {
	t.Parallel()
	e, h := startJira(t, nil)
	send(t, ticketDelivery(t, e.url, "another", moved))
	send(t, ticketDelivery(t, e.url, centerSecret, `{"webhookEvent":"sprint_started"}`))
	send(t, ticketDelivery(t, e.url, cloudSecret, "not JSON"))
	if diff := cmp.Diff([]string{"jira.example/tracker at 0", "acme.atlassian.net at 0"}, h.sites); diff != "" {
		t.Errorf("heard of (-want +got):\n%s", diff)
	}
}

// TestNotHeardIsNoRefusal has news taken in though it can't be remembered where
// it came from.
func TestNotHeardIsNoRefusal(t *testing.T) {
	t.Parallel()
	e, h := startJira(t, nil)
	h.err = errors.New("no space left on device")
	for range 3 {
		if got := send(t, ticketDelivery(t, e.url, cloudSecret, moved)); got.Status != 202 {
			t.Errorf("got %d %q, want 202", got.Status, got.Reason)
		}
	}
	if log := e.logs.String(); strings.Count(log, "level=WARN") != 1 || !strings.Contains(log, "no space left") {
		t.Errorf("want one line that says so:\n%s", log)
	}
}

func TestZeroJiraOptionsAreClosed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*webhooks.JiraOptions){
		"nothing":    func(o *webhooks.JiraOptions) { *o = webhooks.JiraOptions{} },
		"no sites":   func(o *webhooks.JiraOptions) { o.Sites = nil },
		"no secrets": func(o *webhooks.JiraOptions) { o.Sites = []webhooks.JiraSite{{Site: cloud()}} },
		"none but empty": func(o *webhooks.JiraOptions) {
			o.Sites = []webhooks.JiraSite{{Site: cloud(), Secrets: [][]byte{{}, nil}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, _ := startJira(t, change)
			for _, secret := range []string{"", cloudSecret} {
				if got := send(t, ticketDelivery(t, e.url, secret, moved)); got.Status != 401 || !strings.Contains(got.Reason, "no Jira site") {
					t.Errorf("got %d %q, want 401", got.Status, got.Reason)
				}
			}
			if got := e.inbox.all(); len(got) > 0 {
				t.Errorf("let through: %v", got)
			}
		})
	}
}

func TestJirasInboxDecidesTheAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		inbox  *inbox
		status int
		reason string
	}{
		"duplicate": {&inbox{receipt: workset.Duplicate}, 202, ""},
		"unrelated": {&inbox{receipt: workset.Unrelated}, 200, "no known ticket"},
		"disk full": {&inbox{err: errors.New("no space left on device")}, 503, "send it again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, _ := startJira(t, func(o *webhooks.JiraOptions) { o.Inbox = tt.inbox })
			got := send(t, ticketDelivery(t, e.url, cloudSecret, moved))
			if got.Status != tt.status || !strings.Contains(got.Reason, tt.reason) {
				t.Errorf("got %d %q, want %d %q", got.Status, got.Reason, tt.status, tt.reason)
			}
		})
	}
}

// TestJirasLogTellsNoSecret sends refusals with words that must not come back.
func TestJirasLogTellsNoSecret(t *testing.T) {
	t.Parallel()
	var now clock
	e, _ := startJira(t, func(o *webhooks.JiraOptions) { o.Clock = now.read })
	body := strings.Replace(moved, "Add an alert", "words-of-the-body", 1)
	for _, secret := range []string{cloudSecret, "wrong-secret"} {
		for _, kind := range []string{"application/json", "text/plain"} {
			r := ticketDelivery(t, e.url, secret, body)
			r.Header.Set("Content-Type", kind)
			send(t, r)
			now.advance(time.Second)
		}
	}
	got := e.logs.String()
	if strings.Count(got, "\n") != 4 {
		t.Errorf("want a line for each of 4 deliveries:\n%s", got)
	}
	for _, word := range []string{cloudSecret, centerSecret, "wrong-secret", "words-of-the-body", sign(cloudSecret, body)[7:]} {
		if strings.Contains(got, word) {
			t.Errorf("the log holds %q:\n%s", word, got)
		}
	}
}

// TestOneRoomForBoth has GitHub's large bodies take the room that Jira's would
// need: what strangers can make us hold does not grow with the doors.
func TestOneRoomForBoth(t *testing.T) {
	t.Parallel()
	c := newCrowd()
	defer c.leave()
	jira := webhooks.NewJira(webhooks.JiraOptions{
		Inbox: &inbox{receipt: workset.Queued}, Room: c.room,
		Sites: []webhooks.JiraSite{{Site: cloud(), Secrets: [][]byte{[]byte(cloudSecret)}}},
	})
	post := func(body string) int {
		w := httptest.NewRecorder()
		jira.ServeHTTP(w, ticketDelivery(t, "/", cloudSecret, body))
		return w.Code
	}
	large := moved + strings.Repeat(" ", 2<<20)
	if got := post(large); got != 202 {
		t.Fatalf("alone: got %d, want 202", got)
	}
	for range 2 {
		if !c.join(t, 10<<20) {
			t.Fatal("there is no room for two bodies of 10 MB")
		}
	}
	if got := post(large); got != 503 {
		t.Errorf("beside two large ones: got %d, want 503", got)
	}
	if got := post(moved); got != 202 {
		t.Errorf("a small one: got %d, want 202", got)
	}
}
