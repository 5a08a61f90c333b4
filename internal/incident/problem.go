package incident

import (
	"errors"
	"fmt"
	"time"
)

// Part is a piece of the work that can fail by itself. A part in trouble
// holds up no other.
type Part string

// The parts, in the order in which people should see them happen.
const (
	TrackerPart   Part = "tracker"
	PagePart      Part = "page"
	PublishPart   Part = "publishing"
	FollowUpsPart Part = "follow-ups"
	AnswersPart   Part = "answers"
	ClosingPart   Part = "closing"
)

// Problem is why a part could not be finished, and when it is tried again.
type Problem struct {
	// Text is for people: the thing, the reason, the next step. Markdown,
	// already neutral.
	Text string `json:"text"`
	// Show is true when a person has something to do, or when it has failed
	// often enough that keeping quiet would be silence.
	Show     bool `json:"show"`
	Attempts int  `json:"attempts"`
	// NotBefore holds the part back. It is zero for what a person can mend:
	// any news may be that it has been mended.
	NotBefore time.Time `json:"not_before,omitzero"`
	// RetryAt is when the part is tried again without news.
	RetryAt time.Time `json:"retry_at"`
}

// showAfter is how many failures in a row are no longer a hiccup.
const showAfter = 3

// What is said of a part whose failure is nobody's to mend.
func (p Part) failing() string {
	switch p {
	case PagePart:
		return "The post-mortem page could not be made, or brought up to date, yet."
	case PublishPart:
		return "The page's copy in the public wiki could not be changed yet."
	case FollowUpsPart:
		return "Not all follow-ups could be opened yet."
	case AnswersPart:
		return "Commands could not be answered, or their labels put on, yet."
	case ClosingPart:
		return "It could not be said yet whether all is done."
	case TrackerPart:
	}
	if site, ok := p.Site(); ok {
		return "Not all tickets at " + code(site.Address()) + " could be opened, or brought up to date, yet."
	}
	return "The tracker could not be brought up to date yet."
}

// host is who carries out what the part does.
func (p Part) host() string {
	if _, ok := p.Site(); ok {
		return "Jira"
	}
	return "GitHub"
}

// How long a part in trouble rests: longer each time. What waits for a person
// rests longest, because their news wakes it.
const (
	firstRest   = 5 * time.Second
	longestRest = 15 * time.Minute
	blockedRest = time.Minute
	longestWait = 6 * time.Hour
)

func rest(first, longest time.Duration, attempts int) time.Duration {
	return min(first<<min(attempts, 20), longest)
}

// NewProblem makes a problem of a part's error, given the one before it.
func NewProblem(part Part, err error, before Problem, now time.Time) Problem {
	p := Problem{Attempts: before.Attempts + 1}
	p.RetryAt = now.Add(rest(firstRest, longestRest, before.Attempts))
	p.NotBefore = p.RetryAt
	var blocked *Blocked
	var later *Later
	switch {
	case errors.As(err, &blocked):
		p.Text, p.Show = blocked.Text, true
		p.NotBefore, p.RetryAt = time.Time{}, now.Add(rest(blockedRest, longestWait, before.Attempts))
		return p
	case errors.As(err, &later):
		p.Text = part.failing() + " " + part.host() + " asked for a pause; it goes on by itself."
		p.Attempts = before.Attempts
		if later.At.After(now) { // else the backoff: a time that is past would be no pause
			p.NotBefore, p.RetryAt = later.At, later.At
		}
	default:
		p.Text = part.failing() + " It is tried again by itself; the server's log says more."
		p.Show = p.Attempts >= showAfter
	}
	if before.Show && !p.Show { // a hiccup mends nothing: the line stays until it works
		p.Text, p.Show = before.Text, true
	}
	return p
}

// Blocked is an error that a person can mend. It is shown on the tracker at
// once and tried again by itself.
type Blocked struct { //nolint:errname // named for what happens next
	Text string // what is wrong and the next step, in Markdown, neutral
	Err  error  // what was seen, for the log; may be nil
	// Whole is true when nothing else of the part can work either: then it is not
	// tried, as with a token that is refused.
	Whole bool
}

func (b *Blocked) Error() string {
	if b.Err == nil {
		return b.Text
	}
	return fmt.Sprintf("%s (%v)", b.Text, b.Err)
}

func (b *Blocked) Unwrap() error { return b.Err }

// Later is an error that names the time before which trying again is useless
// or forbidden, as with rate limits.
type Later struct { //nolint:errname // named for what happens next
	At  time.Time
	Err error
}

func (l *Later) Error() string {
	return fmt.Sprintf("not before %s: %v", l.At.UTC().Format(time.RFC3339), l.Err)
}

func (l *Later) Unwrap() error { return l.Err }

// Unsure is an error that does not say whether what was asked for was done: the
// answer was lost.
type Unsure struct { //nolint:errname // named for what happens next
	Err error
}

func (u *Unsure) Error() string { return "it may have been done: " + u.Err.Error() }

func (u *Unsure) Unwrap() error { return u.Err }

// Missing is an error that says the thing is not there (404, 410): a fact,
// not a failure.
type Missing struct { //nolint:errname // named for what happens next
	What string
	// Moved is where it is by now, when GitHub says so.
	Moved Key
}

// Changed is an error that says the world is not any more as it was when the
// effect was decided: nothing was done, and it is decided anew.
type Changed struct { //nolint:errname // named for what happens next
	What string
}

func (c *Changed) Error() string { return c.What + " has changed meanwhile" }

func (m *Missing) Error() string { return m.What + " does not exist, or the app may not see it" }

// Paused is an error that says nothing can be written here until something
// changes that a webhook or a sweep will tell: an archived repository, a
// suspended installation. It is logged, and not tried again by itself.
type Paused struct { //nolint:errname // named for what happens next
	Why string
}

func (p *Paused) Error() string { return "paused: " + p.Why }
