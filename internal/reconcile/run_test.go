package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

func takes(d time.Duration) func(context.Context) error {
	return func(context.Context) error {
		time.Sleep(d)
		return nil
	}
}

func fails(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

// once is a hook that counts only the first time.
func once(hook func(context.Context) error) func(context.Context) error {
	done := false
	return func(ctx context.Context) error {
		if done {
			return nil
		}
		done = true
		return hook(ctx)
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	s := newStage(t, twoItem)
	if next := s.look(t); !next.IsZero() {
		t.Errorf("look again at %s, want never", next)
	}
	s.shows(t, "/wiki/", "Mend the pool", "Write it down")
	s.expect(t, 1, "WriteComment")
	s.expect(t, 1, "EditComment")
	s.expect(t, 1, "Create")
	s.expect(t, 2, "OpenIssue")
	s.expect(t, 1, "AttachSubIssue 1102")
	s.expect(t, 1, "AttachSubIssue 1103")
	s.expect(t, 4, "Issue") // once a round: what was just opened is not asked for
	s.expect(t, 1, "Repository acme/shop")
	s.expect(t, 1, readsConfig)
	s.expect(t, 1, readsTemplate)
	s.expect(t, 1, "History")
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
	s.expect(t, 0, "Listed", "History", "Permission")
}

// A change that comes while a look observes may be missed by it: it counts as
// of when the observing began.
func TestSeenIsWhenItBegan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "It is down.")
		s.before["Comments"] = takes(time.Minute)
		s.look(t)
		if seen, want := s.record(parent).Seen, s.now().Add(-time.Minute); !seen.Equal(want) {
			t.Errorf("seen at %s, want %s", seen, want)
		}
	})
}

func TestHangingWikiHoldsUpNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, oneItem)
		s.reconciler.Settle = time.Second
		release := make(chan struct{})
		s.before["Create"] = func(context.Context) error {
			<-release
			return nil
		}
		ended := make(chan error, 1)
		go func() {
			_, err := s.reconciler.Look(t.Context(), installation, parent)
			ended <- err
		}()
		time.Sleep(time.Minute)
		synctest.Wait()
		s.shows(t, fmt.Sprintf("#%d", s.onlyFollowUp(t).Key.Number))
		s.expect(t, 1, "EditComment")
		select {
		case err := <-ended:
			t.Fatalf("the look ended while the wiki hung: %v", err)
		default:
		}
		close(release)
		synctest.Wait()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		default:
			t.Error("the look goes on although the wiki answered")
		}
		s.showsPage(t)
		s.expect(t, 1, "Create")
	})
}

// News is acted on while a part hangs, without waiting for it.
func TestNewsWhileTheWikiHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, oneItem)
		s.reconciler.Settle = time.Second
		s.before["Create"] = takes(10 * time.Minute) // far more waits than there may be rounds
		ended := make(chan error, 1)
		go func() {
			_, err := s.reconciler.Look(t.Context(), installation, parent)
			ended <- err
		}()
		time.Sleep(time.Minute)
		synctest.Wait()
		s.expect(t, 1, "OpenIssue")
		s.say(ben, "### Follow-ups\n- [ ] Write it down\n")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		s.expect(t, 1, "OpenIssue Write it down")
		s.shows(t, "Write it down")
		if err := <-ended; err != nil {
			t.Error(err)
		}
		s.showsPage(t)
		s.expect(t, 1, "Create")
		s.expect(t, 2, "OpenIssue")
	})
}

func TestSettle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		settle time.Duration
		edits  int
	}{
		{"long enough for both parts", 3 * time.Second, 1},
		{"too short", 500 * time.Millisecond, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, oneItem)
				s.reconciler.Settle = c.settle
				s.before["Create"] = takes(time.Second)
				s.before["OpenIssue"] = takes(3 * time.Second)
				start := time.Now()
				s.look(t)
				s.expect(t, c.edits, "EditComment")
				if took := time.Since(start); took != 3*time.Second {
					t.Errorf("it took %s: the parts did not run beside each other", took)
				}
			})
		})
	}
}

// A tracker that is there waits a moment for what is new, to be written once.
// It does not wait for long: then it says that more is on its way.
func TestTrackerWaitsForFollowUps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		takes time.Duration
		edits []string
	}{
		{"quick", time.Second, []string{"Write it down (#"}},
		{"slow", 5 * time.Second, []string{"Write it down · opening…", "Write it down (#"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, _ := followed(t)
				s.reconciler.Settle = 3 * time.Second
				s.before["OpenIssue"] = takes(c.takes)
				s.say(ben, "### Follow-ups\n- [ ] Write it down\n")
				var edits []string
				s.after["EditComment"] = func(context.Context) error {
					edits = append(edits, s.tracker(t).Body)
					return nil
				}
				s.look(t)
				if len(edits) != len(c.edits) {
					t.Fatalf("the tracker was written %d times, want %d", len(edits), len(c.edits))
				}
				for i, want := range c.edits {
					if !strings.Contains(edits[i], want) {
						t.Errorf("the tracker does not say %q:\n%s", want, edits[i])
					}
				}
			})
		})
	}
}

// A part that finishes while the next plan is being made must be in the
// record that the plan leaves behind.
func TestFinishedPartIsNotForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, oneItem)
		s.reconciler.Settle = time.Second
		s.after["OpenIssue"] = once(func(context.Context) error {
			s.say(ben, "### Follow-ups\n- [ ] Write it down\n")
			return nil
		})
		s.before["Create"] = takes(10 * time.Second)
		s.before["Permission ben"] = takes(20 * time.Second) // the last question before the plan
		s.look(t)
		s.expect(t, 1, "Create")
		s.expect(t, 2, "OpenIssue")
		s.showsPage(t)
		s.shows(t, "Write it down")
	})
}

func TestStop(t *testing.T) {
	t.Parallel()
	for _, under := range []string{
		"Comments", "Permission", "WriteComment", "Create", "OpenIssue", "AttachSubIssue", "EditComment",
	} {
		t.Run(under, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, oneItem)
				s.reconciler.Settle = time.Hour
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s.before[under] = once(func(ctx context.Context) error {
					cancel()
					time.Sleep(5 * time.Second) // to give up takes a while
					return ctx.Err()
				})
				start := time.Now()
				_, err := s.reconciler.Look(ctx, installation, parent)
				if !errors.Is(err, context.Canceled) {
					t.Errorf("error %v, want that it was cancelled", err)
				}
				if took := time.Since(start); took != 5*time.Second {
					t.Errorf("it ended after %s, want right after the call under way", took)
				}
				if problems := s.record(parent).Problems; len(problems) > 0 {
					t.Errorf("being stopped became a problem: %v", problems)
				}
				s.look(t) // another worker goes on where this one was stopped
				s.shows(t, "/wiki/", fmt.Sprintf("#%d", s.onlyFollowUp(t).Key.Number))
			})
		})
	}
}

// A look that fails leaves no part behind, not even one that hangs.
func TestFailureEndsWhatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, oneItem)
		s.reconciler.Settle = time.Second
		s.before["Create"] = func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		down := errors.New("502")
		s.after["OpenIssue"] = func(context.Context) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.before["Comments"] = fails(down)
			return nil
		}
		if _, err := s.reconciler.Look(t.Context(), installation, parent); !errors.Is(err, down) {
			t.Errorf("error %v", err)
		}
		if problems := s.record(parent).Problems; len(problems) > 0 {
			t.Errorf("being stopped became a problem: %v", problems)
		}
	})
}

// Two looks run beside each other: one at the incident, one at its follow-up.
// Each round takes the newer observation, whoever made it.
func TestNewerObservationCounts(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.before["EditComment"] = once(func(context.Context) error {
		key := s.onlyFollowUp(t).Key
		s.edit(parent, func(i *incident.Issue) { i.Assignees = []string{"ben"} })
		s.mu.Lock()
		defer s.mu.Unlock()
		f := s.memory.followUps[parent][key]
		f.State, f.At = incident.Done, f.At.Add(time.Minute)
		s.memory.followUps[parent][key] = f
		return nil
	})
	s.look(t)
	s.shows(t, "1 done", "| ben |")
}

// What ends by its own time limit is a problem of that part: the run goes on.
func TestOwnTimeLimitIsAProblem(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.before["Create"] = fails(context.DeadlineExceeded)
	next := s.look(t)
	if p, ok := s.record(parent).Problems[incident.PagePart]; !ok || !next.Equal(p.RetryAt) {
		t.Errorf("problem %+v (%t), looked at again at %s", p, ok, next)
	}
}

// restless never says the same twice.
type restless struct {
	reconcile.Texts
	said *atomic.Int64
}

func (r restless) Tracker(v incident.TrackerView) string {
	return fmt.Sprintf("%s%d", r.Texts.Tracker(v), r.said.Add(1))
}

func TestPlanThatNeverGetsEmpty(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.reconciler.Texts = restless{s.reconciler.Texts, new(atomic.Int64)}
	_, err := s.reconciler.Look(t.Context(), installation, parent)
	if err == nil {
		t.Fatal("no error, although there is no end")
	}
	if n := len(s.made("WriteComment", "EditComment")); n < 2 || n > 25 {
		t.Errorf("%d writes before it gave up", n)
	}
	s.expect(t, 1, "WriteComment")
	s.expect(t, 1, "Create")
}
