package github

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
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

// releases are those that were published in the window, of the newest hundred.
func (f *forge) releases(ctx context.Context, repo incident.Repo, w window) ([]incident.Event, error) {
	var found []wireRelease
	_, err := f.client.do(ctx, call{
		route: "GET /repos/{owner}/{repo}/releases", args: onRepo(repo),
		query: url.Values{"per_page": {strconv.Itoa(pageSize)}},
		about: "the releases of " + string(repo), needs: "contents: read",
	}, &found)
	if err != nil {
		return nil, fmt.Errorf("list the releases of %s: %w", repo, err)
	}
	var events []incident.Event
	for _, r := range found {
		if r.Draft || !w.holds(r.Published) {
			continue
		}
		events = append(events, incident.Event{
			Key: fmt.Sprintf("release-%d", r.ID), Kind: incident.EventReleased, At: r.Published,
			By: r.Author.actor(), What: r.Tag, URL: f.page(repo, "releases", "tag", r.Tag),
		})
	}
	return events, nil
}
