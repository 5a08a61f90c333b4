package reconcile_test

import (
	"strings"
	"testing"

	"hindsight/internal/incident"
)

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
