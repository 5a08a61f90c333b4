package webhooks_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
	"hindsight/webhooks"
)

// endless is a body that has no length and no end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// dial speaks HTTP by hand, so that a body can be promised and not sent.
func dial(t *testing.T, e *edge, head string) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(e.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\n"+head+"\r\n"); err != nil {
		t.Fatal(err)
	}
	return conn
}

func status(t *testing.T, conn net.Conn) int {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode
}

// TestRefusedBeforeTheBody has the server answer though no byte of the body
// is ever sent.
func TestRefusedBeforeTheBody(t *testing.T) {
	t.Parallel()
	signature := "X-Hub-Signature-256: sha256=" + strings.Repeat("a", 64) + "\r\n"
	tests := map[string]struct {
		head   string
		status int
	}{
		"unsigned":  {"Content-Length: 1000\r\n", 401},
		"too large": {fmt.Sprintf("Content-Length: %d\r\n%s", webhooks.MaxBody+1, signature), 413},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			if got := status(t, dial(t, e, tt.head)); got != tt.status {
				t.Errorf("got %d, want %d", got, tt.status)
			}
		})
	}
}

func TestTooLargeWithoutALength(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	r := delivery(t, e.url, "issues", labelled)
	r.Body, r.ContentLength = io.NopCloser(io.LimitReader(endless{}, webhooks.MaxBody+1)), -1
	if got := send(t, r); got.Status != 413 || got.Result != webhooks.ResultTooLarge {
		t.Errorf("got %d %s, want 413", got.Status, got.Result)
	}
}

func TestLargestBodyIsTaken(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	body := labelled + strings.Repeat(" ", webhooks.MaxBody-len(labelled))
	if got := send(t, delivery(t, e.url, "issues", body)); got.Status != 202 {
		t.Errorf("got %d %q, want 202", got.Status, got.Reason)
	}
}

// stuck is a body that stops in the middle until it is let go.
type stuck struct {
	rest   int
	inside chan<- struct{} // told once that much has been taken
	let    <-chan struct{}
}

func (s *stuck) Read(p []byte) (int, error) {
	if s.rest == 0 {
		s.inside <- struct{}{}
		<-s.let
		return 0, io.EOF
	}
	n := min(len(p), s.rest)
	s.rest -= n
	return n, nil
}

// crowd holds up a handler with bodies that don't end.
type crowd struct {
	handler http.Handler
	room    *webhooks.Room
	inside  chan struct{}
	let     chan struct{}
	all     sync.WaitGroup
}

func newCrowd() *crowd {
	room := webhooks.NewRoom()
	return &crowd{
		room: room,
		handler: webhooks.New(webhooks.Options{
			Room:   room,
			Labels: func(incident.Repo) []string { return []string{"incident", "postmortem-followup"} },
			Inbox:  &inbox{receipt: workset.Queued}, Secrets: [][]byte{[]byte(testSecret)},
			AllowedOwner: func(string) bool { return true },
		}),
		inside: make(chan struct{}), let: make(chan struct{}),
	}
}

func (c *crowd) post(t *testing.T, body io.Reader, signature string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", body)
	r.ContentLength = -1
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", "issues")
	r.Header.Set("X-GitHub-Delivery", "1")
	r.Header.Set("X-Hub-Signature-256", signature)
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

// join has a stranger send so many bytes, and no more. False means that the
// stranger was sent away.
func (c *crowd) join(t *testing.T, size int) bool {
	t.Helper()
	status := make(chan int, 1)
	c.all.Go(func() {
		status <- c.post(t, &stuck{rest: size, inside: c.inside, let: c.let}, sign("", "")).Code
	})
	select {
	case <-c.inside:
		return true
	case got := <-status:
		if got != http.StatusServiceUnavailable {
			t.Errorf("a stranger too many got %d, want 503", got)
		}
		return false
	}
}

func (c *crowd) leave() {
	close(c.let)
	c.all.Wait()
}

// TestLargeBodiesShareRoom takes up the room for large bodies with strangers'
// that don't end; the next is sent away, small ones are still taken, and when
// the others are gone large ones are again.
func TestLargeBodiesShareRoom(t *testing.T) {
	t.Parallel()
	c := newCrowd()
	large := labelled + strings.Repeat(" ", 2<<20)
	for range 2 {
		if !c.join(t, 10<<20) {
			t.Fatal("there is no room for two bodies of 10 MB")
		}
	}
	if got := c.post(t, strings.NewReader(large), sign(testSecret, large)); got.Code != 503 || got.Header().Get("Retry-After") == "" {
		t.Errorf("a large body: got %d with Retry-After %q, want 503 and when to send it again", got.Code, got.Header().Get("Retry-After"))
	}
	if got := c.post(t, strings.NewReader(labelled), sign(testSecret, labelled)); got.Code != 202 {
		t.Errorf("a small body: got %d, want 202", got.Code)
	}
	c.leave()
	if got := c.post(t, strings.NewReader(large), sign(testSecret, large)); got.Code != 202 {
		t.Errorf("a large body after the others: got %d, want 202", got.Code)
	}
}

// TestStrangersCannotTakeAllMemory has bodies of any size crowd in; what those
// that are let in hold is bounded.
func TestStrangersCannotTakeAllMemory(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 64 << 10, 200 << 10, 1<<20 - 1, 24 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			const most = 96 << 20
			c := newCrowd()
			defer c.leave()
			holders := 0
			for c.join(t, size) {
				if holders++; holders*size > most || holders > 1024 {
					t.Fatalf("%d bodies of %d bytes were let in", holders, size)
				}
			}
			if holders == 0 {
				t.Error("not even one was let in")
			}
		})
	}
}

func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	conn := dial(t, e, fmt.Sprintf("Content-Length: 1000\r\nX-Hub-Signature-256: sha256=%064d\r\n", 0))
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got := status(t, conn); got != 400 {
		t.Errorf("got %d, want 400", got)
	}
}

// TestConcurrentBodiesDoNotMix has buffers used again under load: a key that
// shared memory with one would turn into another's.
func TestConcurrentBodiesDoNotMix(t *testing.T) {
	t.Parallel()
	const senders, each = 16, 50
	e := start(t, nil)
	var all sync.WaitGroup
	for sender := range senders {
		all.Go(func() {
			for i := range each {
				n := sender*each + i + 1
				body := fmt.Sprintf(`{"action":"opened","pad":%q,"issue":{"number":%d},"repository":{"full_name":"o%d/r%d"},"installation":{"id":%d}}`,
					strings.Repeat("x", n*37), n, n, n, n)
				if got := send(t, delivery(t, e.url, "issues", body)); got.Status != 202 {
					t.Errorf("delivery %d: got %d %q", n, got.Status, got.Reason)
				}
			}
		})
	}
	all.Wait()
	seen := map[int]bool{}
	for _, d := range e.inbox.all() {
		n := d.Key.Number
		if want := incident.NewKey(fmt.Sprintf("o%d", n), fmt.Sprintf("r%d", n), n); d.Key != want || d.Installation != int64(n) {
			t.Errorf("got %+v, want %s", d, want)
		}
		seen[n] = true
	}
	if len(seen) != senders*each {
		t.Errorf("%d of %d deliveries arrived", len(seen), senders*each)
	}
}

// TestLogTellsNoSecret sends every kind of refusal with words that must not
// come back.
func TestLogTellsNoSecret(t *testing.T) {
	t.Parallel()
	var now clock
	e := start(t, func(o *webhooks.Options) { o.Clock = now.read })
	body := strings.Replace(labelled, "mona", "words-of-the-body", 1)
	for _, event := range []string{"issues", "star", "", "x y"} {
		for _, secret := range []string{testSecret, "wrong-secret"} {
			r := delivery(t, e.url, event, body)
			r.Header.Set("X-Hub-Signature-256", sign(secret, body))
			send(t, r)
			now.advance(time.Second)
		}
	}
	got := e.logs.String()
	if strings.Count(got, "\n") != 8 {
		t.Errorf("want a line for each of 8 deliveries:\n%s", got)
	}
	for _, word := range []string{testSecret, "wrong-secret", "words-of-the-body", sign(testSecret, body)[7:], sign("wrong-secret", body)[7:]} {
		if strings.Contains(got, word) {
			t.Errorf("the log holds %q:\n%s", word, got)
		}
	}
}

// TestFloodIsSampled sends refusals faster than anybody could read them.
func TestFloodIsSampled(t *testing.T) {
	t.Parallel()
	var now clock
	e := start(t, func(o *webhooks.Options) { o.Clock = now.read })
	refuse := func(signature string, times int) {
		for range times {
			r := delivery(t, e.url, "", labelled) // without an event, malformed
			r.Header.Set("X-Hub-Signature-256", signature)
			send(t, r)
		}
	}
	refuse("", 5)
	now.advance(999 * time.Millisecond)
	refuse("", 5)
	refuse(sign(testSecret, labelled), 3) // another result has a line of its own
	now.advance(time.Millisecond)
	refuse("", 1)
	now.advance(time.Hour)
	refuse("", 1)

	var got []string
	for line := range strings.Lines(e.logs.String()) {
		_, result, _ := strings.Cut(strings.TrimSpace(line), "result=")
		result, rest, _ := strings.Cut(result, " ")
		if _, leftOut, ok := strings.Cut(rest, "left_out="); ok {
			result += " and " + leftOut
		}
		got = append(got, result)
	}
	want := []string{"unauthorized", "malformed", "unauthorized and 9", "unauthorized"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if n := len(e.observed()); n != 15 {
		t.Errorf("%d refusals were counted, want all 15", n)
	}
}
