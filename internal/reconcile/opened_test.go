package reconcile_test

import (
	"strings"
	"testing"

	"hindsight/internal/incident"
)

// A repository becomes public after its page was made: the tracker says what
// stands there now, until people have taken it out.
func TestRepositoryBecomesPublic(t *testing.T) {
	t.Parallel()
	const words = "Everybody can read the post-mortem page by now"
	s := newStage(t, "It is down.")
	s.forge.repository.Private = true
	s.look(t)
	if s.silent(t, words); !strings.Contains(s.onPage(t), "<!-- internal -->") {
		t.Fatal("the page has no internal section")
	}
	s.forge.repository.Private = false
	s.look(t)
	s.shows(t, words)
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
	path := s.record(parent).Ledger.Page.Path
	s.wiki.pages[path] = strings.ReplaceAll(s.wiki.pages[path], "<!-- internal -->", "")
	s.look(t)
	s.silent(t, words)
}

// An incident is found to be one of security when its page is already there for
// everybody.
func TestSecurityAfterAPublicPage(t *testing.T) {
	t.Parallel()
	const words = "Delete the page in the wiki"
	s := newStage(t, "It is down.")
	s.look(t)
	s.silent(t, words)
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "security", "sev1") })
	before := s.onPage(t)
	s.look(t)
	s.shows(t, words)
	if s.onPage(t) != before {
		t.Error("the page was told something new")
	}
	delete(s.wiki.pages, s.record(parent).Ledger.Page.Path)
	s.look(t)
	s.silent(t, words)
}

// silent holds the tracker to not saying something.
func (s *stage) silent(t *testing.T, words string) {
	t.Helper()
	if body := s.tracker(t).Body; strings.Contains(body, words) {
		t.Errorf("the tracker says %q:\n%s", words, body)
	}
}
