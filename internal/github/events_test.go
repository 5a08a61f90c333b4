package github_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/github"
	"hindsight/internal/incident"
)

// clock is a moment of the day that the tests play on.
func clock(hour, minute int) time.Time { return time.Date(2026, 11, 20, hour, minute, 0, 0, time.UTC) }

// issueEvent is an event of an issue's history by ana, with more fields put
// over it.
func issueEvent(id int, name, more string) string {
	return fmt.Sprintf(`{"id":%d,"event":%q,"actor":{"login":"ana","type":"User"},"performed_via_github_app":null,
		"created_at":"2026-11-20T10:%02d:00Z"%s}`, id, name, id, more)
}

func TestHistory(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	const bot = `,"actor":{"login":"hindsight[bot]","type":"Bot"}`
	h.paged("GET /repos/acme/api/issues/42/events",
		"["+strings.Join([]string{
			issueEvent(1, "labeled", `,"label":{"name":"Incident"}`),
			issueEvent(2, "mentioned", ""),
			issueEvent(3, "labeled", bot+`,"performed_via_github_app":{"id":7},"label":{"name":"sev1"}`),
			issueEvent(4, "labeled", bot+`,"performed_via_github_app":{"id":8},"label":{"name":"x"}`),
			issueEvent(5, "labeled", bot+`,"label":{"name":"sev2"}`),
			issueEvent(6, "closed", `,"performed_via_github_app":{"id":7}`),
		}, ",")+"]",
		"["+strings.Join([]string{
			`{"id":7,"event":"unlabeled","actor":null,"label":{"name":"Incident"},"created_at":"2026-11-20T10:07:00Z"}`,
			issueEvent(8, "assigned", `,"actor":{"login":"bo"},"assignee":{"login":"bo"},"assigner":{"login":"cy"}`),
			issueEvent(9, "assigned", `,"assignee":{"login":"bo"}`),
			issueEvent(10, "unassigned", `,"assignee":{"login":"bo"}`),
			issueEvent(11, "reopened", ""),
		}, ",")+"]")
	got, err := h.app(nil).Forge(1).History(t.Context(), key)
	event := func(id int, kind incident.EventKind, by, what string) incident.Event {
		return incident.Event{
			Key: fmt.Sprintf("event-%d", id), Kind: kind, At: clock(10, id), By: incident.Actor{Login: by}, What: what,
			URL: fmt.Sprintf("%s/acme/api/issues/42#event-%d", h.URL, id),
		}
	}
	byBot := func(e incident.Event, ours bool) incident.Event {
		e.By.Bot, e.Ours = true, ours
		return e
	}
	const self = "hindsight[bot]"
	same(t, "history", []incident.Event{
		event(1, incident.EventLabelled, "ana", "Incident"),
		byBot(event(3, incident.EventLabelled, self, "sev1"), true),
		byBot(event(4, incident.EventLabelled, self, "x"), false), // by the name of another App
		byBot(event(5, incident.EventLabelled, self, "sev2"), true),
		event(6, incident.EventClosed, "ana", ""), // a person, through this App
		event(7, incident.EventUnlabelled, "", "Incident"),
		event(8, incident.EventAssigned, "cy", "bo"),
		event(9, incident.EventAssigned, "ana", "bo"),
		event(11, incident.EventReopened, "ana", ""),
	}, got, err)
}

func TestHistoryThatCanNotBeRead(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{404: "missing", 403: "blocked", 429: "later", 502: "passing"} {
		h := newHost(t)
		h.answer("GET /repos/acme/api/issues/42/events", status, `{"message":"Resource not accessible by integration"}`)
		if got, err := h.app(nil).Forge(1).History(t.Context(), key); len(got) != 0 || kind(err) != want {
			t.Errorf("%d: %+v, %v; want %s", status, got, err, want)
		}
	}
}

// TestPagesForPeople are beside the API, wherever that is.
func TestPagesForPeople(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for api, want := range map[string]string{
		"https://api.github.com":          "https://github.com/acme/api/issues/42#event-1",
		"https://api.acme.ghe.com/":       "https://acme.ghe.com/acme/api/issues/42#event-1",
		"https://github.acme.test/api/v3": "https://github.acme.test/acme/api/issues/42#event-1",
		"https://api.acme.test/api/v3/":   "https://api.acme.test/acme/api/issues/42#event-1",
		"http://127.0.0.1/git/api/v3/":    "http://127.0.0.1/git/acme/api/issues/42#event-1",
	} {
		app := h.app(func(o *github.Options) {
			o.APIURL = api
			o.Transport = answers(`[` + issueEvent(1, "closed", "") + `]`)
		})
		got, err := app.Forge(1).History(t.Context(), key)
		if err != nil || len(got) != 1 {
			t.Fatalf("%s: %+v, %v", api, got, err)
		}
		if diff := cmp.Diff(want, got[0].URL); diff != "" {
			t.Errorf("%s: %s", api, diff)
		}
	}
}

// answers is a host at any address that mints tokens, and says the same to
// whatever else it is asked.
type answers string

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if strings.HasSuffix(r.URL.Path, "/access_tokens") {
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, `{"token":%q,"expires_at":"2999-01-01T00:00:00Z"}`, token)
	} else {
		_, _ = io.WriteString(w, string(a))
	}
	return w.Result(), nil
}
