package reconcile_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
	"hindsight/templates"
)

const (
	ourApp       = 5
	installation = 7
	shop         = incident.Repo("acme/shop")
	shopID       = 77 // GitHub's id of the shop, whatever it is called
	till         = incident.Repo("acme/till")
	tillID       = 78
	central      = incident.Repo("acme/postmortems")
	showcase     = incident.Repo("acme/public")
	secret       = incident.Repo("acme/secret")
)

// The calls that read the shop's own files.
const (
	readsConfig   = "File acme/shop/" + reconcile.ConfigFile
	readsTemplate = "File acme/shop/" + incident.TemplateFile
)

var (
	parent  = incident.Key{Repo: shop, Number: 42}
	opened  = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // when a synctest bubble's clock starts
	ada     = incident.Actor{Login: "ada"}
	ben     = incident.Actor{Login: "ben"}
	oneItem = "It is down.\n\n### Follow-ups\n- [ ] Mend the pool\n"
	twoItem = oneItem + "- [ ] Write it down\n"
)

// stage is one incident, acme/shop#42, labelled by ada and not looked at yet.
type stage struct {
	*journal
	forge      *fakeForge
	forges     *fakeForges
	wiki       *fakeWiki
	memory     *fakeMemory
	marker     *fakeMarker
	checker    *fakeChecker
	jira       *fakeJira // nil unless the test connects it
	reconciler *reconcile.Reconciler
}

func newStage(t *testing.T, body string) *stage {
	t.Helper()
	j := &journal{
		before: map[string]func(context.Context) error{}, after: map[string]func(context.Context) error{},
	}
	marker := &fakeMarker{journal: j}
	s := &stage{
		journal: j, memory: newMemory(marker), marker: marker,
		wiki:    &fakeWiki{journal: j, pages: map[string]string{}, others: map[incident.Repo]map[string]string{}},
		checker: &fakeChecker{},
	}
	s.forge = &fakeForge{
		journal: j, clock: s.now, next: 100,
		repository: incident.Repository{
			ID: shopID, FullName: "Acme/Shop", URL: "https://github.test/Acme/Shop", HasWiki: true,
		},
		labelling:    incident.Labelling{By: ada, At: opened},
		issues:       map[incident.Key]incident.Issue{},
		comments:     map[incident.Key][]incident.Comment{},
		others:       map[incident.Repo]int64{till: tillID},
		unlisted:     map[int64]bool{},
		permissions:  map[string]incident.Permission{},
		private:      map[incident.Repo]bool{},
		tweaks:       map[incident.Repo]func(*incident.Repository){},
		readers:      map[incident.Repo][]string{},
		files:        map[string]string{},
		moved:        map[incident.Key]incident.Key{},
		history:      map[int64][]incident.Edit{},
		bodies:       map[incident.Key][]incident.Edit{},
		unassignable: map[string]bool{},
		pushed:       map[incident.Repo]time.Time{},
		repositories: []incident.Repo{shop},
	}
	s.forges = &fakeForges{
		journal: j, forges: map[int64]*fakeForge{installation: s.forge},
		installations: []reconcile.Installation{{ID: installation, Account: "Acme", CreatedAt: opened.Add(-time.Hour)}},
	}
	s.addIssue(parent, "incident")
	labelled := s.forge.issues[parent]
	labelled.Body = body
	s.forge.issues[parent] = labelled
	s.reconciler = &reconcile.Reconciler{
		Forges: s.forges, Wiki: s.wiki, Memory: s.memory, Marker: s.marker, Texts: templates.New(),
		Checks: s.checker,
		Policy: policyOf, Defaults: incident.DefaultPolicy(), Clock: s.now, Settle: time.Minute,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	return s
}

// policyOf knows a configuration of one word, and refuses any other.
func policyOf(file string, data []byte) (incident.Policy, error) {
	p := incident.DefaultPolicy()
	switch string(data) {
	case "":
	case "apps":
		p.Apps = []string{"forms"}
	case "outage":
		p.Label = "outage"
	case "central":
		p.Wiki = central
	case "central elsewhere":
		p.Wiki = "rival/postmortems"
	case "accepts shop":
		p.Writers = []string{"acme/till", "acme/shop"}
	case "accepts all":
		p.Writers = []string{"acme/*"}
	case "showcase":
		p.Showcase = showcase
	case "showcase, customers":
		p.Showcase, p.Customers = showcase, secret
	case "customers":
		p.Customers = secret
	case "lends to shop":
		p.Borrowers = []string{"acme/shop"}
	case "no customers":
		p.Customers, p.ChecksOff = secret, []string{"customer"}
	case "standard":
		p.Standard = map[incident.Severity][]string{3: {"Tell the customers"}}
	default:
		return incident.Policy{}, fmt.Errorf("%s:1:1: %q is not known", file, data)
	}
	return p, nil
}

// now is an hour after the incident, or, in a bubble that went on for longer,
// the bubble's time.
func (s *stage) now() time.Time {
	if at := time.Now().UTC(); at.Year() == opened.Year() {
		return at.Add(time.Hour)
	}
	return opened.Add(time.Hour)
}

// addIssue makes an issue that ada opened.
func (s *stage) addIssue(key incident.Key, labels ...string) {
	s.forge.issues[key] = incident.Issue{
		Key: key, ID: int64(1000 + key.Number), Title: "The shop is down", State: incident.Open,
		URL:    fmt.Sprintf("https://github.test/%s/issues/%d", key.Repo, key.Number),
		Author: ada, Labels: labels, CreatedAt: opened, UpdatedAt: opened,
	}
}

// edit changes an issue as people do, also while a look is under way.
func (s *stage) edit(key incident.Key, how func(*incident.Issue)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.forge.change(key, how); err != nil {
		panic(err)
	}
}

// say puts a comment by a person on the parent.
func (s *stage) say(by incident.Actor, body string) incident.Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.forge.say(parent, incident.Comment{Author: by, Body: body})
}

// look is a look at the parent that must succeed.
func (s *stage) look(t *testing.T) time.Time {
	t.Helper()
	return s.lookAt(t, parent)
}

func (s *stage) lookAt(t *testing.T, key incident.Key) time.Time {
	t.Helper()
	next, err := s.reconciler.Look(t.Context(), installation, key)
	if err != nil {
		t.Fatalf("look at %s: %v\nall calls:\n%s", key, err, strings.Join(s.all(), "\n"))
	}
	return next
}

// ours are our comments on the parent.
func (s *stage) ours() (ours []incident.Comment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.forge.comments[parent] {
		if c.Ours {
			ours = append(ours, c)
		}
	}
	return ours
}

// tracker is the one comment of ours.
func (s *stage) tracker(t *testing.T) incident.Comment {
	t.Helper()
	ours := s.ours()
	if len(ours) != 1 {
		t.Fatalf("%d comments of ours, want the tracker alone: %+v", len(ours), ours)
	}
	return ours[0]
}

// shows fails the test unless the tracker says all of it.
func (s *stage) shows(t *testing.T, words ...string) {
	t.Helper()
	body := s.tracker(t).Body
	for _, w := range words {
		if !strings.Contains(body, w) {
			t.Errorf("the tracker does not say %q:\n%s", w, body)
		}
	}
}

// showsPage fails the test unless the page was made, is known to be, and the
// tracker links it.
func (s *stage) showsPage(t *testing.T) {
	t.Helper()
	page := s.record(parent).Ledger.Page
	if !page.Made() || s.wiki.pages[page.Path] == "" {
		t.Fatalf("no page: %+v", page)
	}
	s.shows(t, s.forge.repository.URL+"/wiki/"+strings.TrimSuffix(page.Path, ".md"))
}

func (s *stage) record(key incident.Key) incident.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memory.records[key].Clone()
}

// idOf is how markers name an issue of the shop.
func idOf(number int) incident.ID { return incident.ID{Repository: shopID, Number: number} }

// followUps are the issues that the look opened.
func (s *stage) followUps() (found []incident.Issue) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, issue := range s.forge.issues {
		if issue.AppID == ourApp {
			found = append(found, issue)
		}
	}
	return found
}

// onlyFollowUp is the one issue that the look opened.
func (s *stage) onlyFollowUp(t *testing.T) incident.Issue {
	t.Helper()
	found := s.followUps()
	if len(found) != 1 {
		t.Fatalf("%d follow-ups, want one: %+v", len(found), found)
	}
	return found[0]
}
