package reconcile

import (
	"context"
	"time"

	"hindsight/internal/incident"
)

// Forge is GitHub as one installation of the App sees it, in the rules' words.
//
// Errors say what happens next: [incident.Missing] (404, 410: a fact),
// [incident.Blocked] (a person can mend it), [incident.Later] (not before a
// time), [incident.Paused] (nothing can be written here); anything else is
// passing and is tried again. No method retries or sleeps longer than pacing
// writes asks for.
type Forge interface {
	Repository(ctx context.Context, repo incident.Repo) (incident.Repository, error)
	// Issue is [incident.Missing] with Moved set where GitHub says that it has
	// been transferred, or its repository renamed.
	Issue(ctx context.Context, key incident.Key) (incident.Issue, error)
	// Comments are all of them, oldest first.
	Comments(ctx context.Context, key incident.Key) ([]incident.Comment, error)
	// Comment asks for the one comment, since a listing may be stale.
	Comment(ctx context.Context, on incident.Key, id int64) (incident.Comment, error)
	// Edits are the newest of a comment's history, the newest first, at most
	// 100; known is false on a host that has no such history. The comment's
	// first text counts as an edit once there is another.
	Edits(ctx context.Context, comment incident.Comment) (edits []incident.Edit, known bool, err error)
	// BodyEdits are the same of an issue's, or pull request's, own text.
	BodyEdits(ctx context.Context, issue incident.Issue) (edits []incident.Edit, known bool, err error)
	// SubIssues hang under the issue; none where the host has no sub-issues.
	SubIssues(ctx context.Context, parent incident.Key) ([]incident.Issue, error)
	// Mentioning are the pull requests of the same repository that mention the
	// issue, by its timeline.
	Mentioning(ctx context.Context, issue incident.Key) ([]incident.Key, error)
	// History are an issue's own events, the oldest first: labelled, unlabelled,
	// assigned, closed, reopened.
	History(ctx context.Context, key incident.Key) ([]incident.Event, error)
	// Happened are the releases and finished deployments of a repository
	// between the times; until now if to is zero. Of very many, the newest, and an
	// event that says so. With [incident.Blocked] come those that could be asked for all the same.
	Happened(ctx context.Context, repo incident.Repo, from, to time.Time) ([]incident.Event, error)
	// Permission is what the person may do there. A lookup that fails is an
	// error; 404 is none.
	Permission(ctx context.Context, repo incident.Repo, login string) (incident.Permission, error)
	// Readers are the logins, in lower case and sorted, of everybody who may
	// read a private repository; [incident.Blocked] where there are too many
	// to be compared, or the App may not know.
	Readers(ctx context.Context, repo incident.Repo) ([]string, error)
	// Assignable is whether issues there can be assigned to the person.
	Assignable(ctx context.Context, repo incident.Repo, login string) (incident.Verdict, error)
	// File is a file's content on the default branch, at most 64 KiB.
	File(ctx context.Context, repo incident.Repo, path string) ([]byte, error)
	// Listed are the issues and pull requests with the label that changed at
	// or after since (zero: ever), open or closed, oldest change first. An
	// empty label means all.
	Listed(ctx context.Context, repo incident.Repo, label string, since time.Time) ([]incident.Issue, error)
	// Commented are the issues and pull requests on which a comment was
	// written or edited at or after since, each with the newest such time.
	Commented(ctx context.Context, repo incident.Repo, since time.Time) (map[incident.Key]time.Time, error)
	// Repositories are those that the installation may see, with the time of
	// their last push.
	Repositories(ctx context.Context) (map[incident.Repo]time.Time, error)

	WriteComment(ctx context.Context, on incident.Key, body string) (incident.Comment, error)
	EditComment(ctx context.Context, on incident.Key, id int64, body string) error
	DeleteComment(ctx context.Context, on incident.Key, id int64) error
	// React is nil too where the conversation is locked.
	React(ctx context.Context, on incident.Key, reaction incident.Reaction) error
	// OpenIssue creates the labels that are not there, in their colours. Whom
	// the issue can't be assigned to is left out.
	OpenIssue(ctx context.Context, in incident.Repo, issue NewIssue) (incident.Issue, error)
	// EditIssue writes what the edit names, and nothing else.
	EditIssue(ctx context.Context, key incident.Key, edit IssueEdit) error
	// AttachSubIssue is nil too where the host has no sub-issues, or the
	// issue is attached already.
	AttachSubIssue(ctx context.Context, parent incident.Key, id int64) error
	CloseAsDuplicate(ctx context.Context, key incident.Key) error
	// AddLabels creates those that are not there, in their colours.
	AddLabels(ctx context.Context, key incident.Key, labels ...incident.Label) error
	RemoveLabel(ctx context.Context, key incident.Key, label string) error
}

// NewIssue is an issue that is to be opened.
type NewIssue struct {
	Title, Body string
	Labels      []incident.Label
	Assignee    string // a login or ""
}

// IssueEdit is what is to change on an issue; the zero value changes nothing.
type IssueEdit struct {
	Title, Body string         // "" leaves it
	Assignees   *[]string      // nil leaves them
	State       incident.State // [incident.Open], [incident.Done], or "" to leave it
}

// Installation is one account that has the App.
type Installation struct {
	ID        int64
	Account   string // the owner's login, as GitHub spells it
	Suspended bool
	CreatedAt time.Time
}

// Forges are all installations.
type Forges interface {
	// Forge does no request by itself.
	Forge(installation int64) Forge
	// Admits is whether the operator serves this owner.
	Admits(ctx context.Context, owner string) (bool, error)
	// Installations are those of allowed owners.
	Installations(ctx context.Context) ([]Installation, error)
	// InstallationOf is the installation that sees the repository;
	// [incident.Missing] if the App is not installed there,
	// [incident.Paused] if its owner is not allowed or it is suspended.
	InstallationOf(ctx context.Context, repo incident.Repo) (int64, error)
	// AppID is the App's id: what carries it, we wrote.
	AppID() int64
}

// Wiki reads and changes pages. Paths are flat, safe file names that end in
// .md. Errors are those of [Forge]; a wiki without a first page is
// [incident.Blocked].
type Wiki interface {
	// Read is what is there of the paths, by path, and the wiki's tip, a commit's
	// name. The host is asked for the tip each time; content is fetched only if
	// it has changed since it was last here. A page of more than 1 MB is
	// [incident.Blocked].
	Read(ctx context.Context, installation int64, repo incident.Repo, paths ...string) (
		pages map[string]string, tip string, err error)
	// Change makes one commit of a change and pushes it. Nothing is ever
	// overwritten: it is made again on the new tip when somebody else's push
	// came first.
	Change(ctx context.Context, installation int64, repo incident.Repo, change PagesChange) error
	// Tip is the wiki's newest commit, by one request: it tells whether
	// anybody changed anything.
	Tip(ctx context.Context, installation int64, repo incident.Repo) (string, error)
}

// PagesChange is a change of some pages of one wiki.
type PagesChange struct {
	// Paths are those that Edit is given, where they are there.
	Paths []string
	// Base is the tip that was read a moment ago, or "": a clone that has it is
	// taken to be up to date, which spares a request. A push tells otherwise.
	Base string
	// Edit gets what is there now, by path, and returns what is to be there of
	// those that are to change; "" removes a page. A new page gets its place
	// only where no other has its name, which is [incident.Blocked]. Nothing to
	// change is an empty map. The message stands in the wiki's history: it
	// should hold no words of people. Edit is called again when somebody else's
	// push came first, and may be after its change has gone out: it must then
	// find nothing to do. Its errors end the change.
	Edit func(now map[string]string) (anew map[string]string, message string, err error)
}

// Jira are the operator's Jira sites, in the rules' words. Errors are those of
// [Forge], and [incident.Unsure] of Open. An error that is true of all of a site,
// such as a token that is refused, is [incident.Blocked] with Whole.
type Jira interface {
	// Sites are all of them; no request.
	Sites() []incident.Repo
	// Projects are those that an owner's repositories may use, the default first;
	// no request.
	Projects(owner string) []incident.Project
	// Offer is what a project takes of a new ticket.
	Offer(ctx context.Context, kind incident.TicketKind) (incident.Offer, error)
	// Assignable is whether the operator's list has an account for the login.
	Assignable(ctx context.Context, site incident.Repo, login string) (incident.Verdict, error)
	// Ticket is read by its id. Name is what it was called last, or "" if that was
	// never known. It is [incident.Missing] where it was deleted, or moved to where
	// Hindsight can't see it; [incident.Blocked] where its project, by that name,
	// can't be seen any more, or all of the site. Without a name nobody can tell
	// whether it is only hidden: it is missing.
	Ticket(ctx context.Context, key incident.Key, name string) (incident.Ticket, error)
	// Named finds a ticket by a name that it has, or had before it was moved.
	Named(ctx context.Context, ref incident.TicketRef) (incident.Ticket, error)
	// Find are the tickets that Hindsight has created at a site since a time and
	// that carry the marker of an incident, by one of its ids, the oldest first.
	// Those from which people took the labels are looked for in the projects only,
	// by their keys: the owner's. What was created a moment ago may not be among
	// them. What was read when it failed is kept for the next try.
	Find(ctx context.Context, site incident.Repo, projects []string, of []incident.ID, since time.Time) ([]incident.Ticket, error)
	// Changed are the tickets of a site that changed at or after since, each with
	// the time of its newest change; it may leave out what changed a moment ago. All
	// is false where there were too many: then they are those that changed last.
	Changed(ctx context.Context, site incident.Repo, since time.Time) (
		changed map[incident.Key]time.Time, all bool, err error)
	// Explained is whether somebody else than Hindsight has commented on a ticket
	// since, or Hindsight has with the body, Markdown.
	Explained(ctx context.Context, key incident.Key, since time.Time, body string) (bool, error)

	// Open creates a ticket with its marker in one call. An assignee whom Jira does
	// not take is left out: then the ticket has no owner, though one was asked for.
	Open(ctx context.Context, t incident.OpenTicket) (incident.Ticket, error)

	// The next three look again before they write, and do nothing to a ticket that
	// is by now in none of the projects, by their keys: those in which Hindsight may
	// write for the owner. Then the ticket comes with [incident.Changed].

	// Edit writes what is to change and nobody else has changed. Refused are the
	// fields that Jira does not take there, which are as they were.
	Edit(ctx context.Context, in []string, e incident.UpdateFollowUp) (
		t incident.Ticket, refused incident.TicketFields, err error)
	// Set closes a ticket as done, or opens it again, by one transition. Declined
	// is why that can't be done, for people: neutral Markdown, or "".
	Set(ctx context.Context, in []string, e incident.SetFollowUp) (t incident.Ticket, declined string, err error)
	// CloseAsDuplicate closes the second of two, with a link to the first.
	CloseAsDuplicate(ctx context.Context, in []string, e incident.CloseDuplicate) (incident.Ticket, error)

	Link(ctx context.Context, key incident.Key, links []incident.TicketLink) error
	// Comment writes Markdown.
	Comment(ctx context.Context, key incident.Key, body string) error
}

// Memory is what is remembered between looks.
type Memory interface {
	// Record of an incident; false if there is none.
	Record(ctx context.Context, key incident.Key) (incident.Record, bool, error)
	// SaveRecord stores the record as the revision after the one that it is;
	// [incident.Changed] if that is not the one that is stored.
	SaveRecord(ctx context.Context, key incident.Key, record incident.Record) error
	// FollowUps that were observed for an incident, by repository and number.
	FollowUps(ctx context.Context, of incident.Key) ([]incident.FollowUp, error)
	// Observed is what was observed of an issue or ticket, by the incidents that
	// it is a follow-up of.
	Observed(ctx context.Context, followUp incident.Key) (map[incident.Key]incident.FollowUp, error)
	// SaveFollowUp stores what was observed; the older observation never
	// replaces the newer one ([incident.FollowUp].At). It tells whether
	// anything changed.
	SaveFollowUp(ctx context.Context, of incident.Key, f incident.FollowUp) (changed bool, err error)
	// NoteFollowUp does the same, and makes the incident due if anything changed, by
	// an installation or 0: both or neither, or a death in between would lose the
	// news.
	NoteFollowUp(ctx context.Context, installation int64, of incident.Key, f incident.FollowUp, due time.Time) error
	// ForgetFollowUp drops what is not an incident's follow-up any more.
	ForgetFollowUp(ctx context.Context, of, followUp incident.Key) error
	// Unchecked are open follow-ups of a repository that were not looked at
	// since before, at most that many. They count as looked at from now on,
	// even if making them due fails after this: then it is a day later.
	Unchecked(ctx context.Context, repo incident.Repo, before time.Time, most int) ([]incident.Key, error)
	// CheckedAt is when a follow-up was last looked at, by our clock; zero if
	// the issue is not a known follow-up.
	CheckedAt(ctx context.Context, followUp incident.Key) (time.Time, error)
	// IncidentsOf are the incidents that an issue or pull request belongs to:
	// as a follow-up, or because it refers to them.
	IncidentsOf(ctx context.Context, issue incident.Key) ([]incident.Key, error)
	// InWiki are the incidents of other repositories whose page is in the wiki of
	// this one; SaveWiki remembers, or forgets, that one's is.
	InWiki(ctx context.Context, wiki incident.Repo) ([]incident.Key, error)
	SaveWiki(ctx context.Context, of incident.Key, wiki incident.Repo, there bool) error
	// Pulls are the pull requests that refer to an incident. SavePull adds one
	// (refers), or forgets it, and tells whether that is news.
	Pulls(ctx context.Context, of incident.Key) ([]incident.Key, error)
	SavePull(ctx context.Context, of, pull incident.Key, refers bool) (changed bool, err error)
	// Settings are what is remembered of a repository's configuration; false
	// if it was never read.
	Settings(ctx context.Context, repo incident.Repo) (Settings, bool, error)
	SaveSettings(ctx context.Context, repo incident.Repo, settings Settings) error
	// Incidents of one repository.
	Incidents(ctx context.Context, repo incident.Repo) ([]incident.Key, error)
	// Look is until when a repository has been swept; zero for never.
	Look(ctx context.Context, repo incident.Repo) (time.Time, error)
	SaveLook(ctx context.Context, repo incident.Repo, until time.Time) error
	// SiteTrouble is what is wrong with a Jira site; the zero value where nothing
	// is, or is known to be. Saving that forgets what was.
	SiteTrouble(ctx context.Context, site incident.Repo) (incident.SiteTrouble, error)
	SaveSiteTrouble(ctx context.Context, site incident.Repo, trouble incident.SiteTrouble) error
	// IncidentsAt are the incidents that have follow-ups at a Jira site, or in a
	// repository: open, done and gone ones.
	IncidentsAt(ctx context.Context, site incident.Repo) ([]incident.Key, error)
}

// Settings are what is remembered of a repository's configuration file.
type Settings struct {
	// PushedAt is when somebody had last pushed when it was read, by GitHub's
	// clock, and ReadAt when that was, by ours.
	PushedAt time.Time `json:"pushed_at"`
	ReadAt   time.Time `json:"read_at"`
	// Good is the last text that could be used; "" for none.
	Good string `json:"good,omitempty"`
	// Bad is why the present text can't be: neutral Markdown, or "".
	Bad string `json:"bad,omitempty"`
	// Found is whether there is a file.
	Found bool `json:"found,omitempty"`
	// Indexed is whether the wiki has, or has had, an index of the pages: one
	// that people removed is not made again.
	Indexed bool `json:"indexed,omitempty"`
	// IndexedSince is when the index was last made, or filled after people had
	// emptied it: rows that were written before are not in it. IndexAnew is
	// true until all who wrote them are due.
	IndexedSince time.Time `json:"indexed_since,omitzero"`
	IndexAnew    bool      `json:"index_anew,omitempty"`
	// WikiTip is the wiki's newest commit when it was asked for last.
	WikiTip string `json:"wiki_tip,omitempty"`
	// InForce stands for what the last sweep found in force, the file's own or
	// the owner's: when it is another, what is open is looked at again.
	InForce string `json:"in_force,omitempty"`
	// Label and FollowUpLabel are in force for the repository: with them an
	// event is known to concern an incident.
	Label         string `json:"label"`
	FollowUpLabel string `json:"follow_up_label"`
}

// Box is a line of the tracker's checklist as it is shown.
type Box struct {
	Issue  incident.Key // also a ticket's; the number is 0 in a line that is not ours
	Ticked bool
	Text   string // of a line that is not ours: not neutral
}

// IndexState is what became of a wiki's index.
type IndexState int

// The states of an index.
const (
	IndexLeft    IndexState = iota // as it was: there is no block of ours that can be written
	IndexWritten                   // it has the row, or people removed that
	IndexFilled                    // it was empty, or not there: it has no other row
)

// Texts renders what Hindsight writes, and reads it back. A marker proves
// nothing by itself: only what GitHub says this App wrote is given to the
// reading methods.
type Texts interface {
	incident.Texts
	// CheckTemplate is nil for a template that can be used; its error names the
	// file and the line, for people.
	CheckTemplate(file, text string) error
	// ReadPage finds the marker of a page.
	ReadPage(text string) (of incident.ID, ok bool)
	// Index is the index page with the row in it, or with the row as it is by
	// now; "" makes a new page. First is whether the row was never there: else
	// one that is not has been removed by people, and stays so, unless they
	// emptied the index. It is left where there is no block of ours that can be
	// written.
	Index(now string, row incident.IndexRow, first bool) (text string, became IndexState)
	// Sidebar is a sidebar with the line that leads to the index, where the team
	// has put our block in.
	Sidebar(now string) string
	// Copy is what of a page may go out: its sections that are marked public,
	// without hidden text, and with such links as it may keep. It goes over the
	// copy that is there, or "" for none; false where people have changed that.
	Copy(now, page string, v incident.PageView, links incident.CopyLinks) (text string, ours bool)
	// ReadTracker finds the tracker's marker, and the ledger in it: only what
	// can be believed of it, since people may have edited it.
	ReadTracker(body string) (of incident.ID, paused bool, ledger incident.Ledger, ok bool)
	// ReadBoxes are the lines of the checklist in a tracker on that issue.
	ReadBoxes(body string, on incident.Key) []Box
	ReadClosing(body string) (of incident.ID, complete bool, ok bool)
	// ReadReply finds the marker of an answer to a comment's commands.
	ReadReply(body string) (of incident.ID, to int64, ok bool)
	// ReadWhy finds the marker of the question for a reason.
	ReadWhy(body string) (of incident.ID, ok bool)
	// ReadFollowUp finds the marker of a follow-up: Key, Source, Words and
	// Wrote.
	ReadFollowUp(body string) (of incident.ID, entry incident.Entry, ok bool)
	// Refresh writes the facts in a follow-up's body anew, in the block that
	// is ours; false where people have changed or removed the block.
	Refresh(body, anew string) (string, bool)
}

// Checker looks a page through for what should not be read by more people. The
// rules whose names are in off are left out; customers are names that must not
// appear.
type Checker interface {
	Check(page string, off, customers []string) []incident.Finding
}

// Marker is set where work is to be done.
type Marker interface {
	// Mark makes the key due at a time, or sooner if it already was.
	Mark(ctx context.Context, installation int64, key incident.Key, at time.Time) error
	// Resume makes due what had been paused in a repository, and has all work
	// there done by this installation: another may have done it before.
	Resume(ctx context.Context, installation int64, repo incident.Repo) error
}
