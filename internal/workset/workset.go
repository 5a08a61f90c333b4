// Package workset works off the durable set of issues that want a look.
//
// The set holds each key at most once, with the time it is due. A worker
// leases a key, handles it and gives it back: away for good, or due again at
// a time. A key that is marked while it is leased is due again at once when
// the lease ends, so that no news is lost and no key is ever handled by two
// workers. A lease that its worker did not give back ends by itself.
package workset

import (
	"context"
	"errors"
	"time"

	"hindsight/internal/incident"
)

// ErrLost says that a lease ended and another worker has the key by now.
var ErrLost = errors.New("the lease was lost to another worker")

// Lease is the right to work on a key until it ends.
type Lease struct {
	Installation int64
	Key          incident.Key
	Generation   int64  // grows with every mark
	Token        string // proves that the lease is still ours
	Failures     int    // tries in a row that failed
}

// Parked is when a key is due with which nothing can be done until something
// changes: a mark brings it back, or the sweep's Resume; time does not.
var Parked = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant

// Set is the durable set. Package store implements it on SQL.
type Set interface {
	// Mark makes the key due at a time, or sooner if it already was.
	Mark(ctx context.Context, installation int64, key incident.Key, at time.Time) error
	// Lease takes the key that has been due longest; false if none is due.
	// A key whose lease ended without being given back is due again, with
	// one more failure.
	Lease(ctx context.Context, now time.Time, length time.Duration) (Lease, bool, error)
	// Extend keeps a lease; [ErrLost] if another worker has it by now.
	Extend(ctx context.Context, lease Lease, until time.Time) error
	// Finish gives the key back after success: gone from the set, or due at
	// next when that is not zero; due now if it was marked since the lease.
	// [ErrLost] if another worker has it by now.
	Finish(ctx context.Context, lease Lease, next time.Time) error
	// Fail gives the key back after a failure: due at next, one more failure.
	// [ErrLost] if another worker has it by now.
	Fail(ctx context.Context, lease Lease, next time.Time) error
	// NextDue is when the next key is due; false if the set is empty.
	// Leased keys count with the end of their lease.
	NextDue(ctx context.Context) (time.Time, bool, error)
	// Woken receives when a key was marked in this process. It may receive
	// once for many marks.
	Woken() <-chan struct{}
}

// Delivery is news, reduced to which issue may have changed.
type Delivery struct {
	ID           string       // the sender's; the same again means the same news
	Installation int64        // 0 where the sender knows nothing of installations
	Key          incident.Key // an issue or ticket, or the repository's wiki or labels
	// Relevant is true when the news itself shows that it concerns an
	// incident (the label is on, or was just taken off). Otherwise it
	// counts only if the key is known.
	Relevant bool
	// Also are issues that its text may refer to: the news counts too if one
	// of them is a known incident. They don't become due by it.
	Also []incident.Key
	// Changed is when a follow-up last changed, by the sender's clock, or zero:
	// it is no news where something as new has been observed for all of its
	// incidents. Only for what is not Relevant.
	Changed time.Time
}

// Receipt says what became of a delivery.
type Receipt int

// The receipts.
const (
	Queued    Receipt = iota + 1 // on disk, and the key is due
	Duplicate                    // was on disk before: nothing to do
	Unrelated                    // not relevant, and no known key: forgotten
)

// Inbox takes deliveries in durably: when Receive has returned Queued, the
// news survives a power cut.
type Inbox interface {
	Receive(ctx context.Context, d Delivery) (Receipt, error)
}
