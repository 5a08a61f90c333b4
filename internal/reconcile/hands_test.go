package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

var cal = incident.Actor{Login: "cal"} // may triage everywhere

// editOf has somebody edit the newest comment of a person.
func (s *stage) editOf(author, by incident.Actor, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.forge.comments[parent]
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Author == author {
			s.forge.edited(&all[i], by, false, body)
			return
		}
	}
}

// editBody has somebody edit an issue's own text.
func (s *stage) editBody(key incident.Key, by incident.Actor, body string) {
	s.edit(key, func(i *incident.Issue) { i.Body = body })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forge.bodies[key] = append([]incident.Edit{{ID: body, By: by, At: s.now(), Body: body}}, s.forge.bodies[key]...)
}

// With write permission in the shop alone, ben can edit what ada wrote there.
// That makes him nobody in the till.
func TestEditorIsNotTheAuthor(t *testing.T) {
	t.Parallel()
	const line = "### Follow-ups\n- [ ] Mend the pool in acme/till\n"
	for name, text := range map[string]string{
		"a new line":        line + "- [ ] Evil in acme/till\n",
		"a command's title": line + "\n/followup Evil in acme/till\n",
		"renamed":           "### Follow-ups\n- [ ] Mend the pools in acme/till\n",
		"another owner":     "### Follow-ups\n- [ ] Mend the pool @ben in acme/till\n",
		"ticked":            "### Follow-ups\n- [x] Mend the pool in acme/till\n",
		"adopted":           line + "- [ ] acme/till#5\n",
		"ticked by number":  "### Follow-ups\n- [x] acme/till#%d\n",
		"closed":            line + "\n/followup done acme/till#%d\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, f := elsewhere(t)
			s.addIssue(there)
			if strings.Contains(text, "%d") {
				text = fmt.Sprintf(text, f.Key.Number)
			}
			s.editOf(ada, ben, text)
			s.forget()
			s.look(t)
			s.look(t)
			s.untouched(t, f)
			s.onlyFollowUp(t)
			s.expect(t, 1, "Edits 101") // what was answered is remembered
			if entries := s.record(parent).Ledger.Items; len(entries) != 1 {
				t.Errorf("followed up: %+v", entries)
			}
		})
	}
}

// Where everybody may who has edited a text, it counts.
func TestEditorsWhoMay(t *testing.T) {
	t.Parallel()
	s, f := elsewhere(t)
	s.editOf(ada, cal, "### Follow-ups\n- [ ] Mend the pool in acme/till\n- [ ] Drain it in acme/till\n")
	s.look(t)
	s.openedOnce(t, "Drain it")
	s.editOf(ada, ada, "### Follow-ups\n- [x] Mend the pool in acme/till\n- [ ] Drain it in acme/till\n")
	s.look(t)
	if got := s.state(f.Key); got != incident.Done {
		t.Errorf("it is %s", got)
	}
	s.forget()
	s.look(t)
	s.expect(t, 0, "Edits 101", "BodyEdits") // nothing is open any more
}

// In the parent's own repository an edit takes more than is asked for.
func TestEditorAtHome(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.say(ada, "I look into it.")
	s.editOf(ada, ben, "### Follow-ups\n- [ ] Mend the pool\n")
	s.look(t)
	s.openedOnce(t, "Mend the pool")
	s.expect(t, 0, "Edits 101", "BodyEdits")
}

func TestBodiesThatOthersEdited(t *testing.T) {
	t.Parallel()
	pull := incident.Key{Repo: shop, Number: 50}
	for name, of := range map[string]incident.Key{"incident": parent, "pull request": pull} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.forge.permissions["ben in acme/till"] = incident.MayRead
			s.addIssue(pull)
			s.edit(pull, func(i *incident.Issue) { i.PullRequest = true })
			s.forge.mentioning = []incident.Key{pull}
			s.editBody(pull, ada, "Incident: #42")
			s.editBody(of, ada, "Incident: #42\n\n### Follow-ups\n- [ ] Drain it in acme/till\n- [ ] Mend it in acme/till\n")
			s.look(t)
			s.openedOnce(t, "Drain it")
			s.openedOnce(t, "Mend it")
			s.expect(t, 1, "BodyEdits")
			s.editBody(of, ben, "Incident: #42\n\n### Follow-ups\n- [x] Drain it in acme/till\n- [ ] Evil in acme/till\n")
			s.forget()
			s.lookAt(t, pull)
			s.look(t)
			s.expect(t, 0, "OpenIssue", "EditIssue")
		})
	}
}

// An account that is gone can't be asked for, an app has no say elsewhere, and
// who came before the oldest edit that is told is not known.
func TestEditorsOfWhomNothingIsKnown(t *testing.T) {
	t.Parallel()
	line := "### Follow-ups\n- [ ] Drain it in acme/till\n"
	for name, edit := range map[string]func(*stage){
		"account is gone": func(s *stage) { s.editOf(ada, incident.Actor{}, line) },
		"an app":          func(s *stage) { s.editOf(ada, incident.Actor{Login: "forms[bot]", Bot: true}, line) },
		"too many edits": func(s *stage) {
			for range 100 {
				s.editOf(ada, ada, line)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.say(ada, "I look into it.")
			edit(s)
			s.look(t)
			s.expect(t, 0, "OpenIssue")
			s.shows(t, "in a new comment", "triage permission in acme/till")
			s.say(ada, line)
			s.look(t)
			s.openedOnce(t, "Drain it")
		})
	}
}

// A host that tells of no edits leaves what was never edited.
func TestEditorsAreNotTold(t *testing.T) {
	t.Parallel()
	s := newStage(t, "### Follow-ups\n- [ ] Drain it in acme/till\n")
	s.forge.forgetful = true
	s.say(ada, "### Follow-ups\n- [ ] Mend it in acme/till\n")
	s.say(cal, "### Follow-ups\n- [ ] Fill it in acme/till\n")
	s.mu.Lock()
	s.forge.comments[parent][1].UpdatedAt = s.now().Add(time.Second)
	s.mu.Unlock()
	s.look(t)
	if issue := s.onlyFollowUp(t); issue.Title != "Mend it" {
		t.Errorf("%q was opened", issue.Title)
	}
	s.shows(t, "Drain it", "Fill it", "in a new comment", "does not tell who edits a text")
	s.say(ada, "/followup done acme/till#5")
	s.forget()
	s.look(t)
	s.expect(t, 0, "OpenIssue", "EditIssue")
}

// Whoever edits a text while a look is under way is asked for as well.
func TestEditedMeanwhile(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.permissions["ben in acme/till"] = incident.MayRead
	s.say(ada, "### Follow-ups\n- [ ] Mend the pool in acme/till\n")
	s.after["OpenIssue"] = once(func(context.Context) error {
		s.editOf(ada, ben, "### Follow-ups\n- [x] Mend the pool in acme/till\n- [ ] Evil in acme/till\n")
		return nil
	})
	s.look(t)
	f := s.onlyFollowUp(t)
	if f.Title != "Mend the pool" || f.State != incident.Open {
		t.Errorf("%q is %s", f.Title, f.State)
	}
	s.expect(t, 2, "Edits 101") // and those of the tracker
}

// A history that can't be asked for just now decides nothing.
func TestHistoryFails(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.say(ada, "### Follow-ups\n- [ ] Mend the pool in acme/till\n")
	s.before["Edits"] = once(fails(errors.New("connection reset")))
	next := s.look(t)
	s.expect(t, 0, "OpenIssue")
	s.reconciler.Clock = later(next)
	s.look(t)
	s.openedOnce(t, "Mend the pool")
}

// What a hundred lines name is asked for in several looks.
func TestManyQuestions(t *testing.T) {
	t.Parallel()
	const many = 120
	for name, test := range map[string]struct {
		question string
		ask      func(s *stage, n int)
	}{
		"issues": {"Issue", func(s *stage, n int) {
			key := incident.Key{Repo: till, Number: 1000 + n}
			s.addIssue(key)
			s.rewrite(ada, s.newest(ada).Body+"- [ ] "+key.String()+"\n")
		}},
		"places": {"Repository", func(s *stage, n int) {
			repo := incident.Repo(fmt.Sprintf("acme/till%d", n))
			s.forge.others[repo] = int64(1000 + n)
			s.rewrite(ada, s.newest(ada).Body+fmt.Sprintf("- [ ] Mend it in %s\n", repo))
		}},
		"histories": {"Edits", func(s *stage, n int) {
			s.say(ada, fmt.Sprintf("### Follow-ups\n- [ ] Mend pool %d in acme/till\n", n))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.say(ada, "### Follow-ups\n")
			for n := range many {
				test.ask(s, n)
			}
			s.say(ada, "/followup all")
			now := s.now()
			for range 10 {
				s.reconciler.Clock, s.forge.clock = later(now), later(now)
				s.forget()
				next := s.look(t)
				if asked := len(s.made(test.question)); asked > 110 {
					t.Fatalf("%d questions in one look", asked)
				}
				if next.IsZero() {
					break
				}
				if next.Before(now.Add(time.Minute)) {
					t.Fatalf("looked at again %s later", next.Sub(now))
				}
				now = next
			}
			if n := len(s.record(parent).Ledger.Items); n != many {
				t.Errorf("%d lines are followed up, want %d", n, many)
			}
		})
	}
}

func (s *stage) newest(by incident.Actor) incident.Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	var newest incident.Comment
	for _, c := range s.forge.comments[parent] {
		if c.Author == by {
			newest = c
		}
	}
	return newest
}
