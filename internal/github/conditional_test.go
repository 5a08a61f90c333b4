package github

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func keepIn(t *testing.T, c *answerCache, key, body string) {
	t.Helper()
	resp := &http.Response{Header: http.Header{"Etag": {`"x"`}}, Body: io.NopCloser(strings.NewReader(body))}
	if err := c.keep(key, resp); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(resp.Body)
	if err != nil || string(got) != body {
		t.Fatalf("the answer changed on its way: %d bytes, want %d: %v", len(got), len(body), err)
	}
}

func TestMemoryOfAnswersIsBounded(t *testing.T) {
	t.Parallel()
	c, err := newAnswerCache(8000)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		keepIn(t, c, key, strings.Repeat(key, 900))
		if _, ok := c.get("a"); !ok {
			t.Fatalf("what is used goes before what is not, at %s", key)
		}
	}
	if _, ok := c.get("b"); ok {
		t.Error("the least recently used answer is still there")
	}
	if c.used > c.budget {
		t.Errorf("%d bytes, the budget is %d", c.used, c.budget)
	}
	for range 100 {
		keepIn(t, c, "i", strings.Repeat("x", 900))
	}
	if _, ok := c.get("a"); !ok {
		t.Error("an answer that is replaced is counted twice")
	}
	keepIn(t, c, "huge", strings.Repeat("x", 5000))
	if _, ok := c.get("huge"); ok {
		t.Error("one large answer may push out all others")
	}
}
