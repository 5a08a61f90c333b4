package board

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"hindsight/internal/playground/jira"
	"hindsight/internal/playground/web"
)

// cookieName is the cookie that says as whom somebody acts. Browsers don't
// tell ports apart: it has another name than that of other stand-ins.
const cookieName = "standin_jira_person"

// person is somebody as whom one can act, or who can be assigned.
type person struct{ ID, Name string }

// visit is who asks.
type visit struct{ me person }

// screen is a page as it is to be shown.
type screen struct {
	status int    // of HTTP; 0 means 200
	view   string // the template
	title  string
	tab    string // path of the board that is marked as the present one
	body   any    // what the view's template takes
	moved  string // another path to go to instead; empty to stay
}

// look says what is to be seen; act changes something and says where to go
// then.
type (
	look func(r *http.Request, v visit) (screen, error)
	act  func(r *http.Request, v visit) (to string, err error)
)

// show serves what a look sees.
func (s *site) show(see look) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(r)
		switch seen, err := see(r, v); {
		case err != nil:
			s.refuse(w, r, v, err)
		case seen.moved != "":
			http.Redirect(w, r, seen.moved, http.StatusFound)
		default:
			s.send(w, r, v, seen)
		}
	})
}

// change serves what an act does, and leads back to a page.
func (s *site) change(do act) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, to := s.visit(r), ""
		err := r.ParseForm()
		if err == nil {
			to, err = do(r, v)
		}
		if err != nil {
			s.refuse(w, r, v, err)
			return
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	})
}

// visit finds out who asks. Only who is offered can be chosen.
func (s *site) visit(r *http.Request) visit {
	all := s.people()
	if at := byID(all, web.Remembered(r, cookieName)); at >= 0 {
		return visit{all[at]}
	}
	return visit{all[0]}
}

func (s *site) people() (all []person) {
	for _, a := range people(s.j) {
		all = append(all, person{a.ID, a.Display})
	}
	return all
}

func byID(all []person, id string) int {
	return slices.IndexFunc(all, func(p person) bool { return p.ID == id })
}

// become lets the browser act as somebody else, and leads back to where the
// choice was made.
func (s *site) become(w http.ResponseWriter, r *http.Request) {
	all := s.people()
	at := byID(all, r.PostFormValue("id"))
	if at < 0 {
		s.refuse(w, r, s.visit(r), invalid("There is nobody of that name to act as."))
		return
	}
	web.Remember(w, cookieName, all[at].ID)
	http.Redirect(w, r, web.Local(r.PostFormValue("back")), http.StatusSeeOther) //nolint:gosec // Local lets no other origin through
}

// refusal is what somebody is told who doesn't get what they asked for.
type refusal struct {
	Status  int
	Message string
	Fields  map[string]string
}

// refuse shows what the stand-in refuses, and hides what is broken inside.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, v visit, err error) {
	no := refusal{Status: http.StatusInternalServerError, Message: "Something is broken in the stand-in. Its log says what."}
	refused, isRefusal := errors.AsType[*jira.RefusalError](err)
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case isRefusal:
		no = refusalOf(refused)
	case tooLarge:
		no = refusal{Status: http.StatusRequestEntityTooLarge, Message: "That is too long."}
	default:
		s.options.Logger.Error("a page failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	s.send(w, r, v, screen{status: no.Status, view: "refusal", title: http.StatusText(no.Status), body: no})
}

func (s *site) nowhere(*http.Request, visit) (screen, error) { return screen{}, errNowhere() }

// tab leads to a board.
type tab struct{ Path, Name string }

// frame is what every page shows around its body.
type frame struct {
	Title     string
	Tab       string
	Boards    []tab
	Me        person
	People    []person
	Back      string // where to be after becoming somebody else
	GitHubURL string
	Trouble   []effect // what goes wrong on demand
	Body      any
}

// send renders a page.
func (s *site) send(w http.ResponseWriter, r *http.Request, v visit, seen screen) {
	f := frame{
		Title: seen.title, Tab: seen.tab, Boards: s.tabs(), Me: v.me, People: s.people(),
		Back: "/", GitHubURL: s.options.GitHubURL, Trouble: s.trouble.effects(), Body: seen.body,
	}
	if r.Method == http.MethodGet {
		f.Back = r.URL.RequestURI()
	}
	var page bytes.Buffer
	if err := s.views[seen.view].ExecuteTemplate(&page, "layout.html", f); err != nil {
		s.options.Logger.Error("a page can't be rendered", "view", seen.view, "path", r.URL.Path, "error", err)
		http.Error(w, "The page can't be rendered. The log says why.", http.StatusInternalServerError)
		return
	}
	web.Send(w, r, seen.status, page.Bytes())
}

// tabs are the projects' boards, and those that somebody has made.
func (s *site) tabs() (all []tab) {
	for _, p := range s.j.Projects() {
		all = append(all, tab{projectPath(p.Key), fmt.Sprintf("%s (%s)", p.Name, p.Key)})
	}
	for _, b := range s.j.Boards() {
		all = append(all, tab{boardPath(b.ID), b.Name})
	}
	return all
}
