package reconcile_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

func TestTicketIsOpened(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	s.look(t)
	made := s.onlyTicket(t)
	if made.Title != "Mend the pool" || made.Of != idOf(parent.Number) || made.Entry.Key == "" {
		t.Errorf("opened %+v", made)
	}
	entry := s.record(parent).Ledger.Items[0]
	if entry.Issue != (incident.Ref{Repo: jiraSite, Number: made.Key.Number}) || !entry.Attached {
		t.Errorf("the entry is %+v", entry)
	}
	f := s.stored(made.Key)
	want := incident.FollowUp{
		Issue: made.Key, Item: entry.Key, Parent: shopID, Source: entry.Source, Words: entry.Words, Wrote: entry.Wrote,
		Title: "Mend the pool", Name: made.Name, URL: made.URL, State: incident.Open, Secret: true, At: made.At,
		Of: idOf(parent.Number),
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("remembered (-want +got):\n%s", diff)
	}
	s.shows(t, made.Name, made.URL, opsBox)
	s.expect(t, 0, "OpenIssue")
	if r := s.record(parent); len(r.Seeks)+len(r.Stuck)+len(r.Problems) != 0 {
		t.Errorf("left over: %+v", r)
	}
	s.forget()
	s.look(t)
	s.expect(t, 0, slices.Concat(outward, toJira, ofJira)...)
}

// What people do with a ticket is read once, and shown; nobody else is asked.
func TestTicketChanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		how   func(*incident.Ticket)
		shows string
	}{
		{"done", func(k *incident.Ticket) { k.State = incident.Done }, opsTicked},
		{"dropped", func(k *incident.Ticket) { k.State = incident.Dropped }, "- [x] ~~Mend the pool"},
		{"due", func(k *incident.Ticket) { k.Due = "20000301" }, "2000-03-01"},
		{"moved", func(k *incident.Ticket) { k.Name = "SRE-4" }, "SRE-4"},
		{"assigned", func(k *incident.Ticket) { k.Owner = "ben" }, "ben"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, made := ticketed(t)
			s.forge.repository.Private = true // else a site that not everybody can read says little
			s.editTicket(made.Key, tt.how)
			s.lookAt(t, made.Key)
			s.expect(t, 1, ofJira...)
			s.expect(t, 1, "Mark "+parent.String())
			if m := s.marker.marks[len(s.marker.marks)-1]; m.Installation != 0 {
				t.Errorf("marked for the installation %d, want any", m.Installation)
			}
			s.forget()
			s.look(t)
			s.expect(t, 0, "Jira.Ticket", "Jira.Find", "Jira.Named")
			s.shows(t, tt.shows)
			s.lookAt(t, made.Key) // the news comes twice
			s.expect(t, 0, "Mark")
		})
	}
}

func TestReopenedTicket(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	for _, state := range []incident.State{incident.Done, incident.Open, incident.Dropped, incident.Open} {
		s.editTicket(made.Key, func(k *incident.Ticket) { k.State = state })
		s.lookAt(t, made.Key)
		s.look(t)
		box := opsBox
		if state != incident.Open {
			box = "- [x] "
		}
		s.shows(t, box)
	}
}

// A ticket that was moved is the same by its id, and is known by both names.
func TestMovedTicket(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	for _, name := range []string{"SRE-4", "OPS-99", "SRE-4"} {
		s.editTicket(made.Key, func(k *incident.Ticket) { k.Name = name })
		s.lookAt(t, made.Key)
		s.look(t)
		s.shows(t, name)
	}
	f := s.stored(made.Key)
	if diff := cmp.Diff([]string{made.Name, "OPS-99"}, f.Former); f.Name != "SRE-4" || diff != "" {
		t.Errorf("called %s, and before that (-want +got):\n%s", f.Name, diff)
	}
	s.expect(t, 0, "Jira.Open")
}

// A status of which Jira does not say what it means changes nothing, and is told.
func TestUnknownStatus(t *testing.T) {
	t.Parallel()
	for _, state := range []incident.State{incident.Open, incident.Done} {
		s, made := ticketed(t)
		s.editTicket(made.Key, func(k *incident.Ticket) { k.State = state })
		s.lookAt(t, made.Key)
		before := s.stored(made.Key)
		s.editTicket(made.Key, func(k *incident.Ticket) { k.State, k.Status = "", "Parked" })
		s.lookAt(t, made.Key)
		f := s.stored(made.Key)
		if f.State != state || f.Status != "Parked" || !f.Closed.Equal(before.Closed) {
			t.Errorf("it was %s, and is %s (%q), closed at %v", state, f.State, f.Status, f.Closed)
		}
	}
}

func TestDeletedTicket(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	s.mu.Lock()
	delete(s.jira.tickets, made.Key)
	s.mu.Unlock()
	s.lookAt(t, made.Key)
	s.expectMarked(t, parent)
	s.look(t)
	if f := s.stored(made.Key); f.State != incident.Gone {
		t.Errorf("it is %s", f.State)
	}
	s.expect(t, 0, "Jira.Open", "OpenIssue")
	s.shows(t, made.Name)
}

// That a ticket is not there to be written to is found out.
func TestDeletedTicketIsWrittenTo(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	s.mu.Lock()
	delete(s.jira.tickets, made.Key)
	s.mu.Unlock()
	s.say(ben, "/incident severity sev1")
	s.look(t)
	s.expect(t, 1, "Jira.Edit")
	if !slices.Contains(s.marked(), made.Key) {
		t.Errorf("made due %v", s.marked())
	}
}

// That somebody commented changes nothing for the incident.
func TestCommentIsNoNews(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	s.editTicket(made.Key, func(*incident.Ticket) {})
	s.lookAt(t, made.Key)
	s.expect(t, 0, "Mark")
	if f := s.stored(made.Key); !f.At.Equal(s.ticketNow(made.Key).At) {
		t.Errorf("seen as of %v", f.At)
	}
}

// Of what the program changed itself there is no news.
func TestOwnChangesAreNoNews(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	s.say(ben, "/incident severity sev1")
	s.look(t)
	s.expect(t, 1, "Jira.Edit")
	s.tracked(t, ben, opsBox, opsTicked)
	s.look(t)
	s.expect(t, 1, "Jira.Set")
	s.forget()
	s.lookAt(t, made.Key)
	s.expect(t, 0, "Mark")
	s.reconciler.Clock = later(s.now().Add(time.Minute))
	s.sweep(t) // the first, which remembers the time
	s.marker.marks = nil
	s.sweep(t)
	if slices.Contains(s.marked(), made.Key) {
		t.Error("the sweep takes our own change for news")
	}
}

// A ticket that nobody follows, and one of a site that is not the owner's any
// more, are not read.
func TestTicketThatIsIgnored(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*stage) incident.Key{
		"nobody's":              func(s *stage) incident.Key { return s.addTicket(5, "OPS-5").Key },
		"at an unknown site":    func(*stage) incident.Key { return incident.Key{Repo: "jira:rival.test", Number: 5} },
		"the site was taken":    func(s *stage) incident.Key { s.jira.projects = nil; return s.jira.ours()[0].Key },
		"Jira was disconnected": func(s *stage) incident.Key { s.reconciler.Jira = nil; return s.jira.ours()[0].Key },
	}
	for name, set := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, made := ticketed(t)
			before := s.stored(made.Key)
			s.lookAt(t, set(s))
			s.look(t)
			s.expect(t, 0, slices.Concat(toJira, ofJira)...)
			if diff := cmp.Diff(before, s.stored(made.Key)); diff != "" {
				t.Errorf("remembered (-before +after):\n%s", diff)
			}
			s.shows(t, made.Name)
			if taken := name == "the site was taken" || name == "Jira was disconnected"; taken {
				s.shows(t, "are not followed any more")
			} else {
				s.hides(t, "are not followed any more")
			}
		})
	}
}

// An order that can't be carried out is taken back, with the reason.
func TestOrderIsDeclined(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	s.forge.repository.Private = true // else Jira's reasons are not for everybody
	s.look(t)
	made := s.onlyTicket(t)
	s.jira.declines = "The transition wants a field."
	s.tracked(t, ben, opsBox, opsTicked)
	s.look(t)
	s.shows(t, opsBox, "The transition wants a field.")
	s.expect(t, 1, "Jira.Set")
	s.look(t)
	s.expect(t, 1, "Jira.Set")
	s.jira.declines = ""
	s.tracked(t, ben, opsBox, opsTicked)
	s.look(t)
	if got := s.ticketNow(made.Key).State; got != incident.Done {
		t.Errorf("it is %s", got)
	}
	s.hides(t, "The transition wants a field.")
}

func TestTicketIsClosedAndOpenedFromTheTracker(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	s.tracked(t, ben, opsBox, opsTicked)
	s.look(t)
	s.shows(t, opsTicked)
	s.tracked(t, ben, opsTicked, opsBox)
	s.look(t)
	s.shows(t, opsBox)
	if got := s.ticketNow(made.Key).State; got != incident.Open {
		t.Errorf("it is %s", got)
	}
	s.say(ben, "/followup done "+made.Name)
	s.look(t)
	if got := s.ticketNow(made.Key).State; got != incident.Done {
		t.Errorf("after the command it is %s", got)
	}
}

// Why a ticket was dropped is asked there, once, unless somebody has said so.
func TestWhyTicketWasDropped(t *testing.T) {
	t.Parallel()
	for name, said := range map[string]bool{"nobody said": false, "somebody said": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, made := ticketed(t)
			if said {
				s.jira.comments[made.Key] = []string{"Because."}
			}
			s.editTicket(made.Key, func(k *incident.Ticket) { k.State = incident.Dropped })
			s.lookAt(t, made.Key)
			s.reconciler.Clock = later(s.look(t))
			s.look(t)
			s.look(t)
			want := 1
			if said {
				want = 0
			}
			s.expect(t, want, "Jira.Comment")
			s.expect(t, 1, "Jira.Explained")
		})
	}
}

// A look at a ticket that fails is tried again, and says why; what is known of the
// ticket stays. A site that is out of use is left alone.
func TestLookAtTicketFails(t *testing.T) {
	t.Parallel()
	s, made := told(t)
	before := s.stored(made.Key)
	s.before["Jira.Ticket"] = fails(refused)
	if _, err := s.reconciler.Look(t.Context(), 0, made.Key); err == nil || !strings.Contains(err.Error(), "token") {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff(before, s.stored(made.Key)); diff != "" {
		t.Errorf("remembered (-before +after):\n%s", diff)
	}
	s.look(t)
	s.shows(t, refused.Text)
	s.before["Jira.Ticket"] = fails(&incident.Paused{Why: "the site is out of use"})
	if _, err := s.reconciler.Look(t.Context(), 0, made.Key); err != nil {
		t.Errorf("error %v", err)
	}
	s.look(t)
	s.shows(t, refused.Text)
}

// A ticket is found by a name that it got while nobody was told.
func TestOrderByANewName(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	s.editTicket(made.Key, func(k *incident.Ticket) { k.Name = "SRE-4" })
	s.say(ben, "/followup done SRE-4")
	s.look(t)
	if got := s.ticketNow(made.Key).State; got != incident.Done {
		t.Errorf("it is %s", got)
	}
	s.expect(t, 1, "Jira.Named")
	s.shows(t, "SRE-4", opsTicked)
}

// An incident that is transferred keeps its ticket, also when what was remembered
// is lost with it.
func TestIncidentWithATicketIsTransferred(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	moved := s.transfer()
	s.forgetAll()
	s.lookFor(t, moved, 3)
	s.onlyTicket(t)
	s.expect(t, 0, "OpenIssue")
	if got := s.record(moved).Ledger.Items[0].Issue.In(till); got != made.Key {
		t.Errorf("its ticket is %s, want %s", got, made.Key)
	}
}
