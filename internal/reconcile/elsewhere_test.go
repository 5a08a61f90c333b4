package reconcile_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// later is a clock that stands still then.
func later(at time.Time) func() time.Time { return func() time.Time { return at } }

// An incident that is transferred keeps its tracker, its follow-ups where they
// are, and its page.
func TestParentIsTransferred(t *testing.T) {
	t.Parallel()
	s, f := followed(t)
	s.reconciler.Clock = later(opened.Add(59 * time.Minute))
	s.forge.clock = s.reconciler.Clock
	s.say(ben, "/incident severity sev1")
	s.look(t)
	s.edit(parent, func(i *incident.Issue) { i.Labels = []string{"incident", "sev2"} }) // people know better
	s.look(t)
	s.reconciler.Clock, s.forge.clock = s.now, s.now
	there := incident.Key{Repo: till, Number: 3}
	s.mu.Lock()
	moved := s.forge.issues[parent]
	moved.Key = there
	for _, c := range s.forge.comments[parent] { // with other ids
		c.ID += 5000
		s.forge.comments[there] = append(s.forge.comments[there], c)
	}
	s.forge.issues[there] = moved
	delete(s.forge.issues, parent)
	delete(s.forge.comments, parent)
	s.forge.moved[parent] = there
	s.mu.Unlock()

	s.lookAt(t, parent) // the old name's news leads to the new one
	if len(s.marker.marks) == 0 || s.marker.marks[len(s.marker.marks)-1].Key != there {
		t.Fatalf("marked %+v, want %s", s.marker.marks, there)
	}
	s.forget()
	s.lookAt(t, there)
	s.expect(t, 0, "OpenIssue", "WriteComment", "Create", "AddLabels", "RemoveLabel")
	entry := s.record(there).Ledger.Items[0]
	if got := entry.Issue.In(till); got != f.Key {
		t.Errorf("its follow-up is %s, want %s", got, f.Key)
	}
	body := s.forge.comments[there][0].Body
	for _, want := range []string{"acme/shop#", "/acme/shop/wiki/"} {
		if !strings.Contains(strings.ToLower(body), want) {
			t.Errorf("the tracker does not lead to %q:\n%s", want, body)
		}
	}
	s.forget()
	s.lookAt(t, there)
	s.expect(t, 0, outward...)
}

// A tracker that names another incident proves nothing by itself: whoever may
// write in a repository may edit it.
func TestForeignTrackerIsNotBelieved(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	there := incident.Key{Repo: till, Number: 3}
	s.addIssue(there, "incident")
	s.mu.Lock()
	s.forge.comments[there] = s.forge.comments[parent]
	s.mu.Unlock()
	s.forget()
	s.lookAt(t, there)
	s.expect(t, 0, outward...)
}

func TestFollowUpIsTransferred(t *testing.T) {
	t.Parallel()
	for _, private := range []bool{false, true} {
		s, f := followed(t)
		there := incident.Key{Repo: till, Number: 3}
		s.forge.private[till] = private
		s.mu.Lock()
		moved := f
		moved.Key, moved.State, moved.ClosedAt, moved.Title = there, incident.Done, s.now(), "Mend the secret pool"
		s.forge.issues[there] = moved
		delete(s.forge.issues, f.Key)
		s.forge.moved[f.Key] = there
		s.mu.Unlock()
		s.lookAt(t, f.Key)
		s.look(t)
		s.shows(t, "- [x] ", "acme/till#3")
		if shown := strings.Contains(s.tracker(t).Body, "secret"); shown == private {
			t.Errorf("its title is shown: %t, and its repository is private: %t", shown, private)
		}
		s.expect(t, 0, "OpenIssue")
	}
}

// What a crash cut off in another repository is found there, even if the
// database is gone.
func TestCutOffOpeningElsewhere(t *testing.T) {
	t.Parallel()
	for _, deleted := range []bool{false, true} {
		s := newStage(t, "### Follow-ups\n- [ ] Mend the pool in acme/till\n")
		s.after["OpenIssue"] = once(fails(errors.New("connection reset")))
		next := s.look(t)
		if deleted {
			s.memory.records = map[incident.Key]incident.Record{}
			s.memory.followUps = map[incident.Key]map[incident.Key]incident.FollowUp{}
		}
		s.reconciler.Clock = later(next)
		s.look(t)
		s.expect(t, 1, "OpenIssue")
		if issue := s.onlyFollowUp(t); issue.Key.Repo != till {
			t.Errorf("it was opened in %s", issue.Key.Repo)
		}
		s.shows(t, "acme/till#")
	}
}

func TestOtherRepositoryWantsPermissionThere(t *testing.T) {
	t.Parallel()
	s := newStage(t, "### Follow-ups\n- [ ] Mend the pool in acme/till\n")
	s.forge.permissions["ada in acme/till"] = incident.MayRead
	s.look(t)
	s.expect(t, 0, "OpenIssue")
	s.shows(t, "acme/till")
}

// A follow-up elsewhere says nothing of the incident but its name.
func TestFollowUpElsewhereIsBare(t *testing.T) {
	t.Parallel()
	s := newStage(t, "### Follow-ups\n- [ ] Mend the pool in acme/till\n")
	s.look(t)
	if body := s.onlyFollowUp(t).Body; strings.Contains(body, "The shop is down") || !strings.Contains(body, "acme/shop#42") {
		t.Errorf("the follow-up says:\n%s", body)
	}
}

func TestIssueAttachedByHand(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	theirs := incident.Key{Repo: shop, Number: 9}
	s.addIssue(theirs, "bug")
	s.forge.subs = []incident.Key{theirs}
	s.look(t)
	s.shows(t, "(#9)")
	s.edit(theirs, func(i *incident.Issue) { i.State, i.ClosedAt = incident.Done, s.now() })
	s.lookAt(t, theirs)
	s.look(t)
	s.shows(t, "- [x] ", "(#9)")
	s.forge.subs = nil
	s.look(t)
	if body := s.tracker(t).Body; strings.Contains(body, "#9") {
		t.Errorf("what was detached is still listed:\n%s", body)
	}
	s.expect(t, 0, "OpenIssue", "EditIssue", "AddLabels", "AttachSubIssue")
}

func TestPullRequestThatRefersToTheIncident(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	pull := incident.Key{Repo: shop, Number: 50}
	s.addIssue(pull)
	s.edit(pull, func(i *incident.Issue) {
		i.PullRequest, i.Body = true, "Incident: #42\n\n### Follow-ups\n- [ ] Test the pool\n"
	})
	s.lookAt(t, pull)
	s.look(t)
	s.openedOnce(t, "Test the pool")
	s.mu.Lock()
	s.forge.say(pull, incident.Comment{Author: ben, Body: "### Follow-ups\n- [ ] Watch the pool\n"})
	s.mu.Unlock()
	s.lookAt(t, pull)
	s.look(t)
	s.openedOnce(t, "Watch the pool")

	// The database is deleted: GitHub's timeline leads to it again.
	s.memory.records, s.memory.pulls = map[incident.Key]incident.Record{}, map[incident.Key][]incident.Key{}
	s.memory.followUps = map[incident.Key]map[incident.Key]incident.FollowUp{}
	s.forge.mentioning = []incident.Key{pull}
	s.forget()
	s.look(t)
	s.expect(t, 0, "OpenIssue")
	if !maps.EqualFunc(s.memory.pulls, map[incident.Key][]incident.Key{parent: {pull}},
		func(a, b []incident.Key) bool { return len(a) == 1 && a[0] == b[0] }) {
		t.Errorf("remembered: %v", s.memory.pulls)
	}
}

// A pull request may be older than the incident, and many may mention it
// without being about it.
func TestPullRequestsFromBefore(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	for number := 50; number < 65; number++ {
		pull := incident.Key{Repo: shop, Number: number}
		s.addIssue(pull)
		s.edit(pull, func(i *incident.Issue) { i.PullRequest, i.Body = true, "As with #42." })
		s.forge.mentioning = append(s.forge.mentioning, pull)
	}
	s.edit(s.forge.mentioning[14], func(i *incident.Issue) { i.Body = "Fixes #42.\n\n### Follow-ups\n- [ ] Test the pool\n" })
	s.forge.labelling = incident.Labelling{By: ben, At: opened}
	s.forge.permissions["ben"] = incident.MayRead
	s.look(t)
	s.expect(t, 0, "OpenIssue")
	s.forge.labelling = incident.Labelling{By: ada, At: opened.Add(time.Minute)}
	s.look(t)
	s.openedOnce(t, "Test the pool")
}

// TestPullRequestsThatAreLeftOut: of very many not all are read, and the tracker
// says so, also in the look after the one that has found them.
func TestPullRequestsThatAreLeftOut(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	for number := 50; number < 63; number++ {
		pull := incident.Key{Repo: shop, Number: number}
		s.addIssue(pull)
		s.edit(pull, func(i *incident.Issue) { i.PullRequest, i.Body = true, "Incident: #42" })
		s.forge.mentioning = append(s.forge.mentioning, pull)
	}
	const left = "so many pull requests about this that 3 of them are not read"
	s.look(t)
	s.shows(t, left)
	s.forget()
	s.say(ada, "/postmortem owner @cleo")
	s.look(t)
	s.shows(t, left, "cleo")
}

// What a pull request refers to elsewhere is not read here.
func TestPullRequestOfAnotherRepository(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	pull := incident.Key{Repo: till, Number: 50}
	s.addIssue(pull)
	s.edit(pull, func(i *incident.Issue) {
		i.PullRequest, i.Body = true, "Incident: acme/shop#42\n\n### Follow-ups\n- [ ] Test the pool\n"
	})
	s.lookAt(t, pull)
	s.look(t)
	s.expect(t, 0, "OpenIssue")
}
