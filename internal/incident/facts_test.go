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
		labels = e.Labels
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
	same(t, "made", incident.Page{Path: "2026-11-20-shop-is-down-42.md", At: now}, w.Record.Ledger.Page)
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
		Path: "2026-11-20-shop-is-down-42.md", Content: "page of acme/shop#42 by ada: All of it.",
	}}, of[incident.CreatePage](decide(world(noPage))))
}

func TestConfigErrorIsShown(t *testing.T) {
	t.Parallel()
	w := world(func(w *incident.World) { w.ConfigError = "line 3: unknown key" })
	mentions(t, tells(decide(w)), "! line 3: unknown key\n")
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"acme/shop#42":    "acme/shop#42",
		" Acme/Shop.x#7 ": "acme/shop.x#7",
		"https://github.test/Acme/Shop/issues/42": "acme/shop#42",
		"https://github.test/acme/shop/pull/1":    "acme/shop#1",
		"shop#42":                                 "",
		"acme/shop":                               "",
		"acme/shop#0":                             "",
		"acme/shop#x":                             "",
		"a/../shop#1":                             "",
	}
	for in, want := range tests {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			key, err := incident.ParseKey(in)
			if want == "" {
				if err == nil {
					t.Fatalf("%q was read as %s", in, key)
				}
				return
			}
			same(t, "key", want, key.String())
			same(t, "repository", key.Repo, incident.NewRepo(key.Repo.Owner(), key.Repo.Name()))
		})
	}
}
