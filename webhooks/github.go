package webhooks

import (
	"log/slog"
	"net/http"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
)

// Options are what the edge needs for GitHub. The zero value refuses
// everything.
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
	// Room is where bodies are held, shared with [JiraOptions.Room]. Nil makes
	// one.
	Room *Room
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
	s := github{keys: newKeys(o.Secrets), rules: rules{labels: o.Labels, reads: o.Reads, self: o.Self, allowed: o.AllowedOwner}}
	return newDoor(s, o.Inbox, o.Room, o.Observe, o.Logger, o.Clock)
}

// github is GitHub as a [source].
type github struct {
	keys  keys
	rules rules
}

const githubSignature = "X-Hub-Signature-256"

func (g github) claimed(header http.Header) (digest, error) {
	value := header.Get(githubSignature)
	switch {
	case len(g.keys) == 0:
		return digest{}, unauthorized("no webhook secret is configured, so nothing can be trusted")
	case value == "" && header.Get("X-Hub-Signature") != "":
		return digest{}, unauthorized("only a SHA-1 signature, which does not count: send X-Hub-Signature-256")
	}
	return parseSignature(githubSignature, value)
}

func (g github) read(r *http.Request, body []byte, claimed digest) (workset.Delivery, error) {
	if !g.keys.made(claimed, body) {
		return workset.Delivery{}, unauthorized("the signature does not match: compare the webhook's secret with HINDSIGHT_WEBHOOK_SECRET")
	}
	h, err := readHead(r.Header)
	if err != nil {
		return workset.Delivery{}, err
	}
	return g.rules.reduce(h, body)
}

func (github) most() int64 { return MaxBody }

func (github) unrelated() string { return "no incident label and no known issue" }

func (github) describe(header http.Header) []slog.Attr {
	return []slog.Attr{
		slog.String("delivery", clip(header.Get("X-Github-Delivery"))),
		slog.String("event", clip(header.Get("X-Github-Event"))),
	}
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
