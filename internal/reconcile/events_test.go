package reconcile_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

func event(key string, kind incident.EventKind, at time.Time, what string) incident.Event {
	return incident.Event{Key: key, Kind: kind, At: at, By: ben, What: what, URL: "https://github.test/acme/shop/" + key}
}

// onPage is the parent's page.
func (s *stage) onPage(t *testing.T) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	page := s.memory.records[parent].Ledger.Page
	if page.Repo != "" {
		return s.wiki.others[page.Repo][page.Path]
	}
	return s.wiki.pages[page.Path]
}

func (s *stage) pageShows(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if page := s.onPage(t); strings.Count(page, w) != 1 {
			t.Errorf("%q is not on the page once:\n%s", w, page)
		}
	}
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	minute := func(n int) time.Time { return opened.Add(time.Duration(n) * time.Minute) }
	s.forge.events = []incident.Event{event("event-2", incident.EventAssigned, minute(2), "cleo")}
	s.forge.happened = []incident.Event{
		event("release-1", incident.EventReleased, minute(5), "v212"),
		event("deployment-1", incident.EventDeployed, minute(6), "v211"),
		event("release-0", incident.EventReleased, opened.Add(-time.Minute), "v200"),
	}
	pull := number(50)
	s.addIssue(pull)
	s.edit(pull, func(i *incident.Issue) {
		i.PullRequest, i.Body, i.Title = true, "Incident: #42", "Widen the pool"
		i.State, i.ClosedAt = incident.Done, minute(7)
	})
	s.forge.mentioning = []incident.Key{pull}
	s.look(t)
	s.pageShows(t, "cleo", "v212", "v211", "Widen the pool")
	if page := s.onPage(t); strings.Contains(page, "v200") {
		t.Errorf("what was before is on the page:\n%s", page)
	}
	before := s.onPage(t)
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
	s.expect(t, 0, "History") // nothing has happened to the issue since
	if s.onPage(t) != before {
		t.Error("the page has changed without news")
	}
}

// What happens to the issue while a look goes on is on the page at its end.
func TestHistoryGoesOn(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.after["Create"] = once(func(context.Context) error {
		s.edit(parent, func(i *incident.Issue) { i.Assignees = []string{"cleo"} })
		s.forge.events = []incident.Event{event("event-2", incident.EventAssigned, opened.Add(time.Minute), "cleo")}
		return nil
	})
	s.look(t)
	if page := s.onPage(t); !strings.Contains(page, "assigned") && !strings.Contains(page, "Assigned") {
		t.Errorf("the page does not say so:\n%s", page)
	}
}

// What is over, and on the page in full, is not asked for again.
func TestHappenedIsAskedForOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.happened = []incident.Event{event("release-1", incident.EventReleased, opened.Add(time.Minute), "v212")}
	s.look(t)
	s.edit(parent, func(i *incident.Issue) { i.State, i.ClosedAt = incident.Done, opened.Add(30*time.Minute) })
	s.forget()
	s.reconciler.Clock = later(s.now().Add(3 * time.Minute)) // the second is over
	s.look(t)
	s.expect(t, 1, "Happened acme/shop 2000-01-01 00:00:00 2000-01-01 00:30:00")
	s.forget()
	s.look(t)
	s.expect(t, 0, "Happened", "History")
	s.pageShows(t, "v212")
}

// A source that is not to be had costs its rows, which come later, and nothing
// else.
func TestEventsAreNotToBeHad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		says string
		once bool // it is said when it has failed once
	}{
		"blocked": {&incident.Blocked{Text: "The app may not read deployments."}, "The app may not read deployments.", true},
		"passing": {errors.New("502: <b>bad</b> gateway"), "could not be asked for the timeline yet", false},
	} {
		for _, source := range []string{"Happened", "History"} {
			t.Run(source+" "+name, func(t *testing.T) {
				t.Parallel()
				s := newStage(t, oneItem)
				s.look(t)
				s.forge.events = []incident.Event{event("event-2", incident.EventAssigned, opened.Add(time.Minute), "v212")}
				s.forge.happened = []incident.Event{event("release-1", incident.EventReleased, opened.Add(time.Minute), "v212")}
				s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
				s.before[source] = fails(c.err)
				next := s.look(t)
				if next.IsZero() {
					t.Error("nobody looks again")
				}
				if said := strings.Contains(s.tracker(t).Body, c.says); said != c.once {
					t.Errorf("said at once: %v", said)
				}
				s.reconciler.Clock = later(next)
				s.goOn(t, 2)
				s.shows(t, c.says, "**sev1**")
				s.pageShows(t, "v212") // by the other one
				if body := s.tracker(t).Body; strings.Contains(body, "502") {
					t.Errorf("the tracker says what only the log should:\n%s", body)
				}
				delete(s.before, source)
				s.look(t)
				if body := s.tracker(t).Body; strings.Contains(body, c.says) {
					t.Errorf("the tracker still says so:\n%s", body)
				}
				if rows := strings.Count(s.onPage(t), "v212"); rows != 2 {
					t.Errorf("%d rows, want both:\n%s", rows, s.onPage(t))
				}
			})
		}
	}
}

// Who labelled it last answers for the label.
func TestLabelledAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.labelling.By = ben
	s.forge.permissions["ben"] = incident.MayRead
	again := event("event-3", incident.EventLabelled, opened.Add(time.Minute), "INCIDENT")
	again.By = ada
	other := event("event-4", incident.EventLabelled, opened.Add(time.Minute), "bug")
	s.forge.events = []incident.Event{event("event-2", incident.EventUnlabelled, opened, "incident"), again, other}
	s.look(t)
	if by := s.record(parent).Ledger.Accepted; by.By != "ada" || !by.At.Equal(again.At) {
		t.Errorf("accepted: %+v, want ada's", by)
	}
	s.expect(t, 0, "Permission ben")
}

// Of a source that answers in part, that part is on the page.
func TestHappenedInPart(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.happened = []incident.Event{event("release-1", incident.EventReleased, opened.Add(time.Minute), "v212")}
	s.after["Happened"] = fails(&incident.Blocked{Text: "The app may not read deployments."})
	s.look(t)
	s.look(t)
	s.pageShows(t, "v212")
	s.shows(t, "The app may not read deployments.")
}

// Where the account that labelled is gone, the author counts.
func TestLabelledByNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.labelling.By = incident.Actor{}
	s.look(t)
	s.shows(t, "Incident tracker")
}
