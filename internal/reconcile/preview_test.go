package reconcile_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

func (s *stage) preview(t *testing.T) []string {
	t.Helper()
	plan, err := s.reconciler.Preview(t.Context(), parent)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{plan.Idle}
	for _, e := range plan.Effects {
		words = append(words, string(e.Part())+": "+e.String())
	}
	return words
}

// changedNothing fails the test if any fake was told to change anything.
func (s *stage) changedNothing(t *testing.T) {
	t.Helper()
	s.expect(t, 0, append(outward, inward...)...)
}

func TestPreview(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	want := []string{
		"",
		"tracker: write the tracker, one comment on the issue",
		`page: create the post-mortem page "2000-01-01-the-shop-is-down-42.md" in the wiki`,
		`follow-ups: open the follow-up "Mend the pool"`,
		`follow-ups: attach "Mend the pool" to the incident as a sub-issue`,
	}
	if diff := cmp.Diff(want, s.preview(t)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	s.changedNothing(t)
}

// What a page would show can be asked for before there is one, and of one that
// is there; neither changes anything.
func TestPageView(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.say(ada, "/incident detected 1999-12-31 23:50")
	s.forge.files[ownTemplate] = "# Ours: {{title}}\n"
	view, err := s.reconciler.PageView(t.Context(), parent)
	if err != nil {
		t.Fatal(err)
	}
	if view.Title != "The shop is down" || view.Reporter != "ada" || !view.Public || len(view.Rows) == 0 {
		t.Errorf("view %+v", view)
	}
	s.changedNothing(t)

	s, f := followed(t)
	view, err = s.reconciler.PageView(t.Context(), parent)
	if err != nil {
		t.Fatal(err)
	}
	if len(view.Lines) != 1 || view.Lines[0].Issue != f.Key {
		t.Errorf("lines %+v, want the follow-up", view.Lines)
	}
	s.changedNothing(t)
	if _, err = s.reconciler.PageView(t.Context(), number(404)); err == nil {
		t.Error("the page of an issue that is not there")
	}
}

// What exists already is found, though nothing is remembered of it.
func TestPreviewWithoutMemory(t *testing.T) {
	t.Parallel()
	s, issue := followed(t)
	s.memory = newMemory(s.marker)
	s.reconciler.Memory = s.memory
	if diff := cmp.Diff([]string{""}, s.preview(t)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	s.forge.remove(parent, s.tracker(t).ID) // now only the listing knows
	delete(s.wiki.pages, "2000-01-01-the-shop-is-down-42.md")
	plan := strings.Join(s.preview(t), "\n")
	if strings.Contains(plan, "open the follow-up") || !strings.Contains(plan, "attach") {
		t.Errorf("%s was not found:\n%s", issue.Key, plan)
	}
	s.changedNothing(t)
}

// What is remembered is made newer by what is seen, for this plan only.
func TestPreviewSeesWhatIsNotRemembered(t *testing.T) {
	t.Parallel()
	s, issue := followed(t)
	maps.DeleteFunc(s.memory.followUps[parent], func(key incident.Key, _ incident.FollowUp) bool { return key == issue.Key })
	s.edit(issue.Key, func(i *incident.Issue) { i.State = incident.Done })
	if diff := cmp.Diff([]string{
		"", "tracker: bring the tracker up to date",
		`page: bring the post-mortem page "2000-01-01-the-shop-is-down-42.md" up to date`,
	}, s.preview(t)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	s.changedNothing(t)
	if len(s.memory.followUps[parent]) != 0 {
		t.Error("the preview is remembered")
	}
}

// So is what is remembered of a follow-up, when it is older than what is seen.
func TestPreviewSeesWhatIsNewer(t *testing.T) {
	t.Parallel()
	s, issue := followed(t)
	delete(s.memory.records, parent) // so that the follow-ups are listed
	issue.State, issue.UpdatedAt = incident.Done, issue.UpdatedAt.Add(time.Minute)
	s.forge.issues[issue.Key] = issue
	if diff := cmp.Diff([]string{
		"", "tracker: bring the tracker up to date",
		`page: bring the post-mortem page "2000-01-01-the-shop-is-down-42.md" up to date`,
	}, s.preview(t)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	s.changedNothing(t)
}

// The same plan whenever it is asked for, in the order of the follow-ups'
// numbers: nothing but the listing knows of them.
func TestPreviewOrder(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.\n\n### Follow-ups\n- [ ] One\n- [ ] Two\n- [ ] Three\n- [ ] Four\n- [ ] Five\n")
	s.look(t)
	before := s.tracker(t)
	s.memory = newMemory(s.marker)
	s.reconciler.Memory = s.memory
	s.forge.remove(parent, before.ID)
	for range 5 {
		plan, err := s.reconciler.Preview(t.Context(), parent)
		if err != nil {
			t.Fatal(err)
		}
		var numbers []int
		for _, e := range plan.Record.Ledger.Items {
			numbers = append(numbers, e.Issue.Number)
		}
		if len(numbers) != 5 || !slices.IsSorted(numbers) {
			t.Errorf("the follow-ups come as %v", numbers)
		}
	}
}

func TestPreviewOfALookThatFailsInPart(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.say(ben, "/followup Write it down")
	s.before["Permission ben"] = fails(errors.New("502"))
	if plan := strings.Join(s.preview(t), "\n"); strings.Contains(plan, "Write it down") {
		t.Errorf("opened without permission:\n%s", plan)
	}
	s.changedNothing(t)
	if len(s.record(parent).Problems) != 0 {
		t.Error("the preview's problem is remembered")
	}
}

func TestPreviewOfNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.edit(parent, func(i *incident.Issue) { i.Labels = nil })
	if got := s.preview(t); len(got) != 1 || !strings.Contains(got[0], "not on it") {
		t.Errorf("plan %q, want the reason why there is none", got)
	}
	s.changedNothing(t)
}

func TestPreviewErrors(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	for _, call := range []string{"Admits", "InstallationOf", "Record", "Issue", "Comments"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, oneItem)
			s.before[call] = fails(down)
			if _, err := s.reconciler.Preview(t.Context(), parent); !errors.Is(err, down) {
				t.Errorf("error %v", err)
			}
			s.changedNothing(t)
		})
	}
}
