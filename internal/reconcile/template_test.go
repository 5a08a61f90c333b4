package reconcile_test

import (
	"errors"
	"strings"
	"testing"

	"hindsight/internal/incident"
)

const ownTemplate = string(shop) + "/" + incident.TemplateFile

// The repository's own template counts, and is asked for once, when the page is
// about to be made.
func TestOwnTemplate(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.files[ownTemplate] = "# Ours: {{title}}\n\n{{facts}}\n"
	s.look(t)
	s.pageShows(t, "# Ours: The shop is down")
	s.expect(t, 1, readsTemplate)
	s.forge.files[ownTemplate] = "# Another: {{title}}\n"
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev1") })
	s.look(t)
	s.expect(t, 1, readsTemplate)
	s.pageShows(t, "# Ours: The shop is down")
}

// One that can't be used is told with its line, and never holds the page up.
func TestTemplateThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(*stage)
		says []string
	}{
		"unknown field": {
			func(s *stage) { s.forge.files[ownTemplate] = "# Ours\n\n{{titel}}\n" },
			[]string{incident.TemplateFile, ">3: there is no field {{titel}}"},
		},
		"hostile": {
			func(s *stage) { s.forge.files[ownTemplate] = "# Ours\n{{range .}}@everyone <!-- x -->{{end}}\n" },
			[]string{incident.TemplateFile, ">2: "},
		},
		"too large": {
			func(s *stage) {
				s.before[readsTemplate] = fails(&incident.Blocked{Text: "The template is too large: make it smaller."})
			},
			[]string{"The template is too large: make it smaller."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "It is down.")
			c.set(s)
			s.look(t)
			s.showsPage(t)
			s.shows(t, c.says...)
			if page := s.onPage(t); strings.Contains(page, "# Ours") {
				t.Errorf("it was used:\n%s", page)
			}
			if body := s.tracker(t).Body; strings.Contains(body, "@everyone") || strings.Contains(body, "<!-- x") {
				t.Errorf("the notice is not neutral:\n%s", body)
			}
		})
	}
}

// While it does not come, the page waits for it, and nothing else does.
func TestTemplateDoesNotCome(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.forge.files[ownTemplate] = "# Ours: {{title}}\n"
	s.before[readsTemplate] = once(fails(errors.New("502")))
	next := s.look(t)
	s.expect(t, 0, "Create")
	s.expect(t, 1, readsTemplate)
	s.shows(t, "Mend the pool")
	s.reconciler.Clock = later(next)
	s.look(t)
	s.pageShows(t, "# Ours: The shop is down")
}

// Where no page is coming, nobody asks for a template; when a command asks for
// one, the repository's own counts from the start.
func TestTemplateIsNotWanted(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.forge.files[ownTemplate] = "# Ours: {{title}}\n"
	s.edit(parent, func(i *incident.Issue) { i.Labels = append(i.Labels, "sev5") })
	s.look(t)
	s.expect(t, 0, readsTemplate, "Create")
	s.say(ada, "/postmortem start")
	s.look(t)
	s.pageShows(t, "# Ours: The shop is down")
}
