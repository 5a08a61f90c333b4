package reconcile_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

const (
	jiraSite  = incident.Repo("jira:acme.atlassian.test")
	otherSite = incident.Repo("jira:jira.acme.test")
	jiraLag   = 2 * time.Minute
	inOps     = "It is down.\n\n### Follow-ups\n- [ ] Mend the pool in OPS\n"
	opsBox    = "- [ ] Mend the pool"
	opsTicked = "- [x] Mend the pool"
)

// ticket names one at the site by Jira's id.
func ticket(id int) incident.Key { return incident.Key{Repo: jiraSite, Number: id} }

// fakeJira is two Jira sites: acme may use the projects OPS and SRE at the first
// and WEB at the second, rival UMB at the first.
type fakeJira struct {
	*journal
	clock    func() time.Time
	projects map[string][]incident.Project // by owner
	tickets  map[incident.Key]incident.Ticket
	former   map[string]incident.Key          // by names that tickets had
	lag      func(incident.Key) time.Duration // how long the search does not show a new ticket
	offers   map[incident.TicketKind]incident.Offer
	unknown  map[string]bool // logins without an account
	declines string          // what is said of every order
	refuses  incident.TicketFields
	cut      bool                      // whether too many tickets have changed to be told
	asked    map[incident.Key][]string // by what names tickets were asked for
	in       [][]string                // the projects in which tickets were sought
	// slow is how long it takes to open a ticket, and what cuts the call off.
	slow     func() (takes time.Duration, cutOff func() error)
	late     []lateTicket
	comments map[incident.Key][]string
	links    map[incident.Key]map[string]incident.TicketLink // by their ids
	next     int
}

// withJira is an incident at which Jira is connected.
func withJira(t *testing.T, body string) *stage {
	t.Helper()
	s := newStage(t, body)
	s.connect()
	return s
}

// connect gives the stage its Jira sites. The label was put on just now: of an older
// incident of which nothing is known, tickets would be sought.
func (s *stage) connect() {
	s.forge.labelling.At = s.now()
	at := func(site incident.Repo, key string) incident.Project {
		return incident.Project{Site: site, URL: "https://" + site.Address(), Key: key, Lag: jiraLag}
	}
	s.jira = &fakeJira{
		journal: s.journal, clock: func() time.Time { return s.reconciler.Clock() }, next: 10000,
		projects: map[string][]incident.Project{
			"acme": {at(jiraSite, "OPS"), at(jiraSite, "SRE"), at(otherSite, "WEB")}, "rival": {at(jiraSite, "UMB")},
		},
		tickets: map[incident.Key]incident.Ticket{}, former: map[string]incident.Key{},
		lag:    func(incident.Key) time.Duration { return 0 },
		offers: map[incident.TicketKind]incident.Offer{}, unknown: map[string]bool{},
		comments: map[incident.Key][]string{}, links: map[incident.Key]map[string]incident.TicketLink{},
		asked: map[incident.Key][]string{},
		slow:  opensAtOnce,
	}
	s.reconciler.Jira = s.jira
}

// ticketed is an incident with one follow-up, in OPS.
func ticketed(t *testing.T) (*stage, incident.Ticket) {
	t.Helper()
	s := withJira(t, inOps)
	s.look(t)
	s.forget()
	return s, s.onlyTicket(t)
}

// lateTicket is one that Jira makes at a time, after the call for it was cut off.
type lateTicket struct {
	incident.OpenTicket
	at time.Time
}

// land makes the tickets that Jira has come to by now.
func (f *fakeJira) land() {
	f.late = slices.DeleteFunc(f.late, func(l lateTicket) bool {
		due := !f.clock().Before(l.at)
		if due {
			f.open(l.OpenTicket, l.at)
		}
		return due
	})
}

// ours are the tickets that were opened.
func (f *fakeJira) ours() []incident.Ticket {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.land()
	var ours []incident.Ticket
	for _, t := range f.tickets {
		if t.Ours {
			ours = append(ours, t)
		}
	}
	slices.SortFunc(ours, func(a, b incident.Ticket) int { return a.Key.Compare(b.Key) })
	return ours
}

func (s *stage) onlyTicket(t *testing.T) incident.Ticket {
	t.Helper()
	ours := s.jira.ours()
	if len(ours) != 1 {
		t.Fatalf("%d tickets, want one: %+v\nall calls:\n%s", len(ours), ours, strings.Join(s.all(), "\n"))
	}
	return ours[0]
}

// ticketNow is a ticket as it is by now.
func (s *stage) ticketNow(key incident.Key) incident.Ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.jira.tickets[key]
}

// editTicket changes a ticket as people do in Jira.
func (s *stage) editTicket(key incident.Key, how func(*incident.Ticket)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.jira.change(key, how); err != nil {
		panic(err)
	}
}

// addTicket makes a ticket that somebody opened in Jira.
func (s *stage) addTicket(id int, name string) incident.Ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.jira.newTicket(ticket(id), name)
	s.jira.tickets[t.Key] = t
	return t
}

func (f *fakeJira) newTicket(key incident.Key, name string) incident.Ticket {
	project, _, _ := strings.Cut(name, "-")
	return incident.Ticket{
		Key: key, Name: name, Project: project, URL: "https://" + key.Repo.Address() + "/browse/" + name,
		Title: "Something in Jira", State: incident.Open, Status: "To Do", Created: f.clock(), At: f.clock(),
	}
}

// change changes a ticket, a moment later than it was changed before.
func (f *fakeJira) change(key incident.Key, how func(*incident.Ticket)) (incident.Ticket, error) {
	t, ok := f.tickets[key]
	if !ok {
		return t, &incident.Missing{What: key.String()}
	}
	before := t
	how(&t)
	if t.Name != before.Name {
		f.former[before.Name] = key
		t.Project, _, _ = strings.Cut(t.Name, "-")
	}
	if t.Closed = before.Closed; t.State == incident.Open {
		t.Closed = time.Time{}
	} else if before.State == incident.Open {
		t.Closed = f.clock()
	}
	if t.At = f.clock(); !t.At.After(before.At) {
		t.At = before.At.Add(time.Millisecond)
	}
	f.tickets[key] = t
	return t, nil
}

func (f *fakeJira) Sites() []incident.Repo { return []incident.Repo{jiraSite, otherSite} }

func (f *fakeJira) Projects(owner string) []incident.Project { return f.projects[owner] }

func (f *fakeJira) Offer(ctx context.Context, kind incident.TicketKind) (offer incident.Offer, err error) {
	err = f.call(ctx, "Jira.Offer", kind.Project, func() error {
		offer = f.offers[kind]
		return nil
	})
	return offer, err
}

func (f *fakeJira) Assignable(ctx context.Context, _ incident.Repo, login string) (v incident.Verdict, err error) {
	err = f.call(ctx, "Jira.Assignable", login, func() error {
		if v = incident.Allowed; f.unknown[login] {
			v = incident.Denied
		}
		return nil
	})
	return v, err
}

func (f *fakeJira) Ticket(ctx context.Context, key incident.Key, name string) (t incident.Ticket, err error) {
	err = f.call(ctx, "Jira.Ticket", key.String(), func() (err error) {
		f.asked[key] = append(f.asked[key], name)
		t, err = f.find(key)
		return err
	})
	return t, err
}

func (f *fakeJira) find(key incident.Key) (incident.Ticket, error) {
	t, ok := f.tickets[key]
	if !ok {
		return t, &incident.Missing{What: key.String()}
	}
	return t, nil
}

func (f *fakeJira) Named(ctx context.Context, ref incident.TicketRef) (found incident.Ticket, err error) {
	err = f.call(ctx, "Jira.Named", ref.Name, func() (err error) {
		for _, t := range f.tickets {
			if t.Name == ref.Name && t.Key.Repo == ref.Site {
				found = t
				return nil
			}
		}
		found, err = f.find(f.former[ref.Name])
		return err
	})
	return found, err
}

func (f *fakeJira) Find(
	ctx context.Context, site incident.Repo, projects []string, of []incident.ID, since time.Time,
) (found []incident.Ticket, err error) {
	err = f.call(ctx, "Jira.Find", string(site), func() error {
		f.land()
		f.in = append(f.in, projects)
		for key, t := range f.tickets {
			shown := !f.clock().Before(t.Created.Add(f.lag(key)))
			if key.Repo == site && t.Ours && slices.Contains(of, t.Of) && shown && !t.Created.Before(since) {
				found = append(found, t)
			}
		}
		slices.SortFunc(found, func(a, b incident.Ticket) int { return cmp.Compare(a.Key.Number, b.Key.Number) })
		return nil
	})
	return found, err
}

func (f *fakeJira) Changed(
	ctx context.Context, site incident.Repo, since time.Time,
) (changed map[incident.Key]time.Time, all bool, err error) {
	err = f.call(ctx, "Jira.Changed", string(site)+" "+since.UTC().Format(time.DateTime), func() error {
		changed = map[incident.Key]time.Time{}
		for key, t := range f.tickets {
			if key.Repo == site && !t.At.Before(since) {
				changed[key] = t.At
			}
		}
		return nil
	})
	return changed, !f.cut, err
}

func (f *fakeJira) Explained(
	ctx context.Context, key incident.Key, _ time.Time, body string,
) (explained bool, err error) {
	err = f.call(ctx, "Jira.Explained", key.String(), func() error {
		explained = slices.Contains(f.comments[key], body) || slices.Contains(f.comments[key], "Because.")
		return nil
	})
	return explained, err
}

func (f *fakeJira) Open(ctx context.Context, e incident.OpenTicket) (t incident.Ticket, err error) {
	err = f.call(ctx, "Jira.Open", e.Title, func() error {
		if takes, cutOff := f.slow(); cutOff != nil {
			f.late = append(f.late, lateTicket{e, f.clock().Add(takes)})
			return cutOff()
		}
		t = f.open(e, f.clock())
		return nil
	})
	return t, err
}

// open makes a ticket.
func (f *fakeJira) open(e incident.OpenTicket, at time.Time) incident.Ticket {
	f.next++
	t := f.newTicket(incident.Key{Repo: e.Kind.Site, Number: f.next}, fmt.Sprintf("%s-%d", e.Kind.Project, f.next))
	t.Title, t.Owner, t.Due, t.Ours, t.Of, t.Created, t.At = e.Title, e.Owner, e.Wrote.Due, true, e.Of, at, at
	if f.refuses.Has(incident.TicketAssignee) {
		t.Owner = ""
	}
	t.Entry = incident.Entry{Key: e.Item, Source: e.Source, Words: e.Words, Wrote: e.Wrote, Lacks: e.Lacks}
	f.tickets[t.Key] = t
	return t
}

func (f *fakeJira) Edit(
	ctx context.Context, in []string, e incident.UpdateFollowUp,
) (t incident.Ticket, refused incident.TicketFields, err error) {
	err = f.call(ctx, "Jira.Edit", e.Issue.String(), func() (err error) {
		t, err = f.changeIn(in, e.Issue, func(t *incident.Ticket) {
			t.Title, t.Entry.Wrote, t.Of = e.Title, e.Is, cmp.Or(e.Of, t.Of)
			if !f.refuses.Has(incident.TicketDue) {
				t.Due = e.Is.Due
			}
			t.Owner = cmp.Or(e.Assign, t.Owner)
		})
		return err
	})
	return t, f.refuses, err
}

// changeIn changes a ticket that is in one of the projects.
func (f *fakeJira) changeIn(
	in []string, key incident.Key, how func(*incident.Ticket),
) (incident.Ticket, error) {
	if t, ok := f.tickets[key]; ok && !slices.Contains(in, t.Project) {
		return t, &incident.Changed{What: "the project of " + t.Name}
	}
	return f.change(key, how)
}

func (f *fakeJira) Set(
	ctx context.Context, in []string, e incident.SetFollowUp,
) (t incident.Ticket, declined string, err error) {
	err = f.call(ctx, "Jira.Set", fmt.Sprintf("%s %s", e.Issue, e.State), func() (err error) {
		if declined = f.declines; declined != "" {
			t, err = f.find(e.Issue)
			return err
		}
		t, err = f.changeIn(in, e.Issue, func(t *incident.Ticket) { t.State = e.State })
		return err
	})
	return t, declined, err
}

func (f *fakeJira) CloseAsDuplicate(
	ctx context.Context, in []string, e incident.CloseDuplicate,
) (t incident.Ticket, err error) {
	err = f.call(ctx, "Jira.CloseAsDuplicate", e.Issue.String(), func() (err error) {
		t, err = f.changeIn(in, e.Issue, func(t *incident.Ticket) { t.State = incident.Dropped })
		return err
	})
	return t, err
}

func (f *fakeJira) Link(ctx context.Context, key incident.Key, links []incident.TicketLink) error {
	return f.call(ctx, "Jira.Link", key.String(), func() error {
		if f.links[key] == nil {
			f.links[key] = map[string]incident.TicketLink{}
		}
		for _, l := range links {
			f.links[key][l.ID] = l
		}
		_, err := f.find(key)
		return err
	})
}

func (f *fakeJira) Comment(ctx context.Context, key incident.Key, body string) error {
	return f.call(ctx, "Jira.Comment", key.String(), func() error {
		f.comments[key] = append(f.comments[key], body)
		_, err := f.change(key, func(*incident.Ticket) {})
		return err
	})
}

// toJira are the calls that change something in Jira, and ofJira those that only
// ask.
var (
	toJira = []string{"Jira.Open", "Jira.Edit", "Jira.Set", "Jira.CloseAsDuplicate", "Jira.Link", "Jira.Comment"}
	ofJira = []string{
		"Jira.Offer", "Jira.Assignable", "Jira.Ticket", "Jira.Named", "Jira.Find", "Jira.Changed", "Jira.Explained",
	}
)

// stored is what is remembered of a follow-up of the parent.
func (s *stage) stored(key incident.Key) incident.FollowUp {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memory.followUps[parent][key]
}

// forgetAll deletes the database.
func (s *stage) forgetAll() {
	s.memory = newMemory(s.marker)
	s.reconciler.Memory = s.memory
}
