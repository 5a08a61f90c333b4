package main

import (
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/playground"
)

// told is a command, and what comes of it on GitHub.
type told struct {
	line  string
	says  string // in the tracker
	label string // on the incident
	reply string // in the app's answer; such a command gets no 👍
	then  func(*house)
}

func everyCommand() []told {
	yesterday := time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	return []told{
		{line: "/incident severity sev5", says: "**sev5**", label: "sev5"},
		{line: "/incident started " + yesterday + " 14:05", says: "| " + yesterday + " 14:05 UTC |"},
		{line: "/incident detected " + yesterday + " 14:12 UTC", says: "14:12 UTC, after 7 min"},
		{line: "/incident note " + yesterday + " 14:20 Rolled back @v212", says: "| Rolled back <span>@</span>v212 ("},
		{line: "/incident commander @alice", says: "commander alice"},
		{line: "/incident scribe me", says: "scribe bob"},
		{line: "/incident liaison carol", says: "customer liaison carol"},
		{line: "/incident responders @alice @bob", says: "responders alice, bob"},
		{line: "/postmortem owner @carol", says: "| carol |"},
		{line: "/postmortem meeting 2099-12-01 14:00", reply: "> /postmortem meeting 2099-12-01 14:00"},
		{line: "/postmortem status in review", label: "postmortem: in review"},
		{line: "/postmortem check", reply: "There is no post-mortem page yet"},
		{line: "/postmortem publish", reply: "Publishing needs write permission here"},
		{line: "/postmortem unpublish", reply: "There is no copy of the page"},
		{line: "/postmortem start", says: "/wiki/", then: func(h *house) {
			if pages := h.pages(shop); len(pages) != 1 {
				h.tb.Errorf("the wiki has the pages %q, want one", pages)
			}
		}},
		{line: "/postmortem skip Nobody noticed", says: "skipped: Nobody noticed"},
		{line: "/followup Tell the partners @alice p1 due 2w", says: "- [ ] Tell the partners", then: func(h *house) {
			h.wantFollowUps(shop, alertItem, bookItem, "Tell the partners")
		}},
		{line: "/followup done #2", says: "- [x] " + alertItem, then: func(h *house) { h.wantClosed(shop, alertItem, true) }},
		{line: "/followup reopen #2", says: "- [ ] " + alertItem, then: func(h *house) { h.wantClosed(shop, alertItem, false) }},
		{line: "/followup snooze #2 2w The vendor is on holiday", says: "snoozed until"},
		{line: "/followup accept", reply: "Nothing is proposed"},
		{line: "/incident resolved " + yesterday + " 15:05", says: "15:05 UTC, after 1 h"},
		{line: "/incident help", reply: "/followup snooze #77 2w REASON"},
		{line: "/incident explode", reply: "> /incident explode"},
	}
}

// Every command once: what it does is seen on GitHub, and it is answered.
func TestEveryCommand(t *testing.T) {
	t.Parallel()
	commands := everyCommand()
	for _, f := range incident.CommandForms() {
		begins := strings.Join(strings.Fields(f.Form)[:2], " ")
		if !strings.HasPrefix(f.Form, "/followup TITLE") && begins != "/followup all" && !commanded(commands, begins) {
			t.Errorf("%s is not tried", f.Form)
		}
	}
	h := newHouse(t)
	number := h.mild(twoWords)
	for _, c := range commands {
		comment, err := h.github.As(bob).Comment(shop, number, "For the record:\n\n"+c.line)
		must(t, err)
		h.hearAndWork()
		h.wantTold(number, comment.ID, c)
	}
	h.heal()
	h.wantLabels(number, "incident", "sev5", "postmortem: in review")
	h.idle(shop, number)
}

func commanded(commands []told, begins string) bool {
	for _, c := range commands {
		if strings.HasPrefix(c.line, begins) {
			return true
		}
	}
	return false
}

func (h *house) wantTold(number int, comment int64, c told) {
	h.tb.Helper()
	if c.says != "" {
		h.wantTracker(number, c.says)
	}
	if c.label != "" && !h.labelled(number, c.label) {
		h.tb.Errorf("%s: the label %q is not on", c.line, c.label)
	}
	if c.then != nil {
		c.then(h)
	}
	replies := h.ours(shop, number)
	if last := replies[len(replies)-1]; c.reply != "" && !strings.Contains(last, c.reply) {
		h.tb.Errorf("%s: the answer does not say %q:\n%s", c.line, c.reply, last)
	}
	want := "eyes +1"
	if c.reply != "" && c.line != "/incident help" {
		want = "eyes"
	}
	if got := h.reactions(number, comment); got != want {
		h.tb.Errorf("%s: the reactions are %q, want %q", c.line, got, want)
	}
}

// reactions are those to a comment, in their order.
func (h *house) reactions(number int, comment int64) string {
	h.tb.Helper()
	comments, err := h.github.Comments(shop, number)
	must(h.tb, err)
	var all []string
	for _, c := range comments {
		if c.ID == comment {
			for _, r := range c.Reactions {
				all = append(all, r.Content)
			}
		}
	}
	return strings.Join(all, " ")
}

// More items at once than are opened without asking wait for a word.
func TestManyItemsWaitForAWord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.configure("follow_ups:\n  at_once: 3\n")
	number := h.mild("## Follow-ups\n- [ ] Mend one\n- [ ] Call two\n- [ ] Write three\n- [ ] Paint four\n")
	h.wantFollowUps(shop)
	h.wantTracker(number, "`/followup all`")
	_, err := h.github.As(bob).Comment(shop, number, "/followup all")
	must(t, err)
	h.hearAndWork()
	h.wantFollowUps(shop, "Mend one", "Call two", "Write three", "Paint four")
	h.idle(shop, number)
}

// An edited comment runs its new lines only; the answer goes with the mistake.
func TestEditedCommentRunsNewLines(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.mild(twoWords)
	c, err := h.github.As(bob).Comment(shop, number, "/incident severity sev5\n/incident leader @alice\n/incident note Rolled back")
	must(t, err)
	h.hearAndWork()
	h.wantLabels(number, "incident", "sev5")
	must(t, h.github.As(alice).Label(shop, number, "sev3"))
	must(t, h.github.As(alice).Unlabel(shop, number, "sev5"))
	must(t, h.github.As(bob).EditComment(shop, c.ID, "/incident severity sev5\n/incident commander @alice\n/incident note Rolled back"))
	h.hearAndWork()
	h.heal()
	h.wantLabels(number, "incident", "sev3")
	h.wantTracker(number, "commander alice")
	if _, text := h.page(shop); strings.Count(text, "Rolled back") != 1 {
		t.Errorf("it was not noted once:\n%s", text)
	}
	if n := len(h.ours(shop, number)); n != 1 {
		t.Errorf("the app wrote %d comments, want the tracker alone", n)
	}
	if got := h.reactions(number, c.ID); got != "eyes +1" {
		t.Errorf("the reactions are %q", got)
	}
	h.idle(shop, number)
}

// Commands of people who may not do nothing, and are not answered.
func TestCommandsOfOutsiders(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.mild(twoWords)
	c, err := h.github.As(mallory).Comment(shop, number,
		"/followup done #2\n/incident severity sev1\n/incident explode\n/incident help\n/incident resolved\n/followup Buy from us")
	must(t, err)
	h.hearAndWork()
	h.heal()
	h.wantLabels(number, "incident", "sev4")
	h.wantFollowUps(shop, alertItem, bookItem)
	h.wantClosed(shop, alertItem, false)
	h.wantTracker(number, "6 lines not followed up")
	if n := len(h.ours(shop, number)); n != 1 || h.reactions(number, c.ID) != "" {
		t.Errorf("the app wrote %d comments and reacted %q", n, h.reactions(number, c.ID))
	}
	h.idle(shop, number)
}

// configure pushes a configuration to the shop.
func (h *house) configure(text string) {
	h.tb.Helper()
	must(h.tb, h.github.PutFile(shop, ".github/hindsight.yml", text))
}

// A mistake in the configuration is shown with its place until it is mended;
// meanwhile the last good one is in force.
func TestMistakeInTheConfiguration(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.configure("follow_ups:\n  at_once: 1\n")
	number := h.mild("")
	h.configure("follow_ups:\n  at_once: 1\n  ownr: alice\n")
	_, err := h.github.As(bob).Comment(shop, number, twoWords)
	must(t, err)
	h.hearAndWork()
	h.heal()
	h.wantTracker(number, "hindsight.yml<span>:</span>3<span>:</span>3: unknown key", "2 new follow-ups at once")
	h.wantFollowUps(shop)
	h.configure("follow_ups:\n  at_once: 2\n  owner: alice\n")
	h.nextDay() // nobody touches the issue
	h.heal()
	h.wantNotInTracker(number, "hindsight.yml", "at once")
	h.wantFollowUps(shop, alertItem, bookItem)
	h.wantTracker(number, "· alice")
	h.idle(shop, number)
}

// The organisation's configuration counts where a repository has none: here,
// what starts an incident.
func TestOrganisationsConfiguration(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	must(t, h.github.AddRepository("acme", ".github", playground.RepoOptions{}))
	must(t, h.github.PutFile("acme/.github", ".github/hindsight.yml",
		"incident:\n  label: outage\nlabels:\n  follow_up: action-item\nfollow_ups:\n  standard:\n    sev4:\n      - Thank everybody\n"))
	h.heal()
	not, err := h.github.As(alice).OpenIssue(website, "The front page is blank", "", "incident", "sev4")
	must(t, err)
	number, err := h.github.As(alice).OpenIssue(website, "The shop is down", twoWords, "outage", "sev4")
	must(t, err)
	h.hearAndWork()
	h.heal()
	h.wantFollowUps(website, alertItem, bookItem, "Thank everybody")
	if n := len(h.ours(website, not)); n != 0 {
		t.Errorf("the app wrote %d comments on an issue with another label", n)
	}
	for _, f := range h.followUps(website) {
		if f.Labels[0].Name != "action-item" {
			t.Errorf("#%d is labelled %v, want action-item first", f.Number, f.Labels)
		}
	}
	h.idle(website, number)
	shops := h.mild(twoWords) // which has a file of its own
	h.wantTracker(shops, "**2 open**")
}
