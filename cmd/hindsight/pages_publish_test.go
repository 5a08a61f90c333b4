package main

import (
	"strings"
	"testing"
)

// publicHouse has an incident of the shop, and a public wiki in which its page
// may be published.
func publicHouse(t *testing.T) (h *house, status string, number int) {
	t.Helper()
	h = newHouse(t)
	h.configure("postmortem:\n  publish_to: acme/status\n")
	status = h.addWiki("status", false, "wiki:\n  accepts: [acme/shop]\n")
	number = h.begin(shop, "Checkout answers 500", "sev2")
	h.rewrite(shop, "### We are sorry\n", "### We are sorry\n\nSorry: from 09:12 on nobody could pay ("+h.github.URL()+"/acme/shop/issues/1).\n",
		"## Internal message\n", "## Internal message\n<!-- internal -->\n\nInitech called.\n")
	h.hearAndWork()
	return h, status, number
}

// copied is the text of the only copy in a wiki, "" for none.
func (h *house) copied(status string) string {
	h.tb.Helper()
	paths := h.pages(status)
	if len(paths) == 0 {
		return ""
	}
	path, text := h.page(status)
	if strings.Contains(path, "shop") || strings.Contains(path, "checkout") || !strings.Contains(path, "-postmortem-") {
		h.tb.Errorf("the copy is called %s", path)
	}
	return text
}

// What is marked public goes out when somebody with write permission says so,
// and nothing else; again after changes; and comes back.
func TestPublishAndWithdraw(t *testing.T) {
	t.Parallel()
	h, status, number := publicHouse(t)
	if text := h.copied(status); text != "" {
		t.Fatalf("it was published unasked:\n%s", text)
	}
	h.say(alice, shop, number, "/postmortem publish")
	text := h.copied(status)
	wantSays(t, "the copy", text, "Sorry: from 09:12 on nobody could pay")
	wantSilent(t, "the copy", text, "Initech", "Timeline", "Contributing", "](", "/acme/shop/", "<!-- public -->", "incident=")
	h.wantTracker(number, "/acme/status/wiki/")

	h.rewrite(shop, "nobody could pay", "one in three could not pay")
	h.hearAndWork()
	h.heal()
	wantSilent(t, "the copy", h.copied(status), "one in three")
	h.say(alice, shop, number, "/postmortem publish")
	wantSays(t, "the copy", h.copied(status), "one in three could not pay")

	h.say(bob, shop, number, "/postmortem unpublish")
	if text := h.copied(status); text != "" {
		t.Errorf("the copy is still there:\n%s", text)
	}
	if all := strings.Join(h.ours(shop, number), "\n"); !strings.Contains(all, "history") {
		t.Errorf("nothing says that the wiki's history keeps the copy:\n%s", all)
	}
	h.idle(shop, number)
}

// What must not go out does not, and a reply says why.
func TestPublishIsRefused(t *testing.T) {
	t.Parallel()
	const key = "AKIA" + "IOSFODNN7QRSTUVW" // nobody's, in two pieces for those who look for keys here
	tests := map[string]struct {
		who     string
		prepare func(*house)
		says    string
	}{
		"without write permission": {bob, func(*house) {}, "write"},
		"nothing is configured":    {alice, func(h *house) { h.configure("") }, "publish_to"},
		"it is not accepted": {
			alice, func(h *house) { must(h.tb, h.github.PutFile("acme/status", configFile, "wiki:\n  accepts: []\n")) }, "wiki.accepts",
		},
		"nothing is marked public": {alice, func(h *house) { h.rewrite(shop, "<!-- public -->", "") }, "<!-- public -->"},
		"a secret is in a public section": {
			alice, func(h *house) { h.rewrite(shop, "Sorry:", "Sorry ("+key+"):") }, "secret",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, status, number := publicHouse(t)
			test.prepare(h)
			h.hearAndWork()
			h.say(test.who, shop, number, "/postmortem publish")
			if text := h.copied(status); text != "" {
				t.Errorf("it was published:\n%s", text)
			}
			comments := h.ours(shop, number)
			if len(comments) != 2 {
				t.Fatalf("the app wrote %d comments, want the tracker and a reply: %q", len(comments), comments)
			}
			wantSays(t, "the reply", comments[1], "/postmortem publish", test.says)
			wantSilent(t, "the reply", comments[1], key)
			h.idle(shop, number)
		})
	}
}

// A copy that people have edited is theirs.
func TestEditedCopyIsThePeoples(t *testing.T) {
	t.Parallel()
	h, status, number := publicHouse(t)
	h.say(alice, shop, number, "/postmortem publish")
	h.rewrite(status, "Sorry:", "We are very sorry:")
	h.rewrite(shop, "nobody could pay", "one in three could not pay")
	h.hearAndWork()
	h.say(alice, shop, number, "/postmortem publish")
	text := h.copied(status)
	wantSays(t, "the copy", text, "We are very sorry: from 09:12 on nobody could pay")
	h.wantTracker(number, "⚠️")
}

// The page is checked by command, and by itself where everybody can read it;
// nothing of what was found is repeated.
func TestCheckByCommand(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.begin(shop, "Checkout answers 500", "sev2")
	h.rewrite(shop, "## Resolution\n", "## Resolution\n\nBob forgot to tell bob@initech.com on 10.1.2.3.\n")
	h.hearAndWork()
	h.say(bob, shop, number, "/postmortem check")
	comments := h.ours(shop, number)
	if len(comments) != 2 {
		t.Fatalf("the app wrote %d comments, want the tracker and a reply: %q", len(comments), comments)
	}
	wantSays(t, "the reply", comments[1], "email", "blame", "address")
	wantSilent(t, "the reply", comments[1], "initech", "10.1.2.3")
	h.idle(shop, number)
}
