package incident_test

import (
	"testing"

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
			same(t, "is stored before", false, r.Starting(tt.effect))
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
			w := world(publishable, func(w *incident.World) { w.Record.Ledger.Copy = tt.copy })
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
			"in a wiki that was named before", incident.Copy{Repo: "acme/old", Path: copyOf42, At: opened},
			"Its copy is still in the wiki of «acme/old»", "taken back", "taken back",
		},
		{
			"from before a transfer", incident.Copy{Repo: showcase, Path: others, At: opened},
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
