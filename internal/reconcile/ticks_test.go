package reconcile_test

import (
	"context"
	"strings"
	"testing"

	"hindsight/internal/incident"
)

// tracked edits the tracker as a person does in the browser.
func (s *stage) tracked(t *testing.T, by incident.Actor, old, anew string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trackedLocked(t, by, old, anew)
}

func (s *stage) trackedLocked(t *testing.T, by incident.Actor, old, anew string) {
	t.Helper()
	for i := range s.forge.comments[parent] {
		c := &s.forge.comments[parent][i]
		if !c.Ours {
			continue
		}
		body := strings.Replace(c.Body, old, anew, 1)
		if body == c.Body {
			t.Fatalf("the tracker does not say %q:\n%s", old, c.Body)
		}
		s.forge.edited(c, by, false, body)
		return
	}
	t.Fatal("there is no tracker")
}

func (s *stage) state(key incident.Key) incident.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.forge.issues[key].State
}

const (
	openBox   = "- [ ] Mend the pool"
	tickedBox = "- [x] Mend the pool"
)

func TestTickInTheTracker(t *testing.T) {
	t.Parallel()
	s, f := followed(t)
	s.tracked(t, ben, openBox, tickedBox)
	s.look(t)
	if got := s.state(f.Key); got != incident.Done {
		t.Errorf("after the tick the follow-up is %s", got)
	}
	s.shows(t, tickedBox)
	s.tracked(t, ben, tickedBox, openBox)
	s.look(t)
	if got := s.state(f.Key); got != incident.Open {
		t.Errorf("after the box was unticked the follow-up is %s", got)
	}
	s.shows(t, openBox)
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
}

func TestTickWithoutPermission(t *testing.T) {
	t.Parallel()
	s, f := followed(t)
	s.forge.permissions["ben"] = incident.MayRead
	s.tracked(t, ben, openBox, tickedBox)
	s.look(t)
	if got := s.state(f.Key); got != incident.Open {
		t.Errorf("somebody without permission made the follow-up %s", got)
	}
	s.shows(t, openBox)
}

// The history is asked for once for what people did, and once after our own
// write, which may have crossed something; and the tracker is written once.
func TestOneTickIsLookedIntoOnce(t *testing.T) {
	t.Parallel()
	for _, box := range []string{tickedBox, "- [ ] Call the customer\n" + openBox} {
		s, _ := followed(t)
		s.tracked(t, ben, openBox, box)
		s.forget()
		s.look(t)
		s.expect(t, 2, "Edits")
		s.expect(t, 1, "EditComment")
	}
}

// A lookup that fails is neither yes nor no: the tick waits.
func TestTickWhileGitHubDoesNotAnswer(t *testing.T) {
	t.Parallel()
	s, f := followed(t)
	s.tracked(t, ben, openBox, tickedBox)
	s.before["Permission"] = once(fails(context.DeadlineExceeded))
	next := s.look(t)
	s.shows(t, tickedBox)
	if got := s.state(f.Key); got != incident.Open {
		t.Errorf("without an answer the follow-up is %s", got)
	}
	s.reconciler.Clock = later(next)
	s.look(t)
	if got := s.state(f.Key); got != incident.Done {
		t.Errorf("with the answer the follow-up is %s", got)
	}
}

// While the label is off nothing is done. What people did then is done when it
// is put back: they are not told that it was for nothing.
func TestTickWhilePaused(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"with the label's removal", "after the pause was told"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			s, f := followed(t)
			s.edit(parent, func(i *incident.Issue) { i.Labels = nil })
			if when == "after the pause was told" {
				s.look(t)
			}
			s.tracked(t, ben, openBox, "- [ ] Call the customer\n"+tickedBox)
			s.look(t)
			s.look(t)
			if got := s.state(f.Key); got != incident.Open {
				t.Errorf("while paused the follow-up became %s", got)
			}
			s.edit(parent, func(i *incident.Issue) { i.Labels = []string{"incident"} })
			s.look(t)
			if got := s.state(f.Key); got != incident.Done {
				t.Errorf("with the label back the follow-up is %s", got)
			}
			s.shows(t, tickedBox, "Call the customer (#")
		})
	}
}

// A person's edit that came between our reading and our writing is gone from
// the tracker. Its history has it.
func TestTickThatOurWriteCrosses(t *testing.T) {
	t.Parallel()
	s, f := followed(t)
	s.edit(parent, func(i *incident.Issue) { i.Assignees = []string{"ada"} }) // something to write
	s.before["EditComment"] = once(func(context.Context) error {
		s.tracked(t, ben, openBox, tickedBox)
		return nil
	})
	s.look(t)
	if got := s.state(f.Key); got != incident.Done {
		t.Errorf("after the crossed tick the follow-up is %s", got)
	}
	s.shows(t, tickedBox)
}

func TestLineThatOurWriteCrosses(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.edit(parent, func(i *incident.Issue) { i.Assignees = []string{"ada"} })
	s.before["EditComment"] = once(func(context.Context) error {
		s.tracked(t, ben, openBox, "- [ ] Call the customer\n"+openBox)
		return nil
	})
	s.look(t)
	s.openedOnce(t, "Call the customer")
}

// What a person adds between our reading of the tracker and of its history is
// not looked into before it is read: else nobody would be told to have written
// it.
func TestLineThatOurReadingCrosses(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.tracked(t, ben, openBox, "- [ ] Tell support\n"+openBox)
	s.before["Edits"] = once(func(context.Context) error {
		s.tracked(t, ben, openBox, "- [ ] Call the customer\n"+openBox)
		return nil
	})
	s.look(t)
	s.look(t)
	s.openedOnce(t, "Tell support")
	s.openedOnce(t, "Call the customer")
}

// openedOnce fails the test unless exactly one follow-up has the title.
func (s *stage) openedOnce(t *testing.T, title string) incident.Issue {
	t.Helper()
	var found []incident.Issue
	for _, issue := range s.followUps() {
		if issue.Title == title {
			found = append(found, issue)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d follow-ups %q, want one", len(found), title)
	}
	return found[0]
}

func TestLineAddedToTheTracker(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.tracked(t, ben, openBox, "- [ ] Call the customer\n"+openBox)
	s.look(t)
	s.openedOnce(t, "Call the customer")
	s.shows(t, "- [ ] Call the customer (#")
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
}

// What can't be opened yet stays in the tracker, and the tracker says why.
func TestLineInTheTrackerThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.tracked(t, ben, openBox, "- [ ] Call the customer\n"+openBox)
	s.before["OpenIssue"] = once(fails(&incident.Blocked{Text: "Issues are switched off."}))
	next := s.look(t)
	s.shows(t, "Issues are switched off.", "Call the customer")
	s.memory.records = map[incident.Key]incident.Record{} // the database is deleted
	s.reconciler.Clock = later(next)
	s.look(t)
	s.openedOnce(t, "Call the customer")
}

// A line that nobody follows up is taken off the tracker, which says so for
// longer than until it is written next.
func TestLineInTheTrackerThatDoesNotCount(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		line, want string
		before     func(*stage)
	}{
		"no permission": {
			"- [ ] Call the customer", "written without triage permission",
			func(s *stage) { s.forge.permissions["ben"] = incident.MayRead },
		},
		"no history":     {"- [ ] Call the customer", "does not tell who wrote it", func(s *stage) { s.forge.forgetful = true }},
		"ticked already": {"- [x] Call the customer", "was ticked already", func(*stage) {}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := followed(t)
			tt.before(s)
			s.tracked(t, ben, openBox, tt.line+"\n"+openBox)
			s.look(t)
			s.say(ada, "/postmortem owner @cleo")
			s.look(t)
			s.onlyFollowUp(t)
			s.shows(t, "cleo", "Call the customer", tt.want)
			if body := s.tracker(t).Body; strings.Contains(body, tt.line) {
				t.Errorf("a line that nobody follows up is still there:\n%s", body)
			}
		})
	}
}

func TestHostWithoutHistory(t *testing.T) {
	t.Parallel()
	s, f := followed(t)
	s.forge.forgetful = true
	s.tracked(t, ben, openBox, tickedBox)
	s.look(t)
	if got := s.state(f.Key); got != incident.Open {
		t.Errorf("nobody knows who ticked, and the follow-up is %s", got)
	}
	s.shows(t, openBox, "/followup done #")
	for range 2 { // what the host lacks is remembered while it is not asked
		s.look(t)
		s.shows(t, openBox, "/followup done #")
	}
	if plan, err := s.reconciler.Preview(t.Context(), parent); err != nil || len(plan.Effects) > 0 {
		t.Errorf("still to do: %v, %v", plan.Effects, err)
	}
}

// While nobody has changed the tracker, nobody is asked for its history.
func TestQuietTrackerIsNotLookedInto(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.look(t)
	s.forget()
	s.look(t)
	s.expect(t, 0, "Edits")
}

// With a database of long ago, what was ticked and done since is not done again.
func TestTicksWithAnOldDatabase(t *testing.T) {
	t.Parallel()
	s, f := followed(t)
	old := s.record(parent)
	s.tracked(t, ben, openBox, tickedBox)
	s.look(t)
	s.edit(f.Key, func(i *incident.Issue) { i.State, i.Reopened = incident.Open, true })
	s.lookAt(t, f.Key)
	s.look(t)
	s.shows(t, openBox)
	s.mu.Lock()
	old.Revision = s.memory.records[parent].Revision
	s.memory.records[parent] = old
	s.mu.Unlock()
	s.look(t)
	if got := s.state(f.Key); got != incident.Open {
		t.Errorf("an old tick has made the follow-up %s", got)
	}
}

// A second line like the first one is no rewording of it.
func TestSimilarLinesAddedToTheTracker(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	for _, line := range []string{"Mend elevator glossary", "Mend elevator glossaries"} {
		s.tracked(t, ben, openBox, "- [ ] "+line+"\n"+openBox)
		s.look(t)
	}
	s.openedOnce(t, "Mend elevator glossary")
	s.openedOnce(t, "Mend elevator glossaries")
}
