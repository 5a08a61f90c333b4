package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/templates"
)

// A listing may not show yet what was just written. To write it again would
// make two; so the look fails and is tried again.
func TestStaleListing(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	id := s.tracker(t).ID
	s.forge.unlisted[id] = true
	if _, err := s.reconciler.Look(t.Context(), installation, parent); err == nil {
		t.Error("no error although the tracker is not listed")
	}
	s.expect(t, 1, fmt.Sprint("Comment ", id))
	s.expect(t, 0, append(outward, "SaveRecord")...)
	delete(s.forge.unlisted, id)
	s.forget()
	s.look(t)
	s.expect(t, 0, append(outward, "Comment")...)
}

func TestTrackerNobodyCanAskFor(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.forge.unlisted[s.tracker(t).ID] = true
	down := errors.New("502")
	s.before["Comment"] = fails(down)
	if _, err := s.reconciler.Look(t.Context(), installation, parent); !errors.Is(err, down) {
		t.Errorf("error %v", err)
	}
	s.expect(t, 0, outward...)
}

// A tracker that people delete comes back once, then never.
func TestDeletedTracker(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	for _, want := range []int{1, 0, 0} {
		for _, c := range s.ours() {
			s.forge.remove(parent, c.ID)
		}
		s.forget()
		s.look(t)
		if n := len(s.ours()); n != want {
			t.Fatalf("%d comments of ours, want %d", n, want)
		}
		s.expect(t, want, outward...)
	}
	if n := s.record(parent).Ledger.Removals; n != 2 {
		t.Errorf("%d removals are remembered, want 2", n)
	}
}

// A tracker that is deleted while it is being edited is found gone next time.
func TestTrackerDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.edit(parent, func(i *incident.Issue) { i.Assignees = []string{"ben"} })
	s.before["EditComment"] = once(func(context.Context) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		clear(s.forge.comments)
		return nil
	})
	next := s.look(t)
	if next.IsZero() {
		t.Fatal("not looked at again")
	}
	s.reconciler.Clock = func() time.Time { return next }
	s.look(t)
	s.shows(t, "ben")
}

// Of two trackers the older stays, and its ledger alone counts.
func TestSecondTracker(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	stray := incident.Ledger{Items: []incident.Entry{{
		Key: "strayaaaaaaa", Words: "wordsaaaaaaa", Source: incident.FromBody, Issue: incident.Ref{Number: 9},
	}}}
	s.forge.say(parent, incident.Comment{Body: trackerOf(idOf(42), stray), Ours: true})
	s.look(t)
	s.expect(t, 1, "DeleteComment")
	s.tracker(t)
	if n := len(s.record(parent).Ledger.Items); n != 1 {
		t.Errorf("%d items, want the one of the older tracker", n)
	}
}

// trackerOf is a tracker's text.
func trackerOf(of incident.ID, ledger incident.Ledger) string {
	return templates.New().Tracker(incident.TrackerView{Facts: incident.Facts{ID: of}, Ledger: ledger})
}

// Only our own comment, about this incident, says what was made before.
func TestWhoseLedgerCounts(t *testing.T) {
	t.Parallel()
	made := incident.Ledger{
		Accepted: incident.Acceptance{By: "ada", At: opened},
		Page:     incident.Page{Path: "1999-12-31-old-42.md", At: opened},
		Closing:  incident.Closing{CommentID: 9, Complete: true, At: opened},
	}
	for _, c := range []struct {
		name   string
		counts bool // it is ours
	}{
		{"ours", true},
		{"a person's copy", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			comment := s.forge.say(parent, incident.Comment{Author: ben, Ours: c.counts, Body: trackerOf(idOf(42), made)})
			s.look(t)
			ledger := s.record(parent).Ledger
			if cmp.Equal(ledger.Page, made.Page) != c.counts || (ledger.TrackerID == comment.ID) != c.counts {
				t.Errorf("the ledger became %+v", ledger)
			}
			if left, err := s.forge.comment(parent, comment.ID); err != nil || (left.Body == comment.Body) == c.counts {
				t.Errorf("the comment became %+v, %v", left, err)
			}
		})
	}
}

// A closing comment counts only where we wrote it about this incident.
func TestWhoseClosingCounts(t *testing.T) {
	t.Parallel()
	closing := func(of incident.ID) string {
		return templates.New().Closing(incident.ClosingView{Facts: incident.Facts{ID: of}, Complete: true})
	}
	s := newStage(t, "It is down.")
	s.forge.say(parent, incident.Comment{Author: ben, Body: closing(idOf(42))})
	s.forge.say(parent, incident.Comment{Ours: true, Body: closing(idOf(41))})
	s.forge.say(parent, incident.Comment{Ours: true, Body: closing(incident.ID{Repository: shopID + 1, Number: 42})})
	s.look(t)
	if c := s.record(parent).Ledger.Closing; c != (incident.Closing{}) {
		t.Errorf("taken for said: %+v", c)
	}
	mine := s.forge.say(parent, incident.Comment{Ours: true, Body: closing(idOf(42))})
	s.look(t)
	if c := s.record(parent).Ledger.Closing; c.CommentID != mine.ID || c.Complete {
		t.Errorf("not known again, or not taken back: %+v", c)
	}
	s.expect(t, 1, fmt.Sprint("EditComment ", mine.ID))
}

func TestItemsOfPeople(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.\n\n- [ ] not under the heading\n\n### Follow-ups\n- [x] done before\n")
	s.say(ben, "### Action items\n- [ ] Write it down\n")
	s.say(ben, "/followup Call the customers\n/followup")
	s.forge.say(parent, incident.Comment{Ours: true, Author: ada, Body: "### Follow-ups\n- [ ] our own words\n\n/followup Ours\n"})
	s.look(t)
	var titles []string
	for _, c := range s.made("OpenIssue") {
		titles = append(titles, strings.TrimPrefix(c, "OpenIssue "))
	}
	if strings.Join(titles, ", ") != "Write it down, Call the customers" {
		t.Errorf("opened %q", titles)
	}
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.config = "standard"
	s.look(t)
	s.expect(t, 1, "OpenIssue Tell the customers")
}

// A bad configuration is said on the tracker; the defaults stay in force.
func TestBadConfiguration(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.forge.config = "<b>@everyone"
	s.look(t)
	s.shows(t, ".github/hindsight.yml", "is not known")
	if body := s.tracker(t).Body; strings.Contains(body, "<b>") || strings.Contains(body, "@everyone") {
		t.Errorf("the notice is not neutral:\n%s", body)
	}
	s.expect(t, 1, "OpenIssue")
	s.forge.config = ""
	s.look(t)
	if strings.Contains(s.tracker(t).Body, "is not known") {
		t.Error("the notice stays although the configuration is good")
	}
}

// One that only a person can make readable holds up nothing: the defaults are
// in force, and the tracker says why.
func TestUnreadableConfiguration(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.forge.config = "standard"
	s.before[readsConfig] = fails(&incident.Blocked{Text: "The file is too large: make it smaller."})
	if next := s.look(t); !next.IsZero() {
		t.Errorf("look again at %s", next)
	}
	s.shows(t, "The file is too large: make it smaller.")
	s.expect(t, 1, "OpenIssue")
	s.expect(t, 1, readsConfig)
	delete(s.before, readsConfig)
	s.look(t)
	s.expect(t, 1, "OpenIssue Tell the customers")
	if strings.Contains(s.tracker(t).Body, "too large") {
		t.Error("the notice stays although the configuration can be read")
	}
}

// Errors that pass say nothing of what is configured.
func TestConfigurationThatIsNotAnswered(t *testing.T) {
	t.Parallel()
	for _, down := range []error{errors.New("502"), &incident.Later{At: opened.Add(2 * time.Hour)}} {
		t.Run(down.Error(), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, oneItem)
			s.before["File"] = once(fails(down))
			if _, err := s.reconciler.Look(t.Context(), installation, parent); !errors.Is(err, down) {
				t.Errorf("error %v", err)
			}
			s.expect(t, 0, append(outward, "SaveRecord")...)
			s.look(t)
			s.expect(t, 1, "OpenIssue")
		})
	}
}

// What runs beside the rest must not end the process for everybody.
func TestPanicWhileReading(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"Comments", "Repository", "History", "File", "Listed"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, oneItem)
			s.before[call] = once(func(context.Context) error { panic("a bug") })
			_, err := s.reconciler.Look(t.Context(), installation, parent)
			if err == nil || !strings.Contains(err.Error(), "a bug") || !strings.Contains(err.Error(), "fakes_test.go") {
				t.Errorf("error %v, want what it was and where", err)
			}
			s.expect(t, 0, append(outward, "SaveRecord")...)
			s.look(t)
			s.expect(t, 1, "OpenIssue")
		})
	}
}

func TestEachLoginIsAskedOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, twoItem)
	s.forge.permissions["eve"] = incident.MayRead
	for range 3 {
		s.say(ben, "### Follow-ups\n- [ ] Write it down\n- [ ] Call back\n")
		s.say(incident.Actor{Login: "eve"}, "### Follow-ups\n- [ ] Buy\n- [ ] Sell\n")
	}
	s.after["OpenIssue"] = once(func(context.Context) error {
		s.say(ben, "### Follow-ups\n- [ ] One more\n")
		return nil
	})
	s.look(t)
	for _, login := range []string{"ada", "ben", "eve"} {
		s.expect(t, 1, "Permission "+login)
	}
	s.expect(t, 2+3*2+1, "OpenIssue")
	s.expect(t, 0, "OpenIssue Buy", "OpenIssue Sell")
	s.forget()
	s.look(t)
	s.expect(t, 0, "Permission")
}

// Before somebody with the right to it has labelled it, nothing may go on
// without the answer.
func TestPermissionUnknownBeforeAcceptance(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	down := errors.New("502")
	s.before["Permission ada"] = fails(down)
	if _, err := s.reconciler.Look(t.Context(), installation, parent); !errors.Is(err, down) {
		t.Errorf("error %v", err)
	}
	s.expect(t, 0, append(outward, "SaveRecord")...)
}

// With it, who else may is a question of the follow-ups only.
func TestPermissionUnknownWithAcceptance(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.say(ben, "### Follow-ups\n- [ ] Write it down\n")
	s.before["Permission ben"] = once(fails(errors.New("502")))
	next := s.look(t)
	s.expect(t, 0, "OpenIssue")
	s.showsPage(t)
	if p := s.record(parent).Problems[incident.FollowUpsPart]; p.Attempts != 1 || !next.Equal(p.RetryAt) {
		t.Errorf("problem %+v, look again at %s", p, next)
	}
	s.reconciler.Clock = func() time.Time { return next }
	s.look(t)
	s.expect(t, 2, "OpenIssue")
}

// Afterwards it holds back the follow-ups, and nothing else.
func TestPermissionUnknownAfterAcceptance(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.before["Create"] = once(fails(errors.New("502")))
	s.look(t)
	s.say(ben, "/followup Write it down")
	s.say(ada, "/followup Mend the pool")
	s.edit(parent, func(i *incident.Issue) { i.Assignees = []string{"ben"} })
	s.before["Permission ben"] = once(fails(&incident.Later{At: s.now().Add(time.Hour)}))
	s.reconciler.Clock = func() time.Time { return s.now().Add(time.Minute) }
	s.forget()
	next := s.look(t)
	if want := s.now().Add(time.Hour); !next.Equal(want) {
		t.Errorf("look again at %s, want %s", next, want)
	}
	s.expect(t, 1, "Permission ben")
	s.expect(t, 0, "OpenIssue")
	s.expect(t, 1, "Create")
	s.shows(t, "/wiki/", "| ben |")
	if refused := s.record(parent).Ledger.Refused; len(refused) != 0 {
		t.Errorf("not knowing was taken for no: %q", refused)
	}
	s.reconciler.Clock = func() time.Time { return next }
	s.look(t)
	s.expect(t, 2, "OpenIssue")
}

// While follow-ups are being opened nobody needs to know who else may.
func TestNoQuestionsWhileOpening(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, oneItem)
		s.reconciler.Settle = time.Second
		s.before["OpenIssue"] = once(takes(time.Minute))
		s.after["Create"] = func(context.Context) error {
			s.say(ben, "### Follow-ups\n- [ ] Write it down\n")
			return nil
		}
		s.before["Permission ben"] = func(context.Context) error {
			if len(s.made("SaveFollowUp")) == 0 {
				t.Error("asked while the first was being opened")
			}
			return nil
		}
		s.look(t)
		s.expect(t, 1, "Permission ben")
		s.expect(t, 2, "OpenIssue")
	})
}
