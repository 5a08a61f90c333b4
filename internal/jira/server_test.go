package jira_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/jira"
)

var now = time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)

// answer is what a stub says.
type answer struct {
	status int // 200 if it is not said
	body   string
	header map[string]string
	drop   bool // the connection, after the request was read
}

func ok(body string) answer              { return answer{body: body} }
func no(status int, body string) answer  { return answer{status: status, body: body} }
func (a answer) with(k, v string) answer { a.header = map[string]string{k: v}; return a }

// request is what a stub was asked.
type request struct {
	line  string // "GET /rest/api/2/myself"
	query map[string]string
	body  map[string]any
	auth  string
	agent string
}

// stub is a Jira that knows a few answers: those to one request one after the
// other, the last of them again and again.
type stub struct {
	t      *testing.T
	server *httptest.Server

	mu      sync.Mutex
	answers map[string][]answer
	asked   []request
}

const (
	cloudInfo  = `{"baseUrl":"https://acme.test","version":"1001.0.0-SNAPSHOT","deploymentType":"Cloud"}`
	serverInfo = `{"baseUrl":"https://acme.test","version":"9.12.4","versionNumbers":[9,12,4],"deploymentType":"Server"}`
	cloudMe    = `{"accountId":"bot-1","accountType":"atlassian","displayName":"Hindsight Bot","active":true}`
	serverMe   = `{"key":"JIRAUSER1","name":"hindsight","displayName":"Hindsight Bot","active":true}`
)

// newCloud and newServer know what every test needs.
func newCloud(t *testing.T) *stub {
	t.Helper()
	return newStub(t, cloudInfo, cloudMe)
}

func newServer(t *testing.T) *stub {
	t.Helper()
	return newStub(t, serverInfo, serverMe)
}

func newStub(t *testing.T, info, me string) *stub {
	t.Helper()
	s := &stub{t: t, answers: map[string][]answer{}}
	s.says("GET /rest/api/2/serverInfo", ok(info))
	s.says("GET /rest/api/2/myself", ok(me))
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

// says sets the answers to a request.
func (s *stub) says(line string, answers ...answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[line] = answers
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := s.take(r)
	if a.drop {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	for key, value := range a.header {
		w.Header().Set(key, value)
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	w.WriteHeader(a.status)
	if _, err := io.WriteString(w, a.body); err != nil {
		s.t.Errorf("answer %s: %v", r.URL, err)
	}
}

func (s *stub) take(r *http.Request) answer {
	line := r.Method + " " + r.URL.EscapedPath()
	one := request{line: line, query: map[string]string{}, auth: r.Header.Get("Authorization"), agent: r.Header.Get("User-Agent")}
	for key := range r.URL.Query() {
		one.query[key] = r.URL.Query().Get(key)
	}
	raw, err := io.ReadAll(r.Body)
	if err == nil && len(raw) > 0 {
		err = json.Unmarshal(raw, &one.body)
	}
	if err != nil {
		s.t.Errorf("%s has a body that can't be read: %v", line, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, one)
	known := s.answers[line]
	if len(known) == 0 {
		return no(http.StatusNotFound, `{"errorMessages":["There is no such thing, or you may not see it."],"errors":{}}`)
	}
	if len(known) > 1 {
		s.answers[line] = known[1:]
	}
	return known[0]
}

// lines are the requests so far, without those for which Jira this is, and who we
// are.
func (s *stub) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, r := range s.asked {
		if !strings.HasSuffix(r.line, "/serverInfo") && !strings.HasSuffix(r.line, "/myself") {
			lines = append(lines, r.line)
		}
	}
	return lines
}

// last is the newest request of a kind.
func (s *stub) last(line string) request {
	s.t.Helper()
	all := s.all(line)
	if len(all) == 0 {
		s.t.Fatalf("nobody asked %s; asked was %q", line, s.lines())
	}
	return all[len(all)-1]
}

func (s *stub) all(line string) []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []request
	for _, r := range s.asked {
		if r.line == line {
			all = append(all, r)
		}
	}
	return all
}

// key is how the site is named, and at its tickets.
func (s *stub) key() incident.Repo {
	return incident.JiraSite(strings.TrimPrefix(s.server.URL, "http://"))
}

func (s *stub) at(number int) incident.Key { return incident.Key{Repo: s.key(), Number: number} }

// site is the stub as an operator would configure it.
func (s *stub) site() jira.Site {
	return jira.Site{URL: s.server.URL, Token: "t0ken-secret", Default: []string{"OPS", "SRE"}, Lag: 2 * time.Minute}
}

// connect connects to the stub, by the configuration as changed.
func (s *stub) connect(change ...func(*jira.Site)) *jira.Jira {
	s.t.Helper()
	site := s.site()
	for _, c := range change {
		c(&site)
	}
	j, err := jira.New(jira.Options{
		Sites: []jira.Site{site}, Clock: func() time.Time { return now }, Logger: discard(),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return j
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// contains wants each of the pieces in a text.
func contains(t *testing.T, text string, pieces ...string) {
	t.Helper()
	for _, piece := range pieces {
		if !strings.Contains(text, piece) {
			t.Errorf("%q is not in: %s", piece, text)
		}
	}
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// property is the marker in a request.
func property(body map[string]any) map[string]any {
	all, _ := body["properties"].([]any)
	if len(all) != 1 {
		return nil
	}
	one, _ := all[0].(map[string]any)
	value, _ := one["value"].(map[string]any)
	return value
}

// inAll are the projects in which Hindsight may write.
func inAll() []string { return []string{"OPS", "SRE", "SEC"} }
