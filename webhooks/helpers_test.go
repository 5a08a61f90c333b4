package webhooks_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
	"hindsight/webhooks"
)

const testSecret = "the-webhook-secret-of-this-test"

// inbox remembers what it was given and answers as it is told.
type inbox struct {
	receipt workset.Receipt
	err     error

	mu       sync.Mutex
	received []workset.Delivery
}

func (i *inbox) Receive(_ context.Context, d workset.Delivery) (workset.Receipt, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.err != nil {
		return 0, i.err
	}
	i.received = append(i.received, d)
	return i.receipt, nil
}

func (i *inbox) all() []workset.Delivery {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]workset.Delivery(nil), i.received...)
}

// logs collects log lines of all levels.
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

func (l *logs) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// clock stands still until it is moved.
type clock struct{ since atomic.Int64 }

func (c *clock) read() time.Time          { return time.Unix(1_800_000_000, c.since.Load()) }
func (c *clock) advance(by time.Duration) { c.since.Add(int64(by)) }

// edge is the handler behind a real server.
type edge struct {
	url     string
	inbox   *inbox
	logs    *logs
	mu      sync.Mutex
	results []string
}

func start(t *testing.T, change func(*webhooks.Options)) *edge {
	t.Helper()
	e := &edge{inbox: &inbox{receipt: workset.Queued}, logs: &logs{}}
	options := webhooks.Options{
		Labels:       func(incident.Repo) []string { return []string{"incident", "postmortem-followup"} },
		Inbox:        e.inbox,
		Secrets:      [][]byte{[]byte(testSecret)},
		Reads:        func(_ incident.Repo, label string) bool { return label == "sev1" },
		Self:         func() string { return "hindsight[bot]" },
		AllowedOwner: func(login string) bool { return login != "stranger" },
		Observe: func(result string) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.results = append(e.results, result)
		},
		Logger: e.logs.logger(),
	}
	if change != nil {
		change(&options)
	}
	server := httptest.NewServer(webhooks.New(options))
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

func (e *edge) observed() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.results...)
}

func sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// delivery is a signed request, as GitHub sends it.
func delivery(t *testing.T, url, event, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", event)
	r.Header.Set("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
	r.Header.Set("X-Hub-Signature-256", sign(testSecret, body))
	return r
}

type reply struct {
	Status int
	Header http.Header
	Result string `json:"result"`
	Reason string `json:"reason"`
}

func send(t *testing.T, r *http.Request) reply {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer := reply{Status: resp.StatusCode, Header: resp.Header}
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatalf("the answer %q is not JSON: %v", text, err)
	}
	return answer
}

// labelled is an issues.labeled payload of a repository "Octo/Shop".
const labelled = `{"action":"labeled","issue":{"number":42,"labels":[{"name":"bug"},{"name":"Incident"}]},` +
	`"label":{"name":"Incident"},"repository":{"full_name":"Octo/Shop"},"sender":{"login":"mona"},"installation":{"id":7}}`
