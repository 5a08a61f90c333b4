package incident_test

import (
	"errors"
	"testing"
	"time"

	"hindsight/internal/incident"
)

func TestDid(t *testing.T) {
	t.Parallel()
	known := incident.Entry{Key: "a", Source: incident.FromBody, Words: "w"}
	made := known
	made.Issue = incident.Ref{Number: 101}
	attached := made
	attached.Attached = true
	out := incident.Outcome{Issue: incident.Issue{Key: incident.NewKey("acme", "shop", 101), ID: 1101}, Comment: 7}
	tests := []struct {
		effect incident.Effect
		before incident.Record
		after  incident.Record
	}{
		{incident.WriteTracker{}, incident.Record{}, incident.Record{Ledger: incident.Ledger{TrackerID: 7}}},
		{
			incident.CreatePage{Path: "p.md"},
			incident.Record{Ledger: incident.Ledger{Page: incident.Page{Path: "p.md"}}},
			incident.Record{Ledger: incident.Ledger{Page: incident.Page{Path: "p.md", At: now, Row: incident.IndexRow{}.Digest()}}},
		},
		{
			incident.OpenFollowUp{Item: "a", Source: incident.FromBody, Words: "w"},
			incident.Record{Ledger: incident.Ledger{Items: []incident.Entry{known}}, Opening: []incident.ItemKey{"a", "b"}},
			incident.Record{Ledger: incident.Ledger{Items: []incident.Entry{made}}, Opening: []incident.ItemKey{"b"}},
		},
		{
			incident.OpenFollowUp{Item: "a", Source: incident.FromBody, Words: "w"},
			incident.Record{},
			incident.Record{Ledger: incident.Ledger{Items: []incident.Entry{made}}},
		},
		{
			incident.AttachFollowUp{Item: "a"},
			incident.Record{Ledger: incident.Ledger{Items: []incident.Entry{made}}},
			incident.Record{Ledger: incident.Ledger{Items: []incident.Entry{attached}}},
		},
		{incident.AttachFollowUp{Item: "gone"}, incident.Record{}, incident.Record{}},
		{
			incident.CloseDuplicate{Issue: incident.NewKey("acme", "shop", 102)},
			incident.Record{},
			incident.Record{Ledger: incident.Ledger{Healed: []int{102}}},
		},
		{
			incident.CloseDuplicate{Issue: incident.Key{Repo: site, Number: 102}},
			incident.Record{},
			incident.Record{Ledger: incident.Ledger{HealedTickets: []incident.Ref{{Repo: site, Number: 102}}}},
		},
		{
			incident.React{Reaction: incident.Reaction{Comment: 5, Content: incident.Seen}},
			incident.Record{},
			incident.Record{Ledger: incident.Ledger{Reactions: []incident.Reaction{{Comment: 5, Content: "eyes"}}}},
		},
		{
			incident.WriteClosing{Complete: true},
			incident.Record{},
			incident.Record{Ledger: incident.Ledger{Closing: incident.Closing{CommentID: 7, Complete: true, At: now}}},
		},
		{
			incident.LabelParent{On: true, For: incident.ClosingPart},
			incident.Record{Labelling: true},
			incident.Record{Ledger: incident.Ledger{Closing: incident.Closing{Labelled: true}}},
		},
		{
			incident.LabelParent{For: incident.ClosingPart},
			incident.Record{Ledger: incident.Ledger{Closing: incident.Closing{Labelled: true}}},
			incident.Record{},
		},
		{incident.DeleteComment{ID: 9}, incident.Record{}, incident.Record{}},
	}
	for _, tt := range tests {
		t.Run(tt.effect.String(), func(t *testing.T) {
			t.Parallel()
			r := tt.before.Clone()
			r.Problems = map[incident.Part]incident.Problem{tt.effect.Part(): {}, "other": {}}
			r.Did(tt.effect, out, now.Add(time.Millisecond))
			same(t, "problems that are left", map[incident.Part]incident.Problem{"other": {}}, r.Problems)
			r.Problems = nil
			if len(r.Ledger.Items) == 0 && len(r.Opening) == 0 {
				r.Opening = nil
			}
			same(t, "record", tt.after, r)
		})
	}
}

func TestStarting(t *testing.T) {
	t.Parallel()
	var r incident.Record
	tests := []struct {
		effect incident.Effect
		stored bool
	}{
		{incident.OpenFollowUp{Item: "a"}, true},
		{incident.OpenFollowUp{Item: "a"}, false},
		{incident.OpenFollowUp{Item: "b"}, true},
		{incident.LabelParent{On: true, For: incident.ClosingPart}, true},
		{incident.LabelParent{On: true, For: incident.ClosingPart}, false},
		{incident.LabelParent{For: incident.ClosingPart}, false},
		{incident.WriteTracker{}, false},
		{incident.CreatePage{}, false},
		{incident.AttachFollowUp{}, false},
		{incident.React{}, false},
		{incident.WriteClosing{}, false},
		{incident.CloseDuplicate{}, false},
		{incident.DeleteComment{}, false},
		{incident.PublishPage{}, false},
		{incident.WithdrawPage{}, false},
	}
	for _, tt := range tests {
		same(t, tt.effect.String(), tt.stored, r.Starting(tt.effect, time.Time{}))
	}
	same(t, "opening", []incident.ItemKey{"a", "b"}, r.Opening)
}

func TestFailed(t *testing.T) {
	t.Parallel()
	var r incident.Record
	for range 3 {
		r.Failed(incident.PagePart, errors.New("502"), r.Problems[incident.PagePart], now)
	}
	r.Failed(incident.ClosingPart, errors.New("502"), incident.Problem{Attempts: 6}, now)
	same(t, "page", incident.Problem{
		Text: noPageYet + hiccup, Show: true, Attempts: 3, NotBefore: now.Add(20 * time.Second), RetryAt: now.Add(20 * time.Second),
	}, r.Problems[incident.PagePart])
	same(t, "closing, which did something in between", 7, r.Problems[incident.ClosingPart].Attempts)
}

func TestCloneSharesNothing(t *testing.T) {
	t.Parallel()
	full := func() incident.Record {
		return incident.Record{
			Ledger: incident.Ledger{
				Items: []incident.Entry{{Key: "a"}}, Refused: []incident.ItemKey{"r"},
				Reactions: []incident.Reaction{{Comment: 1}}, Healed: []int{1},
				HealedTickets: []incident.Ref{{Repo: site, Number: 1}},
			},
			Problems:  map[incident.Part]incident.Problem{incident.PagePart: {Attempts: 1}},
			Opening:   []incident.ItemKey{"o"},
			Labelling: true,
			Vain:      []incident.Vain{{Issue: parentKey}},
			Seeks:     []incident.Seek{{Site: site}},
		}
	}
	r := full()
	c := r.Clone()
	same(t, "clone", r, c)
	c.Ledger.Items[0].Key, c.Ledger.Refused[0], c.Ledger.Reactions[0].Comment, c.Ledger.Healed[0] = "x", "x", 9, 9
	c.Problems[incident.PagePart], c.Opening[0] = incident.Problem{}, "x"
	c.Ledger.HealedTickets[0].Number, c.Vain[0].At, c.Seeks[0].At = 9, now, now
	same(t, "the original", full(), r)
}
