package jira_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hindsight/internal/jira"
)

const (
	favourites  = "GET /rest/api/2/filter/favourite"
	newFilter   = "POST /rest/api/2/filter"
	shareLine   = "POST /rest/api/2/filter/10100/permission"
	boardsLine  = "GET /rest/agile/1.0/board"
	newBoard    = "POST /rest/agile/1.0/board"
	boardFilter = `project in ("OPS", "SRE") AND labels = "postmortem-followup" ORDER BY Rank ASC`
	knownFilter = `[{"id":"10099","name":"Mine","jql":"x"},{"id":"10100","name":"Post-mortem follow-ups",
		"description":"What was promised in the post-mortems of OPS, SRE. Made by Hindsight.",
		"jql":"project in (\"OPS\", \"SRE\") AND labels = \"postmortem-followup\" ORDER BY Rank ASC",
		"sharePermissions":[{"id":1,"type":"project","project":{"id":"10000","key":"OPS"}},{"id":2,"type":"project","project":{"key":"SRE"}}]}]`
)

// boards is a stub at which a board can be made.
func boards(s *stub) *stub {
	s.says(favourites, ok(`[]`))
	s.says(newFilter, ok(`{"id":"10100","name":"Post-mortem follow-ups"}`))
	s.says("GET /rest/api/2/project/OPS", ok(`{"id":"10000","key":"OPS"}`))
	s.says("GET /rest/api/2/project/SRE", ok(`{"id":"10001","key":"SRE"}`))
	s.says(shareLine, no(201, `[]`))
	s.says(boardsLine, ok(`{"isLast":true,"values":[]}`))
	s.says(newBoard, no(201, `{"id":5,"name":"Post-mortem follow-ups","type":"kanban"}`))
	return s
}

func TestBoardIsMade(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		new  func(*testing.T) *stub
		body map[string]any
	}{
		"Cloud": {newCloud, map[string]any{
			"name": "Post-mortem follow-ups", "type": "kanban", "filterId": 10100.0,
			"location": map[string]any{"type": "project", "projectKeyOrId": "OPS"},
		}},
		"Data Center": {newServer, map[string]any{"name": "Post-mortem follow-ups", "type": "kanban", "filterId": 10100.0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := boards(tt.new(t))
			got, err := s.connect().Board(t.Context(), s.key(), jira.BoardOf{})
			if err != nil {
				t.Fatal(err)
			}
			same(t, "board", jira.Board{
				Name: "Post-mortem follow-ups", URL: s.server.URL + "/secure/RapidBoard.jspa?rapidView=5", FilterID: 10100, BoardID: 5, Made: true,
				Projects: []string{"OPS", "SRE"},
			}, got)
			same(t, "request", tt.body, s.last(newBoard).body)
			same(t, "query", any(boardFilter), s.last(newFilter).body["jql"])
			same(t, "favourite", any(true), s.last(newFilter).body["favourite"])
			same(t, "shared", 2, len(s.all(shareLine)))
			same(t, "shared with", map[string]any{"type": "project", "projectId": "10001"}, s.last(shareLine).body)
		})
	}
}

func TestBoardIsFoundAgain(t *testing.T) {
	t.Parallel()
	s := boards(newCloud(t))
	s.says(favourites, ok(knownFilter))
	s.says(boardsLine,
		ok(`{"isLast":false,"values":[{"id":3,"name":"Post-mortem follow-ups of others"},{"id":4,"name":"Post-mortem follow-ups"}]}`),
		ok(`{"isLast":true,"values":[{"id":5,"name":"Post-mortem follow-ups"}]}`))
	s.says("GET /rest/agile/1.0/board/4/configuration", ok(`{"filter":{"id":"77"}}`))
	s.says("GET /rest/agile/1.0/board/5/configuration", ok(`{"filter":{"id":"10100"}}`))
	got, err := s.connect().Board(t.Context(), s.key(), jira.BoardOf{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "board", 5, got.BoardID)
	same(t, "made", false, got.Made)
	for _, line := range []string{newFilter, shareLine, newBoard} {
		if slices.Contains(s.lines(), line) {
			t.Errorf("%s was asked", line)
		}
	}
	same(t, "second page", "2", s.last(boardsLine).query["startAt"])
}

func TestBoardGetsOtherProjects(t *testing.T) {
	t.Parallel()
	const edit = "PUT /rest/api/2/filter/10100"
	s := boards(newCloud(t))
	s.says(favourites, ok(knownFilter))
	s.says(edit, ok(`{"id":"10100","name":"Post-mortem follow-ups","sharePermissions":[{"project":{"key":"OPS"}}]}`))
	s.says(boardsLine, ok(`{"isLast":true,"values":[{"id":5,"name":"Post-mortem follow-ups"}]}`))
	s.says("GET /rest/agile/1.0/board/5/configuration", ok(`{"filter":{"id":"10100"}}`))
	got, err := s.connect(func(site *jira.Site) { site.Default = []string{"OPS"} }).Board(t.Context(), s.key(), jira.BoardOf{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "query", any(`project in ("OPS") AND labels = "postmortem-followup" ORDER BY Rank ASC`), s.last(edit).body["jql"])
	same(t, "description", any("What was promised in the post-mortems of OPS. Made by Hindsight."), s.last(edit).body["description"])
	same(t, "shared", 0, len(s.all(shareLine)))
	same(t, "changed, made", []bool{true, false}, []bool{got.Changed, got.Made})
}

// TestBoardOfAFew, or of one owner, is another: the board of all stays as it is.
func TestBoardOfAFew(t *testing.T) {
	t.Parallel()
	owners := func(site *jira.Site) { site.Owners = map[string][]string{"acme": {"SRE", "OPS"}, "umbrella": {"UMB"}} }
	for name, tt := range map[string]struct {
		of         jira.BoardOf
		name, jqls string
	}{
		"projects":            {jira.BoardOf{Projects: []string{"OPS"}}, "Post-mortem follow-ups in OPS", `project in ("OPS")`},
		"an owner":            {jira.BoardOf{Owner: "Acme"}, "Post-mortem follow-ups of Acme", `project in ("SRE", "OPS")`},
		"an owner's projects": {jira.BoardOf{Owner: "acme", Projects: []string{"OPS"}}, "Post-mortem follow-ups of acme in OPS", `project in ("OPS")`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := boards(newCloud(t))
			s.says(favourites, ok(knownFilter))
			got, err := s.connect(owners).Board(t.Context(), s.key(), tt.of)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "name", tt.name, got.Name)
			same(t, "filter", any(tt.name), s.last(newFilter).body["name"])
			same(t, "board", any(tt.name), s.last(newBoard).body["name"])
			same(t, "asked for", tt.name, s.last(boardsLine).query["name"])
			contains(t, fmt.Sprint(s.last(newFilter).body["jql"]), tt.jqls+" AND")
		})
	}
}

// TestBoardThatPeopleHaveChanged: their search stays, and who sees it.
func TestBoardThatPeopleHaveChanged(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]string{
		"its search":      strings.Replace(knownFilter, "ORDER BY", "AND statusCategory != Done ORDER BY", 1),
		"its projects":    strings.Replace(knownFilter, `(\"OPS\", \"SRE\")`, `(\"OPS\")`, 1),
		"its description": strings.Replace(knownFilter, "What was promised", "Promised", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := boards(newCloud(t))
			s.says(favourites, ok(strings.Replace(known, `"key":"SRE"`, `"key":"OPS"`, 1)))
			got, err := s.connect(func(site *jira.Site) { site.Default = []string{"OPS", "SRE", "SEC"} }).Board(t.Context(), s.key(), jira.BoardOf{})
			if err != nil {
				t.Fatal(err)
			}
			same(t, "theirs, changed", []bool{true, false}, []bool{got.Theirs, got.Changed})
			same(t, "requests", []string{favourites, boardsLine, newBoard}, s.lines())
		})
	}
}

func TestBoardThatCanNotBeShared(t *testing.T) {
	t.Parallel()
	s := boards(newCloud(t))
	s.says(shareLine, no(400, `{"errorMessages":["No permission to share."]}`), no(201, ""))
	got, err := s.connect().Board(t.Context(), s.key(), jira.BoardOf{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "unshared", []string{"OPS"}, got.Unshared)
	same(t, "board", 5, got.BoardID)
}

func TestBoardFails(t *testing.T) {
	t.Parallel()
	for _, line := range []string{favourites, newFilter, "GET /rest/api/2/project/OPS", shareLine, boardsLine, newBoard} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			s := boards(newCloud(t))
			s.says(line, no(500, ""))
			if _, err := s.connect().Board(t.Context(), s.key(), jira.BoardOf{}); err == nil {
				t.Error("no error")
			}
		})
	}
	t.Run("no project", func(t *testing.T) {
		t.Parallel()
		s := newCloud(t)
		nothing := func(site *jira.Site) { site.Owners = map[string][]string{"acme": {"OPS"}} }
		if _, err := s.connect(nothing).Board(t.Context(), s.key(), jira.BoardOf{Owner: "umbrella"}); err == nil {
			t.Error("no error")
		}
	})
}
