package pages

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"hindsight/internal/playground"
)

// troubled is how many deliveries one pull of a lever spoils.
const troubled = 3

// lever is something that can be made to go wrong.
type lever struct {
	Name   string // in forms
	Label  string // on the button
	Effect string // while it lasts

	delivery playground.DeliveryFault // for the next few deliveries
	call     playground.Fault         // for every call until it ends
}

// levers are in the order of the page.
func levers() []lever {
	return []lever{
		{
			Name: "lose", Label: "Lose the next 3 deliveries", Effect: "The next deliveries get lost.",
			delivery: playground.DeliveryFault{Lose: true},
		},
		{
			Name: "double", Label: "Send the next 3 twice", Effect: "The next deliveries arrive twice.",
			delivery: playground.DeliveryFault{Double: true},
		},
		{
			Name: "delay", Label: "Send the next 3 late by 10 s", Effect: "The next deliveries arrive 10 seconds late, after newer ones.",
			delivery: playground.DeliveryFault{Delay: 10 * time.Second},
		},
		{
			Name: "slow", Label: "Make GitHub slow", Effect: "GitHub takes 2 seconds for every answer.",
			call: playground.Fault{Delay: 2 * time.Second},
		},
		{
			Name: "failing", Label: "Make GitHub fail", Effect: "GitHub answers every request with 502 and does nothing.",
			call: playground.Fault{Before: http.StatusBadGateway},
		},
		{
			Name: "cut", Label: "Cut GitHub’s answers off", Effect: "GitHub does what it is asked, but every answer gets lost.",
			call: playground.Fault{After: playground.Drop},
		},
	}
}

// Deliveries is whether it spoils deliveries, and not calls.
func (l lever) Deliveries() bool { return l.delivery != playground.DeliveryFault{} }

// trouble is what goes wrong at present.
type trouble struct {
	g *playground.GitHub

	mu      sync.Mutex // guards what follows
	on      *lever
	spoiled int // deliveries since the lever was pulled
}

// String is the effect that is on; empty for none.
func (t *trouble) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.on == nil {
		return ""
	}
	return t.on.Effect
}

// pull makes one thing go wrong in place of any other; "none" ends it.
func (t *trouble) pull(name string) error {
	all := levers()
	at := slices.IndexFunc(all, func(l lever) bool { return l.Name == name })
	if at < 0 && name != "none" {
		return errInvalid("There is no such switch.")
	}
	t.mu.Lock()
	t.on, t.spoiled = nil, 0
	if at >= 0 {
		t.on = &all[at]
	}
	t.mu.Unlock()
	t.g.SetFault(nil)
	t.g.SetDeliveryFault(nil)
	switch {
	case at < 0:
	case all[at].Deliveries():
		t.g.SetDeliveryFault(t.spoil)
	default:
		fault := all[at].call
		t.g.SetFault(func(playground.Call) playground.Fault { return fault })
	}
	return nil
}

// spoil spoils one delivery, and is over after a few.
func (t *trouble) spoil(playground.Delivery) playground.DeliveryFault {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.on == nil {
		return playground.DeliveryFault{}
	}
	fault := t.on.delivery
	if t.spoiled++; t.spoiled == troubled {
		t.on = nil
	}
	return fault
}
