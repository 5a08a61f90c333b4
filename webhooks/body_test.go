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

// stuck is a large body that stops in the middle until it is let go.
type stuck struct {
	rest   int
	inside chan<- struct{} // told once the first megabyte has been taken
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

// TestLargeBodiesAreFewAtATime fills the slots with bodies that don't end; the
// next is sent away, small ones are still taken, and when the others are gone
// large ones are again.
func TestLargeBodiesAreFewAtATime(t *testing.T) {
	t.Parallel()
	handler := webhooks.New(webhooks.Options{
		Inbox: &inbox{receipt: workset.Queued}, Secrets: [][]byte{[]byte(testSecret)},
		AllowedOwner: func(string) bool { return true },
	})
	post := func(body io.Reader, signature string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", body)
		r.ContentLength = -1
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-GitHub-Event", "issues")
		r.Header.Set("X-GitHub-Delivery", "1")
		r.Header.Set("X-Hub-Signature-256", signature)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	large := labelled + strings.Repeat(" ", 2<<20)
	sendLarge := func() int { return post(strings.NewReader(large), sign(testSecret, large)) }

	inside, let := make(chan struct{}), make(chan struct{})
	var holders sync.WaitGroup
	for range 4 {
		holders.Go(func() { post(&stuck{rest: 1 << 20, inside: inside, let: let}, sign("", "")) })
		<-inside
	}
	if got := sendLarge(); got != 503 {
		t.Errorf("a fifth large body: got %d, want 503", got)
	}
	if got := post(strings.NewReader(labelled), sign(testSecret, labelled)); got != 202 {
		t.Errorf("a small body: got %d, want 202", got)
	}
	close(let)
	holders.Wait()
	if got := sendLarge(); got != 202 {
		t.Errorf("a large body after the others: got %d, want 202", got)
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
	e := start(t, nil)
	body := strings.Replace(labelled, "mona", "words-of-the-body", 1)
	for _, event := range []string{"issues", "star", "", "x y"} {
		for _, secret := range []string{testSecret, "wrong-secret"} {
			r := delivery(t, e.url, event, body)
			r.Header.Set("X-Hub-Signature-256", sign(secret, body))
			send(t, r)
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
