package github

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// conditional asks for what it remembers with If-None-Match: "not modified"
// costs nothing of the hourly limit. It always asks, so what it gives is
// never older than GitHub's own answer.
//
// It sits above the transport that signs, and so holds no token. GitHub makes
// ETags of the token too: the first request after a new token (hourly) is a
// full one.
type conditional struct {
	next         http.RoundTripper
	installation int64
	answers      *answerCache
}

// RoundTrip implements [http.RoundTripper].
func (c *conditional) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet {
		return c.next.RoundTrip(req)
	}
	// Two installations may be allowed to see different things.
	key := fmt.Sprintf("%d %s %s", c.installation, req.Header.Get("Accept"), req.URL)
	known, ok := c.answers.get(key)
	if ok {
		req = req.Clone(req.Context())
		req.Header.Set("If-None-Match", known.header.Get("ETag"))
	}
	resp, err := c.next.RoundTrip(req)
	switch {
	case err != nil:
		return nil, err
	case ok && resp.StatusCode == http.StatusNotModified:
		_ = resp.Body.Close() // a 304 has none
		return known.revive(resp), nil
	case resp.StatusCode == http.StatusOK && resp.Header.Get("ETag") != "":
		if err := c.answers.keep(key, resp); err != nil {
			return nil, err
		}
	}
	return resp, nil
}

// answer is what GitHub said to a GET.
type answer struct {
	header http.Header
	body   []byte
}

// cost is roughly what an answer takes in memory.
func (a answer) cost() int {
	n := len(a.body)
	for k, vs := range a.header {
		n += len(k)
		for _, v := range vs {
			n += len(v)
		}
	}
	return n
}

// revive is the remembered answer with the headers of the 304 over its own:
// they tell what is left of the limit.
func (a answer) revive(notModified *http.Response) *http.Response {
	header := a.header.Clone()
	maps.Copy(header, notModified.Header)
	resp := *notModified
	resp.StatusCode, resp.Status = http.StatusOK, "200 OK"
	resp.Header = header
	resp.ContentLength = int64(len(a.body))
	resp.Body = io.NopCloser(bytes.NewReader(a.body))
	return &resp
}

// answerCache remembers answers, the least recently used going first when
// they take more than the budget. It is safe for concurrent use.
type answerCache struct {
	mu     sync.Mutex
	byKey  *simplelru.LRU[string, answer]
	budget int // bytes
	used   int
}

func newAnswerCache(budget int) (*answerCache, error) {
	c := &answerCache{budget: budget}
	byKey, err := simplelru.NewLRU(math.MaxInt, func(_ string, gone answer) { c.used -= gone.cost() })
	if err != nil {
		return nil, fmt.Errorf("remember answers: %w", err)
	}
	c.byKey = byKey
	return c, nil
}

func (c *answerCache) get(key string) (answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byKey.Get(key)
}

func (c *answerCache) put(key string, a answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byKey.Remove(key)
	c.byKey.Add(key, a)
	c.used += a.cost()
	for c.used > c.budget {
		c.byKey.RemoveOldest()
	}
}

// keep remembers the answer and gives it a body to read again. One that would
// take more than an eighth of the budget passes through unread.
func (c *answerCache) keep(key string, resp *http.Response) error {
	limit := int64(c.budget / 8)
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		_ = resp.Body.Close() // the error that matters is the first
		return fmt.Errorf("read the answer: %w", err)
	}
	if int64(len(body)) > limit {
		resp.Body = &rejoined{Reader: io.MultiReader(bytes.NewReader(body), resp.Body), Closer: resp.Body}
		return nil
	}
	if err := resp.Body.Close(); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	c.put(key, answer{header: resp.Header.Clone(), body: body})
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// rejoined is a body whose beginning was read already.
type rejoined struct {
	io.Reader
	io.Closer
}
