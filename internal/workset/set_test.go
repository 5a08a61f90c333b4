package workset_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
)

// memorySet is a Set in memory, with its calls to fail on demand.
type memorySet struct {
	mu      sync.Mutex
	rows    map[incident.Key]*row
	tokens  int
	woken   chan struct{}
	calls   []string         // what was given back, and how
	failing map[string]error // by method
}

type row struct {
	lease  workset.Lease
	due    time.Time
	leased bool
}

func newSet() *memorySet {
	return &memorySet{
		rows: map[incident.Key]*row{}, woken: make(chan struct{}, 1), failing: map[string]error{},
	}
}

func (s *memorySet) Mark(_ context.Context, installation int64, key incident.Key, at time.Time) error {
	s.markHere(installation, key, at)
	return nil
}

func (s *memorySet) markHere(installation int64, key incident.Key, at time.Time) {
	s.markElsewhere(installation, key, at)
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// markElsewhere is another process that marks: it wakes nobody here.
func (s *memorySet) markElsewhere(installation int64, key incident.Key, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rows[key]
	if r == nil {
		r = &row{due: at, lease: workset.Lease{Installation: installation, Key: key}}
		s.rows[key] = r
	}
	r.lease.Generation++
	if !r.leased && at.Before(r.due) {
		r.due = at
	}
}

func (s *memorySet) Lease(_ context.Context, now time.Time, length time.Duration) (workset.Lease, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.first()
	if err := s.failing["lease"]; err != nil || first == nil || first.due.After(now) {
		return workset.Lease{}, false, err
	}
	if first.leased {
		first.lease.Failures++
	}
	s.tokens++
	first.lease.Token = fmt.Sprint(s.tokens)
	first.leased, first.due = true, now.Add(length)
	return first.lease, true, nil
}

func (s *memorySet) first() *row {
	var first *row
	for _, r := range s.rows {
		if first == nil || r.due.Before(first.due) {
			first = r
		}
	}
	return first
}

// held does something with a leased row, and writes it down.
func (s *memorySet) held(method string, lease workset.Lease, do func(*row)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.failing[method]; err != nil {
		return err
	}
	r := s.rows[lease.Key]
	if r == nil || r.lease.Token != lease.Token || !r.leased {
		return workset.ErrLost
	}
	do(r)
	return nil
}

func (s *memorySet) Extend(_ context.Context, lease workset.Lease, until time.Time) error {
	return s.held("extend", lease, func(r *row) { r.due = until })
}

func (s *memorySet) Finish(_ context.Context, lease workset.Lease, next time.Time) error {
	return s.held("finish", lease, func(r *row) {
		s.calls = append(s.calls, said("finish", lease.Key, next))
		r.leased, r.lease.Failures, r.due = false, 0, next
		switch {
		case r.lease.Generation != lease.Generation:
			r.due = time.Now()
		case next.IsZero():
			delete(s.rows, lease.Key)
		}
	})
}

func (s *memorySet) Fail(_ context.Context, lease workset.Lease, next time.Time) error {
	return s.held("fail", lease, func(r *row) {
		s.calls = append(s.calls, said("fail", lease.Key, next))
		r.leased, r.due = false, next
		r.lease.Failures++
	})
}

// said is a call with its time counted from now.
func said(method string, key incident.Key, next time.Time) string {
	switch {
	case next.IsZero():
		return fmt.Sprintf("%s %d", method, key.Number)
	case next.Equal(workset.Parked):
		return fmt.Sprintf("%s %d parked", method, key.Number)
	}
	return fmt.Sprintf("%s %d in %v", method, key.Number, time.Until(next))
}

func (s *memorySet) NextDue(context.Context) (time.Time, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.first()
	if err := s.failing["next"]; err != nil || first == nil {
		return time.Time{}, false, err
	}
	return first.due, true, nil
}

func (s *memorySet) Woken() <-chan struct{} { return s.woken }

// fail makes a method fail, or with nil work again.
func (s *memorySet) fail(method string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing[method] = err
}

// steal is another worker who takes a key.
func (s *memorySet) steal(key incident.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows[key].lease.Token = "stolen"
}

// said is what was given back so far.
func (s *memorySet) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}
