package playground

import (
	"fmt"
	"slices"
)

// SetDeliveryFault says what goes wrong with each delivery from now on; nil
// for nothing. It is asked without locks held, one delivery at a time.
func (g *GitHub) SetDeliveryFault(fault func(Delivery) DeliveryFault) {
	g.post.mu.Lock()
	defer g.post.mu.Unlock()
	g.post.fault = fault
}

// HoldDeliveries keeps deliveries back until [GitHub.ReleaseDeliveries].
func (g *GitHub) HoldDeliveries() {
	g.post.mu.Lock()
	defer g.post.mu.Unlock()
	g.post.held = true
}

// ReleaseDeliveries sends what was held back, after order has put it into
// another order or dropped some of it; nil leaves it as it is.
func (g *GitHub) ReleaseDeliveries(order func([]Delivery) []Delivery) {
	g.post.mu.Lock()
	defer g.post.mu.Unlock()
	if order != nil {
		g.post.queue = order(g.post.queue)
	}
	g.post.held = false
	g.post.poke()
	g.post.tellSettled()
}

// Deliveries are the attempts of the last three days, oldest first.
func (g *GitHub) Deliveries() []Delivery {
	all := g.post.list()
	slices.Reverse(all)
	return all
}

// Redeliver sends what a record holds once more, under the same GUID.
func (g *GitHub) Redeliver(id int64) error {
	for _, d := range g.post.list() {
		if d.ID == id {
			again := Delivery{
				GUID: d.GUID, Redelivery: true, Event: d.Event, Action: d.Action,
				InstallationID: d.InstallationID, RepositoryID: d.RepositoryID, Payload: d.Payload,
			}
			g.post.submit(again)
			return nil
		}
	}
	return fmt.Errorf("playground: redeliver %d: %w", id, notFound())
}
