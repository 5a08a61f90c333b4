package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"hindsight/internal/playground"
	"hindsight/internal/playground/jira"
)

const brokenConfig = "follow_ups:\n  due:\n    p1: soon\n"

func (t *tour) trouble() []step {
	return []step{
		{
			"Alice makes a mistake in " + configFile + ", and notes something for the timeline",
			t.configure(brokenConfig, "/incident note 10m ago The old certificate is back"),
			all(
				t.shows("the tracker names file, line and column", has("hindsight.yml", "3<span>:</span>9")),
				t.onPage("page: the timeline has the note", has("The old certificate is back")),
			),
		},
		t.rest(),
		{
			"She mends it, and notes something else", t.configure(shopConfig, "/incident note Checkout is well"),
			all(t.shows("the notice is gone", lacks("⚠️")), t.onPage("page: the timeline has the other, too", has("Checkout is well"))),
		},
		{
			"GitHub and Jira lose the next webhooks; Bob closes a follow-up in each, and the sweep finds out", t.unheard,
			t.shows("both boxes are ticked", tickedLine(rehearse), tickedLine(issuer)),
		},
		{"The app is stopped, its database deleted, and started again", t.amnesia, t.nothingTwice},
	}
}

func (t *tour) configure(content, command string) func(context.Context) error {
	return func(context.Context) error {
		me := t.github.As(alice)
		if err := me.SaveFile(shop, configFile, content); err != nil {
			return err
		}
		_, err := me.Comment(shop, preparedIncident, command)
		return err
	}
}

func (t *tour) unheard(ctx context.Context) error {
	t.github.SetDeliveryFault(func(playground.Delivery) playground.DeliveryFault {
		return playground.DeliveryFault{Lose: true}
	})
	t.jira.SetDeliveryFault(func(jira.Delivery) jira.DeliveryFault { return jira.DeliveryFault{Lose: true} })
	defer t.github.SetDeliveryFault(nil)
	defer t.jira.SetDeliveryFault(nil)
	err := t.on(rehearse, func(i playground.Issue) error {
		return t.github.As(bob).Close(shop, i.Number, "completed")
	})(ctx)
	err = errors.Join(err, t.moveCard(issuer, "Done")(ctx))
	return errors.Join(err, t.github.Settle(ctx), t.jira.Settle(ctx))
}

func (t *tour) amnesia(ctx context.Context) error {
	if err := t.stopApp(); err != nil {
		return err
	}
	if err := os.RemoveAll(t.dataDir()); err != nil {
		return err
	}
	t.opened, t.cards = len(t.followUps(shop)), len(t.ticketsByApp())
	t.github.ResetCalls()
	return t.startApp(ctx)
}

// nothingTwice waits until the incident has been looked at anew.
func (t *tour) nothingTwice(ctx context.Context) ([]string, error) {
	looked := false
	for _, call := range t.github.Calls() {
		looked = looked || call.Kind == "GET /repos/{owner}/{repo}/issues/{issue_number}/comments"
	}
	if !looked {
		return nil, errors.New("the incident was not looked at")
	}
	_, err := all(
		t.count(shop, t.opened), t.countTickets(t.cards), t.unanswered, t.shows("", tickedLine(rehearse), lacks("⚠️")),
		t.onPage("", has(ownRow), noRow("Released", "v213")),
	)(ctx)
	return []string{"still one tracker, one page with the rows that people left, and no follow-up twice"}, err
}

func (t *tour) elsewhere() []step {
	here := func() int { return t.site }
	return []step{
		{"In the public acme/website, whose wiki has no first page, an incident begins", func(context.Context) (err error) {
			t.site, err = t.github.As(alice).OpenIssue(website, "The front page is blank", "", "incident", "sev2")
			return err
		}, t.showsAt(website, here, "the tracker says what to click", has("first page"))},
		{"Alice saves the wiki's first page, as the tracker said", func(ctx context.Context) error {
			return t.github.As(alice).SaveWikiPage(ctx, website, "Home", "Welcome.")
		}, all(t.made(frontPage(), ", by itself"),
			t.says(frontPage(), "from the repository's own template; internal sections are left out, since everybody can read it",
				has("## What visitors saw", "Everybody on the internet"), lacks("For ourselves")),
			t.showsAt(website, here, "the notice is gone", lacks("⚠️")))},
		{
			"She proposes an item on this page, which everybody can read", t.propose(frontPage(), front+" <b>in every browser</b>"),
			all(t.showsAt(website, here, "the tracker asks first", has("/followup accept", front), lacks("<b>in")), t.count(website, 0)),
		},
		{"Bob comments: /followup accept", t.command("/followup accept"), all(
			t.showsAt(website, here, "it is a follow-up; the organisation's configuration gives it a day", openLine(front, "due "), lacks("<b>in")),
			t.count(website, 1), t.linked(frontPage()))},
		{"Bob comments: /incident severity sev1", t.command("/incident severity sev1"), all(
			t.showsAt(website, here, "the tracker says so", has("**sev1**")), t.relabelled)},
	}
}

func (t *tour) command(words string) func(context.Context) error {
	return func(context.Context) error {
		_, err := t.github.As(bob).Comment(website, t.site, words)
		return err
	}
}

// relabelled wants the new severity on the incident and on its follow-up.
func (t *tour) relabelled(context.Context) (seen []string, err error) {
	for _, i := range t.github.Issues(website) {
		if !labelled(i, "sev1") || labelled(i, "sev2") {
			err = errors.Join(err, fmt.Errorf("%s#%d does not have the label sev1 alone", i.Repo, i.Number))
		}
	}
	return []string{"the incident and its open follow-up are relabelled"}, err
}

func (t *tour) ending() []step {
	return []step{
		{"A month passes", t.pass(31 * 24 * time.Hour), t.shows("what is late is marked", openLine(message, "⏰ overdue"))},
		{"All is done: every follow-up, the review, and the incident itself", t.finish, t.complete},
	}
}

func (t *tour) finish(ctx context.Context) error {
	me := t.github.As(alice)
	left, err := t.github.SubIssues(shop, preparedIncident)
	for _, i := range left {
		if !i.Closed {
			err = errors.Join(err, me.Close(i.Repo, i.Number, "completed"))
		}
	}
	_, wrong := me.Comment(shop, preparedIncident, "/postmortem status reviewed")
	return errors.Join(err, wrong, t.moveCard(places, "Done")(ctx), me.Close(shop, preparedIncident, "completed"))
}

func (t *tour) complete(ctx context.Context) ([]string, error) {
	said, err := t.replies()
	said = slices.DeleteFunc(said, func(reply string) bool { return !strings.Contains(reply, "**Complete.**") })
	if err == nil && len(said) != 1 {
		err = errors.New("no comment says that the incident is complete")
	}
	_, wrong := all(t.hasLabel("postmortem-complete"), t.shows("", has("**complete**")))(ctx)
	return []string{"one comment says complete, with the figures, and the label is on"}, errors.Join(err, wrong)
}
