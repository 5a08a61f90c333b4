package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
	"hindsight/internal/reconcile"
)

const indexNotice = "The index of post-mortems in the wiki does not list this one"

// another is a second incident of the shop.
func (s *stage) another() incident.Key {
	key := number(43)
	s.addIssue(key, "incident")
	s.edit(key, func(i *incident.Issue) { i.Title = "The till is down" })
	return key
}

// lists fails the test unless the index has a row for each of the pages, and
// no others.
func (s *stage) lists(t *testing.T, keys ...incident.Key) {
	t.Helper()
	index := s.wiki.pages[reconcile.IndexFile]
	if rows := strings.Count(index, "| [") + strings.Count(index, "| **["); rows != len(keys) {
		t.Errorf("%d rows, want %d:\n%s", rows, len(keys), index)
	}
	for _, key := range keys {
		page := strings.TrimSuffix(s.record(key).Ledger.Page.Path, ".md")
		if page == "" || !strings.Contains(index, "]("+page+")") {
			t.Errorf("the index does not list %q:\n%s", page, index)
		}
	}
}

// A page is listed in the commit that makes it, and its row is as the incident
// is; the message says what was done, in no words of people.
func TestIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	second := s.another()
	s.lookAt(t, second)
	s.lists(t, parent, second)
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.look(t)
	s.lists(t, parent, second)
	if index := s.wiki.pages[reconcile.IndexFile]; !strings.Contains(index, "sev1") {
		t.Errorf("the severity is not in the index:\n%s", index)
	}
	want := []string{
		"Create the post-mortem of acme/shop#42", "Create the post-mortem of acme/shop#43", "Update facts",
	}
	if diff := cmp.Diff(want, s.wiki.messages); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// An index that people removed stays so, and the tracker says so; also when
// the database is deleted, which only the incidents' own ledgers outlive.
func TestIndexIsRemoved(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]bool{"remembered": false, "the database is deleted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.look(t)
			delete(s.wiki.pages, reconcile.IndexFile)
			if forget {
				s.memory = newMemory(s.marker)
				s.reconciler.Memory = s.memory
			}
			s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
			s.look(t)
			s.lookAt(t, s.another())
			if index := s.wiki.pages[reconcile.IndexFile]; index != "" {
				t.Errorf("it was made again:\n%s", index)
			}
			s.shows(t, indexNotice)
			if len(s.wiki.pages) != 2 {
				t.Errorf("pages: %v, want the two of the incidents", s.wiki.pages)
			}
		})
	}
}

// A page of the team's that has the index's name holds no page of ours up.
func TestIndexHasNoPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, text string }{
		"spelled otherwise":   {"post-mortems.md", "Ours."},
		"without our block":   {reconcile.IndexFile, "Ours."},
		"changed by hand":     {reconcile.IndexFile, strings.Replace(markdown.Block("index", "Row."), "Row.", "Ours.", 1)},
		"a block of another":  {reconcile.IndexFile, markdown.Block("facts", "Ours.")},
		"its block is broken": {reconcile.IndexFile, strings.SplitAfter(markdown.Block("index", "Row."), "-->")[0]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.wiki.pages[c.path] = c.text
			s.look(t)
			s.showsPage(t)
			s.shows(t, indexNotice)
			if s.wiki.pages[c.path] != c.text {
				t.Errorf("it became:\n%s", s.wiki.pages[c.path])
			}
			if !s.record(parent).IndexLeft {
				t.Error("it is not known to be left")
			}
			s.forget()
			s.look(t)
			s.expect(t, 0, outward...)
		})
	}
}

// Once nothing of the team's has its name any more, there is an index.
func TestIndexGetsItsPlace(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.wiki.pages["post-mortems.md"] = "Ours."
	s.look(t)
	delete(s.wiki.pages, "post-mortems.md")
	s.look(t)
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.look(t)
	s.lists(t, parent)
}

// An index that is given back to us is filled again.
func TestIndexIsGivenBack(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.wiki.pages[reconcile.IndexFile] = "Ours."
	s.look(t)
	s.wiki.pages[reconcile.IndexFile] = "Ours.\n\n" + markdown.Block("index", "") + "\n"
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.look(t)
	s.lists(t, parent)
	if s.record(parent).IndexLeft || strings.Contains(s.tracker(t).Body, indexNotice) {
		t.Errorf("it is still said to be left:\n%s", s.tracker(t).Body)
	}
}

// empty takes all out of the index's block, as the tracker tells people to.
func (s *stage) empty() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.wiki.pages[reconcile.IndexFile]
	begin, end := strings.Index(now, "-->")+len("-->"), strings.Index(now, "<!-- hindsight:end")
	s.wiki.pages[reconcile.IndexFile] = now[:begin] + "\n" + now[end:]
}

// settle looks at all that is due, until nothing is.
func (s *stage) settle(t *testing.T) {
	t.Helper()
	for range 5 {
		s.mu.Lock()
		due := s.marker.marks
		s.marker.marks = nil
		s.mu.Unlock()
		if len(due) == 0 {
			return
		}
		for _, m := range due {
			s.lookAt(t, m.Key)
		}
	}
	t.Fatalf("still due: %v", s.marked())
}

// nth is a hook that fails once, at the nth call.
func nth(n int) func(context.Context) error {
	return func(context.Context) error {
		if n--; n == 0 {
			return errors.New("killed")
		}
		return nil
	}
}

// An index that people emptied lists all again with the first of them that
// changes, also those that are complete, wherever that is cut off.
func TestIndexIsEmptied(t *testing.T) {
	t.Parallel()
	cuts := map[string]func(*stage){
		"at once": func(*stage) {},
		"the push is refused at first": func(s *stage) {
			s.wiki.refuses = errors.New("502")
			s.after["SaveRecord"] = func(context.Context) error { s.wiki.refuses = nil; return nil }
		},
		"somebody else's push comes first": func(s *stage) { s.wiki.rival = func() { s.wiki.pages["Home.md"] = "Hi." } },
	}
	for _, call := range []string{"Edit", "SaveSettings", "Settings", "Mark", "SaveRecord"} {
		for n := range 6 {
			cuts[fmt.Sprintf("before %s %d", call, n+1)] = func(s *stage) { s.before[call] = nth(n + 1) }
			cuts[fmt.Sprintf("after %s %d", call, n+1)] = func(s *stage) { s.after[call] = nth(n + 1) }
		}
	}
	for name, cut := range cuts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.look(t)
			second, third := s.another(), number(44)
			s.lookAt(t, second)
			s.addIssue(third, "incident", "postmortem: reviewed")
			s.edit(third, func(i *incident.Issue) { i.State, i.ClosedAt = incident.Done, opened })
			s.lookAt(t, third)
			s.lists(t, parent, second, third)
			s.settle(t)
			s.empty()
			s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
			cut(s)
			for n := range 3 {
				s.reconciler.Clock = later(s.now().Add(time.Duration(n) * time.Hour))
				_, _ = s.reconciler.Look(t.Context(), installation, parent) // cut off, perhaps
			}
			clear(s.before)
			clear(s.after)
			s.settle(t)
			s.lists(t, parent, second, third)
			s.forget()
			for _, key := range []incident.Key{parent, second, third} {
				s.lookAt(t, key)
			}
			s.expect(t, 0, append(slices.Clone(outward), "Mark")...)
		})
	}
}

// While the push is refused nobody else is told: they would wake each other for
// ever.
func TestIndexIsEmptiedAndRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	s.lookAt(t, s.another())
	s.settle(t)
	s.empty()
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.wiki.refuses = &incident.Blocked{Text: "The app may not write to the wiki."}
	s.look(t)
	s.look(t)
	s.expectMarked(t)
}

// A page whose index is made later is in it.
func TestIndexIsMadeLate(t *testing.T) {
	t.Parallel()
	s := withCentral(t, "It is down.")
	s.wiki.of(central)["post-mortems.md"] = "Ours."
	s.look(t)
	delete(s.wiki.of(central), "post-mortems.md")
	second := s.another()
	s.lookAt(t, second)
	s.settle(t)
	s.wiki.pages = s.wiki.of(central)
	s.lists(t, parent, second)
}

// A database that was deleted knows of no index that is made anew: what people
// took out of it stays out.
func TestIndexIsNotFilledWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	second := s.another()
	s.lookAt(t, second)
	s.empty()
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.look(t)
	s.settle(t)
	s.memory = newMemory(s.marker)
	s.reconciler.Memory = s.memory
	s.forget()
	s.look(t)
	s.lookAt(t, second)
	s.expect(t, 0, outward...)
	s.expect(t, 0, "Mark")
}

func TestSidebar(t *testing.T) {
	t.Parallel()
	block := markdown.Block("post-mortems", "")
	for name, c := range map[string]struct {
		sidebar string
		changes bool
	}{
		"none":          {"", false},
		"without block": {"- [Home](Home)\n", false},
		"with block":    {"- [Home](Home)\n\n" + block + "\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			if c.sidebar != "" {
				s.wiki.pages[reconcile.SidebarFile] = c.sidebar
			}
			s.look(t)
			after := s.wiki.pages[reconcile.SidebarFile]
			if (after != c.sidebar) != c.changes || c.changes && !strings.Contains(after, "[[Post-mortems]]") {
				t.Errorf("it became:\n%s", after)
			}
		})
	}
}

// What somebody else pushes while we do stays, and so does ours.
func TestPushesCross(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	path := s.record(parent).Ledger.Page.Path
	s.wiki.rival = func() {
		s.wiki.pages[path] = strings.Replace(s.wiki.pages[path], "\n## ", "\nThe pool was full.\n\n## ", 1)
		s.wiki.pages[reconcile.IndexFile] += "\nSee also the runbooks.\n"
	}
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.look(t)
	for path, words := range map[string][]string{
		path: {"The pool was full.", "sev1"}, reconcile.IndexFile: {"See also the runbooks.", "sev1"},
	} {
		for _, w := range words {
			if !strings.Contains(s.wiki.pages[path], w) {
				t.Errorf("%s does not say %q:\n%s", path, w, s.wiki.pages[path])
			}
		}
	}
}

// A change follows from what was read a moment ago: the host is not asked for
// the tip again.
func TestChangeKnowsTheTip(t *testing.T) {
	t.Parallel()
	s, f := followed(t)
	s.edit(f.Key, func(i *incident.Issue) { i.State = incident.Done })
	s.lookAt(t, f.Key)
	s.wiki.bases = nil
	s.look(t)
	s.expect(t, 1, "Read")
	s.expect(t, 0, "Tip")
	if diff := cmp.Diff([]string{"tip of acme/shop"}, s.wiki.bases); diff != "" {
		t.Errorf("bases (-want +got):\n%s", diff)
	}
}

// A page that was made before the record knew is taken for what it is; one of
// another's with its name is left alone, and the tracker says so.
func TestPageIsThereAlready(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.after["Create"] = once(fails(errors.New("502")))
	s.look(t)
	path := s.record(parent).Ledger.Page.Path
	s.wiki.pages[path] += "\nThe pool was full.\n"
	before := s.wiki.pages[path]
	s.reconciler.Clock = later(s.record(parent).Problems[incident.PagePart].RetryAt)
	s.look(t)
	s.showsPage(t)
	s.lists(t, parent)
	if s.wiki.pages[path] != before {
		t.Errorf("it became:\n%s", cmp.Diff(before, s.wiki.pages[path]))
	}

	s = newStage(t, oneItem)
	s.wiki.pages[path] = hostile
	s.look(t)
	s.shows(t, "is not this incident's", "Mend the pool")
	if s.wiki.pages[path] != hostile || s.record(parent).Ledger.Page.Made() {
		t.Errorf("it became:\n%s", s.wiki.pages[path])
	}
}
