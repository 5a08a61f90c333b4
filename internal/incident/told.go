package incident

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// notYetError says that it is not known yet whether a command can be carried
// out: it waits.
type notYetError struct {
	after time.Duration // until it is worth looking again; 0 where there will be news
}

func (notYetError) Error() string { return "something that it depends on is not known yet" }

// textKept is how many characters are kept of what people write behind a
// command.
const textKept = 500

// kept is a text as it is kept: one line that is not too long.
func kept(text string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD")))
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
	s, ok := d.policy.severityTold(o.args)
	switch {
	case o.args == "":
		return nil, errors.New("no severity is given: write one of «sev1» (worst) to «sev5»")
	case !ok:
		return nil, fmt.Errorf("%s is no severity: write one of «sev1» (worst) to «sev5»", quoted(o.args))
	}
	return d.told(func(t *Told) { t.Severity = s })
}

// severityTold is the severity that the words of a command name: "1" is one.
func (p Policy) severityTold(words string) (Severity, bool) {
	words = strings.TrimRight(words, ".,! ")
	if s, ok := p.severityOf(words); ok {
		return s, true
	}
	return ParseSeverity("sev" + words)
}

func severityPending(d *decision, _ order) bool {
	l, ordered := d.severityOrdered()
	return ordered && l.pending()
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
		first, second     time.Time
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

func statusPending(d *decision, _ order) bool {
	l, ordered := d.statusOrdered()
	return ordered && l.pending()
}

// readAccept accepts what the tracker has shown to be proposed. What was
// proposed since is shown first.
func readAccept(d *decision, _ order) (func(), error) {
	shown := d.shown()
	switch {
	case len(shown) > 0:
		good, err := d.acceptable(shown)
		return func() { d.takeProposed(good) }, err
	case len(d.proposed) > 0:
		return nil, notYetError{proposedEvery}
	case d.narrow():
		return nil, errors.New("fewer people may read the page than this, so what is proposed there is not taken over: " +
			"write it in a comment here, under the heading Follow-ups")
	case d.unread: // a wiki that does not answer is not asked all the time
		return nil, d.nextReading()
	case slices.ContainsFunc(d.ledger().Items, func(e Entry) bool { return e.Source == FromPage }):
		return func() {}, nil // accepted before, perhaps by this very word: of what was cut off only the effect is known
	}
	return nil, errors.New("nothing is proposed on the page: write lines such as «- [ ] Alert on certificate age» there, " +
		"under «Proposed», or follow-ups here")
}
