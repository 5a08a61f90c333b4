package incident

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Plan is what is to be done now.
type Plan struct {
	// Record is what is to be remembered before the first effect.
	Record Record
	// Effects are in order within each part. The tracker's come first; the
	// other parts don't wait for each other.
	Effects []Effect
	// LookAgain is when time alone may change the plan; zero for never.
	LookAgain time.Time
	// Idle says why there is nothing to do here at all, or "". Paused is true
	// when that is because nothing can be written.
	Idle   string
	Paused bool
}

// Effect is one change to the world. Carrying it out twice must do no harm
// beyond what [Decide] heals.
//
//sumtype:decl
type Effect interface {
	Part() Part
	// String says what will happen in words that a responder understands.
	String() string
	effect()
}

// WriteTracker creates the tracker (ID 0) or edits it, if it still says what
// it said when this was decided.
type WriteTracker struct {
	ID   int64
	Was  string
	Body string
}

// DeleteComment removes a comment of ours that should not have been: the
// second of two trackers, or of two closing comments; or a reply to which
// nothing is left to say.
type DeleteComment struct {
	ID  int64
	For Part
}

// CreatePage makes the wiki page, unless the path holds it already, and lists
// it in the index, in one commit.
type CreatePage struct {
	Path    string
	Repo    Repo // whose wiki it goes to; empty for the parent's repository
	Private bool // not everybody can read that wiki
	Content string
	Index   IndexRow
}

// OpenFollowUp opens the issue for an item.
type OpenFollowUp struct {
	Item   ItemKey
	Source Source
	Words  string
	In     Repo // empty for the parent's repository
	Title  string
	Body   string
	Labels []Label
	Owner  string // to be assigned, if that is allowed; a login or ""
	Wrote  Written
}

// OpenTicket opens the Jira ticket for an item.
type OpenTicket struct {
	Item    ItemKey
	Source  Source
	Words   string
	Of      ID // the incident: in the ticket's marker, and in a label to find it by
	Kind    TicketKind
	Title   string
	Body    string // Markdown
	Labels  []string
	Parts   []string // the components that the repository asks for, and the project has
	Owner   string   // to be assigned; a login or ""
	Wrote   Written
	Lacks   TicketFields // are left out
	Left    TicketFields // not all of them is written, which is said
	Project Project
}

// LinkTicket links an item's ticket to the parent and to its page.
type LinkTicket struct {
	Item  ItemKey
	Issue Key
	Name  string
	Links []TicketLink
	Page  bool // the page is among them
}

// AttachFollowUp makes an item's follow-up a native sub-issue of the parent.
// Its issue is in the record by the time this is carried out.
type AttachFollowUp struct {
	Item  ItemKey
	Title string
}

// UpdateFollowUp brings what Hindsight wrote on a follow-up up to date: each
// of title, labels, assignee and due date only while it still is what
// Hindsight wrote last. What people changed stays.
type UpdateFollowUp struct {
	Item  ItemKey
	Issue Key
	Name  string // how people call it: "#77", "OPS-12"
	// Was is what was written last, and Is what is to be there.
	Was, Is Written
	Title   string // in full; Is has its digest
	Body    string // as it would be opened now; "" where no line tells
	// Assign is the new owner, if that is allowed; a login or "".
	Assign string
	// Before and After are the labels that go with Was and with Is, kind by
	// kind: of one that there is none of, the name is empty.
	Before, After []Label
	// Of is the incident that a ticket's marker is to name: another than it does
	// after the parent was transferred. Kind and Lacks are the ticket's, as it was
	// opened.
	Of    ID
	Kind  TicketKind
	Lacks TicketFields
}

// Renames is whether the title is to be written: it is another, and the one
// that is there is Hindsight's own.
func (e UpdateFollowUp) Renames(issue Issue) bool {
	return e.Is.Title != e.Was.Title && titleDigest(issue.Title) == cmp.Or(e.Was.As, e.Was.Title)
}

// Assigns is whether the assignee is to be written: nobody but whom Hindsight
// assigned is.
func (e UpdateFollowUp) Assigns(issue Issue) bool {
	if e.Is.Owner == e.Was.Owner || e.Assign == "" {
		return false
	}
	return len(issue.Assignees) == 0 && e.Was.Owner == "" ||
		len(issue.Assignees) == 1 && strings.EqualFold(issue.Assignees[0], e.Was.Owner)
}

// Relabels are the labels that go on, and off: each old one that is still
// there, or that there was none of, gives way to the new one of its kind.
func (e UpdateFollowUp) Relabels(issue Issue) (on []Label, off []string) {
	kept := map[string]bool{}
	for _, l := range e.After {
		kept[strings.ToLower(l.Name)] = true
	}
	for i, old := range e.Before {
		switch {
		case old.Name == "":
		case kept[strings.ToLower(old.Name)] || !HasLabel(issue.Labels, old.Name):
			continue
		default:
			off = append(off, old.Name)
		}
		if is := e.After[i]; is.Name != "" && !HasLabel(issue.Labels, is.Name) {
			on = append(on, is)
		}
	}
	return on, off
}

// SetFollowUp closes a follow-up as completed, or opens it again, because a
// person ordered it.
type SetFollowUp struct {
	Item  ItemKey
	Issue Key
	Name  string
	State State // [Done] or [Open]
}

// AskWhy asks on a follow-up why it was dropped: once.
type AskWhy struct {
	Item  ItemKey
	Issue Key
	Name  string
	Body  string
}

// UpdatePage brings the parts of the page up to date that are Hindsight's own,
// and its row in the index, in one commit.
type UpdatePage struct {
	Path string
	Repo Repo // whose wiki it is in; empty for the parent's repository
	View PageView
	// Links are appended to items' lines.
	Links []PageLink
	// Index is the row in the index as it is to be; IndexToo is whether it is
	// another than was written last, or the index another.
	Index    IndexRow
	IndexToo bool
}

// PageLink is the link to its issue behind an item's line on the page.
type PageLink struct {
	Item  ItemKey
	Text  string // of the line
	Issue Key
	Name  string // how the issue is called there
	URL   string
}

// PublishPage writes the page's copy in a public wiki, or brings it up to date,
// because a person ordered it.
type PublishPage struct {
	Repo Repo
	Path string
	// Page is the page as it was checked: what of it may go out is for the texts.
	Page string
	View PageView
}

// WithdrawPage removes the page's copy from a public wiki.
type WithdrawPage struct {
	Repo Repo
	Path string
}

// CloseDuplicate closes a follow-up that was opened twice.
type CloseDuplicate struct {
	Issue Key
	Of    Key
	// Name and OfName are how people call them, and OfURL where the other is.
	Name, OfName, OfURL string
}

// React answers a command with a reaction: "eyes" or "+1".
type React struct{ Reaction }

// WriteReply creates (ID 0) or edits the comment that answers the commands in
// another one.
type WriteReply struct {
	ID   int64
	To   int64
	Body string
}

// WriteClosing creates (ID 0) or edits the comment that says complete.
type WriteClosing struct {
	ID       int64
	Complete bool
	Body     string
}

// LabelParent puts a label on the parent, or takes others off.
type LabelParent struct {
	Label Label
	On    bool
	For   Part
}

// CloseParent closes the parent when everything has been done.
type CloseParent struct{}

// Part tells which piece of the work the effect belongs to.
func (WriteTracker) Part() Part { return TrackerPart }

// Part tells which piece of the work the effect belongs to.
func (e DeleteComment) Part() Part { return e.For }

// Part tells which piece of the work the effect belongs to.
func (CreatePage) Part() Part { return PagePart }

// Part tells which piece of the work the effect belongs to.
func (OpenFollowUp) Part() Part { return FollowUpsPart }

// Part tells which piece of the work the effect belongs to.
func (AttachFollowUp) Part() Part { return FollowUpsPart }

// Part tells which piece of the work the effect belongs to.
func (e CloseDuplicate) Part() Part { return partOf(e.Issue) }

// Part tells which piece of the work the effect belongs to.
func (React) Part() Part { return AnswersPart }

// Part tells which piece of the work the effect belongs to.
func (WriteClosing) Part() Part { return ClosingPart }

// Part tells which piece of the work the effect belongs to.
func (e LabelParent) Part() Part { return e.For }

// Part tells which piece of the work the effect belongs to.
func (e UpdateFollowUp) Part() Part { return partOf(e.Issue) }

// Part tells which piece of the work the effect belongs to.
func (PublishPage) Part() Part { return PublishPart }

// Part tells which piece of the work the effect belongs to.
func (WithdrawPage) Part() Part { return PublishPart }

// Part tells which piece of the work the effect belongs to.
func (UpdatePage) Part() Part { return PagePart }

// Part tells which piece of the work the effect belongs to.
func (e SetFollowUp) Part() Part { return partOf(e.Issue) }

// Part tells which piece of the work the effect belongs to.
func (e AskWhy) Part() Part { return partOf(e.Issue) }

// Part tells which piece of the work the effect belongs to.
func (WriteReply) Part() Part { return AnswersPart }

// Part tells which piece of the work the effect belongs to.
func (CloseParent) Part() Part { return ClosingPart }

// Part tells which piece of the work the effect belongs to.
func (e OpenTicket) Part() Part { return JiraPart(e.Kind.Site) }

// Part tells which piece of the work the effect belongs to.
func (e LinkTicket) Part() Part { return partOf(e.Issue) }

// partOf is the part that works on an issue or ticket.
func partOf(issue Key) Part {
	if issue.Repo.Jira() {
		return JiraPart(issue.Repo)
	}
	return FollowUpsPart
}

func (OpenTicket) effect()     {}
func (LinkTicket) effect()     {}
func (WriteTracker) effect()   {}
func (DeleteComment) effect()  {}
func (CreatePage) effect()     {}
func (OpenFollowUp) effect()   {}
func (AttachFollowUp) effect() {}
func (CloseDuplicate) effect() {}
func (React) effect()          {}
func (WriteClosing) effect()   {}
func (LabelParent) effect()    {}
func (UpdateFollowUp) effect() {}
func (SetFollowUp) effect()    {}
func (AskWhy) effect()         {}
func (PublishPage) effect()    {}
func (WithdrawPage) effect()   {}
func (UpdatePage) effect()     {}
func (WriteReply) effect()     {}
func (CloseParent) effect()    {}

func (e WriteTracker) String() string {
	if e.ID == 0 {
		return "write the tracker, one comment on the issue"
	}
	return "bring the tracker up to date"
}

func (e DeleteComment) String() string {
	return fmt.Sprintf("delete our own comment %d, which is not needed any more", e.ID)
}

func (e CreatePage) String() string {
	if e.Repo != "" {
		return fmt.Sprintf("create the post-mortem page %q in the wiki of %s", e.Path, e.Repo)
	}
	return fmt.Sprintf("create the post-mortem page %q in the wiki", e.Path)
}

func (e OpenFollowUp) String() string {
	if e.In != "" {
		return fmt.Sprintf("open the follow-up %q in %s", e.Title, e.In)
	}
	return fmt.Sprintf("open the follow-up %q", e.Title)
}

func (e OpenTicket) String() string {
	return fmt.Sprintf("open the follow-up %q in Jira, in the project %s", e.Title, e.Kind.Project)
}

func (e LinkTicket) String() string { return fmt.Sprintf("link %s to the incident", e.Name) }

func (e AttachFollowUp) String() string {
	return fmt.Sprintf("attach %q to the incident as a sub-issue", e.Title)
}

func (e CloseDuplicate) String() string {
	return fmt.Sprintf("close %s, which was opened twice, as a duplicate of %s", e.Name, e.OfName)
}

func (e React) String() string {
	return fmt.Sprintf("answer the command in comment %d with %q", e.Comment, e.Content)
}

func (e WriteClosing) String() string {
	if e.Complete {
		return "say that everything promised has been done"
	}
	return "say that the incident is open again"
}

func (e LabelParent) String() string {
	if e.On {
		return fmt.Sprintf("put the label %q on the incident", e.Label.Name)
	}
	return fmt.Sprintf("take the label %q off the incident", e.Label.Name)
}

func (e UpdateFollowUp) String() string {
	return fmt.Sprintf("bring %s, %q, up to date", e.Name, e.Title)
}

func (e SetFollowUp) String() string {
	if e.State == Open {
		return fmt.Sprintf("open %s again, as was ordered", e.Name)
	}
	return fmt.Sprintf("close %s, as was ordered", e.Name)
}

func (e UpdatePage) String() string {
	return fmt.Sprintf("bring the post-mortem page %q up to date", e.Path)
}

func (e PublishPage) String() string {
	return fmt.Sprintf("publish the page as %q in the wiki of %s", e.Path, e.Repo)
}

func (e WithdrawPage) String() string {
	return fmt.Sprintf("remove the copy %q from the wiki of %s", e.Path, e.Repo)
}

func (e AskWhy) String() string { return fmt.Sprintf("ask on %s why it was dropped", e.Name) }

func (e WriteReply) String() string {
	return fmt.Sprintf("answer the commands in comment %d", e.To)
}

func (CloseParent) String() string { return "close the incident's issue" }
