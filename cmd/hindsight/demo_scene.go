package main

import (
	"context"
	"errors"
	"fmt"

	"hindsight/internal/playground"
	"hindsight/internal/playground/pages"
)

// The cast: a maintainer, somebody who may triage, and somebody from outside.
const (
	alice   = "alice"
	bob     = "bob"
	mallory = "mallory"
)

// The places.
const (
	shop     = "acme/shop"     // private; its wiki has a first page
	website  = "acme/website"  // public; its wiki has none yet
	platform = "acme/platform" // private, another team's: bob has no access
	search   = "acme/search"   // private, the same team's
	fallback = "acme/.github"  // what the organisation wants where a repository says nothing

	central = "acme/postmortems" // private; its wiki has the pages of platform and search
	status  = "acme/status"      // public; its wiki gets what the shop publishes
)

// What is there when somebody comes, under the numbers that it gets.
const (
	preparedIncident = 1
	preparedPull     = 2
	preparedBacklog  = 3
	backlogTicket    = "OPS-1"

	preparedWords = `Since 09:12 every checkout answers 500: the payment gateway refuses our certificate.

### Follow-ups
- [ ] Alert on the age of certificates @bob p1
- [ ] Write a runbook for the payment gateway
- [ ] Renew certificates by machine in acme/platform [prevention]
- [ ] Show on the dashboard when certificates end @bob p2 due 3w in jira [detection]
`
	pullWords = `Trusts the gateway's new authority until the certificate is renewed.

Incident: #1

### Follow-ups
- [ ] Take the second authority out again due 3w
`
	backlogWords = `It takes seven minutes to show, and nobody looks at it.`
)

// label is one that a team has made for itself.
type label struct{ name, color string }

func demoLabels() []label {
	return []label{
		{"incident", "b60205"},
		{"sev1", "d93f0b"},
		{"sev2", "fbca04"},
		{"sev3", "fef2c0"},
		{"postmortem: reviewed", "0e8a16"},
		{"postmortem-followup", "5319e7"},
		{"postmortem-complete", "0e8a16"},
	}
}

// furnish puts two repositories, three accounts and the installation in place.
func (s *stage) furnish() error {
	g := s.github
	err := errors.Join(
		g.AddRepository("acme", "shop", playground.RepoOptions{Private: true, FirstWikiPage: true}),
		g.AddRepository("acme", "website", playground.RepoOptions{}),
		g.PutFile(shop, configFile, plainConfig),
	)
	for _, repo := range []string{shop, website} {
		err = errors.Join(err, s.label(repo), g.SetRole(repo, alice, playground.Write),
			g.SetRole(repo, bob, playground.Triage), g.SetRole(repo, mallory, playground.Read))
	}
	g.Install("acme")
	return err
}

func (s *stage) label(repo string) (err error) {
	for _, l := range demoLabels() {
		err = errors.Join(err, s.github.SetLabel(repo, l.name, l.color))
	}
	return err
}

// prepare adds what the demo shows beyond that: more places, what the teams
// want, and an incident of which nobody has said yet that it is one.
func (s *stage) prepare(ctx context.Context) error {
	err := s.addPlaces() //nolint:contextcheck // the stand-in's own git, at once
	for _, repo := range []string{shop, website, platform, search, central, status, fallback} {
		err = errors.Join(err, s.github.SetRole(repo, alice, playground.Admin))
	}
	for _, f := range teamFiles() {
		err = errors.Join(err, s.github.PutFile(f.repo, f.path, f.content))
	}
	if err != nil {
		return err
	}
	if err := s.github.As(alice).SaveWikiPage(ctx, shop, "_Sidebar", shopSidebar); err != nil {
		return err
	}
	return errors.Join(s.prepareIncident(), s.prepareTicket())
}

func (s *stage) addPlaces() error {
	g := s.github
	return errors.Join(
		g.AddRepository("acme", "platform", playground.RepoOptions{Private: true}),
		g.AddRepository("acme", "search", playground.RepoOptions{Private: true}),
		g.AddRepository("acme", "postmortems", playground.RepoOptions{Private: true, FirstWikiPage: true}),
		g.AddRepository("acme", "status", playground.RepoOptions{FirstWikiPage: true}),
		g.AddRepository("acme", ".github", playground.RepoOptions{NoWiki: true}),
		s.label(platform), s.label(search),
	)
}

func (s *stage) prepareIncident() error {
	me := s.github.As(alice)
	incident, err := me.OpenIssue(shop, "Checkout answers 500", preparedWords)
	if err != nil {
		return err
	}
	pull, err := me.OpenPullRequest(shop, "Trust the gateway's new authority", pullWords)
	if err != nil {
		return err
	}
	backlog, err := s.github.As(bob).OpenIssue(shop, "The error rate's graph is late", backlogWords)
	if err == nil && [...]int{incident, pull, backlog} != [...]int{preparedIncident, preparedPull, preparedBacklog} {
		err = fmt.Errorf("prepare %s: it was not empty", shop)
	}
	return err
}

// invite opens the pages to click through.
func (s *stage) invite() {
	s.showJira()
	s.github.Pages = pages.New(s.github, pages.Options{
		AppURL: s.appURL, BoardURL: s.jira.URL(), Prepared: fmt.Sprintf("/%s/issues/%d", shop, preparedIncident), Central: central, Showcase: status,
		Logger: s.log,
		People: []pages.Person{
			{Login: alice, About: "maintains all of it"},
			{Login: bob, About: "may triage: label, assign, close"},
			{Login: mallory, About: "may only read and comment"},
		},
	})
}
