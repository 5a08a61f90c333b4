package webhooks

import (
	"sync"
	"time"
)

// sampleEvery is how long a result is silent in the log after a line.
const sampleEvery = time.Second

// sampler thins out what anybody who finds the address can cause, so that a
// flood of it neither fills a disk nor hides the line that matters. Results
// don't silence each other.
type sampler struct {
	clock func() time.Time

	mu      sync.Mutex
	results map[string]sample // by one of a handful of constants
}

// newSampler takes a clock; nil stands still.
func newSampler(clock func() time.Time) *sampler {
	if clock == nil {
		clock = func() time.Time { return time.Time{} }
	}
	return &sampler{clock: clock, results: map[string]sample{}}
}

type sample struct {
	at      time.Time // of the last line
	leftOut int       // since then
}

// take is whether to log, and how many were left out since the last line.
func (s *sampler) take(result string) (leftOut int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	last, seen := s.results[result]
	if since := now.Sub(last.at); seen && since < sampleEvery && since >= 0 {
		last.leftOut++
		s.results[result] = last
		return 0, false
	}
	s.results[result] = sample{at: now}
	return last.leftOut, true
}
