package reconcile_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"hindsight/internal/incident"
)

// claimed is an entry as whoever may edit the tracker could write it.
func claimed(n int, ref incident.Ref) incident.Entry {
	letter := func(i int) string { return string(rune('a' + i%26)) }
	key := "strayaaaaa" + letter(n/26) + letter(n)
	return incident.Entry{Key: incident.ItemKey(key), Words: key, Source: incident.FromBody, Issue: ref}
}

// claims puts a tracker on the parent whose ledger holds the entries.
func (s *stage) claims(entries ...incident.Entry) {
	ledger := incident.Ledger{Accepted: incident.Acceptance{By: "ada", At: opened}, Items: entries}
	s.forge.say(parent, incident.Comment{Ours: true, Body: trackerOf(idOf(parent.Number), ledger)})
}

// opens makes an issue of ours that no listing shows.
func (s *stage) opens(key incident.Key) {
	s.addIssue(key)
	s.edit(key, func(i *incident.Issue) { i.AppID, i.Body = ourApp, "Mend the pool" })
}

// A ledger that names what this App did not open is not believed.
func TestLedgerNamesAStrangersIssue(t *testing.T) {
	t.Parallel()
	for _, app := range []int64{0, ourApp + 1} {
		t.Run(fmt.Sprint("by app ", app), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.addIssue(number(200))
			s.edit(number(200), func(i *incident.Issue) { i.AppID = app })
			s.claims(claimed(0, incident.Ref{Number: 200}))
			s.look(t)
			if items := s.record(parent).Ledger.Items; len(items) != 0 {
				t.Errorf("believed: %+v", items)
			}
			s.expect(t, 0, "AttachSubIssue", "SaveFollowUp")
			s.expect(t, 1, "Issue acme/shop#200")
			if body := s.tracker(t).Body; strings.Contains(body, "#200") {
				t.Errorf("the tracker shows it:\n%s", body)
			}
		})
	}
}

// What was found to be no follow-up stays out for the run, also while the
// tracker can't be brought up to date.
func TestDisownedOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.addIssue(number(200))
	s.claims(claimed(0, incident.Ref{Number: 200}))
	s.before["EditComment"] = fails(errors.New("502"))
	s.look(t)
	s.expect(t, 1, "Issue acme/shop#200")
	s.expect(t, 1, "OpenIssue")
	items := s.record(parent).Ledger.Items
	if len(items) != 1 || items[0].Issue.Number != s.onlyFollowUp(t).Key.Number {
		t.Errorf("the ledger holds %+v", items)
	}
}

// A ledger can't say that what was never asked for was confirmed, nor keep
// people from confirming.
func TestLedgerThatConfirmsTheFuture(t *testing.T) {
	t.Parallel()
	s := newStage(t, "### Follow-ups\n"+strings.Repeat("- [ ] Mend\n", 26))
	ledger := incident.Ledger{All: math.MaxInt64, Accepted: incident.Acceptance{By: "ada", At: opened}}
	s.forge.say(parent, incident.Comment{Ours: true, Body: trackerOf(idOf(parent.Number), ledger)})
	s.look(t)
	s.expect(t, 0, "OpenIssue")
	s.say(ben, "/followup all")
	s.look(t)
	s.expect(t, 26, "OpenIssue")
}

// The token reaches further than who edits a tracker: what is attached is what
// GitHub says the number is, and what is not there is not attached.
func TestLedgerNamesANumber(t *testing.T) {
	t.Parallel()
	t.Run("of an issue that is there", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, "It is down.")
		s.opens(number(200))
		s.claims(claimed(0, incident.Ref{Number: 200}))
		s.look(t)
		if want := []int64{1200}; !slices.Equal(s.forge.attached, want) {
			t.Errorf("attached %v, want %v", s.forge.attached, want)
		}
	})
	t.Run("of an issue that is not there", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, "It is down.")
		s.claims(claimed(0, incident.Ref{Number: 200}))
		if next := s.look(t); !next.IsZero() {
			t.Errorf("look again at %s: %+v", next, s.record(parent).Problems)
		}
		s.look(t)
		s.expect(t, 0, "AttachSubIssue")
	})
}

// A tracker filled with numbers makes us ask for some of them only, in all
// rounds of a run; the next run goes on where this one ended.
func TestLedgerOfManyNumbers(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	var entries []incident.Entry
	for i := range 60 {
		s.opens(number(200 + i))
		entries = append(entries, claimed(i, incident.Ref{Number: 200 + i}))
	}
	s.claims(entries...)
	asked := func() int {
		n := 0
		for _, c := range s.made("Issue") {
			if c != "Issue "+parent.String() {
				n++
			}
		}
		return n
	}
	for _, want := range []int{50, 10, 0} {
		s.forget()
		s.look(t)
		if n := asked(); n != want {
			t.Errorf("asked for %d follow-ups, want %d", n, want)
		}
	}
	if n := len(s.memory.followUps[parent]); n != 60 {
		t.Errorf("%d follow-ups are remembered", n)
	}
}

// What was deleted stays deleted, however often the database is lost.
// TestWhatWasWrittenOutlivesTheTracker: with the tracker and the database gone, a
// follow-up's marker tells what on it is Hindsight's own.
func TestWhatWasWrittenOutlivesTheTracker(t *testing.T) {
	t.Parallel()
	s := newStage(t, "### Follow-ups\n- [ ] Mend it @bob p1 due 2026-12-01")
	s.look(t)
	issue := s.onlyFollowUp(t)
	wrote := s.record(parent).Ledger.Items[0].Wrote
	s.memory = newMemory(s.marker)
	s.reconciler.Memory = s.memory
	delete(s.forge.comments, parent)
	s.edit(parent, func(i *incident.Issue) { i.Body = "### Follow-ups\n- [ ] Mend it @ada p2 due 2026-12-24" })
	s.look(t)
	s.edit(issue.Key, func(i *incident.Issue) { issue = *i })
	if want := []string{"ada"}; !slices.Equal(issue.Assignees, want) {
		t.Errorf("it is assigned to %v, want %v, whom the line names by now", issue.Assignees, want)
	}
	if is := s.record(parent).Ledger.Items[0].Wrote; is == wrote || is.Due != "20261224" || is.Severity != wrote.Severity {
		t.Errorf("the ledger says that %+v was written; before: %+v", is, wrote)
	}
	s.expect(t, 1, "OpenIssue")
}

func TestDeletedFollowUpOutlivesTheDatabase(t *testing.T) {
	t.Parallel()
	s, issue := followed(t)
	delete(s.forge.issues, issue.Key)
	ref := s.record(parent).Ledger.Items[0].Issue
	for range 3 {
		s.memory = newMemory(s.marker)
		s.reconciler.Memory = s.memory
		s.look(t)
		s.expect(t, 0, "OpenIssue", "AttachSubIssue")
		s.shows(t, "gone")
		if items := s.record(parent).Ledger.Items; len(items) != 1 || items[0].Issue != ref {
			t.Errorf("the ledger holds %+v, want %+v", items, ref)
		}
	}
}
