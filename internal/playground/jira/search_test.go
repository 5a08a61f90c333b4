package jira_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"hindsight/internal/playground/jira"

	gojira "github.com/andygrunwald/go-jira"
)

// finds are the keys of the tickets that JQL finds for the bot.
func (s *stage) finds(jql string) []any {
	s.t.Helper()
	path := "/search/jql"
	if s.Mode() == jira.DataCenter {
		path = "/search"
	}
	return s.want(200, http.MethodGet, path+"?fields=summary&jql="+url.QueryEscape(jql), nil).names("issues", "key")
}

func TestCloudHasRemovedTheSearch(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	const gone = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. " +
		"A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
	s.refused(410, http.MethodGet, "/search?jql=project=OPS", nil, []any{gone}, nil)
	s.refused(410, http.MethodPost, "/rest/api/3/search", object{"jql": "project=OPS"}, []any{gone}, nil)
	same(t, "Data Center has not got the new one", 404, open(t, jira.DataCenter).ask("bot", http.MethodGet, "/search/jql?jql=project=OPS", nil).status)
}

func TestCloudSearch(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	for n := range 5 {
		s.opened("OPS", fmt.Sprint("Ticket ", n))
	}
	a := s.want(200, http.MethodGet, "/search/jql?jql=project=OPS&maxResults=2", nil)
	same(t, "ids alone, no total", []any{1, nil, false}, []any{len(a.list("issues")[0]), a.at("total"), a.at("isLast")})
	token, _ := a.at("nextPageToken").(string)
	s.refused(400, http.MethodGet, "/search/jql?jql=project=SRE&nextPageToken="+token, nil, []any{"The provided next page token is invalid or expired."}, nil)
	s.refused(400, http.MethodGet, "/search/jql?jql=project=OPS&nextPageToken=x", nil, []any{"The provided next page token is invalid or expired."}, nil)

	var summaries []string
	options := &gojira.SearchOptionsV2{MaxResults: 2, Fields: []string{"summary"}}
	for more := true; more; {
		page, resp, err := s.library().Issue.SearchV2JQLWithContext(t.Context(), "project = OPS ORDER BY id", options)
		must(t, err)
		for _, i := range page {
			summaries = append(summaries, i.Fields.Summary)
		}
		options.NextPageToken, more = resp.NextPageToken, !resp.IsLast
	}
	same(t, "page by page", []string{"Ticket 0", "Ticket 1", "Ticket 2", "Ticket 3", "Ticket 4"}, summaries)

	const unbounded = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
	s.refused(400, http.MethodGet, "/search/jql", nil, []any{unbounded}, nil)
	s.refused(400, http.MethodPost, "/search/jql", object{"jql": "ORDER BY created"}, []any{unbounded}, nil)
}

func TestCloudSearchGivesLessWithFields(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	for n := range 120 {
		_, err := s.As(ada).CreateTicket("OPS", jira.Draft{Summary: fmt.Sprint(n)})
		must(t, err)
	}
	find := func(fields ...string) int {
		return len(s.want(200, http.MethodPost, "/search/jql", object{"jql": "project = OPS", "maxResults": 1000, "fields": fields}).list("issues"))
	}
	same(t, "ids", 120, find())
	same(t, "keys", 120, find("key"))
	same(t, "fields", 100, find("updated"))
}

func TestDataCenterSearch(t *testing.T) {
	t.Parallel()
	s := open(t, jira.DataCenter)
	for n := range 3 {
		s.opened("OPS", fmt.Sprint("Ticket ", n))
	}
	page, resp, err := s.library().Issue.SearchWithContext(t.Context(), "project = OPS ORDER BY id ASC",
		&gojira.SearchOptions{StartAt: 1, MaxResults: 1, Fields: []string{"summary"}})
	must(t, err)
	same(t, "page", []any{1, "Ticket 1", 3, 1}, []any{len(page), page[0].Fields.Summary, resp.Total, resp.StartAt})
	a := s.want(200, http.MethodPost, "/search", object{"jql": "", "properties": []string{"x"}})
	same(t, "everything, the newest first", []any{"OPS-3", "OPS-2", "OPS-1"}, a.names("issues", "key"))
	same(t, "all fields", any("Ticket 2"), a.list("issues")[0]["fields"].(object)["summary"])
	s.refused(400, http.MethodPost, "/search", object{"jql": "", "properties": []string{"1", "2", "3", "4", "5", "6"}},
		[]any{"The maximum number of properties that can be requested is 5."}, nil)
}

// The search shows everything late: what is new, what has changed, what is gone.
func TestSearchLagsBehind(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		s.SetLag(time.Minute)
		lag := func() { s.clock.advance(time.Minute) }
		id := s.opened("OPS", "One")
		same(t, "new", []any(nil), s.finds("project = OPS"))
		same(t, "but it can be read", 200, s.ask("bot", http.MethodGet, "/issue/"+id, nil).status)
		lag()
		same(t, "a lag later", []any{"OPS-1"}, s.finds("project = OPS"))

		must(t, s.As(ada).Move(id, "Done", nil))
		same(t, "closed", []any{"OPS-1"}, s.finds("statusCategory = new"))
		s.clock.advance(time.Second)
		must(t, s.As(ada).MoveToProject(id, "SRE"))
		same(t, "moved", []any{"OPS-1"}, s.finds("project = OPS"))
		s.clock.advance(59 * time.Second)
		same(t, "the first change shows first", []any{"OPS-1"}, s.finds("project = OPS AND statusCategory = done"))
		s.clock.advance(time.Second)
		same(t, "then the second", []any{"SRE-1"}, s.finds("statusCategory = Done"))

		must(t, s.As(ada).Delete(id))
		same(t, "deleted", []any{"SRE-1"}, s.finds("project = SRE"))
		same(t, "but it can't be read", 404, s.ask("bot", http.MethodGet, "/issue/"+id, nil).status)
		lag()
		same(t, "gone at last", []any(nil), s.finds("project = SRE"))
		s.SetLag(0)
		s.opened("OPS", "Two")
		same(t, "without a lag", []any{"OPS-2"}, s.finds("project = OPS"))
	})
}

func TestSearchHidesWhatMayNotBeSeen(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		_, err := s.As(bob).CreateTicket("HID", jira.Draft{Summary: "Secret"})
		must(t, err)
		s.opened("OPS", "Plain")
		same(t, "found", []any{"OPS-1"}, s.finds("created >= -1d"))
	})
}
