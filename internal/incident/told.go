package incident

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// errNotYet says that it is not known yet whether a command can be carried
// out: it waits.
var errNotYet = errors.New("something that it depends on is not known yet")

// textKept is how many characters are kept of what people write behind a
// command.
const textKept = 500

func kept(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	if len(runes) <= textKept {
		return string(runes)
	}
	return string(runes[:textKept-1]) + "…"
}

// told is what carries out a command that only sets what people said.
func (d *decision) told(set func(*Told)) (func(), error) {
	return func() { set(&d.ledger().Told) }, nil
}

func readSeverity(d *decision, o order) (func(), error) {
	text := strings.TrimRight(o.args, ".,! ")
	s, ok := d.policy.severityOf(text)
	if !ok {
		s, ok = ParseSeverity("sev" + text) // "1"
	}
	switch {
	case text == "":
		return nil, errors.New("no severity is given: write one of «sev1» (worst) to «sev5»")
	case !ok:
		return nil, fmt.Errorf("%s is no severity: write one of «sev1» (worst) to «sev5»", quoted(text))
	}
	return d.told(func(t *Told) { t.Severity = s })
}

// moment reads a time, and nothing behind it.
func (d *decision) moment(o order, future bool) (time.Time, error) {
	at, rest, err := ParseTime(o.args, d.timeOf(o, future))
	if err == nil && rest != "" {
		err = fmt.Errorf("%s was not understood behind the time: write the time alone", quoted(rest))
	}
	return at.Truncate(time.Second), err
}

func (d *decision) timeOf(o order, future bool) TimeContext {
	started := d.ledger().Told.Started
	if started.IsZero() || o.word == "started" { // else each word on it could move it by a month
		started = d.Parent.CreatedAt
	}
	return TimeContext{
		Written: o.Written, Zone: d.policy.Zone, Load: time.LoadLocation, Started: started, Future: future,
	}
}

// times are those of an incident; zero if not known.
type times struct{ started, detected, resolved time.Time }

// inOrder is nil for times that can follow each other.
func (t times) inOrder() error {
	for _, pair := range []struct {
		first, second       time.Time
		happened, happens string
	}{
		{t.started, t.detected, "started", "detected"},
		{t.started, t.resolved, "started", "resolved"},
		{t.detected, t.resolved, "was detected", "resolved"},
	} {
		if !pair.first.IsZero() && !pair.second.IsZero() && pair.second.Before(pair.first) {
			return fmt.Errorf("it would have been %s at %s, before it %s at %s: correct one of the two",
				pair.happens, shown(pair.second), pair.happened, shown(pair.first))
		}
	}
	return nil
}

func shown(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// resolvedAt is when it was over, as far as is known.
func (d *decision) resolvedAt() time.Time {
	if told := d.ledger().Told.Resolved; !told.IsZero() {
		return told
	}
	return d.Parent.ClosedAt
}

func readStarted(d *decision, o order) (func(), error) {
	at, err := d.moment(o, false)
	if err == nil {
		err = times{at, d.ledger().Told.Detected, d.resolvedAt()}.inOrder()
	}
	if err != nil {
		return nil, err
	}
	return d.told(func(t *Told) { t.Started = at })
}

// readDetected compares with the start only if people told it: an issue is
// opened after something was noticed.
func readDetected(d *decision, o order) (func(), error) {
	at, err := d.moment(o, false)
	if err == nil {
		err = times{d.ledger().Told.Started, at, d.resolvedAt()}.inOrder()
	}
	if err != nil {
		return nil, err
	}
	return d.told(func(t *Told) { t.Detected = at })
}

func readResolved(d *decision, o order) (func(), error) {
	at := o.Written
	var err error
	if o.args != "" {
		at, err = d.moment(o, false)
	}
	t := times{d.ledger().Told.Started, d.ledger().Told.Detected, at.UTC().Truncate(time.Second)}
	if t.started.IsZero() {
		t.started = d.Parent.CreatedAt
	}
	if err == nil {
		err = t.inOrder()
	}
	if err != nil {
		return nil, err
	}
	return d.told(func(told *Told) { told.Resolved = t.resolved })
}

func readMeeting(d *decision, o order) (func(), error) {
	if isNobody(o.args) {
		return d.told(func(t *Told) { t.Meeting = time.Time{} })
	}
	at, err := d.moment(o, true)
	if err != nil {
		return nil, err
	}
	return d.told(func(t *Told) { t.Meeting = at })
}

// readNote remembers when it happened: a later edit of the comment changes
// what "10m ago" means. The words are read from the comment again.
func readNote(d *decision, o order) (func(), error) {
	at, text, err := d.note(o)
	if err == nil && text == "" {
		err = errors.New("no text is given: write what happened")
	}
	if err != nil {
		return nil, err
	}
	return func() {
		l := d.ledger()
		l.Noted = append(l.Noted, Noted{Key: o.key, At: at})
	}, nil
}

func (d *decision) note(o order) (at time.Time, text string, err error) {
	at, text, err = ParseTime(o.args, d.timeOf(o, false))
	if errors.Is(err, ErrNoTime) {
		at, err = o.Written, nil
	}
	return at.UTC().Truncate(time.Second), kept(text), err
}

func isNobody(text string) bool {
	switch strings.ToLower(text) {
	case "none", "nobody", "no one", "-":
		return true
	}
	return false
}

// person reads a login, with or without "@".
func (o order) person(text string) (string, error) {
	login := strings.TrimLeft(strings.TrimRight(text, ".,;:!"), "@")
	if strings.EqualFold(text, "me") {
		login = o.Author.Login
	}
	switch {
	case login == "":
		return "", errors.New("nobody is named: write «@login», or «none» for nobody")
	case teamForm.MatchString("@" + login):
		return "", fmt.Errorf("%s is a team: write a person's «@login»", quoted(text))
	case !loginForm.MatchString("@" + login):
		return "", fmt.Errorf("%s is no login: write «@login», or «none» for nobody", quoted(text))
	}
	return login, nil
}

// readRole reads the one person who is to be in a role.
func readRole(role func(*Told) *string) func(*decision, order) (func(), error) {
	return func(d *decision, o order) (func(), error) {
		if isNobody(o.args) {
			return d.told(func(t *Told) { *role(t) = "" })
		}
		if len(strings.Fields(o.args)) > 1 {
			return nil, fmt.Errorf("%s is more than one login: write only one", quoted(o.args))
		}
		login, err := o.person(o.args)
		if err != nil {
			return nil, err
		}
		return d.told(func(t *Told) { *role(t) = login })
	}
}

// respondersKept is how many responders are shown.
const respondersKept = 30

func readResponders(d *decision, o order) (func(), error) {
	if isNobody(o.args) {
		return d.told(func(t *Told) { t.Responders = nil })
	}
	var logins []string
	for _, word := range listed(o.args) {
		login, err := o.person(word)
		if err != nil {
			return nil, err
		}
		if !HasLabel(logins, login) { // compared as labels are: without case
			logins = append(logins, login)
		}
	}
	switch {
	case len(logins) == 0:
		return nil, errors.New("nobody is named: write «@login @login», or «none» for nobody")
	case len(logins) > respondersKept:
		return nil, fmt.Errorf("these are more than %d people: name those who did most", respondersKept)
	}
	return d.told(func(t *Told) { t.Responders = logins })
}

// readHelp has nothing to carry out: the answer is a reply.
func readHelp(*decision, order) (func(), error) { return func() {}, nil }

func readStart(d *decision, o order) (func(), error) {
	if err := o.alone(); err != nil {
		return nil, err
	}
	return d.told(func(t *Told) { t.Page, t.Skip = true, "" })
}

func readSkip(d *decision, o order) (func(), error) {
	if o.args == "" {
		return nil, errors.New("no reason is given: write why there is to be no post-mortem")
	}
	return d.told(func(t *Told) { t.Page, t.Skip = false, kept(o.args) })
}

// alone is an error when something follows the verb.
func (o order) alone() error {
	if o.args != "" {
		return fmt.Errorf("%s was not understood: write the command alone", quoted(o.args))
	}
	return nil
}

var notLetters = regexp.MustCompile(`[^a-z]+`)

func readStatus(d *decision, o order) (func(), error) {
	var status Status
	switch notLetters.ReplaceAllString(strings.ToLower(o.args), "") {
	case "draft":
		status = Draft
	case "inreview", "review", "reviewing":
		status = InReview
	case "reviewed":
		status = Reviewed
	case "closed", "close":
		status = Closed
	case "":
		return nil, errors.New("no status is given: write one of «draft», «in review», «reviewed» or «closed»")
	default:
		return nil, fmt.Errorf("%s is no status: write one of «draft», «in review», «reviewed» or «closed»", quoted(o.args))
	}
	return d.told(func(t *Told) { t.Status = status })
}

func notBuilt(_ *decision, o order) (func(), error) {
	return nil, fmt.Errorf("«/%s %s» is not built yet: nothing was done", o.verb.name, o.verb.word)
}

func readAccept(*decision, order) (func(), error) {
	return nil, errors.New("the page is not read yet, so nothing is proposed there that could be accepted: " +
		"write follow-ups here, with «/followup TITLE»")
}

// refsTaken is how many follow-ups one line may name.
const refsTaken = 50

// issues are those that words name.
func (d *decision) issues(words []string) ([]Key, error) {
	var keys []Key
	for _, word := range words {
		key, ok := d.referred(word)
		if !ok {
			return nil, fmt.Errorf("%s names no follow-up: write its number, such as «#77»", quoted(word))
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	switch {
	case len(keys) == 0:
		return nil, errors.New("no follow-up is named: write its number, such as «#77»")
	case len(keys) > refsTaken:
		return nil, fmt.Errorf("these are more than %d follow-ups: write several commands", refsTaken)
	}
	return keys, nil
}

func (w World) referred(word string) (Key, bool) {
	word = strings.TrimRight(word, ".:!?)")
	number := strings.TrimPrefix(word, "#")
	if anyIssue.MatchString(word) && len(number) < 10 {
		return Key{w.Parent.Key.Repo, atoi(number)}, true
	}
	key, err := ParseKey(word)
	return key, err == nil
}

// followUpOf is the entry of an issue that a command names.
func (d *decision) followUpOf(key Key) (*Entry, error) {
	e := d.ledger().at(key, d.Parent.Key.Repo)
	switch {
	case e == nil && d.undecided:
		return nil, errNotYet
	case e == nil:
		return nil, fmt.Errorf("%s is no follow-up of this incident: the checklist above lists them", quoted(d.nameOf(key)))
	}
	if d.gone(e.Issue) {
		return nil, fmt.Errorf("%s is gone: it was deleted, or is a discussion now", quoted(d.nameOf(key)))
	}
	return e, nil
}

// at is the entry of an issue, for a parent in the repository.
func (l *Ledger) at(issue Key, parent Repo) *Entry {
	for i, e := range l.Items {
		if e.Opened() && e.Issue.In(parent) == issue {
			return &l.Items[i]
		}
	}
	return nil
}

// readDone reads the follow-ups that are to be closed, or opened again: all
// of them, or none if one is wrong.
func readDone(state State) func(*decision, order) (func(), error) {
	return func(d *decision, o order) (func(), error) {
		keys, err := d.issues(listed(o.args))
		if err != nil {
			return nil, err
		}
		var entries []*Entry
		for _, key := range keys {
			e, err := d.followUpOf(key)
			if err == nil {
				err = d.maySet(o, key)
			}
			if err != nil {
				return nil, err
			}
			entries = append(entries, e)
		}
		return func() {
			for _, e := range entries {
				e.Want = state
			}
		}, nil
	}
}

// maySet is nil for a follow-up that the one who commands may close: in
// another repository than the parent's, that takes the permission there.
func (d *decision) maySet(o order, key Key) error {
	if f, seen := d.followUp(RefTo(key, d.Parent.Key.Repo)); seen && f.Pull {
		return fmt.Errorf("%s is a pull request, which people merge or close themselves", quoted(d.nameOf(key)))
	}
	if key.Repo == d.Parent.Key.Repo {
		return nil
	}
	line := o.there(key.Repo)
	switch v := d.verdict(line, Item{Author: o.Author}); {
	case v == Allowed:
		return nil
	case v == Denied:
		d.refuse(line)
	case !slices.Contains(d.ledger().Refused, line):
		return errNotYet
	}
	return fmt.Errorf("who wrote this has no triage permission in %s: ask somebody who has it", key.Repo)
}

// there is the line under which the verdict of another repository is known.
func (o order) there(repo Repo) ItemKey { return ItemKey(digest(string(o.key), string(repo))) }

// stillWanted is whether a follow-up that the command names is not yet as was
// ordered.
func stillWanted(d *decision, o order) bool {
	for _, word := range listed(o.args) {
		if key, ok := d.referred(word); ok {
			if e := d.ledger().at(key, d.Parent.Key.Repo); e != nil && e.Want != "" {
				return true
			}
		}
	}
	return false
}

// readSnooze reads "#77 2w REASON", and "2w #77 REASON".
func readSnooze(d *decision, o order) (func(), error) {
	names, rest := cutIssues(o.args)
	span, rest, err := ParseSpan(rest)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		names, rest = cutIssues(rest)
	}
	keys, err := d.issues(names)
	if err != nil {
		return nil, err
	}
	if rest == "" {
		return nil, errors.New("no reason is given: write why it can wait")
	}
	var entries []*Entry
	for _, key := range keys {
		e, err := d.followUpOf(key)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	until := Day(span.After(civil(o.Written.In(d.policy.Zone))).Format(dayForm))
	return func() {
		for _, e := range entries {
			e.Snoozed = until
		}
	}, nil
}

// cutIssues cuts the names of issues off the front.
func cutIssues(text string) (names []string, rest string) {
	for {
		first, left := text, ""
		if end := strings.IndexFunc(text, blank); end >= 0 {
			first, left = text[:end], text[end:]
		}
		first = strings.TrimRight(first, ",;:")
		if !explicitIssue.MatchString(first) {
			return names, text
		}
		names, text = append(names, first), strings.TrimFunc(left, blank)
	}
}
