package jira_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"hindsight/internal/playground/jira"
)

// stock files OPS-1 (assigned, due, High), OPS-2, which is SEC-1 by now, and
// SRE-1 (dropped), one minute apart.
func stock(t *testing.T, s *stage) {
	t.Helper()
	s.opened("OPS", "Mend the pump", object{"labels": []string{"a", "b"}, "duedate": "2026-11-25", "priority": object{"name": "High"}, "assignee": s.who(ada)})
	s.clock.advance(time.Minute)
	s.opened("OPS", "Write it down", object{"labels": []string{"b"}, "components": []object{{"name": "Network"}}})
	s.clock.advance(time.Minute)
	_, err := s.As(ada).CreateTicket("SRE", jira.Draft{Summary: "Look at the pump"})
	must(t, err)
	must(t, s.As(ada).Move("SRE-1", "Won't Do", nil))
	must(t, s.As(ada).MoveToProject("OPS-2", "SEC"))
	s.clock.advance(time.Minute)
}

func TestJQL(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		stock(t, s)
		adasName := map[jira.Mode]string{jira.Cloud: ada, jira.DataCenter: "ada"}[s.Mode()]
		first := s.ticket("OPS-1").ID
		tests := map[string][]any{
			`project = OPS`:                                   {"OPS-1"},
			`project in (OPS, "sre")`:                         {"SRE-1", "OPS-1"},
			`project != Operations`:                           {"SRE-1", "SEC-1"},
			`project not in (OPS, SRE)`:                       {"SEC-1"},
			`creator = currentUser()`:                         {"SEC-1", "OPS-1"},
			`creator = "` + adasName + `"`:                    {"SRE-1"},
			`NOT creator = currentUser()`:                     {"SRE-1"},
			`!(creator = currentUser())`:                      {"SRE-1"},
			`assignee is EMPTY`:                               {"SRE-1", "SEC-1"},
			`assignee is not null`:                            {"OPS-1"},
			`assignee != currentUser()`:                       {"OPS-1"}, // nobody is not somebody else
			`assignee in (EMPTY, currentUser())`:              {"SRE-1", "SEC-1"},
			`labels = b`:                                      {"SEC-1", "OPS-1"},
			`labels in (a, c) or labels is empty`:             {"SRE-1", "OPS-1"},
			`labels != a`:                                     {"SEC-1"},
			`labels not in (b)`:                               nil,
			`status = "Won't Do"`:                             {"SRE-1"},
			`status = 'won\'t do'`:                            {"SRE-1"},
			`statusCategory = Done`:                           {"SRE-1"},
			`statusCategory != done`:                          {"SEC-1", "OPS-1"},
			`statusCategory in ("To Do", 4)`:                  {"SEC-1", "OPS-1"},
			`resolution = Unresolved`:                         {"SEC-1", "OPS-1"},
			`resolution is not empty`:                         {"SRE-1"},
			`resolution != "Won't Do"`:                        nil,
			`priority = high`:                                 {"OPS-1"},
			`issuetype = Task AND component = Network`:        nil, // the other project has no such component
			`key = OPS-1`:                                     {"OPS-1"},
			`issuekey in (OPS-2, "SRE-1")`:                    {"SRE-1", "SEC-1"}, // by its former key
			`id = ` + fmtID(first):                            {"OPS-1"},
			`created >= "-2m"`:                                {"SRE-1", "SEC-1"},
			`created >= -1m`:                                  {"SRE-1"},
			`created < -2m`:                                   {"OPS-1"},
			`updated >= "-1m" ORDER BY updated`:               {"SEC-1", "SRE-1"},
			`updated >= "2026/11/20 14:07"`:                   {"SRE-1", "SEC-1"},
			`updated > "2026-11-21"`:                          nil,
			`updated <= now()`:                                {"SRE-1", "SEC-1", "OPS-1"},
			`due < 2026-12-01`:                                {"OPS-1"},
			`due is EMPTY`:                                    {"SRE-1", "SEC-1"},
			`summary ~ "PUMP"`:                                {"SRE-1", "OPS-1"},
			`summary !~ pump`:                                 {"SEC-1"},
			`project = OPS OR project = SRE AND labels = a`:   {"OPS-1"},
			`(project = OPS OR project = SRE) AND labels = a`: {"OPS-1"},
			`project = SRE OR labels = b AND labels = a`:      {"SRE-1", "OPS-1"},
			`created >= -1h ORDER BY created ASC, key DESC`:   {"OPS-1", "SEC-1", "SRE-1"},
			`created >= -1h ORDER BY Rank ASC`:                {"OPS-1", "SEC-1", "SRE-1"},
			`created >= -1h order by status desc, id`:         {"SRE-1", "OPS-1", "SEC-1"},
		}
		for jql, want := range tests {
			t.Run(jql, func(t *testing.T) {
				same(t, "found", want, s.in(t).finds(jql))
			})
		}
	})
}

func TestJQLIsRefused(t *testing.T) {
	t.Parallel()
	const valid = " The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."
	both(t, func(s *stage) {
		t := s.t
		s.opened("OPS", "One")
		tests := map[string]string{
			`project = NOPE`:           "The value 'NOPE' does not exist for the field 'project'.",
			`project = HID`:            "The value 'HID' does not exist for the field 'project'.",
			`projekt = OPS`:            "Field 'projekt' does not exist or you do not have permission to view it.",
			`project = IN`:             "Error in the JQL Query: Expecting either a value, list or function but got 'IN'. You must surround 'IN' in quotation marks to use it as a value. (line 1, character 11)",
			`key = OPS-9`:              "An issue with key 'OPS-9' does not exist for field 'key'.",
			`id in (1)`:                "A value with ID '1' does not exist for the field 'id'.",
			`assignee = "eve"`:         "The value 'eve' does not exist for the field 'assignee'.",
			`status = Parked`:          "The value 'Parked' does not exist for the field 'status'.",
			`creator = membersOf()`:    "Unable to find JQL function 'membersof()'.",
			`project`:                  "Error in the JQL Query: Expecting operator before the end of the query." + valid,
			`project OPS`:              "Error in the JQL Query: Expecting operator but got 'OPS'." + valid + " (line 1, character 9)",
			`project = OPS labels`:     "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'labels'. (line 1, character 15)",
			`(project = OPS`:           "Error in the JQL Query: Expecting ')' before the end of the query.",
			`labels in ("a"`:           "Error in the JQL Query: Expecting ')' before the end of the query.",
			`summary ~ "a`:             "Error in the JQL Query: The quoted string 'a' has not been completed. (line 1, character 11)",
			`assignee = a@b`:           `Error in the JQL Query: The character '@' is a reserved JQL character. You must enclose it in a string or use the escape '\u0040' instead. (line 1, character 13)`,
			`summary = "One"`:          "The operator '=' is not supported by the 'summary' field.",
			`labels > a`:               "The operator '>' is not supported by the 'labels' field.",
			`labels is a`:              "Operator 'is' supports only EMPTY and NULL for field 'labels'.",
			`project = OPS order by x`: "Not able to sort using field 'x'.",
			`updated >= "soon"`: "Date value 'soon' for field 'updated' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', " +
				"'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
		}
		path := map[jira.Mode]string{jira.Cloud: "/search/jql", jira.DataCenter: "/search"}[s.Mode()]
		for jql, message := range tests {
			t.Run(jql, func(t *testing.T) {
				s.in(t).refused(400, http.MethodGet, path+"?jql="+url.QueryEscape(jql), nil, []any{message}, nil)
			})
		}
	})
}

// Dates mean the time zone of who asks, which a program can't know.
func TestJQLDatesAreInTheAskersZone(t *testing.T) {
	t.Parallel()
	s := open(t, jira.Cloud)
	s.opened("OPS", "One") // at 14:05 in UTC, 16:05 at ada's
	find := func(who string) []any {
		return s.ask(who, http.MethodGet, "/search/jql?fields=key&jql="+url.QueryEscape(`created >= "2026-11-20 15:00"`), nil).names("issues", "key")
	}
	same(t, "the bot in UTC", []any(nil), find("bot"))
	same(t, "ada, two hours before", []any{"OPS-1"}, find("ada"))
}

func fmtID(id int64) string { return strconv.FormatInt(id, 10) }
