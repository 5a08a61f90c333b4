package jira

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
)

func removedSearch(*exchange) (reply, error) {
	return reply{}, refuse(http.StatusGone, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "+
		"A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046")
}

// searching is what a client asks a search for.
type searching struct {
	JQL           string   `json:"jql"`
	NextPageToken string   `json:"nextPageToken"`
	StartAt       int      `json:"startAt"`
	MaxResults    int      `json:"maxResults"`
	Fields        []string `json:"fields"`
	Properties    []string `json:"properties"`
}

func (x *exchange) readSearch() (searching, error) {
	q := x.r.URL.Query()
	s := searching{
		JQL: q.Get("jql"), NextPageToken: q.Get("nextPageToken"), StartAt: x.number("startAt", 0),
		MaxResults: x.number("maxResults", 50), Fields: x.list("fields"), Properties: x.list("properties"),
	}
	if x.r.Method == http.MethodPost {
		s = searching{MaxResults: 50}
		if err := x.read(&s); err != nil {
			return s, err
		}
	}
	if len(s.Properties) > 5 {
		return s, refuse(http.StatusBadRequest, "The maximum number of properties that can be requested is 5.")
	}
	return s, nil
}

// search is Data Center's. It gives no properties.
func search(x *exchange) (reply, error) {
	s, err := x.readSearch()
	if err != nil {
		return reply{}, err
	}
	found, err := x.j.find(x.by, s.JQL, x.j.shown())
	if err != nil {
		return reply{}, err
	}
	most := min(s.MaxResults, 1000)
	return ok(object{
		"expand": "schema,names", "startAt": s.StartAt, "maxResults": most, "total": len(found),
		"issues": each(page(found, s.StartAt, most), func(t Ticket) object { return x.tell(t, s.Fields, nil) }),
	})
}

// The most that Cloud's search gives out at once.
const (
	mostWithFields = 100
	mostIDs        = 5000
)

// searchJQL is Cloud's: ids alone unless fields are named, no total, and no way
// but from page to page.
func searchJQL(x *exchange) (reply, error) {
	s, err := x.readSearch()
	if err != nil {
		return reply{}, err
	}
	q, err := parseJQL(s.JQL)
	if err != nil {
		return reply{}, err
	}
	if q.where == nil {
		return reply{}, refuse(http.StatusBadRequest, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
	}
	from, err := s.offset()
	if err != nil {
		return reply{}, err
	}
	found, err := x.j.find(x.by, s.JQL, x.j.shown())
	if err != nil {
		return reply{}, err
	}
	most := min(max(s.MaxResults, 1), mostIDs)
	bare := !slices.ContainsFunc(s.Fields, func(f string) bool { return f != "id" && f != "key" })
	if !bare || len(s.Properties) > 0 {
		most = min(most, mostWithFields)
	}
	told := object{
		"isLast": from+most >= len(found),
		"issues": each(page(found, from, most), func(t Ticket) object { return x.tellFound(t, s, bare) }),
	}
	if from+most < len(found) {
		told["nextPageToken"] = s.token(from + most)
	}
	return ok(told)
}

func (x *exchange) tellFound(t Ticket, s searching, bare bool) object {
	if len(s.Fields) == 0 && len(s.Properties) == 0 {
		return object{"id": fmt.Sprint(t.ID)}
	}
	told := x.tell(t, s.Fields, s.Properties)
	if bare {
		delete(told, "fields")
	}
	return told
}

// token is where the next page begins. It is good for the same JQL alone.
func (s searching) token(from int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d:%d", from, s.sum()))
}

func (s searching) sum() uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.TrimSpace(s.JQL))) // never fails
	return h.Sum32()
}

func (s searching) offset() (int, error) {
	if s.NextPageToken == "" {
		return 0, nil
	}
	text, _ := base64.RawURLEncoding.DecodeString(s.NextPageToken) // what is none does not fit below
	var from int
	var sum uint32
	if n, err := fmt.Sscanf(string(text), "%d:%d", &from, &sum); n != 2 || err != nil || from < 0 || sum != s.sum() {
		return 0, refuse(http.StatusBadRequest, "The provided next page token is invalid or expired.")
	}
	return from, nil
}
