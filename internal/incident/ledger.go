package incident

import (
	"slices"
	"time"
)

// Ledger is what can't be read back from the world: what was made, what
// people removed, what was judged, which commands ran. It travels in the
// tracker as JSON, compressed; hence the short names. Fields are only ever
// added, so that an old tracker can be read by a new Hindsight.
type Ledger struct {
	// Accepted is who put the label on with the right to; nil until then.
	Accepted *Acceptance `json:"a,omitempty"`
	// TrackerID is the comment, and Removals how often people deleted it.
	TrackerID int64 `json:"t,omitempty"`
	Removals  int   `json:"r,omitempty"`
	Page      Page  `json:"p,omitzero"`
	// Items are the lines that are followed up, oldest first.
	Items []Entry `json:"i,omitempty"`
	// Refused are lines by people who lack the permission.
	Refused []ItemKey `json:"d,omitempty"`
	// All is true once somebody confirmed that a large number of items is
	// meant to be opened.
	All bool `json:"l,omitempty"`
	// Reactions are answers to commands that were given: comment and kind.
	Reactions []Reaction `json:"e,omitempty"`
	Closing   Closing    `json:"c,omitzero"`
}

// Acceptance is the moment when the label counted.
type Acceptance struct {
	By string    `json:"b"`
	At time.Time `json:"t"`
}

// Page is the post-mortem page. Its path is chosen once and never changes.
type Page struct {
	Path string    `json:"p"`           // in the wiki, with ".md"
	URL  string    `json:"u,omitempty"` // empty until it was made
	At   time.Time `json:"t,omitzero"`  // when it was made
}

// Entry is an item that is followed up.
type Entry struct {
	Key      ItemKey `json:"k"`
	Source   Source  `json:"s"`
	Words    string  `json:"w"`           // the item's words, normalised and hashed
	Issue    *Ref    `json:"n,omitempty"` // nil until it was opened
	Attached bool    `json:"a,omitempty"` // tried as a native sub-issue
}

// Ref is the issue that an entry became.
type Ref struct {
	Number int   `json:"n"`
	ID     int64 `json:"i"`
}

// Reaction is one answer to a command.
type Reaction struct {
	Comment int64  `json:"c"`
	Content string `json:"r"`
}

// Closing is what was said and done when everything was done.
type Closing struct {
	CommentID int64     `json:"c,omitempty"`
	Complete  bool      `json:"d,omitempty"` // what the comment says now
	Labelled  bool      `json:"l,omitempty"` // the label is on by our hand
	Closed    bool      `json:"x,omitempty"` // we closed the parent, once
	At        time.Time `json:"t,omitzero"`  // when it was complete
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

// Clone copies what planning may change.
func (l Ledger) Clone() Ledger {
	l.Items = slices.Clone(l.Items)
	l.Refused = slices.Clone(l.Refused)
	l.Reactions = slices.Clone(l.Reactions)
	if l.Accepted != nil {
		a := *l.Accepted
		l.Accepted = &a
	}
	for i, e := range l.Items {
		if e.Issue != nil {
			ref := *e.Issue
			l.Items[i].Issue = &ref
		}
	}
	return l
}

// Record is what the database remembers of an incident: the ledger, and what
// only matters until the next look.
type Record struct {
	Ledger   Ledger           `json:"ledger"`
	Problems map[Part]Problem `json:"problems,omitempty"`
	// Opening are items whose issue is being opened. One that is still here
	// at the start of a look was cut off: whether it was opened is not
	// known, and only listing tells.
	Opening []ItemKey `json:"opening,omitempty"`
}
