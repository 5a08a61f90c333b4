package reconcile_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// A ticket that was moved to where Hindsight may not write for the owner, while
// nobody told, is left alone by everything that is ordered or due. What was seen of
// it is kept, and the order taken back.
func TestMovedWhileNobodyTold(t *testing.T) {
	t.Parallel()
	away := map[string]func(*stage) string{
		"to another owner's project": func(*stage) string { return "UMB-5" },
		"to where more people can read it": func(s *stage) string {
			s.jira.projects["acme"][1].Public = true
			return "SRE-5"
		},
	}
	for where, name := range away {
		for what, order := range map[string]func(*testing.T, *stage){
			"a ticked box": func(t *testing.T, s *stage) { t.Helper(); s.tracked(t, ben, opsBox, opsTicked) },
			"a command":    func(_ *testing.T, s *stage) { s.say(ben, "/followup done "+s.jira.ours()[0].Name) },
			"a severity":   func(_ *testing.T, s *stage) { s.say(ben, "/incident severity sev1") },
		} {
			t.Run(what+" of one moved "+where, func(t *testing.T) {
				t.Parallel()
				s, made := told(t)
				order(t, s)
				moved := name(s)
				s.editTicket(made.Key, func(k *incident.Ticket) { k.Name = moved })
				before := s.ticketNow(made.Key)
				s.look(t)
				s.look(t)
				if now := s.ticketNow(made.Key); now.At != before.At || now.State != incident.Open {
					t.Errorf("it was written to: %+v", now)
				}
				if f := s.stored(made.Key); f.Name != moved {
					t.Errorf("remembered as %s", f.Name)
				}
				s.shows(t, opsBox, moved)
			})
		}
	}
}

// What does not look by itself is only written after a look.
func TestLooksBeforeItWrites(t *testing.T) {
	t.Parallel()
	linked := func(t *testing.T) (*stage, incident.Ticket) {
		t.Helper()
		s := withJira(t, inOps)
		s.stopsAt(t, s.before, "Jira.Link")
		delete(s.before, "Jira.Link")
		return s, s.onlyTicket(t)
	}
	dropped := func(t *testing.T) (*stage, incident.Ticket) {
		t.Helper()
		s, made := ticketed(t)
		s.editTicket(made.Key, func(k *incident.Ticket) { k.State = incident.Dropped })
		s.lookAt(t, made.Key)
		s.reconciler.Clock = later(s.look(t))
		return s, made
	}
	for call, before := range map[string]func(*testing.T) (*stage, incident.Ticket){
		"Jira.Link": linked, "Jira.Comment": dropped,
	} {
		for where, written := range map[string]int{"OPS-5": 1, "SRE-5": 1, "UMB-5": 0} {
			t.Run(call+" on "+where, func(t *testing.T) {
				t.Parallel()
				s, made := before(t)
				s.editTicket(made.Key, func(k *incident.Ticket) { k.Name = where })
				s.forget()
				s.look(t)
				s.look(t)
				s.expect(t, written, call)
				s.expect(t, 1, "Jira.Ticket")
				s.shows(t, where)
			})
		}
	}
}

// What was read in this run a moment ago is not read again; what a long run read in
// its beginning is.
func TestWhatWasJustReadIsNotReadAgain(t *testing.T) {
	t.Parallel()
	for _, takes := range []time.Duration{0, 2 * time.Minute} {
		t.Run(fmt.Sprint(takes), func(t *testing.T) {
			t.Parallel()
			s := withJira(t, inOps)
			s.after["Jira.Open"] = func(context.Context) error {
				s.before["SaveRecord"] = once(func(context.Context) error { s.passes(takes); return nil })
				return nil
			}
			s.look(t)
			s.expect(t, 1, "Jira.Link")
			want := 0
			if takes > time.Minute {
				want = 1
			}
			s.expect(t, want, "Jira.Ticket")
		})
	}
}

// A ticket that was deleted before it could be linked is looked at.
func TestTicketIsGoneBeforeItIsLinked(t *testing.T) {
	t.Parallel()
	s := withJira(t, inOps)
	s.stopsAt(t, s.before, "Jira.Link")
	made := s.onlyTicket(t)
	s.mu.Lock()
	delete(s.jira.tickets, made.Key)
	s.mu.Unlock()
	s.forget()
	s.look(t)
	s.expect(t, 0, "Jira.Link")
	if !slices.Contains(s.marked(), made.Key) {
		t.Errorf("made due %v", s.marked())
	}
}

// What Jira refuses of a ticket is left out from then on, and said.
func TestRefusedFieldsAreLeftOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field incident.TicketField
		then  string // the item
		says  string
		edits int
	}{
		"of a change": {incident.TicketDue, "Mend the pool @ben due 2000-03-01 in OPS", "“Due date”", 1},
		"at opening":  {incident.TicketAssignee, "Mend the pool @ben in OPS", "“Assignee”", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withJira(t, "### Follow-ups\n- [ ] Mend the pool @ben in OPS\n")
			s.forge.repository.Private = true
			s.jira.refuses = incident.TicketFields(c.field)
			s.look(t)
			s.edit(parent, func(i *incident.Issue) { i.Body = "### Follow-ups\n- [ ] " + c.then + "\n" })
			for range 3 {
				s.look(t)
			}
			s.expect(t, c.edits, "Jira.Edit")
			if e := s.record(parent).Ledger.Items[0]; !e.Lacks.Has(c.field) {
				t.Errorf("the entry lacks %q", e.Lacks)
			}
			s.shows(t, c.says)
		})
	}
}

// A marker can be copied from one ticket to others. What another incident follows is
// not closed for that.
func TestTwinThatAnotherIncidentFollows(t *testing.T) {
	t.Parallel()
	s, made := ticketed(t)
	twin := made
	twin.Key.Number, twin.Name = 20000, "OPS-300"
	s.jira.tickets[twin.Key] = twin
	s.forgetAll()
	other := incident.Key{Repo: till, Number: 4}
	s.memory.belongs(twin.Key, other)
	s.untilQuiet(t)
	if got := s.ticketNow(twin.Key).State; got != incident.Open {
		t.Errorf("the other incident's follow-up is %s", got)
	}
	s.expect(t, 0, "Jira.CloseAsDuplicate")
	s.forget()
	s.look(t)
	s.expect(t, 0, slices.Concat(toJira, ofJira)...)
}

// Names that no ticket has cost a request an hour; and none of them holds up what
// stands below.
func TestNamesOfNothing(t *testing.T) {
	t.Parallel()
	var body strings.Builder
	body.WriteString("### Follow-ups\n")
	for i := range 60 {
		fmt.Fprintf(&body, "- [ ] OPS-%d\n", 90000+i)
	}
	body.WriteString("- [ ] OPS-7\n")
	s := withJira(t, body.String())
	s.say(ben, "/followup all")
	s.addTicket(7, "OPS-7")
	for look, most := range []int{50, 11, 0, 0} {
		s.forget()
		s.look(t)
		if asked := s.made("Jira.Named"); len(asked) > most {
			t.Errorf("look %d asked for %d names, want at most %d", look+1, len(asked), most)
		}
		s.passes(time.Minute)
	}
	if items := s.record(parent).Ledger.Items; len(items) != 1 || items[0].Issue.Number != 7 {
		t.Errorf("adopted %+v", items)
	}
	found := s.addTicket(8, "OPS-90000")
	s.passes(time.Hour)
	s.forget()
	s.look(t)
	ref := incident.TicketRef{Site: jiraSite, Name: found.Name}
	if f := s.stored(found.Key); f.Name != found.Name || !s.record(parent).AskedInVain(ref, incident.Key{}).IsZero() {
		t.Error("a ticket that was opened later is not found, or is still asked for in vain")
	}
	s.passes(time.Minute)
	s.look(t) // the ten that are left
	if asked := s.made("Jira.Named"); len(asked) != 60 {
		t.Errorf("%d names were asked for within an hour, want each once", len(asked))
	}
}

// What only an edited tracker tells of costs a request an hour.
func TestForgedNumbers(t *testing.T) {
	t.Parallel()
	s := withJira(t, "It is down.\n\n### Follow-ups\n- [ ] Mend the pool in NOPE/x\n")
	s.look(t)
	s.forgeLedger(t, func(l *incident.Ledger) {
		for i := range 3 {
			l.Items = append(l.Items, incident.Entry{
				Key: incident.ItemKey(strings.Repeat(string(rune('b'+i)), 12)), Source: incident.FromBody, Words: "aaaaaaaaaaaa",
				Issue: incident.Ref(ticket(500 + i)),
			})
		}
	})
	for look, asked := range []int{3, 0, 0, 3} {
		s.forget()
		s.look(t)
		s.expect(t, asked, "Jira.Ticket")
		s.passes(25 * time.Minute)
		if t.Failed() {
			t.Fatalf("in look %d", look+1)
		}
	}
}
