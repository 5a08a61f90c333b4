package wire

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Call is one request that came over the network.
type Call struct {
	ID            int    // from 1, in the order of arrival
	Kind          string // the endpoint, as the stand-in names it
	Method        string
	Path          string
	Query         string
	At            time.Time
	Status        int // 0 until it was answered, or when it was cut off
	RequestBytes  int64
	ResponseBytes int64
}

// Drop in place of a status cuts the connection.
const Drop = -1

// Fault is what goes wrong with a call.
type Fault struct {
	Delay time.Duration // passes first
	// RunBefore runs before the effect. If Before is not 0, the effect does
	// not happen, and this status is answered instead.
	RunBefore func()
	Before    int
	// RunAfter runs after the effect and before the answer leaves. If After
	// is not 0, it is answered in place of the truth.
	RunAfter func()
	After    int
	// RetryAfter is told with what is answered in place of the truth, in whole
	// seconds, if it is not 0.
	RetryAfter time.Duration
}

// Front is what stands in front of a server and answers in its place. It sets
// the headers that go with a status, and returns the body.
type Front func(status int, header http.Header) string

// Watch records calls and spoils them. It is safe for concurrent use.
type Watch struct {
	clock func() time.Time
	front Front

	mu    sync.Mutex // guards what follows
	fault func(Call) Fault
	calls []Call
	base  int // how many calls were forgotten
}

// NewWatch dates calls by the clock; where they are spoiled, front answers.
func NewWatch(clock func() time.Time, front Front) *Watch {
	return &Watch{clock: clock, front: front}
}

// SetFault says what goes wrong with each call from now on; nil for nothing.
// It is asked without locks held.
func (w *Watch) SetFault(fault func(Call) Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = fault
}

// Calls are all calls since the start, or since [Watch.Reset].
func (w *Watch) Calls() []Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}

// Reset forgets all calls; their numbers are not given again.
func (w *Watch) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.base += len(w.calls)
	w.calls = nil
}

// Over watches a handler whose calls are of the kind that kind says.
func (w *Watch) Over(kind func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		c, fault := w.begin(Call{Kind: kind(r), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery})
		in := &countingReader{ReadCloser: r.Body}
		r.Body = in
		out := &watchedWriter{ResponseWriter: rw, hold: fault.After != 0 || fault.RunAfter != nil}
		defer func() {
			c.Status, c.RequestBytes, c.ResponseBytes = out.status, in.n, out.n
			w.end(c)
		}()
		if !pause(r.Context(), fault.Delay) {
			panic(http.ErrAbortHandler)
		}
		run(fault.RunBefore)
		if fault.Before != 0 {
			out.spoil(fault.Before, fault.RetryAfter, w.front)
			return
		}
		next.ServeHTTP(out, r)
		run(fault.RunAfter)
		if fault.After != 0 {
			out.spoil(fault.After, fault.RetryAfter, w.front)
			return
		}
		out.release()
	})
}

// begin records a call and asks what is to go wrong with it.
func (w *Watch) begin(c Call) (Call, Fault) {
	w.mu.Lock()
	c.ID, c.At = w.base+len(w.calls)+1, w.clock()
	w.calls = append(w.calls, c)
	fault := w.fault
	w.mu.Unlock()
	if fault == nil {
		return c, Fault{}
	}
	return c, fault(c)
}

func (w *Watch) end(c Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at := c.ID - w.base - 1; at >= 0 && at < len(w.calls) {
		w.calls[at] = c
	}
}

func run(f func()) {
	if f != nil {
		f()
	}
}
