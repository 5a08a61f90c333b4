package templates_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"hindsight/internal/incident"
	"hindsight/templates"
)

func TestReply(t *testing.T) {
	t.Parallel()
	forms := []incident.CommandForm{
		{Form: "/incident severity sev1", Help: "says how bad it is, from sev1 (worst) to sev5"},
		{Form: "/incident commander|scribe|liaison @x", Help: "says who does what"},
	}
	line := incident.ReplyLine{
		Quote: "/incident started 25:99", Problem: "«25:99» is on no clock: write a time between «00:00» and «23:59».", Form: "/incident started 14:05",
	}
	nasty := incident.ReplyLine{
		Quote: "/followup " + hostile, Problem: "«" + hostile + "» and " + hostile + ": write «@login».", Form: "/followup owner @login",
	}
	many := make([]incident.ReplyLine, 5000)
	for i := range many {
		many[i] = incident.ReplyLine{Quote: strings.Repeat("@", 10_000), Problem: strings.Repeat("|", 10_000), Form: "/incident help"}
	}
	found := make([]incident.Finding, 31)
	for i := range found {
		found[i] = incident.Finding{
			Rule: "empty", Line: 10 + i, Serious: i%10 == 9, Public: i == 19, Text: "This section says nothing | yet:\nfill it in, or take it out.",
		}
	}
	found[3].Rule = "a`|b"
	kinds := slices.Clone(found)
	for i := range kinds {
		kinds[i].Rule = fmt.Sprint("rule-", i)
	}
	views := map[string]incident.ReplyView{
		"reply-checked":    {Checked: &incident.CheckView{PageLink: facts.PageLink, Findings: found}},
		"reply-found-many": {Checked: &incident.CheckView{PageLink: facts.PageLink, Findings: kinds}},
		"reply-right-line": {Lines: []incident.ReplyLine{
			{Quote: "/postmortem publish", Problem: "1 serious finding stands in a public section.", Form: "/postmortem publish"},
		}},
		"reply-unread": {Lines: []incident.ReplyLine{{
			Quote: "/postmortem check", Problem: "The page can't be read.", Form: "/postmortem check",
			Why: "The page [p.md](https://github.test/Acme/Shop/wiki/p) is longer than 1 MB. Shorten it.",
		}}},
		"reply-found-one": {Checked: &incident.CheckView{PageLink: facts.PageLink, Findings: found[:1]}},
		"reply-found-nothing": {
			Lines: []incident.ReplyLine{line}, Checked: &incident.CheckView{PageLink: facts.PageLink}, Help: forms,
		},
		"reply-found-unnamed": {Checked: &incident.CheckView{PageLink: facts.PageLink, Findings: found[:1], Unnamed: true}},
		"reply-found-counts":  {Checked: &incident.CheckView{PageLink: facts.PageLink, Findings: found, Counts: true}},
		"reply-withdrawn":     {Withdrawn: true},
		"reply-one":           {Lines: []incident.ReplyLine{line}},
		"reply-several":       {Lines: []incident.ReplyLine{line, nasty, {Quote: "/incident", Problem: "What is to be done is missing."}}},
		"reply-many":          {Lines: many},
		"reply-help":          {Help: forms},
		"reply-both":          {Lines: []incident.ReplyLine{line}, Help: forms},
	}
	for name, view := range views {
		view.ID, view.To = facts.ID, 2_400_000_007
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := templates.New().Reply(view)
			golden(t, name, body)
			of, to, ok := templates.New().ReadReply(strings.ReplaceAll(body, "\n", "\r\n"))
			if !ok || of != view.ID || to != view.To {
				t.Errorf("ReadReply = %v, %v, %v", of, to, ok)
			}
			if n := utf8.RuneCountInString(body); n > 65536 {
				t.Errorf("the reply has %d characters, GitHub takes 65536", n)
			}
		})
	}
	for _, body := range []string{"", "> /incident", "<!-- hindsight:reply incident=1#2 to=x -->", "<!-- hindsight:reply to=7 -->"} {
		if _, _, ok := templates.New().ReadReply(body); ok {
			t.Errorf("%q was taken for a reply", body)
		}
	}
}
