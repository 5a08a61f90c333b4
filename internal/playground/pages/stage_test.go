package pages_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"hindsight/internal/playground"
	"hindsight/internal/playground/pages"
	"hindsight/internal/playground/web/webtest"
)

const (
	shop = "/acme/shop"     // public, with a wiki
	safe = "/acme/payments" // private, without a first page
)

// stage is a stand-in with its pages, and a browser before it.
type stage struct {
	*playground.GitHub
	*webtest.Browser

	t *testing.T
}

func open(t *testing.T) *stage {
	t.Helper()
	key, err := playground.SharedKey()
	must(t, err)
	now := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
	g, err := playground.New(playground.Options{Dir: t.TempDir(), Key: key, Clock: func() time.Time { return now }})
	must(t, err)
	g.Pages = pages.New(g, pages.Options{
		People: []pages.Person{
			{Login: "alice", About: "may write"}, {Login: "bob", About: "may label"}, {Login: "mallory", About: "may read"},
		},
		Prepared: shop + "/issues/1", Central: "acme/payments", Showcase: "acme/shop",
		BoardURL: "https://jira.test",
	})
	server := httptest.NewServer(g.Handler())
	g.SetURL(server.URL)
	t.Cleanup(func() {
		server.Close()
		g.Close()
	})
	must(t, g.AddRepository("acme", "shop", playground.RepoOptions{FirstWikiPage: true}))
	must(t, g.AddRepository("acme", "payments", playground.RepoOptions{Private: true}))
	for _, repo := range []string{"acme/shop", "acme/payments"} {
		must(t, g.SetRole(repo, "alice", playground.Write))
		must(t, g.SetRole(repo, "bob", playground.Triage))
		must(t, g.SetLabel(repo, "incident", "b60205"))
	}
	return &stage{GitHub: g, Browser: webtest.Open(t, server.URL), t: t}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *stage) become(login string) {
	s.t.Helper()
	s.Post("/_person", "login", login, "back", "/")
}
