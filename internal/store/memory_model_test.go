package store_test

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
	"hindsight/internal/store"
)

// link is an incident and what belongs to it.
type link struct{ of, issue incident.Key }

// memory is what a store should remember, as its documentation has it. Its
// repositories are its own, since all share a database.
type memory struct {
	clock     *clock
	stores    []*store.Store // two processes
	repos     []incident.Repo
	followUps map[link]incident.FollowUp
	checked   map[link]time.Time
	pulls     map[link]bool
	settings  map[incident.Repo]reconcile.Settings
}

// Whatever is saved, forgotten and asked for in whatever order, by two
// processes: each incident has what was seen last for it, and an issue knows
// all of its incidents.
func TestMemoryAsModelled(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		stores := []*store.Store{d.open(t), d.open(t)}
		var turn atomic.Int64
		rapid.Check(t, func(t *rapid.T) {
			m := newMemory(d.clock, stores, turn.Add(1))
			t.Repeat(map[string]func(*rapid.T){
				"save follow-up":   m.saveFollowUp,
				"forget follow-up": m.forgetFollowUp,
				"choose unchecked": m.choose,
				"save pull":        m.savePull,
				"save settings":    m.saveSettings,
				"wait":             func(t *rapid.T) { m.clock.move(drawSpan(t)) },
				"look":             m.look,
			})
			m.look(t)
		})
	})
}

func newMemory(c *clock, stores []*store.Store, turn int64) *memory {
	m := &memory{
		clock: c, stores: stores,
		followUps: map[link]incident.FollowUp{}, checked: map[link]time.Time{},
		pulls: map[link]bool{}, settings: map[incident.Repo]reconcile.Settings{},
	}
	for _, name := range []string{"shop", "ops"} {
		m.repos = append(m.repos, incident.NewRepo("acme", fmt.Sprintf("%s-%d", name, turn)))
	}
	return m
}

func (m *memory) now() time.Time { return m.clock.now().Truncate(time.Microsecond) }

func (m *memory) draw(t *rapid.T) (*store.Store, link) {
	k := func(name string, numbers ...int) incident.Key {
		return incident.Key{
			Repo:   rapid.SampledFrom(m.repos).Draw(t, name+"'s repository"),
			Number: rapid.SampledFrom(numbers).Draw(t, name),
		}
	}
	return rapid.SampledFrom(m.stores).Draw(t, "process"), link{k("incident", 1, 2), k("issue", 9, 10, 11)}
}

func (m *memory) saveFollowUp(t *rapid.T) {
	s, l := m.draw(t)
	f := incident.FollowUp{
		Issue: l.issue, Title: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "title"),
		State: rapid.SampledFrom([]incident.State{incident.Open, incident.Done}).Draw(t, "state"),
		At:    time.Unix(int64(rapid.IntRange(1, 3).Draw(t, "at")), 0).UTC(),
	}
	old, known := m.followUps[l]
	want := !known || f.At.After(old.At) || f.At.Equal(old.At) && !gocmp.Equal(f, old)
	got, err := s.SaveFollowUp(t.Context(), l.of, f)
	if err != nil || got != want {
		t.Fatalf("saved %v: changed %v, error %v; want %v", l, got, err, want)
	}
	if want {
		m.followUps[l] = f
	}
	m.checked[l] = m.now()
}

func (m *memory) forgetFollowUp(t *rapid.T) {
	s, l := m.draw(t)
	if err := s.ForgetFollowUp(t.Context(), l.of, l.issue); err != nil {
		t.Fatal(err)
	}
	delete(m.followUps, l)
	delete(m.checked, l)
}

// choose takes all that waits, so that ties don't matter.
func (m *memory) choose(t *rapid.T) {
	s, l := m.draw(t)
	before := m.now().Add(-drawSpan(t))
	looked := map[incident.Key]time.Time{} // open ones, and their newest look
	for other, f := range m.followUps {
		if other.issue.Repo == l.issue.Repo && f.State == incident.Open && !m.checked[other].Before(looked[other.issue]) {
			looked[other.issue] = m.checked[other]
		}
	}
	maps.DeleteFunc(looked, func(_ incident.Key, at time.Time) bool { return !at.Before(before) })
	got, err := s.Unchecked(t.Context(), l.issue.Repo, before, 100)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(sorted(maps.Keys(looked)), got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("to look at (-want +got):\n%s", diff)
	}
	for other := range m.checked {
		if _, chosen := looked[other.issue]; chosen {
			m.checked[other] = m.now()
		}
	}
}

func (m *memory) savePull(t *rapid.T) {
	s, l := m.draw(t)
	refers := rapid.Bool().Draw(t, "refers")
	got, err := s.SavePull(t.Context(), l.of, l.issue, refers)
	if want := m.pulls[l] != refers; err != nil || got != want {
		t.Fatalf("%v refers %v: changed %v, error %v; want %v", l, refers, got, err, want)
	}
	if refers {
		m.pulls[l] = true
	} else {
		delete(m.pulls, l)
	}
}

func (m *memory) saveSettings(t *rapid.T) {
	s, l := m.draw(t)
	names := rapid.SampledFrom([]string{"", "incident", "outage"})
	settings := reconcile.Settings{Label: names.Draw(t, "label"), FollowUpLabel: names.Draw(t, "follow-up label"), Good: "x"}
	if err := s.SaveSettings(t.Context(), l.issue.Repo, settings); err != nil {
		t.Fatal(err)
	}
	m.settings[l.issue.Repo] = settings
	m.wantLabels(t, s, l.issue.Repo)
}

// look wants everything to be as modelled.
func (m *memory) look(t *rapid.T) {
	for _, l := range m.links() {
		s := m.stores[l.issue.Number%2]
		m.checkIncident(t, s, l.of)
		m.checkIssue(t, s, l.issue)
	}
	m.clock.move(10 * time.Second) // for what the other process saved
	for _, s := range m.stores {
		for _, repo := range m.repos {
			m.wantLabels(t, s, repo)
		}
	}
}

// links name each incident and each issue once.
func (m *memory) links() []link {
	var all []link
	for _, repo := range m.repos {
		for n := range 3 {
			all = append(all, link{incident.Key{Repo: repo, Number: 1 + n%2}, incident.Key{Repo: repo, Number: 9 + n}})
		}
	}
	return all
}

func (m *memory) checkIncident(t *rapid.T, s *store.Store, of incident.Key) {
	var want []incident.FollowUp
	for l, f := range m.followUps {
		if l.of == of {
			want = append(want, f)
		}
	}
	slices.SortFunc(want, func(a, b incident.FollowUp) int { return byKey(a.Issue, b.Issue) })
	got, err := s.FollowUps(t.Context(), of)
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Fatalf("follow-ups of %v: %v (-want +got):\n%s", of, err, diff)
	}
	pulls, err := s.Pulls(t.Context(), of)
	if diff := gocmp.Diff(ends(m.pulls, link{of: of}), pulls, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Fatalf("pull requests of %v: %v (-want +got):\n%s", of, err, diff)
	}
}

func (m *memory) checkIssue(t *rapid.T, s *store.Store, issue incident.Key) {
	belongs := maps.Clone(m.pulls)
	var looked time.Time
	for l, at := range m.checked {
		belongs[l] = true
		if l.issue == issue && at.After(looked) {
			looked = at
		}
	}
	of, err := s.IncidentsOf(t.Context(), issue)
	if diff := gocmp.Diff(ends(belongs, link{issue: issue}), of, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Fatalf("incidents of %v: %v (-want +got):\n%s", issue, err, diff)
	}
	at, err := s.CheckedAt(t.Context(), issue)
	if err != nil || !at.Equal(looked) {
		t.Fatalf("%v was looked at %v (%v), want %v", issue, at, err, looked)
	}
}

// ends are what is linked to the one of the two that is given.
func ends(links map[link]bool, one link) []incident.Key {
	found := map[incident.Key]bool{}
	for l := range links {
		switch {
		case l.of == one.of:
			found[l.issue] = true
		case l.issue == one.issue:
			found[l.of] = true
		}
	}
	return sorted(maps.Keys(found))
}

func sorted(all iter.Seq[incident.Key]) []incident.Key { return slices.SortedFunc(all, byKey) }

func byKey(a, b incident.Key) int {
	return cmp.Or(strings.Compare(string(a.Repo), string(b.Repo)), a.Number-b.Number)
}

func (m *memory) wantLabels(t *rapid.T, s *store.Store, repo incident.Repo) {
	own := []string{m.settings[repo].Label, m.settings[repo].FollowUpLabel}
	want := slices.DeleteFunc(own, func(l string) bool { return l == "" })
	if len(want) == 0 {
		want = defaults
	}
	if got := s.Labels(repo, defaults); !slices.Equal(got, want) {
		t.Fatalf("labels of %s: %q, want %q", repo, got, want)
	}
}
