package incident

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// People name a ticket by its name or by its address; the rules know it by its
// key, which stays when it is moved.
var (
	ticketForm = regexp.MustCompile(`^([A-Z][A-Z0-9_]{1,79})-[1-9]\d{0,8}$`)
	browseForm = regexp.MustCompile(`^<?(https?://\S+)/browse/([A-Z][A-Z0-9_]{1,79}-[1-9]\d{0,8})(?:[/?#][^\s>]*)?>?$`)
)

// jiraMissing is why nothing goes to Jira.
const jiraMissing = "can't be followed up in Jira, which is not connected: leave Jira out, and an issue is opened here."

// noTicket is why nothing can be adopted that can't be seen.
const noTicket = "names no ticket that Hindsight can see in the Jira projects that can be used here: " +
	"correct the name, or write what is to be done."

// readTicket reads the name of a ticket, or its address at a connected site, and
// nothing else. The site is empty for the name of one in no project that can be
// used here.
func (w World) readTicket(text string) (TicketRef, bool) {
	if m := browseForm.FindStringSubmatch(text); m != nil {
		for _, p := range w.Projects {
			if strings.EqualFold(m[1], p.URL) {
				return w.ticketOf(m[2], p.Site), true
			}
		}
	}
	if ticketForm.MatchString(text) {
		return w.ticketOf(text, ""), true
	}
	return TicketRef{}, false
}

// ticketOf names a ticket at a site, or at whichever has its project.
func (w World) ticketOf(name string, site Repo) TicketRef {
	for _, p := range w.Projects {
		if p.Key == projectOf(name) && (site == "" || site == p.Site) {
			return TicketRef{Site: p.Site, Name: name}
		}
	}
	return TicketRef{Name: name}
}

// projectOf is the project in a ticket's name.
func projectOf(name string) string {
	project, _, _ := strings.Cut(name, "-")
	return project
}

// ticket is what a ticket is known by: a follow-up that has, or had, the name, else
// what was answered, now or not long ago. The number is 0 for one that can't be
// adopted, and known is false while nobody has been asked.
func (w World) ticket(ref TicketRef) (key Key, known bool) {
	for _, is := range []func(FollowUp) bool{
		func(f FollowUp) bool { return f.Name == ref.Name },
		func(f FollowUp) bool { return slices.Contains(f.Former, ref.Name) },
	} {
		for _, f := range w.FollowUps {
			if f.Issue.Repo.Jira() && (ref.Site == "" || ref.Site == f.Issue.Repo) && is(f) {
				return f.Issue, true
			}
		}
	}
	if key, known = w.Tickets[ref]; !known {
		known = !w.Record.AskedInVain(ref, Key{}).IsZero()
	}
	return key, known
}

// pointsAtTicket is what an item points at that names a ticket.
func (w World) pointsAtTicket(ref TicketRef) pointer {
	p := pointer{ticket: ref, alone: true}
	p.issue, _ = w.ticket(ref)
	switch {
	case p.issue.Number != 0 || ref.Site != "":
	case len(w.Projects) == 0:
		p.other = jiraMissing
	default:
		p.other = "can't be followed up: " + w.projectMissing()
	}
	return p
}

// adoptableTicket is whether a ticket can be adopted: the operator's list decides,
// by the project in which it is now.
func (d *decision) adoptableTicket(c candidate) (Verdict, string) {
	f, seen := d.issue(c.Pointer.issue)
	_, answered := d.ticket(c.Pointer.ticket)
	d.vain = d.vain || !seen && answered
	switch {
	case !seen && !answered:
		return Unknown, ""
	case !seen, f.State == Gone, !d.lets(f):
		return Denied, noTicket
	}
	return Allowed, ""
}

// lets is whether the operator lets the parent's owner use the project in which a
// ticket is now.
func (w World) lets(f FollowUp) bool {
	return slices.ContainsFunc(w.Projects, func(p Project) bool {
		return p.Site == f.Issue.Repo && p.Key == projectOf(f.Name)
	})
}

// untilFound is why a command about a ticket can't be carried out that no follow-up
// is known to be.
func (d *decision) untilFound(ref TicketRef) error {
	switch _, answered := d.ticket(ref); {
	case len(d.Projects) == 0:
		return errors.New("Jira is not connected, so no ticket can be named: write a number, such as «#77»")
	case answered, ref.Site == "":
		return fmt.Errorf("%s is no follow-up of this incident: the checklist above lists them", quoted(ref.Name))
	case !d.rests(ref.Site):
		d.unanswered = true
	}
	return notYetError{}
}

// ticketsOrdered are those that commands name of people who may command, and of
// which nothing is known.
func (q *questioning) ticketsOrdered() {
	l := q.d.ledger()
	decided := set(slices.Concat(l.Ran, l.Failed, l.Refused))
	for _, o := range q.d.given() {
		if o.Name != nameFollowUp || decided[o.key] || q.d.verdict(o.key, Item{Author: o.Author}) != Allowed {
			continue
		}
		for _, word := range listed(o.args) {
			if ref, ok := q.d.readTicket(bareName(word)); ok {
				q.ticket(ref)
			}
		}
	}
}

// ticket asks for a ticket by its name, unless that is known, or its site rests.
func (q *questioning) ticket(ref TicketRef) {
	if _, known := q.d.ticket(ref); !known && ref.Site != "" && !q.d.rests(ref.Site) {
		q.Tickets = union(q.Tickets, []TicketRef{ref})
	}
}

// bareName is a name without what ends a sentence.
func bareName(word string) string { return strings.TrimRight(word, ".:!?)") }
