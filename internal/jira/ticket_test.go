package jira_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/jira"
)

// Markers as Jira gives them back, of [ours].
const (
	markerOf = `{"of":"99#42","key":"aaaaaaaaaaaa","source":"body","words":"bbbbbbbb","wrote":{"t":"cccccccc","s":2,"d":"20261201","o":"octocat"},"lacks":"components"}`
	botCloud = `{"accountId":"bot-1","displayName":"Hindsight Bot"}`
)

var ours = incident.ID{Repository: 99, Number: 42}

// fields are those of a ticket, with others in their place.
func fields(t *testing.T, more map[string]any) string {
	t.Helper()
	all := map[string]any{
		"summary": "Add an alert", "status": status("To Do", "new"), "resolution": nil, "resolutiondate": nil,
		"created": "2026-11-20T13:00:00.123+0100", "updated": "2026-11-20T13:30:00.456+0100", "duedate": "2026-12-01",
		"assignee": nil, "creator": json.RawMessage(botCloud), "labels": []string{}, "project": map[string]string{"key": "OPS"},
		"priority": map[string]string{"name": "Medium"},
	}
	maps.Copy(all, more)
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func status(name, category string) any {
	return map[string]any{"name": name, "statusCategory": map[string]string{"key": category}}
}

// ticket is one as Jira gives it, with the marker or "".
func ticket(t *testing.T, id int, marker string, more map[string]any) answer {
	t.Helper()
	properties := "{}"
	if marker != "" {
		properties = `{"hindsight":` + marker + `}`
	}
	return ok(fmt.Sprintf(`{"id":"%d","key":"OPS-%d","fields":%s,"properties":%s}`, id, id, fields(t, more), properties))
}

func TestTicket(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, map[string]any{
		"assignee": map[string]string{"accountId": "acc-1", "displayName": "Octo *Cat*"},
	}))
	j := s.connect(func(site *jira.Site) { site.People = map[string]string{"octocat": "acc-1"} })
	got, err := j.Ticket(t.Context(), s.at(7), "OPS-7")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "ticket", incident.Ticket{
		Key: s.at(7), Name: "OPS-7", Project: "OPS", URL: s.server.URL + "/browse/OPS-7", Title: "Add an alert",
		State: incident.Open, Status: "To Do", Owner: "octocat", Assignee: "Octo *Cat*", Due: "20261201",
		Created: time.Date(2026, 11, 20, 12, 0, 0, 123e6, time.UTC), At: time.Date(2026, 11, 20, 12, 30, 0, 456e6, time.UTC),
		Ours: true, Of: ours,
		Entry: incident.Entry{
			Key: "aaaaaaaaaaaa", Source: "body", Words: "bbbbbbbb", Lacks: "components",
			Wrote: incident.Written{Title: "cccccccc", Severity: 2, Due: "20261201", Owner: "octocat"},
		},
	}, got)
	query := s.last("GET /rest/api/2/issue/7").query
	same(t, "properties", "hindsight", query["properties"])
	contains(t, query["fields"], "status", "creator", "updated", "statuscategorychangedate")
}

// TestOnlyOurAccountsMarkerCounts: whoever can edit a ticket can set a property.
func TestOnlyOurAccountsMarkerCounts(t *testing.T) {
	t.Parallel()
	other := map[string]any{"creator": map[string]string{"accountId": "someone", "displayName": "Hindsight Bot"}}
	tests := []struct {
		name   string
		marker string
		more   map[string]any
		ours   bool
		of     incident.ID
	}{
		{"ours", markerOf, nil, true, ours},
		{"somebody else's, with a marker", markerOf, other, false, incident.ID{}},
		{"nobody's", markerOf, map[string]any{"creator": nil}, false, incident.ID{}},
		{"an account without a name", markerOf, map[string]any{"creator": map[string]string{}}, false, incident.ID{}},
		{"ours without a marker", "", nil, true, incident.ID{}},
		{"a text", `"99#42"`, nil, true, incident.ID{}},
		{"no item", `{"of":"99#42"}`, nil, true, incident.ID{}},
		{"no incident", `{"of":"x","key":"aaaaaaaaaaaa"}`, nil, true, incident.ID{}},
		{"an item that is none", strings.Replace(markerOf, "aaaaaaaaaaaa", "<b>|@ada", 1), nil, true, incident.ID{}},
		{"words that are none", strings.Replace(markerOf, "bbbbbbbb", strings.Repeat("b", 9000), 1), nil, true, incident.ID{}},
		{"a source that is none", strings.Replace(markerOf, `"body"`, `"--> x"`, 1), nil, true, incident.ID{}},
		{"another shape", `{"of":"99#42","key":"aaaaaaaaaaaa","wrote":[1]}`, nil, true, incident.ID{}},
		{"null", `null`, nil, true, incident.ID{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says("GET /rest/api/2/issue/7", ticket(t, 7, tt.marker, tt.more))
			got, err := s.connect().Ticket(t.Context(), s.at(7), "OPS-7")
			if err != nil {
				t.Fatal(err)
			}
			same(t, "ours", tt.ours, got.Ours)
			same(t, "incident", tt.of, got.Of)
			if tt.of == (incident.ID{}) {
				same(t, "entry", incident.Entry{}, got.Entry)
			}
		})
	}
}

func TestOursOnDataCenterIsByTheKeyOfTheAccount(t *testing.T) {
	t.Parallel()
	for account, want := range map[string]bool{
		`{"key":"JIRAUSER1","name":"renamed"}`:   true,
		`{"key":"JIRAUSER2","name":"hindsight"}`: false,
		`{"name":"hindsight"}`:                   false,
	} {
		s := newServer(t)
		s.says("GET /rest/api/2/issue/7", ticket(t, 7, markerOf, map[string]any{"creator": json.RawMessage(account)}))
		got, err := s.connect().Ticket(t.Context(), s.at(7), "OPS-7")
		if err != nil {
			t.Fatal(err)
		}
		same(t, account, want, got.Ours)
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	resolution := func(name string) any { return map[string]string{"name": name} }
	tests := []struct {
		name             string
		status           any
		resolution       any
		want             incident.State
		resolved, closed string
	}{
		{"new", status("To Do", "new"), nil, incident.Open, "", ""},
		{"under way", status("In Review", "indeterminate"), nil, incident.Open, "", ""},
		{"open with an old resolution", status("Reopened", "new"), resolution("Done"), incident.Open, "2026-11-20T10:00:00.000+0000", ""},
		{"done", status("Done", "done"), resolution("Done"), incident.Done, "2026-11-20T10:00:00.000+0000", "2026-11-20T10:00:00Z"},
		{"done without a resolution", status("Erledigt", "done"), nil, incident.Done, "", "2026-11-20T12:30:00.456Z"},
		{"resolution says dropped", status("Done", "done"), resolution("Won't Do"), incident.Dropped, "", "2026-11-20T12:30:00.456Z"},
		{"with another apostrophe", status("Done", "done"), resolution("WON’T  FIX"), incident.Dropped, "", "2026-11-20T12:30:00.456Z"},
		{"status says dropped", status("Rejected", "done"), nil, incident.Dropped, "", "2026-11-20T12:30:00.456Z"},
		{"the operator's word", status("Parked", "done"), nil, incident.Dropped, "", "2026-11-20T12:30:00.456Z"},
		{"a word for dropped that is open", status("Parked", "indeterminate"), nil, incident.Open, "", ""},
		{"unknown category", status("Somewhere", "undefined"), nil, "", "", ""},
		{"no status", nil, nil, "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			more := map[string]any{"status": tt.status, "resolution": tt.resolution}
			if tt.resolved != "" {
				more["resolutiondate"] = tt.resolved
			}
			s.says("GET /rest/api/2/issue/7", ticket(t, 7, "", more))
			got, err := s.connect(func(site *jira.Site) { site.Dropped = []string{"parked"} }).Ticket(t.Context(), s.at(7), "OPS-7")
			if err != nil {
				t.Fatal(err)
			}
			same(t, "state", tt.want, got.State)
			closed := ""
			if !got.Closed.IsZero() {
				closed = got.Closed.Format(time.RFC3339Nano)
			}
			same(t, "closed", tt.closed, closed)
		})
	}
}

func TestClosedIsWhenTheCategoryChangedWhereThereIsNoResolution(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says("GET /rest/api/2/issue/7", ticket(t, 7, "", map[string]any{
		"status": status("Done", "done"), "statuscategorychangedate": "2026-11-20T09:00:00.000+0000",
	}))
	got, err := s.connect().Ticket(t.Context(), s.at(7), "OPS-7")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "closed", time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), got.Closed)
}

func TestOwner(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, account, entry, want string
	}{
		{"by account id", `{"accountId":"acc-1"}`, "acc-1", "octocat"},
		{"by address", `{"accountId":"acc-9","emailAddress":"Octo@Acme.example"}`, "octo@acme.example", "octocat"},
		{"by user name", `{"name":"octo","key":"JIRAUSER7"}`, "octo", "octocat"},
		{"somebody else", `{"accountId":"acc-2","displayName":"acc-1"}`, "acc-1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says("GET /rest/api/2/issue/7", ticket(t, 7, "", map[string]any{"assignee": json.RawMessage(tt.account)}))
			got, err := s.connect(func(site *jira.Site) { site.People = map[string]string{"octocat": tt.entry} }).Ticket(t.Context(), s.at(7), "OPS-7")
			if err != nil {
				t.Fatal(err)
			}
			same(t, "owner", tt.want, got.Owner)
		})
	}
}

// TestGone: only what is certain to have been deleted is missing.
func TestGone(t *testing.T) {
	t.Parallel()
	const ops, sre = "GET /rest/api/2/project/OPS", "GET /rest/api/2/project/SRE"
	there := ok(`{"id":"1"}`)
	tests := []struct {
		name           string
		as             string
		ops, sre       answer
		me             answer
		missing, whole bool
		says           string
	}{
		{"deleted", "OPS-7", there, there, ok(cloudMe), true, false, ""},
		{"no longer logged in", "OPS-7", there, there, no(401, ""), false, true, "HINDSIGHT_JIRA_TOKEN"},
		{"another project hidden", "OPS-7", there, no(404, "{}"), ok(cloudMe), true, false, ""},
		{"its project hidden", "SRE-7", there, no(404, "{}"), ok(cloudMe), false, false, "`SRE`"},
		{"forbidden", "OPS-7", no(403, "{}"), there, ok(cloudMe), false, false, "`OPS`"},
		{"all hidden", "OPS-7", no(404, "{}"), no(404, "{}"), ok(cloudMe), false, false, "`OPS`"},
		{"can't be asked", "OPS-7", no(500, ""), there, ok(cloudMe), false, false, ""},
		{"never known by a name", "", no(404, "{}"), no(404, "{}"), ok(cloudMe), true, false, ""},
		{"nor are we", "", there, there, no(401, ""), false, true, "HINDSIGHT_JIRA_TOKEN"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says(ops, tt.ops)
			s.says(sre, tt.sre)
			s.says("GET /rest/api/2/myself", tt.me)
			_, err := s.connect().Ticket(t.Context(), s.at(7), tt.as)
			gone, blocked := new(incident.Missing), new(incident.Blocked)
			if errors.As(err, &gone) != tt.missing {
				t.Errorf("want missing %v, got %v", tt.missing, err)
			}
			if errors.As(err, &blocked) != (tt.says != "") || blocked.Whole != tt.whole || !strings.Contains(blocked.Text, tt.says) {
				t.Errorf("want %q (whole: %v), got %v", tt.says, tt.whole, err)
			}
			if strings.HasPrefix(tt.as, "OPS") && (strings.Contains(err.Error(), "SRE") || len(s.all(sre)) > 0) {
				t.Errorf("another project is spoken of, or asked about: %v", err)
			}
		})
	}
}

func TestNamed(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says("GET /rest/api/2/issue/OLD-3", ticket(t, 7, "", nil))
	got, err := s.connect().Named(t.Context(), incident.TicketRef{Site: s.key(), Name: "old-3"})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the one that was moved", "OPS-7", got.Name)
	same(t, "key", s.at(7), got.Key)
}

// TestNamedAsksOnlyForNames: what people write must not lead to another address.
func TestNamedAsksOnlyForNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "OPS", "OPS-0", "OPS-01", "../myself", "OPS-1/comment", "OPS-1?x=y", "7", "-7", "ÖPS-1"} {
		s := newCloud(t)
		_, err := s.connect().Named(t.Context(), incident.TicketRef{Site: s.key(), Name: name})
		if gone := new(incident.Missing); !errors.As(err, &gone) {
			t.Errorf("%q: want missing, got %v", name, err)
		}
		if asked := s.lines(); len(asked) > 0 {
			t.Errorf("%q: asked %q", name, asked)
		}
	}
}

func TestNamedThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says("GET /rest/api/2/project/OPS", ok(`{}`))
	j := s.connect()
	_, err := j.Named(t.Context(), incident.TicketRef{Site: s.key(), Name: "OPS-404"})
	if gone := new(incident.Missing); !errors.As(err, &gone) {
		t.Errorf("want missing, got %v", err)
	}
	_, err = j.Named(t.Context(), incident.TicketRef{Site: s.key(), Name: "HID-1"})
	if blocked := new(incident.Blocked); !errors.As(err, &blocked) || !strings.Contains(blocked.Text, "`HID`") {
		t.Errorf("want what can't be seen, got %v", err)
	}
}
