package github

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"hindsight/internal/incident"
)

type wireEvent struct {
	ID    int64    `json:"id"`
	Event string   `json:"event"`
	Actor wireUser `json:"actor"`
	Via   *wireApp `json:"performed_via_github_app"`
	Label struct {
		Name string `json:"name"`
	} `json:"label"`
	Assignee wireUser `json:"assignee"`
	// Assigner is who assigned: there, some hosts name the assignee as actor.
	Assigner  wireUser  `json:"assigner"`
	CreatedAt time.Time `json:"created_at"`
}

// by is who did it.
func (w *wireEvent) by() wireUser { return cmp.Or(w.Assigner, w.Actor) }

// told is what the rules hear of an event; false for all that tells them
// nothing.
func (w *wireEvent) told() (kind incident.EventKind, what string, ok bool) {
	switch w.Event {
	case "labeled":
		return incident.EventLabelled, w.Label.Name, true
	case "unlabeled":
		return incident.EventUnlabelled, w.Label.Name, true
	case "assigned":
		return incident.EventAssigned, w.Assignee.Login, true
	case "closed":
		return incident.EventClosed, "", true
	case "reopened":
		return incident.EventReopened, "", true
	}
	return "", "", false
}

// History leads to each event's place on the issue's page.
func (f *forge) History(ctx context.Context, key incident.Key) ([]incident.Event, error) {
	found, err := f.events(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", key, err)
	}
	var history []incident.Event
	for i := range found {
		w := &found[i]
		kind, what, ok := w.told()
		if !ok {
			continue
		}
		by, err := f.writer(ctx, w.by(), w.Via)
		if err != nil {
			return nil, fmt.Errorf("find out whose the history of %s is: %w", key, err)
		}
		history = append(history, incident.Event{
			Key: fmt.Sprintf("event-%d", w.ID), Kind: kind, At: w.CreatedAt,
			By: w.by().actor(), Ours: by == f.app.id, What: what,
			URL: f.page(key.Repo, "issues", fmt.Sprint(key.Number)) + fmt.Sprintf("#event-%d", w.ID),
		})
	}
	return history, nil
}

// events are all of an issue's events, the oldest first.
func (f *forge) events(ctx context.Context, key incident.Key) ([]wireEvent, error) {
	var events []wireEvent
	err := pages(ctx, f.client, call{
		route: "GET" + issueRoute + "/events", args: onIssue(key),
		query: url.Values{}, about: key.String(), needs: readsIssues,
	}, gather(&events))
	return events, err
}

// page is the address of one of a repository's pages for people. It holds
// nothing that could break out of a link, whatever the segments are.
func (f *forge) page(repo incident.Repo, segments ...string) string {
	var page strings.Builder
	page.WriteString(f.app.web + "/" + string(repo))
	for _, s := range segments {
		page.WriteString("/" + url.PathEscape(s))
	}
	return page.String()
}
