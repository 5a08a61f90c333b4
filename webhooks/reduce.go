package webhooks

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
)

// rules decide what is worth a look.
type rules struct {
	labels  func(repo incident.Repo) []string
	reads   func(repo incident.Repo, label string) bool
	self    func() string
	allowed func(owner string) bool
}

// reduce picks which issue may have changed. Its errors are refusals; what
// concerns nothing is one too, with a 2xx.
//
// Nothing in the delivery shares memory with the body, which is used again.
func (r rules) reduce(h head, body []byte) (workset.Delivery, error) {
	if !isObject(body) {
		return workset.Delivery{}, malformed("the body is not a JSON object")
	}
	subject, reason := subjectOf(h.event)
	if reason != "" {
		return workset.Delivery{}, ignored(reason)
	}
	p := pick(body)
	installation := p.installation.Get("id").Int()
	if installation <= 0 {
		return workset.Delivery{}, ignored("no installation: this webhook is not the App's own")
	}
	if self := r.self(); self != "" && strings.EqualFold(p.sender.Get("login").Str, self) {
		return workset.Delivery{}, ignored("our own change")
	}
	key, reason := p.key(subject)
	if reason != "" {
		return workset.Delivery{}, ignored(reason)
	}
	if !r.allowed(key.Repo.Owner()) {
		return workset.Delivery{}, ignored("the repository's owner is not allowed here: see HINDSIGHT_ALLOWED_OWNERS")
	}
	ours := ours(r.labels(key.Repo))
	switch {
	case subject == labelSubject && !ours.named(p) && !r.readsLabel(key.Repo, p):
		return workset.Delivery{}, ignored("no issue changes with this label")
	case subject == releasesSubject && !p.happened():
		return workset.Delivery{}, ignored("nothing was released, and no deployment has ended that customers may see")
	}
	d := workset.Delivery{ID: h.id, Installation: installation, Key: key, Relevant: ours.relevant(subject, p)}
	if !d.Relevant {
		d.Also = p.references(key.Repo)
	}
	return d, nil
}

// subject is what an event is about.
type subject int

const (
	issueSubject    subject = iota // the issue, or the pull request
	parentSubject                  // of two issues, the one above
	wikiSubject                    // the repository's wiki
	labelSubject                   // a label of the repository
	releasesSubject                // what was released or deployed
)

// subjectOf tells where in an event's payload the key is, or why there is
// none to look for.
func subjectOf(event string) (s subject, reason string) {
	switch event {
	case "issues", "issue_comment", "pull_request":
		return issueSubject, ""
	case "sub_issues":
		return parentSubject, ""
	case "gollum":
		return wikiSubject, ""
	case "label":
		return labelSubject, ""
	case "release", "deployment_status":
		return releasesSubject, ""
	case "ping":
		return 0, "ping"
	case "installation", "installation_repositories":
		return 0, "no rule depends on this event"
	}
	return 0, "unknown event"
}

// payload is the few parts of a payload that matter, still as they were sent.
type payload struct {
	action       string
	issue        gjson.Result // or the pull request
	pull         bool         // it is a pull request by its event
	comment      gjson.Result
	parent       gjson.Result
	child        gjson.Result
	label        gjson.Result
	changes      gjson.Result
	release      gjson.Result
	deployment   gjson.Result
	status       gjson.Result // of the deployment
	sender       gjson.Result
	repository   gjson.Result
	parentRepo   gjson.Result
	installation gjson.Result
}

// pick walks over the top level once: a third of the time that one search
// for each field takes, and a twentieth of decoding. What it returns points
// into the body and must not outlive it.
func pick(body []byte) payload {
	var p payload
	gjson.Parse(asText(body)).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "action":
			p.action = value.Str
		case "issue":
			p.issue = value
		case "pull_request":
			p.issue, p.pull = value, true
		case "comment":
			p.comment = value
		case "parent_issue":
			p.parent = value
		case "sub_issue":
			p.child = value
		case "label":
			p.label = value
		case "changes":
			p.changes = value
		case "release":
			p.release = value
		case "deployment":
			p.deployment = value
		case "deployment_status":
			p.status = value
		case "sender":
			p.sender = value
		case "repository":
			p.repository = value
		case "parent_issue_repo":
			p.parentRepo = value
		case "installation":
			p.installation = value
		}
		return true
	})
	return p
}

// asText is the body itself, which what is found in it points into.
func asText(body []byte) string {
	return unsafe.String(unsafe.SliceData(body), len(body)) //nolint:gosec // gjson reads strings; a copy of each body would be most of what a request allocates
}

// key names what may have changed, or says why it can't.
func (p payload) key(s subject) (key incident.Key, reason string) {
	repo, issue := p.repository, p.issue
	if s == parentSubject {
		issue = p.parent
		if p.parentRepo.IsObject() {
			repo = p.parentRepo
		}
	}
	owner, name, ok := splitName(repo.Get("full_name").Str)
	if !ok {
		return incident.Key{}, "the payload names no repository"
	}
	switch s {
	case wikiSubject:
		return incident.NewKey(owner, name, incident.TheWiki), ""
	case labelSubject:
		return incident.NewKey(owner, name, incident.TheLabels), ""
	case releasesSubject:
		return incident.NewKey(owner, name, incident.TheReleases), ""
	case issueSubject, parentSubject:
	}
	number := issue.Get("number").Int()
	if number <= 0 || number > math.MaxInt32 {
		return incident.Key{}, "the payload names no issue"
	}
	if s == parentSubject && p.elsewhere(owner) {
		return incident.Key{}, "the parent belongs to another owner, whose own installation is told"
	}
	return incident.NewKey(owner, name, int(number)), ""
}

// elsewhere is whether the installation that sent this can't see the owner:
// an installation belongs to one account.
func (p payload) elsewhere(owner string) bool {
	sent, _, ok := splitName(p.repository.Get("full_name").Str)
	return !ok || !strings.EqualFold(sent, owner)
}

// happened is whether a release has come out, or a deployment has ended other
// than in an environment that will be gone, such as a preview. Every release
// that comes out is "published", whatever else it is called.
func (p payload) happened() bool {
	if p.release.Exists() {
		return p.action == "published"
	}
	switch p.status.Get("state").Str {
	case "success", "failure", "error":
		return !p.deployment.Get("transient_environment").Bool()
	}
	return false
}

// readsLabel is whether a label's event changes what incidents are labelled
// with, of which no issue's event tells: a label that the rules read was made,
// renamed or deleted.
func (r rules) readsLabel(repo incident.Repo, p payload) bool {
	return r.reads(repo, p.label.Get("name").Str) || r.reads(repo, p.renamed())
}

// renamed is the label's former name, or "".
func (p payload) renamed() string { return p.changes.Get("name.from").Str }

// ours are the labels by which an event concerns an incident of a repository.
type ours []string

// relevant is whether the payload itself shows that an incident is concerned:
// one of the labels is on, was just put on or taken off, or is not what it
// was.
func (o ours) relevant(s subject, p payload) bool {
	labelled := p.action == "labeled" || p.action == "unlabeled" || s == labelSubject
	if labelled && o.named(p) {
		return true
	}
	return o.on(p.issue) || o.on(p.parent) || o.on(p.child)
}

// named is whether the label that the payload names is one of ours, or was
// before it was renamed.
func (o ours) named(p payload) bool {
	return o.has(p.label.Get("name").Str) || o.has(p.renamed())
}

func (o ours) on(issue gjson.Result) bool {
	found := false
	issue.Get("labels").ForEach(func(_, label gjson.Result) bool {
		found = o.has(label.Get("name").Str)
		return !found
	})
	return found
}

// has compares as GitHub does, without case.
func (o ours) has(label string) bool {
	for _, l := range o {
		if strings.EqualFold(l, label) {
			return true
		}
	}
	return false
}

// isObject is whether the body is one well-formed JSON object.
//
// gjson checks by recursion, and a stack that overflows ends the process: a
// body with more brackets than any payload has is left to the standard
// library, which takes three times as long and has a limit for nesting.
func isObject(body []byte) bool {
	const usual = 10_000
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '{' {
		return false
	}
	if bytes.Count(body, []byte{'['})+bytes.Count(body, []byte{'{'}) > usual {
		return json.Valid(body)
	}
	return gjson.ValidBytes(body)
}

// splitName takes "owner/name" apart if it can be one.
func splitName(full string) (owner, name string, ok bool) {
	owner, name, ok = strings.Cut(full, "/")
	return owner, name, ok && isName(owner) && isName(name)
}

// isName is whether s may name an account, a repository, an event or a
// delivery: short, and without anything that a path, a log or a marker could
// stumble over.
func isName(s string) bool {
	const longest = 100
	if s == "" || len(s) > longest || s == "." || s == ".." {
		return false
	}
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return true
}

func isNameByte(c byte) bool {
	return isLetter(rune(c)) || isDigit(c) || c == '-' || c == '_' || c == '.'
}
