package incident_test

import (
	"testing"
	"time"

	"hindsight/internal/incident"
)

// TestOpenTicket wants all that a ticket is opened with.
func TestOpenTicket(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.FollowUpLabel, policy.LabelPatterns = "to do", []string{"{severity}", "of {date}", "{priority}", "{type}"}
	policy.Components = []string{"Reliability", "Initech"}
	w := world(connected, wrote(ada, "comment:7", "Fix it @ada p1 due 2026-12-01 in OPS [detection]"))
	w.Offers = map[incident.TicketKind]incident.Offer{
		{Site: site, Project: "OPS", Type: incident.Detection}: {Lacks: "duedate", Components: []string{"reliability", "shop"}},
	}
	plan := planned(policy, w)
	opened := of[incident.OpenTicket](plan)
	same(t, "how many", 1, len(opened))
	e := opened[0]
	same(t, "part", incident.JiraPart(site), e.Part())
	same(t, "says", `open the follow-up "Fix it" in Jira, in the project OPS`, e.String())
	entry := plan.Record.Ledger.Items[0]
	same(t, "effect", incident.OpenTicket{
		Item: entry.Key, Source: "comment:7", Words: entry.Words, Of: incident.ID{Repository: 7, Number: 42},
		Kind:  incident.TicketKind{Site: site, Project: "OPS", Type: incident.Detection},
		Title: "Fix it", Body: e.Body, Labels: []string{"to_do", "sev2", "of_20261120", "p1", "detection"}, Parts: []string{"Reliability"},
		Owner: "ada", Lacks: "duedate", Left: "components", Project: ops,
		Wrote: incident.Written{
			Title: entry.Words, Owner: "ada", Severity: 2, Date: "20261120", Priority: "p1", Type: incident.Detection,
		},
	}, e)

	w = carryOut(w, plan)
	entry = w.Record.Ledger.Items[0]
	same(t, "became", incident.Ref{Repo: site, Number: 10001}, entry.Issue)
	same(t, "lacks", incident.TicketFields("duedate components"), entry.Lacks)
	same(t, "sub-issues", 0, len(of[incident.AttachFollowUp](planned(policy, w))))
}

// TestTicketWaits says what a ticket waits for, and that nothing else does.
func TestTicketWaits(t *testing.T) {
	t.Parallel()
	kind := incident.TicketKind{Site: site, Project: "OPS"}
	seeks := func(w *incident.World) { w.Record.Seek(site, now.Add(-time.Minute)) }
	soon := incident.Problem{Text: "It is down.", Show: true, Attempts: 4, NotBefore: now.Add(time.Hour), RetryAt: now.Add(time.Hour)}
	tests := []struct {
		name   string
		change change
		why    string
		stuck  bool
		again  time.Time
	}{
		{name: "for a search", change: seeks, again: now.Add(time.Minute)},
		{name: "for a search that is late", change: func(w *incident.World) { w.Record.Seek(site, now.Add(-time.Hour)) }, again: now},
		{name: "for a site that failed just now", change: siteFails, stuck: true},
		{
			name: "for a site that is down", stuck: true, why: "waits for Jira", again: now.Add(time.Hour),
			change: func(w *incident.World) {
				w.Record.Problems = map[incident.Part]incident.Problem{incident.JiraPart(site): soon}
			},
		},
		{name: "for a site at which something is under way", change: func(w *incident.World) {
			w.Busy = map[incident.Part]bool{incident.JiraPart(site): true}
		}},
		{
			name: "for what its project wants", stuck: true, why: "Fill it in.", again: now.Add(time.Minute),
			change: func(w *incident.World) {
				w.Offers = map[incident.TicketKind]incident.Offer{kind: {Why: "Fill it in."}}
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			w := world(connected, wrote(ada, "body", "Fix it in OPS", "Mend it", "Do it in HALL"), public, tt.change)
			w.Projects[0].Public = true
			plan := planned(policy, w)
			same(t, "tickets", []string{"HALL: Do it"}, tickets(plan))
			same(t, "issues", []string{"Mend it"}, opens(plan))
			item := plan.Record.Ledger.Items[0].Key
			stuck, is := plan.Record.Stuck[item]
			same(t, "stuck", tt.stuck, is)
			if is {
				same(t, "since", now, stuck.Since)
			}
			same(t, "looks again", tt.again, plan.LookAgain)
			line := shows(policy, w)
			same(t, "place", "OPS", line.Place)
			same(t, "why", tt.why, line.Why)
		})
	}
}

// TestSeeking: a search answers only what is older than its lag, and whose opening
// went well need not be sought, whatever became of others.
func TestSeeking(t *testing.T) {
	t.Parallel()
	one := incident.OpenTicket{Item: "aaaaaaaaaaaa", Kind: incident.TicketKind{Site: site}}
	two := incident.OpenTicket{Item: "bbbbbbbbbbbb", Kind: incident.TicketKind{Site: site}}
	r := incident.Record{}
	same(t, "is stored before", true, r.Starting(one, now))
	r.Hindered(one, &incident.Unsure{Err: errTimeout}, now)
	same(t, "unsure", []incident.Seek{{Site: site, At: now, Item: one.Item}}, r.Seeks)
	same(t, "is stored before", true, r.Starting(two, now))
	r.Did(two, incident.Outcome{Ticket: incident.Key{Repo: site, Number: 5}}, now)
	same(t, "is still sought", []incident.Seek{{Site: site, At: now, Item: one.Item}}, r.Seeks)
	r.Starting(two, now)
	r.Hindered(two, &incident.Blocked{Text: "No."}, now)
	same(t, "refused", 1, len(r.Seeks))
	same(t, "why", "No.", r.Stuck[two.Item].Text)

	r.Seek("jira:other.test", now)
	r.Sought(site, now.Add(time.Minute), 2*time.Minute)
	same(t, "too early", 2, len(r.Seeks))
	r.Sought(site, now.Add(2*time.Minute), 2*time.Minute)
	same(t, "in time", []incident.Seek{{Site: "jira:other.test", At: now}}, r.Seeks)
}

// TestHindered keeps since when an item waits, and what Jira said last.
func TestHindered(t *testing.T) {
	t.Parallel()
	update := incident.UpdateFollowUp{Item: "aaaaaaaaaaaa", Issue: incident.Key{Repo: site, Number: 5}}
	r := incident.Record{}
	r.Hindered(update, &incident.Blocked{Text: "No."}, now)
	r.Hindered(update, &incident.Blocked{Text: "Never.", Whole: true}, now.Add(time.Hour))
	same(t, "of a ticket", map[incident.ItemKey]incident.Stuck{update.Item: {Since: now}}, r.Stuck)
	r.Did(update, incident.Outcome{}, now)
	same(t, "it went well", 0, len(r.Stuck))
	r.Hindered(incident.UpdateFollowUp{Item: "aaaaaaaaaaaa", Issue: parentKey}, errTimeout, now)
	same(t, "of an issue", 0, len(r.Stuck))
}

// TestLinkTicket links to the parent at once, and to the page once there is one.
func TestLinkTicket(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	parent := incident.TicketLink{
		ID: "hindsight:7#42:parent", Title: "Incident acme/shop#42", URL: "https://github.test/Acme/Shop/issues/42",
	}
	page := incident.TicketLink{
		ID: "hindsight:7#42:page", Title: "Post-mortem of acme/shop#42", URL: "https://github.test/Acme/Shop/wiki/2026-11-20-page-42",
	}
	links := func(w incident.World) (all []incident.TicketLink) {
		for _, e := range of[incident.LinkTicket](planned(policy, w)) {
			all = append(all, e.Links...)
		}
		return all
	}
	opened := func(changes ...change) incident.World {
		w := world(append([]change{connected, wrote(ada, "body", "Fix it in OPS")}, changes...)...)
		return carryOut(w, planned(policy, w))
	}
	none := []incident.TicketLink(nil)
	same(t, "both", []incident.TicketLink{parent, page}, links(opened()))
	same(t, "linked", none, links(through(policy, opened())))
	same(t, "of a security incident", []incident.TicketLink{parent}, links(opened(label("security"))))

	noWiki := func(w *incident.World) { w.Repository.HasWiki = false }
	w := through(policy, opened(noPage, noWiki))
	same(t, "no page", false, w.Record.Ledger.Items[0].Paged)
	w.Record.Ledger.Page = world().Record.Ledger.Page
	same(t, "once there is a page", []incident.TicketLink{page}, links(w))

	w = world(connected, has(ticketAt(site, 10012, "OPS")), wrote(ada, "body", "OPS-12"))
	same(t, "of people's own", none, links(w))
	same(t, "is followed", 1, len(planned(policy, w).Record.Ledger.Items))
}

// TestUpdateTicket writes what changed, in Jira's words, once; and never where it
// has no right to any more, or where more people could read it.
func TestUpdateTicket(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.LabelPatterns = []string{"is {severity}"}
	w := world(connected, wrote(ada, "body", "Fix it in OPS p2"))
	w.Offers = map[incident.TicketKind]incident.Offer{{Site: site, Project: "OPS"}: {Lacks: "components"}}
	w = through(policy, w)
	labels("incident", "sev1")(&w)
	w = rewritten(w, wrote(ada, "body", "Fix it in OPS p0 due 2026-12-01 @ada"))
	updates := of[incident.UpdateFollowUp](planned(policy, w))
	same(t, "updates", 1, len(updates))
	u := updates[0]
	same(t, "part", incident.JiraPart(site), u.Part())
	same(t, "says", `bring OPS-1, "Fix it", up to date`, u.String())
	same(t, "kind", incident.TicketKind{Site: site, Project: "OPS"}, u.Kind)
	same(t, "lacks", incident.TicketFields("components"), u.Lacks)
	same(t, "before", []incident.Label{{Name: "postmortem-followup"}, {Name: "is_sev2"}}, u.Before)
	same(t, "after", []incident.Label{{Name: "postmortem-followup"}, {Name: "is_sev1"}}, u.After)
	same(t, "owner", "ada", u.Assign)
	same(t, "due", incident.Day("20261201"), u.Is.Due)
	same(t, "priority", incident.Priority("p0"), u.Is.Priority)
	after := through(policy, w)
	same(t, "is done once", 0, len(of[incident.UpdateFollowUp](planned(policy, after))))
	same(t, "wrote", u.Is, after.Record.Ledger.Items[0].Wrote)

	elsewhere := w
	elsewhere.FollowUps = []incident.FollowUp{moved(w.FollowUps[0], "UMB-1", "OPS-1")}
	same(t, "moved to another owner's project", 0, len(of[incident.UpdateFollowUp](planned(policy, elsewhere))))
	elsewhere.Projects = nil
	same(t, "not connected any more", 0, len(of[incident.UpdateFollowUp](planned(policy, elsewhere))))
	open := ops
	open.Public = true
	w.Projects = []incident.Project{open}
	same(t, "everybody can read it by now", 0, len(of[incident.UpdateFollowUp](planned(policy, w))))
}

// TestLacksAreSaid of each project with an open ticket, once.
func TestLacksAreSaid(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(connected, wrote(ada, "body", "Fix it in OPS", "Mend it in OPS [process]"))
	w.Offers = map[incident.TicketKind]incident.Offer{
		{Site: site, Project: "OPS"}:                         {Lacks: "duedate"},
		{Site: site, Project: "OPS", Type: incident.Process}: {Lacks: "duedate customfield_10010"},
	}
	w = through(policy, w)
	saysOnly(t, "notice", "`OPS` does not take all of what is to be in its tickets, so it is left out: `customfield_10010`, “Due date”.",
		viewed(policy, w).Notices)
	everybody := w
	public(&everybody)
	saysOnly(t, "in public", "so it is left out: a field of its own, “Due date”.", viewed(policy, everybody).Notices)
	w.FollowUps[1].State = incident.Done
	saysOnly(t, "notice", "so it is left out: “Due date”.", viewed(policy, w).Notices)
	w.FollowUps[0].State = incident.Dropped
	saysOnly(t, "notice", "", viewed(policy, w).Notices)
}

// TestTicketAsJiraHasIt: what changes in Jira shows in the tracker; of a secret
// ticket nothing does but its name, its address and its state.
func TestTicketAsJiraHasIt(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, wrote(ada, "body", "Fix it @ada due 2026-12-01 in OPS")))
	f := &w.FollowUps[0]
	f.Title, f.Owner, f.Assignee, f.Due, f.State = "Fixed by Jo", "", "Jo Doe", "20261119", incident.Open
	want := incident.TrackerLine{
		Issue: f.Issue, Name: "OPS-1", URL: f.URL, Text: "Fixed by Jo", State: incident.Open, Assignee: "Jo Doe", Due: "20261119", Overdue: true,
	}
	same(t, "line", want, shows(policy, w))
	w.Record.Ledger.Items[0].Lacks = "duedate"
	want.Due, want.Overdue = "20261201", false
	same(t, "its project has no days", want, shows(policy, w))

	w.Record.Ledger.Items[0].Lacks = ""
	f.Secret, f.Status = true, "Parked for Initech"
	secret := shows(policy, w)
	want = incident.TrackerLine{
		Issue: f.Issue, Name: "OPS-1", URL: f.URL, Text: "Fix it", State: incident.Open, Owner: "ada", Due: "20261201", Secret: true,
		Why: "Jira does not say whether its status means that it is done: it counts as before.",
	}
	same(t, "secret", want, secret)
	f.Secret = false
	f.Status = "Par`ked\n<b>@acme"
	mentions(t, shows(policy, w).Why, "its status `Par'ked <b>@acme` means that it is done")
}

// TestTicketLate counts by the day that Jira has.
func TestTicketLate(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	for _, tt := range []struct {
		name   string
		due    incident.Day
		lacks  incident.TicketFields
		secret bool
		late   int
	}{
		{name: "Jira's day", due: "20261110", late: 1},
		{name: "none", due: ""},
		{name: "no such field", due: "20261110", lacks: "duedate"},
		{name: "a secret day", due: "20261110", secret: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := through(policy, world(connected, wrote(ada, "body", "Fix it due 2026-12-01 in OPS")))
			f := &w.FollowUps[0]
			f.State, f.Closed, f.Due, f.Secret = incident.Done, now, tt.due, tt.secret
			w.Record.Ledger.Items[0].Lacks = tt.lacks
			resolved(&w)
			label("postmortem: reviewed")(&w)
			var late []int
			incident.Decide(policy, ending{late: &late}, w, now)
			same(t, "late", []int{tt.late}, late)
		})
	}
}

// ending keeps how many follow-ups were late.
type ending struct {
	plain
	late *[]int
}

func (e ending) Closing(v incident.ClosingView) string {
	*e.late = append(*e.late, v.Late)
	return e.plain.Closing(v)
}

// TestDeclined: the box goes back, and the line says why until it is so after all,
// or is ordered anew.
func TestDeclined(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS")))
	orders(ben, 7, "/followup done OPS-1")(&w)
	plan := planned(policy, w)
	set := of[incident.SetFollowUp](plan)
	same(t, "ordered", []string{"close OPS-1, as was ordered"}, []string{set[0].String()})
	w.Record = plan.Record.Clone()
	w.Record.Did(set[0], incident.Outcome{Declined: "It wants a field."}, now)
	line := shows(policy, w)
	same(t, "state", incident.Open, line.State)
	same(t, "why", "It wants a field.", line.Why)
	plan = planned(policy, w)
	same(t, "is not tried again", 0, len(of[incident.SetFollowUp](plan)))
	for _, r := range of[incident.React](plan) {
		same(t, "is not said to be done", incident.Seen, r.Content)
	}

	hidden := w
	hidden.FollowUps = []incident.FollowUp{w.FollowUps[0]}
	hidden.FollowUps[0].Secret = true
	mentions(t, shows(policy, hidden).Why, "why is not shown to everybody")

	again := w
	again.Ticks = []incident.Tick{ticketTicked(w, ben)}
	plan = planned(policy, again)
	same(t, "ordered anew", 1, len(of[incident.SetFollowUp](plan)))
	same(t, "said", 0, len(plan.Record.Declined))
	w.FollowUps[0].State = incident.Done
	same(t, "done in Jira", 0, len(planned(policy, w).Record.Declined))
}

// TestTicketElsewhere: what was moved to where the operator does not let this owner
// be is followed, and not commanded.
func TestTicketElsewhere(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS")))
	w.FollowUps[0] = moved(w.FollowUps[0], "UMB-3", "OPS-1")
	w.Ticks = []incident.Tick{ticketTicked(w, ada)}
	plan := planned(policy, w)
	same(t, "effects", []string(nil), effects(plan))
	same(t, "want", incident.State(""), plan.Record.Ledger.Items[0].Want)
	mentions(t, plan.Record.Declined[plan.Record.Ledger.Items[0].Key].Text, "can't be used from here")
	w.Ticks = nil
	w.FollowUps[0].State = incident.Done
	same(t, "counts", incident.Done, shows(policy, w).State)
}

// TestDroppedTicket is asked for a reason, as an issue is.
func TestDroppedTicket(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, wrote(ada, "body", "Fix it in OPS")))
	w.FollowUps[0].State, w.FollowUps[0].Closed = incident.Dropped, now.Add(-time.Hour)
	asked := of[incident.AskWhy](planned(policy, w))
	same(t, "asks", []string{"ask on OPS-1 why it was dropped"}, []string{asked[0].String()})
	same(t, "part", incident.JiraPart(site), asked[0].Part())
	w = through(policy, w)
	same(t, "once", 0, len(of[incident.AskWhy](planned(policy, w))))
}

// TestTicketGoesToNobody: the operator's list has no account for the owner.
func TestTicketGoesToNobody(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(connected, wrote(ada, "body", "Fix it @mallory in OPS"))
	plan := planned(policy, w)
	same(t, "opens", []string{"OPS: Fix it"}, tickets(plan))
	same(t, "owner", "", of[incident.OpenTicket](plan)[0].Owner)
	judged(policy)(&w)
	saysOnly(t, "doubt", "«Fix it» goes to nobody: the list of people at acme.atlassian.net has no Jira account for «mallory».", doubts(w))
}

// TestAssumedTicket: while a site does not answer and nobody remembers the ticket,
// the line says what people wrote, and what was ordered waits.
func TestAssumedTicket(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, wrote(ada, "body", "Fix it @ada due 2026-12-01 in OPS")))
	key := w.FollowUps[0].Issue
	w.FollowUps = []incident.FollowUp{{Issue: key, Item: w.FollowUps[0].Item, State: incident.Open}}
	w.Record.Ledger.Items[0].Want = incident.Done
	siteFails(&w)
	plan := planned(policy, w)
	same(t, "still wanted", incident.Done, plan.Record.Ledger.Items[0].Want)
	same(t, "declined", 0, len(plan.Record.Declined))
	w.Record.Ledger.Items[0].Want = ""
	same(t, "line", incident.TrackerLine{
		Issue: key, Name: "a ticket at acme.atlassian.net", Text: "Fix it", State: incident.Open, Owner: "ada", Due: "20261201",
	}, shows(policy, w))
}

// TestTicketsNeedNoPermissionThere: who has triage permission here may have them
// and command them, and nobody is asked about a repository that is a Jira site.
func TestTicketsNeedNoPermissionThere(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := through(policy, world(connected, wrote(ben, "comment:7", "Fix it in OPS")))
	w = rewritten(w, wrote(ben, "comment:7", "x Fix it p1 in OPS"), wrote(ben, "comment:8", "OPS-1", "Mend it in OPS"),
		orders(ben, 9, "/followup done OPS-1"))
	w.Ticks = []incident.Tick{ticketTicked(w, ben)}
	for q := incident.QuestionsOf(policy, w); len(q.May) > 0; q = incident.QuestionsOf(policy, w) {
		for _, ask := range q.May {
			same(t, "asked in", incident.Repo(""), ask.Repo)
		}
		answer(&w, q.May)
	}
	plan := planned(policy, w)
	same(t, "wanted", incident.Done, plan.Record.Ledger.Items[0].Want)
	same(t, "reads its line", incident.Priority("p1"), plan.Record.Ledger.Items[0].Priority)
	same(t, "is one", 2, len(plan.Record.Ledger.Items))
}

// TestTicketsLeaveRoom: GitHub's limit of sub-issues is of issues.
func TestTicketsLeaveRoom(t *testing.T) {
	t.Parallel()
	w := world(connected, wrote(ada, "body", "Fix it"))
	for n := range 100 {
		w.Record.Ledger.Items = append(w.Record.Ledger.Items, incident.Entry{
			Key: incident.ItemKey(ticketAt(site, 10001+n, "OPS").Name), Source: incident.FromTracker, Words: "abcdefgh",
			Issue: incident.Ref{Repo: site, Number: 10001 + n}, Attached: true,
		})
	}
	same(t, "attaches", 1, len(of[incident.AttachFollowUp](planned(incident.DefaultPolicy(), w))))
}

// TestWhoseTicketIsAsked: whether somebody has an account is asked before a ticket
// is opened or given to another one, and not when people took it off somebody.
func TestWhoseTicketIsAsked(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(connected, wrote(ada, "body", "Fix it @ada in OPS"))
	answer(&w, incident.QuestionsOf(policy, w).May)
	same(t, "before", []incident.Assignment{{Repo: site, Login: "ada"}}, incident.QuestionsOf(policy, w).Assignable)
	w.Offers = map[incident.TicketKind]incident.Offer{{Site: site, Project: "OPS"}: {}}
	same(t, "opened before it is known", []string(nil), tickets(decide(w)))
	sought := w
	sought.Offers = nil
	sought.Record.Seek(site, now)
	same(t, "what a project takes, while tickets are sought", 0, len(incident.QuestionsOf(policy, sought).Offers))
	sought.Record.Seeks = nil
	same(t, "what a project takes", 1, len(incident.QuestionsOf(policy, sought).Offers))
	down := w
	siteFails(&down)
	same(t, "in trouble", incident.Questions{}, incident.QuestionsOf(policy, down))

	w = through(policy, w)
	w.Assignable, w.FollowUps[0].Owner = nil, ""
	same(t, "taken off by people", 0, len(incident.QuestionsOf(policy, w).Assignable))
	w = rewritten(w, wrote(ada, "body", "Fix it @ben in OPS"))
	same(t, "given to another", []incident.Assignment{{Repo: site, Login: "ben"}}, incident.QuestionsOf(policy, w).Assignable)
}
