package incident_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

const (
	showcase = incident.Repo("acme/status")
	// copyOf42 is the path of the copy that the tests' incident has.
	copyOf42 = "2026-11-20-postmortem-fwdcjlul.md"
)

// publishing is the policy of a team that publishes.
func publishing() incident.Policy {
	policy := incident.DefaultPolicy()
	policy.Showcase = showcase
	return policy
}

// page has the page say something, with what is wrong with it.
func page(text string, findings ...incident.Finding) change {
	return func(w *incident.World) {
		w.Page, w.Findings, w.Checked = "sev2, draft, 0 follow-ups\n"+text, findings, true
		w.Record.Ledger.Page.Row = incident.RowOf(publishing(), *w)
	}
}

// publishable is a page of which something may go out, and a wiki for it.
func publishable(w *incident.World) {
	page("public: It was down.")(w)
	w.Showcase = incident.Place{
		Repository: incident.Repository{ID: 9, FullName: "Acme/Status", HasWiki: true}, Accepts: true,
	}
}

// published is a page that was published.
func published(w *incident.World) {
	publishable(w)
	w.Record.Ledger.Copy = incident.Copy{Repo: showcase, Path: copyOf42, At: opened.Add(time.Minute)}
	w.Shown = "the copy"
}

// ordered has an order about the copy wait.
func ordered(what incident.CopyOrder) change {
	return func(w *incident.World) {
		c := &w.Record.Ledger.Copy
		c.Repo, c.Path, c.Want, c.Words = showcase, copyOf42, what, incident.PublicWords(plain{}, *w)
	}
}

func serious(line int, public bool) incident.Finding {
	return incident.Finding{Rule: "secret", Line: line, Column: 3, Serious: true, Public: public, Text: "This looks like a secret."}
}

var minor = incident.Finding{Rule: "vague", Line: 7, Column: 1, Public: true, Text: "This is vague."}

// inCopy has rules find something in what would go out.
func inCopy(rules ...string) change {
	return func(w *incident.World) {
		for _, rule := range rules {
			w.CopyFindings = append(w.CopyFindings, incident.Finding{Rule: rule, Line: 1, Column: 1, Serious: true, Text: "This is found."})
		}
	}
}

// TestPublish follows a copy from the first order to its end.
func TestPublish(t *testing.T) {
	t.Parallel()
	policy := publishing()
	w := world(publishable, orders(ada, 7, "/postmortem publish"))
	plan := commandedPlan(policy, w)
	same(t, "path", copyOf42, plan.Record.Ledger.Copy.Path)
	publishes := of[incident.PublishPage](plan)
	same(t, "published", 1, len(publishes))
	same(t, "where", incident.PublishPage{Repo: showcase, Path: copyOf42}, incident.PublishPage{Repo: publishes[0].Repo, Path: publishes[0].Path})
	same(t, "what", w.Page, publishes[0].Page)
	same(t, "of", parentKey, publishes[0].View.Key)
	same(t, "before it is out", []incident.React{{Reaction: incident.Reaction{Comment: 7, Content: incident.Seen}}}, of[incident.React](plan))

	w = obeyed(t, policy, carryOut(w, plan))
	same(t, "copy", incident.Copy{Repo: showcase, Path: copyOf42, At: now}, w.Record.Ledger.Copy)
	same(t, "reactions", "eyes +1", reactions(w, 7))
	same(t, "said", "", replied(w))
	same(t, "link", "https://github.test/acme/status/wiki/"+strings.TrimSuffix(copyOf42, ".md"), viewed(policy, w).CopyLink)

	page("public: It was slow.")(&w)
	same(t, "a change that nobody ordered to go out", 0, len(of[incident.PublishPage](commandedPlan(policy, w))))
	orders(ada, 8, "/postmortem publish")(&w)
	again := of[incident.PublishPage](commandedPlan(policy, w))
	same(t, "published again", []string{copyOf42, w.Page}, []string{again[0].Path, again[0].Page})
	w = obeyed(t, policy, w)

	orders(ben, 9, "/postmortem unpublish")(&w)
	same(t, "withdrawn", []incident.WithdrawPage{{Repo: showcase, Path: copyOf42}}, of[incident.WithdrawPage](commandedPlan(policy, w)))
	w = obeyed(t, policy, w)
	same(t, "no copy", incident.Copy{}, w.Record.Ledger.Copy)
	same(t, "no link", "", viewed(policy, w).CopyLink)
	same(t, "said of it", "taken back, and kept by the wiki's history\n", replied(w))
	same(t, "reactions to the last", "eyes +1", reactions(w, 9))
}

// TestCopyPath: the name tells nothing of the incident, and is the same whatever
// it is called by now.
// TestNotPublished has what keeps a page from being published, and what people
// are told to do about it.
func TestNotPublished(t *testing.T) {
	t.Parallel()
	place := func(change func(*incident.Place)) change {
		return func(w *incident.World) { change(&w.Showcase) }
	}
	tests := []struct {
		name   string
		change change
		says   string
	}{
		{"a security incident", label("security"), "A security incident is not published."},
		{"a wiki that can't be seen", place(func(p *incident.Place) { p.Repository = incident.Repository{} }), "«acme/status», which the configuration names, can't be seen: correct the name"},
		{"an archived one", place(func(p *incident.Place) { p.Repository.Archived = true }), "is archived: name another"},
		{"none that is switched on", place(func(p *incident.Place) { p.Repository.HasWiki = false }), "has no wiki: switch it on"},
		{"one that does not accept it", place(func(p *incident.Place) { p.Accepts = false }), "list «acme/shop» in its configuration, under «wiki.accepts»"},
		{"no page", func(w *incident.World) { noPage(w); labels("incident", "sev5")(w) }, "There is no post-mortem page yet"},
		{"a page that is gone", func(w *incident.World) { w.Page, w.PageGone = "", true }, "The page is not there any more"},
		{"nothing public", page("internal: It was down."), "No section of the page is marked as public, or those that are say nothing: write «<!-- public -->»"},
		{"a secret in public", page("public: hunter2", serious(12, true)), "1 serious finding stands in public sections, in line 12 («secret»): mend"},
		{"many of them", page("public: hunter2", many7()...), "7 serious findings stand in public sections, in line 1 («secret»), line 2 («secret»), line 3 («secret»), " +
			"line 4 («secret»), line 5 («secret»), and 2 more: mend"},
		{"a secret that the copy puts together", inCopy("secret"), "The serious finding «secret» appears in what would be published: it is put together from"},
		{"several of them", inCopy("secret", "email"), "The serious findings «secret», «email» appear in what would be published"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := publishing()
			w := obeyed(t, policy, world(publishable, tt.change, orders(ada, 7, "/postmortem publish")))
			mentions(t, replied(w), "> /postmortem publish\n")
			mentions(t, replied(w), tt.says)
			same(t, "reactions", "eyes", reactions(w, 7))
			same(t, "copy", incident.Copy{}, w.Record.Ledger.Copy)

			w = world(publishable, tt.change, ordered(incident.Publish))
			plan := commandedPlan(policy, w)
			same(t, "published by now", 0, len(of[incident.PublishPage](plan)))
			same(t, "waits", incident.Publish, plan.Record.Ledger.Copy.Want)
			same(t, "looks again", false, plan.LookAgain.IsZero())
			judged(policy)(&w)
			notices := keptBack(policy, w)
			same(t, "notices", 1, len(notices))
			mentions(t, strings.ToLower(strings.Join(notices, "\n")), strings.NewReplacer("«", "`", "»", "`").Replace(strings.ToLower(tt.says)))
		})
	}
}

// keptBack are the notices about an order to publish that waits.
func keptBack(policy incident.Policy, w incident.World) []string {
	return slices.DeleteFunc(viewed(policy, w).Notices, func(text string) bool { return !strings.Contains(text, "Publishing the page waits") })
}

func many7() (all []incident.Finding) {
	for i := range 7 {
		all = append(all, serious(i+1, true))
	}
	return all
}

// TestPublishedAllTheSame: what does not keep a page back.
func TestPublishedAllTheSame(t *testing.T) {
	t.Parallel()
	tests := map[string]change{
		"a secret in no public section": page("public: It was down.", serious(30, false)),
		"something minor":               page("public: It was down.", minor),
		"a wiki that is not public":     func(w *incident.World) { w.Showcase.Repository.Private = true },
		"a resolved incident":           resolved,
		"a page that failed":            failedPage,
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := commandedPlan(publishing(), world(publishable, change, orders(ada, 7, "/postmortem publish")))
			same(t, "published", 1, len(of[incident.PublishPage](plan)))
		})
	}
}

// failedPage is a page that can't be brought up to date for now.
func failedPage(w *incident.World) {
	w.Page = "sev5" + w.Page
	w.Record.Problems = map[incident.Part]incident.Problem{incident.PagePart: {NotBefore: now.Add(time.Minute), RetryAt: now.Add(time.Minute)}}
}

// TestPublishOfWhatWasRead: an order is for what stood on the page when it was
// given. Who writes there later need not have a say in what is published.
func TestPublishOfWhatWasRead(t *testing.T) {
	t.Parallel()
	policy := publishing()
	later := func(w *incident.World) { w.Page += "\npublic: And more." }
	w := world(publishable, ordered(incident.Publish), later)
	same(t, "published", 0, len(of[incident.PublishPage](commandedPlan(policy, w))))
	mentions(t, strings.Join(keptBack(policy, w), "\n"), "what would go out has changed since it was ordered")
	w = world(publishable, ordered(incident.Publish), later, orders(ada, 7, "/postmortem publish"))
	same(t, "ordered again", 1, len(of[incident.PublishPage](commandedPlan(policy, w))))
}

// TestTellsNoCustomers: whoever may edit a public page must not find out by it
// whose name is on the list; nor where a page says what, who may not read it.
func TestTellsNoCustomers(t *testing.T) {
	t.Parallel()
	named := serious(9, true)
	named.Rule = incident.CheckCustomer
	check := orders(ada, 7, "/postmortem check")
	w := world(page("public: It was down.", named, serious(4, false)), public, check)
	same(t, "counted", 1, viewed(incident.DefaultPolicy(), w).Serious)
	reply := replied(obeyed(t, incident.DefaultPolicy(), w))
	mentions(t, reply, "secret")
	if strings.Contains(reply, incident.CheckCustomer) {
		t.Errorf("the reply tells of a customer:\n%s", reply)
	}
	w = world(page("public: It was down.", named), check, func(w *incident.World) { w.Repository.Private = true })
	mentions(t, replied(obeyed(t, incident.DefaultPolicy(), w)), incident.CheckCustomer)
	w = world(publishable, page("public: It was down.", named), public, orders(ada, 7, "/postmortem publish"))
	if reply := replied(obeyed(t, publishing(), w)); strings.Contains(reply, "line 9") {
		t.Errorf("the reply tells where:\n%s", reply)
	}
}

// TestPublishWaits: while it is not known whether a page may go out, nothing
// is done, and only of what was ordered something is said; nor while the page is
// about to be another one.
func TestPublishWaits(t *testing.T) {
	t.Parallel()
	busy := func(part incident.Part) change {
		return func(w *incident.World) { w.Busy = map[incident.Part]bool{part: true} }
	}
	tests := []struct {
		name    string
		change  change
		ordered bool // at once
		waits   string
	}{
		{"a wiki that does not answer", func(w *incident.World) { w.PageUnread, w.Page = true, "" }, false, "the page can't be read just now"},
		{"a page that was not read", func(w *incident.World) { w.Page = "" }, false, "the page can't be read just now"},
		{"a page that was not checked", func(w *incident.World) { w.Checked = false }, false, "the page can't be checked just now"},
		{"a place that is not known", busy(incident.PublishPart), false, ""},
		{"a page that is out of date", func(w *incident.World) { w.Page = "sev5, " + w.Page }, true, ""},
		{"a page that is being changed", busy(incident.PagePart), true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := publishing()
			w := world(publishable, tt.change, orders(ada, 7, "/postmortem publish"))
			plan := commandedPlan(policy, w)
			same(t, "published", 0, len(of[incident.PublishPage](plan)))
			same(t, "ordered", tt.ordered, plan.Record.Ledger.Copy.Want == incident.Publish)
			same(t, "said", 0, len(of[incident.WriteReply](plan)))
			same(t, "failed", 0, len(plan.Record.Ledger.Failed))

			w = world(publishable, tt.change, ordered(incident.Publish))
			same(t, "published by now", 0, len(of[incident.PublishPage](commandedPlan(policy, w))))
			notices := strings.Join(keptBack(policy, w), "\n")
			same(t, "says so", tt.waits != "", notices != "")
			mentions(t, notices, tt.waits)
		})
	}
}

// TestPublishWaitsForLong: what waits for people is not looked at hourly for ever.
func TestPublishWaitsForLong(t *testing.T) {
	t.Parallel()
	policy := publishing()
	w := obeyed(t, policy, world(publishable, orders(ada, 7, "/postmortem publish"), func(w *incident.World) {
		w.Busy = map[incident.Part]bool{incident.PagePart: true}
	}))
	same(t, "ordered", now, w.Record.Ledger.Copy.Ordered)
	w.Busy, w.Showcase.Accepts = nil, false
	for after, again := range map[time.Duration]time.Duration{
		time.Hour: time.Hour, 7*24*time.Hour - time.Minute: time.Hour, 7 * 24 * time.Hour: 24 * time.Hour, 400 * 24 * time.Hour: 24 * time.Hour,
	} {
		at := now.Add(after)
		same(t, "looks again after "+after.String(), at.Add(again), incident.Decide(policy, plain{}, w, at).LookAgain)
	}
	w.Showcase.Accepts = true
	w = obeyed(t, policy, w)
	same(t, "copy", incident.Copy{Repo: showcase, Path: copyOf42, At: now}, w.Record.Ledger.Copy)
}

// TestMayPublish: triage is enough for everything but for publishing.
func TestMayPublish(t *testing.T) {
	t.Parallel()
	policy := publishing()
	policy.Apps = []string{"forms"}
	tests := []struct {
		by        incident.Actor
		line      string
		says      string
		reactions string
	}{
		{ada, "/postmortem publish", "", "eyes +1"},
		{ben, "/postmortem publish", "Publishing needs write permission here: ask somebody who has it to write it in a new comment.", "eyes"},
		{forms, "/postmortem publish", "An app can't publish: ask a person who has write permission here.", "eyes"},
		{mallory, "/postmortem publish", "", ""},
		{ben, "/postmortem unpublish", "taken back", "eyes +1"},
		{ben, "/postmortem check", "0 findings", "eyes +1"},
		{mallory, "/postmortem unpublish", "", ""},
		{mallory, "/postmortem check", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.by.Login+" "+tt.line, func(t *testing.T) {
			t.Parallel()
			w := world(published, orders(tt.by, 7, tt.line))
			page("public: It was down for an hour.")(&w)
			w = obeyed(t, policy, w)
			mentions(t, replied(w), tt.says)
			same(t, "said anything", tt.says != "", replied(w) != "")
			same(t, "reactions", tt.reactions, reactions(w, 7))
			same(t, "asked again", 0, len(incident.QuestionsOf(policy, w).May))
			same(t, "withdrawn", strings.HasPrefix(tt.says, "taken"), w.Shown == "")
			same(t, "published", tt.by == ada, strings.Contains(w.Shown, "for an hour"))
		})
	}
}

// TestAskedToWrite: about writing nobody is asked who may not even triage, and
// while there is no answer, nothing is said.
func TestAskedToWrite(t *testing.T) {
	t.Parallel()
	policy := publishing()
	w := world(publishable, orders(ada, 7, "/postmortem publish"))
	first := incident.QuestionsOf(policy, w).May
	same(t, "first", []incident.Ask{{Line: first[0].Line, Login: "ada"}}, first)
	w.Verdicts[first[0].Line] = incident.Allowed
	second := incident.QuestionsOf(policy, w).May
	same(t, "then", []incident.Ask{{Line: second[0].Line, Login: "ada", Write: true}}, second)
	plan := incident.Decide(policy, plain{}, w, now)
	same(t, "meanwhile", []string{`answer the command in comment 7 with "eyes"`}, effects(plan))
	same(t, "is asked again", false, plan.LookAgain.IsZero())
	w.Verdicts[second[0].Line] = incident.Denied
	same(t, "answered", true, incident.QuestionsOf(policy, w).Empty())
}

// TestLastOrderCounts: of orders about one copy, whether or not the one before
// was carried out.
func TestLastOrderCounts(t *testing.T) {
	t.Parallel()
	const publish, unpublish = "/postmortem publish", "/postmortem unpublish"
	tests := []struct {
		name      string
		before    change
		lines     []string
		out       bool
		publishes int
		withdraws int
	}{
		{"published, then not", publishable, []string{publish, unpublish}, false, 0, 1},
		{"twice", publishable, []string{publish, publish}, true, 1, 0},
		{"withdrawn, then published", published, []string{unpublish, publish}, true, 1, 0},
		{"there and back", published, []string{unpublish, publish, unpublish}, false, 0, 1},
		{"while one waits to go out", func(w *incident.World) { publishable(w); ordered(incident.Publish)(w) }, []string{unpublish}, false, 0, 1},
		{"while one waits to be withdrawn", func(w *incident.World) { published(w); ordered(incident.Withdraw)(w) }, []string{publish}, true, 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(tt.before, orders(ada, 7, tt.lines...))
			plan := commandedPlan(publishing(), w)
			same(t, "published", tt.publishes, len(of[incident.PublishPage](plan)))
			same(t, "withdrawn", tt.withdraws, len(of[incident.WithdrawPage](plan)))
			w = obeyed(t, publishing(), carryOut(w, plan))
			same(t, "is out", tt.out, !w.Record.Ledger.Copy.At.IsZero())
			same(t, "is said to have been taken back", !tt.out, strings.Contains(replied(w), "taken back"))
			same(t, "nothing waits", incident.CopyOrder(""), w.Record.Ledger.Copy.Want)
			same(t, "reactions", "eyes +1", reactions(w, 7))
		})
	}
}

// TestOrderedMeanwhile: an order that came while the one before was carried out
// is not lost with it.
// TestWhereCopiesGo: whoever may edit the tracker can't lead a copy to another
// wiki, over another incident's, or have that one removed.
// TestCopyLeftBehind: a copy that can't be reached by an order is not left to
// itself in silence; once people have removed it, the next goes out.
// TestShowcaseWanted: nobody is asked for what nobody ordered.
func TestShowcaseWanted(t *testing.T) {
	t.Parallel()
	policy := publishing()
	ask := func(w incident.World) bool { return incident.ShowcaseWanted(w) }
	same(t, "nothing ordered", false, ask(world(published, orders(ada, 7, "/postmortem check", "/incident publish"))))
	w := world(publishable, orders(ada, 7, "/postmortem publish"))
	same(t, "ordered", true, ask(w))
	plan := commandedPlan(policy, w)
	same(t, "under way", true, ask(incident.World{Record: plan.Record}))
	same(t, "done", false, ask(obeyed(t, policy, w)))
	same(t, "refused", false, ask(obeyed(t, policy, world(publishable, orders(mallory, 7, "/postmortem publish", "/postmortem unpublish")))))
	same(t, "without the permission", false, ask(obeyed(t, policy, world(publishable, orders(ben, 7, "/postmortem publish")))))
	same(t, "kept back", true, ask(obeyed(t, policy, world(page(""), orders(ada, 7, "/postmortem publish")))))
}

// TestCheckReply: the answer to the last command to check is kept up to date,
// also when nothing is found.
// TestCheckWaits: what is not known yet is not answered, and no follow-up or
// completion waits for it.
// TestReasonStays: while it can't be known why a command failed, what was said
// of it stays.
func TestReasonStays(t *testing.T) {
	t.Parallel()
	policy := publishing()
	w := obeyed(t, policy, world(publishable, page("internal: It was down."), orders(ada, 7, "/postmortem publish")))
	mentions(t, replied(w), "No section of the page is marked as public")
	w.PageUnread, w.Page = true, ""
	same(t, "unread", 0, len(of[incident.WriteReply](commandedPlan(policy, w))))
	w.PageUnread = false
	page("public: It was down.")(&w)
	w = obeyed(t, policy, w)
	mentions(t, replied(w), "write it in a new comment")
	same(t, "published", incident.Copy{}, w.Record.Ledger.Copy)
}

// TestExposed: what is wrong with a page that everybody can read is counted in
// the tracker.
