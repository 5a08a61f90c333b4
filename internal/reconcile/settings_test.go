package reconcile_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

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

func TestSettingsKeepTheLastGoodOne(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.memory.settings[shop] = reconcile.Settings{Good: "standard", Found: true, Label: "incident", FollowUpLabel: "postmortem-followup"}
	s.forge.config, s.forge.pushed[shop] = "nonsense", opened
	s.look(t)
	s.openedOnce(t, "Tell the customers")
}
