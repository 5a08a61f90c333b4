package webhooks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
)

// JiraOptions are what the edge needs for Jira. The zero value refuses
// everything.
type JiraOptions struct {
	// Inbox stores deliveries durably before they are acknowledged.
	Inbox workset.Inbox
	// Sites are those whose webhooks are taken in. No two may share a secret: it
	// is what tells whose a delivery is.
	Sites []JiraSite
	// Heard, unless nil, is told of what was signed by a site, at a time of
	// Clock's, and whatever it said. That it fails is logged, and no more.
	Heard func(ctx context.Context, site incident.Repo, at time.Time) error
	// Room, Observe, Logger and Clock are as in [Options].
	Room    *Room
	Observe func(result string)
	Logger  *slog.Logger
	Clock   func() time.Time
}

// JiraSite is a Jira that may send.
type JiraSite struct {
	Site incident.Repo // see [incident.JiraSite]
	// Secrets are those that the site may sign with; several while rotating.
	// Empty ones don't count. Without any, nothing of the site is believed.
	Secrets [][]byte
}

// NewJira is the handler for POST /webhooks/jira.
func NewJira(o JiraOptions) http.Handler {
	s := &jira{heard: o.Heard, log: orDiscard(o.Logger), sampler: newSampler(o.Clock)}
	for _, site := range o.Sites {
		if known := newKeys(site.Secrets); len(known) > 0 {
			s.signers = append(s.signers, signer{site.Site, known})
		}
	}
	return newDoor(s, o.Inbox, o.Room, o.Observe, o.Logger, o.Clock)
}

// jira is all Jira sites together as a [source].
type jira struct {
	signers []signer
	heard   func(context.Context, incident.Repo, time.Time) error
	log     *slog.Logger
	sampler *sampler
}

type signer struct {
	site incident.Repo
	keys keys
}

const (
	jiraSignature = "X-Hub-Signature"
	jiraDelivery  = "X-Atlassian-Webhook-Identifier"
)

func (j *jira) claimed(header http.Header) (digest, error) {
	value := header.Get(jiraSignature)
	switch {
	case len(j.signers) == 0:
		return digest{}, unauthorized("no Jira site has a webhook secret here, so nothing can be trusted")
	case strings.HasPrefix(value, "sha1="):
		return digest{}, unauthorized("only a SHA-1 signature, which does not count: X-Hub-Signature must begin with sha256=")
	}
	return parseSignature(jiraSignature, value)
}

func (j *jira) read(r *http.Request, body []byte, claimed digest) (workset.Delivery, error) {
	site, ok := j.signerOf(claimed, body)
	if !ok {
		return workset.Delivery{}, unauthorized("the signature does not match: compare the webhook's secret with the one that is set here for the site")
	}
	j.hear(r.Context(), site)
	if err := checkContentType(r.Header.Get("Content-Type")); err != nil {
		return workset.Delivery{}, err
	}
	d, err := reduceTicket(site, body)
	if err != nil {
		return workset.Delivery{}, err
	}
	d.ID = "jira:" + site.Address() + ":" + deliveryOf(r.Header, body)
	return d, nil
}

// signerOf is the site whose secret a delivery was signed with.
func (j *jira) signerOf(claimed digest, body []byte) (incident.Repo, bool) {
	for _, s := range j.signers {
		if s.keys.made(claimed, body) {
			return s.site, true
		}
	}
	return "", false
}

func (j *jira) hear(ctx context.Context, site incident.Repo) {
	if j.heard == nil {
		return
	}
	err := j.heard(ctx, site, j.sampler.clock())
	if err == nil {
		return
	}
	if leftOut, ok := j.sampler.take("unheard"); ok {
		j.log.WarnContext(ctx, "not remembered that a Jira site was heard of", "site", site.Address(), "error", err, "left_out", leftOut)
	}
}

func (*jira) most() int64 { return MaxJiraBody }

func (*jira) unrelated() string { return "no known ticket, or nothing that is not known of it" }

func (*jira) describe(header http.Header) []slog.Attr {
	return []slog.Attr{slog.String("source", "jira"), slog.String("delivery", clip(header.Get(jiraDelivery)))}
}

// deliveryOf is the same for the same news. Jira says so itself; of what it
// does not, or says in a form of which nothing is known, the body tells, which
// holds the moment.
func deliveryOf(header http.Header, body []byte) string {
	if id := header.Get(jiraDelivery); isName(id) {
		return id
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// reduceTicket picks which ticket may have changed.
func reduceTicket(site incident.Repo, body []byte) (workset.Delivery, error) {
	if !isObject(body) {
		return workset.Delivery{}, malformed("the body is not a JSON object")
	}
	var event string
	var issue gjson.Result
	gjson.Parse(asText(body)).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "webhookEvent":
			event = value.Str
		case "issue":
			issue = value
		}
		return true
	})
	ofTicket := strings.HasPrefix(event, "jira:issue_")
	if !ofTicket && !strings.HasPrefix(event, "comment_") {
		return workset.Delivery{}, ignored("no rule depends on this event")
	}
	id := issue.Get("id")
	if !id.Exists() {
		return workset.Delivery{}, ignored("the payload names no ticket")
	}
	number, ok := ticketID(id)
	if !ok {
		return workset.Delivery{}, malformed("issue.id is not the id of a ticket, which is a number as text")
	}
	d := workset.Delivery{Key: incident.Key{Repo: site, Number: number}}
	if ofTicket && event != "jira:issue_deleted" { // which tells when it had last changed before
		d.Changed = jiraTime(issue.Get("fields.updated").Str)
	}
	return d, nil
}

// ticketID is a whole number without anything around it.
func ticketID(id gjson.Result) (int, bool) {
	number, err := strconv.Atoi(id.Str)
	return number, id.Type == gjson.String && err == nil && number > 0 && strconv.Itoa(number) == id.Str
}

// jiraTimes is how Jira writes times.
const jiraTimes = "2006-01-02T15:04:05.000-0700"

// jiraTime is zero for what is not written so.
func jiraTime(text string) time.Time {
	at, err := time.Parse(jiraTimes, text)
	if err != nil {
		return time.Time{}
	}
	return at
}
