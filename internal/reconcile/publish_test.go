package reconcile_test

import (
	"errors"
	"strings"
	"testing"

	"hindsight/internal/check"
	"hindsight/internal/incident"
)

// withShowcase is a private stage whose page has a section that may go out.
func withShowcase(t *testing.T) *stage {
	t.Helper()
	s := newStage(t, "It is down.")
	s.forge.repository.Private = true
	s.forge.others[showcase] = 94
	s.forge.configs = map[incident.Repo]string{shop: "showcase", showcase: "accepts shop"}
	s.look(t)
	s.expect(t, 0, "Repository acme/public")
	s.mu.Lock()
	s.wiki.pages[s.memory.records[parent].Ledger.Page.Path] += "\n## For all\n<!-- public -->\n\nWe are sorry, see " +
		"[the issue](https://github.test/acme/shop/issues/42).\n\n## Ours\n\nThe pool was full.\n"
	s.mu.Unlock()
	return s
}

// copied is the one copy in the public wiki, or "".
func (s *stage) copied(t *testing.T) (path, text string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wiki.others[showcase]) > 1 {
		t.Fatalf("pages: %v", s.wiki.others[showcase])
	}
	for path, text = range s.wiki.others[showcase] {
		if strings.Contains(path, "shop") || strings.Contains(path, "down") {
			t.Errorf("the copy's name says too much: %s", path)
		}
	}
	return path, text
}

func TestPublish(t *testing.T) {
	t.Parallel()
	s := withShowcase(t)
	s.say(ada, "/postmortem publish")
	s.look(t)
	path, text := s.copied(t)
	if !strings.Contains(text, "We are sorry") || strings.Contains(text, "pool") || strings.Contains(text, "acme/shop") {
		t.Errorf("the copy says:\n%s", text)
	}
	s.shows(t, "acme/public/wiki/"+strings.TrimSuffix(path, ".md"))
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
	s.expect(t, 0, "Repository acme/public") // it is asked for by command alone
	s.memory = newMemory(s.marker)
	s.reconciler.Memory = s.memory
	s.look(t)
	s.expect(t, 0, "Create", "Edit")

	s.say(ben, "/postmortem unpublish")
	s.look(t)
	if path, _ := s.copied(t); path != "" {
		t.Errorf("the copy %s is still there", path)
	}
}

// Triage is not enough to publish; the permission is asked for once.
func TestWhoMayPublish(t *testing.T) {
	t.Parallel()
	s := withShowcase(t)
	s.forge.permissions["ben"] = incident.MayTriage
	s.forget()
	s.say(ben, "/postmortem publish")
	s.look(t)
	if path, _ := s.copied(t); path != "" {
		t.Errorf("it was published as %s", path)
	}
	s.expect(t, 1, "Permission ben")
	if ours := s.ours(); len(ours) != 2 || !strings.Contains(ours[1].Body, "write permission") {
		t.Errorf("our comments: %+v", ours)
	}
}

func TestShowcaseThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(*stage)
		says string
	}{
		"not accepted":  {func(s *stage) { s.forge.configs[showcase] = "" }, "wiki.accepts"},
		"not installed": {func(s *stage) { delete(s.forge.others, showcase) }, "install the app there"},
		"archived":      {func(s *stage) { s.tweak(showcase, func(r *incident.Repository) { r.Archived = true }) }, "archived"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withShowcase(t)
			c.set(s)
			s.forget()
			s.say(ada, "/postmortem publish")
			s.look(t)
			s.expect(t, 0, "Create", "Edit")
			if ours := s.ours(); len(ours) != 2 || !strings.Contains(ours[1].Body, c.says) {
				t.Errorf("our comments: %+v, want a reply that says %q", ours, c.says)
			}
		})
	}
}

// What could not be checked for the names of customers does not go out.
func TestUncheckedPageIsNotPublished(t *testing.T) {
	t.Parallel()
	s := withShowcase(t)
	s.forge.configs[shop] = "showcase, customers"
	s.forget()
	s.say(ada, "/postmortem publish")
	s.look(t)
	s.expect(t, 0, "Create")
	if ours := s.ours(); len(ours) != 2 || !strings.Contains(ours[1].Body, "customer") {
		t.Errorf("our comments: %+v, want a reply that says why", ours)
	}
}

// A public wiki that does not answer is asked again; nothing else waits.
func TestShowcaseDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"Repository acme/public", "Create"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			s := withShowcase(t)
			s.say(ada, "/postmortem publish")
			s.say(ada, "/postmortem owner @cleo")
			s.before[call] = once(fails(errors.New("502")))
			next := s.look(t)
			s.shows(t, "cleo")
			if path, _ := s.copied(t); path != "" {
				t.Errorf("it was published as %s", path)
			}
			s.reconciler.Clock = later(next)
			s.look(t)
			if path, _ := s.copied(t); path == "" {
				t.Error("it was not published")
			}
		})
	}
}

// What people have made of the copy is neither written over nor removed: the
// tracker says so. What they wrote beside it stays when it is withdrawn.
func TestCopyThatPeopleChanged(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(string) string{
		"in it":     func(text string) string { return strings.Replace(text, "We are sorry", "We apologise", 1) },
		"beside it": func(text string) string { return text + "\nRead our blog, too.\n" },
	} {
		for _, command := range []string{"publish", "unpublish"} {
			t.Run(command+" "+name, func(t *testing.T) {
				t.Parallel()
				s := withShowcase(t)
				s.say(ada, "/postmortem publish")
				s.look(t)
				path, text := s.copied(t)
				text = change(text)
				s.wiki.others[showcase][path] = text
				s.forget()
				s.say(ada, "/postmortem "+command)
				s.look(t)
				_, after := s.copied(t)
				if command == "unpublish" && name == "beside it" {
					if strings.Contains(after, "We are sorry") || !strings.Contains(after, "Read our blog, too.") {
						t.Errorf("the copy became:\n%s", after)
					}
					return
				}
				if after != text {
					t.Errorf("the copy became:\n%s", after)
				}
				if command == "publish" && name == "beside it" { // what is ours is as it was
					return
				}
				if tracker := s.ours()[0].Body; !strings.Contains(tracker, "has been edited by people") {
					t.Errorf("the tracker does not say so:\n%s", tracker)
				}
			})
		}
	}
}

// Whoever can edit the tracker can't have others' copies, or any page, removed.
func TestLedgerNamesAnotherCopy(t *testing.T) {
	t.Parallel()
	s := withShowcase(t)
	s.say(ada, "/postmortem publish")
	s.look(t)
	path, text := s.copied(t)
	thief := number(43)
	s.addIssue(thief, "incident")
	s.forge.say(thief, incident.Comment{Ours: true, Body: trackerOf(idOf(43), incident.Ledger{
		Accepted: incident.Acceptance{By: "ada", At: opened},
		Copy:     incident.Copy{Repo: showcase, Path: path, At: opened, Want: incident.Withdraw},
	})})
	s.lookAt(t, thief)
	s.forge.say(thief, incident.Comment{Author: ada, Body: "/postmortem unpublish"})
	s.lookAt(t, thief)
	if _, after := s.copied(t); after != text {
		t.Errorf("the copy became:\n%s", after)
	}
}

// What comments and markup take apart on the page, the copy puts together: it
// is looked through as it would go out.
func TestCopyIsChecked(t *testing.T) {
	t.Parallel()
	for name, hides := range map[string]string{
		"comment":       "carol@<!-- x -->initech.com",
		"attribute":     `carol@<b class="x">initech</b>.com`,
		"unknown tag":   "carol@<x-y>initech.com",
		"entity":        "car&#111;l&#64;initech.com",
		"backslash":     `carol\@initech\.com`,
		"link":          "[carol](https://example.com)@initech.com",
		"link left out": "[carol@](https://github.test/acme/till)initech.com",
		"unseen letter": "carol@\u200binitech.com",
		"emphasis":      "carol**@**initech.com",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withShowcase(t)
			s.reconciler.Checks = check.New()
			s.hide(hides)
			s.say(ada, "/postmortem publish")
			s.look(t)
			if ours := s.keptBack(t); !strings.Contains(ours, "`email`") || strings.Contains(ours, "initech") {
				t.Errorf("the reply is:\n%s", ours)
			}
		})
	}
}

// hide puts words into the public section.
func (s *stage) hide(words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := s.memory.records[parent].Ledger.Page.Path
	s.wiki.pages[path] = strings.Replace(s.wiki.pages[path], "We are sorry, see", "We are sorry. Ask "+words+", see", 1)
}

// keptBack is the reply that says why nothing was published.
func (s *stage) keptBack(t *testing.T) string {
	t.Helper()
	if at, text := s.copied(t); at != "" {
		t.Fatalf("it was published:\n%s", text)
	}
	ours := s.ours()
	if len(ours) != 2 {
		t.Fatalf("our comments: %+v, want the tracker and a reply", ours)
	}
	return ours[1].Body
}

// A copy keeps no link into other repositories: they may be private.
func TestCopyLinksNoRepository(t *testing.T) {
	t.Parallel()
	s := withShowcase(t)
	path := s.record(parent).Ledger.Page.Path
	s.wiki.pages[path] = strings.Replace(s.wiki.pages[path], "We are sorry, see", "We are sorry, see "+
		"[a follow-up](https://github.test/acme/secret/issues/7), [ours](https://github.test/acme/public/issues/1), "+
		"[the cause](https://example.com/cause), and", 1)
	s.say(ada, "/postmortem publish")
	s.look(t)
	_, text := s.copied(t)
	for want, kept := range map[string]bool{"acme/secret": false, "a follow-up": true, "acme/public/issues/1": true, "https://example.com/cause": true} {
		if strings.Contains(text, want) != kept {
			t.Errorf("the copy says %q: %t, want %t\n%s", want, !kept, kept, text)
		}
	}
}

// Whoever can edit the tracker can't take the place of another's page that is
// not made yet.
func TestLedgerNamesAnothersPlace(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.say(parent, incident.Comment{Ours: true, Body: trackerOf(idOf(42), incident.Ledger{
		Accepted: incident.Acceptance{By: "ada", At: opened}, Page: incident.Page{Path: "2000-01-01-till-is-down-7.md"},
	})})
	s.look(t)
	for path := range s.wiki.pages {
		if strings.HasSuffix(path, "-7.md") {
			t.Errorf("the page is %s", path)
		}
	}
	s.pageShows(t, "It is down.")
}
