package incident

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// kind is what decides which fields a line's ticket can have.
func (c candidate) kind() TicketKind {
	return TicketKind{Site: c.Project.Site, Project: c.Project.Key, Type: c.Wish.Type}
}

// openTicket plans the ticket for a line, unless it has to wait: while the site is
// in trouble, while a ticket is sought that may have been opened, and until it is
// known what the project takes, and to whom it can be assigned. Then only this
// waits.
func (d *decision) openTicket(c candidate, e Entry) {
	site := c.Project.Site
	d.pending[e.Key] = true
	offer, known := d.Offers[c.kind()]
	owner := Assignment{site, d.ownerOf(c)}
	switch {
	case d.troubled(site):
		d.next.stuck(e.Key, d.next.Stuck[e.Key].Text, d.now)
	case d.sought(site):
	case !known || owner.Login != "" && d.Assignable[owner] == Unknown:
		d.unanswered = d.unanswered || !d.rests(site)
	case offer.Why != "":
		d.next.stuck(e.Key, offer.Why, d.now)
		d.atLatest(d.now.Add(min(max(d.now.Sub(d.next.Stuck[e.Key].Since), blockedRest), longestWait)))
	default:
		d.plan(d.newTicket(c, e, offer))
	}
	d.fallBackAt(e.Key)
}

// newTicket is the ticket for a line.
func (d *decision) newTicket(c candidate, e Entry, offer Offer) OpenTicket {
	title, body := d.compose(c, e, c.Project.Site)
	wrote := d.wanted(e, c.Project.Site).titled(title).Without(offer.Lacks, Written{})
	parts, left := d.components(offer)
	var names []string
	for _, l := range ticketLabels(d.policy.followUpLabels(wrote, d.Parent.Key.Number)) {
		if l.Name != "" {
			names = append(names, l.Name)
		}
	}
	return OpenTicket{
		Item: e.Key, Source: e.Source, Words: e.Words, Of: d.facts.ID, Kind: c.kind(),
		Title: title, Body: body, Labels: names, Parts: parts,
		Owner: d.assignable(c.Project.Site, e.Owner), Wrote: wrote, Lacks: offer.Lacks, Left: left, Project: c.Project,
	}
}

// components are those of the repository's that a project has, and the field if
// there are others.
func (d *decision) components(offer Offer) (parts []string, left TicketFields) {
	for _, name := range d.policy.Components {
		if slices.Contains(offer.Components, strings.ToLower(name)) {
			parts = append(parts, name)
		} else {
			left = TicketFields(TicketComponents)
		}
	}
	return parts, left
}

// ticketLabels are labels as Jira takes them: each is one word.
func ticketLabels(labels []Label) []Label {
	words := make([]Label, len(labels))
	for i, l := range labels {
		words[i] = Label{Name: strings.Join(strings.Fields(l.Name), "_")}
	}
	return words
}

// ofTicket is the change of a ticket: in the project in which it is by now.
func (e UpdateFollowUp) ofTicket(entry Entry, f FollowUp) UpdateFollowUp {
	e.Kind = TicketKind{Site: f.Issue.Repo, Project: projectOf(f.Name), Type: entry.Wrote.Type}
	e.Lacks, e.Before, e.After = entry.Lacks, ticketLabels(e.Before), ticketLabels(e.After)
	return e
}

// writes is whether Hindsight may write on a ticket: in a project that the operator
// lets the parent's owner use, at a site that no more people can read than the
// parent. It may have been moved since it was opened.
func (d *decision) writes(f FollowUp) bool {
	return slices.ContainsFunc(d.Projects, func(p Project) bool {
		return p.Site == f.Issue.Repo && p.Key == projectOf(f.Name) && !d.leaks(p)
	})
}

// renamed is whether a ticket's marker names the incident as it was called before it
// was transferred. With the database lost, a search would not find it again.
func (d *decision) renamed(f FollowUp) bool {
	return f.Issue.Repo.Jira() && f.Of != (ID{}) && f.Of != d.facts.ID
}

// linkTicket plans the links from a ticket to the parent, and to the page once
// there is one. The page's address tells what happened, so that a security
// incident's is not linked.
func (d *decision) linkTicket(e Entry, f FollowUp) {
	page := d.ledger().Page.Made() && !e.Paged && !d.facts.Security
	if !f.Issue.Repo.Jira() || e.Adopted || f.State == Gone || !d.writes(f) || e.Attached && !page {
		return
	}
	link := LinkTicket{Item: e.Key, Issue: f.Issue, Name: d.nameOf(f.Issue), Page: page}
	add := func(what, title, url string) {
		link.Links = append(link.Links, TicketLink{
			ID: "hindsight:" + d.facts.ID.String() + ":" + what, Title: title + " " + d.facts.Key.String(), URL: url,
		})
	}
	if !e.Attached {
		add("parent", "Incident", d.facts.URL)
	}
	if page {
		add("page", "Post-mortem of", d.facts.PageLink)
	}
	d.plan(link)
}

// orderTicket is about a box of a ticket: one that can't be used from here any more
// is not Hindsight's to close. What was declined is said until it is so, or is
// ordered anew.
func (d *decision) orderTicket(e *Entry, f FollowUp) {
	if !f.Issue.Repo.Jira() {
		return
	}
	said, closed := d.next.Declined[e.Key], f.State == Done || f.State == Dropped
	if e.Want != "" || f.State == Gone || closed == (said.Want == Done) {
		delete(d.next.Declined, e.Key)
	}
	if e.Want != "" && f.State != Gone && f.Name != "" && !d.lets(f) {
		d.next.decline(e.Key, e.Want, "it is in a Jira project that can't be used from here: close or reopen it in Jira.")
		e.Want = ""
	}
}

// assumed is whether nothing is known of a ticket but that there is to be one: its
// site does not answer, and nobody remembers it.
func (f FollowUp) assumed() bool { return f.Issue.Repo.Jira() && f.Name == "" }

// dayOf is the day of an entry: a ticket's is Jira's, where its project has one and
// all may see it who see the parent.
func dayOf(e Entry, f FollowUp) Day {
	if f.Issue.Repo.Jira() && !f.Secret && !f.assumed() && !e.Lacks.Has(TicketDue) {
		return f.Due
	}
	return e.Due
}

// ticketLine adds to an entry's line what there is to say of its ticket, or of the
// one that it is to become.
func (d *decision) ticketLine(line *TrackerLine, e Entry, c candidate, listed bool) {
	f, seen := d.followUp(e.Issue)
	if f.unproven(e) {
		line.Why = unprovenWhy
	}
	switch {
	case e.Issue.Repo.Jira():
		line.Name, line.Other = d.nameOf(line.Issue), false
		if seen && !f.Secret {
			line.Assignee, line.Due = f.Assignee, dayOf(e, f)
		}
		line.Why = cmp.Or(line.Why, d.whyBehind(e, f, !seen || f.Secret))
	case !e.Opened() && listed:
		placed, verdict, _ := d.placed(c)
		if verdict == Allowed && placed.Jira {
			line.Place = placed.Project.Key
			line.Why = d.whyStuck(e.Key, placed.Project.Site, d.hides(placed.Project.Site))
		}
	}
}

// unprovenWhy is said of what only the tracker says to be a follow-up.
const unprovenWhy = "nothing but this comment, which people can edit, says that it belongs here: it is not counted, " +
	"and nothing is called complete by it."

// whyStuck is why an item has no ticket yet, or one that is behind: neutral
// Markdown, or "". What Jira says is hidden where fewer people can read it there
// than the parent. A hiccup is not worth a word.
func (d *decision) whyStuck(item ItemKey, site Repo, hidden bool) string {
	stuck, is := d.next.Stuck[item]
	switch {
	case !is:
	case stuck.Text != "" && hidden:
		return "Jira refuses it, and why is not shown to everybody: whoever runs Hindsight finds it in the log."
	case stuck.Text != "":
		return stuck.Text
	case d.next.Problems[JiraPart(site)].Show:
		return "waits for Jira"
	}
	return ""
}

// whyBehind is why a ticket is not as it was to be: neutral Markdown, or "".
func (d *decision) whyBehind(e Entry, f FollowUp, hidden bool) string {
	declined := d.next.Declined[e.Key]
	switch {
	case declined.Text != "" && hidden:
		return "it can't be closed or reopened from here, and why is not shown to everybody: do it in Jira."
	case declined.Text != "":
		return declined.Text
	case f.Unread != "" && hidden:
		return "Jira does not show it to Hindsight any more, and why is not shown to everybody: it counts as before."
	case f.Unread != "":
		return f.Unread
	case f.Status != "" && hidden:
		return "Jira does not say whether its status means that it is done: it counts as before."
	case f.Status != "":
		return fmt.Sprintf("Jira does not say whether its status %s means that it is done: it counts as before.", code(f.Status))
	}
	return d.whyStuck(e.Key, f.Issue.Repo, hidden)
}

// fieldNames are the names of fields as Jira shows them.
func (f TicketField) name() string {
	switch f {
	case TicketDescription:
		return "“Description”"
	case TicketPriority:
		return "“Priority”"
	case TicketComponents:
		return "“Components”"
	case TicketLabels:
		return "“Labels”"
	case TicketAssignee:
		return "“Assignee”"
	case TicketDue:
		return "“Due date”"
	}
	return code(string(f))
}

// lacksNotices say of each project with an open ticket what it did not take.
func (d *decision) lacksNotices() []string {
	lacking := map[string][]TicketField{}
	for _, e := range d.ledger().Items {
		f, seen := d.followUp(e.Issue)
		if seen && e.Lacks != "" && f.State == Open && d.lets(f) {
			project := projectOf(f.Name)
			lacking[project] = union(lacking[project], e.Lacks.All())
		}
	}
	var notices []string
	for _, p := range d.Projects {
		if names := fieldsNamed(lacking[p.Key], d.hides(p.Site)); len(names) > 0 {
			notices = append(notices, fmt.Sprintf("The Jira project %s does not take all of what is to be in its tickets, so it is left out: %s. "+
				"A Jira administrator can change that: the field has to be on the project's screens, and what stands in it "+
				"(a component, an assignee) has to be there.", code(p.Key), strings.Join(names, ", ")))
		}
	}
	return notices
}

// fieldsNamed are the names of fields, in order. Those that only the site has are not
// named where more people would read of them.
func fieldsNamed(fields []TicketField, hidden bool) []string {
	var names []string
	for _, field := range fields {
		name := field.name()
		if hidden && name == code(string(field)) {
			name = "a field of its own"
		}
		names = union(names, []string{name})
	}
	slices.Sort(names)
	return names
}

// ticketsUnderWay is whether tickets are about to be opened or changed, and that is
// known to work: what comes after them waits for a moment, and for no site that is
// in trouble.
func (d *decision) ticketsUnderWay() bool {
	for _, site := range d.sites() {
		if _, trouble := d.next.Problems[JiraPart(site)]; !trouble && d.underWay(JiraPart(site)) {
			return true
		}
	}
	return false
}

// sites are those that are of concern here: where projects can be used, and where
// there are tickets, or trouble.
func (d *decision) sites() []Repo {
	var sites []Repo
	for _, p := range d.Projects {
		sites = union(sites, []Repo{p.Site})
	}
	for _, e := range d.ledger().Items {
		if e.Issue.Repo.Jira() {
			sites = union(sites, []Repo{e.Issue.Repo})
		}
	}
	for part := range d.next.Problems {
		if site, ok := part.Site(); ok {
			sites = union(sites, []Repo{site})
		}
	}
	slices.Sort(sites)
	return sites
}

// seekAgain is when searches for tickets that may have been opened can show them.
func (d *decision) seekAgain() {
	for _, s := range d.next.Seeks {
		for _, p := range d.Projects {
			if p.Site == s.Site && !d.rests(s.Site) {
				d.atLatest(latest(s.At.Add(p.Lag), d.now))
			}
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
