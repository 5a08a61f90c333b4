package jira

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Call is one request that came over the network.
type Call struct {
	ID int // from 1, in the order of arrival
	// Kind is the endpoint without the API's version, such as
	// "POST /issue/{issue}/transitions", or "POST /agile/board" of the Agile
	// API. What is none is "unknown".
	Kind          string
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
	// RetryAfter is told with 429 and 503 if it is not 0.
	RetryAfter time.Duration
}

// watch records calls and spoils them.
type watch struct {
	clock func() time.Time

	mu    sync.Mutex // guards what follows
	fault func(Call) Fault
	calls []Call
	base  int // how many calls were forgotten
}

// SetFault says what goes wrong with each call to the API from now on; nil for
// nothing. It is asked without locks held.
func (j *Jira) SetFault(fault func(Call) Fault) {
	j.watch.mu.Lock()
	defer j.watch.mu.Unlock()
	j.watch.fault = fault
}

// Calls are all calls since the start, or since [Jira.ResetCalls].
func (j *Jira) Calls() []Call {
	j.watch.mu.Lock()
	defer j.watch.mu.Unlock()
	return slices.Clone(j.watch.calls)
}

// Counts are how many calls of each kind there were since the start, or since
// [Jira.ResetCalls].
func (j *Jira) Counts() map[string]int {
	counts := map[string]int{}
	for _, c := range j.Calls() {
		counts[c.Kind]++
	}
	return counts
}

// ResetCalls forgets all calls.
func (j *Jira) ResetCalls() {
	j.watch.mu.Lock()
	defer j.watch.mu.Unlock()
	j.watch.base += len(j.watch.calls)
	j.watch.calls = nil
}

// begin records a call and asks what is to go wrong with it.
func (w *watch) begin(c Call) (Call, Fault) {
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

func (w *watch) end(c Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at := c.ID - w.base - 1; at >= 0 && at < len(w.calls) {
		w.calls[at] = c
	}
}

// over watches a handler whose calls are of the kind that kind says.
func (w *watch) over(kind func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		c, fault := w.begin(Call{Kind: kind(r), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery})
		in := &countingReader{ReadCloser: r.Body}
		r.Body = in
		out := &watchedWriter{ResponseWriter: rw, hold: fault.After != 0 || fault.RunAfter != nil}
		defer func() {
			c.Status, c.RequestBytes, c.ResponseBytes = out.status, in.n, out.n
			w.end(c)
		}()
		if !wait(r, fault.Delay) {
			panic(http.ErrAbortHandler)
		}
		run(fault.RunBefore)
		if fault.Before != 0 {
			out.spoil(fault.Before, fault.RetryAfter)
			return
		}
		next.ServeHTTP(out, r)
		run(fault.RunAfter)
		if fault.After != 0 {
			out.spoil(fault.After, fault.RetryAfter)
			return
		}
		out.release()
	})
}

func run(f func()) {
	if f != nil {
		f()
	}
}

// wait is false if the client went away meanwhile.
func wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// watchedWriter counts what is answered. It can hold all of it back, so that
// something else may be answered in its place.
type watchedWriter struct {
	http.ResponseWriter
	hold   bool
	held   []byte
	status int
	n      int64
}

func (w *watchedWriter) WriteHeader(status int) {
	w.status = status
	if !w.hold {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *watchedWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.n += int64(len(b))
	if w.hold {
		w.held = append(w.held, b...)
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// release sends what was held back.
func (w *watchedWriter) release() {
	if w.hold && w.status != 0 {
		w.ResponseWriter.WriteHeader(w.status)
		_, _ = w.ResponseWriter.Write(w.held) // the client may have gone
	}
}

// spoil answers as what stands in front of Jira would, or cuts the connection.
func (w *watchedWriter) spoil(status int, retryAfter time.Duration) {
	w.status, w.n = 0, 0
	if status == Drop {
		panic(http.ErrAbortHandler)
	}
	clear(w.Header())
	body, kind := awayPage, "text/html;charset=UTF-8"
	if status == http.StatusTooManyRequests {
		body, kind = `{"errorMessages":["Rate limit exceeded."],"errors":{}}`, "application/json;charset=UTF-8"
		w.Header().Set("X-RateLimit-Limit", "350")
		w.Header().Set("X-RateLimit-Remaining", "0")
	}
	if retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter.Round(time.Second).Seconds())))
	}
	w.Header().Set("Content-Type", kind)
	w.status = status
	w.ResponseWriter.WriteHeader(status)
	_, _ = io.Copy(w.ResponseWriter, strings.NewReader(body)) // the client may have gone
}

// awayPage is what a load balancer shows: nothing that a client could parse.
const awayPage = "<html><head><title>Jira is temporarily unavailable</title></head><body><h1>We'll be right back.</h1></body></html>"

type countingReader struct {
	io.ReadCloser
	n int64
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	c.n += int64(n)
	return n, err
}
