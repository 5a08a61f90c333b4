package wire_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hindsight/internal/playground/wire"

	"github.com/google/go-cmp/cmp"
)

// letter is the least that a delivery is.
type letter struct {
	wire.Attempt

	Try int
}

// open is an office that keeps two records. Its deliveries are answered as
// listed, the last of the answers again and again.
func open(t *testing.T, secret string, retry func(*letter, bool) time.Duration, answers ...int) (office *wire.Office[letter], heard chan string) {
	t.Helper()
	heard = make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		heard <- string(body) + " " + r.Header.Get("X-From") + " " + r.Header.Get("X-Signed")
		w.WriteHeader(answers[0])
		answers = answers[min(1, len(answers)-1):]
	}))
	t.Cleanup(server.Close)
	office = wire.Open(wire.Manner[letter]{
		Clock: time.Now, Log: slog.New(slog.DiscardHandler),
		Attempt: func(l *letter) *wire.Attempt { return &l.Attempt },
		Headers: func(letter) map[string]string { return map[string]string{"X-From": "me"} }, Signature: "X-Signed",
		Lost: "gone", Refused: http.StatusText,
		Trim:  func(records []letter) []letter { return records[max(0, len(records)-1):] },
		Retry: retry,
	})
	t.Cleanup(office.Close)
	office.SetHook(server.URL, secret)
	return office, heard
}

func submit(o *wire.Office[letter], events ...string) {
	for _, event := range events {
		o.Submit(letter{Attempt: wire.Attempt{Event: event, Payload: []byte(event)}})
	}
}

// expect waits for what is under way and compares the records: "event: status".
func expect(t *testing.T, o *wire.Office[letter], want ...string) {
	t.Helper()
	if err := o.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range o.Deliveries() {
		got = append(got, l.Event+": "+l.Status)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestRecordsAreTrimmed(t *testing.T) {
	t.Parallel()
	o, heard := open(t, "", nil, http.StatusOK, http.StatusTeapot)
	submit(o, "a", "b", "c")
	expect(t, o, "b: I'm a teapot", "c: I'm a teapot")
	if got := <-heard; got != "a me " {
		t.Errorf("the first delivery was %q, want it unsigned", got)
	}
}

func TestEveryAttemptIsJudged(t *testing.T) {
	t.Parallel()
	again := make(chan bool, 3)
	o, heard := open(t, "", func(l *letter, answered bool) time.Duration {
		again <- answered && l.StatusCode == http.StatusBadGateway && l.Try == 0
		if l.Try++; l.Try > 1 {
			return 0
		}
		return time.Millisecond
	}, http.StatusBadGateway, http.StatusOK)
	submit(o, "a")
	if first, second := <-again, <-again; !first || second {
		t.Errorf("judged %v and %v, want the refusal first and then the success", first, second)
	}
	expect(t, o, "a: Bad Gateway", "a: OK")
	if len(heard) != 2 {
		t.Errorf("%d arrived, want 2", len(heard))
	}
}

func TestWhatIsLateWhenItClosesIsRecorded(t *testing.T) {
	t.Parallel()
	o, heard := open(t, "", nil, http.StatusOK)
	asked := make(chan struct{})
	o.SetFault(func(letter) wire.DeliveryFault {
		close(asked)
		return wire.DeliveryFault{Delay: time.Hour}
	})
	submit(o, "a")
	<-asked
	o.Close()
	expect(t, o, "a: failed to connect to host")
	if len(heard) != 0 {
		t.Errorf("%d arrived, want none", len(heard))
	}
}

func TestSignaturesAreSpoiled(t *testing.T) {
	t.Parallel()
	o, heard := open(t, "secret", nil, http.StatusOK)
	faults := map[string]wire.DeliveryFault{"unsigned": {Unsigned: true}, "tampered": {Tamper: true}, "lost": {Lose: true}}
	o.SetFault(func(l letter) wire.DeliveryFault { return faults[l.Event] })
	submit(o, "good", "unsigned", "tampered", "lost")
	expect(t, o, "tampered: OK", "lost: gone")
	close(heard)
	var got []bool
	for letter := range heard {
		payload, signature, _ := strings.Cut(letter, " me ")
		mac := hmac.New(sha256.New, []byte("secret"))
		mac.Write([]byte(payload))
		got = append(got, signature == "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	if diff := cmp.Diff([]bool{true, false, false}, got); diff != "" {
		t.Errorf("well signed (-want +got):\n%s", diff)
	}
}
