package main

import (
	"testing"

	"hindsight/internal/incident"
)

// Which template a page is made from: the repository's own, else the one that
// is named for the severity.
func TestTemplateOfThePage(t *testing.T) {
	t.Parallel()
	const bySeverity = "postmortem:\n  templates:\n    sev1: pagerduty\n    default: minimal\n"
	tests := map[string]struct {
		configuration, own, severity string
		page, tracker                string // what each says
	}{
		"nothing is said":    {"", "", "sev1", "## Contributing factors", ""},
		"for the severity":   {bySeverity, "", "sev1", "How'd we do", ""},
		"for all the others": {bySeverity, "", "sev2", "## Why it could happen", ""},
		"the repository's own": {
			bySeverity, "# Ours: {{title}}\n\n{{facts}}\n\n{{if owner}}By {{owner}}{{else}}By nobody{{end}}\n", "sev1",
			"# Ours: Checkout answers 500", "",
		},
		"its own can't be used": {
			bySeverity, "# Ours\n\n{{facst}}\n", "sev1", "How'd we do", "postmortem.md<span>:</span>3",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.configure(test.configuration)
			if test.own != "" {
				must(t, h.github.PutFile(shop, incident.TemplateFile, test.own))
			}
			number := h.begin(shop, "Checkout answers 500", test.severity)
			_, text := h.page(shop)
			wantSays(t, "the page", text, test.page, "block=facts")
			if h.wantTracker(number, test.tracker); test.tracker == "" {
				h.wantNotInTracker(number, "⚠️", "❓")
			}
			h.idle(shop, number)
		})
	}
}

// A page does not change its template, and goes on when its own is mended or
// taken away.
func TestTemplateStays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	must(t, h.github.PutFile(shop, incident.TemplateFile, "# Ours\n\n{{facts}}\n"))
	number := h.begin(shop, "Checkout answers 500", "sev2")
	must(t, h.github.As(alice).DeleteFile(shop, incident.TemplateFile))
	h.say(bob, shop, number, "/postmortem owner @bob")
	_, text := h.page(shop)
	wantSays(t, "the page", text, "# Ours", "| Owner | bob |")
	wantSilent(t, "the page", text, "## Timeline")
	h.wantNotInTracker(number, "⚠️", "timeline")
	h.idle(shop, number)
}
