package reconcile_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

// down has every call to a site fail.
func (s *stage) down(err error) {
	for _, call := range slices.Concat(toJira, ofJira) {
		s.before[call] = fails(err)
	}
}

func (s *stage) up() {
	for _, call := range slices.Concat(toJira, ofJira) {
		delete(s.before, call)
	}
}

// outages are the ways in which all of a site can fail.
func outages(s *stage) map[string]error {
	return map[string]error{
		"the token is refused": &incident.Blocked{Text: "Jira refuses the token. Give a new one.", Whole: true},
		"it is down":           errors.New("no route to host"),
		"it wants a pause":     &incident.Later{At: s.reconciler.Clock().Add(time.Minute), Err: errors.New("429")},
	}
}

// A site in trouble holds up neither the page, nor follow-ups on GitHub, nor the
// tracker, nor another site; and is asked again.
func TestSiteIsDown(t *testing.T) {
	t.Parallel()
	for name := range outages(newStage(t, "")) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withJira(t, inOps+"- [ ] Write it down\n")
			s.down(outages(s)[name])
			next := s.look(t)
			s.showsPage(t)
			if f := s.onlyFollowUp(t); f.Title != "Write it down" {
				t.Errorf("opened %q", f.Title)
			}
			s.shows(t, "Mend the pool")
			if next.IsZero() {
				t.Error("it is not tried again")
			}
			asked := len(s.made(slices.Concat(toJira, ofJira)...))
			if asked != 1 {
				t.Errorf("a site that does not answer was asked %d times in one look", asked)
			}
			s.reconciler.Clock = later(next)
			s.up()
			s.untilQuiet(t)
			s.onlyTicket(t)
			s.onlyFollowUp(t)
			if p := s.record(parent).Problems; len(p) != 0 {
				t.Errorf("problems %+v", p)
			}
		})
	}
}

// One site that is down does not hold up another.
func TestAnotherSiteIsDown(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps+"- [ ] Mend the web in WEB\n")
	s.before["Jira.Open Mend the web"] = fails(&incident.Blocked{Text: "Jira refuses the token.", Whole: true})
	s.look(t)
	if made := s.onlyTicket(t); made.Key.Repo != jiraSite {
		t.Errorf("opened %+v", made)
	}
	if _, failed := s.record(parent).Problems[incident.JiraPart(otherSite)]; !failed {
		t.Error("the other site's trouble is not known")
	}
}

// A site that hangs holds up the rest for a short time only.
func TestSiteHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := withJira(t, inOps+"- [ ] Write it down\n")
		for _, call := range ofJira {
			s.before[call] = func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			}
		}
		began := time.Now()
		s.look(t)
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("the look took %v", took)
		}
		s.showsPage(t)
		s.onlyFollowUp(t)
	})
}

// While a site rests it is not asked, and the tracker says what is known.
func TestTicketIsReadWhileItsSiteIsDown(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	s.forgetAll()
	s.down(errors.New("no route to host"))
	next := s.look(t)
	s.shows(t, "1 open")
	if stored := s.stored(made.Key); stored.Issue != (incident.Key{}) {
		t.Errorf("what nobody has seen is remembered: %+v", stored)
	}
	s.forget()
	s.look(t)
	s.expect(t, 0, ofJira...)
	s.up()
	s.reconciler.Clock = later(next)
	s.untilQuiet(t)
	s.shows(t, made.Name)
	s.onlyTicket(t)
}

// What Jira refuses for too long is opened as an issue. What turns up in Jira
// after all is closed, and not adopted.
func TestFallback(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	s.reconciler.Defaults.Fallback = time.Hour
	s.after["Jira.Open"] = once(fails(&incident.Unsure{Err: errors.New("reset")}))
	s.look(t)
	s.down(errors.New("no route to host"))
	s.expect(t, 0, "OpenIssue")
	for began := s.reconciler.Clock(); s.reconciler.Clock().Before(began.Add(2 * time.Hour)); {
		s.reconciler.Clock = later(s.look(t))
	}
	issue := s.onlyFollowUp(t)
	s.up()
	s.reconciler.Clock = later(s.reconciler.Clock().Add(24 * time.Hour))
	s.untilQuiet(t)
	if made := s.onlyTicket(t); made.State != incident.Dropped {
		t.Errorf("the ticket that turned up is %s", made.State)
	}
	if got := s.state(issue.Key); got != incident.Open {
		t.Errorf("the issue is %s", got)
	}
	s.expect(t, 1, "Jira.CloseAsDuplicate")
	s.look(t)
	s.expect(t, 1, "Jira.CloseAsDuplicate")
}

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
	for name, of := range map[string]func(*stage) incident.Key{
		"another owner's": foreign, "another incident's": anothers, "without a marker": unmarked,
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
				s.look(t)
				s.reconciler.Clock = later(s.now().Add(time.Hour))
				s.look(t)
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
	s, made := ticketed(t)
	s.forge.repository.Private = true
	s.editTicket(made.Key, func(k *incident.Ticket) { k.Name, k.Title, k.Assignee = "UMB-5", "Umbrella's secret", "Eve" })
	s.lookAt(t, made.Key)
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
	for name, c := range map[string]struct{ private, public, secret bool }{
		"public repository, private site":  {false, false, true},
		"public repository, public site":   {false, true, false},
		"private repository, private site": {true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withJira(t, inOps)
			s.forge.repository.Private = c.private
			for i := range s.jira.projects["acme"] {
				s.jira.projects["acme"][i].Public = c.public
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

// Where an account is not known, the ticket is opened without, and that is said.
func TestTicketWithoutAccount(t *testing.T) {
	t.Parallel()
	s := withJira(t, "### Follow-ups\n- [ ] Mend the pool @ben in OPS\n- [ ] Write it down @ada in OPS\n")
	s.jira.unknown["ben"] = true
	s.look(t)
	for _, k := range s.jira.ours() {
		if want := map[string]string{"Mend the pool": "", "Write it down": "ada"}[k.Title]; k.Owner != want {
			t.Errorf("%q is assigned to %q, want %q", k.Title, k.Owner, want)
		}
	}
	s.expect(t, 0, "Assignable")
	s.expect(t, 2, "Jira.Assignable")
}

// A project that takes no tickets is said to, with the next step.
func TestProjectTakesNoTickets(t *testing.T) {
	t.Parallel()
	const why = "OPS wants the field «Team», which nobody fills."
	for name, set := range map[string]func(*stage){
		"by its screen":  func(s *stage) { s.jira.offers[incident.TicketKind{Site: jiraSite, Project: "OPS"}] = incident.Offer{Why: why} },
		"by its refusal": func(s *stage) { s.before["Jira.Offer"] = fails(&incident.Blocked{Text: why}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withJira(t, inOps)
			s.forge.repository.Private = true // else Jira's reasons are not for everybody
			set(s)
			next := s.look(t)
			s.shows(t, why)
			s.expect(t, 0, "Jira.Open")
			s.expect(t, 1, "Jira.Offer")
			if next.IsZero() {
				t.Error("it is not tried again")
			}
			s.jira.offers, s.before = map[incident.TicketKind]incident.Offer{}, map[string]func(context.Context) error{}
			s.reconciler.Clock = later(next)
			s.untilQuiet(t)
			s.onlyTicket(t)
		})
	}
}

// A question that one part of GitHub does not answer holds up no ticket, and the
// other way round.
func TestQuestionsAreAskedApart(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps+"- [ ] Write it down in acme/till\n")
	s.before["Repository acme/till"] = fails(errors.New("502"))
	s.look(t)
	s.onlyTicket(t)
}
