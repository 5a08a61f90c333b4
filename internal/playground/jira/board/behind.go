package board

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hindsight/internal/playground/jira"
	"hindsight/internal/playground/web"
)

// shown is how many entries each list holds, since the page is fetched again
// every second.
const shown = 40

// backstage is what goes on behind the boards.
type backstage struct {
	Ticket   string // the key of the one that it is about; "" for all
	Levers   []switches
	Webhooks []webhook
	Requests []request
	// How many are older than those.
	OlderWebhooks, OlderRequests int
}

// switches are levers of a kind.
type switches struct {
	Name   string
	Levers []state
}

type state struct {
	lever

	On bool
}

type webhook struct {
	ID           int64
	Good         bool
	Event, Name  string
	Ticket, Said string
	At           time.Time
	Payload      string
}

type request struct {
	Good         bool
	Method, Path string
	Query        string // as it was meant, not as it was sent
	Said         string
	At           time.Time
}

// behind shows what went to and fro, of all tickets or of the one that the
// address names.
func (s *site) behind(r *http.Request, _ visit) (screen, error) {
	b := backstage{Levers: s.trouble.states()}
	deliveries, calls := s.j.Deliveries(), s.j.Calls()
	if key := r.FormValue("ticket"); key != "" {
		t, err := s.j.Ticket(key)
		if err != nil {
			return screen{}, err
		}
		b.Ticket = t.Key
		deliveries = slices.DeleteFunc(deliveries, func(d jira.Delivery) bool { return d.Ticket != t.ID })
		calls = slices.DeleteFunc(calls, func(c jira.Call) bool { return !about(c, t) })
	}
	slices.Reverse(deliveries)
	slices.Reverse(calls)
	b.OlderWebhooks, b.OlderRequests = max(0, len(deliveries)-shown), max(0, len(calls)-shown)
	for _, d := range deliveries[:min(shown, len(deliveries))] {
		b.Webhooks = append(b.Webhooks, s.webhook(d))
	}
	for _, c := range calls[:min(shown, len(calls))] {
		b.Requests = append(b.Requests, asRequest(c))
	}
	return screen{view: "behind", title: "Behind the scenes", tab: "/_behind", body: b}, nil
}

// about is whether a request names the ticket.
func about(c jira.Call, t jira.Ticket) bool {
	names := append([]string{t.Key, strconv.FormatInt(t.ID, 10)}, t.Former...)
	for part := range strings.SplitSeq(c.Path, "/") {
		if slices.Contains(names, part) {
			return true
		}
	}
	return false
}

func (s *site) webhook(d jira.Delivery) webhook {
	w := webhook{
		ID: d.ID, Good: d.Status == "OK", Event: d.Event, Name: d.Identifier, Ticket: d.Key, At: d.DeliveredAt,
		Said: d.Status, Payload: web.Indented(d.Payload),
	}
	if d.StatusCode > 0 {
		w.Said = fmt.Sprintf("%s (%d)", d.Status, d.StatusCode)
	}
	return w
}

func asRequest(c jira.Call) request {
	q := request{
		Good: c.Status >= 200 && c.Status < 400, Method: c.Method, Path: c.Path, At: c.At,
		Said: fmt.Sprintf("%d %s, %d bytes", c.Status, http.StatusText(c.Status), c.ResponseBytes),
	}
	if query, err := url.QueryUnescape(c.Query); err == nil {
		q.Query = query
	}
	if c.Status == 0 {
		q.Said = "no answer yet, or cut off"
	}
	return q
}
