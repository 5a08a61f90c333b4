package jira_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

// page is a page of a search, the last one.
func page(found ...answer) answer {
	var all []string
	for _, f := range found {
		all = append(all, f.body)
	}
	return ok(`{"isLast":true,"total":` + fmt.Sprint(len(all)) + `,"issues":[` + strings.Join(all, ",") + `]}`)
}

// bare is a ticket as Data Center's search gives it: without its properties.
func bare(t *testing.T, id int) answer {
	t.Helper()
	return ok(fmt.Sprintf(`{"id":"%d","key":"OPS-%d","fields":%s}`, id, id, fields(t, nil)))
}

func names(found []incident.Ticket) []string {
	var all []string
	for _, f := range found {
		all = append(all, f.Name)
	}
	return all
}

func TestFind(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says(cloudSearch, page(
		ticket(t, 9, strings.Replace(markerOf, "99#42", "98#42", 1), nil), // a former id of this
		ticket(t, 7, markerOf, nil),
		ticket(t, 8, strings.Replace(markerOf, "99#42", "99#43", 1), nil), // another incident's
		ticket(t, 10, markerOf, map[string]any{"creator": map[string]string{"accountId": "x"}}),
		ticket(t, 11, "", nil),
	))
	got, err := s.connect().Find(t.Context(), s.key(), []string{"OPS"}, []incident.ID{ours, {Repository: 98, Number: 42}}, now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "found", []string{"OPS-7", "OPS-9"}, names(got))
	same(t, "requests", []string{cloudSearch}, s.lines())
	query := s.last(cloudSearch).query
	same(t, "query", `creator = currentUser() AND created >= "-71m" AND `+
		`(labels in ("hindsight-99-42", "hindsight-98-42") OR project in ("OPS") AND labels is EMPTY) ORDER BY created DESC`, query["jql"])
	same(t, "properties", "hindsight", query["properties"])
}

// TestFindInNoProject has nothing but the label to go by.
func TestFindInNoProject(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says(cloudSearch, page())
	if _, err := s.connect().Find(t.Context(), s.key(), nil, []incident.ID{ours}, now); err != nil {
		t.Fatal(err)
	}
	same(t, "query", `creator = currentUser() AND created >= "-11m" AND labels in ("hindsight-99-42") ORDER BY created DESC`, s.last(cloudSearch).query["jql"])
}

// TestFindGoesOn where it was cut off: what was read is not read again, until it
// has changed.
func TestFindGoesOn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	mine := map[string]any{"creator": map[string]string{"key": "JIRAUSER1"}}
	s.says(serverSearch, page(bare(t, 7), bare(t, 8), bare(t, 9)))
	s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, mine))
	s.says("GET /rest/api/2/issue/8", ticket(t, 8, markerOf, mine))
	s.says("GET /rest/api/2/issue/9", no(500, ""), ticket(t, 9, markerOf, mine))
	j := s.connect()
	for n := 0; ; n++ {
		got, err := j.Find(t.Context(), s.key(), inAll(), []incident.ID{ours}, now)
		if err == nil {
			same(t, "found", []string{"OPS-7", "OPS-8", "OPS-9"}, names(got))
			break
		}
		if n > 2 {
			t.Fatal(err)
		}
	}
	if asked := len(s.all("GET /rest/api/2/issue/7")) + len(s.all("GET /rest/api/2/issue/8")); asked > 4 {
		t.Errorf("what was read was read again: %d", asked)
	}
	s.says("GET /rest/api/2/issue/9", no(404, "{}"))
	if _, err := j.Find(t.Context(), s.key(), inAll(), []incident.ID{ours}, now); err != nil {
		t.Errorf("it was read again: %v", err)
	}
	same(t, "asked once more for none", 2, len(s.all("GET /rest/api/2/issue/9")))
}

// TestFindOverlooksWhatIsDeletedMeanwhile, and nothing else.
func TestFindOverlooksWhatIsDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer answer
		ok     bool
	}{"deleted": {no(404, "{}"), true}, "broken": {no(500, ""), false}, "forbidden": {no(403, "{}"), false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.says(serverSearch, page(bare(t, 7)))
			s.says("GET /rest/api/2/issue/7", tt.answer)
			if _, err := s.connect().Find(t.Context(), s.key(), inAll(), []incident.ID{ours}, now); (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestFindTooMany: one that is passed over would be opened again.
func TestFindTooMany(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	many := make([]answer, 500)
	for n := range many {
		many[n] = ticket(t, n+1, "", nil)
	}
	full := page(many...)
	full.body = strings.Replace(full.body, `"isLast":true`, `"isLast":false,"nextPageToken":"a"`, 1)
	more := full
	more.body = strings.Replace(full.body, `"a"`, `"b"`, 1)
	s.says(cloudSearch, full, more)
	_, err := s.connect().Find(t.Context(), s.key(), inAll(), []incident.ID{ours}, now)
	if blocked := new(incident.Blocked); !errors.As(err, &blocked) || blocked.Whole {
		t.Fatalf("got %v", err)
	}
	contains(t, err.Error(), "1000", "`hindsight-99-42`", "administrator")
}

// TestFindBelievesNoAnswer that can't be a ticket.
func TestFindBelievesNoAnswer(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says(cloudSearch, page(ticket(t, 7, markerOf, map[string]any{"project": map[string]string{"key": "SRE"}})))
	if _, err := s.connect().Find(t.Context(), s.key(), inAll(), []incident.ID{ours}, now); err == nil {
		t.Error("no error")
	}
}
