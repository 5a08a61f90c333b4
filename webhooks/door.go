package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"time"

	"hindsight/internal/workset"
)

const (
	// MaxBody is GitHub's own limit for a payload, in bytes.
	MaxBody = 25 << 20
	// MaxJiraBody is how large one of Jira's may be, in bytes: far more than a
	// ticket takes. A stranger's is signed once with each secret of each site, to
	// compare.
	MaxJiraBody = 5 << 20
)

// The results that Observe is called with, and nothing else: they are fit to
// be a metric's label.
const (
	ResultQueued       = "queued"       // on disk, and the issue is due
	ResultDuplicate    = "duplicate"    // was on disk before
	ResultIgnored      = "ignored"      // concerns no incident
	ResultUnauthorized = "unauthorized" // not signed with one of our secrets
	ResultTooLarge     = "too_large"    // more than MaxBody, from Jira MaxJiraBody
	ResultMalformed    = "malformed"    // not a delivery
	ResultUnavailable  = "unavailable"  // could not be taken in now
)

// source is whoever sends, and all in which GitHub's deliveries and Jira's
// differ.
type source interface {
	// claimed is the signature that a request carries. What carries none is
	// refused before a byte of its body is read.
	claimed(header http.Header) (digest, error)
	// read verifies the signature before it reads anything into what was sent,
	// and picks what may have changed. Its errors are refusals; what concerns
	// nothing is one too, with a 2xx. Nothing in the delivery shares memory with
	// the body, which is used again.
	read(r *http.Request, body []byte, claimed digest) (workset.Delivery, error)
	// most is how large a body may be, in bytes, up to MaxBody.
	most() int64
	// unrelated is why the inbox may not have wanted a delivery.
	unrelated() string
	// describe is what the headers say, for the log.
	describe(header http.Header) []slog.Attr
}

// door is what every delivery comes in by.
type door struct {
	source  source
	inbox   workset.Inbox
	room    *Room
	observe func(string)
	log     *slog.Logger
	sampler *sampler
}

// newDoor fills in what may be left out.
func newDoor(
	s source, inbox workset.Inbox, room *Room, observe func(string), log *slog.Logger, clock func() time.Time,
) *door {
	if room == nil {
		room = NewRoom()
	}
	if observe == nil {
		observe = func(string) {}
	}
	return &door{source: s, inbox: inbox, room: room, observe: observe, log: orDiscard(log), sampler: newSampler(clock)}
}

func orDiscard(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := d.take(w, r)
	d.observe(a.Result)
	d.report(r, a)
	writeAnswer(w, a)
}

// take has a delivery verified before anything is read into what was sent.
func (d *door) take(w http.ResponseWriter, r *http.Request) answer {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return answer{status: http.StatusMethodNotAllowed, Result: ResultMalformed, Reason: "deliveries are sent by POST"}
	}
	sum, err := d.source.claimed(r.Header)
	if err != nil {
		w.Header().Set("Connection", "close") // or the server waits for a body that nobody reads
		return refused(err)
	}
	body, err := d.room.read(w, r, d.source.most())
	if err != nil {
		return refused(err)
	}
	defer d.room.release(body)
	delivery, err := d.source.read(r, body.data, sum)
	if err != nil {
		return refused(err)
	}
	return d.receive(r.Context(), delivery)
}

// receive answers 202 only after the inbox has said that the news is on disk.
func (d *door) receive(ctx context.Context, delivery workset.Delivery) answer {
	receipt, err := d.inbox.Receive(ctx, delivery)
	if err != nil {
		return notStored(err)
	}
	switch receipt {
	case workset.Queued:
		return answer{status: http.StatusAccepted, Result: ResultQueued}
	case workset.Duplicate:
		return answer{status: http.StatusAccepted, Result: ResultDuplicate}
	case workset.Unrelated:
		return answer{status: http.StatusOK, Result: ResultIgnored, Reason: d.source.unrelated()}
	}
	return notStored(errors.New("the inbox gave no receipt"))
}

func notStored(err error) answer {
	return answer{
		status: http.StatusServiceUnavailable, Result: ResultUnavailable,
		Reason: "the delivery could not be stored; send it again later", cause: err,
	}
}

// report logs at the level at which somebody has something to do. It asks
// first whether the level is on: at thousands a second the fields cost more
// than the decision.
func (d *door) report(r *http.Request, a answer) {
	level, message := slog.LevelWarn, "delivery refused"
	switch {
	case a.status == http.StatusAccepted:
		level, message = slog.LevelDebug, "delivery accepted"
	case a.status == http.StatusOK:
		level, message = slog.LevelDebug, "delivery ignored"
	case a.cause != nil && a.status == http.StatusServiceUnavailable:
		level, message = slog.LevelError, "delivery not stored"
	}
	if !d.log.Enabled(r.Context(), level) {
		return
	}
	leftOut := 0
	if level >= slog.LevelWarn {
		var ok bool
		if leftOut, ok = d.sampler.take(a.Result); !ok {
			return
		}
	}
	attrs := append(d.source.describe(r.Header), a.describe(r.RemoteAddr, leftOut)...)
	d.log.LogAttrs(r.Context(), level, message, attrs...) //nolint:sloglint // one of four constants
}

// answer is what the sender, the log and the metric are told.
type answer struct {
	Result string `json:"result"`
	Reason string `json:"reason,omitempty"`
	status int
	cause  error // for the log alone
}

func (a answer) describe(remote string, leftOut int) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("result", a.Result),
		slog.String("reason", a.Reason),
		slog.String("remote", remote),
	}
	if a.cause != nil {
		attrs = append(attrs, slog.Any("error", a.cause))
	}
	if leftOut > 0 {
		attrs = append(attrs, slog.Int("left_out", leftOut))
	}
	return attrs
}

// clip keeps a stranger's header from filling the log.
func clip(s string) string {
	const enough = 64
	if len(s) > enough {
		return s[:enough]
	}
	return s
}

func writeAnswer(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", "application/json")
	if a.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	w.WriteHeader(a.status)
	// A caller that has gone does not read the answer: it counts that as a
	// failed delivery, and there is nobody else to tell.
	_ = json.NewEncoder(w).Encode(a)
}

// refusal is an error that the sender is answered with.
type refusal answer

func (r *refusal) Error() string { return r.Reason }
func (r *refusal) Unwrap() error { return r.cause }

// refused is the answer to an error; what has none of its own is closed.
func refused(err error) answer {
	if r, ok := errors.AsType[*refusal](err); ok {
		return answer(*r)
	}
	return answer{
		status: http.StatusServiceUnavailable, Result: ResultUnavailable,
		Reason: "the delivery could not be read; send it again later", cause: err,
	}
}

func malformed(reason string) error {
	return &refusal{status: http.StatusBadRequest, Result: ResultMalformed, Reason: reason}
}

func ignored(reason string) error {
	return &refusal{status: http.StatusOK, Result: ResultIgnored, Reason: reason}
}

func unauthorized(reason string) error {
	return &refusal{status: http.StatusUnauthorized, Result: ResultUnauthorized, Reason: reason}
}

// checkContentType refuses what is not JSON.
func checkContentType(value string) error {
	if value == "application/json" { // what GitHub sends, without the cost of parsing
		return nil
	}
	media, _, err := mime.ParseMediaType(value)
	if err == nil && media == "application/json" {
		return nil
	}
	reason := "the body must be application/json"
	if media == "application/x-www-form-urlencoded" {
		reason = "the body is form-encoded: choose the content type application/json in the webhook's settings"
	}
	return &refusal{status: http.StatusUnsupportedMediaType, Result: ResultMalformed, Reason: reason}
}
