package wire

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// deliveryTimeout is that of GitHub and of Jira, for connection and answer
	// together.
	deliveryTimeout = 10 * time.Second
	// maxAnswer is how much of an answer to a delivery is read.
	maxAnswer = 64 << 10
)

// Attempt is what all deliveries have, whosever webhooks they are. A
// stand-in's own kind of delivery embeds it.
type Attempt struct {
	ID          int64     // from 1, in the order in which they were submitted
	Event       string    // such as "issues" or "jira:issue_updated"
	Redelivery  bool      // somebody asked for it
	DeliveredAt time.Time // when it was sent, in UTC
	Duration    time.Duration
	Status      string // "OK", or what went wrong
	StatusCode  int    // that came back; 0 if none did
	Payload     []byte
}

// DeliveryFault is what goes wrong with one delivery.
type DeliveryFault struct {
	Lose   bool          // it is recorded as failed, never arrives, and is not tried again
	Double bool          // it arrives twice
	Delay  time.Duration // later ones overtake it meanwhile
	// Unsigned leaves out the signature; Tamper spoils it.
	Unsigned, Tamper bool
}

// Manner is how somebody delivers webhooks; D is their kind of delivery. All
// fields but Retry are required.
type Manner[D any] struct {
	Clock func() time.Time
	Log   *slog.Logger
	// Attempt is the part of a delivery that the office fills in.
	Attempt func(*D) *Attempt
	// Headers go with a delivery, beside the one that carries its signature.
	Headers   func(D) map[string]string
	Signature string
	// Lost is the status of a delivery that never arrived, Refused of one that
	// was answered with a code of 300 and above.
	Lost    string
	Refused func(code int) string
	// Trim drops records so that there is room for one more.
	Trim func(records []D) []D
	// Retry says after which time a delivery is tried again, and marks it as
	// such; 0 is never. It hears of all that were sent: of their status code,
	// and whether they were answered. Nil never tries again.
	Retry func(d *D, answered bool) time.Duration
}

// Office sends deliveries one after the other, in the order in which they were
// submitted. It is safe for concurrent use.
type Office[D any] struct {
	manner Manner[D]
	client *http.Client
	stop   context.CancelFunc
	wake   chan struct{} // holds one
	done   sync.WaitGroup

	mu      sync.Mutex // guards what follows
	url     string
	secret  string
	events  []string
	fault   func(D) DeliveryFault
	held    bool
	queue   []D
	busy    int // taken from the queue and not recorded yet
	records []D
	lastID  int64
	settled []chan struct{} // closed when nothing is left
}

// Open starts an office. Close it.
func Open[D any](m Manner[D]) *Office[D] {
	ctx, stop := context.WithCancel(context.Background()) //nolint:gosec // Close calls it
	o := &Office[D]{
		manner: m, stop: stop, wake: make(chan struct{}, 1),
		client: &http.Client{
			Timeout:       deliveryTimeout,
			Transport:     &http.Transport{},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	o.done.Go(func() { o.run(ctx) })
	return o
}

// Close stops sending and waits for what is under way.
func (o *Office[D]) Close() {
	o.stop()
	o.done.Wait()
	o.client.CloseIdleConnections()
}

// SetHook says where deliveries go, and with what they are signed; "" leaves
// them unsigned. Without events, all are sent. Until it is called, nothing is
// sent and nothing is recorded.
func (o *Office[D]) SetHook(url, secret string, events ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.url, o.secret, o.events = url, secret, slices.Clone(events)
}

// SetFault says what goes wrong with each delivery from now on; nil for
// nothing. It is asked without locks held, one delivery at a time.
func (o *Office[D]) SetFault(fault func(D) DeliveryFault) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fault = fault
}

// Submit queues a delivery, unless there is nobody to send it to. What somebody
// asked for is sent whatever its event is.
func (o *Office[D]) Submit(d D) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.manner.Attempt(&d)
	if o.url == "" || !a.Redelivery && len(o.events) > 0 && !slices.Contains(o.events, a.Event) {
		return
	}
	o.lastID++
	a.ID = o.lastID
	o.queue = append(o.queue, d)
	o.poke()
}

// Hold keeps deliveries back until [Office.Release].
func (o *Office[D]) Hold() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held = true
	o.tellSettled()
}

// Release sends what was held back, after order has put it into another order
// or dropped some of it; nil leaves it as it is.
func (o *Office[D]) Release(order func([]D) []D) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if order != nil {
		o.queue = order(o.queue)
	}
	o.held = false
	o.poke()
	o.tellSettled()
}

// Deliveries are the records that are kept, in the order of their ids.
func (o *Office[D]) Deliveries() []D {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := slices.Clone(o.records)
	slices.SortFunc(all, func(a, b D) int { return cmp.Compare(o.manner.Attempt(&a).ID, o.manner.Attempt(&b).ID) })
	return all
}

// Settle waits until every delivery has been sent, late ones included. What is
// held back, and what waits to be tried again, does not count. It fails when
// ctx ends first.
func (o *Office[D]) Settle(ctx context.Context) error {
	c := make(chan struct{})
	o.mu.Lock()
	o.settled = append(o.settled, c)
	o.tellSettled()
	o.mu.Unlock()
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wire: deliveries are still under way: %w", ctx.Err())
	}
}

func (o *Office[D]) poke() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *Office[D]) tellSettled() {
	if o.busy > 0 || len(o.queue) > 0 && !o.held {
		return
	}
	for _, c := range o.settled {
		close(c)
	}
	o.settled = nil
}
