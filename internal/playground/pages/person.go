package pages

import (
	"net/http"
	"strings"

	"hindsight/internal/playground"
	"hindsight/internal/playground/web"
)

// cookieName is the cookie that says as whom somebody acts.
const cookieName = "standin_person"

// acting is as whom the request acts. Only who is offered can be chosen.
func (s *site) acting(r *http.Request) Person {
	if p, known := s.person(web.Remembered(r, cookieName)); known {
		return p
	}
	return s.options.People[0]
}

func (s *site) person(login string) (Person, bool) {
	for _, p := range s.options.People {
		if p.Login == login {
			return p, true
		}
	}
	return Person{}, false
}

// become lets the browser act as somebody else, and leads back to where the
// choice was made.
func (s *site) become(w http.ResponseWriter, r *http.Request) {
	p, known := s.person(r.PostFormValue("login"))
	if !known {
		s.refuse(w, r, visit{me: s.acting(r)}, errInvalid("There is nobody of that name to act as."))
		return
	}
	web.Remember(w, cookieName, p.Login)
	http.Redirect(w, r, web.Local(r.PostFormValue("back")), http.StatusSeeOther) //nolint:gosec // Local lets no other origin through
}

// place is a repository as the welcome shows it.
type place struct {
	Repo        playground.Repository
	Who         string // has the role: "you", or a login
	Role        playground.Role
	Open        int
	NoFirstPage bool // its wiki is on, but nobody has saved a page yet
}

type welcome struct {
	Places   []place
	Prepared string
	Home     string // the path of the repository that it is in
	Config   string // the path of that repository's configuration; empty if there is none
	Bare     string // a public repository whose wiki has no first page; may be empty
	Central  string // a repository whose wiki has the pages of others; may be empty
	Showcase string // one whose wiki has what was published; may be empty
	Least    string // who may do least; empty if there is one person only
}

func (s *site) welcome(r *http.Request, v visit) (screen, error) {
	all, err := s.places(r, v.me.Login, "")
	if err != nil {
		return screen{}, err
	}
	w := welcome{
		Places: all, Prepared: s.options.Prepared,
		Central: s.seen(v, s.options.Central), Showcase: s.seen(v, s.options.Showcase),
	}
	w.Home, _, _ = strings.Cut(w.Prepared, "/issues/")
	if _, found := s.g.File(strings.TrimPrefix(w.Home, "/"), usualFile); found {
		w.Config = w.Home + "/blob/main/" + usualFile
	}
	for _, p := range all {
		if p.NoFirstPage && !p.Repo.Private {
			w.Bare = p.Repo.FullName()
			break
		}
	}
	if n := len(s.options.People); n > 1 {
		w.Least = s.options.People[n-1].Login
	}
	return screen{view: "welcome", title: "Welcome", body: w}, nil
}

// seen is the repository's name, or "" where the person may not see it.
func (s *site) seen(v visit, repo string) string {
	if s.g.Role(repo, v.me.Login) < playground.Read {
		return ""
	}
	return repo
}

// places are the repositories of an owner that the person may see; an empty
// owner means all.
func (s *site) places(r *http.Request, login, owner string) ([]place, error) {
	var all []place
	for _, repo := range s.g.Repositories() {
		role := s.g.Role(repo.FullName(), login)
		if role < playground.Read || owner != "" && !strings.EqualFold(owner, repo.Owner) {
			continue
		}
		p := place{Repo: repo, Who: "you", Role: role}
		for _, i := range s.g.Issues(repo.FullName()) {
			if !i.Closed && !i.PullRequest {
				p.Open++
			}
		}
		if repo.HasWiki {
			pages, err := s.g.WikiPages(r.Context(), repo.FullName())
			if err != nil {
				return nil, err
			}
			p.NoFirstPage = len(pages) == 0
		}
		all = append(all, p)
	}
	return all, nil
}

type account struct {
	User   playground.User
	Places []place // an organisation’s own; for others, all that the reader may see
}

// account shows a person, an organisation or the app.
func (s *site) account(r *http.Request, v visit) (screen, error) {
	login := r.PathValue("owner")
	if slug := r.PathValue("slug"); slug != "" {
		login = slug + "[bot]"
	}
	u, known := s.g.Account(login)
	if !known {
		return screen{}, errNowhere()
	}
	owner := ""
	if u.Type == playground.TypeOrganization {
		owner = u.Login
	}
	all, err := s.places(r, v.me.Login, owner)
	if err != nil {
		return screen{}, err
	}
	for i := range all {
		if owner == "" {
			all[i].Who, all[i].Role = u.Login, s.g.Role(all[i].Repo.FullName(), u.Login)
		}
	}
	return screen{view: "account", title: u.Login, body: account{User: u, Places: all}}, nil
}
