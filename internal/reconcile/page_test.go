package reconcile_test

import (
	"errors"
	"strings"
	"testing"

	"hindsight/internal/incident"
)

// propose adds a line to the page, as a person does in the wiki.
func (s *stage) propose(t *testing.T, line string) (path string) {
	t.Helper()
	path = s.record(parent).Ledger.Page.Path
	s.mu.Lock()
	defer s.mu.Unlock()
	before, after, ok := strings.Cut(s.wiki.pages[path], "### Proposed\n")
	if !ok {
		t.Fatalf("the page has no place for proposed items:\n%s", s.wiki.pages[path])
	}
	s.wiki.pages[path] = before + "### Proposed\n" + line + "\n" + after
	return path
}

func TestProposedOnThePage(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.repository.Private = true
	s.look(t)
	path := s.propose(t, "- [ ] Alert on age @ben")
	s.look(t)
	f := s.openedOnce(t, "Alert on age")
	if want := "- [ ] Alert on age @ben → [#" + strings.Split(f.Key.String(), "#")[1] + "](" + f.URL + ")\n"; !strings.Contains(s.wiki.pages[path], want) {
		t.Errorf("the page does not say %q:\n%s", want, s.wiki.pages[path])
	}
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
	s.memory.records = map[incident.Key]incident.Record{} // the database is deleted
	s.look(t)
	s.expect(t, 0, "OpenIssue", "Edit")
}

// In a public repository strangers may edit the wiki: what they propose waits
// for somebody who may.
func TestProposedOnAPublicPage(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	s.propose(t, "- [ ] Alert on age")
	s.look(t)
	s.expect(t, 0, "OpenIssue")
	s.shows(t, "Alert on age", "/followup accept")
	s.say(ben, "/followup accept")
	s.propose(t, "- [ ] Pay the stranger")
	s.look(t)
	s.openedOnce(t, "Alert on age")
	s.onlyFollowUp(t)
	s.shows(t, "Pay the stranger")
}

// The page's own parts follow the incident; what people made of them stays.
func TestPageFollowsTheIncident(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.look(t)
	path := s.record(parent).Ledger.Page.Path
	says := func(words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(s.wiki.pages[path], w) {
				t.Errorf("the page does not say %q:\n%s", w, s.wiki.pages[path])
			}
		}
	}
	says("| sev3 (assumed)", "| draft |", "Mend the pool")
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1", "postmortem: in review") })
	s.say(ada, "/incident commander ben")
	s.look(t)
	says("| sev1 |", "| in review |", "| Commander | ben |")
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
	s.mu.Lock()
	s.wiki.pages[path] = strings.Replace(s.wiki.pages[path], "| Commander | ben |", "| Commander | ben, then ada |", 1)
	s.mu.Unlock()
	s.say(ada, "/incident scribe ben")
	s.look(t)
	says("| Commander | ben, then ada |", "| Scribe |  |")
	s.wiki.pages = map[string]string{} // somebody removed it
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "postmortem: reviewed") })
	s.look(t)
	if len(s.wiki.pages) != 0 {
		t.Error("a page that was removed has come back")
	}
}

// A wiki that does not answer holds up nothing, and what was proposed there
// stays.
func TestPageThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.repository.Private = true
	s.look(t)
	s.propose(t, "- [ ] Alert on age")
	s.look(t)
	s.before["Read"] = fails(errors.New("no route to host"))
	s.say(ben, "### Follow-ups\n- [ ] Write it down\n")
	s.look(t)
	s.openedOnce(t, "Write it down")
	if body := s.tracker(t).Body; strings.Contains(body, "no longer listed") {
		t.Errorf("what could not be read counts as removed:\n%s", body)
	}
	s.propose(t, "- [ ] Alert on size")
	next := s.look(t)
	delete(s.before, "Read")
	if next.IsZero() {
		t.Fatal("the page is not read again")
	}
	s.reconciler.Clock = later(next)
	s.look(t)
	s.openedOnce(t, "Alert on size")
}

// A link that people take away stays away.
func TestLinkThatPeopleRemove(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.repository.Private = true
	s.look(t)
	path := s.propose(t, "- [ ] Alert on age")
	s.look(t)
	s.mu.Lock()
	before, _, _ := strings.Cut(s.wiki.pages[path], "Alert on age →")
	_, after, _ := strings.Cut(s.wiki.pages[path], before)
	_, rest, _ := strings.Cut(after, "\n")
	s.wiki.pages[path] = before + "Alert on age\n" + rest
	s.mu.Unlock()
	s.look(t)
	if strings.Contains(s.wiki.pages[path], "Alert on age →") {
		t.Errorf("the link is back:\n%s", s.wiki.pages[path])
	}
	s.onlyFollowUp(t)
}
