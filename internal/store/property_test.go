package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
	"hindsight/internal/store"
	"hindsight/internal/workset"
)

// row is what the model knows of a key.
type row struct {
	due      time.Time // or the end of the lease
	token    string    // of whoever holds it, or held it last
	marked   bool      // since the lease
	failures int
}

// model is the set as its documentation has it.
type model struct {
	store  *store.Store
	now    time.Time
	rows   map[incident.Key]*row
	leases []workset.Lease // all that were ever given out
}

// Whatever is done in whatever order: a key has one holder at a time, a mark
// is never lost, and what is due longest comes first.
func TestWorkAsModelled(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		rapid.Check(t, func(t *rapid.T) {
			m := &model{store: s, now: d.clock.now().Truncate(time.Microsecond), rows: map[incident.Key]*row{}}
			defer m.empty(t)
			t.Repeat(map[string]func(*rapid.T){
				"mark":   m.mark,
				"lease":  m.lease,
				"extend": m.extend,
				"finish": m.finish,
				"fail":   m.fail,
				"wait":   func(t *rapid.T) { m.now = d.clock.move(drawSpan(t)).Truncate(time.Microsecond) },
				"":       m.check,
			})
		})
	})
}

func drawSpan(t *rapid.T) time.Duration {
	return time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second
}

func (m *model) mark(t *rapid.T) {
	k := key(rapid.IntRange(1, 4).Draw(t, "key"))
	at := m.now.Add(drawSpan(t))
	if err := m.store.Mark(t.Context(), 7, k, at); err != nil {
		t.Fatal(err)
	}
	switch r := m.rows[k]; {
	case r == nil:
		m.rows[k] = &row{due: at}
	case r.token != "":
		r.marked = true
	case at.Before(r.due):
		r.due = at
	}
}

// next is when the first key is due; zero if there is none.
func (m *model) next() time.Time {
	var first time.Time
	for _, r := range m.rows {
		if first.IsZero() || r.due.Before(first) {
			first = r.due
		}
	}
	return first
}

func (m *model) lease(t *rapid.T) {
	next := m.next()
	lease, ok, err := m.store.Lease(t.Context(), m.now, aMinute)
	if err != nil {
		t.Fatal(err)
	}
	if want := !next.IsZero() && !next.After(m.now); ok != want {
		t.Fatalf("leased %v, want %v", ok, want)
	}
	if !ok {
		return
	}
	r := m.rows[lease.Key]
	if r == nil || !r.due.Equal(next) {
		t.Fatalf("leased %v, which has not been due longest", lease.Key)
	}
	if r.token != "" {
		r.failures++
	}
	if lease.Failures != r.failures {
		t.Fatalf("%d failures, want %d", lease.Failures, r.failures)
	}
	// What was marked during the lease that ended is seen by this one.
	r.token, r.due, r.marked = lease.Token, m.now.Add(aMinute), false
	m.leases = append(m.leases, lease)
}

// giveBack does something with any lease, held or lost, and returns the row
// if it is held.
func (m *model) giveBack(t *rapid.T, do func(workset.Lease) error) (incident.Key, *row) {
	if len(m.leases) == 0 {
		t.Skip("nothing has been leased yet: another step is drawn")
	}
	lease := rapid.SampledFrom(m.leases).Draw(t, "lease")
	err := do(lease)
	r := m.rows[lease.Key]
	if r == nil || r.token != lease.Token {
		if !errors.Is(err, workset.ErrLost) {
			t.Fatalf("error %v for a lease that was lost, want ErrLost", err)
		}
		return lease.Key, nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return lease.Key, r
}

func (m *model) extend(t *rapid.T) {
	until := m.now.Add(drawSpan(t))
	_, r := m.giveBack(t, func(l workset.Lease) error { return m.store.Extend(t.Context(), l, until) })
	if r != nil {
		r.due = until
	}
}

func (m *model) finish(t *rapid.T) {
	var next time.Time
	if rapid.Bool().Draw(t, "again") {
		next = m.now.Add(drawSpan(t))
	}
	k, r := m.giveBack(t, func(l workset.Lease) error { return m.store.Finish(t.Context(), l, next) })
	switch {
	case r == nil:
	case r.marked:
		*r = row{due: m.now}
	case next.IsZero():
		delete(m.rows, k)
	default:
		*r = row{due: next}
	}
}

func (m *model) fail(t *rapid.T) {
	next := m.now.Add(drawSpan(t))
	_, r := m.giveBack(t, func(l workset.Lease) error { return m.store.Fail(t.Context(), l, next) })
	if r != nil {
		*r = row{due: next, failures: r.failures + 1}
	}
}

func (m *model) check(t *rapid.T) {
	due, ok, err := m.store.NextDue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := m.next(); ok == want.IsZero() || !due.Equal(want) {
		t.Fatalf("next due at %v (%v), want %v", due, ok, want)
	}
}

// empty leaves nothing for the next check, and finds every key that should
// still be there.
func (m *model) empty(t *rapid.T) {
	var left []incident.Key
	for {
		lease, ok, err := m.store.Lease(t.Context(), m.now.Add(time.Hour), aMinute+time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		left = append(left, lease.Key)
		if err = m.store.Finish(t.Context(), lease, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	for k := range m.rows {
		if !slices.Contains(left, k) {
			t.Fatalf("%v was marked and is lost", k)
		}
	}
	if len(left) != len(m.rows) {
		t.Fatalf("left are %v, want %d keys", left, len(m.rows))
	}
}
