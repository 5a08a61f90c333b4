package incident

import "time"

// World is what one look found: the parent, what hangs on it, and what
// Hindsight remembers of what it made. It is a value: planning changes
// nothing in it.
type World struct {
	Repository Repository
	Parent     Issue
	// Trackers and Closings are our own comments on the parent, by their
	// markers, oldest first. There should be one of each.
	Trackers []Tracker
	Closings []ClosingComment
	// Replies are our own answers to commands, oldest first.
	Replies []Reply
	// TrackerGone is true when the tracker that the record names was asked
	// for by its id and is not there any more.
	TrackerGone bool
	// Items are the checklist lines that people wrote to be followed up, and
	// Commands the commands, in the order in which they were found.
	Items    []Item
	Commands []Command
	// PullsLeft is how many pull requests that refer to the parent were not
	// read, since there are so many.
	PullsLeft int
	// Ticks are boxes in the tracker that people have ticked or unticked since
	// it was written, in the order in which they did; lines that they added
	// are Items of the source [FromTracker].
	Ticks []Tick
	// Edits is the newest edit of the tracker that Ticks come from, and EditsAt
	// when the tracker had last changed by then.
	Edits   string
	EditsAt time.Time
	// NoHistory is true on a host that does not tell who edited a text:
	// then no tick in the tracker counts.
	NoHistory bool
	// Wiki is whose wiki the page is in, or is to be.
	Wiki Place
	// Page is what the page says, "" where it is not there or was not read, or
	// is not this incident's.
	Page string
	// PageUnread is true when the page could not be read: what is proposed
	// there is not among the items. PageGone is true when it was asked for, and
	// is not there or does not carry this incident's marker any more.
	PageUnread, PageGone bool
	// PageWhy is what people have to mend before it can be read, and the next
	// step: neutral Markdown, or "" for what may pass by itself.
	PageWhy string
	// IndexedSince is since when there is the index of the page's wiki: a row that
	// was written into one before it is to be written again. Zero where that is
	// not known.
	IndexedSince time.Time
	// Findings are what is wrong with the page as it is read; Checked is whether
	// that is known.
	Findings []Finding
	Checked  bool
	// CopyFindings are the serious ones in the page's copy as it would go out, and
	// as it is read: comments and markup can hide on the page what its copy shows.
	// They say nothing of lines. Only looked for where Showcase is.
	CopyFindings []Finding
	// Showcase is the public wiki that the configuration names, and Shown what
	// the copy says that the ledger tells of ([Copy]), "" where there is none. Only
	// looked up where they are wanted: [ShowcaseWanted].
	Showcase Place
	Shown    string
	// Template is the repository's own template for the page, "" for none, and
	// TemplateError why it can't be used: neutral Markdown, or "". Both are read
	// only until there is a page.
	Template, TemplateError string
	// Events are what the outside tells of what happened, in no order, and
	// EventsAsked what they answer for good: see [EventsWanted]. EventsUnread says
	// what could not be asked for: neutral Markdown, or "". EventsPass is whether
	// that may pass by itself.
	Events       []Event
	EventsAsked  EventQuery
	EventsUnread string
	EventsPass   bool
	// FollowUps are the issues that carry our marker for this parent, or
	// that the record or an item names. Two may name one item: the lower
	// number counts.
	FollowUps []FollowUp
	// SubIssues are the issues that hang under the parent by GitHub's word,
	// by whoever's hand.
	SubIssues []FollowUp
	// Labelling is who put the incident label on last. Only looked up until
	// the incident is accepted.
	Labelling Labelling
	// Verdicts answer [Asks] and [Questions.May], by [Ask.Line].
	Verdicts map[ItemKey]Verdict
	// Places answer [Questions.Places]: repositories that items name. One
	// with the id 0 can't be seen: Hindsight is not installed there, or it
	// does not exist.
	Places map[Repo]Repository
	// Assignable answers [Questions.Assignable].
	Assignable map[Assignment]Verdict
	// Projects are those in Jira that the operator lets the parent's owner use, the
	// default first; none where Jira is not connected.
	Projects []Project
	// Offers answer [Questions.Offers], and Tickets [Questions.Tickets]: what was
	// found is among FollowUps, and a zero key is of what can't be adopted.
	Offers  map[TicketKind]Offer
	Tickets map[TicketRef]Key
	// Troubles are what is wrong with Jira sites, where people are to be told of it:
	// neutral Markdown.
	Troubles map[Repo]string
	// Record is what is remembered. Its ledger has been united with the one
	// that the tracker carries.
	Record Record
	// Foreign is true when our tracker on the parent is another incident's:
	// the issue has been transferred to where it is.
	Foreign bool
	// Busy parts have effects under way, or failed in this very run: nothing
	// is planned for them. Failed are those that failed: nothing waits for them.
	Busy, Failed map[Part]bool
	// ConfigError is why the repository's configuration could not be used,
	// for people, or "". Neutral Markdown.
	ConfigError string
}

// Tracker is a comment of ours that carries the tracker's marker.
type Tracker struct {
	ID     int64
	Body   string
	Paused bool // it says that the label is off
}

// Reply is a comment of ours that answers the commands in another one.
type Reply struct {
	ID   int64
	To   int64 // the comment that it answers
	Body string
}

// Tick is a box in the tracker that a person has ticked or unticked.
type Tick struct {
	Issue  Key
	Ticked bool
	By     Actor
	// Edit names the edit for good.
	Edit string
}

// ClosingComment is a comment of ours that says complete, or open again.
type ClosingComment struct {
	ID       int64
	Complete bool
}

// Command is a line that begins with a slash, such as "/followup Call back".
type Command struct {
	Name    string // "followup"
	Rest    string // what follows the name, trimmed
	Comment int64
	URL     string // where the line can be read
	Author  Actor
	Written time.Time // when the comment was written or last edited
}

// Repository is what Hindsight needs to know of the parent's repository.
type Repository struct {
	ID       int64  // GitHub's, which a new name does not change
	FullName string // as GitHub spells it
	URL      string // the page for people
	Private  bool   // private or internal: not everybody can read it
	Internal bool   // private, but everybody in the enterprise can read it
	HasWiki  bool   // the feature is on; says nothing of a first page
	Archived bool   // nothing can be written
	// PushedAt is when somebody last pushed: until it changes, no file has.
	PushedAt time.Time
}

// Issue is an issue or a pull request.
type Issue struct {
	Key         Key
	ID          int64  // GitHub's id, which is not the number
	Node        string // GitHub's other id, by which the body's history is asked for
	URL         string
	Title       string
	Body        string
	Author      Actor
	AppID       int64 // the App that wrote it on nobody's behalf, or 0
	Labels      []string
	Assignees   []string // logins
	PullRequest bool
	State       State // a pull request is done when it was merged, else dropped
	Reopened    bool  // open again after having been closed
	Locked      bool  // only people with write permission can comment or react
	Comments    int   // how many there are
	CreatedAt   time.Time
	UpdatedAt   time.Time
	ClosedAt    time.Time // zero while open
}

// State is what a closed issue was closed as.
type State string

// The states of an issue, as the checklist counts them.
const (
	Open    State = "open"
	Done    State = "done"    // closed as completed
	Dropped State = "dropped" // closed as not planned, or as a duplicate
	Gone    State = "gone"    // deleted, or converted to a discussion
)

// Actor is an account on GitHub.
type Actor struct {
	Login string
	Bot   bool // an App or a machine account that GitHub marks as one
}

// Comment is a comment on an issue or pull request.
type Comment struct {
	ID        int64
	Node      string // GitHub's other id, by which its history is asked for
	URL       string
	Body      string
	Author    Actor
	Ours      bool // written by this App, by GitHub's word
	CreatedAt time.Time
	UpdatedAt time.Time // when it was last edited
}

// Edit is one state of a comment in its history.
type Edit struct {
	ID   string
	By   Actor // empty for an account that is gone
	Ours bool  // by this App
	At   time.Time
	Body string // all of it, as it was after the edit
}

// Labelling says who put a label on, and when. At is zero when that can't be
// found out.
type Labelling struct {
	By Actor
	At time.Time
}

// Verdict answers whether somebody may command Hindsight. The zero value is
// "not known yet": neither yes nor no, to be asked again.
type Verdict int

// The verdicts.
const (
	Unknown Verdict = iota
	Allowed
	Denied
)

// Permission is what somebody may do in a repository: each includes those
// before it.
type Permission int

// The permissions that make a difference.
const (
	NoPermission Permission = iota
	MayRead
	MayTriage
	MayWrite
)

// FollowUp is an issue that is tracked, as it was seen last: one that
// Hindsight opened, or one that people had and adopted.
type FollowUp struct {
	Issue Key     `json:"issue"`
	ID    int64   `json:"id"` // GitHub's id, for attaching it as a sub-issue
	Item  ItemKey `json:"item"`
	// Parent is the id of the parent's repository, by which an incident is told
	// from another one of its name.
	Parent int64 `json:"parent"`
	// Adopted is true for an issue that people had.
	Adopted bool `json:"adopted,omitempty"`
	// Source, Words, Wrote and Lacks repeat the ledger's entry, so that the entry
	// can be made again from the issue's marker alone.
	Source Source       `json:"source,omitempty"`
	Words  string       `json:"words,omitempty"`
	Wrote  Written      `json:"wrote,omitzero"`
	Lacks  TicketFields `json:"lacks,omitempty"`
	Title  string       `json:"title"`
	URL    string       `json:"url"`
	State  State        `json:"state"`
	Owner  string       `json:"owner,omitempty"` // the first assignee's login
	// Name is a ticket's, such as "OPS-12", and Former those that it had, and by
	// which people named it. Assignee is who has it in Jira, where no login is
	// known: not neutral. Due is the day that Jira has. Status is the name of one
	// of which Jira does not say what it means: then State is as it was before.
	Name     string   `json:"name,omitempty"`
	Former   []string `json:"former,omitempty"`
	Assignee string   `json:"assignee,omitempty"`
	Due      Day      `json:"due,omitempty"`
	Status   string   `json:"status,omitempty"`
	// Of is the incident that a ticket's marker names, by an id that this one has or
	// had. Unread is why a ticket could not be read when that was last tried, while
	// its site could: neutral Markdown, or "". What else is told of it is what was
	// known before.
	Of     ID     `json:"of,omitzero"`
	Unread string `json:"unread,omitempty"`
	// Unproven is true of what only the tracker says to be a follow-up: people may
	// edit it. It is listed as gone, and nothing is complete while there is one.
	Unproven bool      `json:"-"`
	Closed   time.Time `json:"closed,omitzero"`
	Pull     bool      `json:"pull,omitempty"` // a pull request, which nobody closes but people
	// Secret is true when fewer people may read it than the parent: then
	// nothing of it is shown but its name and state.
	Secret bool `json:"secret,omitempty"`
	// Snoozes are the commands to snooze it that people wrote on it, with its
	// number, as they are written on the parent.
	Snoozes []Command `json:"snoozes,omitempty"`
	// Moved is where GitHub says it is by now, zero if it has not moved.
	Moved Key       `json:"moved,omitzero"`
	At    time.Time `json:"at"` // when GitHub says it last changed
}
