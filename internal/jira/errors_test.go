package jira_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/jira"
)

// TestWhatHappensNext is the classifier, as seen by who reads a ticket.
func TestWhatHappensNext(t *testing.T) {
	t.Parallel()
	type want struct {
		blocked, whole, later, passing bool
		at                             time.Time
		says                           []string
		log                            string // in the error, and in no text for people
	}
	tests := []struct {
		name   string
		answer answer
		want   want
	}{
		{"token refused", no(401, `{"errorMessages":["no"]}`), want{blocked: true, whole: true, says: []string{"HINDSIGHT_JIRA_TOKEN", "expired"}}},
		{
			"token refused, answered as a stranger", ok(`{"id":"7","key":"OPS-7"}`).with("X-Seraph-LoginReason", "AUTHENTICATED_FAILED"),
			want{blocked: true, whole: true, says: []string{"HINDSIGHT_JIRA_TOKEN"}},
		},
		{
			"captcha", no(403, "<html>").with("X-Seraph-LoginReason", "AUTHENTICATION_DENIED"),
			want{blocked: true, whole: true, says: []string{"CAPTCHA", "browser"}},
		},
		{
			"redirected", no(302, "").with("Location", "https://sso.example/login?token=abc"),
			want{blocked: true, whole: true, says: []string{"redirects", "address"}, log: "sso.example"},
		},
		{
			"forbidden", no(403, `{"errorMessages":["You don't have permission <b>@ada</b>"],"errors":{}}`),
			want{blocked: true, says: []string{"`You don't have permission <b>@ada</b>`", "permission scheme"}},
		},
		{"gone", no(410, `{"errorMessages":["removed"]}`), want{blocked: true, says: []string{"`removed`", "newer version"}}},
		{
			"field errors", no(400, `{"errorMessages":["Bad."],"errors":{"duedate":"Not on the screen | of it.","customfield_1":"No."}}`),
			want{blocked: true, says: []string{"**customfield\\_1** `No.`", "**Due date** `Not on the screen / of it.`", "`Bad.`"}},
		},
		{"limited, seconds", no(429, "").with("Retry-After", "30"), want{later: true, at: now.Add(30 * time.Second)}},
		{"limited, a date", no(429, "").with("Retry-After", "Fri, 20 Nov 2026 14:07:00 GMT"), want{later: true, at: now.Add(2 * time.Minute)}},
		{"limited, no time", no(429, ""), want{later: true, at: now.Add(time.Minute)}},
		{"limited, nonsense", no(429, "").with("Retry-After", "soon"), want{later: true, at: now.Add(time.Minute)}},
		{"limited for ever", no(429, "").with("Retry-After", "99999999999"), want{later: true, at: now.Add(time.Hour)}},
		{"limited until the past", no(429, "").with("Retry-After", "Fri, 20 Nov 2020 14:07:00 GMT"), want{later: true, at: now.Add(time.Second)}},
		{"down with a time", no(503, "<html>").with("Retry-After", "120"), want{later: true, at: now.Add(2 * time.Minute)}},
		{"down", no(503, "<html>"), want{passing: true}},
		{"broken", no(500, "<html>secret t0ken-secret</html>"), want{passing: true}},
		{"bad gateway", no(502, ""), want{passing: true}},
		{"conflict", no(409, ""), want{passing: true}},
		{"cut off", answer{drop: true}, want{passing: true}},
		{"a page for people", ok("<html>log in</html>"), want{passing: true}},
		{"no ticket", ok(`{}`), want{passing: true}},
		{"too much", ok(strings.Repeat(" ", 9<<20)), want{passing: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says("GET /rest/api/2/issue/7", tt.answer)
			_, err := s.connect().Ticket(t.Context(), s.at(7), "OPS-7")
			if err == nil {
				t.Fatal("no error")
			}
			var blocked *incident.Blocked
			var later *incident.Later
			got := want{blocked: errors.As(err, &blocked), later: errors.As(err, &later)}
			got.passing = !got.blocked && !got.later
			if got.blocked {
				got.whole = blocked.Whole
				contains(t, blocked.Text, tt.want.says...)
			}
			if contains(t, err.Error(), tt.want.log); tt.want.log != "" && strings.Contains(blocked.Text, tt.want.log) {
				t.Errorf("people are told of %s", tt.want.log)
			}
			if got.later {
				got.at = later.At
			}
			if got.blocked != tt.want.blocked || got.whole != tt.want.whole || got.later != tt.want.later ||
				got.passing != tt.want.passing || !got.at.Equal(tt.want.at) {
				t.Errorf("want %+v, got %+v: %v", tt.want, got, err)
			}
			if missing := new(incident.Missing); errors.As(err, &missing) {
				t.Errorf("counts as deleted: %v", err)
			}
			if strings.Contains(err.Error(), "t0ken-secret") {
				t.Errorf("the token is in the error: %v", err)
			}
		})
	}
}

func TestNobodyIsAskedWhileJiraWantsAPause(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says("GET /rest/api/2/issue/7", no(429, "").with("Retry-After", "30"))
	j := s.connect()
	for range 3 {
		_, err := j.Ticket(t.Context(), s.at(7), "OPS-7")
		if later := new(incident.Later); !errors.As(err, &later) || !later.At.Equal(now.Add(30*time.Second)) {
			t.Fatalf("want a pause, got %v", err)
		}
	}
	same(t, "requests", []string{"GET /rest/api/2/issue/7"}, s.lines())
}

func TestWhoGaveUpIsTold(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.connect().Ticket(ctx, s.at(7), "OPS-7")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("want the context's error, got %v", err)
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	const ticket = `{"id":"7","key":"OPS-7","fields":{"status":{"statusCategory":{"key":"new"}},"project":{"key":"OPS"}}}`
	tests := []struct{ name, email, want string }{
		{"Cloud", "bot@acme.example", "Basic Ym90QGFjbWUuZXhhbXBsZTp0MGtlbi1zZWNyZXQ="},
		{"Data Center", "", "Bearer t0ken-secret"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			s.says("GET /rest/api/2/issue/7", ok(ticket))
			if _, err := s.connect(func(site *jira.Site) { site.Email = tt.email }).Ticket(t.Context(), s.at(7), "OPS-7"); err != nil {
				t.Fatal(err)
			}
			got := s.last("GET /rest/api/2/issue/7")
			same(t, "login", tt.want, got.auth)
			same(t, "user agent", "Hindsight", got.agent)
		})
	}
}

// TestTheTokenStaysAtItsHost wants no request at the host that Jira redirects to.
func TestTheTokenStaysAtItsHost(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed") }))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := newCloud(t)
		s.says("GET /rest/api/2/issue/7", no(status, "").with("Location", elsewhere.URL+"/rest/api/2/issue/7"))
		_, err := s.connect().Ticket(t.Context(), s.at(7), "OPS-7")
		if blocked := new(incident.Blocked); !errors.As(err, &blocked) || !blocked.Whole {
			t.Errorf("%d: want the whole site to be blocked, got %v", status, err)
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, url string
		ok        bool
	}{
		{"https", "https://acme.atlassian.net", true},
		{"below a path", "https://jira.example/context", true},
		{"http on loopback", "http://127.0.0.1:8080", true},
		{"http on localhost", "http://localhost:8080", true},
		{"http elsewhere", "http://jira.example", false},
		{"http at a name that begins so", "http://localhost.example", false},
		{"no host", "https://", false},
		{"with a password", "https://ada:secret@jira.example", false},
		{"with a query", "https://jira.example/?a=b", false},
		{"no address", "acme.atlassian.net", false},
		{"another scheme", "ftp://jira.example", false},
		{"no address at all", "https://jira.example/%zz", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := jira.New(jira.Options{Sites: []jira.Site{{URL: tt.url, Token: "t"}}, Clock: time.Now, Logger: discard()})
			if (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the password is in the error: %v", err)
			}
		})
	}
	t.Run("no token", func(t *testing.T) {
		t.Parallel()
		if _, err := jira.New(jira.Options{Sites: []jira.Site{{URL: "https://jira.example"}}, Clock: time.Now, Logger: discard()}); err == nil {
			t.Error("no error")
		}
	})
	t.Run("twice the same", func(t *testing.T) {
		t.Parallel()
		twice := []jira.Site{{URL: "https://jira.example", Token: "t"}, {URL: "https://JIRA.example/", Token: "u"}}
		if _, err := jira.New(jira.Options{Sites: twice, Clock: time.Now, Logger: discard()}); err == nil {
			t.Error("no error")
		}
	})
}

func TestObserved(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says("GET /rest/api/2/issue/7", no(502, ""))
	s.says("GET /rest/api/2/issue/8", answer{drop: true})
	var seen []int
	j, err := jira.New(jira.Options{
		Sites: []jira.Site{s.site()}, Clock: func() time.Time { return now }, Logger: discard(),
		Observe: func(site string, status int) {
			same(t, "site", s.key().Address(), site)
			seen = append(seen, status)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, number := range []int{7, 8} {
		if _, err := j.Ticket(t.Context(), s.at(number), "OPS-7"); err == nil {
			t.Error("no error")
		}
	}
	same(t, "answers", []int{502, 0}, seen)
}

func TestSiteThatWasTakenOut(t *testing.T) {
	t.Parallel()
	_, err := newCloud(t).connect().Ticket(t.Context(), incident.Key{Repo: incident.JiraSite("old.example"), Number: 7}, "OPS-7")
	if blocked := new(incident.Blocked); !errors.As(err, &blocked) || !blocked.Whole || !strings.Contains(blocked.Text, "`old.example`") {
		t.Errorf("got %v", err)
	}
}

func TestProjects(t *testing.T) {
	t.Parallel()
	j, err := jira.New(jira.Options{Clock: time.Now, Logger: discard(), Sites: []jira.Site{
		{URL: "https://acme.atlassian.net/", Token: "t", Owners: map[string][]string{"acme": {"OPS", "SRE"}}, Lag: time.Minute},
		{URL: "https://jira.example/jira", Token: "t", Default: []string{"ALL"}, Public: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	acme, all := incident.JiraSite("acme.atlassian.net"), incident.JiraSite("jira.example/jira")
	same(t, "sites", []incident.Repo{acme, all}, j.Sites())
	shared := incident.Project{Site: all, URL: "https://jira.example/jira", Key: "ALL", Public: true}
	same(t, "of a named owner", []incident.Project{
		{Site: acme, URL: "https://acme.atlassian.net", Key: "OPS", Lag: time.Minute},
		{Site: acme, URL: "https://acme.atlassian.net", Key: "SRE", Lag: time.Minute},
		shared,
	}, j.Projects("Acme"))
	same(t, "of another", []incident.Project{shared}, j.Projects("umbrella"))
	same(t, "of all", []string{"OPS", "SRE"}, j.AllProjects(acme))
	same(t, "at no site", 0, len(j.AllProjects(incident.JiraSite("old.example"))))
}
