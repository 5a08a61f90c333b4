package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

const (
	// searchPage is how many are asked for at once; a site may give fewer.
	searchPage = 500
	// changedMost is how many results of one search are read for what changed: a
	// bulk edit, or a server that has no end, must not keep a sweep for good.
	changedMost = 10_000
	// clockSlack is how far Jira's clock may be from those that times come from.
	clockSlack = 10 * time.Minute
)

// question is a search. Its order must be the newest first: what changes between
// two pages then comes twice, and nothing is passed over.
type question struct {
	jql        string
	fields     string
	properties string // Cloud alone gives those
	most       int    // results that are read
}

// Changed are the tickets of a site that changed since: those that Hindsight has
// created, wherever they were moved, and those of all projects that people may
// refer to. Where there are too many, they are those that changed last.
func (j *Jira) Changed(ctx context.Context, site incident.Repo, since time.Time) (map[incident.Key]time.Time, bool, error) {
	s, err := j.site(site)
	if err != nil {
		return nil, false, err
	}
	found, all, err := s.searchIn(ctx, s.projects(), func(projects []string) question {
		return question{jql: s.changedSince(since, projects), fields: "updated", most: changedMost}
	})
	if err != nil {
		return nil, false, err
	}
	changed := map[incident.Key]time.Time{}
	for _, i := range found {
		changed[incident.Key{Repo: s.key, Number: number(i.ID)}] = moment(&i.Fields.Updated)
	}
	return changed, all, nil
}

// searchIn searches in projects. JQL that names one which was deleted is refused,
// which must not hide the others.
func (s *site) searchIn(ctx context.Context, projects []string, ask func(projects []string) question) ([]issue, bool, error) {
	found, all, err := s.search(ctx, ask(projects))
	if refused(err) {
		seen, failed := s.visible(ctx, projects)
		if failed != nil {
			return nil, false, failed
		}
		found, all, err = s.search(ctx, ask(seen))
	}
	if err != nil {
		return nil, false, s.explain(err, "a search for tickets")
	}
	return found, all, nil
}

// refused is whether Jira has understood a request, and does not want it as it is.
func refused(err error) bool {
	r := new(refusal)
	return errors.As(err, &r) && r.status == http.StatusBadRequest
}

func (s *site) changedSince(since time.Time, projects []string) string {
	whose := "creator = currentUser()"
	if len(projects) > 0 {
		whose = fmt.Sprintf("(%s OR project in (%s))", whose, jqlTexts(projects))
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

// jqlTexts are the members of a list.
func jqlTexts(all []string) string {
	quoted := make([]string, 0, len(all))
	for _, text := range all {
		quoted = append(quoted, jqlText(text))
	}
	return strings.Join(quoted, ", ")
}

// search reads the results page by page, each ticket once; all is false where the
// end was not reached. Its error is not explained yet, unless it is of another
// question.
func (s *site) search(ctx context.Context, q question) (found []issue, all bool, err error) {
	cloud, err := s.isCloud(ctx)
	if err != nil {
		return nil, false, err
	}
	next := s.serverPages(q)
	if cloud {
		next = s.cloudPages(q)
	}
	seen := map[int]bool{}
	for read := 0; read < q.most; {
		page, more, err := next(ctx)
		if err != nil {
			return nil, false, err
		}
		for _, i := range page {
			if n := number(i.ID); n != 0 && !seen[n] {
				seen[n] = true
				found = append(found, i)
			}
		}
		switch {
		case more == astray:
			return found, false, nil
		case more == noMore || len(page) == 0:
			return found, true, nil
		}
		read += len(page)
	}
	return found, false, nil
}

// rest is what comes after a page.
type rest int

const (
	noMore rest = iota
	another
	astray // the pages go in a circle
)

// pages gives one page after the other, and whether there are more.
type pages func(ctx context.Context) (page []issue, more rest, err error)

// query is what both searches want to know.
func (q question) query() url.Values {
	return url.Values{"jql": {q.jql}, "fields": {q.fields}, "maxResults": {strconv.Itoa(min(searchPage, q.most))}}
}

// cloudPages read the search that Cloud has.
func (s *site) cloudPages(q question) pages {
	query, been := q.query(), map[string]bool{}
	if q.properties != "" {
		query.Set("properties", q.properties)
	}
	return func(ctx context.Context) ([]issue, rest, error) {
		var answer struct {
			Issues []issue `json:"issues"`
			IsLast bool    `json:"isLast"`
			Next   string  `json:"nextPageToken"`
		}
		err := s.call(ctx, http.MethodGet, "rest/api/2/search/jql", query, nil, &answer)
		switch {
		case err != nil || answer.IsLast || answer.Next == "":
			return answer.Issues, noMore, err
		case been[answer.Next]:
			return answer.Issues, astray, nil
		}
		been[answer.Next] = true
		query.Set("nextPageToken", answer.Next)
		return answer.Issues, another, nil
	}
}

// serverPages read the search that Data Center has, and Cloud had.
func (s *site) serverPages(q question) pages {
	query, start := q.query(), 0
	return func(ctx context.Context) ([]issue, rest, error) {
		var answer struct {
			Issues []issue `json:"issues"`
			Total  int     `json:"total"`
		}
		query.Set("startAt", strconv.Itoa(start))
		if err := s.call(ctx, http.MethodGet, "rest/api/2/search", query, nil, &answer); err != nil {
			return nil, noMore, err
		}
		if start += len(answer.Issues); start < answer.Total {
			return answer.Issues, another, nil
		}
		return answer.Issues, noMore, nil
	}
}

// named is a ticket for people.
func named(name string, s *site) string {
	if name == "" {
		return ticketAt(s)
	}
	return markdown.Text(name)
}
