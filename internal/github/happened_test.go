package github_test

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

const (
	releasesRoute    = "GET /repos/acme/api/releases"
	deploymentsRoute = "GET /repos/acme/api/deployments"
	statusesRoute    = deploymentsRoute + "/{id}/statuses"
	commit           = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"
)

// happened asks for what happened between ten and noon.
func (h *host) happened() ([]incident.Event, error) {
	return h.app(nil).Forge(1).Happened(h.t.Context(), "acme/api", clock(10, 0), clock(12, 0))
}

func release(id int, tag, at, more string) string {
	return fmt.Sprintf(`{"id":%d,"tag_name":%q,"draft":false,"author":{"login":"wim"},"published_at":%q%s}`, id, tag, at, more)
}

func deployment(id int, ref, at, more string) string {
	return fmt.Sprintf(`{"id":%d,"sha":%q,"ref":%q,"environment":"production","creator":{"login":"ci[bot]","type":"Bot"},"created_at":%q%s}`,
		id, commit, ref, at, more)
}

func status(state, at, log string) string {
	return fmt.Sprintf(`{"state":%q,"created_at":%q,"log_url":%q}`, state, at, log)
}

func TestReleasesOfTheWindow(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer(deploymentsRoute, 200, `[]`)
	h.answer(releasesRoute, 200, "["+strings.Join([]string{
		release(5, "v5", "2026-11-20T12:00:01Z", ""),
		release(4, "v4/(beta) x", "2026-11-20T12:00:00Z", `,"prerelease":true`),
		release(3, "v3", "2026-11-20T11:00:00Z", `,"draft":true`),
		`{"id":6,"tag_name":"v6","draft":true,"published_at":null,"author":null}`,
		`{"id":2,"tag_name":"v2","draft":false,"author":null,"published_at":"2026-11-20T10:00:00Z"}`,
		release(1, "v1", "2026-11-20T09:59:59Z", ""),
	}, ",")+"]")
	got, err := h.happened()
	same(t, "releases, the oldest first", []incident.Event{
		{Key: "release-2", Kind: incident.EventReleased, At: clock(10, 0), What: "v2", URL: h.URL + "/acme/api/releases/tag/v2"},
		{
			Key: "release-4", Kind: incident.EventReleased, At: clock(12, 0), By: incident.Actor{Login: "wim"},
			What: "v4/(beta) x", URL: h.URL + "/acme/api/releases/tag/v4%2F%28beta%29%20x",
		},
	}, got, err)
}

func TestWindowThatHasNoEnd(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer(deploymentsRoute, 200, `[]`)
	h.answer(releasesRoute, 200, "["+release(1, "v1", "2036-01-01T00:00:00Z", "")+"]")
	got, err := h.app(nil).Forge(1).Happened(t.Context(), "acme/api", clock(10, 0), time.Time{})
	same(t, "releases", 1, len(got), err)
}

func TestDeploymentsOfTheWindow(t *testing.T) {
	t.Parallel()
	const at = "2026-11-20T11:00:00Z"
	tests := []struct {
		name, deployment string
		statuses         []string // the newest first
		want             string   // kind, what and time; "" for none
		log              string   // below the repository; "" for the environment's page
	}{
		{"worked", deployment(9, "v212", at, ""), []string{status("success", "2026-11-20T11:07:00Z", ""), status("in_progress", at, "")}, "deployed v212 11:07", ""},
		{"ended after the window", deployment(9, "v212", at, ""), []string{status("success", "2026-11-20T12:00:01Z", "")}, "", ""},
		{"began before the window", deployment(9, "v212", "2026-11-20T09:00:00Z", ""), []string{status("success", "2026-11-20T10:00:00Z", "")}, "deployed v212 10:00", ""},
		{"ended before the window", deployment(9, "v212", "2026-11-20T09:30:00Z", ""), []string{status("success", "2026-11-20T09:59:59Z", "")}, "", ""},
		{"began long before the window", deployment(9, "v212", "2026-11-20T08:59:59Z", ""), []string{status("success", at, "")}, "", ""},
		{"a commit", deployment(9, commit, at, ""), []string{status("success", at, "")}, "deployed f95f852 11:00", ""},
		{"failed", deployment(9, "main", at, ""), []string{status("failure", at, "")}, "failed main 11:00", ""},
		{"broke off", deployment(9, "main", at, ""), []string{status("error", at, "")}, "failed main 11:00", ""},
		{"its place was taken", deployment(9, "v212", at, ""), []string{status("inactive", "2026-11-20T11:30:00Z", ""), status("success", at, "")}, "deployed v212 11:00", ""},
		{"failed, then worked", deployment(9, "v212", at, ""), []string{status("success", "2026-11-20T11:30:00Z", ""), status("failure", at, "")}, "deployed v212 11:30", ""},
		{"the same in one second", deployment(9, "v212", at, ""), []string{status("failure", at, ""), status("success", at, "")}, "failed v212 11:00", ""},
		{"under way", deployment(9, "v212", at, ""), []string{status("queued", at, ""), status("pending", at, "")}, "", ""},
		{"no word of it", deployment(9, "v212", at, ""), nil, "", ""},
		{"a preview", deployment(9, "v212", at, `,"transient_environment":true`), []string{status("success", at, "")}, "", ""},
		{"began after the window", deployment(9, "v212", "2026-11-20T12:00:01Z", ""), []string{status("success", "2026-11-20T12:30:00Z", "")}, "", ""},
		{"a log of its own", deployment(9, "v212", at, ""), []string{status("success", at, "/Acme/API/actions/runs/12/job/34")}, "deployed v212 11:00", "/Acme/API/actions/runs/12/job/34"},
		{"another repository's log", deployment(9, "v212", at, ""), []string{status("success", at, "/acme/apis/actions/runs/12")}, "deployed v212 11:00", ""},
		{"a log that breaks out", deployment(9, "v212", at, ""), []string{status("success", at, "/acme/api/actions/runs/12) [x](y")}, "deployed v212 11:00", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			h.answer(releasesRoute, 200, `[]`)
			h.answer(deploymentsRoute, 200, "["+tt.deployment+"]")
			h.answer(statusesRoute, 200, strings.ReplaceAll("["+strings.Join(tt.statuses, ",")+"]", `"log_url":"/`, `"log_url":"`+h.URL+"/"))
			got, err := h.happened()
			if err != nil || (len(got) == 1) != (tt.want != "") {
				t.Fatalf("%+v, %v; want %q", got, err, tt.want)
			}
			if tt.want == "" {
				return
			}
			e := got[0]
			if said := fmt.Sprintf("%s %s %s", e.Kind, e.What, e.At.Format("15:04")); said != tt.want {
				t.Errorf("got %q, want %q", said, tt.want)
			}
			page := "/acme/api/deployments/production"
			if tt.log != "" {
				page = tt.log
			}
			same(t, "the rest", incident.Event{
				Key: "deployment-9-" + string(e.Kind), Kind: e.Kind, At: e.At, By: incident.Actor{Login: "ci[bot]", Bot: true},
				What: e.What, Where: "production", URL: h.URL + page,
			}, e, nil)
		})
	}
}

func TestLogElsewhereIsNoSource(t *testing.T) {
	t.Parallel()
	const at = "2026-11-20T11:00:00Z"
	h := newHost(t)
	h.answer(releasesRoute, 200, `[]`)
	h.answer(deploymentsRoute, 200, "["+deployment(9, "v1", at, `,"environment":"eu/prod (blue)"`)+"]")
	h.answer(statusesRoute, 200, "["+status("success", at, "https://logs.example/acme/api/actions/runs/12")+"]")
	got, err := h.happened()
	same(t, "source", h.URL+"/acme/api/deployments/eu%2Fprod%20%28blue%29", got[0].URL, err)
}

// pagesOf serves a list in pages of a hundred.
func pagesOf(h *host, route string, list []string) {
	h.handle(route, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		page, _ := strconv.Atoi(cmp.Or(q.Get("page"), "1"))
		from := min((page-1)*100, len(list))
		to := min(from+100, len(list))
		if to < len(list) {
			q.Set("page", strconv.Itoa(page+1))
			w.Header().Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, h.URL, r.URL.Path, q.Encode()))
		}
		_, _ = w.Write([]byte("[" + strings.Join(list[from:to], ",") + "]"))
	})
}

// many are so many of one time, with the ids from there downwards.
func many(n, from int, what func(id int, at string) string, at string) (list []string) {
	for id := range n {
		list = append(list, what(from-id, at))
	}
	return list
}

// TestMuchHappened: lists are followed to the window's start, within bounds, and
// what is left out is said.
func TestMuchHappened(t *testing.T) {
	t.Parallel()
	const before, within, after = "2026-11-20T08:00:00Z", "2026-11-20T11:00:00Z", "2026-11-20T13:00:00Z"
	releases := func(n, from int, at string) []string {
		return many(n, from, func(id int, at string) string { return release(id, "v1", at, "") }, at)
	}
	deployments := func(n, from int, at, more string) []string {
		return many(n, from, func(id int, at string) string { return deployment(id, "v1", at, more) }, at)
	}
	tests := []struct {
		name                  string
		releases, deployments []string
		events, asked         int
		more                  []incident.EventKind
	}{
		{"a page that is not full", releases(99, 900, within), nil, 99, 1 + 1, nil},
		{"many after the window", append(releases(130, 900, after), releases(20, 700, within)...), append(deployments(130, 900, after, ""), deployments(20, 700, within, "")...), 20 + 20, 2 + 2 + 20, nil},
		{"many before the window", append(releases(1, 900, within), releases(300, 800, before)...), append(deployments(1, 900, within, ""), deployments(300, 800, before, "")...), 2, 2 + 2 + 1, nil},
		{"as many releases as are looked through", releases(300, 900, within), nil, 300, 4 + 1, nil},
		{"more releases", releases(301, 900, within), nil, 301, 4 + 1, []incident.EventKind{incident.EventMoreReleases}},
		{"the releases after it are too many", append(releases(300, 900, after), releases(1, 500, within)...), nil, 1, 4 + 1, []incident.EventKind{incident.EventMoreReleases}},
		{"none of the window behind too many", append(releases(300, 900, after), releases(200, 500, before)...), nil, 0, 4 + 1, nil},
		{"as many deployments as are asked about", nil, deployments(60, 900, within, ""), 60, 1 + 1 + 60, nil},
		{"more deployments", nil, deployments(61, 900, within, ""), 61, 1 + 1 + 60, []incident.EventKind{incident.EventMoreDeployments}},
		{"many previews", nil, append(deployments(120, 900, within, `,"transient_environment":true`), deployments(5, 700, within, "")...), 5, 1 + 2 + 5, nil},
		{"too many previews", nil, deployments(301, 900, within, `,"transient_environment":true`), 1, 1 + 4, []incident.EventKind{incident.EventMoreDeployments}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			pagesOf(h, releasesRoute, tt.releases)
			pagesOf(h, deploymentsRoute, tt.deployments)
			h.answer(statusesRoute, 200, "["+status("success", within, "")+"]")
			got, err := h.happened()
			same(t, "events", tt.events, len(got), err)
			same(t, "requests", tt.asked, len(h.requests()), nil)
			var more []incident.EventKind
			for _, e := range got {
				if e.Kind == incident.EventMoreReleases || e.Kind == incident.EventMoreDeployments {
					more = append(more, e.Kind)
					same(t, "from when", clock(10, 0), e.At, nil)
					same(t, "where all are", h.URL+"/acme/api/"+strings.TrimPrefix(string(e.Kind), "more "), e.URL, nil)
				}
			}
			same(t, "left out", tt.more, more, nil)
		})
	}
}

// A deployment that was deleted meanwhile is none.
func TestDeploymentIsDeleted(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.answer(releasesRoute, 200, `[]`)
	h.answer(deploymentsRoute, 200, "["+deployment(60, "v1", "2026-11-20T11:00:00Z", "")+"]")
	h.answer(statusesRoute, 404, `{"message":"Not Found"}`)
	got, err := h.happened()
	same(t, "deployments", 0, len(got), err)
}

// TestWhatHappenedInPart: a permission that is missing for one source says so,
// and hides nothing of the others; whatever may pass ends it, since the window
// might be taken for looked through.
func TestWhatHappenedInPart(t *testing.T) {
	t.Parallel()
	const (
		at      = "2026-11-20T11:00:00Z"
		lacking = `{"message":"Resource not accessible by integration"}`
	)
	tests := []struct {
		name                            string
		releases, deployments, statuses int
		want                            string
		events                          int
		says                            []string
	}{
		{"all", 200, 200, 200, "none", 2, nil},
		{"no deployments", 200, 403, 200, "blocked", 1, []string{"**deployments: read**", "Permissions & events"}},
		{"no statuses", 200, 200, 403, "blocked", 1, []string{"**deployments: read**"}},
		{"no releases", 403, 200, 200, "blocked", 1, []string{"**contents: read**"}},
		{"nothing", 403, 403, 200, "blocked", 0, []string{"**contents: read**", "**deployments: read**"}},
		{"releases pass", 502, 200, 200, "passing", 0, nil},
		{"deployments pass", 200, 502, 200, "passing", 0, nil},
		{"statuses pass", 200, 200, 502, "passing", 0, nil},
		{"one lacks, another passes", 403, 502, 200, "passing", 0, nil},
		{"a limit", 200, 429, 200, "later", 0, nil},
		{"no such repository", 404, 404, 404, "missing", 0, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			for route, a := range map[string]struct {
				status int
				body   string
			}{
				releasesRoute:    {tt.releases, "[" + release(1, "v1", at, "") + "]"},
				deploymentsRoute: {tt.deployments, "[" + deployment(9, "v1", at, "") + "]"},
				statusesRoute:    {tt.statuses, "[" + status("success", at, "") + "]"},
			} {
				if a.status != 200 {
					a.body = lacking
				}
				h.answer(route, a.status, a.body)
			}
			got, err := h.happened()
			if kind(err) != tt.want || len(got) != tt.events {
				t.Fatalf("%+v, %v; want %d and %s", got, err, tt.events, tt.want)
			}
			for _, says := range tt.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("it says %q, want %q in it", err, says)
				}
			}
		})
	}
}
