package reconcile_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

// Anybody may open an issue, and a form may label it: until somebody with the
// right to it has, nothing that people wrote is looked into.
func TestUnacceptedCostsLittle(t *testing.T) {
	t.Parallel()
	s := newStage(t, twoItem)
	s.say(ben, "/followup Write it down")
	s.forge.permissions["ada"] = incident.MayRead
	s.forge.pushed[shop] = opened // and nobody has pushed since the configuration was read
	s.memory.settings[shop] = reconcile.Settings{
		PushedAt: opened, ReadAt: opened.Add(time.Hour), Found: true, Label: "incident", FollowUpLabel: "postmortem-followup",
	}
	s.look(t)
	want := []string{
		"Admits acme", "Comments acme/shop#42", "History acme/shop#42",
		"Issue acme/shop#42", "Observed acme/shop#42", "Permission ada", "Record acme/shop#42", "Repository acme/shop",
		"SaveRecord acme/shop#42", "Settings acme/shop", "Settings acme/shop", "Settings acme/shop", "Settings acme/shop",
	}
	calls := s.all()
	slices.Sort(calls) // some run beside each other
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// What the answer decides on is asked for after it.
func TestAcceptedBeforeTheRest(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.look(t)
	calls := s.made("Permission ada", "Listed", "SubIssues", "Mentioning")
	if calls[0] != "Permission ada" {
		t.Errorf("calls %q: asked before it was accepted", calls)
	}
	s.expect(t, 1, "Permission")
	s.expect(t, 1, readsConfig)
	s.expect(t, 1, "Listed")
	s.expect(t, 1, "SubIssues")
	s.expect(t, 1, "Mentioning")
}

// Whether an App's label counts is configured; nobody is asked for it.
func TestLabelledByAnApp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		config string
		counts bool
	}{
		{name: "named", config: "apps", counts: true},
		{name: "not named"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.forge.labelling.By = incident.Actor{Login: "forms[bot]", Bot: true}
			s.forge.config = c.config
			s.look(t)
			if counts := len(s.ours()) == 1; counts != c.counts {
				t.Errorf("accepted: %t, want %t", counts, c.counts)
			}
			s.expect(t, 1, readsConfig)
			s.expect(t, 0, "Permission")
		})
	}
}

// A configuration that can't be read for now decides nothing.
func TestLabelledByAnAppUnconfigured(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.labelling.By = incident.Actor{Login: "forms[bot]", Bot: true}
	down := errors.New("502")
	s.before["File"] = once(fails(down))
	if _, err := s.reconciler.Look(t.Context(), installation, parent); !errors.Is(err, down) {
		t.Errorf("error %v", err)
	}
	s.expect(t, 0, append(outward, "SaveRecord")...)
	s.forge.config = "apps"
	s.look(t)
	s.tracker(t)
}

// The database and the tracker are gone, and so is the right to the label.
// When it is back, what was opened before is found.
func TestAcceptedLater(t *testing.T) {
	t.Parallel()
	s := newStage(t, twoItem)
	s.look(t)
	s.memory = newMemory(s.marker)
	s.reconciler.Memory = s.memory
	s.forge.remove(parent, s.tracker(t).ID)
	s.forge.permissions["ada"] = incident.MayRead
	s.look(t)
	delete(s.forge.permissions, "ada")
	s.forge.labelling = incident.Labelling{By: ben, At: opened.Add(time.Minute)}
	s.forget()
	s.look(t)
	s.expect(t, 1, "Listed")
	s.expect(t, 0, "OpenIssue")
	s.expect(t, 1, "WriteComment")
	if n := len(s.followUps()); n != 2 {
		t.Errorf("%d follow-ups", n)
	}
}
