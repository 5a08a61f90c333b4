package incident

import (
	"slices"
	"time"
)

// Outcome is what came of an effect, as far as it must be remembered.
type Outcome struct {
	Comment int64     // of a comment that was written
	At      time.Time // when a comment was created, by GitHub's clock
	Issue   Issue     // that was opened
	// IndexLeft is true when the index has no block, or one that people have
	// changed: then it was left as it is.
	IndexLeft bool
	// IndexedSince is since when the index is the one that was written to.
	IndexedSince time.Time
}

// Starting is called, and the record stored, before an effect that could not
// be told from somebody else's, or would be done twice, if it were cut off
// before it was recorded.
func (r *Record) Starting(e Effect) (store bool) {
	switch e := e.(type) {
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
		PublishPage, WithdrawPage,
		CloseDuplicate, React, WriteReply, WriteClosing, CloseParent:
	}
	return store
}

// Did puts into the record that an effect was carried out.
func (r *Record) Did(e Effect, out Outcome, now time.Time) {
	delete(r.Problems, e.Part())
	l := &r.Ledger
	switch e := e.(type) {
	case WriteTracker:
		l.TrackerID = out.Comment
		r.EditsAt = out.At // zero after an edit: it may have crossed a person's
	case CreatePage:
		l.Page = Page{
			Path: e.Path, Repo: e.Repo, Private: e.Private, At: now.UTC().Truncate(time.Second),
			Row: e.Index.digest(), Index: out.IndexedSince,
		}
		r.IndexLeft = out.IndexLeft
	case OpenFollowUp:
		l.opened(e, Ref{e.In, out.Issue.Key.Number})
		r.Opening = slices.DeleteFunc(r.Opening, func(k ItemKey) bool { return k == e.Item })
	case AttachFollowUp:
		if entry := l.Entry(e.Item); entry != nil {
			entry.Attached = true
		}
	case React:
		l.Reactions = append(l.Reactions, e.Reaction)
	case WriteClosing:
		l.Closing.CommentID, l.Closing.Complete = out.Comment, e.Complete
		l.Closing.At = now.UTC().Truncate(time.Second)
	case UpdateFollowUp:
		if entry := l.Entry(e.Item); entry != nil {
			entry.Wrote = e.Is
		}
	case SetFollowUp:
		if entry := l.Entry(e.Item); entry != nil && entry.Want == e.State {
			entry.Want = ""
		}
	case AskWhy:
		if entry := l.Entry(e.Item); entry != nil {
			entry.Asked = true
		}
	case WriteReply:
		l.Replied = union(l.Replied, []int64{e.To})
	case CloseParent:
		l.Closing.Shut = true
	case LabelParent:
		if e.For == ClosingPart {
			l.Closing.Labelled, r.Labelling = e.On, false
		}
	case CloseDuplicate:
		l.Healed = union(l.Healed, []int{e.Issue.Number})
	case UpdatePage:
		for _, link := range e.Links {
			if entry := l.Entry(link.Item); entry != nil {
				entry.Linked = true
			}
		}
		if e.IndexToo {
			l.Page.Row, l.Page.Index, r.IndexLeft = e.Index.digest(), out.IndexedSince, out.IndexLeft
		}
	case PublishPage:
		l.copied(Copy{Repo: e.Repo, Path: e.Path, At: now.UTC().Truncate(time.Second)}, Publish)
	case WithdrawPage:
		l.copied(Copy{}, Withdraw)
	case DeleteComment:
	}
}

// opened notes which issue an item became. An item that was forgotten meanwhile
// is there again: its issue is.
func (l *Ledger) opened(e OpenFollowUp, issue Ref) {
	entry := l.Entry(e.Item)
	if entry == nil {
		l.Items = append(l.Items, Entry{Key: e.Item, Source: e.Source, Words: e.Words})
		entry = &l.Items[len(l.Items)-1]
	}
	if !entry.Opened() {
		entry.Issue, entry.Wrote = issue, e.Wrote
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
