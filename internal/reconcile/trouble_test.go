package reconcile_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

// goOn looks so many times, each when the one before asked for it.
func (s *stage) goOn(t *testing.T, looks int) {
	t.Helper()
	for range looks {
		s.reconciler.Clock = later(s.look(t))
	}
}

// hides fails the test if the tracker says any of it.
func (s *stage) hides(t *testing.T, words ...string) {
	t.Helper()
	body := s.tracker(t).Body
	for _, w := range words {
		if strings.Contains(body, w) {
			t.Errorf("the tracker says %q:\n%s", w, body)
		}
	}
}

// Follow-ups that can't be opened hold up neither the page nor its notes.
func TestFailingFollowUpsLeaveThePageGoing(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"blocked": &incident.Blocked{Text: "Issues are switched off."}, "passing": errors.New("502"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.look(t)
			s.before["OpenIssue"] = fails(err)
			s.edit(parent, func(i *incident.Issue) { i.Body, i.Labels = oneItem, append(i.Labels, "sev1") })
			s.look(t)
			s.pageShows(t, "| sev1 |")
			s.say(ada, "/incident note Rolled back v212")
			s.look(t)
			s.pageShows(t, "Rolled back v212")
		})
	}
}

// A note stands in the tracker until it stands on the page.
func TestNoteIsNeverNowhere(t *testing.T) {
	t.Parallel()
	const note = "Rolled back v212"
	for name, stop := range map[string]struct {
		call string
		err  error
	}{
		"the wiki refuses":         {"Edit", &incident.Blocked{Text: "The app may not write to the wiki."}},
		"the wiki fails":           {"Edit", errors.New("502")},
		"the page can't be read":   {"Read", &incident.Blocked{Text: "The page is too long."}},
		"the wiki does not answer": {"Read", errors.New("502")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.look(t)
			s.before[stop.call] = fails(stop.err)
			s.say(ada, "/incident note "+note)
			s.look(t)
			s.shows(t, note)
			s.goOn(t, 3)
			s.shows(t, note)
			delete(s.before, stop.call)
			s.goOn(t, 1)
			s.pageShows(t, note)
			s.hides(t, note)
			s.before["Read"] = fails(errors.New("502"))
			s.say(ada, "/incident note Woke the provider")
			s.look(t)
			s.shows(t, "Woke the provider")
			s.hides(t, note) // it was on the page when that was read last
		})
	}
	s := newStage(t, "It is down.")
	s.look(t)
	s.say(ada, "/incident note "+note)
	s.forget()
	s.look(t)
	s.expect(t, 1, "EditComment") // it carries the command; the note was never in it
	s.hides(t, note)
}

// Why a page can't be read is said: at once what people can mend, and what may
// pass by itself once it has lasted.
func TestUnreadablePage(t *testing.T) {
	t.Parallel()
	const says, blocked = "can't be read", "The page is longer than 1 MB. Shorten it."
	s := newStage(t, "It is down.")
	s.look(t)
	s.before["Read"] = fails(errors.New("no route to host"))
	s.goOn(t, 2)
	s.hides(t, says)
	s.goOn(t, 1)
	s.shows(t, says, "It is tried again by itself")
	s.hides(t, "no route")
	s.before["Read"] = fails(&incident.Blocked{Text: blocked})
	s.look(t)
	s.shows(t, says, blocked)
	s.before["Read"] = fails(errors.New("no route to host"))
	s.look(t)
	s.shows(t, blocked) // a hiccup mends nothing
	delete(s.before, "Read")
	s.look(t)
	s.hides(t, says)
}

// A wiki that was switched off after the page was made is said to be.
func TestWikiIsSwitchedOffLater(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	s.forge.repository.HasWiki = false
	s.before["Read"] = fails(&incident.Blocked{Text: "There is no first page."})
	s.look(t)
	s.shows(t, "can't be read", "The wiki of `acme/shop` is switched off. Switch it on in that repository's settings.")
	s.hides(t, "first page")
}

// A command about a page that can't be read is answered with the reason where
// people can mend it, and else waits.
func TestCheckOfAnUnreadablePage(t *testing.T) {
	t.Parallel()
	replies := func(s *stage) (bodies string) {
		for _, c := range s.ours()[1:] {
			bodies += c.Body
		}
		return bodies
	}
	for _, word := range []string{"check", "publish"} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.forge.configs = map[incident.Repo]string{shop: "showcase", showcase: "accepts shop"}
			s.forge.others[showcase] = 95
			s.look(t)
			s.before["Read"] = fails(errors.New("no route to host"))
			s.say(ada, "/postmortem "+word)
			s.goOn(t, 4)
			if got := replies(s); got != "" {
				t.Errorf("answered while it may pass:\n%s", got)
			}
			s.before["Read"] = fails(&incident.Blocked{Text: "The page is *longer* than 1 MB. Shorten it."})
			s.look(t)
			if got := replies(s); !strings.Contains(got, "The page can't be read. The page is *longer* than 1 MB. Shorten it.") {
				t.Errorf("the reply does not say why:\n%s", got)
			}
		})
	}
}

// What is asked for in vain is asked for less and less often.
func TestLooksGetRarer(t *testing.T) {
	t.Parallel()
	blocked := &incident.Blocked{Text: "No."}
	for name, c := range map[string]struct {
		call, command string
		err           error
	}{
		"deployments":  {"Happened", "", blocked},
		"history":      {"History", "", errors.New("502")},
		"a long page":  {"Read", "", blocked},
		"a lost wiki":  {"Read", "", errors.New("502")},
		"what accepts": {"Read", "/followup accept", errors.New("502")},
		"what checks":  {"Read", "/postmortem check", errors.New("502")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.look(t)
			s.before[c.call] = fails(c.err)
			s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
			if c.command != "" {
				s.say(ada, c.command)
			}
			s.goOn(t, 12)
			now := s.reconciler.Clock()
			if rest := s.look(t).Sub(now); rest != 6*time.Hour {
				t.Errorf("after 12 looks the next is in %v, want 6 h", rest)
			}
			for range 5 { // other news don't make it rarer still
				if next := s.look(t); next.Sub(now) != 6*time.Hour {
					t.Errorf("the next look is in %v", next.Sub(now))
				}
			}
			delete(s.before, c.call)
			s.look(t)
			s.before[c.call] = fails(c.err)
			s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev2") })
			if rest := s.look(t).Sub(now); rest > time.Minute {
				t.Errorf("a new failure is looked at again in %v, want a minute", rest)
			}
		})
	}
}

// A line that is edited while its link is being written gets it all the same.
func TestLinkOfALineThatIsEditedMeanwhile(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.repository.Private = true
	s.look(t)
	path := s.propose(t, "- [ ] Alert on age")
	s.wiki.rival = func() {
		s.wiki.pages[path] = strings.Replace(s.wiki.pages[path], "Alert on age", "Alert on the age", 1)
	}
	s.look(t)
	s.look(t)
	s.onlyFollowUp(t)
	s.pageShows(t, "- [ ] Alert on the age → [#")
}

// What could not be written, since the page was gone in that second, is written
// when it is back.
func TestPageIsGoneForASecond(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	path := s.record(parent).Ledger.Page.Path
	text := s.wiki.pages[path]
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.wiki.rival = func() { delete(s.wiki.pages, path) }
	s.look(t)
	name := strings.TrimSuffix(path, ".md")
	s.shows(t, "put the page `"+name+"` back, or rename it back")
	s.wiki.pages[path] = text
	s.look(t)
	s.pageShows(t, "| sev1 |")
	if index := s.wiki.pages[reconcile.IndexFile]; !strings.Contains(index, "sev1") {
		t.Errorf("the index does not say so:\n%s", index)
	}
}

// GitHub tells whole seconds: what is answered while one goes on may not be all
// of it.
func TestHistoryOfTheSameSecond(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	at := s.now()
	s.forge.clock = later(at)
	change := func(who string) {
		s.edit(parent, func(i *incident.Issue) { i.Assignees = append(i.Assignees, who) })
		s.forge.events = append(s.forge.events, event("event-"+who, incident.EventAssigned, at, who))
		s.look(t)
		s.pageShows(t, "Assigned by ben: "+who)
	}
	change("cleo")
	change("dora")
	s.reconciler.Clock = later(at.Add(3 * time.Minute))
	s.look(t)
	s.forget()
	s.look(t)
	s.expect(t, 0, "History")
}

// A wiki that does not answer for once changes nothing of what the tracker says
// of the page, and what was shown can be accepted as soon as it answers.
func TestWikiHiccup(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	path := s.propose(t, "- [ ] Alert on age")
	s.mu.Lock()
	s.wiki.pages[path] = strings.Replace(s.wiki.pages[path], "| sev3 (assumed)", "| sev9", 1)
	s.mu.Unlock()
	s.look(t)
	s.shows(t, "facts (changed by hand)", "Alert on age")
	s.before["Read"] = fails(errors.New("no route to host"))
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
	delete(s.before, "Read")
	s.say(ben, "/followup accept")
	s.look(t)
	s.openedOnce(t, "Alert on age")
}

// The same of a page that is gone.
func TestWikiHiccupOfAPageThatIsGone(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	s.mu.Lock()
	delete(s.wiki.pages, s.memory.records[parent].Ledger.Page.Path)
	s.mu.Unlock()
	s.look(t)
	s.shows(t, "was removed from the wiki")
	s.before["Read"] = fails(errors.New("no route to host"))
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
}
