package jira

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"hindsight/internal/incident"
)

const (
	// requestTimeout covers one request to the last byte of its answer.
	requestTimeout = 30 * time.Second
	// requestsAtOnce is how many a site gets at the same time, and turnLongest how
	// long another waits for one of them to come back.
	requestsAtOnce = 4
	turnLongest    = 10 * time.Second
	// answerLimit is far more than a page of anything that is asked for.
	answerLimit = 8 << 20
	userAgent   = "Hindsight"
)

// door is what all requests to a site go through. It closes for a while when the
// site wants a pause, does not take the token, or can't be reached: more logins
// that fail would lock the account, and whoever waits for a site that hangs can't
// work elsewhere.
type door struct {
	address string
	http    *http.Client
	slots   chan struct{}
	now     func() time.Time
	observe func(site string, status int)
	redact  func(string) string

	mu      sync.Mutex
	paused  time.Time // until then Jira wants no request
	trouble trouble
}

// trouble is a row of failures of the same kind; the zero value is none.
type trouble struct {
	last   *refusal
	times  int
	until  time.Time // then one request may try whether it is over
	trying bool
}

func newDoor(s Site, o Options, redact func(string) string) *door {
	base := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   requestsAtOnce,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: requestTimeout,
	}
	d := &door{
		address: incident.JiraSite(withoutScheme(s.URL)).Address(),
		http:    &http.Client{Transport: signing(s, base), Timeout: requestTimeout, CheckRedirect: stay},
		slots:   make(chan struct{}, requestsAtOnce),
		now:     o.Clock,
		observe: o.Observe,
		redact:  redact,
	}
	if d.observe == nil {
		d.observe = func(string, int) {}
	}
	return d
}

func signing(s Site, next http.RoundTripper) http.RoundTripper {
	if s.Email == "" {
		return &gojira.PATAuthTransport{Token: s.Token, Transport: next}
	}
	return &gojira.BasicAuthTransport{Username: s.Email, Password: s.Token, Transport: next}
}

// stay follows no redirect. The token must not go to another host, and a write
// that is redirected becomes a GET, and is answered with 200 for something that
// nobody wrote. Jira's API has no redirects: where there is one, the address is
// wrong, or a page wants a person to log in.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Do sends a request. All of its answer has been read when it returns, so that
// nothing is left open by whoever gives up on it; an answer that is no success
// is a [*refusal].
func (d *door) Do(req *http.Request) (*http.Response, error) {
	if err := d.enter(req.Context()); err != nil {
		return nil, err
	}
	resp, r := d.send(req)
	d.leave(req.Context(), r)
	if r.err != nil || !r.fine() {
		return nil, r
	}
	return resp, nil
}

// send sends a request, and tells what became of it.
func (d *door) send(req *http.Request) (*http.Response, *refusal) {
	var sent atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent.Store(true) }}
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), trace))
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept", "application/json")
	r := &refusal{call: req.Method + " " + req.URL.Path, redact: d.redact}
	resp, err := d.http.Do(req) //nolint:gosec // the operator names the sites, and redirects are not followed
	if err != nil {
		d.observe(d.address, 0)
		r.err, r.sent = err, sent.Load()
		return nil, r
	}
	d.observe(d.address, resp.StatusCode)
	d.read(resp, r)
	return resp, r
}

// read takes the answer in. What there was no connection for, nobody got; from
// then on a request may have been carried out.
func (d *door) read(resp *http.Response, r *refusal) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	err = errors.Join(err, resp.Body.Close())
	r.sent, r.status = true, resp.StatusCode
	switch {
	case err != nil:
		r.err, r.cut = err, true
	case len(body) > answerLimit:
		r.err = fmt.Errorf("the answer has more than %d bytes", answerLimit)
	default:
		r.answered(resp, body, d.now())
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
}

// enter waits for a turn, for a while. What the door is closed to comes back at
// once, with what closed it.
func (d *door) enter(ctx context.Context) error {
	wait, cancel := context.WithTimeout(ctx, turnLongest)
	defer cancel()
	select {
	case d.slots <- struct{}{}:
	case <-wait.Done():
		return fmt.Errorf("wait for a turn to ask Jira: %w", wait.Err())
	}
	if err := d.admit(); err != nil {
		<-d.slots
		return err
	}
	return nil
}

// admit lets a request through, or tells why it is of no use. One at a time tries
// whether a trouble is over: all others would hang as it may.
func (d *door) admit() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &d.trouble
	switch now := d.now(); {
	case now.Before(d.paused):
		return &incident.Later{At: d.paused, Err: fmt.Errorf("Jira (%s) asked for a pause", d.address)}
	case t.last != nil && (t.trying || now.Before(t.until)):
		again := *t.last
		again.sent = false // this one was not
		return fmt.Errorf("not asked again yet, after %d failures: %w", t.times, &again)
	}
	t.trying = t.last != nil
	return nil
}

// leave ends a turn, and closes the door for a while by what became of it. An
// answer opens it, unless the site itself is in trouble: then nobody knows.
func (d *door) leave(ctx context.Context, r *refusal) {
	<-d.slots
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.retry.After(d.paused) {
		d.paused = r.retry
	}
	d.trouble.trying = false
	first, longest, failed := r.closes()
	switch {
	case errors.Is(ctx.Err(), context.Canceled): // whoever asked does not want to know any more
	case failed:
		times := 1
		if d.trouble.last != nil && d.trouble.last.lost() == r.lost() {
			times = d.trouble.times + 1
		}
		d.trouble = trouble{last: r, times: times, until: d.now().Add(min(first<<min(times-1, 20), longest))}
	case r.status < http.StatusInternalServerError && r.retry.IsZero():
		d.trouble = trouble{}
	}
}
