package github

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"hindsight/internal/incident"
)

type wireRelease struct {
	ID        int64     `json:"id"`
	Tag       string    `json:"tag_name"`
	Draft     bool      `json:"draft"`
	Author    wireUser  `json:"author"`
	Published time.Time `json:"published_at"` // null for a draft
}

// releasesMost are looked through, the newest.
const releasesMost = 300

// releases are those that were published in the window. The list is in the order
// in which they were begun, so that one page with none of the window, or of later,
// is taken for its end.
func (f *forge) releases(ctx context.Context, repo incident.Repo, w window) ([]incident.Event, error) {
	within, more, err := newestFirst(ctx, f.client, call{
		route: "GET /repos/{owner}/{repo}/releases", args: onRepo(repo), query: url.Values{},
		about: "the releases of " + string(repo), needs: "contents: read",
	}, releasesMost, w, func(r wireRelease) time.Time { return r.Published })
	if err != nil {
		return nil, fmt.Errorf("list the releases of %s: %w", repo, err)
	}
	var events []incident.Event
	for _, r := range within {
		if r.Draft {
			continue
		}
		events = append(events, incident.Event{
			Key: fmt.Sprintf("release-%d", r.ID), Kind: incident.EventReleased, At: r.Published,
			By: r.Author.actor(), What: r.Tag, URL: f.page(repo, "releases", "tag", r.Tag),
		})
	}
	if more {
		events = append(events, incident.Event{
			Key: "more-releases", Kind: incident.EventMoreReleases, At: w.from, URL: f.page(repo, "releases"),
		})
	}
	return events, nil
}
