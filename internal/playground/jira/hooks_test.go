package jira_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"hindsight/internal/playground/jira"
)

const secret = "a-secret"

// ear is who hears the webhooks.
type ear struct {
	server *httptest.Server

	mu      sync.Mutex // guards what follows
	answers []int      // to the next deliveries; 200 when there are none left
	heard   []heard
}

type heard struct {
	header http.Header
	raw    []byte
	answer
}

func listen(s *stage, events ...string) *ear {
	s.t.Helper()
	e := &ear{}
	e.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body) // what is cut off is no JSON
		h := heard{header: r.Header, raw: raw}
		_ = json.Unmarshal(raw, &h.body) // and is seen to be none
		e.mu.Lock()
		defer e.mu.Unlock()
		e.heard = append(e.heard, h)
		status := http.StatusOK
		if len(e.answers) > 0 {
			status, e.answers = e.answers[0], e.answers[1:]
		}
		w.WriteHeader(status)
	}))
	s.t.Cleanup(e.server.Close)
	s.SetWebhook(e.server.URL+"/webhooks/jira", secret, events...)
	return e
}

// all are those that were heard by now.
func (e *ear) all(s *stage) []heard {
	s.t.Helper()
	must(s.t, s.Settle(s.t.Context()))
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.heard)
}

// events are the names of what was heard, each with the ticket's key.
func (e *ear) events(s *stage) []string {
	s.t.Helper()
	var all []string
	for _, h := range e.all(s) {
		event, _ := h.at("webhookEvent").(string)
		key, _ := h.at("issue.key").(string)
		all = append(all, event+" "+key)
	}
	return all
}

func TestWebhooksOfATicketsLife(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		e := listen(s)
		id := s.opened("OPS", "One")
		must(t, s.As(ada).Move(id, "Done", nil))
		must(t, s.As(ada).Comment(id, "Done it."))
		must(t, s.As(ada).MoveToProject(id, "SRE"))
		must(t, s.As(ada).Delete(id))
		want := []string{
			"jira:issue_created OPS-1", "jira:issue_updated OPS-1", "comment_created OPS-1", "jira:issue_updated SRE-1", "jira:issue_deleted SRE-1",
		}
		if s.Mode() == jira.DataCenter { // it tells of comments twice
			want = slices.Insert(want, 3, "jira:issue_updated OPS-1")
		}
		same(t, "events", want, e.events(s))

		heard := e.all(s)
		done := heard[1]
		items := done.list("changelog.items")
		same(t, "what was changed", []any{"resolution", "Done", "status", "To Do", "Done"},
			[]any{items[0]["field"], items[0]["toString"], items[1]["field"], items[1]["fromString"], items[1]["toString"]})
		same(t, "by whom, and how the ticket is now", []any{"Ada L.", "Done", "done", id, float64(s.clock.now().UnixMilli())}, []any{
			done.at("user.displayName"), done.at("issue.fields.status.name"), done.at("issue.fields.status.statusCategory.key"),
			done.at("issue.id"), done.at("timestamp"),
		})
		same(t, "when", any("2026-11-20T14:05:06.008+0000"), done.at("issue.fields.updated"))
		same(t, "comment", []any{"Done it.", "Ada L.", "One"},
			[]any{heard[2].at("comment.body"), heard[2].at("comment.author.displayName"), heard[2].at("issue.fields.summary")})
		moved := heard[len(heard)-2]
		same(t, "moved", []any{"issue_moved", "Key", "OPS-1", "SRE-1"}, []any{
			moved.at("issue_event_type_name"), moved.list("changelog.items")[0]["field"],
			moved.list("changelog.items")[0]["fromString"], moved.list("changelog.items")[0]["toString"],
		})
	})
}

func TestWebhooksAreSigned(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	e := listen(s)
	s.opened("OPS", "One")
	h := e.all(s)[0]
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(h.raw)
	same(t, "X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)), h.header.Get("X-Hub-Signature"))
	if h.header.Get("X-Atlassian-Webhook-Identifier") == "" {
		t.Error("the delivery has no identifier")
	}
	same(t, "the first time", "", h.header.Get("X-Atlassian-Webhook-Retry"))

	s.SetWebhook(e.server.URL, "")
	s.opened("OPS", "Two")
	same(t, "without a secret", "", e.all(s)[1].header.Get("X-Hub-Signature"))
}

func TestOnlyTheEventsThatAreWanted(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.opened("OPS", "Before anybody listens")
	e := listen(s, "jira:issue_deleted")
	s.opened("OPS", "One")
	must(t, s.As(ada).Delete("OPS-2"))
	same(t, "events", []string{"jira:issue_deleted OPS-2"}, e.events(s))
	same(t, "records", 1, len(s.Deliveries()))
}

func TestWhatChangesNothingIsNotTold(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.opened("OPS", "One")
	e := listen(s)
	s.want(204, http.MethodPut, "/issue/OPS-1", object{"fields": object{"summary": "One"}})
	s.want(201, http.MethodPut, "/issue/OPS-1/properties/mine", 1)
	s.want(201, http.MethodPost, "/issue/OPS-1/remotelink", object{"globalId": "x", "object": object{"url": "https://example.com", "title": "x"}})
	same(t, "events", []string(nil), e.events(s))
}

func TestDeliveriesGoWrong(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	e := listen(s)
	s.SetDeliveryFault(func(d jira.Delivery) jira.DeliveryFault {
		return map[string]jira.DeliveryFault{
			"OPS-1": {Lose: true}, "OPS-2": {Double: true}, "OPS-3": {Delay: 50 * time.Millisecond}, "OPS-5": {Unsigned: true}, "OPS-6": {Tamper: true},
		}[d.Key]
	})
	for range 6 {
		s.opened("OPS", "One")
	}
	events := e.events(s)
	same(t, "how many", 6, len(events))
	same(t, "lost, doubled, late", []bool{false, true, true},
		[]bool{slices.Contains(events, "jira:issue_created OPS-1"), events[0] == events[1], slices.Index(events, "jira:issue_created OPS-3") > 2})
	all := e.all(s)
	same(t, "doubled under one identifier", all[0].header.Get("X-Atlassian-Webhook-Identifier"), all[1].header.Get("X-Atlassian-Webhook-Identifier"))
	for _, h := range all {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(h.raw)
		signed := h.header.Get("X-Hub-Signature") == "sha256="+hex.EncodeToString(mac.Sum(nil))
		key := h.at("issue.key")
		same(t, "signed", key != "OPS-5" && key != "OPS-6", signed)
	}
	var states []string
	for _, d := range s.Deliveries() {
		states = append(states, d.Key+" "+d.Status)
	}
	same(t, "records", []string{"OPS-1 lost", "OPS-2 OK", "OPS-3 OK", "OPS-4 OK", "OPS-5 OK", "OPS-6 OK"}, states)
}

func TestHeldDeliveriesComeInAnotherOrder(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	e := listen(s)
	s.HoldDeliveries()
	for range 3 {
		s.opened("OPS", "One")
	}
	same(t, "held", []string(nil), e.events(s))
	s.ReleaseDeliveries(func(held []jira.Delivery) []jira.Delivery {
		slices.Reverse(held)
		return held[:2]
	})
	same(t, "released", []string{"jira:issue_created OPS-3", "jira:issue_created OPS-2"}, e.events(s))
}

func TestRedelivery(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	e := listen(s)
	s.opened("OPS", "One")
	must(t, s.Settle(t.Context()))
	must(t, s.Redeliver(s.Deliveries()[0].ID))
	all := e.all(s)
	same(t, "the same again", []any{2, all[0].header.Get("X-Atlassian-Webhook-Identifier"), string(all[0].raw)},
		[]any{len(all), all[1].header.Get("X-Atlassian-Webhook-Identifier"), string(all[1].raw)})
	same(t, "recorded as such", true, s.Deliveries()[1].Redelivery)
	if s.Redeliver(99) == nil {
		t.Error("what was never delivered was delivered again")
	}
}

func TestDeliveriesAreTriedAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{408, 409, 425, 429, 500, 503} {
		s := open(t, jira.Cloud, func(o *jira.Options) { o.RetryDelay = time.Millisecond })
		e := listen(s)
		e.answers = []int{status, status}
		s.opened("OPS", "One")
		heard := eventually(t, func() ([]heard, bool) {
			all := e.all(s)
			return all, len(all) == 3
		})
		same(t, "identifier stays", heard[0].header.Get("X-Atlassian-Webhook-Identifier"), heard[2].header.Get("X-Atlassian-Webhook-Identifier"))
		same(t, "counted", []string{"1", "2"}, []string{heard[1].header.Get("X-Atlassian-Webhook-Retry"), heard[2].header.Get("X-Atlassian-Webhook-Retry")})
	}
}

func TestDeliveriesThatAreRefusedAreNotTriedAgain(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud, func(o *jira.Options) { o.RetryDelay = time.Nanosecond })
	e := listen(s)
	e.answers = []int{401, 400, 404, 413}
	for range 4 {
		s.opened("OPS", "One")
	}
	s.opened("OPS", "One that is taken")
	same(t, "heard", 5, len(e.all(s)))
	for _, d := range s.Deliveries() {
		same(t, "retries", 0, d.Retry)
	}
}

// eventually asks until it is so, for as long as a test may take.
func eventually[T any](t *testing.T, see func() (T, bool)) T {
	t.Helper()
	for tick := time.NewTicker(time.Millisecond); ; {
		if got, is := see(); is {
			tick.Stop()
			return got
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("it never came to be")
		}
	}
}
