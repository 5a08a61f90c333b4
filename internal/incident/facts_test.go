package incident_test

import (
	"testing"
	"time"

	"hindsight/internal/incident"
)

func TestParseSeverity(t *testing.T) {
	t.Parallel()
	tests := map[string]incident.Severity{
		"sev1": 1, "SEV-1": 1, "sev-2": 2, "Sev_3": 3, "sev 4": 4, "sev5": 5,
		"severity: 1": 1, "severity/1": 1, "Severity:2": 2, " sev1 ": 1,
		"sev0": 0, "sev6": 0, "sev12": 0, "sev": 0, "severe 1": 0, "p1": 0, "sev1_20261120": 0, "not sev1": 0, "": 0,
	}
	for spelling, want := range tests {
		t.Run(spelling, func(t *testing.T) {
			t.Parallel()
			got, ok := incident.ParseSeverity(spelling)
			same(t, "severity", want, got)
			same(t, "is one", want != 0, ok)
		})
	}
}

func TestSeverityOfAnIncident(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		labels []string
		says   string
	}{
		{"one label", []string{"incident", "sev2"}, "acme/shop#42 is sev2\npage"},
		{"the worst of two", []string{"sev4", "incident", "SEV-1", "sev2"}, "acme/shop#42 is sev1\npage"},
		{"none: the default, and it says so", []string{"incident", "bug"}, "acme/shop#42 is sev3\nseverity assumed\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mentions(t, tells(decide(world(labels(tt.labels...)))), tt.says)
		})
	}
}

func TestDateIsTheTeams(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.Zone = time.FixedZone("+13", 13*60*60)
	w := world(noPage, wrote(ada, incident.FromBody, "Fix it"), judged(policy))
	plan := incident.Decide(policy, plain{}, w, now)
	same(t, "path", "2026-11-21-shop-is-down-42.md", plan.Record.Ledger.Page.Path)
	var labels []string
	for _, e := range of[incident.OpenFollowUp](plan) {
		for _, l := range e.Labels {
			labels = append(labels, l.Name)
		}
	}
	same(t, "labels", []string{"postmortem-followup", "sev2", "sev2_20261121"}, labels)
}

func TestOwnerIsTheFirstAssignee(t *testing.T) {
	t.Parallel()
	w := world(func(w *incident.World) { w.Parent.Assignees = []string{"ben", "ada"} })
	mentions(t, tells(decide(w)), "owner ben\n")
}

func TestPageStates(t *testing.T) {
	t.Parallel()
	wikiOff := func(w *incident.World) { w.Repository.HasWiki = false }
	tests := []struct {
		name    string
		changes []change
		says    string
		made    bool
	}{
		{name: "to be made", changes: []change{noPage}, says: "page coming", made: true},
		{name: "there", says: "page made"},
		{name: "at the bar", changes: []change{noPage, labels("incident", "sev3")}, says: "page coming", made: true},
		{name: "below the bar", changes: []change{noPage, labels("incident", "sev4")}, says: "page below the bar"},
		{name: "made, then below the bar", changes: []change{labels("incident", "sev4")}, says: "page made"},
		{name: "no wiki", changes: []change{noPage, wikiOff}, says: "page no wiki"},
		{name: "security in public", changes: []change{noPage, public, label("Security")}, says: "page kept private"},
		{name: "security in private", changes: []change{noPage, label("security")}, says: "page coming", made: true},
		{name: "public", changes: []change{noPage, public}, says: "page coming", made: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plan := decide(world(tt.changes...))
			mentions(t, tells(plan), tt.says)
			if made := len(effects(plan)) == 1; made != tt.made {
				t.Errorf("effects: %v", effects(plan))
			}
		})
	}
}

func TestPageLink(t *testing.T) {
	t.Parallel()
	const there = "https://github.test/Acme/Shop/wiki/2026-11-20-page-42"
	chosen := func(w *incident.World) { w.Record.Ledger.Page.At = time.Time{} }
	noWiki := func(w *incident.World) { w.Repository.HasWiki = false }
	tests := []struct {
		name    string
		changes []change
		want    string
	}{
		{"made", nil, there},
		{"made, then the wiki was switched off", []change{noWiki}, there},
		{"made, then below the bar", []change{labels("incident", "sev5")}, there},
		{"made, then kept private", []change{public, label("security")}, there},
		{"coming", []change{chosen}, there},
		{"coming, its path not chosen yet", []change{noPage}, "https://github.test/Acme/Shop/wiki/2026-11-20-shop-is-down-42"},
		{"a path, and no wiki any more", []change{chosen, noWiki}, ""},
		{"a path, and below the bar", []change{chosen, labels("incident", "sev4")}, ""},
		{"a path, and kept private", []change{chosen, public, label("security")}, ""},
		{"no wiki", []change{noPage, noWiki}, ""},
		{"paused before it was made", []change{chosen, unlabelled}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			same(t, "link", tt.want, viewed(incident.DefaultPolicy(), world(tt.changes...)).PageLink)
		})
	}
}

func TestViewSaysWhatIsAndWhatCounts(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.PageFrom = 2
	view := viewed(policy, world(labels("incident", "sev4")))
	same(t, "named for good", incident.ID{Repository: 7, Number: 42}, view.ID)
	same(t, "gets a page from", incident.Severity(2), view.From)
}

// TestWikiIsLookedFor: no webhook tells that it was switched on.
func TestWikiIsLookedFor(t *testing.T) {
	t.Parallel()
	noWiki := func(w *incident.World) { noPage(w); w.Repository.HasWiki = false }
	trouble := func(in time.Duration) change {
		return func(w *incident.World) {
			at := now.Add(in)
			w.Record.Problems = map[incident.Part]incident.Problem{incident.FollowUpsPart: {NotBefore: at, RetryAt: at}}
		}
	}
	week := opened.AddDate(0, 0, 7)
	tests := []struct {
		name    string
		changes []change
		now     time.Time
		want    time.Time
	}{
		{"no wiki", []change{noWiki}, now, now.Add(time.Hour)},
		{"to the end of the week", []change{noWiki}, week.Add(-time.Second), week.Add(time.Hour - time.Second)},
		{"daily after it", []change{noWiki}, week, week.AddDate(0, 0, 1)},
		{"and for as long as it takes", []change{noWiki}, week.AddDate(1, 0, 0), week.AddDate(1, 0, 1)},
		{"not once it is complete", []change{noWiki, func(w *incident.World) {
			w.Parent.State, w.Parent.ClosedAt, w.Record.Ledger.Closing.Complete = incident.Done, opened, true
			w.Closings = []incident.ClosingComment{{ID: 9, Complete: true}}
		}}, week, time.Time{}},
		{"paused", []change{noWiki, unlabelled}, now, time.Time{}},
		{"below the bar", []change{noWiki, labels("incident", "sev4")}, now, time.Time{}},
		{"kept private", []change{noWiki, public, label("security")}, now, time.Time{}},
		{"made already", []change{func(w *incident.World) { w.Repository.HasWiki = false }}, now, time.Time{}},
		{"trouble that ends before", []change{noWiki, trouble(time.Minute)}, now, now.Add(time.Minute)},
		{"trouble that ends later", []change{noWiki, trouble(2 * time.Hour)}, now, now.Add(time.Hour)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plan := incident.Decide(incident.DefaultPolicy(), plain{}, world(tt.changes...), tt.now)
			same(t, "look again", tt.want, plan.LookAgain)
		})
	}
}

func TestPathNeverChanges(t *testing.T) {
	t.Parallel()
	w := world(noPage)
	plan := decide(w)
	const create = `create the post-mortem page "2026-11-20-shop-is-down-42.md" in the wiki`
	same(t, "effects", []string{create}, effects(plan))

	w.Record = plan.Record
	w.Parent.Title, w.Parent.CreatedAt = "Checkout is slow", opened.AddDate(0, 0, 3)
	plan = decide(w)
	same(t, "after a crash, renamed", []string{create}, effects(plan))

	w = carryOut(w, plan)
	row := of[incident.CreatePage](plan)[0].Index.Digest()
	same(t, "made", incident.Page{Path: "2026-11-20-shop-is-down-42.md", At: now, Private: true, Row: row}, w.Record.Ledger.Page)
	same(t, "again", []string(nil), effects(decide(w)))
}

func TestPathOutlivesTheDatabase(t *testing.T) {
	t.Parallel()
	w := world(noPage)
	body := decide(w).Effects[0].(incident.WriteTracker).Body
	ledger, err := carried(body)
	if err != nil {
		t.Fatal(err)
	}
	w.Parent.Title = "Checkout is slow"
	w.Record = incident.Record{Ledger: incident.Ledger{}.Unite(ledger)}
	same(t, "effects", []string{`create the post-mortem page "2026-11-20-shop-is-down-42.md" in the wiki`}, effects(decide(w)))
}

func TestPageContent(t *testing.T) {
	t.Parallel()
	same(t, "page", []incident.CreatePage{{
		Path: "2026-11-20-shop-is-down-42.md", Private: true, Content: "page of acme/shop#42 by ada: All of it.",
		Index: incident.IndexRow{
			Page: "2026-11-20-shop-is-down-42", Date: opened.Truncate(24 * time.Hour), Severity: 2, Title: "Shop is down",
			Status: incident.Draft,
		},
	}}, of[incident.CreatePage](decide(world(noPage))))
}

func TestConfigErrorIsShown(t *testing.T) {
	t.Parallel()
	w := world(func(w *incident.World) { w.ConfigError = "line 3: unknown key" })
	mentions(t, tells(decide(w)), "! line 3: unknown key\n")
}
