package main

import (
	"strings"
	"testing"
)

// What people do to the parts of the page that are Hindsight's stays, and the
// tracker says which of them are not kept up to date any more; an empty pair of
// marks brings one back.
func TestBlocksThatPeopleTouched(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	h.heal()
	_, text := h.page(shop)
	facts := between(t, text, "<!-- hindsight:begin block=facts", "<!-- hindsight:end block=facts -->")
	h.rewrite(shop,
		facts, "Our own facts.\n",
		"<!-- hindsight:end block=roles -->", "",
		"| [Alert on", "| Please: [Alert on")
	h.hearAndWork()
	h.say(bob, shop, number, "/incident severity sev1\n/incident commander @alice\n/followup Tell the partners")
	_, now := h.page(shop)
	wantSays(t, "the page", now, "Our own facts.\n", "Severity set to sev1", "Please: [Alert on")
	wantSilent(t, "the page", now, "Tell the partners", "| Commander | alice |", "| Severity |")
	h.wantTracker(number, "facts", "roles", "follow-ups")

	h.rewrite(shop, "Our own facts.\n", "Our own facts.\n\n<!-- hindsight:begin block=facts -->\n<!-- hindsight:end block=facts -->\n")
	h.hearAndWork()
	h.heal()
	_, now = h.page(shop)
	wantSays(t, "the page", now, "Our own facts.\n", "| Severity | sev1 |")
	h.idle(shop, number)
}

// between is a text from a mark's beginning to the other mark's end.
func between(t *testing.T, text, begin, end string) string {
	t.Helper()
	from := strings.Index(text, begin)
	to := strings.Index(text, end)
	if from < 0 || to < from {
		t.Fatalf("there is no %q … %q:\n%s", begin, end, text)
	}
	return text[from : to+len(end)]
}

// The rest of the page is the people's, byte for byte, whatever line ends and
// characters they like.
func TestRestOfThePageIsThePeoples(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	h.heal()
	path, text := h.page(shop)
	text = "\ufeff" + strings.ReplaceAll(text, "\n", "\r\n") + "\r\nÀ la fin\u200b: 👩‍🚒 \t|| no newline"
	h.save(shop, path, text)
	h.hearAndWork()
	h.say(bob, shop, number, "/incident severity sev1")
	_, now := h.page(shop)
	wantSays(t, "the page", now, "| Severity | sev1 |")
	if undone := strings.Replace(now, "| Severity | sev1 |", "| Severity | sev2 |", 1); strings.Count(now, "\n") != strings.Count(now, "\r\n") ||
		!strings.HasPrefix(undone, "\ufeff") || !strings.HasSuffix(now, "\r\nÀ la fin\u200b: 👩‍🚒 \t|| no newline") {
		t.Errorf("more than the facts has changed:\n%q", now)
	}
	h.idle(shop, number)
}
