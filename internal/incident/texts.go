package incident

import (
	"strconv"
	"time"
)

// Texts renders what Hindsight writes. The functions are pure: the same view
// gives the same text, byte for byte, so that a comparison with what is out
// there tells whether there is anything to write.
type Texts interface {
	Tracker(TrackerView) string
	// PageName is the page's name in the wiki, without ".md": flat and safe. In
	// another repository's wiki ([Facts].Wiki) it holds the name of the parent's.
	PageName(Facts) string
	// Page is a new page, from the template that the view names.
	Page(PageView) string
	FollowUp(FollowUpView) (title, body string)
	// Ticket is a follow-up for Jira: the title is plain text, the body Markdown.
	// It says of the incident nothing but its name.
	Ticket(FollowUpView) (title, body string)
	// RefreshPage brings the parts of a page up to date that are Hindsight's own.
	RefreshPage(now string, v PageView) PageRefresh
	// RowKeys are the keys of all rows that a page's timeline has ever had; none
	// where there is no timeline that can take any.
	RowKeys(page string) []string
	// HasPublic is whether anything of a page may be published: a section that
	// is marked public, and not inside an internal one, says something beside
	// its heading and hidden text.
	HasPublic(page string) bool
	// PublicWords are what people wrote in what may be published of a page:
	// without what Hindsight keeps up to date there.
	PublicWords(page string) string
	// HasInternal is whether a section of a page is marked internal.
	HasInternal(page string) bool
	Closing(ClosingView) string
	Why(WhyView) string
	Reply(ReplyView) string
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
	Detected time.Time // zero if nobody said
	Resolved time.Time // zero while it goes on
	Owner    string    // login, or ""
	Roles    Roles
	PageLink string // where the page is or will be; "" if there is none
	// Wiki is the repository in whose wiki the page is or will be; empty for the
	// parent's own.
	Wiki     Repo
	Private  bool // the repository: what is written is not public
	Security bool // a security incident: no more is said than must be
}

// Roles are who does what while the incident goes on: logins.
type Roles struct {
	Commander, Scribe, Liaison string
	Responders                 []string
}

// TrackerView is what the tracker shows.
type TrackerView struct {
	Facts
	Paused   bool // the label is off
	Complete bool
	Status   Status // of the post-mortem
	Page     PageState
	Lines    []TrackerLine
	// Skip is why there is to be no post-mortem: not neutral.
	Skip string
	// Meeting is when the post-mortem is talked about; zero if not said.
	Meeting time.Time
	// CopyLink is where the page's public copy is, or "".
	CopyLink string
	// Serious counts what should not stand on a page that everybody can read.
	Serious int
	// Notes are what people noted for a timeline, in the order of the times,
	// where no page has it.
	Notes []Note
	// Ticking is true where ticking a box here has an effect.
	Ticking bool
	// Refused is how many lines came from people who lack the permission.
	Refused int
	// Proposed are what stands on the page and waits to be accepted: not
	// neutral.
	Proposed []string
	// Untaken is how many lines that are proposed on the page have to be written
	// on the incident instead: fewer people may read that wiki.
	Untaken int
	// Waiting is how many new items want a confirmation first.
	Waiting int
	// From is the mildest severity that gets a page.
	From Severity
	// Doubts are what was not understood behind people's items, and what can't
	// be done as they say.
	Doubts []Doubt
	// Notices say what could not be done, and the next step. Markdown,
	// already neutral.
	Notices []string
	// The labels by which people can act.
	Label, FollowUpLabel, SecurityLabel, ReviewedLabel string
	Ledger                                             Ledger
}

// Doubt is a sentence about a line that a person wrote.
type Doubt struct {
	Text string // quotes people's words: not neutral
	URL  string // where the line can be read, or ""
}

// PageState is how far the page is.
type PageState int

// The states of the page.
const (
	PageComing  PageState = iota // to be made, or being made
	PageExists                   // made
	PageBelow                    // the severity is below the bar
	PageNoWiki                   // the wiki is switched off
	PagePrivate                  // a security incident, and everybody could read the page
	PageBarred                   // the wiki that the configuration names can't be used
	PageSkipped                  // people said that there is to be none
)

// TrackerLine is one follow-up in the checklist.
type TrackerLine struct {
	Issue Key    // the number is 0 until it was opened
	Name  string // a ticket's, such as "OPS-12"; "" for an issue
	Other bool   // in another repository than the parent
	URL   string // "" until it was opened
	Text  string // not neutral; "" for what must not be shown here
	State State
	Owner string
	// Assignee is who has a ticket in Jira, where no login is known; not neutral.
	Assignee string
	// Place is where one goes that was not opened yet: a Jira project's key, or "";
	// Why is what keeps it from being opened, or from being as was ordered: neutral
	// Markdown, or "".
	Place, Why string
	// Secret is true when fewer people may read it than the parent: whom it is
	// assigned to must not be shown.
	Secret bool
	Due    Day
	// Overdue is true for an open one whose day is past in the team's zone.
	Overdue bool
	Snoozed Day
	Type    ItemType
	// Unlisted is true when nobody's line asks for it any more.
	Unlisted bool
	// Raw is true for a line that a person added to the tracker, until its
	// issue is opened: it stays as it is, with its box, since its words stand
	// nowhere else.
	Raw bool
}

// PageView is what the page shows.
type PageView struct {
	Facts
	Reporter string
	Summary  string // the parent's body: not neutral
	Status   Status
	Lines    []TrackerLine
	// Rows are all that the timeline has ever had to say, by time.
	Rows []Row
	// Public is true when everybody can read the page; Asks when its items are
	// followed up only once somebody accepts them.
	Public, Asks bool
	// Built is the name of a built-in template, and Own the repository's own,
	// which counts where there is one.
	Built, Own string
}

// PageRefresh is a page brought up to date.
type PageRefresh struct {
	Text string
	// Changed are the names of the blocks that are not as they were.
	Changed []string
	Blocks  []PageBlock
}

// PageBlock is one of Hindsight's own parts of a page.
type PageBlock struct {
	Name  string // "facts", "timeline"
	State BlockState
}

// BlockState is whether a part of a page is Hindsight's to write.
type BlockState int

// The states of a block.
const (
	BlockOurs    BlockState = iota
	BlockAbsent             // neither of its markers is there
	BlockBroken             // they are not there as a pair, or what they hold can't be read
	BlockChanged            // people have changed what it says
)

// CopyLinks tell which links a page's copy keeps: what leads away from GitHub,
// and into the repository in whose wiki it is, which its readers can read.
type CopyLinks struct {
	Host     string // GitHub's, as in the addresses of repositories; "" keeps no link
	Showcase Repo   // in whose wiki the copy is
	// Hidden repositories are not linked, by whatever host; nor is what is at one
	// of the Sites, the addresses of Jira sites that not everybody can read.
	Hidden []Repo
	Sites  []string
}

// IndexRow is a page's row in the index of its wiki.
type IndexRow struct {
	Page     string // its name: without ".md"
	Date     time.Time
	Severity Severity
	Title    string // not neutral
	Owner    string // login, or ""
	Status   Status
	// Done of Total follow-ups are done; what was dropped or is gone does not
	// count.
	Done, Total int
}

// digest tells rows apart; it is never empty.
func (r IndexRow) digest() string {
	return digest("index", r.Page, r.Date.Format(dayForm), r.Severity.String(), r.Title, r.Owner, string(r.Status),
		strconv.Itoa(r.Done), strconv.Itoa(r.Total))
}

// FollowUpView is what a follow-up's issue shows.
type FollowUpView struct {
	Facts
	Item     ItemKey
	Source   Source
	Words    string // the entry's
	Text     string // the title's words: not neutral
	Line     string // the address where the line can be read
	Author   string // login, or "" for the configuration's
	Owner    string // login, or ""
	Due      Day
	Priority Priority
	Type     ItemType
	Wrote    Written // what the marker is to say
	// Bare is true where nothing of the incident may be shown but its name:
	// in another repository, and of a security incident.
	Bare bool
}

// WhyView is what the question for a reason says.
type WhyView struct{ Facts }

// ReplyView is what the answer to a comment's commands says.
type ReplyView struct {
	ID    ID
	To    int64
	Lines []ReplyLine
	// More is how many more lines there are about which the same could be said.
	More int
	// Help is what can be commanded, when that was asked for.
	Help []CommandForm
	// Checked is set when the page was to be checked.
	Checked *CheckView
	// Withdrawn is true when the page's copy was taken out of the public wiki,
	// whose history keeps it.
	Withdrawn bool
}

// ReplyLine is about one command that could not be carried out.
type ReplyLine struct {
	Quote   string // the line as written: not neutral
	Problem string // a sentence with what to write instead: not neutral
	Why     string // what has to be mended first: neutral Markdown, or ""
	Form    string // the right form, as in "/incident severity sev1"
}

// CheckView is what was found on a page.
type CheckView struct {
	PageLink string
	Findings []Finding
	// Counts is true where no more may be said than how many there are, and
	// Unnamed where customers' names are left out.
	Counts, Unnamed bool
}

// CommandForm is one command as people are shown it.
type CommandForm struct {
	Form string // "/incident started TIME"
	Help string // what it does, in one sentence
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
	// Late is how many of those that were done were done after their day, and
	// LateBy the whole days that the latest of them took longer.
	Late   int
	LateBy int
}
