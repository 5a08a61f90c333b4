package reconcile_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
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
	s.forge.verdicts["ada in acme/till"] = incident.Denied
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
	s.forge.verdicts["ben"] = incident.Denied
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
	s.say(ada, "/incident note Rolled back")
	s.look(t)
	s.shows(t, left, "Rolled back")
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

func TestConfigurationIsReadWhenSomebodyPushed(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.pushed[shop] = opened
	s.forge.config = "standard"
	s.look(t)
	s.look(t)
	s.expect(t, 1, "File acme/shop/.github/hindsight.yml")
	s.openedOnce(t, "Tell the customers")

	// The last good one stays in force, and the tracker says what is wrong.
	s.forge.config = "nonsense"
	s.forge.pushed[shop] = opened.Add(time.Minute)
	s.look(t)
	s.shows(t, "nonsense", "Tell the customers")
	s.forge.config = "standard"
	s.forge.pushed[shop] = opened.Add(2 * time.Minute)
	s.look(t)
	if body := s.tracker(t).Body; strings.Contains(body, "nonsense") {
		t.Errorf("the notice is still there:\n%s", body)
	}
}

// GitHub tells whole seconds: a second push may hide behind the first.
func TestTwoPushesInOneSecond(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.pushed[shop], s.forge.config = s.now(), "nonsense"
	s.look(t)
	s.shows(t, "nonsense")
	s.forge.config = "standard"
	s.look(t)
	s.openedOnce(t, "Tell the customers")
}

func TestOwnersConfiguration(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.others["acme/.github"] = 79
	s.forge.pushed[shop], s.forge.pushed["acme/.github"] = opened, opened
	s.forge.configs = map[incident.Repo]string{"acme/.github": "standard"}
	s.look(t)
	s.openedOnce(t, "Tell the customers")
	s.look(t)
	s.expect(t, 1, "File acme/.github/.github/hindsight.yml")
	// The repository's own comes before it.
	s.forge.configs[shop] = "apps"
	s.forge.pushed[shop] = opened.Add(time.Minute)
	s.look(t)
	if len(s.record(parent).Ledger.Items) != 1 {
		t.Error("what was opened by the owner's configuration is forgotten")
	}
}

// A repository whose configuration names another label is swept by that one.
func TestOtherLabel(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.edit(parent, func(i *incident.Issue) { i.Labels = []string{"outage"} })
	s.forge.config = "outage"
	s.forge.pushed[shop] = opened
	if _, err := s.reconciler.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(s.marker.marks) != 1 || s.marker.marks[0].Key != parent {
		t.Fatalf("marked %+v, want %s", s.marker.marks, parent)
	}
	s.look(t)
	s.openedOnce(t, "Mend the pool")
}

// A look may be the first to see that another label starts incidents. The sweep
// finds what has carried it all along.
func TestOtherLabelSeenByALook(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.forge.pushed[shop] = opened
	sweep := func() {
		if _, err := s.reconciler.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sweep()
	s.look(t)
	other := incident.Key{Repo: shop, Number: 50}
	s.addIssue(other, "outage")
	issue := s.forge.issues[other]
	issue.UpdatedAt = opened.Add(-time.Hour)
	s.forge.issues[other] = issue
	s.forge.config = "outage"
	s.forge.pushed[shop] = opened.Add(time.Minute)
	s.look(t)
	s.shows(t, "**Paused:** the label `outage` is off")
	s.marker.marks = nil
	sweep()
	for _, m := range s.marker.marks {
		if m.Key == other {
			return
		}
	}
	t.Errorf("marked %+v, want %s", s.marker.marks, other)
}

// Nobody pushes to a repository because its owner's configuration has changed.
// A configuration that changes, or is mended, counts for what is open though
// nobody touches the issue: for whom it is the repository's own as for whom it
// is the owner's.
func TestConfigurationChangesForWhatIsOpen(t *testing.T) {
	t.Parallel()
	for _, repo := range []incident.Repo{shop, "acme/.github"} {
		t.Run(string(repo), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, oneItem)
			s.forge.others["acme/.github"] = 79
			s.forge.pushed[shop], s.forge.pushed["acme/.github"] = opened, opened
			s.forge.configs = map[incident.Repo]string{repo: "nonsense"}
			s.look(t)
			marks := func(after time.Duration) bool {
				t.Helper()
				s.marker.marks = nil
				s.reconciler.Clock = later(opened.Add(time.Hour + after))
				if _, err := s.reconciler.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
				return slices.ContainsFunc(s.marker.marks, func(m mark) bool { return m.Key == parent })
			}
			marks(0)
			if marks(10 * time.Minute) {
				t.Error("made due while nothing has changed")
			}
			s.forge.configs[repo] = "standard"
			s.forge.pushed[repo] = opened.Add(time.Minute)
			if !marks(30 * time.Minute) {
				t.Error("not made due when the configuration was mended")
			}
			if marks(40 * time.Minute) {
				t.Error("made due again")
			}
		})
	}
}

func TestOwnersOtherLabel(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.edit(parent, func(i *incident.Issue) { i.Labels = []string{"outage"} })
	s.forge.others["acme/.github"] = 79
	s.forge.pushed[shop], s.forge.pushed["acme/.github"] = opened, opened
	s.forge.configs = map[incident.Repo]string{"acme/.github": "standard"}
	sweep := func(after time.Duration) {
		s.reconciler.Clock = later(opened.Add(time.Hour + after))
		if _, err := s.reconciler.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sweep(0)
	s.forge.configs["acme/.github"] = "outage"
	s.forge.pushed["acme/.github"] = opened.Add(time.Minute)
	sweep(10 * time.Minute)
	if len(s.marker.marks) != 1 || s.marker.marks[0].Key != parent {
		t.Fatalf("marked %+v, want %s", s.marker.marks, parent)
	}
	s.forget()
	sweep(11 * time.Minute)
	s.expect(t, 0, "Repository", "File")
}

func TestDroppedWithoutAReason(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		said bool
		asks int
	}{{"nobody said why", false, 1}, {"somebody said why", true, 0}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, f := followed(t)
			s.edit(f.Key, func(i *incident.Issue) { i.State, i.ClosedAt = incident.Dropped, s.now() })
			if c.said {
				s.mu.Lock()
				s.forge.say(f.Key, incident.Comment{Author: ben, Body: "The pool is gone."})
				s.mu.Unlock()
			}
			s.lookAt(t, f.Key)
			next := s.look(t)
			s.expect(t, 0, "WriteComment")
			s.reconciler.Clock = later(next)
			s.look(t)
			s.expect(t, c.asks, "WriteComment "+f.Key.String())
			s.look(t)
			s.expect(t, c.asks, "WriteComment "+f.Key.String())
		})
	}
}

func TestSeverityChangesTheLabelsOfWhatIsOpen(t *testing.T) {
	t.Parallel()
	s := newStage(t, twoItem)
	s.look(t)
	var theirs incident.Issue
	for _, f := range s.followUps() {
		if f.Title == "Write it down" {
			theirs = f
		}
	}
	s.edit(theirs.Key, func(i *incident.Issue) { i.Labels = []string{"postmortem-followup"} }) // people took them off
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.look(t)
	for _, f := range s.followUps() {
		got := strings.Join(f.Labels, " ")
		want := "postmortem-followup sev1 sev1_20000101"
		if f.Key == theirs.Key {
			want = "postmortem-followup"
		}
		if got != want {
			t.Errorf("%q is labelled %q, want %q", f.Title, got, want)
		}
	}
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
}

func TestRewordedLineRenamesItsFollowUp(t *testing.T) {
	t.Parallel()
	s, f := followed(t)
	reword := func(to string) {
		s.edit(parent, func(i *incident.Issue) { i.Body = strings.Replace(oneItem, "Mend the pool", to, 1) })
		s.look(t)
	}
	reword("Mend the pools")
	if got := s.forge.issues[f.Key].Title; got != "Mend the pools" {
		t.Errorf("the follow-up is called %q", got)
	}
	s.edit(f.Key, func(i *incident.Issue) { i.Title = "Replace the pool" })
	reword("Mend the pools!")
	reword("Mend all pools")
	if got := s.forge.issues[f.Key].Title; got != "Replace the pool" {
		t.Errorf("the title that a person gave has become %q", got)
	}
	s.onlyFollowUp(t)
}

// Where no line tells any more what was asked for, and by whom, the follow-up
// does. Lines that are added in the tracker are such.
func TestSeverityChangesNoWordsWithoutALine(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.look(t)
	s.tracked(t, ben, openBox, "- [ ] **Call** the customer\n"+openBox)
	s.look(t)
	before := s.openedOnce(t, "Call the customer")
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.look(t)
	after := s.openedOnce(t, "Call the customer")
	if after.Body != before.Body || !incident.HasLabel(after.Labels, "sev1") {
		t.Errorf("labelled %v, the body has become\n%s\nfrom\n%s", after.Labels, after.Body, before.Body)
	}
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
}

// A title holds no markup, and not more words than fit.
func TestRewordedLineWithMarkup(t *testing.T) {
	t.Parallel()
	for name, words := range map[string]string{
		"markup": "**Mend** the [pool](https://pool.test) of `connections`",
		"long":   "Mend the pool " + strings.Repeat("and the other one ", 30),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "### Follow-ups\n- [ ] "+words+"\n")
			s.look(t)
			s.edit(parent, func(i *incident.Issue) { i.Body = strings.Replace(i.Body, "the", "all the", 1) })
			s.look(t)
			f := s.onlyFollowUp(t)
			if !strings.HasPrefix(f.Title, "Mend all the pool") {
				t.Errorf("the title is still %q", f.Title)
			}
			s.edit(f.Key, func(i *incident.Issue) { i.Title = "Replace the pool" })
			s.edit(parent, func(i *incident.Issue) { i.Body = strings.Replace(i.Body, "all the", "both the", 1) })
			s.look(t)
			if f = s.onlyFollowUp(t); f.Title != "Replace the pool" {
				t.Errorf("the title that a person gave has become %q", f.Title)
			}
			s.forget()
			s.look(t)
			s.expect(t, 0, outward...)
		})
	}
}

func TestOwnerBecomesAssignee(t *testing.T) {
	t.Parallel()
	s := newStage(t, "### Follow-ups\n- [ ] Mend the pool @ben due 2000-02-01\n- [ ] Call back @ghost\n")
	s.forge.unassignable["ghost"] = true
	s.look(t)
	mend, call := s.openedOnce(t, "Mend the pool"), s.openedOnce(t, "Call back")
	if strings.Join(mend.Assignees, " ") != "ben" || len(call.Assignees) != 0 {
		t.Errorf("assigned: %v and %v, want ben and nobody", mend.Assignees, call.Assignees)
	}
	s.shows(t, "ben", "2000-02-01", "ghost")
	s.edit(parent, func(i *incident.Issue) {
		i.Body = strings.Replace(i.Body, "@ben due 2000-02-01", "@ada due 2000-03-01", 1)
	})
	s.look(t)
	mend = s.openedOnce(t, "Mend the pool")
	if strings.Join(mend.Assignees, " ") != "ada" || !strings.Contains(mend.Body, "2000-03-01") {
		t.Errorf("assigned to %v, says:\n%s", mend.Assignees, mend.Body)
	}
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
}

// Nobody was assigned for the wrong name, so nobody stands in the way of the
// right one; unlike where people took somebody off.
func TestOwnerIsCorrected(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, owner, after, want string
		between                  func(*stage, incident.Key)
	}{
		{name: "a wrong name", owner: "@ghost", after: "@ben", want: "ben"},
		{name: "no name", owner: "p1", after: "@ben", want: "ben"},
		{
			name: "who gets access", owner: "@ghost", after: "@ghost", want: "ghost",
			between: func(s *stage, _ incident.Key) { s.forge.unassignable["ghost"] = false },
		},
		{
			name: "whom people took off", owner: "@ada", after: "@ben", want: "",
			between: func(s *stage, f incident.Key) { s.edit(f, func(i *incident.Issue) { i.Assignees = nil }) },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "### Follow-ups\n- [ ] Call back "+tt.owner+"\n")
			s.forge.unassignable["ghost"] = true
			s.look(t)
			if tt.between != nil {
				tt.between(s, s.onlyFollowUp(t).Key)
			}
			s.edit(parent, func(i *incident.Issue) { i.Body = strings.Replace(i.Body, tt.owner, tt.after, 1) })
			s.look(t)
			if got := strings.Join(s.onlyFollowUp(t).Assignees, " "); got != tt.want {
				t.Errorf("assigned to %q, want %q", got, tt.want)
			}
			s.forget()
			s.look(t)
			s.expect(t, 0, outward...)
		})
	}
}

func TestSettingsKeepTheLastGoodOne(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.memory.settings[shop] = reconcile.Settings{Good: "standard", Found: true, Label: "incident", FollowUpLabel: "postmortem-followup"}
	s.forge.config, s.forge.pushed[shop] = "nonsense", opened
	s.look(t)
	s.openedOnce(t, "Tell the customers")
}
