package reconcile_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// passes lets time go by.
func (s *stage) passes(d time.Duration) { s.reconciler.Clock = later(s.reconciler.Clock().Add(d)) }

// The first look at a site asks nothing; later ones ask what changed since the
// last, and as much before it as the search may lag.
func TestSweepOfASite(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	began := s.reconciler.Clock()
	s.sweep(t)
	s.expect(t, 0, ofJira...)
	s.passes(10 * time.Minute)
	s.editTicket(made.Key, func(k *incident.Ticket) { k.State = incident.Done })
	s.addTicket(5, "OPS-5") // nobody's
	s.marker.marks = nil
	swept := s.sweep(t)
	s.expect(t, 1, "Jira.Changed "+string(jiraSite)+" "+began.Add(-jiraLag).Format(time.DateTime))
	if !slices.Contains(s.marked(), made.Key) || slices.Contains(s.marked(), ticket(5)) || swept.Failed != 0 {
		t.Errorf("made due %v, swept %+v", s.marked(), swept)
	}
	i := slices.IndexFunc(s.marker.marks, func(m mark) bool { return m.Key == made.Key })
	if s.marker.marks[i].Installation != 0 {
		t.Errorf("a ticket is marked for the installation %d", s.marker.marks[i].Installation)
	}
	s.lookAt(t, made.Key)
	s.marker.marks = nil
	s.passes(time.Minute)
	s.sweep(t)
	if slices.Contains(s.marked(), made.Key) {
		t.Error("the same change is news again")
	}
}

// With nothing new a sweep costs one request for each site, whatever the number of
// tickets.
func TestQuietSweepOfASite(t *testing.T) {
	t.Parallel()
	for _, many := range []int{10, 1000} {
		t.Run(fmt.Sprint(many), func(t *testing.T) {
			t.Parallel()
			s := withJira(t, "")
			s.memory.followUps[parent] = map[incident.Key]incident.FollowUp{}
			for id := range many {
				k := s.addTicket(id+1, fmt.Sprintf("OPS-%d", id+1))
				s.memory.followUps[parent][k.Key] = incident.FollowUp{Issue: k.Key, Parent: shopID, State: incident.Open, At: k.At}
			}
			s.sweep(t)
			s.passes(time.Hour)
			s.marker.marks = nil
			s.forget()
			s.sweep(t)
			s.expect(t, 2, ofJira...)
			s.expect(t, 1, "Jira.Changed "+string(jiraSite)+" "+s.reconciler.Clock().Add(-time.Hour-jiraLag).Format(time.DateTime))
			if len(s.marker.marks) != 0 {
				t.Errorf("%d were made due", len(s.marker.marks))
			}
		})
	}
}

// A site that fails does not stop the sweep; what it would have told is asked for
// by the next.
func TestSweepOfASiteThatFails(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	s.sweep(t)
	s.passes(time.Hour)
	s.editTicket(made.Key, func(k *incident.Ticket) { k.State = incident.Done })
	s.before["Jira.Changed"] = fails(errors.New("no route to host"))
	s.marker.marks = nil
	if swept := s.sweep(t); swept.Failed != 2 || swept.Repositories != 1 {
		t.Errorf("swept %+v", swept)
	}
	delete(s.before, "Jira.Changed")
	s.passes(time.Hour)
	s.sweep(t)
	if !slices.Contains(s.marked(), made.Key) {
		t.Error("what changed while the site was down is not found")
	}
}

// Without Jira nobody is asked, or remembered, anything about it, however old the
// incident is of which nothing is known.
func TestWithoutJira(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.look(t)
	s.sweep(t)
	s.forgetAll()
	s.passes(time.Hour)
	s.look(t)
	s.onlyFollowUp(t)
	s.expect(t, 0, slices.Concat(toJira, ofJira, []string{"SiteTrouble", "SaveSiteTrouble", "IncidentsAt"})...)
	if r := s.record(parent); len(r.Seeks) != 0 {
		t.Errorf("sought %+v", r.Seeks)
	}
}

// A deleted ticket is in no search: open ones are looked at daily.
func TestSweepOfForgottenTickets(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	s.memory.unchecked = []incident.Key{made.Key}
	s.sweep(t)
	if !slices.Contains(s.marked(), made.Key) {
		t.Errorf("made due %v", s.marked())
	}
	s.reconciler.Jira = nil
	s.forget()
	s.sweep(t)
	s.expect(t, 0, ofJira...)
}
