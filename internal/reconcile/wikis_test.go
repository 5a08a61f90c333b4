package reconcile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

// withCentral is a stage whose pages belong in the wiki of one repository for
// all, which accepts them.
func withCentral(t *testing.T, body string) *stage {
	t.Helper()
	s := newStage(t, body)
	s.forge.others[central] = 90
	s.forge.configs = map[incident.Repo]string{shop: "central", central: "accepts shop"}
	return s
}

// bothPrivate makes the shop and the central wiki private, with their readers.
func (s *stage) bothPrivate(wikis []string, shops ...string) {
	s.forge.repository.Private, s.forge.private[central] = true, true
	s.forge.readers[central], s.forge.readers[shop] = wikis, shops
}

func (s *stage) tweak(repo incident.Repo, change func(*incident.Repository)) {
	before := s.forge.tweaks[repo]
	s.forge.tweaks[repo] = func(r *incident.Repository) {
		if before != nil {
			before(r)
		}
		change(r)
	}
}

func TestCentralWiki(t *testing.T) {
	t.Parallel()
	for name, setUp := range map[string]func(*stage){
		"both public":         func(*stage) {},
		"the wiki is private": func(s *stage) { s.forge.private[central] = true },
		"the same readers":    func(s *stage) { s.bothPrivate([]string{"ada", "ben"}, "ada", "ben") },
		"fewer readers":       func(s *stage) { s.bothPrivate([]string{"ben"}, "ada", "ben") },
		"both internal": func(s *stage) {
			for _, repo := range []incident.Repo{shop, central} {
				s.tweak(repo, func(r *incident.Repository) { r.Private, r.Internal = true, true })
			}
		},
		"all of the owner's may write": func(s *stage) { s.forge.configs[central] = "accepts all" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withCentral(t, "It is down.")
			setUp(s)
			s.look(t)
			page := s.record(parent).Ledger.Page
			if page.Repo != central || !page.Made() || s.wiki.others[central][page.Path] == "" || len(s.wiki.pages) != 0 {
				t.Fatalf("the page is %+v, the shop's wiki has %v", page, s.wiki.pages)
			}
			s.shows(t, "https://github.test/acme/postmortems/wiki/"+strings.TrimSuffix(page.Path, ".md"))
			if got := s.memory.wikis[central]; !slices.Equal(got, []incident.Key{parent}) {
				t.Errorf("in the wiki: %v", got)
			}
			s.forget()
			s.look(t)
			s.expect(t, 0, outward...)
		})
	}
}

// Where more people could read it, or nobody knows whether they could, or the
// wiki's own repository does not want it, nothing is written: the tracker says
// why, and the page is made once that is mended.
func TestCentralWikiIsBarred(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		setUp func(*stage)
		says  string
		mend  func(*stage)
	}{
		"not accepted": {
			func(s *stage) { s.forge.configs[central] = "" }, "`wiki.accepts`",
			func(s *stage) { s.forge.configs[central] = "accepts shop" },
		},
		"accepted by the owner's configuration alone": {
			func(s *stage) {
				s.forge.configs[central], s.forge.configs["acme/.github"] = "", "accepts all"
				s.forge.others["acme/.github"] = 91
			}, "`wiki.accepts`",
			func(s *stage) { s.forge.configs[central] = "accepts shop" },
		},
		"everybody can read it": {
			func(s *stage) { s.forge.repository.Private = true }, "people can read the wiki",
			func(s *stage) { s.bothPrivate([]string{"ada"}, "ada") },
		},
		"the enterprise can read it": {
			func(s *stage) {
				s.forge.repository.Private = true
				s.tweak(central, func(r *incident.Repository) { r.Private, r.Internal = true, true })
			}, "people can read the wiki",
			func(s *stage) { s.forge.repository.Internal = true },
		},
		"one more reader": {
			func(s *stage) { s.bothPrivate([]string{"ada", "eve"}, "ada", "ben") }, "people can read the wiki",
			func(s *stage) { s.forge.readers[central] = []string{"ada"} },
		},
		"readers of an internal one can't be compared": {
			func(s *stage) {
				s.bothPrivate([]string{"ada"}, "ada")
				s.forge.repository.Internal = true
			}, "can't be compared",
			func(s *stage) { s.forge.repository.Internal = false },
		},
		"who may read it is not told": {
			func(s *stage) {
				s.bothPrivate([]string{"ada"}, "ada")
				s.before["Readers"] = fails(&incident.Blocked{Text: "The app may not ask who can read it."})
			}, "The app may not ask who can read it.",
			func(s *stage) { delete(s.before, "Readers") },
		},
		"not installed": {
			func(s *stage) { delete(s.forge.others, central) }, "is not installed in it",
			func(s *stage) { s.forge.others[central] = 90 },
		},
		"given away": {
			func(s *stage) {
				s.tweak(central, func(r *incident.Repository) { r.FullName = "rival/postmortems" })
			}, "is not installed in it",
			func(s *stage) { delete(s.forge.tweaks, central) },
		},
		"archived": {
			func(s *stage) { s.tweak(central, func(r *incident.Repository) { r.Archived = true }) }, "is archived",
			func(s *stage) { delete(s.forge.tweaks, central) },
		},
		"another owner's": {
			func(s *stage) { s.forge.configs[shop] = "central elsewhere"; s.forge.others["rival/postmortems"] = 92 },
			"belongs to another account",
			func(s *stage) { s.forge.configs[shop] = "central" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withCentral(t, oneItem)
			c.setUp(s)
			s.look(t)
			s.expect(t, 0, "Create", "Edit", "Read")
			s.shows(t, c.says, "Mend the pool")
			s.expect(t, 0, "Repository rival/postmortems")
			s.forget()
			c.mend(s)
			s.look(t)
			s.expect(t, 1, "Create")
			if body := s.tracker(t).Body; strings.Contains(body, c.says) {
				t.Errorf("the tracker still says %q:\n%s", c.says, body)
			}
			if len(s.wiki.others[central]) == 0 {
				t.Error("there is no page")
			}
		})
	}
}

// Once more people may read the wiki, the page there is told nothing any more.
func TestCentralWikiIsOpened(t *testing.T) {
	t.Parallel()
	s := withCentral(t, "It is down.")
	s.bothPrivate([]string{"ada"}, "ada")
	s.look(t)
	before := s.wiki.others[central][s.record(parent).Ledger.Page.Path]
	s.forge.readers[central] = []string{"ada", "eve"}
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.look(t)
	s.shows(t, "people can read the wiki")
	if after := s.wiki.others[central][s.record(parent).Ledger.Page.Path]; after != before {
		t.Errorf("the page was changed (-before +after):\n%s", cmp.Diff(before, after))
	}
}

// What is asked of another repository and does not answer is neither yes nor
// no.
func TestCentralWikiDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"Repository acme/postmortems", "File acme/postmortems/.github/hindsight.yml", "Readers"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			s := withCentral(t, oneItem)
			s.bothPrivate([]string{"ada"}, "ada")
			down := errors.New("502")
			s.before[call] = once(fails(down))
			if _, err := s.reconciler.Look(t.Context(), installation, parent); !errors.Is(err, down) {
				t.Errorf("error %v, want %v", err, down)
			}
			s.expect(t, 0, outward...)
			s.look(t)
			s.expect(t, 1, "Create")
		})
	}
}

// hostile is a page as somebody may have put it into a wiki.
const hostile = "# Plans\n\n## Follow-ups\n\n### Proposed\n- [ ] Buy the rival\n"

// Whoever can edit the tracker can have its ledger name any page. One that does
// not carry this incident's marker is neither shown nor written to, wherever it
// is; and one that does, but that others may read, is not written to.
func TestLedgerNamesAnotherPage(t *testing.T) {
	t.Parallel()
	mine := func(s *stage) string {
		s.look(t)
		text := s.wiki.pages[s.record(parent).Ledger.Page.Path]
		s.memory.records, s.forge.comments = map[incident.Key]incident.Record{}, map[incident.Key][]incident.Comment{}
		s.wiki.pages = map[string]string{}
		return text
	}
	for name, c := range map[string]struct {
		repo incident.Repo
		text func(*stage) string
		set  func(*stage)
	}{
		"of its own wiki":        {"", func(*stage) string { return hostile }, nil},
		"of a private wiki":      {secret, func(*stage) string { return hostile }, func(s *stage) { s.forge.private[secret] = true }},
		"of another account":     {"rival/plans", func(*stage) string { return hostile }, nil},
		"that others may read":   {secret, mine, func(s *stage) { s.forge.repository.Private = true }},
		"that does not want it":  {secret, mine, func(s *stage) { s.forge.configs = map[incident.Repo]string{secret: ""} }},
		"of another incident":    {"", func(s *stage) string { return strings.Replace(mine(s), "77#42", "77#43", 1) }, nil},
		"of one gone by the way": {secret, func(*stage) string { return "" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			s.forge.others[secret] = 93
			text := c.text(s)
			if c.set != nil {
				c.set(s)
			}
			wiki := s.wiki.of(shop)
			if c.repo != "" {
				wiki = s.wiki.of(c.repo)
			}
			const path = "2000-01-01-plans-7.md"
			if text != "" {
				wiki[path] = text
			}
			s.forge.say(parent, incident.Comment{Ours: true, Body: trackerOf(idOf(42), incident.Ledger{
				Accepted: incident.Acceptance{By: "ada", At: opened},
				Page:     incident.Page{Path: path, Repo: c.repo, At: opened},
			})})
			s.forget()
			s.look(t)
			s.look(t)
			s.expect(t, 0, "Create", "OpenIssue")
			if wiki[path] != text {
				t.Errorf("the page became:\n%s", wiki[path])
			}
			if body := s.tracker(t).Body; strings.Contains(body, "rival") && c.repo != "rival/plans" {
				t.Errorf("the tracker tells what stands there:\n%s", body)
			}
			if c.repo == "rival/plans" {
				s.expect(t, 0, "Read", "Repository rival/plans")
			}
		})
	}
}

// A page whose marker people took away is theirs.
func TestPageWithoutMarker(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.repository.Private = true
	s.look(t)
	path := s.record(parent).Ledger.Page.Path
	s.wiki.pages[path] = hostile
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.forget()
	s.look(t)
	s.expect(t, 0, "OpenIssue", "Create")
	if s.wiki.pages[path] != hostile {
		t.Errorf("the page became:\n%s", s.wiki.pages[path])
	}
	s.shows(t, "the hidden line by which it is known")
}

// What happens in a wiki is news for all whose pages are in it, also for those
// that wait for its first page; a deleted database learns of them by looking.
func TestNewsOfACentralWiki(t *testing.T) {
	t.Parallel()
	s := withCentral(t, "It is down.")
	s.before["Create"] = once(fails(&incident.Blocked{Text: "The wiki has no first page."}))
	s.look(t)
	news := incident.Key{Repo: central, Number: incident.TheWiki}
	s.lookAt(t, news)
	s.expectMarked(t, parent)
	s.look(t)
	s.expect(t, 2, "Create")
	s.memory = newMemory(s.marker)
	s.reconciler.Memory = s.memory
	s.look(t)
	s.lookAt(t, news)
	s.expectMarked(t, parent, parent)
	s.forge.repositories = []incident.Repo{central}
	s.sweep(t)
	s.expectMarked(t, parent, parent, parent)
	s.expect(t, 1, "Tip acme/postmortems")
	s.sweep(t)
	s.expectMarked(t, parent, parent, parent)
}

// An incident that is gone, or whose page is elsewhere, is forgotten.
func TestNoNewsOfACentralWiki(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t) // its page is in its own wiki
	gone := incident.Key{Repo: till, Number: 1}
	s.memory.wikis[central] = []incident.Key{parent, gone}
	s.lookAt(t, incident.Key{Repo: central, Number: incident.TheWiki})
	s.expectMarked(t)
	if left := s.memory.wikis[central]; len(left) != 0 {
		t.Errorf("remembered: %v", left)
	}
}

// A release is news for the page of what goes on.
func TestNewsOfReleases(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	mild, over, closed, elsewhere := number(43), number(44), number(45), incident.Key{Repo: till, Number: 1}
	long, left := number(46), number(47)
	at := func(path string, closing incident.Closing, resolved time.Time) incident.Record {
		r := incident.Record{Ledger: incident.Ledger{Closing: closing}}
		if path != "" {
			r.Ledger.Page = incident.Page{Path: path, At: opened}
		}
		r.Ledger.Told.Resolved = resolved
		return r
	}
	known, without := at("e.md", incident.Closing{}, time.Time{}), at("f.md", incident.Closing{}, time.Time{})
	known.Happened, without.TimelineLeft = "2000-01-01T00:00:00Z/2000-01-08T00:00:00Z", true
	s.memory.records = map[incident.Key]incident.Record{
		long:      known,
		left:      without,
		parent:    at("a.md", incident.Closing{}, time.Time{}),
		mild:      at("", incident.Closing{}, time.Time{}),
		over:      at("b.md", incident.Closing{}, opened),
		closed:    at("c.md", incident.Closing{Seen: true}, time.Time{}),
		elsewhere: at("d.md", incident.Closing{}, time.Time{}),
	}
	s.lookAt(t, incident.Key{Repo: shop, Number: incident.TheReleases})
	s.expectMarked(t, parent)
	s.expect(t, 0, "Issue")
}

// An incident that is transferred takes what is remembered of its page along.
func TestCentralPageIsTransferred(t *testing.T) {
	t.Parallel()
	s := withCentral(t, "It is down.")
	s.look(t)
	to := incident.Key{Repo: till, Number: 7}
	s.forge.moved[parent] = to
	delete(s.forge.issues, parent)
	s.lookAt(t, parent)
	s.expectMarked(t, to)
	if left := s.memory.wikis[central]; len(left) != 0 {
		t.Errorf("in the wiki: %v", left)
	}
}

// What a look without news asks of GitHub and the wikis. All of it but the page
// is answered "unchanged".
func TestQuietLookCosts(t *testing.T) {
	t.Parallel()
	always := []string{
		"Comments acme/shop#42", "Happened acme/shop 2000-01-01 00:00:00 0001-01-01 00:00:00", "Issue acme/shop#42",
		"Repository acme/shop", "SubIssues acme/shop#42",
	}
	for name, c := range map[string]struct {
		set  func(*stage)
		also []string
	}{
		"its own wiki":               {func(s *stage) { s.forge.configs[shop] = "apps" }, nil},
		"a central one, both public": {func(*stage) {}, []string{"Repository acme/postmortems"}},
		"a central one, both private": {
			func(s *stage) { s.bothPrivate([]string{"ada"}, "ada") },
			[]string{"Readers acme/postmortems", "Readers acme/shop", "Repository acme/postmortems"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withCentral(t, "It is down.")
			c.set(s)
			for _, repo := range []incident.Repo{shop, central} { // nobody has pushed for long
				s.forge.pushed[repo] = opened.Add(-time.Hour)
			}
			s.look(t)
			s.forget()
			s.look(t)
			asked := slices.DeleteFunc(s.all(), func(call string) bool {
				name, _, _ := strings.Cut(call, " ")
				return slices.Contains(inward, name) || slices.Contains(remembering, name)
			})
			slices.Sort(asked)
			want := slices.Concat(always, c.also, []string{"Read " + s.record(parent).Ledger.Page.Path})
			slices.Sort(want)
			if diff := cmp.Diff(want, asked); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}
