package main

import (
	"log/slog"
	"net/http"
	"time"

	"hindsight/internal/config"
	"hindsight/internal/jira"
	"hindsight/webhooks"
)

// newJira is the operator's Jira sites. It sends no request.
func newJira(
	sites []config.JiraSite, clock func() time.Time, log *slog.Logger, observe func(site string, status int),
) (*jira.Jira, error) {
	o := jira.Options{Clock: clock, Logger: log, Observe: observe}
	for _, s := range sites {
		o.Sites = append(o.Sites, jiraSite(s))
	}
	return jira.New(o)
}

// jiraSite is a site as the adapter knows it.
func jiraSite(s config.JiraSite) jira.Site {
	site := jira.Site{
		URL: s.URL, Email: s.Email, Token: s.Token.Reveal(), Public: s.Public, Internal: s.Internal, Lag: s.SearchLag,
		Owners: s.Owners, Default: s.Default, People: s.People, Dropped: s.Dropped, Projects: map[string]jira.Project{},
	}
	for key, p := range s.Projects {
		site.Projects[key] = jira.Project(p)
	}
	return site
}

// fromJira answers the webhooks of all sites; nil where there are none.
func (a *app) fromJira(room *webhooks.Room) http.Handler {
	if len(a.settings.Jira) == 0 {
		return nil
	}
	o := webhooks.JiraOptions{
		Inbox: a.store, Heard: a.store.Heard, Room: room,
		Observe: a.metrics.JiraDelivery, Logger: a.log, Clock: a.clock,
	}
	for _, s := range a.settings.Jira {
		o.Sites = append(o.Sites, webhooks.JiraSite{Site: s.Site(), Secrets: s.Secrets()})
	}
	return webhooks.NewJira(o)
}
