package jira_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hindsight/internal/playground/jira"
)

func TestLogIn(t *testing.T) {
	t.Parallel()
	basic := func(user, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, password) }
	}
	bearer := func(token string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
	}
	tests := []struct {
		name  string
		mode  jira.Mode
		login func(*http.Request)
		want  int
	}{
		{"e-mail and token", jira.Cloud, basic("bot@acme.example", "bot-token"), 200},
		{"e-mail in capitals", jira.Cloud, basic("BOT@acme.example", "bot-token"), 200},
		{"another's e-mail", jira.Cloud, basic("ada@acme.example", "bot-token"), 401},
		{"somebody without a token", jira.Cloud, basic("bob@acme.example", ""), 401},
		{"token alone on Cloud", jira.Cloud, bearer("bot-token"), 401},
		{"nobody on Cloud", jira.Cloud, func(*http.Request) {}, 401},
		{"personal access token", jira.DataCenter, bearer("bot-token"), 200},
		{"wrong token", jira.DataCenter, bearer("bot-tok"), 401},
		{"empty token", jira.DataCenter, bearer(""), 401},
		{"name and token in Data Center", jira.DataCenter, basic("bot", "bot-token"), 401},
		{"nobody in Data Center", jira.DataCenter, func(*http.Request) {}, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, tt.mode)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/rest/api/2/myself", http.NoBody)
			must(t, err)
			tt.login(r)
			a := s.send(r)
			same(t, "status", tt.want, a.status)
			if tt.want == http.StatusUnauthorized {
				same(t, "WWW-Authenticate", `OAuth realm="`+url.QueryEscape(s.URL())+`"`, a.header.Get("WWW-Authenticate"))
				if !strings.Contains(a.text, "Client must be authenticated to access this resource.") {
					t.Errorf("the body does not say that one has to log in: %s", a.text)
				}
			}
		})
	}
}

func TestTokenExpiresAndIsRenewed(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		must(t, s.ExpireToken(bot))
		a := s.ask("bot", http.MethodGet, "/myself", nil)
		same(t, "status", 401, a.status)
		same(t, "reason", "AUTHENTICATED_FAILED", a.header.Get("X-Seraph-LoginReason"))
		same(t, "another's", 200, s.ask("ada", http.MethodGet, "/myself", nil).status)
		must(t, s.RenewToken(bot, "bot-token"))
		same(t, "renewed", 200, s.ask("bot", http.MethodGet, "/myself", nil).status)
		if s.ExpireToken("nobody") == nil {
			t.Error("nobody's token was expired")
		}
	})
}

func TestServerInfoSaysWhichKind(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		a := s.ask("", http.MethodGet, "/serverInfo", nil)
		want := map[jira.Mode]string{jira.Cloud: "Cloud", jira.DataCenter: "Server"}[s.Mode()]
		same(t, "deploymentType", any(want), a.at("deploymentType"))
		same(t, "baseUrl", any(s.URL()), a.at("baseUrl"))
	})
}

func TestMyselfIsNamedAsTheKindNamesPeople(t *testing.T) {
	t.Parallel()
	same(t, "Cloud", any(bot), open(t, jira.Cloud).want(200, http.MethodGet, "/myself", nil).at("accountId"))
	a := open(t, jira.DataCenter).want(200, http.MethodGet, "/myself", nil)
	same(t, "Data Center", []any{"bot", nil}, []any{a.at("name"), a.at("accountId")})
}

func TestSearchForPeople(t *testing.T) {
	t.Parallel()
	cloud := open(t, jira.Cloud)
	a := cloud.want(200, http.MethodGet, "/user/search?query=bob@acme.example", nil)
	same(t, "found by a hidden address", []any{bob}, a.names("", "accountId"))
	same(t, "the address stays hidden", []any{nil}, a.names("", "emailAddress"))
	cloud.refused(400, http.MethodGet, "/user/search?username=bob", nil, []any{"The query query parameter was not provided"}, nil)

	server := open(t, jira.DataCenter)
	same(t, "found by user name", []any{"ada"}, server.want(200, http.MethodGet, "/user/search?username=ada", nil).names("", "name"))
	same(t, "found by address", []any{"ada"}, server.want(200, http.MethodGet, "/user/search?username=ADA@acme", nil).names("", "name"))
	same(t, "nobody", []object(nil), server.want(200, http.MethodGet, "/user/search?username=eve", nil).list(""))
}

func TestMyPermissions(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		must(t, s.Deny("SRE", bot, jira.Create))
		const ask = "/mypermissions?permissions=CREATE_ISSUES,BROWSE_PROJECTS&projectKey="
		may := func(path string) []any {
			a := s.want(200, http.MethodGet, path, nil)
			return []any{a.at("permissions.CREATE_ISSUES.havePermission"), a.at("permissions.BROWSE_PROJECTS.havePermission")}
		}
		same(t, "in OPS", []any{true, true}, may(ask+"OPS"))
		same(t, "in SRE", []any{false, true}, may(ask+"SRE"))
		same(t, "somewhere", []any{true, true}, may("/mypermissions?permissions=CREATE_ISSUES,BROWSE_PROJECTS"))
		same(t, "of a ticket", []any{true, true}, may("/mypermissions?permissions=CREATE_ISSUES,BROWSE_PROJECTS&issueId="+s.opened("OPS", "One")))
		s.refused(404, http.MethodGet, ask+"HID", nil, []any{"No project could be found with key 'HID'."}, nil)
		s.refused(400, http.MethodGet, "/mypermissions?permissions=FLY", nil, []any{"Unrecognized permission: FLY"}, nil)
	})
}

func TestCloudWantsToKnowWhichPermissions(t *testing.T) {
	t.Parallel()
	open(t, jira.Cloud).refused(400, http.MethodGet, "/mypermissions", nil, []any{"The 'permissions' query parameter is required."}, nil)
}
