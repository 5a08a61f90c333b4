package reconcile

import (
	"context"
	"fmt"
	"slices"

	"hindsight/internal/incident"
)

// readEdits finds what people ticked, unticked and added in the tracker since
// it was looked into last: what stands there now, and what a write of ours has
// crossed, which only the comment's history shows. It is asked for only when
// the tracker has changed, or was written by us, since.
func (n *run) readEdits(ctx context.Context, w *incident.World, tracker incident.Comment, remembered int64) error {
	record, now := n.snapshot(), n.sheet(tracker.Body)
	w.Edits, w.EditsAt = record.Edits, tracker.UpdatedAt
	// GitHub's times are whole seconds: an edit may hide behind an equal one,
	// unless it can be seen, or a write of ours is not looked into yet.
	quiet := remembered == tracker.ID && tracker.UpdatedAt.Equal(record.EditsAt) ||
		remembered == 0 && tracker.UpdatedAt.Equal(tracker.CreatedAt)
	if quiet && !now.edited() {
		w.NoHistory = record.NoHistory
		w.Items = append(w.Items, now.items(nil)...)
		return nil
	}
	if past := n.history; quiet && past.edit != "" && past.edit == record.Edits && past.body == tracker.Body {
		w.Items = append(w.Items, past.items...)
		return nil
	}
	edits, known, err := n.forge.Edits(ctx, tracker)
	if err != nil {
		return fmt.Errorf("ask who edited the tracker of %s: %w", n.key, err)
	}
	if w.NoHistory = !known; w.NoHistory || len(edits) == 0 {
		w.Items = append(w.Items, now.items(nil)...)
		return nil
	}
	edits = upTo(edits, tracker.Body)
	since := record.Edits
	is := func(id string) func(incident.Edit) bool { return func(e incident.Edit) bool { return e.ID == id } }
	if remembered == 0 || since != "" && !slices.ContainsFunc(edits, is(since)) {
		since = newestOfOurs(edits) // nobody knows what was looked into: what we wrote last was
	}
	w.Edits = edits[0].ID
	if i := slices.IndexFunc(edits, is(since)); i >= 0 {
		edits = edits[:i]
	}
	found := n.review(edits)
	n.history = looked{edit: w.Edits, body: tracker.Body, items: append(found.items, now.items(found.wrote)...)}
	w.Ticks, w.Items = found.ticks, append(w.Items, n.history.items...)
	return nil
}

// looked is what was found when a tracker's history was last asked for: what
// people wrote, in the text of that time. While it is that text, and what was
// ticked in it is in the record, there is nothing else to be found.
type looked struct {
	edit, body string
	items      []incident.Item
}

// upTo leaves out what was written after the tracker was read: who wrote it is
// found out when it is read, too.
func upTo(edits []incident.Edit, body string) []incident.Edit {
	at := slices.IndexFunc(edits, func(e incident.Edit) bool { return e.Body == body })
	return edits[max(0, at):]
}

func newestOfOurs(edits []incident.Edit) string {
	for _, e := range edits {
		if e.Ours {
			return e.ID
		}
	}
	return ""
}

// sheet is a tracker's checklist at one time, and the boxes as Hindsight had
// written them.
type sheet struct {
	boxes []Box
	shown map[incident.Key]bool
}

func (n *run) sheet(body string) sheet {
	_, _, ledger, _ := n.r.Texts.ReadTracker(body)
	s := sheet{boxes: n.r.Texts.ReadBoxes(body, n.key), shown: map[incident.Key]bool{}}
	for _, e := range ledger.Items {
		if e.Opened() {
			s.shown[e.Issue.In(n.key.Repo)] = e.Shown
		}
	}
	return s
}

// ticked are the boxes that are not as Hindsight wrote them.
func (s sheet) ticked() map[incident.Key]bool {
	changed := map[incident.Key]bool{}
	for _, b := range s.boxes {
		if shown, ours := s.shown[b.Issue]; ours && shown != b.Ticked {
			changed[b.Issue] = b.Ticked
		}
	}
	return changed
}

// edited is whether it shows that people have been at it.
func (s sheet) edited() bool {
	return len(s.ticked()) > 0 || slices.ContainsFunc(s.boxes, func(b Box) bool { return b.Issue.Number == 0 })
}

// items are the lines that people added; wrote tells who wrote them and when.
func (s sheet) items(wrote map[string]incident.Edit) []incident.Item {
	var items []incident.Item
	for _, b := range s.boxes {
		if b.Issue.Number == 0 {
			items = append(items, incident.Item{
				Source: incident.FromTracker, Author: wrote[b.Text].By, Text: b.Text, Ticked: b.Ticked,
				Written: wrote[b.Text].At,
			})
		}
	}
	return items
}

// reviewed is what a stretch of a tracker's history tells.
type reviewed struct {
	ticks []incident.Tick
	// items were added and written over by us; wrote are the edits that added
	// what stands there still.
	items []incident.Item
	wrote map[string]incident.Edit
}

// review goes through edits, the newest first, from the oldest on. What people
// did between two writes of ours counts as it was in the end, and as the deed
// of whoever did it first.
func (n *run) review(edits []incident.Edit) reviewed {
	var found reviewed
	ticks, last := map[incident.Key]incident.Tick{}, sheet{}
	found.wrote = map[string]incident.Edit{}
	end := func() {
		for _, b := range last.boxes { // in the order of the list
			if t, ok := ticks[b.Issue]; ok {
				found.ticks = append(found.ticks, t)
			}
		}
		clear(ticks)
	}
	for _, e := range slices.Backward(edits) {
		if e.Ours {
			end()
			found.items = append(found.items, last.items(found.wrote)...)
			last, found.wrote = sheet{}, map[string]incident.Edit{}
			continue
		}
		if of, _, _, ok := n.r.Texts.ReadTracker(e.Body); !ok || !n.isMe(of) {
			continue
		}
		last = n.sheet(e.Body)
		n.reviewOne(e, last, ticks, found.wrote)
	}
	end()
	return found
}

func (n *run) reviewOne(e incident.Edit, s sheet, ticks map[incident.Key]incident.Tick, wrote map[string]incident.Edit) {
	changed := s.ticked()
	for key := range ticks {
		if _, still := changed[key]; !still {
			delete(ticks, key)
		}
	}
	for key, ticked := range changed {
		if t, before := ticks[key]; !before || t.Ticked != ticked {
			ticks[key] = incident.Tick{Issue: key, Ticked: ticked, By: e.By, Edit: e.ID}
		}
	}
	for _, b := range s.boxes {
		if _, before := wrote[b.Text]; b.Issue.Number == 0 && !before {
			wrote[b.Text] = e
		}
	}
}
