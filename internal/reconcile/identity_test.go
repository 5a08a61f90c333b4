package reconcile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

// move gives everything in the shop a new place, as GitHub does when a
// repository is renamed.
func (s *stage) move(to incident.Repo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	issues, comments := map[incident.Key]incident.Issue{}, map[incident.Key][]incident.Comment{}
	for key, issue := range s.forge.issues {
		issue.Key.Repo = to
		issue.URL = strings.Replace(issue.URL, string(key.Repo), string(to), 1)
		issues[issue.Key] = issue
	}
	for key, all := range s.forge.comments {
		comments[incident.Key{Repo: to, Number: key.Number}] = all
	}
	s.forge.issues, s.forge.comments = issues, comments
	s.forge.repository.FullName, s.forge.repository.URL = string(to), "https://github.test/"+string(to)
}

// A repository keeps its id under another name: everything is known again,
// though nothing is remembered under the new name.
func TestRenamedRepository(t *testing.T) {
	t.Parallel()
	const store = incident.Repo("acme/store")
	s := newStage(t, twoItem)
	s.closeParent("postmortem: reviewed")
	s.look(t)
	before := s.record(parent).Ledger
	s.move(store)
	s.forget()
	renamed := incident.Key{Repo: store, Number: parent.Number}
	s.lookAt(t, renamed)
	s.expect(t, 0, slices.DeleteFunc(slices.Clone(outward), func(c string) bool { return c == "EditComment" || c == "Edit" })...)
	after := s.record(renamed).Ledger
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the ledger (-before +after):\n%s", diff)
	}
	s.forget()
	s.lookAt(t, renamed)
	s.expect(t, 0, outward...)
	for _, f := range s.followUps() {
		s.edit(f.Key, func(i *incident.Issue) { i.State = incident.Done })
		s.lookAt(t, f.Key)
		s.expect(t, 1, "Mark "+renamed.String())
		s.forget()
	}
}

// An issue that was transferred here brings the tracker of what it was. It is
// not followed: nothing is read of it, and nothing done.
func TestTransferredIncident(t *testing.T) {
	t.Parallel()
	for _, of := range []incident.ID{{Repository: tillID, Number: 42}, {Repository: tillID, Number: 7}, idOf(41)} {
		t.Run(of.String(), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, oneItem)
			made := incident.Ledger{Accepted: incident.Acceptance{By: "ada", At: opened}}
			s.forge.say(parent, incident.Comment{Ours: true, Body: trackerOf(of, made)})
			for range 2 {
				if next := s.look(t); !next.IsZero() {
					t.Errorf("look again at %s", next)
				}
			}
			s.expect(t, 0, outward...)
			if accepted := s.record(parent).Ledger.Accepted; accepted != (incident.Acceptance{}) {
				t.Errorf("accepted: %+v", accepted)
			}
		})
	}
}

// Beside our own tracker another incident's is a stray.
func TestForeignTrackerBesideOurs(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	foreign := s.forge.say(parent, incident.Comment{
		Ours: true, Body: trackerOf(incident.ID{Repository: tillID, Number: 42}, incident.Ledger{}),
	})
	s.edit(parent, func(i *incident.Issue) { i.Assignees = []string{"ben"} })
	s.look(t)
	s.expect(t, 1, "EditComment")
	s.expect(t, 0, "DeleteComment", "WriteComment")
	if c, err := s.forge.comment(parent, foreign.ID); err != nil || c.Body != foreign.Body {
		t.Errorf("the stray became %+v, %v", c, err)
	}
}

// A follow-up that was transferred here from an incident of the same number
// is not ours, whoever tells of it.
func TestFollowUpFromAnotherRepository(t *testing.T) {
	t.Parallel()
	s, issue := followed(t)
	local := incident.Key{Repo: till, Number: parent.Number}
	s.addIssue(local, "incident")
	s.edit(local, func(i *incident.Issue) { i.Body = oneItem })
	s.lookAt(t, local)
	issue.Key, issue.State = incident.Key{Repo: till, Number: 300}, incident.Done
	s.forge.issues[issue.Key] = issue
	before := s.record(local).Ledger
	check := func(t *testing.T) {
		t.Helper()
		s.forget()
		s.lookAt(t, local)
		s.expect(t, 0, outward...)
		if diff := cmp.Diff(before, s.record(local).Ledger); diff != "" {
			t.Errorf("the ledger (-before +after):\n%s", diff)
		}
	}
	s.lookAt(t, issue.Key)
	check(t)
	s.memory = newMemory(s.marker)
	s.reconciler.Memory = s.memory
	check(t) // nor does it count in a listing
	s.expect(t, 1, "Listed")
}

// The tracker is known by its number when people edited its marker away, and
// is written anew in its place.
func TestTrackerWithoutItsMarker(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body string }{
		{"emptied", "Nothing to see here."},
		{"made another incident's", trackerOf(incident.ID{Repository: tillID, Number: 42}, incident.Ledger{Removals: 9})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, _ := followed(t)
			before := s.tracker(t)
			if err := s.forge.EditComment(t.Context(), parent, before.ID, c.body); err != nil {
				t.Fatal(err)
			}
			ledger := s.record(parent).Ledger
			s.forget()
			s.look(t)
			s.expect(t, 1, outward...)
			if after := s.tracker(t); after != before {
				t.Errorf("the tracker became %+v, want %+v", after, before)
			}
			if diff := cmp.Diff(ledger, s.record(parent).Ledger); diff != "" {
				t.Errorf("the ledger (-before +after):\n%s", diff)
			}
		})
	}
}

// An old database may name a comment that is another's. Nobody deleted the
// tracker then.
func TestRecordedTrackerIsAPersons(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.forge.remove(parent, s.tracker(t).ID)
	theirs := s.say(ben, "I am on it.")
	record := s.record(parent)
	record.Ledger.TrackerID = theirs.ID
	s.memory.records[parent] = record
	s.look(t)
	s.expect(t, 0, "Comment", "EditComment", "DeleteComment")
	s.expect(t, 1, "WriteComment")
	if l := s.record(parent).Ledger; l.Removals != 0 || l.TrackerID != s.tracker(t).ID {
		t.Errorf("%d removals, tracker %d", l.Removals, l.TrackerID)
	}
}

// Nor if nothing is written in its place: the number is forgotten all the same.
func TestRecordedTrackerIsAPersonsWhilePaused(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.forge.remove(parent, s.tracker(t).ID)
	theirs := s.say(ben, "I am on it.")
	record := s.record(parent)
	record.Ledger.TrackerID = theirs.ID
	s.memory.records[parent] = record
	s.edit(parent, func(i *incident.Issue) { i.Labels = nil })
	s.look(t)
	s.forge.remove(parent, theirs.ID)
	s.look(t)
	s.expect(t, 0, append(outward, "Comment")...)
	if l := s.record(parent).Ledger; l.Removals != 0 || l.TrackerID != 0 {
		t.Errorf("%d removals, tracker %d", l.Removals, l.TrackerID)
	}
}

// What people make of a follow-up's text does not end its being one.
func TestFollowUpWithoutItsMarker(t *testing.T) {
	t.Parallel()
	s, issue := followed(t)
	item := s.memory.followUps[parent][issue.Key]
	s.edit(issue.Key, func(i *incident.Issue) { i.Body, i.State = "Mended.", incident.Done })
	s.lookAt(t, issue.Key)
	s.expect(t, 1, "Mark "+parent.String())
	want := item
	want.State, want.At = incident.Done, s.now()
	if diff := cmp.Diff(want, s.memory.followUps[parent][issue.Key]); diff != "" {
		t.Errorf("remembered (-want +got):\n%s", diff)
	}
	s.look(t)
	s.shows(t, "1 done")
	s.expect(t, 0, "OpenIssue")
}
