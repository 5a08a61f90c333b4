package jira_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"hindsight/internal/playground/jira"
)

func TestPeopleGoTheWayOfTheAPI(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		made, err := s.As("ada@acme.example").CreateTicket("OPS", jira.Draft{
			Type: "Bug", Summary: "Mend it", Description: "Now.", Priority: "Low", Assignee: "bob",
			Due: "2026-12-01", Labels: []string{"x"}, Components: []string{"Network"},
		})
		must(t, err)
		same(t, "made", []any{"OPS-1", "Bug", "Low", bob, "2026-12-01", []string{"x"}, []string{"Network"}, ada, ada},
			[]any{made.Key, made.Type, made.Priority, made.Assignee, made.Due, made.Labels, made.Components, made.Creator, made.Reporter})
		summary, nothing, labels := "Mend it all", "", []string{}
		must(t, s.As("ada").Edit("OPS-1", jira.Edit{Summary: &summary, Assignee: &nothing, Due: &nothing, Labels: &labels}))
		got := s.ticket("OPS-1")
		same(t, "edited", []any{"Mend it all", "", "", 0}, []any{got.Summary, got.Assignee, got.Due, len(got.Labels)})
		same(t, "history", 4, len(got.History[0].Items))
	})
}

func TestPeopleAreRefusedToo(t *testing.T) {
	t.Parallel()
	s := open(t, jira.DataCenter)
	_, err := s.As(ada).CreateTicket("OPS", jira.Draft{Summary: "One"})
	must(t, err)
	must(t, s.As(bob).MoveToProject("OPS-1", "SRE"))
	_, nobody := s.As("eve").CreateTicket("OPS", jira.Draft{Summary: "One"})
	_, label := s.As(ada).CreateTicket("OPS", jira.Draft{Summary: "One", Labels: []string{"a b"}})
	stranger := "eve"
	tests := map[string]struct {
		err  error
		want string
	}{
		"nobody":          {nobody, "The user eve does not exist"},
		"bad label":       {label, "The label 'a b' contains spaces which is invalid."},
		"no such way":     {s.As(ada).Move("SRE-1", "Done", nil), "the workflow leads from To Do only to: In Progress, Won't Do"},
		"no such ticket":  {s.As(ada).Comment("SRE-9", "x"), "Issue Does Not Exist"},
		"no such person":  {s.As(ada).Edit("SRE-1", jira.Edit{Assignee: &stranger}), "The user eve does not exist"},
		"hidden project":  {s.As(ada).MoveToProject("SRE-1", "HID"), "No project could be found with key 'HID'."},
		"what is missing": {s.Deny("NO", ada), "No project could be found with key 'NO'."},
	}
	for name, tt := range tests {
		if refused := new(jira.RefusalError); !errors.As(tt.err, &refused) || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, tt.err, tt.want)
		}
	}
}

func TestMovesAndTheirScreens(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		_, err := s.As(ada).CreateTicket("SEC", jira.Draft{Summary: "One"})
		must(t, err)
		moves, err := s.Moves("SEC-1")
		must(t, err)
		same(t, "to Done", []any{"Done", "Resolution", "Done", "Root cause"},
			[]any{moves[1].To.Name, moves[1].Asks[0].Name, moves[1].Asks[0].Allowed[0], moves[1].Asks[1].Name})
		if err := s.As(ada).Move("SEC-1", "Done", map[string]string{"resolution": "Done"}); err == nil {
			t.Error("the screen was not filled in, and the ticket is done")
		}
		must(t, s.As(ada).Move("SEC-1", "Done", map[string]string{"resolution": "Declined", jira.RootCause: "None"}))
		same(t, "resolution", "Declined", s.ticket("SEC-1").Resolution)
	})
}

func TestColumns(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	for _, project := range []string{"OPS", "SRE", "SRE"} {
		_, err := s.As(ada).CreateTicket(project, jira.Draft{Summary: "One"})
		must(t, err)
	}
	must(t, s.As(ada).Move("SRE-1", "In Progress", nil))
	must(t, s.As(ada).Move("SRE-1", "In Review", nil))
	must(t, s.As(ada).Move("OPS-1", "Done", nil))
	same(t, "of two projects", []any{
		"To Do", []string{"SRE-2"}, "In Progress", []string(nil), "In Review", []string{"SRE-1"}, "Done", []string{"OPS-1"}, "Won't Do", []string(nil),
	}, flat(s.Columns("OPS", "SRE")))
	same(t, "tickets of one", 2, len(s.Tickets("SRE")))
	same(t, "address", s.URL()+"/browse/SRE-1", s.TicketURL("SRE-1"))
	same(t, "statuses", "Won't Do", s.Projects()[1].Statuses[4].Name)
	same(t, "accounts", "Ada L.", s.Accounts()[1].Display)
}

// What is given out is a copy: nobody changes the site by changing it.
func TestTicketsAreCopies(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.opened("OPS", "One", object{"labels": []string{"a"}})
	got := s.ticket("OPS-1")
	got.Labels[0] = "changed"
	got.Properties["x"] = nil
	same(t, "labels", []string{"a"}, s.ticket("OPS-1").Labels)
	same(t, "properties", 0, len(s.ticket("OPS-1").Properties))
}

func TestSiteBelowAPath(t *testing.T) {
	t.Parallel()
	s := open(t, jira.DataCenter)
	s.Pages = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.URL.Path)) })
	s.SetURL(s.server.URL + "/jira/")
	s.opened("OPS", "One")
	same(t, "links", any(s.server.URL+"/jira/rest/api/2/issue/"+fmtID(s.ticket("OPS-1").ID)), s.want(200, http.MethodGet, "/issue/OPS-1", nil).at("self"))
	get := func(path string) answer {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.URL+path, http.NoBody)
		must(t, err)
		return s.send(r)
	}
	same(t, "pages", "/browse/OPS-1", get("/jira/browse/OPS-1").text)
	same(t, "elsewhere", 404, get("/rest/api/2/serverInfo").status)
}
