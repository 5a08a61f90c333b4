package incident_test

import (
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// TestIndexRow: the index is written when the page's row is another.
func TestIndexRow(t *testing.T) {
	t.Parallel()
	followUps := func(w *incident.World) {
		for i, state := range []incident.State{incident.Open, incident.Done, incident.Dropped, incident.Gone} {
			key := incident.NewKey("acme", "shop", 101+i)
			w.FollowUps = append(w.FollowUps, incident.FollowUp{Issue: key, State: state, Title: "Fix it"})
			w.Record.Ledger.Items = append(w.Record.Ledger.Items, incident.Entry{
				Key: incident.ItemKey(strings.Repeat("a", 11) + string(rune('a'+i))), Source: incident.FromBody, Issue: incident.Ref{Number: 101 + i},
				Attached: true, Asked: true,
			})
		}
	}
	w := onPage(followUps, label("postmortem: in review"), func(w *incident.World) { w.Parent.Assignees = []string{"ben"} })
	same(t, "as it is", 0, len(of[incident.UpdatePage](paging(w))))
	w.Record.Ledger.Page.Row = "another"
	update := of[incident.UpdatePage](paging(w))
	if len(update) != 1 {
		t.Fatal("the index is not written")
	}
	same(t, "too", true, update[0].IndexToo)
	same(t, "row", incident.IndexRow{
		Page: "2026-11-20-page-42", Date: opened.Truncate(24 * time.Hour), Severity: 2, Title: "Shop is down", Owner: "ben",
		Status: incident.InReview, Done: 1, Total: 2,
	}, update[0].Index)

	w.Record.Did(update[0], incident.Outcome{}, now)
	same(t, "nothing was written", "another", w.Record.Ledger.Page.Row)
	w.Record.Did(update[0], incident.Outcome{Indexed: true}, now)
	same(t, "remembered", update[0].Index.Digest(), w.Record.Ledger.Page.Row)
	same(t, "left", false, w.Record.IndexLeft)
	w.Record.Did(update[0], incident.Outcome{Indexed: true, IndexLeft: true}, now)
	same(t, "left alone", true, w.Record.IndexLeft)
	update[0].IndexToo = false
	w.Record.Did(update[0], incident.Outcome{Indexed: true}, now)
	same(t, "not tried", true, w.Record.IndexLeft)
	same(t, "again", 0, len(of[incident.UpdatePage](paging(w))))
}

// TestPageNotices: what is left alone on the page, or not as the team wants it,
// is said in the tracker, and stops being said.
func TestPageNotices(t *testing.T) {
	t.Parallel()
	says := func(text string) change { return func(w *incident.World) { w.Page = text } }
	record := func(change func(*incident.Record)) change { return func(w *incident.World) { change(&w.Record) } }
	noKeys := says("facts: sev2, draft, 0 follow-ups\n")
	tests := []struct {
		name    string
		changes []change
		want    string // "" for none
	}{
		{"all as it was made", nil, ""},
		{"a part that people removed", []change{noKeys}, "kept up to date any more: timeline (removed). To get one back"},
		{"a part that it never had", []change{noKeys, record(func(r *incident.Record) { r.Ledger.Page.Blocks = nil })}, ""},
		{"parts that people changed", []change{says("facts: all well (touched)\n<<<\nkeys:\n")}, "any more: facts (changed by hand), timeline (its markers or its table can't be read)."},
		{"while it is paused", []change{noKeys, unlabelled}, ""},
		{"removed", []change{says(""), func(w *incident.World) { w.PageGone = true }}, "The post-mortem page was removed from the wiki"},
		{"not read", []change{says(""), func(w *incident.World) { w.PageUnread = true }}, ""},
		{"not in the index", []change{record(func(r *incident.Record) { r.IndexLeft = true })}, "The index of post-mortems in the wiki does not list this one"},
		{"events are missing", []change{func(w *incident.World) { w.EventsUnread = "GitHub says no." }}, "The timeline may lack what happened outside of this conversation: GitHub says no."},
		{"events are missing, and there is no timeline", []change{noKeys, record(func(r *incident.Record) { r.Ledger.Page.Blocks = nil }), func(w *incident.World) { w.EventsUnread = "GitHub says no." }}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := onPage()
			for _, c := range tt.changes {
				c(&w)
			}
			notices := strings.Join(viewedOnPage(w).Notices, "\n")
			mentions(t, notices, tt.want)
			same(t, "said anything", tt.want != "", notices != "")
			same(t, "more than one line", 0, strings.Count(notices, "\n"))
		})
	}
}

// TestBlocksAreRemembered: a part that the page has had is missed.
func TestBlocksAreRemembered(t *testing.T) {
	t.Parallel()
	w := onPage()
	w.Record.Ledger.Page.Blocks = nil
	w.Page = "facts: all well (touched)\n"
	same(t, "had", []string{"facts"}, paging(w).Record.Ledger.Page.Blocks)
	w.Page += "keys:\n"
	same(t, "had by now", []string{"facts", "timeline"}, paging(w).Record.Ledger.Page.Blocks)
}

// TestNotesAreInOnePlace: on the page, once its timeline takes them; a page that
// can't be read for a while has them still.
func TestNotesAreInOnePlace(t *testing.T) {
	t.Parallel()
	noted := orders(ben, 7, "/incident note 14:06 Rolled back")
	unread := func(w *incident.World) { w.Page, w.PageUnread = "", true }
	readBefore := func(w *incident.World) {
		judged(incident.DefaultPolicy())(w)
		*w = carryOut(*w, paging(*w))
		w.Page = paged{}.Page(incident.ViewPage(incident.DefaultPolicy(), paged{}, *w, now))
		w.Record = paging(*w).Record
	}
	tests := []struct {
		name    string
		changes []change
		want    int
	}{
		{"no page yet", []change{noPage}, 1},
		{"on the page", nil, 0},
		{"the page is not read", []change{readBefore, unread}, 0},
		{"the page was not read since", []change{unread}, 1},
		{"it can't be brought up to date", []change{func(w *incident.World) { w.Failed = map[incident.Part]bool{incident.PagePart: true} }}, 1},
		{"it could not be before", []change{failedPage}, 1},
		{"it had no timeline when it was read", []change{unread, func(w *incident.World) { w.Record.TimelineLeft = true }}, 1},
		{"the page is gone", []change{func(w *incident.World) { w.Page, w.PageGone = "", true }}, 1},
		{"no timeline", []change{func(w *incident.World) { w.Page = "facts: sev2\n" }}, 1},
		{"a page that all can read, and must not", []change{public, label("security")}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := onPage(noted)
			for _, c := range tt.changes {
				c(&w)
			}
			judged(incident.DefaultPolicy())(&w)
			same(t, "notes in the tracker", tt.want, len(viewedOnPage(w).Notes))
		})
	}
}

// TestTemplate is chosen by severity, and the repository's own wins. What is
// wrong with that can be read for a day.
func TestTemplate(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	policy.Templates = map[incident.Severity]string{1: "pagerduty"}
	w := world(noPage)
	same(t, "sev2", "default", incident.ViewPage(policy, plain{}, w, now).Built)
	w.Parent.Labels = []string{"incident", "sev1"}
	w.Template = "# {{title}}"
	view := incident.ViewPage(policy, plain{}, w, now)
	same(t, "sev1", []string{"pagerduty", "# {{title}}"}, []string{view.Built, view.Own})

	w.Template, w.TemplateError = "", "`postmortem.md:3` is wrong."
	const says = "since the repository's own can't be used: `postmortem.md:3` is wrong."
	mentions(t, strings.Join(viewed(policy, w).Notices, "\n"), says)
	plan := incident.Decide(policy, plain{}, w, now)
	w = carryOut(w, plan)
	w.TemplateError = "" // nobody asks any more
	plan = incident.Decide(policy, plain{}, w, now)
	mentions(t, tells(plan), says)
	same(t, "looks again", now.Add(24*time.Hour), plan.LookAgain)
	later := incident.Decide(policy, plain{}, w, now.Add(24*time.Hour))
	same(t, "a day later", false, strings.Contains(tells(later), says))
	same(t, "forgotten", "", later.Record.TemplateError)

	mended := world(noPage)
	mended.Record.TemplateError = "wrong"
	same(t, "mended before the page was made", "", incident.Decide(policy, plain{}, mended, now).Record.TemplateError)
}

// TestViewPage is what the page is going to say, also before there is one, and
// whoever labelled it.
func TestViewPage(t *testing.T) {
	t.Parallel()
	w := world(fresh, wrote(ada, incident.FromBody, "Fix it"))
	view := incident.ViewPage(incident.DefaultPolicy(), plain{}, w, now)
	same(t, "link", "https://github.test/Acme/Shop/wiki/2026-11-20-shop-is-down-42", view.PageLink)
	same(t, "status", incident.Draft, view.Status)
	same(t, "by", "ada", view.Reporter)
	same(t, "says", "All of it.", view.Summary)
	w = settled(t, world(wrote(ada, incident.FromBody, "Fix it")))
	same(t, "lines", 1, len(incident.ViewPage(incident.DefaultPolicy(), plain{}, w, now).Lines))
}

// TestPageInTheLedger: of a page only what Hindsight would write is believed,
// and of two ledgers what either knows.
func TestPageInTheLedger(t *testing.T) {
	t.Parallel()
	good := incident.Page{
		Path: "2026-11-20-page-42.md", At: opened, Repo: shared, Row: "abcdefghijkl", Blocks: []string{"facts", "follow-ups"},
	}
	with := func(change func(*incident.Page)) incident.Page {
		p := good
		change(&p)
		return p
	}
	tests := []struct {
		name      string
		has, want incident.Page
	}{
		{"good", good, good},
		{"no path", with(func(p *incident.Page) { p.Path = "Home.md" }), incident.Page{}},
		{"no repository", with(func(p *incident.Page) { p.Repo = "acme/.." }), with(func(p *incident.Page) { p.Repo = "" })},
		{"a wiki for a repository", with(func(p *incident.Page) { p.Repo = "acme/shop.wiki" }), with(func(p *incident.Page) { p.Repo = "" })},
		{"no digest", with(func(p *incident.Page) { p.Row = "--> all" }), with(func(p *incident.Page) { p.Row = "" })},
		{
			"no block", with(func(p *incident.Page) { p.Blocks = []string{"facts", "--> @all", "", strings.Repeat("x", 99)} }),
			with(func(p *incident.Page) { p.Blocks = []string{"facts"} }),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			same(t, "page", tt.want, incident.Ledger{Page: tt.has}.Checked().Page)
		})
	}
	many := with(func(p *incident.Page) { p.Blocks = strings.Fields(strings.Repeat("a ", 999)) })
	same(t, "many blocks", 20, len(incident.Ledger{Page: many}.Checked().Page.Blocks))

	mine, other := incident.Ledger{Page: good}, incident.Ledger{Page: with(func(p *incident.Page) { p.Row, p.Blocks = "zzz", []string{"timeline"} })}
	all := with(func(p *incident.Page) { p.Blocks = []string{"facts", "follow-ups", "timeline"} })
	same(t, "of one age", all, mine.Unite(other).Page)
	other.Version, all.Row = 2, "zzz"
	same(t, "a newer one", all, mine.Unite(other).Page)
	elsewhere := incident.Ledger{Version: 3, Page: with(func(p *incident.Page) { p.Path = "2026-11-20-another-42.md" })}
	same(t, "another page", good, mine.Unite(elsewhere).Page)
}
