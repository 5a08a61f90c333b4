package jira_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/jira"
)

const (
	cloudSearch  = "GET /rest/api/2/search/jql"
	serverSearch = "GET /rest/api/2/search"
)

// hits are tickets as a search gives them: id, and when it changed.
func hits(times map[int]string) string {
	var all []string
	for id, at := range times {
		all = append(all, fmt.Sprintf(`{"id":"%d","key":"OPS-%d","fields":{"updated":%q}}`, id, id, at))
	}
	return "[" + strings.Join(all, ",") + "]"
}

const half = "2026-11-20T13:30:00.456+0000"

func TestChangedOnCloud(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says(cloudSearch,
		ok(`{"issues":`+hits(map[int]string{7: half})+`,"nextPageToken":"more","isLast":false}`),
		ok(`{"issues":`+hits(map[int]string{8: "2026-11-20T13:00:00.000+0100"})+`,"isLast":true}`))
	got, _, err := s.connect().Changed(t.Context(), s.key(), now.Add(-90*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "changed", map[incident.Key]time.Time{
		s.at(7): time.Date(2026, 11, 20, 13, 30, 0, 456e6, time.UTC), s.at(8): time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC),
	}, got)
	same(t, "requests", []string{cloudSearch, cloudSearch}, s.lines())
	first, second := s.all(cloudSearch)[0].query, s.last(cloudSearch).query
	same(t, "query", `(creator = currentUser() OR project in ("OPS", "SRE")) AND updated >= "-2m" ORDER BY updated DESC`, first["jql"])
	same(t, "fields", "updated", first["fields"])
	same(t, "next page", "more", second["nextPageToken"])
}

func TestChangedOnDataCenter(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.says(serverSearch,
		ok(`{"startAt":0,"maxResults":1,"total":2,"issues":`+hits(map[int]string{7: half})+`}`),
		ok(`{"startAt":1,"maxResults":1,"total":2,"issues":`+hits(map[int]string{8: half})+`}`))
	got, _, err := s.connect().Changed(t.Context(), s.key(), now.Add(-24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "how many", 2, len(got))
	same(t, "second page", "1", s.last(serverSearch).query["startAt"])
	contains(t, s.last(serverSearch).query["jql"], `updated >= "-1441m"`)
}

// TestSearchEnds, whatever a broken server says of its pages.
func TestSearchEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, line string
		new        func(*testing.T) *stub
		pages      []answer
	}{
		{"the same page for ever", cloudSearch, newCloud, []answer{ok(`{"issues":` + hits(map[int]string{7: half}) + `,"nextPageToken":"again"}`)}},
		{"more and no page", cloudSearch, newCloud, []answer{ok(`{"issues":` + hits(map[int]string{7: half}) + `,"isLast":false}`)}},
		{
			"a total that is wrong", serverSearch, newServer,
			[]answer{ok(`{"total":9,"issues":` + hits(map[int]string{7: half}) + `}`), ok(`{"total":9,"issues":[]}`)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := tt.new(t)
			s.says(tt.line, tt.pages...)
			got, _, err := s.connect().Changed(t.Context(), s.key(), now)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "how many", 1, len(got))
		})
	}
}

// TestAProjectThatWasDeletedHidesNoOther: JQL that names one is refused.
func TestAProjectThatWasDeletedHidesNoOther(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says("GET /rest/api/2/project/OPS", ok(`{"id":"1"}`))
	s.says(cloudSearch, no(400, `{"errorMessages":["Der Wert 'SRE' existiert nicht."]}`), ok(`{"issues":`+hits(map[int]string{7: half})+`,"isLast":true}`))
	got, _, err := s.connect().Changed(t.Context(), s.key(), now)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "how many", 1, len(got))
	contains(t, s.last(cloudSearch).query["jql"], `project in ("OPS")`)
}

func TestChangedThatCanNotBeAsked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer answer
		whole  bool
		later  bool
	}{
		"refused again": {no(400, `{"errorMessages":["No."]}`), false, false},
		"gone":          {no(410, `{"errorMessages":["Removed."]}`), false, false},
		"token":         {no(401, ""), true, false},
		"limited":       {no(429, ""), false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says(cloudSearch, tt.answer)
			_, _, err := s.connect().Changed(t.Context(), s.key(), now)
			blocked, later := new(incident.Blocked), new(incident.Later)
			same(t, "later", tt.later, errors.As(err, &later))
			same(t, "blocked", !tt.later, errors.As(err, &blocked))
			same(t, "whole", tt.whole, blocked.Whole)
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says(cloudSearch, ok(`{"issues":`+hits(map[int]string{9: half, 7: half, 8: half, 10: half, 11: half})+`,"isLast":true}`))
	s.says("GET /rest/api/2/project/OPS", ok(`{}`))
	s.says("GET /rest/api/2/project/SRE", ok(`{}`))
	s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, nil))
	s.says("GET /rest/api/2/issue/8", ticket(t, 8, strings.Replace(markerOf, "99#42", "99#43", 1), nil)) // another incident's
	s.says("GET /rest/api/2/issue/9", ticket(t, 9, strings.Replace(markerOf, "99#42", "98#42", 1), nil)) // a former id of this
	s.says("GET /rest/api/2/issue/10", ticket(t, 10, markerOf, map[string]any{"creator": map[string]string{"accountId": "x"}}))
	got, err := s.connect().Find(t.Context(), s.key(), inAll(), []incident.ID{ours, {Repository: 98, Number: 42}}, now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range got {
		names = append(names, f.Name)
	}
	same(t, "found", []string{"OPS-7", "OPS-9"}, names)
	same(t, "query", `creator = currentUser() AND created >= "-71m" AND (labels in ("hindsight-99-42", "hindsight-98-42") OR labels is EMPTY) ORDER BY created DESC`,
		s.last(cloudSearch).query["jql"])
}

// TestFindThatCanNotRead: what may be ours must not be passed over.
func TestFindThatCanNotRead(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says(cloudSearch, ok(`{"issues":`+hits(map[int]string{7: half})+`,"isLast":true}`))
	s.says("GET /rest/api/2/issue/7", no(500, ""))
	if _, err := s.connect().Find(t.Context(), s.key(), inAll(), []incident.ID{ours}, now); err == nil {
		t.Error("no error")
	}
}

// TestWhichKindIsAskedOnce, but again after it could not be told.
func TestWhichKindIsAskedOnce(t *testing.T) {
	t.Parallel()
	const infoLine = "GET /rest/api/2/serverInfo"
	s := newCloud(t)
	s.says(infoLine, no(500, ""), ok(serverInfo))
	s.says(serverSearch, ok(`{"issues":[]}`))
	j := s.connect(func(site *jira.Site) { site.Email = "bot@acme.example" })
	if _, _, err := j.Changed(t.Context(), s.key(), now); err == nil {
		t.Error("no error")
	}
	for range 2 {
		if _, _, err := j.Changed(t.Context(), s.key(), now); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "asked", 2, len(s.all(infoLine)))
}
