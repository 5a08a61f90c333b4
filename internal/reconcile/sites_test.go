package reconcile_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

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

// What is true of all of a site is not tried again with the next ticket; and of one
// ticket's trouble and the site's, the site's decides when that is.
func TestSiteEndsTheWork(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps+"- [ ] Write it down in OPS\n- [ ] Tell the team in OPS\n")
	pause := s.reconciler.Clock().Add(time.Hour)
	s.before["Jira.Open Mend the pool"] = fails(&incident.Blocked{Text: "The field `team` is missing."})
	s.before["Jira.Open Write it down"] = fails(&incident.Later{At: pause, Err: errors.New("429")})
	s.look(t)
	s.expect(t, 2, "Jira.Open")
	if p := s.record(parent).Problems[incident.JiraPart(jiraSite)]; !p.NotBefore.Equal(pause) {
		t.Errorf("the problem %+v does not wait until %v", p, pause)
	}
	s = withJira(t, inOps+"- [ ] Write it down in OPS\n")
	s.before["Jira.Open"] = fails(&incident.Blocked{Text: "Jira refuses the token.", Whole: true})
	s.look(t)
	s.expect(t, 1, "Jira.Open")
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
		if took := time.Since(began); took > 15*time.Second {
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
		"by its screen": func(s *stage) {
			s.jira.offers[incident.TicketKind{Site: jiraSite, Project: "OPS"}] = incident.Offer{Why: why}
		},
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
	s := withJira(t, inOps)
	s.say(ben, "### Follow-ups\n- [ ] Write it down\n")
	s.before["Permission ben"] = fails(errors.New("502"))
	s.look(t)
	s.onlyTicket(t)
	if _, failed := s.record(parent).Problems[incident.FollowUpsPart]; !failed {
		t.Error("GitHub's trouble is not known")
	}
}

// The tracker is written once for a ticket that is opened and linked.
func TestTrackerWaitsForTickets(t *testing.T) {
	t.Parallel()
	for _, body := range []string{inOps, inOps + "- [ ] Write it down\n"} {
		s := withJira(t, "It is down.")
		s.look(t)
		s.forget()
		s.edit(parent, func(i *incident.Issue) { i.Body = body })
		s.look(t)
		s.expect(t, 1, "Jira.Open")
		s.expect(t, 1, "Jira.Link")
		s.expect(t, 1, "EditComment")
	}
}

// When the tracker knows more than the database, tickets may have been opened that
// it does not know of: they are sought, once.
func TestDatabaseOfLongAgo(t *testing.T) {
	t.Parallel()
	s := withJira(t, "It is down.")
	s.look(t)
	old := s.record(parent)
	s.edit(parent, func(i *incident.Issue) { i.Body = inOps })
	s.look(t)
	made := s.onlyTicket(t)
	old.Revision = s.record(parent).Revision
	s.mu.Lock()
	s.memory.records[parent] = old
	delete(s.memory.followUps, parent)
	s.mu.Unlock()
	s.forget()
	s.untilQuiet(t)
	s.expect(t, 2, "Jira.Find "+string(jiraSite)) // at once, and when it shows all
	s.expect(t, 0, "Jira.Open")
	if got := s.stored(made.Key); got.State != incident.Open {
		t.Errorf("remembered %+v", got)
	}
	s.forget()
	s.look(t)
	s.expect(t, 0, ofJira...)
}

// A fresh incident has nothing that could be sought.
func TestFreshIncidentSeeksNothing(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	s.look(t)
	s.expect(t, 0, "Jira.Find")
	s.expect(t, 1, "Jira.Open")
}
