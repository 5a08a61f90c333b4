package board_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"hindsight/internal/playground/jira"
	"hindsight/internal/playground/web/webtest"
)

func TestCardsStandInTheColumnsOfTheirStatuses(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ticket("OPS", jira.Draft{
		Summary: "Renew <b>the</b> certificate", Priority: "High", Assignee: bob, Due: "2026-11-19", Labels: []string{"sev1", "followup"},
	})
	s.ticket("OPS", jira.Draft{Summary: "Drill it", Due: "2026-11-20"})
	must(t, s.As(bob).Move("OPS-2", "Done", nil))
	s.ticket("SRE", jira.Draft{Summary: "Measure it"})
	must(t, s.As(bob).Move("SRE-1", "Won't Do", nil))

	webtest.Equal(t, "the first board", s.Get("/").Header.Get("Location"), "/projects/OPS")
	webtest.Equal(t, "OPS", s.columns("/projects/OPS"), map[string][]string{"To Do": {"OPS-1"}, "In Progress": nil, "Done": {"OPS-2"}})
	webtest.Equal(t, "SRE", s.columns("/projects/SRE"),
		map[string][]string{"To Do": nil, "In Progress": nil, "In Review": nil, "Done": nil, "Won't Do": {"SRE-1"}})
	page := s.See("/projects/OPS")
	webtest.Equal(t, "summaries", webtest.Texts(page.Class("summary")), []string{"Renew <b>the</b> certificate", "Drill it"})
	webtest.Equal(t, "labels", webtest.Texts(page.Class("word")), []string{"followup", "sev1"})
	webtest.Equal(t, "days", webtest.Texts(page.Class("due")), []string{"overdue 19 Nov 2026", "20 Nov 2026"})
	webtest.Equal(t, "given up", len(s.See("/projects/SRE").Class("dropped")), 1)
	webtest.Equal(t, "given up, though it is done", len(page.Class("dropped")), 0)
}

func TestCardsMoveOnlyAsTheWorkflowLetsThem(t *testing.T) {
	t.Parallel()
	s := open(t)
	key := s.ticket("SRE", jira.Draft{Summary: "Measure it"})
	act := "/browse/" + key + "/move"
	offered := func(name string) bool { return s.See("/projects/SRE").Button("status", s.status(name)) }
	if !offered("In Progress") || offered("Done") {
		t.Error("the card's menu does not offer what the workflow does")
	}
	cards := s.See("/projects/SRE").Class("ticket")
	webtest.Equal(t, "where it can be dragged", webtest.Attr(cards[0], "data-to"), s.status("In Progress")+" "+s.status("Won't Do"))

	a := s.Do(http.MethodPost, act, webtest.Values("status", s.status("Done")), nil)
	webtest.Equal(t, "straight to Done", a.StatusCode, http.StatusUnprocessableEntity)
	if !strings.Contains(a.Text, "<p data-why>The workflow has no way from “To Do”") { // where the script looks for it
		t.Errorf("it is not said why: %s", a.Text)
	}
	webtest.Equal(t, "leads back", s.Post(act, "status", s.status("In Progress"), "back", "/projects/SRE"), "/projects/SRE")
	webtest.Equal(t, "leads nowhere else", s.Post(act, "status", s.status("In Review"), "back", "//evil.test"), "/browse/"+key)
	webtest.Equal(t, "status", s.look(key).Status.Name, "In Review")
	webtest.Equal(t, "by whom", s.look(key).History[0].By, alice)
}

func TestAScreenIsAskedBeforeItsTransition(t *testing.T) {
	t.Parallel()
	s := open(t)
	key := s.ticket("SRE", jira.Draft{Summary: "Measure it"})
	must(t, s.As(bob).Move(key, "In Progress", nil))
	must(t, s.As(bob).Move(key, "In Review", nil))
	if menu := s.See("/projects/SRE").Class("asks"); len(menu) != 1 || webtest.Text(menu[0]) != "asks for Resolution, Root cause" {
		t.Errorf("the menu says %q", webtest.Texts(menu))
	}
	screen := s.Post("/browse/"+key+"/move", "status", s.status("Done"), "back", "/projects/SRE")
	webtest.Equal(t, "status meanwhile", s.look(key).Status.Name, "In Review")
	fields := s.See(screen).All(func(n *html.Node) bool { return strings.HasPrefix(webtest.Attr(n, "name"), "field-") })
	webtest.Equal(t, "fields", len(fields), 2)

	answers := []string{"status", s.status("Done"), "back", "/projects/SRE", "field-resolution", "Done", "field-" + jira.RootCause}
	a := s.Do(http.MethodPost, "/browse/"+key+"/move", webtest.Values(append(answers, "")...), nil)
	webtest.Equal(t, "an empty answer", a.StatusCode, http.StatusBadRequest)
	webtest.Equal(t, "leads back", s.Post("/browse/"+key+"/move", append(answers, "A certificate")...), "/projects/SRE")
	webtest.Equal(t, "status", s.look(key).Status.Name, "Done")
	webtest.Equal(t, "the answer", s.look(key).Custom[jira.RootCause], []string{"A certificate"})
}

func TestATicketByHand(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post("/projects/OPS/new", "type", "Bug", "summary", "Renew it", "description", "h2. Why\r\n* It *ended*")
	webtest.Equal(t, "the new ticket's address", at, "/browse/OPS-1")
	s.Post(at+"/edit", "summary", "Renew <it>")
	s.Post(at+"/edit", "assignee", bob)
	s.Post(at+"/edit", "due", "2026-12-01")
	s.Post(at+"/comment", "body", "{{on it}} <script>")
	made := s.look("OPS-1")
	webtest.Equal(t, "fields", []string{made.Type, made.Summary, made.Description, made.Assignee, made.Due},
		[]string{"Bug", "Renew <it>", "h2. Why\n* It *ended*", bob, "2026-12-01"})
	page := s.See(at)
	webtest.Equal(t, "texts", webtest.Texts(page.Class("text")), []string{"WhyIt ended", "on it <script>"})
	webtest.Equal(t, "what was changed", webtest.Texts(page.Class("changed")), []string{
		"Alice changed summary from Renew it to Renew <it> · 20 Nov 2026, 14:05:00 UTC",
		"Alice changed assignee to Bob · 20 Nov 2026, 14:05:00 UTC",
		"Alice changed due date to 2026-12-01 · 20 Nov 2026, 14:05:00 UTC",
	})
	s.Post(at+"/edit", "assignee", "", "due", "")
	webtest.Equal(t, "emptied", s.look("OPS-1").Assignee+s.look("OPS-1").Due, "")

	webtest.Equal(t, "moved", s.Post(at+"/project", "to", "SRE"), "/browse/SRE-1")
	webtest.Equal(t, "by the former key", s.Get(at).Header.Get("Location"), "/browse/SRE-1")
	webtest.Equal(t, "deleted", s.Post("/browse/SRE-1/delete"), "/projects/SRE")
	webtest.Equal(t, "afterwards", s.Get("/browse/SRE-1").StatusCode, http.StatusNotFound)
}

func TestOthersOriginsAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	key := s.ticket("OPS", jira.Draft{Summary: "Renew it"})
	for name, header := range map[string]http.Header{
		"cross-site by Sec-Fetch-Site": {"Sec-Fetch-Site": {"cross-site"}},
		"another port of this host":    {"Sec-Fetch-Site": {"same-site"}},
		"an older browser":             {"Sec-Fetch-Site": nil, "Origin": {"https://evil.test"}},
	} {
		form := url.Values{"status": {s.status("Done")}, "summary": {"forged"}, "body": {"forged"}, "lever": {"down"}, "id": {bob}}
		for _, path := range []string{
			"/browse/" + key + "/move", "/browse/" + key + "/edit", "/browse/" + key + "/comment", "/browse/" + key + "/delete",
			"/projects/OPS/new", "/_behind/trouble", "/_person",
		} {
			if a := s.Do(http.MethodPost, path, form, header); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s: POST %s answered %d", name, path, a.StatusCode)
			}
		}
	}
	webtest.Equal(t, "changes", len(s.look(key).History)+len(s.look(key).Comments), 0)
	policy := s.Get("/projects/OPS").Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'; script-src 'self'; style-src 'self'") {
		t.Errorf("the content security policy is %q", policy)
	}
}

func TestWhoActs(t *testing.T) {
	t.Parallel()
	s := open(t)
	key := s.ticket("OPS", jira.Draft{Summary: "Renew it"})
	webtest.Equal(t, "back to", s.Post("/_person", "id", bob, "back", "/browse/"+key), "/browse/"+key)
	s.Post("/browse/"+key+"/comment", "body", "I do it.")
	webtest.Equal(t, "who said so", s.look(key).Comments[0].Author, bob)
	for _, nobody := range []string{robot, "5b10-gone", "carol", ""} {
		a := s.Do(http.MethodPost, "/_person", webtest.Values("id", nobody), nil)
		webtest.Equal(t, "as "+nobody, a.StatusCode, http.StatusUnprocessableEntity)
	}
	forged := s.Do(http.MethodGet, "/projects/OPS", nil, http.Header{"Cookie": {"standin_jira_person=" + robot}})
	if !strings.Contains(forged.Text, "<b>Alice</b></span></summary>") {
		t.Error("a forged cookie made somebody else")
	}
}

func TestUnchangedPagesCostNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	key := s.ticket("OPS", jira.Draft{Summary: "Renew it"})
	for _, path := range []string{"/projects/OPS", "/browse/" + key, "/_behind"} {
		tag := s.Get(path).Header.Get("ETag")
		again := s.Do(http.MethodGet, path, nil, http.Header{"If-None-Match": {tag}})
		if tag == "" || again.StatusCode != http.StatusNotModified || again.Text != "" {
			t.Errorf("%s with ETag %q answered %d with %d bytes", path, tag, again.StatusCode, len(again.Text))
		}
	}
	tag := s.Get("/projects/OPS").Header.Get("ETag")
	must(t, s.As(bob).Move(key, "Done", nil))
	again := s.Do(http.MethodGet, "/projects/OPS", nil, http.Header{"If-None-Match": {tag}})
	webtest.Equal(t, "after a move", again.StatusCode, http.StatusOK)
}

// TestEveryLinkLeadsSomewhere walks through all pages.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	s, _ := hooked(t)
	s.ticket("OPS", jira.Draft{Summary: "Renew it", Description: "[there|https://x.test]"})
	key := s.ticket("SRE", jira.Draft{Summary: "Measure it"})
	must(t, s.As(bob).MoveToProject(key, "OPS"))
	s.settle()
	seen, queue := map[string]bool{"/projects/OPS": true}, []string{"/projects/OPS"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		ids := map[string]bool{}
		for _, n := range s.See(path).All(func(*html.Node) bool { return true }) {
			if id := webtest.Attr(n, "id"); id != "" && ids[id] {
				t.Errorf("%s has the id %q twice", path, id)
			} else {
				ids[id] = true
			}
			link, _, _ := strings.Cut(webtest.Attr(n, "href"), "#")
			if n.Data == "a" && strings.HasPrefix(link, "/") && link != "/" && link != "/browse/"+key && !seen[link] {
				seen[link] = true
				queue = append(queue, link)
			}
		}
	}
	for _, path := range []string{"/projects/SRE", "/projects/OPS/new", "/browse/OPS-2", "/browse/OPS-1/edit", "/_behind?ticket=OPS-2", "/_behind"} {
		if !seen[path] {
			t.Errorf("no link leads to %s", path)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, path := range []string{"/nowhere", "/projects/NOPE", "/projects/NOPE/new", "/browse/OPS-9", "/browse/OPS-9/edit", "/boards/1", "/boards/x", "/_behind?ticket=OPS-9", "/_assets/none"} {
		webtest.Equal(t, path, s.Get(path).StatusCode, http.StatusNotFound)
	}
	for _, path := range []string{"/browse/OPS-9/move", "/browse/OPS-9/comment", "/browse/OPS-9/delete", "/browse/OPS-9/project"} {
		webtest.Equal(t, path, s.Do(http.MethodPost, path, webtest.Values("body", "x"), nil).StatusCode, http.StatusNotFound)
	}
	long := s.Do(http.MethodPost, "/projects/OPS/new", webtest.Values("summary", strings.Repeat("x", 2<<20)), nil)
	webtest.Equal(t, "a form that is too large", long.StatusCode, http.StatusRequestEntityTooLarge)
	webtest.Equal(t, "an empty summary", s.Do(http.MethodPost, "/projects/OPS/new", nil, nil).StatusCode, http.StatusBadRequest)
}

// A board that a program has made is there, at the addresses that Jira has for it.
func TestSavedBoards(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ticket("OPS", jira.Draft{Summary: "Renew it", Labels: []string{"followup"}})
	s.ticket("OPS", jira.Draft{Summary: "Something else"})
	var filter, made struct {
		ID json.Number `json:"id"`
	}
	s.create("/rest/api/2/filter", map[string]any{"name": "Follow-ups", "jql": "labels = followup"}, &filter)
	id, err := filter.ID.Int64()
	must(t, err)
	s.create("/rest/agile/1.0/board", map[string]any{"name": "Follow-ups", "type": "kanban", "filterId": id}, &made)
	path := "/boards/" + made.ID.String()
	webtest.Equal(t, "Cloud's address", s.Get("/jira/software/c/projects/OPS"+path).Header.Get("Location"), path)
	webtest.Equal(t, "Data Center's", s.Get("/secure/RapidBoard.jspa?rapidView="+made.ID.String()).Header.Get("Location"), path)
	webtest.Equal(t, "cards", s.columns(path)["To Do"], []string{"OPS-1"})
	tabs := s.See(path).All(func(n *html.Node) bool { return webtest.Attr(n, "aria-current") == "page" })
	webtest.Equal(t, "the present tab", webtest.Texts(tabs), []string{"Follow-ups"})
}
