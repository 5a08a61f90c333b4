package incident_test

import (
	"slices"
	"strings"
	"testing"

	"hindsight/internal/incident"
)

// attachedByHand is a sub-issue of the parent that is not Hindsight's.
func attachedByHand(number int) change {
	return func(w *incident.World) {
		f := incident.FollowUp{
			Issue: incident.NewKey("acme", "shop", number), ID: int64(number) + 1000, Title: "Buy more disks", State: incident.Open,
		}
		w.SubIssues = append(w.SubIssues, f)
		w.FollowUps = append(w.FollowUps, f)
	}
}

// exists adds an issue that people had.
func exists(key incident.Key, state incident.State) change {
	return func(w *incident.World) {
		w.FollowUps = append(w.FollowUps, incident.FollowUp{
			Issue: key, ID: 1, Title: "Buy more disks", State: state, Adopted: true,
		})
	}
}

// adopted is an issue that people had and that is in the ledger.
func adopted(number int) change {
	return func(w *incident.World) {
		key := incident.NewKey("acme", "shop", number)
		exists(key, incident.Open)(w)
		wrote(ada, "body", "#"+key.String()[len("acme/shop#"):])(w)
		judged(incident.DefaultPolicy())(w)
		w.Record = decide(*w).Record
	}
}

// ticked is a box in the tracker that a person ticked.
func ticked(by incident.Actor, number int, ticked bool) change {
	return func(w *incident.World) {
		w.Ticks = append(w.Ticks, incident.Tick{
			Issue: incident.NewKey("acme", "shop", number), Ticked: ticked, By: by, Edit: "edit",
		})
	}
}

func doubts(w incident.World) []string {
	var texts []string
	for _, d := range viewed(incident.DefaultPolicy(), w).Doubts {
		texts = append(texts, d.Text)
	}
	return texts
}

func hasPlaces(w *incident.World) {
	w.Places = map[incident.Repo]incident.Repository{
		"acme/infra": {ID: 8, FullName: "Acme/Infra", Private: true},
		"acme/site":  {ID: 9, FullName: "Acme/Site"},
		"acme/hall":  {ID: 11, FullName: "Acme/Hall", Private: true, Internal: true},
		"acme/attic": {ID: 10, FullName: "Acme/Attic", Private: true, Archived: true},
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		changes []change
		in      incident.Repo
		doubt   string // of what is not opened, or not there
		opened  bool
	}{
		{name: "here", changes: []change{wrote(ada, "body", "Fix it in Acme/Shop")}, opened: true},
		{name: "in another repository", changes: []change{wrote(ada, "body", "Fix it in Acme/Infra")}, in: "acme/infra", opened: true},
		{name: "by a command", changes: []change{commanded(ada, 7, "Fix it in acme/infra")}, in: "acme/infra", opened: true},
		{
			name: "by somebody who has no say there", changes: []change{wrote(ben, "comment:7", "Fix it in acme/infra")},
			doubt: "«Fix it in acme/infra» can't be followed up there: have it written in a new comment by somebody with triage permission in acme/infra, who alone edits it, and the app installed there.",
		},
		{
			name: "not there", changes: []change{wrote(ada, "body", "Fix it in acme/nowhere")},
			doubt: "«Fix it in acme/nowhere» can't be opened there: there is no repository acme/nowhere, or the app is not installed in it.",
		},
		{
			name: "archived", changes: []change{wrote(ada, "body", "Fix it in acme/attic")},
			doubt: "«Fix it in acme/attic» can't be opened there: acme/attic is archived. Name another repository, or none.",
		},
		{
			name: "from private to public", changes: []change{wrote(ada, "body", "Fix it in acme/site")},
			doubt: "«Fix it in acme/site» can't be opened there: acme/site is public, and this repository is not. Name another repository, or none.",
		},
		{
			name: "from private to internal", changes: []change{wrote(ada, "body", "Fix it in acme/hall")},
			doubt: "«Fix it in acme/hall» can't be opened there: everybody in the enterprise can read acme/hall, and not this repository. Name another repository, or none.",
		},
		{name: "from internal to internal", changes: []change{inEnterprise, wrote(ada, "body", "Fix it in acme/hall")}, in: "acme/hall", opened: true},
		{name: "from internal to private", changes: []change{inEnterprise, wrote(ada, "body", "Fix it in acme/infra")}, in: "acme/infra", opened: true},
		{name: "from public to internal", changes: []change{public, wrote(ada, "body", "Fix it in acme/hall")}, in: "acme/hall", opened: true},
		{
			name: "from internal to public", changes: []change{inEnterprise, wrote(ada, "body", "Fix it in acme/site")},
			doubt: "«Fix it in acme/site» can't be opened there: acme/site is public, and this repository is not. Name another repository, or none.",
		},
		{name: "from public to public", changes: []change{public, wrote(ada, "body", "Fix it in acme/site")}, in: "acme/site", opened: true},
		{
			name: "of another owner", changes: []change{wrote(ada, "body", "Fix it in other/shop")},
			doubt: "«Fix it in other/shop» belongs to another owner: only repositories of acme can be named here.",
		},
		{
			name: "Jira", changes: []change{wrote(ada, "body", "Fix it in jira")},
			doubt: "«Fix it in jira» can't be followed up in Jira, which is not connected: leave Jira out, and an issue is opened here.",
		},
		{
			name: "by an app that is named here", changes: []change{wrote(forms, "comment:7", "Fix it in acme/infra")},
			doubt: "«Fix it in acme/infra» can't be done by an app: have it written by a person with triage permission in acme/infra.",
		},
		{
			name: "on the page, which does not tell by whom", changes: []change{wrote(incident.Actor{}, "page", "Fix it in acme/infra")},
			doubt: "«Fix it in acme/infra» can't be done there, since the page does not tell who wrote it: " +
				"have it written in a comment here, by a person with triage permission in acme/infra.",
		},
		{
			name: "on a public page, and accepted",
			changes: []change{
				public, wrote(incident.Actor{}, "page", "Fix it in acme/site"), orders(ada, 7, "/followup accept"),
				func(w *incident.World) { w.Record = judgedPlan(*w).Record },
			},
			opened: true,
			doubt: "«Fix it in acme/site» can't be done there, since the page does not tell who wrote it: " +
				"have it written in a comment here, by a person with triage permission in acme/site. It is followed up here.",
		},
		{name: "a path that leads elsewhere", changes: []change{wrote(ada, "body", "Fix it in acme/..")}, opened: true},
		{name: "what git calls a repository", changes: []change{wrote(ada, "body", "Fix it in acme/infra.git")}, opened: true},
		{name: "what git calls a wiki", changes: []change{wrote(ada, "body", "Fix it in acme/infra.Wiki")}, opened: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := incident.DefaultPolicy()
			policy.Apps = []string{"forms"}
			w := world(append(tt.changes, hasPlaces, judged(policy))...)
			plan := incident.Decide(policy, plain{}, w, now)
			var in []incident.Repo
			for _, e := range of[incident.OpenFollowUp](plan) {
				in = append(in, e.In)
			}
			var want []incident.Repo
			if tt.opened {
				want = []incident.Repo{tt.in}
			}
			same(t, "opened in", want, in)
			var said []string
			for _, d := range viewed(policy, w).Doubts {
				said = append(said, d.Text)
			}
			var doubt []string
			if tt.doubt != "" {
				doubt = []string{tt.doubt}
			}
			same(t, "doubts", doubt, said)
		})
	}
}

// TestLineOfTheTrackerCanNotWait: the tracker is written anew, so what can't be
// opened elsewhere is opened here.
func TestLineOfTheTrackerCanNotWait(t *testing.T) {
	t.Parallel()
	w := settled(t, world(hasPlaces))
	wrote(ada, incident.FromTracker, "Fix it in acme/attic")(&w)
	plan := judgedPlan(w)
	same(t, "opened", []string{"Fix it"}, opens(plan))
	same(t, "here", incident.Repo(""), of[incident.OpenFollowUp](plan)[0].In)
}

// TestBlockedItemKeepsTheIncidentOpen: what was promised is not done because it
// can't be opened.
func TestBlockedItemKeepsTheIncidentOpen(t *testing.T) {
	t.Parallel()
	w := settled(t, world(hasPlaces, resolved, label("postmortem: reviewed"), wrote(ada, "body", "Fix it in acme/attic")))
	same(t, "complete", false, w.Record.Ledger.Closing.Complete || w.Record.Ledger.Closing.Labelled)
	same(t, "in the ledger", 0, len(w.Record.Ledger.Items))
	w = settled(t, rewritten(w))
	same(t, "complete without it", true, w.Record.Ledger.Closing.Labelled)
}

// TestPlaceIsCheckedUntilItIsUsed: the line was changed after it was taken in,
// and before its follow-up was opened.
func TestPlaceIsCheckedUntilItIsUsed(t *testing.T) {
	t.Parallel()
	w := world(hasPlaces, wrote(ada, "body", "Fix it in acme/infra"))
	w.Record = judgedPlan(w).Record
	same(t, "taken in", 1, len(w.Record.Ledger.Items))
	w = rewritten(w, wrote(ada, "body", "Fix it in acme/site"))
	same(t, "opened", []string(nil), opens(judgedPlan(w)))
}

func TestReferences(t *testing.T) {
	t.Parallel()
	here, there, other := incident.NewKey("acme", "shop", 77), incident.NewKey("acme", "infra", 5), incident.NewKey("other", "shop", 5)
	known := []change{exists(here, incident.Open), exists(there, incident.Done)}
	tests := []struct {
		name  string
		by    incident.Actor
		line  string
		ref   incident.Ref
		opens []string
		doubt string
	}{
		{name: "a number", line: "#77", ref: incident.Ref{Number: 77}},
		{name: "a number and words", line: "#77: Buy more disks @bob", ref: incident.Ref{Number: 77}},
		{name: "ticked", line: "x #77", ref: incident.Ref{Number: 77}},
		{name: "this repository's name", line: "Acme/Shop#77", ref: incident.Ref{Number: 77}},
		{name: "an address", line: "https://github.test/acme/shop/issues/77", ref: incident.Ref{Number: 77}},
		{name: "an address of a comment, and words", line: "https://github.test/acme/shop/pull/77#issuecomment-1 Buy disks", ref: incident.Ref{Number: 77}},
		{name: "an address in angle brackets", line: "<https://github.test/acme/shop/issues/77>", ref: incident.Ref{Number: 77}},
		{name: "another repository", line: "acme/infra#5", ref: incident.Ref{Repo: "acme/infra", Number: 5}},
		{name: "a number later in the line", line: "Fix #77", opens: []string{"Fix #77"}},
		{name: "a number that goes on", line: "#77th attempt", opens: []string{"#77th attempt"}},
		{name: "a word that looks like a ticket", line: "UTF-8 in titles", opens: []string{"UTF-8 in titles"}},
		{name: "an address in a sentence", line: "https://x.test is down", opens: []string{"https://x.test is down"}},
		{name: "this incident and words", line: "#42 needs a page", opens: []string{"#42 needs a page"}},
		{
			name: "this incident", line: "#42",
			doubt: "«#42» is this incident itself: write the follow-up's number, or words that say what is to be done.",
		},
		{name: "an issue that is not there", line: "#78", doubt: "«#78» names no issue that Hindsight can see: correct the number, or install the app there."},
		{name: "another owner's", line: other.String(), doubt: "«other/shop#5» belongs to another owner: only repositories of acme can be named here."},
		{
			name: "where the author has no say", by: ben, line: "acme/infra#5",
			doubt: "«acme/infra#5» can't be followed up there: have it written in a new comment by somebody with triage permission in acme/infra, who alone edits it, and the app installed there.",
		},
		{name: "here, by one who has no say there", by: ben, line: "#77", ref: incident.Ref{Number: 77}},
		{name: "by a stranger", by: mallory, line: "#77"},
		{
			name: "a ticket", line: "OPS-12",
			doubt: "«OPS-12» can't be followed up in Jira, which is not connected: leave Jira out, and an issue is opened here.",
		},
		{
			name: "another host's address", line: "https://x.test/acme/shop/issues/77",
			doubt: "«https://x.test/acme/shop/issues/77» is no issue's address on this GitHub: write the issue's own address, or words that say what is to be done.",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.by.Login == "" {
				tt.by = ada
			}
			w := world(append(slices.Clone(known), wrote(tt.by, "comment:7", tt.line))...)
			judged(incident.DefaultPolicy())(&w)
			plan := decide(w)
			same(t, "opened", tt.opens, opens(plan))
			var refs, want []incident.Ref
			for _, e := range plan.Record.Ledger.Items {
				if e.Adopted {
					refs = append(refs, e.Issue)
				}
			}
			if tt.ref.Number != 0 {
				want = []incident.Ref{tt.ref}
			}
			same(t, "adopted", want, refs)
			var doubt []string
			if tt.doubt != "" {
				doubt = []string{tt.doubt}
			}
			same(t, "doubts", doubt, doubts(w))
		})
	}
}

// TestAdoptedIsLeftAlone: nothing is written on an issue that people had.
func TestAdoptedIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := settled(t, world(exists(incident.NewKey("acme", "shop", 77), incident.Open), wrote(ada, "body", "#77 @bob due 2w")))
	entry := w.Record.Ledger.Items[0]
	same(t, "due", incident.Day("20261204"), entry.Due)
	w.Parent.Labels = []string{"incident", "sev1"}
	same(t, "effects of another severity", []string(nil), effects(judgedPlan(w)))
	w = settled(t, rewritten(w, wrote(ada, "body", "#77 more words p1", "acme/shop#77"), wrote(ada, "comment:7", "#77")))
	same(t, "listed", 1, len(w.Record.Ledger.Items))
	w = settled(t, rewritten(w))
	same(t, "listed when the line is gone", 1, len(w.Record.Ledger.Items))
}

func TestAttachedByHand(t *testing.T) {
	t.Parallel()
	w := settled(t, world(attachedByHand(77), wrote(ada, "body", "Fix it")))
	same(t, "listed", []incident.Ref{{Number: 77}}, refsOf(w, incident.FromSubIssue))
	same(t, "follow-ups of both kinds", 2, len(w.Record.Ledger.Items))

	w.SubIssues = append(w.SubIssues, w.FollowUps[1]) // Hindsight's own is attached, too
	w = settled(t, w)
	same(t, "its own is not adopted", 2, len(w.Record.Ledger.Items))
	w = settled(t, rewritten(w))
	same(t, "nor when its line is gone", []incident.Ref{{Number: 77}}, refsOf(w, incident.FromSubIssue))

	w.SubIssues = w.SubIssues[1:]
	w = settled(t, w)
	same(t, "detached", []incident.Ref(nil), refsOf(w, incident.FromSubIssue))
	same(t, "what is left", 1, len(w.Record.Ledger.Items))
}

// What fewer people may read than the parent is shown by its name alone.
func TestAttachedSecretIsBare(t *testing.T) {
	t.Parallel()
	w := world(public)
	f := incident.FollowUp{
		Issue: incident.NewKey("acme", "vault", 7), ID: 1007, Title: "Rotate the root key", State: incident.Open, Secret: true,
	}
	w.SubIssues = append(w.SubIssues, f)
	f.Adopted = true
	w.FollowUps = append(w.FollowUps, f)
	w = settled(t, w)
	mentions(t, said(w.Trackers[0].Body), "- open #7 \n")
	if strings.Contains(w.Trackers[0].Body, f.Title) {
		t.Errorf("the tracker says a secret title:\n%s", w.Trackers[0].Body)
	}
}

// What is adopted by its name is not shown by it twice.
func TestAdoptedSecretIsBare(t *testing.T) {
	t.Parallel()
	w := world(public, wrote(ada, "body", "acme/vault#7 is part of it"))
	w.FollowUps = append(w.FollowUps, incident.FollowUp{
		Issue: incident.NewKey("acme", "vault", 7), ID: 1007, Title: "Rotate the root key", State: incident.Open,
		Secret: true, Adopted: true,
	})
	w = settled(t, w)
	mentions(t, said(w.Trackers[0].Body), "- open #7 \n")
	if strings.Contains(said(w.Trackers[0].Body), "part of it") {
		t.Errorf("the tracker shows the line beside the name:\n%s", w.Trackers[0].Body)
	}
}

func refsOf(w incident.World, source incident.Source) []incident.Ref {
	var refs []incident.Ref
	for _, e := range w.Record.Ledger.Items {
		if e.Source == source {
			refs = append(refs, e.Issue)
		}
	}
	return refs
}

// TestAttachedAndNamed: what is also named in a line stays when it is detached.
func TestAttachedAndNamed(t *testing.T) {
	t.Parallel()
	w := settled(t, world(attachedByHand(77), wrote(ada, "body", "#77")))
	same(t, "listed once", 1, len(w.Record.Ledger.Items))
	w.SubIssues = nil
	w = settled(t, w)
	same(t, "listed", 1, len(w.Record.Ledger.Items))
}

// TestFollowedToWhereItMoved: the line goes on naming the old place.
func TestFollowedToWhereItMoved(t *testing.T) {
	t.Parallel()
	old, moved := incident.NewKey("acme", "shop", 77), incident.NewKey("acme", "infra", 5)
	w := settled(t, world(exists(old, incident.Open), wrote(ada, "body", "#77")))
	w.FollowUps[0].Item, w.FollowUps[0].Moved = w.Record.Ledger.Items[0].Key, moved
	exists(moved, incident.Open)(&w)
	w = settled(t, w)
	same(t, "entries", 1, len(w.Record.Ledger.Items))
	same(t, "where it is", incident.Ref{Repo: "acme/infra", Number: 5}, w.Record.Ledger.Items[0].Issue)
}

func TestOwners(t *testing.T) {
	t.Parallel()
	w := world(wrote(ada, "body", "Fix it @bob", "Call back @mallory", "Look at it"))
	plan := judgedPlan(w)
	var assigned, owners []string
	for _, e := range of[incident.OpenFollowUp](plan) {
		assigned = append(assigned, e.Owner)
	}
	for _, e := range plan.Record.Ledger.Items {
		owners = append(owners, e.Owner)
	}
	same(t, "assigned", []string{"bob", "", ""}, assigned)
	same(t, "owners", []string{"bob", "mallory", ""}, owners)
	w = carryOut(w, plan)
	w.FollowUps[0].Owner = "bob"
	judged(incident.DefaultPolicy())(&w)
	same(t, "doubts", []string{
		"«Call back» goes to nobody: «mallory» can't be assigned to issues there. Name somebody who can, or give them access.",
	}, doubts(w))
	w.Assignable = nil
	same(t, "asked again", []incident.Assignment{{Login: "mallory"}}, incident.QuestionsOf(incident.DefaultPolicy(), w).Assignable)
}

func TestDueDates(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.Owner = "desk"
	policy.DueByPriority = map[incident.Priority]incident.Span{"p0": {Days: 3}}
	policy.DueBySeverity = map[incident.Severity]incident.Span{2: {Months: 1}}
	tests := []struct {
		line, then string
		want, due  incident.Day
	}{
		{"Fix it due 2026-12-24", "Fix it due 2026-12-25", "20261224", "20261225"},
		{"Fix it p0", "Fix it p0 @bob", "20261123", "20261123"},
		{"Fix it p1", "Fix it p0", "20261220", "20261128"},
		{"Fix it", "Fix it @bob", "20261220", "20261220"},
		{"Fix it due 2026-11-01", "Fix it due 2026-11-01 p1", "20261101", "20261101"},
		{"Fix it due 2w", "Fix it @bob (due: 2w) p1", "20261204", "20261204"},
		{"Fix it due 2w", "Fix it due 3w", "20261204", "20261216"},
		{"Fix it due 2w", "Fix it", "20261204", "20261225"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			t.Parallel()
			w := world(wrote(ada, "body", tt.line), judged(policy))
			plan := incident.Decide(policy, plain{}, w, now)
			same(t, "due", tt.want, plan.Record.Ledger.Items[0].Due)
			w = rewritten(carryOut(w, plan), wrote(ada, "body", tt.then))
			judged(policy)(&w)
			entry := incident.Decide(policy, plain{}, w, now.AddDate(0, 0, 5)).Record.Ledger.Items[0]
			same(t, "due then", tt.due, entry.Due)
			if entry.Owner != "desk" && entry.Owner != "bob" {
				t.Errorf("owner %q", entry.Owner)
			}
		})
	}
}

func TestDoubtsOfPeopleWhoMay(t *testing.T) {
	t.Parallel()
	w := world(wrote(mallory, "comment:7", "Fix it p9", "Fix that in acme/nowhere"), wrote(ada, "body", "Call back p9 due 2026-02-30"))
	judged(incident.DefaultPolicy())(&w)
	same(t, "doubts", []string{
		"«p9» is no priority: write one of «p0» to «p4».",
		"«due 2026-02-30» holds no date that can be read: write «due 2026-12-01», «due Dec 1» or «due 2w».",
	}, doubts(w))
	for range 12 {
		wrote(ada, "body", "Call back p9")(&w)
	}
	judged(incident.DefaultPolicy())(&w)
	said := doubts(w)
	same(t, "as many as are shown", 11, len(said))
	same(t, "and the others", "There are 4 more such lines.", said[10])
}

// TestLinesOfOthersElsewhere: who has no say in another repository takes over no
// follow-up there, by whatever line.
func TestLinesOfOthersElsewhere(t *testing.T) {
	t.Parallel()
	infra := incident.Ref{Repo: "acme/infra", Number: 101}
	followed := func(t *testing.T) incident.World {
		t.Helper()
		w := settled(t, world(hasPlaces, wrote(ada, "comment:1", "Fix it in acme/infra")))
		w.FollowUps[0].Issue, w.Record.Ledger.Items[0].Issue = infra.In(parentKey.Repo), infra
		return w
	}
	for _, tt := range []struct {
		name, line string
		opens      []string // by who has no say there
	}{
		{name: "the same words", line: "Fix it", opens: []string{"Fix it"}},
		{name: "the same line", line: "Fix it in acme/infra"},
		{name: "its name", line: "acme/infra#101"},
	} {
		for by, obeyed := range map[incident.Actor]bool{ada: true, ben: false} {
			t.Run(tt.name+" by "+by.Login, func(t *testing.T) {
				t.Parallel()
				w := rewritten(followed(t), wrote(by, "comment:2", tt.line))
				plan := judgedPlan(w)
				want := tt.opens
				if obeyed {
					want = nil
				}
				same(t, "opens", want, opens(plan))
				same(t, "is its line", obeyed, plan.Record.Ledger.Items[0].Source == "comment:2")
				w = rewritten(carryOut(w, plan), wrote(by, "comment:2", "x "+tt.line))
				same(t, "closed", obeyed, judgedPlan(w).Record.Ledger.Items[0].Want == incident.Done)
			})
		}
	}
}
