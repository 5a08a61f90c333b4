package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

const (
	// searchPage is how many are asked for at once; a site may give fewer.
	searchPage = 500
	// clockSlack is how far Jira's clock may be from those that times come from.
	clockSlack = 10 * time.Minute
)

// Find are the tickets that Hindsight has created since, and that carry the marker
// of the incident, the oldest first. They are looked for by a label, or by none,
// since a project may have no labels and people take them off; what the search
// finds is read, and only its marker counts.
func (j *Jira) Find(
	ctx context.Context, site incident.Repo, projects []string, of []incident.ID, since time.Time,
) ([]incident.Ticket, error) {
	s, err := j.site(site)
	if err != nil {
		return nil, err
	}
	labels := make([]string, 0, len(of))
	for _, id := range of {
		labels = append(labels, jqlText(findLabel(id)))
	}
	jql := fmt.Sprintf("creator = currentUser() AND created >= %s AND (labels in (%s) OR labels is EMPTY) ORDER BY created DESC",
		s.ago(since.Add(-clockSlack)), strings.Join(labels, ", "))
	found, err := s.search(ctx, jql)
	if err != nil {
		return nil, s.explain(err, "a search for tickets")
	}
	var all []incident.Ticket
	for id := range found {
		t, err := j.Ticket(ctx, incident.Key{Repo: s.key, Number: id}, "")
		switch {
		case missing(err): // deleted meanwhile
		case err != nil:
			return nil, err
		case t.Ours && slices.Contains(of, t.Of):
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b incident.Ticket) int { return a.Key.Compare(b.Key) })
	return all, nil
}

// Changed are the tickets of a site that changed since: those that Hindsight has
// created, wherever they were moved, and those of all projects that people may
// refer to.
func (j *Jira) Changed(ctx context.Context, site incident.Repo, since time.Time) (map[incident.Key]time.Time, bool, error) {
	s, err := j.site(site)
	if err != nil {
		return nil, false, err
	}
	found, err := s.search(ctx, s.changedSince(since, s.projects()))
	if refused(err) { // a project that was deleted must not hide the others
		seen, failed := s.visible(ctx, s.projects())
		if failed != nil {
			return nil, false, failed
		}
		found, err = s.search(ctx, s.changedSince(since, seen))
	}
	if err != nil {
		return nil, false, s.explain(err, "a search for tickets")
	}
	changed := map[incident.Key]time.Time{}
	for id, at := range found {
		changed[incident.Key{Repo: s.key, Number: id}] = at
	}
	return changed, true, nil
}

// refused is whether Jira has understood a request, and does not want it as it is.
func refused(err error) bool {
	r := new(refusal)
	return errors.As(err, &r) && r.status == http.StatusBadRequest
}

func (s *site) changedSince(since time.Time, projects []string) string {
	whose := "creator = currentUser()"
	if len(projects) > 0 {
		keys := make([]string, 0, len(projects))
		for _, key := range projects {
			keys = append(keys, jqlText(key))
		}
		whose = fmt.Sprintf("(%s OR project in (%s))", whose, strings.Join(keys, ", "))
	}
	return fmt.Sprintf("%s AND updated >= %s ORDER BY updated DESC", whose, s.ago(since))
}

// ago is a time as JQL takes it. Times of day would be in the account's time zone,
// which people can change; minutes from now are not.
func (s *site) ago(since time.Time) string {
	minutes := int(max(s.now().Sub(since), 0)/time.Minute) + 1
	return jqlText("-" + strconv.Itoa(minutes) + "m")
}

// jqlText quotes a text.
func jqlText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// search finds tickets, each with the time of its newest change, by id. The order
// must be the newest first: what changes between two pages then comes twice, and
// nothing is passed over.
func (s *site) search(ctx context.Context, jql string) (map[int]time.Time, error) {
	cloud, err := s.isCloud(ctx)
	if err != nil {
		return nil, err
	}
	next := s.serverPages(jql)
	if cloud {
		next = s.cloudPages(jql)
	}
	found := map[int]time.Time{}
	for more := true; more; {
		var page []gojira.Issue
		if page, more, err = next(ctx); err != nil {
			return nil, err
		}
		for _, i := range page {
			if n := number(i.ID); n != 0 && i.Fields != nil {
				found[n] = time.Time(i.Fields.Updated).UTC()
			}
		}
	}
	return found, nil
}

// pages gives one page after the other, and whether there are more.
type pages func(ctx context.Context) (page []gojira.Issue, more bool, err error)

// cloudPages read the search that Cloud has.
func (s *site) cloudPages(jql string) pages {
	options := &gojira.SearchOptionsV2{MaxResults: searchPage, Fields: []string{"updated"}}
	return func(ctx context.Context) ([]gojira.Issue, bool, error) {
		page, resp, err := s.api.Issue.SearchV2JQLWithContext(ctx, jql, options)
		if err != nil {
			return nil, false, err
		}
		more := !resp.IsLast && resp.NextPageToken != "" && resp.NextPageToken != options.NextPageToken
		options.NextPageToken = resp.NextPageToken
		return page, more, nil
	}
}

// serverPages read the search that Data Center has, and Cloud had.
func (s *site) serverPages(jql string) pages {
	options := &gojira.SearchOptions{MaxResults: searchPage, Fields: []string{"updated"}}
	return func(ctx context.Context) ([]gojira.Issue, bool, error) {
		page, resp, err := s.api.Issue.SearchWithContext(ctx, jql, options)
		if err != nil {
			return nil, false, err
		}
		options.StartAt += len(page)
		return page, len(page) > 0 && options.StartAt < resp.Total, nil
	}
}

// named is a ticket for people.
func named(name string, s *site) string {
	if name == "" {
		return ticketAt(s)
	}
	return markdown.Text(name)
}
