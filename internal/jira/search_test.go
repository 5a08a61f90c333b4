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
		{"the same pages in a circle", cloudSearch, newCloud, []answer{
			ok(`{"issues":` + hits(map[int]string{7: half}) + `,"nextPageToken":"a"}`), ok(`{"issues":` + hits(map[int]string{7: half}) + `,"nextPageToken":"b"}`),
			ok(`{"issues":` + hits(map[int]string{7: half}) + `,"nextPageToken":"a"}`),
		}},
		{"an empty page with more", cloudSearch, newCloud, []answer{
			ok(`{"issues":` + hits(map[int]string{7: half}) + `,"nextPageToken":"a"}`), ok(`{"issues":[],"nextPageToken":"b"}`),
		}},
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

// TestChangedIsCutOff: a sweep is over some time, and told that there was more.
func TestChangedIsCutOff(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	many := map[int]string{}
	for id := range 500 {
		many[id+1] = half
	}
	s.says(serverSearch, ok(`{"total":1000000,"issues":`+hits(many)+`}`))
	got, all, err := s.connect().Changed(t.Context(), s.key(), now)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "all", false, all)
	same(t, "how many", 500, len(got))
	same(t, "pages", 20, len(s.lines()))
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

// TestWhichKindIsAskedAgain after a while: what was answered wrong once must not
// hold for good.
func TestWhichKindIsAskedAgain(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says("GET /rest/api/2/serverInfo", ok(`{}`), ok(serverInfo), ok(cloudInfo))
	s.says(serverSearch, ok(`{"issues":[]}`))
	s.says(cloudSearch, ok(`{"issues":[],"isLast":true}`))
	clock := now
	j, err := jira.New(jira.Options{Sites: []jira.Site{s.site()}, Clock: func() time.Time { return clock }, Logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := j.Changed(t.Context(), s.key(), now); err == nil {
		t.Error("a site that does not say which kind it is was searched")
	}
	for range 2 {
		if _, _, err := j.Changed(t.Context(), s.key(), now); err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(time.Hour)
	}
	same(t, "searches", []string{serverSearch, cloudSearch}, s.lines())
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
