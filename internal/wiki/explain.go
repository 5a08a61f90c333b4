package wiki

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// limitPause is how long GitHub wants to be left alone after a 429 that names
// no time. Git doesn't pass on whether it named one.
const limitPause = time.Minute

// refusedError is a push that the server refused though nobody was faster.
type refusedError struct {
	reason string
}

func (e *refusedError) Error() string { return "the wiki refused the push: " + e.reason }

// byGit is whether it was refused before the server was asked.
func (e *refusedError) byGit() bool { return strings.HasPrefix(e.reason, "[rejected]") }

// emptyError is a wiki without a commit.
type emptyError struct{}

func (*emptyError) Error() string { return "the wiki has no commit" }

// explain says what a failure means for people, and what happens next; verb
// is what failed.
func (w *Wiki) explain(ctx context.Context, t target, verb string, err error) error {
	if _, ok := errors.AsType[*incident.Blocked](err); ok {
		return err
	}
	if _, ok := errors.AsType[*incident.Missing](err); ok {
		return err
	}
	if ctx.Err() == nil {
		if meaning := w.meaning(t, err); meaning != nil {
			return meaning
		}
	}
	return fmt.Errorf("%s in the wiki of %s: %w", verb, t.repo, err)
}

func (w *Wiki) meaning(t target, err error) error {
	repo := markdown.Text(string(t.repo))
	if _, ok := errors.AsType[*emptyError](err); ok {
		return t.noFirstPage(err)
	}
	if refused, ok := errors.AsType[*refusedError](err); ok && byRule(refused.reason) {
		return &incident.Blocked{Err: err, Text: fmt.Sprintf(
			"The wiki of %s refuses the post-mortem page: %s. Change the rule that says so; the page then follows by itself.",
			repo, markdown.Text(refused.reason))}
	}
	if _, ok := errors.AsType[*diskError](err); ok {
		return &incident.Blocked{Err: err, Text: fmt.Sprintf(
			"The wiki of %s is too large to work with: it takes more than %d MB without its history. "+
				"Remove large files from it, or ask whoever runs Hindsight; the post-mortem then follows by itself.",
			repo, w.options.MaxScratch>>20)}
	}
	failed, ok := errors.AsType[*gitError](err)
	if !ok {
		return nil
	}
	if strings.Contains(failed.stderr, "repository was archived") { // with a 403 that says nothing of permissions
		return &incident.Paused{Why: fmt.Sprintf("%s is archived", t.repo)}
	}
	switch failed.status() {
	case http.StatusNotFound:
		return t.noFirstPage(err)
	case http.StatusUnauthorized, http.StatusForbidden:
		return &incident.Blocked{Err: err, Text: fmt.Sprintf(
			"The app may not write to the wiki of %s: give it the repository permission *Contents: Read and write*, "+
				"and let the owner of the repository accept it. The post-mortem then follows by itself.", repo)}
	case http.StatusTooManyRequests:
		return &incident.Later{At: w.options.Clock().Add(limitPause), Err: err}
	}
	return nil
}

func (t target) noFirstPage(err error) error {
	return &incident.Blocked{Err: err, Text: fmt.Sprintf(
		"The wiki of %s has no first page yet, and only a person can make it: open [the wiki](%s) and create the first page; "+
			"any text will do. If there is no *Wiki* tab, switch wikis on in the repository's settings (for a private repository "+
			"that takes a paid plan), or name another one with `postmortem.wiki`. The post-mortem then follows by itself.",
		markdown.Text(string(t.repo)), t.wiki)}
}

// byRule is whether somebody has set up the server to refuse, rather than the
// server being in trouble.
func byRule(reason string) bool {
	for _, word := range []string{"declined", "protected", "rule violation", "not allowed", "denied"} {
		if strings.Contains(strings.ToLower(reason), word) {
			return true
		}
	}
	return false
}

var (
	statusForm  = regexp.MustCompile(`(?:returned error: |HTTP )([1-5][0-9]{2})\b`)
	missingForm = regexp.MustCompile(`(?m)^fatal: repository '[^']*' not found`)
	// Without a terminal, git can't ask a person for another password.
	passwordForm = regexp.MustCompile(`(?m)^fatal: (could not read Username|Authentication failed) for`)
)

// status is the HTTP status that made git fail, or 0. Git has words of its
// own for 401 and 404; LC_ALL=C keeps them in English.
func (e *gitError) status() int {
	if missingForm.MatchString(e.stderr) {
		return http.StatusNotFound
	}
	if passwordForm.MatchString(e.stderr) {
		return http.StatusUnauthorized
	}
	m := statusForm.FindStringSubmatch(e.stderr)
	if m == nil {
		return 0
	}
	status, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return status
}
