package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
)

// MaxBody is GitHub's own limit for a payload, in bytes.
const MaxBody = 25 << 20

// The results that [Options.Observe] is called with, and nothing else: they
// are fit to be a metric's label.
const (
	ResultQueued       = "queued"       // on disk, and the issue is due
	ResultDuplicate    = "duplicate"    // was on disk before
	ResultIgnored      = "ignored"      // concerns no incident
	ResultUnauthorized = "unauthorized" // not signed with one of our secrets
	ResultTooLarge     = "too_large"    // more than MaxBody
	ResultMalformed    = "malformed"    // not a delivery of GitHub's
	ResultUnavailable  = "unavailable"  // could not be taken in now
)

// Options are what the edge needs. The zero value refuses everything.
type Options struct {
	// Inbox stores deliveries durably before they are acknowledged.
	Inbox workset.Inbox
	// Secrets are those that GitHub may sign with; several while rotating.
	// Empty ones don't count. Without any, everything is refused.
	Secrets [][]byte
	// Labels make an issue of a repository relevant, compared without case: an
	// incident's and its follow-ups'. Without any, only what is known is. They
	// are asked for with every delivery, and not changed. Nil names none.
	Labels func(repo incident.Repo) []string
	// Reads is whether a repository's rules read another label, such as a
	// severity: then it matters to all incidents when it is renamed or
	// deleted. Nil reads none.
	Reads func(repo incident.Repo, label string) bool
	// Self is the App's own login, "name[bot]", whose changes are discarded;
	// "" while it is not known yet. Nil discards none.
	Self func() string
	// AllowedOwner tells whether an account's repositories are served. Nil
	// allows none: closed is the default.
	AllowedOwner func(login string) bool
	// Observe is told each delivery's result, one of the constants above.
	// May be nil.
	Observe func(result string)
	// Logger gets refusals at warn and what was ignored at debug. Neither
	// body nor signature is ever logged. Nil logs nothing.
	Logger *slog.Logger
	// Clock keeps strangers from filling the log: of the refusals with one
	// result, one a second is logged, with how many were left out. Nil stands
	// still, so that only the first is logged.
	Clock func() time.Time
}

// New is the handler for POST /webhooks/github.
func New(o Options) http.Handler {
	if o.Labels == nil {
		o.Labels = func(incident.Repo) []string { return nil }
	}
	if o.Reads == nil {
		o.Reads = func(incident.Repo, string) bool { return false }
	}
	if o.Self == nil {
		o.Self = func() string { return "" }
	}
	if o.AllowedOwner == nil {
		o.AllowedOwner = func(string) bool { return false }
	}
	if o.Observe == nil {
		o.Observe = func(string) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = func() time.Time { return time.Time{} }
	}
	return &handler{
		inbox:   o.Inbox,
		keys:    slices.DeleteFunc(slices.Clone(o.Secrets), func(s []byte) bool { return len(s) == 0 }),
		bodies:  newBodies(),
		rules:   rules{labels: o.Labels, reads: o.Reads, self: o.Self, allowed: o.AllowedOwner},
		observe: o.Observe,
		log:     o.Logger,
		sampler: sampler{clock: o.Clock, results: map[string]sample{}},
	}
}

type handler struct {
	inbox   workset.Inbox
	keys    keys
	bodies  *bodies
	rules   rules
	observe func(string)
	log     *slog.Logger
	sampler sampler
}

// answer is what GitHub, the log and the metric are told.
type answer struct {
	Result string `json:"result"`
	Reason string `json:"reason,omitempty"`
	status int
	cause  error // for the log alone
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := h.take(w, r)
	h.observe(a.Result)
	h.report(r, a)
	writeAnswer(w, a)
}

// take verifies before it reads anything into what was sent.
func (h *handler) take(w http.ResponseWriter, r *http.Request) answer {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return answer{status: http.StatusMethodNotAllowed, Result: ResultMalformed, Reason: "deliveries are sent by POST"}
	}
	sum, err := h.keys.claimed(r.Header)
	if err != nil {
		w.Header().Set("Connection", "close") // or the server waits for a body that nobody reads
		return refused(err)
	}
	body, err := h.bodies.read(w, r)
	if err != nil {
		return refused(err)
	}
	defer h.bodies.release(body)
	if err = h.keys.verify(body.data, sum); err != nil {
		return refused(err)
	}
	head, err := readHead(r.Header)
	if err != nil {
		return refused(err)
	}
	d, err := h.rules.reduce(head, body.data)
	if err != nil {
		return refused(err)
	}
	return h.receive(r.Context(), d)
}

// receive answers 202 only after the inbox has said that the news is on disk.
func (h *handler) receive(ctx context.Context, d workset.Delivery) answer {
	receipt, err := h.inbox.Receive(ctx, d)
	if err != nil {
		return answer{
			status: http.StatusServiceUnavailable, Result: ResultUnavailable,
			Reason: "the delivery could not be stored; send it again later", cause: err,
		}
	}
	switch receipt {
	case workset.Queued:
		return answer{status: http.StatusAccepted, Result: ResultQueued}
	case workset.Duplicate:
		return answer{status: http.StatusAccepted, Result: ResultDuplicate}
	case workset.Unrelated:
		return answer{status: http.StatusOK, Result: ResultIgnored, Reason: "no incident label and no known issue"}
	}
	return answer{
		status: http.StatusServiceUnavailable, Result: ResultUnavailable,
		Reason: "the delivery could not be stored; send it again later",
		cause:  errors.New("the inbox gave no receipt"),
	}
}

// refusal is an error that GitHub is answered with.
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

// head is what the headers say. The signature does not cover them.
type head struct {
	event string
	id    string
}

func readHead(header http.Header) (head, error) {
	if err := checkContentType(header.Get("Content-Type")); err != nil {
		return head{}, err
	}
	h := head{event: header.Get("X-Github-Event"), id: header.Get("X-Github-Delivery")}
	switch {
	case h.event == "":
		return head{}, malformed("the header X-GitHub-Event is missing")
	case h.id == "":
		return head{}, malformed("the header X-GitHub-Delivery is missing")
	case !isName(h.event):
		return head{}, malformed("the header X-GitHub-Event names no event")
	case !isName(h.id):
		return head{}, malformed("the header X-GitHub-Delivery is no delivery's id")
	}
	return h, nil
}

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

// report logs at the level at which somebody has something to do. It asks
// first whether the level is on: at thousands a second the fields cost more
// than the decision.
func (h *handler) report(r *http.Request, a answer) {
	level, message := slog.LevelWarn, "delivery refused"
	switch {
	case a.status == http.StatusAccepted:
		level, message = slog.LevelDebug, "delivery accepted"
	case a.status == http.StatusOK:
		level, message = slog.LevelDebug, "delivery ignored"
	case a.cause != nil && a.status == http.StatusServiceUnavailable:
		level, message = slog.LevelError, "delivery not stored"
	}
	if !h.log.Enabled(r.Context(), level) {
		return
	}
	leftOut := 0
	if level >= slog.LevelWarn {
		var ok bool
		if leftOut, ok = h.sampler.take(a.Result); !ok {
			return
		}
	}
	h.log.LogAttrs(r.Context(), level, message, describe(r, a, leftOut)...) //nolint:sloglint // one of four constants
}

func describe(r *http.Request, a answer, leftOut int) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("delivery", clip(r.Header.Get("X-Github-Delivery"))),
		slog.String("event", clip(r.Header.Get("X-Github-Event"))),
		slog.String("result", a.Result),
		slog.String("reason", a.Reason),
		slog.String("remote", r.RemoteAddr),
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
	// A caller that has gone does not read the answer: GitHub shows that as
	// a failed delivery, and there is nobody else to tell.
	_ = json.NewEncoder(w).Encode(a)
}
