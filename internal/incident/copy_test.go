package incident_test

import (
	"testing"
	"time"

	"hindsight/internal/incident"
)

func TestCopyPath(t *testing.T) {
	t.Parallel()
	pathOf := func(changes ...change) string {
		w := world(append(changes, publishable, orders(ada, 7, "/postmortem publish"))...)
		return commandedPlan(publishing(), w).Record.Ledger.Copy.Path
	}
	renamed := func(w *incident.World) { w.Parent.Title, w.Repository.FullName = "Acme loses its keys", "Acme/Store" }
	another := func(w *incident.World) { w.Parent.Key.Number++ }
	elsewhere := func(w *incident.World) { w.Repository.ID++ }
	same(t, "renamed", copyOf42, pathOf(renamed))
	same(t, "three incidents", 3, len(map[string]bool{pathOf(): true, pathOf(another): true, pathOf(elsewhere): true}))
}

func TestOrderedMeanwhile(t *testing.T) {
	t.Parallel()
	under := incident.Copy{Repo: showcase, Path: copyOf42}
	out := under
	out.At = now
	wants := func(c incident.Copy, want incident.CopyOrder) incident.Copy {
		c.Want = want
		return c
	}
	publish, withdraw := incident.PublishPage{Repo: showcase, Path: copyOf42}, incident.WithdrawPage{Repo: showcase, Path: copyOf42}
	tests := []struct {
		name   string
		effect incident.Effect
		before incident.Copy
		after  incident.Copy
	}{
		{"published", publish, wants(under, incident.Publish), out},
		{"published, to be withdrawn", publish, wants(under, incident.Withdraw), wants(out, incident.Withdraw)},
		{"withdrawn", withdraw, wants(out, incident.Withdraw), incident.Copy{}},
		{"withdrawn, to be published", withdraw, wants(out, incident.Publish), wants(under, incident.Publish)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := incident.Record{Ledger: incident.Ledger{Version: 3, Copy: tt.before}}
			same(t, "is stored before", false, r.Starting(tt.effect, time.Time{}))
			r.Did(tt.effect, incident.Outcome{}, now)
			same(t, "copy", tt.after, r.Ledger.Copy)
			same(t, "is newer than a ledger with the order", 4, r.Ledger.Version)
		})
	}
}

func TestWhereCopiesGo(t *testing.T) {
	t.Parallel()
	const others = "2026-11-20-postmortem-aaaaaaaa.md"
	tests := []struct {
		name string
		copy incident.Copy
		want []string
	}{
		{"ours", incident.Copy{Repo: showcase, Path: copyOf42, Want: incident.Publish}, []string{`publish the page as "` + copyOf42 + `" in the wiki of acme/status`}},
		{"ours, back", incident.Copy{Repo: showcase, Path: copyOf42, At: opened, Want: incident.Withdraw}, []string{`remove the copy "` + copyOf42 + `" from the wiki of acme/status`}},
		{"in a wiki that was named before, back", incident.Copy{Repo: "acme/old", Path: copyOf42, At: opened, Want: incident.Withdraw}, []string{`remove the copy "` + copyOf42 + `" from the wiki of acme/old`}},
		{"to another wiki", incident.Copy{Repo: "acme/infra", Path: copyOf42, Want: incident.Publish}, nil},
		{"to another wiki, once more", incident.Copy{Repo: "acme/infra", Path: copyOf42, At: opened, Want: incident.Publish}, nil},
		{"over another's", incident.Copy{Repo: showcase, Path: others, At: opened, Want: incident.Publish}, nil},
		{"another's, back", incident.Copy{Repo: showcase, Path: others, At: opened, Want: incident.Withdraw}, nil},
		{"another owner's, back", incident.Copy{Repo: "evil/status", Path: copyOf42, At: opened, Want: incident.Withdraw}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(publishable, func(w *incident.World) {
				w.Record.Ledger.Copy = tt.copy
				w.Record.Ledger.Copy.Words = incident.PublicWords(plain{}, *w)
			})
			same(t, "effects", tt.want, effects(commandedPlan(publishing(), w)))
		})
	}
}

func TestCopyLeftBehind(t *testing.T) {
	t.Parallel()
	const others = "2026-11-20-postmortem-aaaaaaaa.md"
	tests := []struct {
		name       string
		copy       incident.Copy
		publishes  string
		withdraws  string
		afterwards string
	}{
		{
			"in a wiki that was named before",
			incident.Copy{Repo: "acme/old", Path: copyOf42, At: opened},
			"Its copy is still in the wiki of «acme/old»", "taken back", "taken back",
		},
		{
			"from before a transfer",
			incident.Copy{Repo: showcase, Path: others, At: opened},
			"remove the page «2026-11-20-postmortem-aaaaaaaa» from the wiki of «acme/status» yourself",
			"remove the page «2026-11-20-postmortem-aaaaaaaa» from the wiki of «acme/status» yourself", "There is no copy of the page",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			had := func(shown string) change {
				return func(w *incident.World) { w.Record.Ledger.Copy, w.Shown = tt.copy, shown }
			}
			does := func(shown, line string) incident.World {
				return obeyed(t, publishing(), world(publishable, had(shown), orders(ada, 7, line)))
			}
			mentions(t, replied(does("the copy", "/postmortem publish")), tt.publishes)
			mentions(t, replied(does("the copy", "/postmortem unpublish")), tt.withdraws)
			same(t, "published", incident.Copy{Repo: showcase, Path: copyOf42, At: now}, does("", "/postmortem publish").Record.Ledger.Copy)
			gone := does("", "/postmortem unpublish")
			mentions(t, replied(gone), tt.afterwards)
			same(t, "forgotten", incident.Copy{}, gone.Record.Ledger.Copy)
		})
	}
}

// TestCheckedCopies: whoever may write in the repository may edit what the
// tracker says of the copy.
func TestCheckedCopies(t *testing.T) {
	t.Parallel()
	good := incident.Copy{Repo: showcase, Path: copyOf42, At: opened, Want: incident.Withdraw}
	with := func(change func(*incident.Copy)) incident.Copy {
		c := good
		change(&c)
		return c
	}
	path := func(p string) incident.Copy { return with(func(c *incident.Copy) { c.Path = p }) }
	repo := func(r incident.Repo) incident.Copy { return with(func(c *incident.Copy) { c.Repo = r }) }
	tests := []struct {
		name       string
		copy, want incident.Copy
	}{
		{"as it is written", good, good},
		{"to be published", with(func(c *incident.Copy) { c.Want = incident.Publish }), with(func(c *incident.Copy) { c.Want = incident.Publish })},
		{"an order that is none", with(func(c *incident.Copy) { c.Want = "x" }), with(func(c *incident.Copy) { c.Want = "" })},
		{"nothing", incident.Copy{}, incident.Copy{}},
		{"an order alone", incident.Copy{Want: incident.Publish}, incident.Copy{}},
		{"a page's path", path("2026-11-20-shop-is-down-42.md"), incident.Copy{}},
		{"the index", path("Post-mortems.md"), incident.Copy{}},
		{"a path that leads elsewhere", path("../2026-11-20-postmortem-fwdcjlul.md"), incident.Copy{}},
		{"a path of two lines", path(copyOf42 + "\n"), incident.Copy{}},
		{"a longer key", path("2026-11-20-postmortem-fwdcjlulx.md"), incident.Copy{}},
		{"no repository", repo(""), incident.Copy{}},
		{"one for git", repo("acme/status.wiki"), incident.Copy{}},
		{"one that leads elsewhere", repo("acme/.."), incident.Copy{}},
		{"one that is none", repo("acme/a b"), incident.Copy{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			same(t, "believed", tt.want, incident.Ledger{Copy: tt.copy}.Checked().Copy)
		})
	}
}

// TestUniteCopies: what the newer ledger says of the copy counts. An older one
// may have an order that was carried out, and taken back.
func TestUniteCopies(t *testing.T) {
	t.Parallel()
	ordered := incident.Copy{Repo: showcase, Path: copyOf42, Want: incident.Publish}
	out := incident.Copy{Repo: showcase, Path: copyOf42, At: now}
	ledger := func(version int, c incident.Copy) incident.Ledger { return incident.Ledger{Version: version, Copy: c} }
	tests := []struct {
		name         string
		mine, others incident.Ledger
		want         incident.Copy
	}{
		{"a lost database", incident.Ledger{}, ledger(4, out), out},
		{"an old database, published since", ledger(3, ordered), ledger(4, out), out},
		{"an old database, withdrawn since", ledger(3, ordered), ledger(4, incident.Copy{}), incident.Copy{}},
		{"an old tracker, published since", ledger(4, out), ledger(3, ordered), out},
		{"an old tracker, withdrawn since", ledger(4, incident.Copy{}), ledger(3, ordered), incident.Copy{}},
		{"of one age", ledger(4, out), ledger(4, ordered), out},
		{"of one age, of which one knows nothing", ledger(4, incident.Copy{}), ledger(4, out), out},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			same(t, "copy", tt.want, tt.mine.Unite(tt.others).Copy)
		})
	}
}

// TestMovedCopies: the copy stays where it is, and what people of the other
// repository ordered is not done in the name of this one's.
func TestMovedCopies(t *testing.T) {
	t.Parallel()
	out := incident.Copy{Repo: showcase, Path: copyOf42, At: opened}
	waits := out
	waits.Want = incident.Publish
	same(t, "copy", out, incident.Ledger{Home: "acme/shop", Copy: waits}.Moved("acme/store", now).Copy)
}

// TestCopyWithoutTheDatabase: an order is carried out once, and what is out is
// known, by the tracker alone.
func TestCopyWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	policy := publishing()
	w := world(publishable, orders(ada, 7, "/postmortem publish"))
	plan := commandedPlan(policy, w)
	ordered := carryOut(w, incident.Plan{Record: plan.Record, Effects: plan.Effects[:1]}) // the tracker alone is written
	w = databaseLost(t, ordered)
	same(t, "is carried out", 1, len(of[incident.PublishPage](commandedPlan(policy, w))))

	w = obeyed(t, policy, w)
	lost := databaseLost(t, w)
	same(t, "copy", w.Record.Ledger.Copy, lost.Record.Ledger.Copy)
	page("public: It was slow.")(&lost)
	same(t, "published again", 0, len(of[incident.PublishPage](commandedPlan(policy, lost))))
	lost.Record.Ledger = ordered.Record.Ledger.Unite(lost.Record.Ledger)
	same(t, "by an old database", 0, len(of[incident.PublishPage](commandedPlan(policy, lost))))
	orders(ben, 8, "/postmortem unpublish")(&lost)
	same(t, "withdrawn", incident.Copy{}, obeyed(t, policy, lost).Record.Ledger.Copy)
}
