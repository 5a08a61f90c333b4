package playground

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"hindsight/internal/playground/wire"
)

// deliveriesKept is how long records are kept.
const deliveriesKept = 3 * 24 * time.Hour

// Delivery is one attempt to deliver a webhook.
type Delivery struct {
	wire.Attempt

	GUID           string // the same for all attempts: X-GitHub-Delivery
	Action         string
	InstallationID int64
	RepositoryID   int64 // 0 when it is about no repository
}

// DeliveryFault is what goes wrong with one delivery.
type DeliveryFault = wire.DeliveryFault

// openPostOffice delivers as GitHub does, which never tries again by itself.
func openPostOffice(clock func() time.Time, log *slog.Logger) *wire.Office[Delivery] {
	return wire.Open(wire.Manner[Delivery]{
		Clock: clock, Log: log,
		Attempt: func(d *Delivery) *wire.Attempt { return &d.Attempt },
		// SHA-256 only; the app must not need the older signature.
		Headers: deliveryHeaders, Signature: "X-Hub-Signature-256",
		Lost:    "failed to connect to host",
		Refused: func(code int) string { return fmt.Sprintf("Invalid HTTP Response: %d", code) },
		Trim: func(records []Delivery) []Delivery {
			oldest := clock().Add(-deliveriesKept)
			return slices.DeleteFunc(records, func(d Delivery) bool { return d.DeliveredAt.Before(oldest) })
		},
	})
}

// deliveryHeaders are all but the signature.
func deliveryHeaders(d Delivery) map[string]string {
	return map[string]string{
		"Content-Type":                           "application/json",
		"User-Agent":                             "GitHub-Hookshot/playground",
		"X-GitHub-Event":                         d.Event,
		"X-GitHub-Delivery":                      d.GUID,
		"X-GitHub-Hook-ID":                       "1",
		"X-GitHub-Hook-Installation-Target-ID":   fmt.Sprint(appID),
		"X-GitHub-Hook-Installation-Target-Type": "integration",
	}
}

// SetDeliveryFault says what goes wrong with each delivery from now on; nil
// for nothing. It is asked without locks held, one delivery at a time.
func (g *GitHub) SetDeliveryFault(fault func(Delivery) DeliveryFault) { g.post.SetFault(fault) }

// HoldDeliveries keeps deliveries back until [GitHub.ReleaseDeliveries].
func (g *GitHub) HoldDeliveries() { g.post.Hold() }

// ReleaseDeliveries sends what was held back, after order has put it into
// another order or dropped some of it; nil leaves it as it is.
func (g *GitHub) ReleaseDeliveries(order func([]Delivery) []Delivery) { g.post.Release(order) }

// Deliveries are the attempts of the last three days, oldest first.
func (g *GitHub) Deliveries() []Delivery { return g.post.Deliveries() }

// Redeliver sends what a record holds once more, under the same GUID.
func (g *GitHub) Redeliver(id int64) error {
	for _, d := range g.post.Deliveries() {
		if d.ID == id {
			d.Attempt = wire.Attempt{Event: d.Event, Redelivery: true, Payload: d.Payload}
			g.post.Submit(d)
			return nil
		}
	}
	return fmt.Errorf("playground: redeliver %d: %w", id, notFound())
}
