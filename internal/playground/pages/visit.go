package pages

import (
	"bytes"
	"errors"
	"net/http"

	"hindsight/internal/playground"
	"hindsight/internal/playground/web"
)

// visit is who asks, and about which repository.
type visit struct {
	me   Person
	repo *playground.Repository // nil outside of one
	role playground.Role        // of me in repo
}

// screen is a page as it is to be shown.
type screen struct {
	status int    // of HTTP; 0 means 200
	view   string // the template
	title  string
	tab    string // of the repository that is marked as the present one
	body   any    // what the view's template takes
	moved  string // another path to go to instead; empty to stay
}

// look says what is to be seen; act changes something and says where to go
// then.
type (
	look func(r *http.Request, v visit) (screen, error)
	act  func(r *http.Request, v visit) (to string, err error)
)

// errNowhere is GitHub's answer to what doesn't exist or may not be seen.
func errNowhere() error {
	return &playground.RefusalError{Status: http.StatusNotFound, Message: "Not Found"}
}

// errInvalid says what is wrong with a form.
func errInvalid(message string) error {
	return &playground.RefusalError{Status: http.StatusUnprocessableEntity, Message: message}
}

// visit finds out who asks. Who can't read the repository is told that there
// is none, as on GitHub.
func (s *site) visit(r *http.Request) (visit, error) {
	v := visit{me: s.acting(r)}
	if r.PathValue("repo") == "" {
		return v, nil
	}
	name := r.PathValue("owner") + "/" + r.PathValue("repo")
	repo, err := s.g.Repository(name)
	if err != nil {
		return v, err
	}
	if v.role = s.g.Role(name, v.me.Login); v.role < playground.Read {
		return v, errNowhere()
	}
	v.repo = &repo
	return v, nil
}

// show serves what a look sees.
func (s *site) show(see look) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := s.visit(r)
		var seen screen
		if err == nil {
			seen, err = see(r, v)
		}
		switch {
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
		v, err := s.visit(r)
		if err == nil {
			err = r.ParseForm()
		}
		var to string
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

// refuse shows what the stand-in refuses, and hides what is broken inside.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, v visit, err error) {
	no := refusal{Status: http.StatusInternalServerError, Message: "Something is broken in the stand-in. Its log says what."}
	if moved, has := errors.AsType[*playground.MovedError](err); has && r.Method == http.MethodGet {
		http.Redirect(w, r, issuePath(playground.Issue{Repo: moved.Repo, Number: moved.Number}), http.StatusFound)
		return
	}
	refused, isRefusal := errors.AsType[*playground.RefusalError](err)
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case isRefusal:
		no = refusalOf(refused)
	case errors.As(err, new(*playground.MovedError)):
		no = refusal{Status: http.StatusNotFound}
	case tooLarge:
		no = refusal{Status: http.StatusRequestEntityTooLarge, Message: "That is too long."}
	default:
		s.options.Logger.Error("a page failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	s.send(w, r, v, screen{status: no.Status, view: "refusal", title: http.StatusText(no.Status), body: no})
}

// refusal is what somebody is told who doesn't get what they asked for.
type refusal struct {
	Status  int
	Message string
	Fields  []playground.FieldError
}

func refusalOf(r *playground.RefusalError) refusal {
	return refusal{Status: r.Status, Message: r.Message, Fields: r.Fields}
}

func (s *site) nowhere(*http.Request, visit) (screen, error) { return screen{}, errNowhere() }

// frame is what every page shows around its body.
type frame struct {
	Title   string
	Tab     string
	Me      Person
	People  []Person
	Role    playground.Role
	Repo    *playground.Repository
	Back    string // where to be after becoming somebody else
	AppURL  string
	Board   string // the address of the stand-in for Jira
	Trouble string // what goes wrong on demand; empty for nothing
	Body    any
}

// send renders a page under an ETag, by which the script in it finds out
// cheaply whether anything has changed.
func (s *site) send(w http.ResponseWriter, r *http.Request, v visit, seen screen) {
	f := frame{
		Title: seen.title, Tab: seen.tab, Me: v.me, People: s.options.People, Role: v.role, Repo: v.repo,
		Back: "/", AppURL: s.options.AppURL, Board: s.options.BoardURL, Trouble: s.trouble.String(), Body: seen.body,
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
