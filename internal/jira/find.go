package jira

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

const (
	// findMost is how many tickets may be an incident's by their labels: people who
	// put its label on others must not have Hindsight read for ever.
	findMost = 1000
	// hitKept is how long a hit that was read by itself is remembered, so that a
	// search that was cut off goes on where it was.
	hitKept = 10 * time.Minute
)

// hitKey is a hit as it was when it was read.
type hitKey struct {
	id      int
	updated time.Time
}

// Find are the tickets that Hindsight has created since, and that carry the marker
// of the incident, the oldest first. They are looked for by a label, or by none in
// the owner's projects, since a project may have no labels and people take them
// off; what the search finds counts by its marker alone.
func (j *Jira) Find(
	ctx context.Context, site incident.Repo, projects []string, of []incident.ID, since time.Time,
) ([]incident.Ticket, error) {
	s, err := j.site(site)
	if err != nil {
		return nil, err
	}
	labels := make([]string, 0, len(of))
	for _, id := range of {
		labels = append(labels, findLabel(id))
	}
	hits, complete, err := s.searchIn(ctx, projects, func(projects []string) question {
		return question{jql: s.createdSince(since, labels, projects), fields: asked, properties: markerName, most: findMost}
	})
	if err != nil {
		return nil, err
	}
	if !complete {
		return nil, tooMany(labels)
	}
	tickets, err := s.readAll(ctx, hits)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(tickets, func(t incident.Ticket) bool { return !t.Ours || !slices.Contains(of, t.Of) })
	slices.SortFunc(found, func(a, b incident.Ticket) int { return a.Key.Compare(b.Key) })
	return found, nil
}

func (s *site) createdSince(since time.Time, labels, projects []string) string {
	which := fmt.Sprintf("labels in (%s)", jqlTexts(labels))
	if len(projects) > 0 {
		which = fmt.Sprintf("(%s OR project in (%s) AND labels is EMPTY)", which, jqlTexts(projects))
	}
	return fmt.Sprintf("creator = currentUser() AND created >= %s AND %s ORDER BY created DESC", s.ago(since.Add(-clockSlack)), which)
}

// tooMany is the error for more than can be read: what is left out could be the
// ticket that would be opened again.
func tooMany(labels []string) error {
	return &incident.Blocked{Text: fmt.Sprintf("Jira has more than %d tickets by Hindsight's account with the label %s, or with none, "+
		"so that nobody can tell which of them are this incident's. A Jira administrator can take the label off those that are not, "+
		"and give those without labels one.", findMost, markdown.Code(strings.Join(labels, ", ")))}
}

// readAll are the hits in the rules' words. Those that came without their
// properties, as from Data Center, are read one by one.
func (s *site) readAll(ctx context.Context, hits []issue) ([]incident.Ticket, error) {
	reading, ctx := errgroup.WithContext(ctx)
	reading.SetLimit(requestsAtOnce)
	tickets := make([]incident.Ticket, len(hits))
	for n, hit := range hits {
		reading.Go(func() error {
			whole, err := s.complete(ctx, hit)
			if err == nil {
				tickets[n], err = s.ticket(ctx, whole)
			}
			if missing(err) { // deleted meanwhile
				return nil
			}
			return err
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	return tickets, nil
}

// complete is a hit with its properties.
func (s *site) complete(ctx context.Context, hit issue) (issue, error) {
	const about = "a ticket that was found"
	if hit.Properties != nil {
		return hit, s.check(hit, about)
	}
	key := hitKey{number(hit.ID), moment(&hit.Fields.Updated)}
	return s.hits.get(key, s.now, func() (issue, time.Duration, error) {
		found, err := s.read(ctx, hit.ID, about)
		return found, hitKept, err
	})
}
