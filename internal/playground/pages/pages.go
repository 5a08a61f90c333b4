package pages

import (
	"embed"
	"log/slog"
	"net/http"

	"hindsight/internal/playground"
	"hindsight/internal/playground/web"
)

// Person is somebody as whom one can act.
type Person struct {
	Login string
	About string // a few words, such as "may write"
}

// Options say what the pages show beside what the stand-in knows.
type Options struct {
	// People can be acted as; the first is who one is at the beginning.
	// Required. Their roles are those of [playground.GitHub.SetRole].
	People []Person
	// AppURL is where the app can be reached, without a slash at the end.
	// Empty leaves out the links to its health and metrics.
	AppURL string
	// BoardURL is where the stand-in for Jira is, without a slash at the end.
	// Empty leaves it out.
	BoardURL string
	// Prepared is the path of the issue to begin with, such as
	// "/acme/shop/issues/1". Empty leaves it out of the welcome.
	Prepared string
	// Central has the pages of other repositories, and Showcase what the
	// prepared issue's publishes, in their wikis: "owner/name". Empty leaves
	// them out of the welcome.
	Central, Showcase string
	// Logger receives what goes wrong inside; nil discards it.
	Logger *slog.Logger
}

//go:embed assets
var assets embed.FS

type site struct {
	g       *playground.GitHub
	options Options
	views   views
	text    *writing
	trouble *trouble
}

// New is the handler of all pages. It panics without [Options.People]. It
// takes over [playground.GitHub.SetFault] and
// [playground.GitHub.SetDeliveryFault] as soon as somebody uses the switches
// on the page of the deliveries.
func New(g *playground.GitHub, o Options) http.Handler {
	if len(o.People) == 0 {
		panic("pages: Options.People is required")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &site{g: g, options: o, views: parseViews(), trouble: &trouble{g: g}}
	s.text = newWriting(g)
	return web.Secure(s.routes())
}

func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /_assets/{file}", web.Assets(assets))
	get := func(path string, see look) { mux.Handle("GET "+path, s.show(see)) }
	post := func(path string, do act) { mux.Handle("POST "+path, s.change(do)) }

	get("/", s.nowhere)
	get("/{$}", s.welcome)
	get("/{owner}", s.account)
	get("/apps/{slug}", s.account)
	mux.Handle("POST /_person", http.HandlerFunc(s.become))
	get("/_deliveries", s.deliveries)
	post("/_deliveries/trouble", s.makeTrouble)
	post("/_deliveries/{id}/redeliver", s.redeliver)

	s.issueRoutes(get, post)
	s.otherRoutes(get, post)
	return mux
}

// inRepo is what the addresses of a repository begin with.
const inRepo = "/{owner}/{repo}"

// issueRoutes are those of issues and pull requests.
func (s *site) issueRoutes(get func(string, look), post func(string, act)) {
	get(inRepo, s.issues)
	get(inRepo+"/issues", s.issues)
	get(inRepo+"/pulls", s.issues)
	post(inRepo+"/issues", s.openIssue)
	get(inRepo+"/issues/new", s.newIssue)
	get(inRepo+"/issues/{number}", s.issue)
	get(inRepo+"/pull/{number}", s.issue)

	const issue = inRepo + "/issues/{number}"
	post(issue+"/comment", s.comment)
	post(issue+"/label", s.label)
	post(issue+"/assign", s.assign)
	post(issue+"/delete", s.deleteIssue)
	get(issue+"/edit", s.editor)
	post(issue+"/edit", s.editIssue)
	get(issue+"/comments/{id}/edit", s.editor)
	post(issue+"/comments/{id}/edit", s.editComment)
	post(issue+"/comments/{id}/delete", s.deleteComment)

	post(issue+"/tick", s.tick)
	post(issue+"/comments/{id}/tick", s.tick)
	get(issue+"/history", s.editHistory)
	get(issue+"/comments/{id}/history", s.editHistory)
	post(issue+"/move", s.move)
	post(issue+"/sub", s.subIssue)
}

// otherRoutes are those of a repository's other tabs.
func (s *site) otherRoutes(get func(string, look), post func(string, act)) {
	get(inRepo+"/compare", s.newPull)
	post(inRepo+"/pulls", s.openPull)
	get(inRepo+"/labels", s.labels)
	post(inRepo+"/labels", s.changeLabel)

	get(inRepo+"/releases", s.releases)
	post(inRepo+"/releases", s.changeRelease)
	get(inRepo+"/releases/tag/{tag...}", s.release)
	get(inRepo+"/deployments", s.releases)
	post(inRepo+"/deployments", s.changeDeployment)
	get(inRepo+"/deployments/{environment...}", s.environment)

	get(inRepo+"/tree/{branch}", s.files)
	get(inRepo+"/blob/{branch}/{path...}", s.file)
	get(inRepo+"/edit/{branch}/{path...}", s.fileEditor)
	post(inRepo+"/edit/{branch}/{path...}", s.saveFile)

	const wiki = inRepo + "/wiki"
	get(wiki, s.wikiPage)
	post(wiki+"/_first", s.firstPage)
	get(wiki+"/_new", s.wikiEditor)
	post(wiki+"/_new", s.saveWikiPage)
	get(wiki+"/_history", s.wikiHistory)
	get(wiki+"/_pages", s.allPages)
	get(wiki+"/{page}", s.wikiPage)
	get(wiki+"/{page}/_edit", s.wikiEditor)
	post(wiki+"/{page}/_edit", s.saveWikiPage)
	get(wiki+"/{page}/_history", s.wikiHistory)
}
