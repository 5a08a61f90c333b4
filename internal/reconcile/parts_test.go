package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

func TestPanicIsAProblemOfItsPart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		call string
		part incident.Part
	}{
		{"Create", incident.PagePart},
		{"OpenIssue", incident.FollowUpsPart},
		{"WriteComment", incident.TrackerPart},
	} {
		t.Run(c.call, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, oneItem)
			s.before[c.call] = once(func(context.Context) error { panic("pool\x00**") })
			next := s.look(t)
			record := s.record(parent)
			p, ok := record.Problems[c.part]
			if !ok || len(record.Problems) != 1 {
				t.Fatalf("problems %+v, want one of the %s", record.Problems, c.part)
			}
			if strings.Contains(p.Text, "pool") {
				t.Errorf("what the panic said is shown to people: %q", p.Text)
			}
			if !next.Equal(p.RetryAt) {
				t.Errorf("looked at again at %s, want at %s", next, p.RetryAt)
			}
			page, followUps, tracker := len(s.wiki.pages) > 0, len(s.followUps()) == 1, len(s.ours()) == 1
			if page == (c.call == "Create") || followUps == (c.call == "OpenIssue") || tracker == (c.call == "WriteComment") {
				t.Errorf("page %t, follow-up %t, tracker %t", page, followUps, tracker)
			}
			s.reconciler.Clock = func() time.Time { return p.RetryAt }
			if next := s.look(t); !next.IsZero() || len(s.record(parent).Problems) != 0 {
				t.Errorf("after the retry: look again at %s, %+v", next, s.record(parent).Problems)
			}
			s.shows(t, "/wiki/", "Mend the pool")
		})
	}
}

func TestWhatStopsAPart(t *testing.T) {
	t.Parallel()
	now := opened.Add(time.Hour)
	for _, c := range []struct {
		name     string
		err      error
		calls    int // to open one of the two follow-ups
		attached int
		next     time.Time
		notice   string
	}{
		{"blocked", &incident.Blocked{Text: "Issues are switched off."}, 2, 1, now.Add(time.Minute), "Issues are switched off."},
		{"passing", errors.New("502"), 1, 0, now.Add(5 * time.Second), ""},
		{"later", &incident.Later{At: now.Add(17 * time.Minute)}, 1, 0, now.Add(17 * time.Minute), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, twoItem)
			refusal := fails(c.err)
			s.before["OpenIssue"] = once(refusal)
			if next := s.look(t); !next.Equal(c.next) {
				t.Errorf("look again at %s, want %s", next, c.next)
			}
			s.expect(t, c.calls, "OpenIssue")
			s.expect(t, c.attached, "AttachSubIssue")
			s.expect(t, 0, "Issue acme/shop#0") // an item without an issue
			s.expect(t, 1, "Create")
			s.shows(t, "/wiki/", c.notice)
			s.reconciler.Clock = func() time.Time { return c.next }
			if next := s.look(t); !next.IsZero() {
				t.Errorf("look again at %s although all is done", next)
			}
			if n := len(s.followUps()); n != 2 || len(s.forge.attached) != 2 {
				t.Errorf("%d follow-ups, attached: %v", n, s.forge.attached)
			}
			if c.notice != "" && strings.Contains(s.tracker(t).Body, c.notice) {
				t.Error("the notice stays although it works")
			}
		})
	}
}

// Of several refusals of one part the first is told, with its next step, and
// not what follows from it.
func TestFirstRefusalIsTold(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.before["OpenIssue"] = fails(&incident.Blocked{Text: "Issues are switched off."})
	s.look(t)
	s.shows(t, "Issues are switched off.")
	s.expect(t, 0, "AttachSubIssue")
}

// What else the part manages to do is no sign that the refusal has ended: it
// is asked ever less often.
func TestRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.before["OpenIssue Mend the pool"] = fails(&incident.Blocked{Text: "Issues are switched off."})
	for i, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		s.say(ben, fmt.Sprintf("### Follow-ups\n- [ ] Write part %d\n", i))
		at := s.reconciler.Clock()
		next := s.look(t)
		if rest := next.Sub(at); rest != want {
			t.Errorf("after refusal %d it rests %s, want %s", i+1, rest, want)
		}
		if n := len(s.followUps()); n != i+1 {
			t.Errorf("%d follow-ups, want %d", n, i+1)
		}
		s.reconciler.Clock = func() time.Time { return next }
	}
}

// What is held back keeps its time, and nothing is tried before.
func TestHeldBack(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	at := s.now().Add(time.Hour)
	s.before["Create"] = once(fails(&incident.Later{At: at}))
	s.look(t)
	if next := s.look(t); !next.Equal(at) {
		t.Errorf("look again at %s, want %s", next, at)
	}
	s.expect(t, 1, "Create")
}

func TestPaused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		set  func(*stage)
	}{
		{"archived", func(s *stage) { s.forge.repository.Archived = true }},
		{"suspended", func(s *stage) { s.before["Issue"] = fails(&incident.Paused{Why: "suspended"}) }},
		{"suspended in between", func(s *stage) { s.before["Comments"] = fails(&incident.Paused{Why: "suspended"}) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, oneItem)
			c.set(s)
			next, err := s.reconciler.Look(t.Context(), installation, parent)
			if paused := new(incident.Paused); !errors.As(err, &paused) || !next.IsZero() {
				t.Errorf("look again at %s, error %v, want Paused", next, err)
			}
			s.expect(t, 0, outward...)
		})
	}
}

func TestRecordComesBeforeTheEffect(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	t.Run("the plan", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, oneItem)
		s.before["SaveRecord"] = fails(full)
		if _, err := s.reconciler.Look(t.Context(), installation, parent); !errors.Is(err, full) {
			t.Errorf("error %v", err)
		}
		s.expect(t, 0, outward...)
	})
	t.Run("an opening", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, oneItem)
		s.memory.refuse = func(r incident.Record) error {
			if len(r.Opening) > 0 {
				return full
			}
			return nil
		}
		next := s.look(t)
		s.expect(t, 0, "OpenIssue")
		s.expect(t, 1, "Create")
		if p := s.record(parent).Problems[incident.FollowUpsPart]; p.Attempts != 1 || !next.Equal(p.RetryAt) {
			t.Errorf("problem %+v, look again at %s", p, next)
		}
	})
	t.Run("the label that says complete", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, "It is down.")
		s.closeParent("postmortem: reviewed")
		refused := false
		s.memory.refuse = func(r incident.Record) error {
			if r.Labelling && !refused {
				refused = true
				return full
			}
			return nil
		}
		s.look(t)
		s.expect(t, 0, "AddLabels")
		s.reconciler.Clock = func() time.Time { return s.now().Add(time.Minute) }
		s.look(t)
		s.expect(t, 1, "AddLabels")
	})
}

// An effect whose record could not be stored is known again by what it wrote.
func TestRecordLostAfterTheEffect(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.memory.refuse = func(r incident.Record) error {
		if r.Ledger.TrackerID != 0 {
			return errors.New("disk full")
		}
		return nil
	}
	if _, err := s.reconciler.Look(t.Context(), installation, parent); err == nil {
		t.Error("no error although nothing can be stored")
	}
	s.memory.refuse = nil
	s.look(t)
	s.expect(t, 1, "WriteComment")
	if id := s.record(parent).Ledger.TrackerID; id != s.tracker(t).ID {
		t.Errorf("the tracker in the record is %d", id)
	}
}

// A problem that can't be remembered once is remembered with the next plan.
func TestProblemThatCannotBeStored(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.before["Create"] = fails(errors.New("502"))
	refused := false
	s.memory.refuse = func(r incident.Record) error {
		if len(r.Problems) > 0 && !refused {
			refused = true
			return errors.New("disk full")
		}
		return nil
	}
	next := s.look(t)
	if p := s.record(parent).Problems[incident.PagePart]; p.Attempts != 1 || !next.Equal(p.RetryAt) {
		t.Errorf("problem %+v, look again at %s", p, next)
	}
}

// Archived between the look and the writing: the next look pauses.
func TestArchivedMeanwhile(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.before["Create"] = once(func(context.Context) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.forge.repository.Archived = true
		return &incident.Paused{Why: "archived"}
	})
	if next := s.look(t); next.IsZero() {
		t.Error("not looked at again, so that nothing says that it is paused")
	}
	s.forget()
	_, err := s.reconciler.Look(t.Context(), installation, parent)
	if paused := new(incident.Paused); !errors.As(err, &paused) {
		t.Errorf("error %v, want Paused", err)
	}
	s.expect(t, 0, outward...)
}

// What could not be recorded is followed by nothing more of its part.
func TestRecordComesBeforeTheNextEffect(t *testing.T) {
	t.Parallel()
	s := newStage(t, twoItem)
	refused := false
	s.memory.refuse = func(r incident.Record) error {
		if len(r.Ledger.Items) > 0 && r.Ledger.Items[0].Opened() && len(r.Opening) == 0 && !refused {
			refused = true
			return errors.New("disk full")
		}
		return nil
	}
	next := s.look(t)
	s.expect(t, 1, "OpenIssue")
	s.reconciler.Clock = func() time.Time { return next }
	s.look(t)
	s.expect(t, 2, "OpenIssue")
}

// closeParent resolves the incident.
func (s *stage) closeParent(labels ...string) {
	s.edit(parent, func(i *incident.Issue) {
		i.State, i.ClosedAt = incident.Done, opened.Add(30*time.Minute)
		i.Labels = append(i.Labels, labels...)
	})
}

func TestClosing(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.closeParent("postmortem: reviewed")
	s.look(t)
	if len(s.ours()) != 2 || !slices.Contains(s.forge.issues[parent].Labels, "postmortem-complete") {
		t.Fatalf("not closed: %+v, labels %q", s.ours(), s.forge.issues[parent].Labels)
	}
	closing := s.record(parent).Ledger.Closing.CommentID
	s.edit(parent, func(i *incident.Issue) { i.State, i.ClosedAt = incident.Open, time.Time{} })
	s.look(t)
	s.expect(t, 1, "RemoveLabel")
	if len(s.ours()) != 2 || s.record(parent).Ledger.Closing.CommentID != closing {
		t.Errorf("the closing comment was not edited: %+v", s.ours())
	}
}

// A closing comment that people deleted stays deleted, however it flaps.
func TestDeletedClosing(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.closeParent("postmortem: reviewed")
	s.look(t)
	s.forge.remove(parent, s.record(parent).Ledger.Closing.CommentID)
	s.edit(parent, func(i *incident.Issue) { i.State, i.ClosedAt = incident.Open, time.Time{} })
	if next := s.look(t); !next.IsZero() {
		t.Errorf("look again at %s: %+v", next, s.record(parent).Problems)
	}
	s.shows(t, "open")
	s.closeParent()
	s.look(t)
	s.expect(t, 2, "WriteComment") // the tracker, and the closing once
}

// That one can't be written is no sign that people deleted it.
func TestClosingThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	s.closeParent("postmortem: reviewed")
	s.before["WriteComment"] = fails(&incident.Missing{What: parent.String()})
	s.look(t)
	record := s.record(parent)
	if record.Ledger.Closing.Complete || record.Problems[incident.ClosingPart].Attempts != 1 {
		t.Errorf("closing %+v, problems %+v", record.Ledger.Closing, record.Problems)
	}
}

func TestReactions(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	c := s.say(ben, "/followup Write it down")
	s.look(t)
	want := []incident.Reaction{{Comment: c.ID, Content: incident.Seen}, {Comment: c.ID, Content: incident.Carried}}
	if !slices.Equal(s.forge.reactions, want) {
		t.Errorf("reactions %+v, want %+v", s.forge.reactions, want)
	}
}

// A comment that was deleted while it was answered is left alone.
func TestReactionToADeletedComment(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	c := s.say(ben, "/followup Write it down")
	s.before["React"] = once(func(context.Context) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.forge.remove(parent, c.ID)
		return nil
	})
	s.look(t)
	if p := s.record(parent).Problems[incident.AnswersPart]; p.Attempts != 0 {
		t.Errorf("a deleted comment became a problem: %+v", p)
	}
}
