package jira_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsight/internal/playground/jira"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Who there is. The bot and ada can log in over the API.
const (
	bot = "5b10-bot"
	ada = "5b10-ada"
	bob = "5b10-bob"
)

// stage is a site that serves, with projects OPS (simple), SRE (strict), SEC
// (screened) and HID, which only bob may see.
type stage struct {
	*jira.Jira
	t      *testing.T
	clock  *clock
	client *http.Client
	server *httptest.Server
}

// clock stands still until it is told.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func open(t *testing.T, mode jira.Mode, change ...func(*jira.Options)) *stage {
	t.Helper()
	s := &stage{t: t, clock: &clock{t: time.Date(2026, 11, 20, 14, 5, 6, 7_000_000, time.UTC)}}
	o := jira.Options{Mode: mode, Clock: s.clock.now}
	for _, c := range change {
		c(&o)
	}
	s.Jira = jira.New(o)
	s.server = httptest.NewServer(s.Jira)
	s.client = s.server.Client()
	s.SetURL(s.server.URL)
	t.Cleanup(func() {
		s.server.Close()
		s.Close()
	})
	s.AddAccount(jira.Account{ID: bot, Name: "bot", Email: "bot@acme.example", Token: "bot-token", Display: "The Bot"})
	s.AddAccount(jira.Account{ID: ada, Name: "ada", Email: "ada@acme.example", Token: "ada-token", Display: "Ada L.", Zone: time.FixedZone("", 2*60*60)})
	s.AddAccount(jira.Account{ID: bob, Name: "bob", Email: "bob@acme.example", Display: "Bob T.", HideEmail: true})
	s.AddProject("OPS", jira.ProjectOptions{Name: "Operations", Components: []string{"Reliability", "Network"}})
	s.AddProject("SRE", jira.ProjectOptions{Workflow: jira.Strict()})
	s.AddProject("SEC", jira.ProjectOptions{Workflow: screened()})
	s.AddProject("HID", jira.ProjectOptions{Hidden: true})
	must(t, s.Allow("HID", bob))
	return s
}

// both runs a test on both kinds of Jira.
func both(t *testing.T, test func(s *stage)) {
	t.Helper()
	for _, mode := range []jira.Mode{jira.Cloud, jira.DataCenter} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			test(open(t, mode))
		})
	}
}

// in is the same stage in a part of the test.
func (s *stage) in(t *testing.T) *stage {
	t.Helper()
	part := *s
	part.t = t
	return &part
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// object is JSON.
type object = map[string]any

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
	body   any // nil if it was no JSON
}

// at is a member of the body, by names with dots between them.
func (a answer) at(path string) any {
	now := a.body
	for name := range strings.SplitSeq(path, ".") {
		o, _ := now.(object)
		now = o[name]
	}
	return now
}

// list is a member of the body that is a list of objects.
func (a answer) list(path string) []object {
	all, _ := a.body.([]any)
	if path != "" {
		all, _ = a.at(path).([]any)
	}
	var objects []object
	for _, one := range all {
		o, _ := one.(object)
		objects = append(objects, o)
	}
	return objects
}

// names are a member of each of the list's objects.
func (a answer) names(path, member string) []any {
	var all []any
	for _, o := range a.list(path) {
		all = append(all, o[member])
	}
	return all
}

// login writes the credentials of somebody who has a token.
func (s *stage) login(r *http.Request, name string) {
	switch {
	case name == "":
	case s.Mode() == jira.Cloud:
		r.SetBasicAuth(name+"@acme.example", name+"-token")
	default:
		r.Header.Set("Authorization", "Bearer "+name+"-token")
	}
}

// ask sends a request below /rest/api/2, or to another address below the site;
// body is JSON, or nil.
func (s *stage) ask(who, method, path string, body any) answer {
	s.t.Helper()
	if !strings.HasPrefix(path, "/rest/") {
		path = "/rest/api/2" + path
	}
	var text []byte
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		must(s.t, err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL()+path, strings.NewReader(string(text)))
	must(s.t, err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	s.login(r, who)
	return s.send(r)
}

func (s *stage) send(r *http.Request) answer {
	s.t.Helper()
	resp, err := s.client.Do(r)
	must(s.t, err)
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(resp.Body)
	must(s.t, err)
	a := answer{status: resp.StatusCode, header: resp.Header, text: string(content)}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") && len(content) > 0 {
		must(s.t, json.Unmarshal(content, &a.body))
	}
	return a
}

// want asks as the bot and wants a status.
func (s *stage) want(status int, method, path string, body any) answer {
	s.t.Helper()
	a := s.ask("bot", method, path, body)
	if a.status != status {
		s.t.Fatalf("%s %s answered %d %s, want %d", method, path, a.status, a.text, status)
	}
	return a
}

// refused wants a refusal in Jira's form.
func (s *stage) refused(status int, method, path string, body any, messages []any, errors object) {
	s.t.Helper()
	a := s.ask("bot", method, path, body)
	if messages == nil {
		messages = []any{}
	}
	if errors == nil {
		errors = object{}
	}
	same(s.t, method+" "+path+" is refused with", object{"status": status, "body": any(object{"errorMessages": messages, "errors": errors})},
		object{"status": a.status, "body": a.body})
}

// opened creates a ticket as the bot, over the API, and returns its id.
func (s *stage) opened(project, summary string, more ...object) string {
	s.t.Helper()
	fields := object{"project": object{"key": project}, "issuetype": object{"name": "Task"}, "summary": summary}
	for _, m := range more {
		maps.Copy(fields, m)
	}
	id, _ := s.want(http.StatusCreated, http.MethodPost, "/issue", object{"fields": fields}).at("id").(string)
	return id
}

func (s *stage) ticket(idOrKey string) jira.Ticket {
	s.t.Helper()
	t, err := s.Ticket(idOrKey)
	must(s.t, err)
	return t
}

// screened asks how it was resolved, and why it was needed.
func screened() jira.Workflow {
	return jira.Simple().Asking("Done",
		jira.Field{ID: "resolution", Required: true}, jira.Field{ID: jira.RootCause, Name: "Root cause", Kind: jira.Text, Required: true})
}
