package github

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"

	"hindsight/internal/incident"
)

const (
	// limitUnnamed is how long to wait when GitHub limits and names no
	// time: its documentation asks for a minute.
	limitUnnamed = time.Minute
	// limitAtLeast keeps a clock that is ahead of GitHub's from turning a
	// limit into a storm.
	limitAtLeast = 5 * time.Second
	// limitAtMost is the longest that a limit lasts; a header that names
	// more is broken.
	limitAtMost = time.Hour
)

// failure is a request that did not do what it should, whichever library told.
type failure struct {
	err     error
	status  int // 0 when there was no answer
	header  http.Header
	message string         // GitHub's
	fields  []github.Error // what it says of single fields
	minting bool           // the request was for the token
}

func failureOf(err error) *failure {
	f := &failure{err: err, header: http.Header{}}
	if e, ok := errors.AsType[*github.ErrorResponse](err); ok {
		f.answered(e.Response, e.Message)
		f.fields = e.Errors
	} else if e, ok := errors.AsType[*github.RateLimitError](err); ok {
		f.answered(e.Response, e.Message)
		f.header.Set("X-RateLimit-Remaining", "0")
		f.header.Set("X-RateLimit-Reset", strconv.FormatInt(e.Rate.Reset.Unix(), 10))
	} else if e, ok := errors.AsType[*github.AbuseRateLimitError](err); ok {
		f.answered(e.Response, e.Message)
		f.message += " (secondary rate limit)"
	} else if e, ok := errors.AsType[*ghinstallation.HTTPError](err); ok && e.Response != nil {
		f.minting = true
		f.answered(e.Response, mintMessage(e.Response))
	}
	return f
}

func (f *failure) answered(resp *http.Response, message string) {
	f.message = message
	if resp != nil {
		f.status = resp.StatusCode
		f.header = resp.Header.Clone()
	}
}

// mintMessage reads what ghinstallation leaves unread, and closes it.
func mintMessage(resp *http.Response) string {
	defer func() { _ = resp.Body.Close() }() // only its words were wanted
	var said struct {
		Message string `json:"message"`
	}
	if json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&said) != nil {
		return resp.Status
	}
	return said.Message
}

// classify says what happens next. It is the one place that knows GitHub's
// ways of saying no.
func (f *failure) classify(one call, now time.Time) error {
	if until, limited := f.limitedUntil(now); limited {
		return &incident.Later{At: until, Err: f.plain(one)}
	}
	switch f.status {
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return &incident.Missing{What: one.about + " (it has moved)"}
	case http.StatusNotFound, http.StatusGone:
		return f.classifyMissing(one)
	case http.StatusUnauthorized:
		return fmt.Errorf("GitHub does not know the App's credentials: check its id, its private key and this machine's clock: %w", f.plain(one))
	case http.StatusForbidden:
		return f.classifyForbidden(one)
	case http.StatusUnprocessableEntity:
		return f.classifyRefused(one)
	case http.StatusUnavailableForLegalReasons:
		return &incident.Paused{Why: one.about + " is blocked by GitHub for legal reasons"}
	}
	return f.plain(one)
}

// limitedUntil is when the limit ends, if that is what the answer means.
func (f *failure) limitedUntil(now time.Time) (time.Time, bool) {
	if f.status != http.StatusForbidden && f.status != http.StatusTooManyRequests {
		return time.Time{}, false
	}
	until := now.Add(limitUnnamed)
	said := strings.ToLower(f.message)
	if s, err := strconv.Atoi(f.header.Get("Retry-After")); err == nil {
		until = now.Add(time.Duration(s) * time.Second)
	} else if f.header.Get("X-RateLimit-Remaining") == "0" {
		if s, err := strconv.ParseInt(f.header.Get("X-RateLimit-Reset"), 10, 64); err == nil {
			until = time.Unix(s, 0).UTC()
		}
	} else if f.status == http.StatusForbidden && !strings.Contains(said, "rate limit") && !strings.Contains(said, "abuse") {
		return time.Time{}, false
	}
	if until.Before(now.Add(limitAtLeast)) {
		until = now.Add(limitAtLeast)
	}
	if until.After(now.Add(limitAtMost)) {
		until = now.Add(limitAtMost)
	}
	return until, true
}

// classifyMissing tells issues that are switched off, which a person can
// switch on, from what is not there. A missing installation must not look
// like a missing issue: taking the App off would make all follow-ups count as
// deleted.
func (f *failure) classifyMissing(one call) error {
	if f.minting || one.route == mintRoute {
		return &incident.Paused{Why: "the App is no longer installed for " + one.about}
	}
	if !one.reads() && strings.Contains(strings.ToLower(f.message), "disabled") {
		return &incident.Blocked{
			Text: fmt.Sprintf("GitHub refuses to write to %s: %s. Somebody with admin permission can switch it on in the repository's *Settings → General → Features*.",
				one.about, quote(f.message)),
			Err: f.plain(one),
		}
	}
	if strings.Contains(strings.ToLower(f.message), "disabled") { // all issues are out of sight, not one
		return &incident.Paused{Why: "issues are switched off in " + one.about}
	}
	return &incident.Missing{What: one.about}
}

func (f *failure) classifyForbidden(one call) error {
	said := strings.ToLower(f.message)
	switch {
	case strings.Contains(said, "archived"):
		return &incident.Paused{Why: one.about + " is in an archived repository"}
	case strings.Contains(said, "suspended"):
		return &incident.Paused{Why: "the App's installation for " + one.about + " is suspended"}
	case f.locked():
		return &incident.Blocked{
			Text: fmt.Sprintf("The conversation of %s is locked, and GitHub lets no App write there. "+
				"Somebody with write permission can unlock it with *Unlock conversation* beside it.", one.about),
			Err: f.plain(one),
		}
	case f.lacksPermission():
		return f.lacking(one)
	}
	return &incident.Blocked{
		Text: fmt.Sprintf("GitHub does not let the App do this with %s: %s.", one.about, quote(f.message)),
		Err:  f.plain(one),
	}
}

func (f *failure) classifyRefused(one call) error {
	if f.lacksPermission() {
		return f.lacking(one)
	}
	said := []string{f.message}
	for _, e := range f.fields {
		detail := e.Message
		if detail == "" {
			detail = strings.TrimSpace(e.Field + " " + e.Code)
		}
		said = append(said, detail)
	}
	return &incident.Blocked{
		Text: fmt.Sprintf("GitHub refuses what was to be written to %s: %s.", one.about, quote(strings.Join(said, "; "))),
		Err:  f.plain(one),
	}
}

// lacksPermission is whether the token's permissions are what is missing. The
// second wording is that of minting.
func (f *failure) lacksPermission() bool {
	said := strings.ToLower(f.message)
	return strings.Contains(said, "not accessible by integration") ||
		strings.Contains(said, "permissions requested are not granted")
}

// lockedWord is not part of "blocked", which is another refusal.
var lockedWord = regexp.MustCompile(`(?i)\blocked\b`)

func (f *failure) locked() bool {
	return f.status == http.StatusForbidden && lockedWord.MatchString(f.message)
}

func (f *failure) exists() bool {
	return f.status == http.StatusUnprocessableEntity &&
		slices.ContainsFunc(f.fields, func(e github.Error) bool { return e.Code == "already_exists" })
}

// acceptedForm is what GitHub lists in X-Accepted-GitHub-Permissions:
// "issues=write; pull_requests=write", alternatives apart by semicolons.
var acceptedForm = regexp.MustCompile(`^[a-z_]+=[a-z]+(?:[,;] ?[a-z_]+=[a-z]+)*$`)

func (f *failure) lacking(one call) error {
	needs := one.needs
	if accepted := f.header.Get("X-Accepted-GitHub-Permissions"); acceptedForm.MatchString(accepted) {
		needs = strings.NewReplacer("=", ": ", "; ", " or ", ";", " or ", "_", " ").Replace(accepted)
	}
	return &incident.Blocked{
		Text: fmt.Sprintf("The GitHub App lacks the permission **%s**, which it needs for %s. "+
			"Grant it in the App's settings under *Permissions & events*; then an owner of %s accepts it under *Settings → GitHub Apps*.",
			needs, one.about, one.account()),
		Err: f.plain(one),
	}
}

// account is the owner whose approval counts.
func (c call) account() string {
	if strings.Contains(c.route, " /repos/{owner}") && len(c.args) > 0 {
		return "`" + c.args[0] + "`"
	}
	return "the account"
}

// tokenIsWrong is whether another token may do better: this one was revoked,
// or is older than the permission that was granted meanwhile.
func (f *failure) tokenIsWrong() bool {
	return f.status == http.StatusUnauthorized || (f.status == http.StatusForbidden && f.lacksPermission())
}

// plain is the failure as an error that is safe to show. What the libraries
// wrapped is left behind: requests hang on it, and on those hang tokens.
func (f *failure) plain(one call) error {
	text := redact(f.err.Error())
	if f.status != 0 {
		text = fmt.Sprintf("%d %s", f.status, cmp.Or(redact(f.message), http.StatusText(f.status)))
	}
	text = fmt.Sprintf("%s for %s: %s", one.route, one.about, text)
	if !one.reads() && (f.status == 0 || f.status >= http.StatusInternalServerError) {
		text += " (it may have taken effect: look before trying again)"
	}
	plain := &passingError{text: text, status: f.status, locked: f.locked(), exists: f.exists()}
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(f.err, cause) {
			plain.cause = cause
		}
	}
	return plain
}

// passingError is an error without a meaning of its own: try again.
type passingError struct {
	text   string
	status int   // 0 when there was no answer
	locked bool  // the conversation is
	exists bool  // what was to be created
	cause  error // of package context, or nil
}

func (p *passingError) Error() string { return p.text }

func (p *passingError) Unwrap() error { return p.cause }

// refused is whether GitHub understood the request and did not want it, and
// so has changed nothing.
func refused(err error) bool {
	p, ok := errors.AsType[*passingError](err)
	return ok && p.status == http.StatusUnprocessableEntity
}

// alreadyExists is whether what was refused was to be created, and is there.
func alreadyExists(err error) bool {
	p, ok := errors.AsType[*passingError](err)
	return ok && p.exists
}

// locked is whether what failed is that the conversation is locked.
func locked(err error) bool {
	p, ok := errors.AsType[*passingError](err)
	return ok && p.locked
}
