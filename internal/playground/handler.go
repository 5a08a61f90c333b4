package playground

import (
	"net/http"
	"strings"
)

// Handler is everything: the API, the wikis over git, and the pages.
func (g *GitHub) Handler() http.Handler {
	routes := apiRoutes()
	api := g.watch.Over(func(r *http.Request) string {
		rt, _, known := match(routes, r.Method, strings.TrimPrefix(r.URL.EscapedPath(), apiPrefix))
		if !known {
			return "unknown"
		}
		return rt.method + " " + rt.pattern
	}, g.api)
	git := g.watch.Over(gitKind, http.HandlerFunc(g.serveGit))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, apiPrefix+"/"), r.URL.Path == graphqlPath:
			api.ServeHTTP(w, r)
		case strings.Contains(r.URL.Path, ".git/"):
			git.ServeHTTP(w, r)
		case g.Pages != nil:
			g.Pages.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}
