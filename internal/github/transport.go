package github

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"
)

// base carries requests to the host and tells of their answers.
type base struct {
	next    http.RoundTripper
	observe func(route string, status int)
}

func newBase(next http.RoundTripper, observe func(string, int)) *base {
	if next == nil {
		next = &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2:     true,
			MaxIdleConns:          64,
			MaxIdleConnsPerHost:   32,
			IdleConnTimeout:       90 * time.Second,
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: requestTimeout,
		}
	}
	if observe == nil {
		observe = func(string, int) {}
	}
	return &base{next: next, observe: observe}
}

// RoundTrip tells of what went over the wire: answers that "not modified"
// stands for, and tokens that were minted on the way, are counted as such.
func (b *base) RoundTrip(req *http.Request) (*http.Response, error) {
	route, _ := req.Context().Value(routeKey{}).(string)
	if strings.HasSuffix(req.URL.Path, "/access_tokens") {
		route = mintRoute
	}
	resp, err := b.next.RoundTrip(req)
	if err != nil {
		b.observe(route, 0)
		return nil, err
	}
	b.observe(route, resp.StatusCode)
	return resp, nil
}

type routeKey struct{}

// withRoute lets the transport name the route without guessing it from a
// path that holds people's names.
func withRoute(ctx context.Context, route string) context.Context {
	return context.WithValue(ctx, routeKey{}, route)
}

var errOtherHost = errors.New("GitHub's API redirects to another host, where the token must not go: check the API's address")

// checkRedirect lets GETs follow a repository that was renamed. The token
// never leaves its host, and a write never moves: 301 would make a GET of it,
// and answer 200 for a comment that nobody wrote.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case req.URL.Host != first.URL.Host || req.URL.Scheme != first.URL.Scheme:
		return errOtherHost
	case first.Method != http.MethodGet || len(via) > 3:
		return http.ErrUseLastResponse
	}
	return nil
}
