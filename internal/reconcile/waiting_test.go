package reconcile_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// What waits for a wiki, or for who may write to it, is looked at daily for as
// long as it waits; and at once where there is news of that repository.
func TestWaitsForAWiki(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		central   bool
		bar, mend func(*stage)
	}{
		"its own is off": {
			false,
			func(s *stage) { s.forge.repository.HasWiki = false }, func(s *stage) { s.forge.repository.HasWiki = true },
		},
		"not accepted": {
			true,
			func(s *stage) { s.forge.configs[central] = "" },
			func(s *stage) {
				s.forge.configs[central] = "accepts shop"
				s.forge.pushed[central] = opened.Add(time.Minute)
			},
		},
		"not installed": {
			true, func(s *stage) { delete(s.forge.others, central); s.forge.repositories = []incident.Repo{shop} },
			func(s *stage) { s.forge.others[central] = 90; s.forge.repositories = []incident.Repo{shop, central} },
		},
	} {
		for when, made := range map[string]bool{"before there is a page": false, "once there is one": true} {
			if made && !c.central { // then it can't be read
				continue
			}
			t.Run(name+", "+when, func(t *testing.T) {
				t.Parallel()
				s := newStage(t, "It is down.")
				wiki := shop
				if c.central {
					s, wiki = withCentral(t, "It is down."), central
				}
				s.forge.repositories = []incident.Repo{shop, wiki}
				if made {
					s.look(t)
				}
				c.bar(s)
				for _, after := range []time.Duration{8 * day, 300 * day} {
					s.reconciler.Clock = later(opened.Add(after))
					if next := s.look(t); next.IsZero() || next.Sub(opened) > after+day {
						t.Errorf("after %v: looks again at %v", after, next)
					}
				}
				s.sweep(t)
				s.marker.marks = nil
				c.mend(s)
				s.sweep(t)
				if c.central && !slices.Contains(s.marked(), parent) {
					t.Error("the sweep has found no news")
				}
				s.marker.marks = nil
				s.lookAt(t, incident.Key{Repo: wiki, Number: incident.TheWiki})
				s.expectMarked(t, parent)
				s.look(t)
				if s.onPage(t) == "" || strings.Contains(s.tracker(t).Body, "⚠️") {
					t.Errorf("it is not mended:\n%s", s.tracker(t).Body)
				}
			})
		}
	}
}

// A configuration that can't be read lets nobody write; why is told to whom may
// read it.
func TestCentralWikiIsMisconfigured(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		private bool
		quotes  bool
	}{"all may read it": {false, true}, "fewer may read it": {true, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withCentral(t, "It is down.")
			s.forge.private[central] = c.private
			s.forge.configs[central] = "nonsense"
			s.look(t)
			s.expect(t, 0, "Create")
			s.shows(t, "configuration of `acme/postmortems` can't be used")
			body := s.tracker(t).Body
			if strings.Contains(body, "wiki.accepts") || strings.Contains(body, "nonsense") != c.quotes {
				t.Errorf("the tracker says:\n%s", body)
			}
		})
	}
}
