package pages_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"hindsight/internal/playground"
)

func TestReleasing(t *testing.T) {
	t.Parallel()
	s := open(t)
	to := s.post(shop+"/releases", "tag", " v1 ", "name", "First", "body", "<b>New</b>")
	equal(t, "leads to", to, shop+"/releases")
	s.post(shop+"/releases", "tag", "v2/rc", "draft", "on", "prerelease", "on")
	equal(t, "releases", texts(s.see(to).class("row"))[:2], []string{
		"v2/rc Draft Pre-release alice wrote it on 20 Nov 2026, 14:05:00 UTC Publish",
		"First v1 <b>New</b> alice published it on 20 Nov 2026, 14:05:00 UTC",
	})
	s.become("bob")
	seen := s.see(to)
	equal(t, "bob sees no draft", texts(seen.class("title")), []string{"First"})
	equal(t, "bob is offered no form", len(seen.all(func(n *html.Node) bool { return n.Data == "textarea" })), 0)
	equal(t, "bob sees no address of a draft", s.get(shop+"/releases/tag/v2%2Frc").StatusCode, http.StatusNotFound)
	refused := s.do(http.MethodPost, shop+"/releases", values([]string{"tag", "v3"}), nil)
	equal(t, "bob releases", refused.StatusCode, http.StatusForbidden)

	s.become("alice")
	draft := s.Releases("acme/shop")[0]
	s.post(to, "publish", fmt.Sprint(draft.ID))
	equal(t, "the one release", texts(s.see(shop+"/releases/tag/v2%2Frc").class("title")), []string{"v2/rc"})
	equal(t, "again", s.do(http.MethodPost, to, values([]string{"tag", "v1"}), nil).StatusCode, http.StatusUnprocessableEntity)
	equal(t, "no draft's id", s.do(http.MethodPost, to, values([]string{"publish", "x"}), nil).StatusCode, http.StatusNotFound)
	equal(t, "no release", s.get(shop+"/releases/tag/v9").StatusCode, http.StatusNotFound)
}

func TestDeploying(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/deployments", "ref", "v1", "environment", "production", "state", "success")
	s.post(shop+"/deployments", "ref", "v2", "environment", "production", "state", "in_progress")
	s.post(shop+"/deployments", "ref", "topic", "environment", "preview", "state", "failure")
	deployments := func(address string) []string {
		return texts(s.see(address).all(func(n *html.Node) bool { return strings.HasPrefix(attr(n, "id"), "deployment-") }))
	}
	const began = " alice began it on 20 Nov 2026, 14:05:00 UTC"
	equal(t, "deployments", deployments(at), []string{
		"topic to preview Failed" + began, "v2 to production Under way" + began + " It worked It failed", "v1 to production Active" + began,
	})
	s.post(shop+"/deployments", "id", fmt.Sprint(s.Deployments("acme/shop")[1].ID), "state", "success")
	equal(t, "of one environment", deployments(shop+"/deployments/production"), []string{
		"v2 to production Active" + began, "v1 to production Inactive" + began,
	})
	transient := s.Deployments("acme/shop")[0]
	equal(t, "a preview", transient.Transient, true)
	equal(t, "of all", len(deployments(shop+"/deployments")), 3)
	equal(t, "of none", s.get(shop+"/deployments/moon").StatusCode, http.StatusNotFound)
	s.become("bob")
	refused := s.do(http.MethodPost, shop+"/deployments", values([]string{"ref", "v3", "state", "success"}), nil)
	equal(t, "bob deploys", refused.StatusCode, http.StatusForbidden)
	equal(t, "nothing", s.do(http.MethodPost, shop+"/deployments", values([]string{"id", "x"}), nil).StatusCode, http.StatusNotFound)
}

func TestVisibilityIsShown(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "lore", playground.RepoOptions{Internal: true}))
	for path, want := range map[string]string{shop: "Public", safe: "Private", "/acme/lore": "Internal"} {
		equal(t, path, texts(s.see(path).class("tag"))[0], want)
	}
}

// TestEveryEventHasItsPlace: links lead to events that are shown as one.
func TestEveryEventHasItsPlace(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.post(shop+"/issues", "title", "Checkout is down", "label", "incident", "label", "sev1", "label", "bug")
	events, err := s.Events("acme/shop", 1)
	must(t, err)
	seen := s.see(at)
	equal(t, "notes", len(seen.class("note")), 1)
	for _, e := range events {
		id := fmt.Sprintf("event-%d", e.ID)
		equal(t, id, len(seen.all(func(n *html.Node) bool { return attr(n, "id") == id })), 1)
	}
}
