package server_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hindsight/internal/incident"
	"hindsight/internal/server"
	"hindsight/internal/workset"
	"hindsight/webhooks"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testSecret = "the-webhook-secret-of-this-test"
	labelled   = `{"action":"labeled","issue":{"number":42,"labels":[{"name":"incident"}]},"label":{"name":"incident"},` +
		`"repository":{"full_name":"octo/shop"},"sender":{"login":"mona"},"installation":{"id":7}}`
)

// inbox queues everything.
type inbox struct{}

func (inbox) Receive(context.Context, workset.Delivery) (workset.Receipt, error) {
	return workset.Queued, nil
}

type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logs) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: level}))
}

// running is a server on a port of its own.
type running struct {
	url    string
	logs   *logs
	client *http.Client
	stop   func() error // ends the server and waits for it
}

func start(tb testing.TB, change func(*server.Options)) *running {
	tb.Helper()
	r := &running{logs: &logs{}}
	metrics := server.NewMetrics()
	options := server.Options{
		Metrics: metrics,
		Logger:  r.logs.logger(slog.LevelDebug),
		Now:     time.Now,
	}
	if change != nil {
		change(&options)
	}
	if options.Webhooks == nil {
		options.Webhooks = webhooks.New(webhooks.Options{
			Labels: func(incident.Repo) []string { return []string{"incident", "postmortem-followup"} },
			Inbox:  inbox{}, Secrets: [][]byte{[]byte(testSecret)},
			AllowedOwner: func(string) bool { return true },
			Observe:      metrics.Delivery, Logger: options.Logger,
		})
	}
	r.listen(tb, server.New(options))
	return r
}

func (r *running) listen(tb testing.TB, s *server.Server) {
	tb.Helper()
	var config net.ListenConfig
	l, err := config.Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	r.url, r.client = "http://"+l.Addr().String(), &http.Client{Transport: transport}
	ctx, end := context.WithCancel(tb.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	r.stop = sync.OnceValue(func() error {
		end()
		err := <-ended
		transport.CloseIdleConnections()
		return err
	})
	tb.Cleanup(func() { _ = r.stop() })
}

type reply struct {
	Status int
	Header http.Header
	Body   string
}

func (r *running) do(tb testing.TB, method, path, body string, header map[string]string) reply {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	for key, value := range header {
		request.Header.Set(key, value)
	}
	response, err := r.client.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

func (r *running) get(tb testing.TB, path string) reply {
	tb.Helper()
	return r.do(tb, http.MethodGet, path, "", nil)
}

// TestJirasRoute wants it to be there only where a Jira site is, and to take
// bodies as large as GitHub's.
func TestJirasRoute(t *testing.T) {
	t.Parallel()
	site := incident.JiraSite("acme.atlassian.net")
	metrics := server.NewMetrics()
	connected := func(o *server.Options) {
		o.Metrics = metrics
		o.JiraWebhooks = webhooks.NewJira(webhooks.JiraOptions{
			Inbox: inbox{}, Sites: []webhooks.JiraSite{{Site: site, Secrets: [][]byte{[]byte(testSecret)}}},
			Observe: metrics.JiraDelivery,
		})
	}
	closed := `{"webhookEvent":"jira:issue_updated","issue":{"id":"10012","pad":"` + strings.Repeat("x", 70<<10) + `"}}`
	header := map[string]string{"Content-Type": "application/json", "X-Hub-Signature": signed(closed)["X-Hub-Signature-256"]}
	tests := map[string]struct {
		change   func(*server.Options)
		method   string
		header   map[string]string
		status   int
		answer   string
		observed string
	}{
		"delivery":      {connected, "POST", header, 202, "queued", `hindsight_deliveries_total{result="queued",source="jira"} 1`},
		"GitHub's":      {connected, "POST", signed(closed), 401, "X-Hub-Signature is missing", `hindsight_deliveries_total{result="unauthorized",source="jira"} 1`},
		"by GET":        {connected, "GET", nil, 405, "Method Not Allowed", ""},
		"not connected": {nil, "POST", header, 413, "Too Large", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, tt.change)
			got := r.do(t, tt.method, "/webhooks/jira", closed, tt.header)
			if got.Status != tt.status || !strings.Contains(got.Body, tt.answer) {
				t.Errorf("got %d %q, want %d %q", got.Status, got.Body, tt.status, tt.answer)
			}
			if text := r.get(t, "/metrics").Body; !strings.Contains(text, tt.observed) {
				t.Errorf("%s is not in\n%s", tt.observed, text)
			}
		})
	}
	if got := start(t, nil).do(t, http.MethodPost, "/webhooks/jira", "{}", header); got.Status != 404 {
		t.Errorf("without a Jira site: got %d, want 404", got.Status)
	}
}

func signed(body string) map[string]string {
	mac := hmac.New(sha256.New, []byte(testSecret))
	mac.Write([]byte(body))
	return map[string]string{
		"Content-Type": "application/json", "X-GitHub-Event": "issues", "X-GitHub-Delivery": "1",
		"X-Hub-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil)),
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	tests := map[string]struct {
		method, path, body string
		header             map[string]string
		status             int
		answer             string // part of it
	}{
		"delivery":          {"POST", "/webhooks/github", labelled, signed(labelled), 202, `{"result":"queued"}`},
		"unsigned delivery": {"POST", "/webhooks/github", labelled, nil, 401, "X-Hub-Signature-256"},
		"delivery by GET":   {"GET", "/webhooks/github", "", nil, 405, "Method Not Allowed"},
		"health":            {"GET", "/healthz", "", nil, 200, "ok"},
		"health by HEAD":    {"HEAD", "/healthz", "", nil, 200, ""},
		"ready":             {"GET", "/readyz", "", nil, 200, `{"ready":true}`},
		"metrics":           {"GET", "/metrics", "", nil, 200, "go_goroutines"},
		"home":              {"GET", "/", "", nil, 404, "Hindsight is running"},
		"unknown":           {"GET", "/wp-login.php", "", nil, 404, "Hindsight is running"},
		"unknown by POST":   {"POST", "/nothing/here", "x", nil, 404, "Hindsight is running"},
		"large body":        {"GET", "/healthz", strings.Repeat("x", 65<<10), nil, 413, "Too Large"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := r.do(t, tt.method, tt.path, tt.body, tt.header)
			if got.Status != tt.status || !strings.Contains(got.Body, tt.answer) {
				t.Errorf("got %d %q, want %d %q", got.Status, got.Body, tt.status, tt.answer)
			}
		})
	}
}

func TestReadyNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	fails := func(context.Context) error { return errors.New("password is hunter2") }
	r := start(t, func(o *server.Options) {
		o.Checks = []server.Check{
			{Name: "database", Check: fails},
			{Name: "app key", Check: func(context.Context) error { return nil }},
			{Name: "wiki", Check: fails},
		}
	})
	got := r.get(t, "/readyz")
	if want := `{"ready":false,"not_ready":["database","wiki"]}` + "\n"; got.Status != 503 || got.Body != want {
		t.Errorf("got %d %q, want 503 %q", got.Status, got.Body, want)
	}
	if !strings.Contains(r.logs.String(), "hunter2") {
		t.Errorf("the reason is not in the log:\n%s", r.logs)
	}
}

func TestReadyGivesEachCheckADeadline(t *testing.T) {
	t.Parallel()
	var left time.Duration
	r := start(t, func(o *server.Options) {
		o.Checks = []server.Check{{Name: "database", Check: func(ctx context.Context) error {
			deadline, _ := ctx.Deadline()
			left = time.Until(deadline)
			return nil
		}}}
	})
	r.get(t, "/readyz")
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if left <= 0 || left > 5*time.Second {
		t.Errorf("the check had %s left, want a few seconds", left)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	got := r.do(t, http.MethodGet, "/", "", map[string]string{"X-Request-Id": "chosen by the client"})
	for key, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		if got.Header.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, got.Header.Get(key), want)
		}
	}
	if id := got.Header.Get("X-Request-Id"); len(id) < 16 || strings.Contains(id, " ") {
		t.Errorf("the request's id is %q, want one of our own", id)
	}
}

func TestPanicIsAnAnswerAndALogLine(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *server.Options) {
		o.Webhooks = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("out of cheese") })
	})
	got := r.do(t, http.MethodPost, "/webhooks/github", "", nil)
	id := got.Header.Get("X-Request-Id")
	if got.Status != 500 || !strings.Contains(got.Body, id) || strings.Contains(got.Body, "cheese") {
		t.Errorf("got %d %q, want 500 with the request's id and nothing of the inside", got.Status, got.Body)
	}
	if log := r.logs.String(); !strings.Contains(log, "out of cheese") || !strings.Contains(log, id) || !strings.Contains(log, "server_test.go") {
		t.Errorf("want the panic, the request and the stack in the log:\n%s", log)
	}
	if got := r.get(t, "/healthz"); got.Status != 200 {
		t.Errorf("afterwards: got %d, want 200", got.Status)
	}
}

func TestAccessLog(t *testing.T) {
	t.Parallel()
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo} {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			var l logs
			r := start(t, func(o *server.Options) { o.Logger = l.logger(level) })
			r.do(t, http.MethodGet, "/some/path?token=hush", "", map[string]string{
				"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer hush",
			})
			r.do(t, http.MethodPost, "/webhooks/github?token=hush", labelled, signed(labelled))
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			got := l.String()
			if logged := strings.Contains(got, "route=none"); logged != (level == slog.LevelDebug) {
				t.Errorf("at %s the log is\n%s", level, got)
			}
			for _, word := range []string{"hush", "203.0.113.9", testSecret, "some/path"} {
				if strings.Contains(got, word) {
					t.Errorf("the log holds %q:\n%s", word, got)
				}
			}
		})
	}
}

func TestSlowBody(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *server.Options) { o.ReadTimeout = 100 * time.Millisecond })
	conn := r.dial(t)
	head := "POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nX-Hub-Signature-256: sha256=" + strings.Repeat("a", 64) + "\r\n\r\n{"
	if _, err := io.WriteString(conn, head); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusRequestTimeout {
		t.Errorf("got %s, want 408", response.Status)
	}
}

func (r *running) dial(t *testing.T) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// waiting is a handler that says when it has begun, and ends when it is told.
func waiting() (handler http.Handler, begun <-chan struct{}, let chan<- struct{}) {
	began, release := make(chan struct{}), make(chan struct{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		select {
		case <-release:
			w.WriteHeader(http.StatusAccepted)
		case <-r.Context().Done():
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}), began, release
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	handler, begun, let := waiting()
	r := start(t, func(o *server.Options) { o.Webhooks = handler })
	answer := make(chan int, 1)
	go func() { answer <- r.do(t, http.MethodPost, "/webhooks/github", "", nil).Status }()
	<-begun
	ended := make(chan error, 1)
	go func() { ended <- r.stop() }()
	r.refusesConnections(t)
	close(let)
	if got := <-answer; got != 202 {
		t.Errorf("the request under way got %d, want 202", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("the end: %v", err)
	}
}

// TestConnectionsAreLimited has one client too many wait until another goes.
func TestConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	handler, begun, let := waiting()
	r := start(t, func(o *server.Options) { o.Webhooks, o.MaxConnections = handler, 2 })
	answers := make(chan int)
	for range 3 {
		go func() {
			answers <- r.do(t, http.MethodPost, "/webhooks/github", "", map[string]string{"Connection": "close"}).Status
		}()
	}
	<-begun
	<-begun
	select {
	case <-begun:
		t.Fatal("a third client was let in")
	case <-time.After(50 * time.Millisecond):
	}
	let <- struct{}{}
	<-begun
	close(let)
	for range 3 {
		if got := <-answers; got != http.StatusAccepted {
			t.Errorf("got %d, want 202", got)
		}
	}
}

func (r *running) refusesConnections(t *testing.T) {
	t.Helper()
	var d net.Dialer
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(r.url, "http://"))
		if err != nil {
			return
		}
		_ = conn.Close()
	}
	t.Fatal("the server still takes connections")
}

func TestShutdownHasADeadline(t *testing.T) {
	t.Parallel()
	handler, begun, _ := waiting()
	r := start(t, func(o *server.Options) {
		o.Webhooks, o.ShutdownTimeout = handler, 50*time.Millisecond
	})
	conn := r.dial(t)
	if _, err := fmt.Fprint(conn, "POST /webhooks/github HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-begun
	if err := r.stop(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want that requests were cut off", err)
	}
}

func TestServeSaysWhyItCouldNot(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err = l.Close(); err != nil {
		t.Fatal(err)
	}
	s := server.New(server.Options{Webhooks: http.NotFoundHandler(), Now: time.Now})
	if err = s.Serve(t.Context(), l); !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("got %v, want the address and that it is closed", err)
	}
}
