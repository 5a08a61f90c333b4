package jira

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
)

// SetWebhook says where deliveries go, and with what they are signed; "" leaves
// them unsigned. Without events, all are sent. Until it is called, nothing is
// sent and nothing is recorded.
func (j *Jira) SetWebhook(url, secret string, events ...string) {
	j.post.setHook(url, secret, events)
}

// SetDeliveryFault says what goes wrong with each delivery from now on; nil
// for nothing. It is asked without locks held, one delivery at a time.
func (j *Jira) SetDeliveryFault(fault func(Delivery) DeliveryFault) {
	j.post.mu.Lock()
	defer j.post.mu.Unlock()
	j.post.fault = fault
}

// HoldDeliveries keeps deliveries back until [Jira.ReleaseDeliveries].
func (j *Jira) HoldDeliveries() {
	j.post.mu.Lock()
	defer j.post.mu.Unlock()
	j.post.held = true
	j.post.tellSettled()
}

// ReleaseDeliveries sends what was held back, after order has put it into
// another order or dropped some of it; nil leaves it as it is.
func (j *Jira) ReleaseDeliveries(order func([]Delivery) []Delivery) {
	j.post.mu.Lock()
	defer j.post.mu.Unlock()
	if order != nil {
		j.post.queue = order(j.post.queue)
	}
	j.post.held = false
	j.post.poke()
	j.post.tellSettled()
}

// Deliveries are the newest attempts, oldest first.
func (j *Jira) Deliveries() []Delivery {
	j.post.mu.Lock()
	defer j.post.mu.Unlock()
	all := slices.Clone(j.post.records)
	slices.SortStableFunc(all, func(a, b Delivery) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Redeliver sends what a record holds once more, under the same identifier.
func (j *Jira) Redeliver(id int64) error {
	for _, d := range j.Deliveries() {
		if d.ID == id {
			j.post.submit(Delivery{
				Identifier: d.Identifier, Event: d.Event, Ticket: d.Ticket, Key: d.Key,
				Retry: d.Retry, Redelivery: true, Payload: d.Payload,
			})
			return nil
		}
	}
	return fmt.Errorf("jira: redeliver %d: %w", id, refuse(http.StatusNotFound, "no such delivery"))
}
