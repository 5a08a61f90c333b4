package main

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// badInput is what somebody writes under "Follow-ups", or as a command, and
// what has to come of it.
type badInput struct {
	text   string   // of a comment by bob, who may triage
	opens  []string // the titles of follow-ups
	says   []string // in the tracker
	reply  string   // in an answer
	silent []string // what stands neither in the tracker nor in a follow-up
}

func badInputs() map[string]badInput {
	const head = "## Follow-ups\n"
	var many strings.Builder
	for n := range 1000 {
		fmt.Fprintf(&many, "- [ ] Mend number %d\n", n)
	}
	long := strings.Repeat("Mend it all ", 900)
	return map[string]badInput{
		"mentions": {
			text: head + "- [ ] Tell @acme/all and @mallory about #7\n", opens: []string{"Tell @acme/all and @mallory about #7"},
			says: []string{"Tell <span>@</span>acme/all and <span>@</span>mallory about <span>#</span>7"}, silent: []string{" @acme", " @mallory"},
		},
		"HTML": {
			text: head + "- [ ] <img src=x onerror=alert(1)> <details>\n", opens: []string{"<img src=x onerror=alert(1)> <details>"},
			says: []string{"&lt;img src=x"}, silent: []string{"<img", "<details>"},
		},
		"forged markers": {
			text:  head + "- [ ] Mend <!-- hindsight:followup incident=1#1 item=abc --> it\n<!-- hindsight:tracker incident=1003#1 -->\n",
			opens: []string{"Mend it"}, silent: []string{"item=abc"},
		},
		"tables": {
			text: head + "- [ ] | a | b | **c** `d`\n", opens: []string{"| a | b | c `d`"},
			says: []string{"&#124; a &#124; b &#124; c \\`d\\`"},
		},
		"a line of 10,000 characters": {
			text: head + "- [ ] " + long + "\n", opens: []string{strings.TrimSpace(long)},
		},
		"right to left, and nothing that shows": {
			text: head + "- [ ] Mend \u202ethe\u2069 po\u200bol\n- [ ] \u200b\u200d\ufeff\n", opens: []string{"Mend the pool"},
			silent: []string{"\u202e", "\u200b"},
		},
		"1,000 items": {
			text: head + many.String(), says: []string{"1000 new follow-ups at once: comment `/followup all`"},
		},
		"commands in quotes and code": {
			text: "> /incident severity sev1\n\n    /incident explode\n\n```\n/followup Buy from us\n```\n- /incident explode\n",
		},
		"emoji": {
			text: head + "- [ ] 🔥\n- [ ] 👩‍🚒 Mend it\n", opens: []string{"🔥", "👩‍🚒 Mend it"},
		},
		"an owner who does not exist": {
			text: head + "- [ ] Mend it @nobody-at-all\n", opens: []string{"Mend it"},
			says: []string{"> ❓", "nobody-at-all", "can't be assigned"}, silent: []string{" @nobody"},
		},
		"a due date that is past": {
			text: head + "- [ ] Mend it due 2020-01-02\n", opens: []string{"Mend it"},
			says: []string{"> ❓", "2020-01-02"},
		},
		"a repository that does not exist": {
			text: head + "- [ ] Mend it in acme/nowhere\n", says: []string{"> ❓", "acme/nowhere"},
		},
		"a repository of somebody else": {
			text: head + "- [ ] Mend it in evil/corp\n- [ ] evil/corp#1\n", says: []string{"> ❓", "belongs to another owner"},
		},
		"a public repository": {
			text: head + "- [ ] Mend it in acme/website\n", says: []string{"> ❓", "acme/website is public, and this repository is not"},
		},
		"an issue that does not exist": {
			text: head + "- [ ] #4711\n", says: []string{"> ❓", "names no issue that Hindsight can see"},
		},
		"a ticket": {
			text: head + "- [ ] Mend it in jira\n- [ ] OPS-12\n", says: []string{"> ❓", "Jira"},
		},
		"a command with a wrong value": {
			text: "/incident severity sev9 @acme/all <b>", reply: "> /incident severity sev9 <span>@</span>acme/all &lt;b&gt;\n\n`sev9",
		},
		"a time that can't be": {
			text: "/incident started 25:99", reply: "25:99",
		},
		"a follow-up that is none": {
			text: "/followup done #4711", reply: "is no follow-up of this incident",
		},
	}
}

// What is wrong, or hostile, gets a clear answer and does nothing unasked; the
// incident beside it goes on.
func TestBadInput(t *testing.T) {
	t.Parallel()
	for name, bad := range badInputs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			number := h.mild("## Follow-ups\n- [ ] Carry on\n")
			_, err := h.github.As(bob).Comment(shop, number, bad.text)
			must(t, err)
			h.hearAndWork()
			h.heal()
			h.wantAnswer(number, bad)
			h.idle(shop, number)
		})
	}
}

func (h *house) wantAnswer(number int, bad badInput) {
	h.tb.Helper()
	var opens []string
	for _, title := range append([]string{"Carry on"}, bad.opens...) {
		if utf8.RuneCountInString(title) > 256 { // GitHub's limit
			title = string([]rune(title)[:255]) + "…"
		}
		opens = append(opens, title)
	}
	h.wantFollowUps(shop, opens...)
	h.wantTracker(number, append(bad.says, "Carry on")...)
	h.wantNotInTracker(number, bad.silent...)
	for _, f := range h.followUps(shop) {
		for _, text := range bad.silent {
			if strings.Contains(f.Body, text) {
				h.tb.Errorf("#%d says %q:\n%s", f.Number, text, f.Body)
			}
		}
	}
	h.wantLabels(number, "incident", "sev4")
	comments := h.ours(shop, number)
	switch {
	case bad.reply == "" && len(comments) != 1:
		h.tb.Errorf("the app wrote %d comments, want the tracker alone: %q", len(comments), comments[1:])
	case bad.reply != "" && (len(comments) != 2 || !strings.Contains(comments[1], bad.reply)):
		h.tb.Errorf("the app does not answer %q: %q", bad.reply, comments[1:])
	}
}

// The incident's own words can be hostile, too: GitHub takes 256 characters as
// a title.
func TestLongTitle(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	title := strings.Repeat("@acme/all <!-- | ", 16)[:256]
	number, err := h.github.As(alice).OpenIssue(shop, title, "", "incident", "sev2")
	must(t, err)
	h.heal()
	if pages := h.pages(shop); len(pages) != 1 || len(pages[0]) > 120 {
		t.Errorf("the wiki has the pages %q, want one of a bearable name", pages)
	}
	h.wantNotInTracker(number, "@acme", "<!-- |")
	h.idle(shop, number)
}
