package reconcile_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hindsight/internal/incident"
)

// told is an incident whose parent only some can read, with one ticket, at a site
// that has been swept before.
func told(t *testing.T) (*stage, incident.Ticket) {
	t.Helper()
	s := withJira(t, inOps)
	s.forge.repository.Private = true // else Jira's reasons are not for everybody
	s.look(t)
	s.sweep(t)
	s.forget()
	s.marker.marks = nil
	return s, s.onlyTicket(t)
}

// isMarked is whether the incident was made due since it was last asked.
func (s *stage) isMarked() bool {
	marked := slices.Contains(s.marked(), parent)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marker.marks = nil
	return marked
}

var refused = &incident.Blocked{Text: "Jira refuses the token. Give a new one.", Whole: true}

const silent = "does not answer: what is shown of them may be old"

// What is wrong with a site is told while nothing is to be written there: by the
// sweep, and by the look at a ticket. Incidents are made due when what is told
// changes, and only then.
func TestTroubleOfASiteIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		says  string
		after int // failures
	}{
		"a token that is refused": {refused, "Jira refuses the token", 1},
		"no answer":               {errors.New("no route to host"), silent, 3},
	} {
		for by, ask := range map[string]func(*testing.T, *stage, incident.Key){
			"the sweep": func(t *testing.T, s *stage, _ incident.Key) { t.Helper(); s.sweep(t) },
			"a look": func(t *testing.T, s *stage, key incident.Key) {
				t.Helper()
				_, err := s.reconciler.Look(t.Context(), 0, key)
				if failed := s.before["Jira.Ticket"] != nil; (err != nil) != failed {
					t.Errorf("error %v", err)
				}
			},
		} {
			t.Run(name+", by "+by, func(t *testing.T) {
				t.Parallel()
				s, made := told(t)
				s.down(c.err)
				for n := 1; n <= 5; n++ {
					s.passes(time.Minute)
					ask(t, s, made.Key)
					if marked := s.isMarked(); marked != (n == c.after) {
						t.Errorf("after %d failures it is made due: %t", n, marked)
					}
				}
				s.look(t)
				s.shows(t, c.says)
				s.up()
				ask(t, s, made.Key)
				if !s.isMarked() {
					t.Error("that it works again is not told")
				}
				s.look(t)
				s.hides(t, c.says)
				ask(t, s, made.Key)
				if s.isMarked() {
					t.Error("that nothing is wrong is news again")
				}
			})
		}
	}
}

// A site that asks for a pause, or refuses one thing, is in no trouble; nor does that
// end the trouble that it is in.
func TestWhatIsNoTrouble(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"a pause":     &incident.Later{At: time.Now().Add(time.Minute), Err: errors.New("429")},
		"one refusal": &incident.Blocked{Text: "Jira does not show `OPS`."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := told(t)
			s.down(err)
			for range 5 {
				s.sweep(t)
			}
			if trouble := s.memory.troubles[jiraSite]; s.isMarked() || trouble != (incident.SiteTrouble{}) {
				t.Errorf("trouble %+v", trouble)
			}
			s.down(refused)
			s.sweep(t)
			s.down(err)
			s.sweep(t)
			if got := s.memory.troubles[jiraSite].Text; got != refused.Text {
				t.Errorf("trouble %q", got)
			}
		})
	}
}

// What is complete is not written to any more, and what has no tickets there is not
// concerned.
func TestWhoIsToldOfTrouble(t *testing.T) {
	t.Parallel()
	s, _ := told(t)
	s.mu.Lock()
	r := s.memory.records[parent]
	r.Ledger.Closing.Complete = true
	s.memory.records[parent] = r
	other := incident.Key{Repo: shop, Number: 43}
	s.memory.records[other] = incident.Record{}
	s.memory.followUps[other] = map[incident.Key]incident.FollowUp{number(9): {Issue: number(9)}}
	s.mu.Unlock()
	s.down(refused)
	s.sweep(t)
	if marked := s.marked(); slices.Contains(marked, parent) || slices.Contains(marked, other) {
		t.Errorf("made due %v", marked)
	}
}

// What can't be told is told by the next failure.
func TestTroubleThatCanNotBeTold(t *testing.T) {
	t.Parallel()
	s, _ := told(t)
	s.down(refused)
	s.before["Mark "+parent.String()] = once(fails(errors.New("the disk is full")))
	s.sweep(t)
	s.isMarked()
	s.sweep(t)
	if !s.isMarked() {
		t.Error("the trouble is never told")
	}
}

// The program that is being stopped learns nothing of a site.
func TestStoppedWhileASiteIsAsked(t *testing.T) {
	t.Parallel()
	s, made := told(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.before["Jira.Ticket"] = func(ctx context.Context) error { cancel(); return ctx.Err() }
	if _, err := s.reconciler.Look(ctx, 0, made.Key); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if got := s.memory.troubles[jiraSite]; got != (incident.SiteTrouble{}) {
		t.Errorf("trouble %+v", got)
	}
}

// Whoever works for all incidents waits for no site that hangs.
func TestLookAtTicketHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, made := ticketed(t)
		s.before["Jira.Ticket"] = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		began := time.Now()
		if _, err := s.reconciler.Look(t.Context(), 0, made.Key); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the look took %v", took)
		}
		if got := s.memory.troubles[jiraSite].Attempts; got != 1 {
			t.Errorf("%d failures are known", got)
		}
	})
}

// A ticket that Jira does not show any more, while its site can be read, says so on
// its line, and counts as before; and is tried again.
func TestTicketThatCanNotBeRead(t *testing.T) {
	t.Parallel()
	for _, state := range []incident.State{incident.Open, incident.Done} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			s, made := told(t)
			s.editTicket(made.Key, func(k *incident.Ticket) { k.State = state })
			s.lookAt(t, made.Key)
			s.isMarked()
			s.before["Jira.Ticket"] = fails(&incident.Blocked{Text: "Jira does not show `OPS` to Hindsight's account."})
			for n := range 2 {
				if _, err := s.reconciler.Look(t.Context(), 0, made.Key); err == nil {
					t.Error("it is not tried again")
				}
				if marked := s.isMarked(); marked != (n == 0) {
					t.Errorf("the time %d it is made due: %t", n+1, marked)
				}
			}
			s.look(t)
			s.shows(t, "Jira does not show `OPS` to Hindsight's account.")
			if f := s.stored(made.Key); f.State != state || f.Unread == "" {
				t.Errorf("remembered %+v", f)
			}
			s.up()
			s.lookAt(t, made.Key)
			if !s.isMarked() {
				t.Error("that it can be read again is not told")
			}
			s.look(t)
			s.hides(t, "Jira does not show")
			if asked := s.jira.asked[made.Key]; len(asked) == 0 || slices.ContainsFunc(asked, func(name string) bool { return name != made.Name }) {
				t.Errorf("asked for by the names %q", asked)
			}
		})
	}
}

// Some sites only tell when a ticket was changed, and not when it was closed.
func TestClosedStaysWhenItWas(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	at := func(state incident.State, closed time.Duration) time.Time {
		s.editTicket(made.Key, func(k *incident.Ticket) { k.State = state })
		s.mu.Lock()
		k := s.jira.tickets[made.Key]
		k.Closed = opened.Add(closed)
		s.jira.tickets[made.Key] = k
		s.mu.Unlock()
		s.lookAt(t, made.Key)
		return s.stored(made.Key).Closed
	}
	first := opened.Add(2 * time.Hour)
	for later, state := range []incident.State{incident.Done, incident.Done, incident.Dropped} {
		if got := at(state, time.Duration(2+later)*time.Hour); !got.Equal(first) {
			t.Errorf("%s: closed at %v, want %v", state, got, first)
		}
	}
	s.editTicket(made.Key, func(k *incident.Ticket) { k.State = incident.Open })
	s.lookAt(t, made.Key)
	if got := at(incident.Done, 9*time.Hour); !got.Equal(opened.Add(9 * time.Hour)) {
		t.Errorf("closed again at %v", got)
	}
}

// Sites are swept after GitHub was, and one that hangs is left after a minute.
func TestSitesAreSweptLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := told(t)
		s.before["Jira.Changed"] = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		s.before["Repositories"] = func(context.Context) error {
			if asked := s.made("Jira.Changed"); len(asked) != 0 {
				t.Errorf("asked before GitHub: %q", asked)
			}
			return nil
		}
		began := time.Now()
		if swept := s.sweep(t); swept.Failed != 2 || swept.Repositories != 1 {
			t.Errorf("swept %+v", swept)
		}
		if took := time.Since(began); took > 2*time.Minute {
			t.Errorf("the sweep took %v", took)
		}
		s.expect(t, 1, "Repositories")
	})
}

// A site at which too much changed is asked again from the same time.
func TestSweepThatIsCut(t *testing.T) {
	t.Parallel()
	s, made := told(t)
	var since []string
	for _, cut := range []bool{true, true, false, false} {
		s.jira.cut = cut
		s.passes(time.Hour)
		s.editTicket(made.Key, func(k *incident.Ticket) { k.State = incident.Done })
		s.forget()
		if swept := s.sweep(t); swept.Failed != 0 || swept.Due == 0 {
			t.Errorf("swept %+v", swept)
		}
		for _, call := range s.made("Jira.Changed") {
			if at, is := strings.CutPrefix(call, "Jira.Changed "+string(jiraSite)+" "); is {
				since = append(since, at)
			}
		}
	}
	if len(since) != 4 || since[0] != since[1] || since[1] != since[2] || since[2] == since[3] {
		t.Errorf("asked since %q", since)
	}
}
