package reconcile_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

// A ticket is adopted by its name, in a project that the owner may use: by the one
// in which it is now.
func TestAdoptedTicket(t *testing.T) {
	t.Parallel()
	body := func(line string) string { return "### Follow-ups\n- [ ] " + line + "\n" }
	for name, line := range map[string]string{
		"by its name": "OPS-7", "by its address": "https://acme.atlassian.test/browse/OPS-7", "by a name that it had": "SRE-3",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withJira(t, body(line))
			had := s.addTicket(7, "SRE-3")
			s.editTicket(had.Key, func(k *incident.Ticket) { k.Name = "OPS-7" })
			s.look(t)
			e := s.record(parent).Ledger.Items[0]
			if !e.Adopted || e.Issue.Number != 7 || s.stored(had.Key).Item != e.Key {
				t.Errorf("the entry is %+v, and remembered is %+v", e, s.stored(had.Key))
			}
			s.expect(t, 1, ofJira...)
			s.forget()
			s.look(t)
			s.say(ben, "/incident severity sev1")
			s.look(t)
			s.expect(t, 0, slices.Concat(toJira, ofJira)...)
			s.editTicket(had.Key, func(k *incident.Ticket) { k.State = incident.Done })
			s.lookAt(t, had.Key)
			s.look(t)
			s.shows(t, "1 done")
		})
	}
}

// What is another owner's, or nowhere, is not adopted; nobody learns which.
func TestTicketThatCanNotBeAdopted(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*stage){
		"there is none":           func(*stage) {},
		"it was moved to another": func(s *stage) { s.editTicket(ticket(7), func(k *incident.Ticket) { k.Name = "UMB-1" }) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withJira(t, "### Follow-ups\n- [ ] OPS-7\n- [ ] UMB-2\n")
			if name != "there is none" {
				s.addTicket(7, "OPS-7")
			}
			s.addTicket(8, "UMB-2")
			set(s)
			s.look(t)
			if items := s.record(parent).Ledger.Items; len(items) != 0 {
				t.Errorf("adopted %+v", items)
			}
			s.expect(t, 0, "Jira.Named UMB-2")
			s.hides(t, "Something in Jira", "UMB-1")
		})
	}
}

// The ledger in the tracker can be edited. It gives nobody a ticket that is not
// this incident's: neither to read, nor to change.
func TestForgedTicket(t *testing.T) {
	t.Parallel()
	foreign := func(s *stage) incident.Key {
		k := s.addTicket(8, "UMB-2")
		return k.Key
	}
	anothers := func(s *stage) incident.Key {
		k := s.addTicket(9, "OPS-9")
		s.editTicket(k.Key, func(k *incident.Ticket) {
			k.Ours, k.Of, k.Entry.Key = true, idOf(41), "aaaaaaaaaaaa"
		})
		return k.Key
	}
	unmarked := func(s *stage) incident.Key {
		k := s.addTicket(9, "OPS-9")
		s.editTicket(k.Key, func(k *incident.Ticket) { k.Ours = true })
		return k.Key
	}
	nobodys := func(s *stage) incident.Key {
		k := s.addTicket(9, "OPS-9")
		s.editTicket(k.Key, func(k *incident.Ticket) { k.Ours, k.Entry.Key = true, "bbbbbbbbbbbb" })
		return k.Key
	}
	for name, of := range map[string]func(*stage) incident.Key{
		"with a marker of no incident": nobodys,
		"another owner's":              foreign, "another incident's": anothers, "without a marker": unmarked,
		"at an unknown site": func(*stage) incident.Key { return incident.Key{Repo: "jira:rival.test", Number: 5} },
	} {
		for _, kept := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := withJira(t, "It is down.\n\n### Follow-ups\n- [ ] Mend the pool in NOPE/x\n")
				s.look(t)
				key := of(s)
				before := s.ticketNow(key)
				s.forgeLedger(t, func(l *incident.Ledger) {
					l.Items = append(l.Items, incident.Entry{
						Key: "bbbbbbbbbbbb", Source: incident.FromBody, Words: "aaaaaaaaaaaa", Issue: incident.Ref(key), Want: incident.Done,
					})
				})
				if !kept {
					s.forgetAll()
				}
				s.forget()
				s.look(t)
				s.reconciler.Clock = later(s.now().Add(time.Hour))
				s.look(t)
				if asked := s.made("Jira.Ticket"); len(asked) > 2 {
					t.Errorf("it was asked for %d times in two looks", len(asked))
				}
				if diff := cmp.Diff(before, s.ticketNow(key)); diff != "" {
					t.Errorf("it was changed:\n%s", diff)
				}
				s.expect(t, 0, toJira...)
				s.hides(t, "Something in Jira", "UMB-2", "OPS-9")
				if of, _ := s.memory.IncidentsOf(t.Context(), key); len(of) != 0 {
					t.Errorf("it is remembered as a follow-up of %v", of)
				}
			})
		}
	}
}

// Whoever may edit a ticket in another owner's project can have it name this
// incident. It is not found by that.
func TestTicketOfAnotherOwnerNamesTheIncident(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	forged := s.addTicket(8, "UMB-2")
	s.editTicket(forged.Key, func(k *incident.Ticket) { k.Ours, k.Of, k.Entry = true, made.Of, made.Entry })
	s.forgetAll()
	s.untilQuiet(t)
	if got := s.record(parent).Ledger.Items[0].Issue.Number; got != made.Key.Number {
		t.Errorf("the item's ticket is %d, want %d", got, made.Key.Number)
	}
	s.hides(t, "UMB-2", "Something in Jira")
	if got := s.ticketNow(forged.Key); got.State != incident.Open {
		t.Errorf("the foreign ticket is %s", got.State)
	}
}

// A ticket that was moved to another owner's project is followed, and left alone:
// nothing is told of it but how it stands.
func TestTicketMovesToAnotherOwner(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	s.forge.repository.Private = true
	s.look(t)
	made := s.onlyTicket(t)
	s.editTicket(made.Key, func(k *incident.Ticket) { k.Name, k.Title, k.Assignee = "UMB-5", "Umbrella's secret", "Eve" })
	s.lookAt(t, made.Key)
	if !s.stored(made.Key).Secret {
		t.Error("it is remembered as one that all may read who may read the parent")
	}
	s.look(t)
	s.shows(t, "UMB-5")
	s.hides(t, "Umbrella's secret", "Eve")
	s.forget()
	s.say(ben, "/incident severity sev1")
	s.look(t)
	s.say(ben, "/followup done UMB-5")
	s.look(t)
	s.expect(t, 0, toJira...)
	if got := s.ticketNow(made.Key).State; got != incident.Open {
		t.Errorf("it is %s", got)
	}
	s.editTicket(made.Key, func(k *incident.Ticket) { k.State = incident.Done })
	s.lookAt(t, made.Key)
	s.look(t)
	s.shows(t, "1 done")
}

// What not everybody can read in Jira is not shown to everybody on GitHub.
func TestSecretTicket(t *testing.T) {
	t.Parallel()
	public, internal, private := [2]bool{true, false}, [2]bool{false, true}, [2]bool{}
	for name, c := range map[string]struct {
		here, there [2]bool // whether everybody can read it, or everybody in the enterprise
		secret      bool
	}{
		"public repository, private site":    {public, private, true},
		"public repository, internal site":   {public, internal, true},
		"public repository, public site":     {public, public, false},
		"internal repository, private site":  {internal, private, true},
		"internal repository, internal site": {internal, internal, false},
		"private repository, private site":   {private, private, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withJira(t, inOps)
			s.forge.repository.Private, s.forge.repository.Internal = !c.here[0], c.here[1]
			for i := range s.jira.projects["acme"] {
				p := &s.jira.projects["acme"][i]
				p.Public, p.Internal = c.there[0], c.there[1]
			}
			s.look(t)
			made := s.onlyTicket(t)
			s.editTicket(made.Key, func(k *incident.Ticket) { k.Assignee = "Eve Adams" })
			s.lookAt(t, made.Key)
			s.look(t)
			if shown := strings.Contains(s.tracker(t).Body, "Eve Adams"); shown == c.secret {
				t.Errorf("who has it is shown: %t\n%s", shown, s.tracker(t).Body)
			}
			s.shows(t, made.Name, "Mend the pool")
		})
	}
}

// When a repository is opened to everybody, its tickets' words are not.
func TestRepositoryOfTicketsBecomesPublic(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	s.forge.repository.Private = true
	s.look(t)
	made := s.onlyTicket(t)
	s.editTicket(made.Key, func(k *incident.Ticket) { k.Assignee = "Eve Adams" })
	s.lookAt(t, made.Key)
	s.look(t)
	s.shows(t, "Eve Adams")
	s.forge.repository.Private = false
	s.look(t)
	s.hides(t, "Eve Adams")
}

// No link to a site that not everybody can read is in a public copy of the page.
func TestCopyWithoutTickets(t *testing.T) {
	t.Parallel()
	s := withShowcase(t)
	s.connect()
	for i := range s.jira.projects["acme"] {
		p := &s.jira.projects["acme"][i]
		p.Public = p.Site == otherSite
	}
	s.mu.Lock()
	page := s.memory.records[parent].Ledger.Page.Path
	s.wiki.pages[page] = strings.Replace(s.wiki.pages[page], "We are sorry,", "We are sorry, "+
		"[secretly](https://acme.atlassian.test/browse/OPS-1) and [openly](https://jira.acme.test/browse/WEB-1),", 1)
	s.mu.Unlock()
	s.say(ada, "/postmortem publish")
	s.look(t)
	_, text := s.copied(t)
	if strings.Contains(text, "acme.atlassian.test") || !strings.Contains(text, "jira.acme.test/browse/WEB-1") {
		t.Errorf("the copy says:\n%s", text)
	}
}
