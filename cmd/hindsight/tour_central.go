package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hindsight/internal/playground"
	"hindsight/internal/reconcile"
)

func payoutsPage() paper { return paper{central, "platform--payouts-are-late"} }
func resultsPage() paper { return paper{central, "search--no-results-at-all"} }

// shared is about the one wiki that two repositories keep their pages in.
func (t *tour) shared() []step {
	here := func() int { return t.payouts }
	return []step{
		{"Incidents begin in acme/platform and acme/search, which name acme/postmortems for their pages", t.two, all(
			t.made(payoutsPage(), ""), t.made(resultsPage(), ""),
			t.says(payoutsPage(), "the platform's is made from the template pagerduty", has("## How'd we do?")),
			t.says(resultsPage(), "and the search's from 18f", has("## Apology")),
			t.says(paper{central, reconcile.IndexFile}, "one index lists both", has("Payouts are late", "No results at all")),
			t.absent(paper{platform, ""}, "and their own wikis are empty"))},
		{"Bob, who can't read acme/platform, is let into acme/postmortems; later, Alice notes something", t.letIn, all(
			t.showsAt(platform, here, "the page is told nothing new, and the tracker says why", has("is not kept up to date", "who can't read this repository")),
			t.says(payoutsPage(), "the note is not on it", lacks(payoutsNote)))},
		{"Alice comments: /incident severity sev1", t.worse, all(
			t.showsAt(platform, here, "the tracker says so", has("**sev1**"), openLine(tally, "OPS-")), t.ticketRelabelled)},
		{"His access is taken away, and she goes on", t.letOut, all(
			t.showsAt(platform, here, "the notice is gone", lacks("⚠️")),
			t.says(payoutsPage(), "and the page has caught up", has(payoutsNote, "They are through")))},
	}
}

func (t *tour) two(context.Context) (err error) {
	me := t.github.As(alice)
	t.payouts, err = me.OpenIssue(platform, "Payouts are late", "### Follow-ups\n- [ ] "+tally+" in OPS\n", "incident", "sev2")
	_, wrong := me.OpenIssue(search, "No results at all", "", "incident", "sev2")
	return errors.Join(err, wrong)
}

func (t *tour) worse(context.Context) error {
	_, err := t.github.As(alice).Comment(platform, t.payouts, "/incident severity sev1")
	return err
}

// ticketRelabelled wants the new severity on the incident's ticket, and not the old.
func (t *tour) ticketRelabelled(context.Context) ([]string, error) {
	k, err := t.ticketNamed(tally)
	if err == nil && (!slices.Contains(k.Labels, "sev1") || slices.Contains(k.Labels, "sev2")) {
		err = fmt.Errorf("%s has the labels %q, want sev1 alone among them", k.Key, k.Labels)
	}
	return []string{"and its ticket in Jira has the other label"}, err
}

const payoutsNote = "The bank answers again"

// letIn waits first: who may read the wiki is asked once in a look, which may
// still go on.
func (t *tour) letIn(ctx context.Context) error {
	if err := t.pass(time.Minute)(ctx); err != nil {
		return err
	}
	return t.admit(playground.Read, payoutsNote)
}

func (t *tour) letOut(context.Context) error { return t.admit(playground.None, "They are through") }

// admit gives Bob a role in the wiki of both, and notes something on the
// incident, so that it is looked at.
func (t *tour) admit(role playground.Role, note string) error {
	if err := t.github.SetRole(central, bob, role); err != nil {
		return err
	}
	_, err := t.github.As(alice).Comment(platform, t.payouts, "/incident note "+note)
	return err
}
