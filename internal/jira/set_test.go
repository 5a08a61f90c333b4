package jira_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"hindsight/internal/incident"
	"hindsight/internal/jira"
)

const (
	waysLine = "GET /rest/api/2/issue/7/transitions"
	walkLine = "POST /rest/api/2/issue/7/transitions"
)

// way is a transition as Jira offers it.
func way(id int, to, category string, fields ...string) string {
	return fmt.Sprintf(`{"id":"%d","name":"Go","to":{"name":%q,"statusCategory":{"key":%q}},"fields":{%s}}`,
		id, to, category, strings.Join(fields, ","))
}

func asks(id, name string, required bool, values string) string {
	return fmt.Sprintf(`%q:{"required":%v,"name":%q,"hasDefaultValue":false,"allowedValues":[%s]}`, id, required, name, values)
}

func ways(all ...string) answer { return ok(`{"transitions":[` + strings.Join(all, ",") + `]}`) }

const resolutions = `{"name":"Won't Do"},{"name":"Duplicate"},{"name":"Fixed"},{"name":"Done"}`

func TestSet(t *testing.T) {
	t.Parallel()
	cause := asks("customfield_1", "Root cause", true, "")
	tests := []struct {
		name     string
		from     map[string]any
		want     incident.State
		offered  []string
		done     string
		takes    string // the transition's id, "" for none
		resolves any    // what is filled in
		declined []string
	}{
		{name: "done", want: incident.Done, offered: []string{way(1, "In Progress", "indeterminate"), way(2, "Done", "done")}, takes: "2"},
		{
			name: "the status that the operator names", want: incident.Done, done: "Shipped", takes: "3",
			offered: []string{way(2, "Done", "done"), way(3, "SHIPPED", "done", asks("comment", "Comment", false, ""))},
		},
		{
			name: "the one that asks for less", want: incident.Done, takes: "3",
			offered: []string{way(2, "Closed", "done", asks("comment", "Comment", false, "")), way(3, "Done", "done")},
		},
		{
			name: "never one that means dropped", want: incident.Done, takes: "3",
			offered: []string{way(2, "Won't do", "done"), way(4, "Rejected", "done"), way(3, "Done", "done", asks("comment", "Comment", false, ""))},
		},
		{
			name: "only one that means dropped", want: incident.Done, offered: []string{way(2, "Won't do", "done"), way(5, "In Progress", "indeterminate")},
			declined: []string{"no way from “In Review” straight to a status that is done", "OPS-7", "by hand"},
		},
		{name: "nothing offered", want: incident.Done, declined: []string{"no way from “In Review”"}},
		{
			name: "a screen that wants more", want: incident.Done, offered: []string{way(2, "Done", "done", cause)},
			declined: []string{"asks for “Root cause” on the way to “Done”", "OPS-7", "by hand"},
		},
		{
			name: "another way than the one that wants more", want: incident.Done, done: "Done", takes: "3",
			offered: []string{way(2, "Done", "done", cause), way(3, "Closed", "done")},
		},
		{
			name: "a resolution", want: incident.Done, takes: "2", resolves: "Done",
			offered: []string{way(2, "Done", "done", asks("resolution", "Resolution", true, resolutions))},
		},
		{
			name: "a resolution that may be left out", want: incident.Done, takes: "2", resolves: "Fixed",
			offered: []string{way(2, "Done", "done", asks("resolution", "Resolution", false, `{"name":"Duplicate"},{"name":"Fixed"}`))},
		},
		{
			name: "a resolution of another name", want: incident.Done, takes: "2", resolves: "Erledigt",
			offered: []string{way(2, "Done", "done", asks("resolution", "Resolution", true, `{"name":"Won't Do"},{"name":"Erledigt"}`))},
		},
		{
			name: "only resolutions that mean dropped", want: incident.Done,
			offered:  []string{way(2, "Done", "done", asks("resolution", "Resolution", true, `{"name":"Won't Do"},{"name":"Duplicate"}`))},
			declined: []string{"asks for “Resolution”"},
		},
		{
			name: "reopened", want: incident.Open, from: map[string]any{"status": status("Done", "done")}, takes: "3",
			offered: []string{way(1, "In Progress", "indeterminate"), way(2, "Closed", "done"), way(3, "To Do", "new")},
		},
		{
			name: "reopened where only work goes on", want: incident.Open, from: map[string]any{"status": status("Done", "done")}, takes: "1",
			offered: []string{way(2, "Closed", "done"), way(1, "In Progress", "indeterminate")},
		},
		{
			name: "can't be reopened", want: incident.Open, from: map[string]any{"status": status("Done", "done")}, offered: []string{way(2, "Closed", "done")},
			declined: []string{"no way from “Done” straight to a status that is open"},
		},
		{
			name: "a status of which Jira does not say what it means", want: incident.Done, from: map[string]any{"status": status("Odd", "undefined")},
			offered: []string{way(2, "Done", "done")}, takes: "2",
		},
		{name: "hostile names", want: incident.Done, from: map[string]any{"status": status("<!-- @ada", "new")}, declined: []string{"&lt;!"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			if tt.from == nil {
				tt.from = map[string]any{"status": status("In Review", "indeterminate")}
			}
			s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, tt.from))
			s.says(waysLine, ways(tt.offered...))
			s.says(walkLine, no(204, ""))
			_, declined, err := s.connect(project(jira.Project{Done: tt.done})).Set(t.Context(), inAll(), incident.SetFollowUp{Issue: s.at(7), Name: "OPS-7", State: tt.want})
			if err != nil {
				t.Fatal(err)
			}
			same(t, "is declined", len(tt.declined) > 0, declined != "")
			contains(t, declined, tt.declined...)
			if tt.takes == "" {
				same(t, "moved", 0, len(s.all(walkLine)))
				return
			}
			want := map[string]any{"transition": map[string]any{"id": tt.takes}}
			if tt.resolves != nil {
				want["fields"] = map[string]any{"resolution": map[string]any{"name": tt.resolves}}
			}
			same(t, "request", want, s.last(walkLine).body)
			same(t, "moved once", 1, len(s.all(walkLine)))
			same(t, "expand", "transitions.fields", s.last(waysLine).query["expand"])
		})
	}
}

func TestSetWhatIsSo(t *testing.T) {
	t.Parallel()
	wontDo := map[string]any{"status": status("Won't do", "done")}
	tests := []struct {
		name string
		is   map[string]any
		want incident.State
	}{
		{"done is done", map[string]any{"status": status("Done", "done")}, incident.Done},
		{"dropped is closed", wontDo, incident.Done},
		{"open is open", nil, incident.Open},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says("GET /rest/api/2/issue/7", ticket(t, 7, "", tt.is))
			_, declined, err := s.connect().Set(t.Context(), inAll(), incident.SetFollowUp{Issue: s.at(7), Name: "OPS-7", State: tt.want})
			if err != nil || declined != "" {
				t.Errorf("got %q, %v", declined, err)
			}
			same(t, "requests", []string{"GET /rest/api/2/issue/7"}, s.lines())
		})
	}
}

func TestSetThatJiraRefuses(t *testing.T) {
	t.Parallel()
	refusal := no(400, `{"errorMessages":["A reviewer must sign off | first."],"errors":{}}`)
	tests := []struct {
		name     string
		answer   answer
		after    map[string]any
		declined string
		fails    bool
	}{
		{"a validator", refusal, nil, "`A reviewer must sign off / first.`", false},
		{"somebody was faster", refusal, map[string]any{"status": status("Done", "done")}, "", false},
		{"no reason", no(400, ""), nil, "no reason", false},
		{"conflict", no(409, ""), nil, "", true},
		{"down", no(503, ""), nil, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says("GET /rest/api/2/issue/7", ticket(t, 7, "", nil), ticket(t, 7, "", tt.after))
			s.says(waysLine, ways(way(2, "Done", "done")))
			s.says(walkLine, tt.answer)
			_, declined, err := s.connect().Set(t.Context(), inAll(), incident.SetFollowUp{Issue: s.at(7), Name: "OPS-7", State: incident.Done})
			same(t, "fails", tt.fails, err != nil)
			if !strings.Contains(declined, tt.declined) || (declined == "") != (tt.declined == "") {
				t.Errorf("want %q, got %q", tt.declined, declined)
			}
		})
	}
}

const duplicateTypes = `{"issueLinkTypes":[{"id":"1","name":"Blocks"},{"id":"2","name":"Duplicate","inward":"is duplicated by","outward":"duplicates"}]}`

func duplicate(s *stub) incident.CloseDuplicate {
	return incident.CloseDuplicate{
		Issue: s.at(7), Of: s.at(5), Name: "OPS-7", OfName: "OPS-5", OfURL: s.server.URL + "/browse/OPS-5",
	}
}

func TestCloseAsDuplicate(t *testing.T) {
	t.Parallel()
	const commentLine, linkLine, typesOfLinks = "POST /rest/api/2/issue/7/comment", "POST /rest/api/2/issueLink", "GET /rest/api/2/issueLinkType"
	stub := func(t *testing.T) *stub {
		t.Helper()
		s := newCloud(t)
		s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, nil), ticket(t, 7, markerOf, map[string]any{"status": status("Done", "done")}))
		s.says("GET /rest/api/2/issue/7/comment", ok(`{"comments":[]}`))
		s.says(commentLine, no(201, `{}`))
		s.says(typesOfLinks, ok(duplicateTypes))
		s.says(linkLine, no(201, ""))
		s.says(waysLine, ways(way(2, "Done", "done", asks("resolution", "Resolution", true, resolutions))))
		s.says(walkLine, no(204, ""))
		return s
	}
	t.Run("of another ticket", func(t *testing.T) {
		t.Parallel()
		s := stub(t)
		got, err := s.connect().CloseAsDuplicate(t.Context(), inAll(), duplicate(s))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "state", incident.Done, got.State)
		body, _ := s.last(commentLine).body["body"].(string)
		contains(t, body, "OPS-5", s.server.URL+"/browse/OPS-5")
		same(t, "link", map[string]any{
			"type": map[string]any{"name": "Duplicate"}, "inwardIssue": map[string]any{"key": "OPS-7"}, "outwardIssue": map[string]any{"key": "OPS-5"},
		}, s.last(linkLine).body)
		same(t, "transition", map[string]any{
			"transition": map[string]any{"id": "2"}, "fields": map[string]any{"resolution": map[string]any{"name": "Duplicate"}},
		}, s.last(walkLine).body)
	})
	t.Run("of an issue on GitHub", func(t *testing.T) {
		t.Parallel()
		s := stub(t)
		e := duplicate(s)
		e.Of, e.OfName, e.OfURL = incident.NewKey("acme", "shop", 77), "acme/shop#77", "https://github.test/acme/shop/issues/77"
		if _, err := s.connect().CloseAsDuplicate(t.Context(), inAll(), e); err != nil {
			t.Fatal(err)
		}
		same(t, "links", 0, len(s.all(linkLine)))
		body, _ := s.last(commentLine).body["body"].(string)
		contains(t, body, e.OfURL)
	})
	t.Run("cut off after the comment", func(t *testing.T) {
		t.Parallel()
		s := stub(t)
		j := s.connect()
		if _, err := j.CloseAsDuplicate(t.Context(), inAll(), duplicate(s)); err != nil {
			t.Fatal(err)
		}
		written, _ := s.last(commentLine).body["body"].(string)
		s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, nil), ticket(t, 7, markerOf, map[string]any{"status": status("Done", "done")}))
		s.says("GET /rest/api/2/issue/7/comment", ok(fmt.Sprintf(`{"comments":[{"author":%s,"body":%q}]}`, botCloud, written+"\r\n")))
		if _, err := j.CloseAsDuplicate(t.Context(), inAll(), duplicate(s)); err != nil {
			t.Fatal(err)
		}
		same(t, "comments", 1, len(s.all(commentLine)))
		same(t, "moved", 2, len(s.all(walkLine)))
	})
	t.Run("without that type of link", func(t *testing.T) {
		t.Parallel()
		s := stub(t)
		s.says(typesOfLinks, ok(`{"issueLinkTypes":[]}`))
		if _, err := s.connect().CloseAsDuplicate(t.Context(), inAll(), duplicate(s)); err != nil {
			t.Fatal(err)
		}
		same(t, "links", 0, len(s.all(linkLine)))
	})
	t.Run("no way to close it", func(t *testing.T) {
		t.Parallel()
		s := stub(t)
		s.says(waysLine, ways(way(1, "In Progress", "indeterminate")))
		_, err := s.connect().CloseAsDuplicate(t.Context(), inAll(), duplicate(s))
		blocked := new(incident.Blocked)
		if !errors.As(err, &blocked) || blocked.Whole {
			t.Fatalf("want the one ticket to be blocked, got %v", err)
		}
		contains(t, blocked.Text, "OPS-7", "OPS-5", "by hand")
	})
	t.Run("closed already", func(t *testing.T) {
		t.Parallel()
		s := stub(t)
		s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, map[string]any{"status": status("Done", "done")}))
		if _, err := s.connect().CloseAsDuplicate(t.Context(), inAll(), duplicate(s)); err != nil {
			t.Fatal(err)
		}
		same(t, "requests", []string{"GET /rest/api/2/issue/7"}, s.lines())
	})
}
