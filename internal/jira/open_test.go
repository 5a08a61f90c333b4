package jira_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"hindsight/internal/incident"
	"hindsight/internal/jira"
)

const issueLine = "POST /rest/api/2/issue"

// newTicket is what the rules want opened.
func newTicket(s *stub) incident.OpenTicket {
	return incident.OpenTicket{
		Item: "aaaaaaaaaaaa", Source: "body", Words: "bbbbbbbb", Of: ours, Kind: kindAt(s), Title: "Add an alert",
		Body: "Follow-up of **acme/shop#42**", Labels: []string{"postmortem-followup", "sev2", "sev2_20261120"}, Owner: "octocat",
		Wrote: incident.Written{
			Title: "cccccccc", Owner: "octocat", Due: "20261201", Severity: 2, Date: "20261120", Priority: "p1", Type: incident.Mitigation,
		},
	}
}

// ready is a stub at which a ticket can be opened, on a screen with the fields.
func ready(t *testing.T, s *stub, screen ...string) *stub {
	t.Helper()
	s.says(typesLine, ok(cloudTypes))
	s.says(fieldsLine, cloudFields(screen...))
	s.says(issueLine, no(201, `{"id":"7","key":"OPS-7","self":"x"}`))
	s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, nil))
	return s
}

func octocat(site *jira.Site) { site.People = map[string]string{"octocat": "acc-1"} }

func TestOpen(t *testing.T) {
	t.Parallel()
	s := ready(t, newCloud(t), append(everything(), plain("customfield_1")...)...)
	j := s.connect(octocat, project(jira.Project{
		Priorities: map[incident.Priority]string{"p1": "high"}, Components: []string{"reliability"},
		Fields: map[string]any{"customfield_1": map[string]any{"value": "{severity} of {number}"}},
	}))
	order := newTicket(s)
	order.Parts = []string{"Search", "Reliability", "Nowhere"}
	got, err := j.Open(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "name", "OPS-7", got.Name)
	same(t, "requests", []string{typesLine, fieldsLine, issueLine, "GET /rest/api/2/issue/7"}, s.lines())
	want := map[string]any{
		"fields": map[string]any{
			"project": map[string]any{"key": "OPS"}, "issuetype": map[string]any{"id": "10001"},
			"summary": "Add an alert", "description": "Follow-up of *acme/shop#42*\n",
			"labels":   []any{"postmortem-followup", "sev2", "sev2_20261120", "hindsight-99-42"},
			"assignee": map[string]any{"accountId": "acc-1"}, "duedate": "2026-12-01", "priority": map[string]any{"name": "High"},
			"components":    []any{map[string]any{"name": "Reliability"}, map[string]any{"name": "Search"}},
			"customfield_1": map[string]any{"value": "sev2 of 42"},
		},
		"properties": []any{map[string]any{"key": "hindsight", "value": map[string]any{
			"of": "99#42", "key": "aaaaaaaaaaaa", "source": "body", "words": "bbbbbbbb",
			"wrote": map[string]any{"t": "cccccccc", "o": "octocat", "d": "20261201", "s": 2.0, "a": "20261120", "p": "p1", "y": "mitigation"},
		}}},
	}
	same(t, "request", want, s.last(issueLine).body)
}

func TestOpenOnDataCenterNamesPeopleByTheirUserName(t *testing.T) {
	t.Parallel()
	s := ready(t, newServer(t), everything()...)
	if _, err := s.connect(octocat).Open(t.Context(), newTicket(s)); err != nil {
		t.Fatal(err)
	}
	same(t, "assignee", any(map[string]any{"name": "acc-1"}), s.written("assignee"))
}

// written is what the newest new ticket has in a field.
func (s *stub) written(id string) any {
	s.t.Helper()
	fields, isMap := s.last(issueLine).body["fields"].(map[string]any)
	if !isMap {
		s.t.Fatalf("no fields in %v", s.last(issueLine).body)
	}
	return fields[id]
}

func TestOpenLeavesOut(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		screen []string
		lacks  incident.TicketFields
		p      jira.Project
		change func(*incident.OpenTicket)
		gone   []string
	}{
		{name: "what the screen lacks", screen: plain("summary"), gone: []string{"description", "labels", "assignee", "duedate", "priority"}},
		{name: "what was found to lack", screen: everything(), lacks: "duedate labels", gone: []string{"duedate", "labels"}},
		{
			name: "a priority that is not there", screen: everything(), gone: []string{"priority"},
			p: jira.Project{Priorities: map[incident.Priority]string{"p1": "Urgent"}},
		},
		{name: "components that are not there", screen: everything(), gone: []string{"components"}, p: jira.Project{Components: []string{"Nowhere"}}},
		{
			name: "somebody of whom there is no account", screen: everything(), gone: []string{"assignee"},
			change: func(o *incident.OpenTicket) { o.Owner = "stranger" },
		},
		{
			name: "a field that asks for what there is none of", screen: append(everything(), plain("customfield_1")...), gone: []string{"customfield_1"},
			p:      jira.Project{Fields: map[string]any{"customfield_1": map[string]any{"value": "{priority}"}}},
			change: func(o *incident.OpenTicket) { o.Wrote.Priority = "" },
		},
		{
			name: "no due day", screen: everything(), gone: []string{"duedate"},
			change: func(o *incident.OpenTicket) { o.Wrote.Due = "" },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := ready(t, newCloud(t), tt.screen...)
			order := newTicket(s)
			order.Lacks = tt.lacks
			if tt.change != nil {
				tt.change(&order)
			}
			if _, err := s.connect(octocat, project(tt.p)).Open(t.Context(), order); err != nil {
				t.Fatal(err)
			}
			for _, id := range tt.gone {
				same(t, id, nil, s.written(id))
			}
			same(t, "summary", any("Add an alert"), s.written("summary"))
		})
	}
}

func TestCustomFields(t *testing.T) {
	t.Parallel()
	typed := func(kind string) string {
		return `{"name":"Custom","fieldId":"customfield_1","schema":{"type":"` + kind + `"}}`
	}
	tests := []struct {
		name, kind string
		value      any
		want       any
	}{
		{"a text", "string", "{severity} {date} {number} {priority} {type}", "sev2 20261120 42 p1 mitigation"},
		{"a date", "date", "{date}", "2026-11-20"},
		{"a number", "number", "{number}", 42.0},
		{"a text in a field for numbers", "number", "NaN", "NaN"},
		{"a list", "array", []any{map[string]any{"value": "{type}"}, "x"}, []any{map[string]any{"value": "mitigation"}, "x"}},
		{"no text", "number", 5, 5.0},
		{"a brace that is none", "string", "{nothing}", "{nothing}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := ready(t, newCloud(t), append(everything(), typed(tt.kind))...)
			j := s.connect(project(jira.Project{Fields: map[string]any{"customfield_1": tt.value}}))
			if _, err := j.Open(t.Context(), newTicket(s)); err != nil {
				t.Fatal(err)
			}
			same(t, "value", tt.want, s.written("customfield_1"))
		})
	}
}

// TestOpenUnsure: after these the ticket may be there, or it can't.
func TestOpenUnsure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer answer
		unsure bool
	}{
		{"cut off", answer{drop: true}, true},
		{"broken", no(500, ""), true},
		{"bad gateway", no(502, "<html>"), true},
		{"down for a while", no(503, "").with("Retry-After", "10"), true},
		{"time is up", no(408, ""), true},
		{"created, and no word of what", no(201, `{}`), true},
		{"created, unreadable", no(201, `<html>`), true},
		{"refused", no(400, `{"errors":{"summary":"No."}}`), false},
		{"token refused", no(401, ""), false},
		{"token refused, as a stranger", no(201, `{"id":"7"}`).with("X-Seraph-LoginReason", "AUTHENTICATED_FAILED"), false},
		{"forbidden", no(403, ""), false},
		{"limited", no(429, ""), false},
		{"redirected", no(302, ""), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := ready(t, newCloud(t), everything()...)
			s.says(issueLine, tt.answer)
			_, err := s.connect().Open(t.Context(), newTicket(s))
			if err == nil {
				t.Fatal("no error")
			}
			if unsure := new(incident.Unsure); errors.As(err, &unsure) != tt.unsure {
				t.Errorf("want unsure %v, got %v", tt.unsure, err)
			}
			same(t, "sent", 1, len(s.all(issueLine)))
		})
	}
}

// TestOpenWhereNobodyIsReached: nothing can have been created.
func TestOpenWhereNobodyIsReached(t *testing.T) {
	t.Parallel()
	s := ready(t, newCloud(t), everything()...)
	s.server.Config.SetKeepAlivesEnabled(false) // what is sent on an old connection may have arrived
	j := s.connect(octocat)
	if _, err := j.Offer(t.Context(), kindAt(s)); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Assignable(t.Context(), s.key(), "octocat"); err != nil {
		t.Fatal(err)
	}
	s.server.Close()
	_, err := j.Open(t.Context(), newTicket(s))
	if unsure := new(incident.Unsure); err == nil || errors.As(err, &unsure) {
		t.Errorf("want an error that is sure, got %v", err)
	}
}

// TestOpenedIsNeverLost: an error after the ticket was created must not hide it.
func TestOpenedIsNeverLost(t *testing.T) {
	t.Parallel()
	for name, reading := range map[string]answer{"not there yet": no(404, "{}"), "broken": no(500, ""), "cut off": {drop: true}, "logged out": no(401, "")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ready(t, newCloud(t), everything()...)
			s.says("GET /rest/api/2/issue/7", reading)
			got, err := s.connect().Open(t.Context(), newTicket(s))
			if err != nil {
				t.Fatal(err)
			}
			want := newTicket(s)
			same(t, "ticket", incident.Ticket{
				Key: s.at(7), Name: "OPS-7", Project: "OPS", URL: s.server.URL + "/browse/OPS-7", Title: "Add an alert",
				State: incident.Open, Created: now, Ours: true, Of: ours,
				Entry: incident.Entry{Key: "aaaaaaaaaaaa", Source: "body", Words: "bbbbbbbb", Wrote: want.Wrote},
			}, got)
		})
	}
}

func TestOpenWithoutAnAssigneeWhoMayNotWorkThere(t *testing.T) {
	t.Parallel()
	s := ready(t, newCloud(t), everything()...)
	s.says(issueLine, no(400, `{"errors":{"assignee":"User 'x' cannot be assigned issues."}}`), no(201, `{"id":"7","key":"OPS-7"}`))
	got, err := s.connect(octocat).Open(t.Context(), newTicket(s))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "sent", 2, len(s.all(issueLine)))
	same(t, "assignee", nil, s.written("assignee"))
	same(t, "owner", "", got.Owner)
	same(t, "lacks", incident.TicketFields("assignee"), got.Entry.Lacks)
	same(t, "wrote", "", got.Entry.Wrote.Owner)
	same(t, "the marker tells", any("assignee"), property(s.last(issueLine).body)["lacks"])
	same(t, "due", any("2026-12-01"), s.written("duedate"))
}

func TestOpenSaysWhatJiraRefuses(t *testing.T) {
	t.Parallel()
	s := ready(t, newCloud(t), everything()...)
	s.says(issueLine, no(400, `{"errorMessages":[],"errors":{"customfield_1":"Team is required.","assignee":"Nobody."}}`))
	_, err := s.connect(octocat).Open(t.Context(), newTicket(s))
	blocked := new(incident.Blocked)
	if !errors.As(err, &blocked) || blocked.Whole {
		t.Fatalf("want the one ticket to be blocked, got %v", err)
	}
	contains(t, blocked.Text, "a ticket in `OPS`", "**customfield\\_1** `Team is required.`", "**Assignee** `Nobody.`")
}

func TestOpenWhereTheProjectTakesNothing(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	_, err := s.connect().Open(t.Context(), newTicket(s))
	blocked := new(incident.Blocked)
	if !errors.As(err, &blocked) || blocked.Whole {
		t.Fatalf("want the one ticket to be blocked, got %v", err)
	}
	same(t, "sent", 0, len(s.all(issueLine)))
}

func TestSummary(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, title, want string }{
		{"one line", "Add\n an\talert ", "Add an alert"},
		{"as long as may be", strings.Repeat("a", 255), strings.Repeat("a", 255)},
		{"too long", strings.Repeat("a", 256), strings.Repeat("a", 254) + "…"},
		{"too long for Java", strings.Repeat("🔥", 128), strings.Repeat("🔥", 127) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := ready(t, newCloud(t), everything()...)
			order := newTicket(s)
			order.Title = tt.title
			if _, err := s.connect().Open(t.Context(), order); err != nil {
				t.Fatal(err)
			}
			got := s.written("summary")
			same(t, "summary", any(tt.want), got)
			if text, isText := got.(string); !isText || len(utf16.Encode([]rune(text))) > 255 {
				t.Errorf("too long: %v", got)
			}
		})
	}
}

// TestHostileTextGetsToJiraAsText: what people wrote gets to Jira as text alone.
func TestHostileTextGetsToJiraAsText(t *testing.T) {
	t.Parallel()
	s := ready(t, newCloud(t), everything()...)
	order := newTicket(s)
	order.Title = `"},"fields":{"project":{"key":"EVIL"}},"x":{"`
	order.Words = `"},"of":"1#1`
	if _, err := s.connect().Open(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	same(t, "project", any(map[string]any{"key": "OPS"}), s.written("project"))
	same(t, "summary", any(order.Title), s.written("summary"))
	raw, err := json.Marshal(s.last(issueLine).body["properties"])
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(raw), `"of":"99#42"`)
}

func TestAssignable(t *testing.T) {
	t.Parallel()
	const search = "GET /rest/api/2/user/search"
	found := ok(`[{"accountId":"acc-0","emailAddress":"octo@acme.example.org","active":true},{"accountId":"acc-1","emailAddress":"Octo@acme.example","active":true}]`)
	tests := []struct {
		name, entry string
		answer      answer
		want        incident.Verdict
		fails       bool
	}{
		{"not on the list", "", found, incident.Denied, false},
		{"by id", "acc-1", found, incident.Allowed, false},
		{"by address", "octo@acme.example", found, incident.Allowed, false},
		{"an address that only begins so", "octo@acme", found, incident.Denied, false},
		{"an address that is not shown", "octo@acme.example", ok(`[{"accountId":"acc-1","active":true}]`), incident.Denied, false},
		{"somebody who has left", "octo@acme.example", ok(`[{"accountId":"acc-1","emailAddress":"octo@acme.example","active":false}]`), incident.Denied, false},
		{"may not look for people", "octo@acme.example", no(403, "{}"), incident.Denied, false},
		{"down", "octo@acme.example", no(500, ""), incident.Unknown, true},
		{"token refused", "octo@acme.example", no(401, ""), incident.Unknown, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says(search, tt.answer)
			j := s.connect(func(site *jira.Site) { site.People = map[string]string{"octocat": tt.entry} })
			for range 2 {
				got, err := j.Assignable(t.Context(), s.key(), "OctoCat")
				same(t, "verdict", tt.want, got)
				same(t, "fails", tt.fails, err != nil)
			}
			if asked := len(s.all(search)); tt.want == incident.Allowed && asked > 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}

func TestPeopleAreSearchedAsTheKindOfJiraWantsIt(t *testing.T) {
	t.Parallel()
	for parameter, s := range map[string]*stub{"query": newCloud(t), "username": newServer(t)} {
		s.says("GET /rest/api/2/user/search", ok(`[{"accountId":"a","name":"octo","key":"K","emailAddress":"octo@acme.example","active":true}]`))
		j := s.connect(func(site *jira.Site) { site.People = map[string]string{"octocat": "octo@acme.example"} })
		if _, err := j.Assignable(t.Context(), s.key(), "octocat"); err != nil {
			t.Fatal(err)
		}
		same(t, "address", "octo@acme.example", s.last("GET /rest/api/2/user/search").query[parameter])
	}
}

// TestWhatTheProjectWantsIsAskedAnewAfterARefusal: its screen was changed.
func TestWhatTheProjectWantsIsAskedAnewAfterARefusal(t *testing.T) {
	t.Parallel()
	s := ready(t, newCloud(t), everything()...)
	s.says(fieldsLine, cloudFields(everything()...), cloudFields(plain("summary", "description", "labels", "assignee")...))
	s.says(issueLine, no(400, `{"errors":{"duedate":"Field 'duedate' cannot be set."}}`), no(201, `{"id":"7","key":"OPS-7"}`))
	j := s.connect()
	if _, err := j.Open(t.Context(), newTicket(s)); err == nil {
		t.Fatal("no error")
	}
	offer, err := j.Offer(t.Context(), kindAt(s))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "lacks", incident.TicketFields("duedate"), offer.Lacks)
	if _, err := j.Open(t.Context(), newTicket(s)); err != nil {
		t.Fatal(err)
	}
	same(t, "due", nil, s.written("duedate"))
}

// TestOpenWithTheComponentsThatThereAre, though not all are there.
func TestOpenWithTheComponentsThatThereAre(t *testing.T) {
	t.Parallel()
	s := ready(t, newCloud(t), everything()...)
	s.says(issueLine, no(201, `{"id":"7","key":"OPS-7"}`))
	e := newTicket(s)
	e.Parts, e.Lacks, e.Left = []string{"search", "nowhere"}, "components", "components"
	got, err := s.connect(project(jira.Project{Components: []string{"Nothing"}})).Open(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "components", any([]any{map[string]any{"name": "Search"}}), s.written("components"))
	same(t, "lacks", incident.TicketFields("components"), got.Entry.Lacks)
}

// TestOfferTellsTheComponents, so that those of a repository can be compared.
func TestOfferTellsTheComponents(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fields []string
		want   []string
	}{
		"some":         {everything(), []string{"reliability", "search"}},
		"no field":     {plain("description"), nil},
		"none in it":   {[]string{`{"fieldId":"components","allowedValues":[]}`}, []string{}},
		"none is told": {plain("components"), []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ready(t, newCloud(t), tt.fields...)
			got, err := s.connect().Offer(t.Context(), kindAt(s))
			if err != nil {
				t.Fatal(err)
			}
			same(t, "components", tt.want, got.Components)
		})
	}
}
