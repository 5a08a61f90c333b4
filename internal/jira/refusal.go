package jira

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// pauseUnnamed is how long to wait when Jira wants a pause and names no time.
	pauseUnnamed = time.Minute
	// pauseAtLeast keeps a clock that is ahead of Jira's from turning a limit into
	// a storm.
	pauseAtLeast = time.Second
	// pauseAtMost is the longest: a header that names more is broken.
	pauseAtMost = time.Hour
	// lockFirst is how long a site is left alone after a login that failed, and
	// lostFirst after a request to which no answer came: twice as long each time.
	lockFirst, lockLongest = 10 * time.Second, time.Hour
	lostFirst, lostLongest = 2 * time.Second, time.Minute
)

// refusal is a request that did not do what it should.
type refusal struct {
	call   string // "POST /rest/api/2/issue"
	err    error  // what went wrong, where Jira has not said it
	sent   bool   // Jira may have got it
	cut    bool   // its answer broke off
	status int    // 0 when there was no answer
	login  string // what Jira says of how we logged in, see [loginHeader]
	// target is where an answer redirects to, and retry when to come again, if the
	// answer asks for a pause.
	target string
	retry  time.Time
	// said is what Jira has to say, and fields what of single fields, by their id:
	// not neutral.
	said   []string
	fields map[string]string
	redact func(string) string
}

// loginHeader tells of a failed login also where the answer is that for strangers:
// on a public site that is 200, or 404 for a ticket that only members see.
const loginHeader = "X-Seraph-LoginReason"

// answered takes in what the answer says.
func (r *refusal) answered(resp *http.Response, body []byte, now time.Time) {
	r.login = resp.Header.Get(loginHeader)
	if r.fine() {
		return
	}
	r.target = resp.Header.Get("Location")
	r.retry = pause(resp, now)
	r.said, r.fields = parseRefusal(body)
}

// fine is whether the request did what it should.
func (r *refusal) fine() bool {
	return r.status >= 200 && r.status <= 299 && !r.stranger() && !r.captcha()
}

// stranger is whether Jira does not know us.
func (r *refusal) stranger() bool {
	return r.status == http.StatusUnauthorized || strings.Contains(r.login, "AUTHENTICATED_FAILED")
}

// captcha is whether Data Center wants a person to solve a riddle first.
func (r *refusal) captcha() bool { return strings.Contains(r.login, "AUTHENTICATION_DENIED") }

// lost is whether no answer came, or not all of it.
func (r *refusal) lost() bool { return r.status == 0 || r.cut }

// closes is whether more requests are of no use, or do harm: how long at first, and
// at most.
func (r *refusal) closes() (first, longest time.Duration, closes bool) {
	switch {
	case r.lost():
		return lostFirst, lostLongest, true
	case r.stranger() || r.captcha():
		return lockFirst, lockLongest, true
	}
	return 0, 0, false
}

// redirected is whether the answer leads elsewhere.
func (r *refusal) redirected() bool { return r.status >= 300 && r.status <= 399 }

// mayHaveHappened is whether what was asked for may have been done. It was not
// where nobody was reached, or Jira says no.
func (r *refusal) mayHaveHappened() bool {
	return r.sent && (r.status < 300 || r.status >= 500 || r.status == http.StatusRequestTimeout) && !r.stranger() && !r.captcha()
}

// pause is until when Jira wants no more requests; zero if it does not say so.
func pause(resp *http.Response, now time.Time) time.Time {
	after := resp.Header.Get("Retry-After")
	if resp.StatusCode != http.StatusTooManyRequests && (resp.StatusCode != http.StatusServiceUnavailable || after == "") {
		return time.Time{}
	}
	wait := pauseUnnamed
	if seconds, err := strconv.Atoi(strings.TrimSpace(after)); err == nil && seconds >= 0 {
		wait = time.Duration(min(seconds, int(pauseAtMost/time.Second))) * time.Second
	} else if at, err := http.ParseTime(after); err == nil {
		wait = at.Sub(now)
	}
	return now.Add(min(max(wait, pauseAtLeast), pauseAtMost))
}

func (r *refusal) Error() string {
	text := r.call + ": "
	switch {
	case r.status != 0:
		text += fmt.Sprintf("%d %s", r.status, http.StatusText(r.status))
	case !r.sent:
		text += "nobody was reached"
	default:
		text += "the answer was lost"
	}
	if r.redirected() {
		text += " to " + host(r.target)
	}
	if r.err != nil {
		text += ": " + r.err.Error()
	}
	if words := r.words(); words != "" {
		text += ": " + words
	}
	return r.redact(text)
}

// Unwrap tells whether somebody gave up. What else the libraries wrapped is left
// behind: requests hang on it, and on those hang tokens.
func (r *refusal) Unwrap() error {
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(r.err, cause) {
			return cause
		}
	}
	return nil
}

// words are all that Jira said, in one line.
func (r *refusal) words() string {
	words := slices.Clone(r.said)
	for _, id := range slices.Sorted(maps.Keys(r.fields)) {
		words = append(words, id+": "+r.fields[id])
	}
	return strings.Join(words, "; ")
}

// parseRefusal reads what Jira says in an answer that is no success:
// {"errorMessages":["…"],"errors":{"duedate":"…"}} most of the time, and
// {"message":"…"} from what stands before it. Pages for people are nothing.
func parseRefusal(body []byte) (said []string, fields map[string]string) {
	var parts map[string]json.RawMessage
	if json.Unmarshal(body, &parts) != nil {
		return nil, nil
	}
	fields = map[string]string{}
	said = append(texts(parts["errorMessages"]), texts(parts["message"])...)
	var byField map[string]json.RawMessage
	if json.Unmarshal(parts["errors"], &byField) == nil {
		for id, raw := range byField {
			if text := strings.Join(texts(raw), " "); id != "" && text != "" {
				fields[id] = text
			}
		}
	}
	return said, fields
}

// texts are a text, or those of a list.
func texts(raw json.RawMessage) []string {
	var one string
	var many []string
	switch {
	case json.Unmarshal(raw, &one) == nil && strings.TrimSpace(one) != "":
		return []string{one}
	case json.Unmarshal(raw, &many) == nil:
		return slices.DeleteFunc(many, func(s string) bool { return strings.TrimSpace(s) == "" })
	}
	return nil
}
