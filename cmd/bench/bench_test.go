package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/playground"
	"hindsight/internal/workset"
	"hindsight/webhooks"
)

// inbox remembers what it was given.
type inbox struct {
	mu       sync.Mutex
	received []workset.Delivery
}

func (i *inbox) Receive(_ context.Context, d workset.Delivery) (workset.Receipt, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.received = append(i.received, d)
	if d.Relevant {
		return workset.Queued, nil
	}
	return workset.Unrelated, nil
}

// TestSend sends what the benchmark sends to the real edge.
func TestSend(t *testing.T) {
	t.Parallel()
	github, err := newStandIn(t.Context(), filepath.Join(t.TempDir(), "github"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err = github.end(); err != nil {
			t.Error(err)
		}
	})
	sample, err := github.rehearse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		labelled bool
		status   int
	}{
		{"about an incident", true, http.StatusAccepted},
		{"about anything else", false, http.StatusOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := &inbox{}
			edge := httptest.NewServer(webhooks.New(webhooks.Options{
				Labels: func(incident.Repo) []string { return []string{"incident", "postmortem-followup"} },
				Inbox:  in, Secrets: [][]byte{[]byte(github.App().WebhookSecret)},
				AllowedOwner: func(login string) bool { return login == owner },
			}))
			t.Cleanup(edge.Close)
			s := deliverTo(t, edge, github, sample, test.labelled)
			got, err := send(t.Context(), []*sender{s}, 0, time.Second, test.status)
			if err != nil {
				t.Fatal(err)
			}
			checkReceived(t, in.received, got.answered, test.labelled)
			if len(got.waits) != got.answered || got.perSecond() == 0 {
				t.Errorf("%d deliveries, and %d measured, %d a second", got.answered, len(got.waits), got.perSecond())
			}
		})
	}
}

func deliverTo(t *testing.T, edge *httptest.Server, github *standIn, sample map[string]any, labelled bool) *sender {
	t.Helper()
	const size = 14_000
	addr := strings.TrimPrefix(edge.URL, "http://")
	var requests []request
	for number := 41; number <= 42; number++ {
		body, err := about(sample, number, size, labelled)
		if err != nil {
			t.Fatal(err)
		}
		if len(body) != size {
			t.Errorf("the payload has %d bytes, want %d", len(body), size)
		}
		requests = append(requests, newRequest(addr, github.App().WebhookSecret, body))
	}
	s, err := dial(t.Context(), addr, requests)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.conn.Close() })
	return s
}

func checkReceived(t *testing.T, received []workset.Delivery, want int, relevant bool) {
	t.Helper()
	if len(received) != want || want == 0 {
		t.Fatalf("%d deliveries came through, and %d were answered", len(received), want)
	}
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	ids, numbers := map[string]bool{}, map[int]bool{}
	for _, d := range received {
		if !form.MatchString(d.ID) || ids[d.ID] {
			t.Fatalf("the id %q is no UUID of version 1, or came before", d.ID)
		}
		if d.Relevant != relevant || d.Key.Repo != shop {
			t.Fatalf("it came through as %+v", d)
		}
		ids[d.ID], numbers[d.Key.Number] = true, true
	}
	if !numbers[41] || want > 1 && !numbers[42] {
		t.Errorf("the deliveries were about %v, want 41 and 42", numbers)
	}
}

// TestSendWrongAnswer wants the load to end at the first answer that is not
// the right one.
func TestSendWrongAnswer(t *testing.T) {
	t.Parallel()
	edge := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(edge.Close)
	addr := strings.TrimPrefix(edge.URL, "http://")
	s, err := dial(t.Context(), addr, []request{newRequest(addr, "secret", []byte("{}"))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.conn.Close() })
	_, err = send(t.Context(), []*sender{s}, 0, time.Minute, http.StatusAccepted)
	if err == nil || !strings.Contains(err.Error(), "answered with 404, want 202") {
		t.Errorf("send: %v, want it to name both statuses", err)
	}
}

func TestBadCommandLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, want string }{
		{"--seconds 0", "--seconds must be"},
		{"--senders 1000", "--senders must be"},
		{"--payload 10", "--payload must be"},
		{"--only lunch", `"lunch" names no part`},
		{"deliveries", "only flags"},
	} {
		t.Run(test.args, func(t *testing.T) {
			t.Parallel()
			var out, complaints bytes.Buffer
			code := run(t.Context(), strings.Fields(test.args), &out, &complaints)
			if code != exitUsage || !strings.Contains(complaints.String(), test.want) || out.Len() > 0 {
				t.Errorf("exit code %d, complaint %q, want %d and %q", code, complaints.String(), exitUsage, test.want)
			}
		})
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	sorted := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, test := range []struct {
		name      string
		got, want any
	}{
		{"median", quantile(sorted, 0.5), 6},
		{"99th percentile", quantile(sorted, 0.99), 10},
		{"least", quantile(sorted, 0), 1},
		{"most", quantile(sorted, 1), 10},
		{"of none", quantile([]int(nil), 0.5), 0},
		{"small number", thousands(999), "999"},
		{"large number", thousands(1234567), "1,234,567"},
		{"short time", millis(1234 * time.Microsecond), "1.2 ms"},
		{"long time", millis(1234 * time.Millisecond), "1234 ms"},
		{"one time", spread([]time.Duration{time.Millisecond}), "1.0 ms"},
		{"times", spread([]time.Duration{3e6, 1e6, 2e6}), "2.0 ms   (1.0 ms to 3.0 ms)"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, test.got, test.want)
		}
	}
}

// TestHurry wants more follow-ups in seconds than GitHub lets anybody open in
// a minute, and all of them in the tracker.
func TestHurry(t *testing.T) {
	t.Parallel()
	github, err := newStandIn(t.Context(), filepath.Join(t.TempDir(), "github"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err = github.end(); err != nil {
			t.Error(err)
		}
	})
	h, err := hurry(t.Context(), github, filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err = h.close(); err != nil {
			t.Error(err)
		}
	})
	const many = 40
	number, err := github.promise(many, "")
	if err != nil {
		t.Fatal(err)
	}
	if err = h.look(t.Context(), number); err != nil {
		t.Fatal(err)
	}
	attached, err := github.SubIssues(shop, number)
	if err != nil || len(attached) != many {
		t.Errorf("%d follow-ups are attached, %v", len(attached), err)
	}
	if boxes := playground.Boxes((&scene{github: github}).tracker(number)); len(boxes) != many {
		t.Errorf("the tracker shows %d follow-ups, want %d", len(boxes), many)
	}
}

func TestWhatGitHubCounts(t *testing.T) {
	t.Parallel()
	calls := []playground.Call{
		{Kind: "GET /x", Method: http.MethodGet, Status: http.StatusNotModified},
		{Kind: "GET /x", Method: http.MethodGet, Status: http.StatusOK},
		{Kind: "POST /api/graphql", Method: http.MethodPost, Path: "/api/graphql", Status: http.StatusOK},
		{Kind: "POST /app/y", Method: http.MethodPost, Path: "/app/y/access_tokens", Status: http.StatusCreated},
		{Kind: "PATCH /x", Method: http.MethodPatch, Status: http.StatusOK},
		{Kind: "git receive-pack", Method: http.MethodPost, Status: http.StatusOK},
	}
	want := []string{"    4            0", "    1            0"}
	for i, r := range paid([2]act{{calls: calls}, {}}) {
		if r.figure != want[i] {
			t.Errorf("%s: %q, want %q", r.what, r.figure, want[i])
		}
	}
}

// TestMeasureWiki wants from a small wiki what is claimed of a large one: what
// the program moves is less than a clone.
func TestMeasureWiki(t *testing.T) {
	t.Parallel()
	changes, err := measureWiki(t.Context(), filepath.Join(t.TempDir(), "wiki"), 40)
	if err != nil {
		t.Fatal(err)
	}
	moved, requests := map[string]int64{}, map[string]int{}
	for _, c := range changes {
		last := c.costs[len(c.costs)-1]
		moved[c.name], requests[c.name] = last.git.received+last.git.sent, last.git.requests
		if last.took <= 0 || last.disk == 0 {
			t.Errorf("%s took %s, and left %d bytes", c.name, last.took, last.disk)
		}
	}
	if full, shallow := moved["full clone, commit, push"], moved["clone --depth 1, commit, push"]; full <= shallow || shallow < 10*fewKB {
		t.Errorf("a full clone moved %d bytes, one of depth 1 %d, want history and 40 pages", full, shallow)
	}
	for _, name := range []string{"hindsight, each further page", "hindsight, a page is read and updated"} {
		if moved[name] == 0 || moved[name] > fewKB || requests[name] != 3 {
			t.Errorf("%s: %d bytes in %d requests, want at most %d in 3", name, moved[name], requests[name], fewKB)
		}
	}
}

func TestAmount(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[int64]string{0: "-", 999: "999 B", 1_000: "1.0 KB", 999_900: "999.9 KB", 77_123_456: "77.1 MB"} {
		if got := amount(bytes); got != want {
			t.Errorf("%d bytes are %q, want %q", bytes, got, want)
		}
	}
}
