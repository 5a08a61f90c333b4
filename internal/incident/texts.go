package incident

import "time"

// Texts renders what Hindsight writes. The functions are pure: the same view
// gives the same text, byte for byte, so that a comparison with what is out
// there tells whether there is anything to write.
type Texts interface {
	Tracker(TrackerView) string
	// PageName is the page's name in the wiki, without ".md": flat and safe.
	PageName(Facts) string
	Page(PageView) string
	FollowUp(FollowUpView) (title, body string)
	Closing(ClosingView) string
}

// Facts are what every text may say of an incident.
type Facts struct {
	ID       ID
	Key      Key
	Title    string // as people wrote it: not neutral
	URL      string
	Severity Severity
	Guessed  bool      // no severity label: the configured default
	Date     time.Time // midnight of the day it started, in the team's zone
	Started  time.Time
	Resolved time.Time // zero while it goes on
	Owner    string    // login, or ""
	PageLink string    // where the page is or will be; "" if there is none
	Private  bool      // the repository: what is written is not public
}

// TrackerView is what the tracker shows.
type TrackerView struct {
	Facts
	Paused   bool // the label is off
	Complete bool
	Reviewed bool // a label says that the page has been reviewed
	Page     PageState
	Lines    []TrackerLine
	// Refused is how many lines came from people who lack the permission.
	Refused int
	// Waiting is how many new items want a confirmation first.
	Waiting int
	// Unknown is how many commands are not understood yet.
	Unknown int
	// From is the mildest severity that gets a page.
	From Severity
	// Notices say what could not be done, and the next step. Markdown,
	// already neutral.
	Notices []string
	Ledger  Ledger
}

// PageState is how far the page is.
type PageState int

// The states of the page.
const (
	PageComing  PageState = iota // to be made, or being made
	PageExists                   // made
	PageBelow                    // the severity is below the bar
	PageNoWiki                   // the wiki is switched off
	PagePrivate                  // a security incident in a public repository
)

// TrackerLine is one follow-up in the checklist.
type TrackerLine struct {
	Number int    // of the issue; 0 until it was opened
	Text   string // not neutral
	State  State
	Owner  string
}

// PageView is what a new page shows.
type PageView struct {
	Facts
	Reporter string
	Labelled time.Time
	Summary  string // the parent's body: not neutral
}

// FollowUpView is what a follow-up's issue shows.
type FollowUpView struct {
	Facts
	Item   ItemKey
	Source Source
	Words  string // the entry's
	Text   string // not neutral
	Line   string // the address where the line can be read
	Author string // login, or "" for the configuration's
}

// ClosingView is what the comment at the end says.
type ClosingView struct {
	Facts
	Complete bool
	Done     int
	Dropped  int
	OpenLeft int
	HasPage  bool
	ToPage   time.Duration // from the label to the page
}
