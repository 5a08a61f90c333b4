package incident_test

import (
	"errors"
	"slices"
	"strings"
	"time"

	"hindsight/internal/incident"
)

const site = incident.Repo("jira:acme.atlassian.net")

var (
	ops = incident.Project{Site: site, URL: "https://acme.atlassian.net", Key: "OPS", Lag: 2 * time.Minute}
	sre = incident.Project{Site: site, URL: "https://acme.atlassian.net", Key: "SRE", Lag: 2 * time.Minute}
	// hall can be read by everybody.
	hall = incident.Project{Site: "jira:hall.test/jira", URL: "https://hall.test/jira", Key: "HALL", Public: true, Lag: time.Minute}
)

var errTimeout = errors.New("timeout")

// connected lets the owner use two projects, and a third at a site that is public.
func connected(w *incident.World) { w.Projects = []incident.Project{ops, sre, hall} }

// inJira is the default place of a policy that tests use.
func inJira(place string) incident.Policy {
	p := incident.DefaultPolicy()
	p.Place = place
	return p
}

// askJira answers as the sites do: what projects take, who has an account, and
// which tickets there are.
func askJira(w *incident.World, q incident.Questions) {
	if w.Offers == nil {
		w.Offers = map[incident.TicketKind]incident.Offer{}
	}
	for _, kind := range q.Offers {
		w.Offers[kind] = incident.Offer{}
	}
	if w.Tickets == nil {
		w.Tickets = map[incident.TicketRef]incident.Key{}
	}
	for _, ref := range q.Tickets {
		w.Tickets[ref] = incident.Key{}
		for _, f := range w.FollowUps {
			if f.Name == ref.Name && f.Issue.Repo == ref.Site {
				w.Tickets[ref] = f.Issue
			}
		}
	}
}

// opensTicket opens tickets with the ids from 10001, and names from OPS-1.
func opensTicket(w incident.World, e incident.OpenTicket) (incident.World, incident.Outcome) {
	number := 10001
	for _, f := range w.FollowUps {
		if f.Issue.Repo == e.Kind.Site {
			number = max(number, f.Issue.Number+1)
		}
	}
	f := ticketAt(e.Kind.Site, number, e.Kind.Project)
	f.Item, f.Source, f.Words, f.Wrote, f.Lacks = e.Item, e.Source, e.Words, e.Wrote, e.Lacks
	f.Title, f.Owner, f.Due = e.Title, e.Owner, e.Wrote.Due
	w.FollowUps = append(slices.Clone(w.FollowUps), f)
	return w, incident.Outcome{Ticket: f.Issue}
}

// ticketAt is an open ticket, whose name has the last digits of its id.
func ticketAt(site incident.Repo, number int, project string) incident.FollowUp {
	name := project + "-" + strings.TrimLeft(incident.Key{Number: number}.String()[len("#1"):], "0")
	return incident.FollowUp{
		Issue: incident.Key{Repo: site, Number: number}, Parent: 7, Name: name, Title: "Buy more disks",
		URL: "https://" + site.Address() + "/browse/" + name, State: incident.Open,
	}
}

func updatesTicket(w incident.World, e incident.UpdateFollowUp) incident.World {
	if !e.Issue.Repo.Jira() {
		return w
	}
	w.FollowUps = slices.Clone(w.FollowUps)
	for i, f := range w.FollowUps {
		if f.Issue == e.Issue && e.Of != (incident.ID{}) {
			w.FollowUps[i].Of = e.Of
		}
		if f.Issue == e.Issue && e.Renames(incident.Issue{Title: f.Title}) {
			w.FollowUps[i].Title = e.Title
		}
	}
	return w
}

// has adds a ticket that people had.
func has(f incident.FollowUp) change {
	return func(w *incident.World) {
		f.Adopted = true
		w.FollowUps = append(w.FollowUps, f)
	}
}

// siteFails has the site be in trouble: it failed in this very run.
func siteFails(w *incident.World) {
	part := incident.JiraPart(site)
	w.Busy, w.Failed = map[incident.Part]bool{part: true}, map[incident.Part]bool{part: true}
}

// planned is the plan when all questions are answered.
func planned(policy incident.Policy, w incident.World) incident.Plan {
	judged(policy)(&w)
	return incident.Decide(policy, plain{}, w, now)
}

// through carries out plans until nothing is left to do.
func through(policy incident.Policy, w incident.World) incident.World {
	for range 8 {
		plan := planned(policy, w)
		w = carryOut(w, plan)
		if len(plan.Effects) == 0 {
			return w
		}
	}
	panic("the plan does not become empty")
}

// tickets are where a plan opens tickets, and with which titles: "OPS: Fix it".
func tickets(plan incident.Plan) []string {
	var all []string
	for _, e := range of[incident.OpenTicket](plan) {
		all = append(all, e.Kind.Project+": "+e.Title)
	}
	return all
}

// shows is the only line of the tracker's checklist.
func shows(policy incident.Policy, w incident.World) incident.TrackerLine {
	judged(policy)(&w)
	lines := viewed(policy, w).Lines
	if len(lines) == 0 {
		return incident.TrackerLine{}
	}
	return lines[0]
}

// ticketTicked is the box of the first ticket, ticked.
func ticketTicked(w incident.World, by incident.Actor) incident.Tick {
	return incident.Tick{Issue: w.FollowUps[0].Issue, Ticked: true, By: by, Edit: "edit"}
}
