package main

import (
	"encoding/json"
	"strings"
	"testing"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
	"hindsight/internal/playground"
)

// A repository that gets another name keeps everything: nothing is made anew.
func TestRenamedRepositoryKeepsEverything(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	h.heal()
	must(t, h.github.Rename(shop, "store"))
	h.heal()
	const store = "acme/store"
	if n := len(h.ours(store, number)); n != 1 {
		t.Errorf("there are %d trackers, want one", n)
	}
	if found := h.followUps(store); len(found) != 3 {
		t.Errorf("there are the follow-ups %s, want three", titles(found))
	}
	if pages := h.pages(store); len(pages) != 1 {
		t.Errorf("the wiki has the pages %q, want one", pages)
	}
	must(t, h.github.As(bob).Close(store, number+1, "completed"))
	h.heal()
	if tracker := h.ours(store, number)[0]; !strings.Contains(tracker, " · 1 done") {
		t.Errorf("the tracker does not follow under the new name:\n%s", tracker)
	}
	h.idle(store, number)
}

// A new repository under a name that another had is another: what is remembered
// of the old one says nothing of it.
func TestAnotherRepositoryUnderTheName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	h.heal()
	must(t, h.github.Rename(shop, "shop-legacy"))
	must(t, h.github.AddRepository("acme", "shop", playground.RepoOptions{FirstWikiPage: true}))
	must(t, h.github.SetRole(shop, bob, playground.Triage))
	must(t, h.github.SetRole(shop, alice, playground.Write))
	again, err := h.github.As(mallory).SubmitForm(shop, "Buy from us", firstWords, "incident")
	must(t, err)
	if again != number {
		t.Fatalf("the new issue is #%d, want the number that the old one had", again)
	}
	h.heal()
	if n := len(h.ours(shop, again)); n != 0 {
		t.Errorf("the app wrote %d comments on what an outsider started", n)
	}
	must(t, h.github.As(bob).Unlabel(shop, again, "incident"))
	must(t, h.github.As(bob).Label(shop, again, "incident"))
	h.heal()
	if comments := h.ours(shop, again); len(comments) != 1 || strings.Contains(comments[0], "gone") {
		t.Errorf("the tracker speaks of the old repository: %q", comments)
	}
	if pages := h.pages(shop); len(pages) != 1 {
		t.Errorf("the wiki has the pages %q, want one of its own", pages)
	}
	h.idle(shop, again)
	if n := len(h.ours("acme/shop-legacy", number)); n != 1 {
		t.Errorf("the old incident has %d trackers, want one", n)
	}
}

// A sweep of what has not changed makes nothing due, follow-ups among it.
func TestQuietSweepMakesNothingDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.openIncident()
	h.heal()
	h.heal()
	swept, err := h.app.reconciler.Sweep(t.Context())
	must(t, err)
	if swept.Due != 0 {
		t.Errorf("a quiet sweep made %d issues due", swept.Due)
	}
}

// A repository that is out of sight for a while is not a repository whose
// issues were deleted.
func TestOutOfSightIsNotGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	h.heal()
	h.github.Select("acme", "website")
	must(t, h.app.store.Mark(t.Context(), 0, incident.NewKey("acme", "shop", number+1), h.clock()))
	must(t, h.app.store.Mark(t.Context(), 0, incident.NewKey("acme", "shop", number), h.clock()))
	h.heal()
	h.github.Select("acme")
	h.nextDay()
	h.heal()
	h.wantOnce(number, 0)
	h.idle(shop, number)
}

// An App that was taken off and installed again goes on under its new
// installation, also with what was waiting.
func TestReinstalledGoesOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number, err := h.github.As(alice).OpenIssue(website, "The front page is blank", "", "incident", "sev2")
	must(t, err)
	h.heal()
	h.github.Uninstall("acme")
	h.heal()
	must(t, h.github.As(alice).SaveWikiPage(t.Context(), website, "Home", "Welcome."))
	h.github.Install("acme")
	h.heal()
	if pages := h.pages(website); len(pages) != 1 {
		t.Errorf("the wiki has the pages %q, want one", pages)
	}
	h.idle(website, number)
}

// People rewrite descriptions, and may edit the tracker away: what was made is
// still known.
func TestRewrittenTextsAreKnownAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	h.heal()
	words := "In our own words."
	must(t, h.github.As(alice).EditIssue(shop, number+1, nil, &words))
	comments, err := h.github.Comments(shop, number)
	must(t, err)
	for _, c := range comments {
		if c.ByApp {
			must(t, h.github.As(alice).EditComment(shop, c.ID, words))
		}
	}
	must(t, h.github.As(bob).Close(shop, number+1, "completed"))
	h.heal()
	h.wantOnce(number, 1)
	h.idle(shop, number)
}

// Whoever may write in a repository may edit our comments. What they put into
// the tracker's ledger must not make the app act elsewhere, overwrite what a
// person wrote, or stumble.
func TestForgedLedger(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		forge func(l *incident.Ledger, secret playground.Issue, theirs int64)
	}{
		"another repository's issue to attach": {func(l *incident.Ledger, secret playground.Issue, _ int64) {
			l.Items = append(l.Items, incident.Entry{
				Key: "aaaaaaaaaaaa", Source: "body", Words: "bbbbbbbbbbbb",
				Issue: incident.Ref{Number: 1},
			})
			l.Items[0].Issue = incident.Ref{Repo: website, Number: secret.Number}
			l.Items[1].Adopted, l.Items[1].Issue = true, incident.Ref{Repo: website, Number: secret.Number}
			for i := range l.Items {
				l.Items[i].Attached = false
			}
		}},
		"a person's comment as the closing one": {func(l *incident.Ledger, _ playground.Issue, theirs int64) {
			l.Closing = incident.Closing{CommentID: theirs, Complete: true, Labelled: true, At: l.Accepted.At.AddDate(9, 0, 0)}
		}},
		"a path that is markup": {func(l *incident.Ledger, _ playground.Issue, _ int64) {
			l.Page = incident.Page{Path: "x) @acme/all [pay here](https://evil.test/", At: l.Accepted.At}
		}},
		"numbers that are none": {func(l *incident.Ledger, _ playground.Issue, _ int64) {
			l.Items = append(l.Items, incident.Entry{
				Key: "aaaaaaaaaaaa", Source: "body", Words: "bbbbbbbbbbbb", Issue: incident.Ref{Number: -5},
			})
			l.All, l.Removals = 1<<62, -1<<30
		}},
		"thousands of entries": {func(l *incident.Ledger, secret playground.Issue, _ int64) {
			for n := range 3000 {
				key := incident.ItemKey("aaaaaaaa" + string(rune('a'+n%26)) + string(rune('a'+n/26%26)) + string(rune('a'+n/676)) + "a")
				l.Items = append(l.Items, incident.Entry{
					Key: key, Source: "body", Words: "bbbbbbbbbbbb", Issue: incident.Ref{Number: 100 + n},
				})
			}
		}},
	}
	for name, test := range tests {
		for _, forget := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", database gone"}[forget], func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				secretNumber, err := h.github.As(alice).OpenIssue(website, "Secret acquisition", "")
				must(t, err)
				secret, err := h.github.Issue(website, secretNumber)
				must(t, err)
				number := h.openIncident()
				theirs, err := h.github.As(bob).Comment(shop, number, "Bob's own words")
				must(t, err)
				h.heal()
				h.forgeLedger(number, func(l *incident.Ledger) { test.forge(l, secret, theirs.ID) })
				if forget {
					h.revive(true)
				}
				h.github.ResetCalls()
				h.heal()
				if n := len(h.github.Calls()); n > 600 {
					t.Errorf("one edit cost %d calls", n)
				}
				if attached, err := h.github.SubIssues(shop, number); err != nil || len(attached) != 3 {
					t.Errorf("%d issues are attached (%v), want the three follow-ups", len(attached), err)
				}
				h.wantTheirs(number, theirs.ID, "Bob's own words")
				tracker := h.ours(shop, number)[0]
				if strings.Contains(tracker, "evil.test") || strings.Contains(tracker, "@acme") {
					t.Errorf("the tracker repeats what was forged:\n%s", tracker)
				}
				must(t, h.github.As(alice).Label(shop, number, "sev1")) // it still follows
				h.heal()
				if tracker := h.ours(shop, number)[0]; !strings.Contains(tracker, "**sev1**") {
					t.Errorf("the tracker has stopped:\n%s", tracker)
				}
			})
		}
	}
}

// forgeLedger edits the tracker as somebody with write permission could.
func (h *house) forgeLedger(number int, forge func(*incident.Ledger)) {
	h.tb.Helper()
	comments, err := h.github.Comments(shop, number)
	must(h.tb, err)
	for _, c := range comments {
		data, ok, err := markdown.Unseal(c.Body, "ledger")
		if !c.ByApp || !ok {
			continue
		}
		must(h.tb, err)
		var l incident.Ledger
		must(h.tb, json.Unmarshal(data, &l))
		forge(&l)
		data, err = json.Marshal(l)
		must(h.tb, err)
		visible, _, _ := strings.Cut(c.Body, "<!-- hindsight:ledger")
		must(h.tb, h.github.As(alice).EditComment(shop, c.ID, visible+markdown.Seal("ledger", data)+"\n"))
	}
}

func (h *house) wantTheirs(number int, id int64, words string) {
	h.tb.Helper()
	comments, err := h.github.Comments(shop, number)
	must(h.tb, err)
	for _, c := range comments {
		if c.ID == id {
			if c.Body != words {
				h.tb.Errorf("a person's comment says %q now", c.Body)
			}
			return
		}
	}
	h.tb.Error("a person's comment is gone")
}
