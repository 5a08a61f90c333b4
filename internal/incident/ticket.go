package incident

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// A Jira ticket is a follow-up like an issue: its [Key] holds its site in the
// place of a repository, and Jira's id for it, which stays when the ticket is
// moved, where its name ("OPS-12") does not.

// sitePrefix is in no repository's name.
const sitePrefix = "jira:"

// JiraSite names the Jira site at an address without its scheme, such as
// "acme.atlassian.net".
func JiraSite(address string) Repo {
	return Repo(sitePrefix + strings.ToLower(strings.TrimRight(address, "/")))
}

// Jira is whether it names a Jira site, and not a repository.
func (r Repo) Jira() bool { return strings.HasPrefix(string(r), sitePrefix) }

// Address is a Jira site's address, without its scheme.
func (r Repo) Address() string { return strings.TrimPrefix(string(r), sitePrefix) }

// JiraPart is the work at one Jira site: one that is down holds up no other.
func JiraPart(site Repo) Part { return Part(site) }

// Site is the Jira site that the part works at; false for any other part.
func (p Part) Site() (Repo, bool) { return Repo(p), Repo(p).Jira() }

// Project is a Jira project that the operator lets an owner's repositories use.
type Project struct {
	Site Repo
	// URL is the site's, as people open it, without a slash at its end.
	URL string
	Key string // "OPS"
	// Public is true where everybody can read the site, by the operator's word, and
	// Internal where everybody in the enterprise can: as in internal repositories.
	Public, Internal bool
	// Lag is how long the site's search may not show a new ticket.
	Lag time.Duration
}

// TicketKind is what decides which fields a ticket can have: the project, and
// the issue type, which the operator chooses by the item's.
type TicketKind struct {
	Site    Repo
	Project string
	Type    ItemType
}

// TicketField is a field of tickets that Hindsight writes, by Jira's id for it:
// one of those below, or a custom field's.
type TicketField string

// The fields that every Jira has, if not every project.
const (
	TicketDescription TicketField = "description"
	TicketPriority    TicketField = "priority"
	TicketComponents  TicketField = "components"
	TicketLabels      TicketField = "labels"
	TicketAssignee    TicketField = "assignee"
	TicketDue         TicketField = "duedate"
)

// TicketFields are fields' ids, with spaces between them.
type TicketFields string

// Has is whether a field is among them.
func (f TicketFields) Has(field TicketField) bool { return slices.Contains(f.All(), field) }

// All are the fields, in the order in which they stand.
func (f TicketFields) All() []TicketField {
	var all []TicketField
	for id := range strings.FieldsSeq(string(f)) {
		all = append(all, TicketField(id))
	}
	return all
}

// And is the fields with others.
func (f TicketFields) And(more TicketFields) TicketFields {
	for _, field := range more.All() {
		if !f.Has(field) {
			f = TicketFields(strings.TrimSpace(string(f) + " " + string(field)))
		}
	}
	return f
}

// but is the fields without one.
func (f TicketFields) but(field TicketField) TicketFields {
	var kept TicketFields
	for _, other := range f.All() {
		if other != field {
			kept = kept.And(TicketFields(other))
		}
	}
	return kept
}

// Offer is what a project takes of a new ticket, by Jira's word.
type Offer struct {
	// Lacks are the fields that Hindsight would write, and the project's screen
	// does not have: they are left out.
	Lacks TicketFields
	// Components are those that the project has, in lower case; nil without the
	// field.
	Components []string
	// Why is what keeps every ticket of the kind from being opened, such as a
	// field that must be filled in, and the next step: neutral Markdown, or "".
	Why string
}

// TicketRef is how people name a ticket. The site is that of an address, or
// of the project.
type TicketRef struct {
	Site Repo
	Name string // "OPS-12"
}

// Ticket is a Jira ticket as it was seen.
type Ticket struct {
	Key     Key
	Name    string // "OPS-12": another once it is moved
	Project string // "OPS"
	URL     string // the page for people
	Title   string // not neutral
	// State is "" where Jira does not say which category the status is in.
	State  State
	Status string // its name; not neutral
	// Owner is the assignee's login, where the operator's list has it, and
	// Assignee their name in Jira; not neutral.
	Owner, Assignee string
	Due             Day
	Created, Closed time.Time // Closed is zero while it is open; it is At where Jira does not say
	At              time.Time // when it last changed, by Jira's word
	// Public is true where everybody can read the site, and Internal where
	// everybody in the enterprise can.
	Public, Internal bool
	// Ours is true when Hindsight's account has created it. Of and Entry are what
	// the marker says that it was created with: nothing if there is none.
	Ours  bool
	Of    ID
	Entry Entry
}

// TicketLink is a link from a ticket. What has its ID is written over.
type TicketLink struct{ ID, Title, URL string }

// OpenLongest is the most that a call to open a ticket may take, all tries and
// waiting for its turn included. When it has not come back by then, it never opens
// anything.
const OpenLongest = time.Minute

// Seek is a search for tickets that may have been opened: the call that opened
// one was cut off, or what was remembered of them is lost. Until the search can
// show what was made by then, nothing is opened at the site.
type Seek struct {
	Site Repo      `json:"site"`
	At   time.Time `json:"at"` // nothing was opened after this
	// Item is the one whose ticket may have been opened; "" where any may.
	Item ItemKey `json:"item,omitempty"`
}

// Declined is why a ticket was not closed, or opened again, as a person ordered.
type Declined struct {
	Want State  `json:"want"`
	Text string `json:"text"` // neutral Markdown
}

// Stuck is an item that could not become a ticket yet, or whose ticket could not be
// brought up to date.
type Stuck struct {
	Since time.Time `json:"since"`
	// Text is what Jira says of it and the next step, neutral Markdown; "" where
	// all of the site is in trouble, and its part says so.
	Text string `json:"text,omitempty"`
}

// SiteTrouble is what is wrong with a Jira site: it is known once for all
// incidents that have tickets there. The zero value is that nothing is.
type SiteTrouble struct {
	// Text says what is wrong and the next step, neutral Markdown; "" while it may
	// pass by itself and nothing is shown yet.
	Text string `json:"text,omitempty"`
	// Attempts are the failures in a row, and Since is when the first was.
	Attempts int       `json:"attempts"`
	Since    time.Time `json:"since"`
}

// After is what is wrong after one more failure. What a person can mend is said at
// once, and stays said until it works; what may pass by itself, when it has failed
// often enough.
func (t SiteTrouble) After(site Repo, err error, now time.Time) SiteTrouble {
	blocked := new(Blocked)
	if !errors.As(err, new(*Later)) {
		t.Attempts++
	}
	if t.Since.IsZero() {
		t.Since = now.UTC().Truncate(time.Second)
	}
	switch {
	case errors.As(err, &blocked):
		t.Text = blocked.Text
	case t.Text == "" && t.Attempts >= showAfter:
		t.Text = silence(site)
	}
	return t
}

// silence is what is said of a site whose trouble is nobody's to mend. Everybody may
// read it.
func silence(site Repo) string {
	return "Jira at " + code(site.Address()) + " can't be asked what became of its tickets: they are shown as they were before. " +
		"It is asked again by itself; the server's log says more."
}

// HiddenSites are the addresses of Jira sites that not everybody can read: those
// of the projects, and those at which there are tickets.
func (l Ledger) HiddenSites(projects []Project) []string {
	public := map[Repo]bool{}
	var all []Repo
	for _, p := range projects {
		public[p.Site] = p.Public
		all = append(all, p.Site)
	}
	for _, e := range l.Items {
		if e.Issue.Repo.Jira() {
			all = append(all, e.Issue.Repo)
		}
	}
	var hidden []string
	for _, site := range all {
		if !public[site] {
			hidden = union(hidden, []string{site.Address()})
		}
	}
	return hidden
}
