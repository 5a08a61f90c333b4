package reconcile_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

// listedAfterOpening fails the test unless the follow-ups were listed between the
// first call to open one and whatever came of it.
func (s *stage) listedAfterOpening(t *testing.T) {
	t.Helper()
	calls := s.made("OpenIssue", "Listed")
	i := slices.IndexFunc(calls, func(c string) bool { return c == "OpenIssue Mend the pool" })
	if i < 0 || i+1 >= len(calls) || calls[i+1][:6] != "Listed" {
		t.Errorf("calls %q: after an opening without an answer nothing was listed", calls)
	}
}

func TestLostAnswer(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection reset")
	for _, c := range []struct {
		name  string
		set   func(*stage)
		calls int
	}{
		{"after the effect", func(s *stage) { s.after["OpenIssue"] = once(fails(lost)) }, 1},
		{"before the effect", func(s *stage) { s.before["OpenIssue"] = once(fails(lost)) }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, oneItem)
			c.set(s)
			next := s.look(t)
			s.reconciler.Clock = func() time.Time { return next }
			s.look(t)
			s.expect(t, c.calls, "OpenIssue")
			s.listedAfterOpening(t)
			issue := s.onlyFollowUp(t)
			record := s.record(parent)
			if len(record.Opening) != 0 || record.Ledger.Items[0].Issue.Number != issue.Key.Number {
				t.Errorf("the record %+v does not know %s", record, issue.Key)
			}
			s.shows(t, "(#")
		})
	}
}

// The program ends right before or after the effect. All that is left is the
// record, which says that an issue was being opened.
func TestCutOff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		hooks func(*stage) map[string]func(context.Context) error
		calls int
	}{
		{"after the effect", func(s *stage) map[string]func(context.Context) error { return s.after }, 1},
		{"before the effect", func(s *stage) map[string]func(context.Context) error { return s.before }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, oneItem)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c.hooks(s)["OpenIssue"] = once(func(ctx context.Context) error {
				cancel()
				return ctx.Err()
			})
			if _, err := s.reconciler.Look(ctx, installation, parent); !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v", err)
			}
			if opening := s.record(parent).Opening; len(opening) != 1 {
				t.Fatalf("being opened, by the record: %q, want one", opening)
			}
			s.look(t)
			s.expect(t, c.calls, "OpenIssue")
			s.listedAfterOpening(t)
			s.onlyFollowUp(t)
			if opening := s.record(parent).Opening; len(opening) != 0 {
				t.Errorf("still being opened, by the record: %q", opening)
			}
		})
	}
}

// What was done is remembered, even when it ended the moment the run was being
// stopped.
func TestStoppedRightAfterTheEffect(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.after["OpenIssue"] = func(context.Context) error {
		cancel()
		return nil
	}
	if _, err := s.reconciler.Look(ctx, installation, parent); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	issue, record := s.onlyFollowUp(t), s.record(parent)
	if len(record.Opening) != 0 || record.Ledger.Items[0].Issue.Number != issue.Key.Number {
		t.Errorf("the record %+v does not know %s", record, issue.Key)
	}
	if f := s.memory.followUps[parent][issue.Key]; f.State != incident.Open {
		t.Errorf("remembered %+v", f)
	}
}

// A listing beside an opening under way answers nothing, and is not asked for.
func TestNoListingWhileOpening(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, oneItem)
		s.reconciler.Settle = time.Second
		s.before["OpenIssue"] = takes(time.Minute)
		s.look(t)
		s.expect(t, 1, "Listed")
		s.expect(t, 1, "OpenIssue")
		if opening := s.record(parent).Opening; len(opening) != 0 {
			t.Errorf("still being opened, by the record: %q", opening)
		}
	})
}

func TestListingThatFails(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	down := errors.New("502")
	s.before["Listed"] = once(fails(down))
	if _, err := s.reconciler.Look(t.Context(), installation, parent); !errors.Is(err, down) {
		t.Errorf("error %v", err)
	}
	s.expect(t, 0, outward...)
}

// Without the database everything is found again, and nothing made twice.
func TestMemoryDeleted(t *testing.T) {
	t.Parallel()
	s := newStage(t, twoItem)
	s.look(t)
	before := s.record(parent)
	s.memory = newMemory(s.marker)
	s.reconciler.Memory = s.memory
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
	s.expect(t, 1, "Listed")
	after := s.record(parent)
	if !slices.Equal(after.Ledger.Items, before.Ledger.Items) || !cmp.Equal(after.Ledger.Page, before.Ledger.Page) {
		t.Errorf("remembered %+v, want %+v", after.Ledger, before.Ledger)
	}
	if len(s.memory.followUps[parent]) != 2 {
		t.Errorf("%d follow-ups are known again", len(s.memory.followUps[parent]))
	}
}

// What the ledger names and nobody has seen is asked for by its number.
func TestFollowUpKnownByTheLedgerOnly(t *testing.T) {
	t.Parallel()
	setUp := func(t *testing.T) (*stage, incident.Issue) {
		t.Helper()
		s := newStage(t, oneItem)
		s.look(t)
		clear(s.memory.followUps[parent])
		s.forget()
		return s, s.onlyFollowUp(t)
	}
	t.Run("there", func(t *testing.T) {
		t.Parallel()
		s, issue := setUp(t)
		s.edit(issue.Key, func(i *incident.Issue) { i.State, i.Assignees = incident.Done, []string{"ben", "ada"} })
		s.look(t)
		s.expect(t, 1, "Issue "+issue.Key.String())
		if f := s.memory.followUps[parent][issue.Key]; f.State != incident.Done || f.Owner != "ben" {
			t.Errorf("remembered %+v", f)
		}
		s.shows(t, "1 done")
	})
	t.Run("deleted", func(t *testing.T) {
		t.Parallel()
		s, issue := setUp(t)
		delete(s.forge.issues, issue.Key)
		s.look(t)
		if f := s.memory.followUps[parent][issue.Key]; f.State != incident.Gone || f.Item == "" || f.Parent != shopID || f.At.After(opened) {
			t.Errorf("remembered %+v", f)
		}
		s.expect(t, 0, "OpenIssue")
	})
	t.Run("not answered", func(t *testing.T) {
		t.Parallel()
		s, issue := setUp(t)
		down := errors.New("502")
		s.before["Issue "+issue.Key.String()] = fails(down)
		if _, err := s.reconciler.Look(t.Context(), installation, parent); !errors.Is(err, down) {
			t.Errorf("error %v", err)
		}
		s.expect(t, 0, "SaveRecord")
	})
}

// twin opens a second issue for the same item, as two replicas may.
func (s *stage) twin(t *testing.T) incident.Key {
	t.Helper()
	second := s.onlyFollowUp(t)
	second.Key.Number, second.ID, second.UpdatedAt = 300, 1300, opened
	s.forge.issues[second.Key] = second
	s.lookAt(t, second.Key)
	s.forget()
	return second.Key
}

func TestDuplicate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		// moved is what a person does just before it would be closed.
		moved   func(s *stage, key incident.Key) error
		closed  int
		problem bool
	}{
		{name: "open", closed: 1},
		{
			name: "closed by a person meanwhile",
			moved: func(s *stage, key incident.Key) error {
				s.edit(key, func(i *incident.Issue) { i.State = incident.Done })
				return nil
			},
		},
		{
			name: "taken over by a person",
			moved: func(s *stage, key incident.Key) error {
				s.edit(key, func(i *incident.Issue) { i.Body = "Something else." })
				return nil
			},
		},
		{
			name: "given to another incident",
			moved: func(s *stage, key incident.Key) error {
				s.edit(key, func(i *incident.Issue) { i.Body = followUpOf(idOf(41)) })
				return nil
			},
		},
		{
			name: "given to an incident elsewhere",
			moved: func(s *stage, key incident.Key) error {
				s.edit(key, func(i *incident.Issue) {
					i.Body = followUpOf(incident.ID{Repository: tillID, Number: parent.Number})
				})
				return nil
			},
		},
		{name: "deleted", moved: func(_ *stage, key incident.Key) error { return &incident.Missing{What: key.String()} }},
		{name: "not answered", moved: func(*stage, incident.Key) error { return errors.New("502") }, problem: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, oneItem)
			s.look(t)
			first, second := s.onlyFollowUp(t).Key, s.twin(t)
			if c.moved != nil {
				s.before["Issue "+second.String()] = func(context.Context) error { return c.moved(s, second) }
			}
			s.look(t)
			s.expect(t, c.closed, "CloseAsDuplicate")
			s.expect(t, c.closed, "CloseAsDuplicate "+second.String())
			s.expect(t, 1, "Issue "+second.String())
			if s.forge.issues[first].State != incident.Open {
				t.Error("the first was closed")
			}
			if _, ok := s.record(parent).Problems[incident.FollowUpsPart]; ok != c.problem {
				t.Errorf("problems %+v", s.record(parent).Problems)
			}
			f := s.memory.followUps[parent][second]
			if c.closed > 0 && (f.State != incident.Dropped || !f.At.Equal(opened)) {
				t.Errorf("remembered %+v", f)
			}
		})
	}
}

func TestDuplicateThatCannotBeClosed(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.look(t)
	second := s.twin(t)
	s.before["CloseAsDuplicate"] = fails(errors.New("502"))
	s.look(t)
	if s.memory.followUps[parent][second].State != incident.Open || s.record(parent).Problems[incident.FollowUpsPart].Attempts != 1 {
		t.Errorf("remembered %+v, problems %+v", s.memory.followUps[parent][second], s.record(parent).Problems)
	}
}
