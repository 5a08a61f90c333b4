package incident

import (
	"errors"
	"slices"
	"time"
)

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
		r.Seeks = append(r.Seeks, Seek{Site: e.Kind.Site, At: now.UTC(), Item: e.Item})
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
		l.openedTicket(e, Ref{e.Kind.Site, out.Ticket.Number})
	case LinkTicket:
		l.change(e.Item, func(entry *Entry) { entry.Attached, entry.Paged = true, entry.Paged || e.Page })
	case AttachFollowUp:
		l.change(e.Item, func(entry *Entry) { entry.Attached = true })
	case UpdateFollowUp:
		l.change(e.Item, func(entry *Entry) { entry.Wrote = e.Is })
	case SetFollowUp:
		l.change(e.Item, e.obeyed)
		r.decline(e.Item, e.State, out.Declined)
	case AskWhy:
		l.change(e.Item, func(entry *Entry) { entry.Asked = true })
	case CloseDuplicate:
		l.Healed = union(l.Healed, []int{e.Issue.Number})
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
	if open, is := e.(OpenTicket); is && !errors.As(err, new(*Unsure)) {
		r.unseek(open.Kind.Site, open.Item)
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

func (l *Ledger) openedTicket(e OpenTicket, ticket Ref) {
	l.became(Entry{Key: e.Item, Source: e.Source, Words: e.Words, Issue: ticket, Wrote: e.Wrote, Lacks: e.Lacks})
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
	r.Problems[part] = NewProblem(part, err, before, now)
}
