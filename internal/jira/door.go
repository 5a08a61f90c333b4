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
	// requestsAtOnce is how many a site gets at the same time.
	requestsAtOnce = 4
	// answerLimit is far more than a page of anything that is asked for.
	answerLimit = 8 << 20
	userAgent   = "Hindsight"
)

// door is what all requests to a site go through.
type door struct {
	address string
	http    *http.Client
	slots   chan struct{}
	now     func() time.Time
	observe func(site string, status int)
	redact  func(string) string

	mu     sync.Mutex
	closed time.Time // until then Jira wants no request
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
	defer func() { <-d.slots }()
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
	return d.read(resp, r)
}

// read takes the answer in. What there was no connection for, nobody got; from
// then on a request may have been carried out.
func (d *door) read(resp *http.Response, r *refusal) (*http.Response, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	err = errors.Join(err, resp.Body.Close())
	r.sent, r.status = true, resp.StatusCode
	switch {
	case err != nil:
		r.err = err
		return nil, r
	case len(body) > answerLimit:
		r.err = fmt.Errorf("the answer has more than %d bytes", answerLimit)
		return nil, r
	}
	r.answered(resp, body, d.now())
	if !r.fine() {
		d.close(r.retry)
		return nil, r
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// enter waits for a turn.
func (d *door) enter(ctx context.Context) error {
	select {
	case d.slots <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait for a turn to ask Jira: %w", ctx.Err())
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.now().Before(d.closed) {
		<-d.slots
		return &incident.Later{At: d.closed, Err: fmt.Errorf("Jira (%s) asked for a pause", d.address)}
	}
	return nil
}

// close sends everything back until then.
func (d *door) close(until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if until.After(d.closed) {
		d.closed = until
	}
}
