package pages_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"hindsight/internal/playground"
	"hindsight/internal/playground/web/webtest"
)

func TestReleasing(t *testing.T) {
	t.Parallel()
	s := open(t)
	to := s.Post(shop+"/releases", "tag", " v1 ", "name", "First", "body", "<b>New</b>")
	webtest.Equal(t, "leads to", to, shop+"/releases")
	s.Post(shop+"/releases", "tag", "v2/rc", "draft", "on", "prerelease", "on")
	webtest.Equal(t, "releases", webtest.Texts(s.See(to).Class("row"))[:2], []string{
		"v2/rc Draft Pre-release alice wrote it on 20 Nov 2026, 14:05:00 UTC Publish",
		"First v1 <b>New</b> alice published it on 20 Nov 2026, 14:05:00 UTC",
	})
	s.become("bob")
	seen := s.See(to)
	webtest.Equal(t, "bob sees no draft", webtest.Texts(seen.Class("title")), []string{"First"})
	webtest.Equal(t, "bob is offered no form", len(seen.All(func(n *html.Node) bool { return n.Data == "textarea" })), 0)
	webtest.Equal(t, "bob sees no address of a draft", s.Get(shop+"/releases/tag/v2%2Frc").StatusCode, http.StatusNotFound)
	refused := s.Do(http.MethodPost, shop+"/releases", webtest.Values("tag", "v3"), nil)
	webtest.Equal(t, "bob releases", refused.StatusCode, http.StatusForbidden)

	s.become("alice")
	draft := s.Releases("acme/shop")[0]
	s.Post(to, "publish", fmt.Sprint(draft.ID))
	webtest.Equal(t, "the one release", webtest.Texts(s.See(shop+"/releases/tag/v2%2Frc").Class("title")), []string{"v2/rc"})
	webtest.Equal(t, "again", s.Do(http.MethodPost, to, webtest.Values("tag", "v1"), nil).StatusCode, http.StatusUnprocessableEntity)
	webtest.Equal(t, "no draft's id", s.Do(http.MethodPost, to, webtest.Values("publish", "x"), nil).StatusCode, http.StatusNotFound)
	webtest.Equal(t, "no release", s.Get(shop+"/releases/tag/v9").StatusCode, http.StatusNotFound)
}

func TestDeploying(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/deployments", "ref", "v1", "environment", "production", "state", "success")
	s.Post(shop+"/deployments", "ref", "v2", "environment", "production", "state", "in_progress")
	s.Post(shop+"/deployments", "ref", "topic", "environment", "preview", "state", "failure")
	deployments := func(address string) []string {
		return webtest.Texts(s.See(address).All(func(n *html.Node) bool { return strings.HasPrefix(webtest.Attr(n, "id"), "deployment-") }))
	}
	const began = " alice began it on 20 Nov 2026, 14:05:00 UTC"
	webtest.Equal(t, "deployments", deployments(at), []string{
		"topic to preview Failed" + began, "v2 to production Under way" + began + " It worked It failed", "v1 to production Active" + began,
	})
	s.Post(shop+"/deployments", "id", fmt.Sprint(s.Deployments("acme/shop")[1].ID), "state", "success")
	webtest.Equal(t, "of one environment", deployments(shop+"/deployments/production"), []string{
		"v2 to production Active" + began, "v1 to production Inactive" + began,
	})
	transient := s.Deployments("acme/shop")[0]
	webtest.Equal(t, "a preview", transient.Transient, true)
	webtest.Equal(t, "of all", len(deployments(shop+"/deployments")), 3)
	webtest.Equal(t, "of none", s.Get(shop+"/deployments/moon").StatusCode, http.StatusNotFound)
	s.become("bob")
	refused := s.Do(http.MethodPost, shop+"/deployments", webtest.Values("ref", "v3", "state", "success"), nil)
	webtest.Equal(t, "bob deploys", refused.StatusCode, http.StatusForbidden)
	webtest.Equal(t, "nothing", s.Do(http.MethodPost, shop+"/deployments", webtest.Values("id", "x"), nil).StatusCode, http.StatusNotFound)
}

func TestVisibilityIsShown(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "lore", playground.RepoOptions{Internal: true}))
	for path, want := range map[string]string{shop: "Public", safe: "Private", "/acme/lore": "Internal"} {
		webtest.Equal(t, path, webtest.Texts(s.See(path).Class("tag"))[0], want)
	}
}

// TestEveryEventHasItsPlace: links lead to events that are shown as one.
func TestEveryEventHasItsPlace(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.Post(shop+"/issues", "title", "Checkout is down", "label", "incident", "label", "sev1", "label", "bug")
	events, err := s.Events("acme/shop", 1)
	must(t, err)
	seen := s.See(at)
	webtest.Equal(t, "notes", len(seen.Class("note")), 1)
	for _, e := range events {
		id := fmt.Sprintf("event-%d", e.ID)
		webtest.Equal(t, id, len(seen.All(func(n *html.Node) bool { return webtest.Attr(n, "id") == id })), 1)
	}
}
