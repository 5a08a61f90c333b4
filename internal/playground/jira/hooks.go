package jira

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"hindsight/internal/playground/wire"
)

const (
	// maxRetries is how often Jira tries again.
	maxRetries = 5
	// shortestRetry is the least that passes before it does.
	shortestRetry = 5 * time.Minute
	// deliveriesKept is how many records are kept.
	deliveriesKept = 5000
)

// Delivery is one attempt to deliver a webhook.
type Delivery struct {
	wire.Attempt

	// Identifier is the same for all attempts: X-Atlassian-Webhook-Identifier.
	Identifier string
	Ticket     int64  // the ticket's id
	Key        string // as it was then
	Retry      int    // 0 the first time
}

// DeliveryFault is what goes wrong with one delivery.
type DeliveryFault = wire.DeliveryFault

// openPostOffice delivers as Jira does; retry passes before it tries again, 0
// is the shortest that Jira knows.
func openPostOffice(clock func() time.Time, log *slog.Logger, retry time.Duration) *wire.Office[Delivery] {
	if retry == 0 {
		retry = shortestRetry
	}
	return wire.Open(wire.Manner[Delivery]{
		Clock: clock, Log: log,
		Attempt: func(d *Delivery) *wire.Attempt { return &d.Attempt },
		Headers: deliveryHeaders, Signature: "X-Hub-Signature",
		Lost:    "lost",
		Refused: func(code int) string { return fmt.Sprintf("answered %d", code) },
		Trim: func(records []Delivery) []Delivery {
			return slices.Delete(records, 0, max(0, len(records)-deliveriesKept+1))
		},
		Retry: func(d *Delivery, answered bool) time.Duration {
			if d.Retry == maxRetries || answered && !passing(d.StatusCode) {
				return 0
			}
			d.Retry++
			return retry
		},
	})
}

// deliveryHeaders are all but the signature.
func deliveryHeaders(d Delivery) map[string]string {
	headers := map[string]string{
		"Content-Type":                   "application/json; charset=UTF-8",
		"User-Agent":                     "Atlassian Webhook HTTP Client",
		"X-Atlassian-Webhook-Identifier": d.Identifier,
		"X-Atlassian-Webhook-Flow":       "Primary",
	}
	if d.Retry > 0 {
		headers["X-Atlassian-Webhook-Retry"] = strconv.Itoa(d.Retry)
	}
	return headers
}

// passing are the answers after which Jira tries again, by its documentation;
// it does so without an answer too.
func passing(code int) bool {
	codes := []int{http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests}
	return code >= 500 || slices.Contains(codes, code)
}

// SetWebhook says where deliveries go, and with what they are signed; "" leaves
// them unsigned. Without events, all are sent. Until it is called, nothing is
// sent and nothing is recorded.
func (j *Jira) SetWebhook(url, secret string, events ...string) {
	j.post.SetHook(url, secret, events...)
}

// SetDeliveryFault says what goes wrong with each delivery from now on; nil
// for nothing. It is asked without locks held, one delivery at a time.
func (j *Jira) SetDeliveryFault(fault func(Delivery) DeliveryFault) { j.post.SetFault(fault) }

// HoldDeliveries keeps deliveries back until [Jira.ReleaseDeliveries].
func (j *Jira) HoldDeliveries() { j.post.Hold() }

// ReleaseDeliveries sends what was held back, after order has put it into
// another order or dropped some of it; nil leaves it as it is.
func (j *Jira) ReleaseDeliveries(order func([]Delivery) []Delivery) { j.post.Release(order) }

// Deliveries are the newest attempts, oldest first.
func (j *Jira) Deliveries() []Delivery { return j.post.Deliveries() }

// Redeliver sends what a record holds once more, under the same identifier.
func (j *Jira) Redeliver(id int64) error {
	for _, d := range j.Deliveries() {
		if d.ID == id {
			d.Attempt = wire.Attempt{Event: d.Event, Redelivery: true, Payload: d.Payload}
			j.post.Submit(d)
			return nil
		}
	}
	return fmt.Errorf("jira: redeliver %d: %w", id, refuse(http.StatusNotFound, "no such delivery"))
}
