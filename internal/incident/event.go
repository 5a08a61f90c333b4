package incident

import "time"

// Event is something that happened, as GitHub tells it.
type Event struct {
	// Key names the event for good: "event-123", "release-45".
	Key  string
	Kind EventKind
	At   time.Time
	By   Actor // empty where it is not known
	// Ours is true for what this App did itself.
	Ours bool
	// What it is about: a label, a login, a pull request's title, a release's
	// tag, what was deployed; Where is the environment. Neither is neutral.
	What, Where string
	// URL is where people can see it.
	URL string
}

// EventKind tells events apart.
type EventKind string

// The kinds of events that a timeline may show.
const (
	EventLabelled   EventKind = "labelled"
	EventUnlabelled EventKind = "unlabelled"
	EventAssigned   EventKind = "assigned"
	EventClosed     EventKind = "closed"
	EventReopened   EventKind = "reopened"
	EventMerged     EventKind = "merged"
	EventReleased   EventKind = "released"
	EventDeployed   EventKind = "deployed" // to where it runs, and it worked
	EventFailed     EventKind = "failed"   // a deployment that did not
	// There was more than is told, at the time from which that was asked for;
	// the URL is where people find all.
	EventMoreReleases    EventKind = "more releases"
	EventMoreDeployments EventKind = "more deployments"
)

// EventQuery is what is to be asked for of what happened.
type EventQuery struct {
	// History is whether the parent's own events are wanted.
	History bool
	// Since and Until are the time for which releases and deployments are
	// wanted. None are if Since is zero; until now if Until is.
	Since, Until time.Time
}

// Row is a row of the page's timeline. Once it has been written it is the
// people's: it is known again by its key only, and never written again.
type Row struct {
	Key  string // eight characters
	At   time.Time
	Mark Mark
	// Says is what happened in our words, and Words in people's: not neutral.
	// Either may be empty. By is a login, or "".
	Says, Words, By string
	// Source is what the link to the row's source is called, such as "issue".
	Source, URL string
}

// Mark makes a row stand out.
type Mark string

// The marks of a timeline.
const (
	MarkNone  Mark = ""
	MarkStart Mark = "🔴"
	MarkEnd   Mark = "🟢"
)

// Finding is something that should not stand on a page that more people are to
// read. It never repeats what stands there: who reads of it may not be meant to.
type Finding struct {
	Rule string // such as "secret"; docs/checks.md explains each
	// Line and Column say where, from 1.
	Line, Column int
	// Serious is true for what keeps a page from being published.
	Serious bool
	// Public is true when it stands in a section that is marked public.
	Public bool
	Text   string // one sentence, neutral
}

// Place is another repository, as far as it matters for writing to its wiki.
type Place struct {
	// Repository has the id 0 where it can't be seen, or none is named.
	Repository Repository
	// Accepts is whether its configuration lets the parent's repository write
	// to its wiki; true of the parent's own.
	Accepts bool
	// Misconfigured says why that configuration can't be used, and so lets nobody
	// write: neutral Markdown, or "".
	Misconfigured string
	// Exposes is true when it can't be ruled out that somebody may read it who
	// may not read the parent, and Narrow when it can't be ruled out that
	// somebody may read the parent who may not read it.
	Exposes, Narrow bool
	// Why says what kept this from being known: neutral Markdown, or "".
	Why string
}

// TemplateFile is where a repository keeps its own template for the page.
const TemplateFile = ".github/hindsight/postmortem.md"

// Templates are the names of the built-in templates, the default first.
func Templates() []string { return []string{"default", "pagerduty", "18f", "minimal"} }

// Checks are the names of the rules that a page is looked through by, as
// docs/checks.md explains them.
func Checks() []string {
	return []string{
		"secret", "email", "address", "host", CheckCustomer, "blame", "outage",
		"follow-up", "vague", "empty", "source",
	}
}
