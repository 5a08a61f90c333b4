package board

import (
	"embed"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"hindsight/internal/playground/jira"
	"hindsight/internal/playground/web"
)

// Options say what the pages show beside what the stand-in knows.
type Options struct {
	// GitHubURL is where the stand-in for GitHub is, without a slash at the
	// end. Empty leaves out the link.
	GitHubURL string
	// Robot is the id of the account that Hindsight logs in with, whose token
	// can be made to expire. Empty leaves that out.
	Robot string
	// Lag is how long the search lags while nobody wants it worse.
	Lag time.Duration
	// Clock says which tickets are late. Required.
	Clock func() time.Time
	// Logger receives what goes wrong inside; nil discards it.
	Logger *slog.Logger
}

//go:embed assets
var assets embed.FS

type site struct {
	j       *jira.Jira
	options Options
	views   views
	trouble *trouble
}

// New is the handler of all pages, for [jira.Jira.Pages]. The site has to be
// served without a path. As whom one acts are the accounts without a token; New
// panics where there is none, and without [Options.Clock]. It takes over [jira.Jira.SetFault] and
// [jira.Jira.SetDeliveryFault] as soon as somebody uses the switches on the page
// of what goes on behind.
func New(j *jira.Jira, o Options) http.Handler {
	if len(people(j)) == 0 || o.Clock == nil {
		panic("board: somebody to act as and Options.Clock are required")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &site{j: j, options: o, views: parseViews(), trouble: newTrouble(j, o.Robot, o.Lag)}
	return web.Secure(s.routes())
}

func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /_assets/{file}", web.Assets(assets))
	get := func(path string, see look) { mux.Handle("GET "+path, s.show(see)) }
	post := func(path string, do act) { mux.Handle("POST "+path, s.change(do)) }

	get("/", s.nowhere)
	get("/{$}", s.first)
	mux.Handle("POST /_person", http.HandlerFunc(s.become))
	get("/_behind", s.behind)
	post("/_behind/trouble", s.makeTrouble)
	get("/projects/{project}", s.projectBoard)
	get("/projects/{project}/new", s.newTicket)
	post("/projects/{project}/new", s.create)
	get("/boards/{board}", s.savedBoard)
	// Where Jira has boards: Cloud, and Data Center.
	get("/jira/software/c/projects/{project}/boards/{board}", s.elsewhere)
	get("/secure/RapidBoard.jspa", s.elsewhere)

	const ticket = "/browse/{key}"
	get(ticket, s.ticket)
	post(ticket+"/move", s.move)
	get(ticket+"/move", s.screen)
	get(ticket+"/edit", s.editor)
	post(ticket+"/edit", s.edit)
	post(ticket+"/comment", s.comment)
	post(ticket+"/project", s.moveProject)
	post(ticket+"/delete", s.remove)
	return mux
}

// people are those as whom one can act: programs have a token.
func people(j *jira.Jira) []jira.Account {
	return slices.DeleteFunc(j.Accounts(), func(a jira.Account) bool { return a.Token != "" || a.Inactive })
}
