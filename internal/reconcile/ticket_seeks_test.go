package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hindsight/internal/incident"
)

// A call that opens a ticket may be cut off long before Jira comes to it, or its
// answer be lost after it took long; or the database with what it told of it. It is sought for as long as it may take, and as
// long as the search may lag after that.
func TestTicketIsOpenedLate(t *testing.T) {
	t.Parallel()
	for _, takes := range []time.Duration{0, time.Second, 30 * time.Second, incident.OpenLongest} {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("cut off, %v, memory lost: %t", takes, lost), func(t *testing.T) {
				t.Parallel()
				s := withJira(t, inOps)
				s.jira.lag = func(incident.Key) time.Duration { return jiraLag }
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s.opensLate(takes, func() error { cancel(); return context.Canceled })
				if _, err := s.reconciler.Look(ctx, installation, parent); !errors.Is(err, context.Canceled) {
					t.Fatalf("error %v", err)
				}
				if lost {
					s.forgetAll()
				}
				s.untilQuiet(t)
				s.onlyTicket(t)
				s.expect(t, 1, "Jira.Open")
			})
		}
		t.Run("the answer is lost, "+takes.String(), func(t *testing.T) {
			t.Parallel()
			s := withJira(t, inOps)
			s.jira.lag = func(incident.Key) time.Duration { return jiraLag }
			s.before["Jira.Open"] = once(func(context.Context) error { s.passes(takes); return nil })
			s.after["Jira.Open"] = once(fails(&incident.Unsure{Err: errors.New("connection reset")}))
			s.look(t)
			if sought := s.record(parent).Seeks; len(sought) != 1 || sought[0].At.Before(s.jira.ours()[0].Created) {
				t.Errorf("sought %+v", sought)
			}
			s.untilQuiet(t)
			s.onlyTicket(t)
			s.expect(t, 1, "Jira.Open")
		})
	}
}

// opensLate has the next call that opens a ticket be cut off, and Jira open it when
// it has taken its time.
func (s *stage) opensLate(takes time.Duration, cutOff func() error) {
	s.jira.slow = func() (time.Duration, func() error) {
		s.jira.slow = opensAtOnce
		return takes, cutOff
	}
}

func opensAtOnce() (time.Duration, func() error) { return 0, nil }

// A search is over only when it was asked at a time at which it shows everything;
// and it is in the owner's projects.
func TestWhenASearchIsOver(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	s.before["Jira.Open"] = once(fails(&incident.Unsure{Err: errors.New("reset")}))
	s.look(t)
	at := s.record(parent).Seeks[0].At
	for _, after := range []time.Duration{time.Second, jiraLag - time.Second, jiraLag} {
		s.reconciler.Clock = later(at.Add(after))
		s.look(t)
		if over := len(s.record(parent).Seeks) == 0; over != (after >= jiraLag) {
			t.Errorf("after %v the search is over: %t", after, over)
		}
	}
	for _, in := range s.jira.in {
		if !slices.Equal(in, []string{"OPS", "SRE"}) {
			t.Errorf("sought in %q", in)
		}
	}
}

// A search that takes long holds up nothing for more than a minute.
func TestSearchHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := withJira(t, inOps+"- [ ] Write it down\n")
		s.jira.projects["acme"] = s.jira.projects["acme"][:1]
		s.forge.labelling.At = opened
		s.before["Jira.Find"] = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		began := time.Now()
		s.look(t)
		if took := time.Since(began); took < 30*time.Second || took > 75*time.Second {
			t.Errorf("the look took %v", took)
		}
		s.showsPage(t)
		s.onlyFollowUp(t)
		s.expect(t, 1, "Jira.Find")
		s.expect(t, 0, "Jira.Open")
	})
}

// People deleted the tracker for good, and then the database was lost: what was
// opened is found again by a search.
func TestNothingIsKnownOfAnOldIncident(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	for range 2 {
		s.mu.Lock()
		s.forge.comments[parent] = slices.DeleteFunc(s.forge.comments[parent], func(c incident.Comment) bool { return c.Ours })
		s.mu.Unlock()
		s.look(t)
	}
	if len(s.ours()) != 0 {
		t.Fatal("the tracker came back twice")
	}
	s.forgetAll()
	s.passes(48 * time.Hour)
	s.untilQuiet(t)
	s.onlyTicket(t)
	if got := s.stored(made.Key).State; got != incident.Open {
		t.Errorf("it is remembered as %q", got)
	}
	s.expect(t, 0, "Jira.Open")
}

// Nobody may be told when the label was put on: then the incident is as old as its
// issue.
func TestWhenALabelIsOld(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		labelled time.Duration // ago; negative for nobody knows
		sought   int
	}{"just now": {0, 0}, "a lag ago": {jiraLag, 0}, "longer ago": {jiraLag + time.Second, 2}, "nobody knows": {-1, 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withJira(t, inOps)
			s.forge.labelling = incident.Labelling{}
			if c.labelled >= 0 {
				s.forge.labelling = incident.Labelling{By: ada, At: s.now().Add(-c.labelled)}
			}
			s.look(t)
			s.expect(t, c.sought, "Jira.Find")
			s.untilQuiet(t)
			s.onlyTicket(t)
		})
	}
}

// transfer moves the parent, with its comments, to another repository.
func (s *stage) transfer() (moved incident.Key) {
	moved = incident.Key{Repo: till, Number: 3}
	s.mu.Lock()
	defer s.mu.Unlock()
	issue := s.forge.issues[parent]
	issue.Key = moved
	s.forge.issues[moved], s.forge.comments[moved] = issue, s.forge.comments[parent]
	delete(s.forge.issues, parent)
	delete(s.forge.comments, parent)
	s.forge.moved[parent] = moved
	return moved
}

// lookFor looks at an issue for as often as it wants, some times.
func (s *stage) lookFor(t *testing.T, key incident.Key, times int) {
	t.Helper()
	for range times {
		if next := s.lookAt(t, key); !next.IsZero() {
			s.reconciler.Clock = later(next)
		}
	}
}

// After a transfer the tickets say whose they are by now: so they are known again
// when the database is lost later.
func TestTransferThenLoss(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	moved := s.transfer()
	s.lookFor(t, moved, 3)
	if got := s.ticketNow(made.Key).Of; got != (incident.ID{Repository: tillID, Number: 3}) {
		t.Errorf("the marker names %v", got)
	}
	s.expect(t, 1, "Jira.Edit")
	s.forgetAll()
	s.lookFor(t, moved, 5)
	s.onlyTicket(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.memory.followUps[moved][made.Key]; f.State != incident.Open || f.Item != made.Entry.Key {
		t.Errorf("remembered %+v", f)
	}
}

// What could not be written to the ticket before the database was lost leaves the
// incident open: a ticket that proves nothing may be one that is to be done.
func TestTransferWhileJiraIsDownThenLoss(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	moved := s.transfer()
	s.before["Jira.Edit"] = fails(errors.New("no route to host"))
	s.lookFor(t, moved, 3)
	s.forgetAll()
	s.edit(moved, func(i *incident.Issue) {
		i.State, i.ClosedAt = incident.Done, s.reconciler.Clock()
		i.Labels = append(i.Labels, "postmortem: reviewed")
	})
	s.lookFor(t, moved, 5)
	s.onlyTicket(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	if labels := s.forge.issues[moved].Labels; slices.Contains(labels, "postmortem-complete") {
		t.Errorf("complete, while %s is %s: %q", made.Name, s.jira.tickets[made.Key].State, labels)
	}
	for _, c := range s.forge.comments[moved] {
		if strings.Contains(c.Body, "omplete") && !strings.Contains(c.Body, "Follow-ups") {
			t.Errorf("it says:\n%s", c.Body)
		}
	}
}

// A ticket that was known to be deleted stays so when the database is lost, and keeps
// nothing from being complete.
func TestDeletedThenLoss(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	s.mu.Lock()
	delete(s.jira.tickets, made.Key)
	s.mu.Unlock()
	s.lookAt(t, made.Key)
	s.look(t)
	s.forgetAll()
	s.edit(parent, func(i *incident.Issue) {
		i.State, i.ClosedAt = incident.Done, s.reconciler.Clock()
		i.Labels = append(i.Labels, "postmortem: reviewed")
	})
	s.lookFor(t, parent, 5)
	s.mu.Lock()
	defer s.mu.Unlock()
	if labels := s.forge.issues[parent].Labels; !slices.Contains(labels, "postmortem-complete") {
		t.Errorf("not complete: %q", labels)
	}
}
