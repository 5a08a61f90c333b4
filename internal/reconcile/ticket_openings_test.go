package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
	"hindsight/templates"
)

// untilQuiet looks when it asks for it, and at the news of tickets, until there
// is nothing to be done.
func (s *stage) untilQuiet(t *testing.T) {
	t.Helper()
	for range 50 {
		next, err := s.reconciler.Look(t.Context(), installation, parent)
		if err == nil && (next.IsZero() || len(s.record(parent).Seeks)+len(s.record(parent).Problems) == 0) {
			return
		}
		if next.IsZero() {
			next = s.reconciler.Clock().Add(time.Second)
		}
		s.reconciler.Clock = later(next)
	}
	t.Fatalf("it does not come to an end: %+v", s.record(parent))
}

// stopsAt ends the program at a call: before or after its effect. When it is
// started again it has its memory, or not.
func (s *stage) stopsAt(t *testing.T, hooks map[string]func(context.Context) error, call string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reached := false
	hooks[call] = once(func(ctx context.Context) error {
		reached = true
		cancel()
		return ctx.Err()
	})
	if _, err := s.reconciler.Look(ctx, installation, parent); reached && !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	if !reached {
		t.Fatalf("%s was not called:\n%s", call, strings.Join(s.all(), "\n"))
	}
}

// The program ends before or after each call to Jira, while a ticket is opened,
// changed and closed, with a search that lags; its memory is kept, or deleted.
// Nothing is done twice, and nothing is missing.
func TestCutOffAtJira(t *testing.T) {
	t.Parallel()
	opening := func(*testing.T, *stage) {}
	changing := func(t *testing.T, s *stage) {
		t.Helper()
		s.look(t)
		s.say(ben, "/incident severity sev1")
	}
	closing := func(t *testing.T, s *stage) {
		t.Helper()
		s.look(t)
		s.tracked(t, ben, opsBox, opsTicked)
	}
	for call, before := range map[string]func(*testing.T, *stage){
		"Jira.Offer": opening, "Jira.Open": opening, "Jira.Link": opening, "Jira.Edit": changing, "Jira.Set": closing,
	} {
		for _, when := range []string{"before", "after"} {
			for _, kept := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s %s, memory kept: %t", when, call, kept), func(t *testing.T) {
					t.Parallel()
					s := withJira(t, inOps)
					s.jira.lag = func(incident.Key) time.Duration { return jiraLag }
					before(t, s)
					hooks := s.before
					if when == "after" {
						hooks = s.after
					}
					s.stopsAt(t, hooks, call)
					if !kept {
						s.forgetAll()
					}
					s.untilQuiet(t)
					made := s.onlyTicket(t)
					if len(s.jira.links[made.Key]) == 0 {
						t.Error("it is not linked")
					}
					if call == "Jira.Set" && kept && made.State != incident.Done {
						t.Errorf("the order was lost: it is %s", made.State)
					}
					if call == "Jira.Edit" && made.Entry.Wrote.Severity != 1 {
						t.Errorf("the severity was not written: %+v", made.Entry.Wrote)
					}
					if e := s.record(parent).Ledger.Items[0]; e.Issue.Number != made.Key.Number {
						t.Errorf("the record has %+v", e.Issue)
					}
					s.expect(t, 0, "OpenIssue")
				})
			}
		}
	}
}

// An answer that was lost does not say whether a ticket was opened. Nothing is
// opened until the search can show it.
func TestLostAnswerOfJira(t *testing.T) {
	t.Parallel()
	lost := &incident.Unsure{Err: errors.New("connection reset")}
	for name, c := range map[string]struct {
		hooks func(*stage) map[string]func(context.Context) error
		calls int
	}{
		"after the effect":  {func(s *stage) map[string]func(context.Context) error { return s.after }, 1},
		"before the effect": {func(s *stage) map[string]func(context.Context) error { return s.before }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withJira(t, inOps)
			s.jira.lag = func(incident.Key) time.Duration { return jiraLag }
			c.hooks(s)["Jira.Open"] = once(fails(lost))
			began := s.reconciler.Clock()
			s.look(t)
			for after := 20 * time.Second; after < jiraLag; after += 20 * time.Second {
				s.reconciler.Clock = later(began.Add(after))
				s.look(t)
				if len(s.jira.ours()) != c.calls%2 {
					t.Fatalf("after %s there are %d tickets", after, len(s.jira.ours()))
				}
			}
			s.untilQuiet(t)
			s.onlyTicket(t)
			s.expect(t, c.calls, "Jira.Open")
		})
	}
}

// What was refused was not opened: it need not be sought.
func TestRefusedTicketIsNotSought(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	s.forge.repository.Private = true // else Jira's reasons are not for everybody
	s.before["Jira.Open"] = once(fails(&incident.Blocked{Text: "The field `team` is missing."}))
	s.look(t)
	s.shows(t, "The field `team` is missing.")
	if r := s.record(parent); len(r.Seeks) != 0 || len(r.Stuck) != 1 {
		t.Errorf("sought %+v, stuck %+v", r.Seeks, r.Stuck)
	}
	s.untilQuiet(t)
	s.onlyTicket(t)
	s.expect(t, 0, "Jira.Find")
	s.hides(t, "The field `team` is missing.")
}

// A refusal holds up nothing but its own item.
func TestOneRefusedTicket(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps+"- [ ] Write it down in OPS\n")
	s.forge.repository.Private = true
	s.before["Jira.Open Mend the pool"] = fails(&incident.Blocked{Text: "The field `team` is missing."})
	s.look(t)
	if made := s.onlyTicket(t); made.Title != "Write it down" {
		t.Errorf("opened %q", made.Title)
	}
	s.shows(t, "The field `team` is missing.")
}

// When what was opened can't be stored, it is sought, and not opened again.
func TestOpenedTicketThatIsNotStored(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"SaveFollowUp", "SaveRecord"} {
		s := withJira(t, inOps)
		s.after["Jira.Open"] = func(context.Context) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.before[call] = once(fails(errors.New("the disk is full")))
			return nil
		}
		_, _ = s.reconciler.Look(t.Context(), installation, parent) // it fails, or goes on
		s.untilQuiet(t)
		s.onlyTicket(t)
		s.expect(t, 1, "Jira.Open")
	}
}

// The same, when the program ends before it can look again.
func TestOpenedTicketThatIsNotStoredAndCutOff(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.after["Jira.Open"] = func(context.Context) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.before["SaveFollowUp"] = once(fails(errors.New("the disk is full")))
		s.before["Comments "+parent.String()] = once(func(ctx context.Context) error { cancel(); return ctx.Err() })
		return nil
	}
	if _, err := s.reconciler.Look(ctx, installation, parent); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	s.untilQuiet(t)
	s.onlyTicket(t)
	s.expect(t, 1, "Jira.Open")
}

// What another part stores while the program is being stopped does not forget that
// a ticket may have been opened.
func TestStoppedWhileOpening(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := withJira(t, inOps+"- [ ] Write it down\n")
		ctx, cancel := context.WithCancel(t.Context())
		made := make(chan struct{})
		s.after["Jira.Open"] = once(func(ctx context.Context) error {
			<-made
			cancel()
			return ctx.Err()
		})
		s.after["OpenIssue"] = once(func(context.Context) error {
			close(made)
			<-ctx.Done()
			time.Sleep(time.Second) // until the other part has come to its end
			return nil
		})
		if _, err := s.reconciler.Look(ctx, installation, parent); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v", err)
		}
		s.untilQuiet(t)
		s.onlyTicket(t)
		s.expect(t, 1, "Jira.Open")
	})
}

// A panic tells as little as a crash.
func TestPanicWhileOpening(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	s.after["Jira.Open"] = once(func(context.Context) error { panic("a bug") })
	s.look(t)
	s.untilQuiet(t)
	s.onlyTicket(t)
	s.expect(t, 1, "Jira.Open")
}

// Two tickets for one item: the lower id stays, the other is closed.
func TestSecondTicketIsHealed(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	twin := made
	twin.Key.Number += 5
	twin.Name = "OPS-20000"
	s.jira.tickets[twin.Key] = twin
	s.forgetAll()
	s.untilQuiet(t)
	if got := s.ticketNow(twin.Key).State; got != incident.Dropped {
		t.Errorf("the second one is %s", got)
	}
	if got := s.ticketNow(made.Key).State; got != incident.Open {
		t.Errorf("the first one is %s", got)
	}
	s.forget()
	s.look(t)
	s.expect(t, 0, toJira...)
}

// What people did to the second of two is looked at again before it is closed.
func TestSecondTicketIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]func(*incident.Ticket){
		"closed":     func(k *incident.Ticket) { k.State = incident.Done },
		"taken over": func(k *incident.Ticket) { k.Of = idOf(41) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, made := ticketed(t)
			twin := made
			twin.Key.Number += 5
			twin.Name = "OPS-20000"
			s.jira.tickets[twin.Key] = twin
			s.forgetAll()
			s.before["Jira.Ticket "+twin.Key.String()] = once(func(context.Context) error {
				s.editTicket(twin.Key, how)
				return nil
			})
			s.untilQuiet(t)
			s.expect(t, 1, "Jira.Ticket "+twin.Key.String())
			s.expect(t, 0, "Jira.CloseAsDuplicate")
		})
	}
}

// An issue that was opened for the same item does not have the ticket be looked
// for on GitHub.
func TestIssueBesideATicket(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	key := number(90)
	s.addIssue(key)
	s.edit(key, func(i *incident.Issue) {
		i.AppID = ourApp
		_, i.Body = templates.New().FollowUp(incident.FollowUpView{
			Facts: incident.Facts{ID: idOf(parent.Number), Key: parent}, Item: made.Entry.Key, Text: "Mend the pool",
		})
	})
	s.forge.subs = []incident.Key{key}
	s.look(t)
	s.expect(t, 0, "Issue "+made.Key.String())
}

// A preview looks for what is there, and changes nothing.
func TestPreviewWithTickets(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	plan := strings.Join(s.preview(t), "\n")
	if !strings.Contains(plan, `open the follow-up "Mend the pool" in Jira, in the project OPS`) {
		t.Errorf("plan:\n%s", plan)
	}
	s.changedNothing(t)
	s.expect(t, 0, toJira...)

	s, made := ticketed(t)
	s.editTicket(made.Key, func(k *incident.Ticket) { k.State = incident.Done })
	plan = strings.Join(s.preview(t), "\n")
	if !strings.Contains(plan, "bring the tracker up to date") {
		t.Errorf("what is new in Jira is not in the plan:\n%s", plan)
	}
	s.changedNothing(t)
	s.expect(t, 0, toJira...)
	s.forgetAll()
	plan = strings.Join(s.preview(t), "\n")
	if strings.Contains(plan, "open the follow-up") {
		t.Errorf("what is there is to be opened again:\n%s", plan)
	}
	s.changedNothing(t)
	s.expect(t, 0, toJira...)
}

// Whatever happens to the calls that open tickets, whether the search shows them
// soon or late, however long Jira takes to open them, whether memory is kept or lost:
// in the end there is one for each item.
func TestTicketsWhileTheSearchLags(t *testing.T) {
	t.Parallel()
	items := []string{"Mend the pool", "Write it down"}
	rapid.Check(t, func(rt *rapid.T) {
		var body strings.Builder
		body.WriteString("### Follow-ups\n")
		for _, item := range items {
			fmt.Fprintf(&body, "- [ ] %s in OPS\n", item)
		}
		s := withJira(t, body.String())
		s.reconciler.Log = slog.New(slog.DiscardHandler) // or there would be a great deal of it
		lag := rapid.Custom(func(rt *rapid.T) time.Duration {
			return time.Duration(rapid.IntRange(0, int(jiraLag/time.Second)).Draw(rt, "lag")) * time.Second
		})
		lags := map[incident.Key]time.Duration{}
		s.jira.lag = func(key incident.Key) time.Duration {
			if _, drawn := lags[key]; !drawn {
				lags[key] = lag.Draw(rt, key.String())
			}
			return lags[key]
		}
		for range rapid.IntRange(1, 4).Draw(rt, "disturbances") {
			s.disturb(t.Context(), rt, items)
			s.jira.slow = opensAtOnce
			s.reconciler.Clock = later(s.reconciler.Clock().Add(lag.Draw(rt, "pause")))
		}
		clear(s.before)
		clear(s.after)
		s.untilQuiet(t)
		made := s.jira.ours()
		titles := map[string]int{}
		for _, k := range made {
			if k.State == incident.Open {
				titles[k.Title]++
			}
		}
		for _, item := range items {
			if titles[item] != 1 || len(made) != len(items) {
				rt.Fatalf("%d tickets for %q among %+v\n%s", titles[item], item, made, strings.Join(s.all(), "\n"))
			}
		}
		if open := s.issues(); open != 0 {
			rt.Fatalf("%d issues were opened, too", open)
		}
	})
}

// disturb is a look that is hindered in a way that is drawn.
func (s *stage) disturb(ctx context.Context, rt *rapid.T, items []string) {
	hooks := s.before
	if rapid.Bool().Draw(rt, "after") {
		hooks = s.after
	}
	call := "Jira.Open " + rapid.SampledFrom(items).Draw(rt, "item")
	if rapid.Bool().Draw(rt, "search") {
		call = "Jira.Find"
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	takes := time.Duration(rapid.IntRange(0, int(incident.OpenLongest/time.Second)).Draw(rt, "takes")) * time.Second
	switch rapid.SampledFrom([]string{"crash", "late", "slow", "lost", "refused", "down", "none"}).Draw(rt, "trouble") {
	case "late":
		s.opensLate(takes, func() error { cancel(); return context.Canceled })
	case "slow":
		s.before[call] = once(func(context.Context) error { s.passes(takes); return nil })
		s.after[call] = once(fails(&incident.Unsure{Err: errors.New("timeout")}))
	case "crash":
		hooks[call] = once(func(ctx context.Context) error { cancel(); return ctx.Err() })
	case "lost":
		hooks[call] = once(fails(&incident.Unsure{Err: errors.New("reset")}))
	case "refused":
		s.before[call] = once(fails(&incident.Blocked{Text: "A field is missing."}))
	case "down":
		s.before[call] = once(fails(&incident.Blocked{Text: "The token is refused.", Whole: true}))
	}
	_, _ = s.reconciler.Look(ctx, installation, parent) // however it ends
	if rapid.Bool().Draw(rt, "forget") {
		s.forgetAll()
	}
}

// issues counts the issues that were opened as follow-ups.
func (s *stage) issues() int {
	return len(slices.DeleteFunc(s.followUps(), func(i incident.Issue) bool { return i.State != incident.Open }))
}
