package incident_test

import (
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

const shared = incident.Repo("acme/postmortems")

// central is the policy of a team whose pages are all in one wiki.
func central() incident.Policy {
	policy := incident.DefaultPolicy()
	policy.Wiki = shared
	return policy
}

// inShared has the wiki that the configuration names be one that can be used.
func inShared(w *incident.World) {
	w.Wiki = incident.Place{
		Repository: incident.Repository{ID: 11, FullName: "Acme/Postmortems", Private: true, HasWiki: true}, Accepts: true,
	}
}

func place(change func(*incident.Place)) change {
	return func(w *incident.World) { change(&w.Wiki) }
}

// madeThere is an incident whose page is in that wiki.
func madeThere(w *incident.World) { w.Record.Ledger.Page.Repo = shared }

// barring are the ways in which another repository's wiki can't be used, and
// what people are told.
func barring() map[string]struct {
	change change
	says   string
} {
	type way = struct {
		change change
		says   string
	}
	return map[string]way{
		"not seen": {place(func(p *incident.Place) { *p = incident.Place{} }), "there is no repository `acme/postmortems`, or the app is not installed in it. Install it there"},
		"not to be asked about": {
			place(func(p *incident.Place) { *p = incident.Place{Exposes: true, Narrow: true, Why: "GitHub says no."} }),
			"the repository `acme/postmortems` can't be looked at. GitHub says no.",
		},
		"archived":        {place(func(p *incident.Place) { p.Repository.Archived = true }), "is archived. Unarchive it"},
		"no wiki":         {place(func(p *incident.Place) { p.Repository.HasWiki = false }), "is switched off. Switch it on"},
		"does not accept": {place(func(p *incident.Place) { p.Accepts = false }), "Add `acme/shop` to `wiki.accepts` in its configuration."},
		"can't be read": {
			place(func(p *incident.Place) { p.Accepts, p.Misconfigured = false, "line 3 is wrong." }),
			"the configuration of `acme/postmortems` can't be used, so that nobody else may write to its wiki: line 3 is wrong.",
		},
		"exposes":           {place(func(p *incident.Place) { p.Exposes = true }), "people can read the wiki of `acme/postmortems` who can't read this repository. Take"},
		"exposes, perhaps":  {place(func(p *incident.Place) { p.Exposes, p.Why = true, "They are too many." }), "it is not known whether everybody who can read the wiki of `acme/postmortems` may read this. They are too many."},
		"security, exposed": {func(w *incident.World) { label("security")(w); w.Wiki.Exposes = true }, "people can read the wiki"},
	}
}

func TestBarredWiki(t *testing.T) {
	t.Parallel()
	for name, way := range barring() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(noPage, inShared, way.change)
			view := viewed(central(), w)
			same(t, "state", incident.PageBarred, view.Page)
			same(t, "link", "", view.PageLink)
			same(t, "notices", 1, len(view.Notices))
			mentions(t, view.Notices[0], "The post-mortem page can't be made yet: ")
			mentions(t, view.Notices[0], way.says)
			plan := incident.Decide(central(), plain{}, w, now)
			same(t, "effects", []string(nil), effects(plan))
			same(t, "path", "", plan.Record.Ledger.Page.Path)
			same(t, "looks again", now.Add(time.Hour), plan.LookAgain)
			same(t, "is known to wait", true, plan.Record.WaitsForWiki)

			made := world(inShared, madeThere, way.change)
			made.Page = "out of date"
			same(t, "told nothing new", []string(nil), effects(incident.Decide(central(), plain{}, made, now)))
			view = viewed(central(), made)
			same(t, "state of one that is there", incident.PageExists, view.Page)
			mentions(t, strings.Join(view.Notices, "\n"), "The post-mortem page is not kept up to date: ")
		})
	}
}

// TestOtherOwnersWiki: whoever may edit the tracker, or the configuration, can't
// have a page put into another account's wiki.
func TestOtherOwnersWiki(t *testing.T) {
	t.Parallel()
	policy := central()
	policy.Wiki = "initech/postmortems"
	view := viewed(policy, world(noPage, inShared))
	same(t, "state", incident.PageBarred, view.Page)
	mentions(t, view.Notices[0], "`initech/postmortems` belongs to another account.")
}

func TestCentralWiki(t *testing.T) {
	t.Parallel()
	plan := incident.Decide(central(), plain{}, world(noPage, inShared), now)
	const want = `create the post-mortem page "2026-11-20-shop-shop-is-down-42.md" in the wiki of acme/postmortems`
	same(t, "effects", []string{want}, effects(plan))
	create := of[incident.CreatePage](plan)[0]
	same(t, "index", "2026-11-20-shop-shop-is-down-42", create.Index.Page)
	same(t, "state", "coming", pageStates[viewed(central(), world(noPage, inShared)).Page])

	w := carryOut(world(noPage, inShared), plan)
	same(t, "made in", shared, w.Record.Ledger.Page.Repo)
	same(t, "link", "https://github.test/Acme/postmortems/wiki/2026-11-20-shop-shop-is-down-42",
		strings.Replace(viewed(central(), w).PageLink, "acme/postmortems", "Acme/postmortems", 1))
	w.Page = "out of date"
	update := of[incident.UpdatePage](incident.Decide(central(), plain{}, w, now))
	same(t, "updated in", []incident.Repo{shared}, []incident.Repo{update[0].Repo})

	own := central()
	own.Wiki = parentKey.Repo
	same(t, "its own, by name", incident.Repo(""), of[incident.CreatePage](incident.Decide(own, plain{}, world(noPage), now))[0].Repo)
}

// TestWikiIsChosenOnce: a page never moves. While it can't be made before people
// mend something, they may name another wiki.
func TestWikiIsChosenOnce(t *testing.T) {
	t.Parallel()
	chosen := func(w *incident.World) { noPage(w); w.Record.Ledger.Page.Path = "2026-11-20-page-42.md" }
	failed := func(err error) change {
		return func(w *incident.World) {
			w.Record.Failed(incident.PagePart, err, incident.Problem{}, now.Add(-time.Hour))
		}
	}
	blocked := failed(&incident.Blocked{Text: "The wiki has no first page."})
	passing := failed(errCrash)
	tests := []struct {
		name    string
		changes []change
		want    incident.Repo
	}{
		{"not chosen", []change{noPage}, shared},
		{"made", nil, ""},
		{"chosen, and perhaps made", []change{chosen}, ""},
		{"failed, and perhaps made", []change{chosen, passing}, ""},
		{"waits for people", []change{chosen, blocked}, shared},
		{"made, and can't be updated", []change{blocked}, ""},
		{"made there", []change{madeThere}, shared},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(append(tt.changes, inShared)...)
			same(t, "wiki", tt.want, incident.WikiOf(central(), w))
			for _, create := range of[incident.CreatePage](incident.Decide(central(), plain{}, w, now)) {
				same(t, "created in", tt.want, create.Repo)
				same(t, "by a name that goes there", tt.want != "", strings.Contains(create.Path, "-shop-shop-is-down-42"))
			}
		})
	}
	barredThere := world(chosen, inShared, place(func(p *incident.Place) { p.Accepts = false }))
	barredThere.Record.Ledger.Page.Repo = shared
	same(t, "barred, and another one is named", "",
		incident.Decide(incident.DefaultPolicy(), plain{}, barredThere, now).Record.Ledger.Page.Path)
	same(t, "barred, and still named", "2026-11-20-page-42.md",
		incident.Decide(central(), plain{}, barredThere, now).Record.Ledger.Page.Path)
}

// TestStayedBehind: a page that was left in another repository's wiki when the
// parent was transferred is told nothing new, whatever that wiki accepts.
func TestStayedBehind(t *testing.T) {
	t.Parallel()
	transferred := func(w *incident.World) {
		w.Record.Ledger.Page.Repo, w.Record.Ledger.Since = "acme/old", opened.Add(5*time.Minute)
		w.Page = "out of date"
	}
	w := world(inShared, transferred)
	same(t, "effects", []string(nil), effects(decide(w)))
	mentions(t, viewed(incident.DefaultPolicy(), w).Notices[0], "The post-mortem page stayed in the wiki of `acme/old`")
	same(t, "asked for", incident.EventQuery{}, incident.EventsWanted(incident.DefaultPolicy(), w, now))
	w.Record.Ledger.Page.Repo = shared
	same(t, "in the central wiki", 1, len(of[incident.UpdatePage](incident.Decide(central(), plain{}, w, now))))
}

// TestWhoCanReadThePage is decided by its wiki, not by the parent.
func TestWhoCanReadThePage(t *testing.T) {
	t.Parallel()
	open := place(func(p *incident.Place) { p.Repository.Private = false })
	tests := []struct {
		name         string
		policy       incident.Policy
		changes      []change
		public, asks bool
	}{
		{"its own, private", incident.DefaultPolicy(), nil, false, false},
		{"its own, public", incident.DefaultPolicy(), []change{public}, true, true},
		{"a central one, private", central(), []change{noPage}, false, true},
		{"a central one, public", central(), []change{noPage, public, open}, true, true},
		{"of a public one, in private", central(), []change{noPage, public}, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(append([]change{inShared}, tt.changes...)...)
			view := incident.ViewPage(tt.policy, plain{}, w, now)
			same(t, "public", tt.public, view.Public)
			same(t, "asks", tt.asks, view.Asks)
			label("security")(&w)
			kept := tt.public && w.Record.Ledger.Page.Path == ""
			same(t, "kept private", kept, viewed(tt.policy, w).Page == incident.PagePrivate)
		})
	}
}

// TestProposedInAnotherWiki: who may edit another repository's wiki need not
// have a say here; and what some can't read who can read this is not taken over.
func TestProposedInAnotherWiki(t *testing.T) {
	t.Parallel()
	proposed := wrote(incident.Actor{}, incident.FromPage, "Add an alert", "x Done already", "Call back")
	w := world(inShared, madeThere, proposed)
	plan := incident.Decide(central(), plain{}, w, now)
	same(t, "opened", []string(nil), opens(plan))
	same(t, "proposed", []string{"Add an alert", "Call back"}, viewed(central(), w).Proposed)

	w = obeyed(t, central(), w)
	orders(ada, 7, "/followup accept")(&w)
	w = obeyed(t, central(), w)
	same(t, "accepted", 2, len(w.FollowUps))

	narrow := place(func(p *incident.Place) { p.Narrow = true })
	w = world(inShared, madeThere, proposed, narrow, orders(ada, 7, "/followup accept"))
	view := viewed(central(), w)
	same(t, "proposed where not all can read it", []string(nil), view.Proposed)
	same(t, "not taken", 2, view.Untaken)
	w = obeyed(t, central(), w)
	same(t, "opened", 0, len(w.FollowUps))
	mentions(t, replied(w), "Fewer people may read the page than this")
}

// TestWordsStayWhereFewerReadThem: once fewer people may read the page, what is
// changed there does not reach those who can't.
func TestWordsStayWhereFewerReadThem(t *testing.T) {
	t.Parallel()
	w := obeyed(t, central(), world(inShared, madeThere, wrote(incident.Actor{}, incident.FromPage, "Add an alert")))
	orders(ada, 7, "/followup accept")(&w)
	w = obeyed(t, central(), w)
	w.Wiki.Narrow = true
	w.Items[0].Text, w.Items[0].Linked = "Tell Initech nothing", false
	view := viewed(central(), w)
	same(t, "lines", 1, len(view.Lines))
	same(t, "says", "Add an alert", view.Lines[0].Text)
	same(t, "listed still", false, view.Lines[0].Unlisted)
	same(t, "renamed", 0, len(of[incident.UpdateFollowUp](commandedPlan(central(), w))))
	wrote(ada, incident.FromBody, "Add an alert")(&w)
	w = obeyed(t, central(), w)
	same(t, "written here as well", 1, len(w.FollowUps))
}
