package incident

import (
	"cmp"
	"reflect"
	"slices"
	"time"
)

// Ledger is what can't be read back from the world: what was made, what
// people removed, what was judged, what they ordered, which commands ran. It
// travels in the tracker as JSON, compressed; hence the short names. Fields
// are only ever added, so that an old tracker can be read by a new Hindsight.
type Ledger struct {
	// Version is higher in the newer of two ledgers of one incident.
	Version int `json:"v,omitempty"`
	// Home is the repository that the parent was in when the tracker was
	// written last: after a transfer it tells where it came from.
	Home Repo `json:"o,omitempty"`
	// Since is when the parent was found to have been transferred. Comments may
	// have got other ids with that: commands from before have run.
	Since time.Time `json:"j,omitzero"`
	// Accepted is who put the label on with the right to; zero until then.
	Accepted Acceptance `json:"a,omitzero"`
	// TrackerID is the comment, and Removals how often people deleted it.
	TrackerID int64 `json:"t,omitempty"`
	Removals  int   `json:"r,omitempty"`
	Page      Page  `json:"p,omitzero"`
	// Copy is the page's copy in a public wiki.
	Copy Copy `json:"z,omitzero"`
	// Items are the lines that are followed up, oldest first.
	Items []Entry `json:"i,omitempty"`
	// Refused are lines by people who lack the permission.
	Refused []ItemKey `json:"d,omitempty"`
	// All is the last comment that confirmed a large number of items; each
	// confirmation counts once.
	All int64 `json:"l,omitempty"`
	// Ran are the commands that were carried out, and Failed those that could
	// not be when they were written: neither is tried again.
	Ran    []ItemKey `json:"x,omitempty"`
	Failed []ItemKey `json:"f,omitempty"`
	// Noted are the times of the notes; their words are in the comments.
	Noted []Noted `json:"n,omitempty"`
	// Told is what people said of the incident by commands.
	Told Told `json:"s,omitzero"`
	// Replied are the comments whose commands were answered by a reply, so
	// that one that people deleted does not come back.
	Replied []int64 `json:"y,omitempty"`
	// Reactions are answers to commands that were given: comment and kind.
	Reactions []Reaction `json:"e,omitempty"`
	Closing   Closing    `json:"c,omitzero"`
	// Healed are the numbers of second issues that were closed as duplicates, and
	// HealedTickets the tickets.
	Healed        []int `json:"h,omitempty"`
	HealedTickets []Ref `json:"w,omitempty"`
}

// Told is what people said of the incident by commands.
type Told struct {
	Started   time.Time `json:"s,omitzero"`
	Detected  time.Time `json:"d,omitzero"`
	Resolved  time.Time `json:"r,omitzero"`
	Meeting   time.Time `json:"m,omitzero"`
	Owner     string    `json:"o,omitempty"` // of the post-mortem: a login
	Commander string    `json:"c,omitempty"`
	Scribe    string    `json:"b,omitempty"`
	Liaison   string    `json:"l,omitempty"`
	// Responders are logins, in the order in which they were named.
	Responders []string `json:"p,omitempty"`
	// Severity and Status are to be put on the parent as labels: zero when
	// they are on, since the labels count from then on.
	Severity Severity `json:"v,omitempty"`
	Status   Status   `json:"t,omitempty"`
	// Page asks for a page below the bar; Skip is why there is to be none.
	Page bool   `json:"g,omitempty"`
	Skip string `json:"k,omitempty"`
}

// Noted is when something happened that a command noted.
type Noted struct {
	Key ItemKey   `json:"k"`
	At  time.Time `json:"t"`
}

// Acceptance is the moment when the label counted.
type Acceptance struct {
	By string    `json:"b"`
	At time.Time `json:"t"`
}

// Page is the post-mortem page. Its path is chosen once and never changes.
type Page struct {
	Path string    `json:"p"`          // in the wiki, with ".md"
	At   time.Time `json:"t,omitzero"` // when it was made; zero until then
	// Repo is whose wiki it is in; empty for the parent's own repository.
	Repo Repo `json:"r,omitempty"`
	// Private is true when not everybody could read the wiki as it was made: then
	// it has internal sections.
	Private bool `json:"h,omitempty"`
	// Row is a digest of its row in the index as it was written last.
	Row string `json:"w,omitempty"`
	// Index is since when there was the index that the row was written into.
	Index time.Time `json:"x,omitzero"`
	// Blocks are Hindsight's own parts that the page has had, by name: of one
	// that is not there any more, people are told.
	Blocks []string `json:"b,omitempty"`
}

// Copy is the page's copy in a public wiki.
type Copy struct {
	Repo Repo   `json:"r,omitempty"`
	Path string `json:"p,omitempty"`
	// At is when it was written last; zero while there is none.
	At time.Time `json:"t,omitzero"`
	// Want is what was ordered and is not done yet, or "", and Ordered when the
	// page was to be published; zero while it is not.
	Want    CopyOrder `json:"w,omitempty"`
	Ordered time.Time `json:"o,omitzero"`
	// Words is a digest of what was to go out when it was ordered: what others
	// write after that is not published by that order.
	Words string `json:"d,omitempty"`
}

// CopyOrder is what is to happen with the copy.
type CopyOrder string

// What can be ordered.
const (
	Publish  CopyOrder = "p"
	Withdraw CopyOrder = "w"
)

// Made is whether the page has been made.
func (p Page) Made() bool { return !p.At.IsZero() }

// Entry is an item that is followed up.
type Entry struct {
	Key ItemKey `json:"k"`
	// Source is where its line stands, or stood last, and Position which of
	// the source's lines it is, from 0.
	Source   Source `json:"s"`
	Position int    `json:"o,omitempty"`
	// Words is a digest of the title's words, and Sketch tells how much they
	// are like others.
	Words  string `json:"w"`
	Sketch Sketch `json:"m,omitempty"`
	// Tail is a digest of what stands behind the title: when it changes,
	// what it asks for is read again.
	Tail string `json:"t,omitempty"`
	// DueAs is a digest of the words that name a day: "2w" means the day that it
	// meant when it was written first, whatever else of the line is edited.
	DueAs string `json:"e,omitempty"`
	// Owner, Due, Priority and Type are what is asked for.
	Owner    string   `json:"u,omitempty"`
	Due      Day      `json:"d,omitempty"`
	Priority Priority `json:"p,omitempty"`
	Type     ItemType `json:"y,omitempty"`
	// Ticked is the line's box when it was looked at last, and Shown the
	// tracker's when it was written last: a box that is not as it was has been
	// ticked, or unticked, by a person.
	Ticked bool `json:"b,omitempty"`
	Shown  bool `json:"h,omitempty"`
	// Want is what a person ordered: [Open] or [Done], "" when it is so.
	Want State `json:"g,omitempty"`
	// Issue is zero until it was opened.
	Issue Ref `json:"n,omitzero"`
	// Adopted is true for an issue that people had: it is listed and counted,
	// never renamed, re-labelled or nagged.
	Adopted  bool `json:"f,omitempty"`
	Attached bool `json:"a,omitempty"` // tried as a native sub-issue
	// Paged is true when the ticket has been linked to the page, too, and Lacks are
	// the fields that its project did not have when it was opened.
	Paged bool         `json:"j,omitempty"`
	Lacks TicketFields `json:"x,omitempty"`
	// Gone is true when it was known to be gone: of what is not there nobody can
	// prove later that it was a follow-up.
	Gone bool `json:"c,omitempty"`
	// Asked is true when a reason was asked for on a follow-up that was
	// dropped without one.
	Asked bool `json:"q,omitempty"`
	// Linked is true when the line on the page has got its link: one that
	// people took away stays away.
	Linked bool `json:"l,omitempty"`
	// Snoozed is until when people asked not to be reminded of it.
	Snoozed Day `json:"z,omitempty"`
	// Wrote is what Hindsight last wrote on the issue. What is not so any more
	// has been changed by people, and stays.
	Wrote Written `json:"v,omitzero"`
}

// Written is what of a follow-up's issue Hindsight writes and writes again.
type Written struct {
	Title    string   `json:"t,omitempty"` // a digest of the words that it is made of
	As       string   `json:"w,omitempty"` // and of what was made of them, if that is another: without markup, cut
	Owner    string   `json:"o,omitempty"` // a login
	Due      Day      `json:"d,omitempty"`
	Severity Severity `json:"s,omitempty"`
	Date     Day      `json:"a,omitempty"` // the incident's, as the labels say
	Priority Priority `json:"p,omitempty"`
	Type     ItemType `json:"y,omitempty"`
}

// Day is a day of the calendar as "20261201", "" for none. It sorts.
type Day string

// Without is what was written where fields are left out: in these, what was there
// before.
func (w Written) Without(left TicketFields, was Written) Written {
	if left.Has(TicketAssignee) {
		w.Owner = was.Owner
	}
	if left.Has(TicketDue) {
		w.Due = was.Due
	}
	return w
}

// in is the day's first moment in the zone; false for no day.
func (d Day) in(zone *time.Location) (time.Time, bool) {
	day, err := time.Parse(dayForm, string(d))
	if err != nil {
		return time.Time{}, false
	}
	return moments(day, zone)[0], true
}

// Opened is whether the entry has become an issue.
func (e Entry) Opened() bool { return e.Issue != Ref{} }

// Ref is the issue or ticket that an entry became.
type Ref struct {
	// Repo is empty for the parent's own repository, and a ticket's site.
	Repo   Repo `json:"r,omitempty"`
	Number int  `json:"n"`
}

// In is the issue's key for a parent in the repository.
func (r Ref) In(parent Repo) Key {
	if r.Repo != "" {
		parent = r.Repo
	}
	return Key{parent, r.Number}
}

// RefTo is how a parent in the repository refers to an issue.
func RefTo(issue Key, parent Repo) Ref {
	if issue.Repo == parent {
		return Ref{Number: issue.Number}
	}
	return Ref(issue)
}

// Reaction is one answer to a command.
type Reaction struct {
	Comment int64  `json:"c"`
	Content string `json:"r"`
}

// Closing is what was said and done when everything was done.
type Closing struct {
	CommentID int64     `json:"c,omitempty"` // never edited by this alone: see [World.Closings]
	Complete  bool      `json:"d,omitempty"` // what the comment says now
	Labelled  bool      `json:"l,omitempty"` // the label is on by our hand
	At        time.Time `json:"t,omitzero"`  // when it was complete
	// Seen is true while the parent is known to be closed, and Shut when
	// Hindsight has closed it, or will not: it does so once.
	Seen bool `json:"s,omitempty"`
	Shut bool `json:"u,omitempty"`
}

// Entry finds an item's entry.
func (l *Ledger) Entry(key ItemKey) *Entry {
	for i := range l.Items {
		if l.Items[i].Key == key {
			return &l.Items[i]
		}
	}
	return nil
}

// byKey are the entries as [Ledger.Entry] finds them, for going through many.
// They are good until entries come or go.
func (l *Ledger) byKey() map[ItemKey]*Entry {
	entries := make(map[ItemKey]*Entry, len(l.Items))
	for i := range slices.Backward(l.Items) { // of two, the first counts
		entries[l.Items[i].Key] = &l.Items[i]
	}
	return entries
}

// Carried is the part of the ledger that the tracker carries. What it leaves
// out does no harm when it is done again, and would make the tracker be
// written again for nothing: the tracker's own id, and reactions, of which
// GitHub keeps one for each account and kind.
func (l Ledger) Carried() Ledger {
	l.TrackerID, l.Reactions = 0, nil
	return l
}

// Moved is the ledger of an incident that was transferred from its [Ledger.Home]
// to another repository: what it made stays where it is. What was ordered of the
// page's copy, and not done, was ordered by people of the other one.
func (l Ledger) Moved(to Repo, now time.Time) Ledger {
	l = l.clone()
	if l.Page.Made() && l.Page.Repo == "" {
		l.Page.Repo = l.Home
	}
	for i, e := range l.Items {
		if e.Opened() {
			l.Items[i].Issue = RefTo(e.Issue.In(l.Home), to)
		}
	}
	l.Copy.Want = ""
	l.Healed, l.Home, l.Since = nil, to, now.UTC().Truncate(time.Second)
	return l
}

// clone copies what planning may change.
func (l Ledger) clone() Ledger {
	l.Items = slices.Clone(l.Items)
	l.Refused = slices.Clone(l.Refused)
	l.Reactions = slices.Clone(l.Reactions)
	l.Healed, l.HealedTickets = slices.Clone(l.Healed), slices.Clone(l.HealedTickets)
	l.Ran, l.Failed, l.Noted = slices.Clone(l.Ran), slices.Clone(l.Failed), slices.Clone(l.Noted)
	l.Replied = slices.Clone(l.Replied)
	l.Told.Responders, l.Page.Blocks = slices.Clone(l.Told.Responders), slices.Clone(l.Page.Blocks)
	return l
}

// advance makes this the newer of two ledgers, if it says anything else.
func (l *Ledger) advance(before Ledger) {
	if l.Version == before.Version && !reflect.DeepEqual(l.Carried(), before.Carried()) {
		l.Version++
	}
}

// Unite fills what this ledger does not know from another: the database may
// have been restored from an old copy, or deleted, while the tracker went on.
// What was made, judged or done in either has been; what people said counts as
// the newer one has it, this one if they are of one age.
func (l Ledger) Unite(other Ledger) Ledger {
	u := l.clone()
	newer := other.Version > l.Version
	u.uniteCommands(other)
	if newer {
		u.Version, u.Told = other.Version, other.clone().Told
	} else if l.Version > other.Version {
		u.Told = l.clone().Told
	}
	u.Home = cmp.Or(u.Home, other.Home)
	if other.Since.After(u.Since) {
		u.Since = other.Since
	}
	if u.Accepted.At.IsZero() {
		u.Accepted = other.Accepted
	}
	u.Page = u.Page.unite(other.clone().Page, newer)
	if newer || u.Copy == (Copy{}) && l.Version == other.Version {
		u.Copy = other.Copy
	}
	if u.Closing == (Closing{}) || other.Closing.At.After(u.Closing.At) {
		u.Closing = other.Closing
	}
	u.Removals = max(u.Removals, other.Removals)
	u.All = max(u.All, other.All)
	for _, e := range other.Items {
		u.keep(e, newer)
	}
	u.Refused = union(u.Refused, other.Refused)
	u.Refused = u.Refused[:min(len(u.Refused), refusedKept)]
	u.Reactions = union(u.Reactions, other.Reactions)
	u.Healed, u.HealedTickets = union(u.Healed, other.Healed), union(u.HealedTickets, other.HealedTickets)
	return u
}

// unite fills what is not known of a page. Of two that were not made yet the
// other counts.
func (p Page) unite(other Page, newer bool) Page {
	switch {
	case !p.Made() && other.Path != "":
		return other
	case p.Path != other.Path || p.Repo != other.Repo:
		return p
	case newer || p.Row == "":
		if other.Row != "" {
			p.Row, p.Index = other.Row, other.Index
		}
	}
	p.Private = p.Private || other.Private
	p.Blocks = union(p.Blocks, other.Blocks)
	slices.Sort(p.Blocks)
	return p
}

// keep adds an entry, or what it knows more than the one that is there.
func (l *Ledger) keep(e Entry, newer bool) {
	mine := l.Entry(e.Key)
	if mine == nil {
		if len(l.Items) < entriesKept { // or people could make it grow by editing the tracker again and again
			l.Items = append(l.Items, e)
		}
		return
	}
	older := e
	if newer || e.Opened() && !mine.Opened() {
		older, *mine = *mine, e
	}
	if !mine.Opened() {
		mine.Issue, mine.Adopted, mine.Wrote, mine.Lacks = older.Issue, older.Adopted, older.Wrote, older.Lacks
	}
	if mine.Issue == older.Issue {
		mine.Attached, mine.Paged = mine.Attached || older.Attached, mine.Paged || older.Paged
		mine.Asked = mine.Asked || older.Asked
	}
}

func union[T comparable](a, b []T) []T {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}
