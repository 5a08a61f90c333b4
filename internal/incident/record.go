package incident

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// Record is what the database remembers of an incident: the ledger, and what
// only matters until the next look.
type Record struct {
	// Repository is the id of the repository that all this is about. Another
	// may have the name by now.
	Repository int64            `json:"repository,omitempty"`
	Ledger     Ledger           `json:"ledger"`
	Problems   map[Part]Problem `json:"problems,omitempty"`
	// Opening are items whose issue is being opened. One that is still here
	// at the start of a look was cut off: whether it was opened is not
	// known, and only listing tells.
	Opening []ItemKey `json:"opening,omitempty"`
	// OpeningIn are the other repositories in which that is so.
	OpeningIn []Repo `json:"opening_in,omitempty"`
	// Revision is how often it was stored. One that somebody else has stored
	// since it was read is not stored over.
	Revision int64 `json:"-"`
	// Seen is when it was last looked at, by our clock.
	Seen time.Time `json:"seen,omitzero"`
	// Labelling is true while the label that says complete is being put on.
	// When that was cut off, a label that is on is ours.
	Labelling bool `json:"labelling,omitempty"`
	// Edits is the newest edit of the tracker that was looked into, and EditsAt
	// when the tracker had last changed by then: while it has not changed
	// since, nobody is asked for its history. Zero after a write of our own,
	// which may have crossed a person's.
	Edits   string    `json:"edits,omitempty"`
	EditsAt time.Time `json:"edits_at,omitzero"`
	// NoHistory is whether the host had no history when it was asked last.
	NoHistory bool `json:"no_history,omitempty"`
	// HistoryAt is when the parent had last changed when its history was on the
	// page in full, and Happened the time for which that is so of what happened
	// in its repository: while they are as they were, nobody is asked again.
	HistoryAt time.Time `json:"history_at,omitzero"`
	Happened  string    `json:"happened,omitempty"`
	// TimelineLeft is true when the page had no timeline that could be written
	// when it was last read: then nobody is asked at all.
	TimelineLeft bool `json:"timeline_left,omitempty"`
	// IndexLeft is true when the index of the wiki was not there to be written
	// when it was last tried.
	IndexLeft bool `json:"index_left,omitempty"`
	// WaitsForWiki is true while something in a wiki's settings, or in another
	// repository's, keeps the page from being made or brought up to date.
	WaitsForWiki bool `json:"waits_for_wiki,omitempty"`
	// InternalLeft is true when a page that everybody can read by now still had
	// internal sections when it was read last.
	InternalLeft bool `json:"internal_left,omitempty"`
	// TemplateError is why the page was not made from the repository's own
	// template: neutral Markdown, or "".
	TemplateError string `json:"template_error,omitempty"`
	// Unanswered is since when there have been questions that no look got to,
	// and nothing was taken in; zero when there are none.
	Unanswered time.Time `json:"unanswered,omitzero"`
	// Proposed are the lines on a public page that the tracker has shown to
	// wait for "/followup accept": what came later is not accepted unseen.
	Proposed []ItemKey `json:"proposed,omitempty"`
	// PageUnread is about a page that could not be read, and PageSeen what it was
	// like when it was; EventsUnread is about what happened.
	PageUnread   Unread   `json:"page_unread,omitzero"`
	EventsUnread Unread   `json:"events_unread,omitzero"`
	PageSeen     PageSeen `json:"page_seen,omitzero"`
	// NotesThere are the notes that were in the page's timeline when it was read
	// last: only then does the tracker not show them.
	NotesThere []ItemKey `json:"notes_there,omitempty"`
	// Seeks are the searches for tickets that may have been opened: see
	// [Record.Seek] and [Record.Sought].
	Seeks []Seek `json:"seeks,omitempty"`
	// Stuck are the items that could not become tickets yet, or whose tickets are
	// behind, and Declined is why what people ordered of tickets was not done.
	Stuck    map[ItemKey]Stuck    `json:"stuck,omitempty"`
	Declined map[ItemKey]Declined `json:"declined,omitempty"`
	// Vain is what was asked for in vain, the least recently asked first.
	Vain []Vain `json:"vain,omitempty"`
	// Twins are lines that say the same as one that stands elsewhere, and when
	// they were first seen: perhaps that one is being moved.
	Twins map[ItemKey]time.Time `json:"twins,omitempty"`
	// TakenOff is what there is to say of what people wrote in the tracker and
	// can't see there any more, oldest first.
	TakenOff []TakenOff `json:"taken_off,omitempty"`
}

// Clone is a copy that shares nothing with the record.
func (r Record) Clone() Record {
	r.Ledger, r.Problems, r.Opening = r.Ledger.clone(), maps.Clone(r.Problems), slices.Clone(r.Opening)
	r.Twins, r.OpeningIn = maps.Clone(r.Twins), slices.Clone(r.OpeningIn)
	r.Seeks, r.Stuck, r.Declined = slices.Clone(r.Seeks), maps.Clone(r.Stuck), maps.Clone(r.Declined)
	r.Proposed, r.TakenOff = slices.Clone(r.Proposed), slices.Clone(r.TakenOff)
	r.NotesThere, r.Vain = slices.Clone(r.NotesThere), slices.Clone(r.Vain)
	r.PageSeen.Blocks, r.PageSeen.Proposed = slices.Clone(r.PageSeen.Blocks), slices.Clone(r.PageSeen.Proposed)
	return r
}

// Outcome is what came of an effect, as far as it must be remembered.
type Outcome struct {
	Comment int64     // of a comment that was written
	At      time.Time // when a comment was created, by GitHub's clock
	Issue   Issue     // that was opened
	Ticket  Key       // that was opened
	// Refused are the fields that Jira did not take of a ticket: an assignee, too, who
	// was asked for and is not there. They are left out from now on, and it is said.
	Refused TicketFields
	// Declined is why what a person ordered of a ticket can't be done: neutral
	// Markdown, or "". Then it is as it was, and not tried again.
	Declined string
	// Linked are the items whose line on the page got its link.
	Linked []ItemKey
	// Indexed is true when the page's row is in the index as it was to be, or
	// the index was left alone: not where there was no page to be listed.
	Indexed bool
	// IndexLeft is true when the index has no block, or one that people have
	// changed: then it was left as it is.
	IndexLeft bool
	// IndexedSince is since when the index is the one that was written to.
	IndexedSince time.Time
}

// Starting is called, and the record stored, before an effect that could not
// be told from somebody else's, or would be done twice, if it were cut off
// before it was recorded.
func (r *Record) Starting(e Effect, now time.Time) (store bool) {
	switch e := e.(type) {
	case OpenTicket:
		r.unseek(e.Kind.Site, e.Item)
		r.Seeks = append(r.Seeks, Seek{Site: e.Kind.Site, At: now.UTC().Add(OpenLongest), Item: e.Item})
		return true
	case OpenFollowUp:
		if store = !slices.Contains(r.Opening, e.Item); store {
			r.Opening = append(r.Opening, e.Item)
			if e.In != "" {
				r.OpeningIn = union(r.OpeningIn, []Repo{e.In})
			}
		}
	case LabelParent:
		if e.For == ClosingPart {
			store = e.On && !r.Labelling
			r.Labelling = e.On
		}
	case WriteTracker, DeleteComment, CreatePage, AttachFollowUp, UpdateFollowUp, SetFollowUp, AskWhy, UpdatePage,
		PublishPage, WithdrawPage, LinkTicket,
		CloseDuplicate, React, WriteReply, WriteClosing, CloseParent:
	}
	return store
}

// Did puts into the record that an effect was carried out.
func (r *Record) Did(e Effect, out Outcome, now time.Time) {
	delete(r.Problems, e.Part())
	if item, ok := ticketItem(e); ok {
		delete(r.Stuck, item)
	}
	l, at := &r.Ledger, now.UTC().Truncate(time.Second)
	switch e := e.(type) {
	case WriteTracker:
		l.TrackerID, r.EditsAt = out.Comment, out.At // zero after an edit: it may have crossed a person's
	case CreatePage:
		l.Page = Page{
			Path: e.Path, Repo: e.Repo, Private: e.Private, At: at, Row: e.Index.digest(), Index: out.IndexedSince,
		}
		r.IndexLeft = out.IndexLeft
	case UpdatePage:
		r.updated(e, out)
	case PublishPage:
		l.copied(Copy{Repo: e.Repo, Path: e.Path, At: at}, Publish)
	case WithdrawPage:
		l.copied(Copy{}, Withdraw)
	case OpenFollowUp:
		l.opened(e, Ref{e.In, out.Issue.Key.Number})
		r.Opening = slices.DeleteFunc(r.Opening, func(k ItemKey) bool { return k == e.Item })
	case OpenTicket:
		r.unseek(e.Kind.Site, e.Item)
		l.openedTicket(e, Ref{e.Kind.Site, out.Ticket.Number}, out.Refused)
	case LinkTicket:
		l.change(e.Item, func(entry *Entry) { entry.Attached, entry.Paged = true, entry.Paged || e.Page })
	case AttachFollowUp:
		l.change(e.Item, func(entry *Entry) { entry.Attached = true })
	case UpdateFollowUp:
		l.change(e.Item, func(entry *Entry) {
			entry.Wrote, entry.Lacks = e.Is.Without(out.Refused, e.Was), entry.Lacks.And(out.Refused)
		})
	case SetFollowUp:
		l.change(e.Item, e.obeyed)
		r.decline(e.Item, e.State, out.Declined)
	case AskWhy:
		l.change(e.Item, func(entry *Entry) { entry.Asked = true })
	case CloseDuplicate:
		l.healed(e.Issue)
	case React:
		l.Reactions = append(l.Reactions, e.Reaction)
	case WriteReply:
		l.Replied = union(l.Replied, []int64{e.To})
	case WriteClosing:
		l.Closing.CommentID, l.Closing.Complete, l.Closing.At = out.Comment, e.Complete, at
	case CloseParent:
		l.Closing.Shut = true
	case LabelParent:
		r.labelled(e)
	case DeleteComment:
	}
}

// updated notes what was written to the page and the index: what was not found
// to be written to comes in the next look.
func (r *Record) updated(e UpdatePage, out Outcome) {
	for _, item := range out.Linked {
		r.Ledger.change(item, func(entry *Entry) { entry.Linked = true })
	}
	if e.IndexToo && out.Indexed {
		r.Ledger.Page.Row, r.Ledger.Page.Index, r.IndexLeft = e.Index.digest(), out.IndexedSince, out.IndexLeft
	}
}

// labelled notes that the label that says complete is on, or off.
func (r *Record) labelled(e LabelParent) {
	if e.For == ClosingPart {
		r.Ledger.Closing.Labelled, r.Labelling = e.On, false
	}
}

// obeyed notes that an order was carried out, unless there is another by now.
func (e SetFollowUp) obeyed(entry *Entry) {
	if entry.Want == e.State {
		entry.Want = ""
	}
}

// Seek has all tickets be sought that may have been opened at a site by now:
// when what was remembered of them is lost, or older than the tracker.
func (r *Record) Seek(site Repo, now time.Time) {
	r.unseek(site, "")
	r.Seeks = append(r.Seeks, Seek{Site: site, At: now.UTC()})
}

// Sought ends what a search at a site has answered that began at a time: the
// search shows by then what is older than its lag.
func (r *Record) Sought(site Repo, began time.Time, lag time.Duration) {
	r.Seeks = slices.DeleteFunc(slices.Clone(r.Seeks), func(s Seek) bool {
		return s.Site == site && !began.Before(s.At.Add(lag))
	})
}

// unseek forgets that an item's ticket may have been opened at a site.
func (r *Record) unseek(site Repo, item ItemKey) {
	r.Seeks = slices.DeleteFunc(slices.Clone(r.Seeks), func(s Seek) bool { return s.Site == site && s.Item == item })
}

// decline remembers why an order could not be carried out, for the tracker.
func (r *Record) decline(item ItemKey, want State, why string) {
	delete(r.Declined, item)
	if why != "" {
		if r.Declined == nil {
			r.Declined = map[ItemKey]Declined{}
		}
		r.Declined[item] = Declined{Want: want, Text: why}
	}
}

// Hindered puts into the record that an effect failed, if it was about a ticket.
// Only where one may have been opened all the same has it to be sought.
func (r *Record) Hindered(e Effect, err error, now time.Time) {
	item, ok := ticketItem(e)
	if !ok {
		return
	}
	if open, is := e.(OpenTicket); is {
		r.unseek(open.Kind.Site, open.Item)
		if errors.As(err, new(*Unsure)) {
			r.Seeks = append(r.Seeks, Seek{Site: open.Kind.Site, At: now.UTC(), Item: open.Item})
		}
	}
	text := ""
	if blocked := new(Blocked); errors.As(err, &blocked) && !blocked.Whole {
		text = blocked.Text
	}
	r.stuck(item, text, now)
}

// stuck keeps in mind since when an item waits for Jira, and why.
func (r *Record) stuck(item ItemKey, why string, now time.Time) {
	s, was := r.Stuck[item]
	if !was {
		s.Since = now.UTC().Truncate(time.Second)
	}
	if r.Stuck == nil {
		r.Stuck = map[ItemKey]Stuck{}
	}
	s.Text = why
	r.Stuck[item] = s
}

// ticketItem is the item whose ticket an effect opens or changes; false for any
// other effect.
func ticketItem(e Effect) (ItemKey, bool) {
	switch e := e.(type) {
	case OpenTicket:
		return e.Item, true
	case LinkTicket:
		return e.Item, true
	case UpdateFollowUp:
		return e.Item, e.Issue.Repo.Jira()
	case SetFollowUp:
		return e.Item, e.Issue.Repo.Jira()
	case AskWhy:
		return e.Item, e.Issue.Repo.Jira()
	case WriteTracker, DeleteComment, CreatePage, OpenFollowUp, AttachFollowUp, UpdatePage, PublishPage, WithdrawPage,
		CloseDuplicate, React, WriteReply, WriteClosing, LabelParent, CloseParent:
	}
	return "", false
}

// change changes an item's entry, if it is still there.
func (l *Ledger) change(item ItemKey, how func(*Entry)) {
	if entry := l.Entry(item); entry != nil {
		how(entry)
	}
}

func (l *Ledger) opened(e OpenFollowUp, issue Ref) {
	l.became(Entry{Key: e.Item, Source: e.Source, Words: e.Words, Issue: issue, Wrote: e.Wrote})
}

func (l *Ledger) openedTicket(e OpenTicket, ticket Ref, refused TicketFields) {
	l.became(Entry{
		Key: e.Item, Source: e.Source, Words: e.Words, Issue: ticket,
		Wrote: e.Wrote.Without(refused, Written{}), Lacks: e.Lacks.And(e.Left).And(refused),
	})
}

// healed notes that the second of two was closed.
func (l *Ledger) healed(second Key) {
	if second.Repo.Jira() {
		l.HealedTickets = union(l.HealedTickets, []Ref{Ref(second)})
		return
	}
	l.Healed = union(l.Healed, []int{second.Number})
}

// hasHealed is whether the second of two was closed: one that is open again is
// people's.
func (l *Ledger) hasHealed(second Key) bool {
	if second.Repo.Jira() {
		return slices.Contains(l.HealedTickets, Ref(second))
	}
	return slices.Contains(l.Healed, second.Number)
}

// became notes which issue an item became. An item that was forgotten meanwhile
// is there again: its issue is.
func (l *Ledger) became(made Entry) {
	entry := l.Entry(made.Key)
	if entry == nil {
		l.Items = append(l.Items, Entry{Key: made.Key, Source: made.Source, Words: made.Words})
		entry = &l.Items[len(l.Items)-1]
	}
	if !entry.Opened() {
		entry.Issue, entry.Wrote, entry.Lacks = made.Issue, made.Wrote, made.Lacks
	}
}

// Failed puts into the record that a part could not be finished, after the
// problem that it had before.
func (r *Record) Failed(part Part, err error, before Problem, now time.Time) {
	if r.Problems == nil {
		r.Problems = map[Part]Problem{}
	}
	p := NewProblem(part, err, before, now)
	p.Show = p.Show && !r.OnLine(err)
	r.Problems[part] = p
}

// OnLine is whether what an error says stands on the line of an item, and not in a
// notice: it holds up that item alone, by [Record.Hindered].
func (r Record) OnLine(err error) bool {
	blocked := new(Blocked)
	if !errors.As(err, &blocked) || blocked.Whole {
		return false
	}
	for _, s := range r.Stuck {
		if s.Text == blocked.Text {
			return true
		}
	}
	return false
}
